package netfix.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One row of the table of phrases: how a step is written and what it does.
 *
 * <p>In the pattern {@code <text>} stands for a text in double quotes (with \n, \t, \" and \\ in
 * it), {@code <number>} for digits, {@code <codes>} for lower-case names separated by commas, any
 * other {@code <name>} for one word, or several in quotes.
 *
 * @param checks whether it looks and changes nothing
 */
record Phrase(String pattern, boolean checks, Kit kit, Action action, Pattern expression) {

    /** What must be brought into the Pi for it, each more than the one before. */
    enum Kit {
        /** The Pi as it is. */
        NOTHING,
        /** netfix, built on this machine. */
        NETFIX,
        /** The checkout and a warm Maven repository too, to be used as its owner would. */
        CHECKOUT
    }

    /** What a step does; it throws LabFailure where something is not as it must be. */
    interface Action {
        void perform(ScenarioRun run, List<String> words) throws Exception;
    }

    private static final Pattern PLACE = Pattern.compile("<([a-z-]+)>");
    private static final String QUOTED = "\"(?:[^\"\\\\]++|\\\\.)*+\"";

    /** Something that happens to the Pi or to its world. */
    static Phrase when(String pattern, Action action) {
        return new Phrase(pattern, false, Kit.NOTHING, action, compile(pattern));
    }

    /** Something that must be so. */
    static Phrase then(String pattern, Action action) {
        return new Phrase(pattern, true, Kit.NOTHING, action, compile(pattern));
    }

    /** Something that must be so, and that netfix says. */
    static Phrase netfix(String pattern, Action action) {
        return new Phrase(pattern, true, Kit.NETFIX, action, compile(pattern));
    }

    /** Something that netfix does to the Pi. */
    static Phrase netfixDoes(String pattern, Action action) {
        return new Phrase(pattern, false, Kit.NETFIX, action, compile(pattern));
    }

    /** Something that happens and needs the checkout. */
    static Phrase checkout(String pattern, Action action) {
        return new Phrase(pattern, false, Kit.CHECKOUT, action, compile(pattern));
    }

    /** The words in the places of the pattern, where a step is written so. */
    Optional<List<String>> read(String step) {
        Matcher matcher = expression.matcher(step);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            words.add(unquoted(matcher.group(group)));
        }
        return Optional.of(words);
    }

    private static Pattern compile(String pattern) {
        StringBuilder expression = new StringBuilder();
        Matcher place = PLACE.matcher(pattern);
        int from = 0;
        while (place.find()) {
            expression.append(Pattern.quote(pattern.substring(from, place.start())));
            expression.append('(').append(form(place.group(1))).append(')');
            from = place.end();
        }
        return Pattern.compile(
                expression.append(Pattern.quote(pattern.substring(from))).toString());
    }

    private static String form(String name) {
        return switch (name) {
            case "text" -> QUOTED;
            case "number" -> "[0-9]+";
            case "codes" -> "[a-z0-9-]+(?:, ?[a-z0-9-]+)*";
            default -> "[^\\s\",]+|" + QUOTED;
        };
    }

    private static String unquoted(String word) {
        if (!word.startsWith("\"")) {
            return word;
        }
        StringBuilder text = new StringBuilder();
        for (int at = 1; at < word.length() - 1; at++) {
            char next = word.charAt(at);
            if (next == '\\') {
                at++;
                next =
                        switch (word.charAt(at)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case 'e' -> '\033';
                            default -> word.charAt(at);
                        };
            }
            text.append(next);
        }
        return text.toString();
    }
}
