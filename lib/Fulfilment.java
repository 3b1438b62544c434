package netfix;

import java.util.List;

/** How a measure stands on a machine. */
public sealed interface Fulfilment {

    record InPlace() implements Fulfilment {}

    /**
     * @param what exactly is missing, one line each, in words for a person
     */
    record Missing(List<String> what) implements Fulfilment {}

    record NotNeeded(String why) implements Fulfilment {}

    record Unknown(String why) implements Fulfilment {}

    static Fulfilment inPlace() {
        return new InPlace();
    }

    /** In place where nothing is missing. */
    static Fulfilment missing(List<String> what) {
        return what.isEmpty() ? new InPlace() : new Missing(List.copyOf(what));
    }

    static Fulfilment notNeeded(String why) {
        return new NotNeeded(why);
    }

    static Fulfilment unknown(String why) {
        return new Unknown(why);
    }

    default boolean isMissing() {
        return this instanceof Missing;
    }
}
