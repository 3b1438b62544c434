package netfix;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A fix of a mounted card or of an image being built: the same changes as on a running Pi, as far
 * as they lie on disk, and the undo kept inside the root. What only a boot can prove is not proved.
 */
public final class RootedFix {

    private final Path root;
    private final RootedHands hands;
    private final RootedMachine machine;
    private final PrintStream narration;

    /** Whether anything has been taken back. */
    private boolean begun;

    /**
     * @throws BadInput where the root cannot be read
     */
    public RootedFix(Path root, PrintStream narration) {
        this.root = root;
        this.narration = narration;
        this.machine = new RootedMachine(root);
        try {
            this.hands = RootedHands.lasting(root);
        } catch (IOException e) {
            throw RootedHands.refused(e, root.toString());
        }
    }

    private static final String STATE = PlanFolder.BASE + "/state";

    /**
     * Before-images of everything first, then the changes, each shown before it happens. Where one
     * of them fails (a full card), all of them are taken back.
     */
    public int run(Plan plan) {
        Transaction.State state = Transaction.state(machine);
        Undo.refuseLostFix(machine, root);
        if (state.pending()) {
            throw new BadInput(
                    "fix "
                            + state.fix()
                            + " of this card is "
                            + state.name()
                            + ": its next boot decides; `"
                            + undoTyped()
                            + "` takes it back now");
        }
        String fix = PlanFolder.next(machine);
        String folder = PlanFolder.BASE + "/" + fix;
        Optional<String> before = machine.read(STATE).value();
        try {
            Map<String, byte[]> staged = PlanFolder.of(plan, List.of(), hands.owner());
            for (String name : new TreeSet<>(staged.keySet())) {
                hands.note(folder + "/" + name, staged.get(name));
            }
            int number = 0;
            for (Plan.Step step : plan.steps()) {
                number++;
                Change.OnDisk change = (Change.OnDisk) step.change();
                String op = folder + "/" + PlanFolder.op(number);
                hands.keepBefore(change.path(), op + "/before", change instanceof Change.Tree);
                if (change instanceof Change.Mode) {
                    // Its content afterwards is what it was; undo compares with that.
                    hands.copyInside(op + "/before/data", op + "/data");
                }
            }
            hands.note(PlanFolder.BASE + "/transaction.sh", PlanFolder.script());
            hands.note(STATE, "confirmed " + fix + " " + board(before) + " -\n");
            hands.settle(PlanFolder.BASE);
        } catch (IOException e) {
            forget(folder, before);
            throw RootedHands.refused(e, root.toString());
        }
        try {
            for (Plan.Step step : plan.steps()) {
                narration.println(Terminal.safe(step.change().shown()));
                hands.perform((Change.OnDisk) step.change());
            }
        } catch (IOException e) {
            return takenBack(folder, before, RootedHands.refused(e, root.toString()));
        }
        narration.println("Done. Whether it works only its next boot can tell.");
        return ExitCode.GOOD;
    }

    /** An earlier fix on the Pi itself has bound what is kept to its board; that stays so. */
    private static String board(Optional<String> state) {
        String[] words = state.orElse("").strip().split(" ");
        return words.length > 2 ? words[2] : "-";
    }

    private int takenBack(String folder, Optional<String> state, BadInput why) {
        narration.println("FAILED: " + Terminal.safe(why.getMessage()));
        try {
            takeBackAll(folder);
        } catch (IOException e) {
            return half(e);
        }
        forget(folder, state);
        narration.println("The old configuration is back.");
        return ExitCode.ROLLED_BACK;
    }

    private int half(Exception why) {
        narration.println(
                "NOT everything could be taken back ("
                        + Terminal.safe(String.valueOf(why.getMessage()))
                        + "); once the reason is gone: "
                        + undoTyped());
        return ExitCode.HANDS_NEEDED;
    }

    private String undoTyped() {
        return Cli.asRoot("fix", System.getenv()) + " undo" + Cli.onRoot(root);
    }

    /** As if that fix had never begun. What a card that fails does not let go stays: harmless. */
    private void forget(String folder, Optional<String> state) {
        try {
            hands.deleteAll(folder);
            if (state.isPresent()) {
                hands.note(STATE, state.get());
                hands.settle(STATE);
            } else {
                hands.deleteAll(STATE);
                hands.deleteAll(PlanFolder.BASE + "/transaction.sh");
                hands.deleteIfEmpty(PlanFolder.BASE);
            }
        } catch (IOException e) {
            narration.println("left: " + folder + ": " + Terminal.safe(e.toString()));
        }
    }

    /** Takes back every fix, the newest first; a file that somebody changed since stays. */
    public int undo() {
        List<String> newestFirst = new ArrayList<>(PlanFolder.fixes(machine));
        newestFirst.sort(Comparator.reverseOrder());
        if (newestFirst.isEmpty()) {
            narration.println("Nothing to undo: netfix has changed nothing here.");
            return ExitCode.GOOD;
        }
        try {
            for (String fix : newestFirst) {
                takeBackAll(PlanFolder.BASE + "/" + fix);
            }
            bringBack();
            uproot();
            hands.deleteAll(PlanFolder.BASE);
        } catch (IOException e) {
            BadInput why = RootedHands.refused(e, root.toString());
            if (begun) {
                return half(why);
            }
            throw why;
        }
        return ExitCode.GOOD;
    }

    /**
     * Before an image is given away: what was done is for good, and what was kept of before, which
     * may have the builder's secrets in it, is overwritten and gone.
     */
    public int seal() {
        Undo.refuseUnread(machine, "nothing was sealed");
        Transaction.State state = Transaction.state(machine);
        if (state.busy()) {
            throw new BadInput(
                    "fix "
                            + state.fix()
                            + " of this card is "
                            + state.name()
                            + ": nothing was sealed; let the card boot once, or `"
                            + undoTyped()
                            + "`");
        }
        SealedSources sources = SealedSources.of(machine);
        try {
            for (Map.Entry<String, byte[]> source : sources.blanked().entrySet()) {
                hands.overwrite(source.getKey(), source.getValue());
            }
            // Fixes, the copies of profiles that monitor keeps, what a rescue has replaced.
            hands.overwriteAll(PlanFolder.BASE);
            uproot();
            hands.deleteAll(PlanFolder.BASE);
        } catch (IOException e) {
            throw RootedHands.refused(e, root.toString());
        }
        sources.told().forEach(line -> narration.println(Terminal.safe(line)));
        narration.println("Sealed: there is no way back, and nothing is kept of before.");
        return ExitCode.GOOD;
    }

    /** The units that would go on with a fix at the next boot of this card; as transaction.sh's. */
    private void uproot() throws IOException {
        for (String unit : List.of("netfix-boot.service", "netfix-prove.service")) {
            hands.deleteAll(Ground.UNITS + "/sysinit.target.wants/" + unit);
            hands.deleteAll(Ground.STARTED + "/" + unit);
            hands.deleteAll(Ground.UNITS + "/" + unit);
        }
        hands.deleteIfEmpty(Ground.UNITS + "/sysinit.target.wants");
    }

    /** What monitor set aside, because NetworkManager did not start with it. */
    private void bringBack() throws IOException {
        for (String name : machine.list(RepairAct.SetAside.FOLDER).orElse(List.of())) {
            Optional<String> path = RepairAct.SetAside.was(name);
            String aside = RepairAct.SetAside.FOLDER + "/" + name;
            if (path.isPresent() && machine.stat(path.get()).isAbsent()) {
                hands.moveInside(aside, path.get());
                narration.println("restored: " + Terminal.safe(path.get()));
            } else if (path.isPresent()) {
                narration.println(
                        Terminal.safe("kept: " + aside + ", because there is another one now"));
            }
        }
    }

    private void takeBackAll(String fix) throws IOException {
        String folder = fix + "/ops";
        List<String> ops = new ArrayList<>(machine.list(folder).orElse(List.of()));
        ops.sort(Comparator.reverseOrder());
        for (String op : ops) {
            takeBack(folder + "/" + op);
        }
    }

    /** The Pi itself has made that fix, and what it found or put in /run was in memory. */
    private boolean wentWithItsBoot(String path, String after) {
        String folder = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        return path.startsWith("/run/")
                && machine.stat(path).isAbsent()
                && (!after.equals("absent") || machine.stat(folder).isAbsent());
    }

    private void takeBack(String op) throws IOException {
        Optional<String> before = hands.noted(op + "/before/kind").map(String::strip);
        if (before.isEmpty()) {
            return;
        }
        String path = hands.noted(op + "/path").orElse("").strip();
        String kind = hands.noted(op + "/kind").orElse("").strip();
        if (kind.equals("in-place")) {
            hands.restoreInPlace(path, op)
                    .ifPresent(told -> narration.println(Terminal.safe(told)));
            begun = true;
            return;
        }
        String after =
                switch (kind) {
                    case "put", "mode" -> "file";
                    case "link" -> "link";
                    case "remove" -> "absent";
                    default -> "folder";
                };
        if (wentWithItsBoot(path, after)) {
            return;
        }
        hands.clearHalfMade(path);
        if (hands.isAs(path, op + "/before", before.get())) {
            return;
        }
        boolean rewritten = hands.noted(op + "/volatile").isPresent();
        // A cut in the middle of an exchange of trees leaves neither.
        boolean torn = kind.equals("tree") && machine.stat(path).isAbsent();
        if (!rewritten && !torn && !hands.isAs(path, op, after)) {
            narration.println("kept: " + Terminal.safe(path) + ", somebody has changed it since");
            return;
        }
        begun = true;
        hands.restore(path, op + "/before");
        narration.println("restored: " + Terminal.safe(path));
    }
}
