///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -Xlog:disable
//SOURCES Cli.java
//SOURCES ../bootdiag.java
//SOURCES ../diagnose.java
//SOURCES ../fix.java
//SOURCES ../monitor.java
//SOURCES ../verify.java
//SOURCES Uninstall.java
package netfix;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;
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

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Into the image mounted at DIR instead; its first start builds it there.")
    Path root;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Without a terminal nothing is done without it.")
    boolean yes;

    @Option(names = "--dry-run", description = "Show the plan only.")
    boolean dryRun;

    @Option(
            names = "--fix",
            description =
                    "With --yes: then put in place what keeps this Pi reachable, as fix --yes does;"
                            + " the exit status is fix's.")
    boolean fix;

    @Option(names = "--verbose", description = "Stack traces, where netfix itself is at fault.")
    boolean verbose;

    public static void main(String... args) {
        System.exit(Cli.run(new Install(), args));
    }

    @Override
    public Integer call() {
        if (fix && (!yes || root != null)) {
            throw new BadInput(
                    root != null
                            ? "--fix: an image is fixed by ./jbang fix --root " + root
                            : "--fix does not ask in between: add --yes, or install and then look"
                                    + " at the plan of sudo fix-network-stability.sh");
        }
        Machine machine = root == null ? new LiveMachine() : new RootedMachine(root);
        Parcel parcel = Parcel.ofThisRun();
        InstallPlan plan =
                InstallPlan.of(machine, parcel, Account.concerned(machine, System.getenv()));
        plan.shown().forEach(line -> System.out.println(Terminal.safe(line)));
        if (dryRun) {
            return ExitCode.PROBLEMS;
        }
        if (root == null && !Look.isRoot(machine)) {
            throw BadInput.notAllowed("not allowed: install writes files of root's; use sudo");
        }
        if (!Consent.given(yes, "install")) {
            return ExitCode.USAGE;
        }
        InstallRun run = new InstallRun(Optional.ofNullable(root), System.out);
        int status = run.install(plan, parcel.repository());
        if (status == ExitCode.GOOD) {
            System.out.println("Installed. Look first: sudo " + Script.ALL.get(0).command());
            System.out.println(
                    "It works without a network. Taken back by: sudo jbang uninstall@netfix");
        }
        return status == ExitCode.GOOD && fix ? run.fix() : status;
    }
}
