///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC
//DEPS info.picocli:picocli:4.7.7
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
//DEPS com.fasterxml.jackson.core:jackson-databind:2.19.2
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES Addresses.java
//SOURCES AptMirror.java
//SOURCES BootPartition.java
//SOURCES BtWifiSet.java
//SOURCES ClassArchives.java
//SOURCES Diagnosis.java
//SOURCES Evidence.java
//SOURCES Fingerprint.java
//SOURCES GeneratedBatch.java
//SOURCES GuestAgent.java
//SOURCES GuestResult.java
//SOURCES HostCommand.java
//SOURCES Image.java
//SOURCES JsonSocket.java
//SOURCES KitDisks.java
//SOURCES Kills.java
//SOURCES LabFailure.java
//SOURCES LabFolders.java
//SOURCES Listing.java
//SOURCES Moment.java
//SOURCES Needs.java
//SOURCES NetfixBuild.java
//SOURCES OneAtATime.java
//SOURCES OutOfBandLog.java
//SOURCES Payload.java
//SOURCES Phrase.java
//SOURCES PowerCuts.java
//SOURCES Processor.java
//SOURCES Progress.java
//SOURCES QemuMonitor.java
//SOURCES Reach.java
//SOURCES Results.java
//SOURCES Runner.java
//SOURCES RunningPi.java
//SOURCES Scenario.java
//SOURCES ScenarioRun.java
//SOURCES SerialShell.java
//SOURCES Settling.java
//SOURCES StartState.java
//SOURCES Steps.java
//SOURCES VirtualPi.java
package netfix.lab;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The virtual Pi and the scenarios that are run on it. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        subcommands = {
            Lab.All.class,
            Lab.Exec.class,
            Lab.ListCommand.class,
            Lab.NeedsCommand.class,
            Lab.ResultsCommand.class,
            Lab.Run.class,
            Lab.Shell.class,
            Lab.Smoke.class,
            Lab.Up.class
        },
        description = "Builds a virtual Pi, breaks its network, and looks what netfix says.")
public final class Lab implements Callable<Integer> {

    @Option(
            names = "--btwifiset",
            paramLabel = "DIR",
            description = "Use the real btwifiset.py in DIR instead of the stand-in.")
    Path btwifiset;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many virtual Pis at a time (${DEFAULT-VALUE}).")
    int jobs;

    @Option(
            names = "--captures",
            paramLabel = "DIR",
            description =
                    "Keep the capture of each diagnosis in DIR: what tests/captures is made of.")
    Path captures;

    final Progress progress = new Progress(System.out, System.console() != null);

    public static void main(String... args) {
        CommandLine lab = new CommandLine(new Lab());
        lab.setExecutionExceptionHandler(
                (failure, command, parsed) -> {
                    if (failure instanceof LabFailure) {
                        command.getErr().println("lab: " + failure.getMessage());
                        return 3;
                    }
                    throw failure;
                });
        System.exit(lab.execute(args));
    }

    BtWifiSet whichBtWifiSet() {
        return btwifiset == null ? BtWifiSet.standIn() : BtWifiSet.in(btwifiset);
    }

    /** Without a subcommand: builds the virtual Pi where that is needed and runs the smoke set. */
    @Override
    public Integer call() {
        return run("smoke");
    }

    private int run(String set) {
        List<Scenario> chosen =
                Scenario.all(LabFolders.find()).stream()
                        .filter(scenario -> scenario.sets().contains(set))
                        .toList();
        return run(chosen);
    }

    private int run(List<Scenario> scenarios) {
        LabFolders folders = LabFolders.find();
        return run(scenarios, folders, new Results(folders, whichBtWifiSet()));
    }

    /** Runs scenarios, keeps how each ended, and sums up; none at all is a failure. */
    private int run(List<Scenario> scenarios, LabFolders folders, Results results) {
        Needs.check(folders, "needs");
        Map<String, Scenario> byName = new HashMap<>();
        scenarios.forEach(scenario -> byName.put(scenario.name(), scenario));
        List<Runner.Outcome> outcomes =
                new Runner(folders, whichBtWifiSet(), Optional.ofNullable(captures), progress)
                        .run(
                                scenarios,
                                jobs,
                                outcome -> {
                                    show(outcome);
                                    results.add(byName.get(outcome.scenario()), outcome);
                                });
        return sumUp(outcomes);
    }

    private void show(Runner.Outcome outcome) {
        progress.rest();
        progress.say(
                (outcome.passed() ? "passed " : "FAILED ")
                        + outcome.scenario()
                        + " ("
                        + outcome.seconds()
                        + " s)"
                        + (outcome.passed()
                                ? ""
                                : "\n" + outcome.failure().indent(4).stripTrailing()));
    }

    private int sumUp(List<Runner.Outcome> outcomes) {
        long passed = outcomes.stream().filter(Runner.Outcome::passed).count();
        progress.say(passed + " passed, " + (outcomes.size() - passed) + " failed");
        return passed == outcomes.size() && passed > 0 ? 0 : 1;
    }

    @Command(name = "list", description = "List the scenarios, the start states or the phrases.")
    static final class ListCommand implements Callable<Integer> {
        @Option(names = "--steps", description = "The phrases that a scenario is written in.")
        boolean steps;

        @Option(names = "--states", description = "The start states.")
        boolean states;

        @Override
        public Integer call() {
            LabFolders folders = LabFolders.find();
            if (steps) {
                Steps.TABLE.forEach(
                        phrase ->
                                System.out.println(
                                        (phrase.checks() ? "then " : "when ") + phrase.pattern()));
            } else if (states) {
                for (String name : StartState.names(folders)) {
                    System.out.printf("%-24s %s%n", name, StartState.named(name, folders).about());
                }
            } else {
                for (Scenario scenario : Scenario.all(folders)) {
                    System.out.printf(
                            "%-32s %-24s %s%n",
                            scenario.name(), scenario.state(), scenario.about());
                }
            }
            return 0;
        }
    }

    @Command(name = "run", description = "Run scenarios by name.")
    static final class Run implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Parameters(arity = "1..*", paramLabel = "NAME", description = "As `lab list` names them.")
        List<String> names;

        @Override
        public Integer call() {
            List<Scenario> all = Scenario.all(LabFolders.find());
            List<Scenario> chosen = new ArrayList<>();
            for (String name : names) {
                chosen.add(
                        all.stream()
                                .filter(scenario -> scenario.name().equals(name))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new LabFailure(
                                                        "there is no scenario \""
                                                                + name
                                                                + "\" (./jbang lab list)")));
            }
            return lab.run(chosen);
        }
    }

    @Command(name = "smoke", description = "Run the scenarios that every change must pass.")
    static final class Smoke implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Override
        public Integer call() {
            return lab.run("smoke");
        }
    }

    @Command(
            name = "all",
            description = {
                "Run every scenario that has not ended yet with the present sources.",
                "RESULTS.md is written at the end."
            })
    static final class All implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Option(names = "--fresh", description = "Run them all again.")
        boolean fresh;

        @Option(
                names = "--shard",
                paramLabel = "I/N",
                description = "Only the I-th of N parts, counted from 1.")
        String shard;

        @Override
        public Integer call() {
            LabFolders folders = LabFolders.find();
            BtWifiSet btwifiset = lab.whichBtWifiSet();
            Results results = new Results(folders, btwifiset);
            if (fresh) {
                results.forget();
            }
            List<Scenario> all = Scenario.all(folders);
            List<Scenario> mine = part(all);
            List<Scenario> open =
                    mine.stream().filter(scenario -> results.of(scenario).isEmpty()).toList();
            if (open.size() < mine.size()) {
                lab.progress.say((mine.size() - open.size()) + " have ended already");
            }
            if (!open.isEmpty()) {
                lab.run(open, folders, results);
            }
            lab.progress.say("written: " + results.publish(all));
            return lab.sumUp(mine.stream().map(results::of).flatMap(Optional::stream).toList());
        }

        private List<Scenario> part(List<Scenario> all) {
            if (shard == null) {
                return all;
            }
            Matcher part = Pattern.compile("([1-9][0-9]?)/([1-9][0-9]?)").matcher(shard);
            if (!part.matches()
                    || Integer.parseInt(part.group(1)) > Integer.parseInt(part.group(2))) {
                throw new LabFailure("--shard " + shard + ": not I/N with 1 <= I <= N");
            }
            int index = Integer.parseInt(part.group(1)) - 1;
            int of = Integer.parseInt(part.group(2));
            List<Scenario> mine = new ArrayList<>();
            for (int at = index; at < all.size(); at += of) {
                mine.add(all.get(at));
            }
            return mine;
        }
    }

    @Command(
            name = "results",
            description = "Write RESULTS.md: how each scenario ended last, and of which commit.")
    static final class ResultsCommand implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Override
        public Integer call() {
            LabFolders folders = LabFolders.find();
            Path file = new Results(folders, lab.whichBtWifiSet()).publish(Scenario.all(folders));
            lab.progress.say("written: " + file);
            return 0;
        }
    }

    @Command(name = "needs", description = "Print the Debian packages that the lab needs.")
    static final class NeedsCommand implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.println(String.join(" ", Needs.packages(LabFolders.find())));
            return 0;
        }
    }

    @Command(
            name = "shell",
            description =
                    "Boot a Pi in a start state and open a shell in it; without a terminal, run the"
                            + " commands on standard input.")
    static final class Shell implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Parameters(defaultValue = "bookworm", description = "The start state.")
        String state;

        @Override
        public Integer call() throws IOException {
            LabFolders folders = LabFolders.find();
            Moment moment = lab.moment(state, folders);
            lab.progress.rest();
            if (System.console() != null) {
                RunningPi.shell(moment, folders, lab.progress);
                return 0;
            }
            GuestResult result =
                    RunningPi.script(
                            moment, folders, System.in.readAllBytes(), Duration.ofHours(1));
            pass(result);
            return result.exit();
        }
    }

    private Moment moment(String state, LabFolders folders) {
        Needs.check(folders, "needs");
        return Moment.of(StartState.named(state, folders), folders, whichBtWifiSet(), progress);
    }

    private static void pass(GuestResult result) throws IOException {
        System.out.write(result.out());
        System.out.flush();
        System.err.write(result.err());
        System.err.flush();
    }

    @Command(
            name = "up",
            description =
                    "Boot a Pi in a start state and keep it up; it reboots when it is told to."
                            + " End it with Ctrl-C.")
    static final class Up implements Callable<Integer> {
        @CommandLine.ParentCommand Lab lab;

        @Parameters(defaultValue = "bookworm", description = "The start state.")
        String state;

        @Option(names = "--name", description = "What to call it in `lab exec` (the state's name).")
        String name;

        @Override
        public Integer call() throws IOException {
            LabFolders folders = LabFolders.find();
            Moment moment = lab.moment(state, folders);
            RunningPi.keepUp(moment, folders, name == null ? state : name, lab.progress);
            return 0;
        }
    }

    @Command(
            name = "exec",
            description =
                    "Run a command in a Pi that `lab up` keeps up; its exit code is this one's.")
    static final class Exec implements Callable<Integer> {
        @Parameters(index = "0", description = "The name of the Pi.")
        String name;

        @Parameters(index = "1..*", arity = "1..*", description = "The command and its arguments.")
        List<String> command;

        @Option(
                names = {"-i", "--input"},
                description = "Pass standard input on to it.")
        boolean input;

        @Option(
                names = "--limit",
                defaultValue = "600",
                description = "Seconds before it is killed.")
        long limit;

        @Override
        public Integer call() throws IOException {
            byte[] given = input ? System.in.readAllBytes() : new byte[0];
            GuestResult result =
                    RunningPi.run(
                            LabFolders.find(), name, command, given, Duration.ofSeconds(limit));
            pass(result);
            return result.exit();
        }
    }
}
