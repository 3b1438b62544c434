package netfix;

import java.util.List;
import java.util.function.Supplier;

/** How a measure stands on a machine. */
public sealed interface Fulfilment {

    /**
     * @param note what is worth knowing of it, in words for a person; mostly empty
     */
    record InPlace(String note) implements Fulfilment {}

    /**
     * @param what exactly is missing, one line each, in words for a person
     */
    record Missing(List<String> what) implements Fulfilment {}

    record NotNeeded(String why) implements Fulfilment {}

    record Unknown(String why) implements Fulfilment {}

    static Fulfilment inPlace() {
        return inPlace("");
    }

    static Fulfilment inPlace(String note) {
        return new InPlace(note);
    }

    /** In place where nothing is missing. */
    static Fulfilment missing(List<String> what) {
        return what.isEmpty() ? inPlace() : new Missing(List.copyOf(what));
    }

    static Fulfilment notNeeded(String why) {
        return new NotNeeded(why);
    }

    static Fulfilment unknown(String why) {
        return new Unknown(why);
    }

    /** Judged where what it is judged by is known; else unknown, for the same reason. */
    static Fulfilment where(Reading<?> basis, Supplier<Fulfilment> judged) {
        return basis.whyUnknown().map(Fulfilment::unknown).orElseGet(judged);
    }

    default boolean isMissing() {
        return this instanceof Missing;
    }
}
