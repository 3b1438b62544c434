package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

/**
 * What stands around NetworkManager: supplicants, resolvers, gateways, what the next boot starts.
 * Processes are as ps of procps 4.0 shows them, units as systemctl show of systemd 252.
 */
class SurroundingsTest {

    private static final String NM = Texts.NETWORKMANAGER_UNIT;

    private static final String NMS =
            "  412     1 0::/system.slice/wpa_supplicant.service /sbin/wpa_supplicant -u -s -O"
                    + " DIR=/run/wpa_supplicant GROUP=netdev";

    private static final String STRAY =
            " 1733     1 0::/user.slice/user-0.slice/session-1.scope wpa_supplicant -B -i wlan0 -c"
                    + " /etc/wpa_supplicant/wpa_supplicant.conf";

    private static final String LINKS =
            "[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"BROADCAST\",\"UP\",\"LOWER_UP\"],\"operstate\":\"UP\",\"link_type\":\"ether\",\"address\":\"dc:a6:32:01:02:03\",\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.168.50.196\",\"prefixlen\":24,\"scope\":\"global\"}]},{\"ifindex\":3,\"ifname\":\"wlan0\",\"flags\":[\"BROADCAST\",\"UP\",\"LOWER_UP\"],\"operstate\":\"UP\",\"link_type\":\"ether\",\"address\":\"dc:a6:32:01:02:04\",\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.168.60.162\",\"prefixlen\":24,\"scope\":\"global\"}]}]";

    private static String device(String name, String type, String profile) {
        return "GENERAL.DEVICE:"
                + name
                + "\nGENERAL.TYPE:"
                + type
                + "\nGENERAL.STATE:100 (connected)\nGENERAL.REASON:0 (No reason"
                + " given)\nGENERAL.NM-MANAGED:yes\nGENERAL.AUTOCONNECT:yes\nGENERAL.CONNECTION:"
                + profile
                + "\nGENERAL.CON-UUID:74b3df5b-4552-4ae9-a241-0325255c3f14\n";
    }

    private static Texts pi(String units, String routes, String neighbours) {
        return Texts.live()
                .file("/sys/class/net/eth0/type", "1")
                .file("/sys/class/net/eth0/carrier", "1")
                .file("/sys/class/net/eth0/device/uevent", "DRIVER=bcmgenet")
                .file("/sys/class/net/wlan0/type", "1")
                .file("/sys/class/net/wlan0/carrier", "1")
                .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                .file("/sys/class/net/wlan0/device/uevent", "DRIVER=brcmfmac")
                .file("/etc/resolv.conf", "nameserver 192.168.50.1")
                .output(IpAddress.COMMAND, LINKS)
                .output(Route.COMMAND, routes)
                .output(Route.COMMAND6, "[]")
                .output(Neighbour.COMMAND, neighbours)
                .output(Nmcli.GENERAL, "running:1.42.4:connected:full:enabled:enabled:enabled")
                .output(
                        Nmcli.DEVICES,
                        device("eth0", "ethernet", "Wired"),
                        device("wlan0", "wifi", "Cafe"))
                .output(Nmcli.CONNECTIONS, "")
                .output(Nmcli.WIFI_LIST, "")
                .says("iw", "")
                .says("ps", NMS)
                .says("journalctl", "")
                .says("systemctl", units);
    }

    private static final String ROUTES =
            "[{\"dst\":\"default\",\"gateway\":\"192.168.50.1\",\"dev\":\"eth0\",\"protocol\":\"dhcp\",\"metric\":100},{\"dst\":\"default\",\"gateway\":\"192.168.60.1\",\"dev\":\"wlan0\",\"protocol\":\"dhcp\",\"metric\":600}]";

    private static String neighbours(String first, String second) {
        return "[{\"dst\":\"192.168.50.1\",\"dev\":\"eth0\",\"state\":[\""
                + first
                + "\"]},{\"dst\":\"192.168.60.1\",\"dev\":\"wlan0\",\"state\":[\""
                + second
                + "\"]}]";
    }

    private static Texts whole() {
        return pi(NM, ROUTES, neighbours("REACHABLE", "REACHABLE"));
    }

    private static List<Finding> found(Texts pi, String code) {
        return pi.diagnosis().findings().found().stream()
                .filter(f -> f.row().code().equals(code))
                .toList();
    }

    private static Finding one(Texts pi, String code) {
        List<Finding> found = found(pi, code);
        assertEquals(1, found.size(), pi.diagnosis().findings().found().toString());
        return found.get(0);
    }

    private static void none(Texts pi, String code) {
        assertEquals(List.of(), found(pi, code));
    }

    private static String unit(String name, String active, String result, String file) {
        return NM
                + "\nId="
                + name
                + "\nNames="
                + name
                + "\nLoadState=loaded\nActiveState="
                + active
                + "\nSubState=dead\nResult="
                + result
                + "\nUnitFileState="
                + file
                + "\nFragmentPath=/lib/systemd/system/"
                + name
                + "\nMainPID=0\n";
    }

    @Test
    void aStraySupplicantIsNamedAndNetworkManagersOwnIsLeftAlone() {
        Finding f = one(whole().says("ps", NMS, STRAY), "two-supplicants");
        assertEquals("wlan0", f.hit().subject());
        assertEquals(1, f.hit().remedy().size());
        assertTrue(f.hit().remedy().get(0).contains("kill 1733;"), f.hit().remedy().toString());
        none(whole(), "two-supplicants");
        // Another interface's is no second one of this one.
        none(whole().says("ps", NMS, STRAY.replace("wlan0", "wlan1")), "two-supplicants");
    }

    @Test
    void aSupplicantOfAUnitIsDisabled() {
        String instance =
                "  640     1"
                    + " 0::/system.slice/system-wpa_supplicant.slice/wpa_supplicant@wlan0.service"
                    + " /sbin/wpa_supplicant -c/etc/wpa_supplicant/wpa_supplicant-wlan0.conf"
                    + " -Dnl80211,wext -iwlan0";
        Finding f = one(whole().says("ps", NMS, instance), "two-supplicants");
        assertEquals(
                List.of("sudo systemctl disable --now wpa_supplicant@wlan0.service"),
                f.hit().remedy());
    }

    private static Texts supplicant(String load) {
        return pi(
                unit("wpa_supplicant.service", "inactive", "success", load)
                        .replace(
                                "wpa_supplicant.service\nLoadState=loaded",
                                "wpa_supplicant.service\nLoadState=" + load),
                ROUTES,
                neighbours("REACHABLE", "REACHABLE"));
    }

    @Test
    void aMaskedSupplicantOfNetworkManagersIsNamed() {
        String code = "supplicant-masked";
        Finding f = one(supplicant("masked"), code);
        assertEquals("wlan0", f.hit().subject());
        assertFalse(f.isError(), "no profile of Wi-Fi is saved");
        assertEquals("sudo systemctl unmask wpa_supplicant", f.hit().remedy().get(0));
        none(supplicant("loaded"), code);
        Texts home =
                supplicant("masked")
                        .profile(
                                "Home.nmconnection",
                                "[connection]",
                                "id=Home",
                                "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
                                "type=wifi",
                                "[wifi]",
                                "ssid=Home");
        assertTrue(one(home, code).isError());
        none(
                supplicant("masked")
                        .file("/etc/NetworkManager/conf.d/iwd.conf", "[device]\nwifi.backend=iwd"),
                code);
    }

    /** systemctl unmask finds nothing there, and says that it has unmasked. */
    @Test
    void aMaskInTheKernelsLineIsNotToBeUnmasked() {
        String line = "/boot/firmware/cmdline.txt";
        String words = "root=PARTUUID=x systemd.mask=wpa_supplicant.service";
        Texts now = supplicant("masked-runtime").file(line, words);
        Texts next = supplicant("loaded").file(line, words);
        for (Texts pi : List.of(now, next)) {
            Finding f = one(pi, "supplicant-masked");
            assertEquals(
                    List.of(
                            "take systemd.mask=wpa_supplicant.service out of " + line,
                            "sudo reboot"),
                    f.hit().remedy());
            assertTrue(f.hit().evidence().stream().anyMatch(e -> e.source().equals(line)));
        }
        assertEquals(
                "sudo systemctl unmask --runtime wpa_supplicant",
                one(supplicant("masked-runtime"), "supplicant-masked").hit().remedy().get(0));
    }

    @Test
    void aRescuesKeyThatIsLeftIsNamed() {
        String code = "rescue-key-left";
        Texts pi = whole().file("/boot/firmware/netfix-rescue.key", "hunter2");
        Finding f = one(pi, code);
        assertEquals(
                List.of("sudo jbang fix@netfix sdcard /boot/firmware --undo"), f.hit().remedy());
        assertFalse(pi.diagnosis().toString().contains("hunter2"));
        assertTrue(Scene.at(pi, Progress.silent()).warnings().get(0).contains("--undo deletes"));
        none(whole(), code);
    }

    @Test
    void aBootThatWaitsForNobodyIsNamed() {
        String name = "systemd-networkd-wait-online.service";
        Texts pi =
                pi(
                        unit(name, "failed", "exit-code", "enabled"),
                        ROUTES,
                        neighbours("REACHABLE", "REACHABLE"));
        assertEquals(
                List.of("sudo systemctl disable " + name),
                one(pi, "wait-online-for-nothing").hit().remedy());
        // NetworkManager has interfaces: its own wait-online failed for another reason.
        none(
                pi(
                        unit(
                                "NetworkManager-wait-online.service",
                                "failed",
                                "exit-code",
                                "enabled"),
                        ROUTES,
                        neighbours("REACHABLE", "REACHABLE")),
                "wait-online-for-nothing");
    }

    @Test
    void dhcpcdThatTheNextBootStartsIsForetold() {
        for (String file : List.of("enabled", "disabled")) {
            Texts pi =
                    pi(
                            unit("dhcpcd.service", "inactive", "success", file),
                            ROUTES,
                            neighbours("REACHABLE", "REACHABLE"));
            assertEquals(
                    file.equals("enabled") ? 1 : 0, found(pi, "dhcpcd-at-next-boot").size(), file);
        }
    }

    @Test
    void aSilentGatewayIsNamed() {
        Texts pi = pi(NM, ROUTES, neighbours("REACHABLE", "FAILED"));
        pi.ends(Command.of("ping"), 1, "", "");
        Finding f = one(pi, "gateway-silent");
        assertEquals("wlan0", f.hit().subject());
        assertEquals("sudo nmcli device connect wlan0", f.hit().remedy().get(0));
        none(pi, "wrong-route-first");
        // Not NetworkManager's.
        pi.output(
                Nmcli.DEVICES,
                device("wlan0", "wifi", "").replace("100 (connected)", "10 (unmanaged)"));
        f = one(pi, "gateway-silent");
        assertEquals("ip neighbour show dev wlan0", f.hit().remedy().get(0));
    }

    @Test
    void aSilentGatewayThatComesFirstTakesAll() {
        Texts pi = pi(NM, ROUTES, neighbours("FAILED", "REACHABLE"));
        pi.ends(Command.of("ping"), 1, "", "");
        Finding f = one(pi, "wrong-route-first");
        assertEquals(Verdict.Severity.ERROR, f.hit().severity());
        assertEquals(
                List.of(
                        "sudo nmcli connection modify id Wired ipv4.route-metric 700",
                        "sudo nmcli device reapply eth0"),
                f.hit().remedy());
    }

    @Test
    void aStubThatNobodyAnswersForIsNamed() {
        Texts pi = whole().file("/etc/resolv.conf", "nameserver 127.0.0.53", "options edns0");
        assertEquals(
                List.of("sudo rm /etc/resolv.conf", "sudo nmcli general reload dns-full"),
                one(pi, "stub-resolver-dead").hit().remedy());
        Texts installed =
                pi(
                                unit("systemd-resolved.service", "inactive", "success", "disabled"),
                                ROUTES,
                                neighbours("REACHABLE", "REACHABLE"))
                        .file("/etc/resolv.conf", "nameserver 127.0.0.53");
        assertEquals(
                List.of("sudo systemctl enable --now systemd-resolved"),
                one(installed, "stub-resolver-dead").hit().remedy());
        none(
                pi(
                                unit("systemd-resolved.service", "active", "success", "enabled"),
                                ROUTES,
                                neighbours("REACHABLE", "REACHABLE"))
                        .file("/etc/resolv.conf", "nameserver 127.0.0.53"),
                "stub-resolver-dead");
    }

    /** The lines' forms are those of findmnt -rnb of util-linux 2.38. */
    @Test
    void aRootThatKeepsNothingIsNamed() {
        for (String root :
                List.of(
                        "/ overlay rw,relatime,lowerdir=/lower,upperdir=/upper 512000000",
                        "/ ext4 ro,noatime 25769803776")) {
            Finding f = one(whole().output(Mount.of("/var/log"), root), "root-not-kept");
            assertEquals(Verdict.Severity.WARNING, f.hit().severity());
            assertTrue(f.hit().evidence().get(0).what().startsWith(root.substring(0, 8)));
        }
        Texts good = whole().output(Mount.of("/var/log"), "/ ext4 rw,noatime 25769803776");
        for (String code : List.of("root-not-kept", "disk-full", "log-not-writable")) {
            none(good, code);
            none(whole(), code);
        }
    }

    @Test
    void aFullDiskAndLogsThatCannotBeWrittenAreNamed() {
        Texts full = whole().output(Mount.of("/var/log"), "/ ext4 rw,noatime 4096");
        assertEquals("no room is left on /", one(full, "disk-full").hit().text());
        Texts readOnly =
                whole().output(Mount.of("/var/log"), "/var/log ext4 ro,noatime 25769803776")
                        .output(Mount.of("/"), "/ ext4 rw,noatime 0");
        assertEquals("/var/log", one(readOnly, "log-not-writable").hit().subject());
        assertEquals("/", one(readOnly, "disk-full").hit().subject());
    }

    @Test
    void aClockThatIsNotSetIsNamed() {
        Machine early =
                new ForwardingMachine() {
                    @Override
                    Machine to() {
                        return whole();
                    }

                    @Override
                    public Instant clock() {
                        return Instant.parse("1970-01-01T00:01:12Z");
                    }
                };
        List<Finding> found =
                Diagnosis.of(Look.at(early, Progress.silent())).findings().found().stream()
                        .filter(f -> f.row().code().equals("clock-not-set"))
                        .toList();
        assertEquals("the clock says 1970-01-01T00:01:12Z", found.get(0).hit().text());
        none(whole(), "clock-not-set");
    }

    /** The kernel's line is that of raspberrypi/linux, brcmfmac's core.c. */
    @Test
    void aFirmwareThatCrashedIsNamedWhereWifiIsOut() {
        String line =
                "{\"_BOOT_ID\":\"b\",\"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\","
                        + "\"__REALTIME_TIMESTAMP\":\"1795337447370195\",\"PRIORITY\":\"3\","
                        + "\"MESSAGE\":\"ieee80211 phy0: brcmf_fw_crashed: Firmware has halted or"
                        + " crashed\"}";
        Texts crashed =
                whole().link(
                                "/sys/class/net/wlan0/device/driver",
                                "../../bus/sdio/drivers/brcmfmac")
                        .output(Journal.FIRMWARE, line)
                        .file("/sys/class/net/wlan0/carrier", "0");
        Finding f = one(crashed, "wifi-firmware-crashed");
        assertEquals("wlan0", f.hit().subject());
        assertTrue(f.isError());
        assertTrue(f.hit().evidence().get(0).what().contains("brcmf_fw_crashed"));
        // It works: what crashed was loaded anew.
        none(crashed.file("/sys/class/net/wlan0/carrier", "1"), "wifi-firmware-crashed");
    }

    @Test
    void anAccessPointIsANoteAndNoProblem() {
        Texts pi =
                whole().says(
                                "ps",
                                NMS,
                                "  700     1 0::/system.slice/hostapd.service /usr/sbin/hostapd -B"
                                        + " -P /run/hostapd.pid /etc/hostapd/hostapd.conf");
        Finding f = one(pi, "access-point");
        assertEquals(Verdict.Severity.INFO, f.hit().severity());
        assertEquals("process 700", f.hit().evidence().get(0).source());
        assertEquals(List.of(), f.hit().remedy());
        none(whole(), "access-point");
    }

    @Test
    void cloudInitThatWritesTheWifiNetworksIsNamedUnlessItIsForbidden() {
        Texts pi =
                whole().file(
                                "/etc/netplan/50-cloud-init.yaml",
                                "network:",
                                "  version: 2",
                                "  wifis:",
                                "    wlan0:",
                                "      dhcp4: true")
                        .file("/etc/cloud/cloud.cfg", "users: []");
        assertEquals(
                "/etc/netplan/50-cloud-init.yaml",
                one(pi, "cloud-init-writes-wifi").hit().evidence().get(0).source());
        none(
                pi.file("/etc/cloud/cloud.cfg.d/99-no.cfg", "network: {config: disabled}"),
                "cloud-init-writes-wifi");
    }

    @Test
    void aRadioThatSavesPowerIsNamedWhereTheGatewayIsSlow() {
        Command ping =
                Command.of("ping", "-4", "-n", "-c", "1", "-w", "9", "-I", "wlan0", "192.168.60.1");
        Texts pi =
                whole().output(Iw.powerSave("wlan0"), "Power save: on")
                        .output(ping, "64 bytes from 192.168.60.1: icmp_seq=1 ttl=64 time=213 ms");
        Finding f = one(pi, "wifi-power-save");
        assertEquals(
                List.of(
                        "sudo iw dev wlan0 set power_save off",
                        "sudo nmcli connection modify id Cafe wifi.powersave 2"),
                f.hit().remedy());
        none(
                pi.output(ping, "64 bytes from 192.168.60.1: icmp_seq=1 ttl=64 time=3.21 ms"),
                "wifi-power-save");
    }

    private static String said(int second, String message) {
        return "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\"NetworkManager.service\",\"_PID\":\"3\","
                + "\"__REALTIME_TIMESTAMP\":\"17953374473"
                + String.format("%02d", second)
                + "195\",\"PRIORITY\":\"4\",\"MESSAGE\":\"<warn>  [1.1] device (wlan0): "
                + message
                + "\"}";
    }

    /** The network is saved, and wlan0 is not connected. */
    private static Texts disconnectedFrom(String network) {
        return whole().output(
                        Nmcli.DEVICES,
                        device("eth0", "ethernet", "Wired"),
                        device("wlan0", "wifi", "").replace("100 (connected)", "30 (disconnected)"))
                .profile(
                        network + ".nmconnection",
                        "[connection]",
                        "id=" + network,
                        "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
                        "type=wifi",
                        "[wifi]",
                        "ssid=" + network);
    }

    @Test
    void oneAnswerThatIsNotUnderstoodIsNoDaemonThatHangs() {
        Texts pi = disconnectedFrom("Cafe").output(Nmcli.GENERAL, "Warnung: ganz anders");
        none(pi, "networkmanager-not-answering");
        pi.ends(Command.of("nmcli"), 1, "", "Error: timeout");
        for (Command asked : List.of(Nmcli.GENERAL, Nmcli.DEVICES, Nmcli.CONNECTIONS)) {
            pi.ends(asked, 1, "", "Error: timeout");
        }
        one(pi, "networkmanager-not-answering");
    }

    /** The lines are those of NetworkManager 1.42. */
    @Test
    void aProfileThatNetworkManagerHasGivenUpIsNamed() {
        String failed = "Activation: failed for connection 'Cafe'";
        Texts pi = disconnectedFrom("Cafe");
        String[] four = {said(1, failed), said(2, failed), said(3, failed), said(4, failed)};
        Finding f = one(pi.says("journalctl", four), "autoconnect-given-up");
        assertEquals("wlan0", f.hit().subject());
        assertEquals("sudo nmcli connection up id Cafe", f.hit().remedy().get(0));
        one(
                pi.says(
                        "journalctl",
                        said(1, "no secrets: No agents were available for this request."),
                        said(2, failed)),
                "autoconnect-given-up");
        none(pi.says("journalctl", four[0], four[1], four[2]), "autoconnect-given-up");
        none(
                pi.says(
                        "journalctl",
                        four[0],
                        four[1],
                        said(3, "Activation: successful, device activated."),
                        said(4, failed),
                        said(5, failed)),
                "autoconnect-given-up");
    }

    /** The lines are those of NetworkManager 1.42. */
    @Test
    void aSupplicantThatNetworkManagerWaitsForNoMoreIsNamed() {
        String code = "supplicant-given-up";
        String gone =
                said(1, "state change: activated -> unavailable (reason 'supplicant-failed')");
        String last = said(2, "re-acquiring supplicant interface (#5).");
        String up = said(3, "supplicant interface keeps failing, giving up");
        Texts away =
                disconnectedFrom("Home")
                        .output(
                                Nmcli.DEVICES,
                                device("eth0", "ethernet", "Wired"),
                                device("wlan0", "wifi", "")
                                        .replace("100 (connected)", "20 (unavailable)"));
        Finding f = one(away.says("journalctl", gone, last, up), code);
        assertTrue(f.isError());
        assertEquals(
                List.of(
                        "sudo systemctl start wpa_supplicant",
                        "sudo nmcli device set wlan0 managed no",
                        "sudo nmcli device set wlan0 managed yes"),
                f.hit().remedy());
        none(away.says("journalctl", gone, last), code);
        // NetworkManager was started again, and tries.
        String anew = said(4, "state change: unmanaged -> unavailable (reason 'managed')");
        none(away.says("journalctl", gone, last, up, anew), code);
        none(disconnectedFrom("Home").says("journalctl", gone, last, up), code);
    }

    private static String line(int second, String unit, String message) {
        return "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\""
                + unit
                + ".service\",\"_PID\":\"3\",\"__REALTIME_TIMESTAMP\":\"17953374473"
                + String.format("%02d", second)
                + "195\",\"PRIORITY\":\"6\",\"MESSAGE\":\""
                + message.replace("\"", "\\\"")
                + "\"}";
    }

    private static String audit(int second, String op) {
        return line(
                second,
                "NetworkManager",
                "audit: op=\"" + op + "\" uuid=\"u\" name=\"Home\" pid=7 uid=0 result=\"success\"");
    }

    /** The order is that of create_network and connect in btwifiset.py. */
    @Test
    void aWrongPasswordForAHiddenNetworkThatWasKnownIsNamed() {
        String wish = line(1, "btwifiset", "registering SSID ['Home', 'correct horse']");
        String was = audit(2, "connection-delete");
        String added = audit(3, "connection-add");
        String gone = audit(4, "connection-delete");
        Finding f = one(whole().says("journalctl", wish, was, added, gone), "wifi-profile-deleted");
        assertEquals(
                "btwifiset deleted the Wi-Fi profile \"Home\" when it could not connect with what"
                        + " the phone sent",
                f.hit().text());
        assertEquals(4, f.hit().evidence().size());
        assertFalse(f.hit().evidence().toString().contains("correct"));
        // A network that was not known: what was added is taken away again.
        none(whole().says("journalctl", wish, added, gone), "wifi-profile-deleted");
        none(whole().says("journalctl", was, added, gone), "wifi-profile-deleted");
    }

    /** The order is that of connect in btwifiset.py for a network that is saved and in sight. */
    @Test
    void aPasswordThatTookTheOldOnesPlaceAndDoesNotWorkIsNamed() {
        String wish = line(1, "btwifiset", "registering SSID ['Home', 'correct horse']");
        String changed = audit(2, "connection-update");
        String failed = said(3, "Activation: failed for connection 'Home'");
        Texts pi = disconnectedFrom("Home");
        String code = "wifi-password-replaced";
        Finding f = one(pi.says("journalctl", wish, changed, failed), code);
        assertEquals("sudo nmcli --ask connection up id Home", f.hit().remedy().get(0));
        assertEquals(3, f.hit().evidence().size());
        assertFalse(f.hit().evidence().toString().contains("correct"));
        none(pi.says("journalctl", changed, failed), code);
        none(pi.says("journalctl", wish, changed), code);
        none(pi.says("journalctl", wish, changed, failed, audit(4, "connection-update")), code);
        none(whole().says("journalctl", wish, changed, failed), code);
    }

    /** Python puts double quotes around what has a single one in it. */
    @Test
    void aNameOrAPasswordWithAQuoteIsReadAsPythonShowsIt() {
        String code = "wifi-password-replaced";
        for (String list :
                List.of(
                        "[\"Bob's\", 'correct horse']",
                        "[\"Bob's\", \"it's correct\"]",
                        "[\"Bob's\", (redacted)")) {
            String wish = line(1, "btwifiset", "registering SSID " + list);
            String changed = audit(2, "connection-update").replace("Home", "Bob's");
            String failed = said(3, "Activation: failed for connection 'Bob's'");
            Finding f =
                    one(disconnectedFrom("Bob's").says("journalctl", wish, changed, failed), code);
            assertEquals("Bob's", f.hit().subject());
            assertFalse(f.hit().evidence().toString().contains("correct"));
        }
        String wish = line(1, "btwifiset", "registering SSID ['Home', \"it's correct\"]");
        String failed = said(3, "Activation: failed for connection 'Home'");
        Texts pi = disconnectedFrom("Home");
        one(pi.says("journalctl", wish, audit(2, "connection-update"), failed), code);
    }

    private static String at(long realtime, long monotonic, String line) {
        return line.replaceFirst(
                "\"__REALTIME_TIMESTAMP\":\"\\d+\"",
                "\"__REALTIME_TIMESTAMP\":\""
                        + realtime
                        + "\",\"__MONOTONIC_TIMESTAMP\":\""
                        + monotonic
                        + "\"");
    }

    /** NTP sets the clock between the wish and the change; the kernel's clock goes on. */
    @Test
    void aClockThatJumpsHidesNoCause() {
        long now = 1_795_337_447_000_000L;
        String said = line(1, "btwifiset", "registering SSID ['Home', 'correct horse']");
        String wish = at(now, 81_000_000, said);
        for (long jump : new long[] {3_600_000_000L, -3_600_000_000L}) {
            String changed = at(now + jump, 82_000_000, audit(2, "connection-update"));
            String failed =
                    at(
                            now + jump + 1_000_000,
                            83_000_000,
                            said(3, "Activation: failed for connection 'Home'"));
            Texts pi = disconnectedFrom("Home").says("journalctl", changed, failed, wish);
            one(pi, "wifi-password-replaced");
            List<Journal.Line> lines =
                    Look.at(pi, Progress.silent()).journal().value().orElseThrow().lines();
            assertTrue(lines.get(0).message().contains("registering"), lines.toString());
            // Where the two clocks disagree, it is the one that does not jump that is believed.
            none(
                    pi.says("journalctl", changed, failed, at(now + jump, 999_000_000, said)),
                    "wifi-password-replaced");
        }
    }

    private static Texts withBtwifisetSaying(String message) {
        return whole().says(
                        "journalctl",
                        "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\"btwifiset.service\",\"_PID\":\"3\","
                            + "\"__REALTIME_TIMESTAMP\":\"1795337447370195\",\"MESSAGE\":\""
                                + message
                                + "\"}");
    }

    /** A phone may send any text for a network's name, and btwifiset logs it. */
    @Test
    void whatAPhoneSendsIsNotBtwifisetsMode() {
        for (String function : List.of(".network_manager_test", ".request_connection")) {
            Texts pi =
                    pi(
                                    unit("btwifiset.service", "active", "success", "enabled"),
                                    ROUTES,
                                    neighbours("REACHABLE", "REACHABLE"))
                            .says(
                                    "journalctl",
                                    "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\"btwifiset.service\","
                                            + "\"_PID\":\"3\","
                                            + "\"__REALTIME_TIMESTAMP\":\"1795337447370195\","
                                            + "\"MESSAGE\":\""
                                            + function
                                            + " - test: Network Manager is running = False\"}");
            assertEquals(
                    function.endsWith("test") ? 1 : 0, found(pi, "btwifiset-wrong-mode").size());
        }
    }

    @Test
    void aPasswordThatBtwifisetLoggedIsNamedAndNotRepeated() {
        String said = "received from iphone: registering SSID [";
        Finding f =
                one(
                        withBtwifisetSaying(said + "'Home', 'correct horse']"),
                        "btwifiset-logs-passwords");
        assertTrue(f.hit().evidence().toString().contains(Redaction.MARK));
        assertFalse(f.hit().evidence().toString().contains("correct"));
        one(withBtwifisetSaying(said + "'Home', (redacted)"), "btwifiset-logs-passwords");
        for (String none :
                List.of(
                        "'', 'AP2s']",
                        "'#ssid-endBT#', 'unknown']",
                        "'', 'DEL-Home']",
                        "'Open', '']")) {
            none(withBtwifisetSaying(said + none), "btwifiset-logs-passwords");
        }
    }

    @Test
    void aVpnsResolverIsANoteAndNoProblem() {
        Texts pi = whole().file("/etc/resolv.conf", "nameserver 100.100.100.100");
        assertEquals(Verdict.Severity.INFO, one(pi, "resolver-of-a-vpn").hit().severity());
        assertEquals(List.of(), one(pi, "resolver-of-a-vpn").hit().remedy());
    }

    @Test
    void aProfileForAnInterfaceThatIsNotThereIsNamed() {
        Texts pi =
                whole().profile(
                                "Wired.nmconnection",
                                "[connection]",
                                "id=My LAN",
                                "uuid=11111111-2222-3333-4444-555555555555",
                                "type=ethernet",
                                "interface-name=end0");
        assertEquals(
                List.of("sudo nmcli connection modify id 'My LAN' connection.interface-name ''"),
                one(pi, "profile-of-absent-interface").hit().remedy());
        none(
                whole().profile(
                                "Wired.nmconnection",
                                "[connection]",
                                "id=My LAN",
                                "uuid=11111111-2222-3333-4444-555555555555",
                                "type=ethernet",
                                "interface-name=eth0"),
                "profile-of-absent-interface");
    }
}
