package netfix;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a run's time went, for --verbose. Its parts may be noted by several threads. */
final class Phases {

    private static final int LONGEST = 5;

    /**
     * @param nanos it took
     */
    private record Part(String what, long nanos) {}

    private final List<Part> parts = new ArrayList<>();
    private final long start;
    private long looked = -1;
    private long seen = -1;

    private Phases(long start) {
        this.start = start;
    }

    /** Of this process, from its start as the kernel knows it, to a hundredth of a second. */
    static Phases ofThisRun() {
        Duration age =
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(since -> Duration.between(since, Instant.now()))
                        .orElse(Duration.ZERO);
        return new Phases(System.nanoTime() - Math.max(0, age.toNanos()));
    }

    synchronized void lookBegins() {
        looked = looked < 0 ? System.nanoTime() : looked;
    }

    synchronized void lookEnds() {
        // The first one's: fix recover looks again when all is done.
        seen = seen < 0 ? System.nanoTime() : seen;
    }

    /** One of the things that are done side by side in a look. */
    synchronized void part(String what, long nanos) {
        parts.add(new Part(what, nanos));
    }

    /**
     * A line for the whole, and one for what a look waited for; the second one only where there was
     * a look.
     */
    synchronized List<String> told() {
        long end = System.nanoTime();
        if (looked < 0 || seen < 0) {
            return List.of(seconds(end - start) + " in all");
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                seconds(end - start)
                        + " in all: "
                        + seconds(looked - start)
                        + " to start, "
                        + seconds(seen - looked)
                        + " to look, "
                        + seconds(end - seen)
                        + " to judge and to report");
        if (!parts.isEmpty()) {
            lines.add(
                    "the look waited longest for, side by side: "
                            + parts.stream()
                                    .sorted(Comparator.comparingLong(Part::nanos).reversed())
                                    .limit(LONGEST)
                                    .map(part -> part.what() + " " + seconds(part.nanos()))
                                    .collect(Collectors.joining(", ")));
        }
        return lines;
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
