package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** install and uninstall on a scratch root; the build itself is a program that does nothing. */
class InstallTest {

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir Path root;

    @BeforeEach
    void aCard() throws IOException {
        write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        Files.createDirectories(root.resolve("root"));
        Files.createDirectories(root.resolve("usr/local/bin"));
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String read(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    private static Parcel parcel(String... more) {
        Map<String, byte[]> texts = new TreeMap<>();
        texts.put("jbang", bytes("#!/bin/sh\nexit 0\n"));
        texts.put("lib/launcher.sh", bytes("#!/bin/sh\nscript=\necho \"$script\"\n"));
        texts.put(
                "bootdiag.java",
                bytes("String LAUNCHER =\n  \"\"\"\n  #!/bin/sh\n  printf 'a\\\\n'\n  \"\"\";\n"));
        for (int i = 0; i < more.length; i += 2) {
            texts.put(more[i], bytes(more[i + 1]));
        }
        return new Parcel(
                texts,
                bytes("a jar"),
                Path.of("/no/repository"),
                Map.of(),
                Map.of("x.jar", NO_TEXT));
    }

    private static final byte[] NO_TEXT = {'P', 'K', (byte) 0xff, (byte) 0xfe};

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private InstallPlan plan(Parcel parcel) {
        RootedMachine card = new RootedMachine(root);
        return InstallPlan.of(card, parcel, Account.concerned(card, Map.of()));
    }

    private InstallPlan install(Parcel parcel) {
        InstallPlan plan = plan(parcel);
        assertEquals(
                ExitCode.GOOD,
                new InstallRun(Optional.of(root), NOWHERE).install(plan, parcel.repository()));
        return plan;
    }

    private Removal uninstall() {
        Removal removal = Removal.of(new RootedMachine(root)).orElseThrow();
        assertEquals(ExitCode.GOOD, new InstallRun(Optional.of(root), NOWHERE).uninstall(removal));
        return removal;
    }

    /** Every path with its mode, and what is in it. */
    private List<String> listing() throws IOException {
        List<String> listing = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted().toList()) {
                String what =
                        Files.isSymbolicLink(path)
                                ? "-> " + Files.readSymbolicLink(path)
                                : Files.isDirectory(path) ? "" : Files.readString(path);
                Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                listing.add(root.relativize(path) + " " + mode + " " + what);
            }
        }
        return listing;
    }

    @Test
    void uninstallLeavesNothing() throws IOException {
        List<String> before = listing();
        install(parcel());
        assertEquals("#!/bin/sh\nscript=verify\necho \"$script\"\n", read(of("verify")));
        assertTrue(Files.isExecutable(root.resolve(of("verify"))));
        assertEquals("#!/bin/sh\nprintf 'a\\n'\n", read(Script.BOOTDIAG.launcher().substring(1)));
        assertTrue(read("root/.jbang/jbang-catalog.json").contains(InstallPlan.CATALOG));
        assertTrue(Files.isExecutable(root.resolve("usr/local/bin/jbang")), "a link to our own");
        uninstall();
        assertEquals(before, listing());
        assertTrue(Removal.of(new RootedMachine(root)).isEmpty());
    }

    /**
     * After fix seal nothing is left to take back, and the services still run from what would go.
     */
    @Test
    void whatServicesRunFromStays() throws IOException {
        install(parcel());
        Path link = root.resolve(Services.MONITOR.link().substring(1));
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(Services.MONITOR.file()));
        BadInput refused =
                assertThrows(
                        BadInput.class,
                        () -> Removal.refuseWhileInUse(new RootedMachine(root), Optional.of(root)));
        assertTrue(
                refused.getMessage()
                        .contains("systemctl --root " + root + " disable network-monitor.service"),
                refused.getMessage());
        Files.delete(link);
        Removal.refuseWhileInUse(new RootedMachine(root), Optional.of(root));
    }

    /** The commands of an image are not those of the machine that it is made on. */
    @Test
    void ofAnImageNothingIsSaidThatIsForAPi() throws IOException {
        Map<String, String> checkout = Map.of("JBANG_LAUNCH_CMD", "/home/pi/netfix/jbang");
        assertEquals(
                List.of(
                        "Installed in the image; its first start there builds it. Look first: sudo"
                                + " /home/pi/netfix/jbang diagnose@netfix --root '/mnt/an image'",
                        "Taken back by: sudo /home/pi/netfix/jbang uninstall@netfix --root"
                                + " '/mnt/an image'"),
                new InstallRun(Optional.of(Path.of("/mnt/an image")), NOWHERE).next(checkout));
        String here = String.join("\n", new InstallRun(Optional.empty(), NOWHERE).next(checkout));
        assertTrue(here.contains("sudo diagnose-network-failure.sh"), here);
        assertTrue(here.contains("sudo jbang uninstall@netfix"), here);
        write(PlanFolder.BASE.substring(1) + "/state", "confirmed 0001 - boot\n");
        write(PlanFolder.BASE.substring(1) + "/0001/paths", "");
        BadInput refused =
                assertThrows(
                        BadInput.class,
                        () -> Removal.refuseWhileInUse(new RootedMachine(root), Optional.of(root)));
        String undo = Cli.asRoot("fix", System.getenv()) + " undo --root " + root + ", then";
        assertTrue(refused.getMessage().contains(undo), refused.getMessage());
        write(PlanFolder.BASE.substring(1) + "/state", "none\n");
        Files.delete(root.resolve(PlanFolder.BASE.substring(1) + "/0001/paths"));
        Files.delete(root.resolve(PlanFolder.BASE.substring(1) + "/0001"));
        Path wants = root.resolve("etc/systemd/system/multi-user.target.wants");
        Files.createDirectories(wants);
        Files.createSymbolicLink(
                wants.resolve("network-init.service"), Path.of("/etc/systemd/system/x"));
        refused =
                assertThrows(
                        BadInput.class,
                        () -> Removal.refuseWhileInUse(new RootedMachine(root), Optional.of(root)));
        String said = refused.getMessage();
        String again = Cli.asRoot("uninstall", System.getenv()) + " --root " + root;
        assertTrue(said.contains("network-init.service runs from here"), said);
        assertTrue(said.endsWith("disable network-init.service, then " + again), said);
    }

    @Test
    void aFolderThatIsNotThereIsSaid() {
        IOException missing = new NoSuchFileException("/mnt/x/etc/conf.d/.netfix-new");
        assertEquals(
                "/mnt/x: no such file, or no folder for it: /mnt/x/etc/conf.d/.netfix-new",
                RootedHands.refused(missing, "/mnt/x").getMessage());
    }

    /** Disabled, it runs on; and another target may want it. */
    @Test
    void whatRunsOrIsWantedElsewhereCounts() {
        Texts pi = Texts.live().says("systemctl", "inactive", "activating", "inactive");
        BadInput refused =
                assertThrows(BadInput.class, () -> Removal.refuseWhileInUse(pi, Optional.empty()));
        assertTrue(
                refused.getMessage().contains("systemctl disable --now network-monitor.service,"),
                refused.getMessage());
        Texts card =
                Texts.card().link(Ground.UNITS + "/a.requires/network-init.service", "/elsewhere");
        assertEquals(List.of("network-init.service"), Removal.running(card));
    }

    /** A card from another board: its fix is in force, and there is nothing to take back. */
    @Test
    void aFixOfWhichNothingIsKeptKeepsNothingFromGoing() {
        Texts card = Texts.card().file(PlanFolder.BASE + "/state", "confirmed 0001 other boot");
        Removal.refuseWhileInUse(card, Optional.empty());
        card.file(PlanFolder.BASE + "/0001/paths", "");
        assertThrows(BadInput.class, () -> Removal.refuseWhileInUse(card, Optional.empty()));
    }

    private void cutInstall(Parcel parcel, int after) throws IOException {
        InstallPlan plan = plan(parcel);
        RootedHands hands = new RootedHands(root);
        for (InstallPlan.Aside aside : plan.asides()) {
            if (!Files.exists(root.resolve(aside.beside().substring(1)))) {
                hands.copyInside(aside.path(), aside.beside());
            }
        }
        List<Change.OnDisk> changes = new ArrayList<>(plan.changes());
        // The commands come last.
        changes.sort(Comparator.comparing(change -> !InstallRun.isNetfixItself(change.path())));
        for (Change.OnDisk change : changes.subList(0, Math.min(after, changes.size()))) {
            hands.perform(change);
        }
    }

    private boolean hasEdited() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.anyMatch(path -> path.toString().contains(".edited"));
        }
    }

    /** Wherever it is cut, by the power or by a build that fails, nothing is taken for an edit. */
    @Test
    void aCutInstallIsEndedByTheNextOrTakenBack() throws IOException {
        write(of("fix"), "#!/bin/bash\n# the documentation's\n");
        // On every Debian; the note of what was not there lies inside it.
        Files.createDirectories(root.resolve("usr/local/lib"));
        Parcel one = parcel("lib/A.java", "one\n", "lib/Gone.java", "one\n");
        Parcel two = parcel("lib/A.java", "two\n", "lib/launcher.sh", "#!/bin/sh\nscript=\n2\n");
        Parcel three =
                parcel("lib/A.java", "three\n", "lib/launcher.sh", "#!/bin/sh\nscript=\n3\n");
        List<String> before = listing();
        int all = plan(one).changes().size();
        for (int cut = 0; cut <= all; cut++) {
            cutInstall(one, cut);
            if (Removal.of(new RootedMachine(root)).isPresent()) {
                uninstall();
                assertEquals(before, listing(), "taken back after " + cut);
            }
            cutInstall(one, cut);
            install(one);
            cutInstall(two, cut);
            cutInstall(three, cut / 2);
            assertFalse(hasEdited(), "after " + cut);
            InstallPlan last = install(three);
            assertFalse(hasEdited(), cut + ": " + last.shown());
            assertEquals("three\n", read("usr/local/lib/netfix/lib/A.java"));
            assertFalse(Files.exists(root.resolve("usr/local/lib/netfix/lib/Gone.java")));
            assertFalse(read(Installed.FILE.substring(1)).contains("WAS"));
            uninstall();
            assertEquals(before, listing(), "after " + cut);
        }
    }

    /** An update that is cut keeps what its owner has edited before. */
    @Test
    void anEditIsKeptThroughACutInstall() throws IOException {
        install(parcel("lib/A.java", "one\n"));
        String file = "usr/local/lib/netfix/lib/A.java";
        write(file, "one, edited\n");
        cutInstall(parcel("lib/A.java", "two\n"), 5);
        install(parcel("lib/A.java", "two\n"));
        assertEquals("two\n", read(file));
        assertEquals("one, edited\n", read(file + ".edited"));
    }

    /** The note is everybody's to read, a user's catalog is not. */
    @Test
    void aCatalogIsKeptForRootAlone() throws IOException {
        String catalog = "{\"catalogs\":{\"mine\":{\"catalog-ref\":\"of me\"}}}";
        write("root/.jbang/jbang-catalog.json", catalog);
        List<String> before = listing();
        install(parcel());
        Path kept;
        try (Stream<Path> all = Files.list(root.resolve("usr/local/lib/netfix/before"))) {
            kept = all.findFirst().orElseThrow();
        }
        assertEquals(catalog, Files.readString(kept));
        assertEquals(0600, (int) Files.getAttribute(kept, "unix:mode") & 0777);
        // As an earlier netfix noted it.
        Path note = root.resolve(Installed.FILE.substring(1));
        String coded = java.util.Base64.getEncoder().encodeToString(bytes(catalog));
        Files.writeString(
                note, Files.readString(note).replaceAll("CATALOG \\S+", "CATALOG " + coded));
        install(parcel());
        assertFalse(Files.readString(note).contains(coded));
        uninstall();
        assertEquals(before, listing());
    }

    @Test
    void whatRecordsTheBootsIsRenewedAndItsEditsAreKept() {
        String recorder = "/usr/local/lib/netfix-bootdiag/";
        String original = Installation.FOLDER + "/bootdiag.java";
        Texts pi =
                Texts.live()
                        .file(recorder + "bootdiag.java", "old")
                        .file(recorder + "boot-diagnostic.sh", "old")
                        .file(Script.BOOTDIAG.launcher(), "old")
                        .file(original, "old, edited");
        assertFalse(InstallPlan.of(pi, parcel(), List.of()).renewsRecorder());
        pi.link(Ground.UNITS + "/multi-user.target.wants/boot-diagnostic.service", "x");
        String old = Installation.sha256(bytes(pi.read(recorder + "bootdiag.java").orElse("")));
        pi.file(
                Installed.FILE,
                "FILE " + old + " " + original,
                "FILE " + old + " " + Script.BOOTDIAG.launcher());
        InstallPlan plan = InstallPlan.of(pi, parcel(), List.of());
        assertTrue(plan.renewsRecorder());
        assertEquals(
                List.of(original + ".edited"),
                plan.asides().stream().map(InstallPlan.Aside::beside).toList());
        pi.file(recorder + "boot-diagnostic.sh", "mine");
        assertTrue(
                InstallPlan.of(pi, parcel(), List.of()).asides().stream()
                        .anyMatch(a -> a.beside().equals(recorder + "boot-diagnostic.sh.edited")));
    }

    @Test
    void anImageWithoutAJdkIsSaid() throws IOException {
        write("etc/os-release", "VERSION_ID=\"11\"\n");
        write("usr/lib/jvm/java-11/bin/javac", "");
        write("usr/lib/jvm/java-11/release", "JAVA_VERSION=\"11.0.1\"\n");
        assertTrue(plan(parcel()).shown().toString().contains("package openjdk-17-jdk-headless"));
        write("usr/lib/jvm/java-17/bin/javac", "");
        write("usr/lib/jvm/java-17/release", "JAVA_VERSION=\"17.0.1\"\n");
        assertFalse(plan(parcel()).shown().toString().contains("WARNING"));
    }

    @Test
    void helpShowsTheWordThatWasTyped() {
        CommandLine line = new CommandLine(new RunTests());
        Script verify = Script.ALL.get(2);
        Cli.named(line, verify, Map.of("NETFIX_COMMAND", "verify-fixes.sh"));
        assertTrue(line.getUsageMessage().contains("Example: sudo verify-fixes.sh"));
        assertTrue(line.getUsageMessage().contains("Usage: verify-fixes.sh"));
        assertEquals(
                "sudo fix-network-stability.sh",
                Cli.asRoot("fix", Map.of("NETFIX_COMMAND", "verify-fixes.sh")));
    }

    @CommandLine.Command(name = "install")
    private static final class NamedInstall implements Callable<Integer> {
        @Override
        public Integer call() {
            return ExitCode.GOOD;
        }
    }

    @Test
    void helpOfInstallBeginsWithALineToType() {
        String help =
                Cli.line(new NamedInstall(), Map.of("JBANG_LAUNCH_CMD", "/a/jbang"))
                        .getUsageMessage();
        assertTrue(help.startsWith("Example: sudo /a/jbang install@netfix --dry-run"), help);
        assertTrue(
                Checkout.read(Path.of("lib/Install.java")).contains("name = \"install\",\n"), help);
    }

    private static String of(String script) {
        return Script.ALL.stream()
                .filter(s -> s.name().equals(script))
                .findFirst()
                .orElseThrow()
                .launcher()
                .substring(1);
    }

    /** Root's ~/.m2 is empty as a rule, and another jbang knows of no other place. */
    @Test
    void anotherJbangIsHandedWhatItNeedsOffline() {
        List<Account> both =
                List.of(
                        new Account("root", 0, 0, "/root"),
                        new Account("pi", 1000, 1000, "/home/pi"));
        assertEquals(
                List.of(), InstallPlan.of(Texts.live(), parcel(), both).handings(), "it is ours");
        Texts pi =
                Texts.live()
                        .file("/usr/bin/jbang", "#!/bin/sh")
                        .file("/home/pi/.jbang/bin/jbang", "");
        InstallPlan plan = InstallPlan.of(pi, parcel(), both);
        assertEquals(
                List.of("/usr/bin/jbang", "/home/pi/.jbang/bin/jbang"),
                plan.handings().stream().map(InstallPlan.Handing::jbang).toList());
        assertEquals(
                "env --chdir=/root --unset=JBANG_DIR --unset=JBANG_CACHE_DIR --unset=JBANG_REPO"
                        + " HOME=/root JBANG_NO_VERSION_CHECK=true /usr/bin/jbang --quiet info"
                        + " classpath --repos central=file:///usr/local/lib/netfix/m2/"
                        + " /usr/local/lib/netfix/lib/Install.java",
                plan.handings().get(0).command().shown());
        assertTrue(
                plan.handings()
                        .get(1)
                        .command()
                        .shown()
                        .startsWith(
                                "setpriv --reuid=1000 --regid=1000 --init-groups env"
                                        + " --chdir=/home/pi "),
                "as its user");
        Texts card = Texts.card().file("/usr/bin/jbang", "");
        InstallPlan image = InstallPlan.of(card, parcel(), both.subList(0, 1));
        assertEquals(List.of(), image.handings());
        assertTrue(image.shown().toString().contains("on the Pi, once: /usr/bin/jbang --quiet"));
    }

    /** The documentation's own shell scripts may be there already; so may other catalogs. */
    @Test
    void whatWasThereComesBack() throws IOException {
        write(of("fix"), "#!/bin/bash\n# the documentation's\n");
        write("usr/bin/jbang", "#!/bin/sh\n");
        write(
                "root/.jbang/jbang-catalog.json",
                "{\"catalogs\":{\"mine\":{\"catalog-ref\":\"x\"}}}");
        List<String> before = listing();
        install(parcel());
        assertTrue(read(of("fix")).contains("script=fix"));
        assertFalse(Files.exists(root.resolve("usr/local/bin/jbang")), "there is one");
        assertTrue(read("root/.jbang/jbang-catalog.json").contains("\"mine\""));
        install(parcel());
        uninstall();
        assertEquals(before, listing());
    }

    @Test
    void whatAUserRegisteredMeanwhileStays() throws IOException {
        install(parcel());
        String file = "root/.jbang/jbang-catalog.json";
        write(file, JbangCatalog.registered(read(file), file, "/elsewhere").replace("netfix", "x"));
        install(parcel());
        uninstall();
        assertTrue(read(file).contains("\"x\""));
        assertFalse(read(file).contains("netfix"));
    }

    @Test
    void anUpdateKeepsEditsBesideTheNewFile() throws IOException {
        install(parcel("lib/A.java", "one\n", "lib/B.java", "one\n", "lib/Gone.java", "one\n"));
        String lib = "usr/local/lib/netfix/lib/";
        write(lib + "A.java", "one, edited\n");
        InstallPlan plan = install(parcel("lib/A.java", "two\n", "lib/B.java", "two\n"));
        assertEquals("two\n", read(lib + "A.java"));
        assertEquals("one, edited\n", read(lib + "A.java.edited"));
        assertEquals("two\n", read(lib + "B.java"));
        assertFalse(Files.exists(root.resolve(lib + "B.java.edited")), "nobody has edited it");
        assertFalse(Files.exists(root.resolve(lib + "Gone.java")));
        assertTrue(
                plan.shown().stream().anyMatch(line -> line.contains("A.java.edited")),
                plan.shown().toString());
        write(lib + "A.java", "two, edited\n");
        assertTrue(
                install(parcel("lib/A.java", "three\n")).shown().stream()
                        .anyMatch(line -> line.contains("A.java.edited.2")));
        assertEquals("one, edited\n", read(lib + "A.java.edited"));
        write(lib + "A.java", "four\n");
        assertEquals(
                List.of(
                        "with it goes what you have edited: /" + lib + "A.java",
                        "with it goes what you had edited: /" + lib + "A.java.edited",
                        "with it goes what you had edited: /" + lib + "A.java.edited.2"),
                uninstall().shown().stream().filter(line -> line.contains("edited")).toList());
    }

    /** bootdiag install has made it, and its launcher here was the way to take it away. */
    @Test
    void uninstallNamesTheRecorderThatStays() throws IOException {
        install(parcel());
        write("usr/local/lib/netfix-bootdiag/bootdiag.java", "a copy\n");
        List<String> shown = uninstall().shown();
        assertTrue(
                shown.stream()
                        .anyMatch(
                                line ->
                                        line.endsWith(
                                                "sudo sh /usr/local/lib/netfix-bootdiag/"
                                                        + "boot-diagnostic.sh uninstall")),
                shown.toString());
    }

    @Test
    void aCatalogThatIsNoneStopsItBeforeAnything() throws IOException {
        write("root/.jbang/jbang-catalog.json", "{\n\"catalogs\": oops}");
        List<String> before = listing();
        BadInput refused = assertThrows(BadInput.class, () -> plan(parcel()));
        assertTrue(
                refused.getMessage().contains("jbang-catalog.json:2 is no JSON"),
                refused.getMessage());
        assertEquals(before, listing());
    }

    /** What install made is found in place, whatever its owner has edited in it. */
    @Test
    void aFixFindsWhatInstallMade() {
        Texts pi = Texts.card().file(Installed.FILE, "FILE 0 /usr/local/lib/netfix/fix.java");
        assertEquals(Fulfilment.inPlace(), Installation.standing(Scene.at(pi, Progress.silent())));
    }

    /** A script of the card that is in the catalog and not in the table would not be installed. */
    @Test
    void everyScriptOfTheCatalogIsInTheTable() throws IOException {
        List<String> scripts = new ArrayList<>();
        var aliases = Json.read(Checkout.read(Path.of("jbang-catalog.json"))).path("aliases");
        for (var alias : aliases.properties()) {
            if (alias.getValue().path("script-ref").asText().equals(alias.getKey() + ".java")) {
                scripts.add(alias.getKey());
            }
        }
        assertTrue(scripts.remove(Script.BOOTDIAG.name()), "it has a launcher of its own");
        String install = Checkout.read(Path.of("lib/Install.java"));
        for (String script : scripts) {
            assertTrue(install.contains("//SOURCES ../" + script + ".java\n"), script);
        }
        assertEquals(scripts, Script.ALL.stream().map(Script::name).toList());
    }

    @Test
    void aCompletionIsOneForTheDocumentedName() {
        String text = Cli.completion("run-tests.sh", new CommandLine(new RunTests()));
        assertTrue(text.contains("-o default run-tests run-tests.sh "), text);
        assertTrue(text.contains("--update-golden"), text);
    }

    @Test
    void theCallerOfSudoIsFoundInPasswdOrElsewhere() {
        Texts pi =
                Texts.live()
                        .file("/etc/passwd", "root:x:0:0::/home/admin:/bin/sh")
                        .file("/home/admin/.profile", "")
                        .file("/home/ldap/.profile", "")
                        .output(
                                Command.of("getent", "passwd", "4711"),
                                "ldap:*:4711:100:L:/home/ldap:/bin/sh");
        assertEquals(
                List.of(
                        new Account("root", 0, 0, "/home/admin"),
                        new Account("ldap", 4711, 100, "/home/ldap")),
                Account.concerned(pi, Map.of("SUDO_UID", "4711")));
    }

    @Test
    void theRepositoryIsReadOffTheClassPath() {
        assertEquals(
                Path.of("/home/a b/.m2/repository"),
                Parcel.repository(
                        "/x/install.jar:/home/a"
                                + " b/.m2/repository/info/picocli/picocli/4.7.7/p.jar"));
    }
}
