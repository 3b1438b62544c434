package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The ladder: what monitor does about a fault, the smallest step first. A new step is a new row; a
 * fault that no row names is not monitor's.
 */
final class RepairSteps {

    /** When a step may be taken, beyond the fault itself. */
    enum May {
        ALWAYS,
        /** Only where no manager holds a working path on that side, wired or Wi-Fi. */
        SIDE_LOST,
        /** Only where nothing carries any more: it may cost a path that works. */
        ALL_LOST
    }

    /**
     * @param heals the codes of the faults that it is for
     * @param effect seconds after which it has not helped
     * @param acts what it does, in order; none where it does not apply
     */
    record Step(
            String id,
            String why,
            Set<String> heals,
            int effect,
            May may,
            BiFunction<Place, Fault, List<RepairAct>> acts) {}

    /**
     * What a step is chosen by.
     *
     * @param fixConfirmed whether what a confirmed fix left can be put back
     * @param refused what NetworkManager said when it did not start with its configuration
     */
    record Place(
            Snapshot snapshot,
            List<KnownGood.Copy> copies,
            boolean fixConfirmed,
            List<Journal.Line> refused) {

        Optional<Link> link(Fault fault) {
            return snapshot.links().orElse(List.of()).stream()
                    .filter(l -> l.name().equals(fault.subject()))
                    .findFirst();
        }
    }

    private RepairSteps() {}

    private static final String NM = Scene.NETWORKMANAGER;

    static final String CONFIG_BROKEN = "networkmanager-config-broken";

    /** What is left when every smaller step has been tried in vain. */
    private static final Set<String> STUBBORN =
            Set.of(
                    "networkmanager-not-running",
                    "networkmanager-not-answering",
                    "networking-off",
                    "device-disconnected",
                    "device-unmanaged",
                    "address-lost",
                    "route-lost",
                    "wired-no-profile",
                    "wired-auto-profile-deleted",
                    Faults.NOT_CONNECTED,
                    Faults.PROFILE_MISSING,
                    Faults.SUPPLICANT_GONE,
                    Faults.SUPPLICANT_STRAY,
                    Faults.WIFI_UNAVAILABLE);

    private static Set<String> plus(Set<String> codes, String... more) {
        Set<String> all = new TreeSet<>(codes);
        all.addAll(List.of(more));
        return all;
    }

    static final List<Step> TABLE =
            List.of(
                    new Step(
                            "end-stray-dhcpcd",
                            "no unit has started it, and it undoes what NetworkManager does",
                            Set.of(
                                    "address-lost",
                                    "route-lost",
                                    Faults.NOT_CONNECTED,
                                    Faults.NO_LEASE),
                            15,
                            May.SIDE_LOST,
                            RepairSteps::endStrayClient),
                    new Step(
                            "reapply",
                            "puts back the addresses and routes of the profile that is up",
                            Set.of("address-lost", "route-lost"),
                            8,
                            May.ALWAYS,
                            (place, f) -> List.of(reapply(f))),
                    new Step(
                            "interface-up",
                            "the interface was switched off",
                            Set.of("interface-down"),
                            10,
                            May.ALWAYS,
                            (place, f) ->
                                    List.of(RepairAct.run("ip", "link", "set", f.subject(), "up"))),
                    new Step(
                            "unblock",
                            "a switch in software blocks the radio",
                            Set.of("wifi-blocked"),
                            10,
                            May.ALWAYS,
                            RepairSteps::unblock),
                    new Step(
                            "radio-on",
                            "NetworkManager's Wi-Fi switch is off, and stays off over a boot",
                            Set.of("wifi-off", "wifi-blocked"),
                            10,
                            May.ALWAYS,
                            (place, f) -> List.of(RepairAct.run("nmcli", "radio", "wifi", "on"))),
                    new Step(
                            "networking-on",
                            "NetworkManager's main switch is off, and stays off over a boot",
                            Set.of("networking-off"),
                            15,
                            May.ALWAYS,
                            (place, f) -> List.of(RepairAct.run("nmcli", "networking", "on"))),
                    new Step(
                            "managed",
                            "NetworkManager was told to leave the interface alone",
                            Set.of("device-unmanaged"),
                            15,
                            May.ALWAYS,
                            (place, f) -> List.of(managed(f.subject(), true))),
                    new Step(
                            "end-stray-supplicant",
                            "two supplicants on one interface undo each other's work",
                            Set.of(Faults.SUPPLICANT_STRAY),
                            15,
                            May.SIDE_LOST,
                            (place, f) ->
                                    Faults.stray(place.snapshot(), f.subject())
                                            .map(
                                                    p ->
                                                            List.of(
                                                                    RepairAct.run(
                                                                            "kill",
                                                                            String.valueOf(
                                                                                    p.pid()))))
                                            .orElse(List.of())),
                    // After five tries, a minute, NetworkManager asks for no supplicant any more
                    // ("supplicant interface keeps failing, giving up"), and one that comes later
                    // changes nothing (seen with 1.42).
                    new Step(
                            "manage-anew",
                            "NetworkManager has given up on the interface's supplicant",
                            Set.of(Faults.WIFI_UNAVAILABLE),
                            20,
                            May.SIDE_LOST,
                            (place, f) -> manageAnew(f.subject())),
                    new Step(
                            "restart-supplicant",
                            "NetworkManager reaches no access point without it",
                            Set.of(Faults.SUPPLICANT_GONE, Faults.WIFI_UNAVAILABLE),
                            20,
                            May.SIDE_LOST,
                            RepairSteps::supplicant),
                    new Step(
                            "stop-dhcpcd",
                            "NetworkManager manages this Pi, and dhcpcd takes its addresses away",
                            Set.of("networkmanager-and-dhcpcd"),
                            20,
                            May.SIDE_LOST,
                            (place, f) ->
                                    // What the next boot starts is this Pi's manager, too.
                                    place.snapshot().unit(Manager.DHCPCD.unit()).enabled()
                                            ? List.of()
                                            : List.of(
                                                    RepairAct.unit("stop", Manager.DHCPCD.unit()))),
                    new Step(
                            "restore-profile",
                            "the profile is gone that this interface worked with",
                            Set.of(Faults.PROFILE_MISSING),
                            40,
                            May.SIDE_LOST,
                            RepairSteps::restore),
                    new Step(
                            "reconnect",
                            "NetworkManager does not connect by itself what was disconnected",
                            Set.of(
                                    "device-disconnected",
                                    "wired-no-profile",
                                    "wired-auto-profile-deleted",
                                    "address-lost",
                                    "route-lost",
                                    Faults.NO_LEASE,
                                    Faults.NOT_CONNECTED),
                            40,
                            May.ALWAYS,
                            RepairSteps::reconnect),
                    new Step(
                            "set-file-aside",
                            "NetworkManager does not start with a file that it cannot read",
                            Set.of(CONFIG_BROKEN),
                            40,
                            May.SIDE_LOST,
                            RepairSteps::setAside),
                    new Step(
                            "start-networkmanager",
                            "nothing manages the network",
                            Set.of("networkmanager-not-running"),
                            40,
                            May.ALWAYS,
                            (place, f) -> started(place)),
                    new Step(
                            "unmask-networkmanager",
                            "NetworkManager manages this Pi, and may not start",
                            Set.of("networkmanager-masked"),
                            40,
                            May.SIDE_LOST,
                            RepairSteps::unmask),
                    new Step(
                            "restart-supplicant-anew",
                            "smaller steps did not help",
                            Set.of(
                                    Faults.NOT_CONNECTED,
                                    Faults.SUPPLICANT_STRAY,
                                    "device-disconnected"),
                            40,
                            May.SIDE_LOST,
                            (place, f) ->
                                    place.link(f)
                                            .filter(l -> l.kind() == Link.Kind.WIFI)
                                            .map(
                                                    l ->
                                                            List.of(
                                                                    RepairAct.unit(
                                                                            "restart",
                                                                            Faults.SUPPLICANT)))
                                            .orElse(List.of())),
                    new Step(
                            "restart-networkmanager",
                            "smaller steps did not help",
                            STUBBORN,
                            60,
                            May.ALL_LOST,
                            (place, f) -> List.of(RepairAct.unit("restart", NM))),
                    new Step(
                            "restore-fix",
                            "nothing else helped, and what the confirmed fix left may be gone",
                            plus(
                                    STUBBORN,
                                    "networkmanager-masked",
                                    CONFIG_BROKEN,
                                    "networkmanager-and-dhcpcd"),
                            60,
                            May.ALL_LOST,
                            RepairSteps::restoreFix));

    private static final Set<String> CODES =
            TABLE.stream().flatMap(s -> s.heals().stream()).collect(Collectors.toSet());

    static boolean knows(String code) {
        return CODES.contains(code);
    }

    /**
     * For how long a fault has to be there before anything is done about it, in milliseconds. What
     * is said by a switch is so; what daemons are busy with may pass.
     */
    static long hold(Fault fault) {
        return switch (fault.code()) {
            case "networking-off",
                    "wifi-off",
                    "wifi-blocked",
                    "interface-down",
                    "device-unmanaged",
                    "networkmanager-masked",
                    CONFIG_BROKEN ->
                    300;
            // A restart by hand or by an update stops it for a moment.
            case "networkmanager-not-running" -> 1500;
            case "networkmanager-not-answering" -> 45_000;
            // NetworkManager tries four times by itself, with seconds in between.
            case Faults.NOT_CONNECTED, Faults.NO_LEASE -> 8000;
            case Faults.SUPPLICANT_GONE -> 1500;
            // NetworkManager asks its supplicant again every ten seconds, and a stick needs its
            // own.
            case Faults.WIFI_UNAVAILABLE -> 25_000;
            default -> 700;
        };
    }

    /**
     * In a unit of its own, because monitor's may not write everywhere; oneshot, so that its end is
     * waited for. It fails where there is nothing to put back.
     */
    private static List<RepairAct> restoreFix(Place place, Fault f) {
        if (!place.fixConfirmed()) {
            return List.of();
        }
        List<String> argv =
                new ArrayList<>(
                        List.of(
                                "systemd-run",
                                "--quiet",
                                "--collect",
                                "--unit=netfix-again",
                                "--property=Type=oneshot"));
        argv.addAll(Transaction.AGAIN);
        return List.of(
                new RepairAct.Run(List.copyOf(argv), Duration.ofSeconds(100)),
                RepairAct.unit("restart", NM));
    }

    private static List<RepairAct> unblock(Place place, Fault f) {
        List<RepairAct> acts = new ArrayList<>();
        String phy = place.link(f).map(Link::phy).orElse("");
        for (Rfkill radio : place.snapshot().rfkill().orElse(List.of())) {
            if (radio.device().equals(phy) && radio.soft()) {
                acts.add(RepairAct.run("rfkill", "unblock", String.valueOf(radio.id())));
            }
        }
        return acts;
    }

    /**
     * A dhcpcd that ends may take its addresses and routes along; what is up is to have its own.
     */
    private static List<RepairAct> endStrayClient(Place place, Fault f) {
        List<RepairAct> acts = new ArrayList<>();
        for (Processes.Process p : Faults.strayClients(place.snapshot(), f.subject())) {
            acts.add(RepairAct.run("kill", String.valueOf(p.pid())));
        }
        boolean up = Set.of("address-lost", "route-lost").contains(f.code());
        if (!acts.isEmpty() && up) {
            acts.add(reapply(f));
        }
        return acts;
    }

    private static List<RepairAct> supplicant(Place place, Fault f) {
        List<RepairAct> acts = new ArrayList<>();
        if (place.snapshot().unit(Faults.SUPPLICANT).masked()) {
            acts.add(unmasking(place, Faults.SUPPLICANT));
        }
        acts.add(RepairAct.unit("restart", Faults.SUPPLICANT));
        if (f.code().equals(Faults.WIFI_UNAVAILABLE)) {
            acts.addAll(manageAnew(f.subject()));
        }
        return List.copyOf(acts);
    }

    private static List<RepairAct> manageAnew(String link) {
        return List.of(managed(link, false), managed(link, true));
    }

    private static RepairAct managed(String link, boolean yes) {
        return RepairAct.run(Nmcli.managed(link, yes));
    }

    private static RepairAct reapply(Fault f) {
        return RepairAct.run("nmcli", "-w", "8", "device", "reapply", f.subject());
    }

    /** systemctl unmask leaves a mask in /run alone (systemctl(1), --runtime). */
    private static RepairAct unmasking(Place place, String unit) {
        return place.snapshot().unit(unit).file().equals("masked-runtime")
                ? RepairAct.run("systemctl", "--runtime", "unmask", unit)
                : RepairAct.unit("unmask", unit);
    }

    private static List<RepairAct> unmask(Place place, Fault f) {
        return List.of(unmasking(place, NM), RepairAct.unit("start", NM));
    }

    /** Started five times in ten seconds it may not be started again (StartLimitBurst=). */
    private static List<RepairAct> started(Place place) {
        Unit unit = place.snapshot().unit(NM);
        boolean failing = !unit.active().equals("inactive") || !unit.result().equals("success");
        return failing
                ? List.of(RepairAct.unit("reset-failed", NM), RepairAct.unit("start", NM))
                : List.of(RepairAct.unit("start", NM));
    }

    private static List<RepairAct> restore(Place place, Fault f) {
        return place.link(f)
                .flatMap(link -> Faults.missingProfile(place.snapshot(), link, place.copies()))
                .map(
                        copy ->
                                List.of(
                                        new RepairAct.PutBack(copy),
                                        RepairAct.run("nmcli", "connection", "load", copy.file()),
                                        up(copy.uuid(), f.subject())))
                .orElse(List.of());
    }

    /** It is not waited for: whether it helps is seen, and other interfaces have their turn. */
    private static RepairAct up(String uuid, String link) {
        return RepairAct.run("nmcli", "-w", "0", "connection", "up", "uuid", uuid, "ifname", link);
    }

    private static List<RepairAct> reconnect(Place place, Fault f) {
        Optional<Link> link = place.link(f);
        if (link.isEmpty()) {
            return List.of();
        }
        Snapshot s = place.snapshot();
        Optional<Profile> known =
                link.get().kind() == Link.Kind.WIFI
                        ? Faults.inSight(s, link.get())
                        : Faults.profile(s, link.get());
        boolean blocked = f.code().equals("device-disconnected");
        if (known.isPresent() && !blocked) {
            RepairAct up = up(known.get().uuid(), f.subject());
            boolean listed =
                    s.nm().connections().orElse(List.of()).stream()
                            .anyMatch(c -> c.uuid().equals(known.get().uuid()));
            // On the disk and never read: monitor was killed in the middle, or a person forgot.
            return listed
                    ? List.of(up)
                    : List.of(RepairAct.run("nmcli", "connection", "load", known.get().file()), up);
        }
        // Takes the best profile, and makes a wired one where there is none.
        return List.of(RepairAct.run("nmcli", "-w", "0", "device", "connect", f.subject()));
    }

    /** Only what somebody dropped beside the main file; that one is the package's. */
    private static List<RepairAct> setAside(Place place, Fault f) {
        List<RepairAct> acts = new ArrayList<>();
        if (place.snapshot().unit(NM).running()) {
            return acts;
        }
        for (String file : place.snapshot().nm().config().refused(place.refused())) {
            if (file.startsWith(RepairAct.SetAside.FOLDER + "/")) {
                acts.add(new RepairAct.SetAside(file));
            }
        }
        if (!acts.isEmpty()) {
            acts.addAll(started(place));
        }
        return acts;
    }
}
