package netfix;

import static netfix.Terminal.safe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a watch saw and what it comes to, for a person or as a document. */
public final class WatchReport {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** More than a person reads; the files and the JSON have them all. */
    private static final int MOST_SHOWN = 40;

    private final Aftermath aftermath;
    private final Watch.Observed observed;
    private final Terminal terminal;
    private final List<String> lines = new ArrayList<>();
    private String told = "";

    private WatchReport(Aftermath aftermath, Terminal terminal) {
        this.aftermath = aftermath;
        this.observed = aftermath.observed();
        this.terminal = terminal;
    }

    /** The whole report: the answers, the watch, the network as it is now, and the findings. */
    public static String of(Aftermath aftermath, Terminal terminal) {
        WatchReport report = new WatchReport(aftermath, terminal);
        report.verdict();
        report.compared();
        report.told();
        return TextReport.of(aftermath.after(), terminal, report.lines);
    }

    /** The local time of day. */
    static String clock(Instant at) {
        return CLOCK.format(at.atZone(ZoneId.systemDefault()));
    }

    private String time(long nanos) {
        return clock(observed.at(nanos));
    }

    static String seconds(Duration duration) {
        return Math.round(duration.toMillis() / 1000.0) + " s";
    }

    /** What it comes to, in one sentence. */
    static String sentence(Aftermath aftermath) {
        String watched = "Watched " + seconds(aftermath.observed().lasted()) + ": ";
        List<Aftermath.Worked> works = aftermath.works();
        String broken =
                works.stream()
                        .filter(w -> w.now().isNo())
                        .map(w -> w.name() + " worked and does not now (" + w.now().why() + ")")
                        .collect(Collectors.joining("; "));
        String doomed =
                works.stream()
                        .filter(w -> !w.now().isNo() && w.afterBoot().isNo())
                        .map(w -> w.name() + " will not work after a reboot")
                        .collect(Collectors.joining("; "));
        String missed =
                aftermath.missed().stream()
                        .map(a -> a.thing().shown() + " is gone")
                        .collect(Collectors.joining("; "));
        return watched
                + switch (aftermath.fate()) {
                    case BROKEN ->
                            Stream.of(broken, doomed, missed)
                                            .filter(part -> !part.isEmpty())
                                            .collect(Collectors.joining("; "))
                                    + ".";
                    case NOTHING_TO_LOSE ->
                            "nothing worked at the start that could have been lost.";
                    case OPEN ->
                            "could not tell of all that worked before: "
                                    + works.stream()
                                            .filter(Aftermath.Worked::isOpen)
                                            .map(Aftermath.Worked::name)
                                            .collect(Collectors.joining(", "))
                                    + ".";
                    case WHOLE -> "all that worked before works, and will after a reboot.";
                };
    }

    private void verdict() {
        Terminal.Colour colour =
                switch (aftermath.fate()) {
                    case BROKEN -> Terminal.Colour.RED;
                    case NOTHING_TO_LOSE, OPEN -> Terminal.Colour.YELLOW;
                    case WHOLE -> Terminal.Colour.GREEN;
                };
        lines.add(paint(colour, safe(sentence(aftermath))));
    }

    private String paint(Terminal.Colour colour, String text) {
        return terminal.paint(colour, text);
    }

    private void compared() {
        lines.add(
                "From "
                        + clock(observed.started())
                        + " to "
                        + clock(observed.started().plus(observed.lasted()))
                        + ":");
        observed.lost()
                .forEach(
                        a ->
                                entry(
                                        paint(Terminal.Colour.RED, "lost:     "),
                                        time(a.since()) + "  " + a.thing().shown() + by(a.who())));
        observed.cameBack()
                .forEach(
                        a ->
                                entry(
                                        "came back:",
                                        time(a.until())
                                                + "  "
                                                + a.thing().shown()
                                                + ", after "
                                                + seconds(Duration.ofNanos(a.until() - a.since()))
                                                + by(a.who())));
        observed.renamed()
                .forEach((was, is) -> entry("renamed:  ", was + " is called " + is + " now"));
        observed.gained().forEach(thing -> entry("new:      ", thing.shown()));
        if (observed.lost().isEmpty()) {
            entry("lost:     ", "nothing that was there before");
        }
        aftermath
                .fresh()
                .forEach(f -> entry("new below:", f.hit().text() + " [" + f.row().code() + "]"));
        aftermath.cause().ifPresent(cause -> entry("cause:    ", cause.toString()));
        observed.deaf().forEach((source, why) -> entry("not heard:", source + ": " + why));
        if (observed.unheard() > 0) {
            entry(
                    "not read: ",
                    observed.unheard()
                            + " lines that came too fast; the state was read again afterwards");
        }
        lines.add("");
    }

    /** One act takes much with it: who it was is said once. */
    private String by(String who) {
        String said = who.equals(told) ? "the same" : who;
        told = who;
        return who.isEmpty() ? "" : ", by " + said;
    }

    private void entry(String label, String text) {
        lines.add("  " + label + " " + safe(text));
    }

    private void told() {
        List<WatchEvent> events = observed.events();
        if (events.isEmpty()) {
            return;
        }
        lines.add("What happened:");
        int from = Math.max(0, events.size() - MOST_SHOWN);
        if (from > 0) {
            lines.add("  (" + from + " earlier ones are left out here)");
        }
        for (WatchEvent e : events.subList(from, events.size())) {
            lines.add("  " + time(e.nanos()) + "  " + safe(e.shown()));
        }
        if (observed.unkept() > 0) {
            lines.add("  (and " + observed.unkept() + " more, which were not kept)");
        }
        lines.add("");
    }

    /** {@code netfix/diagnosis/1} of the state at the end, with what the watch saw beside it. */
    public static String json(Aftermath aftermath) {
        Watch.Observed o = aftermath.observed();
        ObjectNode top = JsonReport.tree(aftermath.after());
        ObjectNode watch = top.putObject("watch");
        watch.put("started", o.started().toString());
        watch.put("seconds", o.lasted().toMillis() / 1000.0);
        watch.put("exit", aftermath.exitCode());
        ArrayNode works = watch.putArray("worked_before");
        for (Aftermath.Worked w : aftermath.works()) {
            ObjectNode node = works.addObject();
            node.put("name", w.name());
            JsonReport.answer(node.putObject("works_now"), w.now());
            JsonReport.answer(node.putObject("works_after_boot"), w.afterBoot());
        }
        ArrayNode missed = watch.putArray("profiles_missed");
        aftermath.missed().forEach(a -> missed.add(a.thing().subject()));
        absences(watch.putArray("lost"), o.lost(), o, false);
        absences(watch.putArray("came_back"), o.returned(), o, true);
        ArrayNode gained = watch.putArray("gained");
        o.gained().forEach(thing -> WatchFormat.put(gained.addObject(), thing));
        ObjectNode renamed = watch.putObject("renamed");
        o.renamed().forEach(renamed::put);
        ArrayNode fresh = watch.putArray("new_findings");
        aftermath.fresh().forEach(f -> fresh.add(f.row().code()));
        aftermath.cause().ifPresent(cause -> watch.put("cause", cause.toString()));
        ArrayNode events = watch.putArray("events");
        for (WatchEvent e : o.events()) {
            ObjectNode node = events.addObject();
            node.put("time", o.at(e.nanos()).toString());
            node.put("source", Json.word(e.source()));
            node.put("subject", e.subject());
            node.put("text", e.text());
            node.put("who", e.who());
        }
        watch.put("events_not_kept", o.unkept());
        watch.put("lines_not_read", o.unheard());
        ObjectNode deaf = watch.putObject("not_heard");
        o.deaf().forEach((source, why) -> deaf.put(Json.word(source), why));
        return Json.pretty(top);
    }

    private static void absences(
            ArrayNode array, List<Absences.Absence> all, Watch.Observed o, boolean until) {
        for (Absences.Absence a : all) {
            ObjectNode node = array.addObject();
            WatchFormat.put(node, a.thing());
            node.put("since", o.at(a.since()).toString());
            if (until) {
                node.put("until", o.at(a.until()).toString());
            }
            node.put("who", a.who());
        }
    }
}
