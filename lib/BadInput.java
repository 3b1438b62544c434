package netfix;

/**
 * The user gave something that cannot be used. The message is one line for the user: what, where,
 * and what to do.
 */
public final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInput(String message) {
        super(message);
    }

    private int exitCode = ExitCode.USAGE;

    /** Nothing is wrong with what was asked, but with who asks. */
    static BadInput notAllowed(String message) {
        BadInput refusal = new BadInput(message);
        refusal.exitCode = ExitCode.UNKNOWN;
        return refusal;
    }

    int exitCode() {
        return exitCode;
    }
}
