package netfix;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A machine as its disk would be after a plan, or after {@code fix undo}: what netfix changes is as
 * it would be then, everything else as it is. Nothing runs on it.
 */
final class AlteredMachine implements Machine {

    /**
     * @param text of a file
     */
    private record There(String kind, int mode, String text, String target) {}

    private final Machine machine;
    private final Map<String, There> altered = new HashMap<>();

    private AlteredMachine(Machine machine) {
        this.machine = machine;
    }

    static AlteredMachine undone(Machine machine) {
        AlteredMachine undone = new AlteredMachine(machine);
        List<String> all = new ArrayList<>();
        Map<String, String> last = new HashMap<>();
        for (String fix : PlanFolder.fixes(machine)) {
            String ops = PlanFolder.BASE + "/" + fix + "/ops";
            for (String name : machine.list(ops).orElse(List.of())) {
                String op = ops + "/" + name;
                all.add(op);
                // A profile that is waited for has a path, too, and changes nothing there.
                if (undone.line(op + "/before/kind").isPresent()) {
                    undone.line(op + "/path").ifPresent(path -> last.put(path, op));
                }
            }
        }
        // The oldest fix has what was there before all of them.
        for (String op : all) {
            undone.keep(op, last);
            undone.keepSwitch(op);
        }
        for (String name : machine.list(RepairAct.SetAside.FOLDER).orElse(List.of())) {
            RepairAct.SetAside.was(name).ifPresent(path -> undone.bringBack(name, path));
        }
        return undone;
    }

    /**
     * @param changes in their order; those of what runs, and of /run, are gone after a boot, but
     *     for NetworkManager's switches, which it keeps
     */
    static AlteredMachine after(Machine machine, List<Change> changes) {
        AlteredMachine after = new AlteredMachine(machine);
        for (Change change : changes) {
            if (change instanceof Change.OnDisk onDisk && !onDisk.path().startsWith("/run/")) {
                after.put(onDisk);
            } else if (change instanceof Change.Run run) {
                after.switched(run.argv());
            }
        }
        return after;
    }

    private void put(Change.OnDisk change) {
        String path = change.path();
        if (change instanceof Change.Put put) {
            altered.put(path, new There("file", put.mode(), text(put.content()), ""));
        } else if (change instanceof Change.InPlace inPlace) {
            altered.put(path, new There("file", 0755, text(inPlace.content()), ""));
        } else if (change instanceof Change.Link link) {
            altered.put(path, new There("link", 0, "", link.target()));
        } else if (change instanceof Change.Remove) {
            altered.put(path, new There("absent", 0, "", ""));
        } else if (change instanceof Change.Mode mode) {
            altered.put(path, new There("file", mode.mode(), read(path).orElse(""), ""));
        } else if (change instanceof Change.Folder folder) {
            altered.put(path, new There("folder", folder.mode(), "", ""));
        }
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** Undo switches off what a fix has switched on, and NetworkManager keeps that in a file. */
    private void keepSwitch(String op) {
        List<String> inverse = machine.read(op + "/inverse").orElse("").lines().toList();
        switched(inverse);
    }

    private void switched(List<String> argv) {
        Switches.switched(read(Switches.STATE).orElse(""), argv)
                .ifPresent(
                        state -> altered.put(Switches.STATE, new There("file", 0600, state, "")));
        if (Switches.opensRadios(argv)) {
            for (String soft : Rfkill.wifiBlocks(machine)) {
                altered.put(soft, new There("file", 0644, "0\n", ""));
            }
        }
    }

    /**
     * @param last by path, the change that a fix has made there last
     */
    private void keep(String op, Map<String, String> last) {
        Optional<String> kind = line(op + "/before/kind");
        Optional<String> path = line(op + "/path");
        if (kind.isPresent() && path.isPresent() && !isKept(path.get(), last.get(path.get()))) {
            altered.putIfAbsent(
                    path.get(),
                    new There(
                            kind.get(),
                            // What is damaged stops undo, not the forecast.
                            Integer.parseInt(
                                    line(op + "/before/mode")
                                            .filter(mode -> mode.matches("[0-7]{1,5}"))
                                            .orElse("0"),
                                    8),
                            kind.get().equals("file")
                                    ? machine.read(op + "/before/data").orElse("")
                                    : "",
                            line(op + "/before/target").orElse("")));
        }
    }

    /** Undo leaves alone what somebody has changed since; what a later fix changed is not that. */
    private boolean isKept(String path, String op) {
        boolean ours =
                switch (line(op + "/kind").orElse("")) {
                    case "put", "in-place", "mode" ->
                            machine.read(path).value().equals(machine.read(op + "/data").value());
                    case "link" ->
                            machine.stat(path)
                                    .value()
                                    .map(FileStat::target)
                                    .equals(line(op + "/target"));
                    case "remove" -> machine.stat(path).isAbsent();
                    default -> true;
                };
        return !ours && machine.stat(op + "/volatile").isAbsent();
    }

    /** What monitor has set aside, because NetworkManager did not start with it. */
    private void bringBack(String name, String path) {
        if (stat(path).isAbsent()) {
            String text = machine.read(RepairAct.SetAside.FOLDER + "/" + name).orElse("");
            altered.put(path, new There("file", 0644, text, ""));
        }
    }

    private Optional<String> line(String path) {
        return machine.read(path).value().map(String::strip);
    }

    boolean changesAnything() {
        return !altered.isEmpty();
    }

    @Override
    public CommandResult run(Command command) {
        return CommandResult.notRun(
                command, CommandResult.Outcome.NOT_RUN, "not run, this is how it would be");
    }

    @Override
    public Reading<String> read(String path) {
        There was = altered.get(path);
        if (was == null) {
            return machine.read(path);
        }
        return was.kind().equals("file") ? Reading.known(was.text()) : Reading.absent("no " + path);
    }

    @Override
    public Reading<List<String>> list(String folder) {
        There itself = altered.get(folder);
        if (itself != null && itself.kind().equals("absent")) {
            return Reading.absent("no " + folder);
        }
        Reading<List<String>> now = machine.list(folder);
        List<String> more = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        altered.forEach(
                (path, was) -> {
                    int slash = path.lastIndexOf('/');
                    if (path.substring(0, slash).equals(folder)) {
                        (was.kind().equals("absent") ? gone : more).add(path.substring(slash + 1));
                    }
                });
        boolean there = itself != null || !more.isEmpty();
        if (now.value().isEmpty() && !(now.isAbsent() && there)) {
            return now;
        }
        TreeSet<String> all = new TreeSet<>(now.orElse(List.of()));
        all.addAll(more);
        gone.forEach(all::remove);
        return Reading.known(List.copyOf(all));
    }

    @Override
    public Reading<FileStat> stat(String path) {
        There was = altered.get(path);
        if (was == null) {
            return machine.stat(path);
        }
        return switch (was.kind()) {
            case "file" ->
                    Reading.known(
                            new FileStat(
                                    FileStat.Kind.FILE, was.mode(), 0, 0, was.text().length(), ""));
            case "link" ->
                    Reading.known(new FileStat(FileStat.Kind.LINK, 0777, 0, 0, 0, was.target()));
            case "folder" ->
                    Reading.known(new FileStat(FileStat.Kind.FOLDER, was.mode(), 0, 0, 0, ""));
            default -> Reading.absent("no " + path);
        };
    }

    @Override
    public boolean runsCommands() {
        return false;
    }

    @Override
    public Instant clock() {
        return machine.clock();
    }

    @Override
    public String describe() {
        return "this machine as it would be";
    }
}
