///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES ../../diagnose.java
//SOURCES StartWords.java

// How long one look takes, against the shell way: the same commands one after another in one sh,
// and a JVM that only says hello. The look is started with the very words with which ./jbang starts
// it from its third time on (with the archive of its classes), and once without the archive, as the
// first time after a build is. The rounds alternate, so that a machine whose speed drifts is slow
// for all; what counts is the ratio, not the seconds. Ends with 1 where the median of the ratios is
// over the bound: 1.0, the look being wanted no slower than the shell way, unless another is given.
//
//   ./jbang bench [ROUNDS [BOUND]]     (as root, with systemd; the lab runs it on a Pi)

import netfix.Capture;
import netfix.Command;
import netfix.LiveMachine;
import netfix.Look;
import netfix.Progress;
import netfix.RecordingMachine;

import org.zeroturnaround.exec.ProcessExecutor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

public class SnapshotBench {

    /** What the JVM costs before it does anything. */
    static class Hello {
        public static void main(String[] args) {
            System.out.println("hello");
        }
    }

    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    private static final List<String> HELLO =
            List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xlog:disable",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "SnapshotBench$Hello");

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        double bound = args.length > 1 ? Double.parseDouble(args[1]) : 1.0;
        double median;
        RecordingMachine recording = new RecordingMachine(new LiveMachine());
        Look.at(recording, Progress.silent());
        Path script = Files.createTempFile("netfix-bench", ".sh");
        try {
            int commands = writeScript(recording.capture(), script);
            System.out.printf(
                    Locale.ROOT,
                    "one look against the same %d commands in a row in sh, and a hello-world JVM%n",
                    commands);
            List<String> look = look();
            List<String> bare = new ArrayList<>(look);
            boolean archive = bare.removeIf(word -> word.startsWith(ARCHIVE));
            System.out.println(
                    archive
                            ? "the look starts from an archive of its classes; bare is without it"
                            : "no archive could be made: look and bare are the same");
            System.out.println(
                    "round   sh s  hello s   look s   bare s   look / (sh + hello)   bare / ...");
            double[] ratios = new double[rounds];
            double[] without = new double[rounds];
            seconds(List.of("sh", script.toString()));
            for (int i = 0; i < rounds; i++) {
                double sh = seconds(List.of("sh", script.toString()));
                double hello = seconds(HELLO);
                double looked = seconds(look);
                double barely = seconds(bare);
                ratios[i] = looked / (sh + hello);
                without[i] = barely / (sh + hello);
                System.out.printf(
                        Locale.ROOT,
                        "%5d %6.2f %8.2f %8.2f %8.2f %12.2f %19.2f%n",
                        i + 1,
                        sh,
                        hello,
                        looked,
                        barely,
                        ratios[i],
                        without[i]);
            }
            median = summary("ratio", ratios);
            summary("without the archive", without);
        } finally {
            Files.delete(script);
        }
        // Written so that no ratio at all (0 / 0) is not within it.
        boolean within = median <= bound;
        System.out.printf(
                Locale.ROOT,
                "the median is %s the bound %.2f%n",
                within ? "within" : "over",
                bound);
        System.exit(within ? 0 : 1);
    }

    private static int writeScript(Capture capture, Path script) throws Exception {
        StringBuilder text = new StringBuilder("export LC_ALL=C\n");
        List<Command> commands = capture.asked();
        for (Command command : commands) {
            text.append(command.shown()).append(" >/dev/null 2>&1\n");
        }
        // The files are read too: a shell would use cat.
        text.append("cat ");
        capture.filesRead().forEach(file -> text.append(Command.quoted(file)).append(' '));
        text.append(">/dev/null 2>&1\nexit 0\n");
        Files.writeString(script, text);
        return commands.size();
    }

    /** The median. */
    private static double summary(String name, double[] ratios) {
        Arrays.sort(ratios);
        double median = ratios[ratios.length / 2];
        System.out.printf(
                Locale.ROOT,
                "%s: min %.2f, median %.2f, max %.2f%n",
                name,
                ratios[0],
                median,
                ratios[ratios.length - 1]);
        return median;
    }

    /** The words with which ./jbang starts a look, once the archive is made: at the third start. */
    private static List<String> look() throws Exception {
        new ProcessExecutor(StartWords.launcher(), "diagnose", "--watch", "0").execute();
        List<String> words = StartWords.ofDiagnose();
        words.addAll(List.of("--watch", "0"));
        return words;
    }

    private static double seconds(List<String> argv) throws Exception {
        long start = System.nanoTime();
        new ProcessExecutor(argv).execute();
        return (System.nanoTime() - start) / 1e9;
    }
}
