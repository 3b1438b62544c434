package netfix;

import java.util.Arrays;

/** What every netfix command exits with. */
public final class ExitCode {
    /** Healthy, in place, or done. */
    public static final int GOOD = 0;

    /** Problems found, measures missing. */
    public static final int PROBLEMS = 1;

    /** Wrong usage or input; nothing was done. */
    public static final int USAGE = 2;

    /** Could not tell, or not allowed. */
    public static final int UNKNOWN = 3;

    /** The fix did not prove itself and was rolled back. */
    public static final int ROLLED_BACK = 4;

    /** The rollback failed: hands needed. */
    public static final int HANDS_NEEDED = 5;

    /** Ctrl-C before anything was changed. */
    public static final int INTERRUPTED = 130;

    /**
     * Of a diagnosis, and of what was to be kept of it. Problems that were found stay the answer
     * where a file could not be written.
     */
    public static int of(int diagnosis, int... kept) {
        return diagnosis == PROBLEMS
                ? PROBLEMS
                : Math.max(diagnosis, Arrays.stream(kept).max().orElse(GOOD));
    }

    private ExitCode() {}
}
