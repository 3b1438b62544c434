package netfix;

import java.util.List;

/** What a test of the table says of a snapshot. */
public sealed interface Verdict {

    record Clear() implements Verdict {}

    /** One finding per item: the same fault on two interfaces is two. */
    record Found(List<Hit> hits) implements Verdict {}

    record Unknown(String reason) implements Verdict {}

    /**
     * @param subject what it is about (an interface, a profile, a unit); with the code it names the
     *     finding
     * @param text one sentence in words, with the names in it
     * @param remedy commands to type in, in order; what they do to a reachable Pi was thought of
     */
    record Hit(
            String subject,
            Severity severity,
            String text,
            List<Evidence> evidence,
            List<String> remedy) {}

    enum Severity {
        /** Broken now, or broken after the next boot. */
        ERROR,
        /** Works, and will until something else happens. */
        WARNING,
        INFO
    }

    static Verdict clear() {
        return new Clear();
    }

    static Verdict unknown(String reason) {
        return new Unknown(reason);
    }

    static Verdict of(List<Hit> hits) {
        return hits.isEmpty() ? clear() : new Found(List.copyOf(hits));
    }
}
