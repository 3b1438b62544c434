package netfix;

import java.util.Set;

/**
 * What bears on whether monitor may act, beside the network itself.
 *
 * @param pendingFix the fix that is not decided yet, in words; empty where none is
 * @param terminal somebody is logged in on a terminal
 * @param heldFor milliseconds for which {@code monitor hold} asks for hands off; 0 for none
 * @param foreign interfaces that are somebody else's on purpose (hostapd, a bridge), by name
 */
record Circumstances(String pendingFix, boolean terminal, long heldFor, Set<String> foreign) {

    static final Circumstances USUAL = new Circumstances("", false, 0, Set.of());
}
