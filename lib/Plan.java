package netfix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a fix would do, in order: the changes of the missing measures, make before break.
 *
 * @param standings of every measure that was asked about, in the table's order
 * @param respected what is somebody else's, and is left alone
 * @param told what would be a little different afterwards, and asks nobody
 * @param losses what the machine does now and would not do afterwards, and nobody has accepted:
 *     with any of them nothing is done
 * @param left what of a card's fix only its next boot can prove, in words
 * @param lifeline whether an automatic rollback has to keep the wired profile, because the old
 *     state leaves an interface that works now without a profile at the next boot; or a file out of
 *     NetworkManager's way, with which the next boot has none
 */
public record Plan(
        List<Judged> standings,
        List<Step> steps,
        List<ForeignOwners.Owned> respected,
        List<Loss> told,
        List<Loss> losses,
        List<String> left,
        boolean lifeline) {

    Plan(
            List<Judged> standings,
            List<Step> steps,
            List<ForeignOwners.Owned> respected,
            List<Loss> told,
            List<Loss> losses,
            boolean lifeline) {
        this(standings, steps, respected, told, losses, List.of(), lifeline);
    }

    /** Everything of one phase happens before anything of the next. */
    public enum Phase {
        /** Scripts, lib and jars to where they stay, and what only the next boot reads. */
        INSTALL,
        /** What NetworkManager will manage by. */
        PROFILES,
        CONFIGURATION,
        /** Masks and enabled units: links. */
        UNITS,
        /** systemd and NetworkManager read what is new; NetworkManager holds still. */
        LOAD,
        /** The others go. */
        TAKE_OVER,
        /** NetworkManager takes what they held. */
        HAND_OVER;

        Draft with(Change change) {
            return new Draft(this, change);
        }
    }

    /** A step as whoever asks for it knows it; the plan adds on whose behalf. */
    public record Draft(Phase phase, Change change) {
        Step of(String measure) {
            return new Step(phase, change, measure);
        }
    }

    public record Step(Phase phase, Change change, String measure) {

        /** Whether it changes something in that folder, or below it. */
        boolean isIn(String folder) {
            return change instanceof Change.OnDisk onDisk && onDisk.path().startsWith(folder + "/");
        }
    }

    public record Judged(Measure measure, Fulfilment standing) {}

    /** Those with which another manager goes, or what it was told. */
    private static final Set<String> TAKING_OVER =
            Set.of(
                    "dhcpcd-off",
                    "networkd-off",
                    "ifupdown-off",
                    "netplan-renderer",
                    "supplicant-instances-off");

    /**
     * @param chosen the measures that are asked for; the others are left as they are
     * @param accepted the losses that the owner has accepted
     */
    public static Plan of(Scene scene, Predicate<Measure> chosen, Predicate<Loss> accepted) {
        List<Judged> judged =
                Measures.judged(scene).stream().filter(j -> chosen.test(j.measure())).toList();
        List<Step> steps = new ArrayList<>();
        for (Judged one : judged) {
            if (one.standing().isMissing()) {
                for (Draft draft : one.measure().changes().apply(scene)) {
                    steps.add(draft.of(one.measure().id()));
                }
            }
        }
        makeFolders(scene.ground(), steps);
        if (scene.snapshot().host().live()) {
            steps.addAll(Transition.of(scene, List.copyOf(steps)));
        } else {
            steps.removeIf(step -> step.change() instanceof Change.Live);
        }
        steps.sort(Comparator.comparing(Step::phase));
        // Where the other manager is masked already, nothing is left to stop. On a card nothing
        // runs that could be stopped.
        boolean live = scene.snapshot().host().live();
        boolean takesOver =
                steps.stream()
                        .anyMatch(
                                s ->
                                        s.phase() == Phase.TAKE_OVER
                                                || s.measure().equals(OldManagers.ID)
                                                || !live && TAKING_OVER.contains(s.measure()));
        TakeOver takeOver = scene.takeOver();
        return new Plan(
                judged,
                List.copyOf(steps),
                scene.foreign().all(),
                takesOver ? takeOver.told() : List.of(),
                takesOver
                        ? takeOver.losses().stream().filter(accepted.negate()).toList()
                        : List.of(),
                live ? List.of() : BootProofs.of(scene, steps),
                needsLifeline(scene.snapshot()));
    }

    /**
     * NetworkManager's package brings its folders, empty; what keeps /etc in git, or makes an image
     * of files, may not.
     */
    private static void makeFolders(Ground ground, List<Step> steps) {
        List<Step> folders = new ArrayList<>();
        NmConfig.FOLDERS.forEach(
                (folder, mode) -> {
                    if (!ground.exists(folder)) {
                        steps.stream()
                                .filter(s -> s.isIn(folder))
                                .findFirst()
                                .map(
                                        s ->
                                                new Step(
                                                        Phase.PROFILES,
                                                        new Change.Folder(folder, mode),
                                                        s.measure()))
                                .ifPresent(folders::add);
                    }
                });
        steps.addAll(0, folders);
    }

    static List<Judged> judge(Scene scene, List<Measure> measures) {
        return measures.stream().map(m -> new Judged(m, m.standing().apply(scene))).toList();
    }

    /**
     * The exit status of a plan that is only shown, or has nothing to do: 1 beats 3. A machine that
     * is lost at its next boot is a problem, also where no measure mends it.
     */
    public int status(Answer afterBoot) {
        if (!isEmpty() || afterBoot.isNo() || anyMissing()) {
            return ExitCode.PROBLEMS;
        }
        return unknown().isEmpty() ? ExitCode.GOOD : ExitCode.UNKNOWN;
    }

    /** The measures of which it could not be told how they stand. */
    List<Judged> unknown() {
        return standings.stream().filter(j -> j.standing() instanceof Fulfilment.Unknown).toList();
    }

    /** Something is, whether or not a change mends it. */
    boolean anyMissing() {
        return standings.stream().anyMatch(j -> j.standing().isMissing());
    }

    public boolean isEmpty() {
        return steps.isEmpty();
    }

    private static boolean needsLifeline(Snapshot snapshot) {
        boolean none = !snapshot.nm().config().atBoot().faults().isEmpty();
        return snapshot.physical().stream()
                .filter(link -> none || link.kind() == netfix.Link.Kind.WIRED)
                .filter(link -> Reach.of(snapshot, link).isYes() || !snapshot.host().live())
                .anyMatch(link -> BootForecast.of(snapshot, link).isNo());
    }
}
