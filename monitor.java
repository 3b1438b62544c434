///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx48m -Xss256k
//JAVA_OPTIONS -Xlog:disable
//SOURCES lib/Cli.java

// netfix monitor: watches the network of this Pi and does the smallest thing that heals a fault, as
// soon as it is there. It leaves alone what is nobody's fault (a cable that is out, an access point
// that is off) and what somebody who is logged in is working at; it never reboots.
//
//   sudo ./jbang monitor --no-repair     says what it sees, and changes nothing
//   sudo ./jbang monitor --once          looks once, repairs what it can, and says what helped
//   sudo ./jbang monitor                 watches and repairs until it is ended
//   ./jbang monitor status               what the running one sees, did, and what helped
//   sudo ./jbang monitor hold 30         hands off for half an hour, while another path works
//
// What it does about which fault is one table: lib/RepairSteps.java.

import netfix.BadInput;
import netfix.Cli;
import netfix.CommonOptions;
import netfix.LiveMachine;
import netfix.MonitorAnswers;
import netfix.MonitorService;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "monitor",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description = "Watches this Pi's network, and repairs it by the smallest step that helps.",
        footer = {
            "",
            "Exit status: 0 healthy or ended, 1 problems found or monitor is not running (status),"
                    + " 2 wrong usage or input, 3 could not tell or not allowed (try sudo)."
        })
public class monitor implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();

    @Option(names = "--no-repair", description = "Say what is seen; change nothing.")
    boolean noRepair;

    @Option(names = "--once", description = "Look once, repair what can be, and end.")
    boolean once;

    @Option(
            names = "--prometheus",
            paramLabel = "FILE",
            description = {
                "Keep metrics in FILE, for node_exporter's textfile collector.",
                "Without it: in the file that NETFIX_PROMETHEUS names."
            })
    Path metrics;

    public static void main(String... args) {
        // As a service it has no option, and what reads them stays out of its memory.
        System.exit(args.length == 0 ? MonitorService.asService() : Cli.run(new monitor(), args));
    }

    @Override
    public Integer call() {
        LiveMachine machine = here();
        boolean root = MonitorAnswers.isRoot(machine, !noRepair);
        MonitorService service =
                MonitorService.here(
                        machine,
                        !noRepair,
                        Optional.ofNullable(metrics)
                                .or(() -> MonitorService.metricsFile(System.getenv())),
                        root && !(noRepair && once),
                        System.out);
        return once ? service.once() : service.watch();
    }

    /** A card or a capture is a moment: there is nothing to watch. */
    private LiveMachine here() {
        if (!common.thisMachine()) {
            throw new BadInput(
                    "monitor watches the machine that it runs on; for a card or a"
                            + " capture there is diagnose");
        }
        return new LiveMachine();
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "What the running monitor sees, the last incidents, and what helped.")
    int status() {
        return MonitorAnswers.status(here(), common.json, System.out);
    }

    @Command(
            name = "hold",
            mixinStandardHelpOptions = true,
            description = "Hands off for some minutes, as long as another path works; 0 ends it.")
    int hold(
            @Parameters(paramLabel = "MIN", description = "Minutes, at most a day (1440).")
                    int minutes) {
        return MonitorAnswers.hold(here(), minutes, System.out);
    }
}
