package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long each interface took in this boot from carrier, or from the start of its activation, to
 * an address, by what its manager told the journal. Monotonic stamps: a Pi's clock jumps when it
 * first hears of NTP. The messages are those of NetworkManager 1.30 to 1.52
 * (src/core/devices/nm-device.c), systemd-networkd 247 to 257 (src/network/networkd-dhcp4.c),
 * dhcpcd 7 to 10 (src/dhcp.c) and dhclient 4 (client/dhclient.c); no manual page promises them, so
 * an interface without them is one whose time is not known.
 */
final class PathTimes {

    static final Command COMMAND =
            new Command(
                    List.of(
                            "journalctl",
                            "--no-pager",
                            "-q",
                            "-b",
                            "-n",
                            "2000",
                            "-o",
                            "json",
                            "--output-fields=MESSAGE,_PID",
                            "-u",
                            "NetworkManager.service",
                            "-u",
                            "systemd-networkd.service",
                            "-u",
                            "dhcpcd.service",
                            "-u",
                            "networking.service",
                            "-u",
                            "ifup@*.service",
                            // With an upper-case letter the pattern is case sensitive.
                            "--grep=Activation: (starting|successful)|[Cc]arrier|DHCPv4 address|:"
                                    + " leased |using static address|DHCPDISCOVER on|DHCPREQUEST"
                                    + " for|^bound to"),
                    Duration.ofSeconds(30));

    /** Waiting longer than this for what took so long once would leave the Pi unreachable. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Pattern BEGIN =
            Pattern.compile(
                    "device \\((\\S+)\\): Activation: starting connection .*"
                            + "|(\\S+): Gained carrier"
                            + "|(\\S+): carrier acquired"
                            + "|DHCPDISCOVER on (\\S+) to .*"
                            + "|DHCPREQUEST for \\S+ on (\\S+) to .*");

    private static final Pattern END =
            Pattern.compile(
                    "device \\((\\S+)\\): Activation: successful, device activated\\."
                            + "|(\\S+): DHCPv4 address .*"
                            + "|(\\S+): leased .*"
                            + "|(\\S+): using static address .*");

    private static final Pattern BOUND = Pattern.compile("bound to .*");

    // NetworkManager puts level and time before its messages.
    private static final Pattern PREFIX = Pattern.compile("^<\\w+> +\\[[\\d.]+] ");

    private PathTimes() {}

    /** The longest time of this boot by interface, in whole seconds, rounded up. */
    static Map<String, Integer> parse(String journal) {
        List<JsonText> lines = new ArrayList<>();
        for (String raw : journal.split("\n")) {
            JsonText.read(raw).filter(PathTimes::isStamped).ifPresent(lines::add);
        }
        // journalctl turns the order round where --grep and -n meet, in some versions.
        lines.sort(Comparator.comparingLong(PathTimes::micros));
        Map<String, Long> begun = new HashMap<>();
        Map<String, String> asking = new HashMap<>();
        Map<String, Integer> took = new HashMap<>();
        lines.forEach(
                node -> {
                    long at = micros(node);
                    String message =
                            PREFIX.matcher(node.path("MESSAGE").text()).replaceFirst("").strip();
                    String pid = node.path("_PID").text();
                    Optional<String> begins = named(BEGIN, message);
                    if (begins.isPresent()) {
                        begun.put(begins.get(), begun.getOrDefault(begins.get(), at));
                        asking.put(pid, begins.get());
                        if (message.startsWith("device (")) {
                            // A new attempt, perhaps hours after the one that failed.
                            begun.put(begins.get(), at);
                        }
                    }
                    // dhclient does not name the interface when it has got what it asked for.
                    Optional<String> ends =
                            BOUND.matcher(message).matches()
                                    ? Optional.ofNullable(asking.get(pid))
                                    : named(END, message);
                    if (ends.isPresent() && begun.containsKey(ends.get())) {
                        Duration time = Duration.ofNanos((at - begun.remove(ends.get())) * 1000);
                        Duration counted = time.compareTo(LONGEST) > 0 ? LONGEST : time;
                        took.merge(
                                ends.get(),
                                (int) counted.plusNanos(999_999_999).toSeconds(),
                                Math::max);
                    }
                });
        return took;
    }

    private static boolean isStamped(JsonText line) {
        return line.path("__MONOTONIC_TIMESTAMP").text().matches("\\d{1,17}");
    }

    private static long micros(JsonText line) {
        return Long.parseLong(line.path("__MONOTONIC_TIMESTAMP").text());
    }

    private static Optional<String> named(Pattern pattern, String message) {
        Matcher m = pattern.matcher(message);
        if (m.matches()) {
            for (int i = 1; i <= m.groupCount(); i++) {
                if (m.group(i) != null) {
                    return Optional.of(m.group(i));
                }
            }
        }
        return Optional.empty();
    }
}
