package netfix;

import java.util.List;
import java.util.Set;

/**
 * What bears on whether monitor may act, beside the network itself.
 *
 * @param pendingFix the fix that is not decided yet, in words; empty where none is
 * @param terminal somebody is logged in, and has typed something lately
 * @param heldFor milliseconds for which {@code monitor hold} asks for hands off; 0 for none
 * @param foreign interfaces that are somebody else's on purpose (hostapd, a bridge), by name
 * @param fixConfirmed whether what a confirmed fix left can be put back
 * @param absent tools that are not installed, as far as one was needed
 * @param refused what NetworkManager said when it did not start with its configuration
 */
record Circumstances(
        String pendingFix,
        boolean terminal,
        long heldFor,
        Set<String> foreign,
        boolean fixConfirmed,
        Set<String> absent,
        List<Journal.Line> refused) {

    Circumstances(
            String pendingFix,
            boolean terminal,
            long heldFor,
            Set<String> foreign,
            boolean fixConfirmed,
            Set<String> absent) {
        this(pendingFix, terminal, heldFor, foreign, fixConfirmed, absent, List.of());
    }

    Circumstances(String pendingFix, boolean terminal, long heldFor, Set<String> foreign) {
        this(pendingFix, terminal, heldFor, foreign, false, Set.of());
    }

    static final Circumstances USUAL = new Circumstances("", false, 0, Set.of());
}
