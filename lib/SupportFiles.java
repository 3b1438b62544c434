package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What whoever helps asks for beside the answers that the analysis is made from (the documentation,
 * <i>Contact and Support</i>): the status of the services and devices as people read it, an hour of
 * the journal, the last run's logs. Nothing here is parsed.
 */
public final class SupportFiles {

    private static final String LOGS = "/var/log/network-diagnostics";

    private static final Pattern STAMP =
            Pattern.compile("_(\\d{8}_\\d{6}(?:_\\d{1,3})?)\\.[a-z]+$");

    /** The page to look at says nothing that the others do not, and is the largest. */
    private static final String PAGE = ".html";

    private static final List<String> UNITS =
            List.of(
                    "NetworkManager",
                    "btwifiset",
                    "btwifiset-stable",
                    "bluetooth",
                    "wpa_supplicant",
                    "dhcpcd",
                    "systemd-networkd",
                    "networking");

    private static final Set<List<String>> ARGVS =
            commands().stream().map(Command::argv).collect(Collectors.toSet());

    private SupportFiles() {}

    /** Asks a machine that records; of a card or a capture there is no more to be had. */
    public static void ask(Machine recording) {
        if (!recording.runsCommands()) {
            return;
        }
        commands().forEach(recording::run);
        List<String> names = recording.list(LOGS).orElse(List.of());
        TreeSet<String> stamps = new TreeSet<>();
        names.forEach(name -> stamp(name, stamps));
        if (!stamps.isEmpty()) {
            names.stream()
                    .filter(name -> name.contains(stamps.last()) && !name.endsWith(PAGE))
                    .forEach(name -> recording.read(LOGS + "/" + name));
        }
    }

    /** Whether nobody but people reads what it says. */
    static boolean isOne(List<String> argv) {
        return ARGVS.contains(argv);
    }

    static boolean isOne(String path) {
        return path.startsWith(LOGS + "/");
    }

    static boolean isFolder(String path) {
        return path.equals(LOGS);
    }

    private static void stamp(String name, TreeSet<String> stamps) {
        Matcher m = STAMP.matcher(name);
        if (m.find()) {
            stamps.add(m.group(1));
        }
    }

    static List<Command> commands() {
        String[] status = {"systemctl", "status", "--no-pager", "--full", "--lines=20"};
        return List.of(
                command(status, UNITS),
                Command.of("nmcli", "device", "status"),
                Command.of("systemctl", "list-units", "--no-pager", "--state=failed"),
                hour(units()),
                hour(List.of("-k", "--grep=eth|wlan|end[0-9]|brcm|rfkill|voltage|mmc|firmware")));
    }

    private static List<String> units() {
        return UNITS.stream().map(unit -> "--unit=" + unit + ".service").toList();
    }

    private static Command hour(List<String> which) {
        Command hour =
                command(
                        new String[] {
                            "journalctl",
                            "--no-pager",
                            "-q",
                            "-o",
                            "json",
                            Journal.FIELDS,
                            "--since=-1h",
                            "-n",
                            "10000"
                        },
                        which);
        return new Command(hour.argv(), Duration.ofSeconds(30));
    }

    private static Command command(String[] words, List<String> more) {
        List<String> argv = new ArrayList<>(List.of(words));
        argv.addAll(more);
        return new Command(argv, Command.USUAL_TIMEOUT);
    }
}
