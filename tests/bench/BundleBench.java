///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:+UseSerialGC
//SOURCES StartWords.java
//DEPS org.apache.commons:commons-compress:1.27.1
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36

// How much memory diagnose --from takes for a bundle whose journal is long, and how long it takes
// against gzip and tar, which only unpack it. The journal is a real one, each line of it again and
// again,
// with something in it that no other line has, and a character outside Latin-1.
//
//   ./jbang bench-bundle [MEGABYTES]      50 where no number is given; on Linux (it reads /proc)

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.zeroturnaround.exec.ProcessExecutor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

public class BundleBench {

    private static final Path REAL =
            Path.of("tests/captures/wifi-profile-deleted~after-a-boot/capture.tar.gz");

    public static void main(String[] args) throws Exception {
        int megabytes = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        Path bundle = Files.createTempFile("netfix-bench", ".tar.gz");
        try {
            Path real = Path.of(StartWords.launcher()).toAbsolutePath().resolveSibling(REAL);
            make(real, bundle, megabytes * 1_000_000L);
            long before = System.nanoTime();
            new ProcessExecutor("tar", "xzOf", bundle.toString())
                    .redirectOutput(OutputStream.nullOutputStream())
                    .exitValueNormal()
                    .execute();
            double unpacked = (System.nanoTime() - before) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "a bundle of %d MB, %.1f MB packed; tar unpacks it in %.2f s%n",
                    megabytes,
                    Files.size(bundle) / 1e6,
                    unpacked);
            List<String> words = StartWords.ofDiagnose();
            words.addAll(List.of("--json", "--from", bundle.toString()));
            measure(words, unpacked);
        } finally {
            Files.delete(bundle);
        }
    }

    private static void measure(List<String> words, double unpacked)
            throws IOException, InterruptedException {
        long before = System.nanoTime();
        Process process =
                new ProcessBuilder(words)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long most = 0;
        while (process.isAlive()) {
            most = Math.max(most, highest(process.pid()));
            Thread.sleep(10);
        }
        double took = (System.nanoTime() - before) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "diagnose --from: exit %d, %.2f s (ratio %.1f), at most %d MB of memory%n",
                process.exitValue(),
                took,
                took / unpacked,
                most / 1024);
    }

    /** VmHWM of proc(5), in kB; 0 where the process is gone. */
    private static long highest(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/status"))
                    .lines()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    private static void make(Path real, Path bundle, long size) throws IOException {
        try (TarArchiveInputStream in =
                        new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(real)));
                TarArchiveOutputStream out =
                        new TarArchiveOutputStream(
                                new GZIPOutputStream(Files.newOutputStream(bundle)))) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            boolean grown = false;
            for (TarArchiveEntry entry = in.getNextEntry();
                    entry != null;
                    entry = in.getNextEntry()) {
                byte[] content = in.readAllBytes();
                if (!grown && entry.getName().contains("journalctl") && content.length > 10_000) {
                    content = grown(content, size);
                    grown = true;
                }
                TarArchiveEntry copy = new TarArchiveEntry(entry.getName());
                copy.setSize(content.length);
                out.putArchiveEntry(copy);
                out.write(content);
                out.closeArchiveEntry();
            }
            if (!grown) {
                throw new IllegalStateException(real + " has no journal");
            }
        }
    }

    private static byte[] grown(byte[] journal, long size) throws IOException {
        Random random = new Random(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> lines = new String(journal, StandardCharsets.UTF_8).lines().toList();
        while (out.size() < size) {
            for (String line : lines) {
                String marked =
                        line.replace(
                                "\"MESSAGE\":\"",
                                "\"MESSAGE\":\"\u2192" + Long.toHexString(random.nextLong()) + ' ');
                out.write((marked + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }
}
