package netfix;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** What a second process asks the running monitor, and tells it, by files in /run. */
public final class MonitorAnswers {

    private static final int MOST_MINUTES = 1440;

    private MonitorAnswers() {}

    /**
     * Whether this process may keep a log and a memory.
     *
     * @throws BadInput where it may not, and is to repair
     */
    public static boolean isRoot(Machine machine, boolean repair) {
        boolean root = Look.isRoot(machine);
        if (!root && repair) {
            throw BadInput.notAllowed(
                    "not allowed: a repair is root's: "
                            + Cli.asRoot("monitor", System.getenv())
                            + "; --no-repair only looks");
        }
        return root;
    }

    /** The exit status: 0 where it runs and nothing is wrong. */
    public static int status(Machine machine, boolean json, PrintStream out) {
        return status(machine, new MonitorFiles(Path.of("/")), json, out);
    }

    static int status(Machine machine, MonitorFiles files, boolean json, PrintStream out) {
        Reading<String> kept = files.status();
        if (kept.whyUnknown().isPresent()) {
            throw BadInput.notAllowed(kept.whyUnknown().get());
        }
        String text = kept.orElse("");
        boolean runs = runs(machine, MonitorStatus.pid(text));
        Optional<String> shown =
                MonitorStatus.text(text, runs, MonitorStatus.buildOf(Installation.jar()));
        if (shown.isEmpty()) {
            out.print(
                    json
                            ? "{\"schema\": \""
                                    + MonitorStatus.SCHEMA
                                    + "\", \"state\": \"none\"}\n"
                            : "monitor is not running, and has not run since the boot\n");
            return ExitCode.PROBLEMS;
        }
        out.print(json ? (runs ? text : MonitorStatus.ended(text)) : shown.get());
        return runs && MonitorStatus.allWell(text) ? ExitCode.GOOD : ExitCode.PROBLEMS;
    }

    /** A number that another process has by now is not ours. */
    private static boolean runs(Machine machine, int pid) {
        return pid > 0 && machine.read("/proc/" + pid + "/cmdline").orElse("").contains("monitor");
    }

    /**
     * @throws BadInput where that is no time
     */
    public static int hold(LiveMachine machine, int minutes, PrintStream out) {
        if (minutes < 0 || minutes > MOST_MINUTES) {
            throw new BadInput(
                    "hold: " + minutes + " minutes; it is 0 (no longer) to " + MOST_MINUTES);
        }
        if (!Look.isRoot(machine)) {
            throw BadInput.notAllowed(
                    "hold needs root: "
                            + Cli.asRoot("monitor", System.getenv())
                            + " hold "
                            + minutes);
        }
        new MonitorFiles(Path.of("/")).hold(MonitorService.uptime(machine) + minutes * 60L);
        out.println(
                minutes == 0
                        ? "monitor repairs again"
                        : "monitor keeps its hands off for "
                                + minutes
                                + " minutes, as long as another path works");
        return ExitCode.GOOD;
    }
}
