package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A fix of a mounted card, and its undo, in a folder that has what the measures look at. */
class RootedFixTest {

    private static final String CONF = "etc/NetworkManager/conf.d/01-exclusive-control.conf";
    private static final String WIRED =
            "etc/NetworkManager/system-connections/netfix-wired.nmconnection";
    private static final String INSTALL = "[Unit]\n[Install]\nWantedBy=multi-user.target\n";

    /** Every change is synced. */
    @TempDir(factory = MemoryFolder.class)
    Path top;

    private Path card;

    @BeforeEach
    void aBookwormCardOnWhichDhcpcdManages() throws IOException {
        card = top.resolve("card");
        put("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", 0644);
        put("etc/NetworkManager/NetworkManager.conf", "[main]\nplugins=ifupdown,keyfile\n", 0644);
        put("etc/NetworkManager/conf.d/keep", "", 0644);
        put("etc/NetworkManager/system-connections/keep", "", 0600);
        put("usr/local/lib/keep", "", 0644);
        put("usr/lib/systemd/system/NetworkManager.service", INSTALL, 0644);
        put("usr/lib/systemd/system/dhcpcd.service", INSTALL, 0644);
        put("usr/lib/systemd/system/systemd-networkd.service", INSTALL, 0644);
        Path wants =
                Files.createDirectories(card.resolve("etc/systemd/system/multi-user.target.wants"));
        for (String unit : List.of("NetworkManager.service", "dhcpcd.service")) {
            Files.createSymbolicLink(wants.resolve(unit), Path.of("/lib/systemd/system/" + unit));
        }
        Files.createSymbolicLink(card.resolve("lib"), Path.of("usr/lib"));
        put(
                "var/lib/NetworkManager/NetworkManager.state",
                "[main]\nNetworkingEnabled=true\nWirelessEnabled=false\n",
                0600);
    }

    private void put(String name, String text, int mode) throws IOException {
        Path file = card.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setAttribute(file, "unix:mode", mode);
    }

    private RootedFix rootedFix() {
        return new RootedFix(card, new PrintStream(OutputStream.nullOutputStream()));
    }

    private Scene scene() {
        return Scene.at(new RootedMachine(card), Progress.silent());
    }

    private Plan plan() {
        // Its own files are where this test runs from a jar only.
        return Plan.of(scene(), measure -> !measure.id().equals("installed"), loss -> false);
    }

    private List<String> missing() {
        return Measures.judged(scene()).stream()
                .filter(j -> j.standing().isMissing())
                .map(j -> j.measure().id())
                .toList();
    }

    /** Type, mode, content or target of everything but netfix's own state. */
    private TreeMap<String, String> listing() throws IOException {
        TreeMap<String, String> listing = new TreeMap<>();
        try (Stream<Path> all = Files.walk(card)) {
            for (Path path : all.toList()) {
                String name = card.relativize(path).toString();
                if (name.startsWith("var/lib/netfix")) {
                    continue;
                }
                String what =
                        Files.isSymbolicLink(path)
                                ? "link " + Files.readSymbolicLink(path)
                                : Files.isDirectory(path) ? "folder" : Files.readString(path);
                Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                listing.put(name, mode + " " + what);
            }
        }
        return listing;
    }

    @Test
    void whatIsMissingIsPutInPlaceAndNothingIsLeftToDo() throws IOException {
        assertTrue(missing().contains("wired-profile"));
        assertTrue(missing().contains("dhcpcd-off"));
        assertTrue(missing().contains("networking-on"));
        assertEquals(0, rootedFix().run(plan()));
        assertEquals(List.of(), missing().stream().filter(id -> !id.equals("installed")).toList());
        assertTrue(plan().isEmpty());
        assertEquals(
                Path.of("/dev/null"),
                Files.readSymbolicLink(card.resolve("etc/systemd/system/dhcpcd.service")));
        assertEquals(0600, (Integer) Files.getAttribute(card.resolve(WIRED), "unix:mode") & 07777);
    }

    /** git keeps no empty folder, and who keeps /etc in it brings none to the next card. */
    @Test
    void aFolderOfNetworkManagersThatIsNotThereIsMade() throws IOException {
        for (String folder : List.of("conf.d", "system-connections")) {
            Path path = card.resolve("etc/NetworkManager/" + folder);
            Files.delete(path.resolve("keep"));
            Files.delete(path);
        }
        TreeMap<String, String> before = listing();
        assertEquals(ExitCode.GOOD, rootedFix().run(plan()));
        assertEquals(List.of(), missing().stream().filter(id -> !id.equals("installed")).toList());
        assertEquals(
                0700,
                (int) Files.getAttribute(card.resolve(WIRED).getParent(), "unix:mode") & 07777);
        assertEquals(ExitCode.GOOD, rootedFix().undo());
        assertEquals(before, listing());
    }

    @Test
    void undoBringsBackTheCardAsItWas() throws IOException {
        TreeMap<String, String> before = listing();
        rootedFix().run(plan());
        assertFalse(before.equals(listing()), "the fix changed something");
        assertEquals(0, rootedFix().undo());
        assertEquals(before, listing());
        assertFalse(Files.exists(card.resolve("var/lib/netfix")));
    }

    @Test
    void undoBringsBackWhatMonitorSetAside() throws IOException {
        put("etc/NetworkManager/conf.d/x.conf", "[main]\n# x\n", 0644);
        TreeMap<String, String> before = listing();
        rootedFix().run(plan());
        Path file = card.resolve("etc/NetworkManager/conf.d/x.conf");
        Files.move(file, file.resolveSibling("x.conf.netfix-off"));
        rootedFix().undo();
        assertEquals(before, listing());
    }

    @Test
    void whatNoBootHasProvedIsSaidInPlanAndVerification() throws Exception {
        Plan plan = plan();
        String text = PlanReport.of(plan, new Terminal(false));
        assertTrue(
                text.contains(
                        """

                        What only the next boot can prove:
                          that NetworkManager starts with this configuration
                          the addresses by DHCP, and that the router gives the same ones
                          that the radio is on and may transmit
                        """),
                text);
        assertEquals(
                plan.left().get(0),
                Json.read(PlanReport.json(plan)).path("only_a_boot_proves").path(0).asText());
        List<String> none =
                Plan.of(scene(), m -> m.id().equals("dhcpcd-off"), loss -> false).left();
        assertEquals(List.of(), none);
        rootedFix().run(plan);
        for (String board : List.of("-", "100000001234abcd")) {
            put(STATE + "/state", "confirmed 0001 " + board + " -\n", 0600);
            assertVerified(
                    "The fix was made outside the Pi; no boot has proved it yet", "unproved");
        }
        put(STATE + "/state", "confirmed 0001 100000001234abcd boot-1\n", 0600);
        assertVerified("The fix is confirmed (fix 0001).", "confirmed");
    }

    private void assertVerified(String sentence, String word) throws Exception {
        RootedMachine machine = new RootedMachine(card);
        Verification verification = Verification.of(scene(), Transaction.state(machine));
        String text = VerificationReport.text(verification, new Terminal(false));
        assertTrue(text.contains("\n" + sentence), text);
        assertEquals(word, Json.read(VerificationReport.json(verification)).path("fix").asText());
    }

    @Test
    void netplansNetworkdIsTurnedOnACardAndBack() throws IOException {
        put("usr/lib/systemd/system-generators/netplan", "", 0755);
        put(
                "etc/netplan/50-cloud-init.yaml",
                "network:\n  version: 2\n  ethernets:\n    eth0: {addresses: [10.0.0.5/24]}\n",
                0600);
        Path wants = card.resolve("etc/systemd/system/multi-user.target.wants");
        Files.delete(wants.resolve("dhcpcd.service"));
        Files.createSymbolicLink(
                wants.resolve("systemd-networkd.service"),
                Path.of("/lib/systemd/system/systemd-networkd.service"));
        TreeMap<String, String> before = listing();
        assertTrue(missing().contains("netplan-renderer"));
        assertEquals(ExitCode.GOOD, rootedFix().run(plan()));
        assertTrue(
                Files.readString(card.resolve(NetplanRenderer.FILE.substring(1)))
                        .endsWith("\n  renderer: NetworkManager\n"));
        assertTrue(
                Files.readString(card.resolve(NetplanRenderer.DEFAULTS.substring(1)))
                        .contains("interface-name:eth0\nmanaged=1\n"));
        assertEquals(List.of(), missing().stream().filter(id -> !id.equals("installed")).toList());
        Scene done = scene();
        Fulfilment standing =
                Measures.judged(done).stream()
                        .filter(j -> j.measure().id().equals("netplan-renderer"))
                        .map(Plan.Judged::standing)
                        .findFirst()
                        .orElseThrow();
        assertTrue(standing instanceof Fulfilment.InPlace);
        Answer boot = BootForecast.of(done.snapshot(), done.snapshot().physical().get(0));
        assertTrue(boot.isYes() && boot.why().contains("NetworkManager"), boot.why());
        assertTrue(plan().isEmpty());
        assertEquals(ExitCode.GOOD, rootedFix().undo());
        assertEquals(before, listing());
    }

    @Test
    void undoKeepsWhatSomebodyChangedSince() throws IOException {
        rootedFix().run(plan());
        Files.writeString(card.resolve(CONF), "[main]\n# mine\n");
        rootedFix().undo();
        assertEquals("[main]\n# mine\n", Files.readString(card.resolve(CONF)));
        assertFalse(Files.exists(card.resolve(WIRED)), "the rest is taken back");
    }

    /** What stays may be what strands: undo says so before, and it has to be known for that. */
    @Test
    void whatUndoWillKeepIsForetold() throws IOException {
        rootedFix().run(plan());
        Files.delete(card.resolve(WIRED));
        // A later fix's own change is not somebody's.
        rootedFix().run(plan());
        String mine = Files.readString(card.resolve(CONF)) + "# mine\n";
        // A fix of the Pi itself waits for each profile, too: that changes no file.
        put(STATE + "/0001/ops/9999/kind", "listed\n", 0600);
        put(STATE + "/0001/ops/9999/path", "/" + CONF + "\n", 0600);
        Files.writeString(card.resolve(CONF), mine);
        AlteredMachine undone = AlteredMachine.undone(new RootedMachine(card));
        assertEquals(Optional.of(mine), undone.read("/" + CONF).value());
        assertTrue(undone.stat("/" + WIRED).isAbsent());
        assertTrue(undone.stat("/etc/systemd/system/dhcpcd.service").isAbsent());
    }

    /** The power went while the scripts were exchanged: it is nobody's edit. */
    @Test
    void aTreeThatIsHalfExchangedIsTakenBack() throws IOException {
        Plan plan = everyKind();
        TreeMap<String, String> before = listing();
        for (boolean gone : List.of(true, false)) {
            rootedFix().run(plan);
            Path tree = card.resolve("usr/local/lib/netfix");
            Path beside = tree.resolveSibling(gone ? ".netfix-old" : ".netfix-new");
            Files.createDirectories(beside.resolve("lib"));
            Files.writeString(beside.resolve("lib/New.java"), "ne");
            if (gone) {
                Files.move(tree, tree.resolveSibling(".netfix-new"));
            }
            assertEquals(ExitCode.GOOD, rootedFix().undo());
            assertEquals(before, listing());
        }
    }

    /** Its sibling is not on the card. */
    @Test
    void aChangeOfTheCardsOwnTopIsRefused() throws IOException {
        Path beside = Files.writeString(top.resolve(".netfix-old"), "mine\n");
        String op = STATE + "/0001/ops/0001/";
        for (String path : List.of("/", "/..", "/etc/..")) {
            put(STATE + "/state", "confirmed 0001 board -\n", 0600);
            put(op + "kind", "put\n", 0600);
            put(op + "path", path + "\n", 0600);
            put(op + "volatile", "", 0600);
            put(op + "before/kind", "file\n", 0600);
            put(op + "before/mode", "4755\n", 0600);
            put(op + "before/owner", "0:0\n", 0600);
            put(op + "before/data", "evil\n", 0600);
            try {
                rootedFix().undo();
            } catch (BadInput refused) {
                // As good.
            }
            assertEquals("mine\n", Files.readString(beside));
            assertFalse(Files.exists(top.resolve(".netfix-new")), path);
        }
    }

    /** "Wrong usage, nothing done" is not what happened. */
    @Test
    void anUndoThatEndsHalfWaySaysSo() throws IOException {
        List<Plan.Step> steps = new ArrayList<>();
        for (String name : List.of("/etc/os-release", "/etc/fresh")) {
            Change change = Change.Put.text(name, 0644, "x\n", "");
            steps.add(Plan.Phase.HAND_OVER.with(change).of("x"));
        }
        rootedFix().run(new Plan(List.of(), steps, List.of(), List.of(), List.of(), false));
        Path kept = card.resolve(STATE + "/0001/ops/0001/before/data");
        byte[] was = Files.readAllBytes(kept);
        Files.delete(kept);
        assertEquals(ExitCode.HANDS_NEEDED, rootedFix().undo());
        assertFalse(Files.exists(card.resolve("etc/fresh")));
        Files.write(kept, was);
        assertEquals(ExitCode.GOOD, rootedFix().undo());
        assertFalse(Files.exists(card.resolve(STATE)));
    }

    /** A card that fails: what is in a note of the way back can be anything. */
    @Test
    void aDamagedNoteEndsUndoAsAnyFailureDoes() throws IOException {
        Change change = Change.Put.text("/etc/os-release", 0644, "x\n", "");
        List<Plan.Step> steps = List.of(Plan.Phase.HAND_OVER.with(change).of("x"));
        rootedFix().run(new Plan(List.of(), steps, List.of(), List.of(), List.of(), false));
        for (String note : List.of("owner", "mode")) {
            Path kept = card.resolve(STATE + "/0001/ops/0001/before/" + note);
            String was = Files.readString(kept);
            for (String damaged : List.of("", "0:", "rw:x", "99999999999:0", "\0\0")) {
                Files.writeString(kept, damaged);
                var out = new ByteArrayOutputStream();
                assertEquals(
                        ExitCode.HANDS_NEEDED,
                        new RootedFix(card, new PrintStream(out)).undo(),
                        damaged);
                String told = out.toString(StandardCharsets.UTF_8);
                assertTrue(told.contains("before/" + note + " is damaged"), told);
                assertTrue(told.contains(" undo --root "), told);
                assertTrue(AlteredMachine.undone(new RootedMachine(card)).changesAnything());
            }
            Files.writeString(kept, was);
        }
        assertEquals(ExitCode.GOOD, rootedFix().undo());
        assertFalse(Files.exists(card.resolve(STATE)));
    }

    @Test
    void aFileInThePlaceOfNetfixsFolderIsNamed() throws IOException {
        put(STATE, "", 0644);
        BadInput why = assertThrows(BadInput.class, () -> rootedFix().run(plan()));
        assertTrue(
                why.getMessage()
                        .endsWith(
                                STATE
                                        + " is where a folder has to be, and is none: move it away,"
                                        + " then try again"),
                why.getMessage());
    }

    /** fix sent to undo, undo found nothing, and so for ever. */
    @Test
    void aStateWithoutItsFixNamesTheFileToDelete() throws IOException {
        for (String state : List.of("open", "undoing", "unconfirmed")) {
            put(STATE + "/state", state + " 0001 board boot\n", 0600);
            for (Executable tried :
                    List.<Executable>of(
                            () -> rootedFix().run(plan()),
                            () ->
                                    Undo.refuseWhereNothingIsKept(
                                            new RootedMachine(card), Optional.of(card)))) {
                String why = assertThrows(BadInput.class, tried).getMessage();
                assertTrue(why.contains("fix 0001 is " + state), why);
                assertTrue(why.contains("sudo rm " + card.resolve(STATE + "/state")), why);
            }
        }
        Files.delete(card.resolve(STATE + "/state"));
        assertEquals(ExitCode.GOOD, rootedFix().run(plan()));
    }

    /** A fix that the running Pi has made, undone with its card in a reader. */
    @Test
    void whatWasInMemoryIsNotMissedOnACard() throws Exception {
        Path mask = card.resolve("run/systemd/system/NetworkManager.service");
        Files.createDirectories(mask.getParent());
        TreeMap<String, String> before = listing();
        before.keySet().removeIf(name -> name.startsWith("run"));
        for (boolean folderToo : List.of(true, false)) {
            Files.createDirectories(mask.getParent());
            Files.createSymbolicLink(mask, Path.of("/dev/null"));
            Files.createDirectories(card.resolve("run/nm"));
            List<Plan.Step> steps = new ArrayList<>();
            for (Change change :
                    List.of(
                            new Change.Remove("/run/systemd/system/NetworkManager.service", ""),
                            new Change.Folder("/run/nm", 0700),
                            Change.Put.text("/etc/fresh", 0644, "x\n", ""))) {
                steps.add(Plan.Phase.HAND_OVER.with(change).of("x"));
            }
            rootedFix().run(new Plan(List.of(), steps, List.of(), List.of(), List.of(), false));
            if (folderToo) {
                new ProcessExecutor("rm", "-rf", card + "/run").exitValueNormal().execute();
            } else {
                Files.delete(card.resolve("run/nm"));
            }
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream narration = new PrintStream(said, true, StandardCharsets.UTF_8);
            assertEquals(ExitCode.GOOD, new RootedFix(card, narration).undo(), said.toString());
            assertFalse(said.toString().contains("kept"), said.toString());
            // An image's own, whoever put it there.
            assertEquals(!folderToo, Files.exists(mask, LinkOption.NOFOLLOW_LINKS));
            new ProcessExecutor("rm", "-rf", card + "/run").exitValueNormal().execute();
            assertEquals(before, listing());
        }
    }

    @Test
    void undoTakesBackSeveralFixes() throws IOException {
        TreeMap<String, String> before = listing();
        rootedFix().run(plan());
        Files.delete(card.resolve(WIRED));
        rootedFix().run(plan());
        assertTrue(Files.exists(card.resolve(WIRED)));
        rootedFix().undo();
        assertEquals(before, listing());
    }

    @Test
    void aMaskIsNotPutOverTheOwnersUnitFile() throws IOException {
        put("etc/systemd/system/dhcpcd.service", INSTALL, 0644);
        rootedFix().run(plan());
        assertEquals(INSTALL, Files.readString(card.resolve("etc/systemd/system/dhcpcd.service")));
        assertFalse(
                Files.exists(
                        card.resolve("etc/systemd/system/multi-user.target.wants/dhcpcd.service"),
                        LinkOption.NOFOLLOW_LINKS));
        assertFalse(missing().contains("dhcpcd-off"));
    }

    @Test
    void aProfileThatOthersMayReadIsClosed() throws IOException {
        String name = "etc/NetworkManager/system-connections/home.nmconnection";
        put(name, "[connection]\nid=home\n", 0644);
        assertTrue(missing().contains("keyfile-modes"));
        rootedFix().run(plan());
        assertEquals(0600, (Integer) Files.getAttribute(card.resolve(name), "unix:mode") & 07777);
        assertFalse(missing().contains("keyfile-modes"));
    }

    @Test
    void theOwnersUnitFileOfASupplicantIsNotMaskedOver() throws IOException {
        String unit = "etc/systemd/system/wpa_supplicant@wlan0.service";
        String link = "etc/systemd/system/multi-user.target.wants/wpa_supplicant@wlan0.service";
        put(unit, INSTALL, 0644);
        Files.createSymbolicLink(card.resolve(link), Path.of("/" + unit));
        assertTrue(missing().contains("supplicant-instances-off"));
        rootedFix().run(plan());
        assertEquals(INSTALL, Files.readString(card.resolve(unit)));
        assertFalse(Files.exists(card.resolve(link), LinkOption.NOFOLLOW_LINKS));
        assertFalse(missing().contains("supplicant-instances-off"));
    }

    @Test
    void aSwitchIsTurnedHoweverItIsWritten() throws IOException {
        String state = "var/lib/NetworkManager/NetworkManager.state";
        put(state, "[main]\nNetworkingEnabled = false\nWirelessEnabled=true\n", 0644);
        rootedFix().run(plan());
        assertEquals(
                "[main]\nNetworkingEnabled=true\nWirelessEnabled=true\n",
                Files.readString(card.resolve(state)));
        assertEquals(0644, (Integer) Files.getAttribute(card.resolve(state), "unix:mode") & 07777);
    }

    /** systemd.unit(5): an empty file in a unit's place is as good as a link to /dev/null. */
    @Test
    void anEmptyUnitFileIsAMask() throws IOException {
        put("etc/systemd/system/NetworkManager.service", "", 0644);
        put("etc/systemd/system/dhcpcd.service", "", 0644);
        assertTrue(missing().contains("networkmanager-at-boot"));
        assertFalse(missing().contains("dhcpcd-off"));
        rootedFix().run(plan());
        assertFalse(Files.exists(card.resolve("etc/systemd/system/NetworkManager.service")));
        assertFalse(missing().contains("networkmanager-at-boot"));
    }

    @Test
    void aLinkOutOfTheCardStaysOnTheCard() throws IOException {
        Path outside = Files.createDirectories(top.resolve("conf.d"));
        Files.walk(card.resolve("etc/NetworkManager/conf.d"))
                .sorted(java.util.Comparator.reverseOrder())
                .forEach(path -> path.toFile().delete());
        Files.createDirectories(card.resolve(outside.toString().substring(1)));
        Files.createSymbolicLink(card.resolve("etc/NetworkManager/conf.d"), outside);
        rootedFix().run(plan());
        try (Stream<Path> left = Files.list(outside)) {
            assertEquals(List.of(), left.toList(), "nothing is written outside the root");
        }
        assertTrue(
                Files.exists(
                        card.resolve(outside.toString().substring(1))
                                .resolve("01-exclusive-control.conf")));
    }

    @Test
    void theCountryIsOneWordMoreOnTheBootPartition() throws IOException {
        String words = "console=tty1 root=PARTUUID=4c-02 rootwait\n";
        put("boot/firmware/cmdline.txt", words, 0755);
        put("etc/default/crda", "REGDOMAIN=GB\n", 0644);
        Path cmdline = card.resolve("boot/firmware/cmdline.txt");
        Path copy = card.resolve("boot/firmware/cmdline.txt.netfix");
        rootedFix().run(plan());
        String with = words.strip() + " cfg80211.ieee80211_regdom=GB\n";
        assertEquals(with, Files.readString(cmdline));
        assertFalse(Files.exists(copy));
        assertFalse(missing().contains("country-code"));
        // Interrupted: the copy is still there.
        Files.writeString(copy, words);
        Files.writeString(cmdline, with.substring(0, words.length()));
        // FAT's modes are those of the mount.
        Files.setAttribute(cmdline, "unix:mode", 0700);
        rootedFix().undo();
        assertEquals(words, Files.readString(cmdline));
        assertFalse(Files.exists(copy));
        rootedFix().run(plan());
        rootedFix().undo();
        assertEquals(words, Files.readString(cmdline));
    }

    private static final String STATE = "var/lib/netfix";

    /** transaction.sh's functions, in a copy of netfix's folder whose paths lead into the card. */
    private void sh(String what) throws Exception {
        String script = new String(PlanFolder.script(), StandardCharsets.UTF_8);
        Path functions =
                Files.writeString(
                        top.resolve("functions"), script.replaceFirst("(?s)\nverb=\\$.*", "\n"));
        for (Path path : staged("path")) {
            Files.writeString(path, card + Files.readString(path));
        }
        String base = "base=" + card.resolve(STATE);
        ProcessResult result =
                new ProcessExecutor("sh", "-c", ". " + functions + "\n" + base + "\n" + what)
                        .readOutput(true)
                        .execute();
        assertEquals(0, result.getExitValue(), result.outputUTF8());
        for (Path path : staged("path")) {
            Files.writeString(path, Files.readString(path).substring(card.toString().length()));
        }
    }

    private List<Path> staged(String name) throws IOException {
        try (Stream<Path> all = Files.walk(card.resolve(STATE))) {
            return all.filter(p -> p.toString().matches(".*/ops/\\d+/" + name)).toList();
        }
    }

    /** Of every kind that lies on disk. */
    private Plan everyKind() throws IOException {
        put("boot/firmware/cmdline.txt", "root=PARTUUID=4c-02 rootwait\n", 0755);
        put("etc/default/crda", "REGDOMAIN=GB\n", 0644);
        put("etc/NetworkManager/system-connections/open.nmconnection", "[connection]\n", 0644);
        put("usr/local/lib/netfix/old", "old\n", 0644);
        List<Plan.Step> steps = new ArrayList<>(plan().steps());
        steps.add(
                Plan.Phase.INSTALL
                        .with(
                                new Change.Tree(
                                        "/usr/local/lib/netfix",
                                        Map.of("lib/New.java", "new\n".getBytes(), "BUILD", LINE),
                                        ""))
                        .of("installed"));
        steps.add(
                Plan.Phase.UNITS
                        .with(new Change.Remove("/etc/NetworkManager/conf.d/keep", ""))
                        .of("x"));
        steps.add(
                Plan.Phase.PROFILES
                        .with(
                                new Change.Mode(
                                        "/etc/NetworkManager/system-connections/open.nmconnection",
                                        0600,
                                        ""))
                        .of("x"));
        return new Plan(List.of(), steps, List.of(), List.of(), List.of(), false);
    }

    private static final byte[] LINE = {'1', '\n'};

    @Test
    void whatWasDoneToTheCardIsTakenBackOnThePi() throws Exception {
        Plan plan = everyKind();
        TreeMap<String, String> before = listing();
        rootedFix().run(plan);
        assertFalse(before.equals(listing()));
        sh("restore_files \"$base/0001\" && [ -z \"${kept:-}\" ]");
        assertEquals(before, listing());
    }

    @Test
    void whatWasDoneOnThePiIsTakenBackOnTheCard() throws Exception {
        Plan plan = everyKind();
        TreeMap<String, String> before = listing();
        String owner = new RootedHands(card).owner();
        for (Map.Entry<String, byte[]> file : PlanFolder.of(plan, List.of(), owner).entrySet()) {
            Path path = card.resolve(STATE + "/0001").resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        sh("dir=$base/0001; : >\"$dir/paths\"; prepare");
        sh("dir=$base/0001; for op in $(ops); do perform \"$op\" || exit 1; done");
        put(STATE + "/state", "unconfirmed 0001 x y\n", 0600);
        put("etc/systemd/system/netfix-boot.service", "[Unit]\n", 0644);
        put("etc/systemd/system/sysinit.target.wants/netfix-boot.service", "", 0644);
        put("etc/NetworkManager/conf.d/.netfix-new", "half-made", 0600);
        assertFalse(before.equals(listing()));
        BadInput pending =
                assertThrows(
                        BadInput.class, () -> rootedFix().run(plan), "one is not confirmed yet");
        String typed = Cli.asRoot("fix", System.getenv()) + " undo --root " + card;
        assertTrue(pending.getMessage().contains(typed), pending.getMessage());
        rootedFix().undo();
        assertEquals(before, listing());
    }

    @Test
    void aFolderThatSomebodyAddedToSinceStays() throws Exception {
        rootedFix().run(everyKind());
        put("usr/local/lib/netfix/mine", "mine\n", 0644);
        rootedFix().undo();
        assertTrue(Files.exists(card.resolve("usr/local/lib/netfix/mine")));
    }

    /** A card that is full half-way is what it was, and says so. */
    @Test
    void whatCannotBeDoneWhollyIsTakenBack() throws IOException {
        TreeMap<String, String> before = listing();
        List<Plan.Step> steps = new ArrayList<>(plan().steps());
        // A file in the place of a folder: as little to be written as on a full card.
        Change impossible = Change.Put.text("/etc/os-release/x", 0644, "x\n", "");
        steps.add(Plan.Phase.HAND_OVER.with(impossible).of("x"));
        Plan plan = new Plan(List.of(), steps, List.of(), List.of(), List.of(), false);
        assertEquals(ExitCode.ROLLED_BACK, rootedFix().run(plan));
        assertEquals(before, listing());
        assertFalse(Files.exists(card.resolve(STATE)));
        put(STATE + "/state", "confirmed 0001 board boot\n", 0600);
        assertEquals(ExitCode.ROLLED_BACK, rootedFix().run(plan));
        assertEquals(
                "confirmed 0001 board boot\n", Files.readString(card.resolve(STATE + "/state")));
        assertEquals(0, rootedFix().run(plan()));
        assertEquals("confirmed 0001 board -\n", Files.readString(card.resolve(STATE + "/state")));
    }

    /** Of two mounted cards: the boot partition of one under the root of the other. */
    @Test
    void theBootPartitionOfAnotherCardIsLeftAlone() throws IOException {
        put("boot/firmware/cmdline.txt", "root=PARTUUID=4c-02 rootwait\n", 0755);
        put("etc/default/crda", "REGDOMAIN=GB\n", 0644);
        put("etc/fstab", "# x\nPARTUUID=4C-01 /boot/firmware vfat\nPARTUUID=4C-02  / ext4\n", 0644);
        assertTrue(missing().contains("country-code"));
        put("etc/fstab", "PARTUUID=77-02\t/\text4\tdefaults\t0 1\n", 0644);
        assertFalse(missing().contains("country-code"));
    }

    @Test
    void aSealedImageHasNoWayBackAndNoSecretOfItsBuilder() throws IOException {
        String name = "etc/NetworkManager/system-connections/home.nmconnection";
        put(name, "[connection]\nid=home\n[wifi-security]\npsk=hush hush\n", 0644);
        rootedFix().run(plan());
        TreeMap<String, String> fixed = listing();
        Path kept = staged("data").stream().filter(p -> read(p).contains("hush")).findFirst().get();
        Path same = Files.createLink(top.resolve("block"), kept);
        // What monitor and a rescue have kept on the Pi.
        List<String> others = List.of("known-good/uuid", "rescue/1/1.data", "gone/ops/data");
        for (String other : others) {
            put(STATE + "/" + other, "psk=hush hush\n", 0600);
            Path block = top.resolve("block-" + other.replace('/', '-'));
            Files.createLink(block, card.resolve(STATE + "/" + other));
        }
        // Of the manager before: the same network, that of the profile.
        String conf = "etc/wpa_supplicant/wpa_supplicant.conf";
        put(conf, "country=GB\nnetwork={\n\tpsk=\"hush hush\"\n}\n", 0600);
        Path sectors = Files.createLink(top.resolve("sectors"), card.resolve(conf));
        assertEquals(0, rootedFix().seal());
        assertEquals("country=GB\n#########\n################\n#\n", read(sectors));
        Files.delete(card.resolve(conf));
        Files.delete(card.resolve(conf).getParent());
        assertFalse(Files.exists(card.resolve(STATE)));
        assertFalse(read(same).contains("hush"));
        for (String other : others) {
            assertFalse(read(top.resolve("block-" + other.replace('/', '-'))).contains("hush"));
        }
        assertEquals(fixed, listing());
        put(STATE + "/state", "restoring 0001 x y\n", 0600);
        assertThrows(BadInput.class, () -> rootedFix().seal());
    }

    /** Whoever put it there: it is not netfix's to wipe. */
    @Test
    void aFileWhereNetfixKeepsItsFoldersIsNotSealed() throws IOException {
        put(STATE, "somebody's\n", 0644);
        BadInput refused = assertThrows(BadInput.class, () -> rootedFix().seal());
        assertEquals(
                "nothing was sealed: /var/lib/netfix is a file, and netfix keeps in a folder of"
                        + " that name what was before a fix: see whose it is, and move it away",
                refused.getMessage());
        assertEquals("somebody's\n", read(card.resolve(STATE)));
    }

    /** No proof, no timer and no unit at boot: on a Pi that runs that is no fix. */
    @Test
    void theMachineThatThisRunsOnIsNoCard() throws IOException {
        Path link = Files.createSymbolicLink(top.resolve("top"), Path.of("/"));
        for (Path root : List.of(Path.of("/"), Path.of("/etc/.."), link)) {
            CommonOptions options = new CommonOptions();
            options.root = root;
            BadInput refused = assertThrows(BadInput.class, options::mountedRoot);
            assertTrue(refused.getMessage().startsWith("--root " + root), refused.getMessage());
            options.machine();
            InstallOptions image = new InstallOptions();
            image.root = root;
            image.yes = true;
            assertThrows(BadInput.class, () -> image.agreed(image.machine(), "install"));
        }
        CommonOptions options = new CommonOptions();
        options.root = card;
        assertEquals(card, options.mountedRoot().get());
    }

    private static String read(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
