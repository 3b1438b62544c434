package netfix;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A row of the table of findings.
 *
 * @param code for scripts and for {@code --explain}; never renamed
 * @param title one line, true of every hit
 * @param cause which of the documentation's five causes it belongs to
 * @param why why it matters, in a sentence or two
 * @param recognised how it is recognised, in a sentence
 * @param survivesReboot whether the fault itself is still there after a boot
 * @param silencedBy codes whose finding on the same subject (or on a subject that stands for the
 *     whole machine) makes this one a mere consequence
 */
public record FindingRow(
        String code,
        String title,
        Cause cause,
        String why,
        String recognised,
        boolean survivesReboot,
        Set<String> silencedBy,
        Function<Snapshot, Verdict> test) {

    /** The documentation's root causes. */
    public enum Cause {
        SERVICE_CONFLICT("service conflict: several network managers"),
        SUPPLICANT("wpa_supplicant interference"),
        BTBERRYWIFI("BTBerryWifi and NetworkManager not getting along"),
        INTERFACE_STATE("interface state lost"),
        ROUTING("routes or addresses destroyed"),
        OUTSIDE("outside the five known causes");

        private final String shown;

        Cause(String shown) {
            this.shown = shown;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    /**
     * A subject that stands for the whole machine: what is found there silences on every interface.
     */
    static final String MACHINE = "machine";

    static Set<String> codes(String... codes) {
        return Set.copyOf(List.of(codes));
    }
}
