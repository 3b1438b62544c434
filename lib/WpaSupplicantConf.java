package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A wpa_supplicant.conf(5): its networks and all that stands around them, as written, with the line
 * that each setting stands on.
 *
 * @param globals what stands outside of blocks
 * @param others the first lines of blocks that are no network: credentials, blobs
 * @param faults lines that are no setting, by number
 */
public record WpaSupplicantConf(
        String file,
        List<Entry> globals,
        List<Network> networks,
        List<Entry> others,
        List<Integer> faults) {

    /**
     * @param line counted from 1
     * @param value as written, quotes and all
     */
    record Entry(int line, String key, String value) {
        String shown() {
            return value.isEmpty() ? key : key + "=" + value;
        }
    }

    /** One block. Of a setting that is given twice the last counts. */
    record Network(String file, int line, List<Entry> entries) {

        Optional<Entry> last(String key) {
            return entries.stream().filter(e -> e.key().equals(key)).reduce((a, b) -> b);
        }

        String value(String key) {
            return last(key).map(Entry::value).orElse("");
        }
    }

    /** Never fails: a line that is no setting is a fault. */
    static WpaSupplicantConf parse(String file, String text) {
        List<Entry> globals = new ArrayList<>();
        List<Network> networks = new ArrayList<>();
        List<Entry> others = new ArrayList<>();
        List<Integer> faults = new ArrayList<>();
        Network network = null;
        boolean other = false;
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = withoutComment(raw);
            int eq = line.indexOf('=');
            if (line.isEmpty()) {
                continue;
            }
            if (network == null && !other && line.matches("network\\s*=\\s*\\{")) {
                network = new Network(file, number, new ArrayList<>());
            } else if (line.equals("}")) {
                if (network != null) {
                    networks.add(network);
                }
                network = null;
                other = false;
            } else if (other) {
                continue;
            } else if (network == null && line.matches("[\\w-]+\\s*=\\s*\\{")) {
                others.add(new Entry(number, line, ""));
                other = true;
            } else if (eq <= 0) {
                faults.add(number);
            } else {
                Entry entry =
                        new Entry(
                                number,
                                line.substring(0, eq).strip(),
                                line.substring(eq + 1).stripLeading());
                (network == null ? globals : network.entries()).add(entry);
            }
        }
        if (network != null) {
            // Without its closing brace wpa_supplicant reads the file as broken.
            faults.add(network.line());
        }
        return new WpaSupplicantConf(
                file,
                List.copyOf(globals),
                List.copyOf(networks),
                List.copyOf(others),
                List.copyOf(faults));
    }

    /**
     * As wpa_config_get_line() has it: a # begins a comment, but not before the last quote of the
     * line.
     */
    private static String withoutComment(String raw) {
        String line = raw.replaceAll("^[ \t\r]+", "");
        if (line.startsWith("#")) {
            return "";
        }
        int hash = line.indexOf('#', Math.max(0, line.lastIndexOf('"')));
        return (hash < 0 ? line : line.substring(0, hash)).replaceAll("[ \t\r]+$", "");
    }

    /**
     * The SSIDs of the blocks that are not {@code disabled=1}, as written between the quotes or in
     * hex.
     */
    static List<String> enabledNetworks(String text) {
        List<String> names = new ArrayList<>();
        String ssid = null;
        boolean inside = false;
        boolean disabled = false;
        for (String raw : text.split("\n")) {
            String line = raw.strip();
            if (line.matches("network\\s*=\\s*\\{")) {
                inside = true;
                disabled = false;
                ssid = null;
            } else if (inside && line.equals("}")) {
                if (!disabled && ssid != null) {
                    names.add(ssid);
                }
                inside = false;
            } else if (inside && line.startsWith("ssid=")) {
                String value = line.substring(5);
                ssid =
                        value.length() > 1 && value.startsWith("\"")
                                ? value.substring(1, value.length() - 1)
                                : value;
            } else if (inside && line.equals("disabled=1")) {
                disabled = true;
            }
        }
        return List.copyOf(names);
    }
}
