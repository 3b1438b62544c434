package netfix;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a run, all with one time in their names, as the documentation's script named them.
 * Readable by their owner alone: they tell where the Pi has been.
 */
public final class DiagnosticFiles {

    public static final Path USUAL = Path.of("/var/log/network-diagnostics");

    private static final Path TMP = Path.of(System.getProperty("java.io.tmpdir"));
    private static final String ELSEWHERE = "network-diagnostics-";

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss");
    private static final Pattern OURS =
            Pattern.compile(
                    "(?:network_diagnostic|interface_changes|btwifiset_interaction"
                            + "|networkmanager_interaction|diagnostic_summary|diagnosis)"
                            + "_(\\d{8}_\\d{6}(?:_\\d{1,3})?)\\.(?:log|txt|json|html)");

    /** Of one second. */
    private static final int MOST_RUNS = 100;

    /**
     * @param stamp what their names have in common
     * @param instead why they are not where they were meant to be; empty where they are
     */
    public record Kept(Path folder, String stamp, List<Path> files, String instead) {

        /** For a person. */
        public String shown() {
            return (instead.isEmpty() ? "" : instead + "; ")
                    + "kept in "
                    + folder
                    + ": *_"
                    + stamp
                    + ".*";
        }
    }

    private DiagnosticFiles() {}

    /**
     * Where it usually is, or, where that cannot be written, in a folder of its own for what is
     * temporary.
     *
     * @param texts by name, {@code network_diagnostic_*.log}: the star becomes the time
     * @param keep how many runs stay there, this one included
     * @throws BadInput where they could not be kept there either
     */
    public static Kept usual(Map<String, String> texts, Instant at, int keep) {
        try {
            return write(USUAL, texts, at, keep, "");
        } catch (IOException e) {
            String why = USUAL + " cannot be written (" + reason(e) + ")";
            try {
                return write(temporary(TMP), texts, at, keep, why);
            } catch (IOException again) {
                throw new BadInput(why + ", and no other folder either: " + reason(again));
            }
        }
    }

    /**
     * The folder of an earlier run, so that what is kept there has a bound too; or a new one. In a
     * folder that is everybody's, only one that is ours and a folder is trusted.
     */
    static Path temporary(Path everybodys) throws IOException {
        Path own = Files.createTempDirectory(everybodys, ELSEWHERE);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(everybodys, ELSEWHERE + "*")) {
            for (Path earlier : all) {
                if (!earlier.equals(own)
                        && Files.isDirectory(earlier, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(earlier, LinkOption.NOFOLLOW_LINKS)
                                .equals(Files.getOwner(own))) {
                    Files.delete(own);
                    return earlier;
                }
            }
        }
        return own;
    }

    /**
     * Where somebody wants them.
     *
     * @throws BadInput where they could not be kept there
     */
    public static Kept in(Path folder, Map<String, String> texts, Instant at, int keep) {
        try {
            return write(folder, texts, at, keep, "");
        } catch (IOException e) {
            throw new BadInput("not all files could be kept in " + folder + ": " + reason(e));
        }
    }

    private static Kept write(
            Path folder, Map<String, String> texts, Instant at, int keep, String instead)
            throws IOException {
        Files.createDirectories(folder, only(folder, "rwx------"));
        String time = STAMP.format(at.atZone(ZoneId.systemDefault()));
        // First, for a full disk has no room for new files while the old ones stay.
        removeOld(folder, time, keep);
        Map<Path, String> files = new LinkedHashMap<>();
        String stamp = time;
        for (int run = 2; !began(folder, stamp, texts) && run < MOST_RUNS; run++) {
            stamp = time + "_" + run;
        }
        for (Map.Entry<String, String> text : texts.entrySet()) {
            files.put(folder.resolve(text.getKey().replace("*", stamp)), text.getValue());
        }
        boolean first = true;
        for (Map.Entry<Path, String> file : files.entrySet()) {
            if (!first) {
                write(file.getKey(), file.getValue());
            }
            first = false;
        }
        removeOld(folder, stamp, keep);
        return new Kept(folder, stamp, List.copyOf(files.keySet()), instead);
    }

    /**
     * Whether the first file could be had under that time: another run of the same second may have
     * it, may it have begun this very moment.
     */
    private static boolean began(Path folder, String stamp, Map<String, String> texts)
            throws IOException {
        if (byStamp(folder).containsKey(stamp)) {
            return false;
        }
        Map.Entry<String, String> text = texts.entrySet().iterator().next();
        try {
            write(folder.resolve(text.getKey().replace("*", stamp)), text.getValue());
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                file,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                only(file, "rw-------"));
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            // Half a file says half the truth.
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Windows, where a capture may be looked at, has no such modes. */
    private static FileAttribute<?>[] only(Path path, String mode) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
                }
                : new FileAttribute<?>[0];
    }

    /** The newest first. */
    private static SortedMap<String, List<Path>> byStamp(Path folder) throws IOException {
        SortedMap<String, List<Path>> runs = new TreeMap<>(Comparator.reverseOrder());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                Matcher m = OURS.matcher(file.getFileName().toString());
                if (m.matches()) {
                    runs.computeIfAbsent(m.group(1), stamp -> new ArrayList<>()).add(file);
                }
            }
        }
        return runs;
    }

    /** By the time in the name; this run's stay whatever the clock says. */
    private static void removeOld(Path folder, String stamp, int keep) throws IOException {
        SortedMap<String, List<Path>> old = byStamp(folder);
        old.remove(stamp);
        for (List<Path> files : old.values().stream().skip(Math.max(0, keep - 1)).toList()) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e instanceof AccessDeniedException
                ? "not allowed"
                : e instanceof FileAlreadyExistsException ? "it is no folder" : e.getMessage();
    }
}
