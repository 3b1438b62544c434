package netfix.lab;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a command in the virtual Pi answered.
 *
 * @param exit its exit code; 128 + the signal that ended it
 * @param killed whether the lab ended it because its time was up
 */
record GuestResult(List<String> argv, int exit, byte[] out, byte[] err, boolean killed) {

    String stdout() {
        return new String(out, StandardCharsets.UTF_8);
    }

    String stderr() {
        return new String(err, StandardCharsets.UTF_8);
    }

    boolean ok() {
        return exit == 0 && !killed;
    }

    /** Itself, where it went well. */
    GuestResult must() {
        return must(0);
    }

    /** Itself, where it ended as expected. */
    GuestResult must(int expected) {
        if (exit != expected || killed) {
            throw new LabFailure(shown());
        }
        return this;
    }

    /** As one would see it on a console: for a failure message. */
    String shown() {
        String text = (stdout() + stderr()).strip();
        return String.join(" ", argv)
                + ": exit "
                + exit
                + (killed ? " (time was up)" : "")
                + (text.isEmpty() ? "" : "\n" + text.indent(4).stripTrailing());
    }
}
