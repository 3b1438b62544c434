package netfix;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A machine as its disk would be after {@code fix undo}: what netfix changed is as it was before,
 * everything else as it is. Nothing runs on it.
 */
final class UndoneMachine implements Machine {

    /**
     * @param text of a file
     */
    private record Before(String kind, int mode, String text, String target) {}

    private final Machine machine;
    private final Map<String, Before> before = new HashMap<>();

    UndoneMachine(Machine machine) {
        this.machine = machine;
        // The oldest fix has what was there before all of them.
        for (String fix : PlanFolder.fixes(machine)) {
            String ops = PlanFolder.BASE + "/" + fix + "/ops";
            for (String op : machine.list(ops).orElse(List.of())) {
                keep(ops + "/" + op);
            }
        }
    }

    private void keep(String op) {
        Optional<String> kind = line(op + "/before/kind");
        Optional<String> path = line(op + "/path");
        if (kind.isPresent() && path.isPresent()) {
            before.putIfAbsent(
                    path.get(),
                    new Before(
                            kind.get(),
                            Integer.parseInt(line(op + "/before/mode").orElse("0"), 8),
                            kind.get().equals("file")
                                    ? machine.read(op + "/before/data").orElse("")
                                    : "",
                            line(op + "/before/target").orElse("")));
        }
    }

    private Optional<String> line(String path) {
        return machine.read(path).value().map(String::strip);
    }

    boolean changesAnything() {
        return !before.isEmpty();
    }

    @Override
    public CommandResult run(Command command) {
        return CommandResult.notRun(
                command, CommandResult.Outcome.NOT_RUN, "not run, this is how it would be");
    }

    @Override
    public Reading<String> read(String path) {
        Before was = before.get(path);
        if (was == null) {
            return machine.read(path);
        }
        return was.kind().equals("file") ? Reading.known(was.text()) : Reading.absent("no " + path);
    }

    @Override
    public Reading<List<String>> list(String folder) {
        Before itself = before.get(folder);
        if (itself != null && itself.kind().equals("absent")) {
            return Reading.absent("no " + folder);
        }
        return machine.list(folder)
                .map(
                        names -> {
                            TreeSet<String> all = new TreeSet<>(names);
                            before.forEach(
                                    (path, was) -> {
                                        int slash = path.lastIndexOf('/');
                                        if (!path.substring(0, slash).equals(folder)) {
                                            return;
                                        }
                                        String name = path.substring(slash + 1);
                                        if (was.kind().equals("absent")) {
                                            all.remove(name);
                                        } else {
                                            all.add(name);
                                        }
                                    });
                            return List.copyOf(all);
                        });
    }

    @Override
    public Reading<FileStat> stat(String path) {
        Before was = before.get(path);
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
        return "this machine after undo";
    }
}
