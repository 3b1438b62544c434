package netfix;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Watches the network for a while: what the sources say is told as it comes, and after each burst
 * the state is read again, so that nothing that was missed stays hidden. All times are by the
 * monotonic clock; a Pi's wall clock jumps when it first hears of NTP.
 */
public final class Watch {

    /**
     * @param quiet how long nothing may have come before the state is read again
     * @param atLatest how long a burst may go on before it is read all the same
     * @param between how long after a look the next one begins, whatever happens
     * @param slow how often it is looked where nothing happens: a gateway that falls silent makes
     *     no event
     */
    record Pace(Duration quiet, Duration atLatest, Duration between, Duration slow) {
        static final Pace USUAL =
                new Pace(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(60));
    }

    /**
     * @param started by the wall clock, before the first look: what happens during it counts
     * @param startedNanos the same instant by the clock of the events
     * @param events in the order in which they were heard; of one that comes again and again the
     *     first ones
     * @param unkept how many more there were, which were counted only
     * @param unheard lines that came faster than they could be read; the looks made up for them
     * @param deaf the sources that told nothing (more), and why
     * @param lost what was there at the baseline and is not at the end
     * @param renamed what an interface is called now, by what it was called
     */
    public record Observed(
            Snapshot before,
            Snapshot after,
            Instant started,
            long startedNanos,
            Duration lasted,
            List<WatchEvent> events,
            long unkept,
            long unheard,
            Map<WatchSource, String> deaf,
            List<Absences.Absence> lost,
            List<Absences.Absence> returned,
            List<Thing> gained,
            Map<String, String> renamed) {

        Instant at(long nanos) {
            return started.plusNanos(nanos - startedNanos);
        }

        /** What was gone for long enough that somebody may have missed it. */
        List<Absences.Absence> cameBack() {
            return returned.stream().filter(a -> !a.isBlink()).toList();
        }
    }

    /**
     * What the first and the last look ask, each when it begins: the machine itself, or one that
     * records what it answers.
     */
    public interface Ends {
        Machine first();

        Machine last();

        static Ends of(Machine machine) {
            return new Ends() {
                @Override
                public Machine first() {
                    return machine;
                }

                @Override
                public Machine last() {
                    return machine;
                }
            };
        }
    }

    /** Is told what happens while it happens. */
    public interface Narration {
        /** The streams are open and the baseline is known. */
        void began(Snapshot baseline);

        void happened(WatchEvent event, Instant at);

        /** One more of what was told often enough. */
        void again();

        void left(Duration left);

        /** The watch is over; the last look, which takes its time on a Pi, begins. */
        void comparing();
    }

    /** Two minutes: the phone scans, and is put away again. */
    public static final int USUAL_SECONDS = 120;

    /** A day. */
    public static final int MOST_SECONDS = 86_400;

    /** Lines that wait to be read, in characters: 4 Mi of them are 8 MB at most. */
    private static final long MOST_WAITING = 4L << 20;

    private static final int MOST_EVENTS = 2000;

    /** Of all that is kept, in characters: a daemon's line may be long. */
    private static final int MOST_KEPT = 1 << 20;

    /** Audit lines come one at a time; more processes than this are not remembered. */
    private static final int MOST_PROCESSES = 1000;

    /** A link that flaps says the same for ever, and must not crowd out what is said once. */
    private static final int MOST_ALIKE = 20;

    private static final Duration LONGEST_SETTLING = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(200);

    private record Heard(WatchSource source, long nanos, String line, boolean ended) {}

    private final Machine machine;
    private final Ends ends;
    private final Streams streams;
    private final Pace pace;
    private final Narration narration;

    private final LinkedBlockingQueue<Heard> queue = new LinkedBlockingQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong unheard = new AtomicLong();
    private final Map<WatchSource, String> deaf = new EnumMap<>(WatchSource.class);
    private final List<WatchEvent> events = new ArrayList<>();
    private final Map<String, Integer> alike = new HashMap<>();
    private final Map<Integer, String> processes = new ConcurrentHashMap<>();
    private long unkept;
    private long kept;

    Watch(Machine machine, Ends ends, Streams streams, Pace pace, Narration narration) {
        this.machine = machine;
        this.ends = ends;
        this.streams = streams;
        this.pace = pace;
        this.narration = narration;
    }

    public static Observed of(
            Machine machine,
            Ends ends,
            Streams streams,
            Duration howLong,
            Narration narration,
            BooleanSupplier over) {
        return new Watch(machine, ends, streams, Pace.USUAL, narration).run(howLong, over);
    }

    /**
     * @param over whether somebody has ended it before its time
     */
    Observed run(Duration howLong, BooleanSupplier over) {
        List<Streams.Open> open = new ArrayList<>();
        ExecutorService looker =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "watch looks");
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            Instant started = machine.clock();
            long start = System.nanoTime();
            for (WatchSource source : WatchSource.values()) {
                open.add(streams.open(source.argv(), new Ear(source)));
            }
            // The sources first: what happens during the first look is heard, and may have
            // happened after the look had read what it is about.
            Snapshot baseline = Look.at(ends.first(), Progress.silent());
            return watch(baseline, started, start, howLong, over, looker, open);
        } finally {
            open.forEach(Streams.Open::close);
            looker.shutdownNow();
        }
    }

    /** What a line takes up while it waits, in characters, with all that is around it. */
    private static long room(String line) {
        return line.length() + 64L;
    }

    /** A line that finds no room is dropped and counted; a look follows in any case. */
    private final class Ear implements Streams.Listener {
        private final WatchSource source;

        Ear(WatchSource source) {
            this.source = source;
        }

        @Override
        public void line(long nanos, String line) {
            if (source == WatchSource.JOURNAL) {
                remember(line);
            }
            if (waiting.addAndGet(room(line)) > MOST_WAITING) {
                waiting.addAndGet(-room(line));
                unheard.incrementAndGet();
                return;
            }
            queue.add(new Heard(source, nanos, line, false));
        }

        @Override
        public void ended(String why) {
            waiting.addAndGet(room(why));
            queue.add(new Heard(source, System.nanoTime(), why, true));
        }
    }

    private Snapshot look() {
        return Look.at(machine, Progress.silent());
    }

    private Observed watch(
            Snapshot baseline,
            Instant started,
            long start,
            Duration howLong,
            BooleanSupplier over,
            ExecutorService looker,
            List<Streams.Open> open) {
        KernelEvents kernel = new KernelEvents(baseline);
        DaemonEvents daemons = new DaemonEvents(pid -> processes.getOrDefault(pid, ""));
        Absences absences = new Absences(baseline);
        narration.began(baseline);
        long begun = System.nanoTime();
        Looks looks = new Looks(looker, absences, begun);
        long end = begun + howLong.toNanos();
        long said = -1;
        while (!over.getAsBoolean() && System.nanoTime() - end < 0) {
            Heard heard = next();
            if (heard != null) {
                take(heard, kernel, daemons, absences, started, start).ifPresent(looks::trigger);
            }
            looks.proceed(unheard.get());
            long left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()) + 1;
            if (left != said) {
                said = left;
                narration.left(Duration.ofSeconds(Math.max(0, left)));
            }
        }
        Duration lasted = Duration.ofNanos(System.nanoTime() - start);
        narration.comparing();
        settle(kernel, daemons, absences, started, start);
        open.forEach(Streams.Open::close);
        open.clear();
        looks.forget();
        long last = System.nanoTime();
        Snapshot after = Look.at(ends.last(), Progress.silent());
        absences.looked(after, last, System.nanoTime());
        return new Observed(
                baseline,
                after,
                started,
                start,
                lasted,
                List.copyOf(events),
                unkept,
                unheard.get(),
                Map.copyOf(deaf),
                absences.lost(),
                absences.returned(),
                absences.gained(),
                absences.renamed());
    }

    private Heard next() {
        try {
            Heard heard = queue.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            if (heard != null) {
                waiting.addAndGet(-room(heard.line()));
            }
            return heard;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Ended in the middle of a burst, its end is still heard; a flood is not waited for. */
    private void settle(
            KernelEvents kernel,
            DaemonEvents daemons,
            Absences absences,
            Instant started,
            long start) {
        long begun = System.nanoTime();
        long last = begun;
        long now = begun;
        while ((!queue.isEmpty() || now - last < pace.quiet().toNanos())
                && now - begun < LONGEST_SETTLING.toNanos()) {
            Heard heard = next();
            now = System.nanoTime();
            if (heard != null
                    && take(heard, kernel, daemons, absences, started, start).isPresent()) {
                last = now;
            }
        }
    }

    /** The event where it is one that the state may have changed with. */
    private Optional<WatchEvent> take(
            Heard heard,
            KernelEvents kernel,
            DaemonEvents daemons,
            Absences absences,
            Instant started,
            long start) {
        Optional<WatchEvent> event;
        if (heard.ended()) {
            String why = Redaction.of(heard.line());
            deaf.put(heard.source(), why);
            event =
                    Optional.of(
                            WatchEvent.of(
                                    Math.max(start, heard.nanos()),
                                    heard.source(),
                                    "",
                                    heard.source() + " cannot be heard: " + why));
        } else {
            event = words(heard, kernel, daemons);
        }
        event.ifPresent(
                e -> {
                    absences.heard(e);
                    if (isNews(e)) {
                        events.add(e);
                        narration.happened(e, started.plusNanos(e.nanos() - start));
                    } else {
                        unkept++;
                        narration.again();
                    }
                });
        return event;
    }

    /** A reader that trips over a line costs that line; the state is read again all the same. */
    private static Optional<WatchEvent> words(
            Heard heard, KernelEvents kernel, DaemonEvents daemons) {
        try {
            return switch (heard.source()) {
                case KERNEL -> kernel.event(heard.nanos(), heard.line());
                case NETWORKMANAGER -> DaemonEvents.networkManager(heard.nanos(), heard.line());
                case JOURNAL -> daemons.journal(heard.nanos(), heard.line());
                case RFKILL -> DaemonEvents.radio(heard.nanos(), heard.line());
            };
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.of(
                    WatchEvent.of(
                            heard.nanos(),
                            heard.source(),
                            "",
                            heard.source() + ": a line that netfix could not read (" + e + ")"));
        }
    }

    private boolean isNews(WatchEvent event) {
        long room = room(event.text()) + room(event.who());
        boolean news =
                events.size() < MOST_EVENTS
                        && kept + room <= MOST_KEPT
                        && alike.merge(event.text(), 1, Integer::sum) <= MOST_ALIKE;
        kept += news ? room : 0;
        return news;
    }

    /**
     * Whose the process of an audit line is, asked as soon as it is heard: nmcli is gone in a
     * moment, and during the first look nobody takes what is heard.
     */
    private void remember(String line) {
        int audit = line.indexOf("audit: op=");
        int at = audit < 0 ? -1 : line.lastIndexOf(" pid=");
        int end = at + 5;
        while (at > audit
                && end < line.length()
                && end < at + 14
                && line.charAt(end) >= '0'
                && line.charAt(end) <= '9') {
            end++;
        }
        if (at > audit && end > at + 5 && processes.size() < MOST_PROCESSES) {
            int pid = Integer.parseInt(line, at + 5, end, 10);
            processes.put(pid, process(pid));
        }
    }

    /** {@code nmcli in btwifiset.service}; mostly it is still there when its audit line comes. */
    private String process(int pid) {
        String name = machine.read("/proc/" + pid + "/comm").orElse("").strip();
        String group = machine.read("/proc/" + pid + "/cgroup").orElse("").strip();
        return Sessions.inUnit(name, group);
    }

    /** When the state is read again: one look at a time, in the background. */
    private final class Looks {
        private final ExecutorService looker;
        private final Absences absences;
        private CompletableFuture<Snapshot> running;
        private long firstTrigger;
        private long lastTrigger;
        private boolean due;
        private long lastLook;
        private long begun;
        private long unheardThen;

        Looks(ExecutorService looker, Absences absences, long start) {
            this.looker = looker;
            this.absences = absences;
            this.lastLook = start;
        }

        void trigger(WatchEvent event) {
            if (!due) {
                due = true;
                firstTrigger = event.nanos();
            }
            lastTrigger = event.nanos();
        }

        void proceed(long unheardNow) {
            long now = System.nanoTime();
            if (running != null && running.isDone()) {
                Snapshot snapshot = running.join();
                running = null;
                lastLook = now;
                absences.looked(snapshot, begun, now);
            }
            if (unheardNow != unheardThen) {
                unheardThen = unheardNow;
                due = true;
                lastTrigger = now;
            }
            boolean quiet = now - lastTrigger >= pace.quiet().toNanos();
            boolean late = now - firstTrigger >= pace.atLatest().toNanos();
            boolean slow = now - lastLook >= pace.slow().toNanos();
            boolean rested = now - lastLook >= pace.between().toNanos();
            if (running == null && (due && (quiet || late) && rested || slow)) {
                due = false;
                begun = now;
                running = CompletableFuture.supplyAsync(Watch.this::look, looker);
            }
        }

        /** One that is still under way is older than the last one, which follows. */
        void forget() {
            running = null;
        }
    }
}
