package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text: pre-shared keys and passwords as they stand in keyfiles,
 * wpa_supplicant.conf, netplan, process arguments and journal lines. btwifiset writes the Wi-Fi
 * password that the phone sends to the journal in plain text, in a dozen wordings, and hands it to
 * nmcli as an argument.
 */
public final class Redaction {

    /** What stands where a secret stood. */
    public static final String MARK = "(redacted)";

    private static final String SECRET_KEYS =
            "psk|sae_password|sae-password|password|password-raw|passphrase|wep[-_]key[0-3]|leap-password|private[-_]key[-_]password"
                + "|private[-_]key2?[-_]passwd|phase2-private-key-password|ca-cert-password|client-cert-password|pin|crypto"
                + "|secret|[a-z0-9_-]{1,40}[-_\\h](?:pass|passwd|password|passphrase|secret|pin|psk)|wpa_psk|privatekey|presharedkey|private|shared|key|mka[-_]cak|wpa-psk|wpa-passphrase|wpa-password|wireless-key|preshared-key|private-key"
                + "|milenage|dpp_netaccesskey|ext_password_backend|wps_priv_key";

    private static final String DOUBLE_QUOTED = "\"(?:[^\"\\\\\\n]|\\\\.)*+\"";
    private static final String SINGLE_QUOTED = "'(?:[^'\\n]|'')*+'";

    /** {@code psk=…}, {@code "password": "…"} at the start of a line, to the end of the value. */
    private static final Pattern SETTING =
            Pattern.compile(
                    "(?im)^(\\h*+[#;]?\\h*+(?:-\\h++)?[\"']?(?:[a-z0-9-]+\\.)?(?:"
                            + SECRET_KEYS
                            + ")[\"']?\\h*+[=:]\\h*+)(?:(?:"
                            + DOUBLE_QUOTED
                            + "|\\(redacted\\))(?=\\h*+[,}\\]]++\\h*+$)|\\S.*?(?=,?$))");

    /** A key in braces, and a value of which it is certain where it ends. */
    private static final String IN_BRACES =
            "(?im)([{,]\\h*+([\"']?)(?:"
                    + SECRET_KEYS
                    + ")\\2\\h*+:\\h*+)(?:("
                    + DOUBLE_QUOTED
                    + "|"
                    + SINGLE_QUOTED
                    + "|-?[0-9]++|true|false|null";

    private static final String OR_ALL = ")(?=\\h*+(?:[,}\\]]|$))|(?=[^\\s{\\[]).+$)";

    /**
     * JSON's and Python's {@code {"password": "…"}}, to be read as before; a word without quotes
     * may hold commas and braces, and goes to the end of the line.
     */
    private static final Pattern FLOW = Pattern.compile(IN_BRACES + OR_ALL);

    /**
     * The same in YAML, {@code {"Cafe": {password: X, hidden: true}}}: there a word in braces holds
     * neither (yaml.org/spec/1.2.2, ns-plain-safe).
     */
    private static final Pattern YAML_FLOW =
            Pattern.compile(IN_BRACES + "|[^\\s,{}\\[\\]\"'][^,{}\\[\\]\\n]*+" + OR_ALL);

    /**
     * YAML's value on the lines below: {@code password: |}, nothing after the colon, or a quote
     * that does not end there.
     */
    private static final Pattern BLOCK =
            Pattern.compile(
                    "(?i)^(?:.*[{,])?\\h*+(?:-\\h++)?[\"']?(?:"
                            + SECRET_KEYS
                            + ")[\"']?\\h*+:\\h*+(?:[|>][-+0-9]*+|\"[^\"]*+|'[^']*+)?\\h*+$");

    /**
     * Key and value apart by blanks: {@code wpa-} before any of wpa_supplicant's keys, in {@code
     * /etc/network/interfaces}; {@code authtoken} of dhcpcd.conf(5).
     */
    private static final Pattern ENI =
            Pattern.compile(
                    "(?im)^(\\h*+#?\\h*+(?:wpa[-_](?!ssid\\h)(?:"
                            + SECRET_KEYS
                            + ")|wireless-(?:key|enc)\\S*|authtoken)\\h++)(.+)$");

    /** {@code iwconfig wlan0 key s:…}, {@code iw dev wlan0 connect Cafe keys 0:…}. */
    private static final Pattern WEP =
            Pattern.compile(
                    "(?i)(\\biw(?:config)?\\h[^\\n]{0,200}?\\h(?:keys?|enc(?:ryption)?)\\h++)(.+)");

    /**
     * All that follows a secret's name in a call of nmcli or wpa_cli, {@code wifi-sec.psk X}: where
     * X ends nobody can say once the arguments are joined by blanks.
     */
    private static final Pattern ARGUMENT =
            Pattern.compile(
                    "(?i)((?:^|[\\h\",'\\[])(?:[+-]?[a-z0-9-]+\\.(?:"
                            + SECRET_KEYS
                            + ")|password|password-raw|passphrase|psk|sae_password|wep_key[0-3]|private_key2?_passwd)"
                            + "['\"]?,?\\h++)(?!:\\h*+[\"']?\\(redacted\\))(.+)$");

    /**
     * What nmcli lists (a UUID between colons), and NetworkManager's audit: there "password" is a
     * word in the name of a profile, and the name ends where its field does.
     */
    private static final Pattern FIELDS =
            Pattern.compile("audit: op=|:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?::|$)");

    private static final Pattern WPA_PASSPHRASE =
            Pattern.compile("(\\bwpa_passphrase['\"]?,?\\h++).+");

    /** {@code psk=…} within a line. */
    private static final Pattern INLINE =
            Pattern.compile(
                    "(?i)(\\b(?:psk|password|passphrase|sae_password|wep_key[0-3]|private_key2?_passwd|wpa_passphrase|wpa_psk|mka_cak|milenage|dpp_netaccesskey|pin|ext_password_backend)=)(\"[^\"\\n"
                        + "]*+\"?|[^\\s\"]++)");

    /**
     * btwifiset's own wordings, each to the end of its message (seen in its source of March 2025).
     */
    private static final Pattern BTWIFISET =
            Pattern.compile(
                    "(?i)((?:with pw: |with password: ?|password: ?|paaword is: |entered password"
                        + " |adding network password:|psk from get_psk: |with password:|changing"
                        + " Password for .* to +|Password (?=.+ has an illegal)))"
                        + "(?!\\h*+[\"']?\\(redacted\\)[\"']?\\h*+[,}\\]])(.*)");

    /**
     * A command of the phone as Python shows a list, {@code registering SSID ['name', 'password',
     * …]}, {@code received SSID/PW: ['name', 'password']}, {@code received requested SSID for
     * connection: [...]}. With an empty name it is a command, and no password. A name in which
     * Python escapes a quote goes with the rest: where it ends is not worth finding out.
     */
    private static final Pattern PHONE_LIST =
            Pattern.compile(
                    "((?:registering SSID|SSID/PW:|SSID for connection:)"
                            + " \\[)(?!''|\"\")(?:('[^'\\\\\n"
                            + "]*+'|\"[^\"\\\\\n"
                            + "]*+\"),)?.*");

    /** What the phone wrote, as it came: name and password apart by the record separator. */
    private static final Pattern PHONE_RAW = Pattern.compile("(?s)(\\x1e)(.+)$");

    /** Key material itself: PEM (RFC 7468), and wpa_supplicant.conf's blobs. */
    private static final Pattern KEYS =
            Pattern.compile(
                    "(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^-]*+|(\\bblob-base64-[^={}\\n"
                            + "]{0,80}=\\{)[^}]*+");

    private Redaction() {}

    /**
     * The same for {@code journalctl -o json}: every string of every line by itself, so that what
     * is left is JSON still.
     */
    public static String ofJsonLines(String lines) {
        StringBuilder out = new StringBuilder(lines.length());
        for (String line : lines.split("\n", -1)) {
            if (out.length() > 0) {
                out.append('\n');
            }
            try {
                out.append(line.isBlank() ? line : Json.write(strings(Json.read(line))));
            } catch (JsonProcessingException e) {
                out.append(of(line));
            }
        }
        return out.toString();
    }

    private static JsonNode strings(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(strings(field.getValue())));
        }
        if (node.isArray()) {
            // A message with a control character in it comes as a list of bytes; btwifiset's raw
            // "SSID 0x1e password" does.
            byte[] bytes = new byte[node.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) node.get(i).asInt();
            }
            return TextNode.valueOf(of(new String(bytes, StandardCharsets.UTF_8)));
        }
        return node.isTextual() ? TextNode.valueOf(of(node.asText())) : node;
    }

    public static String of(String text) {
        return of(text, FLOW);
    }

    /**
     * All of cloud-init's configuration but what is asked of it, whether it keeps off the network:
     * an installer leaves its users' passwords in there, in any form.
     */
    private static final Pattern OF_CLOUD_INIT =
            Pattern.compile(
                    "(?m)^(?!\\h*(?:network:(?:\\h*\\{\\h*config: disabled\\h*})?|config:"
                            + " disabled)\\h*$).+$");

    /** A file's text; netplan's YAML is to be YAML still. */
    public static String ofFile(String path, String text) {
        if (path.startsWith("/etc/cloud/")) {
            return OF_CLOUD_INIT.matcher(text).replaceAll(MARK);
        }
        return of(text, path.endsWith(".yaml") ? YAML_FLOW : FLOW);
    }

    private static String of(String text, Pattern flow) {
        String t =
                KEYS.matcher(text)
                        .replaceAll(
                                m ->
                                        (m.group(1) == null ? m.group(2) : m.group(1))
                                                + "\n"
                                                + MARK
                                                + "\n");
        t = flow.matcher(t).replaceAll(Redaction::inBraces);
        t = SETTING.matcher(lines(t)).replaceAll("$1" + MARK);
        t = ENI.matcher(t).replaceAll("$1" + MARK);
        t = WEP.matcher(t).replaceAll("$1" + MARK);
        t = PHONE_RAW.matcher(t).replaceAll("$1" + MARK);
        t =
                PHONE_LIST
                        .matcher(t)
                        .replaceAll(
                                m ->
                                        Matcher.quoteReplacement(
                                                m.group(1)
                                                        + (m.group(2) == null
                                                                ? ""
                                                                : m.group(2) + ", ")
                                                        + MARK));
        t = BTWIFISET.matcher(t).replaceAll("$1" + MARK);
        t = INLINE.matcher(t).replaceAll("$1" + MARK);
        return WPA_PASSPHRASE.matcher(t).replaceAll("$1" + MARK);
    }

    /** In the quotes that were there, or else in those of the key: in JSON every word has them. */
    private static String inBraces(MatchResult m) {
        String value = m.group(3) == null ? "" : m.group(3);
        boolean quoted = value.startsWith("\"") || value.startsWith("'");
        String quote = quoted ? value.substring(0, 1) : m.group(2);
        return Matcher.quoteReplacement(m.group(1) + quote + MARK + quote);
    }

    /**
     * What hangs on where a line begins and ends: values on the lines below their key, deeper than
     * it, and arguments.
     */
    private static String lines(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int secret = -1;
        for (int at = 0; at <= text.length(); ) {
            int next = text.indexOf('\n', at);
            int end = next < 0 ? text.length() : next;
            String line = text.substring(at, end);
            int indent = line.length() - line.stripLeading().length();
            if (secret >= 0 && !line.isBlank() && indent > secret) {
                out.append(" ".repeat(indent)).append(MARK);
            } else {
                secret = BLOCK.matcher(line).matches() ? indent : -1;
                out.append(
                        FIELDS.matcher(line).find()
                                ? line
                                : ARGUMENT.matcher(line).replaceAll("$1" + MARK));
            }
            if (next >= 0) {
                out.append('\n');
            }
            at = end + 1;
        }
        return out.toString();
    }
}
