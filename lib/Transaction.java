package netfix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

    public Transaction(Writable machine) {
        this.machine = machine;
    }

    /**
     * @param name none, open, restoring, unconfirmed, confirmed, rolled-back
     * @param fix its number; empty where none
     */
    public record State(String name, String fix) {
        public boolean busy() {
            return name.equals("open") || name.equals("restoring");
        }

        public boolean pending() {
            return busy() || name.equals("unconfirmed");
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
        String fix = next();
        String folder = PlanFolder.BASE + "/" + fix;
        machine.stage(folder, PlanFolder.of(plan, paths, "0:0"));
        machine.write(SCRIPT, PlanFolder.script(), 0700);
        machine.write(
                PlanFolder.BASE + "/patience",
                (System.getenv().getOrDefault("NETFIX_PATIENCE", "1") + "\n").getBytes(),
                0600);
        must("prepare", fix);
        must("arm", fix);
        Thread interrupted = new Thread(() -> onInterrupt(folder));
        Runtime.getRuntime().addShutdownHook(interrupted);
        CommandResult started =
                machine.run(Command.of("systemctl", "start", "--no-block", "netfix-apply.service"));
        if (!started.ok()) {
            throw new IOException(started.failure());
        }
        int status = follow(folder + "/narration", folder + "/result");
        Runtime.getRuntime().removeShutdownHook(interrupted);
        return status;
    }

    private String next() {
        int last =
                machine.list(PlanFolder.BASE).orElse(List.of()).stream()
                        .filter(name -> name.matches("\\d{4}"))
                        .mapToInt(Integer::parseInt)
                        .max()
                        .orElse(0);
        return String.format(Locale.ROOT, "%04d", last + 1);
    }

    private void must(String verb, String fix) throws IOException {
        int status = machine.runShown(List.of("sh", SCRIPT, verb, fix));
        if (status == ExitCode.USAGE) {
            throw new BadInput("nothing was changed");
        }
        if (status != 0) {
            throw new IOException("transaction.sh " + verb + " failed; nothing was changed");
        }
    }

    /** Prints what is narrated until there is a result. */
    private int follow(String narration, String end) {
        int shown = 0;
        Optional<String> result;
        do {
            result = machine.read(end).value().filter(r -> r.endsWith("\n"));
            String all = machine.read(narration).orElse("");
            if (all.length() > shown) {
                System.out.print(Terminal.safe(all.substring(shown)).replace("\\x0a", "\n"));
                System.out.flush();
                shown = all.length();
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
        System.out.println("Interrupted; the old configuration is back.");
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    /** confirm or seal; its exit status. */
    public int verb(String verb) throws IOException {
        if (state(machine).name().equals("none")) {
            return ExitCode.GOOD;
        }
        return machine.runShown(List.of("sh", SCRIPT, verb));
    }

    /**
     * Takes everything back, in a unit of its own: the session that this is typed in may run over
     * what undo takes down.
     */
    public int undo() throws IOException {
        if (state(machine).name().equals("none")) {
            System.out.println("Nothing to undo: netfix has changed nothing here.");
            return ExitCode.GOOD;
        }
        machine.runShown(List.of("rm", "-f", UNDONE, TOLD));
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
