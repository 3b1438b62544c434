package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    /** "Wiped, and for good" is no answer to somebody who has only left out sudo. */
    @Test
    void whoMayNotReadWhatIsKeptIsToldToUseSudo() {
        Texts pi =
                Texts.live()
                        .unreadable(PlanFolder.BASE + "/state")
                        .file(ExclusiveControl.FILE, "# Written by netfix");
        BadInput undo =
                assertThrows(
                        BadInput.class, () -> Undo.refuseWhereNothingIsKept(pi, Optional.empty()));
        assertEquals(ExitCode.UNKNOWN, undo.exitCode());
        assertTrue(undo.getMessage().endsWith("; use sudo"), undo.getMessage());
        BadInput uninstall =
                assertThrows(BadInput.class, () -> Removal.refuseWhileInUse(pi, Optional.empty()));
        assertTrue(uninstall.getMessage().endsWith("; use sudo"), uninstall.getMessage());
    }

    /** The question was about nothing that anybody had seen. */
    @Test
    void whatIsTakenBackIsShownTheLastFirst() {
        Texts pi = Texts.live();
        assertTrue(Undo.isNothing(pi));
        assertEquals(List.of(), Undo.shown(pi));
        for (String fix : List.of("0001", "0002", "0003")) {
            String ops = PlanFolder.BASE + "/" + fix + "/ops/";
            pi.file(ops + "0001/shown", "write /etc/a" + fix);
            pi.file(ops + "0002/shown", "ln -s b\u001b " + fix);
        }
        pi.file(PlanFolder.BASE + "/0003/undone", "");
        pi.file(PlanFolder.BASE + "/state", "confirmed 0002 board boot");
        assertFalse(Undo.isNothing(pi));
        assertEquals(
                List.of(
                        "Taken back, the last change of fix 0002 first:",
                        "  ln -s b\\x1b 0002",
                        "  write /etc/a0002",
                        "Taken back, the last change of fix 0001 first:",
                        "  ln -s b\\x1b 0001",
                        "  write /etc/a0001"),
                Undo.shown(pi));
        pi.file(PlanFolder.BASE + "/state", "rolled-back 0002 board boot");
        assertEquals(List.of(), Undo.shown(pi));
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

    /**
     * Ctrl-C while the secrets of a fix that was taken back are wiped: it ends as it would have.
     */
    @Test
    void aFixThatIsTakenBackHadBegun() {
        for (String state : List.of("open", "rolled-back", "confirmed")) {
            Texts pi = Texts.live().file(PlanFolder.BASE + "/state", state + " 0002 board boot");
            assertTrue(Transaction.state(pi).hasBegun("0002"));
            assertFalse(Transaction.state(pi).hasBegun("0003"));
        }
    }

    @Test
    void whatIsToBeTypedCanBe() {
        Plan nothing = new Plan(List.of(), List.of(), List.of(), List.of(), List.of(), false);
        for (String state : List.of("open", "unconfirmed")) {
            Texts pi = Texts.live().file(PlanFolder.BASE + "/state", state + " 0001 board boot");
            BadInput refused = assertThrows(BadInput.class, () -> on(pi).run(nothing, List.of()));
            assertTrue(
                    refused.getMessage().contains(Cli.asRoot("fix", System.getenv()) + " undo"),
                    refused.getMessage());
        }
    }
}
