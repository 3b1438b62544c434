package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * transaction.sh itself, run by sh in a folder of its own: its places are moved there, and
 * systemctl only notes what it is asked. A cut comes just before the n-th command that changes
 * anything on the disk: one run, cut everywhere, keeps the disk as it is at each of them, and one
 * is a real SIGKILL to the whole process group. Whether what was written is on the disk only a
 * power cut of a real machine tells.
 */
class TransactionScriptTest {

    /** What the script changes the disk with. */
    private static final List<String> TOOLS =
            List.of("sync", "mv", "rm", "ln", "cp", "mkdir", "rmdir", "chmod", "touch");

    private static final String SECRET = "psk=correct horse battery staple";

    @TempDir(factory = MemoryFolder.class)
    Path top;

    private Path pi;
    private int boots;

    @BeforeEach
    void aPi() throws Exception {
        pi = Files.createDirectory(top.resolve("pi"));
        for (String folder : List.of("etc", "usr/tree", "var/log", "units", "net")) {
            Files.createDirectories(pi.resolve(folder));
        }
        put("etc/a", "a\n");
        put("etc/keyfile", SECRET + "\n");
        put("etc/gone", "gone\n");
        put("usr/tree/old", "old\n");
        Files.createSymbolicLink(pi.resolve("etc/alias"), Path.of("a"));
        Files.createDirectories(pi.resolve("var/lib/netfix"));
        Path bin = Files.createDirectory(top.resolve("bin"));
        Path enabled = Files.createFile(top.resolve("enabled"));
        stub(
                bin.resolve("systemctl"),
                "[ \"$1\" = show ] && exit\n"
                        + "[ \"$2\" = is-enabled ] && exec grep -qx -e \"$4\" "
                        + enabled
                        + "\necho \"$@\" >>"
                        + top
                        + "/asked\n");
        stub(
                bin.resolve("systemd-run"),
                "while [ \"$1\" != -- ] && [ \"$1\" != true ]; do shift; done\n"
                        + "if [ \"$1\" = -- ]; then shift; echo \"scope: $@\" >>"
                        + top
                        + "/asked; fi\nexec \"$@\"\n");
        stub(bin.resolve("logger"), "");
        Files.createDirectory(top.resolve("card"));
        Files.writeString(top.resolve("mounts"), "/dev/x " + top + "/card vfat rw,relatime 0 0\n");
        Files.writeString(
                top.resolve("transaction.sh"),
                cuttable() + moved(new String(PlanFolder.script(), StandardCharsets.UTF_8)));
        boot();
    }

    /** Functions before the commands, because a wrapper of each would take twice the time. */
    private String cuttable() {
        Path cuts = top.resolve("cuts");
        StringBuilder text = new StringBuilder("cut_here() {\n");
        text.append("    read -r left <").append(top).append("/left\n");
        text.append("    if [ \"$left\" = 1 ]; then kill -9 0; fi\n");
        text.append("    echo $((left - 1)) >").append(top).append("/left\n");
        text.append("    if [ -d ").append(cuts).append(" ]; then command cp -a ").append(pi);
        text.append(" ").append(cuts).append("/$((1 - left)); fi\n}\n");
        for (String tool : TOOLS) {
            text.append(tool).append("() { cut_here; command ").append(tool).append(" \"$@\"; }\n");
        }
        return text.toString();
    }

    private String moved(String script) {
        Map<String, String> places =
                Map.of(
                        "base=/var/lib/netfix\n", "base=" + pi + "/var/lib/netfix\n",
                        "log=/var/log/netfix.log\n", "log=" + pi + "/var/log/netfix.log\n",
                        "units=/etc/systemd/system\n", "units=" + pi + "/units\n",
                        "runtime=/run/systemd/system\n", "runtime=" + top + "/run\n",
                        "told=/run/netfix\nconf=/etc/NetworkManager/conf.d\n",
                                "told=" + top + "/told\nconf=" + pi + "/etc/conf.d\n",
                        "cards='/boot/firmware /boot'\nmounts=/proc/mounts\n",
                                "cards=" + top + "/card\nmounts=" + top + "/mounts\n",
                        "interfaces=/sys/class/net\n", "interfaces=" + pi + "/net\n",
                        "kernel_boot=/proc/sys/kernel/random/boot_id\n",
                                "kernel_boot=" + top + "/boot\n",
                        "PATH=/usr/sbin", "PATH=" + top + "/bin:/usr/sbin");
        for (Map.Entry<String, String> place : places.entrySet()) {
            assertTrue(script.contains(place.getKey()), place.getKey());
            script = script.replace(place.getKey(), place.getValue());
        }
        return script;
    }

    private void put(String name, String text) throws IOException {
        Path file = pi.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void stub(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertTrue(file.toFile().setExecutable(true));
    }

    /** The next boot: another id, and /run is empty. */
    private void boot() throws Exception {
        boots++;
        delete(top.resolve("run"));
        delete(top.resolve("told"));
        Files.writeString(top.resolve("boot"), "boot-" + boots + "\n");
    }

    private ProcessResult run(String... verb) throws Exception {
        return runUpTo(0, verb);
    }

    /**
     * @param cut before which of its changes it is killed; 0 for never
     */
    private ProcessResult runUpTo(int cut, String... verb) throws Exception {
        Files.writeString(top.resolve("left"), cut + "\n");
        List<String> argv =
                new ArrayList<>(List.of("setsid", "sh", top.resolve("transaction.sh").toString()));
        argv.addAll(List.of(verb));
        return new ProcessExecutor(argv).readOutput(true).execute();
    }

    private static boolean wasKilled(ProcessResult result) {
        return result.getExitValue() == 137;
    }

    private void did(String... verb) throws Exception {
        ProcessResult result = run(verb);
        assertEquals(0, result.getExitValue(), () -> List.of(verb) + ": " + result.outputUTF8());
    }

    private String state() throws IOException {
        Path file = pi.resolve("var/lib/netfix/state");
        return Files.exists(file) ? Files.readString(file).split(" ")[0] : "none";
    }

    private void stage(String fix, Change... changes) throws IOException {
        stage(fix, false, changes);
    }

    private void stage(String fix, boolean strandedBefore, Change... changes) throws IOException {
        List<Plan.Step> steps =
                Stream.of(changes)
                        .map(change -> new Plan.Step(Plan.Phase.CONFIGURATION, change, "test"))
                        .toList();
        String owner =
                Files.getAttribute(pi, "unix:uid") + ":" + Files.getAttribute(pi, "unix:gid");
        Map<String, byte[]> files =
                PlanFolder.of(
                        new Plan(List.of(), steps, List.of(), List.of(), List.of(), strandedBefore),
                        List.of("dns - - - - - - 0 - -"),
                        owner);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = pi.resolve("var/lib/netfix/" + fix + "/" + file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        // No name server is asked: what there is to prove is not what is tested here.
        Files.writeString(pi.resolve("var/lib/netfix/" + fix + "/paths"), "");
    }

    private String at(String name) {
        return pi + "/" + name;
    }

    private void firstFix(String until) throws Exception {
        stage(
                "0001",
                Change.Put.text(at("etc/a"), 0644, "first\n", ""),
                Change.Put.text(at("etc/keyfile"), 0600, SECRET + "\nautoconnect=true\n", ""),
                Change.Put.text(at("etc/fresh"), 0600, "fresh\n", ""),
                new Change.Remove(at("etc/gone"), ""),
                new Change.Link(at("etc/alias"), "/dev/null", ""),
                new Change.Folder(at("etc/folder"), 0755),
                Change.Put.text(at("etc/folder/inside"), 0644, "inside\n", ""),
                new Change.Tree(
                        at("usr/tree"),
                        Map.of("new", "new\n".getBytes(StandardCharsets.UTF_8)),
                        ""),
                new Change.UnitJob("stop", "dhcpcd.service", "start", ""));
        until("0001", until);
    }

    private void secondFix(String until) throws Exception {
        stage(
                "0002",
                Change.Put.text(at("etc/a"), 0644, "second\n", ""),
                new Change.Remove(at("etc/fresh"), ""),
                Change.Put.text(at("etc/gone"), 0644, "here again\n", ""),
                new Change.Tree(
                        at("usr/tree"),
                        Map.of("newer", "newer\n".getBytes(StandardCharsets.UTF_8)),
                        ""));
        until("0002", until);
    }

    /** Those that take more than one step; few, because each cut is a run of the script. */
    private Change text(String content) {
        return Change.Put.text(at("etc/a"), 0644, content, "");
    }

    private Change lifeline() {
        String file = at("etc/profiles/wired");
        return Change.Put.text(file, 0600, "wired\n", "").as(Change.Fate.LIFELINE);
    }

    private Change tree(String name) {
        return new Change.Tree(
                at("usr/tree"), Map.of(name, "new\n".getBytes(StandardCharsets.UTF_8)), "");
    }

    private void until(String fix, String last) throws Exception {
        for (String verb : List.of("prepare", "arm", "apply", "confirm")) {
            if (verb.equals("prepare") || verb.equals("arm")) {
                did(verb, fix);
            } else {
                did(verb);
            }
            if (verb.equals(last)) {
                return;
            }
        }
    }

    /** Everything but what is netfix's own: type, mode, content. */
    private Map<String, String> listing() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(pi)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = pi.relativize(path).toString();
                if (name.startsWith("var")) {
                    continue;
                }
                Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                String what =
                        Files.isSymbolicLink(path)
                                ? "-> " + Files.readSymbolicLink(path)
                                : Files.isDirectory(path) ? "" : Files.readString(path);
                all.put(name, mode + " " + what);
            }
        }
        return all;
    }

    /**
     * Boots from the disk as it was before the first, the second, ... of what a verb changes, and
     * as it is at the end; and looks after each.
     *
     * @return how many cuts there were
     */
    private int cutEverywhere(String verb, Callable<String> wrongAfterwards) throws Exception {
        Path cuts = Files.createDirectory(top.resolve("cuts"));
        assertFalse(wasKilled(run(verb)));
        Path kept = top.resolve("kept");
        Files.move(cuts, kept);
        int last;
        try (Stream<Path> disks = Files.list(kept)) {
            last = (int) disks.count();
        }
        List<String> wrong = new ArrayList<>();
        for (int cut = last + 1; cut > 0; cut--) {
            if (cut <= last) {
                delete(pi);
                Files.move(kept.resolve(Integer.toString(cut)), pi);
            }
            boot();
            run("boot");
            String why = wrongAfterwards.call();
            if (!why.isEmpty()) {
                wrong.add("cut before change " + cut + " of " + verb + ": " + why);
            }
        }
        assertEquals(List.of(), wrong);
        return last;
    }

    private static void delete(Path folder) throws Exception {
        new ProcessExecutor("rm", "-rf", folder.toString()).exitValueNormal().execute();
    }

    private String differs(Map<String, String> wanted) throws IOException {
        Map<String, String> is = listing();
        if (is.equals(wanted)) {
            return "";
        }
        Map<String, String> lost = new TreeMap<>(wanted);
        lost.entrySet().removeAll(is.entrySet());
        is.entrySet().removeAll(wanted.entrySet());
        return "lost " + lost + ", left " + is.keySet() + ", state " + state();
    }

    @Test
    void aFixAndItsUndoLeaveNothing() throws Exception {
        Map<String, String> before = listing();
        firstFix("confirm");
        assertEquals("confirmed", state());
        secondFix("confirm");
        assertNotEquals(before, listing());
        did("undo");
        assertEquals("", differs(before));
        assertFalse(Files.exists(pi.resolve("var/lib/netfix")));
        assertTrue(Files.readString(top.resolve("asked")).contains("start -- dhcpcd.service"));
    }

    @Test
    void whileAFixIsUnconfirmedEmergencyCommandsGoOnAndAreTheirOwn() throws Exception {
        Map<String, String> before = listing();
        firstFix("apply");
        Map<String, String> fixed = listing();
        stage(
                "0002",
                new Change.Run(List.of("false"), List.of(), true, ""),
                new Change.UnitJob("start", "dhcpcd.service", "", ""),
                Change.Put.text(at("etc/profile"), 0600, "profile\n", ""),
                Change.Put.text(at("etc/a"), 0644, "recovered\n", ""));
        did("recover", "0002");
        assertEquals("unconfirmed", state());
        assertEquals("profile\n", Files.readString(pi.resolve("etc/profile")));
        assertFalse(Files.exists(top.resolve("told/recovering")));
        // The fix goes, as it does where its boot fails; what was recovered stays.
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "restoring"));
        boot();
        did("boot");
        assertEquals("rolled-back", state());
        assertEquals("profile\n", Files.readString(pi.resolve("etc/profile")));
        assertEquals("recovered\n", Files.readString(pi.resolve("etc/a")));
        assertTrue(Files.exists(pi.resolve("etc/gone")));
        assertNotEquals(fixed, listing());
        did("undo");
        assertFalse(Files.exists(pi.resolve("etc/profile")));
        assertEquals(before.keySet(), listing().keySet());
    }

    @Test
    void whatIsRecoveredWithoutAFixIsUndoneByUndo() throws Exception {
        Map<String, String> before = listing();
        stage("0001", text("recovered\n"), tree("new"));
        did("recover", "0001");
        assertEquals("confirmed", state());
        assertEquals("recovered\n", Files.readString(pi.resolve("etc/a")));
        did("undo");
        assertEquals("", differs(before));
    }

    @Test
    void aRecoveryDoesNotDisturbAFixThatIsBeingApplied() throws Exception {
        firstFix("arm");
        stage("0002", text("recovered\n"));
        assertEquals(2, run("recover", "0002").getExitValue());
        // Whoever waits for it reads that, and not the exit status of a unit.
        Path result = pi.resolve("var/lib/netfix/0002/result");
        assertEquals("2\nfix 0001 is open\n", Files.readString(result));
        assertEquals("a\n", Files.readString(pi.resolve("etc/a")));
    }

    @Test
    void whatIsMissingOfAConfirmedFixIsPutBackAndAnEditStays() throws Exception {
        firstFix("apply");
        assertEquals(1, run("again").getExitValue(), "it is not confirmed");
        did("confirm");
        secondFix("confirm");
        Map<String, String> fixed = listing();
        assertEquals(1, run("again").getExitValue(), "nothing is missing");
        // Gone; as it was before; what a link became; a folder and what is in it.
        Files.delete(pi.resolve("etc/gone"));
        Files.delete(pi.resolve("etc/keyfile"));
        put("etc/keyfile", SECRET + "\n");
        Files.delete(pi.resolve("etc/alias"));
        Files.createSymbolicLink(pi.resolve("etc/alias"), Path.of("a"));
        delete(pi.resolve("etc/folder"));
        delete(pi.resolve("usr/tree"));
        did("again");
        assertEquals("", differs(fixed));
        put("etc/keyfile", "somebody's\n");
        put("etc/a", "somebody's\n");
        String said = run("again").outputUTF8();
        assertTrue(said.contains("kept: " + at("etc/a")), said);
        assertEquals("somebody's\n", Files.readString(pi.resolve("etc/keyfile")));
        // What the second fix removed of the first's is not missing.
        assertFalse(Files.exists(pi.resolve("etc/fresh")));
    }

    @Test
    void whatWasSetAsideComesBackWithUndo() throws Exception {
        put("etc/conf.d/other.conf", "other\n");
        put("etc/conf.d/bad.conf", "bad\n");
        Map<String, String> before = listing();
        firstFix("confirm");
        Path bad = pi.resolve("etc/conf.d/bad.conf");
        Files.move(bad, bad.resolveSibling("bad.conf.netfix-off"));
        did("undo");
        assertEquals("", differs(before));
        // Somebody has written it anew.
        firstFix("confirm");
        put("etc/conf.d/other.conf.netfix-off", "old\n");
        String said = run("undo").outputUTF8();
        assertTrue(said.contains("kept: " + at("etc/conf.d/other.conf.netfix-off")), said);
        assertEquals("other\n", Files.readString(pi.resolve("etc/conf.d/other.conf")));
    }

    @Test
    void aFixThatIsCutAnywhereIsGoneAfterTheBoot() throws Exception {
        Map<String, String> before = listing();
        // This Pi is not stranded, so the wired profile goes as well.
        Change folder = new Change.Folder(at("etc/profiles"), 0700);
        stage("0001", text("new\n"), folder, lifeline(), tree("new"));
        until("0001", "arm");
        int cuts =
                cutEverywhere("apply", () -> state().equals("unconfirmed") ? "" : differs(before));
        assertTrue(cuts > 10, cuts + " cuts");
    }

    /** Also where it is cut before the profile was written: what comes first is netfix itself. */
    @Test
    void aPiThatIsStrandedAtItsNextBootHasTheWiredProfileWhereverItsFixIsCut() throws Exception {
        Map<String, String> before = listing();
        stage("0001", true, tree("new"), lifeline());
        until("0001", "arm");
        int cuts =
                cutEverywhere(
                        "apply",
                        () -> {
                            Map<String, String> wanted = new TreeMap<>(before);
                            wanted.putAll(withWired());
                            return state().equals("unconfirmed") ? "" : differs(wanted);
                        });
        assertTrue(cuts > 10, cuts + " cuts");
    }

    private Map<String, String> withWired() throws IOException {
        Map<String, String> wired = listing();
        wired.keySet().removeIf(name -> !name.startsWith("etc/profiles"));
        return wired.size() == 2 ? wired : Map.of("etc/profiles/wired", "");
    }

    @Test
    void aPiThatIsStrandedIsToldThatTheWiredProfileStaysAndUndoTakesIt() throws Exception {
        Map<String, String> before = listing();
        Change fails = new Change.Run(List.of("false"), List.of(), false, "");
        stage("0001", true, tree("new"), fails, lifeline());
        until("0001", "apply");
        assertEquals("rolled-back", state());
        Path wired = pi.resolve("etc/profiles/wired");
        assertEquals("wired\n", Files.readString(wired));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(wired)));
        String told = Files.readString(pi.resolve("var/lib/netfix/0001/narration"));
        assertTrue(told.contains("put there: " + wired + ", for this Pi"), told);
        String note = Files.readString(top.resolve("card/netfix-rollback.txt"));
        assertTrue(note.contains("this did not work: false; but " + wired + " stays"), note);
        did("undo");
        Files.delete(wired.getParent());
        assertEquals("", differs(before));
    }

    /** The wired profile alone would be of no use: NetworkManager would not start. */
    @Test
    void whatTheNextBootCannotStartWithStaysAwayAndUndoBringsItBack() throws Exception {
        put("etc/conf.d/broken.conf", "no key\n");
        Map<String, String> before = listing();
        Change aside =
                Change.Put.text(at("etc/conf.d/broken.conf.netfix-off"), 0644, "no key\n", "")
                        .as(Change.Fate.LIFELINE);
        Change away = new Change.Remove(at("etc/conf.d/broken.conf"), "", true);
        Change fails = new Change.Run(List.of("false"), List.of(), false, "");
        for (List<Change> order :
                List.of(List.of(aside, away, fails), List.of(fails, aside, away))) {
            stage("0001", true, order.toArray(Change[]::new));
            until("0001", "apply");
            assertEquals("rolled-back", state());
            assertFalse(Files.exists(pi.resolve("etc/conf.d/broken.conf")));
            assertEquals(
                    "no key\n", Files.readString(pi.resolve("etc/conf.d/broken.conf.netfix-off")));
            String note = Files.readString(top.resolve("card/netfix-rollback.txt"));
            assertTrue(note.contains("broken.conf stays away, "), note);
            assertTrue(note.contains("netfix-off stays, for this Pi to be"), note);
            did("undo");
            assertEquals("", differs(before));
        }
    }

    @Test
    void aRollbackThatIsCutAnywhereIsCompleteAfterTheBoot() throws Exception {
        Map<String, String> before = listing();
        stage("0001", text("new\n"), tree("new"));
        until("0001", "apply");
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
        Path images = pi.resolve("var/lib/netfix/0001/ops/0001");
        int cuts =
                cutEverywhere(
                        "rollback",
                        () -> differs(before) + (Files.exists(images) ? " left images" : ""));
        assertTrue(cuts > 10, cuts + " cuts");
    }

    @Test
    void anUndoOfTwoFixesThatIsCutAnywhereIsCompleteAfterTheBoot() throws Exception {
        Map<String, String> before = listing();
        stage("0001", tree("new"));
        until("0001", "confirm");
        stage("0002", tree("newer"), text("0002\n"));
        until("0002", "confirm");
        Map<String, String> fixed = listing();
        int cuts =
                cutEverywhere(
                        "undo",
                        () -> {
                            String left = String.join(" ", notUndone());
                            return switch (state()) {
                                // Before it had begun.
                                case "confirmed" -> differs(fixed);
                                case "none" -> left + differs(before);
                                default -> state();
                            };
                        });
        assertTrue(cuts > 20, cuts + " cuts");
    }

    private List<String> notUndone() throws IOException {
        Path base = pi.resolve("var/lib/netfix");
        if (!Files.exists(base)) {
            return List.of();
        }
        try (Stream<Path> names = Files.list(base)) {
            return names.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("0.*|gone|state"))
                    .toList();
        }
    }

    /** The control: without the script's part at the next boot the same cut leaves half a fix. */
    @Test
    void withoutTheBootUnitACutLeavesHalfAFix() throws Exception {
        Map<String, String> before = listing();
        firstFix("arm");
        assertTrue(wasKilled(runUpTo(20, "apply")));
        assertNotEquals("", differs(before));
        boot();
        run("boot");
        assertEquals("", differs(before));
    }

    @Test
    void aFixThatIsBeingAppliedInThisBootIsLeftToItself() throws Exception {
        firstFix("arm");
        did("boot");
        assertEquals("open", state());
    }

    /** To the script, which leads its session, and to the command that runs: as systemd stops. */
    private static final String STOP = "set -- $(cat /proc/$$/stat); kill -TERM $6; kill -TERM $$";

    /** Its unit has to fail then, for OnFailure= to take the half of it back. */
    @Test
    void aFixThatIsStoppedHalfWayHasFailed() throws Exception {
        Map<String, String> before = listing();
        List<String> stop = List.of("sh", "-c", STOP);
        stage("0001", text("new\n"), new Change.Run(stop, List.of(), false, ""), tree("new"));
        until("0001", "arm");
        assertEquals(143, run("apply").getExitValue());
        assertEquals("open", state());
        assertEquals("new\n", Files.readString(pi.resolve("etc/a")));
        assertFalse(Files.exists(pi.resolve("usr/tree/new")));
        did("rollback");
        assertEquals("", differs(before));
    }

    @Test
    void aSecondFixIsRefusedWhileOneIsOpenOrUnconfirmed() throws Exception {
        firstFix("arm");
        stage("0002", new Change.Remove(at("etc/a"), ""));
        did("prepare", "0002");
        assertEquals(2, run("arm", "0002").getExitValue());
        did("apply");
        assertEquals(2, run("arm", "0002").getExitValue());
        assertTrue(
                Files.readString(pi.resolve("var/lib/netfix/state"))
                        .startsWith("unconfirmed 0001"));
    }

    @Test
    void aFixWhoseJournalCannotBeWrittenIsTakenBack() throws Exception {
        Map<String, String> before = listing();
        firstFix("arm");
        Files.createDirectory(pi.resolve("var/lib/netfix/0001/journal"));
        did("apply");
        assertEquals("", differs(before));
        assertTrue(
                Files.readString(pi.resolve("var/lib/netfix/0001/result"))
                        .startsWith("4\nthe journal of the fix cannot be written"));
    }

    @Test
    void whatSomebodyHasChangedSinceIsKept() throws Exception {
        firstFix("confirm");
        put("etc/a", "mine\n");
        did("undo");
        assertEquals("mine\n", Files.readString(pi.resolve("etc/a")));
        assertFalse(Files.exists(pi.resolve("etc/fresh")));
    }

    @Test
    void onAnotherBoardNothingIsTakenBackAndTheImagesAreWiped() throws Exception {
        firstFix("apply");
        Map<String, String> fixed = listing();
        fixed.keySet().removeIf(name -> name.startsWith("units"));
        Path state = pi.resolve("var/lib/netfix/state");
        String[] words = Files.readString(state).strip().split(" ");
        for (String was : List.of("open", "unconfirmed", "confirmed")) {
            Files.writeString(state, was + " 0001 another-board " + words[3] + "\n");
            Files.createDirectories(pi.resolve("var/lib/netfix/known-good"));
            boot();
            did("boot");
            assertEquals("confirmed", state());
            Map<String, String> now = listing();
            now.keySet().removeIf(name -> name.startsWith("units"));
            assertEquals(fixed, now);
            assertEquals(List.of(), secretsIn("var"));
            assertFalse(Files.exists(pi.resolve("var/lib/netfix/0001")));
            assertFalse(Files.exists(pi.resolve("var/lib/netfix/known-good")));
        }
    }

    /**
     * The boot unit is what forgets it; where that was cut short nothing is judged all the same.
     */
    @Test
    void onAnotherBoardNothingIsProved() throws Exception {
        stage("0001", text("new\n"));
        until("0001", "apply");
        Path state = pi.resolve("var/lib/netfix/state");
        String unconfirmed = Files.readString(state);
        String[] words = unconfirmed.strip().split(" ");
        boot();
        Files.writeString(state, unconfirmed.replace(words[2], "another-board"));
        did("prove");
        assertEquals("unconfirmed", state());
        Files.writeString(state, unconfirmed);
        did("prove");
        assertEquals("confirmed", state());
    }

    /** NetworkManager had run in that boot and left its folder in /run, where the fix wrote. */
    @Test
    void whatWentWithItsBootIsNotMissed() throws Exception {
        Files.createDirectories(top.resolve("run/nm"));
        stage(
                "0001",
                text("new\n"),
                new Change.Folder(top + "/run/nm", 0755),
                Change.Put.text(top + "/run/nm/hold", 0644, "hold\n", ""));
        until("0001", "apply");
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
        boot();
        String said = run("boot").outputUTF8();
        assertEquals("rolled-back", state());
        assertEquals("a\n", Files.readString(pi.resolve("etc/a")));
        assertFalse(said.contains("kept"), said);
        assertFalse(Files.exists(pi.resolve("units/netfix-boot.service")));
    }

    /** {@code systemctl mask --runtime}: to undo a fix in the same boot brings it back, too. */
    @Test
    void aMaskInMemoryComesBackInItsBootOnly() throws Exception {
        Path mask = top.resolve("run/systemd/masked.service");
        for (boolean sameBoot : List.of(true, false)) {
            Files.createDirectories(mask.getParent());
            Files.createSymbolicLink(mask, Path.of("/dev/null"));
            stage("0001", text("new\n"), new Change.Remove(mask.toString(), "unmask it"));
            until("0001", "confirm");
            assertFalse(Files.exists(mask, LinkOption.NOFOLLOW_LINKS));
            if (!sameBoot) {
                boot();
            }
            did("undo");
            assertEquals("a\n", Files.readString(pi.resolve("etc/a")));
            assertEquals(sameBoot, Files.exists(mask, LinkOption.NOFOLLOW_LINKS));
            boot();
        }
    }

    /**
     * NetworkManager starts itself again as it fails with what the fix wrote, until systemd starts
     * it no more; with the old files it would run.
     */
    @Test
    void whatHasFailedTooOftenIsStartedOnTheWayBack() throws Exception {
        String unit = "NetworkManager.service";
        Path tired = top.resolve("tired");
        Path runs = top.resolve("runs");
        stub(
                top.resolve("bin/systemctl"),
                ("[ \"$1\" = show ] && exit\n[ \"$2\" = is-enabled ] && exit 1\n"
                                + "case \"$1 $3\" in\n"
                                + "  'reset-failed U') rm -f TIRED ;;\n"
                                + "  'restart U')\n"
                                + "    if [ -e TIRED ]; then exit 1; fi\n"
                                + "    if grep -q new A; then : >TIRED; exit 1; fi\n"
                                + "    : >RUNS ;;\n"
                                + "esac\n")
                        .replace(" U'", " " + unit + "'")
                        .replace("TIRED", tired.toString())
                        .replace("RUNS", runs.toString())
                        .replace("new A;", "new " + at("etc/a") + ";"));
        stage("0001", text("new\n"), new Change.UnitJob("restart", unit, "restart", ""));
        until("0001", "apply");
        assertEquals("rolled-back", state());
        assertTrue(Files.exists(runs), Files.readString(pi.resolve("var/lib/netfix/0001/result")));
    }

    /** What is set aside for the way back takes the last of it. */
    @Test
    void aCardWithoutRoomIsNotFilledUp() throws Exception {
        stage("0001", text("new\n"));
        stub(top.resolve("bin/fallocate"), "exit 1\n");
        stub(top.resolve("bin/head"), "echo all that there was; exit 1\n");
        assertNotEquals(0, run("prepare", "0001").getExitValue());
        assertFalse(Files.exists(pi.resolve("var/lib/netfix/reserve")));
        Files.delete(top.resolve("bin/head"));
        did("prepare", "0001");
        assertTrue(Files.exists(pi.resolve("var/lib/netfix/reserve")));
    }

    @Test
    void aConfirmedFixIsForgottenOnAnotherBoardToo() throws Exception {
        firstFix("confirm");
        assertTrue(Files.exists(pi.resolve("units/netfix-boot.service")));
        assertFalse(Files.exists(pi.resolve("units/netfix-prove.service")));
        assertNotEquals(List.of(), secretsIn("var"));
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, "confirmed 0001 another-board boot-1\n");
        boot();
        did("boot");
        assertEquals(List.of(), secretsIn("var"));
        assertFalse(Files.exists(pi.resolve("units/netfix-boot.service")));
    }

    /** No unit waits for another board then; there is nothing for it to do. */
    @Test
    void ofAFixThatWasTakenBackNoSecretIsKept() throws Exception {
        firstFix("arm");
        assertNotEquals(List.of(), secretsIn("var"));
        did("rollback");
        assertEquals("rolled-back", state());
        assertEquals(List.of(), secretsIn("var"));
        assertFalse(Files.exists(pi.resolve("units/netfix-boot.service")));
    }

    /** Undo may be asked for what it had left: then the unit stays, and sees another board. */
    @Test
    void whatARollbackLeftToItsEditorIsForgottenOnAnotherBoard() throws Exception {
        firstFix("apply");
        put("etc/keyfile", "mine\n");
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
        did("rollback");
        assertEquals("mine\n", Files.readString(pi.resolve("etc/keyfile")));
        assertEquals(2, secretsIn("var").size(), "before and after");
        assertTrue(Files.exists(pi.resolve("units/netfix-boot.service")));
        Files.writeString(state, "rolled-back 0001 another-board boot-1\n");
        boot();
        did("boot");
        assertEquals(List.of(), secretsIn("var"));
        assertFalse(Files.exists(pi.resolve("units/netfix-boot.service")));
    }

    private List<String> secretsIn(String folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(pi.resolve(folder))) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path) && Files.readString(path).contains(SECRET)) {
                    found.add(pi.relativize(path).toString());
                }
            }
        }
        return found;
    }

    @Test
    void sealLeavesNoSecretAndNoUnit() throws Exception {
        firstFix("apply");
        assertNotEquals(List.of(), secretsIn("var"));
        // What lay in a file of the manager before, and lies in a profile now.
        put("etc/wpa.conf", "country=GB\n" + SECRET + "\n");
        Path conf = Files.createLink(top.resolve("block"), pi.resolve("etc/wpa.conf"));
        put("var/lib/netfix/sealed/1/path", at("etc/wpa.conf") + "\n");
        put("var/lib/netfix/sealed/1/data", "country=GB\n" + "#".repeat(SECRET.length()) + "\n");
        did("seal");
        assertEquals("country=GB\n" + "#".repeat(SECRET.length()) + "\n", Files.readString(conf));
        assertTrue(asked().contains("stop network-monitor.service"), asked());
        assertEquals(List.of(), secretsIn("var"));
        assertFalse(Files.exists(pi.resolve("var/lib/netfix")));
        try (Stream<Path> units = Files.walk(pi.resolve("units"))) {
            assertEquals(
                    List.of(),
                    units.filter(p -> p.getFileName().toString().startsWith("netfix")).toList());
        }
        assertEquals(List.of("etc/keyfile"), secretsIn("etc"));
    }

    /** It would be spoilt; and the card is not sealed, which the exit status says. */
    @Test
    void sealWritesOverNoFileThatHasChangedMeanwhile() throws Exception {
        firstFix("apply");
        put("etc/wpa.conf", "somebody is at it\n");
        put("var/lib/netfix/sealed/1/path", at("etc/wpa.conf") + "\n");
        put("var/lib/netfix/sealed/1/data", "######\n");
        assertEquals(1, run("seal").getExitValue());
        assertEquals("somebody is at it\n", Files.readString(pi.resolve("etc/wpa.conf")));
        assertTrue(Files.exists(pi.resolve("var/lib/netfix/0001")));
    }

    @Test
    void whereNothingWorkedBeforeItSaysSo() throws Exception {
        firstFix("apply");
        String told = Files.readString(pi.resolve("var/lib/netfix/0001/narration"));
        assertTrue(told.contains("there is nothing to compare with"), told);
        assertTrue(told.contains("nothing is worse than before"), told);
    }

    @Test
    void aRollbackIsNotedOnTheBootPartitionInAsciiAndBriefly() throws Exception {
        firstFix("apply");
        Path state = pi.resolve("var/lib/netfix/state");
        String open = Files.readString(state).replace("unconfirmed", "open");
        Path note = top.resolve("card/netfix-rollback.txt");
        for (int i = 0; i < 3; i++) {
            Files.writeString(state, open);
            Files.writeString(
                    pi.resolve("var/lib/netfix/0001/reason"), "caf\u00e9 \u2615 does not answer\n");
            did("rollback");
            assertEquals("rolled-back", state());
        }
        List<String> lines = List.of(Files.readString(note).split("\r\n"));
        assertEquals(3, lines.size());
        assertTrue(
                lines.get(0)
                        .matches(
                                "[0-9TZ:-]+ netfix took back fix 0001: caf\\?+ \\?+ does not"
                                        + " answer"),
                lines.get(0));
        Files.writeString(note, "x".repeat(9000) + "\r\nlast\r\n");
        Files.writeString(state, open);
        did("rollback");
        String kept = Files.readString(note);
        assertTrue(kept.length() < 5000, kept.length() + " bytes");
        assertTrue(kept.startsWith("last\r\n"), kept);
        assertTrue(
                Files.readString(pi.resolve("var/log/netfix.log")).contains("took back fix 0001"));
    }

    private static final String REFUSED =
            "echo 'Failed to read configuration: /etc/x.conf: no key' >&2\nexit 7\n";

    private String asked() throws IOException {
        return Files.readString(top.resolve("asked"));
    }

    /**
     * NetworkManager was stopped by hand when the fix began. After a power cut this boot starts it,
     * as every boot does; stopped again it would be away until the next.
     */
    @Test
    void whatEveryBootStartsIsNotStoppedOnTheWayBack() throws Exception {
        String unit = "NetworkManager.service";
        for (String enabled : List.of("", unit + "\n")) {
            Files.writeString(top.resolve("enabled"), enabled);
            for (String way : List.of("boot", "undo", "rollback")) {
                stage("0001", text("new\n"), new Change.UnitJob("start", unit, "stop", ""));
                until("0001", way.equals("undo") ? "confirm" : "apply");
                Path state = pi.resolve("var/lib/netfix/state");
                Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
                Files.deleteIfExists(top.resolve("asked"));
                if (way.equals("boot")) {
                    boot();
                }
                did(way);
                boolean stopped = asked().contains("stop -- " + unit);
                assertEquals(enabled.isEmpty() || way.equals("rollback"), stopped, way + enabled);
                assertEquals("a\n", Files.readString(pi.resolve("etc/a")));
                delete(pi.resolve("var/lib/netfix"));
                Files.createDirectories(pi.resolve("var/lib/netfix"));
            }
        }
    }

    /** ifup leaves dhclient running, which is to renew its lease for as long as the Pi runs. */
    @Test
    void whatAWayBackLeavesRunningOutlivesItAndHoldsNoLock() throws Exception {
        Path pid = top.resolve("pid");
        List<String> daemon =
                List.of("sh", "-c", "umask; sleep 300 >/dev/null 2>&1 & echo $! >>" + pid);
        stage("0001", new Change.Run(daemon, daemon, false, ""));
        until("0001", "apply");
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
        did("rollback");
        try {
            assertTrue(asked().contains("scope: sh -c"), asked());
            assertTrue(
                    Files.readString(pi.resolve("var/lib/netfix/0001/narration")).contains("0022"));
            new ProcessExecutor("flock", "-n", at("var/lib/netfix/lock"), "true")
                    .exitValueNormal()
                    .execute();
        } finally {
            for (String number : Files.readAllLines(pid)) {
                ProcessHandle.of(Long.parseLong(number)).ifPresent(ProcessHandle::destroy);
            }
        }
    }

    /**
     * Undo brings back a file that NetworkManager cannot read, and an interface whose profile goes
     * with the fix stays away: a restart would end the NetworkManager that has the others.
     */
    @Test
    void aNetworkManagerThatWouldNotStartAgainIsNotRestarted() throws Exception {
        stub(top.resolve("bin/ip"), "");
        for (boolean readable : List.of(false, true)) {
            Files.deleteIfExists(top.resolve("asked"));
            stub(top.resolve("bin/NetworkManager"), readable ? "echo '[main]'\n" : REFUSED);
            // A clock that runs faster: nothing is waited for.
            stub(
                    top.resolve("bin/cut"),
                    "echo x >>" + top + "/ticks; echo $((10 * $(wc -l <" + top + "/ticks)))\n");
            stage("0001", text("new\n"));
            until("0001", "confirm");
            Files.writeString(
                    pi.resolve("var/lib/netfix/0001/paths"),
                    "path eth0 wired 192.168.1.5/24 dhcp 192.168.1.1 arp 5 measured -\n");
            String said = run("undo").outputUTF8();
            assertEquals(
                    readable, asked().contains("restart NetworkManager.service"), said + asked());
            assertEquals(!readable, said.contains("not restarted: NetworkManager.service"), said);
            assertTrue(said.contains("Not back yet: eth0 has no address"), said);
        }
    }

    /** What undo after recover brings back: an "off" that no restart ends is not waited for. */
    @Test
    void aNetworkManagerWhoseNetworkingIsOffIsNotRestarted() throws Exception {
        stub(top.resolve("bin/ip"), "");
        stub(top.resolve("bin/NetworkManager"), "");
        stub(
                top.resolve("bin/cut"),
                "echo x >>" + top + "/ticks; echo $((10 * $(wc -l <" + top + "/ticks)))\n");
        for (boolean off : List.of(true, false)) {
            Files.deleteIfExists(top.resolve("asked"));
            stub(
                    top.resolve("bin/nmcli"),
                    "if [ \"$*\" = networking ]; then echo "
                            + (off ? "disabled" : "enabled")
                            + "; fi\n");
            stage("0001", text("new\n"));
            until("0001", "confirm");
            Files.writeString(
                    pi.resolve("var/lib/netfix/0001/paths"),
                    "path eth0 wired 192.168.1.5/24 dhcp 192.168.1.1 arp 5 measured -\n");
            String said = run("undo").outputUTF8();
            assertEquals(!off, asked().contains("restart NetworkManager.service"), said + asked());
            assertEquals(off, said.contains("sudo nmcli networking on"), said);
        }
    }

    /**
     * It runs with what it read before somebody broke a file, which the fix had set aside; what it
     * is restarted for, after a take-over, does not come of a restart that fails.
     */
    @Test
    void aNetworkManagerThatWouldNotStartAgainOutlivesATakeOverThatIsTakenBack() throws Exception {
        String unit = "NetworkManager.service";
        for (boolean readable : List.of(false, true)) {
            Files.deleteIfExists(top.resolve("asked"));
            stub(top.resolve("bin/NetworkManager"), readable ? "" : REFUSED);
            stage(
                    "0001",
                    text("new\n"),
                    new Change.UnitJob("restart", unit, "restart", ""),
                    new Change.UnitJob("stop", "dhcpcd.service", "start", ""));
            until("0001", "apply");
            Files.deleteIfExists(top.resolve("asked"));
            String said = run("undo").outputUTF8();
            assertEquals(readable, asked().contains("restart -- " + unit), said + asked());
            assertEquals(!readable, said.contains("not restarted: " + unit), said);
            assertTrue(asked().contains("start -- dhcpcd.service"), asked());
        }
    }

    /** One that somebody started by hand: no unit brings it back. */
    @Test
    void aSupplicantOfNobodysRunsAgainAfterTheWayBack() throws Exception {
        Path supplicant = top.resolve("bin/wpa_supplicant");
        stub(supplicant, "echo begun\nread -r end\n");
        stage("0001", new Change.StraySupplicants("lab0"));
        until("0001", "arm");
        Process stray =
                new ProcessBuilder(supplicant.toString(), "-i", "lab0", "-c", "a b").start();
        try {
            stray.inputReader().readLine();
            did("apply");
            assertTrue(stray.waitFor(60, TimeUnit.SECONDS), "it runs");
        } finally {
            stray.destroy();
        }
        stub(supplicant, "echo \"$#: $*\" >>" + top + "/again\n");
        Path state = pi.resolve("var/lib/netfix/state");
        Files.writeString(state, Files.readString(state).replace("unconfirmed", "open"));
        did("rollback");
        assertEquals("4: -i lab0 -c a b\n", Files.readString(top.resolve("again")));
    }

    @Test
    void aBeforeImageThatIsNotWholeStopsTheFix() throws Exception {
        stage("0001", text("new\n"), new Change.Remove(at("etc/gone"), ""));
        stub(
                top.resolve("bin/stat"),
                "case $3 in */etc/a) exit 1 ;; esac\nexec /usr/bin/stat $@\n");
        assertNotEquals(0, run("prepare", "0001").getExitValue());
        Files.delete(top.resolve("bin/stat"));
        did("prepare", "0001");
    }

    /** One address of the router's for another, on an interface whose address was given by hand. */
    @Test
    void anAddressThatWasGivenByHandHasToBeThereAgain() throws Exception {
        Files.writeString(
                top.resolve("functions"),
                Files.readString(top.resolve("transaction.sh"))
                        .replaceFirst("(?s)\nverb=\\$.*", "\n"));
        stub(
                top.resolve("bin/ip"),
                "case $* in *addr*) echo \"2: eth0    inet $(cat "
                        + top
                        + "/address)/24 brd 192.168.1.255 scope global eth0\" ;; *default*) echo"
                        + " \"default via 192.168.1.1 dev eth0\" ;; *show*) echo \"192.168.1.1"
                        + " lladdr 02:00:00:00:00:01 REACHABLE\" ;; esac\n");
        stub(top.resolve("bin/ping"), "");
        String ask =
                "set -- eth0; . "
                        + top.resolve("functions")
                        + "; dir="
                        + Files.createDirectories(pi.resolve("var/lib/netfix/0001"))
                        + "; while next_path; do works || echo \"$why\"; done 3<$dir/paths";
        for (String life : List.of("static", "dhcp")) {
            Files.writeString(
                    pi.resolve("var/lib/netfix/0001/paths"),
                    "path eth0 wired 192.168.1.5/24 "
                            + life
                            + " 192.168.1.1 arp,icmp 5 measured -\n");
            Files.writeString(top.resolve("left"), "0\n");
            for (String address : List.of("192.168.1.5", "192.168.1.50")) {
                Files.writeString(top.resolve("address"), address);
                String told =
                        new ProcessExecutor("sh", "-c", ask)
                                .readOutput(true)
                                .execute()
                                .outputUTF8();
                boolean lost = life.equals("static") && address.endsWith("50");
                assertEquals(lost ? "eth0 has not the address 192.168.1.5/24\n" : "", told);
            }
        }
    }
}
