package netfix;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What NetworkManager, btwifiset, systemd and the radio switches say, in words. */
final class DaemonEvents {

    /** nmcli(1), monitor: {@code wlan0: disconnected}, {@code Home: connection profile removed}. */
    private static final Pattern PROFILE =
            Pattern.compile("(.*): connection profile (created|changed|removed)");

    private static final Pattern DEVICE = Pattern.compile("(\\S+): (.+)");

    /** {@code 2026-11-22 18:40:02,123456+00:00: idx 1 type 1 op 2 soft 1 hard 0}, rfkill(8). */
    private static final Pattern RADIO =
            Pattern.compile(".*: idx (\\d+) type (\\d+) op (\\d+) soft (\\d) hard (\\d)");

    /** As Python shows a text: in double quotes where there is a single one in it and no other. */
    private static final String QUOTED = "(?:'((?:[^'\\\\]|\\\\.)*+)'|\"((?:[^\"\\\\]|\\\\.)*+)\")";

    /** What btwifiset logs of the phone's writes: a list as Python shows it. */
    private static final Pattern PHONE =
            Pattern.compile(
                    "(?:received from iphone: )?registering SSID \\["
                            + QUOTED
                            + ", (?:"
                            + QUOTED
                            + "[],].*|.*)$");

    /** Of its log, ".function - text": an access point's name may hold the same words. */
    private static Matcher phone(String message) {
        int text = message.indexOf(" - ");
        return PHONE.matcher(text < 0 ? message : message.substring(text + 3));
    }

    private static final String WLAN = "1";
    private static final String ADDED_AT_START = "0";
    private static final String DELETED = "1";

    /** An audit line comes within a second of what btwifiset says; a loaded Pi needs more. */
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final String BROUGHT_UP = "the profile %s is brought up";

    private static final Map<String, String> OPS =
            Map.ofEntries(
                    Map.entry("connection-delete", "the profile %s was deleted"),
                    Map.entry("connection-add", "the profile %s was added"),
                    Map.entry("connection-add-activate", "the profile %s was added and brought up"),
                    Map.entry("connection-update", "the profile %s was changed"),
                    Map.entry("connection-activate", BROUGHT_UP),
                    Map.entry("connection-deactivate", "the profile %s was taken down"),
                    Map.entry("device-disconnect", "%s was disconnected by hand"),
                    Map.entry("device-managed", "who manages %s was changed"),
                    Map.entry("device-autoconnect", "whether %s connects by itself was changed"),
                    Map.entry("networking-control", "networking was switched%s"),
                    Map.entry("radio-control", "a radio was switched: %s"),
                    Map.entry("sleep-control", "networking was switched%s"));

    /** Of these the ones that take something away from an interface, by what is said of them. */
    private static final List<String> TAKING =
            List.of(
                    " was deleted",
                    " is brought up",
                    " was taken down",
                    " was disconnected by hand",
                    "who manages ",
                    "networking was switched",
                    "a radio was switched");

    private static final String FAILED = ", which failed";
    private static final String PHONES_OFF = "Bring WiFi down";

    private static final String BY_IT = " in btwifiset";
    private static final String JUST_AFTER = "; just after btwifiset said: ";

    /** More lines than this are not looked through for one that is about it. */
    private static final int MOST_SAID = 50;

    private record Said(long at, String words) {}

    private final IntFunction<String> processes;

    /** What btwifiset said of late, the newest last. */
    private final Deque<Said> said = new ArrayDeque<>();

    /**
     * @param processes by PID, what the process is ({@code nmcli in btwifiset.service}); empty
     *     where it is gone already
     */
    DaemonEvents(IntFunction<String> processes) {
        this.processes = processes;
    }

    static Optional<WatchEvent> networkManager(long nanos, String line) {
        Matcher profile = PROFILE.matcher(line);
        if (profile.matches()) {
            String name = profile.group(1);
            String verb = profile.group(2);
            Thing thing = new Thing(Thing.Aspect.PROFILE, name, "");
            String text = "NetworkManager: the profile \"" + name + "\" was " + verb;
            return Optional.of(
                    verb.equals("changed")
                            ? WatchEvent.of(nanos, WatchSource.NETWORKMANAGER, name, text)
                            : WatchEvent.of(
                                    nanos,
                                    WatchSource.NETWORKMANAGER,
                                    text,
                                    thing,
                                    verb.equals("removed"),
                                    ""));
        }
        Matcher device = DEVICE.matcher(line);
        String subject = device.matches() ? device.group(1) : "";
        return line.isBlank()
                ? Optional.empty()
                : Optional.of(
                        WatchEvent.of(
                                nanos,
                                WatchSource.NETWORKMANAGER,
                                subject,
                                "NetworkManager: " + line.strip()));
    }

    static Optional<WatchEvent> radio(long nanos, String line) {
        Matcher m = RADIO.matcher(line);
        if (!m.matches() || !m.group(2).equals(WLAN) || m.group(3).equals(ADDED_AT_START)) {
            return Optional.empty();
        }
        boolean blocked = !m.group(4).equals("0") || !m.group(5).equals("0");
        String what =
                m.group(3).equals(DELETED)
                        ? " is gone"
                        : blocked ? " was blocked" : " was unblocked";
        return Optional.of(
                WatchEvent.of(
                        nanos, WatchSource.RFKILL, "", "the Wi-Fi radio " + m.group(1) + what));
    }

    /** A line of {@code journalctl -o json}; most lines of a daemon are no event. */
    Optional<WatchEvent> journal(long nanos, String json) {
        List<Journal.Line> lines = Journal.parse(json);
        return lines.isEmpty() ? Optional.empty() : journal(nanos, lines.get(0));
    }

    /**
     * Who deleted which profile, as far as lines that were kept tell it; their processes are gone.
     *
     * @return by UUID, who did it last, in the words of a {@link WatchEvent}
     */
    static Map<String, String> deletions(List<Journal.Line> kept) {
        DaemonEvents events = new DaemonEvents(pid -> "");
        Map<String, String> who = new TreeMap<>();
        for (Journal.Line line : new Journal(kept, Reading.unknown("kept"), "", "").lines()) {
            long nanos = TimeUnit.MILLISECONDS.toNanos(line.at().toEpochMilli());
            Optional<WatchEvent> event = events.journal(nanos, line);
            if (event.map(WatchEvent::gone).orElse(false)) {
                who.put(audits(line).get(0).uuid(), event.get().who());
            }
        }
        return who;
    }

    /**
     * The UUID of the profile that a line of the journal is about; empty where it is about none.
     */
    static String uuid(String json) {
        return Journal.parse(json).stream()
                .flatMap(line -> audits(line).stream())
                .map(Journal.Audit::uuid)
                .findFirst()
                .orElse("");
    }

    private static List<Journal.Audit> audits(Journal.Line line) {
        return new Journal(List.of(line), Reading.unknown("one line"), "", "").audits();
    }

    private Optional<WatchEvent> journal(long nanos, Journal.Line line) {
        List<Journal.Audit> audits = audits(line);
        if (!audits.isEmpty()) {
            return Optional.of(audit(nanos, audits.get(0)));
        }
        if (line.unit().startsWith("btwifiset")) {
            return btwifiset(nanos, line);
        }
        boolean unit = line.identifier().equals("systemd");
        // Warnings of a daemon, and what systemd says of its unit.
        return unit || line.priority() <= 4
                ? Optional.of(
                        WatchEvent.of(
                                nanos,
                                WatchSource.JOURNAL,
                                line.unit(),
                                (unit ? "" : line.source() + ": ") + message(line)))
                : Optional.empty();
    }

    private static String message(Journal.Line line) {
        return Redaction.of(line.message());
    }

    private WatchEvent audit(long nanos, Journal.Audit a) {
        String name = a.name().isEmpty() ? a.iface() : "\"" + a.name() + "\"";
        String words = OPS.getOrDefault(a.op(), a.op() + " of %s").replace("%s", name);
        String text = a.success() ? words : words + FAILED;
        String process = processes.apply(a.pid());
        String who =
                process.isEmpty()
                        ? "process " + a.pid() + (a.uid() == 0 ? " of root" : " of uid " + a.uid())
                        : process + ", process " + a.pid();
        who += whatBtwifisetSaid(nanos, a, process);
        boolean deleted = a.op().equals("connection-delete") && a.success();
        return deleted
                ? WatchEvent.of(
                        nanos,
                        WatchSource.JOURNAL,
                        text,
                        new Thing(Thing.Aspect.PROFILE, a.name(), ""),
                        true,
                        who)
                : new WatchEvent(
                        nanos,
                        WatchSource.JOURNAL,
                        a.name().isEmpty() ? a.iface() : a.name(),
                        text,
                        who,
                        Optional.empty(),
                        false);
    }

    /**
     * That btwifiset said something just before proves nothing: a person at a terminal may have
     * done it at that moment. Evidence is whose the process was, or a line about that very thing.
     */
    private String whatBtwifisetSaid(long nanos, Journal.Audit a, String process) {
        said.removeIf(s -> nanos - s.at() >= SOON.toNanos());
        boolean byIt = process.contains(BY_IT);
        if (said.isEmpty() || process.contains(" in ") && !byIt) {
            return "";
        }
        Optional<String> about =
                said.stream().map(Said::words).filter(w -> isAbout(w, a)).reduce((x, y) -> y);
        String last = said.getLast().words();
        return byIt || about.isPresent()
                ? JUST_AFTER + about.orElse(last)
                : "; at the same time btwifiset said: " + last;
    }

    private static boolean isAbout(String words, Journal.Audit a) {
        String name = a.name();
        return !name.isEmpty()
                        && (words.contains("\"" + name + "\"")
                                || words.contains("known network " + name + " in conflict"))
                || a.op().equals("device-disconnect") && words.endsWith("(DISCONN)");
    }

    /** Whether a profile is brought up, again or anew. */
    static boolean bringsUp(WatchEvent event) {
        return event.source() == WatchSource.JOURNAL
                && event.text().equals(BROUGHT_UP.replace("%s", "\"" + event.subject() + "\""));
    }

    /** Whether what is said of who did something is evidence that it was btwifiset. */
    static boolean byBtwifiset(String who) {
        return who.contains(BY_IT) || who.contains(JUST_AFTER);
    }

    /**
     * Who, where it is an act after which an interface may be without what it had: its address, its
     * routes, its name servers.
     */
    static Optional<String> actor(WatchEvent e) {
        boolean taking =
                !e.who().isEmpty()
                        && !e.text().endsWith(FAILED)
                        && TAKING.stream().anyMatch(e.text()::contains);
        if (taking) {
            return Optional.of(e.who());
        }
        return e.subject().equals("btwifiset") && e.text().contains(PHONES_OFF)
                ? Optional.of("ip" + JUST_AFTER + e.text().replaceFirst("^btwifiset: ", ""))
                : Optional.empty();
    }

    private Optional<WatchEvent> btwifiset(long nanos, Journal.Line line) {
        String message = message(line);
        boolean matters =
                List.of(
                                "in conflict - delete",
                                "registering SSID",
                                "Bring WiFi",
                                "Network Manager is running",
                                "connection error",
                                "disconnect\"")
                        .stream()
                        .anyMatch(message::contains);
        if (line.identifier().equals("systemd")) {
            return Optional.of(WatchEvent.of(nanos, WatchSource.JOURNAL, line.unit(), message));
        }
        if (!matters) {
            return Optional.empty();
        }
        Matcher phone = phone(message);
        String words =
                phone.lookingAt()
                        ? asked(
                                unquoted(phone.group(1), phone.group(2)),
                                unquoted(phone.group(3), phone.group(4)))
                        : message.strip();
        said.addLast(new Said(nanos, words));
        if (said.size() > MOST_SAID) {
            said.removeFirst();
        }
        return Optional.of(
                WatchEvent.of(nanos, WatchSource.JOURNAL, "btwifiset", "btwifiset: " + words));
    }

    /** Of the text in either kind of quotes what was in them; empty where neither is there. */
    private static String unquoted(String single, String twofold) {
        String text = single != null ? single : twofold != null ? twofold : "";
        return text.replaceAll("\\\\([\\\\'\"])", "$1");
    }

    /** The network that the phone asks to connect to, by its line; empty where it asks for none. */
    static String wished(String message) {
        Matcher phone = phone(message);
        return phone.lookingAt() ? unquoted(phone.group(1), phone.group(2)) : "";
    }

    /** The phone's commands, as register_SSID of btwifiset.py takes them. */
    private static String asked(String ssid, String command) {
        if (ssid.equals("#ssid-endBT#")) {
            return "the phone says goodbye";
        }
        if (!ssid.isEmpty()) {
            return "the phone asks to connect to \"" + ssid + "\"";
        }
        return switch (command) {
            case "AP2s", "APs" -> "the phone asks for the networks in sight: it scans";
            case "DISCONN" -> "the phone asks to disconnect Wi-Fi (DISCONN)";
            case "OFF" -> "the phone asks to switch Wi-Fi off (OFF)";
            case "ON" -> "the phone asks to switch Wi-Fi on (ON)";
            default ->
                    command.startsWith("DEL-")
                            ? "the phone asks to delete \"" + command.substring(4) + "\""
                            : "the phone asks for something";
        };
    }
}
