package netfix;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The journal's lines that bear on the network, {@code journalctl -o json}
 * (systemd.journal-fields(7)).
 */
public final class Journal {

    static final String FIELDS =
            "--output-fields=MESSAGE,_PID,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,PRIORITY";

    /** What the units of the network said since this boot. */
    static final Command THIS_BOOT =
            journal(
                    "-b",
                    "-n",
                    "1500",
                    "-u",
                    "NetworkManager.service",
                    "-u",
                    "btwifiset.service",
                    "-u",
                    "btwifiset-stable.service");

    /**
     * What proves who did it, from all boots that are kept: a deletion often lies before the boot
     * that made it hurt. The pattern is case sensitive because it holds an upper-case letter
     * (journalctl(1), {@code --grep}).
     */
    static final Command EVIDENCE =
            journal(
                    "-n",
                    "500",
                    "-u",
                    "NetworkManager.service",
                    "-u",
                    "btwifiset.service",
                    "-u",
                    "btwifiset-stable.service",
                    "--grep=in conflict - delete|op=\"(connection|device|networking|radio)-|Network"
                            + " Manager is running|registering SSID|Bring WiFi");

    /** What brcmfmac says when the firmware of a Pi's radio has ended (brcmfmac's core.c). */
    static final Command FIRMWARE =
            journal(
                    "-b",
                    "-k",
                    "-n",
                    "20",
                    "--grep=brcmf_fw_crashed|Firmware has halted or crashed");

    /** What NetworkManager said when it did not start with its configuration. */
    static final Command REFUSED =
            journal(
                    "-b",
                    "-n",
                    "20",
                    "-u",
                    "NetworkManager.service",
                    "--grep=Failed to read configuration");

    static final Command BOOTS = journal("--list-boots");

    private static Command journal(String... more) {
        List<String> argv = new ArrayList<>(List.of("journalctl", "--no-pager", "-q"));
        if (!more[0].equals("--list-boots")) {
            argv.addAll(List.of("-o", "json", FIELDS));
        }
        argv.addAll(List.of(more));
        return new Command(argv, Duration.ofSeconds(30));
    }

    /**
     * @param boot the boot's id
     * @param at wall-clock time; a Pi has no RTC, so before NTP it may lie in the past
     * @param monotonic microseconds since the kernel started, by the clock that does not jump; -1
     *     where it is not told
     * @param unit the unit that it came from or is about
     */
    public record Line(
            String boot,
            Instant at,
            long monotonic,
            String unit,
            String identifier,
            int pid,
            int priority,
            String message) {

        // By hand, as in Snapshot.Gateway: a record's own make the JVM spin classes at their first
        // use, and the two journals overlap, so that every look uses them.
        @Override
        public boolean equals(Object other) {
            return other instanceof Line line
                    && at.equals(line.at)
                    && message.equals(line.message)
                    && pid == line.pid
                    && priority == line.priority
                    && unit.equals(line.unit)
                    && identifier.equals(line.identifier)
                    && boot.equals(line.boot);
        }

        @Override
        public int hashCode() {
            return 31 * at.hashCode() + message.hashCode();
        }

        /**
         * How much later another line came, negative where it came before: between two lines of one
         * boot the wall clock may have been set.
         */
        Duration until(Line later) {
            return monotonic >= 0 && later.monotonic >= 0 && boot.equals(later.boot)
                    ? Duration.ofNanos((later.monotonic - monotonic) * 1000)
                    : Duration.between(at, later.at);
        }

        /** {@code btwifiset.service[612]}, for evidence. */
        public String source() {
            String who = unit.isEmpty() ? identifier : unit;
            return who + (pid > 0 ? "[" + pid + "]" : "");
        }
    }

    /**
     * NetworkManager's audit line, {@code <info> [1700000000.1234] audit: op="connection-delete"
     * uuid="…" name="…" pid=7 uid=0 result="success"} (src/core/nm-audit-manager.c).
     */
    public record Audit(
            String op,
            String uuid,
            String name,
            String iface,
            int pid,
            int uid,
            boolean success,
            Line line) {}

    private static final Pattern MICROS = Pattern.compile("\\d{1,17}");
    private static final Pattern AUDIT = Pattern.compile("audit: (op=.*)$");
    // A name with a quote in it is written as it is; the next field's name ends it.
    private static final Pattern FIELD =
            Pattern.compile("([a-z-]+)=(?:\"(.*?)\"(?= [a-z-]+=|$)|(\\S+))");

    /**
     * Oldest first, whatever order journalctl chose ({@code --grep} with {@code -n} reverses it in
     * some versions).
     */
    private final List<Line> lines;

    private final Reading<Integer> boots;
    private final String thisBoot;
    private final String gap;

    /**
     * @param thisBoot the id of the running boot, empty where it is not known: then the newest
     *     line's
     * @param gap why lines that were asked for are not here, empty where all are
     */
    Journal(List<Line> lines, Reading<Integer> boots, String thisBoot, String gap) {
        this.lines = inOrder(lines.stream().distinct().toList());
        this.boots = boots;
        this.thisBoot = thisBoot;
        this.gap = gap;
    }

    /** Boot by boot, as the wall clock has it at their ends; within one by the other clock. */
    private static List<Line> inOrder(List<Line> lines) {
        Map<String, Instant> ends = new HashMap<>();
        Set<String> wallClock = new HashSet<>();
        for (Line line : lines) {
            ends.merge(line.boot(), line.at(), (a, b) -> a.isAfter(b) ? a : b);
            if (line.monotonic() < 0) {
                wallClock.add(line.boot());
            }
        }
        return lines.stream()
                .sorted(
                        Comparator.comparing((Line l) -> ends.get(l.boot()))
                                .thenComparing(Line::boot)
                                .thenComparingLong(
                                        l -> wallClock.contains(l.boot()) ? 0 : l.monotonic())
                                .thenComparing(Line::at))
                .toList();
    }

    static List<Line> parse(String text) {
        List<Line> lines = new ArrayList<>();
        for (String raw : (Iterable<String>) text.lines()::iterator) {
            if (raw.isBlank()) {
                continue;
            }
            Optional<JsonText> parsed = JsonText.read(raw);
            if (parsed.isEmpty()) {
                // A line cut by a power failure; the others stand for themselves.
                continue;
            }
            JsonText node = parsed.get();
            String unit = node.path("_SYSTEMD_UNIT").text();
            String about = node.path("UNIT").text();
            String time = node.path("__REALTIME_TIMESTAMP").text("0");
            lines.add(
                    new Line(
                            node.path("_BOOT_ID").text(),
                            Instant.EPOCH.plus(micros(time)),
                            monotonic(node.path("__MONOTONIC_TIMESTAMP").text()),
                            about.isEmpty() ? unit : about,
                            node.path("SYSLOG_IDENTIFIER").text(),
                            node.path("_PID").integer(),
                            node.has("PRIORITY") ? node.path("PRIORITY").integer() : 6,
                            text(node.path("MESSAGE"))));
        }
        return lines;
    }

    private static long monotonic(String digits) {
        // Nanoseconds of it have to fit into a long.
        return digits.length() < 16 && MICROS.matcher(digits).matches()
                ? Long.parseLong(digits)
                : -1;
    }

    private static Duration micros(String digits) {
        return MICROS.matcher(digits).matches()
                ? Duration.ofNanos(Long.parseLong(digits) * 1000)
                : Duration.ZERO;
    }

    /**
     * A message that is not UTF-8 comes as a list of byte values, one with several fields as a list
     * of strings.
     */
    private static String text(JsonText node) {
        if (!node.isList()) {
            return node.text();
        }
        byte[] bytes = new byte[node.size()];
        int length = 0;
        for (JsonText b : node) {
            bytes[length++] = (byte) b.integer();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public List<Line> lines() {
        return lines;
    }

    /** How many boots the journal remembers, this one included; 1 where it is volatile or new. */
    public Reading<Integer> boots() {
        return boots;
    }

    /** Why lines that were asked for are not here, empty where all are. */
    public String gap() {
        return gap;
    }

    /** The id of the running boot; empty where nothing tells it. */
    public String thisBoot() {
        return thisBoot.isEmpty() && !lines.isEmpty()
                ? lines.get(lines.size() - 1).boot()
                : thisBoot;
    }

    /** Whether a line is of the running boot: what an interface was told before is void now. */
    public boolean ofThisBoot(Line line) {
        return line.boot().equals(thisBoot());
    }

    /** Lines of one of btwifiset's units. */
    public List<Line> btwifiset() {
        return lines.stream().filter(line -> line.unit().startsWith("btwifiset")).toList();
    }

    public List<Audit> audits() {
        return lines.stream()
                .filter(line -> line.message().contains("audit: op="))
                .flatMap(
                        line -> {
                            Matcher m = AUDIT.matcher(line.message());
                            return m.find()
                                    ? java.util.stream.Stream.of(audit(m.group(1), line))
                                    : java.util.stream.Stream.empty();
                        })
                .toList();
    }

    private static Audit audit(String text, Line line) {
        Map<String, String> f = new HashMap<>();
        Matcher m = FIELD.matcher(text);
        while (m.find()) {
            // The first one: a name may hold what looks like another field.
            f.putIfAbsent(m.group(1), m.group(2) != null ? m.group(2) : m.group(3));
        }
        return new Audit(
                f.getOrDefault("op", ""),
                f.getOrDefault("uuid", ""),
                f.getOrDefault("name", ""),
                f.getOrDefault("interface", ""),
                number(f.get("pid")),
                number(f.get("uid")),
                "success".equals(f.get("result")),
                line);
    }

    private static int number(String text) {
        return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
