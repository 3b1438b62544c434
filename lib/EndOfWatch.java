package netfix;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Enter, Ctrl-C or a lost terminal end a watch before its time, and the analysis follows. The JVM
 * answers Ctrl-C by ending itself; a hook of its end holds it up until the report is out.
 */
public final class EndOfWatch {

    /** What an analysis may take where every command hangs to its time limit. */
    private static final long LONGEST_ANALYSIS_S = 90;

    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::holdUp, "end of watch");
    private volatile int exit = ExitCode.INTERRUPTED;
    private final boolean terminal = Terminal.isTerminal(0);
    private volatile boolean begun;

    private EndOfWatch() {}

    public static EndOfWatch byHand() {
        EndOfWatch end = new EndOfWatch();
        Runtime.getRuntime().addShutdownHook(end.hook);
        return end;
    }

    /** The watch asks for the first time when it has its baseline. */
    public boolean isOver() {
        begun = true;
        if (terminal && entered()) {
            over.set(true);
        }
        return over.get();
    }

    /** Looked for and not waited for: a reader in the background is stopped by its terminal. */
    private static boolean entered() {
        try {
            int waiting = System.in.available();
            return waiting > 0 && System.in.readNBytes(waiting).length > 0;
        } catch (IOException e) {
            // The terminal is gone: nobody waits for the rest of the time.
            return true;
        }
    }

    private void holdUp() {
        if (!begun) {
            // Ctrl-C reaches the commands of the first look too: there is nothing to compare with.
            return;
        }
        over.set(true);
        try {
            if (reported.await(LONGEST_ANALYSIS_S, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The report is out: from now on Ctrl-C is Ctrl-C again. */
    public int reported(int status) {
        exit = status;
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Already ending, and waiting for this.
            reported.countDown();
        }
        return status;
    }
}
