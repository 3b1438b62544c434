package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A command as an argv array (never a shell line: SSIDs and profile names are hostile input) and
 * the time it may take.
 *
 * @param timeout wall-clock time after which the process is killed and the result says so
 */
public record Command(List<String> argv, Duration timeout) {

    /**
     * Twenty seconds. nmcli on a loaded Pi Zero 2 takes three, all that is started at once at boot
     * five times that; it gives up on a dead D-Bus by itself after 25 s (the default of a D-Bus
     * call), which a person at a terminal would take for a hang.
     */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(20);

    public Command {
        argv = List.copyOf(argv);
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv), USUAL_TIMEOUT);
    }

    public String tool() {
        return argv.get(0);
    }

    /** For a person to read: words with blanks or shell characters are single-quoted. */
    public String shown() {
        return shown(argv);
    }

    /**
     * What it is, without how it is to answer, for a person: {@code nmcli device show}, {@code
     * journalctl}. At most three words; nmcli and ip have their options in front.
     */
    static String name(List<String> argv) {
        List<String> words = new ArrayList<>(argv.subList(0, Math.min(1, argv.size())));
        int next = 1;
        if (words.contains("nmcli") || words.contains("ip")) {
            while (next < argv.size() && argv.get(next).startsWith("-")) {
                next += argv.get(next).equals("-f") ? 2 : 1;
            }
        }
        while (next < argv.size() && words.size() < 3 && !argv.get(next).startsWith("-")) {
            words.add(argv.get(next++));
        }
        return shown(words);
    }

    static String shown(List<String> argv) {
        StringBuilder line = new StringBuilder();
        for (String word : argv) {
            if (line.length() > 0) {
                line.append(' ');
            }
            line.append(quoted(word));
        }
        return line.toString();
    }

    /**
     * A word as a person would have to type it: plain where that is safe, else in single quotes.
     * What a terminal must not see is escaped as bash and POSIX 2024 read it, {@code $'\x1b'}: a
     * name that is only shown in a safe way matches nothing when it is typed.
     */
    public static String quoted(String word) {
        if (word.matches("[A-Za-z0-9_@%+=:,./-]+")) {
            return word;
        }
        return Terminal.safe(word).equals(word)
                ? "'" + word.replace("'", "'\\''") + "'"
                : "$'" + escaped(word) + "'";
    }

    private static String escaped(String word) {
        StringBuilder out = new StringBuilder();
        word.codePoints()
                .forEach(
                        c -> {
                            String plain = Character.toString(c);
                            if (c == '\'' || c == '\\') {
                                out.append('\\').append(plain);
                            } else if (Terminal.safe(plain).equals(plain)) {
                                out.append(plain);
                            } else {
                                out.append(String.format(c < 0x80 ? "\\x%02x" : "\\U%08x", c));
                            }
                        });
        return out.toString();
    }
}
