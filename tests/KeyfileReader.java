package netfix;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a keyfile as NetworkManager does, for the tests: written from GKeyFile's rules (Desktop
 * Entry Specification, glib/gkeyfile.c) and nm-settings-keyfile(5) without a look at netfix's
 * writer. Gives the properties as {@code nmcli -t -s} prints them, an SSID as its bytes in hex.
 */
final class KeyfileReader {

    private static final Map<String, String> SECTIONS =
            Map.of(
                    "wifi", "802-11-wireless",
                    "wifi-security", "802-11-wireless-security",
                    "ethernet", "802-3-ethernet");

    private static final Set<String> LISTS =
            Set.of(
                    "eap",
                    "proto",
                    "pairwise",
                    "group",
                    "dns",
                    "dns-search",
                    "altsubject-matches",
                    "phase2-altsubject-matches");

    private KeyfileReader() {}

    static Map<String, String> properties(String text) {
        Map<String, String> all = new TreeMap<>();
        Map<String, String> routes = new TreeMap<>();
        String section = "";
        for (String line : text.split("\n")) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                String name = line.substring(1, line.indexOf(']'));
                section = SECTIONS.getOrDefault(name, name);
                continue;
            }
            int eq = line.indexOf('=');
            String key = line.substring(0, eq).stripTrailing();
            String raw = line.substring(eq + 1).replaceAll("^[ \t]+", "");
            if (key.matches("(address|route)\\d+(_options)?")) {
                routes.put(section + "." + key, raw);
            } else {
                all.put(section + "." + key, value(section, key, raw));
            }
        }
        for (String family : List.of("ipv4", "ipv6")) {
            List<String> addresses = new ArrayList<>();
            List<String> ways = new ArrayList<>();
            for (int n = 1; n < 100; n++) {
                if (routes.containsKey(family + ".address" + n)) {
                    addresses.add(routes.get(family + ".address" + n));
                }
                String way = routes.get(family + ".route" + n);
                if (way != null) {
                    String options = routes.getOrDefault(family + ".route" + n + "_options", "");
                    ways.add((way + "," + options).replaceAll(",$", "").replace(',', ' '));
                }
            }
            if (!addresses.isEmpty()) {
                all.put(family + ".addresses", String.join(", ", addresses));
            }
            if (!ways.isEmpty()) {
                all.put(family + ".routes", String.join(", ", ways));
            }
        }
        return all;
    }

    private static String value(String section, String key, String raw) {
        if (key.equals("ssid")) {
            return HexFormat.of().formatHex(ssid(raw));
        }
        if (LISTS.contains(key)) {
            return String.join(",", list(raw));
        }
        if (section.equals("connection") && key.equals("type")) {
            return SECTIONS.getOrDefault(raw, raw);
        }
        String text = unescaped(raw);
        if (key.matches("(phase2-)?(ca-cert|client-cert|private-key)")) {
            return text.replaceFirst("^file://", "");
        }
        return text.equals("true") ? "yes" : text.equals("false") ? "no" : text;
    }

    /** What g_key_file_get_string does. */
    private static String unescaped(String raw) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\') {
                char next = raw.charAt(++i);
                int at = "sntr\\".indexOf(next);
                if (at < 0) {
                    throw new IllegalArgumentException("GKeyFile refuses \\" + next + " in " + raw);
                }
                c = " \n\t\r\\".charAt(at);
            }
            out.append(c);
        }
        return out.toString();
    }

    /**
     * What g_key_file_get_string_list does: a semicolon that belongs to an item has a backslash.
     */
    private static List<String> list(String raw) {
        List<String> items = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\' && raw.charAt(i + 1) == ';') {
                item.append(';');
                i++;
            } else if (c == ';') {
                items.add(unescaped(item.toString()));
                item.setLength(0);
            } else {
                item.append(c);
            }
        }
        return items;
    }

    /** get_bytes() of libnm's nm-keyfile.c: numbers with semicolons, or else text with \; for ; */
    private static byte[] ssid(String raw) {
        String text = unescaped(raw);
        if (text.matches("\\s*\\d{1,3}\\s*(;\\s*\\d{1,3}\\s*)*;?\\s*")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String number : text.split(";")) {
                bytes.write(Integer.parseInt(number.strip()));
            }
            return bytes.toByteArray();
        }
        return text.replace("\\;", ";").getBytes(StandardCharsets.UTF_8);
    }
}
