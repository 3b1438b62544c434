package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A NetworkManager profile that is to be written, in the format of nm-settings-keyfile(5): what
 * GKeyFile makes of a value, and on top of it what NetworkManager makes of an SSID.
 */
final class Keyfile {

    /** What a reader of a profile's UUID must not be able to try passwords against. */
    private static final Set<String> SECRETS =
            Set.of(
                    "psk",
                    "wep-key0",
                    "wep-key1",
                    "wep-key2",
                    "wep-key3",
                    "password",
                    "password-raw",
                    "private-key-password",
                    "phase2-private-key-password",
                    "pin");

    private static final Map<String, String> OLD_SECTIONS =
            Map.of(
                    "802-3-ethernet", "ethernet",
                    "802-11-wireless", "wifi",
                    "802-11-wireless-security", "wifi-security");

    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();

    /** A value that needs no escaping: a number, a word of NetworkManager's, an address. */
    Keyfile set(String section, String key, String value) {
        sections.computeIfAbsent(section, s -> new LinkedHashMap<>()).put(key, value);
        return this;
    }

    Keyfile text(String section, String key, String value) {
        return set(section, key, escape(value));
    }

    /** An empty section is no section, and {@code [ethernet]} is asked for where the type is. */
    Keyfile section(String section) {
        sections.computeIfAbsent(section, s -> new LinkedHashMap<>());
        return this;
    }

    /** Every item with a semicolon behind it, {@code 1.1.1.1;8.8.8.8;}. */
    Keyfile list(String section, String key, List<String> items) {
        return set(
                section,
                key,
                items.stream()
                        .map(item -> escape(item).replace(";", "\\;") + ";")
                        .collect(Collectors.joining()));
    }

    /**
     * Any bytes, as the list of numbers that NetworkManager reads for an SSID and a raw password.
     */
    Keyfile bytes(String section, String key, byte[] bytes) {
        StringBuilder list = new StringBuilder();
        for (byte b : bytes) {
            list.append(b & 0xff).append(';');
        }
        return set(section, key, list.toString());
    }

    /**
     * As text where it is text, so that a person can read it; a name of nothing but digits,
     * semicolons and blanks would be read as a list of bytes, so it becomes one.
     */
    Keyfile ssid(Ssid ssid) {
        String text = ssid.text().orElse("");
        boolean plain =
                !text.isEmpty()
                        && text.codePoints().noneMatch(Character::isISOControl)
                        && !text.matches("[\\d;\\h]*");
        // Twice escaped: NetworkManager takes the \; of what GKeyFile gives it for a semicolon.
        return plain
                ? set("wifi", "ssid", escape(text).replace(";", "\\\\;"))
                : bytes("wifi", "ssid", ssid.bytes());
    }

    /** GKeyFile: a blank at either end as {@code \s}, and {@code \n \r \t \\}. */
    static String escape(String value) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case ' ' -> out.append(i == 0 || i == value.length() - 1 ? "\\s" : " ");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    String get(String section, String key) {
        return sections.getOrDefault(section, Map.of()).getOrDefault(key, "");
    }

    boolean has(String section, String key) {
        return sections.getOrDefault(section, Map.of()).containsKey(key);
    }

    boolean has(String section) {
        return sections.containsKey(section);
    }

    /** Adds all of the other's, which wins. */
    Keyfile with(Keyfile other) {
        other.sections.forEach(
                (section, keys) -> {
                    section(section);
                    keys.forEach((key, value) -> set(section, key, value));
                });
        return this;
    }

    /**
     * The same for the same content at every run, so that a second plan is the same plan. Secrets
     * do not enter: a UUID is shown to everybody, and would be a test for a guessed password.
     *
     * @param nth tells two apart that differ in nothing but a secret, from 1
     */
    UUID uuid(int nth) {
        String public_ =
                canonical().entrySet().stream()
                        .filter(e -> !SECRETS.contains(e.getKey().replaceFirst("^.*\\.", "")))
                        .map(e -> e.getKey() + "=" + e.getValue() + "\n")
                        .collect(Collectors.joining());
        return UUID.nameUUIDFromBytes(
                ("netfix take-over " + nth + "\n" + public_).getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> canonical() {
        Map<String, String> all = new TreeMap<>();
        sections.forEach(
                (section, keys) ->
                        keys.forEach((key, value) -> all.put(section + "." + key, value)));
        all.remove("connection.id");
        all.remove("connection.uuid");
        return all;
    }

    /**
     * @param header lines of a comment, for the person who opens the file
     */
    String text(List<String> header) {
        StringBuilder out = new StringBuilder();
        header.forEach(
                line -> out.append("# ").append(line.replaceAll("\\p{Cntrl}", "?")).append('\n'));
        sections.forEach(
                (section, keys) -> {
                    out.append(out.length() > 0 ? "\n" : "")
                            .append('[')
                            .append(section)
                            .append("]\n");
                    keys.forEach(
                            (key, value) -> out.append(key).append('=').append(value).append('\n'));
                });
        return out.toString();
    }

    /** The passphrases and keys in it, as text. */
    List<String> secrets() {
        return sections.values().stream()
                .flatMap(keys -> keys.entrySet().stream())
                .filter(e -> SECRETS.contains(e.getKey()) && !e.getValue().isEmpty())
                .map(e -> Profile.unescape(e.getValue()))
                .toList();
    }

    static Keyfile parse(String file, String text) {
        Keyfile keyfile = new Keyfile();
        for (IniFile.Entry e : IniFile.keyfile(file, text).entries()) {
            keyfile.set(OLD_SECTIONS.getOrDefault(e.section(), e.section()), e.key(), e.value());
        }
        String type = keyfile.get("connection", "type");
        if (OLD_SECTIONS.containsKey(type)) {
            keyfile.set("connection", "type", OLD_SECTIONS.get(type));
        }
        return keyfile;
    }

    /**
     * Whether that profile, which is there, does all that this one would: the same network with the
     * same security and addresses, on every interface that this one is for. Names, priorities and
     * what DHCP is told are the owner's business. One that waits for somebody who has logged in, or
     * for an agent that knows the secret, does not come up by itself.
     */
    boolean isCoveredBy(Keyfile there) {
        boolean scope =
                List.of("connection.interface-name", "ethernet.mac-address", "wifi.mac-address")
                        .stream()
                        .map(name -> name.split("\\.", 2))
                        .allMatch(
                                k ->
                                        !there.has(k[0], k[1])
                                                || there.get(k[0], k[1])
                                                        .equalsIgnoreCase(get(k[0], k[1])));
        return scope
                && !there.has("match")
                && there.get("connection", "permissions").isEmpty()
                && SECRETS.stream().noneMatch(secret -> keeps(secret) && there.lacks(secret))
                && essence().equals(there.essence());
    }

    private boolean keeps(String secret) {
        return sections.values().stream().anyMatch(keys -> keys.containsKey(secret));
    }

    /** nm-settings(5), "Secret flag types": anything but 0 is not read from the file. */
    private boolean lacks(String secret) {
        // One for all four keys of WEP.
        String flags = secret.replaceFirst("^(wep-key)\\d$", "$1") + "-flags";
        return sections.values().stream()
                .anyMatch(keys -> !keys.getOrDefault(flags, "0").matches("(0x)?0*"));
    }

    private List<String> essence() {
        List<String> parts = new ArrayList<>();
        parts.add(get("connection", "type"));
        parts.add(get("connection", "autoconnect").matches("false|no|0") ? "by hand" : "by itself");
        parts.add(Profile.ssid(get("wifi", "ssid")));
        for (String key : List.of("hidden", "bssid", "cloned-mac-address")) {
            parts.add(
                    get("wifi", key)
                            .replaceFirst("^false$", "")
                            .toLowerCase(java.util.Locale.ROOT));
        }
        parts.add(get("wifi", "mode").replaceFirst("^infrastructure$", ""));
        for (String section : List.of("wifi-security", "802-1x")) {
            for (Map.Entry<String, String> e :
                    new TreeMap<>(sections.getOrDefault(section, Map.of())).entrySet()) {
                // What a WPA network does not read, and what NetworkManager writes by default.
                if (!e.getKey().matches("auth-alg|.*-flags|wep-key-type|pmf")) {
                    parts.add(section + "." + e.getKey() + "=" + e.getValue());
                }
            }
        }
        for (String family : List.of("ipv4", "ipv6")) {
            String method = get(family, "method");
            parts.add(family + " " + (method.isEmpty() ? "auto" : method));
            parts.add(addresses(family));
            for (String key : List.of("dns", "dns-search")) {
                parts.add(get(family, key));
            }
        }
        return parts;
    }

    /** Also where they stand as {@code address1=ADDRESS,GATEWAY} and {@code addresses1=}. */
    private String addresses(String family) {
        List<String> all = new ArrayList<>();
        String gateway = get(family, "gateway");
        for (Map.Entry<String, String> e :
                new TreeMap<>(sections.getOrDefault(family, Map.of())).entrySet()) {
            if (e.getKey().matches("address(es)?\\d*")) {
                String[] parts = e.getValue().split("[,;]");
                all.add(parts[0]);
                if (parts.length > 1 && gateway.isEmpty()) {
                    gateway = parts[1];
                }
            } else if (e.getKey().matches("routes?\\d+(_options)?")) {
                all.add(e.getKey() + "=" + e.getValue());
            }
        }
        return all + " by " + gateway;
    }
}
