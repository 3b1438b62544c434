///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx128m -Xlog:disable
//SOURCES Cli.java
package netfix;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * netfix uninstall: takes away all that install put on this machine, and puts back what was there
 * before. It shows its plan and asks.
 */
@Command(
        name = "uninstall",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description = "Takes away what install has put on this machine.",
        footer = {
            "",
            "Exit status: 0 gone, or never there, 1 there is something to do (--dry-run), 2 wrong"
                    + " usage, or a fix is in force, nothing done, 3 not allowed (try sudo)."
        })
public final class Uninstall implements Callable<Integer> {

    @Mixin InstallOptions options = new InstallOptions();

    public static void main(String... args) {
        System.exit(Cli.run(new Uninstall(), args));
    }

    @Override
    public Integer call() {
        Machine machine = options.machine();
        Optional<Removal> removal = Removal.of(machine);
        if (removal.isEmpty()) {
            System.out.println("Nothing to do: install has put nothing here.");
            return ExitCode.GOOD;
        }
        options.show(removal.get().shown());
        if (options.dryRun) {
            return ExitCode.PROBLEMS;
        }
        Removal.refuseWhileInUse(machine, Optional.ofNullable(options.root));
        return options.agreed(machine, "uninstall")
                ? options.run(System.out).uninstall(removal.get())
                : ExitCode.USAGE;
    }
}
