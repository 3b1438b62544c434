package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

class LookTest {

    /** A machine without a single file, whose every command comes to the same end. */
    private record Bare(Function<Command, CommandResult> end) implements Machine {
        @Override
        public CommandResult run(Command command) {
            return end.apply(command);
        }

        @Override
        public Reading<String> read(String path) {
            return Reading.absent("no " + path);
        }

        @Override
        public Reading<List<String>> list(String folder) {
            return Reading.absent("no " + folder);
        }

        @Override
        public Reading<FileStat> stat(String path) {
            return Reading.absent("no " + path);
        }

        @Override
        public boolean runsCommands() {
            return true;
        }

        @Override
        public Instant clock() {
            return Instant.EPOCH;
        }

        @Override
        public String describe() {
            return "a bare machine";
        }
    }

    private static Diagnosis diagnose(Function<Command, CommandResult> end) {
        return Diagnosis.of(Look.at(new Bare(end), Progress.silent()));
    }

    private static String report(Diagnosis d) {
        return TextReport.of(d, new Terminal(false));
    }

    @Test
    void withoutAnyToolItSaysWhatIsMissing() {
        Diagnosis d =
                diagnose(
                        c ->
                                CommandResult.notRun(
                                        c, CommandResult.Outcome.NO_SUCH_TOOL, "not installed"));
        assertEquals(ExitCode.UNKNOWN, d.exitCode());
        assertTrue(report(d).contains("ip is not installed"), report(d));
        assertTrue(report(d).contains("systemctl is not installed"), report(d));
    }

    @Test
    void whereEveryCommandHangsItSaysSo() {
        Diagnosis d = diagnose(c -> CommandResult.notRun(c, CommandResult.Outcome.TIMED_OUT, ""));
        assertEquals(ExitCode.UNKNOWN, d.exitCode());
        assertTrue(report(d).contains("did not answer in time"), report(d));
    }

    @Test
    void whereEveryCommandSpeaksAnotherLanguageItSaysSo() {
        Diagnosis d =
                diagnose(c -> CommandResult.exited(c, 0, "Ger\u00e4t: nicht gefunden\n{]", ""));
        assertEquals(ExitCode.UNKNOWN, d.exitCode());
    }

    /** Commands at once, or a look would cost the sum of their times. */
    @Test
    void aSlowCommandDoesNotHoldUpTheOthers() {
        long start = System.nanoTime();
        Machine live = new LiveMachine();
        diagnose(c -> live.run(new Command(List.of("sleep", "60"), Duration.ofMillis(300))));
        long slowest = Duration.ofNanos(System.nanoTime() - start).toMillis();
        assertTrue(slowest < 300 * 18, "18 commands of 300 ms took " + slowest + " ms");
    }
}
