package netfix;

import java.util.List;

/** What undoing would lead to, told before it is done. */
public final class Undo {

    private Undo() {}

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
