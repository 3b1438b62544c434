///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES ../../diagnose.java

// How long one look takes, against the shell way: the same commands one after another in one sh,
// and a JVM that only says hello. The rounds alternate, so that a machine whose speed drifts is
// slow for both; what counts is the ratio, not the seconds.
//   ./jbang bench [ROUNDS]      (as root, on a machine with systemd; the lab runs it on a virtual
// Pi)

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

    private static final List<String> JVM =
            List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xlog:disable",
                    "-cp",
                    System.getProperty("java.class.path"));

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        RecordingMachine recording = new RecordingMachine(new LiveMachine());
        Look.at(recording, Progress.silent());
        Path script = Files.createTempFile("netfix-bench", ".sh");
        try {
            int commands = writeScript(recording.capture(), script);
            System.out.printf(
                    Locale.ROOT,
                    "one look against the same %d commands in a row in sh, and a hello-world JVM%n",
                    commands);
            System.out.println("round   sh s  hello s   look s   look / (sh + hello)");
            double[] ratios = new double[rounds];
            seconds(List.of("sh", script.toString()));
            for (int i = 0; i < rounds; i++) {
                double sh = seconds(List.of("sh", script.toString()));
                double hello = seconds(jvm("SnapshotBench$Hello"));
                double look = seconds(jvm("diagnose", "--watch", "0"));
                ratios[i] = look / (sh + hello);
                System.out.printf(
                        Locale.ROOT,
                        "%5d %6.2f %8.2f %8.2f %12.2f%n",
                        i + 1,
                        sh,
                        hello,
                        look,
                        ratios[i]);
            }
            Arrays.sort(ratios);
            System.out.printf(
                    Locale.ROOT,
                    "ratio: min %.2f, median %.2f, max %.2f%n",
                    ratios[0],
                    ratios[rounds / 2],
                    ratios[rounds - 1]);
        } finally {
            Files.delete(script);
        }
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

    private static List<String> jvm(String... more) {
        List<String> argv = new ArrayList<>(JVM);
        argv.addAll(List.of(more));
        return argv;
    }

    private static double seconds(List<String> argv) throws Exception {
        long start = System.nanoTime();
        new ProcessExecutor(argv).execute();
        return (System.nanoTime() - start) / 1e9;
    }
}
