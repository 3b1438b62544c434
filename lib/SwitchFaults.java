package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Networking, radio and kill switches that are off. */
final class SwitchFaults {

    private SwitchFaults() {}

    private static boolean nmMatters(Snapshot s) {
        Unit unit = s.unit(Manager.NETWORKMANAGER.unit());
        return unit.enabled() || unit.running();
    }

    static Verdict networkingOff(Snapshot s) {
        if (!nmMatters(s)) {
            return Verdict.clear();
        }
        List<Evidence> evidence = new ArrayList<>();
        s.nm().switchedOff("NetworkingEnabled").ifPresent(e -> evidence.add(Evidence.of(e)));
        s.nm().general()
                .value()
                .filter(g -> !g.networking())
                .ifPresent(
                        g ->
                                evidence.add(
                                        new Evidence(
                                                "networking: disabled, state: " + g.state(),
                                                "nmcli general status")));
        return evidence.isEmpty()
                ? stateUnknown(s)
                : Verdict.of(
                        List.of(
                                new Verdict.Hit(
                                        FindingRow.MACHINE,
                                        Verdict.Severity.ERROR,
                                        "NetworkManager's networking is switched off, and stays so"
                                                + " after a reboot",
                                        evidence,
                                        List.of("sudo nmcli networking on"))));
    }

    static Verdict wifiOff(Snapshot s) {
        List<Link> wifi = s.physical().stream().filter(l -> l.kind() == Link.Kind.WIFI).toList();
        if (!nmMatters(s) || wifi.isEmpty()) {
            return Verdict.clear();
        }
        Optional<IniFile.Entry> saved = s.nm().switchedOff("WirelessEnabled");
        // nmcli calls Wi-Fi disabled also where rfkill blocks it behind NetworkManager's back; the
        // state file, where it can be read, tells the two apart.
        Optional<Nmcli.General> now =
                s.nm().general()
                        .value()
                        .filter(
                                g ->
                                        !g.wifi()
                                                && (saved.isPresent()
                                                        || s.nm().state()
                                                                .whyUnknown()
                                                                .isPresent()));
        if (saved.isEmpty() && now.isEmpty()) {
            return stateUnknown(s);
        }
        List<Evidence> evidence = new ArrayList<>();
        saved.ifPresent(e -> evidence.add(Evidence.of(e)));
        now.ifPresent(g -> evidence.add(new Evidence("wifi: disabled", "nmcli general status")));
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : wifi) {
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            hasNetwork(s, link) ? Verdict.Severity.ERROR : Verdict.Severity.INFO,
                            "the Wi-Fi radio is switched off"
                                    + (saved.isPresent() ? ", and stays so after a reboot" : ""),
                            evidence,
                            List.of("sudo nmcli radio wifi on")));
        }
        return Verdict.of(hits);
    }

    private static Verdict stateUnknown(Snapshot s) {
        return s.nm().state().whyUnknown().isPresent() && s.nm().general().value().isEmpty()
                ? Verdict.unknown(s.nm().state().whyUnknown().get())
                : Verdict.clear();
    }

    /**
     * Whether somebody ever told this Pi a Wi-Fi network; one that was never told any may well have
     * its radio off.
     */
    static boolean hasNetwork(Snapshot s, Link link) {
        boolean profile =
                s.nm().profiles().whyUnknown().isPresent()
                        || s.nm().profiles().orElse(List.of()).stream()
                                .anyMatch(p -> p.type().equals(Profile.WIFI));
        boolean netplan = s.netplan().definitions().stream().anyMatch(d -> !d.networks().isEmpty());
        return profile
                || netplan
                || s.wifiConfs().values().stream().anyMatch(networks -> !networks.isEmpty());
    }

    static Verdict rfkill(Snapshot s) {
        List<Link> wifi =
                s.physical().stream()
                        .filter(l -> l.kind() == Link.Kind.WIFI && s.host().live())
                        .toList();
        if (wifi.isEmpty()) {
            return Verdict.clear();
        }
        if (s.rfkill().whyUnknown().isPresent()) {
            return Verdict.unknown(s.rfkill().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : wifi) {
            for (Rfkill radio : s.rfkill().orElse(List.of())) {
                if (!radio.device().equals(link.phy()) || !radio.soft() && !radio.hard()) {
                    continue;
                }
                String how = radio.hard() ? "by a hardware switch" : "by software";
                hits.add(
                        new Verdict.Hit(
                                link.name(),
                                hasNetwork(s, link)
                                        ? Verdict.Severity.ERROR
                                        : Verdict.Severity.INFO,
                                link.name() + "'s radio is blocked " + how,
                                List.of(
                                        new Evidence(
                                                radio.device()
                                                        + ": soft "
                                                        + blocked(radio.soft())
                                                        + ", hard "
                                                        + blocked(radio.hard()),
                                                "rfkill")),
                                radio.hard()
                                        ? List.of()
                                        : List.of(
                                                "sudo rfkill unblock " + radio.id(),
                                                "sudo nmcli radio wifi on")));
            }
        }
        return Verdict.of(hits);
    }

    private static String blocked(boolean yes) {
        return yes ? "blocked" : "unblocked";
    }
}
