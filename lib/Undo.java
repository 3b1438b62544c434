package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What undoing would lead to, told before it is done. */
public final class Undo {

    private Undo() {}

    /**
     * What a fix keeps is root's alone; whoever may not read it has not seen that there is nothing.
     *
     * @throws BadInput where it is not known
     */
    static void refuseUnread(Machine machine, String nothingWasDone) {
        // Asked by itself: what is read below a file is unknown to JDK 17, and absent to JDK 25.
        machine.stat(PlanFolder.BASE)
                .value()
                .filter(stat -> stat.kind() == FileStat.Kind.FILE)
                .ifPresent(
                        stat -> {
                            throw new BadInput(
                                    nothingWasDone
                                            + ": "
                                            + PlanFolder.BASE
                                            + " is a file, and netfix keeps in a folder of that"
                                            + " name what was before a fix: see whose it is, and"
                                            + " move it away");
                        });
        machine.read(PlanFolder.BASE + "/state")
                .whyUnknown()
                .ifPresent(
                        why -> {
                            throw BadInput.notAllowed(
                                    nothingWasDone + ": " + Terminal.safe(why) + "; use sudo");
                        });
    }

    /** Whether no fix has changed anything here, or nothing of one is left. */
    public static boolean isNothing(Machine machine) {
        return Transaction.state(machine).name().equals("none")
                && PlanFolder.fixes(machine).isEmpty();
    }

    /**
     * @param fix its number
     * @param shown its changes as they were shown, the last one first
     */
    private record Kept(String fix, List<String> shown) {}

    /**
     * On a card, where the Pi's own undo does not go on with it.
     *
     * @throws BadInput where a fix is said to have begun of which nothing is kept
     */
    static void refuseLostFix(Machine card, Path root) {
        Transaction.State state = Transaction.state(card);
        if (state.pending() && PlanFolder.fixes(card).isEmpty()) {
            String file = PlanFolder.BASE + "/state";
            throw new BadInput(
                    Terminal.safe(
                            "nothing was done: "
                                    + file
                                    + " of this card says that fix "
                                    + state.fix()
                                    + " is "
                                    + state.name()
                                    + ", and nothing is kept that could be taken back; delete that"
                                    + " file (sudo rm "
                                    + Command.quoted(root.resolve(file.substring(1)).toString())
                                    + "), then try again"));
        }
    }

    /** What will be taken back, the last fix first; nothing where a rollback was first. */
    private static List<Kept> kept(Machine machine) {
        List<Kept> kept = new ArrayList<>();
        if (Transaction.state(machine).name().equals("rolled-back")) {
            return kept;
        }
        List<String> fixes = PlanFolder.fixes(machine);
        for (int i = fixes.size() - 1; i >= 0; i--) {
            String fix = PlanFolder.BASE + "/" + fixes.get(i);
            if (machine.stat(fix + "/undone").value().isPresent()) {
                continue;
            }
            List<String> ops = machine.list(fix + "/ops").orElse(List.of());
            List<String> shown =
                    ops.stream()
                            .sorted(Comparator.reverseOrder())
                            .map(op -> machine.read(fix + "/ops/" + op + "/shown").orElse(""))
                            .map(String::strip)
                            .filter(one -> !one.isEmpty())
                            .toList();
            kept.add(new Kept(fixes.get(i), shown));
        }
        return kept;
    }

    /** What will be taken back, in lines for whoever is asked. */
    public static List<String> shown(Machine machine) {
        List<String> lines = new ArrayList<>();
        for (Kept one : kept(machine)) {
            lines.add("Taken back, the last change of fix " + one.fix() + " first:");
            one.shown().forEach(shown -> lines.add("  " + Terminal.safe(shown)));
        }
        return lines;
    }

    /** The same as a document of the schema {@code netfix/undo/1}. */
    public static String json(Machine machine, Answer afterBoot) {
        ObjectNode top = Json.document("netfix/undo/1");
        top.put("state", Transaction.state(machine).name());
        ArrayNode fixes = top.putArray("fixes");
        for (Kept one : kept(machine)) {
            ArrayNode steps = fixes.addObject().put("fix", one.fix()).putArray("taken_back");
            one.shown().forEach(steps::add);
        }
        JsonReport.answer(top.putObject("reachable_after_boot"), afterBoot);
        return Json.pretty(top);
    }

    /**
     * After fix seal, and on a card from another board, the fix is there and what was before it is
     * not. (So it is of a file that somebody had changed when the fix was undone.)
     *
     * @throws BadInput where that is so
     */
    public static void refuseWhereNothingIsKept(Machine machine, Optional<Path> root) {
        refuseUnread(machine, "nothing was undone");
        root.ifPresent(card -> refuseLostFix(machine, card));
        Transaction.State state = Transaction.state(machine);
        if (state.pending() || !PlanFolder.fixes(machine).isEmpty()) {
            return;
        }
        List<String> ours = new ArrayList<>();
        for (String file : marked()) {
            if (machine.read(file).orElse("").contains("Written by netfix")) {
                ours.add(file);
            }
        }
        if (ours.isEmpty() && state.name().equals("none")) {
            return;
        }
        List<String> running = Removal.running(machine);
        throw new BadInput(
                "nothing was undone: nothing is kept of what was before the fix. Where this card"
                    + " was sealed (fix seal), or comes from another board, it was wiped then, and"
                    + " the fix is for good."
                        + (ours.isEmpty() ? "" : " Of netfix's are " + String.join(", ", ours))
                        + (ours.isEmpty() ? "" : ".")
                        + (running.isEmpty() ? "" : Removal.withoutThem(running, root)));
    }

    /** Files of a fix that say whose they are. */
    private static List<String> marked() {
        List<String> marked = new ArrayList<>();
        Services.ALL.forEach(service -> marked.add(service.file()));
        marked.add(ExclusiveControl.FILE);
        marked.add(WiredProfile.FILE);
        return marked;
    }

    /**
     * Whether this machine would be reachable after undo and a boot. Asked of its disk as it would
     * be, with the interfaces that it has now.
     */
    public static Answer afterBoot(Machine machine) {
        AlteredMachine undone = AlteredMachine.undone(machine);
        if (!undone.changesAnything()) {
            return Answer.unknown("there is nothing to undo");
        }
        Snapshot there = Look.at(undone, Progress.silent());
        Reading<List<Link>> links = IpAddress.links(machine);
        return BootForecast.ofAll(links.value().isPresent() ? there.withLinks(links) : there);
    }
}
