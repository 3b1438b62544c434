package netfix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Configurations as people write them for the managers before NetworkManager, made from a seed, and
 * what each means in NetworkManager's properties. Value and text come from the same draw: no parser
 * of netfix's has a part in what is expected.
 *
 * <p>The expected values are written as {@code nmcli -t -s connection show} prints them, but for an
 * SSID, which is its bytes in hex; a property that has its default is left out.
 */
final class GeneratedSources {

    /**
     * One machine.
     *
     * @param files its configuration, by path
     * @param expected the properties of each profile, in the order of the sources
     * @param lost the lines that have no equal
     */
    record Source(
            Map<String, String> files,
            Standing standing,
            List<Map<String, String>> expected,
            List<String> lost) {

        /** What the take-over makes of it, the files being in that folder. */
        TakeOver takeOver(Path root) throws java.io.IOException {
            Files.createDirectories(root.resolve("usr"));
            Files.createDirectories(root.resolve("etc"));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path path = root.resolve(file.getKey().substring(1));
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            return TakeOver.from(standing, read(root));
        }
    }

    /** What other managers configured on the card in that folder. */
    static OldSources read(Path root) {
        Machine machine = new RootedMachine(root);
        return OldSources.read(
                machine, List.of(), Networkd.read(machine), Interfaces.read(machine));
    }

    static final long SEED = 20261122;
    static final int COUNT = 1000;

    private static final String SECURITY = "802-11-wireless-security.";

    private final Random random;
    private final int number;
    private final Map<String, String> files = new LinkedHashMap<>();
    private final List<Map<String, String>> expected = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private final Set<Manager> going = EnumSet.noneOf(Manager.class);
    private Set<String> supplicants = Set.of();

    private GeneratedSources(Random random, int number) {
        this.random = random;
        this.number = number;
    }

    /** A quarter of them for each of the four programs. */
    static List<Source> make(long seed, int count) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(number -> new GeneratedSources(random, number).one())
                .toList();
    }

    private Source one() {
        boolean wifi = number % 4 == 0 || number % 4 == 3 && chance(30);
        // Names that no other source has: a thousand profiles can lie in one folder.
        Link link =
                new Link(
                        2,
                        (wifi ? "wlan" : "eth") + number,
                        wifi ? Link.Kind.WIFI : Link.Kind.WIRED,
                        mac(),
                        Set.of("UP"),
                        "UP",
                        Optional.of(true),
                        "",
                        "",
                        List.of());
        switch (number % 4) {
            case 0 -> supplicant(link);
            case 1 -> dhcpcd(link);
            case 2 -> networkd(link);
            default -> ifupdown(link, wifi);
        }
        return new Source(
                files,
                new Standing(List.of(link), going, Map.of(), supplicants, Map.of(), false),
                expected,
                lost);
    }

    // What is drawn.

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String digits(int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private String mac() {
        return "02" + digits(5).replaceAll("(..)", ":$1");
    }

    private String v4() {
        return "10."
                + random.nextInt(256)
                + "."
                + random.nextInt(256)
                + "."
                + (1 + random.nextInt(254));
    }

    private String v6() {
        // No leading zeros and no run of them: it is written as everybody writes it.
        return "fd00:"
                + IntStream.range(0, 7)
                        .mapToObj(i -> Integer.toHexString(0x1000 + random.nextInt(0xe000)))
                        .collect(Collectors.joining(":"));
    }

    private String hostname() {
        return oneOf("example.org", "lan", "home.arpa", "fritz.box", "a-b.example");
    }

    private String printable(int least, int most) {
        int length = least + random.nextInt(most - least + 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }

    private byte[] ssid() {
        String text =
                switch (random.nextInt(10)) {
                    case 0 -> "My Home Net";
                    case 1 -> " blank at either end ";
                    case 2 -> printable(1, 32);
                    case 3 -> "Caf\u00e9 \ud83d\ude80 \u4f60\u597d";
                    case 4 -> String.valueOf(random.nextInt(100000));
                    case 5 -> random.nextInt(256) + ";" + random.nextInt(256) + ";";
                    case 6 -> oneOf("a;b", "\\", "\\;", "x\\s", "\"", "\"q\"", "#1", "=", "[x]");
                    case 7 -> "";
                    case 8 -> "tab\tand\nnewline" + random.nextInt(10);
                    default -> "Net " + number;
                };
        if (!text.isEmpty()) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[1 + random.nextInt(32)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** In one of the ways that can hold it. */
    private String written(byte[] bytes) {
        String text = Ssid.of(bytes).text().orElse("\n");
        boolean quotable = text.codePoints().noneMatch(c -> c < ' ' || c == 127 || c == 0xfffd);
        int way = random.nextInt(quotable ? 4 : 2);
        if (way == 0) {
            return HexFormat.of().formatHex(bytes);
        }
        if (way > 1) {
            return "\"" + text + "\"";
        }
        StringBuilder out = new StringBuilder("P\"");
        for (byte b : bytes) {
            int c = b & 0xff;
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c >= ' ' && c < 127 && chance(90)) {
                out.append((char) c);
            } else if (chance(50)) {
                out.append(String.format("\\x%02x", c));
            } else {
                out.append(String.format("\\%03o", c));
            }
        }
        return out.append('"').toString();
    }

    private static Map<String, String> profile(Link link) {
        Map<String, String> p = new TreeMap<>();
        p.put(
                "connection.type",
                link.kind() == Link.Kind.WIFI ? "802-11-wireless" : "802-3-ethernet");
        p.put("connection.interface-name", link.name());
        p.put("connection.autoconnect-retries", "0");
        p.put("ipv4.method", "auto");
        p.put("ipv6.method", "auto");
        return p;
    }

    private void lose(List<String> lines, String indent, String line) {
        lines.add(indent + line);
        lost.add(line);
    }

    // wpa_supplicant@IF and its file.

    private void supplicant(Link link) {
        supplicants = Set.of(link.name());
        List<String> lines = new ArrayList<>();
        lines.add("ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev");
        lines.add("update_config=1");
        lines.add("country=DE");
        if (chance(5)) {
            lose(lines, "", "bss_no_flush_when_down=1");
        }
        int networks = 1 + random.nextInt(3);
        for (int i = 0; i < networks; i++) {
            lines.add(chance(20) ? "# a comment" : "");
            Map<String, String> p = profile(link);
            p.put("802-11-wireless.mode", "infrastructure");
            lines.add("network={");
            lines.addAll(network(p, "\t"));
            lines.add("}");
            if (expected.contains(p)) {
                // Drawn twice; one profile is enough.
                continue;
            }
            expected.add(p);
        }
        files.put(
                "/etc/wpa_supplicant/wpa_supplicant-" + link.name() + ".conf",
                String.join("\n", lines) + "\n");
    }

    private List<String> network(Map<String, String> p, String indent) {
        List<String> lines = new ArrayList<>();
        byte[] ssid = ssid();
        p.put("802-11-wireless.ssid", HexFormat.of().formatHex(ssid));
        lines.add(indent + "ssid=" + written(ssid));
        security(lines, p, indent);
        if (chance(20)) {
            lines.add(indent + "scan_ssid=1");
            p.put("802-11-wireless.hidden", "yes");
        }
        if (chance(10)) {
            String bssid = mac();
            lines.add(indent + "bssid=" + bssid);
            p.put("802-11-wireless.bssid", bssid.toUpperCase(java.util.Locale.ROOT));
        }
        if (chance(10)) {
            lines.add(indent + "disabled=1");
            p.put("connection.autoconnect", "no");
        }
        if (chance(30)) {
            int priority = 1 + random.nextInt(999);
            lines.add(indent + "priority=" + priority);
            p.put("connection.autoconnect-priority", String.valueOf(priority));
        }
        if (chance(6)) {
            lose(lines, indent, oneOf("freq_list=2412 2437", "id_str=\"home\"", "scan_freq=2412"));
        }
        return lines;
    }

    private String quoted(String text) {
        return "\"" + text + "\"";
    }

    private void security(List<String> lines, Map<String, String> p, String indent) {
        String key = printable(8, 63);
        switch (random.nextInt(9)) {
            case 0 -> {
                lines.add(indent + "key_mgmt=NONE");
                return;
            }
            case 1 -> {
                String hex = digits(32);
                lines.add(indent + "psk=" + hex);
                p.put(SECURITY + "key-mgmt", "wpa-psk");
                p.put(SECURITY + "psk", hex);
            }
            case 2 -> {
                lines.add(indent + "key_mgmt=SAE");
                lines.add(indent + oneOf("psk=", "sae_password=") + quoted(key));
                p.put(SECURITY + "key-mgmt", "sae");
                p.put(SECURITY + "psk", key);
            }
            case 3 -> {
                lines.add(indent + "key_mgmt=" + oneOf("WPA-PSK SAE", "SAE WPA-PSK"));
                lines.add(indent + "psk=" + quoted(key));
                p.put(SECURITY + "key-mgmt", "wpa-psk");
                p.put(SECURITY + "psk", key);
            }
            case 4 -> {
                lines.add(indent + "key_mgmt=OWE");
                p.put(SECURITY + "key-mgmt", "owe");
            }
            case 5 -> {
                String wep = chance(50) ? digits(5) : digits(13);
                lines.add(indent + "key_mgmt=NONE");
                lines.add(indent + "wep_key0=" + wep);
                lines.add(indent + "wep_tx_keyidx=0");
                p.put(SECURITY + "key-mgmt", "none");
                p.put(SECURITY + "wep-key0", wep);
                p.put(SECURITY + "wep-key-type", "1");
                return;
            }
            case 6 -> enterprise(lines, p, indent);
            default -> {
                if (chance(50)) {
                    lines.add(indent + "key_mgmt=WPA-PSK");
                }
                lines.add(indent + "psk=" + quoted(key));
                p.put(SECURITY + "key-mgmt", "wpa-psk");
                p.put(SECURITY + "psk", key);
            }
        }
        if (chance(20)) {
            int management = random.nextInt(3);
            lines.add(indent + "ieee80211w=" + management);
            // WPA3 and OWE have them by themselves: NetworkManager only lets them be required.
            if (management == 2 || !p.get(SECURITY + "key-mgmt").matches("sae|owe")) {
                p.put(SECURITY + "pmf", String.valueOf(management + 1));
            }
        }
        if (chance(15)) {
            lines.add(indent + "proto=RSN");
            lines.add(indent + "pairwise=CCMP");
            lines.add(indent + "group=CCMP TKIP");
            p.put(SECURITY + "proto", "rsn");
            p.put(SECURITY + "pairwise", "ccmp");
            p.put(SECURITY + "group", "ccmp,tkip");
        }
    }

    private void enterprise(List<String> lines, Map<String, String> p, String indent) {
        String identity = printable(1, 20);
        String password = printable(1, 40);
        lines.add(indent + "key_mgmt=WPA-EAP");
        lines.add(indent + "identity=" + quoted(identity));
        p.put(SECURITY + "key-mgmt", "wpa-eap");
        p.put("802-1x.identity", identity);
        if (chance(30)) {
            lines.add(indent + "eap=TLS");
            lines.add(indent + "ca_cert=\"/etc/ssl/my ca.pem\"");
            lines.add(indent + "client_cert=\"/etc/ssl/me.pem\"");
            lines.add(indent + "private_key=\"/etc/ssl/me.key\"");
            lines.add(indent + "private_key_passwd=" + quoted(password));
            p.put("802-1x.eap", "tls");
            p.put("802-1x.ca-cert", "/etc/ssl/my ca.pem");
            p.put("802-1x.client-cert", "/etc/ssl/me.pem");
            p.put("802-1x.private-key", "/etc/ssl/me.key");
            p.put("802-1x.private-key-password", password);
            return;
        }
        String method = oneOf("PEAP", "TTLS");
        lines.add(indent + "eap=" + method);
        lines.add(indent + "password=" + quoted(password));
        p.put("802-1x.eap", method.toLowerCase(java.util.Locale.ROOT));
        p.put("802-1x.password", password);
        String inner = oneOf("MSCHAPV2", "GTC", "MD5");
        if (method.equals("TTLS") && chance(50)) {
            lines.add(indent + "phase2=\"autheap=" + inner + "\"");
            p.put("802-1x.phase2-autheap", inner.toLowerCase(java.util.Locale.ROOT));
        } else {
            lines.add(indent + "phase2=\"auth=" + inner + "\"");
            p.put("802-1x.phase2-auth", inner.toLowerCase(java.util.Locale.ROOT));
        }
        if (chance(50)) {
            lines.add(indent + "anonymous_identity=\"anonymous@" + hostname() + "\"");
            p.put(
                    "802-1x.anonymous-identity",
                    lines.get(lines.size() - 1).replaceAll(".*=\"|\"$", ""));
        }
        if (chance(30)) {
            lines.add(indent + "phase1=\"peapver=0\"");
            p.put("802-1x.phase1-peapver", "0");
        }
        if (chance(30)) {
            lines.add(indent + "domain_suffix_match=\"radius.example\"");
            p.put("802-1x.domain-suffix-match", "radius.example");
        }
        if (chance(30)) {
            lines.add(indent + "altsubject_match=\"DNS:a.example;DNS:b.example\"");
            p.put("802-1x.altsubject-matches", "DNS:a.example,DNS:b.example");
        }
    }

    // dhcpcd.conf.

    private void dhcpcd(Link link) {
        going.add(Manager.DHCPCD);
        Map<String, String> p = profile(link);
        List<String> lines = new ArrayList<>(List.of("# for all", "hostname", "persistent"));
        lines.add("option domain_name_servers, domain_name, domain_search");
        lines.add("require dhcp_server_identifier");
        p.put("ipv6.addr-gen-mode", "eui64");
        if (chance(50)) {
            lines.add("slaac private");
            p.put("ipv6.addr-gen-mode", "stable-privacy");
        }
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("ipv4.dhcp-client-id", "mac");
        if (chance(5)) {
            lose(lines, "", oneOf("userclass me", "lastleaseextend", "blacklist 10.0.0.0/8"));
        }
        switch (random.nextInt(4)) {
            case 0 -> lines.add("clientid");
            case 1 -> {
                String id = mac();
                lines.add("clientid " + id);
                identity.put("ipv4.dhcp-client-id", id);
            }
            case 2 -> {
                String duid = "00:01:00:01" + digits(10).replaceAll("(..)", ":$1");
                files.put("/var/lib/dhcpcd/duid", duid + "\n");
                lines.add("duid");
                identity.put("ipv4.dhcp-client-id", "ipv6-duid");
                identity.put("ipv4.dhcp-iaid", "mac");
                p.put("ipv6.dhcp-duid", duid);
                p.put("ipv6.dhcp-iaid", "mac");
            }
            default -> lines.add("#duid");
        }
        lines.add("");
        lines.add("interface " + link.name());
        if (chance(60)) {
            fixedByDhcpcd(lines, p);
        } else {
            p.putAll(identity);
            if (chance(30)) {
                String dns = v4();
                lines.add("static domain_name_servers=" + dns);
                p.put("ipv4.dns", dns);
                p.put("ipv4.ignore-auto-dns", "yes");
            }
        }
        if (chance(30)) {
            int metric = 1 + random.nextInt(5000);
            lines.add("  metric " + metric + " # why not");
            p.put("ipv4.route-metric", String.valueOf(metric));
            p.put("ipv6.route-metric", String.valueOf(metric));
        }
        if (chance(20)) {
            lines.add("noipv6");
            boolean own = p.containsKey("ipv6.addresses");
            p.put("ipv6.method", own ? "manual" : "link-local");
            if (!own) {
                p.remove("ipv6.dns");
            }
        }
        if (chance(10)) {
            lines.add("nogateway");
            p.put("ipv4.never-default", "yes");
            p.remove("ipv4.gateway");
            p.put("ipv6.never-default", "yes");
        }
        if (chance(8)) {
            lose(lines, "", oneOf("arping 192.168.0.1", "inform 10.0.0.9/24", "fallback x"));
        }
        expected.add(p);
        files.put("/etc/dhcpcd.conf", String.join("\n", lines) + "\n");
    }

    private void fixedByDhcpcd(List<String> lines, Map<String, String> p) {
        int prefix = 8 + random.nextInt(23);
        String address = v4();
        lines.add("static ip_address=" + address + "/" + prefix);
        p.put("ipv4.method", "manual");
        p.put("ipv4.addresses", address + "/" + prefix);
        if (chance(80)) {
            String router = v4();
            lines.add("static routers=" + router);
            p.put("ipv4.gateway", router);
        }
        if (chance(70)) {
            String one = v4();
            String two = v4();
            String six = chance(40) ? v6() : "";
            lines.add("static domain_name_servers=" + one + " " + two + " " + six);
            p.put("ipv4.dns", one + "," + two);
            if (!six.isEmpty()) {
                p.put("ipv6.dns", six);
            }
        }
        if (chance(30)) {
            String domain = hostname();
            lines.add("static domain_search=" + domain);
            p.put("ipv4.dns-search", domain);
        }
        if (chance(30)) {
            String six = v6();
            lines.add("static ip6_address=" + six + "/64");
            p.put("ipv6.addresses", six + "/64");
        }
    }

    // systemd-networkd.

    private void networkd(Link link) {
        going.add(Manager.NETWORKD);
        Map<String, String> p = profile(link);
        p.put("ipv6.addr-gen-mode", "eui64");
        List<String> lines = new ArrayList<>(List.of("[Match]"));
        lines.add(chance(50) ? "Name=" + link.name() : "MACAddress=" + link.mac());
        lines.add("");
        if (chance(20)) {
            int mtu = 1280 + random.nextInt(221);
            lines.addAll(List.of("[Link]", "MTUBytes=" + mtu, "RequiredForOnline=no", ""));
            p.put("802-3-ethernet.mtu", String.valueOf(mtu));
        }
        lines.add("[Network]");
        boolean dhcp = chance(40);
        boolean both = false;
        if (dhcp) {
            String which = oneOf("yes", "ipv4", "true");
            both = !which.equals("ipv4");
            lines.add("DHCP=" + which);
            byte[] id = HexFormat.of().parseHex("ff" + digits(4) + "00020000ab11" + digits(8));
            files.put(
                    "/run/systemd/netif/leases/2",
                    "# This is private data. Do not parse.\nADDRESS=10.0.0.7\nCLIENTID="
                            + HexFormat.of().formatHex(id)
                            + "\n");
            HexFormat colons = HexFormat.ofDelimiter(":");
            p.put("ipv4.dhcp-client-id", colons.formatHex(id));
            p.put("ipv6.dhcp-duid", colons.formatHex(id, 5, id.length));
            p.put(
                    "ipv6.dhcp-iaid",
                    String.valueOf(Long.parseLong(HexFormat.of().formatHex(id, 1, 5), 16)));
        } else {
            p.put("ipv4.method", "disabled");
        }
        fixedByNetworkd(lines, p, dhcp);
        if (chance(15)) {
            lines.add("IPv6AcceptRA=no");
            // Without routers to say so DHCPv6 begins by itself (WithoutRA= in systemd.network(5)).
            p.put(
                    "ipv6.method",
                    both ? "dhcp" : p.containsKey("ipv6.addresses") ? "manual" : "link-local");
        }
        if (chance(15)) {
            lines.add("MulticastDNS=yes");
            p.put("connection.mdns", "2");
        }
        if (chance(8)) {
            lose(lines, "", oneOf("NTP=pool.example", "DNSSEC=yes", "IPForward=yes"));
        }
        if (dhcp && chance(40)) {
            int metric = 1 + random.nextInt(5000);
            lines.addAll(List.of("", "[DHCPv4]", "RouteMetric=" + metric, "UseDNS=no"));
            p.put("ipv4.route-metric", String.valueOf(metric));
            p.put("ipv4.ignore-auto-dns", "yes");
        }
        routes(lines, p);
        String file = "/etc/systemd/network/20-wired.network";
        if (chance(25)) {
            String dns = v4();
            files.put(file + ".d/dns.conf", "[Network]\nDNS=" + dns + "\n");
            if (!p.get("ipv4.method").equals("disabled")) {
                p.merge("ipv4.dns", dns, (a, b) -> a + "," + b);
            }
        }
        expected.add(p);
        files.put(file, String.join("\n", lines) + "\n");
    }

    private void fixedByNetworkd(List<String> lines, Map<String, String> p, boolean dhcp) {
        int count = dhcp ? random.nextInt(2) : random.nextInt(3);
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(v4() + "/" + (8 + random.nextInt(23)));
            lines.add("Address=" + addresses.get(i));
        }
        if (count > 0) {
            p.put("ipv4.addresses", String.join(", ", addresses));
            if (!dhcp) {
                p.put("ipv4.method", "manual");
            }
            if (chance(70)) {
                String gateway = v4();
                lines.add("Gateway=" + gateway);
                p.put("ipv4.gateway", gateway);
            }
            if (chance(60)) {
                String dns = v4();
                lines.add("DNS=" + dns);
                p.put("ipv4.dns", dns);
            }
            if (chance(30)) {
                lines.add("Domains=" + hostname() + " ~corp.example");
                p.put(
                        "ipv4.dns-search",
                        lines.get(lines.size() - 1).substring(8).replace(' ', ','));
            }
        }
        if (chance(30)) {
            String six = v6();
            lines.add("Address=" + six + "/64");
            p.put("ipv6.addresses", six + "/64");
        }
    }

    private void routes(List<String> lines, Map<String, String> p) {
        if (p.get("ipv4.method").equals("disabled")) {
            return;
        }
        List<String> routes = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String to = "172." + (16 + random.nextInt(16)) + "." + random.nextInt(256) + ".0/24";
            String via = v4();
            lines.addAll(List.of("", "[Route]", "Destination=" + to, "Gateway=" + via));
            String shown = to + " " + via;
            if (chance(50)) {
                int metric = 1 + random.nextInt(5000);
                lines.add("Metric=" + metric);
                shown += " " + metric;
            }
            if (chance(30)) {
                int table = 100 + random.nextInt(100);
                lines.add("Table=" + table);
                shown += " table=" + table;
            }
            routes.add(shown);
        }
        if (!routes.isEmpty()) {
            p.put("ipv4.routes", String.join(", ", routes));
        }
    }

    // /etc/network/interfaces.

    private void ifupdown(Link link, boolean wifi) {
        going.add(Manager.IFUPDOWN);
        Map<String, String> p = profile(link);
        p.put("ipv6.addr-gen-mode", "eui64");
        List<String> lines = new ArrayList<>(List.of("auto lo", "iface lo inet loopback", ""));
        if (chance(85)) {
            lines.add(oneOf("auto ", "allow-hotplug ") + link.name());
        } else {
            p.put("connection.autoconnect", "no");
        }
        boolean fixed = chance(60);
        lines.add("iface " + link.name() + " inet " + (fixed ? "static" : "dhcp"));
        if (fixed) {
            fixedByIfupdown(lines, p);
        } else {
            p.put("ipv4.dhcp-client-id", "mac");
            if (chance(20)) {
                lines.add("    hostname pi" + number);
                p.put("ipv4.dhcp-hostname", "pi" + number);
            }
        }
        if (wifi) {
            String name = oneOf("My Home Net", "Net " + number, "a;b #c", "Caf\u00e9");
            String key = printable(8, 63).strip();
            key =
                    key.length() < 8
                            ? "eight or more"
                            : key.replace('\\', '/').replaceAll("^\"", "'");
            lines.add("    wpa-ssid " + name);
            lines.add("    wpa-psk " + key);
            p.put("802-11-wireless.mode", "infrastructure");
            p.put(
                    "802-11-wireless.ssid",
                    HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
            p.put(SECURITY + "key-mgmt", "wpa-psk");
            p.put(SECURITY + "psk", key);
            if (chance(30)) {
                lines.add("    wpa-scan-ssid 1");
                p.put("802-11-wireless.hidden", "yes");
            }
        }
        if (chance(20)) {
            int metric = 1 + random.nextInt(5000);
            lines.add("    metric " + metric);
            p.put("ipv4.route-metric", String.valueOf(metric));
        }
        if (chance(10)) {
            lose(
                    lines,
                    "    ",
                    oneOf(
                            "post-up iptables-restore /etc/rules",
                            "up ethtool -s x",
                            "vlan-raw-device eth0"));
        }
        if (chance(25)) {
            String six = v6();
            lines.add("iface " + link.name() + " inet6 static");
            lines.add("    address " + six);
            lines.add("    netmask 64");
            p.put("ipv6.method", "manual");
            p.put("ipv6.addresses", six + "/64");
        }
        expected.add(p);
        if (chance(30)) {
            files.put("/etc/network/interfaces", "source /etc/network/interfaces.d/*\n");
            files.put("/etc/network/interfaces.d/own", String.join("\n", lines) + "\n");
        } else {
            files.put("/etc/network/interfaces", String.join("\n", lines) + "\n");
        }
    }

    private void fixedByIfupdown(List<String> lines, Map<String, String> p) {
        int prefix = 8 + random.nextInt(23);
        String address = v4();
        if (chance(50)) {
            lines.add("    address " + address + "/" + prefix);
        } else {
            long mask = 0xffffffffL << (32 - prefix) & 0xffffffffL;
            lines.add("    address " + address);
            lines.add(
                    "    netmask "
                            + (mask >> 24)
                            + "."
                            + (mask >> 16 & 255)
                            + "."
                            + (mask >> 8 & 255)
                            + "."
                            + (mask & 255));
        }
        p.put("ipv4.method", "manual");
        p.put("ipv4.addresses", address + "/" + prefix);
        if (chance(80)) {
            String gateway = v4();
            lines.add("    gateway " + gateway);
            p.put("ipv4.gateway", gateway);
        }
        if (chance(60)) {
            String one = v4();
            String two = v4();
            lines.add("    dns-nameservers " + one + " " + two);
            p.put("ipv4.dns", one + "," + two);
        }
        if (chance(30)) {
            String domain = hostname();
            lines.add("    dns-search " + domain);
            p.put("ipv4.dns-search", domain);
        }
    }
}
