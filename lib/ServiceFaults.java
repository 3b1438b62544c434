package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Services that stand in each other's way: supplicants, and what the next boot starts. */
final class ServiceFaults {

    private static final String SUPPLICANT = "wpa_supplicant";

    private ServiceFaults() {}

    /**
     * More than one on an interface: two that were told of it ({@code -i}), or one that was beside
     * NetworkManager's own ({@code -u}), which NetworkManager tells over D-Bus.
     */
    static Verdict twoSupplicants(Snapshot s) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.processes().whyUnknown().isPresent()) {
            return Verdict.unknown(s.processes().whyUnknown().get());
        }
        List<Processes.Process> all =
                s.processes().orElse(List.of()).stream()
                        .filter(p -> p.program().equals(SUPPLICANT))
                        .toList();
        Owners owners = Owners.of(s);
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            List<Processes.Process> told =
                    all.stream()
                            .filter(p -> p.option("-i").filter(link.name()::equals).isPresent())
                            .toList();
            List<Processes.Process> overDbus =
                    owners.of(link, Manager.NETWORKMANAGER).isPresent()
                            ? all.stream().filter(p -> p.has("-u") && !told.contains(p)).toList()
                            : List.of();
            if (link.kind() != Link.Kind.WIFI
                    || told.isEmpty()
                    || told.size() + overDbus.size() < 2) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            for (Processes.Process p : told) {
                evidence.add(shown(p));
            }
            overDbus.forEach(p -> evidence.add(shown(p)));
            // NetworkManager's own stays; else the one that a unit of systemd's started.
            List<Processes.Process> strays =
                    overDbus.isEmpty() ? told.subList(1, told.size()) : told;
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            Reach.of(s, link).isYes()
                                    ? Verdict.Severity.WARNING
                                    : Verdict.Severity.ERROR,
                            (told.size() + overDbus.size())
                                    + " wpa_supplicants on "
                                    + link.name()
                                    + ", which take the radio from each other",
                            evidence,
                            strays.stream()
                                    .map(p -> stop(p, link, !overDbus.isEmpty()))
                                    .distinct()
                                    .toList()));
        }
        return Verdict.of(hits);
    }

    private static Evidence shown(Processes.Process p) {
        return new Evidence(
                p.args(), "ps, process " + p.pid() + (p.unit().isEmpty() ? "" : " of " + p.unit()));
    }

    /** In a unit of its own: whoever is connected over this Wi-Fi loses the session half-way. */
    private static String stop(Processes.Process p, Link link, boolean managed) {
        if (p.unit().startsWith(SUPPLICANT + "@")) {
            return "sudo systemctl disable --now " + Command.quoted(p.unit());
        }
        return "sudo systemd-run sh -c "
                + Command.quoted(
                        "kill "
                                + p.pid()
                                + (managed
                                        ? "; sleep 3; nmcli device connect "
                                                + Command.quoted(link.name())
                                        : ""));
    }

    /** One that waits for the interfaces of a manager that has none, to its time limit. */
    static Verdict waitOnlineForNothing(Snapshot s) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Owners owners = Owners.of(s);
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Manager manager : Manager.values()) {
            for (String name : manager.companions()) {
                Unit unit = s.unit(name);
                boolean holds =
                        s.physical().stream()
                                .flatMap(l -> owners.of(l, manager).stream())
                                .anyMatch(Owners.Claim::holds);
                if (name.endsWith("-wait-online.service")
                        && unit.exists()
                        && unit.active().equals("failed")
                        && !unit.masked()
                        && !holds) {
                    hits.add(
                            new Verdict.Hit(
                                    name,
                                    Verdict.Severity.WARNING,
                                    name
                                            + " waits at every boot for interfaces of "
                                            + manager
                                            + ", which has none",
                                    List.of(
                                            Evidence.of(unit),
                                            new Evidence(
                                                    "Result=" + unit.result(), "systemctl show")),
                                    List.of("sudo systemctl disable " + name)));
                }
            }
        }
        return Verdict.of(hits);
    }

    /** Enabled and not running, beside NetworkManager: the next boot has two managers. */
    static Verdict dhcpcdAtNextBoot(Snapshot s) {
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Unit nm = s.unit(Manager.NETWORKMANAGER.unit());
        Unit dhcpcd = s.unit(Manager.DHCPCD.unit());
        Optional<Link> taken = s.physical().stream().filter(l -> s.dhcpcd().mayHold(l)).findFirst();
        if (!s.host().live()
                || !nm.enabled()
                || !dhcpcd.exists()
                || dhcpcd.running()
                || dhcpcd.maskedAtBoot()
                || !dhcpcd.enabled()
                || taken.isEmpty()) {
            return Verdict.clear();
        }
        return Verdict.of(
                List.of(
                        new Verdict.Hit(
                                FindingRow.MACHINE,
                                Verdict.Severity.WARNING,
                                "the next boot starts dhcpcd beside NetworkManager, for "
                                        + taken.get().name()
                                        + " and others",
                                List.of(Evidence.of(dhcpcd), Evidence.of(nm)),
                                List.of("sudo systemctl disable " + dhcpcd.name()))));
    }
}
