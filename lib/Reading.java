package netfix;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a look at one thing gave: a value, the certainty that there is none, or "could not tell"
 * with the reason.
 *
 * <p>The three are kept apart all the way to the report, because "no profile" and "not allowed to
 * read the profiles" ask for opposite actions.
 */
public sealed interface Reading<T> {

    record Known<T>(T it) implements Reading<T> {}

    /** There is certainly none; {@code why} says how we know, in words for a person. */
    record Absent<T>(String why) implements Reading<T> {}

    /**
     * Could not tell; {@code reason} is in words for a person ("not allowed to read …", "nmcli did
     * not answer in 10 s").
     */
    record Unknown<T>(String reason) implements Reading<T> {}

    static <T> Reading<T> known(T value) {
        return new Known<>(value);
    }

    static <T> Reading<T> absent(String why) {
        return new Absent<>(why);
    }

    static <T> Reading<T> unknown(String reason) {
        return new Unknown<>(reason);
    }

    default Optional<T> value() {
        return this instanceof Known<T> known ? Optional.of(known.it()) : Optional.empty();
    }

    default T orElse(T other) {
        return value().orElse(other);
    }

    /** The reason, where this could not be told. */
    default Optional<String> whyUnknown() {
        return this instanceof Unknown<T> unknown
                ? Optional.of(unknown.reason())
                : Optional.empty();
    }

    default boolean isAbsent() {
        return this instanceof Absent<T>;
    }

    default <R> Reading<R> map(Function<? super T, ? extends R> f) {
        return flatMap(value -> known(f.apply(value)));
    }

    default <R> Reading<R> flatMap(Function<? super T, Reading<R>> f) {
        if (this instanceof Known<T> known) {
            return f.apply(known.it());
        }
        if (this instanceof Absent<T> absent) {
            return absent(absent.why());
        }
        return unknown(((Unknown<T>) this).reason());
    }
}
