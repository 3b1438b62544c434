package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a .network file (systemd.network(5), versions 247 to 257) says, drop-ins included, as
 * settings of a profile. A key that is not here is a loss.
 */
final class NetworkdSettings {

    /** SECTION.KEY that change nothing that NetworkManager would not do too. */
    private static final Set<String> NO_MATTER =
            Set.of(
                    "Link.RequiredForOnline",
                    "Link.RequiredFamilyForOnline",
                    "Link.Unmanaged",
                    "Network.Description",
                    "Network.DHCPServer=no",
                    "Network.IPForward=no",
                    "Network.IPMasquerade=no",
                    "Network.KeepConfiguration",
                    "Network.EmitLLDP=no",
                    "DHCPv4.UseDNS=yes",
                    "DHCPv4.UseRoutes=yes",
                    "DHCPv4.UseGateway=yes",
                    "DHCPv4.UseMTU",
                    "DHCPv4.UseHostname",
                    "DHCPv4.UseDomains",
                    "DHCPv4.UseNTP",
                    "DHCPv4.UseSIP",
                    "DHCPv4.UseCaptivePortal",
                    "DHCPv4.UseTimezone=no",
                    "DHCPv4.SendHostname=yes",
                    "DHCPv4.SendRelease",
                    "DHCPv4.RapidCommit",
                    "DHCPv4.ClientIdentifier",
                    "DHCPv4.DUIDType",
                    "DHCPv4.DUIDRawData",
                    "DHCPv4.Anonymize=no",
                    "DHCPv6.UseDNS=yes",
                    "DHCPv6.UseAddress=yes",
                    "DHCPv6.UseNTP",
                    "DHCPv6.UseHostname",
                    "DHCPv6.UseDomains",
                    "DHCPv6.DUIDType",
                    "DHCPv6.DUIDRawData",
                    "DHCPv6.RapidCommit",
                    "IPv6AcceptRA.UseDNS=yes",
                    "IPv6AcceptRA.UseDomains",
                    "IPv6AcceptRA.UseAutonomousPrefix=yes",
                    "IPv6AcceptRA.UseOnLinkPrefix=yes",
                    "IPv6AcceptRA.UseGateway=yes",
                    "IPv6AcceptRA.UseMTU",
                    "Address.Scope=global",
                    "Address.DuplicateAddressDetection",
                    "Address.AddPrefixRoute=yes",
                    "Route.Protocol",
                    "Route.Scope",
                    "Route.Type=unicast");

    private final IniFile file;
    private final Losses losses;
    private final String scope;
    private final IpSettings settings = new IpSettings();
    private String dhcp = "no";
    private Optional<Boolean> acceptRa = Optional.empty();
    private String linkLocal = "ipv6";
    private String identifier = "duid";
    private final List<String> gateways = new ArrayList<>();

    private NetworkdSettings(IniFile file, Losses losses) {
        this.file = file;
        this.losses = losses;
        this.scope =
                file.file()
                        .substring(file.file().lastIndexOf('/') + 1)
                        .replaceFirst("\\.network$", "");
    }

    static IpSettings of(OldSources sources, IniFile file, Link link, Losses losses) {
        NetworkdSettings all = new NetworkdSettings(file, losses);
        // What networkd makes of a router's prefix by itself.
        all.settings.v6().set("addr-gen-mode", "eui64");
        all.read();
        all.methods();
        all.identity(sources, link);
        return all.settings;
    }

    private void read() {
        settings.from().add(file.file());
        for (IniFile.Fault fault : file.faults()) {
            losses.lost(
                    "networkd-fault-" + scope,
                    fault.file(),
                    fault.line(),
                    "",
                    fault.what() + ", which networkd passes over");
        }
        Map<Integer, List<IniFile.Entry>> blocks = new TreeMap<>();
        for (IniFile.Entry e : file.entries()) {
            if (!file.file().equals(e.file()) && !settings.from().contains(e.file())) {
                settings.from().add(e.file());
            }
            if (e.section().matches("Address|Route")) {
                blocks.computeIfAbsent(e.block(), b -> new ArrayList<>()).add(e);
            } else if (!e.section().equals("Match")) {
                entry(e);
            }
        }
        for (List<IniFile.Entry> block : blocks.values()) {
            if (block.get(0).section().equals("Address")) {
                address(block);
            } else {
                route(block);
            }
        }
    }

    private void lost(IniFile.Entry e, String why) {
        losses.lost(
                "networkd-" + e.section() + "-" + e.key() + "-" + scope,
                e.file(),
                e.line(),
                e.key() + "=" + e.value(),
                why);
    }

    private void unknown(IniFile.Entry e) {
        String section = e.section().equals("DHCP") ? "DHCPv4" : e.section();
        String name = section + "." + e.key();
        if (!NO_MATTER.contains(name) && !NO_MATTER.contains(name + "=" + truth(e.value()))) {
            lost(e, "a NetworkManager profile has no such setting, or netfix does not know it");
        }
    }

    /** systemd's four spellings of each. */
    private static String truth(String value) {
        return value.matches("(?i)yes|true|on|1|y|t")
                ? "yes"
                : value.matches("(?i)no|false|off|0|n|f") ? "no" : value;
    }

    private void entry(IniFile.Entry e) {
        String value = e.value();
        String truth = truth(value);
        switch (e.section() + "." + e.key()) {
            case "Link.MTUBytes" -> {
                if (value.matches("\\d{2,5}")) {
                    settings.link().put("mtu", value);
                } else {
                    lost(e, "not a plain number of bytes");
                }
            }
            case "Link.MACAddress" ->
                    settings.link().put("cloned-mac-address", value.replace('-', ':'));
            case "Link.ActivationPolicy" -> {
                if (value.matches("manual|down|always-down")) {
                    settings.connection().put("autoconnect", "false");
                } else if (!value.matches("up|always-up")) {
                    lost(e, "NetworkManager brings it up, or leaves it alone");
                }
            }
            case "Network.DHCP" ->
                    dhcp =
                            switch (truth) {
                                case "both" -> "yes";
                                case "v4" -> "ipv4";
                                case "v6" -> "ipv6";
                                default -> truth;
                            };
            case "Network.Address" -> anAddress(e);
            case "Network.Gateway" -> {
                if (value.isEmpty()) {
                    gateways.clear();
                } else if (Cidr.isV4(value) || Cidr.isV6(value)) {
                    gateways.add(value);
                    gateway(e, value);
                } else {
                    lost(e, "only an address can be a profile's gateway");
                }
            }
            case "Network.DNS" -> dns(e);
            case "Network.Domains" -> {
                if (value.isEmpty()) {
                    settings.search().clear();
                } else {
                    settings.search().addAll(List.of(value.split("\\s+")));
                }
            }
            case "Network.LinkLocalAddressing" -> linkLocal = truth;
            case "Network.IPv6AcceptRA", "Network.IPv6AcceptRouterAdvertisements" ->
                    acceptRa = Optional.of(truth.equals("yes"));
            case "Network.IPv6PrivacyExtensions" ->
                    choice(
                            e,
                            true,
                            "ip6-privacy",
                            Map.of("no", "0", "prefer-public", "1", "yes", "2"));
            case "Network.IPv6LinkLocalAddressGenerationMode" ->
                    choice(
                            e,
                            true,
                            "addr-gen-mode",
                            Map.of("eui64", "eui64", "stable-privacy", "stable-privacy"));
            case "Network.LLDP" -> connection(e, "lldp", Map.of("no", "0", "yes", "1"));
            case "Network.LLMNR" ->
                    connection(e, "llmnr", Map.of("no", "0", "resolve", "1", "yes", "2"));
            case "Network.MulticastDNS" ->
                    connection(e, "mdns", Map.of("no", "0", "resolve", "1", "yes", "2"));
            case "Network.DNSOverTLS" ->
                    connection(
                            e, "dns-over-tls", Map.of("no", "0", "opportunistic", "1", "yes", "2"));
            case "DHCPv4.ClientIdentifier", "DHCP.ClientIdentifier" -> identifier = value;
            case "DHCPv4.IAID", "DHCP.IAID" -> settings.v4().set("dhcp-iaid", value);
            case "DHCPv6.IAID" -> settings.v6().set("dhcp-iaid", value);
            case "DHCPv4.RouteMetric" -> metric(e, settings.v4());
            case "DHCP.RouteMetric" -> {
                metric(e, settings.v4());
                metric(e, settings.v6());
            }
            case "IPv6AcceptRA.RouteMetric" -> metric(e, settings.v6());
            case "DHCPv4.UseDNS" -> ifNo(e, settings.v4(), "ignore-auto-dns");
            case "DHCPv6.UseDNS", "IPv6AcceptRA.UseDNS" ->
                    ifNo(e, settings.v6(), "ignore-auto-dns");
            case "DHCP.UseDNS" -> {
                ifNo(e, settings.v4(), "ignore-auto-dns");
                ifNo(e, settings.v6(), "ignore-auto-dns");
            }
            case "DHCPv4.UseRoutes", "DHCP.UseRoutes" ->
                    ifNo(e, settings.v4(), "ignore-auto-routes");
            case "DHCPv4.UseGateway", "DHCP.UseGateway" -> ifNo(e, settings.v4(), "never-default");
            case "IPv6AcceptRA.UseGateway" -> ifNo(e, settings.v6(), "never-default");
            case "DHCPv4.SendHostname", "DHCP.SendHostname" -> {
                if (truth.equals("no")) {
                    settings.v4().set("dhcp-send-hostname", "false");
                }
            }
            case "DHCPv4.Hostname", "DHCP.Hostname" ->
                    settings.v4().set("dhcp-hostname", Keyfile.escape(value));
            case "DHCPv4.VendorClassIdentifier", "DHCP.VendorClassIdentifier" ->
                    settings.v4().set("dhcp-vendor-class-identifier", Keyfile.escape(value));
            case "IPv6AcceptRA.Token" -> token(e);
            case "Network.IPv6Token" -> token(e);
            default -> unknown(e);
        }
    }

    private void choice(IniFile.Entry e, boolean v6, String key, Map<String, String> values) {
        String value = values.get(truth(e.value()));
        if (value == null) {
            lost(e, "NetworkManager does not know this value");
        } else {
            settings.family(v6).set(key, value);
        }
    }

    private void connection(IniFile.Entry e, String key, Map<String, String> values) {
        String value = values.get(truth(e.value()));
        if (value == null) {
            lost(e, "NetworkManager does not know this value");
        } else {
            settings.connection().put(key, value);
        }
    }

    private void metric(IniFile.Entry e, IpSettings.Family family) {
        if (e.value().matches("\\d{1,9}")) {
            family.set("route-metric", e.value());
        } else {
            lost(e, "not a number");
        }
    }

    private void ifNo(IniFile.Entry e, IpSettings.Family family, String key) {
        String truth = truth(e.value());
        if (truth.equals("no")) {
            family.set(key, "true");
        } else if (!truth.equals("yes")) {
            lost(e, "NetworkManager knows yes and no here");
        }
    }

    private void token(IniFile.Entry e) {
        String token = e.value().replaceFirst("^static:", "");
        if (e.value().equals("eui64")) {
            settings.v6().set("addr-gen-mode", "eui64");
        } else if (Cidr.isV6(token)) {
            settings.v6().set("addr-gen-mode", "eui64").set("token", token);
        } else {
            lost(e, "NetworkManager has no such way to choose an address");
        }
    }

    private void dns(IniFile.Entry e) {
        if (e.value().isEmpty()) {
            settings.v4().dns().clear();
            settings.v6().dns().clear();
            return;
        }
        for (String server : e.value().split("\\s+")) {
            if (Cidr.isV4(server) || Cidr.isV6(server)) {
                settings.dns(server);
            } else {
                lost(e, "a profile's name server is an address only: " + server);
            }
        }
    }

    private void gateway(IniFile.Entry e, String value) {
        IpSettings.Family family = settings.family(value.indexOf(':') >= 0);
        if (family.gateway().isEmpty()) {
            family.gateway(value);
        } else if (!family.gateway().equals(value)) {
            lost(e, "a profile has one gateway; the first is taken");
        }
    }

    private void anAddress(IniFile.Entry e) {
        Optional<Cidr> address = Cidr.parse(e.value());
        if (address.isEmpty() || e.value().startsWith("0.0.0.0") || e.value().startsWith("::/")) {
            lost(e, "only an address of one's own can be carried, no choice from a pool");
            return;
        }
        settings.family(address.get().v6()).addresses().add(address.get().host());
    }

    private void address(List<IniFile.Entry> block) {
        for (IniFile.Entry e : block) {
            if (e.key().equals("Address")) {
                anAddress(e);
            } else {
                unknown(e);
            }
        }
    }

    private void route(List<IniFile.Entry> block) {
        Map<String, IniFile.Entry> keys = new LinkedHashMap<>();
        block.forEach(e -> keys.put(e.key(), e));
        String gateway = keys.containsKey("Gateway") ? keys.get("Gateway").value() : "";
        if (!gateway.isEmpty() && !Cidr.isV4(gateway) && !Cidr.isV6(gateway)) {
            lost(keys.get("Gateway"), "a route's gateway is an address only");
            return;
        }
        boolean v6 = gateway.indexOf(':') >= 0;
        Optional<Cidr> to =
                Cidr.parse(
                        keys.containsKey("Destination")
                                ? keys.get("Destination").value()
                                : v6 ? "::/0" : "0.0.0.0/0");
        long metric = -1;
        Map<String, String> options = new LinkedHashMap<>();
        for (IniFile.Entry e : block) {
            String value = e.value();
            switch (e.key()) {
                case "Gateway", "Destination" -> {}
                case "Metric", "Priority" -> {
                    if (value.matches("\\d{1,9}")) {
                        metric = Long.parseLong(value);
                    } else {
                        lost(e, "not a number");
                    }
                }
                case "Table" -> {
                    if (value.matches("\\d{1,9}")) {
                        options.put("table", value);
                    } else if (!value.equals("main")) {
                        lost(e, "NetworkManager knows tables by number");
                    }
                }
                case "PreferredSource" -> options.put("src", value);
                case "Source" -> options.put("from", value);
                case "MTUBytes" -> options.put("mtu", value);
                case "GatewayOnLink", "GatewayOnlink" -> {
                    if (truth(value).equals("yes")) {
                        options.put("onlink", "true");
                    }
                }
                default -> unknown(e);
            }
        }
        if (to.isEmpty() || !gateway.isEmpty() && to.get().v6() != v6) {
            lost(block.get(0), "not a destination of the gateway's kind");
            return;
        }
        IpSettings.Family family = settings.family(to.get().v6());
        boolean isDefault = to.get().prefix() == 0;
        if (isDefault
                && metric < 0
                && options.isEmpty()
                && !gateway.isEmpty()
                && family.gateway().isEmpty()
                && !family.addresses().isEmpty()) {
            family.gateway(gateway);
        } else {
            family.routes().add(new IpSettings.Route(to.get(), gateway, metric, options));
        }
    }

    private void methods() {
        boolean dhcp4 = dhcp.matches("yes|ipv4");
        boolean dhcp6 = dhcp.matches("yes|ipv6");
        boolean local4 = linkLocal.matches("yes|ipv4|fallback|ipv4-fallback");
        boolean local6 = linkLocal.matches("yes|ipv6");
        IpSettings.Family v4 = settings.v4();
        IpSettings.Family v6 = settings.v6();
        v4.method(
                dhcp4
                        ? "auto"
                        : !v4.addresses().isEmpty()
                                ? "manual"
                                : local4 ? "link-local" : "disabled");
        // systemd.network(5): on wherever link-local addressing is on for IPv6.
        boolean routerAdvertisements = acceptRa.orElse(local6);
        v6.method(
                routerAdvertisements
                        ? "auto"
                        : dhcp6
                                ? "dhcp"
                                : !v6.addresses().isEmpty()
                                        ? "manual"
                                        : local6 ? "link-local" : "disabled");
        for (IpSettings.Family family : List.of(v4, v6)) {
            if (!family.gateway().isEmpty() && family.addresses().isEmpty()) {
                // Without an address of its own a profile's gateway is refused; a route is not.
                boolean six = family == v6;
                family.routes()
                        .add(
                                new IpSettings.Route(
                                        new Cidr(six ? "::" : "0.0.0.0", 0, six),
                                        family.gateway(),
                                        -1,
                                        Map.of()));
                family.gateway("");
            }
        }
    }

    private void identity(OldSources sources, Link link) {
        if (!settings.dynamic() && !settings.v6().dynamic()) {
            return;
        }
        Optional<DhcpIdentity> known = sources.networkdIdentity(link);
        if (identifier.equals("mac")) {
            DhcpIdentity.BY_MAC.writeTo(settings);
        } else if (known.isPresent()) {
            known.get().writeTo(settings);
        } else if (settings.v4().dynamic()) {
            // NetworkManager makes the same DUID from /etc/machine-id; the IAID is networkd's hash
            // of a name that only udev knows, so without a lease to read it off it may differ.
            settings.v4().set("dhcp-client-id", "duid");
            settings.identityUnknown(
                    file.file(),
                    "DHCP=" + dhcp,
                    "no lease of networkd's to read the client-id from");
        }
    }
}
