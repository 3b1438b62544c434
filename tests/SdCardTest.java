package netfix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A boot partition in the card reader of any computer: what goes onto it and comes off again. */
class SdCardTest {

    private static final String LINE =
            "console=serial0,115200 console=tty1 root=PARTUUID=4c4c4c4c-02 rootfstype=ext4"
                    + " fsck.repair=yes rootwait";

    private static final Terminal WIDE = new Terminal(false);

    @TempDir Path folder;
    private Path cmdline;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @BeforeEach
    void aCard() throws IOException {
        cmdline = Files.writeString(folder.resolve("cmdline.txt"), LINE + "\n");
        Files.writeString(folder.resolve("config.txt"), "arm_64bit=1\n");
    }

    private SdCard card() {
        return new SdCard(folder, new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    private static SdCard.Wish wish(Optional<RescueWifi> wifi, String country) {
        return new SdCard.Wish(SdCard.Mode.REPAIR, wifi, country);
    }

    private static final SdCard.Wish REPAIR = wish(Optional.empty(), "");

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /** Line ends and blanks as editors leave them: the words go on the line, and off again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                LINE,
                LINE + "\n",
                LINE + "  \n",
                LINE + "\r\n",
                LINE + "\n\n",
                LINE + " \t\r\n\r\n",
                LINE + " cfg80211.ieee80211_regdom=GB\n"
            })
    void wordsGoOnAndComeOffByteForByte(String text) throws IOException {
        for (String country : List.of("", "DE")) {
            Files.writeString(cmdline, text);
            byte[] old = Files.readAllBytes(cmdline);
            assertEquals(ExitCode.GOOD, card().schedule(wish(Optional.empty(), country)));
            String now = Files.readString(cmdline);
            assertTrue(now.startsWith(LINE), now);
            assertEquals(1, now.lines().filter(line -> !line.isBlank()).count(), now);
            assertTrue(now.lines().findFirst().get().endsWith(SdCard.WORDS), now);
            boolean asked = !country.isEmpty() && !text.contains("regdom");
            assertEquals(asked, now.contains(" cfg80211.ieee80211_regdom=DE systemd.run="), now);
            assertTrue(Files.exists(folder.resolve(SdCard.SCRIPT)));
            assertEquals(ExitCode.GOOD, card().undo());
            assertArrayEquals(old, Files.readAllBytes(cmdline));
            assertEquals(List.of("cmdline.txt", "config.txt"), files());
        }
    }

    @Test
    void asecondTimeIsTheLastOneAlone() throws IOException {
        card().schedule(
                        wish(
                                Optional.of(RescueWifi.of("Cafe", "hunter2hunter2", false, false)),
                                "GB"));
        card().schedule(REPAIR);
        assertFalse(Files.exists(folder.resolve(SdCard.KEY)));
        String now = Files.readString(cmdline);
        assertEquals(now.indexOf(SdCard.WORDS), now.lastIndexOf(SdCard.WORDS));
        card().undo();
        assertEquals(LINE + "\n", Files.readString(cmdline));
    }

    /** A country that waits with netfix's words goes with them; one that was there before stays. */
    @Test
    void aWaitingCountryIsNone() throws IOException {
        Optional<RescueWifi> wifi =
                Optional.of(RescueWifi.of("Cafe", "hunter2hunter2", false, false));
        card().schedule(wish(wifi, "GB"));
        assertEquals(Optional.empty(), card().country());
        assertTrue(card().plan(wish(wifi, "DE")).toString().contains("regdom=DE"));
        card().schedule(wish(wifi, "DE"));
        String now = Files.readString(cmdline);
        assertTrue(now.contains(" cfg80211.ieee80211_regdom=DE "), now);
        assertFalse(now.contains("=GB"), now);
        card().undo();
        Files.writeString(cmdline, LINE + " cfg80211.ieee80211_regdom=FR\n");
        card().schedule(wish(wifi, "DE"));
        assertEquals(Optional.of("FR"), card().country());
    }

    /** The words are off, by a rescue that a power cut ended; its key is still there. */
    @Test
    void aKeyThatWasLeftDoesNotOutliveAnotherMode() throws IOException {
        Files.writeString(folder.resolve(SdCard.KEY), "old secret");
        card().schedule(new SdCard.Wish(SdCard.Mode.RECORD, Optional.empty(), ""));
        assertFalse(Files.exists(folder.resolve(SdCard.KEY)));
        card().undo();
        Files.writeString(folder.resolve(SdCard.KEY), "old secret");
        card().undo();
        assertEquals(List.of("cmdline.txt", "config.txt"), files());
        assertTrue(told.toString(StandardCharsets.UTF_8).contains("had left is deleted"));
    }

    @Test
    void aDryRunOfUndoChangesNothing() throws IOException {
        SdCardOptions options = new SdCardOptions();
        options.folder = folder;
        options.undo = true;
        FixOptions agreement = new FixOptions();
        agreement.yes = true;
        agreement.dryRun = true;
        PrintStream narration = new PrintStream(told, true, StandardCharsets.UTF_8);
        assertEquals(ExitCode.GOOD, options.run(agreement, narration, Optional.empty(), WIDE));
        card().schedule(REPAIR);
        String waits = Files.readString(cmdline);
        List<String> before = files();
        assertEquals(ExitCode.PROBLEMS, options.run(agreement, narration, Optional.empty(), WIDE));
        assertEquals(waits, Files.readString(cmdline));
        assertEquals(before, files());
        assertTrue(told.toString(StandardCharsets.UTF_8).contains("Would be taken off: from cmd"));
        agreement.dryRun = false;
        assertEquals(ExitCode.GOOD, options.run(agreement, narration, Optional.empty(), WIDE));
        assertEquals(LINE + "\n", Files.readString(cmdline));
    }

    /** As every verb: one document, and whatever is narrated goes elsewhere. */
    @Test
    void thePlanIsADocumentToo() throws IOException {
        PrintStream narration = new PrintStream(told, true, StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Optional<PrintStream> document = Optional.of(new PrintStream(out, true, "UTF-8"));
        RescueWifi wifi = RescueWifi.of("Caf\u00e9", "hunter2hunter2", true, false);
        String plan = card().document(wish(Optional.of(wifi), "GB"));
        JsonNode read = Json.read(plan);
        assertEquals("netfix/sdcard/1", read.path("schema").asText());
        assertEquals("repair", read.path("mode").asText());
        assertEquals("GB", read.path("country").asText());
        assertEquals("Caf\u00e9", read.path("wifi").path("ssid").asText());
        assertEquals("networkmanager-at-boot", read.path("measures").path(0).path("id").asText());
        assertFalse(plan.contains("hunter2"), plan);
        FixOptions agreement = new FixOptions();
        agreement.yes = true;
        SdCardOptions options = new SdCardOptions();
        options.folder = folder;
        assertEquals(ExitCode.GOOD, options.run(agreement, narration, document, WIDE));
        assertEquals(folder.toString(), Json.read(out.toString()).path("folder").asText());
        out.reset();
        options.undo = true;
        assertEquals(ExitCode.GOOD, options.run(agreement, narration, document, WIDE));
        JsonNode undo = Json.read(out.toString());
        assertEquals("undo", undo.path("mode").asText());
        assertEquals("from cmdline.txt, netfix's words", undo.path("taken_off").path(0).asText());
    }

    /** What could not be taken off is not told as if it had been. */
    @Test
    void theDocumentOfAnUndoTellsWhatIsOff() throws IOException {
        PrintStream narration = new PrintStream(told, true, StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Optional<PrintStream> document = Optional.of(new PrintStream(out, true, "UTF-8"));
        FixOptions agreement = new FixOptions();
        agreement.yes = true;
        SdCardOptions options = new SdCardOptions();
        options.folder = folder;
        options.undo = true;
        card().schedule(REPAIR);
        Path script = folder.resolve(SdCard.SCRIPT);
        Files.delete(script);
        Files.createDirectories(script.resolve("in-the-way"));
        assertEquals(ExitCode.HANDS_NEEDED, options.run(agreement, narration, document, WIDE));
        JsonNode off = Json.read(out.toString()).path("taken_off");
        assertEquals("[\"from cmdline.txt, netfix's words\"]", off.toString());
        out.reset();
        Files.writeString(cmdline, LINE + " " + SdCard.WORDS.replace("--no-block ", "") + "\n");
        assertThrows(BadInput.class, () -> options.run(agreement, narration, document, WIDE));
        assertEquals("", out.toString());
    }

    /** The line's own would win, and dhcpcd's supplicant be told another. */
    @Test
    void aCountryThatIsNotTheLinesIsRefused() throws IOException {
        Files.writeString(cmdline, LINE + " cfg80211.ieee80211_regdom=GB\n");
        SdCardOptions options = new SdCardOptions();
        options.folder = folder;
        options.country = "DE";
        FixOptions agreement = new FixOptions();
        agreement.dryRun = true;
        PrintStream narration = new PrintStream(told, true, StandardCharsets.UTF_8);
        BadInput e =
                assertThrows(
                        BadInput.class,
                        () -> options.run(agreement, narration, Optional.empty(), WIDE));
        assertTrue(e.getMessage().contains("already names GB"), e.getMessage());
        options.country = "GB";
        assertEquals(ExitCode.PROBLEMS, options.run(agreement, narration, Optional.empty(), WIDE));
    }

    /** What is told to be typed can be. */
    @Test
    void aFolderWithABlankIsQuoted() throws IOException {
        Path blank = Files.createDirectory(folder.resolve("my card"));
        for (String name : List.of("cmdline.txt", "config.txt")) {
            Files.copy(folder.resolve(name), blank.resolve(name));
        }
        new SdCard(blank, new PrintStream(told, true, StandardCharsets.UTF_8)).schedule(REPAIR);
        String again = Cli.again("fix", System.getenv()) + " sdcard '" + blank + "' --undo`";
        assertTrue(told.toString().contains("`" + again), told + "");
    }

    private void refused(String... words) throws IOException {
        byte[] old = Files.readAllBytes(cmdline);
        BadInput e = assertThrows(BadInput.class, () -> card().schedule(REPAIR));
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count());
        assertArrayEquals(old, Files.readAllBytes(cmdline));
        assertEquals(List.of("cmdline.txt", "config.txt"), files());
    }

    @Test
    void whatIsOddIsRefusedInOneLine() throws IOException {
        Files.writeString(cmdline, LINE + "\nroot=/dev/sda\n");
        refused(cmdline + ":2:", "root=/dev/sda", "join it");
        Files.writeString(cmdline, "\ufeff" + LINE + "\n");
        refused(cmdline + ":1:", "byte order mark", "plain text");
        Files.writeString(
                cmdline,
                LINE
                        + " systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot"
                        + " systemd.unit=kernel-command-line.target\n");
        refused("systemd.run=/boot/firstrun.sh", "Imager", "let the Pi boot once");
        Files.writeString(cmdline, LINE + " systemd.unit=multi-user.target\n");
        refused("systemd.unit=multi-user.target", "take that word out and put it back after");
        Files.writeString(cmdline, "dwc_otg.lpm_enable=0\n");
        refused("root=");
        Files.writeString(cmdline, LINE + "\0\0\0\n");
        refused("damaged");
        for (String overlay : List.of("overlayroot=tmpfs", "boot=overlay")) {
            Files.writeString(cmdline, overlay + " " + LINE + "\n");
            refused(cmdline + ":1: " + overlay, "take that word out");
            assertThrows(BadInput.class, () -> card().plan(REPAIR));
        }
        Files.writeString(cmdline, "overlayroot=device:dev=/dev/sda1 " + LINE + "\n");
        assertEquals(ExitCode.GOOD, card().schedule(REPAIR));
        card().undo();
        int room = 1023 - 400 - SdCard.WORDS.length() - LINE.length() - 3;
        Files.writeString(cmdline, LINE + " " + "x".repeat(room + 1) + "\n");
        refused("would become 624", "623 are what is safe", "firmware adds up to 400");
        Files.writeString(cmdline, LINE + " " + "x".repeat(room) + "\n");
        assertEquals(ExitCode.GOOD, card().schedule(REPAIR));
    }

    /** Nobody is asked for a passphrase, or shown a plan, in vain. */
    @Test
    void whatCannotBeRescuedIsRefusedBeforeAnythingIsAsked() throws IOException {
        SdCardOptions options = new SdCardOptions();
        options.folder = folder;
        options.wifi = "Home";
        options.country = "GB";
        FixOptions agreement = new FixOptions();
        agreement.dryRun = true;
        PrintStream narration = new PrintStream(told, true, StandardCharsets.UTF_8);
        for (String line :
                List.of(
                        "overlayroot=tmpfs " + LINE,
                        LINE + " " + "x".repeat(300),
                        LINE + " systemd.run=/boot/firstrun.sh")) {
            Files.writeString(cmdline, line + "\n");
            BadInput e =
                    assertThrows(
                            BadInput.class,
                            () -> options.run(agreement, narration, Optional.empty(), WIDE));
            assertTrue(e.getMessage().startsWith(cmdline + ":1: "), e.getMessage());
            assertThrows(BadInput.class, () -> card().plan(REPAIR));
        }
        assertEquals("", told.toString(StandardCharsets.UTF_8));
        // One that waits is taken off first, and leaves its room.
        int room = 1023 - 400 - SdCard.WORDS.length() - LINE.length() - 3;
        Files.writeString(cmdline, LINE + " " + "x".repeat(room) + "\n");
        card().schedule(REPAIR);
        card().plan(REPAIR);
        assertEquals(ExitCode.GOOD, card().schedule(REPAIR));
    }

    @Test
    void whatIsNoBootPartitionIsRefused() throws IOException {
        Files.delete(folder.resolve("config.txt"));
        assertTrue(assertThrows(BadInput.class, this::card).getMessage().contains("config.txt"));
        Files.createDirectory(folder.resolve("etc"));
        Files.createDirectory(folder.resolve("usr"));
        assertTrue(assertThrows(BadInput.class, this::card).getMessage().contains("fix --root"));
    }

    /** Something in the way of the second file: the first, with the secret, goes again. */
    @Test
    void aCardThatCannotBeWrittenStaysAsItWas() throws IOException {
        Files.createDirectories(folder.resolve(SdCard.SCRIPT).resolve("in-the-way"));
        RescueWifi wifi = RescueWifi.of("Cafe", "hunter2hunter2", false, false);
        BadInput e =
                assertThrows(BadInput.class, () -> card().schedule(wish(Optional.of(wifi), "GB")));
        assertTrue(e.getMessage().contains("boots as before"), e.getMessage());
        assertEquals(LINE + "\n", Files.readString(cmdline));
        assertFalse(Files.exists(folder.resolve(SdCard.KEY)));
    }

    /** A card that fails at one of the things done to it, having done a part of it or all. */
    private static final class DyingCard extends FatFiles {
        private final double part;
        private final boolean forGood;
        private int left;

        /**
         * @param left how many things go well before
         * @param part of the failing one that is done, 1 for a sync that fails behind it
         * @param forGood as one that is pulled; else all goes well again
         */
        DyingCard(int left, double part, boolean forGood) {
            this.left = left;
            this.part = part;
            this.forGood = forGood;
        }

        private interface Deed {
            void of(int length) throws IOException;
        }

        private void fails(int length, Deed deed) throws IOException {
            boolean first = left == 0;
            left--;
            if (first) {
                deed.of((int) (length * part));
            } else if (left >= 0 || !forGood) {
                deed.of(length);
                return;
            }
            throw new IOException("Input/output error");
        }

        @Override
        byte[] read(Path file) throws IOException {
            if (forGood && left < 0) {
                throw new IOException("Input/output error");
            }
            return super.read(file);
        }

        @Override
        void create(Path file, byte[] content) throws IOException {
            fails(content.length, n -> super.create(file, java.util.Arrays.copyOf(content, n)));
        }

        @Override
        void over(Path file, byte[] content, long at) throws IOException {
            fails(content.length, n -> super.over(file, java.util.Arrays.copyOf(content, n), at));
        }

        @Override
        void cut(Path file, long length) throws IOException {
            fails(2, n -> super.cut(file, n > 0 ? length : Files.size(file)));
        }

        @Override
        void whole(Path file, byte[] content) throws IOException {
            if (part == 1) {
                fails(content.length, n -> super.whole(file, content));
            } else {
                fails(
                        content.length,
                        n -> super.over(file, java.util.Arrays.copyOf(content, n), 0));
            }
        }

        @Override
        boolean delete(Path file) throws IOException {
            boolean there = Files.exists(file);
            if (there) {
                fails(2, n -> Files.deleteIfExists(n > 0 ? file : folderOf(file)));
            }
            return there;
        }

        @Override
        void rename(Path file, Path name) throws IOException {
            fails(2, n -> super.rename(n > 0 ? file : folderOf(file), name));
        }

        private static Path folderOf(Path file) {
            return file.resolveSibling("no such file");
        }
    }

    private static final String MENDED = "VERDICT: MENDED\r\n";

    private Path log() {
        return folder.resolve(SdCard.LOG);
    }

    private Path logBefore() {
        return folder.resolve("netfix-rescue-log-before.txt");
    }

    /** A script that never runs would seem to have written it. */
    @Test
    void theLogOfTheRescueBeforeIsNotTakenForTheNextOnes() throws IOException {
        Files.writeString(log(), MENDED);
        assertTrue(card().plan(REPAIR).toString().contains("becomes " + logBefore().getFileName()));
        for (int i = 0; i < 2; i++) {
            card().schedule(REPAIR);
            assertFalse(Files.exists(log()));
            assertEquals(MENDED, Files.readString(logBefore()));
        }
        card().undo();
        assertEquals(MENDED, Files.readString(log()));
        assertFalse(Files.exists(logBefore()));
        // The rescue ran.
        card().schedule(REPAIR);
        String words = Files.readString(cmdline);
        Files.writeString(log(), "VERDICT: BEGUN\r\n");
        Files.writeString(cmdline, LINE + "\n");
        card().undo();
        assertEquals("VERDICT: BEGUN\r\n", Files.readString(log()));
        assertEquals(MENDED, Files.readString(logBefore()));
        card().schedule(REPAIR);
        assertEquals(words, Files.readString(cmdline));
        assertFalse(Files.exists(log()));
        assertEquals("VERDICT: BEGUN\r\n", Files.readString(logBefore()));
        card().undo();
        // A rescue that was cut before it wrote any: the old one is not its.
        card().schedule(REPAIR);
        Files.writeString(cmdline, LINE + "\n");
        card().undo();
        assertFalse(Files.exists(log()));
        assertEquals("VERDICT: BEGUN\r\n", Files.readString(logBefore()));
    }

    private SdCard dying(int left, double part, boolean forGood) {
        return new SdCard(
                folder,
                new DyingCard(left, part, forGood),
                new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    /** Wherever it fails: what the message says is so, and undo puts the old line back. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCardThatFailsHalfWayKeepsTheOldLine(boolean forGood) throws IOException {
        RescueWifi wifi = RescueWifi.of("Cafe", "hunter2hunter2", false, false);
        int broken = 0;
        for (double part : List.of(0.0, 0.5, 1.0)) {
            for (int left = 0; ; left++) {
                String when = left + " went well, then a part of " + part;
                Files.writeString(log(), MENDED);
                try {
                    dying(left, part, forGood).schedule(wish(Optional.of(wifi), "GB"));
                    break;
                } catch (BadInput e) {
                    String said = e.getMessage();
                    String line = Files.readString(cmdline);
                    assertTrue(line.startsWith(LINE), when + ": " + line);
                    if (said.contains("boots as before")) {
                        assertEquals(LINE + "\n", line, when);
                    } else {
                        assertTrue(said.contains("in netfix-rescue-cmdline.old"), said);
                        assertTrue(said.contains("fix@netfix sdcard " + folder + " --undo`"), said);
                        assertEquals(
                                LINE + "\n",
                                Files.readString(folder.resolve("netfix-rescue-cmdline.old")),
                                when);
                        broken++;
                    }
                    Path key = folder.resolve(SdCard.KEY);
                    assertTrue(
                            said.contains("may be left")
                                    || !Files.exists(key)
                                    || !Files.readString(key).contains(wifi.key()),
                            when + ": " + said);
                    card().undo();
                    boolean lies = Files.deleteIfExists(log());
                    boolean kept = Files.deleteIfExists(logBefore());
                    assertTrue(lies || kept && said.contains("may be left"), when + ": " + said);
                }
                assertEquals(LINE + "\n", Files.readString(cmdline), when);
                assertEquals(List.of("cmdline.txt", "config.txt"), files(), when);
            }
            card().undo();
            Files.delete(log());
        }
        assertTrue(broken > 0 || !forGood, "no line was left broken, so nothing was tried");
    }

    /** The same for undo: it can be done again. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUndoThatFailsHalfWayCanBeDoneAgain(boolean forGood) throws IOException {
        for (double part : List.of(0.0, 0.5, 1.0)) {
            int failed = 1;
            for (int left = 0; failed == 1; left++) {
                Files.writeString(log(), MENDED);
                card().schedule(wish(Optional.empty(), "GB"));
                try {
                    failed = dying(left, part, forGood).undo() == ExitCode.GOOD ? 0 : 1;
                } catch (BadInput e) {
                    assertTrue(Files.readString(cmdline).startsWith(LINE), e.getMessage());
                }
                card().undo();
                assertEquals(LINE + "\n", Files.readString(cmdline), left + ", " + part);
                // Words that are off are no sign any more that no rescue has run.
                assertTrue(Files.deleteIfExists(log()) | Files.deleteIfExists(logBefore()));
                assertEquals(List.of("cmdline.txt", "config.txt"), files());
            }
        }
    }

    /** The old line was written over the words, and its end never came. */
    @Test
    void aLineThatIsHalfOfBothIsRefusedAndPutBack() throws IOException {
        card().schedule(wish(Optional.empty(), "GB"));
        String words = Files.readString(cmdline);
        Files.writeString(cmdline, LINE + "\n" + words.substring(LINE.length() + 1));
        BadInput e = assertThrows(BadInput.class, () -> card().plan(wish(Optional.empty(), "GB")));
        assertTrue(e.getMessage().contains("--undo"), e.getMessage());
        assertTrue(card().waiting().get(0).contains("what there is of netfix's words"));
        card().undo();
        assertEquals(LINE + "\n", Files.readString(cmdline));
        // As a rescue leaves it that was cut when its words had become blanks, or a country.
        for (String rest : List.of("     \n", " cfg80211.ieee80211_regdom=GB\n")) {
            Files.writeString(folder.resolve("netfix-rescue-cmdline.old"), LINE + "\n");
            Files.writeString(cmdline, LINE + rest);
            assertEquals(ExitCode.GOOD, card().schedule(REPAIR));
            card().undo();
            assertEquals(LINE + rest, Files.readString(cmdline));
        }
        // What somebody has added is no piece of the words.
        card().schedule(REPAIR);
        Files.writeString(cmdline, LINE + "\nquiet\n");
        assertThrows(BadInput.class, () -> card().undo());
        assertEquals(LINE + "\nquiet\n", Files.readString(cmdline));
    }

    /** The vector of IEEE 802.11, Annex J.4.2: SSID "IEEE", passphrase "password". */
    @Test
    void theKeyIsDerivedAsTheStandardSays() {
        assertEquals(
                "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e",
                RescueWifi.of("IEEE", "password", false, false).key());
    }

    @Test
    void thePassphraseIsNowhere() throws IOException {
        RescueWifi wifi = RescueWifi.of("My Home Net", "hunter2hunter2", false, true);
        SdCard.Wish wish = wish(Optional.of(wifi), "GB");
        card().schedule(wish);
        String all =
                Files.readString(folder.resolve(SdCard.KEY))
                        + Files.readString(folder.resolve(SdCard.SCRIPT))
                        + Files.readString(cmdline)
                        + told
                        + wifi
                        + wish
                        + card().plan(wish);
        assertFalse(all.contains("hunter2"));
        assertEquals(2, all.split(wifi.key(), -1).length - 1);
        String key = Files.readString(folder.resolve(SdCard.KEY));
        Profile profile =
                Profile.parse(
                        "x.nmconnection",
                        key.substring(key.indexOf('\n') + 1, key.indexOf("--- supplicant")),
                        Optional.empty());
        assertEquals("My Home Net", profile.ssid());
        assertEquals(Optional.empty(), profile.refusal());
        assertEquals(
                List.of("4d7920486f6d65204e6574"),
                WpaSupplicantConf.enabledNetworks(
                        key.substring(key.indexOf("network={"), key.indexOf("--- country"))));
    }

    @Test
    void badNamesAndPassphrasesAreRefused() {
        for (String passphrase : List.of("short", "x".repeat(64), "p\u00e4ssw\u00f6rter")) {
            assertThrows(BadInput.class, () -> RescueWifi.of("Cafe", passphrase, false, false));
        }
        assertThrows(BadInput.class, () -> RescueWifi.of("x".repeat(33), "", false, false));
        assertEquals("", RescueWifi.of("Cafe", "", false, false).key());
        assertEquals("short", RescueWifi.of("Cafe", "short", true, false).key());
    }

    /** Words on this very partition, which no rescue changes, and which would undo its work. */
    @Test
    void whatThePartitionItselfKeepsOffIsNamedFirst() throws IOException {
        RescueWifi wifi = RescueWifi.of("Home", "correct horse", false, false);
        String plan = card().plan(wish(Optional.of(wifi), "GB")).toString();
        assertFalse(plan.contains("But "), plan);
        Files.writeString(
                cmdline,
                LINE
                        + " systemd.mask=NetworkManager systemd.mask=cups.service"
                        + " systemd.mask=systemd-networkd-wait-online.service\n");
        Files.writeString(folder.resolve("config.txt"), "[all]\ndtoverlay=disable-wifi\n");
        plan = card().plan(wish(Optional.of(wifi), "GB")).toString();
        assertTrue(plan.contains("But cmdline.txt has systemd.mask=NetworkManager,"), plan);
        assertTrue(plan.contains("But config.txt has dtoverlay=disable-wifi,"), plan);
        assertFalse(plan.contains("cups") || plan.contains("wait-online"), plan);
        assertFalse(card().plan(REPAIR).toString().contains("config.txt has"), plan);
    }

    @Test
    void everyMeasureSaysWhetherItHasARescueForm() {
        assertEquals(
                List.of(),
                Measures.TABLE.stream()
                        .filter(measure -> measure.rescue().isEmpty())
                        .map(Measure::id)
                        .toList(),
                "not in RescueForm's table");
        String script = SdCard.script(SdCard.Mode.REPAIR, " x");
        int at = script.indexOf("\nwork() {");
        for (RescueForm form : RescueForm.TABLE.values()) {
            if (form.function().isPresent()) {
                String name = form.function().get();
                assertTrue(script.contains("\n" + name + "() {"), name);
                at = script.indexOf("\n    " + name + "\n", at);
                assertTrue(at > 0, name + " is not called, or not in this order");
            }
        }
    }

    @Test
    void theScriptIsCleanUnderShellcheck() throws Exception {
        String script = SdCard.script(SdCard.Mode.REPAIR, " " + SdCard.WORDS);
        ShellCheck.assertClean(SdCard.SCRIPT, script);
        assertFalse(java.util.regex.Pattern.compile("@[A-Z_]+@").matcher(script).find());
    }
}
