import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netfix.RecordedPi;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
        missing.removeAll(bootdiag.Sight.questions(wifi));
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
                "[wifi-security]\npsk=\n[ipv4]\nmethod=auto\n",
                "[connection]\nid=My Home Net\nkey-mgmt=wpa-psk\npsk-flags=0\n",
            })
    void takesOutTheSecretsThatLibTakesOut(String text) {
        assertEquals(RecordedPi.redacted(text), bootdiag.Secrets.out(text));
        assertFalse(bootdiag.Secrets.out(text).contains("hunter2"));
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

    private static boolean record(Path folder, PlayedAir air) {
        return new bootdiag.Recorder(
                        new bootdiag.Shelf(folder, folder.resolve("elsewhere")), air, LIMITS)
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
        assertEquals(Optional.of(capture), bootdiag.Shelf.captureOf(folder, newest(folder)));
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
        new bootdiag.Recorder(new bootdiag.Shelf(gone, elsewhere), air, LIMITS).run();
        String status = text(elsewhere, bootdiag.Shelf.STATUS);
        assertTrue(status.contains("It lies here because " + gone + " cannot be written"), status);
        assertTrue(status.contains("FIRST CAUSE: networking-off"), status);
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
        assertEquals(Optional.of(second), bootdiag.Shelf.captureOf(folder, boot));
        byte[] whole = Files.readAllBytes(second);
        Files.write(second, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertEquals(
                Optional.of(captures.resolve("boot-00001.tar.gz")),
                bootdiag.Shelf.captureOf(folder, boot));
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
        assertEquals(Optional.empty(), bootdiag.Shelf.captureOf(folder, newest(folder)));
        assertEquals(0, bootdiag.run("read", folder.toString()));
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
        assertRefused("there is no verb raed", "raed");
        assertRefused("read wants the folder", "read");
        assertRefused("one word too many", "install", "now");
    }

    private static synchronized void assertRefused(String words, String... args) {
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(2, bootdiag.run(args));
        } finally {
            System.setErr(err);
        }
        String text = said.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(words) && text.lines().count() == 1, text);
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
