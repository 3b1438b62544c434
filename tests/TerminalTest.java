package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

import java.util.List;

class TerminalTest {

    @Test
    void showsControlCharactersAsEscapes() {
        assertEquals("a\\x1b[2Jb", Terminal.safe("a\u001b[2Jb"));
        assertEquals("net\\x0aReachable: yes", Terminal.safe("net\nReachable: yes"));
        assertEquals("\\x9b31m", Terminal.safe("\u009b31m"));
        assertEquals("\\u202egnp.exe", Terminal.safe("\u202egnp.exe"));
        assertEquals("\\u2066x\\u2069", Terminal.safe("\u2066x\u2069"));
        assertEquals("\\ud800", Terminal.safe("\ud800"));
    }

    /** What is read is wrapped; colours take no room, and a word that is too long stays whole. */
    @Test
    void proseIsWrappedBetweenWords() {
        Terminal narrow = new Terminal(true, 20);
        String twenty = "  why: twelve, 20 ch";
        assertEquals(twenty, narrow.prose(twenty, 7));
        assertEquals(twenty + "\n       and more", narrow.prose(twenty + " and more", 7));
        String red = narrow.paint(Terminal.Colour.RED, "problem");
        assertEquals("1. " + red + ": 9 words", narrow.prose("1. " + red + ": 9 words", 3));
        assertEquals(
                "1. " + red + ": 9 words\n   and more",
                narrow.prose("1. " + red + ": 9 words and more", 3));
        String path = "/etc/NetworkManager/conf.d/99-no-auto.conf:2";
        assertEquals("see\n  " + path + "\n  now", narrow.prose("see " + path + " now", 2));
        assertEquals(path, narrow.prose(path, 2));
        assertEquals("     " + path, narrow.prose("     " + path, 2));
        String wide = "\ud83d\udcf6".repeat(20);
        assertEquals(wide, narrow.prose(wide, 2));
        assertEquals(twenty + " and more", new Terminal(true).prose(twenty + " and more", 7));
    }

    /** Each line of a report, but for what somebody may copy. */
    @Test
    void aReportFitsASerialConsole() {
        for (String name : Captures.names()) {
            String report = TextReport.of(Captures.diagnosis(name), new Terminal(false, 80));
            assertEquals(
                    List.of(),
                    report.lines()
                            .filter(line -> line.length() > 80)
                            .filter(line -> !line.matches(" +(seen|do|on the running Pi): .*"))
                            .toList());
            String once = TextReport.of(Captures.diagnosis(name), new Terminal(false));
            assertEquals(once.replaceAll("\\s+", " "), report.replaceAll("\\s+", " "));
        }
    }

    @Test
    void leavesNamesAlone() {
        String name = "Café Zoë 📶 网络 'quoted' \"too\" \\ ;";
        assertSame(name, Terminal.safe(name));
    }
}
