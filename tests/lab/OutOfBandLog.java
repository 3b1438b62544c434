package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/** Everything that the lab did in the virtual Pi, in a file of the scenario's folder. */
final class OutOfBandLog {

    /** A journal would drown the rest. */
    private static final int MOST = 16_000;

    private final Path file;

    OutOfBandLog(Path file) {
        this.file = file;
    }

    void add(GuestResult result, Instant begin) {
        String shown = result.shown();
        append(
                begin
                        + " ("
                        + Progress.seconds(begin)
                        + ") "
                        + (shown.length() > MOST ? shown.substring(0, MOST) + "\n    ..." : shown));
    }

    void note(String text) {
        append(Instant.now() + " " + text);
    }

    private synchronized void append(String text) {
        try {
            Files.writeString(
                    file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
