//DEPS info.picocli:picocli:4.7.7
//SOURCES Absences.java
//SOURCES Account.java
//SOURCES Aftermath.java
//SOURCES AlteredMachine.java
//SOURCES Answer.java
//SOURCES BadInput.java
//SOURCES Board.java
//SOURCES BootForecast.java
//SOURCES BootOrders.java
//SOURCES BootProofs.java
//SOURCES BtwifisetOrder.java
//SOURCES Capture.java
//SOURCES CaptureFile.java
//SOURCES CaptureFormat.java
//SOURCES Change.java
//SOURCES Cidr.java
//SOURCES Circumstances.java
//SOURCES Command.java
//SOURCES CommandResult.java
//SOURCES CommonOptions.java
//SOURCES Consent.java
//SOURCES CountryCode.java
//SOURCES DaemonEvents.java
//SOURCES DaemonFaults.java
//SOURCES DefaultRoute.java
//SOURCES DeviceFaults.java
//SOURCES DeviceSpec.java
//SOURCES DhcpIdentity.java
//SOURCES Dhcpcd.java
//SOURCES DhcpcdConf.java
//SOURCES DhcpcdSettings.java
//SOURCES Diagnosis.java
//SOURCES DiagnosticFiles.java
//SOURCES EndOfWatch.java
//SOURCES Evidence.java
//SOURCES ExclusiveControl.java
//SOURCES ExitCode.java
//SOURCES Explanation.java
//SOURCES FatFiles.java
//SOURCES Fault.java
//SOURCES Faults.java
//SOURCES FileStat.java
//SOURCES FileTree.java
//SOURCES Finding.java
//SOURCES FindingRow.java
//SOURCES Findings.java
//SOURCES FixOptions.java
//SOURCES ForeignOwners.java
//SOURCES ForwardingMachine.java
//SOURCES Fulfilment.java
//SOURCES Gateways.java
//SOURCES Glance.java
//SOURCES Ground.java
//SOURCES HostFaults.java
//SOURCES HtmlReport.java
//SOURCES IfupdownSettings.java
//SOURCES IniFile.java
//SOURCES InstallOptions.java
//SOURCES InstallPlan.java
//SOURCES InstallRun.java
//SOURCES Installation.java
//SOURCES Installed.java
//SOURCES Interfaces.java
//SOURCES IpAddress.java
//SOURCES IpSettings.java
//SOURCES Iw.java
//SOURCES JbangCatalog.java
//SOURCES Journal.java
//SOURCES Json.java
//SOURCES JsonReport.java
//SOURCES JsonText.java
//SOURCES KernelEvents.java
//SOURCES KernelLine.java
//SOURCES Keyfile.java
//SOURCES KnownGood.java
//SOURCES LeanJson.java
//SOURCES Link.java
//SOURCES LiveGateways.java
//SOURCES LiveMachine.java
//SOURCES LiveStreams.java
//SOURCES Look.java
//SOURCES Loss.java
//SOURCES Losses.java
//SOURCES Machine.java
//SOURCES MachineOfFiles.java
//SOURCES Manager.java
//SOURCES ManagerFaults.java
//SOURCES Measure.java
//SOURCES Measures.java
//SOURCES MonitorAnswers.java
//SOURCES MonitorFiles.java
//SOURCES MonitorMemory.java
//SOURCES MonitorService.java
//SOURCES MonitorStatus.java
//SOURCES Mount.java
//SOURCES Neighbour.java
//SOURCES Netplan.java
//SOURCES NetplanRenderer.java
//SOURCES NetworkManagerAtBoot.java
//SOURCES Networkd.java
//SOURCES NetworkdSettings.java
//SOURCES NewProfile.java
//SOURCES NmConfig.java
//SOURCES NmVersion.java
//SOURCES Nmcli.java
//SOURCES OldManagers.java
//SOURCES OldSources.java
//SOURCES Outlook.java
//SOURCES Owners.java
//SOURCES Parcel.java
//SOURCES PathFaults.java
//SOURCES PathTimes.java
//SOURCES Paths.java
//SOURCES Plan.java
//SOURCES PlanFolder.java
//SOURCES PlanReport.java
//SOURCES Portrait.java
//SOURCES Processes.java
//SOURCES Profile.java
//SOURCES ProfileFaults.java
//SOURCES Profiles.java
//SOURCES Phases.java
//SOURCES Progress.java
//SOURCES Pseudonyms.java
//SOURCES Reach.java
//SOURCES ReadableConfiguration.java
//SOURCES Reading.java
//SOURCES RecordingMachine.java
//SOURCES Recovery.java
//SOURCES Redaction.java
//SOURCES Removal.java
//SOURCES RepairAct.java
//SOURCES RepairHands.java
//SOURCES RepairSteps.java
//SOURCES ReplayedMachine.java
//SOURCES RescueForm.java
//SOURCES RescueWifi.java
//SOURCES Rfkill.java
//SOURCES RootedFix.java
//SOURCES RootedHands.java
//SOURCES RootedMachine.java
//SOURCES Route.java
//SOURCES ScanForecast.java
//SOURCES Scene.java
//SOURCES Script.java
//SOURCES SealedSources.java
//SOURCES ServiceMeasures.java
//SOURCES Services.java
//SOURCES ServiceFaults.java
//SOURCES Sessions.java
//SOURCES SdCard.java
//SOURCES SdCardOptions.java
//SOURCES Snapshot.java
//SOURCES SshClients.java
//SOURCES Ssid.java
//SOURCES Standing.java
//SOURCES StanzaEdit.java
//SOURCES Streams.java
//SOURCES SupplicantNetworks.java
//SOURCES SupplicantValue.java
//SOURCES SwitchFaults.java
//SOURCES SupportFiles.java
//SOURCES Switches.java
//SOURCES TakeOver.java
//SOURCES Terminal.java
//SOURCES TextReport.java
//SOURCES Thing.java
//SOURCES Things.java
//SOURCES Timeline.java
//SOURCES Transaction.java
//SOURCES Transition.java
//SOURCES Undo.java
//SOURCES Unit.java
//SOURCES UnitChanges.java
//SOURCES UnitFiles.java
//SOURCES Verdict.java
//SOURCES Verification.java
//SOURCES VerificationReport.java
//SOURCES Watch.java
//SOURCES WatchEvent.java
//SOURCES WatchFormat.java
//SOURCES WatchfulMachine.java
//SOURCES WatchLogs.java
//SOURCES WatchOnTerminal.java
//SOURCES WatchReport.java
//SOURCES WatchSource.java
//SOURCES Watchman.java
//SOURCES WiredProfile.java
//SOURCES WpaSupplicantConf.java
//SOURCES Writable.java
package netfix;

import picocli.AutoComplete;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Runs a script's command: bad usage and bad input are one line on standard error, never a stack
 * trace.
 */
public final class Cli {

    public static final String VERSION = "netfix 0.1.0";

    /** Before a command's name: its completion for bash, which install puts in place. */
    static final String COMPLETION = "--completion-script-for";

    /** What is no script of a Pi's, and is typed with root's rights all the same. */
    private static final List<String> INSTALLERS = List.of("install", "uninstall");

    /** What a verb's example says after the verb. A card in a reader is the user's own. */
    private static final Map<String, List<String>> SAMPLES =
            Map.of(
                    "sdcard", List.of("sdcard", "/media/$USER/bootfs", "--dry-run"),
                    "recover", List.of("recover", "--print"),
                    "hold", List.of("hold", "10"));

    private Cli() {}

    /** The exit status. */
    public static int run(Callable<Integer> command, String... args) {
        CommandLine cli = line(command, System.getenv());
        if (args.length == 2 && args[0].equals(COMPLETION)) {
            cli.getOut().print(completion(args[1], cli));
            cli.getOut().flush();
            return ExitCode.GOOD;
        }
        cli.setExecutionExceptionHandler((e, line, parsed) -> failed(e, line));
        cli.setParameterExceptionHandler((e, given) -> usage(e));
        try {
            int status = cli.execute(args);
            cli.getMixins().values().stream()
                    .filter(CommonOptions.class::isInstance)
                    .flatMap(mixin -> ((CommonOptions) mixin).phases().stream())
                    .forEach(line -> cli.getErr().println(name(cli) + ": " + line));
            return status;
        } catch (StackOverflowError | OutOfMemoryError e) {
            cli.getErr()
                    .println(
                            name(cli)
                                    + ": a fault of netfix itself ("
                                    + e.getClass().getSimpleName()
                                    + "); please report it");
            return ExitCode.UNKNOWN;
        } finally {
            cli.getOut().flush();
            cli.getErr().flush();
        }
    }

    /** With its name and the beginning of its help. */
    static CommandLine line(Callable<Integer> command, Map<String, String> environment) {
        CommandLine cli = new CommandLine(command);
        cli.setCaseInsensitiveEnumValuesAllowed(true);
        cli.getCommandSpec().versionProvider(Cli::version);
        // Every message of a verb's points to the verb's own help. The options for it are in the
        // verb's annotation: mixed in here, picocli 4.7 takes the arguments of its method for the
        // mixin's, and the verb ends with an IllegalArgumentException.
        Set.copyOf(cli.getSubcommands().values())
                .forEach(verb -> verb.getCommandSpec().versionProvider(Cli::version));
        Script.ALL.stream()
                .filter(script -> script.name().equals(cli.getCommandName()))
                .forEach(script -> named(cli, script, environment));
        if (INSTALLERS.contains(cli.getCommandName())) {
            example(cli, cli.getCommandName(), List.of("--dry-run"), environment);
        }
        return cli;
    }

    static String completion(String name, CommandLine cli) {
        return AutoComplete.bash(name, cli);
    }

    /**
     * Help begins with a line to type, which changes nothing; it and every message call the command
     * by the word with which it was started.
     */
    static void named(CommandLine cli, Script script, Map<String, String> environment) {
        String typed = typed(environment);
        if (!typed.isEmpty()) {
            cli.setCommandName(typed);
        }
        example(cli, script.name(), script.rehearsal(), environment);
        cli.getSubcommands()
                .forEach(
                        (verb, line) ->
                                example(
                                        line,
                                        script.name(),
                                        SAMPLES.getOrDefault(verb, List.of(verb)),
                                        environment));
    }

    private static void example(
            CommandLine cli, String name, List<String> words, Map<String, String> environment) {
        String start =
                words.contains("sdcard") ? again(name, environment) : asRoot(name, environment);
        cli.getCommandSpec()
                .usageMessage()
                .header(("Example: " + start + " " + String.join(" ", words)).strip(), "");
    }

    /** What a report of a fault has to say. The sources are told by the beginning of their hash. */
    private static String[] version() {
        return new String[] {
            VERSION + " (sources " + Installation.stamp().substring(0, 12) + ")",
            "JBang " + Parcel.pinned("version") + " or newer",
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vendor"),
            new LiveMachine()
                            .read("/etc/os-release")
                            .orElse("")
                            .lines()
                            .filter(line -> line.startsWith("PRETTY_NAME="))
                            .map(line -> line.substring(12).replace("\"", "") + ", ")
                            .findFirst()
                            .orElse("")
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.version")
                    + " "
                    + System.getProperty("os.arch")
        };
    }

    /**
     * The command line with which root gets a script the way that this run was started: sudo has a
     * PATH of its own, on which a jbang in a home or a checkout is not.
     *
     * @param environment in which JBang, and this project's ./jbang too, leave the launcher's path
     */
    static String asRoot(String script, Map<String, String> environment) {
        if (!typed(environment).isEmpty()) {
            // Who types one launcher's name has the others, too.
            return "sudo "
                    + Script.ALL.stream()
                            .filter(it -> it.name().equals(script))
                            .map(Script::command)
                            .findFirst()
                            .orElse(script + "@netfix");
        }
        String launcher = environment.getOrDefault("JBANG_LAUNCH_CMD", "");
        return "sudo "
                + (launcher.isEmpty() ? "jbang" : Command.quoted(launcher))
                + " "
                + script
                + "@netfix";
    }

    /** The words with which a script goes to what is mounted there. */
    static String onRoot(Path root) {
        return " --root " + Command.quoted(root.toString());
    }

    /** The same by whoever typed this run's: a card in a reader seldom wants root. */
    static String again(String script, Map<String, String> environment) {
        String line = asRoot(script, environment);
        return environment.containsKey("SUDO_USER") ? line : line.substring("sudo ".length());
    }

    /** The launcher's name (launcher.sh); empty where none was used. */
    private static String typed(Map<String, String> environment) {
        return environment.getOrDefault("NETFIX_COMMAND", "");
    }

    private static int usage(CommandLine.ParameterException e) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(
                name(line)
                        + ": "
                        + Terminal.safe(firstLine(e.getMessage()))
                        + "; see "
                        + name(line)
                        + " --help");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine line) {
        boolean verbose =
                line.getParseResult() != null
                        && line.getParseResult().hasMatchedOption("--verbose");
        if (e instanceof BadInput bad) {
            line.getErr().println(name(line) + ": " + Terminal.safe(firstLine(e.getMessage())));
            return bad.exitCode();
        }
        line.getErr()
                .println(
                        name(line)
                                + ": a fault of netfix itself ("
                                + Terminal.safe(String.valueOf(e))
                                + "); please report it"
                                + (verbose ? "" : ", with what --verbose prints"));
        if (verbose) {
            e.printStackTrace(line.getErr());
        }
        return ExitCode.UNKNOWN;
    }

    private static String name(CommandLine line) {
        return line.getCommandSpec().qualifiedName();
    }

    private static String firstLine(String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }
}
