///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 -XX:+UseSerialGC -XX:-UsePerfData
//JAVA_OPTIONS -Xlog:disable
//SOURCES lib/Cli.java
//SOURCES monitor.java

// netfix fix: puts in place what keeps this Pi reachable: NetworkManager alone manages the
// network, with profiles that a reboot keeps. It shows its plan and asks; it proves that what
// worked before works afterwards, and takes everything back by itself where it does not, also after
// a power cut.
//
//   ./jbang fix --dry-run       the plan, every change with its command
//   sudo ./jbang fix            the plan, a question, and then the fix
//   sudo ./jbang fix undo       brings back what was there before, byte for byte
//   ./jbang fix sdcard DIR      for a Pi that is gone: its boot partition gets a repair
//   sudo ./jbang fix confirm    says that it works (the next boot says so by itself)
//
// What counts as fixed is one table: lib/Measures.java.

import netfix.Answer;
import netfix.Cli;
import netfix.CommonOptions;
import netfix.ExitCode;
import netfix.FixOptions;
import netfix.LiveMachine;
import netfix.Machine;
import netfix.Outlook;
import netfix.Paths;
import netfix.Plan;
import netfix.PlanReport;
import netfix.Progress;
import netfix.Recovery;
import netfix.RootedFix;
import netfix.Scene;
import netfix.SdCardOptions;
import netfix.Transaction;
import netfix.Undo;
import netfix.WatchfulMachine;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "fix",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description = "Puts in place what keeps this Pi reachable, and proves it.",
        footer = {
            "",
            "Exit status: 0 done or nothing to do, 1 something to do (--dry-run), or nothing that"
                    + " keeps this machine reachable after its next boot, 2 wrong usage or input,"
                    + " nothing done, 3 could not tell or not allowed (try sudo), 4 not proved"
                    + " and taken back, 5 not taken back completely."
        })
public class fix implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin FixOptions options = new FixOptions();

    public static void main(String... args) {
        System.exit(Cli.run(new fix(), args));
    }

    @Override
    public Integer call() throws IOException {
        Machine machine = options.notACapture(common.machine());
        WatchfulMachine read = new WatchfulMachine(machine);
        Scene scene = gather(read);
        Plan plan = Plan.of(scene, options.chosen(), options.acceptedLosses());
        Outlook outlook = Outlook.of(machine, scene, plan);
        show(plan, outlook);
        options.tellWhatIsNoLoss(scene);
        if (options.dryRun) {
            options.foretellStranding(outlook.stranded());
            return plan.status(outlook.afterBoot());
        }
        options.refuseBrokenConfiguration(plan, scene);
        if (plan.isEmpty()) {
            return plan.status(outlook.afterBoot());
        }
        options.refuse(plan, scene);
        options.refuseStranding(outlook.stranded());
        if (common.mountedRoot().isPresent()) {
            return options.agreed(read)
                    ? new RootedFix(common.mountedRoot().get(), narration()).run(plan)
                    : ExitCode.USAGE;
        }
        LiveMachine here = options.writable(machine);
        return options.agreed(read)
                ? new Transaction(here, narration()).run(plan, Paths.lines(scene.snapshot(), here))
                : ExitCode.USAGE;
    }

    /** Standard output is the document's, where one is asked for. */
    private PrintStream narration() {
        return common.json ? System.err : System.out;
    }

    private Scene gather(Machine machine) {
        try (Progress progress = common.progress()) {
            return Scene.at(machine, progress);
        }
    }

    private void show(Plan plan, Outlook outlook) {
        System.out.print(
                common.json
                        ? PlanReport.json(plan, outlook.afterBoot()) + "\n"
                        : PlanReport.of(plan, outlook.afterBoot(), common.terminal()));
    }

    private void show(Plan plan) {
        System.out.print(
                common.json
                        ? PlanReport.json(plan) + "\n"
                        : PlanReport.of(plan, common.terminal()));
    }

    @Command(
            name = "undo",
            mixinStandardHelpOptions = true,
            description = "Brings back what was there before, byte for byte.")
    int undo() throws IOException {
        options.refuseDryRun("undo");
        options.refuseChoice("undo");
        Machine machine = options.notACapture(common.machine());
        Undo.refuseWhereNothingIsKept(machine, common.mountedRoot());
        Answer afterBoot = Undo.afterBoot(machine);
        if (common.json) {
            System.out.println(Undo.json(machine, afterBoot));
        }
        if (Undo.isNothing(machine)) {
            narration().println("Nothing to undo: netfix has changed nothing here.");
            return ExitCode.GOOD;
        }
        Undo.shown(machine).forEach(narration()::println);
        options.refuseStranding(afterBoot);
        if (common.mountedRoot().isPresent()) {
            return options.agreed()
                    ? new RootedFix(common.mountedRoot().get(), narration()).undo()
                    : ExitCode.USAGE;
        }
        LiveMachine here = options.writable(machine);
        return options.agreed() ? new Transaction(here, narration()).undo() : ExitCode.USAGE;
    }

    @Command(
            name = "sdcard",
            mixinStandardHelpOptions = true,
            description =
                    "For a Pi that nobody can reach: its boot partition, mounted on any computer,"
                            + " gets a repair that runs at the Pi's next boot.")
    int sdcard(@Mixin SdCardOptions card) {
        options.refuseChoice("sdcard");
        if (!common.thisMachine()) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "sdcard takes the folder itself, no --root or --from");
        }
        return card.run(
                options,
                narration(),
                common.json ? Optional.of(System.out) : Optional.empty(),
                common.terminal());
    }

    @Command(
            name = "recover",
            mixinStandardHelpOptions = true,
            description =
                    "Over a serial console: starts NetworkManager, brings interfaces up, ends what"
                            + " interferes. Of the disk only that is changed without which"
                            + " NetworkManager does not start or has nothing to start with.")
    int recover(
            @Option(names = "--print", description = "Only print the commands, to type them in.")
                    boolean print)
            throws IOException {
        options.refuseChoice("recover");
        Machine machine = options.notACapture(common.machine());
        Path root = common.mountedRoot().orElse(Path.of("/"));
        if (print) {
            Scene scene = gather(machine);
            List<String> typed = Recovery.typed(Recovery.here(machine, root, scene), scene);
            (common.json ? List.of(Recovery.json(typed)) : typed).forEach(System.out::println);
            return ExitCode.GOOD;
        }
        LiveMachine here =
                options.writable(
                        machine,
                        "recover is for the Pi itself, while it runs; --print shows its commands");
        Scene scene = gather(here);
        Plan plan = Recovery.here(here, root, scene);
        show(plan);
        if (plan.isEmpty()) {
            return ExitCode.GOOD;
        }
        if (options.dryRun) {
            return ExitCode.PROBLEMS;
        }
        if (!options.agreed()) {
            return ExitCode.USAGE;
        }
        int status = new Transaction(here, narration()).recover(plan);
        Scene now = gather(here);
        narration().println(Recovery.outcome(now));
        return status == ExitCode.GOOD ? Recovery.status(now) : status;
    }

    @Command(
            name = "confirm",
            mixinStandardHelpOptions = true,
            description = "Says that the fix works; the next boot does so by itself.")
    int confirm() throws IOException {
        options.refuseDryRun("confirm");
        options.refuseChoice("confirm");
        LiveMachine here =
                options.writable(
                        common.machine(),
                        "confirm is for the Pi itself, while it runs; a fix made with --root needs"
                            + " none, and one that the Pi has begun is judged by its next boot");
        return told(here, new Transaction(here, narration()).confirm());
    }

    @Command(
            name = "seal",
            mixinStandardHelpOptions = true,
            description = "Before a card is imaged: confirms, and wipes what was kept of before.")
    int seal() throws IOException {
        options.refuseDryRun("seal");
        options.refuseChoice("seal");
        Machine machine = options.notACapture(common.machine());
        return told(
                machine,
                common.mountedRoot().isPresent()
                        ? new RootedFix(common.mountedRoot().get(), narration()).seal()
                        : new Transaction(options.writable(machine), narration()).seal());
    }

    private int told(Machine machine, int status) {
        if (common.json) {
            System.out.println(Transaction.json(machine));
        }
        return status;
    }
}
