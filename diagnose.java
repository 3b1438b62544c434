///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=40 -XX:+UseSerialGC -XX:-UsePerfData
//JAVA_OPTIONS -Xshare:auto -Xlog:disable -Xmx224m
//SOURCES lib/Cli.java

// netfix diagnose: looks at the network of this machine, watches it while the phone is used, and
// says what broke, what broke it, how it knows, and what to do. It changes nothing but its own
// reports in /var/log/network-diagnostics: there is nothing to preview and nothing to take back.
//
//   ./jbang diagnose                      look, watch two minutes, compare (sudo sees more)
//   ./jbang diagnose --watch 0            look at this machine once
//   ./jbang diagnose --root /mnt/card     look at a mounted card
//   ./jbang diagnose --capture pi.tar.gz  look, and keep what was seen, passwords taken out
//   ./jbang diagnose --from pi.tar.gz     the same analysis of that, on any machine
//   ./jbang diagnose --explain CODE       what a finding means
//
// What counts as wrong is one table: lib/Findings.java. A new row there is a new diagnosis.

import netfix.Aftermath;
import netfix.BadInput;
import netfix.Capture;
import netfix.CaptureFile;
import netfix.Cli;
import netfix.CommonOptions;
import netfix.Diagnosis;
import netfix.DiagnosticFiles;
import netfix.EndOfWatch;
import netfix.ExitCode;
import netfix.Explanation;
import netfix.JsonReport;
import netfix.LiveStreams;
import netfix.Look;
import netfix.Machine;
import netfix.Progress;
import netfix.Pseudonyms;
import netfix.RecordingMachine;
import netfix.ReplayedMachine;
import netfix.Snapshot;
import netfix.SupportFiles;
import netfix.Terminal;
import netfix.TextReport;
import netfix.Watch;
import netfix.WatchLogs;
import netfix.WatchOnTerminal;
import netfix.WatchReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

@Command(
        name = "diagnose",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description =
                "Looks at the network and says what is wrong with it and why. Changes nothing.",
        footer = {
            "",
            "Exit status: 0 healthy, 1 problems found, 2 wrong usage or input, 3 could not tell"
                    + " (try sudo)."
        })
public class diagnose implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            description =
                    "How long to watch what the phone does to the network; Enter or Ctrl-C ends it."
                        + " 0 is one look, and all there is of a card or a capture. Default: 120 on"
                        + " a terminal, else 0.")
    Integer watch;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where to keep the report and the logs. A watch keeps them in any case, usually"
                        + " in /var/log/network-diagnostics; one look only where this is given.")
    Path out;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "How many runs stay there. Default: ${DEFAULT-VALUE}.",
            defaultValue = "10")
    int keep;

    @Option(
            names = "--capture",
            paramLabel = "FILE.tar.gz",
            description = "Keep what was seen, passwords taken out, for --from.")
    Path capture;

    @Option(
            names = "--anonymous",
            description =
                    "Other names for networks, profiles, hosts, MACs and public addresses in all"
                        + " that is printed and kept; the same ones on this machine every time.")
    boolean anonymous;

    @Option(names = "--list", description = "Show what can be found, one line each.")
    boolean list;

    @Option(
            names = "--explain",
            paramLabel = "CODE",
            description = "Show one finding in full: why, how it is recognised, what to do.")
    String explain;

    public static void main(String... args) {
        System.exit(Cli.run(new diagnose(), args));
    }

    @Override
    public Integer call() {
        if (list || explain != null) {
            System.out.print(
                    explain == null
                            ? Explanation.list(common.json)
                            : Explanation.of(explain, common.json, common.terminal()));
            return ExitCode.GOOD;
        }
        int seconds = seconds();
        if (keep < 1) {
            throw new BadInput("--keep " + keep + ": give 1 or more");
        }
        if (capture != null) {
            CaptureFile.mayBeWritten(capture);
        }
        return seconds > 0 ? watched(seconds) : lookedOnce();
    }

    private int lookedOnce() {
        Machine machine = common.machine();
        if (machine instanceof ReplayedMachine given) {
            return again(machine, given.capture());
        }
        if (capture == null && !anonymous) {
            return reported(Diagnosis.of(look(machine)), () -> null);
        }
        RecordingMachine recording = new RecordingMachine(machine);
        Snapshot snapshot = look(recording);
        return anonymous
                ? again(machine, recording.capture())
                : reported(Diagnosis.of(snapshot), () -> supported(recording));
    }

    /** Looks at what was read of a machine, with the names that are to be shown. */
    private int again(Machine machine, Capture read) {
        Capture shown = anonymous ? Pseudonyms.of(machine).of(read) : read;
        ReplayedMachine replayed = ReplayedMachine.inPlaceOf(machine, shown);
        Optional<Watch.Observed> watched = replayed.watched();
        return watched.isPresent()
                ? reported(Aftermath.of(watched.get()), () -> shown)
                : reported(Diagnosis.of(look(replayed)), () -> shown);
    }

    /** The exit status. */
    private int reported(Diagnosis diagnosis, Supplier<Capture> bundle) {
        System.out.print(
                common.json
                        ? JsonReport.of(diagnosis) + "\n"
                        : TextReport.of(diagnosis, common.terminal()));
        System.out.flush();
        int files = out == null ? ExitCode.GOOD : files(WatchLogs.of(diagnosis), Instant.now());
        return ExitCode.of(diagnosis.exitCode(), files, keep(bundle));
    }

    /** With what whoever helps asks for. */
    private static Capture supported(RecordingMachine recording) {
        SupportFiles.ask(recording);
        return recording.capture();
    }

    /**
     * @throws BadInput where something else than a running machine is to be watched
     */
    private int seconds() {
        if (watch == null) {
            return common.thisMachine() && Terminal.isTerminal(1) ? Watch.USUAL_SECONDS : 0;
        }
        if (watch < 0 || watch > Watch.MOST_SECONDS) {
            throw new BadInput(
                    "--watch " + watch + ": give 0 to " + Watch.MOST_SECONDS + " seconds");
        }
        if (watch > 0 && !common.thisMachine()) {
            throw new BadInput(
                    "--watch " + watch + ": a card or a capture does not change; leave it out");
        }
        return watch;
    }

    /** Looks, watches while the phone is used, looks again, and compares. */
    private int watched(int seconds) {
        Machine machine = common.machine();
        RecordingMachine.Both recording =
                capture == null && !anonymous ? null : new RecordingMachine.Both(machine);
        WatchOnTerminal terminal =
                WatchOnTerminal.onStandardError(
                        anonymous ? Optional.of(Pseudonyms.of(machine)) : Optional.empty());
        try (EndOfWatch end = EndOfWatch.byHand(machine)) {
            terminal.opening();
            Watch.Observed observed =
                    Watch.of(
                            machine,
                            recording == null ? Watch.Ends.of(machine) : recording,
                            end.ending(new LiveStreams()),
                            Duration.ofSeconds(seconds),
                            terminal,
                            end::isOver);
            terminal.done();
            return end.reported(
                    anonymous
                            ? again(machine, recording.capture(observed))
                            : reported(
                                    Aftermath.of(observed),
                                    () -> {
                                        SupportFiles.ask(recording.last());
                                        return recording.capture(observed);
                                    }));
        }
    }

    /** The exit status. */
    private int reported(Aftermath aftermath, Supplier<Capture> bundle) {
        System.out.print(
                common.json
                        ? WatchReport.json(aftermath) + "\n"
                        : WatchReport.of(aftermath, common.terminal()));
        System.out.flush();
        boolean wanted = out != null || common.thisMachine();
        int files =
                wanted
                        ? files(WatchLogs.of(aftermath), aftermath.observed().started())
                        : ExitCode.GOOD;
        return ExitCode.of(aftermath.exitCode(), files, keep(bundle));
    }

    /**
     * After the report too. Where nobody asked for files, none of them costs no more than a word.
     */
    private int files(Map<String, String> texts, Instant at) {
        try {
            DiagnosticFiles.Kept kept =
                    out == null
                            ? DiagnosticFiles.usual(texts, at, keep)
                            : DiagnosticFiles.in(out, texts, at, keep);
            if (!common.json) {
                System.out.println(Terminal.safe(kept.shown()));
            } else if (!kept.instead().isEmpty()) {
                System.err.println("diagnose: " + Terminal.safe(kept.shown()));
            }
            return ExitCode.GOOD;
        } catch (BadInput e) {
            System.err.println("diagnose: " + Terminal.safe(e.getMessage()));
            return out == null ? ExitCode.GOOD : ExitCode.UNKNOWN;
        }
    }

    /** After the report, which a full disk must not cost. */
    private int keep(Supplier<Capture> bundle) {
        if (capture == null) {
            return ExitCode.GOOD;
        }
        try {
            CaptureFile.save(bundle.get(), capture);
            return ExitCode.GOOD;
        } catch (BadInput e) {
            System.err.println("diagnose: no capture was kept: " + e.getMessage());
            return ExitCode.UNKNOWN;
        }
    }

    private Snapshot look(Machine machine) {
        try (Progress progress = common.progress()) {
            return Look.at(machine, progress);
        }
    }
}
