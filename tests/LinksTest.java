package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Running machines, as ip, nmcli, systemctl and /sys show them. */
class LinksTest {

    private static final String ETH0 =
            "{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"BROADCAST\",\"UP\",\"LOWER_UP\"],"
                    + "\"operstate\":\"UP\",\"link_type\":\"ether\","
                    + "\"address\":\"dc:a6:32:01:02:03\"";

    private static String address(String local) {
        return ",\"addr_info\":[{\"family\":\"inet\",\"local\":\""
                + local
                + "\",\"prefixlen\":24,\"scope\":\"global\",\"dynamic\":true}]}";
    }

    private static Texts eth0() {
        return Texts.live()
                .file("/sys/class/net/eth0/type", "1")
                .file("/sys/class/net/eth0/carrier", "1")
                .file("/sys/class/net/eth0/device/uevent", "DRIVER=bcmgenet")
                .link("/sys/class/net/eth0/device/driver", "../../../bus/platform/drivers/bcmgenet")
                .output(Route.COMMAND, "[]")
                .output(Route.COMMAND6, "[]")
                .says("iw", "")
                .says("ps", "")
                .says("journalctl", "")
                .output(Neighbour.COMMAND, "[]");
    }

    private static Texts units(Texts machine, String... blocks) {
        return machine.says("systemctl", String.join("\n\n", blocks));
    }

    private static String unit(String name, String active, String file) {
        return "Id="
                + name
                + "\nNames="
                + name
                + "\nLoadState="
                + (file.startsWith("masked") ? "masked" : "loaded")
                + "\nActiveState="
                + active
                + "\nSubState=running\nResult=success\nUnitFileState="
                + file;
    }

    private static final String NM = unit("NetworkManager.service", "active", "enabled");

    private static Texts nmcli(Texts machine, String... device) {
        return machine.output(
                        Nmcli.GENERAL, "running:1.42.4:connected:full:enabled:enabled:enabled")
                .output(Nmcli.CONNECTIONS, "")
                .output(Nmcli.WIFI_LIST, "")
                .output(Nmcli.DEVICES, device);
    }

    private static String[] device(String name, String... more) {
        return (String.join(
                                "\n",
                                "GENERAL.DEVICE:" + name,
                                "GENERAL.STATE:100 (connected)",
                                "GENERAL.CONNECTION:x",
                                "GENERAL.CON-UUID:u-1")
                        + "\n"
                        + String.join("\n", more))
                .split("\n");
    }

    private static Answer now(Texts machine) {
        Snapshot s = Look.at(machine, Progress.silent());
        return Reach.of(s, s.physical().get(0));
    }

    private static List<String> codes(Diagnosis d) {
        return d.findings().found().stream().map(f -> f.row().code()).toList();
    }

    @Test
    void anIsolatedNetworkIsNotALostOne() {
        Texts machine =
                units(eth0(), NM).output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]");
        nmcli(machine, device("eth0", "IP4.ADDRESS[1]:10.9.0.2/24", "IP4.GATEWAY:"));
        Answer isolated = now(machine);
        assertTrue(isolated.isYes(), isolated.toString());
        assertTrue(isolated.why().contains("on purpose"), isolated.toString());
        Diagnosis d = machine.diagnosis();
        assertEquals(List.of(), codes(d));
        assertEquals(ExitCode.GOOD, d.exitCode(), TextReport.of(d, new Terminal(false)));

        nmcli(machine, device("eth0", "IP4.GATEWAY:10.9.0.1"));
        assertTrue(now(machine).isNo(), "one that has a gateway and no route has lost it");
        assertEquals(List.of("route-lost"), codes(machine.diagnosis()));
    }

    @Test
    void aProfileThatNeverTakesADefaultRouteHasLostNone() {
        Texts machine =
                units(eth0(), NM)
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]")
                        .profile(
                                "x.nmconnection",
                                "[connection]",
                                "id=x",
                                "uuid=u-1",
                                "type=ethernet",
                                "[ipv4]",
                                "never-default=true");
        nmcli(machine, device("eth0", "DHCP4.OPTION[1]:routers = 10.9.0.1"));
        assertEquals(ExitCode.GOOD, machine.diagnosis().exitCode());
        machine.unreadable("/etc/NetworkManager/system-connections/x.nmconnection");
        assertTrue(now(machine).isUnknown());
    }

    @Test
    void aStaticStanzaWithoutAGatewayHasLostNone() {
        Texts machine =
                units(eth0(), unit("networking.service", "active", "enabled"))
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]")
                        .file("/run/network/ifstate", "eth0=eth0")
                        .file(
                                "/etc/network/interfaces",
                                "auto eth0",
                                "iface eth0 inet static",
                                "  address 10.9.0.2/24");
        assertTrue(now(machine).isYes(), now(machine).toString());
        machine.file(
                "/etc/network/interfaces",
                "auto eth0",
                "iface eth0 inet static",
                "  address 10.9.0.2/24",
                "  gateway 10.9.0.1");
        assertTrue(now(machine).isNo());
    }

    @Test
    void aBridgeIsJudgedAndItsPortIsNot() {
        String port = ETH0 + ",\"master\":\"br0\",\"addr_info\":[]},";
        String bridge = ETH0.replace("eth0", "br0").replace("\"ifindex\":2", "\"ifindex\":3");
        Texts machine =
                units(eth0(), NM)
                        .file("/sys/class/net/br0/uevent", "DEVTYPE=bridge", "INTERFACE=br0")
                        .file("/sys/class/net/br0/carrier", "1")
                        .output(IpAddress.COMMAND, "[" + port + bridge + address("10.9.0.2") + "]")
                        .profile(
                                "p.nmconnection",
                                "[connection]",
                                "id=p",
                                "type=ethernet",
                                "interface-name=eth0",
                                "master=br0",
                                "slave-type=bridge")
                        .profile(
                                "b.nmconnection",
                                "[connection]",
                                "id=b",
                                "uuid=u-2",
                                "type=bridge",
                                "interface-name=br0");
        nmcli(
                machine,
                (String.join("\n", device("eth0")) + "\n" + String.join("\n", device("br0")))
                        .split("\n"));
        Snapshot s = Look.at(machine, Progress.silent());
        assertEquals(List.of("br0"), s.physical().stream().map(Link::name).toList());
        Answer boot = BootForecast.of(s, s.physical().get(0));
        assertTrue(boot.isYes(), boot.toString());
        assertEquals(List.of(), codes(machine.diagnosis()));
        machine.file("/etc/NetworkManager/system-connections/b.nmconnection", "[connection]");
        assertEquals(List.of("lost-at-next-boot"), codes(machine.diagnosis()));
    }

    @Test
    void aVlanStandsBesideWhatItLiesOn() {
        String vlan =
                ETH0.replace("\"eth0\"", "\"eth0.7\"").replace("\"ifindex\":2", "\"ifindex\":4")
                        + ",\"link\":\"eth0\"";
        Texts machine =
                units(eth0(), NM)
                        .file("/sys/class/net/eth0.7/uevent", "DEVTYPE=vlan")
                        .output(
                                IpAddress.COMMAND,
                                "["
                                        + ETH0
                                        + ",\"addr_info\":[]},"
                                        + vlan
                                        + address("10.9.0.2")
                                        + "]");
        Snapshot s = Look.at(machine, Progress.silent());
        assertEquals(List.of("eth0", "eth0.7"), s.physical().stream().map(Link::name).toList());
    }

    @Test
    void profilesAreComparedWithTheMacThatIsBurntIn() {
        String json =
                "["
                        + ETH0.replace("01:02:03", "ff:ff:ff")
                        + ",\"permaddr\":\"dc:a6:32:01:02:03\""
                        + address("10.9.0.2")
                        + "]";
        Texts machine =
                units(eth0(), NM)
                        .output(IpAddress.COMMAND, json)
                        .file("/etc/NetworkManager/conf.d/x.conf", "[main]", "no-auto-default=*")
                        .profile(
                                "x.nmconnection",
                                "[connection]",
                                "id=x",
                                "type=ethernet",
                                "[ethernet]",
                                "mac-address=DC:A6:32:01:02:03");
        assertTrue(machine.afterBoot("eth0").isYes(), machine.afterBoot("eth0").toString());
    }

    @Test
    void aMaskInRunIsGoneAtTheNextBoot() {
        Texts machine =
                units(eth0(), unit("NetworkManager.service", "inactive", "masked-runtime"))
                        .networkManager()
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]");
        assertTrue(machine.afterBoot("eth0").isYes(), machine.afterBoot("eth0").toString());
        assertTrue(codes(machine.diagnosis()).contains("networkmanager-masked"));
    }

    @Test
    void aMaskedManagerIsFoundForTheInterfaceThatOnlyItWouldBringUp() {
        String wlan0 =
                ",{\"ifindex\":3,\"ifname\":\"wlan0\",\"flags\":[\"UP\"],\"operstate\":\"DOWN\","
                        + "\"address\":\"dc:a6:32:01:02:04\",\"addr_info\":[]}";
        Texts machine =
                units(
                                eth0(),
                                unit("NetworkManager.service", "inactive", "masked"),
                                unit("dhcpcd.service", "active", "enabled"))
                        .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + wlan0 + "]");
        assertFalse(codes(machine.diagnosis()).contains("networkmanager-masked"));
        machine.profile(
                "w.nmconnection", "[connection]", "id=w", "type=wifi", "[wifi]", "ssid=Home");
        List<Finding> found =
                machine.diagnosis().findings().found().stream()
                        .filter(f -> f.row().code().equals("networkmanager-masked"))
                        .toList();
        assertEquals(1, found.size());
        assertEquals("wlan0", found.get(0).hit().subject());
    }

    @Test
    void theSwitchesAreReadWithoutATool() {
        Texts machine =
                Texts.live()
                        .file("/sys/class/rfkill/rfkill3/type", "wlan")
                        .file("/sys/class/rfkill/rfkill3/name", "phy0")
                        .file("/sys/class/rfkill/rfkill3/soft", "1")
                        .file("/sys/class/rfkill/rfkill3/hard", "0");
        assertEquals(
                Reading.known(List.of(new Rfkill(3, "wlan", "phy0", true, false))),
                Look.at(machine, Progress.silent()).rfkill());
        assertEquals(Reading.known(List.of()), Look.at(Texts.live(), Progress.silent()).rfkill());
    }

    private static String line(String boot, String micros, String unit, String message) {
        return "{\"_BOOT_ID\":\""
                + boot
                + "\",\"__REALTIME_TIMESTAMP\":\""
                + micros
                + "\",\"_SYSTEMD_UNIT\":\""
                + unit
                + "\",\"MESSAGE\":\""
                + message
                + "\"}";
    }

    @Test
    void whatTheJournalDidNotSayIsUnknownAndWhatItSaidIsKept() {
        Texts machine =
                Texts.live()
                        .file("/proc/sys/kernel/random/boot_id", "0000-b")
                        .output(
                                Journal.THIS_BOOT,
                                line(
                                        "0000b",
                                        "1700000000000000",
                                        "NetworkManager.service",
                                        "hello"))
                        .hangs(Journal.EVIDENCE, "")
                        .ends(Journal.BOOTS, 1, "", "Failed to determine boots");
        Journal journal = Look.at(machine, Progress.silent()).journal().value().orElseThrow();
        assertEquals(1, journal.lines().size());
        assertTrue(journal.gap().contains("did not answer in time"), journal.gap());
        assertTrue(journal.boots().whyUnknown().isPresent());
        assertEquals("0000b", journal.thisBoot());
        assertTrue(
                machine.diagnosis().findings().unknown().containsKey("wifi-profile-deleted"),
                "nobody knows what an earlier boot had to say");
    }

    @Test
    void whatHappenedBeforeThisBootIsNoEvidenceOfAState() {
        String off = "Bring WiFi down";
        String down = ETH0.replace("eth0", "wlan0").replace("\"UP\",\"LOWER_UP\"", "\"MULTICAST\"");
        Texts machine =
                units(eth0(), NM)
                        .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                        .output(IpAddress.COMMAND, "[" + down + ",\"addr_info\":[]}]")
                        .file("/proc/sys/kernel/random/boot_id", "b2")
                        .output(
                                Journal.EVIDENCE,
                                line("b1", "1700000000000000", "btwifiset.service", off));
        assertFalse(TextReport.of(machine.diagnosis(), new Terminal(false)).contains("(OFF)"));
        machine.output(Journal.EVIDENCE, line("b2", "1700000000000000", "btwifiset.service", off));
        assertTrue(TextReport.of(machine.diagnosis(), new Terminal(false)).contains("(OFF)"));
    }

    private static List<String> remedy(Texts machine, String code) {
        return machine.diagnosis().findings().found().stream()
                .filter(f -> f.row().code().equals(code))
                .findFirst()
                .orElseThrow()
                .hit()
                .remedy();
    }

    @Test
    void aMaskInRunIsTakenAwayInRun() {
        Texts machine =
                units(eth0(), unit("NetworkManager.service", "inactive", "masked-runtime"))
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]");
        assertEquals(
                "sudo systemctl unmask --runtime NetworkManager",
                remedy(machine, "networkmanager-masked").get(0));
    }

    @Test
    void aProfileThatWaitsForAHandIsNamedAndToldToConnect() {
        Texts machine =
                units(eth0(), NM)
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]")
                        .profile(
                                "x.nmconnection",
                                "[connection]",
                                "id=By hand",
                                "uuid=u-1",
                                "type=ethernet",
                                "autoconnect=false");
        nmcli(machine, device("eth0", "IP4.GATEWAY:"));
        Answer boot = machine.afterBoot("eth0");
        assertTrue(boot.isNo(), boot.toString());
        assertTrue(
                boot.why().contains("\"By hand\" does not come up by itself: autoconnect=false"),
                boot.toString());
        assertEquals(
                List.of("sudo nmcli connection modify id 'By hand' connection.autoconnect yes"),
                remedy(machine, "lost-at-next-boot"));
    }

    @Test
    void aGatewayThatNobodyAskedIsNotSilent() {
        Texts machine =
                units(eth0(), NM)
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]")
                        .output(
                                Route.COMMAND,
                                "[{\"dst\":\"default\",\"gateway\":\"10.9.0.1\",\"dev\":\"eth0\"}]");
        String report = TextReport.of(machine.diagnosis(), new Terminal(false));
        assertTrue(report.contains("10.9.0.2/24, gateway 10.9.0.1\n"), report);
    }

    @Test
    void whetherTheAutomaticProfileWasDeletedMayBeUnknown() {
        Texts machine =
                units(eth0(), NM)
                        .output(IpAddress.COMMAND, "[" + ETH0 + address("10.9.0.2") + "]")
                        .unreadable("/var/lib/NetworkManager/no-auto-default.state");
        assertTrue(
                machine.diagnosis().findings().unknown().containsKey("wired-auto-profile-deleted"));
        machine.profile("x.nmconnection", "[connection]", "id=x", "type=ethernet");
        assertFalse(
                machine.diagnosis().findings().unknown().containsKey("wired-auto-profile-deleted"));
    }
}
