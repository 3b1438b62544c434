package netfix;

import java.util.List;

/**
 * Whether what a fix puts in place is in place: the walk of the table, without any change.
 *
 * @param taken the Wi-Fi profiles that btwifiset has deleted and nobody has given back, as far as
 *     the journal tells: no measure is missing then, and yet Wi-Fi is gone
 */
public record Verification(
        List<Plan.Judged> judged,
        List<ForeignOwners.Owned> respected,
        List<Verdict.Hit> taken,
        Snapshot snapshot,
        Transaction.State state,
        Answer now,
        Answer afterBoot) {

    public static Verification of(Scene scene, Transaction.State state) {
        Snapshot snapshot = scene.snapshot();
        return new Verification(
                Measures.judged(scene),
                scene.foreign().all(),
                ProfileFaults.deletedByBtwifiset(snapshot) instanceof Verdict.Found found
                        ? found.hits()
                        : List.of(),
                snapshot,
                state,
                Reach.ofAll(snapshot),
                BootForecast.ofAll(snapshot));
    }

    /** On the Pi itself it is this boot that shows whether it works. */
    boolean unproved() {
        return state.outside() && !snapshot.host().live();
    }

    /**
     * 1 beats 3: what is missing is certain, whatever else could not be told. So is a machine that
     * nobody reaches now, or after its next boot, with every measure in place: what asks by exit
     * status (a chain that makes images) must not take it for a good one.
     */
    public int exitCode() {
        boolean missing = judged.stream().anyMatch(j -> j.standing().isMissing());
        if (missing || now.isNo() || afterBoot.isNo()) {
            return ExitCode.PROBLEMS;
        }
        boolean unknown = judged.stream().anyMatch(j -> j.standing() instanceof Fulfilment.Unknown);
        return unknown ? ExitCode.UNKNOWN : ExitCode.GOOD;
    }
}
