package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What monitor decides, over captures of real faults and by a clock of the test's own. */
class WatchmanTest {

    private static final Map<String, Snapshot> SNAPSHOTS = new ConcurrentHashMap<>();
    private static final Set<String> BOTH = Set.of("eth0", "wlan0");
    private static final String WIFI_UUID = "74b3df5b-4552-4ae9-a241-0325255c3f14";

    private static Snapshot snapshot(String capture) {
        return SNAPSHOTS.computeIfAbsent(
                capture,
                name ->
                        Look.at(
                                new Glance(
                                        new ReplayedMachine(
                                                CaptureFile.load(Captures.file(name)), name)),
                                Progress.silent()));
    }

    private static List<KnownGood.Copy> copies() {
        return List.of(
                new KnownGood.Copy(
                        WIFI_UUID,
                        "My Home Net",
                        "/etc/NetworkManager/system-connections/My Home Net.nmconnection",
                        "wlan0",
                        true,
                        "My Home Net",
                        0,
                        "[connection]\n"));
    }

    private static Faults faults(Snapshot snapshot, List<KnownGood.Copy> copies) {
        return Faults.of(snapshot, Findings.of(snapshot), copies, BOTH);
    }

    /** A monitor and its clock. */
    private static final class Night {
        final MonitorMemory memory = new MonitorMemory();
        final Watchman watchman = new Watchman(memory, true, 1);
        final List<String> said = new ArrayList<>();
        final List<Watchman.Order> orders = new ArrayList<>();
        Circumstances around = Circumstances.USUAL;
        long now = 1_000_000;

        /** One sight; what came of it is added to what was said and done. */
        Watchman.Instructions sees(String capture) {
            return sees(snapshot(capture), faults(snapshot(capture), copies()));
        }

        Watchman.Instructions sees(Snapshot snapshot, Faults faults) {
            Watchman.Instructions i =
                    watchman.see(
                            new Watchman.Sight(now, now, now, snapshot, faults, around, copies()));
            said.addAll(i.said());
            orders.addAll(i.orders());
            return i;
        }

        /** Looks whenever it is asked for, and every minute. */
        void lasts(String capture, long millis) {
            long end = now + millis;
            while (now < end) {
                long next = sees(capture).lookAgain();
                now = Math.min(end, now + Math.min(next, 60_000));
            }
        }

        List<String> steps() {
            return orders.stream().map(o -> o.step().id()).toList();
        }

        String saidAll() {
            return String.join("\n", said);
        }
    }

    /**
     * On a small machine a look takes seconds: what nothing has changed meanwhile has held for
     * them.
     */
    @Test
    void aFaultThatHeldForAsLongAsTheLookTookIsActedOnAtOnce() {
        Snapshot stopped = snapshot("networkmanager-not-running");
        for (long took : List.of(1400L, 1600L)) {
            Night night = new Night();
            Watchman.Instructions i =
                    night.watchman.see(
                            new Watchman.Sight(
                                    night.now,
                                    night.now,
                                    night.now - took,
                                    stopped,
                                    faults(stopped, List.of()),
                                    night.around,
                                    List.of()));
            assertEquals(took > 1500, !i.orders().isEmpty(), i.said().toString());
            assertEquals(took > 1500, !i.said().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "address-lost|nmcli -w 8 device reapply eth0",
                "route-lost|nmcli -w 8 device reapply eth0",
                "device-disconnected|nmcli -w 0 device connect eth0",
                "device-disconnected~by-phone|nmcli -w 0 device connect wlan0",
                "device-unmanaged|nmcli device set wlan0 managed yes",
                "interface-down~by-phone|ip link set wlan0 up",
                "networking-off|nmcli networking on",
                "networkmanager-masked~after-a-boot|systemctl unmask NetworkManager.service;"
                        + " systemctl start NetworkManager.service",
                "networkmanager-not-running|systemctl start NetworkManager.service",
                "wifi-blocked|rfkill unblock 0",
                "wifi-off~after-a-boot|nmcli radio wifi on",
                "wired-no-profile|nmcli -w 0 device connect eth0",
                "wired-auto-profile-deleted|nmcli -w 0 device connect eth0",
                "wifi-profile-deleted~after-a-boot|write"
                        + " '/etc/NetworkManager/system-connections/My Home Net.nmconnection' as it"
                        + " was when it last worked; nmcli connection load"
                        + " '/etc/NetworkManager/system-connections/My Home Net.nmconnection';"
                        + " nmcli -w 0 connection up uuid 74b3df5b-4552-4ae9-a241-0325255c3f14"
                        + " ifname wlan0",
            })
    void takesTheSmallestStepFirst(String capture, String command) {
        Night night = new Night();
        night.sees("healthy-bookworm");
        night.lasts(capture, 3000);
        List<String> all = night.orders.stream().map(Watchman.Order::shown).toList();
        assertTrue(all.contains(command), all + " of " + night.saidAll());
    }

    @ParameterizedTest
    @CsvSource({
        "healthy-bookworm",
        "healthy-bookworm-two-and-two",
        "healthy-bullseye",
        // Each manager works: that is fix's to decide.
        "networkmanager-and-dhcpcd",
        "networkmanager-and-networkd",
        "dhcpcd-and-ifupdown",
        // What the next boot would do is not repaired behind anybody's back.
        "networkmanager-not-enabled",
        "lost-at-next-boot",
        "profile-ignored",
        "no-interface"
    })
    void leavesWhatWorksAlone(String capture) {
        Night night = new Night();
        night.lasts(capture, 600_000);
        assertEquals(List.of(), night.orders, night.saidAll());
    }

    @Test
    void waitsBeforeItActs() {
        Night night = new Night();
        Watchman.Instructions first = night.sees("address-lost");
        assertEquals(List.of(), first.orders());
        assertEquals(List.of(), first.said());
        assertEquals(700, first.lookAgain());
        night.now += 700;
        Watchman.Instructions second = night.sees("address-lost");
        assertEquals(1, second.orders().size());
        assertTrue(second.remember());
        // What has passed by then was nothing.
        Night other = new Night();
        other.sees("address-lost");
        other.now += 500;
        other.sees("healthy-bookworm");
        assertEquals(List.of(), other.said);
        assertEquals(List.of(), other.memory.incidents());
    }

    @Test
    void saysWhatHelpedAndHowLongItTook() {
        Night night = new Night();
        night.sees("address-lost");
        night.now += 700;
        night.sees("address-lost");
        night.now += 1300;
        night.sees("healthy-bookworm");
        assertTrue(
                night.said.get(2).startsWith("eth0: reapply helped, after 1.3 s"), night.saidAll());
        MonitorMemory.Incident incident = night.memory.incidents().get(0);
        assertEquals("reapply", incident.helped());
        assertEquals(List.of("reapply"), incident.done());
        assertEquals(1300, incident.lasted());
        assertEquals(new MonitorMemory.Total(1, 1, 1300), night.memory.totals().get("reapply"));
        assertTrue(night.watchman.quiet());
    }

    /** Not the same step again where it did not help; then a pause that doubles. */
    @Test
    void climbsAndThenWaitsTwiceAsLongEachTime() {
        Night night = new Night();
        night.lasts("address-lost", 30_000);
        // Wi-Fi works in that capture: what could cost it is not done.
        assertEquals(List.of("reapply", "reconnect"), night.steps().subList(0, 2));
        assertFalse(night.steps().contains("restart-networkmanager"));
        night.lasts("address-lost", 6 * 3_600_000L);
        List<String> pauses =
                night.said.stream()
                        .filter(l -> l.contains("all was tried"))
                        .map(l -> l.replaceFirst(".*again in ", ""))
                        .toList();
        assertEquals(
                List.of("30 s", "60 s", "2 min", "4 min", "8 min", "16 min", "32 min", "60 min"),
                pauses.subList(0, 8));
        assertTrue(night.orders.size() < 30, night.orders.size() + " steps in six hours");
    }

    /**
     * A supplicant that is stuck, a key that is refused: the device begins to connect, and falls
     * back.
     */
    @Test
    void beingConnectedIsNoSuccess() {
        Night night = new Night();
        String apart = "device-disconnected~by-phone";
        Snapshot connecting = connecting(apart, "wlan0");
        night.sees(apart);
        night.now += 1000;
        night.sees(apart);
        assertEquals(List.of("reconnect"), night.steps());
        for (int second = 0; second < 30; second += 5) {
            night.now += 5000;
            night.sees(connecting, faults(connecting, copies()));
        }
        assertFalse(night.saidAll().contains("helped"), night.saidAll());
        night.now += 1000;
        night.sees(apart);
        assertTrue(night.saidAll().contains("reconnect did not help"), night.saidAll());
        assertFalse(night.memory.totals().values().stream().anyMatch(t -> t.helped() > 0));
        night.now += 1000;
        night.sees("healthy-bookworm");
        assertTrue(night.watchman.quiet());
    }

    /** Disconnected by hand before, and by a server that does not answer afterwards. */
    @Test
    void toFallBackToAnotherFaultIsNoSuccess() {
        Night night = new Night();
        String byHand = "device-disconnected~by-phone";
        night.lasts(byHand, 1000);
        assertEquals(List.of("reconnect"), night.steps());
        Snapshot connecting = connecting(byHand, "wlan0");
        night.sees(connecting, faults(connecting, copies()));
        night.now += 45_000;
        Snapshot apart = altered("healthy-bookworm", apart("wlan0", DISCONNECTED, false));
        night.sees(apart, faults(apart, copies()));
        assertFalse(night.saidAll().contains("helped"), night.saidAll());
        assertTrue(night.saidAll().contains("over after"), night.saidAll());
    }

    /** The same with NetworkManager in the middle of connecting that device. */
    private static Snapshot connecting(String capture, String device) {
        Capture altered = CaptureFile.load(Captures.file(capture));
        altered.commands.replaceAll(
                (argv, result) ->
                        new CommandResult(
                                argv,
                                result.outcome(),
                                result.exit(),
                                result.stdout()
                                        .replaceAll(
                                                "(?s)(GENERAL.DEVICE:"
                                                        + device
                                                        + "\n"
                                                        + ".*?GENERAL.STATE:)30 \\(disconnected\\)",
                                                "$150 (connecting \\(configuring\\))"),
                                result.stderr()));
        return Look.at(new Glance(new ReplayedMachine(altered, capture)), Progress.silent());
    }

    /** After a power cut the count goes on; a success ends it. */
    @Test
    void thePauseOutlivesAPowerCut() throws MonitorMemory.Unreadable {
        Night night = new Night();
        night.lasts("address-lost", 300_000);
        int rounds = night.memory.rounds().get("address-lost eth0");
        assertTrue(rounds > 1);
        MonitorMemory kept = MonitorMemory.parse(night.memory.text());
        Watchman again = new Watchman(kept, true, 1);
        long now = 0;
        Snapshot lost = snapshot("address-lost");
        List<Watchman.Order> orders = new ArrayList<>();
        while (orders.isEmpty()) {
            Watchman.Instructions i =
                    again.see(
                            new Watchman.Sight(
                                    now,
                                    0,
                                    now,
                                    lost,
                                    faults(lost, List.of()),
                                    Circumstances.USUAL,
                                    List.of()));
            orders.addAll(i.orders());
            now += orders.isEmpty() ? i.lookAgain() : 0;
        }
        assertTrue(now >= 30_000 && now <= 300_000, now + " ms");
    }

    /** A recovery that does not last a minute is none. */
    @Test
    void aFaultThatComesBackIsWaitedFor() {
        Night night = new Night();
        int rounds = 0;
        for (int i = 0; i < 10; i++) {
            night.lasts("interface-down~by-phone", 200_000);
            rounds = night.memory.rounds().get("interface-down wlan0");
            night.sees("healthy-bookworm");
            night.now += 5000;
        }
        assertTrue(night.orders.size() < 60, night.orders.size() + " steps");
        assertTrue(rounds >= 9, rounds + " in a row");
        // It lasts: the count is over.
        night.now += 120_000;
        night.orders.clear();
        night.lasts("interface-down~by-phone", 1000);
        assertEquals(List.of("interface-up"), night.steps());
        assertEquals(Map.of(), night.memory.rounds());
    }

    @Test
    void onlyWatchesWhileAFixIsUndecided() {
        Night night = new Night();
        night.around = new Circumstances("fix 003 is unconfirmed", false, 0, Set.of());
        night.lasts("networkmanager-not-running", 3_600_000);
        assertEquals(List.of(), night.orders);
        assertTrue(night.said.contains("only watches: fix 003 is unconfirmed"), night.saidAll());
        night.around = Circumstances.USUAL;
        night.lasts("networkmanager-not-running", 3000);
        assertEquals("start-networkmanager", night.steps().get(0));
    }

    /** A fix that began after the look: what was ordered is not done, and not counted as tried. */
    @Test
    void anOrderThatIsWithdrawnIsGivenAgain() {
        Night night = new Night();
        night.lasts("networkmanager-not-running", 2000);
        assertEquals(List.of("start-networkmanager"), night.steps());
        night.watchman.withdrawn(night.orders.get(0));
        night.around = new Circumstances("fix 003 is open", false, 0, Set.of());
        night.lasts("networkmanager-not-running", 600_000);
        night.around = Circumstances.USUAL;
        night.lasts("networkmanager-not-running", 1000);
        assertEquals(List.of("start-networkmanager", "start-networkmanager"), night.steps());
        assertFalse(night.saidAll().contains("did not help"), night.saidAll());
    }

    @Test
    void theLastRungIsTheConfirmedFix() {
        Night night = new Night();
        night.lasts("networkmanager-masked~after-a-boot", 200_000);
        assertFalse(night.steps().contains("restore-fix"));
        night = new Night();
        night.around = new Circumstances("", false, 0, Set.of(), true, Set.of());
        night.lasts("networkmanager-masked~after-a-boot", 200_000);
        assertEquals(List.of("unmask-networkmanager", "restore-fix"), night.steps().subList(0, 2));
        assertEquals(
                "systemd-run --quiet --collect --unit=netfix-again --property=Type=oneshot sh"
                        + " /var/lib/netfix/transaction.sh again; systemctl restart"
                        + " NetworkManager.service",
                night.orders.get(1).shown());
    }

    @Test
    void aStepWithoutItsToolIsNone() {
        Night night = new Night();
        night.sees("healthy-bookworm");
        night.around = new Circumstances("", false, 0, Set.of(), false, Set.of("rfkill", "nmcli"));
        night.lasts("wifi-blocked", 3_600_000);
        assertEquals(List.of(), night.orders);
        assertTrue(night.saidAll().contains("nothing is done: rfkill is not installed"));
        night.around = new Circumstances("", false, 0, Set.of(), false, Set.of("nmcli"));
        night.lasts("wifi-blocked", 1000);
        assertEquals(List.of("unblock"), night.steps());
    }

    /** With a cable in; what is off since before monitor began, nobody knows who meant it. */
    @Test
    void aRadioThatItsOwnerSwitchedOffStaysOff() {
        Night night = new Night();
        night.lasts("wifi-off~after-a-boot", 3_600_000);
        assertEquals(List.of(), night.orders);
        Night person = new Night();
        person.sees("healthy-bookworm");
        person.watchman.heard(person.now, radio("nmcli in session-3.scope, process 598"));
        person.lasts("wifi-off~after-a-boot", 3_600_000);
        assertEquals(List.of(), person.orders);
        Night service = new Night();
        service.sees("healthy-bookworm");
        service.watchman.heard(service.now, radio("nmcli in cron.service, process 598"));
        service.lasts("wifi-off~after-a-boot", 1000);
        assertEquals(List.of("radio-on"), service.steps());
        Night asked = new Night();
        asked.watchman.asked();
        asked.lasts("wifi-off~after-a-boot", 1000);
        assertEquals(List.of("radio-on"), asked.steps());
    }

    private static WatchEvent radio(String who) {
        return new WatchEvent(
                0,
                WatchSource.JOURNAL,
                "",
                "a radio was switched: wireless-enabled:off",
                who,
                java.util.Optional.empty(),
                false);
    }

    @Test
    void aSilentGatewayIsAFaultThatIsSaidAndNobodysToRepair() {
        Night night = new Night();
        Snapshot s = snapshot("healthy-bookworm");
        Faults silent = faults(s, copies()).withSilent(Map.of("eth0", "192.168.50.1"));
        night.sees(s, silent);
        night.now += 1000;
        night.sees(s, silent);
        assertTrue(
                night.said.contains(
                        "eth0: its gateway 192.168.50.1 does not answer (ICMP, TCP, ARP)"),
                night.saidAll());
        assertEquals(1, night.watchman.standing().size());
        assertEquals(List.of(), night.orders);
        night.lasts("healthy-bookworm", 1000);
        assertTrue(night.saidAll().contains("by itself (gateway-silent)"), night.saidAll());
    }

    /** What a service did to an interface is no reason to wait for a person. */
    @Test
    void whatNoPersonDidIsRepairedBesideOne() {
        Night night = new Night();
        night.around = new Circumstances("", true, 0, Set.of());
        night.watchman.heard(
                night.now,
                new WatchEvent(
                        0,
                        WatchSource.JOURNAL,
                        "eth0",
                        "eth0 was disconnected by hand",
                        "nmcli in backup.service, process 598",
                        java.util.Optional.empty(),
                        false));
        night.lasts("device-disconnected", 1000);
        assertEquals(List.of("reconnect"), night.steps());
    }

    /** Whoever is logged in and has another path is at work. */
    @Test
    void keepsItsHandsOffWhereAPersonIsAtWork() {
        Night night = new Night();
        night.around = new Circumstances("", true, 0, Set.of());
        night.lasts("device-disconnected", 599_000);
        assertEquals(List.of(), night.orders);
        assertTrue(night.saidAll().contains("somebody is logged in"), night.saidAll());
        night.watchman.heard(
                night.now,
                WatchEvent.of(0, WatchSource.NETWORKMANAGER, "eth0", "NetworkManager: again"));
        night.lasts("device-disconnected", 590_000);
        assertEquals(List.of(), night.orders);
        night.lasts("device-disconnected", 20_000);
        assertEquals(List.of("reconnect"), night.steps().subList(0, 1));
    }

    /** And no new profile is made in the place of the one that is gone. */
    @Test
    void nothingIsRestoredWhereThatSideWorks() {
        Night night = new Night();
        Snapshot gone = snapshot("wifi-profile-deleted~after-a-boot");
        Faults faults = faults(gone, copies());
        Link other =
                new Link(
                        9,
                        "wlan1",
                        Link.Kind.WIFI,
                        "",
                        Set.of("UP"),
                        "UP",
                        java.util.Optional.of(true),
                        "",
                        "phy9",
                        List.of());
        List<Link> links = new ArrayList<>(gone.links().orElse(List.of()));
        links.add(other);
        Faults held = new Faults(faults.faults(), Map.of(), Set.of("wlan1"), Set.of("wlan1"));
        for (int i = 0; i < 20; i++) {
            night.sees(gone.withLinks(Reading.known(links)), held);
            night.now += 10_000;
        }
        assertTrue(
                night.orders.stream().noneMatch(o -> o.fault().subject().equals("wlan0")),
                night.saidAll());
        assertTrue(
                night.saidAll().contains("wlan0: nothing is done: a manager holds a working path"),
                night.saidAll());
    }

    @Test
    void whereEveryPathIsLostItActsWhoeverDidIt() {
        Night night = new Night();
        night.around = new Circumstances("", true, 3_600_000, Set.of());
        night.lasts("networking-off", 3000);
        assertEquals(List.of("networking-on"), night.steps());
    }

    @Test
    void aHoldExtendsTheHandsOff() {
        Night night = new Night();
        night.around = new Circumstances("", false, 1_800_000, Set.of());
        night.lasts("device-disconnected", 1_700_000);
        assertEquals(List.of(), night.orders);
        night.around = Circumstances.USUAL;
        night.lasts("device-disconnected", 2000);
        assertEquals(List.of("reconnect"), night.steps());
    }

    @Test
    void whatIsSomebodyElsesIsLeft() {
        Night night = new Night();
        night.around = new Circumstances("", false, 0, Set.of("wlan0"));
        night.lasts("device-unmanaged", 600_000);
        assertEquals(List.of(), night.orders);
    }

    @Test
    void withoutRepairItSaysAndDoesNothing() {
        Night night = new Night();
        Watchman watchman = new Watchman(night.memory, false, 1);
        Snapshot s = snapshot("networking-off");
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Watchman.Instructions n =
                    watchman.see(
                            new Watchman.Sight(
                                    i * 10_000L,
                                    0,
                                    i * 10_000L,
                                    s,
                                    faults(s, List.of()),
                                    Circumstances.USUAL,
                                    List.of()));
            assertEquals(List.of(), n.orders());
            said.addAll(n.said());
        }
        // A line a change.
        assertEquals(2, said.size(), said.toString());
    }

    /** States that a healthy Pi passes through, by what differs then. */
    private static Snapshot altered(String capture, Consumer<Capture> change) {
        Capture altered = CaptureFile.load(Captures.file(capture));
        change.accept(altered);
        return Look.at(new Glance(new ReplayedMachine(altered, capture)), Progress.silent());
    }

    private static void says(Capture capture, String tool, UnaryOperator<String> other) {
        capture.commands.replaceAll(
                (argv, r) ->
                        Command.shown(argv).startsWith(tool)
                                ? new CommandResult(
                                        argv,
                                        r.outcome(),
                                        r.exit(),
                                        other.apply(r.stdout()),
                                        r.stderr())
                                : r);
    }

    /** NetworkManager's device in another state; without an address, a route and an association. */
    private static Consumer<Capture> apart(String link, String state, boolean carrier) {
        return capture -> {
            says(
                    capture,
                    "nmcli -t -f GENERAL,IP4,IP6,DHCP4 device show",
                    out ->
                            out.replaceFirst(
                                    "(?s)(GENERAL.DEVICE:"
                                            + link
                                            + "\n.*?GENERAL.STATE:)[^\n]*\nGENERAL.REASON:[^\n]*",
                                    "$1" + state));
            says(
                    capture,
                    "ip -j address show",
                    out ->
                            out.replaceFirst(
                                    "(\"ifname\":\"" + link + "\".*?\"addr_info\":)\\[[^\\]]*\\]",
                                    "$1[]"));
            for (String routes : List.of("ip -j route show", "ip -6 -j route show")) {
                says(
                        capture,
                        routes,
                        out ->
                                out.replaceAll("\\{[^{}]*\"dev\":\"" + link + "\"[^{}]*\\},?", "")
                                        .replace(",]", "]"));
            }
            capture.texts.put(
                    "/sys/class/net/" + link + "/carrier", Reading.known(carrier ? "1\n" : "0\n"));
        };
    }

    private static final String DISCONNECTED =
            "30 (disconnected)\nGENERAL.REASON:0 (No reason given)";
    private static final String ASKING =
            "70 (connecting (getting IP configuration))\nGENERAL.REASON:0 (No reason given)";

    private static Consumer<Capture> nothingInSight() {
        return capture ->
                says(
                        capture,
                        "nmcli -t -f IN-USE,SIGNAL,SECURITY,BSSID,SSID device wifi list",
                        out -> "");
    }

    private static Snapshot cableOut() {
        return altered(
                "healthy-bookworm",
                apart("eth0", "20 (unavailable)\nGENERAL.REASON:40 (Carrier)", false));
    }

    private static Snapshot accessPointOff() {
        return altered(
                "healthy-bookworm", apart("wlan0", DISCONNECTED, false).andThen(nothingInSight()));
    }

    private static Snapshot dhcpSilent() {
        return altered("healthy-bookworm", apart("wlan0", ASKING, true));
    }

    @Test
    void whatIsNobodysFaultIsLeftAlone() {
        Faults cable = faults(cableOut(), copies());
        assertEquals(
                Map.of("eth0", "no carrier: the cable is out, or what it leads to is off"),
                cable.left());
        assertEquals(Set.of("wlan0"), cable.carrying());
        Faults accessPoint = faults(accessPointOff(), copies());
        assertEquals(
                Map.of("wlan0", "no access point of a saved network is in sight"),
                accessPoint.left());
        Faults dhcp = faults(dhcpSilent(), copies());
        assertEquals(Map.of("wlan0", "no answer yet from its DHCP server"), dhcp.left());
        for (Faults faults : List.of(cable, accessPoint, dhcp)) {
            assertEquals(List.of(), faults.faults());
        }
    }

    /** The phone has put a new profile in the place of the first one, and the router is off. */
    @Test
    void aNetworkThatHasAProfileIsNotGivenAnOldOne() {
        Snapshot off = accessPointOff();
        KnownGood.Copy old = other("preconfigured", "My Home Net");
        assertEquals(List.of(), faults(off, List.of(old)).faults());
        // Of another network the profile is missed.
        List<Fault> gone = faults(off, List.of(other("Garden", "Garden"))).faults();
        assertEquals(List.of("profile-missing"), gone.stream().map(Fault::code).toList());
    }

    private static KnownGood.Copy other(String id, String ssid) {
        return new KnownGood.Copy(
                "11111111-4552-4ae9-a241-0325255c3f14",
                id,
                KnownGood.FOLDER + "/" + id + ".nmconnection",
                "wlan0",
                true,
                ssid,
                0,
                "[connection]\n");
    }

    private static Snapshot wifiOnly(Snapshot s) {
        return s.withLinks(
                s.links().map(all -> all.stream().filter(l -> !l.name().equals("eth0")).toList()));
    }

    /** NetworkManager asks for an address, gives up, and begins again: nothing of it is broken. */
    @Test
    void aSilentDhcpServerIsAskedAgainAndNothingIsRestartedForIt() {
        Night night = new Night();
        night.around = new Circumstances("", false, 0, Set.of(), true, Set.of());
        Snapshot asking = wifiOnly(dhcpSilent());
        Snapshot apart = wifiOnly(altered("healthy-bookworm", apart("wlan0", DISCONNECTED, false)));
        Set<String> asked = Set.of();
        for (int i = 0; i < 200; i++) {
            Snapshot s = i % 3 == 1 ? asking : apart;
            asked = Faults.askedForAddress(s, asked);
            night.sees(s, faults(s, List.of()).withSilentServers(asked));
            night.now += 15_000;
        }
        assertEquals(Set.of("reconnect"), Set.copyOf(night.steps()), night.saidAll());
        assertTrue(night.orders.size() < 12, night.orders.size() + " in 50 minutes");
        assertFalse(night.saidAll().contains("over after"), night.saidAll());
        assertTrue(
                night.said.contains(
                        "wlan0 is not connected: no DHCP server has given it an address"),
                night.saidAll());
        // Where nothing was asked the supplicant is stuck.
        Night stuck = new Night();
        for (int i = 0; i < 20; i++) {
            stuck.sees(apart, faults(apart, List.of()));
            stuck.now += 15_000;
        }
        assertTrue(stuck.steps().contains("restart-networkmanager"), stuck.saidAll());
        // And NetworkManager says so itself, as long as it remembers.
        Snapshot known =
                altered(
                        "healthy-bookworm",
                        apart("wlan0", "30 (disconnected)\nGENERAL.REASON:5 (IP)", false));
        assertEquals("no-lease", faults(known, List.of()).faults().get(0).code());
    }

    @Test
    void theLastActivationCounts() {
        assertEquals(Set.of("wlan0"), Faults.askedForAddress(dhcpSilent(), Set.of()));
        assertEquals(Set.of("wlan0"), Faults.askedForAddress(accessPointOff(), Set.of("wlan0")));
        assertEquals(
                Set.of(),
                Faults.askedForAddress(snapshot("healthy-bookworm"), Set.of("eth0", "wlan0")));
        Snapshot anew = connecting("device-disconnected~by-phone", "wlan0");
        assertEquals(Set.of(), Faults.askedForAddress(anew, Set.of("wlan0")));
    }

    /** A path whose gateway is known to be silent is none that could be lost. */
    @Test
    void aSilentGatewayIsNoOtherPath() {
        Snapshot apart = altered("healthy-bookworm", apart("wlan0", DISCONNECTED, false));
        Faults silent = faults(apart, List.of()).withSilent(Map.of("eth0", "192.168.50.1"));
        assertEquals(Set.of("eth0"), silent.carrying(), "its gateway is still asked");
        assertEquals(Set.of(), silent.working());
        assertEquals(Set.of(), silent.heldWorking());
        Night night = new Night();
        night.around = new Circumstances("", true, 3_600_000, Set.of());
        for (int i = 0; i < 20; i++) {
            night.sees(apart, silent);
            night.now += 15_000;
        }
        assertEquals(
                List.of("reconnect", "restart-supplicant-anew", "restart-networkmanager"),
                night.steps().subList(0, 3),
                night.saidAll());
    }

    /** It scans, and somebody who is logged in has taken the cable's interface down. */
    @Test
    void thePhonesHandReachesNoCable() {
        Night night = new Night();
        night.around = new Circumstances("", true, 0, Set.of());
        night.watchman.heard(night.now, scan());
        night.lasts("device-disconnected", 60_000);
        assertEquals(List.of(), night.orders, night.saidAll());
        Night wifi = new Night();
        wifi.around = night.around;
        wifi.watchman.heard(wifi.now, scan());
        wifi.lasts("device-disconnected~by-phone", 3000);
        assertEquals(List.of("reconnect"), wifi.steps(), wifi.saidAll());
    }

    private static WatchEvent scan() {
        return WatchEvent.of(
                0, WatchSource.JOURNAL, "btwifiset", "btwifiset: the phone asks for the networks");
    }

    private static Snapshot beside(String line, String capture) {
        return altered(
                capture, c -> says(c, "ps", out -> out + "\n    712       1 " + line + "\n"));
    }

    private static Faults lostIn(Snapshot s) {
        return faults(s, copies());
    }

    /** It has no unit to be stopped, and takes away again whatever is put back beside it. */
    @Test
    void aDhcpcdThatNoUnitHasStartedGoesFirst() {
        String scope = "0::/system.slice/run-r5eed.scope ";
        for (String title : List.of("dhcpcd: [manager] [ip4]", "dhcpcd -b eth0 wlan0")) {
            Snapshot s = beside(scope + title, "address-lost");
            Night night = new Night();
            night.sees(s, lostIn(s));
            night.now += 700;
            night.sees(s, lostIn(s));
            assertEquals(
                    "kill 712; nmcli -w 8 device reapply eth0",
                    night.orders.get(0).shown(),
                    night.saidAll());
            night.now += 15_000;
            night.sees(s, lostIn(s));
            assertEquals(List.of("end-stray-dhcpcd", "reapply"), night.steps());
        }
        for (String other :
                List.of(
                        // Of the other interface's alone; of a unit's; a container's.
                        scope + "dhcpcd: wlan0 [ip4]",
                        "0::/system.slice/networking.service dhcpcd: eth0 [ip4]",
                        "0::/system.slice/docker-5eed.scope dhcpcd: [manager] [ip4]")) {
            Snapshot s = beside(other, "address-lost");
            assertEquals(List.of(), Faults.strayClients(s, "eth0"), other);
        }
        // It may hold what NetworkManager was told to leave alone.
        Snapshot s = beside(scope + "dhcpcd: [manager] [ip4]", "device-unmanaged");
        assertEquals(List.of(), Faults.strayClients(s, "eth0"));
        // Where both sides work it is nobody's fault.
        Snapshot well = beside(scope + "dhcpcd: [manager] [ip4]", "healthy-bookworm");
        assertEquals(List.of(), lostIn(well).faults());
    }

    /** Two of them are broken: the one that NetworkManager has named goes, and no other. */
    @Test
    void theFileThatNetworkManagerNamesIsSetAside() {
        String broken = "/etc/NetworkManager/conf.d/50-broken.conf";
        String folder = "/etc/NetworkManager/conf.d";
        String second = folder + "/60-broken.conf";
        Snapshot s =
                altered(
                        "networkmanager-config-broken",
                        capture -> {
                            capture.texts.put(second, Reading.known("not a line\n"));
                            capture.folders.computeIfPresent(
                                    folder,
                                    (path, names) ->
                                            names.map(
                                                    all -> {
                                                        List<String> more = new ArrayList<>(all);
                                                        more.add("60-broken.conf");
                                                        return List.copyOf(more);
                                                    }));
                            says(
                                    capture,
                                    "systemctl show",
                                    out ->
                                            out.replaceFirst(
                                                    "(?s)(Id=NetworkManager.service\n"
                                                            + ".*?)ActiveState=active\n"
                                                            + "SubState=running",
                                                    "$1ActiveState=failed\nSubState=failed"));
                        });
        assertEquals(List.of(broken, second), s.nm().config().refused(List.of()));
        Journal.Line said =
                new Journal.Line(
                        "b",
                        java.time.Instant.EPOCH,
                        -1,
                        "NetworkManager.service",
                        "NetworkManager",
                        1,
                        6,
                        "Failed to read configuration: "
                                + broken
                                + ": Key file does not start with a group");
        Night night = new Night();
        night.around = new Circumstances("", false, 0, Set.of(), false, Set.of(), List.of(said));
        Faults lost = new Faults(faults(s, List.of()).faults(), Map.of(), Set.of(), Set.of());
        night.sees(s, lost);
        night.now += 1000;
        night.sees(s, lost);
        assertEquals(List.of("set-file-aside"), night.steps(), night.saidAll());
        String shown = night.orders.get(0).shown();
        assertTrue(shown.startsWith("mv " + broken + " "), shown);
        assertFalse(shown.contains("60-broken"), shown);
    }

    /** A day of ordinary life, by a clock that is faster than the sun. */
    @Test
    void aDayOfOrdinaryLifeAsksForNoRepair() {
        Night night = new Night();
        Snapshot healthy = snapshot("healthy-bookworm");
        Faults well = faults(healthy, copies());
        Snapshot accessPointOff = accessPointOff();
        Snapshot cableOut = cableOut();
        Snapshot dhcpSilent = dhcpSilent();
        Random random = new Random(5);
        long end = night.now + 24 * 3_600_000L;
        int step = 0;
        while (night.now < end) {
            switch (step++ % 6) {
                // A lease is renewed, or Wi-Fi roams: an address is away for a moment.
                case 0 -> {
                    Snapshot lost = snapshot("address-lost");
                    night.sees(lost, faults(lost, copies()));
                    night.now += 100 + random.nextInt(400);
                    night.sees(healthy, well);
                }
                // The access point reboots.
                case 1 -> away(night, accessPointOff);
                // The cable is out for an hour.
                case 2 -> {
                    night.sees(cableOut, faults(cableOut, copies()));
                    night.now += 3_600_000;
                    night.sees(cableOut, faults(cableOut, copies()));
                    night.sees(healthy, well);
                }
                // The router is asleep: it does not answer to DHCP.
                case 3 -> away(night, dhcpSilent);
                // NetworkManager is updated: systemd restarts it.
                case 4 -> {
                    Snapshot stopped = snapshot("networkmanager-not-running");
                    night.sees(stopped, faults(stopped, copies()));
                    night.now += 600;
                    night.sees(stopped, faults(stopped, copies()));
                    night.now += 700;
                    night.sees(healthy, well);
                }
                default -> night.sees(healthy, well);
            }
            night.now += 600_000;
        }
        assertEquals(List.of(), night.orders, night.saidAll());
        assertEquals(List.of(), night.memory.incidents());
    }

    private static void away(Night night, Snapshot away) {
        Faults left = faults(away, copies());
        for (int i = 0; i < 30; i++) {
            night.sees(away, left);
            night.now += 5000;
        }
        night.sees("healthy-bookworm");
    }

    /** Faults of every kind, in any order, for ever: nothing that it keeps grows. */
    @Test
    void nothingGrowsOverTenThousandEvents() {
        Night night = new Night();
        String[] captures = {
            "healthy-bookworm", "address-lost", "networking-off", "device-disconnected"
        };
        Map<String, Faults> seen = new HashMap<>();
        for (String capture : captures) {
            seen.put(capture, faults(snapshot(capture), copies()));
        }
        Random random = new Random(7);
        int most = 0;
        for (int i = 0; i < 10_000; i++) {
            String capture = captures[random.nextInt(captures.length)];
            night.watchman.heard(
                    night.now, WatchEvent.of(0, WatchSource.KERNEL, "eth0", "eth0 changed"));
            night.sees(snapshot(capture), seen.get(capture));
            night.now += random.nextInt(100_000);
            most = Math.max(most, night.memory.text().length());
            night.said.clear();
            night.orders.clear();
        }
        assertTrue(most < 16_384, most + " characters");
        assertEquals(MonitorMemory.MOST_INCIDENTS, night.memory.incidents().size());
    }

    @Test
    void aMemoryComesBackAsItWas() throws MonitorMemory.Unreadable {
        Night night = new Night();
        night.memory.board("10000000abcdef");
        night.memory.worked().put("eth0", "192.168.50.1");
        night.lasts("address-lost", 100_000);
        night.sees("healthy-bookworm");
        String text = night.memory.text();
        assertEquals(text, MonitorMemory.parse(text).text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|false",
                "netfix/monitor/2;end|true",
                "netfix/monitor/1|false",
                "netfix/monitor/1;count 99999999999999999999;end|false",
                "netfix/monitor/1;incident 1;end|false",
                "netfix/monitor/1;total x y z reapply;end|false",
                "netfix/monitor/1;anything;end|false",
                "no memory|false"
            })
    void aDamagedMemoryIsSaid(String text, boolean newer) {
        try {
            MonitorMemory.parse(text.replace(';', '\n'));
        } catch (MonitorMemory.Unreadable e) {
            assertEquals(newer, e.newer());
            return;
        }
        throw new AssertionError("it was taken for a memory");
    }

    @Test
    void aChangedProfileIsGoodOnceItHasWorked() {
        Profile profile =
                Profile.parse(
                        "/etc/NetworkManager/system-connections/Home.nmconnection",
                        "[connection]\nid=Home\nuuid=u1\ntype=wifi\n[wifi]\nssid=Home\n",
                        java.util.Optional.empty());
        KnownGood good = new KnownGood(List.of());
        assertTrue(good.works(profile, "old", "wlan0", false, 1).isPresent());
        assertTrue(good.works(profile, "old", "wlan0", true, 2).isEmpty());
        assertTrue(good.works(profile, "new", "wlan0", false, 3).isEmpty());
        assertEquals("old", good.copies().get(0).text());
        assertTrue(good.works(profile, "new", "wlan0", true, 4).isPresent());
        assertEquals("new", good.copies().get(0).text());
        good.drop(good.copies().get(0), "was deleted on purpose");
        assertEquals(List.of(), good.copies());
    }

    @Test
    void hostileNamesDoNotReachTheLog() {
        Night night = new Night();
        Snapshot s = snapshot("healthy-bookworm");
        Faults faults =
                new Faults(
                        List.of(new Fault("not-connected", "wlan0", "\u001b[2Jwlan0\nowned")),
                        Map.of(),
                        Set.of(),
                        Set.of());
        night.sees(s, faults);
        night.now += 10_000;
        night.sees(s, faults);
        assertFalse(night.saidAll().contains("\u001b"));
        assertTrue(night.said.get(0).contains("\\x1b[2Jwlan0\\x0aowned"), night.saidAll());
        assertEquals(1, night.memory.text().lines().filter(l -> l.startsWith("inc")).count());
    }
}
