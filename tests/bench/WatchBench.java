///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:+UseSerialGC
//SOURCES StartWords.java
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36

// How long after an event its line stands on the terminal, against ip monitor, which is asked about
// the same events in the same run. Each has a terminal of its own, by script(1): what that takes to
// hand a line on counts for both. The events are addresses that come on a veth interface, given by
// one ip that is running already; both times count from the moment at which that ip is told. Exit 1
// where a line never came, or came, at the median, more than three times as late as ip monitor's.
//
//   ./jbang bench-watch [EVENTS]      30 where no number is given; as root, on Linux

import org.zeroturnaround.exec.ProcessExecutor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

public class WatchBench {

    private static final String LINK = "nfbench0";
    private static final String PEER = "nfbench1";

    /** What a watch may take, at the median, of the time that ip monitor takes. */
    private static final double MOST_RATIO = 3;

    /** RFC 5737: for documentation, nobody's. */
    private static final String NET = "198.51.100.";

    /** Reads what a process prints, and when. */
    private static final class Heard implements Runnable {
        private final Process process;
        private final String begins;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final Map<String, Long> at = new ConcurrentHashMap<>();

        Heard(Process process, String begins) {
            this.process = process;
            this.begins = begins;
            Thread thread = new Thread(this, begins);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try (BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    long now = System.nanoTime();
                    if (line.contains(begins)) {
                        begun.countDown();
                    }
                    int start = line.indexOf(NET);
                    if (start >= 0) {
                        String address = line.substring(start).replaceFirst("[^0-9.].*", "");
                        at.putIfAbsent(address, now);
                    }
                }
            } catch (IOException e) {
                System.err.println(begins + ": " + e.getMessage());
            }
        }

        double millisAfter(long told, String address) throws InterruptedException {
            for (int i = 0; i < 500 && !at.containsKey(address); i++) {
                Thread.sleep(10);
            }
            Long heard = at.get(address);
            return heard == null ? Double.NaN : (heard - told) / 1e6;
        }
    }

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        if (events < 1 || events > 250) {
            throw new IllegalStateException("for 1 to 250 events");
        }
        boolean good = false;
        Path command = Files.createTempFile("netfix-bench", ".sh");
        ip("link", "add", LINK, "type", "veth", "peer", "name", PEER);
        try {
            ip("link", "set", LINK, "up");
            Files.writeString(
                    command, "exec " + quoted(StartWords.ofDiagnose()) + " --watch 600\n");
            Process watch = onTerminal("sh " + command);
            Process monitor = onTerminal("exec ip monitor address");
            Process giver =
                    new ProcessBuilder("ip", "-batch", "-")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                            .start();
            try {
                good = race(events, watch, monitor, giver.getOutputStream());
            } finally {
                watch.getOutputStream().write('\n');
                watch.getOutputStream().flush();
                watch.waitFor(60, TimeUnit.SECONDS);
                watch.destroy();
                monitor.destroy();
                giver.destroy();
            }
        } finally {
            ip("link", "del", LINK);
            Files.delete(command);
        }
        System.exit(good ? 0 : 1);
    }

    private static Process onTerminal(String command) throws IOException {
        return new ProcessBuilder("script", "-qfec", command, "/dev/null")
                .redirectErrorStream(true)
                .start();
    }

    private static boolean race(int events, Process watch, Process monitor, OutputStream ip)
            throws Exception {
        Heard netfix = new Heard(watch, "Now use the phone");
        Heard other = new Heard(monitor, "ip monitor");
        if (!netfix.begun.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("diagnose did not begin to watch");
        }
        double[] own = new double[events];
        double[] theirs = new double[events];
        double[] ratios = new double[events];
        for (int i = 0; i < events; i++) {
            Thread.sleep(400);
            String address = NET + (i + 1);
            long told = System.nanoTime();
            ip.write(
                    ("address add " + address + "/32 dev " + LINK + "\n")
                            .getBytes(StandardCharsets.US_ASCII));
            ip.flush();
            theirs[i] = other.millisAfter(told, address);
            own[i] = netfix.millisAfter(told, address);
            ratios[i] = own[i] / theirs[i];
        }
        System.out.printf(
                Locale.ROOT, "%d events, milliseconds until the line was there%n", events);
        row("ip monitor", theirs);
        row("diagnose", own);
        double ratio = row("ratio", ratios);
        boolean lost = Arrays.stream(own).anyMatch(Double::isNaN);
        if (lost) {
            System.out.println("a line of diagnose never came");
        }
        // What is no number is no ratio that is small enough.
        boolean late = !(ratio <= MOST_RATIO);
        if (late) {
            System.out.printf(
                    Locale.ROOT, "the median ratio is %.2f, %.2f is the most%n", ratio, MOST_RATIO);
        }
        return !lost && !late;
    }

    private static double row(String name, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%-12s min %.2f, median %.2f, 90%% %.2f, max %.2f%n",
                name,
                sorted[0],
                sorted[sorted.length / 2],
                sorted[sorted.length * 9 / 10],
                sorted[sorted.length - 1]);
        return sorted[sorted.length / 2];
    }

    private static String quoted(List<String> words) {
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            quoted.add("'" + word.replace("'", "'\\''") + "'");
        }
        return String.join(" ", quoted);
    }

    private static void ip(String... words) throws Exception {
        List<String> argv = new ArrayList<>(List.of("ip"));
        argv.addAll(List.of(words));
        new ProcessExecutor(argv).exitValueNormal().execute();
    }
}
