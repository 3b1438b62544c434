package netfix;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** The part of the door that changes the machine; only a fix goes through it. */
public interface Writable extends Machine {

    /**
     * The whole file or nothing: a temporary file beside it, with its mode from the beginning,
     * synced, renamed over it.
     */
    void write(String path, byte[] content, int mode) throws IOException;

    /**
     * A new folder, 0700, with files in it, by their path inside it; 0600, or 0700 where they begin
     * with {@code #!}. Not synced: that is done for all of it at once.
     */
    void stage(String folder, Map<String, byte[]> files) throws IOException;

    /** A command that shows its output as it comes, without a time limit; its exit status. */
    int runShown(List<String> argv, PrintStream to) throws IOException;
}
