package netfix;

import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What install and uninstall can both be told, and what both ask before they do anything. */
final class InstallOptions {

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description =
                    "The image mounted at DIR instead of this machine; what install puts there is"
                            + " built at its first start.")
    Path root;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Without a terminal nothing is done without it.")
    boolean yes;

    @Option(names = "--dry-run", description = "Show the plan only.")
    boolean dryRun;

    @Option(names = "--verbose", description = "Stack traces, where netfix itself is at fault.")
    boolean verbose;

    Machine machine() {
        return root == null ? new LiveMachine() : new RootedMachine(root);
    }

    InstallRun run(PrintStream narration) {
        return new InstallRun(Optional.ofNullable(root), narration);
    }

    void show(List<String> plan) {
        plan.forEach(line -> System.out.println(Terminal.safe(line)));
    }

    /**
     * @param verb install or uninstall
     * @throws BadInput where it is not allowed, or the image is the machine that this runs on
     */
    boolean agreed(Machine machine, String verb) {
        Optional.ofNullable(root).ifPresent(RootedMachine::notThisMachine);
        if (root == null && !Look.isRoot(machine)) {
            throw BadInput.notAllowed(
                    "not allowed: " + verb + " changes files of root's; use sudo");
        }
        return Consent.given(yes, verb);
    }
}
