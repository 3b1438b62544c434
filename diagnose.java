///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=40 -XX:+UseSerialGC
//JAVA_OPTIONS -Xshare:auto -Xlog:disable
//SOURCES lib/Cli.java

// netfix diagnose: looks at the network of this machine and says what is wrong with it, why, how it
// knows, and what to do. It changes nothing: there is nothing to preview and nothing to take back.
//
//   ./jbang diagnose                      look at this machine (with sudo it sees more)
//   ./jbang diagnose --root /mnt/card     look at a mounted card
//   ./jbang diagnose --capture pi.tar.gz  look, and keep what was seen, passwords taken out
//   ./jbang diagnose --from pi.tar.gz     the same analysis of that, on any machine
//   ./jbang diagnose --explain CODE       what a finding means
//
// What counts as wrong is one table: lib/Findings.java. A new row there is a new diagnosis.

import netfix.BadInput;
import netfix.CaptureFile;
import netfix.Cli;
import netfix.CommonOptions;
import netfix.Diagnosis;
import netfix.ExitCode;
import netfix.Explanation;
import netfix.JsonReport;
import netfix.Look;
import netfix.Machine;
import netfix.Progress;
import netfix.RecordingMachine;
import netfix.Snapshot;
import netfix.TextReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

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
            description = "How long to watch; 0 is one look.",
            defaultValue = "0")
    int watch;

    @Option(
            names = "--capture",
            paramLabel = "FILE.tar.gz",
            description = "Keep what was seen, passwords taken out, for --from.")
    Path capture;

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
                            : Explanation.of(explain, common.json));
            return ExitCode.GOOD;
        }
        if (watch != 0) {
            throw new BadInput(
                    "--watch "
                            + watch
                            + ": this version looks once; leave it out or give --watch 0");
        }
        if (capture != null) {
            CaptureFile.mayBeWritten(capture);
        }
        RecordingMachine recording =
                capture == null ? null : new RecordingMachine(common.machine());
        Diagnosis diagnosis = Diagnosis.of(look(capture == null ? common.machine() : recording));
        System.out.print(
                common.json
                        ? JsonReport.of(diagnosis) + "\n"
                        : TextReport.of(diagnosis, common.terminal()));
        System.out.flush();
        return Math.max(diagnosis.exitCode(), capture == null ? 0 : keep(recording));
    }

    /** After the report, which a full disk must not cost. */
    private int keep(RecordingMachine recording) {
        try {
            CaptureFile.save(recording.capture(), capture);
            return ExitCode.GOOD;
        } catch (BadInput e) {
            System.err.println("diagnose: no capture was kept: " + e.getMessage());
            return ExitCode.UNKNOWN;
        }
    }

    private static Snapshot look(Machine machine) {
        try (Progress progress = Progress.onTerminal()) {
            return Look.at(machine, progress);
        }
    }
}
