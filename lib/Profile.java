package netfix;

import java.util.Locale;
import java.util.Optional;

/**
 * A NetworkManager profile (connection) as it lies on disk, nm-settings-keyfile(5).
 *
 * @param type {@code ethernet} or {@code wifi} (the old names 802-3-ethernet and 802-11-wireless
 *     are folded), or another
 * @param interfaceName empty where it is not bound to one
 * @param mac lower case, empty where it is not bound to one
 * @param ssid with bytes that are no text shown as escapes; empty for other types
 * @param keyManagement {@code wpa-psk}, {@code sae}, {@code wpa-eap}, {@code owe}, {@code none};
 *     empty for an open network
 * @param mode {@code infrastructure}, {@code ap}, {@code adhoc}; infrastructure where not given
 * @param refusal why NetworkManager will not read this file (mode, owner, leading dot …), empty
 *     where it will
 */
public record Profile(
        String file,
        String id,
        String uuid,
        String type,
        String interfaceName,
        String mac,
        boolean autoconnect,
        String ssid,
        String keyManagement,
        String mode,
        boolean noAddress,
        boolean neverDefault,
        String refusal) {

    /** 32 bytes of at most three digits and a semicolon. */
    private static final int MOST_SSID_LIST = 32 * 4;

    public static final String ETHERNET = "ethernet";
    public static final String WIFI = "wifi";

    /** Lies where a reboot keeps it. */
    public boolean onDisk() {
        return !file.startsWith("/run/");
    }

    /**
     * A profile that netplan writes anew to /run at every boot from its YAML: gone from /run it
     * comes back, so it counts as kept while there is a YAML.
     */
    public boolean fromNetplan() {
        return file.contains("/netplan-");
    }

    /** Whether NetworkManager would take it up on this interface by itself. */
    public boolean autoconnectsOn(Link link) {
        boolean kind =
                link.kind() == Link.Kind.WIRED && type.equals(ETHERNET)
                        || link.kind() == Link.Kind.WIFI
                                && type.equals(WIFI)
                                && mode.equals("infrastructure");
        return kind
                && autoconnect
                && refusal.isEmpty()
                && (interfaceName.isEmpty() || interfaceName.equals(link.name()))
                && (mac.isEmpty() || mac.equals(link.mac()));
    }

    /**
     * @param stat of the file, where it could be had
     */
    static Profile parse(String file, String text, Optional<FileStat> stat) {
        IniFile ini = IniFile.parse(file, text);
        String type = ini.value("connection", "type", "");
        if (type.equals("802-3-ethernet")) {
            type = ETHERNET;
        } else if (type.equals("802-11-wireless")) {
            type = WIFI;
        }
        String wifi = ini.section("wifi").isEmpty() ? "802-11-wireless" : "wifi";
        String security = wifi + "-security";
        String hardware =
                type.equals(WIFI)
                        ? wifi
                        : ini.section("ethernet").isEmpty() ? "802-3-ethernet" : "ethernet";
        String name =
                file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.nmconnection$", "");
        String method = ini.value("ipv4", "method", "auto");
        return new Profile(
                file,
                unescape(ini.value("connection", "id", name)),
                ini.value("connection", "uuid", ""),
                type,
                unescape(ini.value("connection", "interface-name", "")),
                ini.value(hardware, "mac-address", "").toLowerCase(Locale.ROOT),
                !ini.value("connection", "autoconnect", "true").matches("false|no|0"),
                ssid(ini.value(wifi, "ssid", "")),
                ini.value(security, "key-mgmt", ""),
                ini.value(wifi, "mode", "infrastructure"),
                method.equals("disabled")
                        && ini.value("ipv6", "method", "auto").matches("disabled|ignore"),
                ini.value("ipv4", "never-default", "false").matches("true|yes|1"),
                refusal(file, stat, ini));
    }

    /**
     * As NetworkManager's keyfile reader decides: root's, nobody else may read it, a name without a
     * leading dot or a ~.
     */
    private static String refusal(String file, Optional<FileStat> stat, IniFile ini) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        if (name.startsWith(".") || name.endsWith("~")) {
            return "NetworkManager ignores files of that name";
        }
        if (!ini.faults().isEmpty()) {
            String fault = ini.faults().get(0);
            return "line " + fault.substring(file.length() + 1);
        }
        if (stat.isEmpty() || stat.get().kind() == FileStat.Kind.LINK || stat.get().uid() < 0) {
            return "";
        }
        FileStat s = stat.get();
        if (s.uid() != 0) {
            return "owner is uid " + s.uid() + ", NetworkManager wants root";
        }
        return (s.mode() & 077) != 0
                ? "mode is " + s.octalMode() + ", NetworkManager wants 0600"
                : "";
    }

    /** GKeyFile's escapes: {@code \s \n \t \r \\}. */
    static String unescape(String value) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\' || i + 1 == value.length()) {
                out.append(c);
                continue;
            }
            char next = value.charAt(++i);
            switch (next) {
                case 's' -> out.append(' ');
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                default -> out.append(next);
            }
        }
        return out.toString();
    }

    /**
     * An SSID is text with {@code \;} for a semicolon, or, where it is not UTF-8 text, a list of
     * byte values ({@code 72;195;40;}).
     */
    static String ssid(String value) {
        if (value.length() > MOST_SSID_LIST || !value.matches("(?:\\d{1,3};)+(?:\\d{1,3})?")) {
            return unescape(value).replace("\\;", ";");
        }
        byte[] bytes = new byte[32];
        int length = 0;
        for (String number : value.split(";")) {
            int b = Integer.parseInt(number);
            if (b > 255 || length == bytes.length) {
                return value;
            }
            bytes[length++] = (byte) b;
        }
        String text = new String(bytes, 0, length, java.nio.charset.StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') < 0) {
            return text;
        }
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < length; i++) {
            hex.append(String.format("\\x%02x", bytes[i]));
        }
        return hex.toString();
    }
}
