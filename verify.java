///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 -XX:+UseSerialGC -XX:-UsePerfData
//JAVA_OPTIONS -Xshare:auto -Xlog:disable
//SOURCES lib/Cli.java

// netfix verify: says for each measure whether it is in place, missing, or not needed here, and
// whether this machine is reachable now and after its next boot. It changes nothing.
//
//   sudo ./jbang verify                     look at this machine
//   ./jbang verify --root /mnt/card         look at a mounted card
//   sudo ./jbang verify --prometheus        for node_exporter's textfile collector
//
// What counts as fixed is one table: lib/Measures.java.

import netfix.BadInput;
import netfix.Cli;
import netfix.CommonOptions;
import netfix.Machine;
import netfix.Progress;
import netfix.Scene;
import netfix.Transaction;
import netfix.Verification;
import netfix.VerificationReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

@Command(
        name = "verify",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description = "Says whether netfix's measures are in place. Changes nothing.",
        footer = {
            "",
            "Exit status: 0 all in place, 1 something is missing, or nobody reaches this machine"
                    + " now or after its next boot, 2 wrong usage or input, 3 could not tell (try"
                    + " sudo)."
        })
public class verify implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--prometheus",
            description = "Print metrics for node_exporter's textfile collector.")
    boolean prometheus;

    public static void main(String... args) {
        System.exit(Cli.run(new verify(), args));
    }

    @Override
    public Integer call() {
        if (prometheus && common.json) {
            throw new BadInput("--json and --prometheus: one of them; each is a whole output");
        }
        Machine machine = common.machine();
        Scene scene;
        try (Progress progress = common.progress()) {
            scene = Scene.at(machine, progress);
        }
        scene.warnings().forEach(line -> System.err.println("Warning: " + line));
        Verification verification = Verification.of(scene, Transaction.state(machine));
        System.out.print(
                prometheus
                        ? VerificationReport.prometheus(verification)
                        : common.json
                                ? VerificationReport.json(verification) + "\n"
                                : VerificationReport.text(verification, common.terminal()));
        return verification.exitCode();
    }
}
