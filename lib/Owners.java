package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who holds which interface now, and who else would take it: read off a snapshot, with the evidence
 * for each.
 */
public final class Owners {

    /**
     * @param holds it has configured the interface; else it only claims it (runs, and its
     *     configuration lets it take it)
     */
    public record Claim(Manager manager, boolean holds, Evidence evidence) {}

    private final Snapshot snapshot;
    private final Map<String, List<Claim>> byLink = new TreeMap<>();

    private Owners(Snapshot snapshot) {
        this.snapshot = snapshot;
        for (Link link : snapshot.physical()) {
            List<Claim> claims = new ArrayList<>();
            networkManager(link).ifPresent(claims::add);
            dhcpcd(link).ifPresent(claims::add);
            networkd(link).ifPresent(claims::add);
            ifupdown(link).ifPresent(claims::add);
            byLink.put(link.name(), List.copyOf(claims));
        }
    }

    public static Owners of(Snapshot snapshot) {
        return new Owners(snapshot);
    }

    public List<Claim> of(Link link) {
        return byLink.getOrDefault(link.name(), List.of());
    }

    public Optional<Claim> of(Link link, Manager manager) {
        return of(link).stream().filter(claim -> claim.manager() == manager).findFirst();
    }

    /**
     * The managers that hold it, for a person: {@code NetworkManager with profile "Home"}, {@code
     * dhcpcd and systemd-networkd (netplan)}, or nobody.
     */
    public String shown(Link link) {
        List<String> names =
                of(link).stream().filter(Claim::holds).map(claim -> shown(claim, link)).toList();
        if (!names.isEmpty()) {
            return String.join(" and ", names);
        }
        return snapshot.nm().devices().whyUnknown().isPresent()
                        || snapshot.units().whyUnknown().isPresent()
                ? "whose it is could not be told"
                : "nobody";
    }

    private String shown(Claim claim, Link link) {
        return switch (claim.manager()) {
            case NETWORKMANAGER ->
                    claim.manager()
                            + snapshot.nm()
                                    .device(link)
                                    .map(Nmcli.Device::connection)
                                    .filter(name -> !name.isEmpty())
                                    .map(name -> " with profile \"" + name + "\"")
                                    .orElse("");
            case NETWORKD ->
                    claim.manager()
                            + snapshot.networkd()
                                    .state(link)
                                    .filter(Networkd.LinkState::byNetplan)
                                    .map(state -> " (netplan)")
                                    .orElse("");
            case DHCPCD, IFUPDOWN -> claim.manager().toString();
        };
    }

    private Optional<Claim> networkManager(Link link) {
        return snapshot.nm()
                .device(link)
                .filter(Nmcli.Device::managed)
                .map(
                        device -> {
                            // "externally": it only watches what somebody else has configured.
                            boolean external = device.stateText().contains("externally");
                            boolean holds =
                                    device.state() >= 40 && device.state() <= 100 && !external;
                            String what =
                                    link.name()
                                            + ": "
                                            + device.stateText()
                                            + (device.connection().isEmpty()
                                                    ? ""
                                                    : ", profile \"" + device.connection() + "\"");
                            return new Claim(
                                    Manager.NETWORKMANAGER,
                                    holds,
                                    new Evidence(what, "nmcli device show"));
                        });
    }

    private Optional<Claim> dhcpcd(Link link) {
        if (!snapshot.unit(Manager.DHCPCD.unit()).running() || !snapshot.dhcpcd().mayHold(link)) {
            return Optional.empty();
        }
        boolean configured = snapshot.dhcpcd().isStatic(link) || snapshot.dhcpcd().hasLease(link);
        boolean holds = configured && link.hasCarrier() && !link.globalAddresses().isEmpty();
        String what =
                snapshot.dhcpcd().isStatic(link)
                        ? Dhcpcd.CONF + " has a static address for " + link.name()
                        : configured
                                ? "dhcpcd runs and has "
                                        + snapshot.dhcpcd()
                                                .lease(link)
                                                .value()
                                                .map(l -> "leased " + l.address())
                                                .orElse("a lease")
                                        + " for "
                                        + link.name()
                                : "dhcpcd runs and "
                                        + Dhcpcd.CONF
                                        + " does not keep it off "
                                        + link.name();
        return Optional.of(
                new Claim(Manager.DHCPCD, holds, new Evidence(what, Manager.DHCPCD.unit())));
    }

    private Optional<Claim> networkd(Link link) {
        if (!snapshot.unit(Manager.NETWORKD.unit()).running()) {
            return Optional.empty();
        }
        return snapshot.networkd()
                .state(link)
                .filter(state -> !state.admin().equals("unmanaged"))
                .filter(state -> state.holds() || snapshot.networkd().fileFor(link).isPresent())
                .map(
                        state ->
                                new Claim(
                                        Manager.NETWORKD,
                                        state.holds(),
                                        new Evidence(
                                                link.name()
                                                        + ": "
                                                        + state.admin()
                                                        + (state.networkFile().isEmpty()
                                                                ? ""
                                                                : " by "
                                                                        + state.networkFile()
                                                                        + (state.byNetplan()
                                                                                ? ", which netplan"
                                                                                        + " writes"
                                                                                        + " at boot"
                                                                                : "")),
                                                "/run/systemd/netif/links/" + link.index())));
    }

    private Optional<Claim> ifupdown(Link link) {
        List<Interfaces.Stanza> stanzas =
                snapshot.interfaces().of(link.name()).stream()
                        .filter(Interfaces.Stanza::configures)
                        .toList();
        boolean broughtUp =
                snapshot.ifstate().orElse(List.of()).stream()
                        .anyMatch(line -> line.startsWith(link.name() + "="));
        if (stanzas.isEmpty() || !(broughtUp || snapshot.interfaces().atBoot(link.name()))) {
            return Optional.empty();
        }
        Interfaces.Stanza first = stanzas.get(0);
        return Optional.of(
                new Claim(
                        Manager.IFUPDOWN,
                        broughtUp,
                        new Evidence(
                                "iface "
                                        + link.name()
                                        + " "
                                        + first.family()
                                        + " "
                                        + first.method()
                                        + (broughtUp ? ", brought up (/run/network/ifstate)" : ""),
                                first.place())));
    }
}
