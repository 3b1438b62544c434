package netfix;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Says on a terminal what is being waited for, once that takes longer than two seconds; says
 * nothing elsewhere.
 */
public final class Progress implements AutoCloseable {

    private static final String CLEAR_LINE = "\r\u001b[K";

    private record Open(String what, long since) {
        long seconds() {
            return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
        }
    }

    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Open> open = new ConcurrentSkipListMap<>();
    private final PrintStream out;
    private final ScheduledExecutorService ticker;
    private final Optional<Phases> phases;
    private boolean shown;

    private Progress(PrintStream out, ScheduledExecutorService ticker, Optional<Phases> phases) {
        this.out = out;
        this.ticker = ticker;
        this.phases = phases;
        phases.ifPresent(Phases::lookBegins);
    }

    public static Progress silent() {
        return new Progress(System.err, null, Optional.empty());
    }

    /**
     * A line on standard error that is rewritten in place, where standard error is a terminal.
     *
     * @param phases for the times, where somebody wants to know them
     */
    static Progress onTerminal(Optional<Phases> phases) {
        if (!Terminal.isTerminal(2)) {
            return new Progress(System.err, null, phases);
        }
        Progress progress =
                new Progress(
                        System.err,
                        Executors.newSingleThreadScheduledExecutor(
                                task -> {
                                    Thread thread = new Thread(task, "progress");
                                    thread.setDaemon(true);
                                    return thread;
                                }),
                        phases);
        progress.ticker.scheduleAtFixedRate(progress::show, 2, 1, TimeUnit.SECONDS);
        return progress;
    }

    /** Does something that may take time, and says so while it lasts. */
    public <T> T during(String what, Supplier<T> work) {
        long id = ids.incrementAndGet();
        long since = System.nanoTime();
        open.put(id, new Open(what, since));
        try {
            return work.get();
        } finally {
            open.remove(id);
            phases.ifPresent(all -> all.part(what, System.nanoTime() - since));
        }
    }

    private synchronized void show() {
        open.values().stream()
                .findFirst()
                .ifPresent(
                        oldest -> {
                            shown = true;
                            out.print(
                                    CLEAR_LINE
                                            + "waiting for "
                                            + Terminal.safe(oldest.what())
                                            + " ("
                                            + oldest.seconds()
                                            + " s)");
                            out.flush();
                        });
    }

    @Override
    public synchronized void close() {
        if (ticker != null) {
            ticker.shutdownNow();
        }
        phases.ifPresent(Phases::lookEnds);
        if (shown) {
            out.print(CLEAR_LINE);
            out.flush();
            shown = false;
        }
    }
}
