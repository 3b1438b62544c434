package netfix;

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

    private ExitCode() {}
}
