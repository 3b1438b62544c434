package netfix;

import java.time.Instant;
import java.util.List;

/**
 * Another machine, whose answers are kept in a capture as they are given. The analysis sees them as
 * they are, the capture with every secret taken out.
 */
public final class RecordingMachine implements Machine {

    private final Machine machine;
    private final Capture capture;

    public RecordingMachine(Machine machine) {
        this.machine = machine;
        this.capture = new Capture(machine.clock(), machine.runsCommands());
    }

    public Capture capture() {
        return capture;
    }

    /** The two looks of a watch, each with what it read. */
    public static final class Both implements Watch.Ends {
        private final Machine machine;
        private RecordingMachine first;
        private RecordingMachine last;

        public Both(Machine machine) {
            this.machine = machine;
        }

        @Override
        public Machine first() {
            first = new RecordingMachine(machine);
            return first;
        }

        @Override
        public RecordingMachine last() {
            if (last == null) {
                last = new RecordingMachine(machine);
            }
            return last;
        }

        /** The last look's, with the first one's and what was seen in between. */
        public Capture capture(Watch.Observed observed) {
            return last.capture()
                    .after(new Capture.Watched(first.capture(), WatchFormat.write(observed)));
        }
    }

    @Override
    public CommandResult run(Command command) {
        CommandResult result = machine.run(command);
        capture.commands.put(
                command.argv(),
                new CommandResult(
                        result.argv(),
                        result.outcome(),
                        result.exit(),
                        command.tool().equals("journalctl")
                                ? Redaction.ofJsonLines(result.stdout())
                                : Redaction.of(result.stdout()),
                        Redaction.of(result.stderr())));
        return result;
    }

    @Override
    public Reading<String> read(String path) {
        Reading<String> text = machine.read(path);
        capture.texts.put(path, text.map(t -> Redaction.ofFile(path, t)));
        return text;
    }

    @Override
    public Reading<List<String>> list(String folder) {
        Reading<List<String>> names = machine.list(folder);
        capture.folders.put(folder, names);
        return names;
    }

    @Override
    public Reading<FileStat> stat(String path) {
        Reading<FileStat> stat = machine.stat(path);
        capture.stats.put(path, stat);
        return stat;
    }

    @Override
    public boolean runsCommands() {
        return machine.runsCommands();
    }

    @Override
    public Instant clock() {
        return capture.taken();
    }

    @Override
    public String describe() {
        return machine.describe();
    }
}
