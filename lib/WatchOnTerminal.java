package netfix;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Tells on a terminal what happens as it comes, and how long it goes on; elsewhere it is quiet. */
public final class WatchOnTerminal implements Watch.Narration {

    private static final String CLEAR_LINE = "\r\u001b[K";

    /** A person reads no more lines of one second than this. */
    private static final int MOST_A_SECOND = 25;

    private final PrintStream out;
    private final boolean shown;
    private final Optional<Pseudonyms> others;
    private Duration left = Duration.ZERO;
    private boolean over;
    private int thisSecond;
    private int leftOut;

    WatchOnTerminal(PrintStream out, boolean shown, Optional<Pseudonyms> others) {
        this.out = out;
        this.shown = shown;
        this.others = others;
    }

    /**
     * On standard error, for standard output belongs to the report.
     *
     * @param others the names to be shown, where not the true ones
     */
    public static WatchOnTerminal onStandardError(Optional<Pseudonyms> others) {
        return new WatchOnTerminal(System.err, Terminal.isTerminal(2), others);
    }

    private String shown(String text) {
        others.ifPresent(names -> names.learn(text));
        return Terminal.safe(others.map(names -> names.of(text)).orElse(text));
    }

    /** Said before the first look, which takes its time on a Pi. */
    public void opening() {
        if (shown) {
            out.print("looking at the network before you use the phone …");
            out.flush();
        }
    }

    @Override
    public void began(Snapshot baseline) {
        if (shown) {
            others.ifPresent(names -> names.learn(baseline));
            Answer now = Reach.ofAll(baseline);
            out.println(
                    CLEAR_LINE
                            + "Before: "
                            + (now.isYes() ? "reachable" : "not known to be reachable")
                            + " ("
                            + shown(now.why())
                            + ").");
            out.println("Now use the phone. What happens is shown here; Enter ends it.");
            out.flush();
        }
    }

    @Override
    public void happened(WatchEvent event, Instant at) {
        if (!shown) {
            return;
        }
        others.ifPresent(names -> names.learn(event));
        if (++thisSecond > MOST_A_SECOND) {
            leftOut++;
            return;
        }
        out.println(CLEAR_LINE + WatchReport.clock(at) + "  " + shown(event.shown()));
        // Before the line under it, which is not what somebody waits for.
        out.flush();
        status();
    }

    @Override
    public void again() {
        leftOut++;
    }

    @Override
    public void left(Duration now) {
        if (!shown) {
            return;
        }
        left = now;
        thisSecond = 0;
        if (leftOut > 0) {
            out.println(CLEAR_LINE + "          … and " + leftOut + " more");
            leftOut = 0;
        }
        status();
    }

    private void status() {
        out.print(
                CLEAR_LINE
                        + (over
                                ? "comparing with before …"
                                : "watching, " + left.toSeconds() + " s left; Enter ends it "));
        out.flush();
    }

    @Override
    public void comparing() {
        if (shown) {
            over = true;
            status();
        }
    }

    /** Leaves an empty line's begin for the report. */
    public void done() {
        if (shown) {
            out.print(CLEAR_LINE);
            out.flush();
        }
    }
}
