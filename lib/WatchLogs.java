package netfix;

import static netfix.Terminal.safe;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a run keeps, by the name of its file; a star stands for the time. */
public final class WatchLogs {

    /** The journal's clock and ours may be a little apart. */
    private static final Duration BEFORE = Duration.ofSeconds(5);

    private final Aftermath aftermath;
    private final Watch.Observed observed;

    private WatchLogs(Aftermath aftermath) {
        this.aftermath = aftermath;
        this.observed = aftermath.observed();
    }

    /** The most telling one first: a disk that fills up takes the later ones. */
    public static Map<String, String> of(Aftermath aftermath) {
        WatchLogs logs = new WatchLogs(aftermath);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("diagnostic_summary_*.txt", WatchReport.of(aftermath, new Terminal(false)));
        files.put("diagnosis_*.html", HtmlReport.of(aftermath));
        files.put("diagnosis_*.json", WatchReport.json(aftermath) + "\n");
        files.put("network_diagnostic_*.log", logs.all());
        files.put("interface_changes_*.log", logs.interfaces());
        files.put("btwifiset_interaction_*.log", logs.said("btwifiset", e -> isBtwifiset(e)));
        files.put(
                "networkmanager_interaction_*.log",
                logs.said(
                        "NetworkManager",
                        e ->
                                !isBtwifiset(e)
                                        && (e.source() == WatchSource.NETWORKMANAGER
                                                || e.source() == WatchSource.JOURNAL)));
        return files;
    }

    /** Of one look. */
    public static Map<String, String> of(Diagnosis diagnosis) {
        String report = TextReport.of(diagnosis, new Terminal(false));
        Map<String, String> files = new LinkedHashMap<>();
        files.put("diagnostic_summary_*.txt", report);
        files.put("diagnosis_*.html", HtmlReport.of(diagnosis));
        files.put("diagnosis_*.json", JsonReport.of(diagnosis) + "\n");
        files.put(
                "network_diagnostic_*.log",
                report + "\n" + journal(diagnosis.snapshot(), line -> true));
        return files;
    }

    private static boolean isBtwifiset(WatchEvent event) {
        return event.subject().startsWith("btwifiset");
    }

    private String all() {
        StringBuilder text = new StringBuilder();
        text.append("== Before, ").append(observed.started()).append("\n\n");
        text.append(TextReport.of(Diagnosis.of(observed.before()), new Terminal(false)));
        text.append("\n== What happened\n\n").append(events(e -> true));
        if (observed.unkept() > 0) {
            text.append("and ").append(observed.unkept()).append(" more\n");
        }
        text.append("\n== After, ")
                .append(observed.started().plus(observed.lasted()))
                .append("\n\n");
        text.append(TextReport.of(aftermath.after(), new Terminal(false)));
        text.append("\n== The journal since\n\n").append(journal(since()));
        return text.toString();
    }

    private String interfaces() {
        StringBuilder text = new StringBuilder("== Before\n\n");
        Things.of(observed.before()).forEach(thing -> text.append(line(thing.shown())));
        text.append("\n== What happened\n\n");
        text.append(
                events(e -> e.source() == WatchSource.KERNEL || e.source() == WatchSource.RFKILL));
        text.append("\n== After\n\n");
        Things.of(observed.after()).forEach(thing -> text.append(line(thing.shown())));
        return text.toString();
    }

    private String said(String unit, Predicate<WatchEvent> which) {
        return "== What happened\n\n"
                + events(which)
                + "\n== Its journal since\n\n"
                + journal(since().and(line -> line.unit().startsWith(unit)));
    }

    /**
     * What the journal did not hold at the baseline. Times tell it only where that was not read:
     * the clock may have been set back meanwhile.
     */
    private Predicate<Journal.Line> since() {
        Optional<Journal> before =
                observed.before().journal().value().filter(journal -> journal.gap().isEmpty());
        if (before.isEmpty()) {
            return line -> !line.at().isBefore(observed.started().minus(BEFORE));
        }
        Set<Journal.Line> known = new HashSet<>(before.get().lines());
        return line -> !known.contains(line);
    }

    private String events(Predicate<WatchEvent> which) {
        List<WatchEvent> some = observed.events().stream().filter(which).toList();
        StringBuilder text = new StringBuilder(some.isEmpty() ? "nothing\n" : "");
        some.forEach(e -> text.append(line(observed.at(e.nanos()) + "  " + e.shown())));
        return text.toString();
    }

    private String journal(Predicate<Journal.Line> which) {
        return journal(observed.after(), which);
    }

    /** Passwords taken out: btwifiset writes them there. */
    private static String journal(Snapshot snapshot, Predicate<Journal.Line> which) {
        if (snapshot.journal().value().isEmpty()) {
            return line(snapshot.journal().whyUnknown().orElse("there is no journal"));
        }
        StringBuilder text = new StringBuilder();
        snapshot.journal().value().get().lines().stream()
                .filter(which)
                .forEach(
                        l ->
                                text.append(
                                        line(
                                                l.at()
                                                        + " "
                                                        + l.source()
                                                        + ": "
                                                        + Redaction.of(l.message()))));
        return text.length() == 0 ? "nothing\n" : text.toString();
    }

    private static String line(String text) {
        return safe(text) + "\n";
    }
}
