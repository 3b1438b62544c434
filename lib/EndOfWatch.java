package netfix;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Enter, Ctrl-C or a lost terminal end a watch before its time, and the analysis follows. The JVM
 * answers Ctrl-C by ending itself; a hook of its end holds it up until the report is out, or until
 * there will be none.
 */
public final class EndOfWatch implements AutoCloseable {

    /** What an analysis may take where every command hangs to its time limit. */
    private static final long LONGEST_ANALYSIS_S = 90;

    private final InputStream in;
    private final boolean terminal;
    private final long longestAnalysis;

    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::holdUp, "end of watch");
    private volatile int exit = ExitCode.INTERRUPTED;
    private volatile boolean begun;
    private final List<Streams.Open> open = new ArrayList<>();
    private boolean ended;

    /**
     * @param patience what the time limits of commands are multiplied by
     */
    EndOfWatch(InputStream in, boolean terminal, int patience) {
        this.in = in;
        this.terminal = terminal;
        this.longestAnalysis = LONGEST_ANALYSIS_S * patience;
    }

    public static EndOfWatch byHand(Machine machine) {
        int patience = machine instanceof LiveMachine live ? live.patience() : 1;
        EndOfWatch end = new EndOfWatch(System.in, Terminal.isTerminal(0), patience);
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
    private boolean entered() {
        try {
            int waiting = in.available();
            return waiting > 0 && in.readNBytes(waiting).length > 0;
        } catch (IOException e) {
            // The terminal is gone: nobody waits for the rest of the time.
            return true;
        }
    }

    /**
     * The same streams, ended with the JVM: they are in sessions of their own, which Ctrl-C does
     * not reach, and before the baseline nobody else ends them.
     */
    public Streams ending(Streams streams) {
        return (argv, listener) -> {
            Streams.Open one = streams.open(argv, listener);
            synchronized (open) {
                open.add(one);
                if (ended) {
                    one.close();
                }
            }
            return one;
        };
    }

    private void endStreams() {
        synchronized (open) {
            ended = true;
            open.forEach(Streams.Open::close);
        }
    }

    void holdUp() {
        if (!begun) {
            // Ctrl-C reaches the commands of the first look too: there is nothing to compare with.
            endStreams();
            return;
        }
        over.set(true);
        try {
            if (reported.await(longestAnalysis, TimeUnit.SECONDS) && exit != ExitCode.INTERRUPTED) {
                Runtime.getRuntime().halt(exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endStreams();
    }

    /** The report is out: from now on Ctrl-C is Ctrl-C again. */
    public int reported(int status) {
        exit = status;
        close();
        return status;
    }

    /**
     * Also where no report came of it. What was typed meanwhile was meant for the watch, a second
     * Enter mostly: the shell is not to run it.
     */
    @Override
    public void close() {
        if (terminal && reported.getCount() > 0) {
            entered();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Already ending, and waiting for this.
        }
        reported.countDown();
    }
}
