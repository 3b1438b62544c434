package netfix;

import static netfix.FindingRow.codes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of findings, causes before consequences: the order is the order of the report. A new
 * one is a row here, a test in one of the {@code …Faults} files, and a capture under
 * tests/captures.
 */
public final class Findings {

    /** Where NetworkManager is not there to act, what it does not do is no finding of its own. */
    private static final Set<String> NO_NM =
            codes(
                    "networkmanager-masked",
                    "networkmanager-not-running",
                    "networkmanager-config-broken",
                    "networking-off");

    private static Set<String> also(Set<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    public static final List<FindingRow> TABLE =
            List.of(
                    new FindingRow(
                            "no-interface",
                            "No network interface",
                            FindingRow.Cause.OUTSIDE,
                            "Without an interface nothing else matters: the hardware, its driver or"
                                    + " its firmware is missing.",
                            "The kernel lists no interface with hardware behind it.",
                            true,
                            Set.of(),
                            DeviceFaults::noInterface),
                    new FindingRow(
                            "networkmanager-config-broken",
                            "NetworkManager's configuration is broken",
                            FindingRow.Cause.OUTSIDE,
                            "NetworkManager refuses to start with a configuration file that it"
                                    + " cannot parse; after the next boot there is no network.",
                            "A line of a configuration file is neither a section nor a key.",
                            true,
                            Set.of(),
                            DaemonFaults::brokenConfiguration),
                    new FindingRow(
                            "networkmanager-masked",
                            "NetworkManager is masked",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "A masked unit cannot be started by anything; nobody else brings this"
                                    + " network up.",
                            "The unit is a link to /dev/null, and no other manager has a"
                                    + " configuration for an interface.",
                            true,
                            Set.of(),
                            DaemonFaults::masked),
                    new FindingRow(
                            "networkmanager-not-running",
                            "NetworkManager is not running",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "It is this machine's network manager: without it no lease is renewed"
                                    + " and no link that fails comes back.",
                            "The unit is there and not active, and no other manager has a"
                                    + " configuration for an interface.",
                            false,
                            codes("networkmanager-config-broken"),
                            DaemonFaults::notRunning),
                    new FindingRow(
                            "networkmanager-not-enabled",
                            "The next boot does not start NetworkManager",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "What works now is gone after a reboot.",
                            "The unit is disabled, and no other manager that is enabled has a"
                                    + " configuration for an interface.",
                            true,
                            codes("networkmanager-masked"),
                            DaemonFaults::notEnabled),
                    new FindingRow(
                            "networkmanager-not-answering",
                            "NetworkManager does not answer",
                            FindingRow.Cause.OUTSIDE,
                            "Nothing can be asked of it or changed until it, or D-Bus, runs again.",
                            "Its unit is active and nmcli gets no answer.",
                            false,
                            Set.of(),
                            DaemonFaults::notAnswering),
                    new FindingRow(
                            "networking-off",
                            "Networking is switched off",
                            FindingRow.Cause.INTERFACE_STATE,
                            "NetworkManager then manages nothing, and remembers it across reboots.",
                            "NetworkingEnabled=false in its state file, or nmcli says so.",
                            true,
                            codes("networkmanager-masked", "networkmanager-not-running"),
                            SwitchFaults::networkingOff),
                    new FindingRow(
                            "networkmanager-and-dhcpcd",
                            "NetworkManager and dhcpcd at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Two addresses and two default routes on one interface; each takes the"
                                    + " other's away when it renews.",
                            "Both run, and one holds an interface that the other one holds or"
                                    + " claims.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.NETWORKMANAGER, Manager.DHCPCD)),
                    new FindingRow(
                            "networkmanager-and-ifupdown",
                            "NetworkManager and ifupdown at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Interfaces named in /etc/network/interfaces belong to ifupdown;"
                                    + " whether NetworkManager stays off them hangs on one key.",
                            "ifupdown has brought an interface up while NetworkManager runs.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.NETWORKMANAGER, Manager.IFUPDOWN)),
                    new FindingRow(
                            "networkmanager-and-networkd",
                            "NetworkManager and systemd-networkd at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Which of the two is first decides at every boot who configures the"
                                    + " interface.",
                            "systemd-networkd has configured an interface while NetworkManager"
                                    + " runs.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.NETWORKMANAGER, Manager.NETWORKD)),
                    new FindingRow(
                            "dhcpcd-and-networkd",
                            "dhcpcd and systemd-networkd at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Two DHCP clients with two identities on one interface: two leases, two"
                                    + " default routes.",
                            "Both run, and one holds an interface that the other one holds or"
                                    + " claims.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.NETWORKD, Manager.DHCPCD)),
                    new FindingRow(
                            "dhcpcd-and-ifupdown",
                            "dhcpcd and ifupdown at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Two DHCP clients on one interface: two leases, two default routes.",
                            "Both run, and one holds an interface that the other one holds or"
                                    + " claims.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.IFUPDOWN, Manager.DHCPCD)),
                    new FindingRow(
                            "ifupdown-and-networkd",
                            "ifupdown and systemd-networkd at once",
                            FindingRow.Cause.SERVICE_CONFLICT,
                            "Two DHCP clients on one interface: two leases, two default routes.",
                            "Both run, and one holds an interface that the other one holds or"
                                    + " claims.",
                            true,
                            Set.of(),
                            ManagerFaults.both(Manager.NETWORKD, Manager.IFUPDOWN)),
                    new FindingRow(
                            "wifi-profile-deleted",
                            "btwifiset deleted a Wi-Fi profile",
                            FindingRow.Cause.BTBERRYWIFI,
                            "A scan from the phone is enough: a profile whose name has a blank, or"
                                + " that is not plain WPA2, is taken for one in conflict with the"
                                + " scan and is deleted. After the next boot Wi-Fi does not come"
                                + " up.",
                            "btwifiset's line 'in conflict - delete', NetworkManager's audit line"
                                    + " of the deletion, and no such profile since.",
                            true,
                            Set.of(),
                            ProfileFaults::deletedByBtwifiset),
                    new FindingRow(
                            "wired-auto-profile-deleted",
                            "The automatic wired profile was deleted",
                            FindingRow.Cause.INTERFACE_STATE,
                            "NetworkManager remembers the deletion by MAC address, across reboots.",
                            "The interface's MAC is in no-auto-default.state, and no saved profile"
                                    + " stands in.",
                            true,
                            NO_NM,
                            ProfileFaults::automaticProfileDeleted),
                    new FindingRow(
                            "wired-no-profile",
                            "A wired interface has no profile",
                            FindingRow.Cause.INTERFACE_STATE,
                            "The cable is in and nothing configures it. With no-auto-default set,"
                                + " the automatic profile is not made at boot, and no other one is"
                                + " there.",
                            "NetworkManager has the interface disconnected while it has a carrier,"
                                    + " and no saved profile fits.",
                            true,
                            also(NO_NM, "wired-auto-profile-deleted", "device-disconnected"),
                            ProfileFaults::wiredNoProfile),
                    new FindingRow(
                            "profile-ignored",
                            "NetworkManager does not read a profile",
                            FindingRow.Cause.OUTSIDE,
                            "A keyfile that others may read, or that is not root's, is passed"
                                    + " over.",
                            "Mode, owner or syntax of a file in system-connections.",
                            true,
                            Set.of(),
                            ProfileFaults::ignored),
                    new FindingRow(
                            "wifi-off",
                            "The Wi-Fi radio is switched off",
                            FindingRow.Cause.INTERFACE_STATE,
                            "NetworkManager keeps the switch across reboots.",
                            "WirelessEnabled=false in its state file, or nmcli says so.",
                            true,
                            NO_NM,
                            SwitchFaults::wifiOff),
                    new FindingRow(
                            "wifi-blocked",
                            "The Wi-Fi radio is blocked",
                            FindingRow.Cause.INTERFACE_STATE,
                            "A blocked radio neither scans nor connects. Raspberry Pi OS blocks it"
                                    + " until a country is set.",
                            "rfkill lists the interface's radio as blocked.",
                            true,
                            codes("wifi-off", "networking-off"),
                            SwitchFaults::rfkill),
                    new FindingRow(
                            "btwifiset-wrong-mode",
                            "btwifiset is in the wrong mode",
                            FindingRow.Cause.BTBERRYWIFI,
                            "It chose at its start, before NetworkManager was up; it now rewrites"
                                    + " wpa_supplicant's state under NetworkManager.",
                            "Its line 'Network Manager is running = False' while NetworkManager is"
                                    + " active.",
                            false,
                            Set.of(),
                            DaemonFaults::btwifisetWrongMode),
                    new FindingRow(
                            "device-unmanaged",
                            "An interface is managed by nobody",
                            FindingRow.Cause.INTERFACE_STATE,
                            "NetworkManager was told to leave it alone, and nobody else has it.",
                            "NetworkManager's state of the device is 'unmanaged', and no other"
                                    + " manager claims it.",
                            false,
                            NO_NM,
                            DeviceFaults::unmanaged),
                    new FindingRow(
                            "device-disconnected",
                            "An interface was disconnected by hand",
                            FindingRow.Cause.BTBERRYWIFI,
                            "NetworkManager does not connect again what a person, or the phone's"
                                    + " DISCONN, disconnected.",
                            "Disconnected, with the reason 'by the user' or without autoconnect,"
                                    + " though a profile is there.",
                            false,
                            NO_NM,
                            DeviceFaults::disconnectedByHand),
                    new FindingRow(
                            "interface-down",
                            "An interface is down",
                            FindingRow.Cause.INTERFACE_STATE,
                            "Nobody brings it up again by itself. The phone's OFF does this to"
                                    + " Wi-Fi.",
                            "The kernel's UP flag is missing.",
                            false,
                            also(
                                    NO_NM,
                                    "wifi-off",
                                    "wifi-blocked",
                                    "device-unmanaged",
                                    "networkmanager-not-enabled"),
                            DeviceFaults::down),
                    new FindingRow(
                            "address-lost",
                            "An interface has lost its address",
                            FindingRow.Cause.ROUTING,
                            "NetworkManager believes that all is well, so nothing repairs it.",
                            "Connected for NetworkManager, with a carrier, without a global"
                                    + " address.",
                            false,
                            codes("interface-down"),
                            DeviceFaults::addressLost),
                    new FindingRow(
                            "route-lost",
                            "The default route is gone",
                            FindingRow.Cause.ROUTING,
                            "The Pi answers nobody outside its own network.",
                            "NetworkManager knows a router for the interface, and the kernel has no"
                                    + " default route over it.",
                            false,
                            codes("address-lost", "interface-down"),
                            DeviceFaults::routeLost),
                    new FindingRow(
                            "wifi-no-profile",
                            "No Wi-Fi profile",
                            FindingRow.Cause.OUTSIDE,
                            "Normal on a Pi that never had Wi-Fi. Where it had, somebody deleted"
                                    + " the profile.",
                            "No Wi-Fi profile is saved where NetworkManager manages the interface.",
                            true,
                            codes("wifi-profile-deleted"),
                            ProfileFaults::wifiNoProfile),
                    new FindingRow(
                            "lost-at-next-boot",
                            "An interface works now and will not after the next boot",
                            FindingRow.Cause.OUTSIDE,
                            "What carries it now lies in memory only.",
                            "It has an address, and nothing on disk would give it one.",
                            true,
                            codes(
                                    "networkmanager-masked",
                                    "networkmanager-not-enabled",
                                    "networkmanager-config-broken",
                                    "networking-off",
                                    "wired-auto-profile-deleted",
                                    "wifi-off"),
                            ProfileFaults::lostAtNextBoot));

    private final List<Finding> found;
    private final Map<String, String> unknown;

    private Findings(List<Finding> found, Map<String, String> unknown) {
        this.found = List.copyOf(found);
        this.unknown = unknown;
    }

    /**
     * Runs every test over the snapshot and leaves out what is a mere consequence of something else
     * found.
     */
    public static Findings of(Snapshot snapshot) {
        List<Finding> all = new ArrayList<>();
        Map<String, String> unknown = new LinkedHashMap<>();
        for (FindingRow row : TABLE) {
            Verdict verdict = row.test().apply(snapshot);
            if (verdict instanceof Verdict.Found f) {
                f.hits().forEach(hit -> all.add(new Finding(row, hit)));
            } else if (verdict instanceof Verdict.Unknown u) {
                unknown.put(row.code(), u.reason());
            }
        }
        Set<String> interfaces =
                snapshot.links().orElse(List.of()).stream()
                        .map(Link::name)
                        .collect(Collectors.toSet());
        List<Finding> shown =
                all.stream()
                        .filter(
                                f ->
                                        all.stream()
                                                .noneMatch(cause -> silences(cause, f, interfaces)))
                        .toList();
        return new Findings(shown, unknown);
    }

    /**
     * A cause on one interface explains nothing on another one; one that is about no interface
     * explains it everywhere.
     */
    private static boolean silences(Finding cause, Finding f, Set<String> interfaces) {
        return f.row().silencedBy().contains(cause.row().code())
                && (cause.hit().subject().equals(f.hit().subject())
                        || !interfaces.contains(cause.hit().subject()));
    }

    public List<Finding> found() {
        return found;
    }

    public List<Finding> errors() {
        return found.stream().filter(Finding::isError).toList();
    }

    /** Codes whose test could not tell, with the reason. */
    public Map<String, String> unknown() {
        return unknown;
    }
}
