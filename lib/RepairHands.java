package netfix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Does what monitor has decided. Never throws for what the machine is like. */
final class RepairHands {

    private final Writable machine;

    RepairHands(Writable machine) {
        this.machine = machine;
    }

    /** In order, up to the first that fails; why it failed, or the empty string. */
    String doAll(List<RepairAct> acts) {
        for (RepairAct act : acts) {
            String failure = doOne(act);
            if (!failure.isEmpty()) {
                return failure;
            }
        }
        return "";
    }

    private String doOne(RepairAct act) {
        if (act instanceof RepairAct.Run run) {
            CommandResult result = machine.run(new Command(run.argv(), run.timeout()));
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
        String place = path + RepairAct.SetAside.ENDING;
        for (int n = 2; !machine.stat(place).isAbsent(); n++) {
            place = path + RepairAct.SetAside.ENDING + "." + n;
        }
        CommandResult moved = machine.run(Command.of("mv", "-n", "--", path, place));
        return moved.ok() ? "" : moved.failure();
    }
}
