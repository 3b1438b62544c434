package netfix;

import java.util.List;

/**
 * Commands that go on talking: the door for what happens, as {@link Machine#run} is the one for
 * what is.
 */
public interface Streams {

    /** Is told from a thread of the stream's own; lines come in order. */
    interface Listener {

        /**
         * @param nanos when it was read, by the clock that does not jump ({@link System#nanoTime})
         * @param line without its end, cut at {@link Streams#LONGEST_LINE} characters
         */
        void line(long nanos, String line);

        /** No more lines come, and why; not told where it was closed from this side. */
        void ended(String why);
    }

    /** An open stream. */
    interface Open extends AutoCloseable {
        @Override
        void close();
    }

    /** What a daemon says in one line is shorter; a message that is longer is no event. */
    int LONGEST_LINE = 16 << 10;

    /** Never fails: what cannot be started has ended, with its reason. */
    Open open(List<String> argv, Listener listener);
}
