package netfix;

import static netfix.Terminal.safe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A diagnosis for a person, the answer first. */
public final class TextReport {

    private final Terminal terminal;
    private final Diagnosis d;
    private final Snapshot s;
    private final Portrait portrait;
    private final List<String> lines = new ArrayList<>();

    private TextReport(Diagnosis d, Terminal terminal) {
        this.d = d;
        this.s = d.snapshot();
        this.portrait = new Portrait(s);
        this.terminal = terminal;
    }

    /** Lines, each ended by a newline. */
    public static String of(Diagnosis d, Terminal terminal) {
        return of(d, terminal, List.of());
    }

    /**
     * @param watched what a watch saw, for after the first answers; its first line takes the place
     *     of the verdict's
     */
    static String of(Diagnosis d, Terminal terminal, List<String> watched) {
        TextReport report = new TextReport(d, terminal);
        report.head(watched);
        report.network();
        report.findings();
        report.unknown();
        return String.join("\n", report.lines) + "\n";
    }

    private void head(List<String> watched) {
        String who = s.host().name().isEmpty() ? s.host().source() : safe(s.host().name());
        String where =
                s.host().name().isEmpty() || s.host().source().equals("this machine")
                        ? ""
                        : " (" + safe(s.host().source()) + ")";
        String os = s.host().os().isEmpty() ? "" : ", " + safe(s.host().os());
        prose(terminal.paint(Terminal.Colour.DIM, who + where + os), 2);
        watched.stream().findFirst().ifPresent(line -> prose(line, 2));
        if (watched.isEmpty() || d.verdict() != Diagnosis.Verdict.HEALTHY) {
            lines.add(verdict());
        }
        if (s.host().live()) {
            prose(question("Reachable now:           ", d.now()), 26);
        }
        prose(question("Reachable after a reboot:", d.afterBoot()), 26);
        lines.add("");
        watched.stream().skip(1).forEach(line -> prose(line, 13));
    }

    private void prose(String line, int indent) {
        lines.add(terminal.prose(line, indent));
    }

    private String verdict() {
        return switch (d.verdict()) {
            case HEALTHY -> terminal.paint(Terminal.Colour.GREEN, "Healthy.");
            case PROBLEMS -> terminal.paint(Terminal.Colour.RED, problems(d));
            case UNKNOWN -> terminal.paint(Terminal.Colour.YELLOW, "Could not tell everything.");
        };
    }

    static String problems(Diagnosis d) {
        int n = d.findings().errors().size();
        return n == 0
                ? "A problem that no finding explains."
                : n == 1 ? "1 problem." : n + " problems.";
    }

    private String question(String label, Answer answer) {
        String word =
                switch (answer.kind()) {
                    case YES -> terminal.paint(Terminal.Colour.GREEN, "yes");
                    case NO -> terminal.paint(Terminal.Colour.RED, "NO");
                    case UNKNOWN -> terminal.paint(Terminal.Colour.YELLOW, "could not tell");
                };
        return label + " " + word + " (" + safe(answer.why()) + ")";
    }

    private void network() {
        if (!s.host().live()) {
            lines.add("  A mounted card does not tell its interfaces; eth0 and wlan0 are assumed.");
            lines.add("");
            return;
        }
        int width = s.physical().stream().mapToInt(l -> safe(l.name()).length()).max().orElse(0);
        for (Link link : s.physical()) {
            List<String> parts = new ArrayList<>();
            parts.add(link.kind().toString());
            parts.add(portrait.state(link));
            parts.add(portrait.owners(link));
            prose(
                    "  " + pad(safe(link.name()), width) + "  " + safe(String.join(", ", parts)),
                    width + 4);
            List<String> addresses = Portrait.addresses(link);
            if (!addresses.isEmpty()) {
                prose(
                        "  "
                                + " ".repeat(width)
                                + "  "
                                + safe(String.join(" ", addresses) + ", " + portrait.gateway(link)),
                        width + 4);
            }
        }
        s.links().whyUnknown().ifPresent(why -> prose("  interfaces: " + safe(why), 4));
        prose("  DNS: " + safe(portrait.dns()), 4);
        portrait.btwifiset().ifPresent(text -> prose("  " + safe(text), 4));
        lines.add("");
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private void findings() {
        int number = 0;
        // Typed beside a mounted card, it would change the machine that the card is mounted on.
        String label = s.host().live() ? "     do:   " : "     on the running Pi: ";
        for (Finding f : d.findings().found()) {
            Verdict.Hit hit = f.hit();
            String mark =
                    switch (hit.severity()) {
                        case ERROR -> terminal.paint(Terminal.Colour.RED, "problem");
                        case WARNING -> terminal.paint(Terminal.Colour.YELLOW, "warning");
                        case INFO -> "note";
                    };
            prose(
                    ++number
                            + ". "
                            + mark
                            + ": "
                            + terminal.paint(Terminal.Colour.BOLD, safe(hit.text()))
                            + " ["
                            + f.row().code()
                            + "]",
                    5);
            hit.evidence()
                    .forEach(
                            e ->
                                    lines.add(
                                            "     seen: "
                                                    + safe(e.what())
                                                    + "  ("
                                                    + safe(e.source())
                                                    + ")"));
            if (hit.severity() != Verdict.Severity.INFO) {
                prose("     why:  " + f.row().why(), 11);
                prose("     root: " + f.cause(), 11);
            }
            hit.remedy().forEach(command -> lines.add(label + safe(typed(command, s))));
            lines.add("");
        }
    }

    /** netfix itself, by the way that it was started. */
    static String typed(String command, Snapshot s) {
        return (command + " ").startsWith(ManagerFaults.FIX + " ")
                        && s.host().source().equals("this machine")
                ? Cli.asRoot("fix", System.getenv()) + command.substring(ManagerFaults.FIX.length())
                : command;
    }

    private void unknown() {
        Map<String, List<String>> byReason = new TreeMap<>();
        d.findings()
                .unknown()
                .forEach(
                        (code, reason) ->
                                byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(code));
        byReason.forEach(
                (reason, codes) ->
                        prose(
                                "Could not tell ("
                                        + safe(reason)
                                        + "): "
                                        + String.join(", ", codes),
                                2));
        boolean open = !byReason.isEmpty() || d.now().isUnknown() || d.afterBoot().isUnknown();
        if (open && !s.host().root()) {
            lines.add(
                    s.host().source().equals("this machine")
                            ? "More is known to root: " + Cli.asRoot("diagnose", System.getenv())
                            : "More is known to root: make the capture with sudo");
        }
    }
}
