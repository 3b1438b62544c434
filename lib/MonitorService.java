package netfix;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The loop of monitor: hears what happens, looks at the whole after each burst, has {@link
 * Watchman} decide, does it, and keeps what there is to keep. While nothing happens it sleeps; once
 * a minute it asks the gateways, without a process.
 */
public final class MonitorService {

    /** Where btwifiset-stable keeps what its guard goes by (lib/btwifiset-stable.sh). */
    private static final String GUARD = "/run/netfix/btwifiset";

    /** It waits for what is being connected, half a minute at most, and connects again. */
    private static final long GUARDING = 60_000;

    /** After a boot nothing works at first: no reason to give back what somebody may not want. */
    private static final long LOST_FOR = 60_000;

    private static final String BUILD = MonitorStatus.buildOf(Installation.jar());

    /** How long nothing may have come before it is looked; a burst is looked at all the same. */
    private static final long QUIET = 300;

    private static final long AT_LATEST = 1000;
    private static final long PROBE = 60_000;

    /** Whatever happens without an event is seen then at the latest. */
    private static final long SLOW_LOOK = 3_600_000;

    private static final long FIRST_REOPENING = 5000;
    private static final long LAST_REOPENING = 300_000;
    private static final long SETTLED = 2000;

    /** Lines that wait, in characters; more than this are made up for by a look. */
    private static final long MOST_WAITING = 1L << 20;

    /** More interfaces than this are not remembered once they are gone. */
    private static final int MOST_LINKS = 128;

    /** For {@code --once}: a ladder takes its time, and a person waits. */
    private static final long ONCE_AT_MOST = 180_000;

    /**
     * The journal has all that it says, and who did it as well; it is listened to where the journal
     * cannot be. Another nmcli would cost four megabytes for ever.
     */
    private static final WatchSource STAND_IN = WatchSource.NETWORKMANAGER;

    record Heard(WatchSource source, long at, String line, boolean ended) {}

    private final Machine machine;
    private final Streams streams;
    private final RepairHands hands;
    private final Gateways gateways;
    private final MonitorFiles files;
    private final MonitorOptions options;
    private final PrintStream out;

    private final LinkedBlockingQueue<Heard> queue = new LinkedBlockingQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong unheard = new AtomicLong();
    private final Map<WatchSource, Streams.Open> open = new EnumMap<>(WatchSource.class);
    private final Map<WatchSource, Long> openedAt = new EnumMap<>(WatchSource.class);
    private final Map<WatchSource, Long> reopenAt = new EnumMap<>(WatchSource.class);
    private final Map<WatchSource, Long> pauses = new EnumMap<>(WatchSource.class);
    private final Map<String, String> deaf = new TreeMap<>();
    private final Map<String, String> silent = new TreeMap<>();
    private final Map<String, Integer> missed = new HashMap<>();
    private Set<String> asking = Set.of();

    /** UUIDs of profiles that went unseen; who deleted them is not known. */
    private final Set<String> doubtful = new TreeSet<>();

    /** By UUID, when btwifiset took a profile in its session; its guard gives it back. */
    private final Map<String, Long> guarded = new TreeMap<>();

    private boolean judged;
    private long lostAt = Long.MAX_VALUE;
    private final Map<String, String> connected = new HashMap<>();

    private MonitorMemory memory = new MonitorMemory();
    private KnownGood good = new KnownGood(List.of());
    private Watchman watchman = new Watchman(memory, false, 1);
    private KernelEvents kernel;
    private final DaemonEvents daemons = new DaemonEvents(this::process);
    private Faults faults = new Faults(List.of(), Map.of(), Set.of(), Set.of());
    private Snapshot snapshot;
    private final Instant since;
    private volatile boolean watching;
    private volatile boolean ending;
    private String told = "";
    private String fingerprint = "";
    private String asked = "";

    /**
     * @param repair false to say and never to do
     * @param metrics a file to keep for node_exporter, where one is wanted
     * @param keeps whether the log, the memory and the status are kept
     */
    record MonitorOptions(boolean repair, Optional<Path> metrics, boolean keeps, int patience) {}

    MonitorService(
            Machine machine,
            Streams streams,
            RepairHands hands,
            Gateways gateways,
            MonitorFiles files,
            MonitorOptions options,
            PrintStream out) {
        this.machine = machine;
        this.streams = streams;
        this.hands = hands;
        this.gateways = gateways;
        this.files = files;
        this.options = options;
        this.out = out;
        this.since = machine.clock();
    }

    /**
     * Of the machine that this runs on.
     *
     * @param keeps whether the log, the memory and the status are kept: only root may
     */
    public static MonitorService here(
            LiveMachine machine,
            boolean repair,
            Optional<Path> metrics,
            boolean keeps,
            PrintStream out) {
        return new MonitorService(
                machine,
                new LiveStreams(),
                new RepairHands(machine),
                new LiveGateways(machine),
                new MonitorFiles(Path.of("/")),
                new MonitorOptions(repair, metrics, keeps, machine.patience()),
                out);
    }

    /** Without an option, as its unit starts it; the exit status. */
    public static int asService() {
        try {
            LiveMachine machine = new LiveMachine();
            boolean root = MonitorAnswers.isRoot(machine, true);
            return here(machine, true, metricsFile(System.getenv()), root, System.out).watch();
        } catch (BadInput e) {
            System.err.println("monitor: " + e.getMessage());
            return e.exitCode();
        }
    }

    /**
     * Where the metrics are kept that no option asks for: for a service, whose drop-in has a line
     * {@code Environment=NETFIX_PROMETHEUS=FILE} more, and not a command line of its own.
     */
    public static Optional<Path> metricsFile(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("NETFIX_PROMETHEUS"))
                .filter(file -> !file.isBlank())
                .map(Path::of);
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /**
     * What lies on the disk is taken up; a second monitor goes no further.
     *
     * @throws BadInput where another one runs
     */
    private void begin() {
        if (options.keeps()) {
            Optional<String> other = files.lock();
            if (other.isPresent()) {
                throw new BadInput(other.get());
            }
        }
        remembers();
    }

    /** Takes up what it keeps. */
    void remembers() {
        if (options.keeps()) {
            memory = files.memory();
            good = new KnownGood(files.copies());
            board();
        }
        watchman = new Watchman(memory, options.repair(), options.patience());
    }

    /** What is wrong as it was seen last. */
    Faults faults() {
        return faults;
    }

    /** A card in another Pi: what is remembered was true of that one. */
    private void board() {
        String here = Board.serial(machine);
        if (!memory.board().isEmpty() && !here.isEmpty() && !memory.board().equals(here)) {
            for (KnownGood.Copy copy : good.copies()) {
                files.keep(new KnownGood.Change(Optional.empty(), copy.uuid(), ""));
            }
            good.forget();
            memory = new MonitorMemory();
            say(List.of("this card was moved to another board; what worked there is forgotten"));
        }
        if (!here.isEmpty() && !here.equals(memory.board())) {
            memory.board(here);
            files.remember(memory);
        }
    }

    /** Watches until the process is ended. */
    public int watch() {
        begin();
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        say(List.of(beginning()));
        watching = true;
        try {
            return loop();
        } finally {
            watching = false;
        }
    }

    private int loop() {
        for (WatchSource source : WatchSource.values()) {
            if (source != STAND_IN) {
                hear(source);
            }
        }
        long firstEvent = 0;
        long lastEvent = 0;
        boolean due = true;
        long lookAt = now();
        long probeAt = now() + PROBE;
        long lastLook = 0;
        long took = 0;
        long lost = 0;
        while (!Thread.currentThread().isInterrupted()) {
            long now = now();
            if (due) {
                // At least as much rest as a look took: a flood is no reason to burn a core.
                long quiet = Math.min(lastEvent + QUIET, firstEvent + AT_LATEST);
                lookAt = Math.min(lookAt, Math.max(quiet, lastLook + took));
            }
            if (now >= lookAt) {
                due = false;
                long begin = now();
                long again = round();
                lastLook = now();
                took = lastLook - begin;
                lookAt = lastLook + Math.min(again, SLOW_LOOK);
                continue;
            }
            if (now >= probeAt) {
                probeAt = now + PROBE;
                if (probe()) {
                    lookAt = now();
                }
            }
            reopen(now);
            Heard heard = next(Math.min(Math.min(lookAt, probeAt), nextReopening()) - now);
            if (heard == null) {
                continue;
            }
            boolean more = unheard.get() != lost;
            lost = unheard.get();
            if (take(heard) || more) {
                if (!due) {
                    firstEvent = now();
                }
                due = true;
                lastEvent = now();
            }
        }
        open.values().forEach(Streams.Open::close);
        return ExitCode.GOOD;
    }

    /**
     * Whoever ends it ends its sources as well: nobody has to hear of that. Ended by systemd is no
     * failure, also where the unit that says so (SuccessExitStatus=143) is gone already, as in an
     * undo.
     */
    private void end() {
        if (!watching) {
            // By a fault of its own.
            return;
        }
        ending = true;
        open.values().forEach(Streams.Open::close);
        out.flush();
        Runtime.getRuntime().halt(ExitCode.GOOD);
    }

    private String beginning() {
        return options.repair()
                ? "monitor has begun to watch and to repair"
                : "monitor has begun to watch, and repairs nothing";
    }

    /** One look, and what it asks for; then it is seen whether that helped. */
    public int once() {
        begin();
        watchman.asked();
        long end = now() + ONCE_AT_MOST * options.patience();
        long again;
        do {
            again = round();
            if (again < Long.MAX_VALUE && now() + again < end) {
                pause(again);
            }
        } while (waitsForSomething() && again < Long.MAX_VALUE && now() + again < end);
        if (snapshot.links().whyUnknown().isPresent()) {
            say(List.of("could not tell: " + snapshot.links().whyUnknown().get()));
            return ExitCode.UNKNOWN;
        }
        say(summary());
        return faults.faults().isEmpty() && !faults.carrying().isEmpty()
                ? ExitCode.GOOD
                : ExitCode.PROBLEMS;
    }

    /** A step under way, or a fault that has not been there for its time. */
    private boolean waitsForSomething() {
        return watchman.underWay();
    }

    private List<String> summary() {
        List<String> lines = new ArrayList<>();
        if (snapshot.physical().isEmpty()) {
            lines.add("there is no wired and no Wi-Fi interface");
        }
        for (Link link : snapshot.physical()) {
            String why = faults.left().get(link.name());
            lines.add(
                    link.name()
                            + ": "
                            + (faults.carrying().contains(link.name())
                                    ? "carries"
                                    : "does not carry"
                                            + (why == null ? "" : ": left alone: " + why)));
        }
        if (!snapshot.unit(Scene.NETWORKMANAGER).exists()) {
            lines.add(
                    "NetworkManager is not installed: what manages this machine's network is left"
                            + " alone");
        }
        return lines.stream().map(Terminal::safe).toList();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- Hearing

    private void hear(WatchSource source) {
        reopenAt.remove(source);
        openedAt.put(source, now());
        open.put(
                source,
                streams.open(
                        source.argv(),
                        new Streams.Listener() {
                            @Override
                            public void line(long nanos, String line) {
                                add(source, line, false);
                            }

                            @Override
                            public void ended(String why) {
                                add(source, why, true);
                            }
                        }));
    }

    private void add(WatchSource source, String line, boolean ended) {
        long size = line.length() + 64L;
        if (!ended && waiting.addAndGet(size) > MOST_WAITING) {
            waiting.addAndGet(-size);
            unheard.incrementAndGet();
            return;
        }
        queue.add(new Heard(source, now(), line, ended));
    }

    private Heard next(long millis) {
        try {
            Heard heard = queue.poll(Math.max(1, millis), TimeUnit.MILLISECONDS);
            if (heard != null && !heard.ended()) {
                waiting.addAndGet(-heard.line().length() - 64L);
            }
            return heard;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** D-Bus or the journal was restarted: they are listened to again, less often where in vain. */
    private void reopen(long now) {
        for (WatchSource source : List.copyOf(reopenAt.keySet())) {
            if (now >= reopenAt.get(source)) {
                hear(source);
            }
        }
    }

    private long nextReopening() {
        return reopenAt.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }

    /** Whether the state may have changed with it. */
    boolean take(Heard heard) {
        if (heard.ended() && ending) {
            return false;
        }
        if (heard.ended()) {
            String source = heard.source().toString();
            boolean news = deaf.put(source, heard.line()) == null;
            if (news) {
                say(List.of(Terminal.safe(source + " cannot be heard: " + heard.line())));
            }
            long pause = pauses.merge(heard.source(), FIRST_REOPENING, (a, b) -> 2 * a);
            pauses.put(heard.source(), Math.min(pause, LAST_REOPENING));
            reopenAt.put(heard.source(), now() + Math.min(pause, LAST_REOPENING));
            open.remove(heard.source());
            if (heard.source() == WatchSource.JOURNAL && !open.containsKey(STAND_IN)) {
                hear(STAND_IN);
            }
            // A source that never was there (no /dev/rfkill) ends at each reopening, for ever.
            return news;
        }
        // Its first words may be why it ends.
        boolean settled = heard.at() - openedAt.getOrDefault(heard.source(), 0L) >= SETTLED;
        if (settled && deaf.remove(heard.source().toString()) != null) {
            say(List.of("heard again: " + heard.source()));
            pauses.remove(heard.source());
            if (heard.source() == WatchSource.JOURNAL) {
                reopenAt.remove(STAND_IN);
                Optional.ofNullable(open.remove(STAND_IN)).ifPresent(Streams.Open::close);
            }
        }
        Optional<WatchEvent> event = event(heard);
        event.ifPresent(e -> happened(heard, e));
        return event.isPresent();
    }

    private Optional<WatchEvent> event(Heard heard) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(heard.at());
        try {
            return switch (heard.source()) {
                case KERNEL ->
                        kernel == null ? Optional.empty() : kernel.event(nanos, heard.line());
                case NETWORKMANAGER -> DaemonEvents.networkManager(nanos, heard.line());
                case JOURNAL -> daemons.journal(nanos, heard.line());
                case RFKILL -> DaemonEvents.radio(nanos, heard.line());
            };
        } catch (RuntimeException | StackOverflowError e) {
            // A reader that trips over a line costs that line; the state is read all the same.
            return Optional.of(WatchEvent.of(nanos, heard.source(), "", String.valueOf(e)));
        }
    }

    private void happened(Heard heard, WatchEvent event) {
        watchman.heard(heard.at(), event);
        if (DaemonEvents.bringsUp(event)) {
            connected.replaceAll((link, uuid) -> named(event.subject(), uuid) ? "" : uuid);
        }
        boolean deleted =
                event.gone()
                        && event.thing().map(t -> t.aspect() == Thing.Aspect.PROFILE).orElse(false);
        if (!deleted || event.source() != WatchSource.JOURNAL) {
            return;
        }
        // The journal may be gone with the next boot, and with it who it was.
        say(List.of(Terminal.safe(event.shown())));
        boolean purpose = onPurpose(event.who(), atWork());
        for (KnownGood.Copy copy : copiesOf(DaemonEvents.uuid(heard.line()), event.subject())) {
            if (purpose) {
                changed(good.drop(copy, "was deleted on purpose"));
            } else {
                taken(copy, event.who());
            }
        }
    }

    /**
     * By its UUID: one that was renamed has its old name in the copy until it is up again. Another
     * one of that name counts where it is gone already: it is the same network.
     */
    private List<KnownGood.Copy> copiesOf(String uuid, String name) {
        Set<String> there = snapshot == null ? Set.of() : Faults.there(snapshot);
        return good.copies().stream()
                .filter(
                        c ->
                                c.uuid().equals(uuid)
                                        || c.id().equals(name)
                                                && (uuid.isEmpty() || !there.contains(c.uuid())))
                .toList();
    }

    /** It is to come back; where btwifiset's guard knows it that is its part, twice a session. */
    private void taken(KnownGood.Copy copy, String who) {
        if (options.keeps() && memory.taken().add(copy.uuid())) {
            files.remember(memory);
        }
        String its = GUARD + "/profiles/" + copy.uuid() + "/data";
        boolean known = machine.stat(its).value().isPresent();
        if (known && guards() && DaemonEvents.byBtwifiset(who)) {
            guarded.put(copy.uuid(), now());
        }
    }

    /**
     * Whether that profile is the guard's to give back: for as long as it may be about it, and
     * where it has done so as often as it does in a session.
     */
    private boolean isGuards(String uuid) {
        Long taken = guarded.get(uuid);
        String count = machine.read(GUARD + "/profiles/" + uuid + "/count").orElse("").strip();
        return taken != null && (now() - taken < GUARDING || count.matches("[2-9]"));
    }

    /** Whether a session of btwifiset-stable goes on; its guard leaves its process there. */
    private boolean guards() {
        String pid = machine.read(GUARD + "/pid").orElse("").strip();
        return pid.matches("\\d{1,9}") && machine.stat("/proc/" + pid).value().isPresent();
    }

    private boolean named(String name, String uuid) {
        return snapshot != null
                && snapshot.nm().connections().orElse(List.of()).stream()
                        .anyMatch(c -> c.name().equals(name) && c.uuid().equals(uuid));
    }

    private void changed(KnownGood.Change change) {
        if (options.keeps()) {
            files.keep(change);
        }
        memory.taken().remove(change.dropped());
        say(List.of(Terminal.safe(change.said())));
    }

    /**
     * By somebody who is logged in, or with the app's own button for it. A command that was gone
     * before it could be asked whose it is counts as the person's who sits at a terminal.
     *
     * @param terminal whether somebody does
     */
    static boolean onPurpose(String who, boolean terminal) {
        boolean nobody = !who.contains(" in ") && !who.contains("btwifiset");
        return Sessions.isPerson(who)
                || who.contains("the phone asks to delete")
                || nobody && terminal;
    }

    /** {@code nmcli in btwifiset.service}; mostly it is still there when its audit line comes. */
    private String process(int pid) {
        String name = machine.read("/proc/" + pid + "/comm").orElse("").strip();
        String group = machine.read("/proc/" + pid + "/cgroup").orElse("").strip();
        return Sessions.inUnit(name, group);
    }

    // --- Looking

    /** One look and all that follows from it; milliseconds until the next one is wanted. */
    long round() {
        asked = asked();
        long begun = now();
        snapshot = Look.at(new Glance(machine), Progress.silent());
        kernel = new KernelEvents(snapshot);
        boolean learnt = learn();
        learnt |= whatWent();
        asking = Faults.askedForAddress(snapshot, asking);
        Findings findings = Findings.of(snapshot);
        List<KnownGood.Copy> copies =
                good.copies().stream()
                        .filter(c -> !doubtful.contains(c.uuid()) && !isGuards(c.uuid()))
                        .toList();
        faults = faults(findings, copies);
        boolean lost = faults.working().isEmpty();
        lostAt = lost ? Math.min(lostAt, now()) : Long.MAX_VALUE;
        boolean withheld = copies.size() < good.copies().size();
        if (withheld && lost && now() - lostAt >= LOST_FOR * options.patience()) {
            withheld = false;
            copies = good.copies();
            faults = faults(findings, copies);
        }
        long seen = now();
        Watchman.Instructions i =
                watchman.see(
                        new Watchman.Sight(
                                seen,
                                machine.clock().toEpochMilli(),
                                heardNothingSince(begun) ? begun : seen,
                                snapshot,
                                faults,
                                circumstances(),
                                copies));
        if (options.keeps() && (i.remember() || learnt)) {
            files.remember(memory);
        }
        say(i.said());
        tell(i.orders().isEmpty() ? "watching" : "repairing");
        for (Watchman.Order order : i.orders()) {
            if (Transaction.pendingWork(machine).isEmpty()) {
                say(watchman.did(now(), order, hands.doAll(order.acts())));
            } else {
                watchman.withdrawn(order);
            }
        }
        fingerprint = fingerprint();
        // Whether it helped is to be seen at once, and not only where an event says so.
        boolean waits = withheld && (lost || !guarded.isEmpty());
        long again = waits ? Math.min(i.lookAgain(), LOST_FOR) : i.lookAgain();
        return i.orders().isEmpty() ? again : QUIET;
    }

    /**
     * Whether a change since then would have been heard, and none was. What was seen has been so
     * for as long as the look took, which on a small machine is longer than most faults have to be
     * there.
     */
    private boolean heardNothingSince(long begun) {
        return watching
                && queue.isEmpty()
                && deaf.isEmpty()
                && openedAt.values().stream().allMatch(at -> begun - at >= SETTLED);
    }

    private Faults faults(Findings findings, List<KnownGood.Copy> copies) {
        Faults seen = Faults.of(snapshot, findings, copies, memory.worked().keySet());
        silent.keySet().retainAll(seen.carrying());
        return seen.withSilentServers(asking).withSilent(silent);
    }

    /**
     * Which of the profiles that have worked are gone, and whether they are to come back. What went
     * while monitor did not run is asked of the journal, once.
     *
     * @return whether the memory has changed
     */
    private boolean whatWent() {
        if (!guarded.isEmpty() && !guards()) {
            guarded.clear();
        }
        if (!options.keeps() || snapshot.nm().profiles().value().isEmpty()) {
            return false;
        }
        Set<String> there = Faults.there(snapshot);
        doubtful.removeAll(there);
        guarded.keySet().removeAll(there);
        boolean news = memory.taken().removeAll(there);
        if (!judged) {
            judged = true;
            List<KnownGood.Copy> gone =
                    good.copies().stream()
                            .filter(c -> !there.contains(c.uuid()))
                            .filter(c -> !memory.taken().contains(c.uuid()))
                            .toList();
            gone.forEach(c -> doubtful.add(c.uuid()));
            // An automatic profile of Ethernet's is gone after many a boot, and nobody's deed.
            List<KnownGood.Copy> worthAsking =
                    gone.stream().filter(c -> c.wifi() || isMissed(c)).toList();
            news |= !worthAsking.isEmpty() && wentUnseen(worthAsking);
        }
        return news;
    }

    private boolean wentUnseen(List<KnownGood.Copy> gone) {
        Map<String, String> deleted =
                DaemonEvents.deletions(Journal.parse(machine.run(Journal.EVIDENCE).stdout()));
        boolean news = false;
        for (KnownGood.Copy copy : gone) {
            String who = deleted.getOrDefault(copy.uuid(), "");
            if (onPurpose(who, false) || who.contains(" of uid ")) {
                doubtful.remove(copy.uuid());
                changed(good.drop(copy, "was deleted on purpose while monitor did not run"));
            } else if (DaemonEvents.byBtwifiset(who)) {
                doubtful.remove(copy.uuid());
                news |= memory.taken().add(copy.uuid());
            } else if (isMissed(copy)) {
                say(
                        List.of(
                                Terminal.safe(
                                        "the profile \""
                                                + copy.id()
                                                + "\" went while monitor did not run, and who"
                                                + " deleted it is not known: it comes back only"
                                                + " where no path works, or by fix recover")));
            }
        }
        return news;
    }

    private boolean isMissed(KnownGood.Copy copy) {
        return snapshot.physical().stream()
                .anyMatch(l -> Faults.missingProfile(snapshot, l, List.of(copy)).isPresent());
    }

    private Circumstances circumstances() {
        String pending = Transaction.pendingWork(machine);
        if (faults.faults().isEmpty()) {
            return new Circumstances(pending, false, 0, Set.of());
        }
        return new Circumstances(
                pending,
                atWork(),
                heldFor(),
                ForeignOwners.of(machine, snapshot).links().keySet(),
                Transaction.state(machine).name().equals("confirmed"),
                hands.absent(),
                refused());
    }

    private List<Journal.Line> refused() {
        boolean broken =
                faults.faults().stream().anyMatch(f -> f.code().equals(RepairSteps.CONFIG_BROKEN));
        return broken && !snapshot.unit(Scene.NETWORKMANAGER).running()
                ? Journal.parse(machine.run(Journal.REFUSED).stdout())
                : List.of();
    }

    private boolean atWork() {
        return Sessions.atWork(machine, Duration.ofMillis(Watchman.HANDS_OFF));
    }

    private long heldFor() {
        return Math.max(0, files.hold() - uptime(machine)) * 1000;
    }

    /** Seconds since the boot, which no clock that is set changes; proc(5). */
    static long uptime(Machine machine) {
        String first = machine.read("/proc/uptime").orElse("0").split("[. ]", 2)[0];
        return first.matches("\\d{1,12}") ? Long.parseLong(first) : 0;
    }

    /** What works now is what is to work; whether there was anything new. */
    private boolean learn() {
        boolean news = false;
        for (Link link : snapshot.physical()) {
            if (snapshot.nm().device(link).filter(d -> !d.connected()).isPresent()) {
                // An address that is flushed is no end of an activation; this is.
                connected.put(link.name(), "");
            }
            if (Reach.of(snapshot, link).isNo()) {
                continue;
            }
            String gateway =
                    snapshot.defaultRoutes(link).stream()
                            .map(Route::gateway)
                            .filter(g -> !g.isEmpty())
                            .findFirst()
                            .orElse("");
            news |= !gateway.equals(memory.worked().put(link.name(), gateway));
            Optional<Nmcli.Device> device =
                    snapshot.nm().device(link).filter(Nmcli.Device::connected);
            device.ifPresent(d -> good(link, d));
        }
        forgetThoseThatLeft();
        return news;
    }

    /** A stick with another name each time it is plugged in. */
    private void forgetThoseThatLeft() {
        if (memory.worked().size() + connected.size() > MOST_LINKS) {
            Set<String> there = new TreeSet<>();
            snapshot.physical().forEach(link -> there.add(link.name()));
            memory.keepOnly(there);
            connected.keySet().retainAll(there);
            missed.keySet().retainAll(there);
        }
    }

    private void good(Link link, Nmcli.Device device) {
        Optional<String> before = Optional.ofNullable(connected.put(link.name(), device.uuid()));
        Optional<Profile> its =
                snapshot.nm().profiles().orElse(List.of()).stream()
                        .filter(p -> is(p, device.uuid()) && p.refusal().isEmpty())
                        .findFirst();
        if (!options.keeps() || its.isEmpty()) {
            return;
        }
        Profile profile = its.get().withUuid(device.uuid());
        String text = machine.read(profile.file()).orElse("");
        boolean activated =
                before.isPresent()
                        ? !before.get().equals(device.uuid())
                        : differs(profile, text) && sinceBeforeTheBoot(profile.file());
        good.works(profile, text, link.name(), activated, machine.clock().getEpochSecond())
                .ifPresent(this::changed);
        Set<String> there = Faults.there(snapshot);
        for (KnownGood.Copy other : good.others(profile, text, link.name())) {
            if (!there.contains(other.uuid())) {
                changed(good.drop(other, "has another in its place"));
            }
        }
    }

    /** One that was written by hand may have none; NetworkManager makes one of its path. */
    private boolean is(Profile profile, String uuid) {
        return profile.uuid().isEmpty()
                ? snapshot.nm().connections().orElse(List.of()).stream()
                        .anyMatch(c -> c.uuid().equals(uuid) && c.file().equals(profile.file()))
                : profile.uuid().equals(uuid);
    }

    private boolean differs(Profile profile, String text) {
        return good.copies().stream()
                .anyMatch(c -> c.uuid().equals(profile.uuid()) && !c.text().equals(text));
    }

    /**
     * At the first sight of an interface that is connected already: whether the profile is as it
     * was when this boot began, so that it is what was activated.
     */
    private boolean sinceBeforeTheBoot(String file) {
        String changed = machine.run(Command.of("stat", "-c", "%Y", "--", file)).stdout().strip();
        long boot = machine.clock().getEpochSecond() - uptime(machine);
        return changed.matches("\\d{1,12}") && Long.parseLong(changed) < boot;
    }

    // --- Asking

    /** Whether something looks other than at the last look. */
    boolean probe() {
        if (snapshot == null) {
            return true;
        }
        boolean news = false;
        for (String link : faults.carrying()) {
            String gateway = memory.worked().getOrDefault(link, "");
            if (gateway.isEmpty()) {
                continue;
            }
            Optional<Gateways.Method> how = gateways.answers(gateway, link);
            if (how.isPresent()) {
                missed.remove(link);
                news |= silent.remove(link) != null;
                answered(link, gateway, how.get());
            } else if (memory.answered(link, gateway).isEmpty()) {
                // One that drops whatever it is asked is not silent: it never was anything else.
                missed.remove(link);
                news |= silent.remove(link) != null;
            } else if (missed.merge(link, 1, Integer::sum) == 2) {
                silent.put(link, gateway);
                news = true;
            }
        }
        String now = fingerprint();
        boolean changed = news || !now.equals(fingerprint) || !asked.equals(asked());
        fingerprint = now;
        return changed;
    }

    private void answered(String link, String gateway, Gateways.Method how) {
        if (memory.answered(link, gateway, how) && options.keeps()) {
            files.remember(memory);
        }
    }

    /**
     * What others ask of monitor, and no event tells: whether a fix is decided, whether hands are
     * to be kept off, whether a tool that was missed is there.
     */
    private String asked() {
        return Transaction.pendingWork(machine) + " " + (heldFor() > 0) + " " + hands.absent();
    }

    /** What changes with an event that was missed, read without a process. */
    private String fingerprint() {
        StringBuilder text = new StringBuilder(machine.read("/proc/net/route").orElse(""));
        for (String link : machine.list("/sys/class/net").orElse(List.of())) {
            text.append(link)
                    .append(machine.read("/sys/class/net/" + link + "/operstate").orElse(""))
                    .append(machine.read("/sys/class/net/" + link + "/flags").orElse(""));
        }
        return text.toString();
    }

    // --- Telling

    private void say(List<String> lines) {
        List<String> all = new ArrayList<>(lines);
        all.addAll(files.complaints());
        for (String line : all) {
            out.println(line);
        }
        out.flush();
        if (options.keeps()) {
            files.log(machine.clock(), all);
            files.complaints().forEach(out::println);
        }
    }

    /** Written where it says something new. */
    private void tell(String state) {
        if (!options.keeps() && options.metrics().isEmpty()) {
            return;
        }
        Map<String, Boolean> carrying = new TreeMap<>();
        snapshot.physical()
                .forEach(l -> carrying.put(l.name(), faults.carrying().contains(l.name())));
        String pending = watchman.onlyWatches();
        MonitorStatus status =
                new MonitorStatus(
                        ProcessHandle.current().pid(),
                        BUILD,
                        since,
                        !options.repair() || !pending.isEmpty() ? "only watching" : state,
                        options.repair() ? pending : "it was started with --no-repair",
                        carrying,
                        watchman.leftAlone(),
                        silent,
                        deaf,
                        watchman.standing(),
                        memory.incidents(),
                        memory.count(),
                        memory.totals(),
                        good.copies().stream().map(KnownGood.Copy::id).toList());
        String json = status.json();
        if (!json.equals(told)) {
            told = json;
            if (options.keeps()) {
                files.status(json);
            }
            options.metrics().ifPresent(file -> files.metrics(file, status.metrics()));
        }
    }
}
