package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Two managers at once. */
final class ManagerFaults {

    static final String FIX = Cli.asRoot("fix", Map.of());

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
        String who = a + " holds " + list(heldByA) + "; " + b + " holds " + list(heldByB);
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
        int last = names.size() - 1;
        return last < 0
                ? "no interface"
                : last == 0
                        ? names.get(0)
                        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }

    /**
     * One line that leaves one of the two, else what takes both of them over: {@code fix} moves
     * into NetworkManager what they have configured.
     */
    private static List<String> remedy(Snapshot s, Manager a, Manager b) {
        if (maySimplyGo(s, a, b)) {
            return disable(b);
        }
        if (maySimplyGo(s, b, a)) {
            return disable(a);
        }
        return s.unit(Manager.NETWORKMANAGER.unit()).exists() ? List.of(FIX) : List.of();
    }

    /**
     * Only where the manager that stays is started at boot and would bring up all that the other
     * one holds; else a command would cut the Pi off. ifupdown's unit also brings up lo, and what
     * netplan starts is not there to be disabled.
     */
    private static boolean maySimplyGo(Snapshot s, Manager stays, Manager goes) {
        Owners owners = Owners.of(s);
        return (goes == Manager.DHCPCD || goes == Manager.NETWORKD)
                && !s.startedByNetplan(goes)
                && s.unit(stays.unit()).enabled()
                && s.physical().stream()
                        .filter(link -> owners.of(link, goes).isPresent())
                        .allMatch(link -> BootForecast.by(stays, s, link).isYes());
    }

    /**
     * The change comes with the boot: stopping a manager takes the address away under the SSH
     * session that types the next line.
     */
    private static List<String> disable(Manager goes) {
        String units =
                goes == Manager.NETWORKD
                        ? "systemd-networkd.socket systemd-networkd.service"
                                + " systemd-networkd-wait-online.service"
                        : goes.unit();
        return List.of("sudo systemctl disable " + units + " && sudo reboot");
    }
}
