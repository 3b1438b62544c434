package netfix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Takes interfaces out of a file of interfaces(5) by making comments of their lines. */
final class StanzaEdit {

    static final String MARK = "# netfix: ";

    private StanzaEdit() {}

    /**
     * The text with the stanzas of those interfaces (and of their aliases, eth0:1) as comments, and
     * their names taken out of auto and allow- lines. Everything else as it was.
     */
    static String without(String text, Set<String> names) {
        List<String> out = new ArrayList<>();
        boolean inside = false;
        boolean joined = false;
        boolean joinedOut = false;
        for (String raw : text.split("\n", -1)) {
            String line = raw.strip();
            if (joined) {
                out.add(joinedOut ? MARK + raw : raw);
                joined = raw.endsWith("\\");
                continue;
            }
            boolean goes = inside;
            if (line.isEmpty() || line.startsWith("#")) {
                goes = false;
            } else {
                String[] words = line.split("\\s+");
                switch (words[0]) {
                    case "iface" -> {
                        inside = words.length > 1 && names.contains(base(words[1]));
                        goes = inside;
                    }
                    case "mapping", "source", "source-directory", "rename", "template" -> {
                        inside = false;
                        goes = false;
                    }
                    default -> {
                        if (words[0].equals("auto") || words[0].startsWith("allow-")) {
                            inside = false;
                            goes = false;
                            List<String> left =
                                    Arrays.stream(words)
                                            .skip(1)
                                            .filter(name -> !names.contains(base(name)))
                                            .toList();
                            if (left.size() < words.length - 1) {
                                out.add(MARK + raw);
                                if (!left.isEmpty()) {
                                    out.add(words[0] + " " + String.join(" ", left));
                                }
                                joined = raw.endsWith("\\");
                                joinedOut = true;
                                continue;
                            }
                        } else if (words[0].startsWith("no-")) {
                            inside = false;
                            goes = false;
                        }
                    }
                }
            }
            out.add(goes ? MARK + raw : raw);
            joined = raw.endsWith("\\");
            joinedOut = goes;
        }
        return String.join("\n", out);
    }

    /**
     * A passphrase that nothing reads any more is for nobody's eyes: ifupdown, which is root, reads
     * its file whatever the mode.
     */
    static int mode(String text, int mode) {
        return text.lines().anyMatch(l -> l.startsWith(MARK) && SealedSources.hasSecret(l))
                ? mode & 0600
                : mode;
    }

    private static String base(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }
}
