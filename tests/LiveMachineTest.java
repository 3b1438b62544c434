package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class LiveMachineTest {

    private final Machine machine = new LiveMachine();

    @Test
    void aHungCommandCostsItsOwnTimeout() {
        long start = System.nanoTime();
        CommandResult result =
                machine.run(new Command(List.of("sleep", "60"), Duration.ofMillis(200)));
        assertEquals(CommandResult.Outcome.TIMED_OUT, result.outcome());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 30);
        assertTrue(result.output().whyUnknown().get().contains("did not answer"));
    }

    @Test
    void aCommandThatNeverStopsTalkingCostsItsOwnTimeout() {
        CommandResult result = machine.run(new Command(List.of("yes"), Duration.ofMillis(200)));
        assertEquals(CommandResult.Outcome.TIMED_OUT, result.outcome());
    }

    @Test
    void whatACommandSaysIsWholeAlsoWhereAPipeCannotHoldIt() {
        CommandResult result = machine.run(Command.of("seq", "200000"));
        assertEquals(200_000, result.stdout().lines().count());
        assertTrue(result.stdout().endsWith("200000\n"));
    }

    @Test
    void aMissingToolIsNamed() {
        CommandResult result = machine.run(Command.of("no-such-tool-of-netfix", "-x"));
        assertEquals(CommandResult.Outcome.NO_SUCH_TOOL, result.outcome());
        assertEquals("no-such-tool-of-netfix is not installed", result.failure());
    }

    @Test
    void aFailureKeepsWhatItSaid() {
        CommandResult result =
                machine.run(
                        Command.of("sh", "-c", "echo what was asked; echo no such >&2; exit 3"));
        assertFalse(result.ok());
        assertEquals(3, result.exit());
        assertEquals("what was asked\n", result.stdout());
        assertEquals("no such\n", result.stderr());
        assertTrue(result.failure().endsWith(" exited 3: no such"), result.failure());
    }

    @Test
    void argumentsReachTheProgramAsTheyAre() {
        String hostile = "; touch /tmp/x $(id) `id` '\" \\ \n *";
        assertEquals(hostile, machine.run(Command.of("printf", "%s", hostile)).stdout());
    }

    @Test
    void filesOfTheKernelAreReadWhateverSizeTheySay() {
        assertTrue(machine.read("/proc/self/status").value().get().contains("Uid:"));
        assertTrue(machine.read("/no/such/file").isAbsent());
        assertTrue(machine.read("/dev/null").whyUnknown().get().contains("not a regular file"));
    }
}
