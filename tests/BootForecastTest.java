package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies on a card, and what it comes to at the next boot. */
class BootForecastTest {

    private static final String UUID = "0bd6d7c8-9e0f-4a1b-8c2d-3e4f5a6b7c8d";

    private static Texts card() {
        return Texts.card().networkManager();
    }

    private static void is(Answer.Kind kind, String words, Answer answer) {
        assertEquals(kind, answer.kind(), answer.toString());
        assertTrue(answer.why().contains(words), answer.toString());
    }

    private static String[] wifi(String... more) {
        String[] head = {
            "[connection]", "id=Home", "uuid=" + UUID, "type=wifi", "[wifi]", "ssid=Home"
        };
        String[] all = new String[head.length + more.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(more, 0, all, head.length, more.length);
        return all;
    }

    @Test
    void anEmptyCardHasTheAutomaticWiredProfile() {
        is(Answer.Kind.YES, "automatic profile", card().afterBoot("eth0"));
        is(Answer.Kind.NO, "no saved Wi-Fi profile", card().afterBoot("wlan0"));
    }

    @Test
    void theManagersNotesInTheProfilesFolderAreNoProfiles() {
        Texts card =
                card().profile("Home.nmconnection", wifi())
                        .profile(
                                "11111111-2222-3333-4444-555555555555.nmmeta",
                                "[nmmeta]",
                                "uuid=11111111-2222-3333-4444-555555555555",
                                "shadowed-storage=/usr/lib/x.nmconnection");
        is(Answer.Kind.YES, "\"Home\"", card.afterBoot("wlan0"));
    }

    @Test
    void aTombstoneHidesTheProfileThatCannotBeDeleted() {
        String folder = "/NetworkManager/system-connections/";
        Texts vendor = card().file("/usr/lib" + folder + "Home.nmconnection", wifi());
        is(Answer.Kind.YES, "\"Home\"", vendor.afterBoot("wlan0"));
        vendor.link("/etc" + folder + UUID + ".nmmeta", "/dev/null");
        is(Answer.Kind.NO, "no saved Wi-Fi profile", vendor.afterBoot("wlan0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[wifi-security]|key-mgmt=wpa-psk|psk-flags=1",
                "[wifi-security]|key-mgmt=wpa-psk|psk=x|psk-flags=2",
                "[wifi-security]|key-mgmt=sae",
                "[wifi-security]|key-mgmt=wpa-eap|[802-1x]|eap=peap;|identity=x",
                "[connection]|permissions=user:pi:;",
            })
    void aProfileThatWaitsForAPersonDoesNotComeUpAtBoot(String lines) {
        is(
                Answer.Kind.NO,
                "does not come up by itself",
                card().profile("Home.nmconnection", wifi(lines.split("\\|"))).afterBoot("wlan0"));
    }

    @Test
    void aSecretThatIsStoredOrNotNeededIsNoReason() {
        Texts card =
                card().profile(
                                "Home.nmconnection",
                                wifi(
                                        "[wifi-security]",
                                        "key-mgmt=wpa-psk",
                                        "psk=x",
                                        "psk-flags=0",
                                        "leap-password-flags=4"));
        is(Answer.Kind.YES, "\"Home\"", card.afterBoot("wlan0"));
    }

    @Test
    void whoseMacItIsACardDoesNotTell() {
        Texts card =
                card().profile("w.nmconnection", wifi("mac-address=DC:A6:32:01:02:04"))
                        .profile(
                                "e.nmconnection",
                                "[connection]",
                                "id=Wired",
                                "type=ethernet",
                                "[ethernet]",
                                "mac-address=DC:A6:32:01:02:03");
        is(Answer.Kind.UNKNOWN, "MAC address", card.afterBoot("wlan0"));
        is(Answer.Kind.UNKNOWN, "\"Wired\"", card.afterBoot("eth0"));
        is(
                Answer.Kind.UNKNOWN,
                "no-auto-default",
                card().file(
                                "/etc/NetworkManager/conf.d/x.conf",
                                "[main]",
                                "no-auto-default=mac:dc:a6:32:01:02:03")
                        .afterBoot("eth0"));
    }

    @Test
    void onlyAProfileThatFitsRulesOutTheAutomaticOne() {
        String[] other = {
            "[connection]", "id=USB", "type=ethernet", "interface-name=usb0", "autoconnect=false"
        };
        is(
                Answer.Kind.YES,
                "automatic profile",
                card().profile("usb.nmconnection", other).afterBoot("eth0"));
        other[3] = "interface-name=eth0";
        is(
                Answer.Kind.NO,
                "usb.nmconnection",
                card().profile("usb.nmconnection", other).afterBoot("eth0"));
        is(
                Answer.Kind.NO,
                "off.nmconnection",
                card().profile(
                                "off.nmconnection",
                                "[connection]",
                                "type=ethernet",
                                "[ipv4]",
                                "method=disabled",
                                "[ipv6]",
                                "method=disabled")
                        .afterBoot("eth0"));
    }

    @Test
    void aPortIsCarriedByItsBridge() {
        Texts card =
                card().profile(
                                "port.nmconnection",
                                "[connection]",
                                "id=port",
                                "type=ethernet",
                                "interface-name=eth0",
                                "controller=br0",
                                "port-type=bridge");
        is(Answer.Kind.NO, "port.nmconnection", card.afterBoot("eth0"));
        card.profile(
                "br0.nmconnection", "[connection]", "id=br0", "type=bridge", "interface-name=br0");
        is(Answer.Kind.YES, "\"port\"", card.afterBoot("eth0"));
    }

    @Test
    void aRadioThatWasBlockedStaysSo() {
        String file = "/var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan";
        Texts card = card().profile("Home.nmconnection", wifi()).file(file, "1");
        is(Answer.Kind.NO, file, card.afterBoot("wlan0"));
        is(
                Answer.Kind.UNKNOWN,
                "which one",
                card.file("/var/lib/systemd/rfkill/pci-0:wlan", "0").afterBoot("wlan0"));
        card.file(file, "0").file("/var/lib/systemd/rfkill/platform-x:bluetooth", "1");
        is(Answer.Kind.YES, "\"Home\"", card.afterBoot("wlan0"));
    }

    private static Texts netplan(String renderer) {
        return card().file("/lib/systemd/system-generators/netplan", "")
                .file("/usr/lib/systemd/system/systemd-networkd.service", "[Unit]")
                .file(
                        "/etc/netplan/50-x.yaml",
                        "network:",
                        "  version: 2",
                        "  ethernets:",
                        "    eth0: {dhcp4: yes}",
                        "  wifis:",
                        "    wlan0:",
                        "      dhcp4: true",
                        "      access-points: {\"My Home Net\": {password: \"x\"}}")
                .file("/lib/netplan/00-all.yaml", "network:", "  renderer: " + renderer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NetworkManager", "networkd"})
    void netplanMakesItsProfilesAtBoot(String renderer) {
        is(Answer.Kind.YES, "netplan's \"wlan0\"", netplan(renderer).afterBoot("wlan0"));
        Texts own =
                netplan(renderer)
                        .file("/etc/NetworkManager/conf.d/x.conf", "[main]", "no-auto-default=*");
        is(Answer.Kind.YES, "netplan's \"eth0\"", own.afterBoot("eth0"));
    }

    @Test
    void aYamlThatNamesAnotherInterfaceBringsNothing() {
        Texts card =
                card().file("/lib/systemd/system-generators/netplan", "")
                        .file(
                                "/etc/netplan/50-x.yaml",
                                "network:",
                                "  renderer: NetworkManager",
                                "  wifis:",
                                "    wlan1:",
                                "      dhcp4: true",
                                "      access-points: {\"My Home Net\": {}}");
        is(Answer.Kind.NO, "no saved Wi-Fi profile", card.afterBoot("wlan0"));
    }

    @Test
    void aYamlThatCannotBeReadIsUnknown() {
        is(
                Answer.Kind.UNKNOWN,
                "50-x.yaml:2: not YAML",
                netplan("NetworkManager")
                        .file("/etc/netplan/50-x.yaml", "network: {", "\tx")
                        .afterBoot("wlan0"));
        is(
                Answer.Kind.UNKNOWN,
                "not allowed",
                netplan("NetworkManager").unreadable("/etc/netplan/50-x.yaml").afterBoot("wlan0"));
    }

    @Test
    void withoutNetplanItsFilesAreText() {
        Texts card =
                card().file(
                                "/etc/netplan/50-x.yaml",
                                "network:",
                                "  renderer: NetworkManager",
                                "  wifis: {wlan0: {dhcp4: true, access-points: {Home: {}}}}");
        is(Answer.Kind.NO, "no saved Wi-Fi profile", card.afterBoot("wlan0"));
    }

    private static Texts ifupdown(String... more) {
        return Texts.card()
                .file("/lib/systemd/system/networking.service", "[Unit]")
                .link("/etc/systemd/system/multi-user.target.wants/networking.service", "x")
                .file(
                        "/etc/network/interfaces",
                        "allow-hotplug wlan0\niface wlan0 inet dhcp\n" + String.join("\n", more));
    }

    @Test
    void aWifiStanzaWithoutANetworkJoinsNone() {
        is(Answer.Kind.NO, "names no Wi-Fi network", ifupdown().afterBoot("wlan0"));
        is(Answer.Kind.YES, "ifupdown", ifupdown("    wpa-ssid My Home Net").afterBoot("wlan0"));
        is(
                Answer.Kind.UNKNOWN,
                "not allowed",
                ifupdown().unreadable("/etc/network/interfaces").afterBoot("wlan0"));
    }

    @Test
    void aStateFileThatMayNotBeReadIsUnknown() {
        Texts card = card().unreadable("/var/lib/NetworkManager/NetworkManager.state");
        is(Answer.Kind.UNKNOWN, "not allowed", card.afterBoot("eth0"));
        assertEquals(ExitCode.UNKNOWN, card.diagnosis().exitCode());
        is(
                Answer.Kind.UNKNOWN,
                "not allowed",
                card().unreadable("/var/lib/NetworkManager/no-auto-default.state")
                        .afterBoot("eth0"));
        is(
                Answer.Kind.UNKNOWN,
                "not allowed",
                card().unreadable("/etc/NetworkManager/system-connections/x.nmconnection")
                        .afterBoot("wlan0"));
    }

    /** A mounted card tells neither MACs nor drivers, and networkd asks for either. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "MACAddress=dc:a6:32:01:02:03",
                "PermanentMACAddress=dc:a6:32:01:02:03",
                "Driver=bcmgenet",
                "Path=platform-fd580000.ethernet",
            })
    void whatNetworkdMatchesByMayBeUnknown(String match) {
        Texts card =
                Texts.card()
                        .file("/usr/lib/systemd/system/systemd-networkd.service", "[Unit]")
                        .link(
                                "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service",
                                "/usr/lib/systemd/system/systemd-networkd.service")
                        .file(
                                "/etc/systemd/network/10-x.network",
                                "[Match]",
                                match,
                                "[Network]",
                                "DHCP=yes");
        is(Answer.Kind.UNKNOWN, "10-x.network", card.afterBoot("eth0"));
        card.file(
                "/etc/systemd/network/10-x.network",
                "[Match]",
                "Name=usb0",
                match,
                "[Network]",
                "DHCP=yes");
        is(Answer.Kind.NO, "no .network file", card.afterBoot("eth0"));
    }

    @Test
    void aRemedyForThePiIsNotTypedBesideItsCard() {
        Texts card =
                card().file(
                                "/var/lib/NetworkManager/NetworkManager.state",
                                "[main]",
                                "NetworkingEnabled=false");
        String report = TextReport.of(card.diagnosis(), new Terminal(false));
        assertTrue(report.contains("on the running Pi: sudo nmcli networking on"), report);
    }
}
