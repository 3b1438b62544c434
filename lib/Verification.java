package netfix;

import java.util.List;

/** Whether what a fix puts in place is in place: the walk of the table, without any change. */
public record Verification(
        List<Plan.Judged> judged,
        List<ForeignOwners.Owned> respected,
        Snapshot snapshot,
        Transaction.State state,
        Answer now,
        Answer afterBoot) {

    public static Verification of(Scene scene, Transaction.State state) {
        Snapshot snapshot = scene.snapshot();
        return new Verification(
                Measures.judged(scene),
                scene.foreign().all(),
                snapshot,
                state,
                Reach.ofAll(snapshot),
                BootForecast.ofAll(snapshot));
    }

    /** 1 beats 3: what is missing is certain, whatever else could not be told. */
    public int exitCode() {
        if (judged.stream().anyMatch(j -> j.standing().isMissing())) {
            return ExitCode.PROBLEMS;
        }
        boolean unknown = judged.stream().anyMatch(j -> j.standing() instanceof Fulfilment.Unknown);
        return unknown ? ExitCode.UNKNOWN : ExitCode.GOOD;
    }
}
