package netfix;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Starts the transaction and tells what it does; what it does, and what takes it back, is
 * transaction.sh in a unit of its own: losing the terminal changes nothing.
 */
public final class Transaction {

    private static final String SCRIPT = PlanFolder.BASE + "/transaction.sh";
    private static final long LOOK_EVERY_MS = 200;
    private static final String TOLD = "/run/netfix-undo.log";
    private static final String UNDONE = "/run/netfix/undo.result";

    private final Writable machine;
    private final PrintStream narration;

    /**
     * @param narration where what happens is told as it happens
     */
    public Transaction(Writable machine, PrintStream narration) {
        this.machine = machine;
        this.narration = narration;
    }

    /**
     * @param name none, open, restoring, unconfirmed, confirmed, rolled-back
     * @param fix its number; empty where none
     */
    public record State(String name, String fix) {
        public boolean pending() {
            return Set.of("open", "restoring", "unconfirmed").contains(name);
        }
    }

    public static State state(Machine machine) {
        String[] words = machine.read(PlanFolder.BASE + "/state").orElse("none").strip().split(" ");
        return new State(words[0], words.length > 1 ? words[1] : "");
    }

    /**
     * Does what is planned, shows each step, and returns the exit status.
     *
     * @throws BadInput where another fix is open or cannot be begun
     */
    public int run(Plan plan, List<String> paths) throws IOException {
        State state = state(machine);
        if (state.pending()) {
            throw new BadInput(
                    "fix "
                            + state.fix()
                            + " is "
                            + state.name()
                            + ": the next boot confirms it, or `fix confirm`; `fix undo` takes it"
                            + " back");
        }
        String fix = PlanFolder.next(machine);
        String folder = PlanFolder.BASE + "/" + fix;
        begin(plan, paths, fix, folder);
        Thread interrupted = new Thread(() -> onInterrupt(folder));
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            CommandResult started =
                    machine.run(
                            Command.of("systemctl", "start", "--no-block", "netfix-apply.service"));
            if (!started.ok()) {
                throw new IOException(started.failure());
            }
            return follow(folder + "/narration", folder + "/result");
        } finally {
            Runtime.getRuntime().removeShutdownHook(interrupted);
        }
    }

    /** All that has to be on the disk before the first change, and the two nets under it. */
    private void begin(Plan plan, List<String> paths, String fix, String folder) {
        try {
            machine.stage(folder, PlanFolder.of(plan, paths, "0:0"));
            machine.write(SCRIPT, PlanFolder.script(), 0700);
            String patience = System.getenv().getOrDefault("NETFIX_PATIENCE", "1");
            machine.write(
                    PlanFolder.BASE + "/patience",
                    (patience + "\n").getBytes(StandardCharsets.UTF_8),
                    0600);
            must("prepare", fix);
            must("arm", fix);
        } catch (IOException e) {
            machine.run(Command.of("rm", "-rf", folder));
            String why =
                    e instanceof FileSystemException f && f.getReason() != null
                            ? f.getFile() + ": " + f.getReason()
                            : e.getMessage();
            throw new BadInput("nothing was changed: " + why);
        }
    }

    private void must(String verb, String fix) throws IOException {
        int status = machine.runShown(List.of("sh", SCRIPT, verb, fix), narration);
        if (status != 0) {
            throw new IOException(SCRIPT + " " + verb + " ended with " + status);
        }
    }

    /** Prints what is narrated, line by line, until there is a result. */
    private int follow(String told, String end) {
        int shown = 0;
        Optional<String> result;
        do {
            result = machine.read(end).value().filter(r -> r.endsWith("\n"));
            String all = machine.read(told).orElse("");
            int whole = all.lastIndexOf('\n') + 1;
            if (whole > shown) {
                all.substring(shown, whole)
                        .lines()
                        .forEach(line -> narration.println(Terminal.safe(line)));
                narration.flush();
                shown = whole;
            }
            if (result.isEmpty()) {
                pause();
            }
        } while (result.isEmpty());
        return Integer.parseInt(result.get().lines().findFirst().orElse("5").strip());
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ctrl-C takes the fix back. A lost terminal (SSH over the very interface that changes) also
     * ends this process, and must change nothing: then there is no /dev/tty any more.
     */
    private void onInterrupt(String folder) {
        try (var tty = Files.newInputStream(Path.of("/dev/tty"))) {
            // Only whether it opens matters.
            if (tty == null) {
                return;
            }
        } catch (IOException e) {
            return;
        }
        machine.run(
                new Command(
                        List.of("systemctl", "start", "netfix-rollback.service"),
                        Command.USUAL_TIMEOUT.multipliedBy(60)));
        int status = follow(folder + "/narration", folder + "/result");
        narration.println("Interrupted; the old configuration is back.");
        narration.flush();
        Runtime.getRuntime().halt(status);
    }

    /** confirm or seal; its exit status. */
    public int verb(String verb) throws IOException {
        if (state(machine).name().equals("none")) {
            return ExitCode.GOOD;
        }
        return machine.runShown(List.of("sh", SCRIPT, verb), narration);
    }

    /**
     * Takes everything back, in a unit of its own: the session that this is typed in may run over
     * what undo takes down.
     */
    public int undo() throws IOException {
        if (state(machine).name().equals("none")) {
            narration.println("Nothing to undo: netfix has changed nothing here.");
            return ExitCode.GOOD;
        }
        machine.run(Command.of("rm", "-f", UNDONE, TOLD));
        CommandResult started =
                machine.run(
                        Command.of(
                                "systemd-run",
                                "--quiet",
                                "--collect",
                                "--unit=netfix-undo",
                                "--property=StandardOutput=append:" + TOLD,
                                "--property=StandardError=append:" + TOLD,
                                "sh",
                                SCRIPT,
                                "undo"));
        if (!started.ok()) {
            throw new IOException(started.failure());
        }
        return follow(TOLD, UNDONE);
    }
}
