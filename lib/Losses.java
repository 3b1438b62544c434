package netfix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Collects what a take-over cannot carry. Ids come from what was lost and in which block, not from
 * the line's number: an empty line more in the file does not undo somebody's consent.
 */
final class Losses {

    private final List<Loss> stopping = new ArrayList<>();
    private final List<Loss> told = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final Set<String> seen = new HashSet<>();

    /** What somebody wrote on purpose and would not get: needs consent. */
    void lost(String id, String file, int line, String text, String why) {
        add(stopping, id, file, line, text, why);
    }

    /** What differs, but keeps no machine from its network: said, without asking. */
    void told(String id, String file, int line, String text, String why) {
        add(told, id, file, line, text, why);
    }

    /** A file is read once for every interface that it speaks of; its losses count once. */
    private void add(List<Loss> to, String id, String file, int line, String text, String why) {
        if (seen.add(id + "\0" + file + "\0" + line + "\0" + text)) {
            String clean =
                    id.toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]+", "-")
                            .replaceAll("^-|-$", "");
            String unique = clean;
            for (int n = 2; !ids.add(unique); n++) {
                unique = clean + "-" + n;
            }
            to.add(new Loss(unique, file, line, text, why));
        }
    }

    List<Loss> stopping() {
        return List.copyOf(stopping);
    }

    List<Loss> told() {
        return List.copyOf(told);
    }
}
