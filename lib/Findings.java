package netfix;

import static netfix.FindingRow.Cause.BTBERRYWIFI;
import static netfix.FindingRow.Cause.INTERFACE_STATE;
import static netfix.FindingRow.Cause.OUTSIDE;
import static netfix.FindingRow.Cause.ROUTING;
import static netfix.FindingRow.Cause.SERVICE_CONFLICT;
import static netfix.FindingRow.Cause.SUPPLICANT;

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
    private static final String[] NO_NM = {
        "networkmanager-masked",
        "networkmanager-not-running",
        "networkmanager-config-broken",
        "networking-off"
    };

    public static final List<FindingRow> TABLE = table();

    private static List<FindingRow> table() {
        FindingRow.Table t = new FindingRow.Table();
        t.row("no-interface", OUTSIDE, DeviceFaults::noInterface)
                .title("No network interface")
                .why(
                        "Without an interface nothing else matters: the hardware, its driver or its"
                                + " firmware is missing.")
                .recognised("The kernel lists no interface with hardware behind it.")
                .remedy("dmesg: which driver or firmware is missing; a USB adapter in another port")
                .source("udev(7); the interfaces are those of /sys/class/net that have a device")
                .survivesReboot();
        t.row("networkmanager-config-broken", OUTSIDE, DaemonFaults::brokenConfiguration)
                .title("NetworkManager's configuration is broken")
                .why(
                        "NetworkManager refuses to start with a configuration file that it cannot"
                                + " read; after the next boot there is no network.")
                .recognised(
                        "A line of a configuration file is neither a section nor a key, or a file"
                            + " of conf.d is none: a link to nothing or to /dev/null, a folder.")
                .remedy(
                        "mv the file that is named to the same name with .off, then systemctl"
                                + " restart NetworkManager")
                .source("NetworkManager.conf(5)")
                .survivesReboot();
        t.row("boot-held-off", OUTSIDE, HostFaults::bootHeldOff)
                .title("The next boot is told to do without the network")
                .why(
                        "A word in the kernel's line, or another default.target, outdoes what is"
                                + " enabled: with every unit in order the network stays away, and"
                                + " no systemctl unmask mends it.")
                .recognised(
                        "systemd.mask= of a network manager without which nothing is reachable"
                                + " after a boot; systemd.unit=, rescue, emergency or single in"
                                + " cmdline.txt; a default.target that is neither multi-user nor"
                                + " graphical.")
                .remedy("take the word out of cmdline.txt; systemctl set-default multi-user.target")
                .source("kernel-command-line(7); systemd(1); systemd.special(7), default.target")
                .survivesReboot();
        t.row("networkmanager-masked", SERVICE_CONFLICT, DaemonFaults::masked)
                .title("NetworkManager is masked")
                .why(
                        "A masked unit cannot be started by anything; nobody else brings this"
                                + " network up.")
                .recognised(
                        "The unit is a link to /dev/null, and no other manager has a configuration"
                                + " for an interface.")
                .remedy("systemctl unmask NetworkManager, systemctl enable --now NetworkManager")
                .source("systemctl(1), mask")
                .survivesReboot();
        t.row("networkmanager-not-running", SERVICE_CONFLICT, DaemonFaults::notRunning)
                .title("NetworkManager is not running")
                .why(
                        "It is this machine's network manager: without it no lease is renewed and"
                                + " no link that fails comes back.")
                .recognised(
                        "The unit is there and not active, and no other manager has a configuration"
                                + " for an interface.")
                .remedy("systemctl start NetworkManager")
                .source("systemctl(1); journalctl -u NetworkManager says why it ended")
                .silencedBy("networkmanager-config-broken");
        t.row("networkmanager-not-enabled", SERVICE_CONFLICT, DaemonFaults::notEnabled)
                .title("The next boot does not start NetworkManager")
                .why("What works now is gone after a reboot.")
                .recognised(
                        "The unit is disabled, and no other manager that is enabled has a"
                                + " configuration for an interface.")
                .remedy("systemctl enable --now NetworkManager")
                .source("systemctl(1), enable")
                .survivesReboot()
                .silencedBy("networkmanager-masked");
        t.row("networkmanager-not-answering", OUTSIDE, DaemonFaults::notAnswering)
                .title("NetworkManager does not answer")
                .why("Nothing can be asked of it or changed until it, or D-Bus, runs again.")
                .recognised("Its unit is active and nmcli gets no answer.")
                .remedy(
                        "systemctl status dbus NetworkManager; where the next boot brings the"
                                + " network back, a reboot")
                .source("nmcli(1), EXIT STATUS; a D-Bus call gives up after 25 s");
        t.row("networking-off", INTERFACE_STATE, SwitchFaults::networkingOff)
                .title("Networking is switched off")
                .why("NetworkManager then manages nothing, and remembers it across reboots.")
                .recognised("NetworkingEnabled=false in its state file, or nmcli says so.")
                .remedy("nmcli networking on")
                .source(
                        "nmcli(1), networking; NetworkManager keeps it in"
                                + " /var/lib/NetworkManager/NetworkManager.state")
                .survivesReboot()
                .silencedBy("networkmanager-masked", "networkmanager-not-running");
        t.row(
                        "networkmanager-and-dhcpcd",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.NETWORKMANAGER, Manager.DHCPCD))
                .title("NetworkManager and dhcpcd at once")
                .why(
                        "Two addresses and two default routes on one interface; each takes the"
                                + " other's away when it renews.")
                .recognised(
                        "Both run, and one holds an interface that the other one holds or claims.")
                .remedy(
                        ManagerFaults.FIX
                                + ", which carries over what dhcpcd was told before it masks it")
                .source(
                        "dhcpcd.conf(5), denyinterfaces; seen on Raspberry Pi OS Bullseye with both"
                                + " enabled")
                .survivesReboot();
        t.row(
                        "networkmanager-and-ifupdown",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.NETWORKMANAGER, Manager.IFUPDOWN))
                .title("NetworkManager and ifupdown at once")
                .why(
                        "Interfaces named in /etc/network/interfaces belong to ifupdown; whether"
                                + " NetworkManager stays off them hangs on one key.")
                .recognised("ifupdown has brought an interface up while NetworkManager runs.")
                .remedy(ManagerFaults.FIX + ", which carries the stanzas over")
                .source("NetworkManager.conf(5), plugins=ifupdown and [ifupdown] managed")
                .survivesReboot();
        t.row(
                        "networkmanager-and-networkd",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.NETWORKMANAGER, Manager.NETWORKD))
                .title("NetworkManager and systemd-networkd at once")
                .why(
                        "Which of the two is first decides at every boot who configures the"
                                + " interface.")
                .recognised(
                        "systemd-networkd has configured an interface while NetworkManager runs.")
                .remedy(ManagerFaults.FIX + ", which carries the .network files over")
                .source("systemd.network(5); networkctl(1) says what it has configured")
                .survivesReboot();
        t.row(
                        "dhcpcd-and-networkd",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.NETWORKD, Manager.DHCPCD))
                .title("dhcpcd and systemd-networkd at once")
                .why(
                        "Two DHCP clients with two identities on one interface: two leases, two"
                                + " default routes.")
                .recognised(
                        "Both run, and one holds an interface that the other one holds or claims.")
                .remedy("disable the one that does not own the interface, and reboot")
                .source("dhcpcd(8), systemd-networkd(8)")
                .survivesReboot();
        t.row(
                        "dhcpcd-and-ifupdown",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.IFUPDOWN, Manager.DHCPCD))
                .title("dhcpcd and ifupdown at once")
                .why("Two DHCP clients on one interface: two leases, two default routes.")
                .recognised(
                        "Both run, and one holds an interface that the other one holds or claims.")
                .remedy("disable the one that does not own the interface, and reboot")
                .source("dhcpcd(8), interfaces(5)")
                .survivesReboot();
        t.row(
                        "ifupdown-and-networkd",
                        SERVICE_CONFLICT,
                        ManagerFaults.both(Manager.NETWORKD, Manager.IFUPDOWN))
                .title("ifupdown and systemd-networkd at once")
                .why("Two DHCP clients on one interface: two leases, two default routes.")
                .recognised(
                        "Both run, and one holds an interface that the other one holds or claims.")
                .remedy("disable the one that does not own the interface, and reboot")
                .source("interfaces(5), systemd-networkd(8)")
                .survivesReboot();
        t.row("supplicant-masked", SUPPLICANT, DaemonFaults::supplicantMasked)
                .title("NetworkManager's wpa_supplicant is masked")
                .why(
                        "NetworkManager has it started when Wi-Fi is needed; masked, it is not, and"
                                + " every Wi-Fi interface stays unavailable.")
                .recognised(
                        "wpa_supplicant.service is a link to /dev/null, NetworkManager has a Wi-Fi"
                                + " interface, and its wifi.backend is not iwd.")
                .remedy(
                        "systemctl unmask wpa_supplicant, systemctl start wpa_supplicant, nmcli"
                                + " device set IF managed no and yes: after a minute NetworkManager"
                                + " asks for it no more")
                .source("NetworkManager.conf(5), wifi.backend; systemctl(1), mask")
                .survivesReboot();
        t.row("supplicant-given-up", SUPPLICANT, DeviceFaults::withoutSupplicant)
                .title("NetworkManager has given up on its wpa_supplicant")
                .why(
                        "It asks for it five times in a minute and does not hear of one that comes"
                                + " later: Wi-Fi stays away until the next boot.")
                .recognised(
                        "The device is unavailable, and NetworkManager's last word of it is"
                                + " 'supplicant interface keeps failing, giving up'.")
                .remedy(
                        "systemctl start wpa_supplicant, nmcli device set IF managed no and yes:"
                                + " then it asks again")
                .source("src/core/devices/wifi/nm-device-wifi.c; nmcli(1), device set")
                .silencedBy(NO_NM)
                .silencedBy("supplicant-masked", "wifi-off", "wifi-blocked");
        t.row("two-supplicants", SUPPLICANT, ServiceFaults::twoSupplicants)
                .title("Two wpa_supplicants on one interface")
                .why("Each tells the radio another network; Wi-Fi associates and drops in turn.")
                .recognised(
                        "Two processes with -i and the interface, or one beside NetworkManager's"
                                + " own (-u) on an interface that NetworkManager manages.")
                .remedy("stop the one that NetworkManager did not start")
                .source("wpa_supplicant(8), -i and -u")
                .silencedBy("networkmanager-and-dhcpcd", "networkmanager-and-ifupdown");
        t.row("dhcpcd-at-next-boot", SERVICE_CONFLICT, ServiceFaults::dhcpcdAtNextBoot)
                .title("The next boot starts dhcpcd beside NetworkManager")
                .why(
                        "Two addresses and two default routes on one interface, from the next boot"
                                + " on.")
                .recognised(
                        "dhcpcd is enabled and does not run, NetworkManager is enabled, and"
                                + " dhcpcd.conf does not keep dhcpcd off the interfaces.")
                .remedy("systemctl disable dhcpcd")
                .source("systemctl(1), enable; dhcpcd.conf(5), denyinterfaces")
                .survivesReboot()
                .silencedBy("networkmanager-and-dhcpcd");
        t.row("wait-online-for-nothing", SERVICE_CONFLICT, ServiceFaults::waitOnlineForNothing)
                .title("A boot waits for a manager that manages nothing")
                .why("Every boot takes up to two minutes longer, and what waits for it, too.")
                .recognised("A wait-online unit has failed, and its manager holds no interface.")
                .remedy("systemctl disable the wait-online unit that is named")
                .source("systemd-networkd-wait-online.service(8), NetworkManager-wait-online(8)")
                .survivesReboot();
        t.row("wifi-profile-deleted", BTBERRYWIFI, ProfileFaults::deletedByBtwifiset)
                .title("btwifiset deleted a Wi-Fi profile")
                .why(
                        "A scan from the phone is enough: a profile whose name has a blank, or that"
                            + " is not plain WPA2, is taken for one in conflict with the scan and"
                            + " is deleted. After the next boot Wi-Fi does not come up.")
                .recognised(
                        "btwifiset's line 'in conflict - delete', NetworkManager's audit line of"
                                + " the deletion, and no such profile since; or its line of a wish"
                                + " to connect, and a deletion, an addition and another deletion of"
                                + " that name.")
                .remedy("nmcli --ask device wifi connect NETWORK")
                .source(
                        "get_list in btwifiset.py, github.com/nksan/Rpi-SetWiFi-viaBluetooth (March"
                                + " 2025)")
                .survivesReboot();
        t.row("wifi-password-replaced", BTBERRYWIFI, ProfileFaults::passwordReplaced)
                .title("btwifiset has replaced a password that worked")
                .why(
                        "A password from the phone is saved before it is tried. Where it is wrong,"
                                + " Wi-Fi stays away, also after the next boot.")
                .recognised(
                        "btwifiset's line of a wish to connect, NetworkManager's audit line of the"
                            + " profile's change, its 'no secrets' or 'Activation: failed' for it,"
                            + " and neither a change nor a success since.")
                .remedy("nmcli --ask connection up id NAME, which asks for the password")
                .source(
                        "connect in btwifiset.py, github.com/nksan/Rpi-SetWiFi-viaBluetooth (March"
                                + " 2025); nmcli(1), device wifi connect")
                .survivesReboot();
        t.row("wired-auto-profile-deleted", INTERFACE_STATE, ProfileFaults::automaticProfileDeleted)
                .title("The automatic wired profile was deleted")
                .why("NetworkManager remembers the deletion by MAC address, across reboots.")
                .recognised(
                        "The interface's MAC is in no-auto-default.state, and no saved profile"
                                + " stands in.")
                .remedy(
                        "nmcli connection add type ethernet con-name Wired ifname '*'"
                                + " connection.autoconnect-priority -999 connection.multi-connect"
                                + " multiple")
                .source(
                        "NetworkManager.conf(5), no-auto-default; src/core/settings/nm-settings.c"
                                + " keeps the MAC in no-auto-default.state")
                .survivesReboot()
                .silencedBy(NO_NM);
        t.row("wired-no-profile", INTERFACE_STATE, ProfileFaults::wiredNoProfile)
                .title("A wired interface has no profile")
                .why(
                        "The cable is in and nothing configures it. With no-auto-default set, the"
                            + " automatic profile is not made at boot, and no other one is there.")
                .recognised(
                        "NetworkManager has the interface disconnected while it has a carrier, and"
                                + " no saved profile fits.")
                .remedy(
                        "nmcli connection add type ethernet con-name Wired ifname '*'"
                                + " connection.autoconnect-priority -999 connection.multi-connect"
                                + " multiple")
                .source("NetworkManager.conf(5), no-auto-default")
                .survivesReboot()
                .silencedBy(NO_NM)
                .silencedBy("wired-auto-profile-deleted", "device-disconnected");
        t.row("profile-ignored", OUTSIDE, ProfileFaults::ignored)
                .title("NetworkManager does not read a profile")
                .why("A keyfile that others may read, or that is not root's, is passed over.")
                .recognised("Mode, owner or syntax of a file in system-connections.")
                .remedy(
                        "chown root, chmod 0600, nmcli connection load FILE; a line that cannot be"
                                + " read has to be mended first")
                .source("nm-settings-keyfile(5)")
                .survivesReboot();
        t.row("wifi-off", INTERFACE_STATE, SwitchFaults::wifiOff)
                .title("The Wi-Fi radio is switched off")
                .why("NetworkManager keeps the switch across reboots.")
                .recognised("WirelessEnabled=false in its state file, or nmcli says so.")
                .remedy("nmcli radio wifi on")
                .source(
                        "nmcli(1), radio; WirelessEnabled in"
                                + " /var/lib/NetworkManager/NetworkManager.state")
                .survivesReboot()
                .silencedBy(NO_NM);
        t.row("wifi-blocked", INTERFACE_STATE, SwitchFaults::rfkill)
                .title("The Wi-Fi radio is blocked")
                .why(
                        "A blocked radio neither scans nor connects. Raspberry Pi OS blocks it"
                                + " until a country is set.")
                .recognised("rfkill lists the interface's radio as blocked.")
                .remedy(
                        "set the country (raspi-config nonint do_wifi_country XX), rfkill unblock,"
                                + " nmcli radio wifi on")
                .source("rfkill(8); systemd-rfkill.service(8) keeps it across reboots")
                .survivesReboot()
                .silencedBy("wifi-off", "networking-off");
        t.row("btwifiset-wrong-mode", BTBERRYWIFI, DaemonFaults::btwifisetWrongMode)
                .title("btwifiset is in the wrong mode")
                .why(
                        "It chose at its start, before NetworkManager was up; it now rewrites"
                                + " wpa_supplicant's state under NetworkManager.")
                .recognised(
                        "Its line 'Network Manager is running = False' while NetworkManager is"
                                + " active.")
                .remedy("systemctl restart btwifiset")
                .source("github.com/nksan/Rpi-SetWiFi-viaBluetooth, issue 11");
        t.row("device-unmanaged", INTERFACE_STATE, DeviceFaults::unmanaged)
                .title("An interface is managed by nobody")
                .why("NetworkManager was told to leave it alone, and nobody else has it.")
                .recognised(
                        "NetworkManager's state of the device is 'unmanaged', and no other manager"
                                + " claims it.")
                .remedy("nmcli device set IF managed yes; where a file says so, take it out there")
                .source(
                        "nmcli(1), device set; NetworkManager.conf(5), unmanaged-devices and"
                                + " [device] managed")
                .silencedBy(NO_NM);
        t.row("device-disconnected", INTERFACE_STATE, DeviceFaults::disconnectedByHand)
                .orThePhones()
                .title("An interface was disconnected by hand")
                .why(
                        "NetworkManager does not connect again what a person, or the phone's"
                                + " DISCONN, disconnected.")
                .recognised(
                        "Disconnected, with the reason 'by the user' or without autoconnect, though"
                                + " a profile is there.")
                .remedy("nmcli device connect IF")
                .source("nmcli(1), device disconnect; disconnect in btwifiset.py")
                .silencedBy(NO_NM);
        t.row("wifi-firmware-crashed", OUTSIDE, HostFaults::firmwareCrashed)
                .title("The Wi-Fi firmware has crashed")
                .why(
                        "The radio neither scans nor connects until its driver is loaded anew; it"
                                + " happens with a weak power supply, too.")
                .recognised(
                        "The kernel's line 'Firmware has halted or crashed' of brcmfmac, while"
                                + " Wi-Fi is not associated.")
                .remedy("modprobe -r brcmfmac, modprobe brcmfmac; a better power supply")
                .source("drivers/net/wireless/broadcom/brcm80211/brcmfmac/core.c, brcmf_fw_crashed")
                .silencedBy("wifi-off", "wifi-blocked");
        t.row("autoconnect-given-up", INTERFACE_STATE, DeviceFaults::gaveUp)
                .title("NetworkManager has given up on a profile")
                .why(
                        "After four failed tries it waits for five minutes, after a secret that it"
                                + " did not get until somebody asks again.")
                .recognised(
                        "Disconnected, and since the last success four lines 'Activation: failed"
                                + " for connection', or one after 'no secrets'.")
                .remedy(
                        "nmcli connection up id NAME; nmcli connection modify id NAME"
                                + " connection.autoconnect-retries 0 has it try for ever")
                .source(
                        "nm-settings-nmcli(5), connection.autoconnect-retries;"
                                + " NetworkManager.conf(5), connection.autoconnect-retries-default")
                .silencedBy(NO_NM)
                .silencedBy(
                        "wifi-off",
                        "wifi-blocked",
                        "device-disconnected",
                        "interface-down",
                        "wifi-password-replaced",
                        "wifi-firmware-crashed");
        t.row("interface-down", INTERFACE_STATE, DeviceFaults::down)
                .title("An interface is down")
                .why("Nobody brings it up again by itself. The phone's OFF does this to Wi-Fi.")
                .recognised("The kernel's UP flag is missing.")
                .remedy("ip link set IF up")
                .source("ip-link(8); wifi_connect in btwifiset.py")
                .silencedBy(NO_NM)
                .silencedBy(
                        "wifi-off",
                        "wifi-blocked",
                        "device-unmanaged",
                        "networkmanager-not-enabled");
        t.row("address-lost", ROUTING, DeviceFaults::addressLost)
                .title("An interface has lost its address")
                .why("NetworkManager believes that all is well, so nothing repairs it.")
                .recognised(
                        "Connected for NetworkManager, with a carrier, without a global address.")
                .remedy("nmcli device reapply IF, else nmcli device connect IF")
                .source("nmcli(1), device reapply")
                .silencedBy("interface-down");
        t.row("route-lost", ROUTING, DeviceFaults::routeLost)
                .title("The default route is gone")
                .why("The Pi answers nobody outside its own network.")
                .recognised(
                        "NetworkManager knows a router for the interface, and the kernel has no"
                                + " default route over it.")
                .remedy("nmcli device reapply IF, else nmcli device connect IF")
                .source("nmcli(1), device reapply; ip-route(8)")
                .silencedBy("address-lost", "interface-down");
        t.row("gateway-silent", ROUTING, PathFaults::gatewaySilent)
                .title("The gateway does not answer")
                .why(
                        "The link is up and the router at its end says nothing: it is off, or the"
                                + " link only seems to be up.")
                .recognised(
                        "Neither ping nor ARP (IPv6: neighbour discovery) brings an answer from a"
                                + " default route's gateway.")
                .remedy(
                        "Have its manager bring the link up anew (nmcli device connect IF); else"
                                + " look at the router")
                .source("ip-neighbour(8), FAILED")
                .silencedBy("address-lost", "interface-down");
        t.row("wrong-route-first", ROUTING, PathFaults::wrongRouteFirst)
                .title("The default route that comes first leads nowhere")
                .why(
                        "The kernel takes the lowest metric, whether its gateway answers or not:"
                                + " nothing gets out although there is a way.")
                .recognised(
                        "The gateway of the default route with the lowest metric is silent, and"
                                + " that of another one answers.")
                .remedy("nmcli connection modify PROFILE ipv4.route-metric N, nmcli device reapply")
                .source("ip-route(8), metric; nm-settings-nmcli(5), ipv4.route-metric");
        t.row("stub-resolver-dead", OUTSIDE, PathFaults::stubResolverDead)
                .title("Nobody resolves names")
                .why("By address all works, by name nothing: updates, time, most programs fail.")
                .recognised(
                        "/etc/resolv.conf names 127.0.0.53 only, or is a link into"
                                + " /run/systemd/resolve, and systemd-resolved does not run.")
                .remedy(
                        "systemctl enable --now systemd-resolved; where it is not installed, remove"
                            + " the link and dns=systemd-resolved, nmcli general reload dns-full")
                .source(
                        "systemd-resolved.service(8), /etc/resolv.conf; NetworkManager.conf(5),"
                                + " dns")
                .survivesReboot();
        t.row("profile-of-absent-interface", OUTSIDE, ProfileFaults::ofAbsentInterface)
                .title("A profile is bound to an interface that is not there")
                .why(
                        "It is never used. Interfaces get other names with another naming scheme:"
                                + " eth0 becomes end0.")
                .recognised("interface-name= of a saved profile names no interface.")
                .remedy("nmcli connection modify id NAME connection.interface-name ''")
                .source("nm-settings-keyfile(5), interface-name; systemd.net-naming-scheme(7)")
                .survivesReboot();
        t.row("wifi-power-save", OUTSIDE, HostFaults::powerSave)
                .title("A Wi-Fi radio that saves power answers late")
                .why(
                        "A radio that sleeps between beacons makes every answer late, and ssh"
                                + " stutter.")
                .recognised(
                        "The gateway's answer takes a tenth of a second or longer, and iw says"
                                + " 'Power save: on'.")
                .remedy(
                        "iw dev IF set power_save off; nmcli connection modify id NAME"
                                + " wifi.powersave 2")
                .source("iw(8), power_save; nm-settings-nmcli(5), 802-11-wireless.powersave")
                .survivesReboot();
        t.row("root-not-kept", OUTSIDE, HostFaults::rootForgets)
                .title("The root keeps no change")
                .why("A profile that is saved today is gone after the next boot, and so is a fix.")
                .recognised("findmnt: the root is an overlay, in memory, or mounted read-only.")
                .remedy(
                        "raspi-config: Performance, Overlay File System; a root that turned"
                            + " read-only by itself: mount -o remount,rw /, and look at the card")
                .source("findmnt(8); raspi-config(1)")
                .survivesReboot();
        t.row("disk-full", OUTSIDE, HostFaults::full)
                .title("No room is left on the disk")
                .why(
                        "No profile can be saved and no log written; NetworkManager may lose what"
                                + " it writes anew.")
                .recognised("findmnt: less than 1 MiB is available on / or /var/log.")
                .remedy("du -xh --max-depth=2 / shows what takes it")
                .source("findmnt(8), AVAIL")
                .survivesReboot();
        t.row("log-not-writable", OUTSIDE, HostFaults::logNotWritable)
                .title("The folder for logs is mounted read-only")
                .why(
                        "What happens to the network is not kept; netfix keeps its own files"
                                + " elsewhere.")
                .recognised("findmnt: what /var/log lies on is mounted read-only.")
                .remedy("dmesg says why; mount -o remount,rw")
                .source("findmnt(8), OPTIONS; mount(8), ro");
        t.row("clock-not-set", OUTSIDE, HostFaults::clockNotSet)
                .title("The clock is not set")
                .why(
                        "A Pi has no clock of its own: until it hears of NTP certificates are not"
                                + " valid yet, and times in logs lie.")
                .recognised("The system clock is before the year 2000.")
                .remedy("timedatectl; without a way out no time server is reached")
                .source("timedatectl(1), systemd-timesyncd.service(8)");
        t.row("access-point", OUTSIDE, HostFaults::accessPoint)
                .title("This machine is an access point")
                .why("Its Wi-Fi interface is hostapd's, and no profile of it is missing.")
                .recognised("A hostapd process.")
                .remedy("nothing: it is so on purpose")
                .source("hostapd(8); w1.fi/hostapd")
                .survivesReboot();
        t.row("cloud-init-writes-wifi", OUTSIDE, HostFaults::cloudInit)
                .title("cloud-init writes the Wi-Fi networks")
                .why(
                        "What the phone or nmcli changes there is written over at a boot of"
                                + " cloud-init's.")
                .recognised(
                        "/etc/netplan/50-cloud-init.yaml has Wi-Fi networks, and nothing in"
                                + " /etc/cloud switches that off.")
                .remedy(
                        "change the network where cloud-init takes it from (network-config on the"
                                + " boot partition), or write 'network: {config: disabled}' to"
                                + " /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg")
                .source("cloudinit.readthedocs.io, Network configuration")
                .survivesReboot();
        t.row("rescue-key-left", OUTSIDE, HostFaults::rescueKey)
                .title("A rescue's Wi-Fi key lies on the boot partition")
                .why(
                        "fix sdcard --wifi puts it there for the next boot, which deletes it; where"
                                + " that boot was cut off, or the script was damaged, it stays.")
                .recognised("netfix-rescue.key is in /boot/firmware or /boot.")
                .remedy(ManagerFaults.FIX + " sdcard /boot/firmware --undo, which overwrites it")
                .source("README, My Pi is gone")
                .survivesReboot();
        t.row("resolver-of-a-vpn", OUTSIDE, PathFaults::resolverOfAVpn)
                .title("A VPN resolves names")
                .why("What goes wrong with names is the VPN's to mend.")
                .recognised("/etc/resolv.conf names Tailscale's resolver, 100.100.100.100.")
                .remedy("nothing: it is so on purpose")
                .source("tailscale.com/kb/1081/magicdns")
                .survivesReboot();
        t.row("wifi-no-profile", OUTSIDE, ProfileFaults::wifiNoProfile)
                .title("No Wi-Fi profile")
                .why(
                        "Normal on a Pi that never had Wi-Fi. Where it had, somebody deleted the"
                                + " profile.")
                .recognised("No Wi-Fi profile is saved where NetworkManager manages the interface.")
                .remedy("nmcli --ask device wifi connect NETWORK")
                .source("nm-settings-keyfile(5)")
                .survivesReboot()
                .silencedBy("wifi-profile-deleted");
        t.row("lost-at-next-boot", OUTSIDE, ProfileFaults::lostAtNextBoot)
                .title("An interface works now and will not after the next boot")
                .why("What carries it now lies in memory only.")
                .recognised("It has an address, and nothing on disk would give it one.")
                .remedy("a profile of its own on the disk: the command is printed with the finding")
                .source("nm-settings-keyfile(5): what lies in /run is gone at the next boot")
                .survivesReboot()
                .silencedBy(
                        "networkmanager-masked",
                        "networkmanager-not-enabled",
                        "networkmanager-config-broken",
                        "networking-off",
                        "boot-held-off",
                        "wired-auto-profile-deleted",
                        "wifi-off",
                        "supplicant-masked");
        t.row("btwifiset-logs-passwords", BTBERRYWIFI, DaemonFaults::passwordsInJournal)
                .title("btwifiset writes Wi-Fi passwords to the journal in plain text")
                .why(
                        "Whoever may read the journal, or is sent it, has the password. netfix"
                                + " takes it out of what it shows and keeps.")
                .recognised("btwifiset's line 'registering SSID' with a network and a password.")
                .remedy(
                        "journalctl --rotate, journalctl --vacuum-time=1s, which forgets the whole"
                            + " journal, so last of all; another password, where others have read"
                            + " it")
                .source(
                        "register_SSID in btwifiset.py, github.com/nksan/Rpi-SetWiFi-viaBluetooth"
                                + " (March 2025); journalctl(1)")
                .survivesReboot();
        // Last, for it is not wrong yet.
        t.row("scan-would-delete-profile", BTBERRYWIFI, ScanForecast::wouldDelete)
                .title("The next scan from the phone deletes a Wi-Fi profile")
                .why(
                        "btwifiset takes the profile for one in conflict with the scan and deletes"
                                + " it; after the next boot Wi-Fi does not come up.")
                .recognised(
                        "btwifiset is installed, and the profile's name has a blank or a character"
                                + " of the shell's, its key management is not wpa-psk, or an open"
                                + " network of its name is in the air.")
                .remedy(
                        "fix, whose btwifiset-stable gives back what a scan deletes; or nmcli"
                            + " connection modify id NAME connection.id NAME-WITHOUT-BLANKS, but a"
                            + " renamed profile cannot get a new password from the phone. What is"
                            + " not wpa-psk has no form that btwifiset leaves alone.")
                .source(
                        "nmcli_known_networks, scan and get_list in btwifiset.py,"
                                + " github.com/nksan/Rpi-SetWiFi-viaBluetooth (March 2025)")
                .survivesReboot()
                .silencedBy("btwifiset-wrong-mode");
        return t.rows();
    }

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
            Verdict verdict = tested(row, snapshot);
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

    /** A test that trips over what nobody thought of costs its own answer and no other. */
    private static Verdict tested(FindingRow row, Snapshot snapshot) {
        try {
            return row.test().apply(snapshot);
        } catch (RuntimeException e) {
            return Verdict.unknown("a fault of netfix itself: " + e);
        }
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
