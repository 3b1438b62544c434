package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processes that may hold an interface, ps(1). */
final class Processes {

    /**
     * By name, because the whole list is nobody's business; no python: btwifiset is found by its
     * unit.
     */
    static final Command COMMAND =
            new Command(
                    List.of(
                            "ps",
                            "-ww",
                            "-o",
                            "pid=,ppid=,cgroup:300=,args=",
                            "-C",
                            "wpa_supplicant,dhcpcd,dhclient,udhcpc,hostapd,iwd,connmand,NetworkManager,systemd-network,systemd-resolve,dnsmasq"),
                    Command.USUAL_TIMEOUT);

    private static final Pattern LINE =
            Pattern.compile("\\s*(\\d{1,9})\\s+(\\d{1,9})\\s+(\\S+)\\s+(.*)");
    private static final Pattern UNIT = Pattern.compile("/([^/\\s]+\\.(?:service|scope))");

    /**
     * @param unit the systemd unit it belongs to, empty where none (or no systemd)
     * @param args as the process shows them, apart by blanks
     */
    record Process(int pid, int parent, String unit, String args) {

        /** The program's name, without its folder. */
        String program() {
            String first = args.split(" ", 2)[0].replaceFirst(":$", "");
            return first.substring(first.lastIndexOf('/') + 1);
        }

        /** The argument after an option that takes one: {@code -i wlan0} and {@code -iwlan0}. */
        Optional<String> option(String name) {
            String[] words = args.split(" ");
            for (int i = 1; i < words.length; i++) {
                if (words[i].equals(name) && i + 1 < words.length) {
                    return Optional.of(words[i + 1]);
                }
                if (words[i].startsWith(name)
                        && words[i].length() > name.length()
                        && !words[i].startsWith("--")) {
                    return Optional.of(words[i].substring(name.length()));
                }
            }
            return Optional.empty();
        }

        boolean has(String word) {
            return (" " + args + " ").contains(" " + word + " ");
        }
    }

    private Processes() {}

    /** ps exits 1 where it found none. */
    static Reading<List<Process>> of(CommandResult result) {
        if (result.outcome() != CommandResult.Outcome.EXITED
                || result.exit() > 1
                || !result.stderr().isBlank()) {
            return Reading.unknown(result.failure());
        }
        return Reading.known(parse(result.stdout()));
    }

    static List<Process> parse(String text) {
        List<Process> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            Matcher m = LINE.matcher(line);
            if (m.matches()) {
                Matcher unit = UNIT.matcher(m.group(3));
                String name = "";
                while (unit.find()) {
                    name = unit.group(1);
                }
                all.add(
                        new Process(
                                Integer.parseInt(m.group(1)),
                                Integer.parseInt(m.group(2)),
                                name,
                                m.group(4)));
            }
        }
        return List.copyOf(all);
    }
}
