package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What the sources of a watch say, in words. */
class WatchEventsTest {

    /**
     * Verbatim of ip -o monitor (iproute2 6.1) while a pair of interfaces got an address and a
     * route, lost its carrier, was renamed and removed.
     */
    @Test
    void whatTheKernelSays() {
        Snapshot empty = Look.at(Texts.live().output(IpAddress.COMMAND, "[]"), Progress.silent());
        KernelEvents events = new KernelEvents(empty);
        List<String> said =
                Checkout.read(Path.of("tests/streams/ip-monitor.txt"))
                        .lines()
                        .map(line -> events.event(0, line))
                        .flatMap(Optional::stream)
                        .map(WatchEvent::shown)
                        .toList();
        assertEquals(
                List.of(
                        "interface 3 has the address 192.0.2.7/24",
                        "v0 is new",
                        "v1 is new",
                        "v0 has a carrier (cable in, or associated)",
                        "v0 has a default route via 192.0.2.1",
                        "v0 has the address 2001:db8::7/64",
                        "the gateway 192.0.2.1 on v0 does not answer",
                        "v1 was switched off (it is down)",
                        "v0 lost its carrier (cable out, or no access point)",
                        "v1 was switched on",
                        "v0 has a carrier (cable in, or associated)",
                        "v0 was switched off (it is down)",
                        "v0 lost its address 2001:db8::7/64",
                        "v1 lost its carrier (cable out, or no access point)",
                        "v0 is called w0 now",
                        "w0 has the address 192.0.2.7/24",
                        "w0 was switched on",
                        "v1 has a carrier (cable in, or associated)",
                        "w0 lost its address 192.0.2.7/24",
                        "w0 was switched off (it is down)",
                        "v1 was switched off (it is down)",
                        "w0 was removed",
                        "v1 was removed"),
                said);
    }

    /** Torn, swapped and doubled lines of the same monitor and of a journal: words or nothing. */
    @Test
    void whatIsDamagedIsNoFault() {
        Snapshot empty = Look.at(Texts.live().output(IpAddress.COMMAND, "[]"), Progress.silent());
        KernelEvents kernel = new KernelEvents(empty);
        DaemonEvents daemons = new DaemonEvents(pid -> "");
        List<String> lines =
                new ArrayList<>(
                        Checkout.read(Path.of("tests/streams/ip-monitor.txt")).lines().toList());
        lines.add("My Home Net: connection profile removed");
        lines.add("2026-11-22 18:40:02,123456+00:00: idx 0 type 1 op 2 soft 1 hard 0");
        lines.add(journal("btwifiset.service", "x", 6, "registering SSID ['', 'DISCONN']"));
        lines.add(journal("NetworkManager.service", "x", 6, "audit: op=\"a\" pid=1 uid=0"));
        Random random = new Random(20261122);
        for (int i = 0; i < 20_000; i++) {
            String one = lines.get(random.nextInt(lines.size()));
            String other = lines.get(random.nextInt(lines.size()));
            int cut = random.nextInt(one.length() + 1);
            int from = random.nextInt(other.length() + 1);
            int to = from + random.nextInt(other.length() - from + 1);
            String line = one.substring(0, cut) + other.substring(from, to) + one.substring(cut);
            kernel.event(i, line);
            daemons.journal(i, line);
            DaemonEvents.networkManager(i, line);
            DaemonEvents.radio(i, line);
        }
        assertEquals(
                "eth9 is new",
                kernel.event(0, "[LINK]77: eth9: <UP,UP,,LOWER_UP> mtu").orElseThrow().text());
    }

    private static String journal(String unit, String identifier, int priority, String message) {
        return "{\"_SYSTEMD_UNIT\":\""
                + unit
                + "\",\"SYSLOG_IDENTIFIER\":\""
                + identifier
                + "\",\"PRIORITY\":\""
                + priority
                + "\",\"_PID\":\"355\",\"MESSAGE\":\""
                + message.replace("\"", "\\\"")
                + "\"}";
    }

    private static String said(DaemonEvents events, String line) {
        return events.journal(0, line).map(WatchEvent::shown).orElse("");
    }

    @Test
    void whoDisconnectedIsToldWithWhatThePhoneAsked() {
        DaemonEvents events =
                new DaemonEvents(pid -> pid == 689 ? "nmcli in btwifiset.service" : "");
        assertEquals(
                "btwifiset: the phone asks to disconnect Wi-Fi (DISCONN)",
                said(
                        events,
                        journal(
                                "btwifiset.service",
                                "btwifiset.py",
                                6,
                                ".register_SSID - received from iphone: registering SSID ['',"
                                        + " 'DISCONN']")));
        assertEquals(
                "wlan0 was disconnected by hand (nmcli in btwifiset.service, process 689; just"
                        + " after btwifiset said: the phone asks to disconnect Wi-Fi (DISCONN))",
                said(
                        events,
                        journal(
                                "NetworkManager.service",
                                "NetworkManager",
                                6,
                                "<info>  [1795347810.0653] audit: op=\"device-disconnect\""
                                        + " interface=\"wlan0\" ifindex=4 pid=689 uid=0"
                                        + " result=\"success\"")));
    }

    /** Python shows a text with an apostrophe in double quotes, and one with both with a \\. */
    @Test
    void thePhoneAsksToDeleteAnyName() {
        Map<String, String> names =
                Map.of(
                        "'DEL-Home'", "Home",
                        "\\\"DEL-Bob's\\\"", "Bob's",
                        "'DEL-Bob\\\\'s \\\"Net\\\"'", "Bob's \"Net\"");
        names.forEach(
                (shown, name) -> {
                    DaemonEvents events =
                            new DaemonEvents(pid -> "nmcli in btwifiset-stable.service");
                    String line =
                            "{\"_SYSTEMD_UNIT\":\"btwifiset-stable.service\",\"SYSLOG_IDENTIFIER\":\"x\",\"PRIORITY\":\"6\",\"_PID\":\"355\",\"MESSAGE\":\".register_SSID"
                                + " - received from iphone: registering SSID ['', "
                                    + shown
                                    + "]\"}";
                    assertEquals(
                            "btwifiset: the phone asks to delete \"" + name + "\"",
                            said(events, line));
                    String who = events.journal(1, deleted(name.replace("\"", "'"))).get().who();
                    assertTrue(MonitorService.onPurpose(who, false), who);
                });
    }

    /** A network in sight may be called anything. */
    @Test
    void whatALineOnlyMentionsThePhoneHasNotAsked() {
        String asks = "registering SSID ['', 'DEL-X']";
        for (String line :
                List.of(
                        ".get_list - Info_AP [{'ssid': \"" + asks + "\", 'signal': 3}]",
                        ".request_connection - requesting connection with ssid:" + asks,
                        ".register_SSID - received from iphone: " + asks)) {
            DaemonEvents events = new DaemonEvents(pid -> "nmcli in btwifiset.service");
            said(events, journal("btwifiset.service", "x", 6, line));
            String who = events.journal(1, deleted("X")).orElseThrow().who();
            assertEquals(line.contains("received from"), MonitorService.onPurpose(who, false), who);
        }
    }

    private static String deleted(String name) {
        return journal(
                "NetworkManager.service",
                "NetworkManager",
                6,
                "<info>  [1.1] audit: op=\"connection-delete\" uuid=\"u\" name=\""
                        + name
                        + "\" pid=7 uid=0 result=\"success\"");
    }

    /** What btwifiset says at that moment proves nothing; its process or its line about it does. */
    @Test
    void btwifisetIsBlamedOnEvidenceAlone() {
        for (String process :
                List.of("", "nmcli in btwifiset.service", "nmcli in session-3.scope")) {
            DaemonEvents events = new DaemonEvents(pid -> process);
            said(
                    events,
                    journal(
                            "btwifiset.service",
                            "x",
                            6,
                            "known network Home in conflict - delete"));
            said(events, journal("btwifiset.service", "x", 6, "registering SSID ['', 'AP2s']"));
            String scans = "the phone asks for the networks in sight: it scans";
            String about = "known network Home in conflict - delete";
            String who = events.journal(1, deleted("Cafe")).orElseThrow().who();
            String whoHome = events.journal(2, deleted("Home")).orElseThrow().who();
            switch (process) {
                case "" -> {
                    assertEquals(
                            "process 7 of root; at the same time btwifiset said: " + scans, who);
                    assertFalse(DaemonEvents.byBtwifiset(who));
                    assertEquals("process 7 of root; just after btwifiset said: " + about, whoHome);
                }
                case "nmcli in btwifiset.service" -> {
                    assertEquals(process + ", process 7; just after btwifiset said: " + scans, who);
                    assertTrue(whoHome.endsWith(about), whoHome);
                }
                default -> assertEquals(process + ", process 7", whoHome);
            }
            assertEquals(
                    process.isEmpty() || process.contains("btw"),
                    DaemonEvents.byBtwifiset(whoHome));
        }
    }

    @Test
    void aPasswordInTheJournalIsNotRepeated() {
        String said =
                said(
                        new DaemonEvents(pid -> ""),
                        journal(
                                "btwifiset.service",
                                "btwifiset.py",
                                6,
                                ".register_SSID - received from iphone: registering SSID ['Home',"
                                        + " 'correct horse']"));
        assertEquals("btwifiset: the phone asks to connect to \"Home\"", said);
        assertFalse(said.contains("correct"));
    }

    @Test
    void aDaemonsChatterIsNoEventAndItsWarningIsOne() {
        DaemonEvents events = new DaemonEvents(pid -> "");
        assertEquals(
                "",
                said(
                        events,
                        journal(
                                "NetworkManager.service",
                                "NetworkManager",
                                6,
                                "<info>  [1795347810.0653] dhcp4 (eth0): state changed new"
                                        + " lease")));
        assertEquals(
                "NetworkManager.service[355]: <warn>  [1795347810.0653] device (wlan0): link timed"
                        + " out.",
                said(
                        events,
                        journal(
                                "NetworkManager.service",
                                "NetworkManager",
                                4,
                                "<warn>  [1795347810.0653] device (wlan0): link timed out.")));
        assertEquals(Optional.empty(), events.journal(0, "Failed to get boot id"));
    }

    /** The lines' forms are those of nmcli 1.42.4 and of rfkill of util-linux 2.38. */
    @Test
    void whatNetworkManagerAndTheRadioSay() {
        WatchEvent removed =
                DaemonEvents.networkManager(0, "a: b: connection profile removed").orElseThrow();
        assertEquals("NetworkManager: the profile \"a: b\" was removed", removed.text());
        assertEquals(new Thing(Thing.Aspect.PROFILE, "a: b", ""), removed.thing().orElseThrow());
        WatchEvent device =
                DaemonEvents.networkManager(0, "wlan0: using connection 'Home'").orElseThrow();
        assertEquals("wlan0", device.subject());
        assertEquals(
                "the Wi-Fi radio 0 was blocked",
                DaemonEvents.radio(
                                0,
                                "2026-11-22 18:40:02,123456+00:00: idx 0 type 1 op 2 soft 1 hard 0")
                        .orElseThrow()
                        .text());
        assertEquals(
                Optional.empty(),
                DaemonEvents.radio(
                        0, "2026-11-22 18:40:02,123456+00:00: idx 1 type 2 op 2 soft 1 hard 0"));
    }
}
