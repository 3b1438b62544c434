package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * transaction.sh's way with a file that nothing can be renamed over, and what is left of it where
 * it is killed before any of its commands. That a sector is written whole or not at all is the
 * card's promise, and not tried here.
 */
class InPlaceTest {

    private static final String OLD = "console=tty1 root=PARTUUID=4c-02 rootwait\n";
    private static final String WORD = "cfg80211.ieee80211_regdom=GB";
    private static final String NEW = CountryCode.with(OLD, WORD);
    private static final int ALL = 99;

    @TempDir Path top;
    private Path cmdline;
    private Path copy;

    @BeforeEach
    void aStagedChange() throws Exception {
        cmdline = Files.writeString(top.resolve("cmdline.txt"), OLD);
        copy = top.resolve("cmdline.txt.netfix");
        String script = new String(PlanFolder.script(), StandardCharsets.UTF_8);
        Files.writeString(top.resolve("functions"), script.replaceFirst("(?s)\nverb=\\$.*", "\n"));
        Path op = Files.createDirectories(top.resolve("0001/ops/001/before")).getParent();
        Files.writeString(op.resolve("kind"), "in-place\n");
        Files.writeString(op.resolve("path"), cmdline + "\n");
        Files.writeString(op.resolve("data"), NEW);
        Files.writeString(op.resolve("before/kind"), "file\n");
        Files.writeString(op.resolve("before/data"), OLD);
    }

    /**
     * @param commands how many of those that change anything are let through
     * @return whether it came to its end
     */
    private boolean run(int commands, String what) throws Exception {
        Files.writeString(top.resolve("left"), commands + "\n");
        StringBuilder text = new StringBuilder(". " + top + "/functions\nleft=" + top + "/left\n");
        text.append("cut() { read -r n <$left; echo $((n - 1)) >$left; [ $n -gt 0 ]")
                .append(" || kill -9 $$; }\n");
        for (String tool : List.of("cp", "dd", "truncate", "rm", "sync")) {
            text.append(tool + "() { cut && command " + tool + " \"$@\"; }\n");
        }
        text.append("dir=" + top + "/0001\n" + what + "\n");
        return new ProcessExecutor("sh", "-c", text.toString()).execute().getExitValue() == 0;
    }

    private boolean perform(int commands) throws Exception {
        return run(commands, "perform \"$dir/ops/001\"");
    }

    private boolean restore(int commands) throws Exception {
        return run(commands, "restore_files \"$dir\"");
    }

    private String text() throws Exception {
        return Files.readString(cmdline);
    }

    private void theOldLineOrTheNewOne(String when) throws Exception {
        String line = text().stripTrailing();
        assertTrue(List.of(OLD.strip(), NEW.strip()).contains(line), when + ": \"" + text() + "\"");
    }

    private void restoredExactly(String when) throws Exception {
        assertTrue(restore(ALL), when);
        assertEquals(OLD, text(), when);
        assertFalse(Files.exists(copy), when);
    }

    @Test
    void theWordIsAddedAndTakenBack() throws Exception {
        assertTrue(perform(ALL));
        assertEquals("console=tty1 root=PARTUUID=4c-02 rootwait " + WORD + "\n", text());
        assertFalse(Files.exists(copy));
        restoredExactly("at once");
    }

    @Test
    void whereverItIsKilledTheLineIsWholeAndComesBack() throws Exception {
        int cuts = 0;
        while (!perform(cuts)) {
            theOldLineOrTheNewOne("killed before command " + cuts);
            restoredExactly("killed before command " + cuts);
            cuts++;
        }
        assertEquals(6, cuts, "copy, sync, text, sync, remove, sync");
    }

    @Test
    void theWayBackTooMayBeCutAnywhere() throws Exception {
        int cuts = 0;
        perform(ALL);
        while (!restore(cuts)) {
            theOldLineOrTheNewOne("way back, killed before command " + cuts);
            restoredExactly("way back, killed before command " + cuts);
            perform(ALL);
            cuts++;
        }
        assertEquals(9, cuts, "and blanks, length, sync before the text");
        assertEquals(OLD, text());
    }

    @Test
    void aLengthThatDidNotGetToTheCardLeavesTheOldLine() throws Exception {
        for (String ending : List.of("", "\n", "\r\n", " \n", "\n\n")) {
            String old = OLD.strip() + ending;
            String torn = CountryCode.with(old, WORD).substring(0, old.length());
            assertEquals(OLD.strip(), torn.strip(), "ending " + ending.length());
        }
        Files.writeString(copy, OLD);
        Files.writeString(cmdline, NEW.substring(0, OLD.length()));
        restoredExactly("torn");
    }

    @Test
    void whatSomebodyWroteSinceStays() throws Exception {
        perform(ALL);
        Files.writeString(cmdline, "quiet " + NEW);
        assertTrue(restore(ALL));
        assertEquals("quiet " + NEW, text());
    }

    @Test
    void whatDoesNotFitASectorIsRefused() throws Exception {
        Files.writeString(cmdline, "x".repeat(500) + "\n");
        Files.writeString(top.resolve("0001/ops/001/data"), "x".repeat(520) + "\n");
        assertFalse(perform(ALL));
        assertEquals("x".repeat(500) + "\n", text());
        assertFalse(Files.exists(copy));
    }
}
