package netfix;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A machine that is not here: it gives the answers of a capture. A question that was not asked then
 * has no answer now, and is said so: an older capture under a newer netfix gives "could not tell",
 * never "there is none".
 */
public final class ReplayedMachine implements Machine {

    private final Capture capture;
    private final String name;
    private final String described;

    /**
     * @param name how to call the capture in reports and messages
     */
    public ReplayedMachine(Capture capture, String name) {
        this(capture, name, "the capture " + name);
    }

    private ReplayedMachine(Capture capture, String name, String described) {
        this.capture = capture;
        this.name = name;
        this.described = described;
    }

    /** What has just been read of a machine, to be looked at in its place. */
    public static ReplayedMachine inPlaceOf(Machine machine, Capture capture) {
        return new ReplayedMachine(capture, machine.describe(), machine.describe());
    }

    public Capture capture() {
        return capture;
    }

    /**
     * What a watch saw, where the capture is of one: both looks are taken again from what they
     * read.
     *
     * @throws BadInput where what is kept of it is damaged
     */
    public Optional<Watch.Observed> watched() {
        return capture.watched()
                .map(
                        watch ->
                                WatchFormat.read(
                                        watch.seen(),
                                        Look.at(
                                                new ReplayedMachine(
                                                        watch.baseline(), name, described),
                                                Progress.silent()),
                                        Look.at(this, Progress.silent()),
                                        name));
    }

    @Override
    public CommandResult run(Command command) {
        CommandResult result = capture.commands.get(command.argv());
        return result != null
                ? result
                : CommandResult.notRun(
                        command, CommandResult.Outcome.NOT_RUN, "not in the capture");
    }

    @Override
    public Reading<String> read(String path) {
        return answer(capture.texts.get(path), path);
    }

    @Override
    public Reading<List<String>> list(String folder) {
        return answer(capture.folders.get(folder), folder);
    }

    @Override
    public Reading<FileStat> stat(String path) {
        return answer(capture.stats.get(path), path);
    }

    private <T> Reading<T> answer(Reading<T> kept, String path) {
        if (kept == null && capture.holdsAllAround(path)) {
            return Reading.absent("there was no " + path);
        }
        return kept != null ? kept : Reading.unknown(path + " is not in the capture");
    }

    @Override
    public boolean runsCommands() {
        return capture.live();
    }

    @Override
    public Instant clock() {
        return capture.taken();
    }

    @Override
    public String describe() {
        return described;
    }
}
