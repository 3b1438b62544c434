package netfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** ifupdown's configuration, interfaces(5): who is brought up at boot, and how. */
public final class Interfaces {

    static final String FILE = "/etc/network/interfaces";

    /** Deep enough for source lines that name files with source lines; a loop ends here. */
    private static final int MOST_FILES = 64;

    /**
     * @param method dhcp, static, manual, loopback …
     */
    public record Stanza(
            String file,
            int line,
            String name,
            String family,
            String method,
            List<Option> options) {

        Optional<Option> last(String key) {
            return options.stream().filter(o -> o.key().equals(key)).reduce((a, b) -> b);
        }

        /** {@code /etc/network/interfaces:7}. */
        public String place() {
            return file + ":" + line;
        }

        /**
         * Whether it says which Wi-Fi network to join (wpa_supplicant's README.Debian, iwconfig).
         */
        public boolean joinsNetwork() {
            return options.stream()
                    .anyMatch(o -> o.key().matches("wpa-(ssid|conf|roam)|wireless-essid"));
        }

        /** Whether it gives the interface an address ({@code manual} leaves that to others). */
        public boolean configures() {
            return !method.equals("manual") && !method.equals("loopback");
        }
    }

    /**
     * A line of a stanza, or one outside of them.
     *
     * @param line counted from 1
     */
    public record Option(String file, int line, String key, String value) {
        String shown() {
            return value.isEmpty() ? key : key + " " + value;
        }
    }

    private final List<Stanza> stanzas = new ArrayList<>();
    private final List<Option> others = new ArrayList<>();
    private final Set<String> atBoot = new LinkedHashSet<>();
    private final List<String> unreadable = new ArrayList<>();
    private int files;

    private Interfaces() {}

    static Interfaces read(Machine machine) {
        Interfaces all = new Interfaces();
        all.file(machine, FILE);
        return all;
    }

    private void file(Machine machine, String path) {
        if (++files > MOST_FILES) {
            return;
        }
        // A Wi-Fi passphrase stands in it: where one does, others than root cannot read the file.
        Reading<String> read = machine.read(path);
        read.whyUnknown().ifPresent(unreadable::add);
        String text = read.orElse("");
        Stanza open = null;
        int number = 0;
        int ahead = 1;
        for (List<String> raw : lines(text)) {
            number += ahead;
            ahead = raw.size();
            String line = joined(raw);
            if (isNone(raw.get(0)) || line.isEmpty()) {
                continue;
            }
            String[] words = line.split("\\s+");
            String word = words[0];
            if (word.equals("auto") || word.startsWith("allow-")) {
                open = null;
                for (int i = 1; i < words.length; i++) {
                    atBoot.add(words[i]);
                }
            } else if (word.equals("iface") && words.length >= 4) {
                open = new Stanza(path, number, words[1], words[2], words[3], new ArrayList<>());
                stanzas.add(open);
            } else if (word.equals("source") && words.length > 1) {
                open = null;
                sourced(machine, absolute(path, words[1]));
            } else if (word.equals("source-directory") && words.length > 1) {
                open = null;
                String folder = absolute(path, words[1]);
                for (String name : machine.list(folder).orElse(List.of())) {
                    // run-parts' rule, as ifupdown has it.
                    if (name.matches("[A-Za-z0-9_-]+")) {
                        file(machine, folder + "/" + name);
                    }
                }
            } else if (word.matches("mapping|rename|template") || word.startsWith("no-")) {
                open = null;
                others.add(option(path, number, line));
            } else if (open != null) {
                open.options().add(option(path, number, line));
            } else {
                others.add(option(path, number, line));
            }
        }
    }

    /**
     * The lines of a file, each with those that it goes on in: one that ends in a backslash does,
     * whatever the next one begins with, but a comment does not (seen of ifupdown 0.8.41).
     */
    static List<List<String>> lines(String text) {
        List<List<String>> all = new ArrayList<>();
        List<String> open = List.of();
        for (String raw : text.split("\n", -1)) {
            if (open.isEmpty()) {
                open = new ArrayList<>();
                all.add(open);
            }
            open.add(raw);
            if (!raw.endsWith("\\") || isNone(open.get(0))) {
                open = List.of();
            }
        }
        return all;
    }

    /** Empty, or a comment. */
    static boolean isNone(String line) {
        return line.isBlank() || line.strip().startsWith("#");
    }

    /** What ifupdown makes of them: the backslash goes with the end of the line. */
    static String joined(List<String> lines) {
        StringBuilder all = new StringBuilder();
        for (String line : lines) {
            boolean goesOn = line.endsWith("\\");
            all.append(goesOn ? line.substring(0, line.length() - 1) : line);
        }
        return all.toString().strip();
    }

    private static Option option(String file, int number, String line) {
        String[] words = line.split("\\s+", 2);
        return new Option(file, number, words[0], words.length > 1 ? words[1] : "");
    }

    private static String absolute(String from, String path) {
        return path.startsWith("/") ? path : from.substring(0, from.lastIndexOf('/') + 1) + path;
    }

    private void sourced(Machine machine, String pattern) {
        int slash = pattern.lastIndexOf('/');
        String folder = pattern.substring(0, Math.max(1, slash));
        java.util.regex.Pattern glob = DeviceSpec.glob(pattern.substring(slash + 1));
        for (String name : machine.list(folder).orElse(List.of())) {
            if (glob.matcher(name).matches() && !name.startsWith(".")) {
                file(machine, folder + "/" + name);
            }
        }
    }

    /** Why a file could not be read, one line each. */
    public List<String> unreadable() {
        return List.copyOf(unreadable);
    }

    /** One of which nothing could be read. */
    static Interfaces unknown(String why) {
        Interfaces all = new Interfaces();
        all.unreadable.add(why);
        return all;
    }

    public List<Stanza> stanzas() {
        return List.copyOf(stanzas);
    }

    /** Mappings, and lines that belong to no stanza. */
    List<Option> others() {
        return List.copyOf(others);
    }

    /** Those for one interface that it has (loopback's own left out). */
    public List<Stanza> of(String name) {
        return stanzas.stream()
                .filter(s -> s.name().equals(name) && !s.method().equals("loopback"))
                .toList();
    }

    /** Whether {@code auto} or {@code allow-hotplug} names it. */
    public boolean atBoot(String name) {
        return atBoot.contains(name);
    }
}
