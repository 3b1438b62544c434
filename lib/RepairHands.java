package netfix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Does what monitor has decided. Never throws for what the machine is like. */
final class RepairHands {

    /** Where a service looks for tools. */
    private static final List<String> PATH = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final Writable machine;
    private final Set<String> absent = new TreeSet<>();

    RepairHands(Writable machine) {
        this.machine = machine;
    }

    /** The tools that were missed, and are not there still. */
    Set<String> absent() {
        absent.removeIf(
                tool ->
                        PATH.stream()
                                .anyMatch(at -> machine.stat(at + "/" + tool).value().isPresent()));
        return Set.copyOf(absent);
    }

    /**
     * In order, up to the first that fails; why it failed, or the empty string. Nothing is done
     * while a fix is not decided, also where that began after the look.
     */
    String doAll(List<RepairAct> acts) {
        for (RepairAct act : acts) {
            String pending = Transaction.pendingWork(machine);
            String failure = pending.isEmpty() ? doOne(act) : pending;
            if (!failure.isEmpty()) {
                return failure;
            }
        }
        return "";
    }

    private String doOne(RepairAct act) {
        if (act instanceof RepairAct.Run run) {
            CommandResult result = machine.run(new Command(run.argv(), run.timeout()));
            if (result.outcome() == CommandResult.Outcome.NO_SUCH_TOOL) {
                absent.add(run.argv().get(0));
            }
            return result.ok() ? "" : result.failure();
        }
        if (act instanceof RepairAct.PutBack putBack) {
            return putBack(putBack.copy());
        }
        return setAside(((RepairAct.SetAside) act).path());
    }

    /** What has come back in the meantime is somebody's, and newer. */
    private String putBack(KnownGood.Copy copy) {
        if (!machine.stat(copy.file()).isAbsent()) {
            return copy.file() + " is there already";
        }
        try {
            machine.write(copy.file(), copy.text().getBytes(StandardCharsets.UTF_8), 0600);
            return "";
        } catch (IOException e) {
            return copy.file() + " cannot be written: " + e.getMessage();
        }
    }

    private String setAside(String path) {
        Optional<String> place =
                RepairAct.SetAside.place(path, other -> !machine.stat(other).isAbsent());
        if (place.isEmpty()) {
            return path + ": its name leaves no room for " + RepairAct.SetAside.ENDING;
        }
        CommandResult moved = machine.run(Command.of("mv", "-n", "--", path, place.get()));
        return moved.ok() ? "" : moved.failure();
    }
}
