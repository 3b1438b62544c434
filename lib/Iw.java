package netfix;

import java.util.Map;
import java.util.TreeMap;

/**
 * {@code iw dev} (iw(8)): which network each Wi-Fi interface is associated with, whoever manages
 * it. Its output is for people ("do not screenscrape"), and there is no other short of netlink; so
 * it serves for display only.
 */
final class Iw {

    static final Command COMMAND = Command.of("iw", "dev");

    /** {@code Power save: on}. */
    static Command powerSave(String device) {
        return Command.of("iw", "dev", device, "get", "power_save");
    }

    private Iw() {}

    /** SSIDs by interface; iw escapes bytes that are no printable ASCII as {@code \xNN}. */
    static Map<String, String> networks(String text) {
        Map<String, String> networks = new TreeMap<>();
        String name = "";
        for (String raw : text.split("\n")) {
            String line = raw.strip();
            if (line.startsWith("Interface ")) {
                name = line.substring("Interface ".length());
            } else if (line.startsWith("ssid ") && !name.isEmpty()) {
                networks.put(name, line.substring("ssid ".length()));
            }
        }
        return networks;
    }
}
