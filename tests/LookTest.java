package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

class LookTest {

    /** A machine without a single file, whose every command comes to the same end. */
    private static class Bare implements Machine {
        private final Function<Command, CommandResult> end;

        Bare(Function<Command, CommandResult> end) {
            this.end = end;
        }

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

    /** A systemctl that exits 0 and tells nothing has not said that no manager is installed. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "Id=other.service\nLoadState=loaded\n", "\u0001\u0002"})
    void unitsThatNobodySpokeOfAreUnknown(String output) {
        Diagnosis d = diagnose(c -> CommandResult.exited(c, 0, output, ""));
        assertEquals(ExitCode.UNKNOWN, d.exitCode());
        assertEquals(
                "systemctl show did not say what was asked",
                d.snapshot().units().whyUnknown().orElseThrow());
        assertFalse(report(d).contains("no network manager is installed"), report(d));
    }

    /**
     * A hung D-Bus is paid for once, however many commands wait for it: none of them comes to an
     * end before all have begun.
     */
    @Test
    void whatWaitsForADaemonWaitsAtOnce() {
        Set<String> tools = Set.of("nmcli", "systemctl", "journalctl");
        CyclicBarrier together = new CyclicBarrier(8);
        Diagnosis d =
                diagnose(
                        c -> {
                            if (!tools.contains(c.tool())) {
                                return CommandResult.exited(c, 0, "", "");
                            }
                            try {
                                together.await(30, TimeUnit.SECONDS);
                            } catch (InterruptedException
                                    | BrokenBarrierException
                                    | TimeoutException e) {
                                return CommandResult.exited(c, 99, "", "they queue");
                            }
                            return CommandResult.notRun(c, CommandResult.Outcome.TIMED_OUT, "");
                        });
        assertFalse(report(d).contains("they queue"), report(d));
        assertTrue(report(d).contains("did not answer in time"), report(d));
    }

    @Test
    void aFaultOfOurOwnCostsOneAnswer() {
        Machine odd =
                new Bare(LookTest::withoutProcesses) {
                    @Override
                    public Reading<List<String>> list(String folder) {
                        if (folder.startsWith("/etc/")) {
                            throw new IllegalStateException("unthought of");
                        }
                        return super.list(folder);
                    }
                };
        Snapshot snapshot = Look.at(odd, Progress.silent());
        assertTrue(snapshot.processes().whyUnknown().orElse("").contains("unthought of"));
        assertTrue(snapshot.nm().profiles().whyUnknown().orElse("").contains("unthought of"));
        assertTrue(snapshot.nm().config().unreadable().get(0).contains("unthought of"));
        assertTrue(snapshot.netplan().unreadable().get(0).contains("unthought of"));
        assertEquals(Reading.known(List.of()), snapshot.links());
        assertEquals(ExitCode.PROBLEMS, Diagnosis.of(snapshot).exitCode(), "no interface");
    }

    private static CommandResult withoutProcesses(Command command) {
        if (command.tool().equals("ps")) {
            throw new IllegalStateException("unthought of");
        }
        return command.tool().equals("ip")
                ? CommandResult.exited(command, 0, "[]", "")
                : CommandResult.notRun(
                        command, CommandResult.Outcome.NO_SUCH_TOOL, "not installed");
    }

    @Test
    void rootIsToldTheWayThatWasUsed() {
        assertEquals("sudo jbang diagnose@netfix", Cli.asRoot("diagnose", Map.of()));
        assertEquals("jbang fix@netfix", Cli.again("fix", Map.of()));
        assertEquals("sudo jbang fix@netfix", Cli.again("fix", Map.of("SUDO_USER", "pi")));
        assertEquals(
                "sudo '/home/pi/my netfix/jbang' diagnose@netfix",
                Cli.asRoot("diagnose", Map.of("JBANG_LAUNCH_CMD", "/home/pi/my netfix/jbang")));
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

    @Test
    void problemsStayTheAnswerWhereAFileCouldNotBeKept() {
        assertEquals(ExitCode.PROBLEMS, ExitCode.of(ExitCode.PROBLEMS, ExitCode.UNKNOWN));
        assertEquals(ExitCode.UNKNOWN, ExitCode.of(ExitCode.GOOD, ExitCode.GOOD, ExitCode.UNKNOWN));
        assertEquals(ExitCode.GOOD, ExitCode.of(ExitCode.GOOD));
    }
}
