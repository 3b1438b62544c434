package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What the virtual Pi's benchmarks make of their figures: a bound that is missed is missed. */
class BenchTest {

    @TempDir Path folder;

    private ProcessResult judged(String bench, String... figures) throws Exception {
        Path file = Files.writeString(folder.resolve("figures"), String.join("\n", figures) + "\n");
        return new ProcessExecutor(
                        "sh",
                        Checkout.root().resolve("tests/bench").resolve(bench).toString(),
                        "judge",
                        file.toString())
                .readOutput(true)
                .redirectErrorStream(true)
                .timeout(60, TimeUnit.SECONDS)
                .execute();
    }

    /**
     * A fault and, of nothing, loop, monit, netfix and floor, the hundredths of a second until both
     * sides are back, until the repair and until it is named; and of a look by a shell.
     */
    private ProcessResult race(String... rows) throws Exception {
        return judged("race.sh", rows);
    }

    private static final String STOP =
            "stop 7500/7500/7500 3300/3000/7500 2500/2100/7500 600/300/150 500/500/7500 120";
    private static final String KILL =
            "kill kept/kept/kept kept/kept/kept kept/kept/kept kept/kept/kept kept/kept/kept 110";

    @Test
    void aRaceThatIsWonIsWon() throws Exception {
        ProcessResult result = race(STOP, KILL);
        assertEquals(
                """
                1 faults cost netfix a side, 1 of them were healed; 1 cost it none
                first effective repair, netfix / best of the others: 0.14 together, 0.14 in the\
                 middle
                both sides back, netfix / floor: 1.20 together, 1.20 in the middle
                the line that names it, / (0.3 s + one look by a shell): 1.00 in the middle,\
                 1.00 at the latest
                """,
                result.outputUTF8());
        assertEquals(0, result.getExitValue());
    }

    @Test
    void eachBoundOfTheRaceCanBeMissed() throws Exception {
        assertEquals(1, race(STOP.replace("600/300", "600/450")).getExitValue(), "repair");
        assertEquals(1, race(STOP.replace("600/300", "700/300")).getExitValue(), "floor");
        assertEquals(1, race(STOP.replace("/150 ", "/460 ")).getExitValue(), "named");
        String lost = STOP.replace("600/300/150", "7500/7500/150");
        assertEquals(1, race(STOP, STOP, STOP, STOP, STOP, STOP, lost).getExitValue(), "lost");
        assertEquals(1, race(STOP.replaceAll(" [0-9/]+ 120$", " - 120")).getExitValue(), "floor");
        assertEquals(1, race(KILL).getExitValue(), "nothing was lost");
        ProcessResult result = race(STOP, KILL.replace("kept", "none"));
        assertTrue(result.outputUTF8().contains("not injected everywhere: kill"));
        assertEquals(1, result.getExitValue());
    }

    private int boots(String... notes) throws Exception {
        return judged("boot.sh", notes).getExitValue();
    }

    /** Microseconds until NetworkManager is there, and of network-init itself. */
    @Test
    void whatABootCostsIsHeldAgainstItsNoise() throws Exception {
        String[] within = {
            "without 5000000 0",
            "with 5200000 80000",
            "without 5400000 0",
            "with 5300000 90000",
            "without 5100000 0",
            "with 5250000 70000"
        };
        assertEquals(0, boots(within));
        String[] beyond = within.clone();
        beyond[1] = "with 5700000 80000";
        beyond[3] = "with 5800000 80000";
        assertEquals(1, boots(beyond));
        assertEquals(1, boots("without 5000000 0", "with 5000000 80000"), "too few");
    }
}
