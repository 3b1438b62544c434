package netfix;

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
    record Absence(Thing thing, long since, String who, long until) {}

    /** More returns than this are counted with the last one of the same thing. */
    private static final int MOST_RETURNS = 1000;

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

    private static List<Absence> inTime(Map<Thing, Absence> absences) {
        List<Absence> all = new ArrayList<>(absences.values());
        all.sort((a, b) -> Long.compare(a.since() - b.since(), 0));
        return List.copyOf(all);
    }

    /** What is there now and was not. */
    List<Thing> gained() {
        return List.copyOf(gained);
    }
}
