package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/** A plan as a person reads it: each measure that is missing, and every change with its command. */
public final class PlanReport {

    private PlanReport() {}

    /** The same, and what it leads to. */
    public static String of(Plan plan, Answer afterBoot, Terminal terminal) {
        boolean helpless = plan.isEmpty() && afterBoot.isNo();
        String sentence =
                "Reachable after a reboot"
                        + (plan.isEmpty() ? "" : ", with this done")
                        + ": "
                        + VerificationReport.sentence(afterBoot)
                        + (helpless ? " Nothing that fix does would change that." : "");
        return of(plan, terminal) + "\n" + terminal.prose(sentence, 2) + "\n";
    }

    /** Lines, each ended by a newline. */
    public static String of(Plan plan, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        for (Plan.Judged one : plan.standings()) {
            if (one.standing() instanceof Fulfilment.Missing missing) {
                lines.add(
                        terminal.paint(Terminal.Colour.BOLD, one.measure().title())
                                + "  ("
                                + one.measure().id()
                                + ", "
                                + one.measure().step()
                                + ")");
                missing.what()
                        .forEach(
                                what ->
                                        lines.add(
                                                terminal.prose(
                                                        "  now: " + Terminal.safe(what), 7)));
                lines.add(terminal.prose("  why: " + one.measure().why(), 7));
            } else if (one.standing() instanceof Fulfilment.Unknown unknown) {
                lines.add(
                        terminal.prose(
                                one.measure().title()
                                        + ": could not tell ("
                                        + Terminal.safe(unknown.why())
                                        + ")",
                                2));
            }
        }
        if (plan.isEmpty() && plan.anyMissing()) {
            lines.add("Nothing that fix can do: what is listed above needs a hand.");
        } else if (plan.isEmpty()) {
            lines.add(terminal.prose("Nothing to do: " + nothing(plan), 2));
        } else {
            lines.add("");
            lines.add("In this order:");
            int number = 0;
            for (Plan.Step step : plan.steps()) {
                number++;
                lines.add(String.format("%4d  %s", number, Terminal.safe(step.change().shown())));
            }
        }
        if (!plan.left().isEmpty()) {
            lines.add("");
            lines.add("What only the next boot can prove:");
            plan.left().forEach(what -> lines.add(terminal.prose("  " + what, 6)));
        }
        if (!plan.respected().isEmpty()) {
            lines.add("");
            plan.respected()
                    .forEach(o -> lines.add(terminal.prose(VerificationReport.respected(o), 2)));
        }
        List<Loss> told = plan.isEmpty() ? List.of() : plan.told();
        losses(lines, "A little different afterwards:", told, terminal);
        String lost = "NetworkManager cannot do this, and it would be lost:";
        losses(lines, lost, plan.losses(), terminal);
        return String.join("\n", lines) + "\n";
    }

    private static void losses(
            List<String> lines, String heading, List<Loss> losses, Terminal terminal) {
        if (losses.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(heading);
        for (Loss loss : losses) {
            String text = loss.text().isEmpty() ? "" : ": " + loss.text();
            String what = "  " + loss.id() + "  " + Terminal.safe(loss.place() + text);
            lines.add(terminal.prose(what, 6));
            lines.add(terminal.prose("      " + Terminal.safe(loss.why()), 6));
        }
    }

    private static String nothing(Plan plan) {
        if (!plan.unknown().isEmpty()) {
            return "but something could not be told.";
        }
        List<String> why =
                plan.standings().stream()
                        .map(Plan.Judged::standing)
                        .filter(Fulfilment.NotNeeded.class::isInstance)
                        .map(s -> ((Fulfilment.NotNeeded) s).why())
                        .distinct()
                        .toList();
        boolean business =
                plan.standings().stream().anyMatch(j -> j.standing() instanceof Fulfilment.InPlace);
        if (business) {
            return "everything is in place.";
        }
        return why.isEmpty() ? "nothing is down." : String.join("; ", why) + ".";
    }

    /** The schema {@code netfix/plan/1}. */
    public static String json(Plan plan, Answer afterBoot) {
        ObjectNode top = document(plan);
        JsonReport.answer(top.putObject("reachable_after_boot"), afterBoot);
        return Json.pretty(top);
    }

    /** The same without a forecast. */
    public static String json(Plan plan) {
        return Json.pretty(document(plan));
    }

    private static ObjectNode document(Plan plan) {
        ObjectNode top = Json.document("netfix/plan/1");
        VerificationReport.measures(top.putArray("measures"), plan.standings());
        ArrayNode steps = top.putArray("steps");
        for (Plan.Step step : plan.steps()) {
            steps.addObject()
                    .put("measure", step.measure())
                    .put("phase", step.phase().toString().toLowerCase(java.util.Locale.ROOT))
                    .put("shown", step.change().shown());
        }
        plan.left().forEach(top.putArray("only_a_boot_proves")::add);
        VerificationReport.respected(top.putArray("respected"), plan.respected());
        losses(top.putArray("told"), plan.told());
        losses(top.putArray("losses"), plan.losses());
        return top;
    }

    private static void losses(ArrayNode array, List<Loss> losses) {
        for (Loss loss : losses) {
            array.addObject()
                    .put("id", loss.id())
                    .put("place", loss.place())
                    .put("text", loss.text())
                    .put("why", loss.why());
        }
    }
}
