package netfix.lab;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * What the lab says while it works: on a terminal the present step too, elsewhere one line a
 * result.
 */
final class Progress {

    private final PrintStream out;
    private final boolean terminal;
    private boolean stepShown;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    synchronized void say(String line) {
        clearStep();
        out.println(line);
        out.flush();
    }

    /** What is being done right now; overwritten by whatever comes next. */
    synchronized void step(String scenario, String step) {
        if (!terminal) {
            return;
        }
        clearStep();
        String line = scenario + ": " + step;
        out.print(line.length() > 99 ? line.substring(0, 99) : line);
        out.flush();
        stepShown = true;
    }

    static String seconds(Instant since) {
        double seconds = Duration.between(since, Instant.now()).toMillis() / 1000.0;
        return String.format(Locale.ROOT, "%.0f s", seconds);
    }

    private void clearStep() {
        if (stepShown) {
            out.print("\r\033[K");
            stepShown = false;
        }
    }
}
