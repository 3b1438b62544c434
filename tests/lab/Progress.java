package netfix.lab;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * What the lab says while it works: one line a result, and on a terminal, below them, the present
 * step with the seconds that it has taken.
 */
final class Progress {

    private static final int WIDTH = 99;

    private final PrintStream out;
    private final boolean terminal;
    private String step = "";
    private Instant stepBegan = Instant.now();
    private boolean stepShown;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        if (terminal) {
            Thread clock = new Thread(this::tick, "progress");
            clock.setDaemon(true);
            clock.start();
        }
    }

    synchronized void say(String line) {
        clearStep();
        out.println(line);
        out.flush();
    }

    /** What is being done right now; overwritten by whatever comes next. */
    synchronized void step(String who, String what) {
        step = who + ": " + what;
        stepBegan = Instant.now();
        showStep();
    }

    /** Nothing is being done that takes time. */
    synchronized void rest() {
        step = "";
        clearStep();
    }

    static String seconds(Instant since) {
        double seconds = Duration.between(since, Instant.now()).toMillis() / 1000.0;
        return String.format(Locale.ROOT, "%.0f s", seconds);
    }

    private void tick() {
        while (true) {
            GuestAgent.pause(1000);
            synchronized (this) {
                showStep();
            }
        }
    }

    private void showStep() {
        if (!terminal || step.isEmpty()) {
            return;
        }
        clearStep();
        String time = " (" + seconds(stepBegan) + ")";
        int room = WIDTH - time.length();
        out.print((step.length() > room ? step.substring(0, room) : step) + time);
        out.flush();
        stepShown = true;
    }

    private void clearStep() {
        if (stepShown) {
            out.print("\r\033[K");
            stepShown = false;
        }
    }
}
