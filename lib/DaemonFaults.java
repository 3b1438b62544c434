package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** NetworkManager itself, and btwifiset's idea of it. */
final class DaemonFaults {

    private static final String NM = Manager.NETWORKMANAGER.unit();

    private DaemonFaults() {}

    /**
     * The interfaces that are NetworkManager's to bring up: all where nobody else brings up any;
     * else those that nobody else does and that it has a saved profile for. (An interface that
     * nobody was told of is nobody's, beside one that another manager has.)
     */
    private static List<Link> itsOwn(Snapshot s) {
        if (!s.unit(Manager.NETWORKMANAGER.unit()).exists()) {
            return List.of();
        }
        List<Link> free = s.physical().stream().filter(l -> !broughtUpByOthers(s, l)).toList();
        return free.size() == s.physical().size()
                ? free
                : free.stream().filter(l -> BootForecast.savedProfile(s, l).isPresent()).toList();
    }

    private static boolean broughtUpByOthers(Snapshot s, Link link) {
        for (Manager manager : Manager.values()) {
            if (manager != Manager.NETWORKMANAGER) {
                Unit unit = s.unit(manager.unit());
                if ((unit.enabled() || unit.running() || s.startedByNetplan(manager))
                        && !unit.masked()
                        && BootForecast.by(manager, s, link).isYes()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** One hit for the machine where all its interfaces are NetworkManager's, else one for each. */
    private static Verdict ifTheManager(Snapshot s, boolean found, Verdict.Hit hit) {
        List<Link> own = itsOwn(s);
        boolean nobodyElse = own.size() == s.physical().size();
        if (!found || own.isEmpty() && !(nobodyElse && s.unit(NM).exists())) {
            return Verdict.clear();
        }
        if (nobodyElse) {
            return Verdict.of(List.of(hit));
        }
        return Verdict.of(
                own.stream()
                        .map(
                                link ->
                                        new Verdict.Hit(
                                                link.name(),
                                                hit.severity(),
                                                link.name() + ": " + hit.text(),
                                                hit.evidence(),
                                                hit.remedy()))
                        .toList());
    }

    static Verdict masked(Snapshot s) {
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Unit unit = s.unit(Manager.NETWORKMANAGER.unit());
        return ifTheManager(
                s,
                unit.masked(),
                new Verdict.Hit(
                        FindingRow.MACHINE,
                        Verdict.Severity.ERROR,
                        "NetworkManager is masked and nothing else brings the network up",
                        maskOf(s, unit),
                        unmasked(
                                s,
                                unit,
                                "NetworkManager",
                                "sudo systemctl enable --now NetworkManager")));
    }

    private static List<Evidence> maskOf(Snapshot s, Unit unit) {
        List<Evidence> evidence = new ArrayList<>(List.of(Evidence.of(unit)));
        s.premises().orders().mask(unit.name()).ifPresent(evidence::add);
        return evidence;
    }

    /**
     * What takes the mask away, and what then starts the unit. A mask of the kernel's line stands
     * where systemctl unmask does not look (systemd-debug-generator(8)), until a boot without it.
     */
    private static List<String> unmasked(Snapshot s, Unit unit, String shown, String start) {
        List<String> remedy = new ArrayList<>();
        Optional<Evidence> word = s.premises().orders().mask(unit.name());
        if (unit.file().equals("masked") || unit.masked() && word.isEmpty()) {
            String runtime = unit.file().equals("masked-runtime") ? "--runtime " : "";
            remedy.add("sudo systemctl unmask " + runtime + shown);
        }
        if (word.isPresent()) {
            remedy.add("take " + word.get().what() + " out of " + word.get().source());
            remedy.add("sudo reboot");
        }
        if (word.isEmpty() || !unit.name().equals(Faults.SUPPLICANT)) {
            remedy.add(start);
        }
        return List.copyOf(remedy);
    }

    static Verdict notEnabled(Snapshot s) {
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Unit unit = s.unit(Manager.NETWORKMANAGER.unit());
        return ifTheManager(
                s,
                unit.file().equals("disabled"),
                new Verdict.Hit(
                        FindingRow.MACHINE,
                        Verdict.Severity.ERROR,
                        "the next boot does not start NetworkManager, nor anything else for the"
                                + " network",
                        List.of(Evidence.of(unit)),
                        List.of("sudo systemctl enable --now NetworkManager")));
    }

    static Verdict notRunning(Snapshot s) {
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Unit unit = s.unit(Manager.NETWORKMANAGER.unit());
        List<Evidence> evidence = new ArrayList<>(List.of(Evidence.of(unit)));
        s.journal()
                .value()
                .flatMap(
                        j ->
                                j.lines().stream()
                                        .filter(l -> l.unit().equals(unit.name()))
                                        .filter(
                                                l ->
                                                        l.priority() <= 3
                                                                || l.message()
                                                                        .contains("Failed to"))
                                        .reduce((a, b) -> b))
                .ifPresent(line -> evidence.add(Evidence.of(line)));
        boolean starting = unit.active().equals("activating") && !unit.sub().equals("auto-restart");
        boolean failed = unit.active().equals("failed") || unit.sub().equals("auto-restart");
        return ifTheManager(
                s,
                s.host().live() && !unit.running() && !unit.masked() && !starting,
                new Verdict.Hit(
                        FindingRow.MACHINE,
                        Verdict.Severity.ERROR,
                        failed
                                ? "NetworkManager failed (" + unit.result() + ")"
                                : "NetworkManager is not running (" + unit.active() + ")",
                        evidence,
                        List.of("sudo systemctl start NetworkManager")));
    }

    static Verdict notAnswering(Snapshot s) {
        Unit unit = s.unit(Manager.NETWORKMANAGER.unit());
        Optional<String> why = s.nm().general().whyUnknown();
        // One answer that is not understood is no daemon that hangs.
        boolean deaf =
                why.isPresent()
                        && s.nm().devices().whyUnknown().isPresent()
                        && s.nm().connections().whyUnknown().isPresent();
        return ifTheManager(
                s,
                unit.running() && deaf,
                new Verdict.Hit(
                        FindingRow.MACHINE,
                        Verdict.Severity.WARNING,
                        "NetworkManager runs and does not answer (it, or D-Bus, hangs)",
                        List.of(new Evidence(why.orElse(""), "nmcli"), Evidence.of(unit)),
                        // What hangs may be D-Bus, without which a restarted NetworkManager ends:
                        // only a boot starts both.
                        BootForecast.ofAll(s).isYes()
                                ? List.of("systemctl status dbus NetworkManager", "sudo reboot")
                                : List.of("systemctl status dbus NetworkManager")));
    }

    /**
     * NetworkManager has D-Bus start its supplicant, which a mask forbids. (Not where iwd is its
     * backend, and not on an interface that it leaves to others.)
     */
    static Verdict supplicantMasked(Snapshot s) {
        if (s.units().whyUnknown().isPresent()) {
            return Verdict.unknown(s.units().whyUnknown().get());
        }
        Unit supplicant = s.unit(Faults.SUPPLICANT);
        boolean masked = supplicant.masked() || supplicant.maskedAtBoot();
        if (!masked || !s.unit(NM).inForce()) {
            return Verdict.clear();
        }
        return Verdict.of(
                s.physical().stream()
                        .filter(link -> link.kind() == Link.Kind.WIFI && isNetworkManagers(s, link))
                        .map(
                                link ->
                                        new Verdict.Hit(
                                                link.name(),
                                                BootForecast.savedProfile(s, link).isPresent()
                                                        ? Verdict.Severity.ERROR
                                                        : Verdict.Severity.WARNING,
                                                "wpa_supplicant.service is masked; without it"
                                                        + " NetworkManager has no Wi-Fi on "
                                                        + link.name()
                                                        + (supplicant.running()
                                                                ? " once it ends"
                                                                : ""),
                                                maskOf(s, supplicant),
                                                supplicantUnmasked(s, supplicant, link)))
                        .toList());
    }

    /** NetworkManager gives up after a minute, and asks again where it is told to begin anew. */
    private static List<String> supplicantUnmasked(Snapshot s, Unit supplicant, Link link) {
        List<String> remedy =
                new ArrayList<>(
                        unmasked(
                                s,
                                supplicant,
                                "wpa_supplicant",
                                "sudo systemctl start wpa_supplicant"));
        if (s.premises().orders().mask(supplicant.name()).isEmpty()
                && unavailable(s, link).isPresent()) {
            remedy.addAll(managedAnew(link));
        }
        return List.copyOf(remedy);
    }

    /** The commands after which NetworkManager asks for its supplicant again. */
    static List<String> managedAnew(Link link) {
        return Stream.of(false, true)
                .map(yes -> "sudo " + Command.shown(Nmcli.managed(link.name(), yes)))
                .toList();
    }

    /** The device, where NetworkManager cannot use it. */
    static Optional<Nmcli.Device> unavailable(Snapshot s, Link link) {
        return s.nm().device(link).filter(d -> d.state() == Nmcli.UNAVAILABLE);
    }

    private static boolean isNetworkManagers(Snapshot s, Link link) {
        boolean managed = s.nm().device(link).map(Nmcli.Device::managed).orElse(true);
        return managed && !isIwds(s.nm().config(), link) && !broughtUpByOthers(s, link);
    }

    static boolean isIwds(NmConfig config, Link link) {
        return config.deviceEntries("wifi.backend", link).stream()
                .flatMap(Optional::stream)
                .anyMatch(entry -> entry.value().strip().equals("iwd"));
    }

    static Verdict brokenConfiguration(Snapshot s) {
        if (!s.unit(Manager.NETWORKMANAGER.unit()).exists() || s.nm().config().faults().isEmpty()) {
            return Verdict.clear();
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (IniFile.Fault fault : s.nm().config().faults()) {
            String file = fault.file();
            hits.add(
                    new Verdict.Hit(
                            FindingRow.MACHINE,
                            Verdict.Severity.ERROR,
                            "NetworkManager cannot read its configuration and does not start with"
                                    + " it: "
                                    + file,
                            List.of(new Evidence(fault.what(), fault.place())),
                            List.of(
                                    "sudo mv "
                                            + Command.quoted(file)
                                            + " "
                                            + Command.quoted(file + ".off"),
                                    "sudo systemctl restart NetworkManager")));
        }
        return Verdict.of(hits);
    }

    private static final String MODE = "Network Manager is running = ";

    /** Its log is ".function - text"; what a phone sends may hold any text. */
    private static boolean tellsMode(Journal.Line line) {
        String function = line.message().split(" - ", 2)[0];
        return function.endsWith("network_manager_test") && line.message().contains(MODE);
    }

    /** btwifiset chooses once, at its start; its last word in the journal is what it still does. */
    static Optional<Journal.Line> modeLine(Snapshot s) {
        Unit unit =
                s.unit("btwifiset-stable.service").running()
                        ? s.unit("btwifiset-stable.service")
                        : s.unit("btwifiset.service");
        if (!unit.running()) {
            return Optional.empty();
        }
        return s.journal()
                .value()
                .flatMap(
                        j ->
                                j.btwifiset().stream()
                                        .filter(l -> tellsMode(l) && l.unit().equals(unit.name()))
                                        .filter(l -> l.boot().equals(j.thisBoot()))
                                        .reduce((a, b) -> b));
    }

    /** The phone's command as Python shows a list, {@code ['name', 'password', …]}. */
    private static final String COMMAND = "registering SSID [";

    /** The name for a command that is none: the phone says goodbye. */
    private static final String GOODBYE = "#ssid-endBT#";

    private static boolean tellsPassword(Journal.Line line) {
        int at = line.message().indexOf(COMMAND);
        String list = at < 0 ? "" : line.message().substring(at + COMMAND.length());
        int comma = list.indexOf(", ");
        String name = comma < 0 ? "" : list.substring(0, comma);
        String password = comma < 0 ? "" : list.substring(comma + 2);
        boolean command = name.length() < 3 || name.contains(GOODBYE);
        return list.startsWith(Redaction.MARK)
                || !command
                        && !password.isEmpty()
                        && !password.matches("(?:''|\"\"|None|'NONE').*");
    }

    static Verdict passwordsInJournal(Snapshot s) {
        List<Journal.Line> telling =
                s.journal()
                        .value()
                        .map(j -> j.btwifiset().stream().filter(DaemonFaults::tellsPassword))
                        .orElse(Stream.empty())
                        .toList();
        return telling.isEmpty()
                ? Verdict.clear()
                : Verdict.of(
                        List.of(
                                new Verdict.Hit(
                                        telling.get(0).unit(),
                                        Verdict.Severity.WARNING,
                                        "btwifiset has written a Wi-Fi password to the journal in"
                                                + " plain text",
                                        List.of(Evidence.of(telling.get(telling.size() - 1))),
                                        List.of(
                                                "sudo journalctl --rotate",
                                                "sudo journalctl --vacuum-time=1s"))));
    }

    static Verdict btwifisetWrongMode(Snapshot s) {
        Optional<Journal.Line> line = modeLine(s).filter(l -> l.message().contains(MODE + "False"));
        boolean nm = s.unit(Manager.NETWORKMANAGER.unit()).running();
        return line.isPresent() && nm
                ? Verdict.of(
                        List.of(
                                new Verdict.Hit(
                                        line.get().unit(),
                                        Verdict.Severity.ERROR,
                                        "btwifiset believes that NetworkManager does not run and"
                                                + " drives wpa_supplicant behind its back",
                                        List.of(
                                                Evidence.of(line.get()),
                                                Evidence.of(s.unit(Manager.NETWORKMANAGER.unit()))),
                                        List.of("sudo systemctl restart " + line.get().unit()))))
                : Verdict.clear();
    }
}
