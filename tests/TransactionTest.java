package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.OutputStream;
import java.io.PrintStream;

/** What the transaction refuses before it changes anything, on a machine that bears no change. */
class TransactionTest {

    private static Transaction on(Texts texts) {
        return new Transaction(
                new VerificationTest.Refusing(texts),
                new PrintStream(OutputStream.nullOutputStream()));
    }

    @Test
    void aSecondUndoLeavesTheFirstOneItsLog() {
        Texts pi = Texts.live().file(PlanFolder.BASE + "/state", "undoing 0001 board boot");
        pi.says("systemctl", "activating");
        BadInput refused = assertThrows(BadInput.class, () -> on(pi).undo());
        assertTrue(refused.getMessage().contains("at work already"), refused.getMessage());
    }

    /** A fix that was killed before it began has left its profiles, with their secrets. */
    @Test
    void sealWipesWhatWasOnlyStaged() throws Exception {
        Texts pi = Texts.live();
        assertEquals(ExitCode.GOOD, on(pi).verb("seal"));
        pi.file(PlanFolder.BASE + "/0001/ops/001/kind", "put");
        assertEquals(ExitCode.GOOD, on(pi).verb("confirm"));
        AssertionError runs = assertThrows(AssertionError.class, () -> on(pi).verb("seal"));
        assertTrue(runs.getMessage().contains("transaction.sh, seal"), runs.getMessage());
    }
}
