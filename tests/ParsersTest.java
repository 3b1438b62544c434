package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;
import java.util.Set;

class ParsersTest {

    private static Link link(String name, Link.Kind kind, String mac) {
        return new Link(
                2,
                name,
                kind,
                mac,
                Set.of("UP"),
                "UP",
                Optional.of(true),
                "",
                "",
                List.of(),
                new Link.Hardware("", kind == Link.Kind.WIFI ? "brcmfmac" : "bcmgenet", "", ""));
    }

    private static final Link ETH0 = link("eth0", Link.Kind.WIRED, "dc:a6:32:01:02:03");
    private static final Link WLAN0 = link("wlan0", Link.Kind.WIFI, "dc:a6:32:01:02:04");

    @Test
    void nmcliFieldsAreUnescaped() {
        assertEquals(
                List.of("eth0", "DC:A6:32:01:02:03", "a\\b", ""),
                Nmcli.fields("eth0:DC\\:A6\\:32\\:01\\:02\\:03:a\\\\b:"));
    }

    /** As ifquery of ifupdown 0.8.41 answers for the same lines. */
    @Test
    void aCommentOfInterfacesDoesNotGoOn() {
        Interfaces all =
                Interfaces.read(
                        Texts.card()
                                .file(
                                        Interfaces.FILE,
                                        "# was: auto eth1 \\",
                                        "auto eth0 \\",
                                        "  wl\\",
                                        "an0",
                                        "iface eth0 inet static",
                                        "  address 10.0.0.1/24",
                                        "# of the router \\",
                                        "  gateway 10.0.0.2"));
        assertTrue(all.atBoot("eth0") && all.atBoot("wlan0"));
        assertEquals("10.0.0.2", all.stanzas().get(0).last("gateway").orElseThrow().value());
        assertEquals(Interfaces.FILE + ":5", all.stanzas().get(0).place());
        assertEquals(8, all.stanzas().get(0).last("gateway").orElseThrow().line());
    }

    /** systemd.syntax(7); NetworkManager's files know no such thing. */
    @Test
    void aLineOfSystemdsGoesOnBehindABackslash() {
        String text =
                "[Network]\n# no \\\nDNS=1.1.1.1 \\\r\n; between \\\n  8.8.8.8\nDHCP=\\\\\n"
                        + "Domains=a \\ \nAddress=10.0.0.5/24 \\\n\nGateway=10.0.0.1 \\";
        assertEquals(
                List.of(
                        "3 DNS=1.1.1.1  8.8.8.8",
                        "6 DHCP=\\\\",
                        "7 Domains=a \\",
                        "8 Address=10.0.0.5/24",
                        "10 Gateway=10.0.0.1"),
                IniFile.parse("/x.network", text).entries().stream()
                        .map(e -> e.line() + " " + e.key() + "=" + e.value())
                        .toList());
        assertEquals(
                "1.1.1.1 \\",
                IniFile.keyfile("/x", "[a]\nb=1.1.1.1 \\\nc=2\n").value("a", "b", ""));
    }

    /** Found by ./jbang fuzz: what ends a line for a pattern ends none for nmcli. */
    @Test
    void aLineSeparatorInADevicesStateIsNoDigit() {
        for (String odd : List.of("\r", "\u0085", "\u2028")) {
            Reading<List<Nmcli.Device>> devices =
                    Nmcli.devices(
                            "GENERAL.DEVICE:eth0\nGENERAL.STATE:100" + odd + " (connected)\n");
            assertEquals(100, devices.value().orElseThrow().get(0).state());
        }
    }

    /** What is shown to be typed names what it is meant to name, whatever bytes are in the name. */
    @Test
    void aNameWithControlCharactersIsQuotedAsBashReadsIt() {
        assertEquals("'My Home'", Command.quoted("My Home"));
        String hostile = "My\u001b[31m\\'\u202eX";
        assertEquals("$'My\\x1b[31m\\\\\\'\\U0000202eX'", Command.quoted(hostile));
        assertEquals(
                Command.quoted(hostile), Terminal.safe(Command.quoted(hostile)), "as it is typed");
    }

    @Test
    void nmcliInAnotherVersionIsUnknownAndNotWrong() {
        assertTrue(Nmcli.general("running:1.52.1:connected").whyUnknown().isPresent());
        assertTrue(Nmcli.connections("a:b:c\n").whyUnknown().isPresent());
        assertTrue(Nmcli.devices("was anderes\n").whyUnknown().isPresent());
        assertTrue(IpAddress.parse("Ein Fehler").whyUnknown().isPresent());
        assertTrue(IpAddress.parse("[{}]").whyUnknown().isPresent());
        assertTrue(IpAddress.parse("[]").value().orElseThrow().isEmpty());
        assertTrue(Rfkill.parse("ID TYPE\n0 wlan\n").whyUnknown().isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "'*',true,true",
        "type:ethernet,true,false",
        "'type:wifi',false,true",
        "'interface-name:eth*',true,false",
        "'interface-name:=eth0',true,false",
        "'interface-name:=eth*',false,false",
        "'DC:A6:32:01:02:03',true,false",
        "'mac:dc:a6:32:01:02:04',false,true",
        "'except:interface-name:wlan0',true,false",
        "'*,except:type:wifi',true,false",
        "'interface-name:usb0;interface-name:wlan[0-3]',false,false",
        "'interface-name:usb0;interface-name:wlan?',false,true",
        "'driver:brcmfmac',false,true",
        "'driver:brcmfmac/*',false,true",
        "'interface-name:eth0 wlan0',false,false",
        "'except:eth0',true,true",
        "'type:ethernet , type:wifi',true,true",
        "'',false,false",
        "'wlan0',false,true",
    })
    void deviceListsAsNetworkManagerReadsThem(String spec, boolean eth0, boolean wlan0) {
        assertEquals(Optional.of(eth0), DeviceSpec.matches(spec == null ? "" : spec, ETH0));
        assertEquals(Optional.of(wlan0), DeviceSpec.matches(spec == null ? "" : spec, WLAN0));
    }

    @Test
    void keyfileEscapes() {
        assertEquals(" a\\b;c", Profile.ssid("\\sa\\\\b\\;c"));
        assertEquals("H\u00c3(", Profile.ssid("72;195;131;40;"));
        assertEquals("\\x48\\xc3\\x28", Profile.ssid("72;195;40;"));
        assertEquals("999;1;", Profile.ssid("999;1;"));
    }

    @Test
    void aProfileSaysWhyItIsNotRead() {
        String text = "[connection]\nid=x\ntype=wifi\n\n[wifi]\nssid=x\n";
        FileStat open = new FileStat(FileStat.Kind.FILE, 0644, 0, 0, 10, "");
        FileStat pi = new FileStat(FileStat.Kind.FILE, 0600, 1000, 1000, 10, "");
        FileStat right = new FileStat(FileStat.Kind.FILE, 0600, 0, 0, 10, "");
        String file = "/etc/NetworkManager/system-connections/x.nmconnection";
        assertEquals(
                "mode is 0644, NetworkManager wants 0600",
                Profile.parse(file, text, Optional.of(open)).refusal().orElseThrow().why());
        assertEquals(
                "owner is uid 1000, NetworkManager wants root",
                Profile.parse(file, text, Optional.of(pi)).refusal().orElseThrow().why());
        Profile good = Profile.parse(file, text, Optional.of(right));
        assertEquals(Optional.empty(), good.refusal());
        assertTrue(good.autoconnectsOn(WLAN0));
        assertFalse(good.autoconnectsOn(ETH0));
    }

    @Test
    void anAccessPointsProfileDoesNotMakeThePiReachable() {
        String text = "[connection]\nid=x\ntype=wifi\n\n[wifi]\nssid=x\nmode=ap\n";
        assertFalse(Profile.parse("/etc/x", text, Optional.empty()).autoconnectsOn(WLAN0));
    }

    @Test
    void auditLinesWithQuotesInTheName() {
        String message =
                "<info>  [1700000000.1] audit: op=\\\"connection-delete\\\" uuid=\\\"u-1\\\""
                        + " name=\\\"My \\\"Net\\\" op\\\" pid=7 uid=0 result=\\\"success\\\"";
        Journal journal =
                new Journal(
                        Journal.parse(
                                "{\"MESSAGE\":\""
                                        + message
                                        + "\",\"__REALTIME_TIMESTAMP\":\"1700000000000000\"}"),
                        Reading.known(1),
                        "",
                        "");
        Journal.Audit audit = journal.audits().get(0);
        assertEquals("connection-delete", audit.op());
        assertEquals("u-1", audit.uuid());
        assertEquals(7, audit.pid());
        assertEquals(0, audit.uid());
        assertTrue(audit.success());
        assertEquals("My \"Net\" op", audit.name());
    }

    @Test
    void aJournalLineThatIsNoTextAndOneThatIsCut() {
        List<Journal.Line> lines =
                Journal.parse("{\"MESSAGE\":[72,105,27],\"_PID\":\"1\"}\n{\"MESSAGE\":\"cut of");
        assertEquals(1, lines.size());
        assertEquals("Hi\u001b", lines.get(0).message());
    }

    @Test
    void psLines() {
        List<Processes.Process> all =
                Processes.parse(
                        "    512       1 0::/system.slice/wpa_supplicant.service           "
                                + " /sbin/wpa_supplicant -u -s -O DIR=/run/wpa_supplicant"
                                + " GROUP=netdev\n"
                                + "    900       1 0::/user.slice/user-0.slice/session-1.scope  "
                                + " wpa_supplicant -B -iwlan0 -c"
                                + " /etc/wpa_supplicant/wpa_supplicant.conf\n");
        assertEquals("wpa_supplicant.service", all.get(0).unit());
        assertEquals("wpa_supplicant", all.get(0).program());
        assertTrue(all.get(0).has("-u"));
        assertEquals(Optional.of("wlan0"), all.get(1).option("-i"));
        assertEquals("session-1.scope", all.get(1).unit());
    }

    @Test
    void enabledNetworksOfAWpaSupplicantConf() {
        assertEquals(
                List.of("Home", "486964"),
                WpaSupplicantConf.enabledNetworks(
                        "country=DE\n"
                                + "network={\n"
                                + "\tssid=\"Home\"\n"
                                + "\tpsk=\"x\"\n"
                                + "}\n"
                                + "network = {\n"
                                + " ssid=486964\n"
                                + "}\n"
                                + "network={\n"
                                + " ssid=\"Off\"\n"
                                + " disabled=1\n"
                                + "}\n"));
    }

    @Test
    void keysNameTheirLine() {
        IniFile ini = IniFile.parse("/etc/x.conf", "# c\n[main]\n\nno-auto-default=*\noops\n");
        assertEquals("/etc/x.conf:4", ini.last("main", "no-auto-default").get().place());
        assertEquals(1, ini.faults().size());
        assertEquals("/etc/x.conf:5", ini.faults().get(0).place());
    }

    @Test
    void aFaultyLineIsNotRepeated() {
        IniFile ini = IniFile.parse("/etc/x.nmconnection", "[wifi-security]\npsk hunter2\n");
        assertEquals(
                "[/etc/x.nmconnection:2: neither a [section] nor a key=value line]",
                ini.faults().toString());
    }

    @Test
    void aLongListOfNumbersIsNoSsid() {
        String list = "1;".repeat(100_000);
        assertEquals(list, Profile.ssid(list).replace("\\;", ";"));
    }

    @Test
    void onlyAnAnswerIsAnAnswer() {
        assertTrue(new Neighbour("192.168.1.1", "eth0", "", List.of("REACHABLE")).answers());
        assertFalse(new Neighbour("192.168.1.1", "eth0", "", List.of("DELAY")).answers());
        assertFalse(new Neighbour("192.168.1.1", "eth0", "", List.of("STALE")).answers());
    }
}
