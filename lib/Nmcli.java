package netfix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * nmcli's terse output (nmcli(1), {@code --terse}): fields apart by a colon, {@code :} and {@code
 * \} within a value escaped by a backslash. Splitting at every colon loses every MAC address and
 * many a profile name.
 */
final class Nmcli {

    static final Command GENERAL =
            Command.of(
                    "nmcli",
                    "-t",
                    "-f",
                    "RUNNING,VERSION,STATE,CONNECTIVITY,NETWORKING,WIFI-HW,WIFI",
                    "general",
                    "status");
    static final Command DEVICES =
            Command.of("nmcli", "-t", "-f", "GENERAL,IP4,IP6,DHCP4", "device", "show");
    static final Command CONNECTIONS =
            Command.of(
                    "nmcli",
                    "-t",
                    "-f",
                    "UUID,TYPE,AUTOCONNECT,TIMESTAMP,DEVICE,ACTIVE,FILENAME,NAME",
                    "connection",
                    "show");
    static final Command WIFI_LIST =
            Command.of(
                    "nmcli",
                    "-t",
                    "-f",
                    "IN-USE,SIGNAL,SECURITY,BSSID,SSID",
                    "device",
                    "wifi",
                    "list",
                    "--rescan",
                    "no");

    /**
     * @param running whether the daemon answers
     * @param networking false after {@code nmcli networking off} (then NetworkManager is asleep)
     * @param wifi false after {@code nmcli radio wifi off}
     */
    record General(
            boolean running,
            String version,
            String state,
            String connectivity,
            boolean networking,
            boolean wifiHardware,
            boolean wifi) {}

    /** NMDeviceState: there, and of no use: no carrier, no firmware, no supplicant. */
    static final int UNAVAILABLE = 20;

    /** Until NetworkManager's next start; nothing of it is kept. */
    static List<String> managed(String link, boolean yes) {
        return List.of("nmcli", "device", "set", link, "managed", yes ? "yes" : "no");
    }

    /**
     * @param state 10 unmanaged, 20 unavailable, 30 disconnected, 40–90 connecting, 100 connected,
     *     110 deactivating, 120 failed (NMDeviceState)
     * @param reason why it is in that state (NMDeviceStateReason): 39 is "by the user"
     * @param autoconnect empty where this nmcli does not say
     * @param connection the profile's name, empty where none
     * @param options of the DHCP lease, by name
     */
    record Device(
            String name,
            String type,
            int state,
            String stateText,
            int reason,
            Optional<Boolean> autoconnect,
            String connection,
            String uuid,
            String gateway4,
            String gateway6,
            Map<String, String> options) {

        boolean managed() {
            return state != 10;
        }

        boolean connected() {
            return state == 100;
        }
    }

    /**
     * @param timestamp when it was last up, seconds since 1970; 0 for never
     * @param file the keyfile, in /run for one that the next boot will not have
     */
    record Connection(
            String uuid,
            String name,
            String type,
            boolean autoconnect,
            long timestamp,
            String device,
            boolean active,
            String file) {}

    /** An access point of the last scan. */
    record Seen(boolean inUse, int signal, String security, String bssid, String ssid) {}

    private Nmcli() {}

    /** One line's fields, unescaped. */
    static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                field.append(line.charAt(++i));
            } else if (c == ':') {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    static Reading<General> general(String text) {
        List<String> f = fields(text.lines().findFirst().orElse(""));
        if (f.size() != 7) {
            return Reading.unknown("nmcli general status: " + f.size() + " fields instead of 7");
        }
        return Reading.known(
                new General(
                        f.get(0).equals("running"),
                        f.get(1),
                        f.get(2),
                        f.get(3),
                        !f.get(4).equals("disabled"),
                        !f.get(5).equals("disabled"),
                        !f.get(6).equals("disabled")));
    }

    /**
     * {@code KEY:value} lines, a device's block begins at GENERAL.DEVICE. Values are not escaped
     * here but for the key's colon.
     */
    static Reading<List<Device>> devices(String text) {
        List<Device> devices = new ArrayList<>();
        Map<String, String> block = new HashMap<>();
        Map<String, String> options = new HashMap<>();
        for (String line : (text + "\nGENERAL.DEVICE:\n").split("\n")) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                continue;
            }
            String key = line.substring(0, colon);
            String value = String.join(":", fields(line.substring(colon + 1)));
            if (key.equals("GENERAL.DEVICE") && !block.isEmpty()) {
                devices.add(device(block, options));
                block.clear();
                options.clear();
            }
            if (key.startsWith("DHCP4.OPTION")) {
                int eq = value.indexOf(" = ");
                if (eq > 0) {
                    options.put(value.substring(0, eq), value.substring(eq + 3));
                }
            } else {
                block.put(key, value);
            }
        }
        return devices.isEmpty() && !text.isBlank()
                ? Reading.unknown("nmcli device show gave no GENERAL.DEVICE line")
                : Reading.known(List.copyOf(devices));
    }

    private static Device device(Map<String, String> block, Map<String, String> options) {
        String autoconnect = block.getOrDefault("GENERAL.AUTOCONNECT", "");
        return new Device(
                block.getOrDefault("GENERAL.DEVICE", ""),
                block.getOrDefault("GENERAL.TYPE", ""),
                leadingNumber(block.getOrDefault("GENERAL.STATE", "")),
                block.getOrDefault("GENERAL.STATE", "").replaceFirst("^\\d+ \\((.*)\\)$", "$1"),
                leadingNumber(block.getOrDefault("GENERAL.REASON", "")),
                autoconnect.isEmpty() ? Optional.empty() : Optional.of(autoconnect.equals("yes")),
                none(block.getOrDefault("GENERAL.CONNECTION", "")),
                none(block.getOrDefault("GENERAL.CON-UUID", "")),
                none(block.getOrDefault("IP4.GATEWAY", "")),
                none(block.getOrDefault("IP6.GATEWAY", "")),
                Map.copyOf(options));
    }

    private static String none(String value) {
        return value.equals("--") ? "" : value;
    }

    private static int leadingNumber(String text) {
        // (?s): a line separator of Unicode's ends no line of nmcli's, and is no digit.
        String digits = text.replaceFirst("(?s)[^0-9].*", "");
        return digits.isEmpty() || digits.length() > 9 ? -1 : Integer.parseInt(digits);
    }

    static Reading<List<Connection>> connections(String text) {
        List<Connection> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (line.isEmpty()) {
                continue;
            }
            List<String> f = fields(line);
            if (f.size() != 8) {
                return Reading.unknown(
                        "nmcli connection show: " + f.size() + " fields instead of 8 in a line");
            }
            all.add(
                    new Connection(
                            f.get(0),
                            f.get(7),
                            f.get(1),
                            f.get(2).equals("yes"),
                            f.get(3).matches("\\d{1,18}") ? Long.parseLong(f.get(3)) : 0,
                            f.get(4),
                            f.get(5).equals("yes"),
                            f.get(6)));
        }
        return Reading.known(List.copyOf(all));
    }

    static Reading<List<Seen>> wifiList(String text) {
        List<Seen> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            List<String> f = fields(line);
            if (f.size() == 5) {
                all.add(
                        new Seen(
                                f.get(0).equals("*"),
                                Math.max(0, leadingNumber(f.get(1))),
                                f.get(2),
                                f.get(3),
                                f.get(4)));
            }
        }
        return Reading.known(List.copyOf(all));
    }
}
