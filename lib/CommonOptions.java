package netfix;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The options that every netfix command has. */
public final class CommonOptions {

    enum When {
        auto,
        always,
        never
    }

    @Option(
            scope = ScopeType.INHERIT,
            names = "--json",
            description =
                    "One JSON document on standard output; everything else goes to standard error.")
    public boolean json;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--root",
            paramLabel = "DIR",
            description = "Look at the card or image mounted at DIR instead of this machine.")
    Path root;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--from",
            paramLabel = "CAPTURE",
            description =
                    "Look at a capture (.tar.gz, or its folder) made with diagnose --capture.")
    Path from;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--verbose",
            description =
                    "Say at the end where the time went, and where netfix itself is at fault, how.")
    public boolean verbose;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--color",
            paramLabel = "WHEN",
            description =
                    "auto, always or never; NO_COLOR is heeded too. Default: ${DEFAULT-VALUE}.",
            defaultValue = "auto")
    When color;

    private Optional<Phases> phases = Optional.empty();

    /**
     * The machine that the options name.
     *
     * @throws BadInput where it cannot be looked at
     */
    public Machine machine() {
        if (root != null && from != null) {
            throw new BadInput(
                    "--root and --from exclude each other: give the mounted card or the capture");
        }
        if (root != null) {
            return new RootedMachine(root);
        }
        return from != null
                ? new ReplayedMachine(CaptureFile.load(from), from.toString())
                : new LiveMachine();
    }

    /** While this machine is looked at. */
    public Progress progress() {
        if (verbose && phases.isEmpty()) {
            phases = Optional.of(Phases.ofThisRun());
        }
        return Progress.onTerminal(phases);
    }

    /** Where the time went, in lines for standard error; none where nobody asked. */
    List<String> phases() {
        return phases.map(Phases::told).orElse(List.of());
    }

    /** Whether it is the machine that this runs on: it alone can be watched. */
    public boolean thisMachine() {
        return root == null && from == null;
    }

    /**
     * The mounted card that is to be changed, where one is named.
     *
     * @throws BadInput where it is no card but the machine that this runs on
     */
    public Optional<Path> mountedRoot() {
        Optional.ofNullable(root).ifPresent(RootedMachine::notThisMachine);
        return Optional.ofNullable(root);
    }

    public Terminal terminal() {
        boolean colour =
                switch (color) {
                    case always -> true;
                    case never -> false;
                    case auto ->
                            Terminal.isTerminal(1)
                                    && System.getenv("NO_COLOR") == null
                                    && !"dumb".equals(System.getenv("TERM"));
                };
        return new Terminal(
                colour && !json,
                Terminal.isTerminal(1) && !json ? Terminal.COLUMNS : Integer.MAX_VALUE);
    }
}
