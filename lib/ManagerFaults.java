package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Two managers at once. */
final class ManagerFaults {

    private ManagerFaults() {}

    /**
     * Found where both hold an interface, or one holds what the other one claims; a warning where
     * each has its own.
     */
    static Function<Snapshot, Verdict> both(Manager a, Manager b) {
        return snapshot -> both(snapshot, a, b);
    }

    private static Verdict both(Snapshot s, Manager a, Manager b) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        if (s.links().whyUnknown().isPresent()) {
            return Verdict.unknown(s.links().whyUnknown().get());
        }
        Owners owners = Owners.of(s);
        List<Evidence> evidence = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        List<String> heldByA = new ArrayList<>();
        List<String> heldByB = new ArrayList<>();
        for (Link link : s.physical()) {
            Optional<Owners.Claim> one = owners.of(link, a);
            Optional<Owners.Claim> two = owners.of(link, b);
            one.ifPresent(c -> evidence.add(c.evidence()));
            two.ifPresent(c -> evidence.add(c.evidence()));
            one.filter(Owners.Claim::holds).ifPresent(c -> heldByA.add(link.name()));
            two.filter(Owners.Claim::holds).ifPresent(c -> heldByB.add(link.name()));
            if (one.isPresent() && two.isPresent() && (one.get().holds() || two.get().holds())) {
                shared.add(link.name());
            }
        }
        if (shared.isEmpty() && (heldByA.isEmpty() || heldByB.isEmpty())) {
            return Verdict.clear();
        }
        String who = a + " holds " + list(heldByA) + ", " + b + " holds " + list(heldByB);
        String text =
                shared.isEmpty()
                        ? "two managers share this machine, each with interfaces of its own: " + who
                        : a + " and " + b + " both run for " + list(shared) + ": " + who;
        return Verdict.of(
                List.of(
                        new Verdict.Hit(
                                FindingRow.MACHINE,
                                shared.isEmpty()
                                        ? Verdict.Severity.WARNING
                                        : Verdict.Severity.ERROR,
                                text,
                                evidence,
                                shared.isEmpty() ? List.of() : remedy(s, a, b))));
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /**
     * Only where the manager that stays is started at boot and would bring up all that the other
     * one holds; else a command would cut the Pi off, and what its owner needs is a take-over. One
     * line, and the change comes with the boot: stopping a manager takes the address away under the
     * SSH session that types the next line.
     */
    private static List<String> remedy(Snapshot s, Manager stays, Manager goes) {
        Owners owners = Owners.of(s);
        boolean safe =
                s.unit(stays.unit()).enabled()
                        && s.physical().stream()
                                .filter(link -> owners.of(link, goes).isPresent())
                                .allMatch(link -> BootForecast.by(stays, s, link).isYes());
        if (!safe || goes == Manager.IFUPDOWN || goes == Manager.NETWORKMANAGER) {
            return List.of();
        }
        String units =
                goes == Manager.NETWORKD
                        ? "systemd-networkd.socket systemd-networkd.service"
                                + " systemd-networkd-wait-online.service"
                        : goes.unit();
        return List.of("sudo systemctl disable " + units + " && sudo reboot");
    }
}
