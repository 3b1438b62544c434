package netfix;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a watch saw, lane by lane: one for each interface, each manager, each Wi-Fi profile and for
 * btwifiset, with what was there when, and what happened. To be drawn; decides nothing.
 */
final class Timeline {

    enum Kind {
        INTERFACE("interface"),
        MANAGER("manager"),
        PROFILE("Wi-Fi profile"),
        BTWIFISET("Bluetooth"),
        REST("the rest");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    enum State {
        /** It works, runs, is saved. */
        THERE("there"),
        /** Something of it is missing that need not matter. */
        PARTLY("partly there"),
        /** It was there, and is not. */
        GONE("gone"),
        /** It was not there to begin with. */
        NEVER("not there");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    /**
     * @param from in parts of the watch, 0 to 1
     * @param words what is missing; empty where nothing is
     */
    record Span(double from, double to, State state, String words) {}

    /**
     * @param at in parts of the watch, 0 to 1
     * @param number of the event, counted from 1
     */
    record Mark(double at, int number) {}

    record Lane(Kind kind, String name, List<Span> spans, List<Mark> marks) {}

    /**
     * @param at in parts of the watch, 0 to 1
     */
    record Tick(double at, Instant time) {}

    /** Seconds from one tick to the next. */
    private static final List<Integer> STEPS =
            List.of(
                    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600,
                    43_200);

    private static final int MOST_TICKS = 7;

    private static final Set<Thing.Aspect> OF_AN_INTERFACE =
            Set.of(
                    Thing.Aspect.INTERFACE,
                    Thing.Aspect.UP,
                    Thing.Aspect.CARRIER,
                    Thing.Aspect.ADDRESS,
                    Thing.Aspect.ROUTE,
                    Thing.Aspect.NETWORK,
                    Thing.Aspect.PROFILE_IN_USE,
                    Thing.Aspect.MANAGER);

    /** Without these nothing goes over it, whatever else is there. */
    private static final Set<Thing.Aspect> VITAL =
            Set.of(
                    Thing.Aspect.INTERFACE,
                    Thing.Aspect.UP,
                    Thing.Aspect.CARRIER,
                    Thing.Aspect.NETWORK,
                    Thing.Aspect.PROFILE,
                    Thing.Aspect.UNIT);

    private final Watch.Observed o;
    private final List<WatchEvent> events;
    private final long length;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<Integer, Kind> kinds = new HashMap<>();

    private Timeline(Aftermath aftermath, List<WatchEvent> events) {
        this.o = aftermath.observed();
        this.events = events;
        this.length = Math.max(1, length(events));
        Set<Integer> open = new TreeSet<>();
        for (int i = 0; i < events.size(); i++) {
            open.add(i);
        }
        btwifiset(open);
        profiles(open);
        interfaces(aftermath, open);
        managers(open);
        if (!open.isEmpty()) {
            lanes.add(new Lane(Kind.REST, "", List.of(), marks(open, Kind.REST)));
        }
        lanes.sort((a, b) -> a.kind().compareTo(b.kind()));
    }

    /**
     * @param events those of the watch that are to be drawn, in their order
     */
    static Timeline of(Aftermath aftermath, List<WatchEvent> events) {
        return new Timeline(aftermath, events);
    }

    List<Lane> lanes() {
        return List.copyOf(lanes);
    }

    /** The lane that an event is in. */
    Kind kind(int number) {
        return kinds.getOrDefault(number, Kind.REST);
    }

    /** At round times of the day, not too many of them. */
    List<Tick> ticks() {
        long seconds = Math.max(1, Duration.ofNanos(length).toSeconds());
        int step = STEPS.stream().filter(s -> seconds / s < MOST_TICKS).findFirst().orElse(86_400);
        List<Tick> ticks = new ArrayList<>();
        long first = (o.started().getEpochSecond() / step + 1) * step;
        for (long at = first; ; at += step) {
            Instant time = Instant.ofEpochSecond(at);
            double part = (double) Duration.between(o.started(), time).toNanos() / length;
            if (part > 1) {
                return ticks;
            }
            ticks.add(new Tick(part, time));
        }
    }

    /** The instant that lies at that part of the watch. */
    Instant time(double part) {
        return o.started().plusNanos(Math.round(part * length));
    }

    /** What is heard while the last look is prepared comes after the watch. */
    private long length(List<WatchEvent> all) {
        long last = o.lasted().toNanos();
        for (WatchEvent e : all) {
            last = Math.max(last, e.nanos() - o.startedNanos());
        }
        for (Absences.Absence a : o.lost()) {
            last = Math.max(last, a.since() - o.startedNanos());
        }
        for (Absences.Absence a : o.returned()) {
            last = Math.max(last, a.until() - o.startedNanos());
        }
        return last;
    }

    private double part(long nanos) {
        return Math.min(1, Math.max(0, (double) (nanos - o.startedNanos()) / length));
    }

    private List<Mark> marks(Set<Integer> which, Kind kind) {
        List<Mark> marks = new ArrayList<>();
        for (int i : which) {
            kinds.put(i + 1, kind);
            marks.add(new Mark(part(events.get(i).nanos()), i + 1));
        }
        return marks;
    }

    /** Those that are about it, taken out of those that are open. */
    private List<Mark> take(Set<Integer> open, Kind kind, Predicate<WatchEvent> about) {
        Set<Integer> mine =
                open.stream()
                        .filter(i -> about.test(events.get(i)))
                        .collect(Collectors.toCollection(TreeSet::new));
        open.removeAll(mine);
        return marks(mine, kind);
    }

    private void btwifiset(Set<Integer> open) {
        boolean before = runsBtwifiset(o.before());
        List<Mark> marks = take(open, Kind.BTWIFISET, e -> e.subject().startsWith("btwifiset"));
        boolean installed =
                o.before().unit("btwifiset.service").exists()
                        || o.before().unit("btwifiset-stable.service").exists();
        if (installed || before || !marks.isEmpty()) {
            Predicate<Thing> its =
                    t -> t.aspect() == Thing.Aspect.UNIT && t.subject().startsWith("btwifiset");
            lanes.add(
                    new Lane(
                            Kind.BTWIFISET,
                            "btwifiset",
                            spans(its, before, runsBtwifiset(o.after()), false),
                            marks));
        }
    }

    private static boolean runsBtwifiset(Snapshot s) {
        return s.unit("btwifiset.service").running()
                || s.unit("btwifiset-stable.service").running();
    }

    private void profiles(Set<Integer> open) {
        Map<String, Boolean> all = new LinkedHashMap<>();
        wifiProfiles(o.before()).forEach(id -> all.put(id, true));
        Set<String> after = wifiProfiles(o.after());
        after.forEach(id -> all.putIfAbsent(id, false));
        all.forEach(
                (id, before) ->
                        lanes.add(
                                new Lane(
                                        Kind.PROFILE,
                                        id,
                                        spans(
                                                t ->
                                                        t.aspect() == Thing.Aspect.PROFILE
                                                                && t.subject().equals(id),
                                                before,
                                                after.contains(id),
                                                false),
                                        take(
                                                open,
                                                Kind.PROFILE,
                                                e -> e.subject().equals(id) && !isInterface(id)))));
    }

    private boolean isInterface(String name) {
        return o.before().links().orElse(List.of()).stream().anyMatch(l -> l.name().equals(name));
    }

    private static Set<String> wifiProfiles(Snapshot s) {
        return s.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.type().equals(Profile.WIFI) && p.refusal().isEmpty())
                .map(Profile::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void interfaces(Aftermath aftermath, Set<Integer> open) {
        Map<String, Optional<Link>> all = new LinkedHashMap<>();
        o.before().physical().forEach(l -> all.put(l.name(), Optional.of(l)));
        for (Link link : o.after().physical()) {
            if (!o.renamed().containsValue(link.name())) {
                all.putIfAbsent(link.name(), Optional.empty());
            }
        }
        all.forEach(
                (name, link) -> {
                    String now = o.renamed().getOrDefault(name, name);
                    boolean worked = link.map(l -> Reach.of(o.before(), l).isYes()).orElse(false);
                    boolean works =
                            o.after().physical().stream()
                                    .filter(l -> l.name().equals(now))
                                    .anyMatch(l -> Reach.of(o.after(), l).isYes());
                    boolean lost =
                            aftermath.works().stream()
                                    .anyMatch(w -> w.name().equals(name) && w.now().isNo());
                    lanes.add(
                            new Lane(
                                    Kind.INTERFACE,
                                    now.equals(name) ? name : name + ", now " + now,
                                    spans(
                                            t ->
                                                    OF_AN_INTERFACE.contains(t.aspect())
                                                            && t.subject().equals(name),
                                            worked,
                                            works,
                                            lost),
                                    take(
                                            open,
                                            Kind.INTERFACE,
                                            e ->
                                                    e.subject().equals(name)
                                                            || e.subject().equals(now))));
                });
    }

    private void managers(Set<Integer> open) {
        for (Manager manager : Manager.values()) {
            boolean before = o.before().unit(manager.unit()).running();
            boolean after = o.after().unit(manager.unit()).running();
            boolean isNm = manager == Manager.NETWORKMANAGER;
            List<Mark> marks =
                    take(
                            open,
                            Kind.MANAGER,
                            e ->
                                    e.subject().equals(manager.unit())
                                            || isNm && e.source() == WatchSource.NETWORKMANAGER);
            if (before || after || !marks.isEmpty()) {
                lanes.add(
                        new Lane(
                                Kind.MANAGER,
                                manager.toString(),
                                spans(
                                        t ->
                                                t.aspect() == Thing.Aspect.UNIT
                                                        && t.subject().equals(manager.unit()),
                                        before,
                                        after,
                                        false),
                                marks));
            }
        }
    }

    /** From when to when something is missing; {@code to} is 1 where it did not come back. */
    private record Gap(double from, double to, Thing thing) {}

    /**
     * @param vital whether what is missing at the end is what it does not work without
     */
    private List<Span> spans(Predicate<Thing> its, boolean before, boolean after, boolean vital) {
        List<Gap> gaps = new ArrayList<>();
        for (Absences.Absence a : o.lost()) {
            if (its.test(a.thing())) {
                gaps.add(new Gap(part(a.since()), 1, a.thing()));
            }
        }
        for (Absences.Absence a : o.returned()) {
            if (its.test(a.thing())) {
                gaps.add(new Gap(part(a.since()), part(a.until()), a.thing()));
            }
        }
        TreeSet<Double> edges = new TreeSet<>(Set.of(0.0, 1.0));
        gaps.forEach(
                gap -> {
                    edges.add(gap.from());
                    edges.add(gap.to());
                });
        double came = before || !after ? 1 : cameAt(its);
        if (came < 1) {
            edges.add(came);
        }
        List<Span> spans = new ArrayList<>();
        double from = 0;
        for (double to : edges.tailSet(0.0, false)) {
            double begin = from;
            List<Gap> here = gaps.stream().filter(g -> g.from() <= begin && g.to() >= to).toList();
            State state =
                    !before
                            ? begin >= came ? State.THERE : State.NEVER
                            : here.isEmpty()
                                    ? State.THERE
                                    : to == 1 && vital || here.stream().anyMatch(Timeline::isVital)
                                            ? State.GONE
                                            : State.PARTLY;
            String words =
                    state == State.NEVER || state == State.THERE
                            ? ""
                            : here.stream()
                                    .map(g -> missing(g.thing()))
                                    .distinct()
                                    .collect(Collectors.joining(", "));
            spans.add(new Span(from, to, state, words));
            from = to;
        }
        return List.copyOf(spans);
    }

    private static boolean isVital(Gap gap) {
        return VITAL.contains(gap.thing().aspect());
    }

    /** When what was not there came, as far as an event told; at the end where none did. */
    private double cameAt(Predicate<Thing> its) {
        return events.stream()
                .filter(e -> !e.gone() && e.thing().filter(its).isPresent())
                .mapToDouble(e -> part(e.nanos()))
                .max()
                .orElse(1);
    }

    private static String missing(Thing thing) {
        return switch (thing.aspect()) {
            case INTERFACE -> "removed";
            case UP -> "switched off";
            case CARRIER -> "no carrier";
            case ADDRESS -> "no " + thing.what();
            case ROUTE -> "no default route";
            case NETWORK -> "not at \"" + thing.what() + "\"";
            case PROFILE_IN_USE -> "without its profile";
            case MANAGER -> "not with " + thing.what();
            case PROFILE -> "deleted";
            case UNIT -> "not running";
            case ENABLED -> "not at boot";
            case RADIO -> "blocked";
            case NAME_SERVER -> "not used";
            case SUPPLICANT -> "no supplicant";
        };
    }
}
