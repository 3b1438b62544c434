package netfix;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Starts the transaction and tells what it does; what it does, and what takes it back, is
 * transaction.sh in a unit of its own: losing the terminal changes nothing.
 */
public final class Transaction {

    private static final String SCRIPT = PlanFolder.BASE + "/transaction.sh";
    private static final long LOOK_EVERY_MS = 200;
    private static final String SEALED = PlanFolder.BASE + "/sealed";
    private static final String TOLD = "/run/netfix-undo.log";
    private static final String UNDONE = "/run/netfix/undo.result";

    /** How many looks lie between two questions whether anybody is at work at all. */
    private static final int LOOKS_A_QUESTION = 25;

    private static final List<String> FIX_UNITS =
            List.of("netfix-apply.service", "netfix-rollback.service", "netfix-rollback.timer");

    private static final List<String> WORKING =
            List.of("active", "activating", "deactivating", "reloading");

    private static final Duration PATIENTLY = Duration.ofMinutes(20);

    private static final List<String> UNDO_UNITS = List.of("netfix-undo.service");
    private static final List<String> RECOVER_UNITS = List.of("netfix-recover.service");
    private static final String RECOVERING = "/run/netfix/recovering";

    /** Puts back what is missing of a confirmed fix. */
    static final List<String> AGAIN = List.of("sh", SCRIPT, "again");

    private final Writable machine;
    private final PrintStream narration;

    /** How much of what is told has been shown. */
    private int shown;

    /** Who tells the rest where Ctrl-C was pressed. */
    private volatile Thread interrupter;

    /**
     * @param narration where what happens is told as it happens
     */
    public Transaction(Writable machine, PrintStream narration) {
        this.machine = machine;
        this.narration = narration;
    }

    /**
     * @param name none, open, restoring, undoing, unconfirmed, confirmed, rolled-back
     * @param fix its number; empty where none
     * @param outside it was made of a card, or of an image, and no boot was there to prove it
     */
    public record State(String name, String fix, boolean outside) {
        public boolean busy() {
            return Set.of("open", "restoring", "undoing").contains(name);
        }

        /** Also where it is taken back already, and still being cleared away. */
        boolean hasBegun(String fix) {
            return this.fix.equals(fix);
        }

        public boolean pending() {
            return busy() || name.equals("unconfirmed");
        }
    }

    /** How it stands, as a document of the schema {@code netfix/transaction/1}. */
    public static String json(Machine machine) {
        State state = state(machine);
        return Json.pretty(
                Json.document("netfix/transaction/1")
                        .put("state", state.name())
                        .put("fix", state.fix()));
    }

    public static State state(Machine machine) {
        String[] words = machine.read(PlanFolder.BASE + "/state").orElse("none").strip().split(" ");
        return new State(
                words[0],
                words.length > 1 ? words[1] : "",
                words.length > 3 && words[3].equals("-"));
    }

    /** What is at work or not decided yet, in words; empty where nothing is. */
    static String pendingWork(Machine machine) {
        State state = state(machine);
        if (state.pending()) {
            return "fix " + state.fix() + " is " + state.name();
        }
        String pid = machine.read(RECOVERING).orElse("").strip();
        boolean recovers =
                pid.matches("\\d{1,9}")
                        && machine.read("/proc/" + pid + "/stat").value().isPresent();
        return recovers ? "fix recover is at work" : "";
    }

    /**
     * Does the emergency commands, in a unit of their own: each is tried, and none is taken back
     * because another one did not help. Also while a fix is not confirmed yet.
     *
     * @return the exit status
     * @throws BadInput where a fix is being applied or taken back
     */
    public int recover(Plan plan) throws IOException {
        State state = state(machine);
        if (state.busy()) {
            throw new BadInput(pending(state));
        }
        if (state.pending()) {
            narration.println(
                    "Fix "
                            + state.fix()
                            + " is not confirmed yet, and stays so: the next boot judges it. What"
                            + " is recovered now is not taken back with it.");
        }
        String fix = PlanFolder.next(machine);
        String folder = PlanFolder.BASE + "/" + fix;
        if (machine.stat(folder).value().isPresent()) {
            throw new BadInput("another fix has just begun; nothing was changed");
        }
        try {
            stage(plan, List.of(), folder);
        } catch (IOException e) {
            machine.run(Command.of("rm", "-rf", folder));
            throw new BadInput(
                    PlanFolder.BASE
                            + " cannot be written ("
                            + e.getMessage()
                            + "); "
                            + typed("recover --print")
                            + " shows the commands, to type them in");
        }
        List<String> argv = List.of("sh", SCRIPT, "recover", fix);
        List<String> inUnit =
                new ArrayList<>(
                        List.of("systemd-run", "--quiet", "--collect", "--unit=netfix-recover"));
        inUnit.addAll(argv);
        CommandResult started = machine.run(new Command(inUnit, Command.USUAL_TIMEOUT));
        return started.ok()
                ? follow(folder + "/narration", folder + "/result", RECOVER_UNITS)
                : machine.runShown(argv, narration);
    }

    private void stage(Plan plan, List<String> paths, String folder) throws IOException {
        machine.stage(folder, PlanFolder.of(plan, paths, "0:0"));
        machine.write(SCRIPT, PlanFolder.script(), 0700);
        String patience = System.getenv().getOrDefault("NETFIX_PATIENCE", "1");
        machine.write(
                PlanFolder.BASE + "/patience",
                (patience + "\n").getBytes(StandardCharsets.UTF_8),
                0600);
    }

    /**
     * Does what is planned, shows each step, and returns the exit status.
     *
     * @throws BadInput where another fix is open or cannot be begun
     */
    public int run(Plan plan, List<String> paths) throws IOException {
        State state = state(machine);
        if (state.pending()) {
            throw new BadInput(pending(state));
        }
        String fix = PlanFolder.next(machine);
        String folder = PlanFolder.BASE + "/" + fix;
        Thread onInterrupt = new Thread(() -> onInterrupt(fix, folder));
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            begin(plan, paths, fix, folder);
            CommandResult started =
                    machine.run(
                            Command.of("systemctl", "start", "--no-block", "netfix-apply.service"));
            if (!started.ok()) {
                throw new IOException(started.failure());
            }
            return follow(folder + "/narration", folder + "/result", FIX_UNITS);
        } finally {
            forget(onInterrupt);
        }
    }

    private static String pending(State state) {
        return "fix "
                + state.fix()
                + " is "
                + state.name()
                + (state.busy()
                        ? ": it is at work, or was cut short and goes on at the next boot; how far"
                                + " it is says "
                                + PlanFolder.BASE
                                + "/"
                                + state.fix()
                                + "/narration. "
                                + typed("undo")
                                + " takes everything back now"
                        : ": the next boot confirms it, or "
                                + typed("confirm")
                                + "; "
                                + typed("undo")
                                + " takes it back");
    }

    /** As a person types it who typed this one. */
    private static String typed(String verb) {
        return "`" + Cli.asRoot("fix", System.getenv()) + " " + verb + "`";
    }

    /** All that has to be on the disk before the first change, and the two nets under it. */
    private void begin(Plan plan, List<String> paths, String fix, String folder) {
        if (machine.stat(folder).value().isPresent()) {
            throw new BadInput("another fix has just begun; nothing was changed");
        }
        try {
            stage(plan, paths, folder);
            must("prepare", fix);
            must("arm", fix);
        } catch (FileAlreadyExistsException e) {
            if (PlanFolder.BASE.equals(e.getFile())) {
                throw new BadInput("nothing was changed: " + RootedHands.noFolder(PlanFolder.BASE));
            }
            // Its folder is the other one's.
            throw new BadInput("another fix has just begun; nothing was changed");
        } catch (IOException e) {
            if (interrupter == null) {
                machine.run(Command.of("rm", "-rf", folder));
            }
            String why =
                    e instanceof FileSystemException f && f.getReason() != null
                            ? f.getFile() + ": " + f.getReason()
                            : e.getMessage();
            // What a full card says names no file.
            throw new BadInput(
                    "nothing was changed: "
                            + (why.contains("/") || why.startsWith("another")
                                    ? why
                                    : PlanFolder.BASE + ": " + why));
        }
    }

    private void must(String verb, String fix) throws IOException {
        int status = machine.runShown(List.of("sh", SCRIPT, verb, fix), narration);
        if (status == ExitCode.USAGE) {
            throw new IOException("another fix has just begun, or is not decided yet");
        }
        if (status != 0) {
            throw new IOException(SCRIPT + " " + verb + " ended with " + status);
        }
    }

    /**
     * Prints what is narrated, line by line, until there is a result, or nobody is left who could
     * make one: whoever is killed in the very last moment has done its work and cannot say so.
     */
    private int follow(String told, String end, List<String> units) {
        Optional<String> result;
        int looks = 0;
        boolean idle = false;
        do {
            result = machine.read(end).value().filter(r -> r.endsWith("\n"));
            show(told);
            if (result.isEmpty()) {
                looks++;
                if (looks % LOOKS_A_QUESTION == 0) {
                    boolean working = atWork(units);
                    if (!working && idle) {
                        return withoutResult();
                    }
                    idle = !working;
                }
                pause();
            }
        } while (result.isEmpty() && !handedOver());
        return result.map(Transaction::status).orElse(ExitCode.HANDS_NEEDED);
    }

    private boolean handedOver() {
        return interrupter != null && interrupter != Thread.currentThread();
    }

    private static int status(String result) {
        return Integer.parseInt(result.lines().findFirst().orElse("5").strip());
    }

    private void show(String told) {
        String all = machine.read(told).orElse("");
        int whole = all.lastIndexOf('\n') + 1;
        if (whole > shown) {
            all.substring(shown, whole)
                    .lines()
                    .forEach(line -> narration.println(Terminal.safe(line)));
            narration.flush();
            shown = whole;
        }
    }

    private boolean atWork(List<String> units) {
        List<String> argv = new ArrayList<>(List.of("systemctl", "is-active"));
        argv.addAll(units);
        return machine.run(new Command(argv, Command.USUAL_TIMEOUT))
                .stdout()
                .lines()
                .anyMatch(WORKING::contains);
    }

    private int withoutResult() {
        State state = state(machine);
        return switch (state.name()) {
            case "none", "unconfirmed", "confirmed" -> ExitCode.GOOD;
            case "rolled-back" -> ExitCode.ROLLED_BACK;
            default -> {
                narration.println(
                        "Fix "
                                + state.fix()
                                + " is "
                                + state.name()
                                + ", and nobody is at work on it any more. The next boot goes on"
                                + " with it; at once: sudo sh "
                                + SCRIPT
                                + (state.name().equals("undoing") ? " undo" : " rollback"));
                yield ExitCode.HANDS_NEEDED;
            }
        };
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
    private void onInterrupt(String fix, String folder) {
        if (!hasTerminal()) {
            return;
        }
        interrupter = Thread.currentThread();
        State state = state(machine);
        if (!state.hasBegun(fix)) {
            machine.run(Command.of("rm", "-rf", folder));
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        narration.println("Interrupted.");
        boolean changed = machine.stat(folder + "/journal").value().isPresent();
        because(folder + "/reason", "interrupted (Ctrl-C)");
        CommandResult started =
                machine.run(
                        Command.of("systemctl", "start", "--no-block", "netfix-rollback.service"));
        int status =
                started.ok()
                        ? follow(folder + "/narration", folder + "/result", FIX_UNITS)
                        : machine.run(new Command(List.of("sh", SCRIPT, "rollback"), PATIENTLY))
                                        .ok()
                                ? withoutResult()
                                : ExitCode.HANDS_NEEDED;
        if (status == ExitCode.GOOD) {
            narration.println(
                    "It was proved already, and stays; " + typed("undo") + " takes it back.");
        }
        narration.flush();
        Runtime.getRuntime()
                .halt(status == ExitCode.ROLLED_BACK && !changed ? ExitCode.INTERRUPTED : status);
    }

    /** The first reason stays: what went wrong before somebody lost patience. */
    private void because(String file, String reason) {
        if (machine.stat(file).isAbsent()) {
            try {
                machine.write(file, (reason + "\n").getBytes(StandardCharsets.UTF_8), 0600);
            } catch (IOException e) {
                narration.println("The reason could not be noted: " + e.getMessage());
            }
        }
    }

    /** Not while the machine shuts this process down: then it is running. */
    private void forget(Thread onInterrupt) {
        if (interrupter == null) {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        }
    }

    private static boolean hasTerminal() {
        try (var tty = Files.newInputStream(Path.of("/dev/tty"))) {
            return tty != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Its exit status. */
    public int confirm() throws IOException {
        if (state(machine).name().equals("none")) {
            narration.println("Nothing to confirm: no fix of netfix's lies here.");
            return ExitCode.GOOD;
        }
        return machine.runShown(List.of("sh", SCRIPT, "confirm"), narration);
    }

    /**
     * Before a card is imaged: nothing of what netfix has kept stays on it, whoever kept it (a fix,
     * also one that was killed before it began; monitor; a rescue), and no passphrase of the
     * managers before that is in a profile.
     *
     * @return the exit status
     * @throws BadInput where a fix is being applied or taken back
     */
    public int seal() throws IOException {
        Undo.refuseUnread(machine, "nothing was sealed");
        State state = state(machine);
        if (state.busy()) {
            throw new BadInput(pending(state));
        }
        SealedSources sources = SealedSources.of(machine);
        int status = ExitCode.GOOD;
        if (sources.blanked().isEmpty() && machine.stat(PlanFolder.BASE).value().isEmpty()) {
            narration.println("Nothing to seal: nothing of netfix's is kept here.");
        } else {
            machine.run(Command.of("rm", "-rf", SEALED));
            Map<String, byte[]> staged = new TreeMap<>();
            int number = 0;
            for (Map.Entry<String, byte[]> source : sources.blanked().entrySet()) {
                number++;
                staged.put(
                        number + "/path",
                        (source.getKey() + "\n").getBytes(StandardCharsets.UTF_8));
                staged.put(number + "/data", source.getValue());
            }
            machine.stage(SEALED, staged);
            // The first seal took it along.
            machine.write(SCRIPT, PlanFolder.script(), 0700);
            status = machine.runShown(List.of("sh", SCRIPT, "seal"), narration);
        }
        if (status == ExitCode.GOOD) {
            sources.told().forEach(line -> narration.println(Terminal.safe(line)));
        }
        return status;
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
        if (atWork(UNDO_UNITS)) {
            throw new BadInput("an undo is at work already; how far it is says " + TOLD);
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
                                // Killed itself, it begins again.
                                "--property=Restart=on-abnormal",
                                "--property=RestartSec=1",
                                "sh",
                                SCRIPT,
                                "undo"));
        if (!started.ok()) {
            throw new IOException(started.failure());
        }
        Thread onInterrupt = new Thread(this::undoGoesOn);
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            return follow(TOLD, UNDONE, UNDO_UNITS);
        } finally {
            forget(onInterrupt);
        }
    }

    private void undoGoesOn() {
        if (!hasTerminal()) {
            return;
        }
        interrupter = Thread.currentThread();
        narration.println("An undo is not interrupted half-way: it goes on.");
        int status = follow(TOLD, UNDONE, UNDO_UNITS);
        narration.flush();
        Runtime.getRuntime().halt(status);
    }
}
