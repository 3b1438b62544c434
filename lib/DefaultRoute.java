package netfix;

import java.util.List;
import java.util.Optional;

/**
 * Whether an interface is meant to have a default route: an isolated network, a profile that never
 * takes one and a static address without a gateway are no faults.
 */
final class DefaultRoute {

    private DefaultRoute() {}

    /** By the configuration of whoever holds the interface. */
    static Answer meant(Snapshot snapshot, Link link) {
        List<Answer> answers =
                Owners.of(snapshot).of(link).stream()
                        .filter(Owners.Claim::holds)
                        .map(claim -> by(claim.manager(), snapshot, link))
                        .toList();
        for (Answer.Kind kind : List.of(Answer.Kind.YES, Answer.Kind.UNKNOWN, Answer.Kind.NO)) {
            Optional<Answer> first = answers.stream().filter(a -> a.kind() == kind).findFirst();
            if (first.isPresent()) {
                return first.get();
            }
        }
        return Answer.yes("nobody is known to have configured it");
    }

    private static Answer by(Manager manager, Snapshot snapshot, Link link) {
        return switch (manager) {
            case NETWORKMANAGER -> networkManager(snapshot, link);
            case DHCPCD -> dhcpcd(snapshot, link);
            case NETWORKD -> networkd(snapshot, link);
            case IFUPDOWN -> ifupdown(snapshot, link);
        };
    }

    private static Answer networkManager(Snapshot snapshot, Link link) {
        Optional<Nmcli.Device> device = snapshot.nm().device(link);
        if (device.isEmpty()) {
            return Answer.unknown("nmcli does not know " + link.name());
        }
        Reading<List<Profile>> profiles = snapshot.nm().profiles();
        Optional<Profile> profile =
                profiles.orElse(List.of()).stream()
                        .filter(p -> p.uuid().equals(device.get().uuid()))
                        .findFirst();
        String name = "profile \"" + device.get().connection() + "\"";
        if (profile.map(Profile::neverDefault).orElse(false)) {
            return Answer.no(name + " takes no default route");
        }
        if (!device.get().gateway4().isEmpty() || !device.get().gateway6().isEmpty()) {
            return Answer.yes(name + " has a gateway");
        }
        if (device.get().options().getOrDefault("routers", "").isEmpty()) {
            return Answer.no(name + " has no gateway, and no router was announced");
        }
        return profiles.whyUnknown()
                .map(Answer::unknown)
                .orElse(Answer.yes("the DHCP server gave " + name + " a router"));
    }

    private static Answer dhcpcd(Snapshot snapshot, Link link) {
        if (snapshot.dhcpcd().withoutGateway(link)) {
            return Answer.no("neither " + Dhcpcd.CONF + " nor a lease of dhcpcd has a router");
        }
        return Answer.yes("dhcpcd");
    }

    private static Answer networkd(Snapshot snapshot, Link link) {
        Optional<IniFile> file = snapshot.networkd().fileFor(link);
        if (file.isEmpty()) {
            return Answer.unknown("the .network file of " + link.name() + " could not be read");
        }
        IniFile ini = file.get();
        boolean gateway =
                ini.entries().stream()
                        .anyMatch(
                                e ->
                                        e.key().equals("Gateway")
                                                && e.section().matches("Network|Route"));
        String dhcp = ini.value("Network", "DHCP", "no");
        boolean v4 = dhcp.matches("yes|true|1|on|both|ipv4|v4");
        boolean refused =
                ini.entries().stream()
                        .anyMatch(
                                e ->
                                        e.section().matches("DHCPv4|DHCP")
                                                && e.key().matches("UseGateway|UseRoutes")
                                                && NmConfig.isFalse(e.value()));
        if (gateway) {
            return Answer.yes("systemd-networkd, a gateway is configured");
        }
        if (v4 && !refused && snapshot.networkd().routerOffered(link).orElse(true)) {
            return Answer.yes("systemd-networkd, DHCP");
        }
        return Answer.no(
                v4 && !refused
                        ? "the DHCP server gave systemd-networkd no router"
                        : "systemd-networkd is told no gateway for it");
    }

    private static Answer ifupdown(Snapshot snapshot, Link link) {
        List<Interfaces.Stanza> stanzas =
                snapshot.interfaces().of(link.name()).stream()
                        .filter(Interfaces.Stanza::configures)
                        .toList();
        boolean gateway =
                stanzas.stream()
                        .anyMatch(
                                s ->
                                        !s.method().equals("static")
                                                || s.options().stream()
                                                        .anyMatch(
                                                                o ->
                                                                        o.key()
                                                                                .matches(
                                                                                        "gateway|up|post-up")));
        return gateway || stanzas.isEmpty()
                ? Answer.yes("ifupdown")
                : Answer.no(stanzas.get(0).place() + " has no gateway");
    }
}
