package netfix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What undoing would lead to, told before it is done. */
public final class Undo {

    private Undo() {}

    /**
     * After fix seal, and on a card from another board, the fix is there and what was before it is
     * not. (So it is of a file that somebody had changed when the fix was undone.)
     *
     * @throws BadInput where that is so
     */
    public static void refuseWhereNothingIsKept(Machine machine, Optional<Path> root) {
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
