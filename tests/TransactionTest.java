package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

    @Test
    void undoSaysWhereNothingIsKeptOfBefore() {
        Texts pi = Texts.card();
        Undo.refuseWhereNothingIsKept(pi, Optional.empty());
        pi.file(Services.MONITOR.file(), Services.MONITOR.text());
        pi.link(Services.MONITOR.link(), Services.MONITOR.file());
        BadInput sealed =
                assertThrows(
                        BadInput.class,
                        () -> Undo.refuseWhereNothingIsKept(pi, Optional.of(Path.of("/mnt"))));
        assertTrue(sealed.getMessage().contains("seal"), sealed.getMessage());
        assertTrue(
                sealed.getMessage().endsWith("--root /mnt disable network-monitor.service"),
                sealed.getMessage());
        Texts cloned = Texts.card().file(PlanFolder.BASE + "/state", "confirmed 0001 board boot");
        assertThrows(BadInput.class, () -> Undo.refuseWhereNothingIsKept(cloned, Optional.empty()));
        cloned.file(PlanFolder.BASE + "/0001/paths", "");
        Undo.refuseWhereNothingIsKept(cloned, Optional.empty());
    }

    /** A fix that was killed before it began has left its profiles, with their secrets. */
    @Test
    void sealWipesWhatWasOnlyStaged() throws Exception {
        Texts pi = Texts.live();
        assertEquals(ExitCode.GOOD, on(pi).seal());
        pi.file(PlanFolder.BASE + "/0001/ops/001/kind", "put");
        assertEquals(ExitCode.GOOD, on(pi).confirm());
        assertSeals(pi);
    }

    /** After a seal and a boot monitor has copies of the profiles again, and no fix is here. */
    @Test
    void sealWipesWhatMonitorOrARescueHasKept() {
        for (String kept : List.of("known-good/uuid", "rescue/1/1.data")) {
            assertSeals(Texts.live().file(PlanFolder.BASE + "/" + kept, "psk=correct horse"));
        }
    }

    private static void assertSeals(Texts pi) {
        AssertionError begins = assertThrows(AssertionError.class, () -> on(pi).seal());
        assertEquals("writes /var/lib/netfix/sealed", begins.getMessage());
    }

    @Test
    void whileAFixIsBeingAppliedNothingIsSealed() {
        Texts pi = Texts.live().file(PlanFolder.BASE + "/state", "open 0001 board boot");
        assertThrows(BadInput.class, () -> on(pi).seal());
    }
}
