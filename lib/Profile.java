package netfix;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

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
 * @param neverDefault it puts no default route into the main table
 * @param controller the bridge or bond (name or UUID) that it makes a port of, empty where none
 * @param wantsPerson why it does not come up at boot by itself (a secret that somebody has to type,
 *     a user who has to log in), empty where it does
 * @param match {@code [match]}: patterns for the interface's name, or what else has to fit
 * @param notOn MACs of interfaces that it stays off
 * @param multiple it comes up on several interfaces at once by itself
 * @param refusal empty where NetworkManager reads this file
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
        String controller,
        String wantsPerson,
        List<IniFile.Entry> match,
        List<String> notOn,
        boolean multiple,
        Optional<Refusal> refusal) {

    /** Why NetworkManager will not read a file. */
    public record Refusal(Cause cause, String why) {
        public enum Cause {
            NAME,
            TEXT,
            /** Mode or owner: the only one that can be mended without knowing what was meant. */
            ACCESS
        }
    }

    /** 32 bytes of at most three digits and a semicolon. */
    private static final int MOST_SSID_LIST = 32 * 4;

    public static final String ETHERNET = "ethernet";
    public static final String WIFI = "wifi";

    /** The same with the UUID that NetworkManager has given it. */
    Profile withUuid(String other) {
        return new Profile(
                file,
                id,
                other,
                type,
                interfaceName,
                mac,
                autoconnect,
                ssid,
                keyManagement,
                mode,
                noAddress,
                neverDefault,
                controller,
                wantsPerson,
                match,
                notOn,
                multiple,
                refusal);
    }

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
        return autoconnect && fits(link).orElse(false);
    }

    /**
     * Whether it could be brought up there at all (check_connection_compatible of each
     * src/core/devices/nm-device-*.c); empty where that hangs on a MAC or a driver that is not
     * known, as on a mounted card.
     */
    Optional<Boolean> fits(Link link) {
        boolean kind =
                switch (link.kind()) {
                    case WIRED -> type.equals(ETHERNET);
                    case WIFI -> type.equals(WIFI) && mode.equals("infrastructure");
                    // A container's end of a veth is Ethernet to NetworkManager.
                    case VIRTUAL ->
                            link.controller() || link.vlan()
                                    ? type.equals(link.hardware().devtype())
                                            && interfaceName.equals(link.name())
                                    : type.equals(ETHERNET);
                    case LOOPBACK -> false;
                };
        if (!kind
                || refusal.isPresent()
                || !interfaceName.isEmpty() && !interfaceName.equals(link.name())) {
            return Optional.of(false);
        }
        String permanent = link.permanentMac();
        if (!permanent.isEmpty()
                && (notOn.contains(permanent) || !mac.isEmpty() && !mac.equals(permanent))) {
            return Optional.of(false);
        }
        boolean unsure = permanent.isEmpty() && (!mac.isEmpty() || !notOn.isEmpty());
        for (IniFile.Entry entry : match) {
            if (!entry.key().equals("interface-name")) {
                unsure = true;
            } else if (!matchesName(entry.value(), link.name())) {
                return Optional.of(false);
            }
        }
        return unsure ? Optional.empty() : Optional.of(true);
    }

    /**
     * nm-settings-keyfile(5), match: one of the plain patterns, each of those with {@code &}, none
     * of those with {@code !}.
     */
    private static boolean matchesName(String patterns, String name) {
        boolean any = false;
        boolean one = false;
        for (String item : patterns.split(";")) {
            String pattern = item.strip();
            boolean all = pattern.startsWith("&");
            boolean not = pattern.replaceFirst("^[|&]", "").startsWith("!");
            String glob = pattern.replaceFirst("^[|&]?!?", "").replaceFirst("^\\\\", "");
            if (glob.isEmpty()) {
                continue;
            }
            boolean hit = DeviceSpec.glob(glob).matcher(name).matches();
            if (not && hit || all && !not && !hit) {
                return false;
            }
            any |= !not && !all;
            one |= !not && !all && hit;
        }
        return one || !any;
    }

    /**
     * @param stat of the file, where it could be had
     */
    static Profile parse(String file, String text, Optional<FileStat> stat) {
        IniFile ini = IniFile.keyfile(file, text);
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
                unescape(
                        ini.value(
                                "connection",
                                "interface-name",
                                ini.value(type, "interface-name", ""))),
                ini.value(hardware, "mac-address", "").toLowerCase(Locale.ROOT).replace('-', ':'),
                !NmConfig.isFalse(ini.value("connection", "autoconnect", "true")),
                ssid(ini.value(wifi, "ssid", "")),
                ini.value(security, "key-mgmt", ""),
                ini.value(wifi, "mode", "infrastructure"),
                method.equals("disabled")
                        && ini.value("ipv6", "method", "auto").matches("disabled|ignore"),
                neverDefault(ini),
                ini.value("connection", "controller", ini.value("connection", "master", "")),
                wantsPerson(ini, security),
                ini.section("match"),
                macs(
                        ini.value(
                                hardware,
                                "mac-address-denylist",
                                ini.value(hardware, "mac-address-blacklist", ""))),
                ini.value("connection", "multi-connect", "0").equals("3"),
                refusal(file, stat, ini));
    }

    private static List<String> macs(String list) {
        return Stream.of(list.toLowerCase(Locale.ROOT).split("[;,\\s]+"))
                .filter(m -> !m.isEmpty())
                .toList();
    }

    /** {@code route-table} puts it into a table of its own, with rules that lead there. */
    private static boolean neverDefault(IniFile ini) {
        boolean gateway =
                ini.section("ipv4").stream()
                        .anyMatch(
                                e ->
                                        e.key().equals("gateway")
                                                || e.key().matches("address(es)?\\d*")
                                                        && e.value().contains(","));
        return NmConfig.isTrue(ini.value("ipv4", "never-default", "false"))
                || !ini.value("ipv4", "route-table", "0").matches("0|254")
                || NmConfig.isTrue(ini.value("ipv4", "ignore-auto-routes", "false")) && !gateway;
    }

    /**
     * nm-settings-keyfile(5), "Secret flags": 1 is held by an agent of a logged-in user, 2 is asked
     * for every time. At boot there is neither.
     */
    private static String wantsPerson(IniFile ini, String security) {
        for (String section : List.of(security, "802-1x", "pppoe", "gsm")) {
            for (IniFile.Entry entry : ini.section(section)) {
                if (entry.key().endsWith("-flags") && entry.value().matches("\\d{1,4}")) {
                    int flags = Integer.parseInt(entry.value());
                    if ((flags & 3) != 0 && (flags & 4) == 0) {
                        return "its " + entry.key().replaceFirst("-flags$", "") + " is not stored";
                    }
                }
            }
        }
        String management = ini.value(security, "key-mgmt", "");
        if (management.matches("wpa-psk|sae") && ini.value(security, "psk", "").isEmpty()) {
            return "its psk is not stored";
        }
        boolean password =
                ini.value("802-1x", "eap", "").matches("(?i)(peap|ttls|pwd|md5|leap|fast)\\b.*");
        if (management.equals("wpa-eap")
                && password
                && ini.value("802-1x", "password", "").isEmpty()
                && ini.value("802-1x", "password-raw", "").isEmpty()) {
            return "its password is not stored";
        }
        String users = ini.value("connection", "permissions", "");
        return users.contains("user:") ? "only " + users + " may use it, once logged in" : "";
    }

    /**
     * As NetworkManager's keyfile reader decides: root's, nobody else may read it, a name without a
     * leading dot or a ~.
     */
    private static Optional<Refusal> refusal(String file, Optional<FileStat> stat, IniFile ini) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        if (name.startsWith(".") || name.endsWith("~")) {
            return refused(Refusal.Cause.NAME, "NetworkManager ignores files of that name");
        }
        if (!ini.faults().isEmpty()) {
            IniFile.Fault fault = ini.faults().get(0);
            return refused(Refusal.Cause.TEXT, "line " + fault.line() + ": " + fault.what());
        }
        if (stat.isEmpty() || stat.get().kind() == FileStat.Kind.LINK || stat.get().uid() < 0) {
            return Optional.empty();
        }
        FileStat s = stat.get();
        if (s.uid() != 0) {
            return refused(
                    Refusal.Cause.ACCESS,
                    "owner is uid " + s.uid() + ", NetworkManager wants root");
        }
        return (s.mode() & 077) != 0
                ? refused(
                        Refusal.Cause.ACCESS,
                        "mode is " + s.octalMode() + ", NetworkManager wants 0600")
                : Optional.empty();
    }

    private static Optional<Refusal> refused(Refusal.Cause cause, String why) {
        return Optional.of(new Refusal(cause, why));
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
