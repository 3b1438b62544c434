package netfix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What lies between this machine and the rest: gateways, the order of routes, name servers. */
final class PathFaults {

    private static final List<String> STUB = List.of("127.0.0.53", "127.0.0.54");

    /** Tailscale's resolver, on every machine of a tailnet. */
    private static final String TAILSCALE = "100.100.100.100";

    private PathFaults() {}

    /** Neither a ping nor ARP brings an answer, though the link is up: at both ends of it. */
    static Verdict gatewaySilent(Snapshot s) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.routes().whyUnknown().isPresent()) {
            return Verdict.unknown(s.routes().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            for (Route route : s.defaultRoutes(link)) {
                Optional<Neighbour> failed =
                        s.neighbours().orElse(List.of()).stream()
                                .filter(
                                        n ->
                                                n.address().equals(route.gateway())
                                                        && n.device().equals(link.name())
                                                        && n.failed())
                                .findFirst();
                if (link.hasCarrier() && failed.isPresent() && silent(s, route)) {
                    hits.add(
                            new Verdict.Hit(
                                    link.name(),
                                    Verdict.Severity.WARNING,
                                    "the gateway "
                                            + route.gateway()
                                            + " on "
                                            + link.name()
                                            + " answers neither ping nor "
                                            + (route.gateway().contains(":")
                                                    ? "neighbour discovery"
                                                    : "ARP"),
                                    List.of(
                                            new Evidence(
                                                    route.gateway()
                                                            + " "
                                                            + String.join(
                                                                    " ", failed.get().states()),
                                                    "ip neighbour show"),
                                            new Evidence("no answer", "ping " + route.gateway())),
                                    upAnew(s, link)));
                    break;
                }
            }
        }
        return Verdict.of(hits);
    }

    /**
     * By who holds the link, who gives it its addresses and routes again: with ip(8) alone they
     * would stay away.
     */
    private static List<String> upAnew(Snapshot s, Link link) {
        String name = Command.quoted(link.name());
        return Owners.of(s).of(link).stream()
                .filter(Owners.Claim::holds)
                .findFirst()
                .map(
                        claim ->
                                switch (claim.manager()) {
                                    case NETWORKMANAGER -> "sudo nmcli device connect " + name;
                                    case NETWORKD -> "sudo networkctl reconfigure " + name;
                                    case DHCPCD -> "sudo dhcpcd --rebind " + name;
                                    case IFUPDOWN -> "sudo ifdown " + name + "; sudo ifup " + name;
                                })
                .map(List::of)
                .orElse(List.of("ip neighbour show dev " + name));
    }

    private static boolean silent(Snapshot s, Route route) {
        return Boolean.FALSE.equals(
                s.answers().get(new Snapshot.Gateway(route.gateway(), route.device())));
    }

    private static boolean answers(Snapshot s, Route route) {
        return Boolean.TRUE.equals(
                s.answers().get(new Snapshot.Gateway(route.gateway(), route.device())));
    }

    /** The one with the lowest metric leads nowhere, and another one would. */
    static Verdict wrongRouteFirst(Snapshot s) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.routes().whyUnknown().isPresent()) {
            return Verdict.unknown(s.routes().whyUnknown().get());
        }
        List<Route> defaults =
                s.routes().orElse(List.of()).stream()
                        .filter(r -> r.isDefault() && !r.v6() && !r.gateway().isEmpty())
                        .sorted(Comparator.comparingLong(Route::metric))
                        .toList();
        Optional<Route> better = defaults.stream().filter(r -> answers(s, r)).findFirst();
        if (better.isEmpty() || !silent(s, defaults.get(0))) {
            return Verdict.clear();
        }
        Route first = defaults.get(0);
        String profile =
                s.nm().devices().orElse(List.of()).stream()
                        .filter(d -> d.name().equals(first.device()))
                        .map(Nmcli.Device::connection)
                        .findFirst()
                        .orElse("");
        return Verdict.of(
                List.of(
                        new Verdict.Hit(
                                first.device(),
                                Verdict.Severity.ERROR,
                                "all goes out over "
                                        + first.device()
                                        + ", whose gateway "
                                        + first.gateway()
                                        + " does not answer; that of "
                                        + better.get().device()
                                        + " does",
                                List.of(shown(first), shown(better.get())),
                                profile.isEmpty()
                                        ? List.of()
                                        : List.of(
                                                "sudo nmcli connection modify id "
                                                        + Command.quoted(profile)
                                                        + " ipv4.route-metric "
                                                        + (better.get().metric() + 100),
                                                "sudo nmcli device reapply "
                                                        + Command.quoted(first.device())))));
    }

    private static Evidence shown(Route route) {
        return new Evidence(
                "default via "
                        + route.gateway()
                        + " dev "
                        + route.device()
                        + " metric "
                        + route.metric(),
                "ip route show");
    }

    /** /etc/resolv.conf asks systemd-resolved on this machine, and that does not run. */
    static Verdict stubResolverDead(Snapshot s) {
        Unit resolved = s.unit("systemd-resolved.service");
        List<String> servers = s.dns().servers().orElse(List.of());
        boolean asksIt = !servers.isEmpty() && STUB.containsAll(servers);
        boolean dangling =
                s.dns().servers().isAbsent() && s.dns().target().contains("systemd/resolve");
        if (!s.host().live() || !asksIt && !dangling || resolved.running()) {
            return Verdict.clear();
        }
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        boolean may = resolved.exists() && !resolved.masked();
        return Verdict.of(
                List.of(
                        new Verdict.Hit(
                                FindingRow.MACHINE,
                                Verdict.Severity.ERROR,
                                "no name can be resolved: /etc/resolv.conf asks systemd-resolved,"
                                        + " which "
                                        + (resolved.exists() ? "does not run" : "is not installed"),
                                List.of(
                                        new Evidence(
                                                dangling
                                                        ? "a link to "
                                                                + s.dns().target()
                                                                + ", which is not there"
                                                        : "nameserver " + String.join(" ", servers),
                                                "/etc/resolv.conf"),
                                        Evidence.of(resolved)),
                                may
                                        ? List.of("sudo systemctl enable --now systemd-resolved")
                                        : List.of(
                                                "sudo rm /etc/resolv.conf",
                                                "sudo nmcli general reload dns-full"))));
    }

    /** Somebody else's on purpose, which is worth knowing and not worth mending. */
    static Verdict resolverOfAVpn(Snapshot s) {
        if (!s.dns().servers().orElse(List.of()).contains(TAILSCALE)) {
            return Verdict.clear();
        }
        return Verdict.of(
                List.of(
                        new Verdict.Hit(
                                FindingRow.MACHINE,
                                Verdict.Severity.INFO,
                                "a VPN (Tailscale) resolves names and owns /etc/resolv.conf;"
                                        + " netfix leaves it alone",
                                List.of(
                                        new Evidence(
                                                "nameserver " + TAILSCALE, "/etc/resolv.conf")),
                                List.of())));
    }
}
