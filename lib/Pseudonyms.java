package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Other names for what tells whose machine this is: networks and profiles, hosts and domains, MACs,
 * public addresses. The same thing has the same name everywhere, and on the same machine every
 * time; without that machine's key nobody can tell which network it stands for, not even by trying
 * names. What bears on a diagnosis stays: a profile whose name has a blank gets one that has a
 * blank.
 */
public final class Pseudonyms {

    /** Words that the tools and netfix itself say: a network of that name gives nobody away. */
    private static final Set<String> WORDS = words();

    /** As most write it, and as nmcli -t does, for which a bare colon ends a field. */
    private static final Pattern MAC =
            Pattern.compile(
                    "(?i)(?<![0-9a-f])(?<![0-9a-f]{2}[:-])[0-9a-f]{2}([:-])[0-9a-f]{2}"
                            + "(?:\\1[0-9a-f]{2}){4,}(?![0-9a-f]|[:-][0-9a-f])");

    private static final Pattern ESCAPED_MAC =
            Pattern.compile(
                    "(?i)(?<![0-9a-f])(?<!\\\\:)[0-9a-f]{2}(?:\\\\:[0-9a-f]{2}){5,}(?![0-9a-f])");

    /** In an interface's name, {@code enx001122334455} (systemd.net-naming-scheme(7)). */
    private static final Pattern MAC_IN_A_NAME =
            Pattern.compile("(?i)(?<![0-9a-z])((?:en|ib|sl|wl|ww)x)([0-9a-f]{12})(?![0-9a-z])");

    private static final Pattern V4 =
            Pattern.compile(
                    "(?<![\\d.])(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?![\\d.]*\\d)");

    private static final Pattern V6 =
            Pattern.compile(
                    "(?i)(?<![0-9a-z])(?<![0-9a-f]:)(?<!::)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}"
                            + "(?![0-9a-z:])");

    private static final Pattern ESCAPED_V6 =
            Pattern.compile(
                    "(?i)(?<![0-9a-z])(?<!\\\\:)(?:[0-9a-f]{0,4}\\\\:){2,7}[0-9a-f]{0,4}"
                            + "(?![0-9a-z\\\\])");

    /** Resolvers that half the world has. */
    private static final Set<String> EVERYBODYS =
            Set.of(
                    "8.8.8.8",
                    "8.8.4.4",
                    "1.1.1.1",
                    "1.0.0.1",
                    "9.9.9.9",
                    "149.112.112.112",
                    "208.67.222.222",
                    "208.67.220.220");

    /**
     * Where a text names a network or a profile: keyfiles, wpa_supplicant.conf, netplan, and what
     * NetworkManager, wpa_supplicant and btwifiset log of them.
     */
    private static final List<Pattern> NETWORKS =
            List.of(
                    Pattern.compile("(?m)^\\h*+(?:ssid|id)=\"?([^\"\\n]+)\"?$"),
                    Pattern.compile("(?m)^\\h*+ssid (.+)$"),
                    Pattern.compile("(?i)ssid ?[=:] ?[\"']([^\"'\\n]+)[\"']"),
                    Pattern.compile("SSID ['\"]([^'\"\\n]+)['\"]"),
                    Pattern.compile("ssid:(\\S.*?),? (?:in AP|with pass)"),
                    Pattern.compile("SSID(?:/PW:)? \\['([^'\\n]+)'"),
                    Pattern.compile("known network (.+?) in conflict"),
                    Pattern.compile("audit: op=.*? name=\"(.*?)\"(?= [a-z-]+=|$)"),
                    Pattern.compile("connection '([^'\\n]+)'"),
                    Pattern.compile("(?m)^(.+): connection profile (?:created|changed|removed)$"),
                    Pattern.compile("'([^'\\n]+)' is now the primary connection"),
                    Pattern.compile("'ssid' value '([^'\\n]+)'"),
                    Pattern.compile("policy: set '([^'\\n]+)'"),
                    // What netfix itself says of them while it watches.
                    Pattern.compile(
                            "(?:profile|in use,|association with|asks to connect to|asks to delete)"
                                    + " \"(.+?)\"(?= was | is |[),;]|$)"),
                    Pattern.compile("access-points:\\s*\\n\\h*+\"?([^\"\\n]+?)\"?:"));

    /**
     * Where a network's name stands among other fields; nowhere else is one renamed that is a
     * number or a word of the tools.
     */
    private static final List<Pattern> PLACES =
            List.of(
                    Pattern.compile("(?m)^GENERAL\\.CONNECTION:(.+)$"),
                    Pattern.compile("(?m)^[0-9a-f]{8}-[0-9a-f-]{27}:.*:([^:\\\\\n]+)$"),
                    Pattern.compile(
                            "(?m)^[ *]:\\d+:[^:\\n"
                                    + "]*:(?:[0-9A-Fa-f]{2}\\\\:){5}[0-9A-Fa-f]{2}:(.+)$"),
                    Pattern.compile("(?m)(?:^|/)([^/\\n\"]+?)\\.nmconnection"));

    private static final List<Pattern> DOMAINS =
            List.of(
                    Pattern.compile("(?m)^(?:search|domain)\\h++(\\S+)"),
                    Pattern.compile("(?m)(?:domain_name|domain_search) = (\\S+)"));

    private static final Pattern HOST = Pattern.compile("(?m)host_name = (\\S+)");

    private final byte[] key;

    /** By what they stand for. */
    private final Map<String, String> names = new HashMap<>();

    /** The same of those that are a number or a word, too. */
    private final Map<String, String> common = new HashMap<>();

    private final Set<String> taken = new HashSet<>();

    /** MACs without what is between their bytes; some programs write them so. */
    private final Set<String> bare = new TreeSet<>();

    /** What is written where, and what is to be written there, by its first letter. */
    private Map<Character, List<Map.Entry<String, String>>> written = Map.of();

    /**
     * @param secret of the machine; its names are the same for as long as that is
     */
    public Pseudonyms(String secret) {
        key = ("netfix pseudonyms " + secret).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * By what the machine keeps to itself, /etc/machine-id (machine-id(5)); of a capture, which
     * does not hold it, by what its addresses were, which the renamed one does not tell either.
     */
    public static Pseudonyms of(Machine machine) {
        String id = machine.read("/etc/machine-id").orElse("").strip();
        return new Pseudonyms(id.isEmpty() ? machine.run(IpAddress.COMMAND).stdout() : id);
    }

    private static Set<String> words() {
        Set<String> all =
                new HashSet<>(
                        Set.of(
                                "wifi",
                                "ethernet",
                                "wired",
                                "lo",
                                "loopback",
                                "auto",
                                "manual",
                                "dhcp",
                                "yes",
                                "no",
                                "true",
                                "false",
                                "on",
                                "off",
                                "none",
                                "any",
                                "up",
                                "down",
                                "connected",
                                "disconnected",
                                "unmanaged",
                                "managed",
                                "enabled",
                                "disabled",
                                "masked",
                                "active",
                                "inactive",
                                "running",
                                "dead",
                                "failed",
                                "root",
                                "global",
                                "link",
                                "host",
                                "default",
                                "kernel",
                                "static",
                                "infrastructure",
                                "wpa-psk",
                                "wpa-eap",
                                "sae",
                                "owe",
                                "psk",
                                "id",
                                "uuid",
                                "type",
                                "name",
                                "ssid",
                                "mac",
                                "localhost",
                                "local",
                                "lan",
                                "home",
                                "localdomain",
                                "networking",
                                "nmcli",
                                "btwifiset",
                                "bluetooth",
                                "wpa_supplicant",
                                "systemd",
                                "service",
                                "device",
                                "network",
                                "state",
                                "known",
                                "absent",
                                "text",
                                "path",
                                "kind",
                                "what",
                                "who",
                                "gone",
                                "file",
                                "folder"));
        for (Manager manager : Manager.values()) {
            all.add(manager.toString().toLowerCase(Locale.ROOT));
        }
        for (Thing.Aspect aspect : Thing.Aspect.values()) {
            all.add(aspect.name().toLowerCase(Locale.ROOT));
        }
        for (WatchSource source : WatchSource.values()) {
            all.add(source.name().toLowerCase(Locale.ROOT));
        }
        return Set.copyOf(all);
    }

    // --- what there is to be renamed ----------------------------------------------------------

    /** The names that a look has found. */
    public synchronized void learn(Snapshot s) {
        host(s.host().name());
        for (Profile profile : s.nm().profiles().orElse(List.of())) {
            network(profile.id());
            network(profile.ssid());
        }
        s.nm().seen().orElse(List.of()).forEach(seen -> network(seen.ssid()));
        s.nm().connections().orElse(List.of()).forEach(c -> network(c.name()));
        s.associated().orElse(Map.of()).values().forEach(this::network);
        s.wifiConfs().values().forEach(all -> all.forEach(this::network));
        s.journal()
                .value()
                .ifPresent(journal -> journal.lines().forEach(line -> find(line.message())));
        settle();
    }

    /** The names that a text gives away by where they stand in it. */
    synchronized void learn(String text) {
        if (find(text)) {
            settle();
        }
    }

    /** The same of what happened: who is new there stands in no look yet. */
    synchronized void learn(WatchEvent event) {
        int before = known();
        event.thing().ifPresent(t -> thing(t.aspect(), t.subject(), t.what()));
        find(event.shown());
        if (known() > before) {
            settle();
        }
    }

    private int known() {
        return names.size() + common.size() + bare.size();
    }

    private void thing(Thing.Aspect aspect, String subject, String what) {
        switch (aspect) {
            case PROFILE -> network(subject);
            case NETWORK, PROFILE_IN_USE -> network(what);
            default -> {}
        }
    }

    private void find(JsonNode watch) {
        for (JsonNode node : watch) {
            find(node);
        }
        if (watch.isTextual()) {
            find(watch.asText());
        }
        aspect(watch)
                .ifPresent(
                        a -> thing(a, watch.path("subject").asText(), watch.path("what").asText()));
    }

    private static Optional<Thing.Aspect> aspect(JsonNode node) {
        String kind = node.path("kind").asText();
        return Stream.of(Thing.Aspect.values()).filter(a -> Json.word(a).equals(kind)).findFirst();
    }

    private synchronized void learn(Capture capture) {
        capture.texts.values().forEach(text -> text.value().ifPresent(this::find));
        capture.commands.values().forEach(result -> find(result.stdout()));
        learn(Look.at(new ReplayedMachine(capture, "what is to be renamed"), Progress.silent()));
    }

    private boolean find(String text) {
        int before = known();
        NETWORKS.forEach(p -> all(p, text).forEach(this::network));
        DOMAINS.forEach(p -> all(p, text).forEach(n -> name(n, "domain-", ".example")));
        all(HOST, text).forEach(this::host);
        for (Pattern mac : List.of(MAC, ESCAPED_MAC)) {
            Matcher m = mac.matcher(text);
            while (m.find()) {
                String digits = m.group().replaceAll("[^0-9A-Fa-f]", "").toLowerCase(Locale.ROOT);
                if (digits.length() == 12 && !shared(digits)) {
                    bare.add(digits);
                }
            }
        }
        Matcher named = MAC_IN_A_NAME.matcher(text);
        while (named.find()) {
            bare.add(named.group(2).toLowerCase(Locale.ROOT));
        }
        return known() > before;
    }

    private static List<String> all(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher m = pattern.matcher(text);
        while (m.find()) {
            found.add(m.group(1).strip());
        }
        return found;
    }

    private void network(String name) {
        // NetworkManager's own names for its automatic profiles, and the phone's for a goodbye.
        if (!name.matches("Wired connection \\d+|Wired|Hotspot|--|#ssid-endBT#")) {
            name(name, "network", shape(name));
        }
    }

    private void host(String name) {
        name(name, "host-", "");
    }

    /** What a shell, btwifiset and nmcli would make of the name, they make of the other one. */
    private static String shape(String name) {
        String special =
                name.chars()
                        .filter(c -> "|&;<>()$`\\\"'*?[\n".indexOf(c) >= 0)
                        .distinct()
                        .mapToObj(c -> String.valueOf((char) c))
                        .collect(Collectors.joining());
        return (name.contains(" ") ? " x" : "") + special;
    }

    private void name(String name, String prefix, String ending) {
        boolean isCommon =
                name.length() < 3
                        || WORDS.contains(name.toLowerCase(Locale.ROOT))
                        || name.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.');
        if (name.isEmpty()
                || isCommon && !prefix.equals("network")
                || names.containsKey(name)
                || common.containsKey(name)
                || taken.contains(name)
                || name.contains(Redaction.MARK)) {
            return;
        }
        String first = name.startsWith("-") || name.startsWith("#") ? name.substring(0, 1) : "";
        String other;
        int n = 0;
        do {
            String digest = hash(prefix + name + (n == 0 ? "" : " " + n)).substring(0, 4);
            other = first + prefix + (prefix.endsWith("-") ? "" : "-") + digest + ending;
            n++;
        } while (!taken.add(other));
        (isCommon ? common : names).put(name, other);
    }

    /** Each name in each way that the programs write it, the longest first. */
    private void settle() {
        Map<String, String> all = new LinkedHashMap<>();
        for (UnaryOperator<String> way : WAYS) {
            names.forEach((name, other) -> all.putIfAbsent(way.apply(name), way.apply(other)));
        }
        bare.forEach(
                digits -> {
                    taken.add("mac " + mac(digits));
                    all.putIfAbsent(digits, mac(digits));
                    String upper = digits.toUpperCase(Locale.ROOT);
                    all.putIfAbsent(upper, mac(digits).toUpperCase(Locale.ROOT));
                });
        written =
                all.entrySet().stream()
                        .sorted(
                                Comparator.comparing(
                                        (Map.Entry<String, String> e) -> -e.getKey().length()))
                        .collect(Collectors.groupingBy(e -> e.getKey().charAt(0)));
    }

    /** A name within a longer word is no name. A pattern of all of them would take minutes. */
    private String named(String text) {
        StringBuilder out = null;
        int done = 0;
        for (int i = 0; i < text.length(); i++) {
            for (Map.Entry<String, String> e : written.getOrDefault(text.charAt(i), List.of())) {
                String name = e.getKey();
                if (text.startsWith(name, i)
                        && (i == 0 || !joined(text.charAt(i - 1), name.charAt(0)))
                        && (i + name.length() == text.length()
                                || !joined(
                                        name.charAt(name.length() - 1),
                                        text.charAt(i + name.length())))) {
                    out = out == null ? new StringBuilder(text.length()) : out;
                    out.append(text, done, i).append(e.getValue());
                    done = i + name.length();
                    i = done - 1;
                    break;
                }
            }
        }
        return out == null ? text : out.append(text, done, text.length()).toString();
    }

    /** btwifiset writes a signal's strength right before the name: {@code 5100My Home Net}. */
    private static boolean joined(char left, char right) {
        return Character.isLetter(left) && Character.isLetter(right)
                || Character.isDigit(left) && Character.isDigit(right);
    }

    private static final List<UnaryOperator<String>> WAYS =
            List.of(
                    name -> name,
                    Terminal::safe,
                    // nmcli -t
                    name -> name.replace("\\", "\\\\").replace(":", "\\:"),
                    // nm-settings-keyfile(5)
                    name -> name.replace("\\", "\\\\").replace("\n", "\\n"),
                    name -> name.replace("\\", "\\\\").replace(";", "\\;"),
                    name -> name.replace("\\", "\\\\").replace(";", "\\\\;"),
                    // JSON, and what Python shows
                    name -> name.replace("\\", "\\\\").replace("\"", "\\\""),
                    name -> name.replace("\\", "\\\\").replace("'", "\\'"),
                    Pseudonyms::iw,
                    name -> HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)),
                    name ->
                            HexFormat.of()
                                    .withUpperCase()
                                    .formatHex(name.getBytes(StandardCharsets.UTF_8)),
                    Pseudonyms::bytes);

    /** iw(8), wpa_supplicant and systemd: what is not printable ASCII as \xNN. */
    private static String iw(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            out.append(
                    b > 31 && b < 127 && b != '\\'
                            ? String.valueOf((char) b)
                            : String.format("\\x%02x", b));
        }
        return out.toString();
    }

    /** A keyfile's list of bytes, {@code 72;195;40;}. */
    private static String bytes(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            out.append(b & 0xff).append(';');
        }
        return out.toString();
    }

    // --- renaming ------------------------------------------------------------------------------

    /** The text with every name that is known, every MAC and every public address renamed. */
    public synchronized String of(String text) {
        String t =
                MAC_IN_A_NAME
                        .matcher(text)
                        .replaceAll(m -> m.group(1) + other(m.group(2).toLowerCase(Locale.ROOT)));
        t = named(inPlace(t));
        t = MAC.matcher(t).replaceAll(m -> Matcher.quoteReplacement(macs(m.group())));
        t = ESCAPED_MAC.matcher(t).replaceAll(m -> Matcher.quoteReplacement(macs(m.group())));
        t = V4.matcher(t).replaceAll(m -> v4(m));
        t = V6.matcher(t).replaceAll(m -> Matcher.quoteReplacement(v6(m.group())));
        return ESCAPED_V6.matcher(t).replaceAll(m -> Matcher.quoteReplacement(v6(m.group())));
    }

    private String inPlace(String text) {
        String t = text;
        if (!common.isEmpty()) {
            for (Pattern place : NETWORKS) {
                t = inPlace(place, t);
            }
            for (Pattern place : PLACES) {
                t = inPlace(place, t);
            }
        }
        return t;
    }

    private String inPlace(Pattern place, String text) {
        return place.matcher(text)
                .replaceAll(
                        m -> {
                            String whole = m.group();
                            String name = m.group(1);
                            int at = m.start(1) - m.start();
                            return Matcher.quoteReplacement(
                                    whole.substring(0, at)
                                            + common.getOrDefault(name, name)
                                            + whole.substring(at + name.length()));
                        });
    }

    /** Of a MAC without separators; of one that is another one's already, itself. */
    private String other(String digits) {
        if (taken.contains("mac " + digits)) {
            return digits;
        }
        taken.add("mac " + mac(digits));
        return mac(digits);
    }

    private String hash(String what) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(what.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everybody's: broadcast, multicast, none. */
    private static boolean shared(String digits) {
        return digits.matches("f{12}|0{12}|3333.{8}|01005e.{6}|0180c2.{6}");
    }

    /** A locally administered one. */
    private String mac(String digits) {
        return "0200" + hash("mac " + digits).substring(0, 8);
    }

    /** With its separators; a longer run is a DUID or a client's id, with the MAC at its end. */
    private String macs(String shown) {
        String digits = shown.replaceAll("[^0-9A-Fa-f]", "").toLowerCase(Locale.ROOT);
        String own = digits.substring(digits.length() - 12);
        if (digits.length() == 12 && shared(digits) || taken.contains("mac " + own)) {
            return shown;
        }
        String front =
                digits.length() <= 14
                        ? digits.substring(0, digits.length() - 12)
                        : hash("duid " + digits).repeat(4).substring(0, digits.length() - 12);
        String other = front + mac(own);
        taken.add("mac " + mac(own));
        StringBuilder out = new StringBuilder();
        int next = 0;
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            out.append(Character.digit(c, 16) >= 0 ? other.charAt(next++) : c);
        }
        boolean upper = !shown.equals(shown.toLowerCase(Locale.ROOT));
        return upper ? out.toString().toUpperCase(Locale.ROOT) : out.toString();
    }

    /** The network's part is another one, the host's stays: what is beside it stays beside it. */
    private String v4(MatchResult m) {
        int[] p = new int[4];
        for (int i = 0; i < 4; i++) {
            p[i] = Integer.parseInt(m.group(i + 1));
        }
        boolean address = p[0] < 256 && p[1] < 256 && p[2] < 256 && p[3] < 256;
        boolean open =
                address
                        && p[0] != 0
                        && p[0] != 10
                        && p[0] != 127
                        && p[0] < 224
                        && !(p[0] == 100 && p[1] >= 64 && p[1] < 128)
                        && !(p[0] == 169 && p[1] == 254)
                        && !(p[0] == 172 && p[1] >= 16 && p[1] < 32)
                        && !(p[0] == 192 && p[1] == 168)
                        && !(p[0] == 192 && p[1] == 0 && p[2] == 2)
                        && !(p[0] == 198 && (p[1] == 18 || p[1] == 19))
                        && !(p[0] == 198 && p[1] == 51 && p[2] == 100)
                        && !(p[0] == 203 && p[1] == 0 && p[2] == 113);
        if (!open || EVERYBODYS.contains(m.group())) {
            return m.group();
        }
        String digest = hash("net " + p[0] + "." + p[1] + "." + p[2]);
        int h = Integer.parseInt(digest.substring(0, 4), 16);
        return "198." + (18 + (h >> 8 & 1)) + "." + (h & 0xff) + "." + p[3];
    }

    /** RFC 3849's prefix for documents, and another host's part where it is not a plain number. */
    private String v6(String shown) {
        boolean escaped = shown.contains("\\");
        String plain = shown.replace("\\", "");
        byte[] a;
        try {
            a = InetAddress.getByName(plain).getAddress();
        } catch (UnknownHostException e) {
            return shown;
        }
        boolean documents =
                a.length == 16 && a[0] == 0x20 && a[1] == 1 && a[2] == 0xd && (a[3] & 0xff) == 0xb8;
        if (a.length != 16 || documents) {
            return shown;
        }
        boolean global = (a[0] & 0xe0) == 0x20;
        boolean local = (a[0] & 0xfe) == 0xfc || (a[0] & 0xff) == 0xfe && (a[1] & 0xc0) == 0x80;
        boolean solicited = (a[0] & 0xff) == 0xff && a[11] == 1 && (a[12] & 0xff) == 0xff;
        if (!global && !local && !solicited) {
            return shown;
        }
        byte[] b = a.clone();
        if (solicited) {
            digest("host " + (a[13] & 0xff) + a[14] + a[15], b, 14, 2);
            b[13] = 0;
        } else {
            if (global) {
                b[0] = 0x20;
                b[1] = 1;
                b[2] = 0xd;
                b[3] = (byte) 0xb8;
                digest("prefix " + HexFormat.of().formatHex(a, 0, 8), b, 4, 4);
            }
            boolean number = a[8] == 0 && a[9] == 0 && a[10] == 0 && a[11] == 0;
            if (!number) {
                digest("host " + HexFormat.of().formatHex(a, 8, 16), b, 8, 8);
            }
        }
        String other = shown(b);
        return escaped ? other.replace(":", "\\:") : other;
    }

    private void digest(String what, byte[] to, int from, int length) {
        byte[] digest = HexFormat.of().parseHex(hash(what));
        System.arraycopy(digest, 0, to, from, length);
    }

    /** RFC 5952, as ip(8) and nmcli(1) write it. */
    private static String shown(byte[] a) {
        int[] groups = new int[8];
        int best = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            groups[i] = (a[2 * i] & 0xff) << 8 | a[2 * i + 1] & 0xff;
        }
        for (int i = 0; i < 8; i++) {
            int n = 0;
            while (i + n < 8 && groups[i + n] == 0) {
                n++;
            }
            if (n > length) {
                best = i;
                length = n;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                out.append("::");
                i += length - 1;
                continue;
            }
            if (out.length() > 0 && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }

    // --- a whole capture ------------------------------------------------------------------------

    /**
     * The same capture of a machine whose names nobody knows: contents, and the names of files and
     * arguments too. What is there only for people to read is left out: nobody can tell what an
     * older log gives away.
     */
    public Capture of(Capture capture) {
        capture.watched().ifPresent(watch -> find(watch.seen()));
        capture.watched().ifPresent(watch -> learn(watch.baseline()));
        learn(capture);
        Capture other = renamed(capture);
        capture.watched()
                .ifPresent(
                        watch ->
                                other.after(
                                        new Capture.Watched(
                                                renamed(watch.baseline()),
                                                (ObjectNode) strings(watch.seen()))));
        return other;
    }

    private Capture renamed(Capture capture) {
        Capture other = new Capture(capture.taken(), capture.live());
        capture.commands.forEach(
                (argv, result) -> {
                    if (!SupportFiles.isOne(argv)) {
                        List<String> words = argv.stream().map(this::of).toList();
                        other.commands.put(
                                words,
                                new CommandResult(
                                        words,
                                        result.outcome(),
                                        result.exit(),
                                        argv.get(0).equals("journalctl")
                                                ? jsonLines(result.stdout())
                                                : of(result.stdout()),
                                        of(result.stderr())));
                    }
                });
        capture.texts.forEach(
                (path, text) -> {
                    if (!SupportFiles.isOne(path)) {
                        other.texts.put(of(path), renamed(text).map(this::of));
                    }
                });
        capture.folders.forEach(
                (path, entries) -> {
                    if (!SupportFiles.isFolder(path)) {
                        other.folders.put(
                                of(path),
                                renamed(entries).map(list -> list.stream().map(this::of).toList()));
                    }
                });
        capture.stats.forEach(
                (path, stat) ->
                        other.stats.put(
                                of(path),
                                renamed(stat)
                                        .map(
                                                s ->
                                                        new FileStat(
                                                                s.kind(),
                                                                s.mode(),
                                                                s.uid(),
                                                                s.gid(),
                                                                s.size(),
                                                                of(s.target())))));
        return other;
    }

    /** The reason why it is not there names its path. */
    private <T> Reading<T> renamed(Reading<T> reading) {
        if (reading instanceof Reading.Absent<T> absent) {
            return Reading.absent(of(absent.why()));
        }
        return reading.whyUnknown().isPresent()
                ? Reading.unknown(of(reading.whyUnknown().get()))
                : reading;
    }

    private String jsonLines(String lines) {
        List<String> out = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            try {
                out.add(line.isBlank() ? line : Json.write(strings(Json.read(line))));
            } catch (JsonProcessingException e) {
                out.add(of(line));
            }
        }
        return String.join("\n", out);
    }

    /** Every string by itself, so that what is left is JSON still. */
    private JsonNode strings(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode other = Json.object();
            object.properties()
                    .forEach(field -> other.set(field.getKey(), strings(field.getValue())));
            // What is but a name has nothing around it that says so.
            for (String field : List.of("subject", "what")) {
                String renamed = common.get(object.path(field).asText());
                if (renamed != null && (aspect(object).isPresent() || object.has("text"))) {
                    other.put(field, renamed);
                }
            }
            return other;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode other = Json.object().putArray("all");
            array.forEach(item -> other.add(strings(item)));
            return other;
        }
        return node.isTextual() ? TextNode.valueOf(of(node.asText())) : node;
    }
}
