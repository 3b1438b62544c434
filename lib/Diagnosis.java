package netfix;

/**
 * What one look at a machine comes to: the findings, and the two questions that matter.
 *
 * @param now whether it is reachable now
 * @param afterBoot whether it will be after its next boot
 */
public record Diagnosis(Snapshot snapshot, Findings findings, Answer now, Answer afterBoot) {

    public static Diagnosis of(Snapshot snapshot) {
        return new Diagnosis(
                snapshot,
                Findings.of(snapshot),
                Reach.ofAll(snapshot),
                BootForecast.ofAll(snapshot));
    }

    public enum Verdict {
        HEALTHY,
        PROBLEMS,
        UNKNOWN
    }

    /** A problem beats what could not be told. */
    public Verdict verdict() {
        boolean live = snapshot.host().live();
        if (!findings.errors().isEmpty() || live && now.isNo() || afterBoot.isNo()) {
            return Verdict.PROBLEMS;
        }
        boolean open =
                live && now.isUnknown() || afterBoot.isUnknown() || !findings.unknown().isEmpty();
        return open ? Verdict.UNKNOWN : Verdict.HEALTHY;
    }

    public int exitCode() {
        return switch (verdict()) {
            case HEALTHY -> ExitCode.GOOD;
            case PROBLEMS -> ExitCode.PROBLEMS;
            case UNKNOWN -> ExitCode.UNKNOWN;
        };
    }
}
