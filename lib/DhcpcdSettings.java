package netfix;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What dhcpcd.conf(5) says of one interface, or of one network on it, as settings of a profile. */
final class DhcpcdSettings {

    /** Options that change nothing that NetworkManager would not do too, or only dhcpcd itself. */
    private static final Set<String> NO_MATTER =
            Set.of(
                    "allowinterfaces",
                    "background",
                    "configure",
                    "controlgroup",
                    "debug",
                    "dev",
                    "dhcp",
                    "dhcp6",
                    "denyinterfaces",
                    "gateway",
                    "hostname_short",
                    "ipv4",
                    "ipv4ll",
                    "ipv6",
                    "ipv6ra_autoconf",
                    "ipv6ra_fork",
                    "ipv6ra_own",
                    "ipv6ra_own_default",
                    "ipv6rs",
                    "link",
                    "logfile",
                    "manager",
                    "master",
                    "noarp",
                    "noauthrequired",
                    "nodelay",
                    "nodev",
                    "noipv4ll",
                    "nohook",
                    "nosyslog",
                    "option",
                    "persistent",
                    "quiet",
                    "reboot",
                    "release",
                    "request",
                    "waitip",
                    "xidhwaddr");

    private static final Map<String, String> WHY =
            Map.of(
                    "arping", "NetworkManager does not choose addresses by who answers an ARP",
                    "fallback",
                            "NetworkManager has no address to fall back to where DHCP is silent",
                    "inform", "NetworkManager sends no DHCP INFORM; a static ip_address is near",
                    "inform6",
                            "NetworkManager sends no DHCPv6 information request of its own accord",
                    "ia_pd", "NetworkManager asks for no prefix by this option",
                    "script", "NetworkManager runs no script of dhcpcd's; its own are dispatcher.d",
                    "env", "NetworkManager runs no hooks of dhcpcd's");

    private final DhcpcdConf conf;
    private final Losses losses;
    private final IpSettings settings = new IpSettings();
    private boolean fixed;
    private boolean noV4;
    private boolean noDhcp;
    private boolean noLinkLocal;
    private boolean noV6;
    private boolean noSolicit;
    private boolean ownDns;
    private boolean byDuid;
    private String clientId = "";
    private String duid = "";
    private String iaid = "mac";

    private DhcpcdSettings(DhcpcdConf conf, Losses losses) {
        this.conf = conf;
        this.losses = losses;
    }

    /**
     * @param ssid empty for a wired interface
     */
    static IpSettings of(OldSources sources, Link link, String ssid, Losses losses) {
        DhcpcdSettings all = new DhcpcdSettings(sources.dhcpcd(), losses);
        all.settings.v6().set("addr-gen-mode", "eui64");
        all.conf.linesFor(link.name(), ssid).forEach(all::line);
        all.methods(link);
        all.identity(sources, link);
        return all.settings;
    }

    /** Blocks that nothing above asks for: profiles, and SSIDs that no network has. */
    static void unused(DhcpcdConf conf, Set<String> ssids, Losses losses) {
        for (DhcpcdConf.Line line : conf.lines()) {
            if (line.block().equals("profile")
                    || line.block().equals("ssid") && !ssids.contains(line.of())) {
                losses.lost(
                        "dhcpcd-" + line.block() + "-" + line.of(),
                        conf.file(),
                        line.number(),
                        line.shown(),
                        line.block().equals("profile")
                                ? "profiles are chosen by arping or fallback, which NetworkManager"
                                        + " does not have"
                                : "no known network has this name");
            }
        }
    }

    private void lost(DhcpcdConf.Line line, String why) {
        losses.lost(
                "dhcpcd-" + line.option() + line.scope(),
                conf.file(),
                line.number(),
                line.shown(),
                why);
    }

    private void line(DhcpcdConf.Line line) {
        if (!line.block().isEmpty()) {
            settings.from().add(conf.file() + ":" + line.number());
        }
        String value = line.value();
        switch (line.option()) {
            case "static" -> assignment(line);
            case "metric" -> {
                if (value.matches("\\d{1,9}")) {
                    settings.v4().set("route-metric", value);
                    settings.v6().set("route-metric", value);
                } else {
                    lost(line, "not a number");
                }
            }
            case "clientid" -> {
                byDuid = false;
                clientId = value;
            }
            case "duid" -> {
                byDuid = true;
                duid = value;
            }
            case "iaid" -> iaid(line);
            case "noipv4", "ipv6only" -> noV4 = true;
            case "noipv6", "ipv4only" -> noV6 = true;
            case "noipv6rs", "ipv6ra_noautoconf" -> noSolicit = true;
            case "nodhcp" -> noDhcp = true;
            case "noipv4ll" -> noLinkLocal = true;
            case "nogateway" -> {
                settings.v4().set("never-default", "true");
                settings.v6().set("never-default", "true");
            }
            case "slaac" -> slaac(line);
            case "hostname" -> {
                if (!value.isEmpty()) {
                    String name = value.replaceAll("^\"|\"$", "");
                    settings.v4().set("dhcp-hostname", Keyfile.escape(name));
                }
            }
            case "vendorclassid" -> {
                String name = value.replaceAll("^\"|\"$", "");
                if (!name.isEmpty()) {
                    settings.v4().set("dhcp-vendor-class-identifier", Keyfile.escape(name));
                }
            }
            case "timeout" -> {
                if (value.matches("\\d{1,9}")) {
                    // 0 is for ever there, and the default here.
                    settings.v4()
                            .set(
                                    "dhcp-timeout",
                                    value.matches("0+")
                                            ? "2147483647"
                                            : String.valueOf(Long.parseLong(value)));
                } else {
                    lost(line, "not a number of seconds");
                }
            }
            case "nooption" -> without(line);
            case "require" -> {
                if (!value.matches("dhcp_(server_identifier|message_type)")) {
                    lost(line, "NetworkManager takes an answer without it too");
                }
            }
            case "fqdn" -> {
                if (value.matches("disable")) {
                    settings.v4().set("dhcp-send-hostname", "false");
                    settings.v6().set("dhcp-send-hostname", "false");
                } else if (!value.matches("|both")) {
                    lost(line, "NetworkManager asks for both records");
                }
            }
            case "nodhcp6" ->
                    losses.told(
                            "dhcpcd-nodhcp6" + line.scope(),
                            conf.file(),
                            line.number(),
                            line.shown(),
                            "NetworkManager asks by DHCPv6 where the router says so");
            default -> {
                if (!NO_MATTER.contains(line.option())) {
                    lost(
                            line,
                            WHY.getOrDefault(line.option(), "NetworkManager has no such setting"));
                }
            }
        }
    }

    private void iaid(DhcpcdConf.Line line) {
        String value = line.value().replaceAll("^\"|\"$", "");
        byte[] bytes = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (value.matches("\\d{1,10}") && Long.parseLong(value) <= 0xffffffffL) {
            iaid = value;
        } else if (bytes.length > 0 && bytes.length <= 4) {
            iaid = DhcpIdentity.number(java.util.Arrays.copyOf(bytes, 4), 0);
        } else {
            lost(line, "neither a number nor four characters");
        }
    }

    private void slaac(DhcpcdConf.Line line) {
        if (line.value().startsWith("private")) {
            settings.v6().set("addr-gen-mode", "stable-privacy");
            losses.told(
                    "dhcpcd-slaac" + line.scope(),
                    conf.file(),
                    line.number(),
                    line.shown(),
                    "kept private, but the address that the Pi makes itself for IPv6 comes out"
                            + " differently");
        } else {
            settings.v6().set("addr-gen-mode", "eui64");
        }
        if (line.value().contains("temp")) {
            settings.v6().set("ip6-privacy", "2");
        }
    }

    private void without(DhcpcdConf.Line line) {
        for (String option : line.value().split("[\\s,]+")) {
            if (option.matches("(dhcp6_)?(domain_name_servers|name_servers)|nd_rdnss")) {
                ownDns = true;
            } else if (option.equals("routers")) {
                settings.v4().set("never-default", "true");
            } else {
                lost(line, "NetworkManager does not leave out " + option);
            }
        }
    }

    private void assignment(DhcpcdConf.Line line) {
        int eq = line.value().indexOf('=');
        String key = eq < 0 ? line.value() : line.value().substring(0, eq).strip();
        String value =
                eq < 0 ? "" : line.value().substring(eq + 1).strip().replaceAll("^\"|\"$", "");
        String[] words = value.split("[\\s,]+");
        switch (key) {
            case "ip_address", "ip6_address" -> {
                boolean v6 = key.equals("ip6_address");
                Optional<Cidr> address = Cidr.parse(value).filter(a -> a.v6() == v6);
                if (address.isEmpty()) {
                    lost(line, "not an address");
                    return;
                }
                // A second one takes the first one's place.
                settings.family(v6).addresses().clear();
                settings.family(v6).addresses().add(address.get());
                fixed |= !v6;
            }
            case "subnet_mask" -> {
                Optional<Integer> prefix = Cidr.prefix(value, false);
                Set<Cidr> addresses = settings.v4().addresses();
                if (prefix.isEmpty() || addresses.isEmpty()) {
                    lost(line, "not a netmask behind an ip_address");
                    return;
                }
                Cidr address = addresses.iterator().next();
                addresses.clear();
                addresses.add(new Cidr(address.address(), prefix.get(), false));
            }
            case "routers" -> {
                if (Cidr.isV4(words[0])) {
                    settings.v4().gateway(words[0]);
                    for (int i = 1; i < words.length; i++) {
                        lost(line, "a profile has one gateway; the first is taken");
                    }
                } else if (!value.isEmpty()) {
                    lost(line, "not an IPv4 address");
                }
            }
            case "domain_name_servers" -> {
                settings.v4().dns().clear();
                settings.v6().dns().clear();
                for (String server : words) {
                    if (Cidr.isV4(server) || Cidr.isV6(server)) {
                        settings.dns(server);
                    } else if (!server.isEmpty()) {
                        lost(line, "not an address: " + server);
                    }
                }
                ownDns = true;
            }
            case "domain_search", "domain_name" ->
                    List.of(words).stream()
                            .filter(word -> !word.isEmpty())
                            .forEach(settings.search()::add);
            case "routes", "classless_static_routes", "static_routes" -> routes(line, words);
            case "interface_mtu", "mtu" -> {
                if (value.matches("\\d{2,5}")) {
                    settings.link().put("mtu", value);
                } else {
                    lost(line, "not a size in bytes");
                }
            }
            case "host_name" -> settings.v4().set("dhcp-hostname", Keyfile.escape(value));
            case "broadcast_address" ->
                    losses.told(
                            "dhcpcd-broadcast" + line.scope(),
                            conf.file(),
                            line.number(),
                            line.shown(),
                            "NetworkManager takes the network's last address");
            default ->
                    losses.lost(
                            "dhcpcd-static-" + key + line.scope(),
                            conf.file(),
                            line.number(),
                            line.shown(),
                            "NetworkManager has no fixed value for this");
        }
    }

    private void routes(DhcpcdConf.Line line, String[] words) {
        for (int i = 0; i < words.length; i += 2) {
            Optional<Cidr> to = Cidr.parse(words[i]).filter(c -> !c.v6());
            if (to.isEmpty() || i + 1 == words.length || !Cidr.isV4(words[i + 1])) {
                lost(line, "not pairs of destination and gateway");
                return;
            }
            boolean onLink = words[i + 1].equals("0.0.0.0");
            settings.v4()
                    .routes()
                    .add(new IpSettings.Route(to.get(), onLink ? "" : words[i + 1], -1, Map.of()));
        }
    }

    private void methods(Link link) {
        if (fixed) {
            settings.v4().method("manual");
        } else if (noV4) {
            settings.v4().method("disabled");
        } else if (noDhcp) {
            settings.v4().method(noLinkLocal ? "disabled" : "link-local");
        } else if (!settings.v4().gateway().isEmpty()) {
            conf.linesFor(link.name(), "")
                    .filter(line -> line.value().startsWith("routers="))
                    .forEach(line -> lost(line, "a gateway wants an ip_address beside it"));
            settings.v4().gateway("");
        }
        boolean fixed6 = !settings.v6().addresses().isEmpty();
        if (noV6 || noSolicit) {
            settings.v6().method(fixed6 ? "manual" : "link-local");
        }
        if (conf.withoutHook("resolv.conf", link.name())) {
            settings.v4().dns().clear();
            settings.v6().dns().clear();
            ownDns = true;
            conf.linesFor(link.name(), "")
                    .filter(line -> line.option().equals("nohook"))
                    .forEach(
                            line ->
                                    lost(
                                            line,
                                            "dhcpcd leaves /etc/resolv.conf to its owner;"
                                                    + " NetworkManager does so with dns=none in"
                                                    + " [main] only"));
        }
        if (ownDns && settings.v4().dynamic()) {
            settings.v4().set("ignore-auto-dns", "true");
        }
    }

    private void identity(OldSources sources, Link link) {
        boolean lease6 = sources.hasDhcpcdLease6(link.name());
        Optional<String> known =
                DhcpIdentity.hex(duid)
                        .map(bytes -> HexFormat.ofDelimiter(":").formatHex(bytes))
                        .or(sources::dhcpcdDuid);
        if (byDuid && known.isEmpty() && settings.v4().dynamic()) {
            settings.identityUnknown(conf.file(), "duid", "dhcpcd has stored no DUID yet");
        }
        DhcpIdentity identity =
                !byDuid && !clientId.isEmpty()
                        ? DhcpIdentity.ofDhcpcd(clientId)
                        : byDuid && known.isPresent()
                                ? DhcpIdentity.byDuid(known.get(), iaid)
                                : DhcpIdentity.BY_MAC;
        if (lease6 && known.isPresent()) {
            identity = new DhcpIdentity(identity.clientId(), iaid, known.get());
        }
        identity.writeTo(settings);
    }
}
