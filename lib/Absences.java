package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Of all that was there at the baseline, what went, when and by whom, and what came back. Fed with
 * events for the time and with whole looks for the truth: an event that was missed hides nothing.
 */
final class Absences {

    /**
     * @param since when it was first missed, {@link System#nanoTime}
     * @param until when it was there again; meaningful only where it came back
     */
    record Absence(Thing thing, long since, String who, long until) {

        /**
         * NetworkManager takes Wi-Fi down for a moment to give it another MAC: nobody has missed
         * it.
         */
        boolean isBlink() {
            return thing.aspect() == Thing.Aspect.UP && until - since < SHORT;
        }
    }

    private static final long SHORT = Duration.ofSeconds(1).toNanos();

    /** More returns than this are counted with the last one of the same thing. */
    private static final int MOST_RETURNS = 1000;

    /** More of them than these are not remembered; what took something away is said at once. */
    private static final int MOST_ACTS = 1000;

    /** What an act takes away is gone soon after it; a look that finds it out needs its time. */
    private static final long BEFORE = Duration.ofSeconds(15).toNanos();

    /** The kernel's word is heard before the journal's. */
    private static final long AFTER = Duration.ofSeconds(3).toNanos();

    private static final Set<Thing.Aspect> OF_AN_INTERFACE =
            Set.of(
                    Thing.Aspect.UP,
                    Thing.Aspect.CARRIER,
                    Thing.Aspect.ADDRESS,
                    Thing.Aspect.ROUTE,
                    Thing.Aspect.NETWORK,
                    Thing.Aspect.PROFILE_IN_USE,
                    Thing.Aspect.MANAGER);

    /**
     * @param subject an interface or a profile; empty where all of them
     */
    private record Act(long nanos, String subject, String who) {}

    private final List<Act> acts = new ArrayList<>();
    private final Snapshot baseline;
    private final SortedSet<Thing> there;
    private final Set<Integer> indexes;
    private final Map<Thing, Long> lastHeard = new HashMap<>();
    private final Map<Thing, Absence> gone = new TreeMap<>();
    private final Map<Thing, Absence> returned = new TreeMap<>();
    private SortedSet<Thing> gained = new TreeSet<>();
    private Map<String, String> formerNames = Map.of();

    Absences(Snapshot baseline) {
        this.baseline = baseline;
        this.there = Things.of(baseline);
        this.indexes = baseline.physical().stream().map(Link::index).collect(Collectors.toSet());
    }

    void heard(WatchEvent event) {
        DaemonEvents.actor(event)
                .filter(who -> acts.size() < MOST_ACTS)
                .map(who -> new Act(event.nanos(), actedOn(event), who))
                .ifPresent(acts::add);
        event.thing()
                .ifPresent(
                        t -> {
                            Thing thing = former(t);
                            if (there.contains(thing)) {
                                lastHeard.put(thing, event.nanos());
                            }
                            if (event.gone()) {
                                went(thing, event.nanos(), event.who());
                            } else {
                                cameBack(thing, event.nanos());
                            }
                        });
    }

    /**
     * @param begun when the look began: of what was heard of since, it may know less than we do
     * @param nanos when it ended
     */
    void looked(Snapshot now, long begun, long nanos) {
        formerNames = formerNames(now);
        SortedSet<Thing> present = new TreeSet<>();
        Things.of(now, indexes).forEach(thing -> present.add(former(thing)));
        for (Thing thing : there) {
            Long heard = lastHeard.get(thing);
            if (!Things.known(now, thing.aspect()) || heard != null && heard - begun >= 0) {
                continue;
            }
            if (present.contains(thing)) {
                cameBack(thing, nanos);
            } else {
                went(thing, nanos, "");
            }
        }
        present.removeAll(there);
        present.removeIf(thing -> !Things.known(baseline, thing.aspect()));
        gained = present;
    }

    /** btwifiset's own switch is that of wlan0, and of no other interface. */
    private static String actedOn(WatchEvent event) {
        return event.subject().equals("btwifiset") ? "wlan0" : event.subject();
    }

    /** With who did it, where an act on that interface, or on its profile, came just before. */
    private Absence attributed(Absence a) {
        return acts.stream()
                .filter(act -> a.who().isEmpty() && concerns(act, a.thing()))
                .filter(act -> act.nanos() - a.since() <= AFTER)
                .filter(act -> a.since() - act.nanos() <= BEFORE)
                .reduce((first, second) -> second)
                .map(act -> new Absence(a.thing(), a.since(), act.who(), a.until()))
                .orElse(a);
    }

    private boolean concerns(Act act, Thing thing) {
        if (thing.aspect() == Thing.Aspect.NAME_SERVER || thing.aspect() == Thing.Aspect.RADIO) {
            return thing.aspect() == Thing.Aspect.NAME_SERVER || act.subject().isEmpty();
        }
        return OF_AN_INTERFACE.contains(thing.aspect())
                && (act.subject().isEmpty()
                        || act.subject().equals(thing.subject())
                        || baseline.nm().devices().orElse(List.of()).stream()
                                .filter(d -> d.name().equals(thing.subject()))
                                .anyMatch(d -> d.connection().equals(act.subject())));
    }

    private void went(Thing thing, long nanos, String who) {
        if (!there.contains(thing)) {
            return;
        }
        Absence before = gone.get(thing);
        if (before == null) {
            gone.put(thing, new Absence(thing, nanos, who, 0));
        } else if (before.who().isEmpty() && !who.isEmpty()) {
            gone.put(thing, new Absence(thing, before.since(), who, 0));
        }
    }

    private void cameBack(Thing thing, long nanos) {
        Absence absence = gone.remove(thing);
        if (absence != null && (returned.size() < MOST_RETURNS || returned.containsKey(thing))) {
            returned.put(thing, new Absence(thing, absence.since(), absence.who(), nanos));
        }
    }

    /** Interfaces that have another name now, by it: the kernel's index is the same. */
    private Map<String, String> formerNames(Snapshot now) {
        Map<Integer, String> before = new HashMap<>();
        baseline.links().orElse(List.of()).forEach(l -> before.put(l.index(), l.name()));
        Map<String, String> names = new HashMap<>();
        for (Link link : now.links().orElse(List.of())) {
            String old = before.get(link.index());
            if (old != null && !old.equals(link.name())) {
                names.put(link.name(), old);
            }
        }
        return names;
    }

    private Thing former(Thing thing) {
        String old = formerNames.get(thing.subject());
        return old == null ? thing : thing.of(old);
    }

    /** Interfaces that were renamed: what they are called now, by what they were called. */
    Map<String, String> renamed() {
        Map<String, String> now = new TreeMap<>();
        formerNames.forEach((name, old) -> now.put(old, name));
        return now;
    }

    /** What the last look did not find, in the order of time. */
    List<Absence> lost() {
        return inTime(gone);
    }

    /** What went and is there again. */
    List<Absence> returned() {
        return inTime(returned).stream().filter(a -> !gone.containsKey(a.thing())).toList();
    }

    private List<Absence> inTime(Map<Thing, Absence> absences) {
        List<Absence> all = new ArrayList<>();
        absences.values().forEach(a -> all.add(attributed(a)));
        all.sort((a, b) -> Long.compare(a.since() - b.since(), 0));
        return List.copyOf(all);
    }

    /** What is there now and was not. */
    List<Thing> gained() {
        return List.copyOf(gained);
    }
}
