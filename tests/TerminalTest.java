package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

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

    @Test
    void leavesNamesAlone() {
        String name = "Café Zoë 📶 网络 'quoted' \"too\" \\ ;";
        assertSame(name, Terminal.safe(name));
    }
}
