package netfix;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A report to look at: one file that needs neither a network nor a script to be read, well-formed
 * as XML too, for a phone, a wide screen and paper. Its policy forbids the browser to load or run
 * anything, should a hostile name ever get past the escaping.
 */
public final class HtmlReport {

    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    /** A page with more is no help; the JSON beside it has them all. */
    private static final int MOST_EVENTS = 300;

    /** Of a lane, in words beneath it. */
    private static final int MOST_GAPS = 4;

    /**
     * Marks that are nearer to each other, in parts of the lane's width, are drawn as one: what two
     * figures, or three, need on a phone.
     */
    private static final double AS_ONE = 0.09;

    private static final double AS_ONE_OF_HUNDREDS = 0.13;

    private static final String STYLE =
            """
            :root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de;
              --good: #1a7f37; --bad: #b3261e; --warn: #8a5a00; --paper: #ffffff; }
            * { box-sizing: border-box; }
            html { -webkit-text-size-adjust: 100%; }
            body { margin: 0 auto; max-width: 68rem; padding: 1rem; color: var(--ink);
              background: var(--paper); font: 1rem/1.5 system-ui, "Segoe UI", "DejaVu Sans",
              sans-serif; overflow-wrap: anywhere; }
            h1 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .25rem; }
            h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; padding-bottom: .2rem;
              border-bottom: 1px solid var(--line); }
            h3 { font-size: 1rem; margin: 0 0 .4rem; }
            p { margin: .4rem 0; }
            .soft { color: var(--soft); }
            .small { font-size: .85rem; }
            .verdict { border: 1px solid; border-left-width: .5rem; border-radius: .4rem;
              padding: .7rem .9rem; margin: .8rem 0; font-weight: 600; }
            .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
            .answers { display: grid; gap: .6rem; grid-template-columns: repeat(2, 1fr);
              margin: 0 0 .6rem; }
            .answers div { border: 1px solid var(--line); border-radius: .4rem;
              padding: .6rem .8rem; }
            .answers b { display: block; font-size: 1.3rem; }
            dl { margin: 0; }
            dt { color: var(--soft); } dd { margin: 0 0 .3rem; }
            .lane { display: grid; grid-template-columns: 11rem 1fr; gap: 0 .8rem;
              padding: .35rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
            .lane:first-of-type { border-top: 0; }
            .name { line-height: 1.25; }
            .track { position: relative; height: 1.5rem; align-self: center; }
            .span { position: absolute; top: .3rem; bottom: .3rem; border-radius: .15rem;
              border: 1px solid; min-width: 2px; }
            .span.there { background: #aadcb5; border-color: var(--good); }
            .span.partly { background: #fbe3a6; border-color: var(--warn); }
            .span.gone { border-color: var(--bad); background: repeating-linear-gradient(45deg,
              #f3b5b0, #f3b5b0 4px, #ffffff 4px, #ffffff 8px); }
            .span.never { border: 1px dashed #8c959f; background: none; }
            .mark { position: absolute; top: 50%; transform: translate(-50%, -50%);
              min-width: 1.15rem; height: 1.15rem; padding: 0 .2rem; border-radius: .6rem;
              background: var(--ink); color: #ffffff; font: 600 .7rem/1.15rem system-ui,
              "DejaVu Sans", sans-serif; text-align: center; text-decoration: none;
              white-space: nowrap; overflow-wrap: normal; }
            .axis .track { height: 1.1rem; }
            .tick { position: absolute; top: 0; transform: translateX(-50%); white-space: nowrap;
              overflow-wrap: normal; font-size: .72rem; color: var(--soft); }
            .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .5rem 0 0; }
            .legend i { display: inline-block; position: static; width: 1.6rem; height: .8rem;
              margin-right: .35rem; vertical-align: -.05rem; }
            .pair { display: grid; grid-template-columns: 11rem 1fr 1fr; gap: .1rem .8rem;
              padding: .35rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
            .pair.head { border-top: 0; font-weight: 600; }
            .pair.changed { background: #fff4f2; box-shadow: inset .25rem 0 0 var(--bad);
              padding-left: .6rem; margin-left: -.6rem; }
            .list { list-style: none; margin: 0; padding: 0; }
            .list li { display: grid; grid-template-columns: 2.2rem 5rem 1fr; gap: 0 .5rem;
              padding: .25rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
            .list li:first-child { border-top: 0; }
            .list li:target { background: #fff8c5; }
            .number { font-weight: 600; text-align: right; }
            .time { font-variant-numeric: tabular-nums; white-space: nowrap; }
            .finding { border: 1px solid var(--line); border-left: .4rem solid var(--soft);
              border-radius: .4rem; padding: .7rem .9rem; margin: 0 0 .8rem; }
            .finding.error { border-left-color: var(--bad); }
            .finding.warning { border-left-color: var(--warn); }
            .badge { display: inline-block; border: 1px solid; border-radius: .8rem;
              padding: 0 .55rem; font-size: .8rem; font-weight: 600; margin-right: .35rem; }
            .seen { margin: .2rem 0 .4rem; padding-left: 1.1rem; }
            code, pre { font: .88rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
            pre { white-space: pre-wrap; background: #f6f8fa; border: 1px solid var(--line);
              border-radius: .3rem; padding: .5rem .7rem; margin: .3rem 0; }
            footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid var(--line); }
            @media (max-width: 40rem) {
              .answers { grid-template-columns: 1fr; }
              .lane { grid-template-columns: 1fr; }
              .pair { grid-template-columns: 1fr 1fr; }
              .pair > :first-child { grid-column: 1 / -1; font-weight: 600; }
              .pair.head > :first-child { display: none; }
              .list li { grid-template-columns: 1.7rem 4.4rem 1fr; }
              .time { font-size: .85rem; }
              .tick.odd { display: none; }
            }
            @media print {
              @page { margin: 15mm; }
              * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
              body { font-size: 10pt; max-width: none; padding: 0; }
              h2 { break-after: avoid; }
              .finding, .verdict, .answers { break-inside: avoid; }
              a { color: inherit; }
            }
            """;

    private final StringBuilder page = new StringBuilder();
    private String told = "";
    private final Diagnosis d;
    private final Snapshot s;

    private HtmlReport(Diagnosis d) {
        this.d = d;
        this.s = d.snapshot();
    }

    /** Of one look: an XHTML document. */
    public static String of(Diagnosis diagnosis) {
        HtmlReport report = new HtmlReport(diagnosis);
        report.begin();
        String verdict =
                switch (diagnosis.verdict()) {
                    case HEALTHY -> "Healthy.";
                    case PROBLEMS -> TextReport.problems(diagnosis);
                    case UNKNOWN -> "Could not tell everything.";
                };
        report.verdict(
                verdict,
                switch (diagnosis.verdict()) {
                    case HEALTHY -> "good";
                    case PROBLEMS -> "bad";
                    case UNKNOWN -> "warn";
                });
        report.answers();
        report.findings(List.of());
        report.network();
        report.forecast();
        report.end();
        return report.page.toString();
    }

    /** Of a watch: an XHTML document. */
    public static String of(Aftermath aftermath) {
        HtmlReport report = new HtmlReport(aftermath.after());
        report.begin();
        report.verdict(
                WatchReport.sentence(aftermath),
                switch (aftermath.fate()) {
                    case BROKEN -> "bad";
                    case NOTHING_TO_LOSE, OPEN -> "warn";
                    case WHOLE -> "good";
                });
        report.answers();
        report.lost(aftermath);
        List<WatchEvent> events = aftermath.observed().events();
        List<WatchEvent> drawn = events.subList(0, Math.min(MOST_EVENTS, events.size()));
        Timeline timeline = Timeline.of(aftermath, drawn);
        report.timeline(timeline, aftermath.observed());
        report.beforeAndAfter(aftermath.observed());
        report.findings(aftermath.fresh());
        report.told(timeline, drawn, aftermath.observed());
        report.forecast();
        report.end();
        return report.page.toString();
    }

    // --- markup -----------------------------------------------------------------------------

    /**
     * Anybody's bytes as text of a page. What a terminal would act on is shown as an escape here,
     * too, and what XML does not allow (noncharacters) likewise.
     */
    static String text(String anything) {
        StringBuilder out = new StringBuilder();
        Terminal.safe(anything)
                .codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> out.append("&amp;");
                                case '<' -> out.append("&lt;");
                                case '>' -> out.append("&gt;");
                                case '"' -> out.append("&quot;");
                                case '\'' -> out.append("&#39;");
                                default -> {
                                    if ((c & 0xfffe) == 0xfffe) {
                                        out.append(String.format("\\u%04x", c));
                                    } else {
                                        out.appendCodePoint(c);
                                    }
                                }
                            }
                        });
        return out.toString();
    }

    private HtmlReport raw(String markup) {
        page.append(markup);
        return this;
    }

    private HtmlReport line(String markup) {
        return raw(markup).raw("\n");
    }

    private static String element(String name, String kind, String content) {
        return "<"
                + name
                + (kind.isEmpty() ? "" : " class=\"" + kind + "\"")
                + ">"
                + text(content)
                + "</"
                + name
                + ">";
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.2f%%", part * 100);
    }

    private static String when(Instant at) {
        return WHEN.format(at.atZone(ZoneId.systemDefault()));
    }

    // --- the parts --------------------------------------------------------------------------

    private void begin() {
        String host = s.host().name().isEmpty() ? s.host().source() : s.host().name();
        line("<!DOCTYPE html>");
        line("<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">");
        line("<head>");
        line("<meta charset=\"utf-8\"/>");
        line(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src"
                    + " data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>");
        line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        line("<meta name=\"referrer\" content=\"no-referrer\"/>");
        line("<title>" + text(host + ": network diagnosis") + "</title>");
        // An icon of its own, or the browser asks for one.
        line("<link rel=\"icon\" href=\"data:,\"/>");
        line("<style>");
        raw(STYLE);
        line("</style>");
        line("</head>");
        line("<body>");
        line(element("h1", "", "The network of " + host));
        boolean named = !s.host().name().isEmpty() && !s.host().source().equals("this machine");
        line(
                element(
                        "p",
                        "soft",
                        (s.host().os().isEmpty() ? "" : s.host().os() + ", ")
                                + when(s.host().taken())
                                + (named ? ", from " + s.host().source() : "")));
    }

    private void end() {
        line("<footer class=\"soft small\">");
        line(
                element(
                        "p",
                        "",
                        "Written by "
                                + Cli.VERSION
                                + ". Passwords are taken out; the names of networks and the"
                                + " addresses are in it."));
        line("</footer>");
        line("</body>");
        line("</html>");
    }

    private void verdict(String sentence, String kind) {
        line(element("p", "verdict " + kind, sentence));
    }

    private void answers() {
        line("<div class=\"answers\">");
        if (s.host().live()) {
            answer("Reachable now", d.now());
        }
        answer("Reachable after a reboot", d.afterBoot());
        line("</div>");
    }

    private void answer(String question, Answer answer) {
        line(
                "<div>"
                        + text(question)
                        + element("b", kind(answer), word(answer))
                        + element("span", "small", answer.why())
                        + "</div>");
    }

    private static String kind(Answer answer) {
        return switch (answer.kind()) {
            case YES -> "good";
            case NO -> "bad";
            case UNKNOWN -> "warn";
        };
    }

    private static String word(Answer answer) {
        return switch (answer.kind()) {
            case YES -> "yes";
            case NO -> "NO";
            case UNKNOWN -> "could not tell";
        };
    }

    private void lost(Aftermath aftermath) {
        Watch.Observed o = aftermath.observed();
        Map<String, List<String>> parts = new LinkedHashMap<>();
        parts.put("Lost", new ArrayList<>());
        parts.put("Came back", new ArrayList<>());
        parts.put("New", new ArrayList<>());
        parts.put("Not heard", new ArrayList<>());
        for (Absences.Absence a : o.lost()) {
            parts.get("Lost").add(clock(o, a.since()) + "  " + a.thing().shown() + by(a.who()));
        }
        for (Absences.Absence a : o.cameBack()) {
            String after = WatchReport.seconds(Duration.ofNanos(a.until() - a.since()));
            parts.get("Came back")
                    .add(
                            clock(o, a.until())
                                    + "  "
                                    + a.thing().shown()
                                    + ", after "
                                    + after
                                    + by(a.who()));
        }
        o.renamed().forEach((was, is) -> parts.get("New").add(was + " is called " + is + " now"));
        o.gained().forEach(thing -> parts.get("New").add(thing.shown()));
        o.deaf().forEach((source, why) -> parts.get("Not heard").add(source + ": " + why));
        if (o.unheard() > 0) {
            parts.get("Not heard")
                    .add(
                            o.unheard()
                                    + " lines that came too fast; the state was read again"
                                    + " afterwards");
        }
        if (o.lost().isEmpty()) {
            parts.get("Lost").add("nothing that was there before");
        }
        line(element("h2", "", "What it comes to"));
        line("<dl>");
        aftermath
                .cause()
                .ifPresent(
                        cause ->
                                line(
                                        element("dt", "", "Cause")
                                                + element("dd", "", cause.toString())));
        parts.forEach(
                (title, entries) -> {
                    if (!entries.isEmpty()) {
                        raw(element("dt", "", title));
                        entries.forEach(entry -> raw(element("dd", "", entry)));
                        line("");
                    }
                });
        line("</dl>");
    }

    /** One act takes much with it: who it was is said once. */
    private String by(String who) {
        String said = who.equals(told) ? "the same" : who;
        told = who;
        return who.isEmpty() ? "" : ", by " + said;
    }

    private static String clock(Watch.Observed o, long nanos) {
        return WatchReport.clock(o.at(nanos));
    }

    private void timeline(Timeline timeline, Watch.Observed o) {
        line(element("h2", "", "When"));
        line("<div class=\"lanes\">");
        for (Timeline.Lane lane : timeline.lanes()) {
            lane(timeline, lane, o);
        }
        raw("<div class=\"lane axis\"><div></div><div class=\"track\">");
        int number = 0;
        for (Timeline.Tick tick : timeline.ticks()) {
            // A label at the very edge would stand out of the page.
            if (tick.at() > 0.04 && tick.at() < 0.96) {
                raw(
                        "<span class=\"tick"
                                + (number++ % 2 == 1 ? " odd" : "")
                                + "\" style=\"left:"
                                + percent(tick.at())
                                + "\">"
                                + text(WatchReport.clock(tick.time()))
                                + "</span>");
            }
        }
        line("</div></div>");
        line("</div>");
        raw("<p class=\"legend small soft\">");
        for (Timeline.State state : Timeline.State.values()) {
            raw(
                    "<span><i class=\"span "
                            + css(state)
                            + "\"></i>"
                            + text(state.toString())
                            + "</span>");
        }
        line("<span>The numbers are those of what happened, below.</span></p>");
    }

    private static String css(Timeline.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private void lane(Timeline timeline, Timeline.Lane lane, Watch.Observed o) {
        String kind = lane.kind().toString();
        raw("<div class=\"lane\"><div class=\"name\">");
        if (lane.name().isEmpty()) {
            raw(text(kind));
        } else {
            raw(element("b", "", lane.name()) + " " + element("span", "soft small", kind));
        }
        raw("</div><div class=\"track\">");
        for (Timeline.Span span : lane.spans()) {
            raw(
                    "<span class=\"span "
                            + css(span.state())
                            + "\" style=\"left:"
                            + percent(span.from())
                            + ";width:"
                            + percent(span.to() - span.from())
                            + "\" title=\""
                            + text(
                                    span.state()
                                            + (span.words().isEmpty() ? "" : ": " + span.words()))
                            + "\"></span>");
        }
        marks(lane.marks(), o);
        raw("</div>");
        // What goes within one second goes together: the last of it says it all.
        Map<String, String> gaps = new LinkedHashMap<>();
        for (Timeline.Span span : lane.spans()) {
            String from = WatchReport.clock(timeline.time(span.from()));
            String to = WatchReport.clock(timeline.time(span.to()));
            if (!span.words().isEmpty() && (gaps.size() < MOST_GAPS || gaps.containsKey(from))) {
                gaps.put(from, (span.to() >= 1 ? "to the end" : "to " + to) + ": " + span.words());
            }
        }
        if (!gaps.isEmpty()) {
            String said =
                    gaps.entrySet().stream()
                            .map(gap -> gap.getKey() + " " + gap.getValue())
                            .collect(Collectors.joining("; "));
            raw("<div></div>" + element("div", "small bad", said));
        }
        line("</div>");
    }

    private void marks(List<Timeline.Mark> marks, Watch.Observed o) {
        double near = o.events().size() < 100 ? AS_ONE : AS_ONE_OF_HUNDREDS;
        for (int i = 0; i < marks.size(); ) {
            Timeline.Mark first = marks.get(i);
            int last = i;
            while (last + 1 < marks.size() && marks.get(last + 1).at() - first.at() < near) {
                last++;
            }
            double at = Math.min(0.98, Math.max(0.02, first.at()));
            raw(
                    "<a class=\"mark\" style=\"left:"
                            + percent(at)
                            + "\" href=\"#e"
                            + first.number()
                            + "\" title=\""
                            + text(o.events().get(first.number() - 1).shown())
                            + "\">"
                            + first.number()
                            + (last > i ? "+" : "")
                            + "</a>");
            i = last + 1;
        }
    }

    private void beforeAndAfter(Watch.Observed o) {
        Portrait before = new Portrait(o.before());
        Portrait after = new Portrait(o.after());
        line(element("h2", "", "Before and after"));
        line("<div class=\"pairs\">");
        line(
                "<div class=\"pair head\"><span></span>"
                        + element("span", "", "before, " + WatchReport.clock(o.started()))
                        + element(
                                "span",
                                "",
                                "after, " + WatchReport.clock(o.started().plus(o.lasted())))
                        + "</div>");
        pair("Reachable", Reach.ofAll(o.before()), Reach.ofAll(o.after()));
        pair("After a reboot", BootForecast.ofAll(o.before()), BootForecast.ofAll(o.after()));
        Set<String> names = new TreeSet<>();
        o.before().physical().forEach(l -> names.add(l.name()));
        o.after().physical().stream()
                .map(Link::name)
                .filter(name -> !o.renamed().containsValue(name))
                .forEach(names::add);
        for (String name : names) {
            String now = o.renamed().getOrDefault(name, name);
            Optional<Link> was = link(o.before(), name);
            Optional<Link> is = link(o.after(), now);
            pair(name, shown(was, l -> state(before, l)), shown(is, l -> state(after, l)));
            pair(
                    name + ", addresses",
                    shown(was, l -> addresses(before, l)),
                    shown(is, l -> addresses(after, l)));
            pair(name + ", managed by", shown(was, before::owners), shown(is, after::owners));
        }
        pair("Name servers", before.dns(), after.dns());
        pair("Saved profiles", profiles(o.before()), profiles(o.after()));
        before.btwifiset()
                .or(after::btwifiset)
                .ifPresent(
                        any ->
                                pair(
                                        "btwifiset",
                                        before.btwifiset().orElse("not installed"),
                                        after.btwifiset().orElse("not installed")));
        Set<String> units = new TreeSet<>();
        o.before().units().value().ifPresent(all -> units.addAll(all.keySet()));
        o.after().units().value().ifPresent(all -> units.addAll(all.keySet()));
        for (String unit : units) {
            String was = unit(o.before().unit(unit));
            String is = unit(o.after().unit(unit));
            if (!was.equals(is)) {
                pair(unit, was, is);
            }
        }
        line("</div>");
    }

    private static Optional<Link> link(Snapshot s, String name) {
        return s.links().orElse(List.of()).stream().filter(l -> l.name().equals(name)).findFirst();
    }

    private static String shown(Optional<Link> link, Function<Link, String> how) {
        return link.map(how).orElse("is not there");
    }

    private static String state(Portrait portrait, Link link) {
        return link.kind() + ", " + portrait.state(link);
    }

    private static String addresses(Portrait portrait, Link link) {
        List<String> all = Portrait.addresses(link);
        return all.isEmpty() ? "none" : String.join(" ", all) + ", " + portrait.gateway(link);
    }

    private static String profiles(Snapshot s) {
        Reading<List<Profile>> profiles = s.nm().profiles();
        List<String> names =
                profiles.orElse(List.of()).stream()
                        .filter(p -> p.refusal().isEmpty())
                        .map(p -> "\"" + p.id() + "\"")
                        .toList();
        return profiles.whyUnknown().orElse(names.isEmpty() ? "none" : String.join(", ", names));
    }

    private static String unit(Unit unit) {
        return unit.exists()
                ? unit.active() + (unit.file().isEmpty() ? "" : ", " + unit.file())
                : "not installed";
    }

    private void pair(String name, Answer before, Answer after) {
        pair(name, word(before) + ": " + before.why(), word(after) + ": " + after.why());
    }

    private void pair(String name, String before, String after) {
        boolean changed = !before.equals(after);
        line(
                "<div class=\"pair"
                        + (changed ? " changed" : "")
                        + "\">"
                        + "<span>"
                        + text(name)
                        + (changed ? " " + element("span", "soft small", "(changed)") : "")
                        + "</span>"
                        + element("span", "", before)
                        + element("span", "", after)
                        + "</div>");
    }

    private void told(Timeline timeline, List<WatchEvent> drawn, Watch.Observed o) {
        if (drawn.isEmpty()) {
            return;
        }
        line(element("h2", "", "What happened"));
        line("<ol class=\"list\">");
        int number = 0;
        for (WatchEvent e : drawn) {
            number++;
            line(
                    "<li id=\"e"
                            + number
                            + "\">"
                            + element("span", "number", Integer.toString(number))
                            + element("span", "time", clock(o, e.nanos()))
                            + "<span>"
                            + text(e.text())
                            + (e.who().isEmpty()
                                    ? ""
                                    : " " + element("span", "soft", "(" + e.who() + ")"))
                            + "</span></li>");
        }
        line("</ol>");
        int more = o.events().size() - drawn.size();
        if (more > 0) {
            line(element("p", "soft", "… and " + more + " more; diagnosis_*.json has them."));
        }
        if (o.unkept() > 0) {
            line(
                    element(
                            "p",
                            "soft",
                            "… and " + o.unkept() + " more, which were counted and not kept."));
        }
    }

    private void network() {
        if (!s.host().live()) {
            return;
        }
        Portrait portrait = new Portrait(s);
        line(element("h2", "", "The network"));
        line("<dl>");
        for (Link link : s.physical()) {
            raw(element("dt", "", link.name()));
            raw(element("dd", "", state(portrait, link) + ", " + portrait.owners(link)));
            line(element("dd", "", addresses(portrait, link)));
        }
        line(element("dt", "", "Name servers") + element("dd", "", portrait.dns()));
        portrait.btwifiset()
                .ifPresent(t -> line(element("dt", "", "Bluetooth set-up") + element("dd", "", t)));
        line("</dl>");
    }

    private void findings(List<Finding> fresh) {
        line(element("h2", "", "Findings"));
        int number = 0;
        for (Finding f : d.findings().found()) {
            finding(++number, f, fresh.stream().anyMatch(f::isSameAs));
        }
        if (number == 0) {
            line(element("p", "", "None."));
        }
        Map<String, List<String>> unknown = new TreeMap<>();
        d.findings()
                .unknown()
                .forEach(
                        (code, why) ->
                                unknown.computeIfAbsent(why, w -> new ArrayList<>()).add(code));
        unknown.forEach(
                (why, codes) ->
                        line(
                                element(
                                        "p",
                                        "warn",
                                        "Could not tell ("
                                                + why
                                                + "): "
                                                + String.join(", ", codes))));
    }

    private void finding(int number, Finding f, boolean fresh) {
        Verdict.Hit hit = f.hit();
        String kind = hit.severity().name().toLowerCase(Locale.ROOT);
        String badge =
                switch (hit.severity()) {
                    case ERROR -> element("span", "badge bad", "problem");
                    case WARNING -> element("span", "badge warn", "warning");
                    case INFO -> element("span", "badge soft", "note");
                };
        line("<section class=\"finding " + kind + "\">");
        line(
                "<h3>"
                        + number
                        + ". "
                        + badge
                        + (fresh ? element("span", "badge", "new") : "")
                        + text(hit.text())
                        + "</h3>");
        if (!hit.evidence().isEmpty()) {
            line(element("p", "soft", "Seen:"));
            line("<ul class=\"seen\">");
            for (Evidence e : hit.evidence()) {
                line(
                        "<li>"
                                + element("code", "", e.what())
                                + " "
                                + element("span", "soft small", e.source())
                                + "</li>");
            }
            line("</ul>");
        }
        line("<p>" + element("span", "soft", "Why it matters: ") + text(f.row().why()) + "</p>");
        line(
                "<p>"
                        + element("span", "soft", "Root cause: ")
                        + text(f.cause().toString())
                        + ". "
                        + text(
                                f.row().survivesReboot()
                                        ? "A reboot does not end it."
                                        : "It may be gone after a reboot, with what proves it.")
                        + "</p>");
        if (!hit.remedy().isEmpty()) {
            line(
                    element(
                            "p",
                            "soft",
                            s.host().live() ? "What to do:" : "What to do, on the running Pi:"));
            for (String command : hit.remedy()) {
                line(element("pre", "", TextReport.typed(command, s)));
            }
        }
        line(element("p", "soft small", f.row().code()));
        line("</section>");
    }

    private void forecast() {
        List<ScanForecast.Fall> falls = ScanForecast.of(s).orElse(List.of());
        if (falls.isEmpty()) {
            return;
        }
        line(element("h2", "", "The next scan from the phone"));
        line("<dl>");
        for (ScanForecast.Fall fall : falls) {
            String fate =
                    switch (fall.fate()) {
                        case KEPT -> "stays";
                        case DELETED -> "is deleted";
                        case DELETED_IN_SIGHT -> "is deleted once its network is in sight";
                    };
            boolean kept = fall.fate() == ScanForecast.Fate.KEPT;
            line(
                    element("dt", "", "\"" + fall.profile().id() + "\"")
                            + "<dd>"
                            + element("b", kept ? "good" : "bad", fate)
                            + text(fall.why().isEmpty() ? "" : ": " + fall.why())
                            + "</dd>");
        }
        line("</dl>");
    }
}
