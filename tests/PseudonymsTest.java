package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is printed and kept with --anonymous: whose it is nobody can tell, what is wrong all can.
 */
class PseudonymsTest {

    private static Pseudonyms names() {
        return new Pseudonyms("0123456789abcdef0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "link/ether dc:a6:32:01:02:03 brd",
                "GENERAL.HWADDR:DC:A6:32:01:02:03",
                "*:70:WPA2:DC\\:A6\\:32\\:01\\:02\\:03:Cafe",
                "\"bssid\":\"dc:a6:32:01:02:03\"",
                "dhcp_client_identifier = 01:dc:a6:32:01:02:03",
                "DC-A6-32-01-02-03",
                "iaid dca632010203 end",
                "/sys/class/net/enxdca632010203/carrier",
            })
    void aMacIsAnotherOne(String text) {
        Pseudonyms names = names();
        names.learn("dc:a6:32:01:02:03");
        String other = names.of(text);
        assertFalse(other.toLowerCase().matches(".*32.?.?01.?.?02.?.?03.*"), other);
        assertEquals(text.length(), other.length(), other);
        assertEquals(other, names.of(other), "a second time changes nothing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff:ff:ff:ff:ff:ff",
                "33:33:00:00:00:01",
                "at 18:40:02 and 18:40:33",
                "192.168.50.196/24 via 10.0.0.1, 172.16.3.4, 100.100.100.100, 169.254.1.1",
                "8.8.8.8",
                "::1/128 and fe80::1",
                "version 1.42.4, 252.39-1~deb12u1",
                "74b3df5b-4552-4ae9-a241-0325255c3f14",
            })
    void whatTellsNothingStays(String text) {
        assertEquals(text, names().of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "84.113.7.9/24",
                "2a02:8388:1:2:dea6:32ff:fe01:203/64",
                "IP6.ADDRESS[1]:2a02\\:8388\\:1\\:2\\:\\:7/64",
                "fe80::dea6:32ff:fe01:203",
                "ff02::1:ff01:203",
            })
    void anAddressThatTellsSomethingIsAnotherOne(String text) {
        String other = names().of(text);
        assertNotEquals(text, other);
        assertFalse(other.matches(".*(84\\.113|2a02|fe01:203|ff01:203).*"), other);
        assertEquals(other, names().of(text), "the same every time");
    }

    @Test
    void theHostsPartOfAnAddressStaysBesideItsGateways() {
        String other = names().of("84.113.7.9 via 84.113.7.1");
        Matcher m = Pattern.compile("(198\\.1[89]\\.\\d+)\\.9 via (.*)\\.1").matcher(other);
        assertTrue(m.matches() && m.group(1).equals(m.group(2)), other);
    }

    @Test
    void anotherMachineHasOtherNames() {
        String text = "SSID 'Müllers WLAN'";
        List<String> all = new ArrayList<>();
        for (String secret : List.of("one", "other", "one")) {
            Pseudonyms names = new Pseudonyms(secret);
            names.learn(text);
            all.add(names.of(text));
        }
        assertNotEquals(all.get(0), all.get(1));
        assertEquals(all.get(0), all.get(2));
        assertFalse(all.get(0).contains("ller"), all.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"My Home Net", "Cafe", "a;reboot", "Café del Mar", "x'y\"z", "a:b\\c"})
    void aNameIsFoundHoweverItIsWritten(String name) {
        Pseudonyms names = names();
        names.learn("ssid=" + name.replace("\"", ""));
        names.learn("known network " + name + " in conflict");
        StringBuilder bytes = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            bytes.append(b & 0xff).append(';');
        }
        for (String text :
                List.of(
                        name,
                        "\"" + name + "\"",
                        name.replace("\\", "\\\\").replace(":", "\\:") + ":wifi",
                        "ssid=" + bytes,
                        "/etc/x/" + name + ".nmconnection",
                        Terminal.safe(name))) {
            String other = names.of(text);
            assertFalse(other.contains(name), other);
            assertFalse(other.contains("Caf"), other);
            assertTrue(other.contains("network") || other.contains(";"), other);
        }
        String other = names.of(name);
        assertEquals(name.contains(" "), other.contains(" "), other);
        for (String sign : List.of(";", "'", "\"", "\\")) {
            assertEquals(name.contains(sign), other.contains(sign), other);
        }
    }

    @Test
    void aWordOfTheToolsIsNoName() {
        Pseudonyms names = names();
        for (String word : List.of("wifi", "auto", "connected", "NetworkManager", "12345", "ab")) {
            names.learn("known network " + word + " in conflict");
            assertEquals(word, names.of(word));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"enx001122334455", "wlxb827eb010203"})
    void aMacInAnInterfacesNameIsAnotherOne(String name) {
        Pseudonyms names = names();
        String other = names.of("dev " + name + " proto");
        assertFalse(other.contains(name.substring(3)), other);
        assertTrue(other.matches("dev (enx|wlx)0200[0-9a-f]{8} proto"), other);
        assertEquals(other, names.of(other));
        assertEquals("/sys/class/net/" + other.split(" ")[1], names.of("/sys/class/net/" + name));
    }

    /** It is renamed where it can only be a network's; elsewhere it is a number or a word. */
    @ParameterizedTest
    @ValueSource(strings = {"home", "wifi", "12345", "ab"})
    void aNetworkThatIsCalledByACommonWordIsRenamedWhereItIsNamed(String name) {
        Pseudonyms names = names();
        names.learn("ssid=" + name);
        List<String> others = new ArrayList<>();
        for (String text :
                List.of(
                        "[connection]\nid=%\nuuid=1",
                        "\tssid %\n",
                        "\tssid=\"%\"",
                        "GENERAL.CONNECTION:%",
                        "74b3df5b-4552-4ae9-a241-0325255c3f14:802-11-wireless:yes:0:wlan0:yes:/etc/x:%",
                        "*:70:WPA2:DC\\:A6\\:32\\:01\\:02\\:03:%",
                        "/etc/NetworkManager/system-connections/%.nmconnection",
                        "%.nmconnection",
                        "known network % in conflict - delete",
                        "audit: op=\"connection-delete\" uuid=\"u\" name=\"%\" pid=7 uid=0",
                        "NetworkManager: the profile \"%\" was removed",
                        "btwifiset: the phone asks to connect to \"%\"",
                        "%: connection profile removed")) {
            String other = names.of(text.replace("%", name));
            assertFalse(other.matches("(?s).*(?<![0-9a-z])" + name + "(?![0-9a-z]).*"), other);
            Matcher m = Pattern.compile("network-[0-9a-f]{4}").matcher(other);
            assertTrue(m.find(), other);
            others.add(m.group());
        }
        assertEquals(1, others.stream().distinct().count(), others.toString());
        String elsewhere = "GENERAL.TYPE:wifi\nmetric 12345 home ab";
        assertEquals(elsewhere, names.of(elsewhere));
    }

    /** A network that was not there when the watch began, on the line that tells of it. */
    @Test
    void whatIsNewDuringTheWatchIsRenamedOnItsLine() {
        for (String line :
                List.of(
                        "Nachbars Netz: connection profile created",
                        "4711: connection profile created")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
            WatchOnTerminal shown = new WatchOnTerminal(out, true, Optional.of(names()));
            shown.happened(DaemonEvents.networkManager(0, line).orElseThrow(), Instant.EPOCH);
            shown.happened(
                    WatchEvent.of(
                            0,
                            WatchSource.JOURNAL,
                            "btwifiset",
                            "btwifiset: the phone asks to connect to \"Café 2\""),
                    Instant.EPOCH);
            String text = bytes.toString(StandardCharsets.UTF_8);
            assertFalse(text.contains(line.split(":")[0]), text);
            assertFalse(text.contains("Caf"), text);
            assertTrue(text.contains("the profile \"network-"), text);
        }
    }

    private static List<String> captures() {
        return Captures.names();
    }

    /** The same findings, the same answers, and no trace of the names of the lab. */
    @ParameterizedTest
    @MethodSource("captures")
    void aRenamedCaptureSaysTheSame(String name) {
        Capture capture = CaptureFile.load(Captures.file(name));
        Capture renamed = names().of(capture);
        Diagnosis was = Captures.diagnosis(name);
        Diagnosis is = Diagnosis.of(Look.at(new ReplayedMachine(renamed, name), Progress.silent()));
        assertEquals(codes(was), codes(is));
        assertEquals(was.now().kind(), is.now().kind());
        assertEquals(was.afterBoot().kind(), is.afterBoot().kind());
        assertEquals(was.findings().unknown().keySet(), is.findings().unknown().keySet());
        assertEquals(fates(was), fates(is));
        nothingOf(was.snapshot(), CaptureFormat.encode(renamed));
        nothingOf(was.snapshot(), strings(WatchLogs.of(is)));
    }

    private static List<String> codes(Diagnosis d) {
        return d.findings().found().stream().map(f -> f.row().code()).toList();
    }

    private static List<ScanForecast.Fate> fates(Diagnosis d) {
        return ScanForecast.of(d.snapshot()).orElse(List.of()).stream()
                .map(ScanForecast.Fall::fate)
                .toList();
    }

    private static Map<String, byte[]> strings(Map<String, String> texts) {
        Map<String, byte[]> all = new java.util.TreeMap<>();
        texts.forEach((name, text) -> all.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return all;
    }

    private static void nothingOf(Snapshot s, Map<String, byte[]> files) {
        List<String> telling = new ArrayList<>(List.of("My Home Net", "My_Home_Net"));
        if (s.host().name().length() > 2) {
            telling.add(s.host().name());
        }
        s.physical().stream().map(Link::mac).filter(m -> !m.isEmpty()).forEach(telling::add);
        files.forEach(
                (file, content) -> {
                    String text = new String(content, StandardCharsets.UTF_8);
                    for (String one : telling) {
                        assertFalse(text.contains(one), one + " is in " + file);
                        assertFalse(file.contains(one), one + " is in the name " + file);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"My Home Net", "home", "12345"})
    void aRenamedWatchSaysTheSame(String profile) {
        Capture bundle = WatchedPi.named(profile).bundle();
        Aftermath was = aftermath(bundle);
        Capture renamed = names().of(bundle);
        Aftermath is = aftermath(renamed);
        assertEquals(was.exitCode(), is.exitCode());
        assertEquals(was.cause(), is.cause());
        assertEquals(was.observed().lost().size(), is.observed().lost().size());
        assertEquals(was.fresh().size(), is.fresh().size());
        nothingOf(was.observed().before(), CaptureFormat.encode(renamed));
        nothingOf(was.observed().before(), strings(WatchLogs.of(is)));
        String report = WatchReport.of(is, new Terminal(false));
        assertFalse(report.contains("\"" + profile + "\""), report);
        assertFalse(report.contains("network " + profile + " in conflict"), report);
    }

    private static Aftermath aftermath(Capture bundle) {
        return Aftermath.of(new ReplayedMachine(bundle, "Pi").watched().orElseThrow());
    }
}
