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
                """;
        assertTrue(LiveGateways.resolved(arp, "192.168.50.1", "eth0"));
        assertFalse(LiveGateways.resolved(arp, "192.168.60.1", "wlan0"));
        assertFalse(LiveGateways.resolved(arp, "192.168.50.1", "wlan0"));
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
                        Faults.PROFILE_MISSING,
                        Faults.SUPPLICANT_GONE,
                        Faults.SUPPLICANT_STRAY);
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
