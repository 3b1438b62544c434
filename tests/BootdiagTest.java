import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netfix.RecordedPi;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * bootdiag.java against lib: the same captures in, the same codes out; the same secrets gone; the
 * same questions asked. It has no package, so neither has this.
 */
class BootdiagTest {

    /** What bootdiag names by itself. */
    private static final Set<String> ITS_ROWS =
            Set.of(
                    "networkmanager-config-broken",
                    "networkmanager-masked",
                    "networkmanager-not-running",
                    "networkmanager-not-enabled",
                    "networking-off",
                    "wifi-profile-deleted",
                    "wired-no-profile",
                    "wifi-blocked");

    static Stream<String> captures() {
        return RecordedPi.names().stream();
    }

    private static bootdiag.Sight sight(String name) {
        RecordedPi pi = RecordedPi.named(name);
        bootdiag.Sight sight = new bootdiag.Sight(Instant.EPOCH);
        pi.outputs()
                .forEach(
                        (argv, out) ->
                                sight.commands.put(
                                        argv, new bootdiag.Sight.Answer("exited", 0, out, "")));
        pi.texts().forEach((path, text) -> sight.texts.put(path, Optional.of(text)));
        pi.folders().forEach((path, names) -> sight.folders.put(path, Optional.of(names)));
        pi.stats()
                .forEach(
                        (path, s) ->
                                sight.stats.put(
                                        path,
                                        Optional.of(
                                                new bootdiag.Sight.Stat(
                                                        s.kind().name().toLowerCase(Locale.ROOT),
                                                        s.octalMode(),
                                                        s.uid(),
                                                        s.gid(),
                                                        s.size(),
                                                        s.target()))));
        return sight;
    }

    @ParameterizedTest
    @MethodSource("captures")
    void namesWhatTheTableNames(String name) {
        assertEquals(
                RecordedPi.named(name).codes().stream().filter(ITS_ROWS::contains).toList(),
                bootdiag.Causes.of(sight(name)).stream()
                        .map(bootdiag.Causes.Cause::code)
                        .distinct()
                        .toList());
    }

    @Test
    void everyOneOfItsRowsIsInSomeCapture() {
        Set<String> named =
                captures()
                        .flatMap(name -> bootdiag.Causes.of(sight(name)).stream())
                        .map(bootdiag.Causes.Cause::code)
                        .collect(Collectors.toSet());
        assertEquals(new TreeSet<>(ITS_ROWS), new TreeSet<>(named));
    }

    /** Pings hang on the routes, and dhcpcd's leases on dhcpcd. */
    @ParameterizedTest
    @MethodSource("captures")
    void asksWhatALookAsks(String name) {
        RecordedPi pi = RecordedPi.named(name);
        List<String> wifi =
                pi.folders().entrySet().stream()
                        .filter(e -> e.getKey().startsWith("/sys/class/net/"))
                        .filter(e -> e.getValue().contains("phy80211"))
                        .map(e -> e.getKey().substring("/sys/class/net/".length()))
                        .sorted()
                        .toList();
        Set<List<String>> missing =
                pi.commandsAsked().stream()
                        .filter(argv -> !List.of("ping", "dhcpcd").contains(argv.get(0)))
                        .filter(argv -> !argv.equals(List.of("ip", "-j", "neighbour", "show")))
                        .collect(Collectors.toSet());
        List<String> started =
                pi.folders().getOrDefault("/etc/systemd/system/multi-user.target.wants", List.of());
        missing.removeAll(bootdiag.Sight.questions(wifi, started));
        assertEquals(Set.of(), missing);
        assertEquals(
                List.of(),
                pi.pathsAsked().stream()
                        .filter(path -> !covered(path))
                        .filter(path -> !path.startsWith("/sys/class/net/"))
                        .filter(path -> !path.startsWith("/sys/class/rfkill/"))
                        .toList());
    }

    private static boolean covered(String path) {
        return bootdiag.Sight.SINGLE.contains(path)
                || bootdiag.Sight.THERE.contains(path)
                || bootdiag.Sight.NAMES.contains(path)
                || bootdiag.Sight.WHOLE.stream()
                        .anyMatch(folder -> path.equals(folder) || path.startsWith(folder + "/"));
    }

    /** What it writes is a capture that lib reads, with the same findings. */
    @Test
    void itsCaptureIsOneOfNetfix(@TempDir Path folder) throws IOException {
        bootdiag.Sight sight = sight("wired-no-profile");
        sight.folders.put("/etc/netplan", Optional.empty());
        Path file = folder.resolve("boot-00001.tar.gz");
        Files.write(file, sight.capture());
        RecordedPi read = RecordedPi.of(file);
        assertEquals(RecordedPi.named("wired-no-profile").codes(), read.codes());
        assertEquals(sight.text("/etc/os-release"), read.texts().get("/etc/os-release"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "psk=hunter2 s3cret",
                "\tpsk=\"hunter2\"",
                "\"password\": \"hunter2\",",
                "    wpa-psk hunter2",
                "802-11-wireless-security.psk: hunter2",
                "wep-key0=hunter2\nid=x",
                ".request_connection - requesting connection with ssid:Cafe with pw: hunter2",
                "changing Password for  Cafe to  hunter2",
                "nmcli dev wifi connect Cafe password hunter2 hidden yes",
                "['nmcli', 'dev', 'wifi', 'connect', 'Cafe', 'password', 'hunter2']",
                "received from iphone: registering SSID ['Cafe', 'hunter2', 2]",
                "received from iphone: registering SSID ['', 'DISCONN', 2]",
                ".decrypt -  received cleat text: Cafe\u001ehunter2",
                "get_list - received requested SSID for connection: ['Cafe', 'hunter2', 'AD']",
                "received requested SSID for connection: ['Bob\\'s \"x\"', 'hunter2', 'AD']",
                "Password my hunter2 has an illegal length",
                "nmcli con modify Cafe 802-1x.private-key-password hunter2",
                "wpa_passphrase Cafe hunter2",
                "wpa_passphrase=hunter2",
                "auth_server_shared_secret=hunter2",
                "[WireGuard]\nPrivateKey=hunter2\n",
                "  password:\n    hunter2\n",
                "access-points: {\"Cafe\": {password: \"hunter2\"}}",
                "{ssid: Cafe, password: hun,hunter2}",
                "{\"psk\":\"hunter2\",\"pin\":1}",
                "  \"password\": \"hunter2\" }}",
                "    wpa-private-key-passwd hunter2",
                "wireless-enc hunter2",
                "pre-up iwconfig wlan0 key s:hunter2",
                "authtoken 1 \"\" forever hunter2",
                "network={ssid=\"x\" wep_key0=\"hunter2\"}",
                "\tmilenage=hunter2",
                "   shared: hunter2",
                "   - shared: hunter2",
                "\teap_psk=hunter2",
                "[wifi-security]\npsk=\n[ipv4]\nmethod=auto\n",
                "[connection]\nid=My Home Net\nkey-mgmt=wpa-psk\npsk-flags=0\n",
            })
    void takesOutTheSecretsThatLibTakesOut(String text) {
        assertEquals(RecordedPi.redacted(text), bootdiag.Secrets.out(text));
        assertFalse(bootdiag.Secrets.out(text).contains("hunter2"));
        assertEquals(
                RecordedPi.redactedFile("x.yaml", text), bootdiag.Secrets.ofFile("x.yaml", text));
    }

    /** What Ubuntu's installer and an image's maker leave there; what is asked of it stays. */
    @Test
    void takesOutWhateverElseCloudInitIsTold() {
        String file = "/etc/cloud/cloud.cfg.d/99-installer.cfg";
        String text =
                "datasource:\n  None:\n"
                        + "    userdata_raw: \"#cloud-config\\nusers:\\n- passwd: hunter2\\n\"\n"
                        + "chpasswd:\n  list: |\n    pi:hunter2\n"
                        + "network: {config: disabled}\nnetwork:\n  config: disabled\r\n";
        String kept = bootdiag.Secrets.ofFile(file, text);
        assertFalse(kept.contains("hunter2"), kept);
        assertTrue(
                kept.endsWith("\nnetwork: {config: disabled}\nnetwork:\n  config: disabled\r\n"),
                kept);
        assertEquals(RecordedPi.redactedFile(file, text), kept);
        assertEquals(kept, bootdiag.Secrets.ofFile(file, kept));
    }

    @Test
    void takesOutKeyMaterial() {
        String text =
                "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"
                        + "blob-base64-ca={\nhunter2\n}\n";
        assertEquals(RecordedPi.redacted(text), bootdiag.Secrets.out(text));
        assertFalse(bootdiag.Secrets.out(text).contains("hunter2"));
    }

    @Test
    void theJournalStaysJson() throws Exception {
        String lines =
                "{\"MESSAGE\":\"connect Cafe password hun\\\"ter2\",\"_PID\":\"7\"}\n"
                    + "{\"MESSAGE\":[67,97,102,101,30,104,117,110,116,101,114,50],\"_PID\":\"8\"}\n"
                    + "{\"MESSAGE\":\"caf\\u00e9 \\\\ \\t plain\",\"_PID\":\"9\"}";
        String[] own = bootdiag.Secrets.ofJsonLines(lines).split("\n");
        String[] libs = RecordedPi.redactedJournal(lines).split("\n");
        assertEquals(libs.length, own.length);
        for (int i = 0; i < libs.length; i++) {
            assertEquals(RecordedPi.json(libs[i]), RecordedPi.json(own[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wifi-profile-deleted~after-a-boot", "btwifiset-wrong-mode"})
    void aJournalIsRedactedAlike(String name) throws Exception {
        for (Map.Entry<List<String>, String> e : RecordedPi.named(name).outputs().entrySet()) {
            if (e.getKey().contains("json") && !e.getValue().isBlank()) {
                List<String> own = bootdiag.Secrets.ofJsonLines(e.getValue()).lines().toList();
                List<String> libs = RecordedPi.redactedJournal(e.getValue()).lines().toList();
                assertEquals(libs.size(), own.size());
                for (int i = 0; i < own.size(); i += 7) {
                    assertEquals(RecordedPi.json(libs.get(i)), RecordedPi.json(own.get(i)));
                }
            }
        }
    }

    // --- a boot, in time that passes as the test says -----------------------------------------

    /** A Pi whose links are what the test says at each second. */
    private static final class PlayedAir extends bootdiag.Air {
        private double now = 5;
        private Instant begin = Instant.parse("2026-11-22T10:00:00Z");
        private boolean set;
        private final List<Map.Entry<Double, Runnable>> script = new ArrayList<>();
        private List<Link> links =
                List.of(new Link("eth0", false, true, true, List.of(), "", false));
        private final bootdiag.Sight sight;
        private int looks;
        private String boot = "b007";

        PlayedAir(bootdiag.Sight sight) {
            this.sight = sight;
        }

        PlayedAir at(double second, Runnable what) {
            script.add(Map.entry(second, what));
            return this;
        }

        void comesUp() {
            links =
                    List.of(
                            new Link(
                                    "eth0",
                                    false,
                                    true,
                                    true,
                                    List.of("192.168.50.10/24"),
                                    "192.168.50.1",
                                    true));
        }

        void goesDown() {
            links = List.of(new Link("eth0", false, true, false, List.of(), "", false));
        }

        @Override
        double uptime() {
            return now;
        }

        @Override
        Instant clock() {
            return begin.plusMillis((long) (now * 1000));
        }

        @Override
        boolean clockSet() {
            return set;
        }

        @Override
        String bootId() {
            return boot;
        }

        @Override
        void pause(double seconds) {
            now += seconds;
            for (Map.Entry<Double, Runnable> step : List.copyOf(script)) {
                if (step.getKey() <= now) {
                    script.remove(step);
                    step.getValue().run();
                }
            }
        }

        @Override
        bootdiag.Sight sight() {
            looks++;
            return sight;
        }

        @Override
        String managers() {
            return "NetworkManager active";
        }

        @Override
        List<Link> links(boolean probe) {
            return links;
        }
    }

    private static final bootdiag.Recorder.Limits LIMITS =
            new bootdiag.Recorder.Limits(300, 7200, 120, 3, 12, 600);

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    private static boolean record(Path folder, PlayedAir air) {
        return new bootdiag.Recorder(
                        new bootdiag.Shelf(folder, folder.resolve("elsewhere")),
                        air,
                        LIMITS,
                        NOWHERE)
                .run();
    }

    private static String text(Path folder, String name) throws IOException {
        String text = Files.readString(folder.resolve(name), StandardCharsets.US_ASCII);
        assertTrue(text.chars().allMatch(c -> c == '\r' || c == '\n' || c >= ' ' && c < 127), text);
        assertFalse(text.replace("\r\n", "").contains("\n"), "every line ends with CR LF");
        return text.replace("\r\n", "\n");
    }

    @Test
    void aBootThatNeverGetsThereNamesItsCause(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("wired-no-profile"));
        assertFalse(record(folder, air));
        String log = text(folder, bootdiag.Shelf.LOG);
        assertTrue(log.contains("VERDICT: NOT REACHABLE since +0 s"), log);
        assertTrue(log.contains("FIRST CAUSE: wired-no-profile: eth0 has a cable"), log);
        assertTrue(log.contains("no-auto-default=* (/etc/NetworkManager/conf.d/99"), log);
        String status = text(folder, bootdiag.Shelf.STATUS);
        assertTrue(status.startsWith("VERDICT: NOT REACHABLE since +0 s"), status);
        assertTrue(status.contains("FIRST CAUSE: wired-no-profile"), status);
        assertTrue(status.contains("which nothing had set"), status);
        Path capture = folder.resolve(bootdiag.Shelf.CAPTURES).resolve("boot-00001.tar.gz");
        assertEquals(
                Optional.of(capture), bootdiag.Shelf.captureOf(folder, newest(folder), NOWHERE));
        assertTrue(RecordedPi.of(capture).codes().contains("wired-no-profile"));
        assertEquals(1, air.looks);
    }

    @Test
    void aBootThatWorksIsShortAndEndsSoon(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("healthy-bookworm"));
        air.at(20, air::comesUp);
        assertTrue(record(folder, air));
        assertTrue(air.now < 330, "ended at " + air.now);
        String status = text(folder, bootdiag.Shelf.STATUS);
        assertTrue(
                status.startsWith("VERDICT: REACHABLE since +20 s: eth0 192.168.50.10/24"), status);
        assertFalse(Files.exists(folder.resolve(bootdiag.Shelf.CAPTURES)));
        assertEquals(0, air.looks);
    }

    @Test
    void whatComesAndGoesIsToldOnceEach(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("healthy-bookworm"));
        air.at(20, air::comesUp).at(100, air::goesDown).at(400, air::comesUp);
        assertTrue(record(folder, air));
        String log = text(folder, bootdiag.Shelf.LOG);
        assertEquals(1, count(log, "NOT REACHABLE ANY MORE"), log);
        assertEquals(1, count(log, "eth0: no cable"), log);
        assertTrue(log.contains("VERDICT: REACHABLE since +401 s"), log);
        assertTrue(log.contains("All that was looked at: "), log);
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    @Test
    void aClockThatIsSetLateGivesBothTimes(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("healthy-bookworm"));
        air.begin = Instant.parse("2024-01-01T00:00:00Z");
        air.at(20, air::comesUp)
                .at(
                        60,
                        () -> {
                            air.begin = Instant.parse("2026-11-22T10:00:00Z");
                            air.set = true;
                        });
        assertTrue(record(folder, air));
        String log = text(folder, bootdiag.Shelf.LOG);
        assertTrue(log.contains("+20 s (2026-11-22 10:00:20 UTC)  REACHABLE"), log);
        assertTrue(log.contains("the clock is set: it was at 2024-01-01T00:01:02Z"), log);
    }

    @Test
    void fiveBootsAreKeptWithinAMegabyte(@TempDir Path folder) throws IOException {
        for (int boot = 1; boot <= 7; boot++) {
            PlayedAir air = new PlayedAir(sight("wifi-profile-deleted~after-a-boot"));
            air.boot = "boot-" + boot;
            for (int flap = 200; flap < 7000; flap += 200) {
                air.at(flap, flap % 400 == 0 ? air::comesUp : air::goesDown);
            }
            record(folder, air);
        }
        List<String> sections =
                bootdiag.Boot.sections(Files.readString(folder.resolve(bootdiag.Shelf.LOG)));
        assertEquals(5, sections.size());
        for (String section : sections.subList(0, 2)) {
            assertEquals(2, bootdiag.Boot.captures(section).size(), section);
            for (String name : bootdiag.Boot.captures(section)) {
                assertTrue(
                        Files.exists(folder.resolve(bootdiag.Shelf.CAPTURES).resolve(name)), name);
            }
        }
        assertTrue(bootdiag.Boot.isOf(sections.get(0), "boot-7"));
        assertTrue(bootdiag.Boot.isOf(sections.get(4), "boot-3"));
        try (Stream<Path> all = Files.walk(folder)) {
            long size = 0;
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                size += Files.size(file);
            }
            assertTrue(size < 1_000_000, "bytes: " + size);
        }
    }

    @Test
    void aPartitionThatCannotBeWrittenIsToldInVarLog(@TempDir Path folder) throws IOException {
        Path gone = folder.resolve("gone");
        Path elsewhere = Files.createDirectory(folder.resolve("log"));
        PlayedAir air = new PlayedAir(sight("networking-off"));
        new bootdiag.Recorder(new bootdiag.Shelf(gone, elsewhere), air, LIMITS, NOWHERE).run();
        String status = text(elsewhere, bootdiag.Shelf.STATUS);
        assertTrue(status.contains("It lies here because " + gone + " cannot be written"), status);
        assertTrue(status.contains("FIRST CAUSE: networking-off"), status);
    }

    private static final PlayedAir unreachable(String boot) {
        PlayedAir air = new PlayedAir(sight("networking-off"));
        air.boot = boot;
        return air;
    }

    /** A folder in the way of a file's new name is as a partition without room for it. */
    private static Path bootfsThatIsFullSinceItWorked(Path top) throws IOException {
        Path bootfs = Files.createDirectory(top.resolve("bootfs"));
        PlayedAir works = new PlayedAir(sight("healthy-bookworm"));
        works.at(20, works::comesUp);
        record(bootfs, works);
        Files.createDirectories(bootfs.resolve("network-failure-log.new/in-the-way"));
        return bootfs;
    }

    private static String output(int exit, Path folder, Optional<List<String>> diagnose)
            throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(exit, bootdiag.read(folder, diagnose, out));
        return said.toString(StandardCharsets.UTF_8);
    }

    /** Yesterday's REACHABLE does not stay where today's record found no room. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullPartitionKeepsNoOldVerdict(boolean shortTextFits, @TempDir Path top)
            throws Exception {
        Path bootfs = bootfsThatIsFullSinceItWorked(top);
        Path logs = Files.createDirectories(top.resolve("rootfs/var/log"));
        if (!shortTextFits) {
            Files.createDirectories(bootfs.resolve("diagnostic-status.new/in-the-way"));
        }
        new bootdiag.Recorder(
                        new bootdiag.Shelf(bootfs, logs), unreachable("boot-2"), LIMITS, NOWHERE)
                .run();
        String status = text(bootfs, bootdiag.Shelf.STATUS);
        assertTrue(status.contains("The newer record is in /var/log of the root"), status);
        assertFalse(status.contains("VERDICT: REACHABLE"), status);
        assertEquals(shortTextFits, status.contains("FIRST CAUSE: networking-off"), status);
        String log = Files.readString(logs.resolve(bootdiag.Shelf.LOG));
        assertTrue(log.contains("looked at: network-failure-captures/boot-00001.tar.gz\r\n"), log);
        // Without the root partition only that much is known.
        String seen = output(shortTextFits ? 1 : 3, bootfs, Optional.empty());
        assertTrue(seen.contains("Next: ./jbang fix sdcard " + bootfs), seen);
        assertFalse(seen.contains("VERDICT: REACHABLE"), seen);
        Files.createDirectories(top.resolve("rootfs/etc/systemd"));
        seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("This is from " + logs), seen);
        assertTrue(seen.contains("FIRST CAUSE: networking-off"), seen);
        assertTrue(seen.contains("diagnose --from " + logs), seen);
    }

    @Test
    void aRecordInVarLogIsReadWhereTheBootPartitionHasNone(@TempDir Path top) throws Exception {
        Path bootfs = Files.createDirectory(top.resolve("bootfs"));
        Path logs = Files.createDirectories(top.resolve("rootfs/var/log"));
        Files.createDirectories(top.resolve("rootfs/etc/systemd"));
        String seen = output(3, bootfs, Optional.empty());
        assertTrue(seen.contains("No boot is recorded here or beside it"), seen);
        assertTrue(seen.contains("./jbang diagnose --root " + top.resolve("rootfs")), seen);
        record(logs, unreachable("boot-1"));
        seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("here there is none"), seen);
        assertTrue(seen.contains("sudo ./jbang fix --root " + top.resolve("rootfs")), seen);
        // A newer one on the boot partition wins.
        PlayedAir later = new PlayedAir(sight("healthy-bookworm"));
        later.boot = "boot-2";
        later.begin = Instant.parse("2026-11-23T10:00:00Z");
        later.at(20, later::comesUp);
        record(bootfs, later);
        seen = output(0, bootfs, Optional.empty());
        assertTrue(seen.startsWith("VERDICT: REACHABLE"), seen);
    }

    /** As on Windows, where jbang is no program; and where it is one that fails. */
    @Test
    void aDiagnoseThatDoesNotStartLeavesTheVerdict(@TempDir Path top) throws Exception {
        Path bootfs = Files.createDirectory(top.resolve("my bootfs"));
        record(bootfs, unreachable("boot-1"));
        for (List<String> diagnose :
                List.of(List.of("/no/such/jbang"), List.of("sh", "-c", "exit 127"))) {
            String seen = output(1, bootfs, Optional.of(diagnose));
            assertTrue(seen.contains("Next: ./jbang fix sdcard '" + bootfs + "'"), seen);
        }
        assertEquals(1, bootdiag.worse(1, 0));
        assertEquals(1, bootdiag.worse(0, 1));
        assertEquals(0, bootdiag.worse(3, 0));
        assertEquals(3, bootdiag.worse(3, 130));
    }

    /** The power went before there was more to say; the next step is told all the same. */
    @Test
    void aBootThatWasCutShortHasItsNextStep(@TempDir Path top) throws Exception {
        Path bootfs = Files.createDirectory(top.resolve("bootfs"));
        Files.writeString(
                bootfs.resolve(bootdiag.Shelf.LOG),
                "===== BOOT b =====\r\nVERDICT: NOT REACHABLE YET at +9 s\r\n");
        String seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("Next: ./jbang fix sdcard " + bootfs), seen);
    }

    @Test
    void aKeyThatIsLeftIsNamed(@TempDir Path bootfs) throws Exception {
        record(bootfs, unreachable("boot-1"));
        Files.writeString(bootfs.resolve("netfix-rescue.key"), "hunter2");
        String seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("a rescue was cut off. ./jbang fix sdcard"), seen);
        assertTrue(seen.contains("--undo deletes it"), seen);
        Files.writeString(bootfs.resolve("cmdline.txt"), "root=/dev/x /boot/netfix-rescue.sh\n");
        seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("for the Pi's next boot"), seen);
        assertFalse(seen.contains("hunter2"), seen);
    }

    @Test
    void helpBeginsWithALineToType() {
        assertEquals("java bootdiag.java", bootdiag.typed(Map.of()));
        assertEquals(
                "'/a b/jbang' bootdiag@netfix",
                bootdiag.typed(Map.of("JBANG_LAUNCH_CMD", "/a b/jbang")));
        assertEquals(
                "boot-diagnostic.sh",
                bootdiag.typed(
                        Map.of("JBANG_LAUNCH_CMD", "/a", "NETFIX_COMMAND", "boot-diagnostic.sh")));
    }

    @Test
    void helpFitsATerminal() {
        for (String name : List.of("bootdiag", "boot-diagnostic.sh")) {
            String usage = bootdiag.usage(Map.of("NETFIX_COMMAND", name));
            assertTrue(usage.contains(" " + name + " read DIR "), usage);
            assertEquals(List.of(), usage.lines().filter(line -> line.length() > 80).toList());
        }
    }

    /** The documentation has its reader put a script of that very name on the Pi. */
    @Test
    void somebodysOwnScriptIsKeptAndComesBack(@TempDir Path bin) throws Exception {
        bootdiag.Places places = new bootdiag.Places(NOWHERE);
        Path script = bin.resolve("boot-diagnostic.sh");
        String own = "#!/bin/bash\necho mine\n";
        Files.writeString(script, own);
        assertFalse(places.takeAway(script));
        assertEquals(own, Files.readString(script));
        places.putInPlace(script, bootdiag.Places.LAUNCHER, "rwxr-xr-x");
        places.putInPlace(script, bootdiag.Places.LAUNCHER, "rwxr-xr-x");
        assertEquals(bootdiag.Places.LAUNCHER, Files.readString(script));
        Path kept = bin.resolve("boot-diagnostic.sh.before-bootdiag");
        assertEquals(own, Files.readString(kept));
        bootdiag.Places.refuseTwo(script);
        assertTrue(places.takeAway(script));
        assertEquals(own, Files.readString(script));
        assertFalse(Files.exists(kept));
        // Nothing was there before.
        Path unit = bin.resolve("boot-diagnostic.service");
        places.putInPlace(unit, bootdiag.Places.SERVICE, "rw-r--r--");
        places.takeAway(unit);
        assertEquals(List.of("boot-diagnostic.sh"), names(bin));
        // One that an earlier install has kept is not written over.
        Files.writeString(kept, own);
        Exception e = assertThrows(Exception.class, () -> bootdiag.Places.refuseTwo(script));
        assertTrue(e.getMessage().contains("move one of them away"), e.getMessage());
    }

    /** What fix sdcard --diagnose-only has recorded is where read looks for it, too. */
    @Test
    void aRescuesLogIsRead(@TempDir Path top) throws Exception {
        Path bootfs = Files.createDirectory(top.resolve("bootfs"));
        Path log = bootfs.resolve("netfix-rescue-log.txt");
        Files.writeString(
                log,
                "VERDICT: RECORDED ONLY. NOT REACHABLE: no interface\r\nNM: \u001b masked\r\n");
        String seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.contains("VERDICT: RECORDED ONLY. NOT REACHABLE"), seen);
        assertTrue(seen.contains("NM: \\x1b masked"), seen);
        assertTrue(seen.contains("Next: ./jbang fix sdcard " + bootfs), seen);
        Files.writeString(log, "VERDICT: MENDED, see below; the Pi reboots once.\r\n");
        seen = output(3, bootfs, Optional.empty());
        assertTrue(seen.contains("VERDICT: MENDED") && !seen.contains("Next:"), seen);
        // What a boot after it has recorded comes first, and decides.
        record(bootfs, unreachable("boot-1"));
        seen = output(1, bootfs, Optional.empty());
        assertTrue(seen.startsWith("VERDICT: NOT REACHABLE"), seen);
        assertTrue(seen.contains("=== netfix-rescue-log.txt"), seen);
        assertTrue(seen.contains("VERDICT: MENDED"), seen);
    }

    /** Without a key no other file tells that it has not run. */
    @Test
    void aRescueThatWaitsIsNamed(@TempDir Path top) throws Exception {
        Path bootfs = Files.createDirectory(top.resolve("bootfs"));
        Path log = bootfs.resolve("netfix-rescue-log.txt");
        Files.writeString(log, "VERDICT: MENDED, see below; the Pi reboots once.\r\n");
        assertFalse(output(3, bootfs, Optional.empty()).contains("waits"));
        Files.writeString(bootfs.resolve("cmdline.txt"), "root=/dev/x /boot/netfix-rescue.sh\n");
        String seen = output(3, bootfs, Optional.empty());
        assertTrue(seen.contains("A rescue waits in cmdline.txt"), seen);
        assertTrue(seen.contains("or did not run"), seen);
        assertTrue(seen.contains("log.txt, by a rescue before the one that waits"), seen);
        // As fix sdcard leaves it.
        Files.move(log, bootfs.resolve("netfix-rescue-log-before.txt"));
        seen = output(3, bootfs, Optional.empty());
        assertTrue(seen.contains("log-before.txt, by a rescue before the one that waits"), seen);
        assertTrue(seen.contains("VERDICT: MENDED"), seen);
        Files.writeString(bootfs.resolve("cmdline.txt"), "root=/dev/x\n");
        seen = output(3, bootfs, Optional.empty());
        assertTrue(seen.contains("by a rescue before the last one, which left none"), seen);
    }

    /** Why it was lost the first time is not why it is lost the second time. */
    @Test
    void aCauseIsThatOfItsOwnFailure(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("networking-off"));
        List<String> verdicts = new ArrayList<>();
        air.at(200, air::comesUp)
                .at(400, air::goesDown)
                .at(
                        500,
                        () -> {
                            try {
                                verdicts.add(text(folder, bootdiag.Shelf.STATUS));
                            } catch (IOException e) {
                                verdicts.add(e.toString());
                            }
                        });
        record(folder, air);
        assertTrue(verdicts.get(0).startsWith("VERDICT: NOT REACHABLE since +4"), verdicts + "");
        assertFalse(verdicts.get(0).contains("FIRST CAUSE"), verdicts + "");
        String log = text(folder, bootdiag.Shelf.LOG);
        assertEquals(2, count(log, "why, first of all: networking-off"), log);
    }

    /** On a nearly full partition it is the text that finds room. */
    @Test
    void theTextIsWrittenBeforeTheCapture(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(bootdiag.Shelf.CAPTURES), "in the way");
        record(folder, unreachable("boot-1"));
        assertTrue(text(folder, bootdiag.Shelf.STATUS).contains("FIRST CAUSE: networking-off"));
        String log = text(folder, bootdiag.Shelf.LOG);
        assertTrue(log.contains("All that was looked at: could not be kept: "), log);
        assertEquals(List.of(), bootdiag.Boot.captures(newest(folder)));
    }

    @Test
    void itsVersionIsNetfixs() {
        assertEquals(RecordedPi.pinnedJBang(), bootdiag.JBANG);
        assertEquals(4, bootdiag.version().size());
        assertTrue(bootdiag.version().get(2).contains(System.getProperty("java.version")));
    }

    @Test
    void aHostileNameDoesNotLeaveItsLine() {
        assertEquals(
                "a\\x1b[31m b\\xe9\\x1f600", bootdiag.Plain.text("a\033[31m\nb\u00e9\ud83d\ude00"));
    }

    private static String newest(Path folder) throws IOException {
        return bootdiag.Boot.sections(text(folder, bootdiag.Shelf.LOG)).get(0);
    }

    /** Half a capture, as a power cut leaves it, does not hide the same boot's first one. */
    @Test
    void aDamagedCaptureIsPassedOver(@TempDir Path folder) throws IOException {
        PlayedAir air = new PlayedAir(sight("wired-no-profile"));
        air.at(200, air::comesUp).at(400, air::goesDown);
        record(folder, air);
        Path captures = folder.resolve(bootdiag.Shelf.CAPTURES);
        Path second = captures.resolve("boot-00002.tar.gz");
        String boot = newest(folder);
        assertEquals(Optional.of(second), bootdiag.Shelf.captureOf(folder, boot, NOWHERE));
        byte[] whole = Files.readAllBytes(second);
        Files.write(second, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertEquals(
                Optional.of(captures.resolve("boot-00001.tar.gz")),
                bootdiag.Shelf.captureOf(folder, boot, NOWHERE));
    }

    /** A boot that worked after one that did not: what lies there is not of the last one. */
    @Test
    void aCaptureIsThatOfTheBootThatNamesIt(@TempDir Path top) throws IOException {
        Path folder = Files.createDirectory(top.resolve("bootfs"));
        record(folder, new PlayedAir(sight("wired-no-profile")));
        PlayedAir works = new PlayedAir(sight("healthy-bookworm"));
        works.boot = "boot-2";
        works.at(20, works::comesUp);
        record(folder, works);
        assertTrue(Files.exists(folder.resolve(bootdiag.Shelf.CAPTURES + "/boot-00001.tar.gz")));
        assertEquals(Optional.empty(), bootdiag.Shelf.captureOf(folder, newest(folder), NOWHERE));
        assertEquals(0, bootdiag.run(NOWHERE, NOWHERE, "read", folder.toString()));
    }

    @Test
    void aBridgeOverHardwareCountsAndATunnelDoesNot(@TempDir Path sys) throws IOException {
        Files.createDirectories(sys.resolve("eth0/device"));
        for (String link : List.of("br0", "br0.7", "docker0", "veth1", "wg0")) {
            Files.createDirectory(sys.resolve(link));
        }
        Files.createSymbolicLink(sys.resolve("br0/lower_eth0"), Path.of("../eth0"));
        Files.createSymbolicLink(sys.resolve("br0.7/lower_br0"), Path.of("../br0"));
        Files.createSymbolicLink(sys.resolve("docker0/lower_veth1"), Path.of("../veth1"));
        for (String link : List.of("br0", "br0.7")) {
            assertTrue(bootdiag.Air.isOnHardware(sys.resolve(link)), link);
        }
        for (String link : List.of("docker0", "wg0")) {
            assertFalse(bootdiag.Air.isOnHardware(sys.resolve(link)), link);
        }
    }

    /** Edited on Windows, with what a hostile SSID or a person may have put in. */
    @Test
    void sectionsAreFoundWhateverTheLineEnds() {
        String log = "x\r\n===== BOOT a =====\r\nVERDICT\r\n\r===== BOOT b =====\rV\n";
        List<String> sections = bootdiag.Boot.sections(log);
        assertEquals(2, sections.size());
        assertTrue(bootdiag.Boot.isOf(sections.get(1), "b"));
    }

    @Test
    void badInputIsOneLine(@TempDir Path folder) throws IOException {
        assertRefused("no/such/folder: no such folder", "read", "no/such/folder");
        assertRefused("holds neither", "read", folder.toString());
        Files.writeString(folder.resolve("netfix-rescue.key"), "hunter2");
        assertRefused("--undo deletes it", "read", folder.toString());
        assertRefused("there is no verb raed", "raed");
        assertRefused("read wants the folder", "read");
        assertRefused("one word too many", "install", "now");
    }

    private static void assertRefused(String words, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(2, bootdiag.run(NOWHERE, err, args));
        String text = said.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(words) && text.lines().count() == 1, text);
    }

    // --- boot-diagnostic.sh, where nothing can run the recorder --------------------------------

    /** Its files are in that folder, and its PATH begins with bin there, where Java is none. */
    private static Path launcherIn(Path top) throws IOException {
        Path bin = Files.createDirectories(top.resolve("bin"));
        for (Map.Entry<String, String> tool :
                Map.of(
                                "java", "exit 1",
                                "sleep", "exit 0",
                                "ip", "echo '2: eth0: <NO-CARRIER>'",
                                "mount", "echo \"$@\" >>" + top + "/mounts.asked",
                                "systemctl", "exit 3")
                        .entrySet()) {
            Path file = bin.resolve(tool.getKey());
            Files.writeString(file, "#!/bin/sh\n" + tool.getValue() + "\n");
            assertTrue(file.toFile().setExecutable(true));
        }
        Files.createDirectories(top.resolve("boot"));
        Files.createDirectories(top.resolve("var/log"));
        Files.writeString(top.resolve("bootdiag.java"), "class x {}");
        Files.writeString(top.resolve("mounts"), "/dev/mmcblk0p1 /boot vfat rw 0 0\n");
        String text = bootdiag.Places.LAUNCHER;
        for (Map.Entry<String, String> place :
                Map.of(
                                "/run/netfix-bootdiag.pid", top + "/pid",
                                "/usr/local/lib/netfix", top + "/lib/netfix",
                                "/usr/lib/jvm", top + "/jvm",
                                "/proc/mounts", top + "/mounts",
                                "/sys/class/net", top + "/net",
                                "/var/log", top + "/var/log")
                        .entrySet()) {
            assertTrue(text.contains(place.getKey()), place.getKey());
            text = text.replace(place.getKey(), place.getValue());
        }
        // As mounted, and as it is in this folder.
        text = text.replace("{ print at }", "{ if (at) print \"" + top + "\" at }");
        text = text.replace("$2 == at {", "\"" + top + "\" $2 == at {");
        return Files.writeString(top.resolve("boot-diagnostic.sh"), text);
    }

    private static String launched(int exit, Path script, String... verbs) throws Exception {
        List<String> argv = new ArrayList<>(List.of("sh", script.toString()));
        argv.addAll(List.of(verbs));
        ProcessBuilder started = new ProcessBuilder(argv).redirectErrorStream(true);
        started.environment()
                .compute("PATH", (name, path) -> script.resolveSibling("bin") + ":" + path);
        Process process = started.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exit, process.waitFor(), said);
        return said;
    }

    private static final String NO_ADDRESS = "VERDICT: NOT REACHABLE: no interface has an address";

    @Test
    void withoutJavaOnlyABootIsToldOf(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Path boot = top.resolve("boot");
        Files.writeString(boot.resolve(bootdiag.Shelf.STATUS), "VERDICT: NOT REACHABLE\r\n");
        for (String verb : List.of("read", "--help", "install", "uninstall")) {
            String said = launched(3, script, verb, boot.toString());
            assertTrue(said.contains(verb + ": no JDK of Java 17"), said);
            assertTrue(said.contains("openjdk-17-jdk-headless"), said);
        }
        assertEquals("VERDICT: NOT REACHABLE\n", text(boot, bootdiag.Shelf.STATUS));
        launched(0, script, "run");
        String status = text(boot, bootdiag.Shelf.STATUS);
        assertTrue(status.startsWith(NO_ADDRESS), status);
        assertTrue(status.contains("./jbang fix sdcard FOLDER"), status);
        assertEquals(List.of(bootdiag.Shelf.STATUS), names(boot));
    }

    /** The log is of a boot that still had Java, and worked. */
    @Test
    void withoutJavaAnOlderLogDoesNotDecide(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Path boot = top.resolve("boot");
        PlayedAir works = new PlayedAir(sight("healthy-bookworm"));
        works.at(20, works::comesUp);
        record(boot, works);
        output(0, boot, Optional.empty());
        launched(0, script, "run");
        String seen = output(1, boot, Optional.empty());
        assertTrue(seen.startsWith(NO_ADDRESS), seen);
        assertTrue(seen.contains("Next: ./jbang fix sdcard " + boot), seen);
        assertFalse(seen.contains("VERDICT: REACHABLE"), seen);
    }

    /** Another Java would not help. */
    @Test
    void withoutItsCodeNoJavaIsAskedFor(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Files.delete(top.resolve("bootdiag.java"));
        Path boot = top.resolve("boot");
        // Where the tests run it may lie on the machine's own boot partition.
        Files.writeString(
                script, Files.readString(script).replace("/boot/firmware /boot;", boot + ";"));
        launched(0, script, "run");
        for (String said :
                List.of(
                        text(boot, bootdiag.Shelf.STATUS),
                        launched(3, script, "read", boot.toString()))) {
            assertTrue(said.contains("install netfix again"), said);
            assertFalse(said.contains("jdk"), said);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Where there is no room, or no partition, it is in /var/log, and the old verdict is gone. */
    @Test
    void withoutJavaAndWithoutRoomItIsInVarLog(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Path boot = top.resolve("boot");
        Path logs = top.resolve("var/log");
        Files.createDirectories(boot.resolve("diagnostic-status.new"));
        Files.writeString(
                boot.resolve(bootdiag.Shelf.STATUS),
                "VERDICT: REACHABLE since +20 s\r\n" + "More.\r\n".repeat(90));
        launched(0, script, "run");
        String status = text(logs, bootdiag.Shelf.STATUS);
        assertTrue(status.startsWith(NO_ADDRESS), status);
        assertTrue(status.contains("It lies here because " + boot + " cannot be written"), status);
        assertEquals(
                "VERDICT: not here. The newer record is in "
                        + top
                        + "/var/log of the root partition.\n",
                text(boot, bootdiag.Shelf.STATUS));
        assertFalse(Files.exists(top.resolve("mounts.asked")), "a writable one was mounted anew");
        Files.writeString(top.resolve("mounts"), "");
        launched(0, script, "run");
        status = text(logs, bootdiag.Shelf.STATUS);
        assertTrue(status.contains("because no boot partition is mounted"), status);
    }

    @Test
    void withoutJavaAReadOnlyPartitionIsMountedWritableForIt(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Path boot = top.resolve("boot");
        Path inTheWay = Files.createDirectories(boot.resolve("diagnostic-status.new"));
        Files.writeString(top.resolve("mounts"), "/dev/mmcblk0p1 /boot vfat noatime,ro 0 0\n");
        Files.writeString(
                top.resolve("bin/mount"),
                "#!/bin/sh\nrmdir " + inTheWay + "\necho $2 >>" + top + "/mounts.asked\n");
        launched(0, script, "run");
        assertTrue(text(boot, bootdiag.Shelf.STATUS).startsWith(NO_ADDRESS));
        assertEquals("remount,rw\nremount,ro\n", Files.readString(top.resolve("mounts.asked")));
        assertEquals(List.of(), names(top.resolve("var/log")));
    }

    /** A JRE starts a jar and no source. */
    @Test
    void aJavaWithoutACompilerIsTakenForAJarOnly(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Path java = top.resolve("bin/java");
        Files.writeString(
                java,
                "#!/bin/sh\n"
                    + "case $1 in --version) echo openjdk 17.0.9 ;;\n"
                    + "--list-modules) echo java.base@17.0.9 ;; *) echo \"started $*\" ;; esac\n");
        assertTrue(launched(3, script, "read").contains("no JDK of Java 17"));
        Files.writeString(top.resolve("bootdiag.jar"), "");
        assertTrue(launched(0, script, "read", "x").contains("bootdiag.jar bootdiag read x"));
    }

    /** The recorder has ended, and its number is another's. */
    @Test
    void aStrangersProcessIsNeitherToldOfNorKilled(@TempDir Path top) throws Exception {
        Path script = launcherIn(top);
        Process stranger = new ProcessBuilder("tail", "-f", "/dev/null").start();
        Path own = Files.writeString(top.resolve("bootdiag.txt"), "");
        Process recorder = new ProcessBuilder("tail", "-f", own.toString()).start();
        try {
            Files.writeString(top.resolve("pid"), stranger.pid() + "\n");
            assertTrue(launched(3, script, "status").contains("not recording"));
            launched(0, script, "stop");
            assertTrue(stranger.isAlive());
            Files.writeString(top.resolve("pid"), recorder.pid() + "\n");
            assertTrue(launched(0, script, "status").contains(": recording"));
            launched(0, script, "stop");
            assertTrue(recorder.waitFor(20, java.util.concurrent.TimeUnit.SECONDS));
        } finally {
            stranger.destroy();
            recorder.destroy();
        }
    }

    @Test
    void itsShellIsCleanAndItsHeaderIsOneThatInsservReads() throws Exception {
        RecordedPi.assertShellIsClean("boot-diagnostic.sh", bootdiag.Places.LAUNCHER);
        assertEquals(bootdiag.Places.LAUNCHER, RecordedPi.installedBootDiagnostic());
        String header =
                bootdiag.Places.LAUNCHER.substring(
                        bootdiag.Places.LAUNCHER.indexOf("### BEGIN INIT INFO"),
                        bootdiag.Places.LAUNCHER.indexOf("### END INIT INFO"));
        for (String key :
                List.of(
                        "# Provides:",
                        "# Required-Start:",
                        "# Required-Stop:",
                        "# Default-Start:",
                        "# Default-Stop:")) {
            assertTrue(header.contains("\n" + key), key);
        }
    }
}
