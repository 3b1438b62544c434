package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the stanzas of interfaces(5) say of one interface, as settings of a profile. */
final class IfupdownSettings {

    /** Options that name what NetworkManager knows anyway, or only concern ifupdown. */
    private static final Set<String> NO_MATTER =
            Set.of(
                    "network",
                    "wpa-driver",
                    "wpa-ap-scan",
                    "wpa-debug-level",
                    "wpa-iface",
                    "wpa-conf",
                    "wpa-roam",
                    "description");

    private final Losses losses;
    private final IpSettings settings = new IpSettings();
    private final List<WpaSupplicantConf.Entry> wireless = new ArrayList<>();
    private Interfaces.Stanza stanza;
    private boolean six;

    /** Who it is to DHCP. */
    private String client = "";

    private IfupdownSettings(Losses losses) {
        this.losses = losses;
    }

    /**
     * @param network what {@code wpa-…} and {@code wireless-…} options make up, empty where they
     *     name none
     */
    record Result(IpSettings settings, Optional<WpaSupplicantConf.Network> network) {}

    /**
     * @param stanzas those of one interface, {@code eth0:1} among those of eth0
     */
    static Result of(
            OldSources sources, Link link, List<Interfaces.Stanza> stanzas, Losses losses) {
        IfupdownSettings all = new IfupdownSettings(losses);
        all.settings.v4().method("disabled");
        // ifupdown leaves IPv6 to the kernel, which takes what routers announce.
        all.settings.v6().method("auto").set("addr-gen-mode", "eui64");
        for (Interfaces.Stanza stanza : stanzas) {
            all.stanza(stanza);
        }
        all.identity(sources, link);
        Optional<WpaSupplicantConf.Network> network = Optional.empty();
        if (all.wireless.stream().anyMatch(e -> e.key().equals("ssid"))) {
            Interfaces.Stanza first = stanzas.get(0);
            network =
                    Optional.of(
                            new WpaSupplicantConf.Network(
                                    first.file(), first.line(), List.copyOf(all.wireless)));
        }
        return new Result(all.settings, network);
    }

    /** Mappings and the like, which choose stanzas by a script. */
    static void others(Interfaces interfaces, Losses losses) {
        for (Interfaces.Option o : interfaces.others()) {
            losses.lost(
                    "ifupdown-" + o.key(),
                    o.file(),
                    o.line(),
                    o.shown(),
                    "NetworkManager has nothing like it");
        }
    }

    private void lost(Interfaces.Option o, String why) {
        losses.lost(
                "ifupdown-" + o.key() + "-" + stanza.name(), o.file(), o.line(), o.shown(), why);
    }

    private void stanza(Interfaces.Stanza of) {
        stanza = of;
        six = of.family().equals("inet6");
        settings.from().add(of.place());
        IpSettings.Family family = settings.family(six);
        switch (of.family() + " " + of.method()) {
            case "inet dhcp", "inet6 auto" -> family.method("auto");
            case "inet6 dhcp" -> family.method("dhcp");
            case "inet static", "inet6 static" -> {
                if (!family.dynamic() || six) {
                    family.method("manual");
                }
            }
            case "inet manual", "inet6 manual", "inet loopback", "inet6 loopback" -> {}
            case "inet ipv4ll" -> family.method("link-local");
            default ->
                    losses.lost(
                            "ifupdown-" + of.method() + "-" + of.name(),
                            of.file(),
                            of.line(),
                            "iface " + of.name() + " " + of.family() + " " + of.method(),
                            "NetworkManager has no such method, or netfix does not know it");
        }
        boolean fixed = of.method().equals("static");
        if (fixed) {
            address(of);
        }
        for (Interfaces.Option o : of.options()) {
            if (!(fixed && o.key().matches("address|netmask"))) {
                option(o);
            }
        }
    }

    private void address(Interfaces.Stanza of) {
        Optional<Interfaces.Option> written = of.last("address");
        Optional<Cidr> address = written.flatMap(o -> Cidr.parse(o.value()));
        Optional<Interfaces.Option> mask = of.last("netmask");
        if (address.isEmpty() || address.get().v6() != six) {
            losses.lost(
                    "ifupdown-address-" + of.name(),
                    of.file(),
                    written.map(Interfaces.Option::line).orElse(of.line()),
                    written.map(Interfaces.Option::shown).orElse("iface " + of.name()),
                    "a static stanza without an address that can be read");
            return;
        }
        Cidr full = address.get();
        if (full.prefix() < 0 && mask.isPresent()) {
            Optional<Integer> prefix = Cidr.prefix(mask.get().value(), six);
            if (prefix.isEmpty()) {
                lost(mask.get(), "not a netmask");
                return;
            }
            full = new Cidr(full.address(), prefix.get(), six);
        }
        settings.family(six).addresses().add(full.withPrefix());
    }

    private void option(Interfaces.Option o) {
        String value = o.value();
        IpSettings.Family family = settings.family(six);
        String key = o.key();
        if (key.startsWith("wpa-") && !NO_MATTER.contains(key)) {
            wpa(o);
            return;
        }
        switch (key) {
            case "gateway" -> {
                if (!(six ? Cidr.isV6(value) : Cidr.isV4(value))) {
                    lost(o, "only an address can be a profile's gateway");
                } else if (family.addresses().isEmpty()) {
                    lost(o, "a gateway wants an address beside it");
                } else if (family.gateway().isEmpty()) {
                    family.gateway(value);
                } else if (!family.gateway().equals(value)) {
                    lost(o, "a profile has one gateway; the first is taken");
                }
            }
            case "dns-nameservers", "dns-nameserver" -> {
                for (String server : value.split("\\s+")) {
                    if (Cidr.isV4(server) || Cidr.isV6(server)) {
                        settings.dns(server);
                    } else {
                        lost(o, "not an address: " + server);
                    }
                }
            }
            case "dns-search", "dns-domain" ->
                    settings.search().addAll(List.of(value.split("\\s+")));
            case "metric" -> {
                if (value.matches("\\d{1,9}")) {
                    family.set("route-metric", value);
                } else {
                    lost(o, "not a number");
                }
            }
            case "mtu" -> {
                if (value.matches("\\d{2,5}")) {
                    settings.link().put("mtu", value);
                } else {
                    lost(o, "not a size in bytes");
                }
            }
            case "hwaddress" -> {
                String mac = value.replaceFirst("^ether\\s+", "");
                if (mac.matches("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|random")) {
                    settings.link()
                            .put(
                                    "cloned-mac-address",
                                    mac.toUpperCase(Locale.ROOT).replace("RANDOM", "random"));
                } else {
                    lost(o, "not a MAC address");
                }
            }
            case "client" -> client = value;
            case "hostname" -> family.set("dhcp-hostname", Keyfile.escape(value));
            case "vendor" -> family.set("dhcp-vendor-class-identifier", Keyfile.escape(value));
            case "privext" -> {
                if (value.matches("[012]")) {
                    settings.v6().set("ip6-privacy", value);
                } else {
                    lost(o, "not 0, 1 or 2");
                }
            }
            case "accept_ra" -> {
                boolean manual = settings.v6().method().equals("manual");
                if (value.equals("0") && !manual) {
                    settings.v6()
                            .method(settings.v6().addresses().isEmpty() ? "link-local" : "manual");
                } else if (value.matches("[12]") && manual) {
                    settings.v6().method("auto");
                }
            }
            case "autoconf" -> {
                if (value.equals("1")) {
                    settings.v6().method("auto");
                }
            }
            case "dhcp" -> {
                // With "auto", DHCP follows where the router says so; NetworkManager does that.
                if (!value.matches("[01]")) {
                    lost(o, "not 0 or 1");
                }
            }
            case "broadcast" ->
                    losses.told(
                            "ifupdown-broadcast-" + stanza.name(),
                            o.file(),
                            o.line(),
                            o.shown(),
                            "NetworkManager takes the network's last address");
            case "wireless-essid" ->
                    wireless.add(
                            new WpaSupplicantConf.Entry(o.line(), "ssid", "\"" + value + "\""));
            case "wireless-mode" -> {
                if (!value.equalsIgnoreCase("managed")) {
                    lost(o, "not a client of an access point; netfix carries clients only");
                }
            }
            case "wireless-key", "wireless-key1" -> {
                boolean text = value.startsWith("s:");
                wireless.add(
                        new WpaSupplicantConf.Entry(
                                o.line(),
                                "wep_key0",
                                text ? "\"" + value.substring(2) + "\"" : value.replace("-", "")));
            }
            default -> {
                if (key.matches("(pre-)?up|post-up|(pre-)?down|post-down")) {
                    lost(
                            o,
                            "a profile runs no commands; a script in"
                                    + " /etc/NetworkManager/dispatcher.d can");
                } else if (!NO_MATTER.contains(key)) {
                    lost(o, "a NetworkManager profile has no such setting");
                }
            }
        }
    }

    /**
     * {@code wpa-KEY-WORD VALUE} is wpa_supplicant's {@code key_word=VALUE}; ifupdown's script of
     * wpasupplicant (functions.sh) puts the quotes round what is text where they are missing.
     */
    private void wpa(Interfaces.Option o) {
        String key = o.key().substring(4).replace('-', '_');
        boolean text =
                key.matches(
                        "ssid|(anonymous_)?identity|password|phase[12]|ca_cert2?|client_cert2?"
                                + "|private_key2?|private_key2?_passwd|ca_path2?|pac_file"
                                + "|(alt)?subject_match2?|domain_(suffix_)?match2?");
        boolean hex = o.value().matches("[0-9A-Fa-f]{64}");
        boolean key5or13 = o.value().matches("[0-9A-Fa-f]{10}|[0-9A-Fa-f]{26}");
        boolean quote =
                text
                        || key.matches("psk|sae_password") && !hex
                        || key.startsWith("wep_key") && !key5or13;
        String value =
                quote && !SupplicantValue.isQuoted(o.value()) ? "\"" + o.value() + "\"" : o.value();
        wireless.add(new WpaSupplicantConf.Entry(o.line(), key, value));
    }

    private void identity(OldSources sources, Link link) {
        Optional<String> duid6 =
                settings.v6().method().equals("dhcp")
                        ? sources.dhclientDuid(link.name(), true)
                        : Optional.empty();
        DhcpIdentity four = settings.v4().dynamic() ? four(sources, link) : DhcpIdentity.BY_MAC;
        boolean one = four.duid().isEmpty() && duid6.isPresent();
        (one ? new DhcpIdentity(four.clientId(), "mac", duid6.get()) : four).writeTo(settings);
    }

    /** Who it was to its DHCPv4 server, by the program that ifup found (ifupdown's inet.defn). */
    private DhcpIdentity four(OldSources sources, Link link) {
        boolean never = client.equals("no");
        if (!sources.hasDhclientLease(link.name()) && !client.isEmpty()) {
            // Only dhcpcd and udhcpc get it.
            return never ? DhcpIdentity.BY_MAC : DhcpIdentity.ofDhcpcd(client);
        }
        if (!sources.hasDhclientLease(link.name()) && sources.hasDhcpcdLease(link.name())) {
            boolean byDuid =
                    sources.dhcpcd().lines().stream().anyMatch(l -> l.option().equals("duid"));
            return sources.dhcpcdDuid()
                    .filter(duid -> byDuid)
                    .map(duid -> DhcpIdentity.byDuid(duid, "mac"))
                    .orElse(DhcpIdentity.BY_MAC);
        }
        DhcpIdentity told =
                sources.dhclientDuid(link.name(), false)
                        .filter(duid -> !never)
                        .map(duid -> DhcpIdentity.byDuid(duid, "mac"))
                        .orElse(DhcpIdentity.BY_MAC);
        Optional<DhcpIdentity> identity = DhcpIdentity.ofDhclient(sources.dhclientConf(), told);
        if (identity.isEmpty()) {
            settings.identityUnknown(
                    "/etc/dhcp/dhclient.conf",
                    "send dhcp-client-identifier",
                    "only dhclient can work out this client-id");
        }
        return identity.orElse(DhcpIdentity.BY_MAC);
    }
}
