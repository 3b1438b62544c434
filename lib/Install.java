///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx128m -Xlog:disable
//SOURCES Cli.java
//SOURCES ../bootdiag.java
//SOURCES ../diagnose.java
//SOURCES ../fix.java
//SOURCES ../monitor.java
//SOURCES ../verify.java
//SOURCES Uninstall.java
package netfix;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/**
 * netfix install: puts the scripts and lib into /usr/local/lib/netfix, where they are found and
 * edited, with all that they need without a network, and a command for each into /usr/local/bin. It
 * shows its plan and asks; uninstall takes all of it back.
 *
 * <p>All scripts are among its sources: what it is built into is what the launchers start, each
 * with its own JVM options. Here those of all apply, and of those that say the same the last one's:
 * so Uninstall stands last, with enough memory for this.
 */
@Command(
        name = "install",
        version = Cli.VERSION,
        mixinStandardHelpOptions = true,
        description = "Installs netfix on this machine, to be used without a network.",
        footer = {
            "",
            "Exit status: 0 installed, 1 there is something to do (--dry-run), 2 wrong usage or"
                    + " input, nothing done, 3 not allowed (try sudo), or it could not be built."
        })
public final class Install implements Callable<Integer> {

    @Mixin InstallOptions options = new InstallOptions();

    @Option(
            names = "--fix",
            description =
                    "With --yes: then put in place what keeps this Pi reachable, as fix --yes does;"
                            + " the exit status is fix's.")
    boolean fix;

    public static void main(String... args) {
        System.exit(Cli.run(new Install(), args));
    }

    @Override
    public Integer call() {
        if (fix && (!options.yes || options.root != null)) {
            throw new BadInput(
                    options.root != null
                            ? "--fix: an image is fixed by "
                                    + Cli.asRoot("fix", System.getenv())
                                    + Cli.onRoot(options.root)
                            : "--fix does not ask in between: add --yes, or install and then look"
                                    + " at the plan of sudo fix-network-stability.sh");
        }
        Machine machine = options.machine();
        Parcel parcel = Parcel.ofThisRun();
        InstallPlan plan =
                InstallPlan.of(machine, parcel, Account.concerned(machine, System.getenv()));
        options.show(plan.shown());
        if (options.dryRun) {
            return ExitCode.PROBLEMS;
        }
        if (!options.agreed(machine, "install")) {
            return ExitCode.USAGE;
        }
        InstallRun run = options.run(System.out);
        int status = run.install(plan, parcel.repository());
        if (status == ExitCode.GOOD) {
            run.next(System.getenv()).forEach(System.out::println);
        }
        return status == ExitCode.GOOD && fix ? run.fix() : status;
    }
}
