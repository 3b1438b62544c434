package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides what monitor does and says. It is told what is seen and when, by a clock that does not
 * jump; it touches nothing.
 *
 * <p>A fault is acted on once it has been there for its time, by the smallest step of {@link
 * RepairSteps} that has not been tried on it. A step that has not helped in its time is followed by
 * the next one; after the last one it is waited, twice as long each time, and begun again.
 */
final class Watchman {

    /** After the last change, for somebody who is logged in and at work. */
    static final long HANDS_OFF = Duration.ofMinutes(10).toMillis();

    /** A recovery that does not last that long is none. */
    static final long LASTS = Duration.ofSeconds(60).toMillis();

    private static final long FIRST_PAUSE = Duration.ofSeconds(30).toMillis();
    private static final long FIRST_RELAPSE = Duration.ofSeconds(5).toMillis();
    private static final long LONGEST_PAUSE = Duration.ofHours(1).toMillis();

    /** Whoever takes the power away hopes for something; it is not to wait for an hour. */
    private static final long LONGEST_AT_START = Duration.ofMinutes(5).toMillis();

    /** What comes and goes while something is being connected is not said. */
    private static final long LEFT_FOR = Duration.ofSeconds(10).toMillis();

    /** What the phone asks for shows within seconds; a loaded Pi needs more. */
    private static final long PHONE_SOON = Duration.ofSeconds(30).toMillis();

    /**
     * @param now milliseconds by the monotonic clock
     * @param wall milliseconds by the wall clock, for people alone
     * @param asBefore since when nothing has been heard that could have changed what is seen: the
     *     beginning of the look, or now where something was heard meanwhile
     */
    record Sight(
            long now,
            long wall,
            long asBefore,
            Snapshot snapshot,
            Faults faults,
            Circumstances circumstances,
            List<KnownGood.Copy> copies) {}

    /** What is to be done about a fault now. */
    record Order(Fault fault, RepairSteps.Step step, List<RepairAct> acts) {
        String shown() {
            return acts.stream().map(RepairAct::shown).collect(Collectors.joining("; "));
        }
    }

    /**
     * @param said lines for the log, in a person's words, without what could act on a terminal
     * @param lookAgain milliseconds after which it has to be looked again though nothing happens;
     *     {@link Long#MAX_VALUE} for never
     * @param remember whether the memory has changed and belongs on the disk before anything is
     *     done
     */
    record Instructions(List<String> said, List<Order> orders, long lookAgain, boolean remember) {}

    /** A fault, from its first sight on. */
    private static final class Case {
        private final long since;
        private boolean beforeUs;
        private Fault fault;
        private boolean said;
        private long saidAt;
        private final Set<String> tried = new HashSet<>();
        private final List<String> done = new ArrayList<>();
        private RepairSteps.Step step;
        private long actedAt;
        private long deadline;
        private boolean hasCome;
        private long notBefore;
        private String standing = "";

        Case(Fault fault, long since) {
            this.fault = fault;
            this.since = since;
        }
    }

    private record Left(String why, long since, boolean said) {}

    private final MonitorMemory memory;
    private final boolean repair;
    private final int patience;
    private final Map<String, Case> cases = new LinkedHashMap<>();
    private final Map<String, Left> left = new TreeMap<>();
    private final Map<String, Long> ended = new HashMap<>();
    private final Map<String, Integer> relapses = new HashMap<>();
    private final Map<String, Long> touched = new HashMap<>();
    private final Set<String> loaded;
    private final Map<String, Long> others = new HashMap<>();
    private long phone = Long.MIN_VALUE;

    /** When a person who is logged in switched a radio, if nobody else has since. */
    private long radioByPerson = Long.MIN_VALUE;

    /** What is off already when monitor begins to watch was switched off by nobody knows whom. */
    private boolean first = true;

    private String watching = "";

    /**
     * @param repair false to say and never to do
     * @param patience multiplies the time that a step is given
     */
    Watchman(MonitorMemory memory, boolean repair, int patience) {
        this.memory = memory;
        this.repair = repair;
        this.patience = patience;
        this.loaded = new HashSet<>(memory.rounds().keySet());
    }

    /** Something happened, and perhaps it is known who did it. */
    void heard(long now, WatchEvent event) {
        touched.values().removeIf(at -> now - at >= HANDS_OFF);
        others.values().removeIf(at -> now - at >= HANDS_OFF);
        touched.put(event.subject(), now);
        if (event.who().contains(" in ") && !Sessions.isPerson(event.who())) {
            others.put(event.subject(), now);
        }
        if (event.text().startsWith("a radio was switched")) {
            radioByPerson = Sessions.isPerson(event.who()) ? now : Long.MIN_VALUE;
        }
        if (event.who().contains("btwifiset") || event.text().startsWith("btwifiset: the phone")) {
            phone = now;
        }
    }

    /** Somebody asks for the repair: what is off is to be on. */
    void asked() {
        first = false;
    }

    /** Whether nothing is wrong and nothing under way. */
    boolean quiet() {
        return cases.isEmpty();
    }

    /** Whether a step has still to show its effect, or a fault has not been there for its time. */
    boolean underWay() {
        return cases.values().stream().anyMatch(c -> !c.said || c.step != null);
    }

    /** What it only watches for; empty where it repairs. */
    String onlyWatches() {
        return watching;
    }

    /** The faults that have been said, and are there still. */
    List<Fault> standing() {
        return cases.values().stream().filter(c -> c.said).map(c -> c.fault).toList();
    }

    /** Why an interface is left alone, by its name. */
    Map<String, String> leftAlone() {
        Map<String, String> all = new TreeMap<>();
        left.forEach((link, l) -> all.put(link, l.why()));
        return all;
    }

    Instructions see(Sight sight) {
        return new Look(sight).decide();
    }

    /**
     * What has come of an order.
     *
     * @param failure of its first act that failed, empty where all went through
     */
    List<String> did(long now, Order order, String failure) {
        Case c = cases.get(order.fault().key());
        if (c == null || failure.isEmpty()) {
            return List.of();
        }
        // Nothing is to be waited for.
        c.deadline = now;
        return List.of(Terminal.safe(order.fault().subject() + ": that failed: " + failure));
    }

    /**
     * An order was not begun, because a fix has begun after the look: it has not been tried, and is
     * taken up again when that is decided.
     */
    void withdrawn(Order order) {
        Case c = cases.get(order.fault().key());
        if (c != null) {
            c.step = null;
            c.tried.remove(order.step().id());
            c.done.remove(order.step().id());
        }
    }

    /** Twice as long each time. */
    private static long doubled(long first, int rounds, long most) {
        return rounds < 1 ? 0 : Math.min(most, first << Math.min(rounds - 1, 30));
    }

    /** One sight of the network, judged. */
    private final class Look {
        private final Sight sight;
        private final long now;
        private final List<String> said = new ArrayList<>();
        private final List<Order> orders = new ArrayList<>();
        private long again = Long.MAX_VALUE;
        private boolean remember;

        Look(Sight sight) {
            this.sight = sight;
            this.now = sight.now();
        }

        Instructions decide() {
            gone();
            for (Fault fault : sight.faults().faults()) {
                Case c = cases.computeIfAbsent(fault.key(), key -> opened(fault));
                if (c.said && !c.fault.code().equals(fault.code())) {
                    said.add(fault.text());
                }
                c.fault = fault;
            }
            leftAlone();
            pending();
            Set<String> busy = new HashSet<>();
            for (Case c : ordered()) {
                judge(c, busy);
            }
            first = false;
            return new Instructions(
                    said.stream().map(Terminal::safe).toList(),
                    List.copyOf(orders),
                    again == Long.MAX_VALUE ? again : Math.max(1, again - now),
                    remember);
        }

        /** In the order of the faults, which is causes first. */
        private List<Case> ordered() {
            return sight.faults().faults().stream()
                    .map(f -> cases.get(f.key()))
                    .distinct()
                    .toList();
        }

        private void lookAgainAt(long when) {
            again = Math.min(again, Math.max(when, now + 1));
        }

        private Case opened(Fault fault) {
            Case c = new Case(fault, sight.asBefore());
            c.beforeUs = first;
            String key = fault.key();
            int rounds = memory.rounds().getOrDefault(key, 0);
            Long last = ended.get(key);
            if (last != null && now - last < LASTS) {
                int again = relapses.getOrDefault(key, 0) + 1;
                memory.rounds().put(key, again);
                c.notBefore = now + doubled(FIRST_RELAPSE, again, LONGEST_PAUSE);
                remember = true;
            } else if (loaded.remove(key)) {
                c.notBefore = now + doubled(FIRST_PAUSE, rounds, LONGEST_AT_START);
            }
            return c;
        }

        private void gone() {
            Set<String> there =
                    sight.faults().faults().stream().map(Fault::key).collect(Collectors.toSet());
            for (String key : List.copyOf(cases.keySet())) {
                if (!there.contains(key) && !isComing(cases.get(key))) {
                    closed(key, cases.remove(key), there);
                }
            }
        }

        /**
         * Whether a step has got the interface as far as to be connected. That is no success yet: a
         * key that is refused ends in the same fault, half a minute later.
         */
        private boolean isComing(Case c) {
            // What NetworkManager tries by itself after all was tried here is no success, either.
            boolean waits =
                    c.said
                            && Set.of(Faults.NOT_CONNECTED, Faults.NO_LEASE)
                                    .contains(c.fault.code());
            boolean coming =
                    (c.step != null || waits)
                            && !c.fault.ofMachine()
                            && Faults.activating(sight.snapshot(), c.fault.subject());
            if (coming) {
                c.hasCome = c.step != null;
                // Its end is an event; where it has none, this is one.
                lookAgainAt(now + LEFT_FOR);
            }
            return coming;
        }

        private void closed(String key, Case c, Set<String> there) {
            if (!c.said) {
                return;
            }
            // It was to be connected, had come as far as to begin, and has fallen back.
            boolean fellBack =
                    c.hasCome
                            && c.step != null
                            && c.step.heals().contains(Faults.NOT_CONNECTED)
                            && there.contains(
                                    new Fault(Faults.NOT_CONNECTED, c.fault.subject(), "").key());
            String helped = c.step == null || fellBack ? "" : c.step.id();
            String after = seconds(now - c.saidAt);
            ended.values().removeIf(at -> now - at >= LASTS);
            relapses.keySet().retainAll(ended.keySet());
            ended.put(key, now);
            // Counted on only where it comes back at once.
            relapses.put(key, memory.rounds().getOrDefault(key, 0));
            memory.rounds().remove(key);
            if (!helped.isEmpty()) {
                total(helped, 0, 1, now - c.actedAt);
                said.add(
                        c.fault.subject()
                                + ": "
                                + helped
                                + " helped, after "
                                + seconds(now - c.actedAt)
                                + " ("
                                + c.fault.code()
                                + ")");
            } else {
                said.add(
                        c.fault.subject()
                                + ": over after "
                                + after
                                + (c.done.isEmpty() ? ", by itself" : "")
                                + " ("
                                + c.fault.code()
                                + ")");
            }
            memory.replace(key, incident(c, now - c.saidAt, helped));
            remember = true;
        }

        private MonitorMemory.Incident incident(Case c, long lasted, String helped) {
            return new MonitorMemory.Incident(
                    sight.wall() - (now - c.saidAt),
                    lasted,
                    List.copyOf(c.done),
                    helped,
                    c.fault.key(),
                    Terminal.safe(c.fault.text()));
        }

        private void total(String step, int taken, int helped, long millis) {
            memory.totals()
                    .merge(
                            step,
                            new MonitorMemory.Total(taken, helped, millis),
                            (a, b) ->
                                    new MonitorMemory.Total(
                                            a.taken() + b.taken(),
                                            a.helped() + b.helped(),
                                            a.millis() + b.millis()));
        }

        private void leftAlone() {
            Map<String, String> reasons = new TreeMap<>(sight.faults().left());
            for (String link : List.copyOf(left.keySet())) {
                Left old = left.get(link);
                if (!old.why().equals(reasons.get(link))) {
                    left.remove(link);
                    if (old.said() && sight.faults().carrying().contains(link)) {
                        said.add(link + ": works again");
                    }
                }
            }
            reasons.forEach(
                    (link, why) -> {
                        Left one = left.computeIfAbsent(link, l -> new Left(why, now, false));
                        if (!one.said() && now - one.since() >= LEFT_FOR) {
                            said.add(link + ": left alone: " + why);
                            left.put(link, new Left(why, one.since(), true));
                        } else if (!one.said()) {
                            lookAgainAt(one.since() + LEFT_FOR);
                        }
                    });
        }

        private void pending() {
            String why = sight.circumstances().pendingFix();
            if (!why.equals(watching)) {
                said.add(why.isEmpty() ? "watches and repairs again" : "only watches: " + why);
                watching = why;
            }
        }

        private void judge(Case c, Set<String> busy) {
            long held = c.since + RepairSteps.hold(c.fault);
            if (now < held) {
                lookAgainAt(held);
                // Its consequences wait for it.
                busy.add(c.fault.subject());
                return;
            }
            if (!c.said) {
                c.said = true;
                c.saidAt = now;
                said.add(c.fault.text());
                memory.add(incident(c, -1, ""));
                remember = true;
            }
            // Being connected has ended as it began: that was all that the step could do.
            if (c.step != null && now < c.deadline && !c.hasCome) {
                lookAgainAt(c.deadline);
                busy.add(c.fault.subject());
                return;
            }
            if (c.step != null) {
                said.add(c.fault.subject() + ": " + c.step.id() + " did not help");
                c.step = null;
                c.hasCome = false;
            }
            Optional<String> not = whyNot(c);
            if (not.isPresent()) {
                stand(c, not.get());
                return;
            }
            if (busy.contains(c.fault.subject()) || busy.contains(FindingRow.MACHINE)) {
                return;
            }
            if (now < c.notBefore) {
                lookAgainAt(c.notBefore);
                return;
            }
            boolean activating =
                    !c.fault.ofMachine()
                            && Faults.activating(sight.snapshot(), c.fault.subject())
                            && !c.fault.code().equals(Faults.SUPPLICANT_STRAY);
            if (activating) {
                // Its end is an event; where it has none, this is one.
                lookAgainAt(now + LEFT_FOR);
                return;
            }
            act(c, busy);
        }

        /** Said when it changes. */
        private void stand(Case c, String why) {
            if (!c.standing.equals(why)) {
                c.standing = why;
                said.add(c.fault.subject() + ": nothing is done: " + why);
            }
        }

        private Optional<String> whyNot(Case c) {
            Circumstances around = sight.circumstances();
            if (!repair) {
                return Optional.of("monitor was started with --no-repair");
            }
            if (!around.pendingFix().isEmpty()) {
                return Optional.of(around.pendingFix());
            }
            if (around.foreign().contains(c.fault.subject())) {
                return Optional.of("the interface is somebody else's");
            }
            boolean allLost = sight.faults().working().isEmpty();
            if (allLost) {
                return Optional.empty();
            }
            if (byOwner(c)) {
                return Optional.of("Wi-Fi may be off on purpose, and there is a cable");
            }
            if (around.heldFor() > 0) {
                lookAgainAt(now + around.heldFor());
                return Optional.of("monitor hold asks for hands off, and another path works");
            }
            long until = Math.max(c.since, lastTouched(c)) + HANDS_OFF;
            if (around.terminal() && now < until && !byPhone(c) && !byOther(c)) {
                lookAgainAt(until);
                return Optional.of(
                        "somebody is logged in, and another path works; ten minutes after the last"
                                + " change netfix repairs it");
            }
            return Optional.empty();
        }

        private long lastTouched(Case c) {
            return touched.getOrDefault(c.fault.subject(), c.since);
        }

        /** A radio that somebody has switched off stays so for as long as a cable is in. */
        private boolean byOwner(Case c) {
            return Set.of("wifi-off", "wifi-blocked").contains(c.fault.code())
                    && (c.beforeUs || soonAfter(radioByPerson, c))
                    && sight.snapshot().physical().stream()
                            .anyMatch(l -> l.kind() == Link.Kind.WIRED && l.hasCarrier());
        }

        /** By a service or a timer, and no person. */
        private boolean byOther(Case c) {
            return soonAfter(others.getOrDefault(c.fault.subject(), Long.MIN_VALUE), c);
        }

        private boolean soonAfter(long heard, Case c) {
            return heard != Long.MIN_VALUE && Math.abs(c.since - heard) < PHONE_SOON;
        }

        /** The phone's hand is no person's at a terminal; it reaches Wi-Fi alone. */
        private boolean byPhone(Case c) {
            return soonAfter(phone, c)
                    && sight.snapshot().physical().stream()
                            .anyMatch(
                                    l ->
                                            l.kind() == Link.Kind.WIFI
                                                    && l.name().equals(c.fault.subject()));
        }

        private void act(Case c, Set<String> busy) {
            RepairSteps.Place place =
                    new RepairSteps.Place(
                            sight.snapshot(),
                            sight.copies(),
                            sight.circumstances().fixConfirmed(),
                            sight.circumstances().refused());
            boolean some = false;
            String withheld = "";
            for (RepairSteps.Step step : RepairSteps.TABLE) {
                if (!step.heals().contains(c.fault.code())) {
                    continue;
                }
                List<RepairAct> acts = step.acts().apply(place, c.fault);
                if (acts.isEmpty()) {
                    continue;
                }
                Optional<String> kept = kept(step, c.fault).or(() -> absent(acts));
                if (kept.isPresent()) {
                    withheld = withheld.isEmpty() ? kept.get() : withheld;
                    continue;
                }
                some = true;
                if (c.tried.add(step.id())) {
                    take(c, step, acts);
                    busy.add(c.fault.subject());
                    return;
                }
            }
            if (!some) {
                stand(c, withheld.isEmpty() ? "there is nothing that netfix could do" : withheld);
                return;
            }
            int rounds = memory.rounds().merge(c.fault.key(), 1, Integer::sum);
            long pause = doubled(FIRST_PAUSE, rounds, LONGEST_PAUSE);
            c.notBefore = now + pause;
            c.tried.clear();
            c.standing = "";
            remember = true;
            lookAgainAt(c.notBefore);
            said.add(c.fault.subject() + ": all was tried; again in " + seconds(pause));
        }

        private void take(Case c, RepairSteps.Step step, List<RepairAct> acts) {
            Order order = new Order(c.fault, step, acts);
            orders.add(order);
            c.step = step;
            c.actedAt = now;
            c.deadline = now + step.effect() * 1000L * patience;
            c.done.add(step.id());
            c.standing = "";
            total(step.id(), 1, 0, 0);
            memory.replace(c.fault.key(), incident(c, -1, ""));
            remember = true;
            lookAgainAt(c.deadline);
            said.add(
                    c.fault.subject()
                            + ": "
                            + step.id()
                            + ": "
                            + order.shown()
                            + "    # "
                            + step.why());
        }

        /** A step without its tool is none, until somebody installs it. */
        private Optional<String> absent(List<RepairAct> acts) {
            return acts.stream()
                    .filter(RepairAct.Run.class::isInstance)
                    .map(act -> ((RepairAct.Run) act).argv().get(0))
                    .filter(sight.circumstances().absent()::contains)
                    .findFirst()
                    .map(tool -> tool + " is not installed");
        }

        private Optional<String> kept(RepairSteps.Step step, Fault fault) {
            return switch (step.may()) {
                case ALWAYS -> Optional.empty();
                case SIDE_LOST ->
                        sideHeld(fault)
                                ? Optional.of("a manager holds a working path on that side")
                                : Optional.empty();
                case ALL_LOST ->
                        sight.faults().working().isEmpty()
                                ? Optional.empty()
                                : Optional.of("another path works, which the next step could cost");
            };
        }

        /** Of the machine: on every side that it has. */
        private boolean sideHeld(Fault fault) {
            List<Link> links = sight.snapshot().physical();
            Set<Link.Kind> kinds =
                    links.stream()
                            .filter(l -> fault.ofMachine() || l.name().equals(fault.subject()))
                            .map(Link::kind)
                            .collect(Collectors.toSet());
            Set<Link.Kind> heldKinds =
                    links.stream()
                            .filter(l -> sight.faults().heldWorking().contains(l.name()))
                            .map(Link::kind)
                            .collect(Collectors.toSet());
            return !kinds.isEmpty() && heldKinds.containsAll(kinds);
        }
    }

    /** For a person: {@code 0.4 s}, {@code 12 s}, {@code 3 min}, {@code 2 h}. */
    static String seconds(long millis) {
        if (millis < 10_000) {
            long tenths = (millis + 50) / 100;
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        long seconds = (millis + 500) / 1000;
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
