package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

class CaptureFileTest {

    @TempDir Path folder;

    private static Capture sample() {
        Capture capture = new Capture(Instant.parse("2026-01-02T03:04:05Z"), true);
        Command nmcli = Command.of("nmcli", "-t", "device");
        capture.commands.put(
                nmcli.argv(),
                CommandResult.exited(nmcli, 0, "eth0:ethernet:ünïcode\n", "a warning"));
        Command hung = Command.of("networkctl");
        capture.commands.put(
                hung.argv(), CommandResult.notRun(hung, CommandResult.Outcome.TIMED_OUT, ""));
        capture.texts.put("/etc/a:b/c", Reading.known("text\n"));
        capture.texts.put("/etc/none", Reading.absent("no /etc/none"));
        capture.texts.put("/etc/secret", Reading.unknown("not allowed to read /etc/secret"));
        capture.folders.put("/etc", Reading.known(List.of("a:b", "none")));
        capture.stats.put(
                "/etc/resolv.conf",
                Reading.known(
                        new FileStat(FileStat.Kind.LINK, 0777, 0, 0, 12, "/run/resolv.conf")));
        return capture;
    }

    @Test
    void whatIsSavedIsLoadedAgain() {
        Path file = folder.resolve("pi.tar.gz");
        CaptureFile.save(sample(), file);
        Capture loaded = CaptureFile.load(file);
        assertEquals(sample().commands, loaded.commands);
        assertEquals(sample().texts, loaded.texts);
        assertEquals(sample().folders, loaded.folders);
        assertEquals(sample().stats, loaded.stats);
        assertEquals(sample().taken(), loaded.taken());
    }

    /** The report elsewhere is the report on the Pi: the events, the verdict, the exit status. */
    @Test
    void aWatchInABundleGivesTheSameVerdict() {
        WatchedPi pi = WatchedPi.scanned();
        Path file = folder.resolve("watch.tar.gz");
        CaptureFile.save(pi.bundle(), file);
        ReplayedMachine elsewhere = new ReplayedMachine(CaptureFile.load(file), "Pi");
        Aftermath there = Aftermath.of(elsewhere.watched().orElseThrow());
        assertEquals(WatchReport.json(pi.aftermath()), WatchReport.json(there));
        assertEquals(HtmlReport.of(pi.aftermath()), HtmlReport.of(there));
        assertEquals(ExitCode.PROBLEMS, there.exitCode());
    }

    private Path unpacked(String changed, String text) throws IOException {
        Path dir = Files.createDirectory(folder.resolve("watch"));
        for (var file : CaptureFormat.encode(WatchedPi.scanned().bundle()).entrySet()) {
            Path path = dir.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        if (text.isEmpty()) {
            Files.delete(dir.resolve(changed));
        } else {
            Files.writeString(dir.resolve(changed), text);
        }
        return dir;
    }

    @Test
    void aWatchWithoutItsBaselineIsRefused() throws Exception {
        Path dir = unpacked("baseline/capture.json", "");
        assertTrue(refusal(dir).contains("what was there before"));
    }

    @Test
    void aWatchOfANewerNetfixIsRefused() throws Exception {
        Path dir = unpacked("watch.json", "{\"schema\":\"netfix/watch/2\"}");
        assertTrue(refusal(dir).contains("use a newer netfix"));
    }

    @Test
    void aDamagedWatchIsRefused() throws Exception {
        Path dir =
                unpacked(
                        "watch.json",
                        "{\"schema\":\"netfix/watch/1\",\"events\":[{\"source\":\"moon\"}]}");
        ReplayedMachine pi = new ReplayedMachine(CaptureFile.load(dir), dir.toString());
        assertTrue(
                assertThrows(BadInput.class, pi::watched).getMessage().startsWith(dir.toString()));
    }

    /** Years and durations that no clock counts to; what says them is no watch. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"started\":\"+1000000000-12-31T23:59:59Z\"",
                "\"started\":\"-1000-01-01T00:00:00Z\"",
                "\"lasted\":9223372036854775807",
                "\"events\":[{\"source\":\"kernel\",\"at\":-9223372036854775808}]",
            })
    void aTimeBeyondAllClocksIsRefused(String field) throws Exception {
        String start = field.contains("started") ? "" : "\"started\":\"2026-11-22T18:40:02Z\",";
        Path dir = unpacked("watch.json", "{\"schema\":\"netfix/watch/1\"," + start + field + "}");
        ReplayedMachine pi = new ReplayedMachine(CaptureFile.load(dir), dir.toString());
        assertTrue(assertThrows(BadInput.class, pi::watched).getMessage().contains("watch.json"));
    }

    /** One document, of which a tree is made. */
    @Test
    void aLongWatchAndALongAnswerAreRefused() throws Exception {
        Path dir =
                unpacked(
                        "watch.json",
                        "{\"schema\":\"netfix/watch/1\",\"x\":\"" + "x".repeat(9 << 20) + "\"}");
        assertTrue(refusal(dir).contains("watch.json is longer than 8 MiB"));
        Path other = Files.createDirectory(folder.resolve("long"));
        Files.writeString(
                other.resolve("capture.json"),
                "{\"schema\":\"netfix/capture/1\",\"taken\":\"2026-01-01T00:00:00Z\","
                        + "\"commands\":[{\"argv\":[\"ip\",\"-j\",\"neighbour\",\"show\"],"
                        + "\"outcome\":\"exited\",\"exit\":0,\"stdout\":\"n\"}]}");
        Files.writeString(other.resolve("n"), "[" + " ".repeat(1 << 20) + "]");
        assertTrue(refusal(other).contains("n is longer than 1 MiB"));
    }

    /** A command without a word is none; what else the bundle has is as good as before. */
    @Test
    void aCommandWithoutAWordIsPassedOver() throws Exception {
        Path dir = Files.createDirectory(folder.resolve("empty"));
        Files.writeString(
                dir.resolve("capture.json"),
                "{\"schema\":\""
                        + Capture.SCHEMA
                        + "\",\"taken\":\"2026-11-22T18:40:02Z\",\"live\":true,"
                        + "\"commands\":[{\"argv\":[],\"outcome\":\"exited\",\"exit\":0}]}");
        Capture read = CaptureFile.load(dir);
        assertTrue(read.commands.isEmpty());
        assertTrue(new Pseudonyms("key").of(read).commands.isEmpty());
    }

    /** What the documentation asks for under Contact and Support is in it. */
    @Test
    void itHoldsWhatAHelperAsksFor() {
        Texts pi =
                Texts.live()
                        .says("systemctl", "NetworkManager.service - Network Manager")
                        .says("nmcli", "eth0  ethernet  connected")
                        .says(
                                "journalctl",
                                "{\"MESSAGE\":\"with pw: correct horse\",\"_PID\":\"7\"}")
                        .file(
                                "/var/log/network-diagnostics/diagnostic_summary_20261122_184002.txt",
                                "an older run")
                        .file(
                                "/var/log/network-diagnostics/diagnostic_summary_20261122_184010.txt",
                                "psk=correct horse");
        RecordingMachine recording = new RecordingMachine(pi);
        SupportFiles.ask(recording);
        Capture capture = recording.capture();
        String all = capture.commands.values().toString() + capture.texts.values();
        for (Command command : SupportFiles.commands()) {
            assertTrue(capture.commands.get(command.argv()).ok(), command.shown());
        }
        assertTrue(all.contains("connected") && all.contains("Network Manager"), all);
        assertEquals(1, capture.texts.size());
        assertFalse(all.contains("correct horse"), all);
        assertTrue(all.contains(Redaction.MARK), all);
    }

    @Test
    void isReadableByItsOwnerOnly() throws Exception {
        Path file = folder.resolve("pi.tar.gz");
        CaptureFile.save(sample(), file);
        assertEquals(0600, (Integer) Files.getAttribute(file, "unix:mode") & 0777);
    }

    @Test
    void aFailedSaveLeavesNothing() throws Exception {
        Path target = Files.createDirectories(folder.resolve("is/a/folder"));
        assertThrows(BadInput.class, () -> CaptureFile.save(sample(), target.getParent()));
        try (var left = Files.list(folder.resolve("is"))) {
            assertEquals(List.of(target.getParent()), left.toList());
        }
    }

    @Test
    void aDeviceOrALinkInTheWayIsLeftAlone() throws Exception {
        assertThrows(BadInput.class, () -> CaptureFile.save(sample(), Path.of("/dev/null")));
        assertThrows(BadInput.class, () -> CaptureFile.save(sample(), Path.of("/")));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("target"));
        assertThrows(BadInput.class, () -> CaptureFile.save(sample(), link));
        assertTrue(Files.isSymbolicLink(link));
    }

    private String refusal(Path file) {
        String message = assertThrows(BadInput.class, () -> CaptureFile.load(file)).getMessage();
        assertTrue(message.startsWith(file.toString()), message);
        assertFalse(message.contains("\n"), message);
        return message;
    }

    @Test
    void aTruncatedOneIsRefusedAtEveryLength() throws Exception {
        Path file = folder.resolve("pi.tar.gz");
        CaptureFile.save(sample(), file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 8; length += 7) {
            Path cut = folder.resolve("cut.tar.gz");
            Files.write(cut, Arrays.copyOf(whole, length));
            refusal(cut);
        }
    }

    @Test
    void whatIsNoCaptureIsRefused() throws Exception {
        Path text = Files.writeString(folder.resolve("a.txt"), "hello");
        assertTrue(refusal(text).contains("not a .tar.gz"));
        assertTrue(refusal(folder.resolve("none")).contains("no such file"));
        assertTrue(
                refusal(Files.createDirectory(folder.resolve("empty"))).contains("capture.json"));
    }

    @Test
    void aNewerSchemaIsRefusedByName() throws Exception {
        Path dir = Files.createDirectory(folder.resolve("new"));
        Files.writeString(dir.resolve("capture.json"), "{\"schema\":\"netfix/capture/2\"}");
        assertTrue(refusal(dir).contains("use a newer netfix"));
    }

    @Test
    void damageNamesTheLine() throws Exception {
        Path dir = Files.createDirectory(folder.resolve("damaged"));
        Files.writeString(
                dir.resolve("capture.json"), "{\"schema\":\n\"netfix/capture/1\",\n oops}");
        assertTrue(refusal(dir).contains("line 3"));
    }

    @Test
    void anIncompleteFolderNamesTheFile() throws Exception {
        Path dir = Files.createDirectory(folder.resolve("incomplete"));
        Files.writeString(
                dir.resolve("capture.json"),
                "{\"schema\":\"netfix/capture/1\",\"taken\":\"2026-01-01T00:00:00Z\","
                        + "\"files\":[{\"path\":\"/x\",\"content\":\"files/x\"}]}");
        assertTrue(refusal(dir).contains("files/x is missing"));
    }

    private Path tar(TarArchiveEntry entry, byte[] content) throws IOException {
        Path file = folder.resolve("hostile.tar.gz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return file;
    }

    @Test
    void pathsAndLinksOutOfTheCaptureAreRefused() throws Exception {
        byte[] content = "x".getBytes(StandardCharsets.UTF_8);
        assertTrue(refusal(tar(new TarArchiveEntry("a/../../b"), content)).contains("outside"));
        TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/shadow");
        assertTrue(refusal(tar(link, new byte[0])).contains("link"));
        TarArchiveEntry device = new TarArchiveEntry("null", TarConstants.LF_CHR);
        assertTrue(refusal(tar(device, new byte[0])).contains("device"));
    }

    private Path packed(Entries entries) throws IOException {
        Path file = folder.resolve("many.tar.gz");
        GZIPOutputStream fast =
                new GZIPOutputStream(Files.newOutputStream(file)) {
                    {
                        def.setLevel(java.util.zip.Deflater.BEST_SPEED);
                    }
                };
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(fast)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            entries.to(tar);
        }
        return file;
    }

    private interface Entries {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    /** The refusal comes with the first one too many, however many follow. */
    @Test
    void moreEntriesThanACaptureCanHaveAreRefused() throws Exception {
        for (String kind : List.of("f", "d/")) {
            Path file =
                    packed(
                            tar -> {
                                for (int i = 0; i < 20_001; i++) {
                                    tar.putArchiveEntry(new TarArchiveEntry(i + kind));
                                    tar.closeArchiveEntry();
                                }
                            });
            assertTrue(refusal(file).contains("more than"), kind);
        }
    }

    /** Read whole, a name is a bomb as good as any. */
    @Test
    void aNameOfMegabytesIsRefused() throws Exception {
        Path file =
                packed(
                        tar -> {
                            TarArchiveEntry name =
                                    new TarArchiveEntry(
                                            "././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
                            name.setSize(8 << 20);
                            tar.putArchiveEntry(name);
                            tar.write(new byte[8 << 20]);
                            tar.closeArchiveEntry();
                        });
        assertTrue(refusal(file).contains("damaged"));
    }

    /** What is there for people is passed over; a bomb among it is one all the same. */
    @Test
    void whatIsForPeopleIsNotLoaded() throws Exception {
        byte[] megabyte = new byte[1 << 20];
        Path file =
                packed(
                        tar -> {
                            for (var one : CaptureFormat.encode(sample()).entrySet()) {
                                TarArchiveEntry entry = new TarArchiveEntry(one.getKey());
                                entry.setSize(one.getValue().length);
                                tar.putArchiveEntry(entry);
                                tar.write(one.getValue());
                                tar.closeArchiveEntry();
                            }
                            TarArchiveEntry journal = new TarArchiveEntry("support/commands/x");
                            journal.setSize(70L << 20);
                            tar.putArchiveEntry(journal);
                            for (int i = 0; i < 70; i++) {
                                tar.write(megabyte);
                            }
                            tar.closeArchiveEntry();
                        });
        assertEquals(sample().commands, CaptureFile.load(file).commands);
    }

    @Test
    void aBombIsRefused() throws Exception {
        // 80 MiB of zeros, some 80 kB compressed.
        assertTrue(
                refusal(tar(new TarArchiveEntry("capture.json"), new byte[80 << 20]))
                        .contains("more than"));
    }
}
