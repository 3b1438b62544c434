package netfix;

import static netfix.PlanTest.plan;
import static netfix.PlanTest.standing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is somebody else's is named and left alone. */
class ForeignOwnersTest {

    private static final String UNITS = "/usr/lib/systemd/system/";
    private static final String WANTS = "/etc/systemd/system/multi-user.target.wants/";

    private static Texts enabled(Texts machine, String... units) {
        for (String unit : units) {
            machine.file(UNITS + unit, "[Unit]\n[Install]\nWantedBy=multi-user.target")
                    .link(WANTS + unit, UNITS + unit);
        }
        return machine;
    }

    private static Texts accessPoint(String... units) {
        return enabled(Texts.card(), units)
                .file("/etc/hostapd/hostapd.conf", "# mine", "interface=wlan0", "ssid=Workshop");
    }

    private static List<String> respected(Machine machine) {
        return plan(machine).respected().stream().map(ForeignOwners.Owned::shown).toList();
    }

    private static String exclusive(Machine machine) {
        return plan(machine).steps().stream()
                .map(Plan.Step::change)
                .filter(c -> c instanceof Change.Put p && p.path().equals(ExclusiveControl.FILE))
                .map(c -> new String(((Change.Put) c).content(), StandardCharsets.UTF_8))
                .findFirst()
                .orElseThrow();
    }

    private static boolean touches(Machine machine, String word) {
        return plan(machine).steps().stream().anyMatch(s -> s.change().shown().contains(word));
    }

    @Test
    void networkManagerKeepsOffAnAccessPoint() {
        Texts card = accessPoint("NetworkManager.service", "hostapd.service");
        enabled(card, "wpa_supplicant@wlan0.service");
        assertEquals(List.of("wlan0 is hostapd's (/etc/hostapd/hostapd.conf:2)"), respected(card));
        String text = exclusive(card);
        assertTrue(
                text.contains(
                        "# wlan0 is hostapd's\n[keyfile]\nunmanaged-devices+=interface-name:wlan0"
                                + "\n"),
                text);
        assertFalse(touches(card, "wpa_supplicant@wlan0"));
        card.file(ExclusiveControl.FILE, text.stripTrailing());
        assertTrue(standing(card, "exclusive-control") instanceof Fulfilment.InPlace);
        assertTrue(
                PlanReport.of(plan(card), new Terminal(false))
                        .contains("\nleft alone: wlan0 is hostapd's (/etc/hostapd/"));
        Verification v =
                Verification.of(
                        Scene.at(card, Progress.silent()),
                        new Transaction.State("none", "", false));
        assertTrue(
                VerificationReport.text(v, new Terminal(false))
                        .contains("\nleft alone: wlan0 is hostapd's (/etc/hostapd/"));
    }

    @Test
    void whatItsOwnerKeepsUnmanagedNeedsNothing() {
        Texts card =
                accessPoint("NetworkManager.service", "hostapd.service")
                        .file(
                                "/etc/NetworkManager/conf.d/99-mine.conf",
                                "[keyfile]",
                                "unmanaged-devices=interface-name:wlan*");
        assertFalse(exclusive(card).contains("unmanaged-devices"));
        assertEquals(1, respected(card).size());
    }

    @Test
    void whoeverGivesTheAccessPointItsAddressStays() {
        String[] conf = {"interface wlan0", "static ip_address=192.168.4.1/24"};
        Texts alone =
                accessPoint("dhcpcd.service", "hostapd.service").file("/etc/dhcpcd.conf", conf);
        alone.file(UNITS + "NetworkManager.service", "[Install]\nWantedBy=multi-user.target");
        assertTrue(plan(alone).isEmpty());
        assertTrue(
                PlanReport.of(plan(alone), new Terminal(false))
                        .contains("dhcpcd manages this machine, and an access point with it"));

        Texts both =
                accessPoint("NetworkManager.service", "dhcpcd.service", "hostapd.service")
                        .file("/etc/dhcpcd.conf", conf);
        assertFalse(touches(both, "dhcpcd"));
        assertTrue(
                standing(both, "dhcpcd-off") instanceof Fulfilment.NotNeeded not
                        && not.why().contains("gives wlan0 its address, is hostapd's"),
                standing(both, "dhcpcd-off").toString());

        Texts apart =
                accessPoint("NetworkManager.service", "dhcpcd.service", "hostapd.service")
                        .file("/etc/dhcpcd.conf", "denyinterfaces wlan0");
        assertTrue(touches(apart, "mask dhcpcd"));
        assertFalse(touches(apart, "wlan0.nmconnection"));
    }

    @Test
    void anAccessPointThatIsNotEnabledIsNone() {
        assertEquals(List.of(), respected(accessPoint("NetworkManager.service")));
    }

    @Test
    void anyWifiMayBeTheAccessPointsWhereItCannotBeRead() {
        Texts card =
                accessPoint("NetworkManager.service", "hostapd.service")
                        .unreadable("/etc/hostapd/hostapd.conf");
        assertEquals(
                List.of("wlan0 is hostapd's (not allowed to read /etc/hostapd/hostapd.conf)"),
                respected(card));
    }

    @Test
    void aVpnKeepsItsResolvConf() {
        Texts card =
                enabled(Texts.card(), "NetworkManager.service", "systemd-resolved.service")
                        .file(
                                "/etc/resolv.conf",
                                "# resolv.conf(5) file generated by tailscale",
                                "nameserver 100.100.100.100");
        assertEquals("tailscale", plan(card).respected().get(0).owner());
        assertFalse(exclusive(card).contains("\ndns="));
        assertFalse(exclusive(card).contains("rc-manager"), "it was there before the fix");

        Texts off =
                enabled(Texts.card(), "dhcpcd.service")
                        .file(UNITS + "NetworkManager.service", "[Install]")
                        .file("/etc/resolv.conf", "# generated by openvpn", "nameserver 10.8.0.1");
        String text = exclusive(off);
        assertTrue(text.contains("# /etc/resolv.conf is openvpn's:\nrc-manager=unmanaged\n"), text);
        Texts after =
                enabled(Texts.card(), "NetworkManager.service")
                        .file("/etc/resolv.conf", "# generated by openvpn", "nameserver 10.8.0.1")
                        .file(ExclusiveControl.FILE, text.stripTrailing());
        assertTrue(standing(after, "exclusive-control") instanceof Fulfilment.InPlace);
    }

    @Test
    void aVpnThatGoesThroughResolvconfIsKnownByItsRecord() {
        Texts card =
                enabled(Texts.card(), "NetworkManager.service")
                        .file("/etc/resolv.conf", "# Generated by resolvconf")
                        .file("/run/resolvconf/interfaces/tun.wg0", "nameserver 10.2.0.1");
        assertEquals(
                List.of("/etc/resolv.conf is tun.wg0's (/run/resolvconf/interfaces/tun.wg0)"),
                respected(card));
    }

    @Test
    void networkManagersOwnNamesAreNobodyElses() {
        Texts card =
                enabled(Texts.card(), "NetworkManager.service")
                        .file(
                                "/etc/resolv.conf",
                                "# Generated by NetworkManager",
                                "nameserver 192.168.50.1");
        assertEquals(List.of(), respected(card));
    }

    private static String link(int index, String name, String more) {
        return "{\"ifindex\":"
                + index
                + ",\"ifname\":\""
                + name
                + "\",\"flags\":[\"UP\"],\"operstate\":\"UP\",\"link_type\":\"ether\","
                + "\"address\":\"dc:a6:32:01:02:0"
                + index
                + "\""
                + more
                + "}";
    }

    private static Texts bridged() {
        return Texts.live()
                .file("/sys/class/net/eth0/type", "1")
                .file("/sys/class/net/eth0/device/uevent", "DRIVER=bcmgenet")
                .file("/sys/class/net/br0/type", "1")
                .file("/sys/class/net/br0/uevent", "DEVTYPE=bridge")
                .output(
                        IpAddress.COMMAND,
                        "["
                                + link(2, "eth0", ",\"master\":\"br0\"")
                                + ","
                                + link(3, "br0", "")
                                + "]")
                .says(
                        "systemctl",
                        "Id=NetworkManager.service\nNames=NetworkManager.service",
                        "LoadState=loaded\nActiveState=active\nUnitFileState=enabled");
    }

    @Test
    void theWiredProfileDoesNotGrabAPortOfSomebodysBridge() {
        assertEquals(List.of("eth0 is br0's (ip link: master br0)"), respected(bridged()));
        assertTrue(
                exclusive(bridged()).contains("\nunmanaged-devices+=interface-name:eth0\n"),
                exclusive(bridged()));
        Texts own =
                bridged()
                        .profile(
                                "br0.nmconnection",
                                "[connection]",
                                "id=br0",
                                "uuid=0bd6d7c8-9e0f-4a1b-8c2d-3e4f5a6b7c8d",
                                "type=bridge",
                                "interface-name=br0");
        assertEquals(List.of(), respected(own), "NetworkManager's own");
    }

    @Test
    void whatHostapdIsGivenOnItsCommandLineCounts() {
        Texts machine =
                bridged()
                        .says(
                                "ps",
                                "  711  1 0::/system.slice/ap.service /usr/sbin/hostapd -B -P"
                                        + " /run/hostapd.pid -i wlan1 /srv/ap.conf")
                        .file("/srv/ap.conf", "interface=wlan0", "bridge=br0");
        assertEquals(
                List.of("br0", "eth0", "wlan0", "wlan1"),
                plan(machine).respected().stream()
                        .map(ForeignOwners.Owned::what)
                        .sorted()
                        .toList());
    }
}
