package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A watch over a machine of texts that changes while its streams speak. Links are as {@code ip -j}
 * of iproute2 6.1 shows them, the journal's lines are from a Pi in the lab.
 */
class WatchTest {

    private static final Watch.Pace QUICK =
            new Watch.Pace(
                    Duration.ofMillis(5),
                    Duration.ofMillis(50),
                    Duration.ofMillis(10),
                    Duration.ofSeconds(60));

    private static final String NEIGHBOUR =
            "[{\"dst\":\"192.168.50.1\",\"dev\":\"%s\",\"lladdr\":\"02:00:00:00:00:01\","
                    + "\"state\":[\"REACHABLE\"]}]";

    /** A Pi on Ethernet, by the name of its interface, its address and its gateway. */
    private static Texts pi(String name, String address, String gateway) {
        String links =
                "[{\"ifindex\":2,\"ifname\":\""
                        + name
                        + "\",\"flags\":[\"BROADCAST\",\"UP\",\"LOWER_UP\"],\"operstate\":\"UP\","
                        + "\"link_type\":\"ether\",\"address\":\"dc:a6:32:01:02:03\","
                        + "\"addr_info\":["
                        + (address.isEmpty()
                                ? ""
                                : "{\"family\":\"inet\",\"local\":\""
                                        + address
                                        + "\",\"prefixlen\":24,\"scope\":\"global\"}")
                        + "]}]";
        String routes =
                gateway.isEmpty()
                        ? "[]"
                        : "[{\"dst\":\"default\",\"gateway\":\""
                                + gateway
                                + "\",\"dev\":\""
                                + name
                                + "\",\"protocol\":\"dhcp\",\"metric\":100}]";
        return Texts.live()
                .file("/sys/class/net/" + name + "/type", "1")
                .file("/sys/class/net/" + name + "/carrier", "1")
                .file("/sys/class/net/" + name + "/device/uevent", "DRIVER=bcmgenet")
                .file("/etc/resolv.conf", "nameserver 192.168.50.1")
                .output(IpAddress.COMMAND, links)
                .output(Route.COMMAND, routes)
                .output(Route.COMMAND6, "[]")
                .output(Neighbour.COMMAND, String.format(NEIGHBOUR, name))
                .output(Nmcli.GENERAL, "running:1.42.4:connected:full:enabled:enabled:enabled")
                .output(Nmcli.DEVICES, "")
                .output(Nmcli.CONNECTIONS, "")
                .output(Nmcli.WIFI_LIST, "")
                .says("iw", "")
                .says("ps", "")
                .says("journalctl", "")
                .says("systemctl", Texts.NETWORKMANAGER_UNIT)
                .profile(
                        "Wired.nmconnection",
                        "[connection]",
                        "id=Wired",
                        "uuid=11111111-2222-3333-4444-555555555555",
                        "type=ethernet");
    }

    private static Texts whole() {
        return pi("eth0", "192.168.50.196", "192.168.50.1");
    }

    private static Texts withWifi(Texts pi) {
        return pi.profile(
                "My Home Net.nmconnection",
                "[connection]",
                "id=My Home Net",
                "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
                "type=wifi",
                "[wifi]",
                "ssid=My Home Net",
                "[wifi-security]",
                "key-mgmt=wpa-psk",
                "psk=(redacted)");
    }

    private static final String CONFLICT =
            "{\"_BOOT_ID\":\"659255aefd584b2c8b540f34009d6a7e\",\"_PID\":\"343\",\"_SYSTEMD_UNIT\":\"btwifiset.service\",\"MESSAGE\":\".get_list"
                + " - known network My Home Net in conflict - delete and move to unknown"
                + " networks\",\"__REALTIME_TIMESTAMP\":\"1795337438776275\",\"SYSLOG_IDENTIFIER\":\"btwifiset.py\",\"PRIORITY\":\"6\"}";

    private static final String DELETED =
            "{\"_BOOT_ID\":\"659255aefd584b2c8b540f34009d6a7e\",\"__REALTIME_TIMESTAMP\":\"1795337442700810\",\"PRIORITY\":\"6\",\"MESSAGE\":\"<info>"
                + "  [1795337442.6934] audit: op=\\\"connection-delete\\\""
                + " uuid=\\\"74b3df5b-4552-4ae9-a241-0325255c3f14\\\" name=\\\"My Home Net\\\""
                + " pid=598 uid=0"
                + " result=\\\"success\\\"\",\"_SYSTEMD_UNIT\":\"NetworkManager.service\",\"_PID\":\"359\",\"SYSLOG_IDENTIFIER\":\"NetworkManager\"}";

    /** The machine that is there until its state is another one. */
    private static final class Changing extends ForwardingMachine {
        volatile Machine now;

        Changing(Machine now) {
            this.now = now;
        }

        @Override
        Machine to() {
            return now;
        }
    }

    private static final class Scene {
        final Changing machine;
        final ReplayedStreams streams = new ReplayedStreams();
        volatile boolean over;

        Scene(Machine start) {
            machine = new Changing(start);
        }

        /** What happens once the baseline is known; then somebody presses Enter. */
        Aftermath watched(Consumer<Scene> script) {
            Watch.Narration narration =
                    new QuietNarration() {
                        @Override
                        public void began(Snapshot baseline) {
                            script.accept(Scene.this);
                            over = true;
                        }
                    };
            return Aftermath.of(
                    new Watch(machine, Watch.Ends.of(machine), streams, QUICK, narration)
                            .run(Duration.ofMinutes(5), () -> over));
        }
    }

    private static String report(Aftermath a) {
        return WatchReport.of(a, new Terminal(false));
    }

    @Test
    void whereNothingHappensAllIsGood() {
        Scene scene = new Scene(whole());
        Aftermath a = scene.watched(s -> {});
        assertEquals(ExitCode.GOOD, a.exitCode(), report(a));
        assertTrue(report(a).contains("all that worked before works"), report(a));
        assertEquals(List.of(WatchSource.values()), scene.streams.closed());
    }

    @Test
    void whatWasTakenIsNamedWithWhoTookItAndWhen() throws Exception {
        Aftermath a =
                new Scene(withWifi(whole()))
                        .watched(
                                s -> {
                                    s.streams.says(WatchSource.JOURNAL, CONFLICT, DELETED);
                                    s.streams.says(
                                            WatchSource.NETWORKMANAGER,
                                            "My Home Net: connection profile removed");
                                    s.machine.now = whole();
                                });
        assertEquals(1, a.observed().lost().size(), report(a));
        Absences.Absence lost = a.observed().lost().get(0);
        assertEquals(new Thing(Thing.Aspect.PROFILE, "My Home Net", ""), lost.thing());
        assertTrue(lost.who().contains("process 598 of root"), report(a));
        assertTrue(lost.who().contains("known network My Home Net in conflict"), lost.who());
        assertEquals(FindingRow.Cause.BTBERRYWIFI, a.cause().orElseThrow());
        assertEquals(
                "My Home Net", Json.read(WatchReport.json(a)).at("/watch/lost/0/subject").asText());
        // It carried nothing just then, and is lost all the same.
        assertEquals(ExitCode.PROBLEMS, a.exitCode(), report(a));
        assertTrue(report(a).contains(": the saved profile \"My Home Net\" is gone."), report(a));
        assertEquals(
                "My Home Net",
                Json.read(WatchReport.json(a)).at("/watch/profiles_missed/0").asText());
    }

    private static String audit(String more) {
        return "{\"_SYSTEMD_UNIT\":\"NetworkManager.service\",\"PRIORITY\":\"6\",\"MESSAGE\":"
                + "\"<info>  [1795337442.6934] audit: op=\\\"connection-delete\\\""
                + " uuid=\\\"74b3df5b-4552-4ae9-a241-0325255c3f14\\\" name=\\\"My Home Net\\\" "
                + more
                + " uid=0 result=\\\"success\\\"\"}";
    }

    /** A person at a shell, the phone's own button; and what is called otherwise now. */
    @Test
    void aProfileThatSomebodyMeantToDeleteIsNoLoss() {
        Texts shell =
                withWifi(whole())
                        .file("/proc/71/comm", "nmcli")
                        .file("/proc/71/cgroup", "0::/user.slice/user-0.slice/session-3.scope");
        Aftermath byHand =
                new Scene(shell)
                        .watched(
                                s -> {
                                    s.streams.says(WatchSource.JOURNAL, audit("pid=71"));
                                    s.machine.now = whole();
                                });
        assertEquals(ExitCode.GOOD, byHand.exitCode(), report(byHand));
        assertTrue(report(byHand).contains("by nmcli in session-3.scope"), report(byHand));
        Aftermath byPhone =
                new Scene(withWifi(whole()))
                        .watched(
                                s -> {
                                    s.streams.says(
                                            WatchSource.JOURNAL,
                                            "{\"_SYSTEMD_UNIT\":\"btwifiset.service\",\"MESSAGE\":"
                                                    + "\"registering SSID ['', 'DEL-My Home"
                                                    + " Net']\"}",
                                            audit("pid=72"));
                                    s.machine.now = whole();
                                });
        assertEquals(ExitCode.GOOD, byPhone.exitCode(), report(byPhone));
        Texts renamed =
                whole().profile(
                                "Home.nmconnection",
                                "[connection]",
                                "id=Home",
                                "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
                                "type=wifi",
                                "[wifi]",
                                "ssid=My Home Net");
        Aftermath other = new Scene(withWifi(whole())).watched(s -> s.machine.now = renamed);
        assertEquals(ExitCode.GOOD, other.exitCode(), report(other));
        assertEquals(1, other.observed().lost().size(), report(other));
    }

    /** The address, the route and the name server go with what somebody did to the interface. */
    @Test
    void whatWentWithADisconnectIsWhoseTheDisconnectWas() {
        Texts shell =
                whole().file("/proc/71/comm", "nmcli")
                        .file("/proc/71/cgroup", "0::/user.slice/user-0.slice/session-3.scope");
        String disconnected =
                "{\"_SYSTEMD_UNIT\":\"NetworkManager.service\",\"PRIORITY\":\"6\",\"MESSAGE\":"
                        + "\"<info>  [1795347708.8974] audit: op=\\\"device-disconnect\\\""
                        + " interface=\\\"eth0\\\" ifindex=2 pid=71 uid=0"
                        + " result=\\\"success\\\"\"}";
        String deleted =
                "[ADDR]Deleted 2: eth0    inet 192.168.50.196/24 scope global eth0\\      "
                        + " valid_lft forever preferred_lft forever";
        Aftermath a =
                new Scene(shell)
                        .watched(
                                s -> {
                                    s.streams.says(WatchSource.KERNEL, deleted);
                                    s.streams.says(WatchSource.JOURNAL, disconnected);
                                    s.machine.now = pi("eth0", "", "").file("/etc/resolv.conf", "");
                                });
        assertEquals(
                List.of(
                        "eth0's address 192.168.50.196/24, by nmcli in session-3.scope, process 71",
                        "eth0's default route via 192.168.50.1 metric 100, by nmcli in"
                                + " session-3.scope, process 71",
                        "the name server 192.168.50.1, by nmcli in session-3.scope, process 71"),
                a.observed().lost().stream()
                        .map(l -> l.thing().shown() + ", by " + l.who())
                        .toList());
        assertEquals(FindingRow.Cause.OUTSIDE, a.cause().orElseThrow(), report(a));
        // What failed took nothing away, and what was done to another interface not this.
        for (String other :
                List.of(
                        disconnected.replace("success", "fail"),
                        disconnected.replace("eth0", "eth1"))) {
            Aftermath b =
                    new Scene(shell)
                            .watched(
                                    s -> {
                                        s.streams.says(WatchSource.JOURNAL, other);
                                        s.streams.says(WatchSource.KERNEL, deleted);
                                        s.machine.now = pi("eth0", "", "");
                                    });
            assertEquals("", b.observed().lost().get(0).who(), report(b));
        }
    }

    @Test
    void aSupplicantThatEndsOrComesIsTold() {
        String its =
                "  412     1 0::/system.slice/wpa_supplicant.service /sbin/wpa_supplicant -u -s -O"
                        + " DIR=/run/wpa_supplicant GROUP=netdev";
        String stray =
                " 1733     1 0::/user.slice/user-0.slice/session-1.scope wpa_supplicant -B -i"
                        + " wlan0";
        Aftermath a =
                new Scene(whole().says("ps", its))
                        .watched(s -> s.machine.now = whole().says("ps", stray));
        assertTrue(report(a).contains("the supplicant in wpa_supplicant.service\n"), report(a));
        assertTrue(
                report(a).contains("new:       the supplicant in session-1.scope on wlan0"),
                report(a));
    }

    /** The neighbours are read last of all: the address was read before, and goes now. */
    @Test
    void whatHappensDuringTheFirstLookIsNotForgotten() {
        Scene scene = new Scene(whole());
        long[] began = new long[1];
        Machine first =
                new ForwardingMachine() {
                    @Override
                    Machine to() {
                        return scene.machine;
                    }

                    @Override
                    public CommandResult run(Command command) {
                        CommandResult result = super.run(command);
                        if (command.equals(Neighbour.COMMAND)) {
                            scene.streams.says(
                                    WatchSource.KERNEL,
                                    "[ADDR]Deleted 2: eth0    inet 192.168.50.196/24 scope global"
                                            + " eth0\\       valid_lft forever preferred_lft"
                                            + " forever");
                            scene.machine.now = pi("eth0", "", "");
                        }
                        return result;
                    }
                };
        Watch.Ends ends =
                new Watch.Ends() {
                    @Override
                    public Machine first() {
                        return first;
                    }

                    @Override
                    public Machine last() {
                        return scene.machine;
                    }
                };
        Watch.Narration narration =
                new QuietNarration() {
                    @Override
                    public void began(Snapshot baseline) {
                        began[0] = System.nanoTime();
                    }
                };
        Watch.Observed o =
                new Watch(scene.machine, ends, scene.streams, QUICK, narration)
                        .run(Duration.ZERO, () -> true);
        Absences.Absence address =
                o.lost().stream()
                        .filter(a -> a.thing().aspect() == Thing.Aspect.ADDRESS)
                        .findFirst()
                        .orElseThrow();
        assertTrue(address.since() - began[0] < 0, "only the last look found it");
        assertTrue(o.startedNanos() - address.since() <= 0, "before the watch began");
    }

    @Test
    void theProcessOfAnAuditLineIsAskedAsItIsHeard() {
        Texts gone = withWifi(whole());
        Texts there =
                withWifi(whole())
                        .file("/proc/71/comm", "nmcli")
                        .file("/proc/71/cgroup", "0::/system.slice/btwifiset.service");
        Aftermath a =
                new Scene(there)
                        .watched(
                                s -> {
                                    s.streams.says(WatchSource.JOURNAL, audit("pid=71"));
                                    s.machine.now = gone;
                                });
        assertEquals("nmcli in btwifiset.service, process 71", a.observed().events().get(0).who());
    }

    /** NetworkManager's and dhcpcd's, over one gateway: each can go. */
    @Test
    void twoDefaultRoutesOverOneGatewayAreTwo() {
        String both =
                "[{\"dst\":\"default\",\"gateway\":\"192.168.50.1\",\"dev\":\"eth0\",\"metric\":100},"
                    + "{\"dst\":\"default\",\"gateway\":\"192.168.50.1\",\"dev\":\"eth0\","
                    + "\"metric\":202}]";
        Aftermath a =
                new Scene(whole().output(Route.COMMAND, both))
                        .watched(
                                s -> {
                                    s.streams.says(
                                            WatchSource.KERNEL,
                                            "[ROUTE]Deleted default via 192.168.50.1 dev eth0 proto"
                                                    + " dhcp src 192.168.50.196 metric 202 ");
                                    s.machine.now = whole();
                                });
        assertEquals(
                List.of("eth0's default route via 192.168.50.1 metric 202"),
                a.observed().lost().stream().map(l -> l.thing().shown()).toList());
        assertEquals(ExitCode.GOOD, a.exitCode(), report(a));
    }

    /** What each event is long is not what all of them may be: the rest is counted. */
    @Test
    void whatIsKeptHasABound() {
        String pad = "x".repeat(8000);
        Aftermath a =
                new Scene(whole())
                        .watched(
                                s -> {
                                    for (int i = 0; i < 300; i++) {
                                        s.streams.says(
                                                WatchSource.NETWORKMANAGER, "eth0: " + i + pad);
                                    }
                                });
        Watch.Observed o = a.observed();
        assertTrue(o.unkept() > 100, "left out " + o.unkept());
        assertEquals(300, o.events().size() + o.unkept());
        assertTrue(Json.write(WatchFormat.write(o)).length() < 2 << 20);
        assertTrue(report(a).contains("more, which were not kept"), "not said");
    }

    @Test
    void theClockSetBackHidesNoLineOfTheJournal() {
        String before =
                "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\"btwifiset.service\",\"_PID\":\"3\","
                        + "\"__REALTIME_TIMESTAMP\":\"1795337447370195\",\"MESSAGE\":\"old news\"}";
        String after = before.replace("17953374", "10953374").replace("old news", "new news");
        Aftermath a =
                new Scene(whole().says("journalctl", before))
                        .watched(s -> s.machine.now = whole().says("journalctl", before, after));
        String said = WatchLogs.of(a).get("btwifiset_interaction_*.log");
        assertTrue(said.contains("new news") && !said.contains("old news"), said);
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsTypedAfterEnterIsNotTheShells() {
        ByteArrayInputStream typed = bytes("\n\n\nreboot\n");
        try (EndOfWatch end = new EndOfWatch(typed, true, 1)) {
            assertTrue(end.isOver());
            typed.reset();
        }
        assertEquals(0, typed.available());
        // In a pipe it is somebody else's.
        ByteArrayInputStream piped = bytes("data\n");
        try (EndOfWatch end = new EndOfWatch(piped, false, 1)) {
            assertFalse(end.isOver());
        }
        assertEquals(5, piped.available());
    }

    /** In sessions of their own they do not hear Ctrl-C, and without a baseline nobody waits. */
    @Test
    void theListenersEndWithAWatchThatNeverBegan() {
        try (EndOfWatch end = new EndOfWatch(bytes(""), true, 1)) {
            ReplayedStreams streams = new ReplayedStreams();
            Streams ending = end.ending(streams);
            Streams.Listener nobody =
                    new Streams.Listener() {
                        @Override
                        public void line(long nanos, String line) {
                            throw new IllegalStateException(line);
                        }

                        @Override
                        public void ended(String why) {
                            throw new IllegalStateException(why);
                        }
                    };
            ending.open(WatchSource.KERNEL.argv(), nobody);
            end.holdUp();
            assertEquals(List.of(WatchSource.KERNEL), streams.closed());
            // And one that is opened in the middle of it.
            ending.open(WatchSource.JOURNAL.argv(), nobody);
            assertEquals(List.of(WatchSource.KERNEL, WatchSource.JOURNAL), streams.closed());
        }
    }

    /** What could not be asked is not gone. */
    @Test
    void withoutAnAnswerOfIwNoAssociationIsLost() {
        String wifi =
                "[{\"ifindex\":2,\"ifname\":\"wlan0\",\"flags\":[\"UP\",\"LOWER_UP\"],"
                        + "\"operstate\":\"UP\",\"link_type\":\"ether\","
                        + "\"address\":\"dc:a6:32:01:02:04\",\"addr_info\":[]}]";
        Texts pi =
                pi("wlan0", "", "")
                        .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                        .output(IpAddress.COMMAND, wifi)
                        .says("iw", "phy#0", "\tInterface wlan0", "\t\tssid Home");
        Texts hung =
                pi("wlan0", "", "")
                        .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                        .output(IpAddress.COMMAND, wifi)
                        .hangs(Iw.COMMAND, "");
        Aftermath a = new Scene(pi).watched(s -> s.machine.now = hung);
        assertEquals(List.of(), a.observed().lost(), report(a));
        Texts away =
                pi("wlan0", "", "")
                        .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                        .output(IpAddress.COMMAND, wifi)
                        .says("iw", "phy#0", "\tInterface wlan0");
        Aftermath b = new Scene(pi).watched(s -> s.machine.now = away);
        assertEquals(
                List.of("wlan0's association with \"Home\""),
                b.observed().lost().stream().map(l -> l.thing().shown()).toList());
    }

    @Test
    void whatNoEventToldIsFoundAllTheSame() {
        Aftermath a =
                new Scene(whole()).watched(s -> s.machine.now = pi("eth0", "192.168.50.196", ""));
        assertEquals(ExitCode.PROBLEMS, a.exitCode(), report(a));
        assertTrue(report(a).contains("eth0's default route via 192.168.50.1"), report(a));
        assertTrue(report(a).contains("eth0 worked and does not now"), report(a));
    }

    private static final String IPV4 =
            "{\"family\":\"inet\",\"local\":\"192.168.50.196\",\"prefixlen\":24,"
                    + "\"scope\":\"global\"}";

    private static final String IPV6 =
            "{\"family\":\"inet6\",\"local\":\"2001:db8::196\",\"prefixlen\":64,"
                    + "\"scope\":\"global\"}";

    private static final String ROUTER =
            "[{\"dst\":\"default\",\"gateway\":\"fe80::1\",\"dev\":\"eth0\","
                    + "\"protocol\":\"ra\",\"metric\":100}]";

    /** A Pi whose router announces itself, too; the kernel has resolved both of its addresses. */
    private static Texts dual(String addresses, String routes) {
        return whole().output(
                        IpAddress.COMMAND,
                        "[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"UP\",\"LOWER_UP\"],"
                                + "\"operstate\":\"UP\",\"link_type\":\"ether\","
                                + "\"address\":\"dc:a6:32:01:02:03\",\"addr_info\":["
                                + addresses
                                + "]}]")
                .output(Route.COMMAND, routes)
                .output(Route.COMMAND6, ROUTER)
                .output(
                        Neighbour.COMMAND,
                        "[{\"dst\":\"192.168.50.1\",\"dev\":\"eth0\",\"lladdr\":"
                                + "\"02:00:00:00:00:01\",\"state\":[\"REACHABLE\"]},"
                                + "{\"dst\":\"fe80::1\",\"dev\":\"eth0\",\"lladdr\":"
                                + "\"02:00:00:00:00:01\",\"state\":[\"REACHABLE\"]}]");
    }

    /** The router's announcements keep the Pi reachable, and hide what else went. */
    @Test
    void ipv4ThatWentBesideIpv6IsALoss() {
        String route =
                "[{\"dst\":\"default\",\"gateway\":\"192.168.50.1\",\"dev\":\"eth0\","
                        + "\"protocol\":\"dhcp\",\"metric\":100}]";
        Texts both = dual(IPV4 + "," + IPV6, route);
        Aftermath unchanged = new Scene(both).watched(s -> {});
        assertEquals(ExitCode.GOOD, unchanged.exitCode(), report(unchanged));
        assertEquals(1, unchanged.works().size());
        Aftermath gone = new Scene(both).watched(s -> s.machine.now = dual(IPV6, "[]"));
        assertEquals(ExitCode.PROBLEMS, gone.exitCode(), report(gone));
        assertTrue(
                report(gone)
                        .contains("eth0's IPv4 worked and does not now (no IPv4 address is left)"),
                report(gone));
        Aftermath noRoute =
                new Scene(both).watched(s -> s.machine.now = dual(IPV4 + "," + IPV6, "[]"));
        assertEquals(ExitCode.PROBLEMS, noRoute.exitCode(), report(noRoute));
        assertTrue(report(noRoute).contains("no default route of IPv4 is left"), report(noRoute));
        // By an address of its own network only, and on purpose, nothing of IPv6 was there.
        Aftermath gained = new Scene(whole()).watched(s -> s.machine.now = both);
        assertEquals(ExitCode.GOOD, gained.exitCode(), report(gained));
    }

    @Test
    void whatCameBackByItselfIsNoLoss() {
        Aftermath a =
                new Scene(whole())
                        .watched(
                                s ->
                                        s.streams.says(
                                                WatchSource.KERNEL,
                                                "[ADDR]Deleted 2: eth0    inet 192.168.50.196/24"
                                                        + " scope global eth0\\       valid_lft"
                                                        + " forever preferred_lft forever",
                                                "[ADDR]2: eth0    inet 192.168.50.196/24 scope"
                                                        + " global eth0\\       valid_lft forever"
                                                        + " preferred_lft forever"));
        assertEquals(List.of(), a.observed().lost());
        assertEquals(
                new Thing(Thing.Aspect.ADDRESS, "eth0", "192.168.50.196/24"),
                a.observed().returned().get(0).thing());
        assertEquals(ExitCode.GOOD, a.exitCode(), report(a));
    }

    /** NetworkManager takes Wi-Fi down and up again when it disconnects it. */
    @Test
    void onlyAnUpFlagBlinks() {
        long second = 1_000_000_000L;
        Thing up = new Thing(Thing.Aspect.UP, "wlan0", "");
        assertTrue(new Absences.Absence(up, 0, "", second / 3).isBlink());
        assertFalse(new Absences.Absence(up, 0, "", 3 * second).isBlink());
        Thing carrier = new Thing(Thing.Aspect.CARRIER, "wlan0", "");
        assertFalse(new Absences.Absence(carrier, 0, "", second / 3).isBlink());
    }

    @Test
    void aRenamedInterfaceIsTheSameOne() {
        Aftermath a =
                new Scene(whole())
                        .watched(
                                s -> {
                                    s.streams.says(
                                            WatchSource.KERNEL,
                                            "[LINK]2: end0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc"
                                                    + " mq state UP group default");
                                    s.machine.now = pi("end0", "192.168.50.196", "192.168.50.1");
                                });
        assertEquals(List.of(), a.observed().lost(), report(a));
        assertEquals("end0", a.observed().renamed().get("eth0"));
        assertTrue(report(a).contains("eth0 is called end0 now"), report(a));
        assertEquals(ExitCode.GOOD, a.exitCode(), report(a));
    }

    @Test
    void aSourceThatDiesIsSaidAndTheOthersGoOn() {
        Aftermath a =
                new Scene(whole())
                        .watched(
                                s -> {
                                    s.streams.ends(
                                            WatchSource.NETWORKMANAGER,
                                            "nmcli monitor exited 1: Error: Could not connect");
                                    s.streams.says(
                                            WatchSource.KERNEL,
                                            "[LINK]2: eth0: <BROADCAST> mtu 1500 state DOWN");
                                });
        assertTrue(report(a).contains("not heard: NetworkManager: nmcli monitor exited 1"));
        assertTrue(report(a).contains("eth0 was switched off"), report(a));
    }

    /** Ten seconds' worth at a thousand lines a second, all at once. */
    @Test
    void aFloodHidesNothingAndTakesNoMemory() {
        String pad = " ".repeat(2000);
        Aftermath a =
                new Scene(whole())
                        .watched(
                                s -> {
                                    for (int i = 0; i < 10_000; i++) {
                                        s.streams.says(
                                                WatchSource.KERNEL,
                                                "[LINK]2: eth0: <BROADCAST,"
                                                        + (i % 2 == 0 ? "UP,LOWER_UP" : "X")
                                                        + "> mtu 1500"
                                                        + pad);
                                    }
                                    s.machine.now = pi("eth0", "", "");
                                });
        Watch.Observed o = a.observed();
        assertTrue(o.unheard() > 0 && o.unheard() < 10_000, "unheard " + o.unheard());
        // The same few again and again: the first twenty of each.
        assertTrue(o.events().size() <= 80, "kept " + o.events().size());
        assertTrue(o.unkept() > 0, "all kept");
        assertTrue(
                o.lost().stream().anyMatch(l -> l.thing().what().equals("192.168.50.196/24")),
                report(a));
        assertEquals(ExitCode.PROBLEMS, a.exitCode());
    }

    @Test
    void onATerminalEachEventIsALineAndElsewhereThereIsNone() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        WatchEvent event =
                WatchEvent.of(0, WatchSource.KERNEL, "eth0", "eth0 is called \u001b[31m now");
        for (boolean terminal : new boolean[] {false, true}) {
            WatchOnTerminal shown = new WatchOnTerminal(out, terminal, Optional.empty());
            shown.opening();
            shown.left(Duration.ofSeconds(93));
            shown.happened(event, Instant.EPOCH);
            for (int i = 0; i < 100; i++) {
                shown.happened(event, Instant.EPOCH);
            }
            shown.left(Duration.ofSeconds(92));
            shown.comparing();
            shown.happened(event, Instant.EPOCH);
            shown.done();
            String text = bytes.toString(StandardCharsets.UTF_8);
            assertEquals(terminal, text.contains("  eth0 is called \\x1b[31m now\n"), text);
            assertEquals(terminal, text.contains("93 s left"), text);
            assertEquals(terminal, text.contains("… and 76 more"), text);
            // What is heard meanwhile does not hide that the last look is under way.
            assertEquals(terminal, text.matches("(?s).*comparing with before …\r\u001b\\[K"), text);
            assertFalse(text.contains("\u001b[31m"));
        }
    }
}
