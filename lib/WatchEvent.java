package netfix;

import java.util.Optional;

/**
 * Something that happened while the network was watched.
 *
 * @param nanos when it was heard, by the clock that does not jump
 * @param source which of the sources said it
 * @param subject what it is about: an interface, a profile, a unit; empty where the whole machine
 * @param text in a person's words; holds anybody's bytes, and no secret
 * @param who did it, as far as it can be told; else empty
 * @param thing what is there no longer, or is there again
 * @param gone whether {@code thing} went or came
 */
record WatchEvent(
        long nanos,
        WatchSource source,
        String subject,
        String text,
        String who,
        Optional<Thing> thing,
        boolean gone) {

    static WatchEvent of(long nanos, WatchSource source, String subject, String text) {
        return new WatchEvent(nanos, source, subject, text, "", Optional.empty(), false);
    }

    static WatchEvent of(
            long nanos, WatchSource source, String text, Thing thing, boolean gone, String who) {
        return new WatchEvent(nanos, source, thing.subject(), text, who, Optional.of(thing), gone);
    }

    /** With who did it, for a line. */
    String shown() {
        return who.isEmpty() ? text : text + " (" + who + ")";
    }
}
