package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** What a run leaves on disk. */
class DiagnosticFilesTest {

    private static final Instant AT = Instant.parse("2026-11-22T18:40:02Z");
    private static final Map<String, String> TEXTS =
            Map.of("diagnostic_summary_*.txt", "one\n", "diagnosis_*.json", "{}\n");

    @TempDir Path folder;

    private List<String> names(Path where) throws Exception {
        try (Stream<Path> all = Files.list(where)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theyAreTheirOwnersAloneAndHaveOneTime() throws Exception {
        Path where = folder.resolve("new/one");
        DiagnosticFiles.Kept kept = DiagnosticFiles.in(where, TEXTS, AT, 10);
        assertEquals(
                List.of(
                        "diagnosis_" + kept.stamp() + ".json",
                        "diagnostic_summary_" + kept.stamp() + ".txt"),
                names(where));
        assertTrue(kept.stamp().matches("2026112[123]_\\d{4}02"), kept.stamp());
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(where)));
        for (Path file : kept.files()) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    void runsAtTheSameMomentDoNotMix() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<DiagnosticFiles.Kept>> runs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Map<String, String> texts = new LinkedHashMap<>();
                texts.put("diagnostic_summary_*.txt", "run " + i);
                texts.put("diagnosis_*.json", "run " + i);
                runs.add(() -> DiagnosticFiles.in(folder, texts, AT, 10));
            }
            for (Future<DiagnosticFiles.Kept> run : pool.invokeAll(runs)) {
                List<Path> files = run.get().files();
                assertEquals(Files.readString(files.get(0)), Files.readString(files.get(1)));
            }
        } finally {
            pool.shutdown();
        }
        assertEquals(16, names(folder).size());
    }

    @Test
    void twoRunsInOneSecondAreTwo() throws Exception {
        DiagnosticFiles.Kept one = DiagnosticFiles.in(folder, TEXTS, AT, 10);
        DiagnosticFiles.Kept two = DiagnosticFiles.in(folder, TEXTS, AT, 10);
        assertEquals(one.stamp() + "_2", two.stamp());
        assertEquals(4, names(folder).size());
    }

    @Test
    void oldRunsGoAndOtherPeoplesFilesStay() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        Files.writeString(folder.resolve("diagnosis_of_my_own.json"), "mine");
        for (int i = 0; i < 5; i++) {
            DiagnosticFiles.in(folder, TEXTS, AT.plusSeconds(60 * i), 3);
        }
        // A Pi without a clock: the run of this boot is the oldest by its name.
        DiagnosticFiles.Kept now = DiagnosticFiles.in(folder, TEXTS, Instant.EPOCH, 3);
        List<String> names = names(folder);
        assertEquals(2 + 3 * TEXTS.size(), names.size(), names.toString());
        assertTrue(names.contains("diagnosis_" + now.stamp() + ".json"), names.toString());
        assertTrue(names.contains("diagnosis_of_my_own.json"));
    }

    /** A file that cannot be written stands for a full disk: the old ones made it so. */
    @Test
    void oldRunsGoEvenWhereTheNewOneFindsNoRoom() throws Exception {
        for (int i = 0; i < 4; i++) {
            DiagnosticFiles.in(folder, TEXTS, AT.plusSeconds(60 * i), 10);
        }
        Map<String, String> tooMuch = new LinkedHashMap<>();
        tooMuch.put("no folder/diagnosis_*.json", "{}\n");
        assertThrows(
                BadInput.class, () -> DiagnosticFiles.in(folder, tooMuch, AT.plusSeconds(600), 2));
        assertEquals(TEXTS.size(), names(folder).size(), names(folder).toString());
    }

    @Test
    void theFolderForWhatIsTemporaryIsTheSameEveryTime() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("network-diagnostics-0"), elsewhere);
        Path one = DiagnosticFiles.temporary(folder);
        assertFalse(one.endsWith("network-diagnostics-0"), "somebody's link");
        assertEquals(one, DiagnosticFiles.temporary(folder));
        assertEquals(3, names(folder).size(), names(folder).toString());
    }

    @Test
    void whereTheyCannotBeTheReasonIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        BadInput e = assertThrows(BadInput.class, () -> DiagnosticFiles.in(file, TEXTS, AT, 10));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }

    /** A passphrase where a Pi has one: in a profile, and in what btwifiset says. */
    @Test
    void noFileHoldsAPassphrase() throws Exception {
        Texts pi =
                Texts.live()
                        .output(IpAddress.COMMAND, "[]")
                        .says(
                                "journalctl",
                                "{\"_BOOT_ID\":\"b\",\"_SYSTEMD_UNIT\":\"btwifiset.service\","
                                        + "\"SYSLOG_IDENTIFIER\":\"btwifiset.py\",\"_PID\":\"3\","
                                        + "\"__REALTIME_TIMESTAMP\":\"1795337447370195\","
                                        + "\"MESSAGE\":\".request_connection - requesting"
                                        + " connection with ssid:Home with pw: correct horse\"}")
                        .profile(
                                "Home.nmconnection",
                                "[connection]",
                                "id=Home",
                                "type=wifi",
                                "[wifi]",
                                "ssid=Home",
                                "[wifi-security]",
                                "key-mgmt=wpa-psk",
                                "psk=correct horse");
        ReplayedStreams streams = new ReplayedStreams();
        Watch.Narration phone =
                new QuietNarration() {
                    @Override
                    public void began(Snapshot baseline) {
                        streams.says(
                                WatchSource.JOURNAL,
                                "{\"_SYSTEMD_UNIT\":\"btwifiset.service\",\"MESSAGE\":\"."
                                        + "connect - connection error: nmcli dev wifi connect Home"
                                        + " password correct horse\"}",
                                "{\"_SYSTEMD_UNIT\":\"NetworkManager.service\","
                                        + "\"PRIORITY\":\"4\",\"MESSAGE\":\"psk=correct horse\"}");
                    }
                };
        Watch.Pace quick =
                new Watch.Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofDays(1));
        Aftermath aftermath =
                Aftermath.of(
                        new Watch(pi, Watch.Ends.of(pi), streams, quick, phone)
                                .run(Duration.ZERO, () -> true));
        Map<String, String> texts = WatchLogs.of(aftermath);
        assertEquals(
                List.of(
                        "diagnostic_summary_*.txt",
                        "diagnosis_*.html",
                        "diagnosis_*.json",
                        "network_diagnostic_*.log",
                        "interface_changes_*.log",
                        "btwifiset_interaction_*.log",
                        "networkmanager_interaction_*.log"),
                List.copyOf(texts.keySet()));
        texts.forEach((name, text) -> assertFalse(text.contains("correct"), name + ": " + text));
        assertTrue(texts.get("btwifiset_interaction_*.log").contains(Redaction.MARK));
        assertTrue(texts.get("networkmanager_interaction_*.log").contains(Redaction.MARK));
        WatchLogs.of(aftermath.after())
                .forEach((name, text) -> assertFalse(text.contains("correct"), name));
    }
}
