package netfix;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What fix can be told. */
public final class FixOptions {

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-y", "--yes"},
            description = "Do not ask. Without a terminal nothing is done without it.")
    boolean yes;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--dry-run",
            description =
                    "Show the plan only, to read and not to run: the commands alone have no net."
                            + " Exits 1 where there is something to do.")
    public boolean dryRun;

    @Option(
            names = "--only",
            paramLabel = "ID[,ID...]",
            description = "Only these measures: their ids, or step1, step2, step3.")
    List<String> only = List.of();

    @Option(names = "--except", paramLabel = "ID[,ID...]", description = "All measures but these.")
    List<String> except = List.of();

    @Option(
            names = "--accept-loss",
            paramLabel = "ID",
            split = ",",
            description = "Go on although this cannot be carried over to NetworkManager.")
    List<String> accepted = List.of();

    public Predicate<Loss> acceptedLosses() {
        return loss -> accepted.contains(loss.id());
    }

    /**
     * @throws BadInput where an id is none
     */
    public Predicate<Measure> chosen() {
        List<String> these = known("--only", only);
        List<String> not = known("--except", except);
        return measure ->
                (these.isEmpty() || these.contains(measure.id()) || these.contains(measure.step()))
                        && !not.contains(measure.id())
                        && !not.contains(measure.step());
    }

    /** Picocli's own split makes nothing of a comma alone, and without an id all are meant. */
    private static List<String> known(String option, List<String> given) {
        List<String> all = new ArrayList<>();
        for (String list : given) {
            List<String> ids = List.of(list.split(","));
            all.addAll(ids.isEmpty() ? List.of(list) : ids);
        }
        for (String id : all) {
            if (Measures.TABLE.stream().noneMatch(m -> m.id().equals(id) || m.step().equals(id))) {
                throw new BadInput(
                        option
                                + " "
                                + id
                                + ": there is no such measure; there are "
                                + String.join(
                                        ", ", Measures.TABLE.stream().map(Measure::id).toList())
                                + ", and "
                                + String.join(
                                        ", ",
                                        Measures.TABLE.stream()
                                                .map(Measure::step)
                                                .distinct()
                                                .sorted()
                                                .toList())
                                + " for all of that step");
            }
        }
        return all;
    }

    /**
     * @throws BadInput where it is one: a capture has what a diagnosis looked at, and not what a
     *     repair has to know
     */
    public Machine notACapture(Machine machine) {
        if (machine instanceof ReplayedMachine) {
            throw new BadInput(
                    "--from: a capture cannot be repaired, nor a repair planned on it; use it with"
                            + " diagnose");
        }
        return machine;
    }

    /**
     * @throws BadInput where that machine cannot be changed
     */
    public LiveMachine writable(Machine machine) {
        return writable(machine, "a fix of it is not possible; use --dry-run to read it");
    }

    /**
     * @param otherwise what to say where it is not this machine
     * @throws BadInput where that machine cannot be changed
     */
    public LiveMachine writable(Machine machine, String otherwise) {
        if (!(machine instanceof LiveMachine here)) {
            throw new BadInput(Terminal.safe(machine.describe()) + ": " + otherwise);
        }
        if (!Look.isRoot(machine)) {
            throw BadInput.notAllowed("not allowed: a fix changes files of root's; use sudo");
        }
        return here;
    }

    /**
     * @throws BadInput where it was asked for, and the verb has nothing to show beforehand
     */
    public void refuseDryRun(String verb) {
        if (dryRun) {
            throw new BadInput("--dry-run: " + verb + " has no plan to show; nothing was done");
        }
    }

    /**
     * @throws BadInput where measures or losses were chosen: a verb goes by none, and one that was
     *     thought to do less must not do all
     */
    public void refuseChoice(String verb) {
        for (Map.Entry<String, List<String>> option :
                List.of(
                        Map.entry("--only", only),
                        Map.entry("--except", except),
                        Map.entry("--accept-loss", accepted))) {
            if (!option.getValue().isEmpty()) {
                throw new BadInput(
                        option.getKey()
                                + " "
                                + String.join(",", option.getValue())
                                + ": "
                                + verb
                                + " has no measures to choose from; nothing was done");
            }
        }
    }

    /**
     * Says which of the accepted losses are none here. A loss is gone once it is accepted and done,
     * and the same command line has to stay good, so it is no error.
     */
    public void tellWhatIsNoLoss(Scene scene) {
        noLosses(scene.takeOver().losses()).forEach(System.err::println);
    }

    List<String> noLosses(List<Loss> losses) {
        String there = losses.isEmpty() ? "" : "; there are " + String.join(", ", ids(losses));
        return accepted.stream()
                .filter(id -> !ids(losses).contains(id))
                .map(id -> "fix: --accept-loss " + id + ": nothing of that name is lost here")
                .map(line -> Terminal.safe(line + there))
                .toList();
    }

    private static List<String> ids(List<Loss> losses) {
        return losses.stream().map(Loss::id).toList();
    }

    /**
     * @throws BadInput where NetworkManager does not start with a file that netfix leaves to its
     *     owner: a fix that hands the network over to it would lose the machine
     */
    public void refuseBrokenConfiguration(Plan plan, Scene scene) {
        boolean asked =
                plan.standings().stream()
                        .anyMatch(
                                j ->
                                        j.measure().id().equals(ReadableConfiguration.ID)
                                                && j.standing().isMissing());
        List<String> left = ReadableConfiguration.leftToItsOwner(scene);
        if (asked && !left.isEmpty()) {
            throw new BadInput(
                    Terminal.safe(
                            "nothing was done: NetworkManager does not start with "
                                    + left.get(0)
                                    + "; then start fix again"));
        }
    }

    /**
     * @throws BadInput where the plan must not be carried out: something would be lost that nobody
     *     has accepted, something could not be told, or the root does not keep what is written
     */
    public void refuse(Plan plan, Scene scene) {
        scene.ground()
                .rootProblem()
                .ifPresent(
                        why -> {
                            throw new BadInput("nothing was done: " + why);
                        });
        if (!plan.unknown().isEmpty()) {
            throw BadInput.notAllowed(
                    "nothing was done, because something could not be told (see above)"
                            + (scene.snapshot().host().root() ? "" : "; use sudo"));
        }
        refuseProfilesElsewhere(plan, scene.snapshot().nm().config());
        refuseKernelsMask(plan, scene.snapshot().premises().orders());
        if (!plan.losses().isEmpty()) {
            throw new BadInput(
                    "nothing was done: what is listed above would be lost; to go on, add"
                            + " --accept-loss "
                            + String.join(",", ids(plan.losses())));
        }
    }

    /** In this boot nothing starts what the kernel's line masks, and the whole fix would fail. */
    private static void refuseKernelsMask(Plan plan, BootOrders orders) {
        boolean starts =
                plan.steps().stream()
                        .map(Plan.Step::change)
                        .filter(Change.UnitJob.class::isInstance)
                        .map(Change.UnitJob.class::cast)
                        .anyMatch(
                                job ->
                                        job.unit().equals(Scene.NETWORKMANAGER)
                                                && !job.verb().equals("stop"));
        orders.mask(Scene.NETWORKMANAGER)
                .filter(seen -> starts)
                .ifPresent(
                        seen -> {
                            throw new BadInput(
                                    Terminal.safe(
                                            "nothing was done: take "
                                                    + seen.what()
                                                    + " out of "
                                                    + seen.source()
                                                    + ", which keeps NetworkManager from starting,"
                                                    + " reboot, then start fix again"));
                        });
    }

    /** Of what netfix would write NetworkManager would never hear. */
    private static void refuseProfilesElsewhere(Plan plan, NmConfig config) {
        boolean writes = plan.steps().stream().anyMatch(step -> step.isIn(OldSources.PROFILES));
        if (writes && !config.profileFolder().equals(Optional.of(OldSources.PROFILES))) {
            throw new BadInput(
                    Terminal.safe(
                            "nothing was done: NetworkManager keeps its profiles elsewhere ("
                                    + config.entry("keyfile", "path")
                                            .map(e -> "path=" + e.value() + ", " + e.place())
                                            .orElse("")
                                    + "), and netfix writes them to "
                                    + OldSources.PROFILES
                                    + " only; move them there and take that line out, then start"
                                    + " fix again"));
        }
    }

    @Option(
            scope = ScopeType.INHERIT,
            names = "--strand",
            description =
                    "Go on although this Pi, or an interface that carries it, would be unreachable"
                            + " after its next boot.")
    boolean strand;

    /**
     * @param stranded the interfaces that the plan would leave without a configuration at the next
     *     boot, with the reasons
     * @throws BadInput where there are any, and nobody wants that
     */
    public void refuseStranding(List<String> stranded) {
        if (!stranded.isEmpty() && !strand) {
            throw new BadInput("nothing was done: " + stranding(stranded));
        }
    }

    /** What {@link #refuseStranding(List)} would refuse, said where nothing is to be done. */
    public void foretellStranding(List<String> stranded) {
        if (!stranded.isEmpty()) {
            System.err.println("fix: this would not be done: " + stranding(stranded));
        }
    }

    private String stranding(List<String> stranded) {
        return Terminal.safe(
                "after its next boot this Pi would not be reachable any more over "
                        + String.join("; ", stranded)
                        + (only.isEmpty() && except.isEmpty()
                                ? ""
                                : " (--only and --except leave out what would keep it)")
                        + "; if that is what you want, add --strand");
    }

    /**
     * @throws BadInput where undo would leave the machine unreachable and nobody wants that
     */
    public void refuseStranding(Answer afterBoot) {
        if (afterBoot.isNo()) {
            System.err.println(
                    "Undone, this machine is NOT reachable after its next boot: "
                            + Terminal.safe(afterBoot.why()));
            if (!strand) {
                throw new BadInput("nothing was undone; if that is what you want, add --strand");
            }
        }
    }

    /**
     * As {@link #agreed()}, to a plan that was made of what was read.
     *
     * @throws BadInput where a file that the plan was made of has changed while the question stood
     */
    public boolean agreed(WatchfulMachine read) {
        if (!agreed()) {
            return false;
        }
        read.changed()
                .ifPresent(
                        file -> {
                            throw new BadInput(
                                    "nothing was done: "
                                            + file
                                            + " has changed since the plan was made; start fix"
                                            + " again");
                        });
        return true;
    }

    /** Asks where there is somebody to ask; says why not where nothing will be done. */
    public boolean agreed() {
        return Consent.given(yes, "fix");
    }
}
