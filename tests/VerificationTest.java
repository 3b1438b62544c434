package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** verify is the walk that fix makes, over a machine that refuses whatever changes it. */
class VerificationTest {

    /**
     * Words with which the tools that a look asks change something: nmcli(1), ip(8), systemctl(1),
     * iw(8), rfkill(8), networkctl(1), dhcpcd(8), journalctl(1), resolvectl(1), netplan(8).
     */
    private static final Set<String> CHANGING =
            Set.of(
                    "add",
                    "append",
                    "apply",
                    "block",
                    "change",
                    "clone",
                    "connect",
                    "daemon-reload",
                    "del",
                    "delete",
                    "disable",
                    "disconnect",
                    "down",
                    "edit",
                    "enable",
                    "flush",
                    "generate",
                    "import",
                    "kill",
                    "load",
                    "mask",
                    "modify",
                    "off",
                    "on",
                    "reapply",
                    "reload",
                    "renew",
                    "replace",
                    "reset-failed",
                    "restart",
                    "revert",
                    "scan",
                    "set",
                    "start",
                    "stop",
                    "toggle",
                    "try",
                    "unblock",
                    "unmask",
                    "up",
                    "--rotate",
                    "--flush",
                    "--sync",
                    "--vacuum-size",
                    "-k",
                    "-n",
                    "-x",
                    "--release",
                    "--rebind");

    /** {@code -n} is a number of lines or "no names" to these. */
    private static final Set<String> PLAIN = Set.of("journalctl", "ping");

    static final class Refusing extends ForwardingMachine implements Writable {
        private final Machine machine;
        private final List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());

        Refusing(Machine machine) {
            this.machine = machine;
        }

        @Override
        public CommandResult run(Command command) {
            asked.add(command.argv());
            for (String word : command.argv().subList(1, command.argv().size())) {
                boolean number = word.equals("-n") && PLAIN.contains(command.tool());
                assertTrue(number || !CHANGING.contains(word), command.shown());
            }
            return machine.run(command);
        }

        @Override
        Machine to() {
            return machine;
        }

        @Override
        public void write(String path, byte[] content, int mode) {
            throw new AssertionError("writes " + path);
        }

        @Override
        public void stage(String folder, Map<String, byte[]> files) {
            throw new AssertionError("writes " + folder);
        }

        @Override
        public int runShown(List<String> argv, PrintStream to) {
            throw new AssertionError("runs " + argv);
        }
    }

    /** No measure is missing then, and Wi-Fi is gone all the same. */
    @Test
    void itNamesTheProfileThatAScanTook() throws Exception {
        String capture = "wifi-profile-deleted~after-a-boot";
        Machine machine = new ReplayedMachine(CaptureFile.load(Captures.file(capture)), capture);
        Verification verification =
                Verification.of(Scene.at(machine, Progress.silent()), Transaction.state(machine));
        String text = VerificationReport.text(verification, new Terminal(false));
        assertTrue(
                text.contains(
                        "LOST            btwifiset deleted the Wi-Fi profile \"My Home Net\" during"
                                + " a scan: sudo nmcli --ask device wifi connect 'My Home Net'\n"),
                text);
        assertEquals(
                "My Home Net",
                Json.read(VerificationReport.json(verification))
                        .path("taken")
                        .path(0)
                        .path("profile")
                        .asText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "healthy-bullseye",
                "healthy-bookworm",
                "networkmanager-and-networkd",
                "dhcpcd-and-ifupdown"
            })
    void itChangesNothing(String capture) throws Exception {
        Refusing machine =
                new Refusing(
                        new ReplayedMachine(CaptureFile.load(Captures.file(capture)), capture));
        Verification verification =
                Verification.of(Scene.at(machine, Progress.silent()), Transaction.state(machine));
        assertFalse(machine.asked.isEmpty());
        VerificationReport.text(verification, new Terminal(false));
        VerificationReport.json(verification);
        // Every sample's metric has its help and its type, once, and before it.
        String metrics = VerificationReport.prometheus(verification);
        assertTrue(metrics.endsWith("\n"), metrics);
        String head = "";
        for (String line : metrics.split("\n")) {
            if (line.startsWith("# HELP ")) {
                head = line.split(" ")[2];
            } else if (!line.equals("# TYPE " + head + " gauge")) {
                assertTrue(line.matches(head + "(\\{measure=\"[a-z-]+\"\\})? [01]"), line);
            }
        }
    }
}
