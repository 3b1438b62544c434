package netfix;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A snapshot in words, piece by piece, for the reports; holds anybody's bytes. */
final class Portrait {

    private final Snapshot s;
    private final Owners owners;

    Portrait(Snapshot snapshot) {
        this.s = snapshot;
        this.owners = Owners.of(snapshot);
    }

    String owners(Link link) {
        return owners.shown(link);
    }

    /** With their prefix. */
    static List<String> addresses(Link link) {
        return link.globalAddresses().stream().map(Link.Address::toString).toList();
    }

    String state(Link link) {
        if (!link.up()) {
            return "down";
        }
        if (!link.hasCarrier()) {
            return link.kind() == Link.Kind.WIFI ? "not connected" : "no cable";
        }
        return link.kind() == Link.Kind.WIFI ? "connected" + network(link) : "cable in";
    }

    private String network(Link link) {
        String ssid = s.associated().orElse(Map.of()).get(link.name());
        return ssid == null ? "" : " to \"" + ssid + "\"";
    }

    /** The gateway and whether it answers, or that there is none. */
    String gateway(Link link) {
        return s.defaultRoutes(link).stream()
                .filter(r -> !r.gateway().isEmpty())
                .findFirst()
                .map(
                        r ->
                                "gateway "
                                        + r.gateway()
                                        + answered(new Snapshot.Gateway(r.gateway(), link.name())))
                .orElse("no default route");
    }

    private String answered(Snapshot.Gateway gateway) {
        Boolean answers = s.answers().get(gateway);
        return answers == null ? "" : answers ? " (answers)" : " (silent)";
    }

    String dns() {
        List<String> servers = s.dns().servers().orElse(List.of());
        String from = s.dns().target().isEmpty() ? "" : " (" + s.dns().target() + ")";
        return servers.isEmpty()
                ? s.dns().servers().whyUnknown().orElse("no server in /etc/resolv.conf")
                : String.join(", ", servers) + from;
    }

    /** Its mode and whether it runs; empty where it is not installed. */
    Optional<String> btwifiset() {
        for (String name : List.of("btwifiset-stable.service", "btwifiset.service")) {
            Unit unit = s.unit(name);
            if (unit.exists()) {
                String mode =
                        DaemonFaults.modeLine(s)
                                .map(
                                        l ->
                                                l.message().contains("= True")
                                                        ? ", in NetworkManager mode"
                                                        : ", in wpa_supplicant mode")
                                .orElse("");
                return Optional.of(
                        name.replace(".service", "")
                                + ": "
                                + (unit.running() ? "running" + mode : unit.active())
                                + ", "
                                + unit.file());
            }
        }
        return Optional.empty();
    }
}
