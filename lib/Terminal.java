package netfix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What may reach a terminal: text without control characters, and colour where it is wanted. */
public final class Terminal {

    public enum Colour {
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        BOLD("1"),
        DIM("2");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /** What a serial console has, and every other terminal too. */
    static final int COLUMNS = 80;

    private final boolean coloured;
    private final int columns;

    /** No terminal, or one whose lines are as long as they are. */
    public Terminal(boolean coloured) {
        this(coloured, Integer.MAX_VALUE);
    }

    /**
     * @param columns how wide {@link #prose} may become
     */
    public Terminal(boolean coloured, int columns) {
        this.coloured = coloured;
        this.columns = columns;
    }

    public String paint(Colour colour, String text) {
        return coloured ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /**
     * A line to be read, between words in as many as it needs. What somebody may copy (a command,
     * what was seen) is none: a line end in it would be typed, too.
     *
     * @param indent of all but the first
     */
    public String prose(String line, int indent) {
        StringBuilder out = new StringBuilder();
        String rest = line;
        for (int end = end(rest, indent); end >= 0; end = end(rest, indent)) {
            out.append(rest, 0, end).append('\n');
            rest = " ".repeat(indent) + rest.substring(end).stripLeading();
        }
        return out.append(rest).toString();
    }

    /** The blank at which a line that is too long ends; -1 for one that fits, or cannot. */
    private int end(String line, int indent) {
        int column = 0;
        int blank = -1;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\u001b') {
                // A colour of paint(): no other escape is in what was made safe.
                i = line.indexOf('m', i);
                continue;
            }
            boolean between = c == ' ' && column > indent && line.charAt(i - 1) != ' ';
            if (between && (column <= columns || blank < 0)) {
                blank = i;
            }
            column += Character.isLowSurrogate(c) ? 0 : 1;
        }
        return column > columns ? blank : -1;
    }

    /**
     * Whether a file descriptor of this process is a terminal. {@code System.console()} asks for
     * standard input and output together, and since JDK 22 is there without a terminal too.
     *
     * @param descriptor 0, 1 or 2
     */
    public static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            // No /proc: macOS, Windows, whose terminals can be asked, but get no colour.
            return (descriptor == 0 || System.getenv("TERM") != null) && System.console() != null;
        }
    }

    /**
     * The text with whatever could move the cursor, recolour or reorder a line shown as an escape:
     * C0, DEL and C1 controls, line and paragraph separators, bidirectional overrides and isolates,
     * unpaired surrogates. SSIDs, profile names, host names and what a DHCP server says are
     * somebody else's bytes.
     */
    public static String safe(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int length = Character.charCount(c);
            if (dangerous(c)) {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                out.append(c < 0x100 ? String.format("\\x%02x", c) : String.format("\\u%04x", c));
            } else if (out != null) {
                out.appendCodePoint(c);
            }
            i += length;
        }
        return out == null ? text : out.toString();
    }

    private static boolean dangerous(int c) {
        // Nearly all, and without a look into Unicode's tables.
        if (c >= ' ' && c <= '~') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    // Joiners shape Indic and Arabic letters and build emoji; they move nothing.
                    c != 0x200c && c != 0x200d;
            default -> false;
        };
    }
}
