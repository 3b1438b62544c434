package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
        assertEquals("wlan0", one(pi, "gateway-silent").hit().subject());
        none(pi, "wrong-route-first");
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
