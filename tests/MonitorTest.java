package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What monitor keeps and says, and what it does to a disk. */
class MonitorTest {

    @TempDir Path root;

    private static final String KEYFILE =
            "[connection]\nid=My Home Net\nuuid=74b3df5b-4552-4ae9-a241-0325255c3f14\ntype=wifi\n"
                    + "[wifi]\nssid=My Home Net\n";

    private static KnownGood.Copy copy() {
        return new KnownGood.Copy(
                "74b3df5b-4552-4ae9-a241-0325255c3f14",
                "My Home Net",
                KnownGood.FOLDER + "/My Home Net.nmconnection",
                "wlan0",
                true,
                "My Home Net",
                1_795_337_711,
                KEYFILE);
    }

    @Test
    void keepsProfilesForItsOwnEyes() throws IOException {
        MonitorFiles files = new MonitorFiles(root);
        assertEquals(List.of(), files.copies());
        files.keep(new KnownGood.Change(Optional.of(copy()), "", ""));
        assertEquals(List.of(copy()), new MonitorFiles(root).copies());
        Path kept = root.resolve("var/lib/netfix/known-good/" + copy().uuid());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.getParent())));
        files.keep(new KnownGood.Change(Optional.empty(), copy().uuid(), ""));
        assertEquals(List.of(), files.copies());
        assertEquals(List.of(), files.complaints());
    }

    /** What is written back must be a keyfile, and lie where keyfiles lie. */
    @ParameterizedTest
    @CsvSource({
        "netfix/known-good/1|/etc/shadow|wlan0|1|x",
        "netfix/known-good/1|/etc/NetworkManager/system-connections/../../x|wlan0|1|x",
        "netfix/known-good/2|/etc/NetworkManager/system-connections/x|wlan0|1|x",
        "netfix/known-good/1|/etc/NetworkManager/system-connections/x|wlan0|soon|x",
        "nothing"
    })
    void aCopyThatIsNoneIsPassedOver(String text) throws IOException {
        Path folder = Files.createDirectories(root.resolve("var/lib/netfix/known-good"));
        Files.writeString(folder.resolve("0-0"), text.replace('|', '\n'));
        MonitorFiles files = new MonitorFiles(root);
        assertEquals(List.of(), files.copies());
        assertEquals(1, files.complaints().size());
    }

    /** A byte of the card that has tipped over, and a folder: they cost themselves alone. */
    @Test
    void oneThatCannotBeReadCostsNoOther() throws IOException {
        MonitorFiles files = new MonitorFiles(root);
        files.keep(new KnownGood.Change(Optional.of(copy()), "", ""));
        Path folder = root.resolve("var/lib/netfix/known-good");
        for (int i = 0; i < 20; i++) {
            Files.write(folder.resolve("0-" + i), new byte[] {'n', (byte) 0xff, (byte) 0xfe});
        }
        Files.createDirectory(folder.resolve("1-0"));
        assertEquals(List.of(copy()), files.copies());
        assertEquals(21, files.complaints().size());
    }

    @Test
    void aDamagedMemoryIsKeptAsideAndANewerOneIsLeft() throws IOException {
        Path memory = root.resolve("var/lib/netfix/monitor/memory");
        Files.createDirectories(memory.getParent());
        Files.writeString(memory, "netfix/monitor/1\ncount 3");
        MonitorFiles files = new MonitorFiles(root);
        assertEquals(0, files.memory().count());
        assertTrue(files.complaints().get(0).contains("its end is missing"));
        assertTrue(Files.exists(memory.resolveSibling("memory.bad")));
        files.remember(new MonitorMemory());
        assertEquals("netfix/monitor/1\nboard -\ncount 0\nend\n", Files.readString(memory));

        String newer = "netfix/monitor/7\nwhatever\n";
        Files.writeString(memory, newer);
        MonitorFiles again = new MonitorFiles(root);
        again.memory();
        again.remember(new MonitorMemory());
        assertEquals(newer, Files.readString(memory));
        assertTrue(again.complaints().get(0).contains("newer"));
    }

    @Test
    void theLogIsBounded() throws IOException {
        Files.createDirectories(root.resolve("var/log"));
        MonitorFiles files = new MonitorFiles(root);
        List<String> lines = java.util.Collections.nCopies(1000, "x".repeat(100));
        for (int i = 0; i < 10; i++) {
            files.log(Instant.EPOCH, lines);
        }
        Path log = root.resolve("var/log/network-monitor.log");
        long both = Files.size(log) + Files.size(log.resolveSibling("network-monitor.log.1"));
        assertTrue(both <= 2 * MonitorFiles.MOST_LOG + 200_000, both + " bytes");
        assertTrue(Files.readString(log).startsWith("1970-01-01T00:00:00Z xxx"));
    }

    @Test
    void whatCannotBeWrittenIsSaidOnce() throws IOException {
        // A file where a folder should be: also for root there is no way in.
        Files.writeString(root.resolve("var"), "");
        MonitorFiles files = new MonitorFiles(root);
        for (int i = 0; i < 3; i++) {
            files.log(Instant.EPOCH, List.of("line"));
            files.remember(new MonitorMemory());
        }
        assertEquals(2, files.complaints().size());
        assertEquals(List.of(), files.complaints());
    }

    @Test
    void oneMonitorAtATime() {
        MonitorFiles first = new MonitorFiles(root);
        assertEquals(Optional.empty(), first.lock());
        assertEquals(Optional.of("another monitor is running"), new MonitorFiles(root).lock());
    }

    @Test
    void aHoldIsHeard() {
        MonitorFiles files = new MonitorFiles(root);
        assertEquals(0, files.hold());
        files.hold(4711);
        assertEquals(4711, files.hold());
    }

    private static MonitorStatus status() {
        return new MonitorStatus(
                612,
                "Install.java.5eed",
                Instant.parse("2026-11-22T18:00:00Z"),
                "watching",
                "",
                Map.of("eth0", true),
                Map.of("wlan0", "no access point of a saved network is in sight"),
                Map.of(),
                Map.of(),
                List.of(),
                List.of(
                        new MonitorMemory.Incident(
                                1_795_337_711_000L,
                                1300,
                                List.of("reapply"),
                                "reapply",
                                "address-lost eth0",
                                "eth0 is connected for NetworkManager and has no address")),
                1,
                Map.of("reapply", new MonitorMemory.Total(1, 1, 1300)),
                List.of("Caf\u00e9 \u202e"));
    }

    @Test
    void saysHowItIs() {
        String json = status().json();
        JsonText read = JsonText.read(json).orElseThrow();
        assertEquals("netfix/status/1", read.path("schema").text());
        assertFalse(json.contains("\u202e"));
        assertEquals(
                """
                monitor is watching, since 2026-11-22T18:00:00Z
                  it runs the build Install.java.5eed, of the sources as they are
                  eth0 carries
                  left alone: wlan0: no access point of a saved network is in sight
                The last incidents:
                  2026-11-22T08:55:11Z  1.3 s  eth0 is connected for NetworkManager and has no address
                      done: reapply; what helped: reapply
                """,
                MonitorStatus.text(json, true, "Install.java.5eed").orElseThrow());
        assertTrue(
                MonitorStatus.text(json, true, "Install.java.0ther")
                        .orElseThrow()
                        .contains("older than the sources: sudo systemctl restart"));
        assertFalse(
                MonitorStatus.text(json, true, "monitor.java.5eed").orElseThrow().contains("older"),
                "another script's build has another name in any case");
        assertTrue(MonitorStatus.allWell(json));
        assertEquals(612, MonitorStatus.pid(json));
        assertEquals(
                "ended",
                JsonText.read(MonitorStatus.ended(json)).orElseThrow().path("state").text());
        assertEquals(Optional.empty(), MonitorStatus.text("{}", true, ""));
    }

    @Test
    void tellsNodeExporter() {
        assertEquals(
                """
                # HELP netfix_interface_carries Whether the interface has a path out.
                # TYPE netfix_interface_carries gauge
                netfix_interface_carries{interface="eth0"} 1
                # HELP netfix_faults Faults that are there now.
                # TYPE netfix_faults gauge
                netfix_faults 0
                # HELP netfix_incidents_total Faults that there have been.
                # TYPE netfix_incidents_total counter
                netfix_incidents_total 1
                # HELP netfix_repair_steps_total Steps taken, by what came of them.
                # TYPE netfix_repair_steps_total counter
                netfix_repair_steps_total{step="reapply",result="helped"} 1
                netfix_repair_steps_total{step="reapply",result="other"} 0
                # HELP netfix_repair_seconds_total From a step that helped to the end of the fault.
                # TYPE netfix_repair_seconds_total counter
                netfix_repair_seconds_total{step="reapply"} 1.3
                """,
                status().metrics());
    }

    @Test
    void aMonitorThatDoesNotRunIsSaid() {
        MonitorFiles files = new MonitorFiles(root);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertEquals(1, MonitorAnswers.status(Texts.live(), files, false, out));
        assertEquals(
                "monitor is not running, and has not run since the boot\n",
                bytes.toString(StandardCharsets.UTF_8));
        files.status(status().json());
        bytes.reset();
        assertEquals(1, MonitorAnswers.status(Texts.live(), files, false, out));
        assertTrue(bytes.toString(StandardCharsets.UTF_8).startsWith("monitor is not running;"));
        bytes.reset();
        Texts runs = Texts.live().file("/proc/612/cmdline", "java\u0000monitor\u0000");
        assertEquals(0, MonitorAnswers.status(runs, files, false, out));
    }

    // --- What it does with profiles that go and change

    private static final String WIFI_FILE = KnownGood.FOLDER + "/My Home Net.nmconnection";

    private static final List<String> DEVICES = Nmcli.DEVICES.argv();

    private static final String WLAN0_CONNECTED =
            "(?s)(DEVICE:wlan0\n.*?STATE:)100 .connected.(.*?CON-UUID:)[^\n]*";

    private static final String WLAN0_ADDRESSES =
            "(\"ifname\":\"wlan0\".*?\"addr_info\":)\\[[^\\]]*\\]";

    private static Capture pi() {
        return CaptureFile.load(Captures.file("healthy-bookworm"));
    }

    private static void replace(Capture pi, List<String> argv, String pattern, String other) {
        CommandResult r = pi.commands.get(argv);
        String out = r.stdout().replaceAll(pattern, other);
        assertFalse(out.equals(r.stdout()), "nothing there is " + pattern);
        pi.commands.put(argv, new CommandResult(argv, r.outcome(), r.exit(), out, r.stderr()));
    }

    /** Its profile is gone, and so is all that hung on it. */
    private static Capture withoutWifi() {
        Capture pi = pi();
        pi.texts.remove(WIFI_FILE);
        pi.stats.remove(WIFI_FILE);
        pi.folders.put(KnownGood.FOLDER, Reading.known(List.of()));
        replace(pi, DEVICES, WLAN0_CONNECTED, "$130 (disconnected)$2");
        replace(pi, Nmcli.CONNECTIONS.argv(), "(?m)^[^\n]*My Home Net\n?", "");
        replace(pi, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
        return pi;
    }

    private static void says(Capture pi, Command command, String... lines) {
        pi.commands.put(
                command.argv(),
                CommandResult.exited(command, 0, String.join("\n", lines) + "\n", ""));
    }

    private static String heard(String unit, String message) {
        return "{\"__REALTIME_TIMESTAMP\":\"1795337442693400\",\"_SYSTEMD_UNIT\":\""
                + unit
                + "\",\"SYSLOG_IDENTIFIER\":\"x\",\"PRIORITY\":\"6\",\"_PID\":\"359\",\"MESSAGE\":\""
                + message.replace("\"", "\\\"")
                + "\"}";
    }

    private static String deletedBy(int uid) {
        return heard(
                "NetworkManager.service",
                "<info>  [1795337442.6934] audit: op=\"connection-delete\""
                    + " uuid=\"5e3275c5-9a93-496d-a35f-042f15f6b60a\" name=\"My Home Net\" pid=598"
                    + " uid="
                        + uid
                        + " result=\"success\"");
    }

    /** Begins to watch that Pi, on the disk of this test, and looks once; what it said. */
    private String starts(Capture pi) throws IOException {
        Files.createDirectories(root.resolve("var/log"));
        Path log = root.resolve("var/log/network-monitor.log");
        Files.deleteIfExists(log);
        monitor(pi).round();
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private MonitorService monitor(Capture pi) {
        return monitor(new ReplayedMachine(pi, "a Pi"));
    }

    private MonitorService monitor(Machine pi) {
        return monitor(pi, 1);
    }

    private MonitorService monitor(Machine pi, int patience) {
        return monitor(pi, patience, (gateway, device) -> Optional.of(Gateways.Method.PING));
    }

    private MonitorService monitor(Machine pi, int patience, Gateways gateways) {
        MonitorService service =
                new MonitorService(
                        pi,
                        (argv, listener) -> () -> {},
                        new RepairHands(new Noted()),
                        gateways,
                        new MonitorFiles(root),
                        new MonitorService.MonitorOptions(true, Optional.empty(), true, patience),
                        new PrintStream(new ByteArrayOutputStream()));
        service.remembers();
        return service;
    }

    /** What has never answered to anything is no path that was lost. */
    @Test
    void aGatewayIsSilentWhereItHasAnsweredBefore() throws IOException {
        Files.createDirectories(root.resolve("var/log"));
        java.util.TreeMap<String, Gateways.Method> answers = new java.util.TreeMap<>();
        answers.put("eth0", Gateways.Method.NEIGHBOUR);
        Gateways gateways = (gateway, device) -> Optional.ofNullable(answers.get(device));
        MonitorService first = monitor(new ReplayedMachine(pi(), "a Pi"), 1, gateways);
        first.round();
        first.probe();
        Path memory = root.resolve("var/lib/netfix/monitor/memory");
        String kept = Files.readString(memory);
        assertTrue(kept.contains("\nanswered neighbour 192.168.50.1 eth0\n"), kept);
        assertEquals(1, kept.lines().filter(l -> l.startsWith("answered")).count(), kept);
        // What is known outlives this monitor.
        answers.clear();
        MonitorService next = monitor(new ReplayedMachine(pi(), "a Pi"), 1, gateways);
        next.round();
        for (int i = 0; i < 3; i++) {
            next.probe();
        }
        next.round();
        assertEquals(
                List.of("gateway-silent eth0"),
                next.faults().faults().stream().map(Fault::key).toList());
        assertEquals(Set.of("wlan0"), next.faults().working());
    }

    private List<KnownGood.Copy> kept() {
        return new MonitorFiles(root).copies().stream().filter(KnownGood.Copy::wifi).toList();
    }

    @Test
    void whoDeletedAProfileWhileItDidNotRunIsAskedOfTheJournal() throws IOException {
        starts(pi());
        assertEquals(1, kept().size());
        // Nobody knows.
        Capture gone = withoutWifi();
        says(gone, Journal.EVIDENCE);
        String unknown = starts(gone);
        assertTrue(unknown.contains("who deleted it is not known"), unknown);
        assertEquals(Set.of(), faults(gone));
        // A scan of btwifiset's.
        says(
                gone,
                Journal.EVIDENCE,
                heard(
                        "btwifiset.service",
                        ".get_list - known network My Home Net in conflict - delete and move"),
                deletedBy(0));
        assertEquals(Set.of("profile-missing"), faults(gone));
        // It is remembered: the journal may be gone with the next boot.
        says(gone, Journal.EVIDENCE);
        assertEquals(Set.of("profile-missing"), faults(gone));
        // There again, and a person deletes it.
        starts(pi());
        says(gone, Journal.EVIDENCE, deletedBy(1000));
        String person = starts(gone);
        assertTrue(person.contains("was deleted on purpose while monitor did not run"), person);
        assertEquals(List.of(), kept());
    }

    /** Where nothing else works it comes back whoever has deleted it. */
    @Test
    void whatNobodyKnowsOfComesBackWhereAllIsLost() throws IOException {
        starts(pi());
        Capture gone = withoutWifi();
        says(gone, Journal.EVIDENCE);
        replace(
                gone,
                IpAddress.COMMAND.argv(),
                "\"local\":\"192[^\"]*\"",
                "\"local\":\"169.254.7.7\"");
        Set<String> atTheBoot = faults(gone);
        assertFalse(atTheBoot.contains("profile-missing"), atTheBoot.toString());
        Set<String> forLong = faults(monitor(new ReplayedMachine(gone, "a Pi"), 0));
        assertTrue(forLong.contains("profile-missing"), forLong.toString());
    }

    private Set<String> faults(Capture pi) {
        return faults(monitor(pi));
    }

    private static Set<String> faults(MonitorService service) {
        service.round();
        return service.faults().faults().stream()
                .map(Fault::code)
                .collect(java.util.stream.Collectors.toSet());
    }

    private static MonitorService.Heard says(WatchSource source, String line) {
        return new MonitorService.Heard(source, 0, line, false);
    }

    private static Machine switching(Capture[] now) {
        return new ForwardingMachine() {
            @Override
            Machine to() {
                return new ReplayedMachine(now[0], "a Pi");
            }
        };
    }

    /** What the guard of btwifiset-stable answers for is left to it, twice a session. */
    @Test
    void whatTheGuardGivesBackIsLeftToIt() throws IOException {
        starts(pi());
        Capture gone = withoutWifi();
        String guard = "/run/netfix/btwifiset";
        String its = guard + "/profiles/5e3275c5-9a93-496d-a35f-042f15f6b60a";
        gone.texts.put(guard + "/pid", Reading.known("612\n"));
        FileStat there = new FileStat(FileStat.Kind.FILE, 0600, 0, 0, 1, "");
        gone.stats.put(its + "/data", Reading.known(there));
        for (boolean guards : List.of(true, false)) {
            gone.stats.put("/proc/612", guards ? Reading.known(there) : Reading.absent("ended"));
            Capture[] now = {pi()};
            MonitorService service = monitor(switching(now));
            service.round();
            now[0] = gone;
            service.take(
                    says(
                            WatchSource.JOURNAL,
                            heard(
                                    "btwifiset-stable.service",
                                    ".get_list - known network My Home Net in conflict - delete")));
            service.take(says(WatchSource.JOURNAL, deletedBy(0)));
            service.round();
            assertEquals(guards, service.faults().faults().isEmpty());
        }
    }

    /**
     * Lines of every kind and interfaces that come under a new name: nothing that it keeps grows.
     */
    @Test
    void nothingGrowsWhateverItHears() throws IOException {
        Capture[] now = {pi()};
        MonitorService service = monitor(switching(now));
        java.util.Random random = new java.util.Random(5);
        String audit = deletedBy(0);
        for (int i = 0; i < 10_000; i++) {
            String name = "usb" + i;
            int cut = random.nextInt(audit.length());
            service.take(
                    says(
                            WatchSource.JOURNAL,
                            i % 2 == 0
                                    ? audit.replace("My Home Net", name)
                                    : audit.substring(cut)));
            service.take(says(WatchSource.KERNEL, "[LINK]" + i + ": " + name + ": <UP> mtu"));
            service.take(new MonitorService.Heard(WatchSource.RFKILL, 0, "it ended", true));
            if (i % 100 == 0) {
                now[0] = renamed(name);
                service.round();
            }
        }
        now[0] = pi();
        service.round();
        String memory = Files.readString(root.resolve("var/lib/netfix/monitor/memory"));
        assertTrue(memory.lines().filter(l -> l.startsWith("worked")).count() < 70, memory);
        assertTrue(memory.length() < 10_000, memory.length() + " characters");
        assertEquals(1, kept().size());
        assertEquals(List.of(), service.faults().faults());
    }

    private static void likeEth0(Capture pi, String name) {
        String net = "/sys/class/net/";
        pi.folders.put(net + name, pi.folders.get(net + "eth0"));
        for (String file : List.of("/carrier", "/type", "/uevent")) {
            pi.texts.put(net + name + file, pi.texts.get(net + "eth0" + file));
        }
    }

    /** Its Ethernet interface is another one now. */
    private static Capture renamed(String name) {
        Capture pi = pi();
        for (Command one : List.of(IpAddress.COMMAND, Route.COMMAND, Nmcli.DEVICES)) {
            replace(pi, one.argv(), "\\beth0\\b", name);
        }
        likeEth0(pi, name);
        return pi;
    }

    /** Written by hand: NetworkManager makes a UUID of its path. */
    @Test
    void aProfileWithoutAUuidIsKnownByNetworkManagers() throws IOException {
        Capture byHand = pi();
        byHand.texts.computeIfPresent(
                WIFI_FILE, (path, text) -> text.map(t -> t.replaceFirst("uuid=.*\n", "")));
        starts(byHand);
        assertEquals(1, kept().size());
        assertEquals("5e3275c5-9a93-496d-a35f-042f15f6b60a", kept().get(0).uuid());
        assertFalse(kept().get(0).text().contains("uuid"));
        assertEquals("", starts(byHand));
        Capture gone = withoutWifi();
        says(
                gone,
                Journal.EVIDENCE,
                heard("btwifiset.service", "known network My Home Net in conflict - delete"),
                deletedBy(0));
        assertEquals(Set.of("profile-missing"), faults(gone));
    }

    /**
     * More lines than it takes in: they are made up for by a look, and it does what there is to do.
     */
    @Test
    void aFloodDoesNotKeepItFromSeeing() throws Exception {
        Files.createDirectories(root.resolve("var/log"));
        Capture[] now = {pi()};
        AtomicInteger looks = new AtomicInteger();
        Machine counted =
                new ForwardingMachine() {
                    @Override
                    Machine to() {
                        return new ReplayedMachine(now[0], "a Pi");
                    }

                    @Override
                    public CommandResult run(Command command) {
                        if (command.equals(IpAddress.COMMAND)) {
                            looks.incrementAndGet();
                        }
                        return super.run(command);
                    }
                };
        Map<List<String>, Streams.Listener> open = new ConcurrentHashMap<>();
        CountDownLatch begun = new CountDownLatch(3);
        CountDownLatch said = new CountDownLatch(1);
        Streams streams =
                (argv, listener) -> {
                    open.put(argv, listener);
                    begun.countDown();
                    return () -> {};
                };
        PrintStream out =
                new PrintStream(new ByteArrayOutputStream()) {
                    @Override
                    public void println(String line) {
                        if (line.contains("wlan0: nothing is done: monitor was started")) {
                            said.countDown();
                        }
                    }
                };
        MonitorService service =
                new MonitorService(
                        counted,
                        streams,
                        new RepairHands(new Noted()),
                        (gateway, device) -> Optional.of(Gateways.Method.PING),
                        new MonitorFiles(root),
                        new MonitorService.MonitorOptions(false, Optional.empty(), true, 1),
                        out);
        Thread loop = new Thread(service::watch, "monitor");
        loop.start();
        try {
            assertTrue(begun.await(30, TimeUnit.SECONDS), "its sources were not opened");
            String line = "[LINK]4: wlan0: <NO-CARRIER,UP> mtu 1500 " + "x".repeat(400);
            Streams.Listener kernel = open.get(WatchSource.KERNEL.argv());
            for (int i = 0; i < 20_000; i++) {
                kernel.line(0, line);
            }
            now[0] = CaptureFile.load(Captures.file("device-disconnected~by-phone"));
            kernel.line(0, line);
            assertTrue(said.await(30, TimeUnit.SECONDS), "it does not see what is wrong");
            assertTrue(looks.get() < 40, looks.get() + " looks");
        } finally {
            loop.interrupt();
            loop.join(30_000);
        }
        assertFalse(loop.isAlive());
    }

    @Test
    void aClockThatJumpsChangesNothing() throws IOException {
        starts(pi());
        Instant[] clock = {Instant.EPOCH};
        MonitorService service =
                monitor(
                        new ForwardingMachine() {
                            @Override
                            Machine to() {
                                return new ReplayedMachine(pi(), "a Pi");
                            }

                            @Override
                            public Instant clock() {
                                return clock[0];
                            }
                        });
        for (String at :
                List.of("1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "2000-01-01T00:00:00Z")) {
            clock[0] = Instant.parse(at);
            service.round();
            assertEquals(List.of(), service.faults().faults());
            assertEquals(Set.of("eth0", "wlan0"), service.faults().carrying());
        }
        assertEquals(1, kept().size());
    }

    /** A supplicant that hangs: its unit runs, no radio is off, and nothing says why. */
    @Test
    void wifiThatIsUnavailableForNoKnownReasonIsAFault() throws IOException {
        Capture never = pi();
        replace(never, DEVICES, WLAN0_CONNECTED, "$120 (unavailable)$2");
        replace(never, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
        assertEquals(Set.of(), faults(never), "it may never have carried");
        starts(pi());
        for (String reason : List.of("42 (x)", "35 (Firmware missing)")) {
            Capture stuck = pi();
            replace(stuck, DEVICES, WLAN0_CONNECTED, "$120 (unavailable)$2");
            replace(
                    stuck,
                    DEVICES,
                    "(?s)(DEVICE:wlan0\n.*?REASON:)[^\n]*",
                    "$1" + java.util.regex.Matcher.quoteReplacement(reason));
            replace(stuck, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
            MonitorService service = monitor(stuck);
            service.round();
            Faults faults = service.faults();
            boolean firmware = reason.startsWith("35");
            assertEquals(
                    firmware ? List.of() : List.of("wifi-unavailable wlan0"),
                    faults.faults().stream().map(Fault::key).toList());
            assertEquals(
                    firmware ? Map.of("wlan0", "its firmware is missing") : Map.of(),
                    faults.left());
        }
        assertEquals(
                List.of(
                        "manage-anew",
                        "restart-supplicant",
                        "restart-networkmanager",
                        "restore-fix"),
                RepairSteps.TABLE.stream()
                        .filter(step -> step.heals().contains(Faults.WIFI_UNAVAILABLE))
                        .map(RepairSteps.Step::id)
                        .toList());
    }

    /** No profile is left, so that nobody calls it a fault that the radio is off. */
    @Test
    void wifiThatIsSwitchedOffIsNotUnavailableForNoReason() throws IOException {
        starts(pi());
        Capture off = withoutWifi();
        replace(off, DEVICES, "30 .disconnected.(\nGENERAL.REASON:0)", "20 (unavailable)$1");
        says(off, Journal.EVIDENCE);
        assertEquals(Set.of("wifi-unavailable"), faults(off));
        replace(off, Nmcli.GENERAL.argv(), "enabled\\s*$", "disabled\n");
        assertEquals(Set.of(), faults(off));
    }

    /** Where iwd is NetworkManager's backend no wpa_supplicant is missed. */
    @Test
    void iwdsWifiIsNotWpaSupplicants() throws IOException {
        starts(pi());
        for (boolean runs : List.of(true, false)) {
            Capture iwd = pi();
            replace(iwd, DEVICES, WLAN0_CONNECTED, "$120 (unavailable)$2");
            replace(iwd, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
            if (!runs) {
                List<String> units =
                        iwd.commands.keySet().stream()
                                .filter(argv -> argv.get(0).equals("systemctl"))
                                .filter(argv -> argv.contains("wpa_supplicant.service"))
                                .findFirst()
                                .orElseThrow();
                replace(
                        iwd,
                        units,
                        "(supplicant1.service\nLoadState=loaded\nActiveState=)active",
                        "$1inactive");
            }
            assertEquals(Set.of(runs ? "wifi-unavailable" : "supplicant-gone"), faults(iwd));
            String file = "/etc/NetworkManager/conf.d/iwd.conf";
            iwd.texts.put(file, Reading.known("[device]\nwifi.backend=iwd\n"));
            iwd.folders.put("/etc/NetworkManager/conf.d", Reading.known(List.of("iwd.conf")));
            assertEquals(Set.of(), faults(iwd));
        }
    }

    /** Forty-eight more, without a cable. */
    @Test
    void fiftyInterfacesAreNoReasonToDoAnything() throws IOException {
        Capture pi = pi();
        StringBuilder more = new StringBuilder();
        StringBuilder devices = new StringBuilder();
        for (int i = 0; i < 48; i++) {
            more.append(
                    ",{\"ifindex\":%d,\"ifname\":\"usb%d\",\"flags\":[\"NO-CARRIER\",\"BROADCAST\",\"UP\"],\"operstate\":\"DOWN\",\"link_type\":\"ether\",\"address\":\"02:00:00:00:02:%02x\",\"addr_info\":[]}"
                            .formatted(100 + i, i, i));
            devices.append(
                    "\nGENERAL.DEVICE:usb%d\nGENERAL.TYPE:ethernet\nGENERAL.STATE:20 (unavailable)\nGENERAL.REASON:40 (Carrier)\n"
                            .formatted(i));
            likeEth0(pi, "usb" + i);
            pi.texts.put("/sys/class/net/usb" + i + "/carrier", Reading.known("0\n"));
        }
        replace(pi, IpAddress.COMMAND.argv(), "\\]\\s*$", more + "]");
        replace(pi, DEVICES, "\\s*$", "\n" + devices);
        MonitorService service = monitor(pi);
        service.round();
        assertEquals(List.of(), service.faults().faults());
        assertEquals(Set.of("eth0", "wlan0"), service.faults().carrying());
        String status = new MonitorFiles(root).status().orElse("");
        assertTrue(status.contains("usb47"), status);
    }

    private static Capture edited() {
        Capture pi = pi();
        pi.texts.computeIfPresent(
                WIFI_FILE, (path, text) -> text.map(t -> t + "# edited, and never activated\n"));
        return pi;
    }

    /** To begin to watch is no activation of what is up. */
    @Test
    void anEditIsGoodOnceItHasWorked() throws IOException {
        starts(pi());
        Capture edited = edited();
        Command changed = Command.of("stat", "-c", "%Y", "--", WIFI_FILE);
        long now = edited.taken().getEpochSecond();
        edited.texts.put("/proc/uptime", Reading.known("600.11 1100.12\n"));
        says(edited, changed, String.valueOf(now - 60));
        starts(edited);
        assertFalse(kept().get(0).text().contains("never activated"));
        // What was there before the boot is what the boot has activated.
        says(edited, changed, String.valueOf(now - 6000));
        starts(edited);
        assertTrue(kept().get(0).text().contains("never activated"));
    }

    /** Its copy has the old name until it is up again; by its UUID it is the same. */
    @Test
    void aProfileThatWasRenamedAndThenDeletedStaysDeleted() throws IOException {
        starts(pi());
        Capture gone = withoutWifi();
        gone.texts.put("/proc/598/comm", Reading.known("nmcli\n"));
        gone.texts.put(
                "/proc/598/cgroup",
                Reading.known("0::/user.slice/user-1000.slice/session-3.scope"));
        String renamed = deletedBy(1000).replace("My Home Net", "Home");
        Capture[] now = {pi()};
        MonitorService service = monitor(switching(now));
        service.round();
        now[0] = gone;
        // Another one of that old name.
        service.take(says(WatchSource.JOURNAL, deletedBy(1000).replace("5e3275c5", "11111111")));
        assertEquals(1, kept().size());
        service.take(says(WatchSource.JOURNAL, renamed));
        assertEquals(List.of(), kept());
        service.round();
        assertEquals(List.of(), service.faults().faults());
    }

    @Test
    void aWiredOneWithAnotherNameIsTheSame() {
        KnownGood.Copy old =
                new KnownGood.Copy(
                        "1-1",
                        "desk",
                        KnownGood.FOLDER + "/desk",
                        "eth0",
                        false,
                        "",
                        0,
                        "[connection]\nid=desk\ntype=ethernet\n\n[ipv4]\nmethod=auto\n");
        KnownGood good = new KnownGood(List.of(old));
        String fresh = "[connection]\nid=bench\ntype=ethernet\n[ipv4]\nmethod=auto\n";
        Profile bench = Profile.parse(KnownGood.FOLDER + "/bench", fresh, Optional.empty());
        assertEquals(List.of(old), good.others(bench.withUuid("2-2"), fresh, "eth0"));
        assertEquals(List.of(), good.others(bench.withUuid("1-1"), fresh, "eth0"));
        assertEquals(
                List.of(),
                good.others(bench.withUuid("2-2"), fresh.replace("auto", "link-local"), "eth0"));
    }

    /** An address that is flushed for a moment is no end of an activation; a disconnection is. */
    @Test
    void onlyADeviceThatWasApartHasBeenActivatedAnew() throws IOException {
        Capture flushed = edited();
        replace(flushed, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
        Capture apart = edited();
        replace(apart, DEVICES, WLAN0_CONNECTED, "$130 (disconnected)$2");
        replace(apart, IpAddress.COMMAND.argv(), WLAN0_ADDRESSES, "$1[]");
        Capture[] now = {pi()};
        MonitorService service = monitor(switching(now));
        for (Capture next : List.of(pi(), edited(), flushed, edited())) {
            now[0] = next;
            service.round();
        }
        assertFalse(kept().get(0).text().contains("never activated"));
        for (Capture next : List.of(apart, edited())) {
            now[0] = next;
            service.round();
        }
        assertTrue(kept().get(0).text().contains("never activated"));
        // What comes and goes between two looks is heard.
        now[0] = pi();
        service.round();
        assertTrue(kept().get(0).text().contains("never activated"));
        String audit = deletedBy(0).replace("connection-delete", "connection-activate");
        service.take(says(WatchSource.JOURNAL, audit));
        service.round();
        assertFalse(kept().get(0).text().contains("never activated"));
    }

    @Test
    void aNetworkHasOneCopyOfAProfileThatIsThere() throws IOException {
        KnownGood.Copy old =
                new KnownGood.Copy(
                        "11111111-4552-4ae9-a241-0325255c3f14",
                        "preconfigured",
                        KnownGood.FOLDER + "/preconfigured.nmconnection",
                        "wlan0",
                        true,
                        "My Home Net",
                        0,
                        "[connection]\nid=preconfigured\n"
                                + "uuid=11111111-4552-4ae9-a241-0325255c3f14\ntype=wifi\n"
                                + "[wifi]\nssid=My Home Net\n");
        new MonitorFiles(root).keep(new KnownGood.Change(Optional.of(old), "", ""));
        String said = starts(pi());
        assertTrue(said.contains("\"preconfigured\" has another in its place"), said);
        assertEquals(List.of("My Home Net"), kept().stream().map(KnownGood.Copy::id).toList());
    }

    // --- Who is logged in

    private static final String SSH =
            """
            # This is private data. Do not parse.
            UID=1000
            USER=pi
            ACTIVE=1
            IS_DISPLAY=0
            STATE=active
            REMOTE=1
            TYPE=tty
            ORIGINAL_TYPE=tty
            CLASS=user
            SCOPE=session-3.scope
            FIFO=/run/systemd/sessions/3.ref
            REMOTE_HOST=192.168.50.7
            SERVICE=sshd
            LEADER=812
            """;

    private static Texts session(String text, String tty) {
        return Texts.live()
                .file("/run/systemd/sessions/3", text)
                .file("/run/systemd/sessions/3.ref", "")
                .file(
                        "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.procs",
                        "812",
                        "845")
                .file("/proc/812/stat", "812 (sshd) S 700 812 812 0 -1 4194560 1")
                .file("/proc/845/stat", "845 (odd) name)) S 812 845 845 " + tty + " 845 4194304 1");
    }

    @Test
    void knowsWhetherSomebodyIsAtATerminal() {
        assertFalse(Sessions.onTerminal(Texts.live()));
        assertTrue(Sessions.onTerminal(session(SSH, "34816")));
        // A command over SSH, without a terminal.
        assertFalse(Sessions.onTerminal(session(SSH, "0")));
        assertFalse(Sessions.onTerminal(session(SSH.replace("active\n", "closing\n"), "34816")));
        // The serial console.
        assertTrue(Sessions.onTerminal(session(SSH + "TTY=ttyS0\n", "0")));
        assertFalse(
                Sessions.onTerminal(session(SSH.replace("CLASS=user", "CLASS=manager"), "34816")));
    }

    /** A Pi that logs its owner in at boot has a session for ever. */
    @Test
    void aSessionWithoutInputIsNobodyAtWork() {
        Texts pi =
                session(SSH + "TTY=tty1\n", "0").file("/dev/pts/0", "").file("/dev/pts/ptmx", "");
        // The clock of texts stands at the epoch.
        Command asked = Command.of("stat", "-c", "%X", "--", "/dev/tty1", "/dev/pts/0");
        java.time.Duration lately = java.time.Duration.ofMinutes(10);
        assertFalse(Sessions.atWork(pi.output(asked, "-700", "-601"), lately));
        assertTrue(Sessions.atWork(pi.output(asked, "-700", "-3"), lately));
        // One terminal has gone meanwhile; nothing can be told at all.
        assertFalse(Sessions.atWork(pi.ends(asked, 1, "-700\n", "stat: cannot stat"), lately));
        assertTrue(Sessions.atWork(pi.ends(asked, 1, "", "stat: not allowed"), lately));
        assertFalse(Sessions.atWork(Texts.live().output(asked, "0"), lately), "nobody is there");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0::/user.slice/user-1000.slice/session-3.scope|nmcli in session-3.scope|true",
                "0::/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1.scope"
                        + "|nmcli in tmux-spawn-1.scope of user.slice|true",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-2.scope"
                        + "|nmcli in vte-spawn-2.scope of user.slice|true",
                "0::/system.slice/btwifiset.service|nmcli in btwifiset.service|false",
                "0::/|nmcli|false"
            })
    void everyProcessOfUserSliceIsAPersons(String cgroup, String shown, boolean person) {
        String who = Sessions.inUnit("nmcli", cgroup);
        assertEquals(shown, who);
        assertEquals(person, MonitorService.onPurpose(who + ", process 598", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nmcli in session-3.scope, process 598|true",
                "nmcli in btwifiset.service, process 598|false",
                "nmcli in btwifiset.service, process 598; just after btwifiset said: .get_list -"
                        + " known network My Home Net in conflict - delete and move|false",
                "nmcli in btwifiset.service, process 598; just after btwifiset said: the phone asks"
                        + " to delete \"Home\"|true",
                "process 598 of root|false"
            })
    void tellsAPurposeFromAnAccident(String who, boolean purpose) {
        assertEquals(purpose, MonitorService.onPurpose(who, false));
        // With somebody at a terminal what nobody else did is his.
        boolean somebodys = purpose || !who.contains("btwifiset");
        assertEquals(somebodys, MonitorService.onPurpose(who, true));
    }

    @Test
    void aNeighbourIsResolved() {
        String arp =
                """
                IP address       HW type     Flags       HW address            Mask     Device
                192.168.50.1     0x1         0x2         52:54:00:12:35:02     *        eth0
                192.168.60.1     0x1         0x0         00:00:00:00:00:00     *        wlan0
                192.168.70.1     0x1         0x12        52:54:00:12:35:03     *        eth1
                192.168.80.1     0x1         0x6         52:54:00:12:35:04     *        eth2
                """;
        assertTrue(LiveGateways.resolved(arp, "192.168.50.1", "eth0"));
        assertFalse(LiveGateways.resolved(arp, "192.168.60.1", "wlan0"));
        assertFalse(LiveGateways.resolved(arp, "192.168.50.1", "wlan0"));
        assertTrue(LiveGateways.resolved(arp, "192.168.70.1", "eth1"), "with another bit beside");
        assertFalse(LiveGateways.resolved(arp, "192.168.80.1", "eth2"), "written there by hand");
    }

    /** Many a router answers no ping over IPv6, and still says where it is. */
    @Test
    void aRouterThatDropsPingsIsNotSilentOverIpv6Either() {
        CommandResult table =
                CommandResult.exited(
                        Neighbour.COMMAND,
                        0,
                        """
                        [{"dst":"fe80::9","dev":"no-such-one0","lladdr":"ea:81:96:8b:ab:1c","state":["DELAY"]},
                        {"dst":"fe80::8","dev":"eth0","state":["FAILED"]},
                        {"dst":"fe80::7","dev":"eth0","lladdr":"ea:81:96:8b:ab:1d","state":["PERMANENT"]}]
                        """,
                        "");
        Texts pi = Texts.live().ends(Neighbour.COMMAND, 0, table.stdout(), "");
        // Of the interfaces of the machine that tests this none is asked.
        assertTrue(new LiveGateways(pi).answers("fe80::9", "no-such-one0").isPresent());
        assertFalse(LiveGateways.discovered(table, "fe80::9", "wlan0"));
        assertFalse(LiveGateways.discovered(table, "fe80::8", "eth0"));
        assertFalse(LiveGateways.discovered(table, "fe80::7", "eth0"));
    }

    // --- What it does

    /** A disk of texts that can be written, and commands that are only noted. */
    private static final class Noted implements Writable {
        final java.util.TreeMap<String, String> files = new java.util.TreeMap<>();
        final java.util.ArrayList<String> ran = new java.util.ArrayList<>();
        final java.util.TreeMap<String, String> texts = new java.util.TreeMap<>();

        @Override
        public void write(String path, byte[] content, int mode) {
            files.put(
                    path + " " + Integer.toOctalString(mode),
                    new String(content, StandardCharsets.UTF_8));
        }

        @Override
        public void stage(String folder, Map<String, byte[]> all) {
            throw new AssertionError("monitor stages nothing");
        }

        @Override
        public int runShown(List<String> argv, PrintStream to) {
            throw new AssertionError("monitor shows nothing");
        }

        @Override
        public CommandResult run(Command command) {
            if (command.tool().equals("rfkill")) {
                return CommandResult.notRun(
                        command, CommandResult.Outcome.NO_SUCH_TOOL, "not installed");
            }
            ran.add(command.shown());
            return CommandResult.exited(command, command.tool().equals("false") ? 1 : 0, "", "");
        }

        @Override
        public Reading<String> read(String path) {
            return texts.containsKey(path) ? Reading.known(texts.get(path)) : Reading.absent("");
        }

        @Override
        public Reading<List<String>> list(String folder) {
            return Reading.absent("");
        }

        @Override
        public Reading<FileStat> stat(String path) {
            return files.keySet().stream().anyMatch(f -> f.startsWith(path + " "))
                    ? Reading.known(new FileStat(FileStat.Kind.FILE, 0600, 0, 0, 1, ""))
                    : Reading.absent("");
        }

        @Override
        public boolean runsCommands() {
            return true;
        }

        @Override
        public Instant clock() {
            return Instant.EPOCH;
        }

        @Override
        public String describe() {
            return "a disk of texts";
        }
    }

    @Test
    void writesAMissingProfileAndNeverOverOne() {
        Noted machine = new Noted();
        RepairHands hands = new RepairHands(machine);
        assertEquals("", hands.doAll(List.of(new RepairAct.PutBack(copy()))));
        assertEquals(Map.of(copy().file() + " 600", KEYFILE), machine.files);
        assertEquals(
                copy().file() + " is there already",
                hands.doAll(List.of(new RepairAct.PutBack(copy()), RepairAct.run("true"))));
        assertEquals(List.of(), machine.ran);
    }

    @Test
    void setsAFileAsideWithoutLosingAnotherOne() {
        Noted machine = new Noted();
        RepairHands hands = new RepairHands(machine);
        hands.doAll(List.of(new RepairAct.SetAside("/etc/x.conf")));
        machine.files.put("/etc/x.conf.netfix-off 644", "");
        hands.doAll(List.of(new RepairAct.SetAside("/etc/x.conf")));
        assertEquals(
                List.of(
                        "mv -n -- /etc/x.conf /etc/x.conf.netfix-off",
                        "mv -n -- /etc/x.conf /etc/x.conf.netfix-off.2"),
                machine.ran);
    }

    /** A name of which no longer one can be made, or of which there are enough, ends in words. */
    @Test
    void aNameThatLeavesNoRoomIsNotSetAside() {
        Noted machine = new Noted();
        String path = "/etc/" + "x".repeat(240) + ".conf";
        String failure = new RepairHands(machine).doAll(List.of(new RepairAct.SetAside(path)));
        assertTrue(failure.endsWith("its name leaves no room for .netfix-off"), failure);
        assertEquals(Optional.empty(), RepairAct.SetAside.place("/etc/x.conf", p -> true));
        assertEquals(List.of(), machine.ran);
    }

    @Test
    void nothingIsDoneWhileAFixIsNotDecided() {
        Noted machine = new Noted();
        RepairHands hands = new RepairHands(machine);
        machine.texts.put("/var/lib/netfix/state", "unconfirmed 0001 board boot\n");
        assertEquals("fix 0001 is unconfirmed", hands.doAll(List.of(RepairAct.run("true"))));
        machine.texts.put("/var/lib/netfix/state", "confirmed 0001 board boot\n");
        machine.texts.put("/run/netfix/recovering", "4711\n");
        machine.texts.put("/proc/4711/stat", "4711 (sh) S");
        assertEquals("fix recover is at work", hands.doAll(List.of(RepairAct.run("true"))));
        machine.texts.remove("/proc/4711/stat");
        assertEquals("", hands.doAll(List.of(RepairAct.run("true"))));
        assertEquals(List.of("true"), machine.ran);
    }

    @Test
    void aToolIsMissedUntilItIsThere() {
        Noted machine = new Noted();
        RepairHands hands = new RepairHands(machine);
        assertEquals("rfkill is not installed", hands.doAll(List.of(RepairAct.run("rfkill"))));
        assertEquals(Set.of("rfkill"), hands.absent());
        machine.files.put("/usr/sbin/rfkill 755", "");
        assertEquals(Set.of(), hands.absent());
    }

    @Test
    void theFirstFailureEndsAStep() {
        Noted machine = new Noted();
        String failure =
                new RepairHands(machine)
                        .doAll(List.of(RepairAct.run("false"), RepairAct.run("true")));
        assertEquals("false exited 1", failure);
        assertEquals(List.of("false"), machine.ran);
    }

    @Test
    void everyCodeOfTheLadderIsAFindingOrItsOwn() {
        Set<String> own =
                Set.of(
                        Faults.NOT_CONNECTED,
                        Faults.NO_LEASE,
                        Faults.PROFILE_MISSING,
                        Faults.SUPPLICANT_GONE,
                        Faults.SUPPLICANT_STRAY,
                        Faults.WIFI_UNAVAILABLE);
        Set<String> rows =
                Findings.TABLE.stream()
                        .map(FindingRow::code)
                        .collect(java.util.stream.Collectors.toSet());
        for (RepairSteps.Step step : RepairSteps.TABLE) {
            for (String code : step.heals()) {
                assertTrue(own.contains(code) || rows.contains(code), code);
            }
        }
    }
}
