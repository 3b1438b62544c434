package netfix;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Pi of the captures around a scan from the phone, which deletes its Wi-Fi profile: two states
 * seen in the lab, and the lines that the sources said in between, each at its second.
 */
final class WatchedPi {

    private record Said(double second, WatchSource source, String line) {}

    private static final Instant START = Instant.parse("2026-11-22T18:40:02Z");

    private final String profile;
    private final List<Said> said = new ArrayList<>();

    private WatchedPi(String profile) {
        this.profile = profile;
    }

    /** The scan of the outage: the profile has a blank in its name. */
    static WatchedPi scanned() {
        return named("My Home Net");
    }

    /**
     * @param profile how the Wi-Fi profile that goes is called: anybody's bytes
     */
    static WatchedPi named(String profile) {
        String quoted = profile.replace("\\", "\\\\").replace("\"", "\\\"");
        return new WatchedPi(profile)
                .says(8.2, "btwifiset", "received from iphone: registering SSID ['', 'AP2s']")
                .says(
                        9.1,
                        "btwifiset",
                        ".get_list - known network "
                                + quoted
                                + " in conflict - delete and move to unknown networks")
                .says(
                        9.4,
                        "NetworkManager",
                        "<info>  [1795337442.6934] audit: op=\\\"connection-delete\\\""
                                + " uuid=\\\"74b3df5b-4552-4ae9-a241-0325255c3f14\\\" name=\\\""
                                + quoted
                                + "\\\" pid=598 uid=0 result=\\\"success\\\"")
                .says(9.45, WatchSource.NETWORKMANAGER, profile + ": connection profile removed")
                .says(9.5, WatchSource.NETWORKMANAGER, "wlan0: disconnected")
                .says(
                        9.52,
                        WatchSource.KERNEL,
                        "[ADDR]Deleted 4: wlan0    inet 192.168.60.162/24 brd 192.168.60.255 scope"
                                + " global dynamic noprefixroute wlan0\\       valid_lft 43100sec"
                                + " preferred_lft 43100sec")
                .says(
                        9.53,
                        WatchSource.KERNEL,
                        "[ROUTE]Deleted default via 192.168.60.1 dev wlan0 proto dhcp src"
                                + " 192.168.60.162 metric 600 ")
                .says(
                        9.6,
                        WatchSource.KERNEL,
                        "[LINK]4: wlan0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq"
                                + " state DOWN group default \\    link/ether 02:00:00:00:00:00 brd"
                                + " ff:ff:ff:ff:ff:ff")
                .says(
                        20.4,
                        WatchSource.KERNEL,
                        "[LINK]2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc"
                                + " fq_codel state DOWN group default \\    link/ether"
                                + " b8:27:eb:4c:00:00 brd ff:ff:ff:ff:ff:ff")
                .says(
                        23.9,
                        WatchSource.KERNEL,
                        "[LINK]2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel"
                                + " state UP group default \\    link/ether b8:27:eb:4c:00:00 brd"
                                + " ff:ff:ff:ff:ff:ff")
                .says(
                        26.0,
                        "btwifiset",
                        "received from iphone: registering SSID ['#ssid-endBT#', 'unknown']");
    }

    private WatchedPi says(double second, WatchSource source, String line) {
        said.add(new Said(second, source, line));
        return this;
    }

    private WatchedPi says(double second, String unit, String message) {
        return says(
                second,
                WatchSource.JOURNAL,
                "{\"_BOOT_ID\":\"659255aefd584b2c8b540f34009d6a7e\",\"_PID\":\"343\",\"_SYSTEMD_UNIT\":\""
                        + unit
                        + ".service\",\"MESSAGE\":\""
                        + message
                        + "\",\"__REALTIME_TIMESTAMP\":\"1795337438776275\",\"SYSLOG_IDENTIFIER\":\""
                        + unit
                        + "\",\"PRIORITY\":\"6\"}");
    }

    /** The profile's file under the name of the test; its content says that name, too. */
    private Machine machine(String capture, boolean hasProfile) {
        String folder = "/etc/NetworkManager/system-connections";
        String file = folder + "/My Home Net.nmconnection";
        Machine seen = new ReplayedMachine(CaptureFile.load(Captures.file(capture)), "Pi");
        return new ForwardingMachine() {
            @Override
            Machine to() {
                return seen;
            }

            @Override
            public Reading<List<String>> list(String path) {
                return path.equals(folder) && !hasProfile
                        ? Reading.known(List.of())
                        : super.list(path);
            }

            @Override
            public Reading<String> read(String path) {
                return path.equals(file)
                        ? super.read(path)
                                .map(
                                        text ->
                                                text.replaceFirst(
                                                        "(?m)^id=.*$",
                                                        java.util.regex.Matcher.quoteReplacement(
                                                                "id="
                                                                        + profile.replace(
                                                                                "\\", "\\\\"))))
                        : super.read(path);
            }
        };
    }

    private Machine before() {
        return machine("healthy-bookworm", true);
    }

    private Machine after() {
        return machine("device-disconnected~by-phone", false);
    }

    Watch.Observed observed() {
        return observed(before(), after());
    }

    /** As diagnose --capture keeps it. */
    Capture bundle() {
        RecordingMachine first = new RecordingMachine(before());
        RecordingMachine last = new RecordingMachine(after());
        Watch.Observed seen = observed(first, last);
        SupportFiles.ask(last);
        return last.capture().after(new Capture.Watched(first.capture(), WatchFormat.write(seen)));
    }

    private Watch.Observed observed(Machine first, Machine last) {
        long start = 1_000_000_000_000L;
        Snapshot before = Look.at(first, Progress.silent());
        Snapshot after = Look.at(last, Progress.silent());
        KernelEvents kernel = new KernelEvents(before);
        DaemonEvents daemons = new DaemonEvents(pid -> "nmcli in btwifiset.service");
        Absences absences = new Absences(before);
        List<WatchEvent> events = new ArrayList<>();
        for (Said one : said) {
            long nanos = start + Math.round(one.second() * 1e9);
            Optional<WatchEvent> event =
                    switch (one.source()) {
                        case KERNEL -> kernel.event(nanos, one.line());
                        case NETWORKMANAGER -> DaemonEvents.networkManager(nanos, one.line());
                        case JOURNAL -> daemons.journal(nanos, one.line());
                        case RFKILL -> DaemonEvents.radio(nanos, one.line());
                    };
            event.ifPresent(absences::heard);
            event.ifPresent(events::add);
        }
        Duration lasted = Duration.ofSeconds(31);
        long end = start + lasted.toNanos();
        absences.looked(after, end, end);
        return new Watch.Observed(
                before,
                after,
                START,
                start,
                lasted,
                events,
                0,
                0,
                Map.of(WatchSource.RFKILL, "rfkill is not installed"),
                absences.lost(),
                absences.returned(),
                absences.gained(),
                absences.renamed());
    }

    Aftermath aftermath() {
        return Aftermath.of(observed());
    }
}
