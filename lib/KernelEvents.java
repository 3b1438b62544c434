package netfix;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of {@code ip -o monitor label} (ip-monitor(8)) in words. What the kernel says again
 * without a change, and what is not about this machine's way out (local, multicast and broadcast
 * routes), is no event.
 */
final class KernelEvents {

    private static final Pattern LINK =
            Pattern.compile("(Deleted )?(\\d{1,9}): ([^:@\\s]+)(?:@\\S+)?: <([^>]*)>.*");
    private static final Pattern ADDRESS =
            Pattern.compile("(Deleted )?(\\d{1,9}): \\S+\\s+inet6? (\\S+)(.*)");
    private static final Pattern ROUTE =
            Pattern.compile("(Deleted )?default (?:via (?:inet6? )?(\\S+) )?.*?dev (\\S+)(.*)");
    private static final Pattern METRIC = Pattern.compile(" metric (\\d{1,10})\\b");
    private static final Pattern NEIGHBOUR =
            Pattern.compile("(Deleted )?(\\S+) dev (\\S+)(.*) (REACHABLE|FAILED) *");

    /** What is known of each interface, by the kernel's index: its name may change. */
    private static final class Known {
        private String name = "";
        private boolean up;
        private boolean carrier;
    }

    private final Map<Integer, Known> links = new HashMap<>();

    /** By the name that {@code ip} still says after a renaming. */
    private final Map<String, String> renamed = new HashMap<>();

    private final Set<Thing> there = new HashSet<>();
    private final Set<String> gateways = new HashSet<>();
    private final Set<String> silent = new HashSet<>();

    KernelEvents(Snapshot baseline) {
        for (Link link : baseline.links().orElse(List.of())) {
            Known known = new Known();
            known.name = link.name();
            known.up = link.up();
            known.carrier = link.flags().contains("LOWER_UP");
            links.put(link.index(), known);
        }
        there.addAll(Things.of(baseline));
        for (Route route : baseline.routes().orElse(List.of())) {
            if (route.isDefault() && !route.gateway().isEmpty()) {
                gateways.add(route.gateway() + " " + route.device());
            }
        }
    }

    Optional<WatchEvent> event(long nanos, String line) {
        int end = line.indexOf(']');
        if (end < 0) {
            return Optional.empty();
        }
        String rest = line.substring(end + 1).strip();
        return switch (line.substring(0, end + 1)) {
            case "[LINK]" -> link(nanos, rest);
            case "[ADDR]" -> address(nanos, rest);
            case "[ROUTE]" -> route(nanos, rest);
            case "[NEIGH]" -> neighbour(nanos, rest);
            default -> Optional.empty();
        };
    }

    private Optional<WatchEvent> link(long nanos, String line) {
        Matcher m = LINK.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        int index = Integer.parseInt(m.group(2));
        String name = m.group(3);
        if (m.group(1) != null) {
            links.remove(index);
            return happened(
                    nanos,
                    name + " was removed",
                    new Thing(Thing.Aspect.INTERFACE, name, ""),
                    true);
        }
        Known known = links.get(index);
        List<String> flags = List.of(m.group(4).split(","));
        boolean fresh = known == null;
        if (fresh) {
            known = new Known();
            links.put(index, known);
        }
        String before = known.name;
        boolean wasUp = known.up;
        boolean had = known.carrier;
        known.name = name;
        known.up = flags.contains("UP");
        known.carrier = flags.contains("LOWER_UP");
        if (fresh) {
            return happened(
                    nanos, name + " is new", new Thing(Thing.Aspect.INTERFACE, name, ""), false);
        }
        if (!before.equals(name)) {
            renamed.put(before, name);
            return Optional.of(
                    WatchEvent.of(
                            nanos,
                            WatchSource.KERNEL,
                            name,
                            before + " is called " + name + " now"));
        }
        if (wasUp != known.up) {
            return happened(
                    nanos,
                    name + (known.up ? " was switched on" : " was switched off (it is down)"),
                    new Thing(Thing.Aspect.UP, name, ""),
                    !known.up);
        }
        if (had != known.carrier) {
            return happened(
                    nanos,
                    name
                            + (known.carrier
                                    ? " has a carrier (cable in, or associated)"
                                    : " lost its carrier (cable out, or no access point)"),
                    new Thing(Thing.Aspect.CARRIER, name, ""),
                    !known.carrier);
        }
        return Optional.empty();
    }

    private Optional<WatchEvent> address(long nanos, String line) {
        Matcher m = ADDRESS.matcher(line);
        if (!m.matches()
                || !m.group(4).contains("scope global")
                || m.group(4).contains("tentative")) {
            return Optional.empty();
        }
        boolean gone = m.group(1) != null;
        Known known = links.get(Integer.parseInt(m.group(2)));
        String name = known == null ? "interface " + m.group(2) : known.name;
        Thing thing = new Thing(Thing.Aspect.ADDRESS, name, m.group(3));
        return changed(
                nanos,
                name + (gone ? " lost its address " : " has the address ") + m.group(3),
                thing,
                gone);
    }

    private Optional<WatchEvent> route(long nanos, String line) {
        Matcher m = ROUTE.matcher(line);
        if (!m.matches() || m.group(4).contains(" table ")) {
            return Optional.empty();
        }
        boolean gone = m.group(1) != null;
        String name = current(m.group(3));
        String gateway = m.group(2) == null ? "" : m.group(2);
        String via = gateway.isEmpty() ? "" : " via " + gateway;
        Matcher metric = METRIC.matcher(m.group(4));
        if (!gone && !gateway.isEmpty()) {
            gateways.add(gateway + " " + name);
        }
        return changed(
                nanos,
                name + (gone ? " lost its default route" : " has a default route") + via,
                Thing.route(name, gateway, metric.find() ? Long.parseLong(metric.group(1)) : 0),
                gone);
    }

    private Optional<WatchEvent> neighbour(long nanos, String line) {
        Matcher m = NEIGHBOUR.matcher(line);
        if (!m.matches() || m.group(1) != null) {
            return Optional.empty();
        }
        String name = current(m.group(3));
        String key = m.group(2) + " " + name;
        boolean failed = m.group(5).equals("FAILED");
        if (!gateways.contains(key)) {
            return Optional.empty();
        }
        boolean news = failed ? silent.add(key) : silent.remove(key);
        return news
                ? Optional.of(
                        WatchEvent.of(
                                nanos,
                                WatchSource.KERNEL,
                                name,
                                "the gateway "
                                        + m.group(2)
                                        + " on "
                                        + name
                                        + (failed ? " does not answer" : " answers again")))
                : Optional.empty();
    }

    private String current(String name) {
        String now = name;
        // As often as there are interfaces: two that swap their names form a ring.
        for (int i = 0; i < renamed.size() && renamed.containsKey(now); i++) {
            now = renamed.get(now);
        }
        return now;
    }

    private Optional<WatchEvent> changed(long nanos, String text, Thing thing, boolean gone) {
        boolean news = gone ? there.remove(thing) : there.add(thing);
        return news ? happened(nanos, text, thing, gone) : Optional.empty();
    }

    private static Optional<WatchEvent> happened(
            long nanos, String text, Thing thing, boolean gone) {
        return Optional.of(WatchEvent.of(nanos, WatchSource.KERNEL, text, thing, gone, ""));
    }
}
