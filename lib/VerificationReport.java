package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/** A verification in its three forms. */
public final class VerificationReport {

    private VerificationReport() {}

    /** One line a measure, then reachability in one sentence each. */
    public static String text(Verification v, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        for (Plan.Judged one : v.judged()) {
            String line =
                    word(one.standing(), terminal)
                            + "  "
                            + one.measure().title()
                            + detail(one.standing());
            lines.add(terminal.prose(line, 16));
        }
        v.respected().forEach(o -> lines.add(terminal.prose(respected(o), 16)));
        for (Verdict.Hit hit : v.taken()) {
            lines.add(
                    terminal.paint(Terminal.Colour.RED, "LOST          ")
                            + "  "
                            + Terminal.safe(hit.text())
                            + ": "
                            + Terminal.safe(String.join("; ", hit.remedy())));
        }
        lines.add("");
        if (v.snapshot().host().live()) {
            lines.add(terminal.prose("Reachable now: " + sentence(v.now()), 2));
        }
        lines.add(terminal.prose("Reachable after a reboot: " + sentence(v.afterBoot()), 2));
        if (v.unproved()) {
            lines.add(
                    "The fix was made outside the Pi; no boot has proved it yet (fix "
                            + v.state().fix()
                            + ").");
        } else if (!v.state().name().equals("none")) {
            lines.add("The fix is " + v.state().name() + " (fix " + v.state().fix() + ").");
        }
        return String.join("\n", lines) + "\n";
    }

    /** One line. */
    static String respected(ForeignOwners.Owned owned) {
        return "left alone: " + Terminal.safe(owned.shown());
    }

    static void respected(ArrayNode array, List<ForeignOwners.Owned> all) {
        all.forEach(
                o ->
                        array.addObject()
                                .put("owner", o.owner())
                                .put("what", o.what())
                                .put("seen", o.seen()));
    }

    private static String word(Fulfilment standing, Terminal terminal) {
        if (standing instanceof Fulfilment.InPlace) {
            return terminal.paint(Terminal.Colour.GREEN, "in place      ");
        }
        if (standing instanceof Fulfilment.Missing) {
            return terminal.paint(Terminal.Colour.RED, "MISSING       ");
        }
        return standing instanceof Fulfilment.NotNeeded
                ? "not needed    "
                : terminal.paint(Terminal.Colour.YELLOW, "could not tell");
    }

    private static String detail(Fulfilment standing) {
        String detail = "";
        if (standing instanceof Fulfilment.Missing missing) {
            detail = String.join("; ", missing.what());
        } else if (standing instanceof Fulfilment.NotNeeded notNeeded) {
            detail = notNeeded.why();
        } else if (standing instanceof Fulfilment.Unknown unknown) {
            detail = unknown.why();
        } else if (standing instanceof Fulfilment.InPlace inPlace) {
            detail = inPlace.note();
        }
        return detail.isEmpty() ? "" : ": " + Terminal.safe(detail);
    }

    /** yes, NO or could not tell, and why. */
    static String sentence(Answer answer) {
        String word =
                switch (answer.kind()) {
                    case YES -> "yes";
                    case NO -> "NO";
                    case UNKNOWN -> "could not tell";
                };
        return word + " (" + Terminal.safe(answer.why()) + ").";
    }

    /** The schema {@code netfix/verification/1}. */
    public static String json(Verification v) {
        ObjectNode top = Json.document("netfix/verification/1");
        top.put("fix", v.unproved() ? "unproved" : v.state().name());
        JsonReport.answer(top.putObject("reachable_now"), v.now());
        JsonReport.answer(top.putObject("reachable_after_boot"), v.afterBoot());
        measures(top.putArray("measures"), v.judged());
        respected(top.putArray("respected"), v.respected());
        ArrayNode taken = top.putArray("taken");
        for (Verdict.Hit hit : v.taken()) {
            ObjectNode node = taken.addObject().put("profile", hit.subject());
            node.put("what", hit.text());
            hit.remedy().forEach(node.putArray("remedy")::add);
        }
        return Json.pretty(top);
    }

    static void measures(ArrayNode array, List<Plan.Judged> judged) {
        for (Plan.Judged one : judged) {
            ObjectNode node = array.addObject();
            node.put("id", one.measure().id());
            node.put("step", one.measure().step());
            node.put("title", one.measure().title());
            node.put("standing", name(one.standing()));
            ArrayNode what = node.putArray("missing");
            if (one.standing() instanceof Fulfilment.Missing missing) {
                missing.what().forEach(what::add);
            }
            if (one.standing() instanceof Fulfilment.InPlace inPlace && !inPlace.note().isEmpty()) {
                node.put("note", inPlace.note());
            }
            if (one.standing() instanceof Fulfilment.NotNeeded notNeeded) {
                node.put("why", notNeeded.why());
            }
            if (one.standing() instanceof Fulfilment.Unknown unknown) {
                node.put("why", unknown.why());
            }
        }
    }

    private static String name(Fulfilment standing) {
        if (standing instanceof Fulfilment.InPlace) {
            return "in-place";
        }
        if (standing instanceof Fulfilment.Missing) {
            return "missing";
        }
        return standing instanceof Fulfilment.NotNeeded ? "not-needed" : "unknown";
    }

    /**
     * The text format of Prometheus, for node_exporter's textfile collector. A measure that could
     * not be told has no value: absent is not 0.
     */
    public static String prometheus(Verification v) {
        StringBuilder text = new StringBuilder();
        text.append(
                "# HELP netfix_measure_in_place Whether a measure is in place (1), not needed (1),"
                        + " or missing (0).\n# TYPE netfix_measure_in_place gauge\n");
        for (Plan.Judged one : v.judged()) {
            if (!(one.standing() instanceof Fulfilment.Unknown)) {
                text.append("netfix_measure_in_place{measure=\"")
                        .append(one.measure().id())
                        .append("\"} ")
                        .append(one.standing().isMissing() ? 0 : 1)
                        .append('\n');
            }
        }
        gauge(text, "netfix_reachable", "Whether the machine is reachable now.", v.now());
        gauge(
                text,
                "netfix_reachable_after_boot",
                "Whether the machine will be reachable after its next boot.",
                v.afterBoot());
        return text.toString();
    }

    private static void gauge(StringBuilder text, String name, String help, Answer answer) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
        if (!answer.isUnknown()) {
            text.append(name).append(' ').append(answer.isYes() ? 1 : 0).append('\n');
        }
    }
}
