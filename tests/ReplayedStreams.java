package netfix;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Streams of a test: they say what they are told to say, when they are told to. */
final class ReplayedStreams implements Streams {

    private final Map<WatchSource, Listener> listeners = new EnumMap<>(WatchSource.class);
    private final List<WatchSource> closed = new ArrayList<>();

    @Override
    public Open open(List<String> argv, Listener listener) {
        for (WatchSource source : WatchSource.values()) {
            if (source.argv().equals(argv)) {
                listeners.put(source, listener);
                return () -> closed.add(source);
            }
        }
        throw new IllegalArgumentException("nobody listens to " + argv);
    }

    void says(WatchSource source, String... lines) {
        for (String line : lines) {
            listeners.get(source).line(System.nanoTime(), line);
        }
    }

    void ends(WatchSource source, String why) {
        listeners.get(source).ended(why);
    }

    /** Those that were closed in the end. */
    List<WatchSource> closed() {
        return closed;
    }
}
