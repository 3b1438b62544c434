package netfix;

import java.util.List;

/**
 * What a command gave back. A failure is data: it is never turned into an empty string.
 *
 * @param exit the exit status; meaningful only for {@link Outcome#EXITED}
 * @param stdout decoded as UTF-8, malformed bytes replaced by U+FFFD
 */
public record CommandResult(
        List<String> argv, Outcome outcome, int exit, String stdout, String stderr) {

    public enum Outcome {
        EXITED,
        TIMED_OUT,
        /** The tool is not installed (or not on PATH). */
        NO_SUCH_TOOL,
        /**
         * This kind of machine runs no commands (a mounted root, a capture without it), or it could
         * not be started.
         */
        NOT_RUN
    }

    public CommandResult {
        argv = List.copyOf(argv);
    }

    static CommandResult exited(Command command, int exit, String stdout, String stderr) {
        return new CommandResult(command.argv(), Outcome.EXITED, exit, stdout, stderr);
    }

    static CommandResult notRun(Command command, Outcome outcome, String why) {
        return new CommandResult(command.argv(), outcome, -1, "", why);
    }

    public boolean ok() {
        return outcome == Outcome.EXITED && exit == 0;
    }

    /**
     * Why this result cannot be used, in one line for a person; only for results that are not
     * {@link #ok()}.
     */
    public String failure() {
        String name = Command.name(argv);
        return switch (outcome) {
            case TIMED_OUT -> name + " did not answer in time" + after(stderr);
            case NO_SUCH_TOOL -> argv.get(0) + " is not installed";
            case NOT_RUN -> name + ": " + stderr;
            case EXITED -> name + " exited " + exit + after(stderr);
        };
    }

    private static String after(String stderr) {
        String first = stderr.strip().lines().findFirst().orElse("");
        // A tool may well repeat what it was told.
        return first.isEmpty() ? "" : ": " + Redaction.of(first);
    }

    /** The standard output where the command succeeded, else unknown with the failure. */
    public Reading<String> output() {
        return ok() ? Reading.known(stdout) : Reading.unknown(failure());
    }
}
