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
     * their names taken out of auto and allow- lines. Everything else as it was. A line that goes
     * on in others goes or stays with all of them: ifupdown does not go on behind a comment.
     */
    static String without(String text, Set<String> names) {
        List<String> out = new ArrayList<>();
        boolean inside = false;
        for (List<String> raw : Interfaces.lines(text)) {
            boolean goes = false;
            String instead = "";
            String line = Interfaces.joined(raw);
            // A backslash alone may leave nothing.
            if (!Interfaces.isNone(raw.get(0)) && !line.isEmpty()) {
                String[] words = line.split("\\s+");
                if (words[0].equals("iface")) {
                    inside = words.length > 1 && names.contains(base(words[1]));
                    goes = inside;
                } else if (words[0].equals("auto") || words[0].startsWith("allow-")) {
                    inside = false;
                    List<String> left =
                            Arrays.stream(words)
                                    .skip(1)
                                    .filter(name -> !names.contains(base(name)))
                                    .toList();
                    goes = left.size() < words.length - 1;
                    instead = left.isEmpty() ? "" : words[0] + " " + String.join(" ", left);
                } else if (words[0].matches("mapping|source|source-directory|rename|template")
                        || words[0].startsWith("no-")) {
                    inside = false;
                } else {
                    goes = inside;
                }
            }
            for (String one : raw) {
                out.add(goes ? MARK + one : one);
            }
            if (goes && !instead.isEmpty()) {
                out.add(instead);
            }
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
