package netfix;

import java.time.Instant;
import java.util.List;

/**
 * The only door to the system. Everything that netfix learns of a machine comes through here, so
 * that the same analysis runs on the live machine, on a mounted card, and on a capture made
 * elsewhere.
 *
 * <p>No method throws for what the machine is like: what could not be had is part of the answer.
 */
public interface Machine {

    /** Runs with {@code LC_ALL=C} and no standard input. */
    CommandResult run(Command command);

    /**
     * The text of a regular file (symbolic links followed), at most {@link #MOST_BYTES}. Absent
     * where there is no such file, unknown where it cannot be read.
     */
    Reading<String> read(String path);

    /** The names in a folder, sorted; absent where there is no such folder. */
    Reading<List<String>> list(String folder);

    /** lstat: a symbolic link is not followed. */
    Reading<FileStat> stat(String path);

    /** Whether commands can be run at all; where they cannot, only what lies on disk is known. */
    boolean runsCommands();

    /** The time of the look: now, or when the capture was taken. */
    Instant clock();

    /**
     * For the report's first line: "this machine", "the root at /mnt/card", "the capture
     * pi.tar.gz".
     */
    String describe();

    /**
     * A file longer than this (4 MiB) is no configuration file; it is unknown rather than
     * half-read.
     */
    long MOST_BYTES = 4L << 20;
}
