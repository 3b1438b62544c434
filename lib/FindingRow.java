package netfix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A row of the table of findings.
 *
 * @param code for scripts and for {@code --explain}; never renamed
 * @param title one line, true of every hit
 * @param cause which of the documentation's five causes it belongs to
 * @param phones whether it is btwifiset's where a line of it is among what was seen, whatever the
 *     cause is else: a person does the same at a terminal
 * @param why why it matters, in a sentence or two
 * @param recognised how it is recognised, in a sentence
 * @param remedy what to do, in general; a finding has the commands with the names in them
 * @param source where this is written: a man page, a file or a thread of the program's
 * @param survivesReboot whether the fault itself is still there after a boot
 * @param silencedBy codes whose finding on the same subject (or on a subject that stands for the
 *     whole machine) makes this one a mere consequence
 */
public record FindingRow(
        String code,
        String title,
        Cause cause,
        boolean phones,
        String why,
        String recognised,
        String remedy,
        String source,
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

    /** The rows in their order; what is said after a {@code row} is said of that row. */
    static final class Table {
        private final List<Draft> drafts = new ArrayList<>();

        private static final class Draft {
            private String code = "";
            private String title = "";
            private Cause cause = Cause.OUTSIDE;
            private boolean phones;
            private String why = "";
            private String recognised = "";
            private String remedy = "";
            private String source = "";
            private boolean survivesReboot;
            private final Set<String> silencedBy = new HashSet<>();
            private Function<Snapshot, Verdict> test = snapshot -> Verdict.clear();
        }

        private Draft last() {
            return drafts.get(drafts.size() - 1);
        }

        Table row(String code, Cause cause, Function<Snapshot, Verdict> test) {
            Draft draft = new Draft();
            draft.code = code;
            draft.cause = cause;
            draft.test = test;
            drafts.add(draft);
            return this;
        }

        Table title(String title) {
            last().title = title;
            return this;
        }

        Table why(String why) {
            last().why = why;
            return this;
        }

        Table recognised(String recognised) {
            last().recognised = recognised;
            return this;
        }

        Table remedy(String remedy) {
            last().remedy = remedy;
            return this;
        }

        Table source(String source) {
            last().source = source;
            return this;
        }

        Table orThePhones() {
            last().phones = true;
            return this;
        }

        Table survivesReboot() {
            last().survivesReboot = true;
            return this;
        }

        Table silencedBy(String... codes) {
            last().silencedBy.addAll(List.of(codes));
            return this;
        }

        List<FindingRow> rows() {
            return drafts.stream()
                    .map(
                            d ->
                                    new FindingRow(
                                            d.code,
                                            d.title,
                                            d.cause,
                                            d.phones,
                                            d.why,
                                            d.recognised,
                                            d.remedy,
                                            d.source,
                                            d.survivesReboot,
                                            Set.copyOf(d.silencedBy),
                                            d.test))
                    .toList();
        }
    }
}
