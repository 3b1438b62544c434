package netfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
            List<String> options) {

        /** {@code /etc/network/interfaces:7}. */
        public String place() {
            return file + ":" + line;
        }

        /**
         * Whether it says which Wi-Fi network to join (wpa_supplicant's README.Debian, iwconfig).
         */
        public boolean joinsNetwork() {
            return options.stream()
                    .anyMatch(o -> o.matches("(wpa-(ssid|conf|roam)|wireless-essid)\\s.*"));
        }

        /** Whether it gives the interface an address ({@code manual} leaves that to others). */
        public boolean configures() {
            return !method.equals("manual") && !method.equals("loopback");
        }
    }

    private final List<Stanza> stanzas = new ArrayList<>();
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
        for (String raw : text.replace("\\\n", " ").split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
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
            } else if (word.equals("mapping") || word.equals("rename") || word.startsWith("no-")) {
                open = null;
            } else if (open != null) {
                open.options().add(line);
            }
        }
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
