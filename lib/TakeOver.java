package netfix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What has to be in NetworkManager before the other managers go: a profile for all that they were
 * told to do, and by name whatever a profile cannot do. Decides only; it reads and writes nothing.
 *
 * @param profiles to be written; none takes the place of a file
 * @param covered who has been taken over on which interface, and by which profiles
 * @param losses what somebody wrote on purpose and would not get: the plan stops at them
 * @param told what will be a little different, without being asked about
 * @param country of the wpa_supplicant configurations that are in use; the radio's rules need it
 * @param netplan what netplan configures for networkd. Not converted: its files are written anew at
 *     every boot, {@code renderer: NetworkManager} in its YAML is the way
 */
public record TakeOver(
        List<NewProfile> profiles,
        List<Covered> covered,
        List<Loss> losses,
        List<Loss> told,
        Optional<String> country,
        List<Netplanned> netplan) {

    /**
     * An interface that netplan configures for networkd.
     *
     * @param link its name; on a card what netplan calls it, which is its name where it says
     *     nothing else
     * @param device in NetworkManager's words (NetworkManager.conf(5), "Device List Format")
     * @param identity who it is to its DHCP servers, by NetworkManager's names ({@code
     *     ipv4.dhcp-client-id}); empty where it asks none
     */
    public record Netplanned(String link, String device, Map<String, String> identity) {

        Netplanned(String link, Map<String, String> identity) {
            this(link, "interface-name:" + link, identity);
        }
    }

    /**
     * @param owner dhcpcd, systemd-networkd, ifupdown or wpa_supplicant
     * @param files of the profiles that do its work, new ones and ones that were there; empty where
     *     nothing takes its place
     */
    public record Covered(String owner, String link, List<String> files) {}

    TakeOver with(List<Netplanned> more, Losses with) {
        List<Netplanned> all = new ArrayList<>(netplan);
        more.stream()
                .filter(one -> all.stream().noneMatch(n -> n.link().equals(one.link())))
                .forEach(all::add);
        List<Loss> lost = new ArrayList<>(losses);
        lost.addAll(with.stopping());
        List<Loss> different = new ArrayList<>(told);
        different.addAll(with.told());
        return new TakeOver(
                profiles,
                covered,
                List.copyOf(lost),
                List.copyOf(different),
                country,
                List.copyOf(all));
    }

    TakeOver telling(List<Loss> more) {
        List<Loss> all = new ArrayList<>(told);
        all.addAll(more);
        return new TakeOver(profiles, covered, losses, List.copyOf(all), country, netplan);
    }

    static TakeOver from(Snapshot snapshot, OldSources sources) {
        return from(Standing.of(snapshot), sources);
    }

    static TakeOver from(Standing standing, OldSources sources) {
        return new Making(standing, sources).make();
    }

    /** What one manager says of one interface. */
    private record Claim(Manager manager, IpSettings settings) {}

    private static final class Making {

        private static final String GENERIC = "/etc/wpa_supplicant/wpa_supplicant.conf";

        private final Standing standing;
        private final OldSources sources;
        private final Losses losses = new Losses();
        private final List<NewProfile> profiles = new ArrayList<>();
        private final Map<String, Covered> covered = new LinkedHashMap<>();
        private final Map<String, Keyfile> made = new LinkedHashMap<>();
        private final Set<String> ids = new HashSet<>();
        private final Set<UUID> uuids = new HashSet<>();
        private final Set<String> fileNames = new HashSet<>();
        private final Set<String> ssids = new HashSet<>();
        private final Map<String, Netplanned> netplan = new TreeMap<>();
        private Optional<String> country = Optional.empty();

        Making(Standing standing, OldSources sources) {
            this.standing = standing;
            this.sources = sources;
            sources.taken().forEach(name -> fileNames.add(name.toLowerCase(Locale.ROOT)));
            for (Keyfile there : sources.keyfiles().values()) {
                ids.add(Profile.unescape(there.get("connection", "id")));
            }
        }

        TakeOver make() {
            for (String reason : sources.unreadable()) {
                losses.lost("unreadable-" + reason, reason, 0, "", "what it says is not known");
            }
            for (Link link : links()) {
                switch (link.kind()) {
                    case WIFI -> wifi(link);
                    case WIRED -> wired(link);
                    case VIRTUAL, LOOPBACK -> made(link);
                }
            }
            if (standing.going().contains(Manager.NETWORKD)) {
                networkdWithoutLink();
                for (String file : sources.netdevs()) {
                    losses.lost(
                            "networkd-" + file.substring(file.lastIndexOf('/') + 1),
                            file,
                            0,
                            "",
                            "netfix carries wired and Wi-Fi interfaces, none that are made");
                }
            }
            if (standing.going().contains(Manager.DHCPCD)) {
                DhcpcdSettings.unused(sources.dhcpcd(), ssids, losses);
            }
            if (standing.going().contains(Manager.IFUPDOWN)) {
                IfupdownSettings.others(sources.interfaces(), losses);
            }
            return new TakeOver(
                    List.copyOf(profiles),
                    List.copyOf(covered.values()),
                    losses.stopping(),
                    losses.told(),
                    country,
                    List.copyOf(netplan.values()));
        }

        /**
         * Those that are there, and those that only the configuration knows: a stick in a drawer.
         */
        private List<Link> links() {
            List<Link> all = new ArrayList<>(standing.links());
            Set<String> known = new HashSet<>();
            all.forEach(link -> known.add(link.name()));
            Map<String, String> named = new LinkedHashMap<>();
            if (standing.going().contains(Manager.DHCPCD)) {
                sources.dhcpcd().named().forEach(name -> named.putIfAbsent(name, Dhcpcd.CONF));
            }
            if (standing.going().contains(Manager.NETWORKD)) {
                for (IniFile file : sources.networkd().files()) {
                    if (waits(file)) {
                        onlyName(file).ifPresent(name -> named.putIfAbsent(name, file.file()));
                    }
                }
            }
            if (standing.going().contains(Manager.IFUPDOWN)) {
                for (Interfaces.Stanza stanza : sources.interfaces().stanzas()) {
                    if (stanza.configures() || stanza.last("wpa-conf").isPresent()) {
                        named.putIfAbsent(base(stanza.name()), stanza.file());
                    }
                }
            }
            named.forEach(
                    (name, file) -> {
                        if (known.contains(name) || name.equals("lo")) {
                            return;
                        }
                        if (name.matches("(eth|en|wl|usb)[a-z0-9_]*")) {
                            all.add(absent(name));
                        } else {
                            losses.lost(
                                    "interface-" + name,
                                    file,
                                    0,
                                    "interface " + name,
                                    "netfix carries wired and Wi-Fi interfaces only");
                        }
                    });
            return all;
        }

        private static String base(String name) {
            int colon = name.indexOf(':');
            return colon < 0 ? name : name.substring(0, colon);
        }

        private static Link absent(String name) {
            return new Link(
                    0,
                    name,
                    name.startsWith("wl") ? Link.Kind.WIFI : Link.Kind.WIRED,
                    "",
                    Set.of(),
                    "",
                    Optional.empty(),
                    "",
                    "",
                    List.of());
        }

        private List<Interfaces.Stanza> stanzas(Link link) {
            return standing.going().contains(Manager.IFUPDOWN)
                    ? sources.interfaces().stanzas().stream()
                            .filter(s -> base(s.name()).equals(link.name()))
                            .toList()
                    : List.of();
        }

        private List<Claim> claims(Link link, String ssid) {
            List<Claim> claims = new ArrayList<>();
            if (standing.leaves(Manager.NETWORKD, link)) {
                Optional<IniFile> file = sources.networkd().fileFor(link);
                if (file.isPresent() && OldSources.byNetplan(file.get())) {
                    netplan.computeIfAbsent(link.name(), name -> netplanned(file.get(), link));
                } else {
                    file.ifPresent(
                            f ->
                                    claims.add(
                                            new Claim(
                                                    Manager.NETWORKD,
                                                    NetworkdSettings.of(
                                                            sources, f, link, losses))));
                }
            }
            if (standing.leaves(Manager.DHCPCD, link)) {
                if (sources.dhcpcd().allows(link.name())) {
                    claims.add(
                            new Claim(
                                    Manager.DHCPCD,
                                    DhcpcdSettings.of(sources, link, ssid, losses)));
                }
            }
            List<Interfaces.Stanza> stanzas = stanzas(link);
            if (stanzas.stream().anyMatch(Interfaces.Stanza::configures)) {
                IpSettings settings =
                        IfupdownSettings.of(sources, link, stanzas, losses).settings();
                if (stanzas.stream().noneMatch(s -> sources.interfaces().atBoot(s.name()))) {
                    settings.connection().put("autoconnect", "false");
                }
                claims.add(new Claim(Manager.IFUPDOWN, settings));
            }
            // He who has configured it comes first, then he who was asked first above.
            claims.sort(Comparator.comparing(claim -> !standing.holds(claim.manager(), link)));
            return claims;
        }

        /**
         * What the file says is netplan's to say again, for NetworkManager; who the interface was
         * to a DHCP server is not in netplan's YAML.
         */
        private Netplanned netplanned(IniFile file, Link link) {
            IpSettings settings = NetworkdSettings.of(sources, file, link, new Losses());
            tellIdentity(link, settings);
            return new Netplanned(link.name(), settings.identity());
        }

        /**
         * One profile for all who claimed the interface. Of several who ask by DHCP one can go on
         * asking; fixed addresses are all kept.
         */
        private IpSettings merged(Link link, List<Claim> claims) {
            Claim first =
                    claims.stream()
                            .filter(c -> c.settings().dynamic())
                            .findFirst()
                            .orElse(claims.get(0));
            boolean held = standing.holds(Manager.NETWORKMANAGER, link);
            for (Claim claim : claims) {
                if (claim == first) {
                    continue;
                }
                first.settings().addStatic(claim.settings());
                if (claim.settings().dynamic()) {
                    tellSecond(link, claim.manager());
                }
            }
            if (held && !first.settings().v4().dynamic()) {
                // NetworkManager had an address of its own there, most likely by DHCP.
                first.settings().v4().method("auto");
            }
            for (boolean v6 : new boolean[] {false, true}) {
                IpSettings.Family family = first.settings().family(v6);
                if (!family.routed() && !family.dns().isEmpty()) {
                    losses.told(
                            "dns-" + (v6 ? "ipv6-" : "ipv4-") + link.name(),
                            first.settings().from().get(0),
                            0,
                            String.join(" ", family.dns()),
                            "without an address of its kind no name server is asked");
                }
            }
            tellIdentity(link, first.settings());
            return first.settings();
        }

        private void tellIdentity(Link link, IpSettings settings) {
            settings.identityUnknown()
                    .ifPresent(
                            unknown ->
                                    losses.told(
                                            "dhcp-identity-" + link.name(),
                                            unknown.file(),
                                            0,
                                            unknown.text(),
                                            unknown.why()
                                                    + ": the router may give another address"));
        }

        private void tellSecond(Link link, Manager manager) {
            losses.told(
                    "second-address-" + manager + "-" + link.name(),
                    manager.unit(),
                    0,
                    link.name() + " by DHCP",
                    "two managers each had an address here; the one that "
                            + manager
                            + " asked for goes");
        }

        /** A bridge that holds the wire, and the like: a profile would have to make it first. */
        private void made(Link link) {
            for (Claim claim : claims(link, "")) {
                List<String> from = claim.settings().from();
                losses.lost(
                        "interface-" + link.name() + "-" + claim.manager(),
                        from.isEmpty() ? Dhcpcd.CONF : from.get(0).replaceFirst(":\\d+$", ""),
                        0,
                        "interface " + link.name(),
                        "netfix carries wired and Wi-Fi interfaces only");
            }
        }

        private void wired(Link link) {
            List<Claim> claims = claims(link, "");
            if (claims.isEmpty()) {
                return;
            }
            boolean fixed = claims.stream().anyMatch(c -> c.settings().hasAddresses());
            if (standing.holds(Manager.NETWORKMANAGER, link) && !fixed) {
                claims.forEach(claim -> tellSecond(link, claim.manager()));
                return;
            }
            IpSettings settings = merged(link, claims);
            Keyfile keyfile = new Keyfile().set("connection", "type", "ethernet");
            keyfile.text("connection", "interface-name", link.name());
            keyfile.section("ethernet");
            settings.writeTo(keyfile, "ethernet");
            String file = add(keyfile, link.name(), settings.from());
            claims.forEach(claim -> cover(claim.manager().toString(), link, List.of(file)));
        }

        private void wifi(Link link) {
            List<Interfaces.Stanza> stanzas = stanzas(link);
            List<SupplicantNetworks.Wireless> networks = new ArrayList<>();
            Optional<String> file = supplicantFile(link, stanzas);
            file.map(sources.supplicants()::get)
                    .ifPresent(
                            conf -> {
                                networks.addAll(SupplicantNetworks.of(conf, losses));
                                country = SupplicantNetworks.country(conf).or(() -> country);
                            });
            if (file.isPresent() && !sources.supplicants().containsKey(file.get())) {
                losses.lost(
                        "wifi-conf-" + link.name(),
                        file.get(),
                        0,
                        "",
                        "wpa_supplicant for " + link.name() + " uses it, and it is not there");
            }
            IfupdownSettings.of(sources, link, stanzas, losses)
                    .network()
                    .ifPresent(
                            network ->
                                    networks.addAll(
                                            SupplicantNetworks.of(
                                                    new WpaSupplicantConf(
                                                            network.file(),
                                                            List.of(),
                                                            List.of(network),
                                                            List.of(),
                                                            List.of()),
                                                    losses)));
            networks.forEach(network -> ssids.add(network.ssid().toString()));
            List<String> files = new ArrayList<>();
            Set<Manager> owners = new TreeSet<>();
            for (SupplicantNetworks.Wireless network : networks) {
                List<Claim> claims = claims(link, network.ssid().toString());
                claims.forEach(claim -> owners.add(claim.manager()));
                files.add(wireless(link, network, claims, file.orElse("").equals(GENERIC)));
            }
            if (networks.isEmpty()) {
                List<Claim> claims = claims(link, "");
                claims.forEach(claim -> owners.add(claim.manager()));
                claims.forEach(claim -> loseAddresses(link, claim.settings()));
            }
            owners.forEach(owner -> cover(owner.toString(), link, files));
            if (file.isPresent()) {
                cover("wpa_supplicant", link, files);
            }
        }

        /** A profile of Wi-Fi is one of a network's, and without a network there is none. */
        private void loseAddresses(Link link, IpSettings settings) {
            if (settings.hasAddresses()) {
                List<String> from = settings.from();
                losses.lost(
                        "address-" + link.name(),
                        from.isEmpty() ? Dhcpcd.CONF : from.get(0),
                        0,
                        settings.addresses(),
                        "no known Wi-Fi network to put it into: give the address to the profile of"
                                + " "
                                + link.name()
                                + "'s network once there is one");
            }
        }

        private String wireless(
                Link link,
                SupplicantNetworks.Wireless network,
                List<Claim> claims,
                boolean forAll) {
            IpSettings settings = claims.isEmpty() ? new IpSettings() : merged(link, claims);
            long radios = standing.links().stream().filter(l -> l.kind() == Link.Kind.WIFI).count();
            Keyfile keyfile = new Keyfile().set("connection", "type", "wifi");
            if (!forAll || radios > 1 || !settings.from().isEmpty()) {
                keyfile.text("connection", "interface-name", link.name());
            }
            keyfile.with(network.keyfile());
            settings.writeTo(keyfile, "wifi");
            List<String> from = new ArrayList<>();
            from.add(network.file() + ":" + network.line());
            from.addAll(settings.from());
            return add(keyfile, network.ssid().toString(), from);
        }

        /**
         * The configuration that wpa_supplicant uses, or would at the next boot, on that interface:
         * what a running one was started with, what a stanza names, the unit's file, or what
         * dhcpcd's hook looks for.
         */
        private Optional<String> supplicantFile(Link link, List<Interfaces.Stanza> stanzas) {
            String own = "/etc/wpa_supplicant/wpa_supplicant-" + link.name() + ".conf";
            for (Interfaces.Stanza stanza : stanzas) {
                for (String key : List.of("wpa-conf", "wpa-roam")) {
                    Optional<Interfaces.Option> named = stanza.last(key);
                    if (named.isPresent()) {
                        return named.map(Interfaces.Option::value);
                    }
                }
            }
            Optional<String> given =
                    Optional.ofNullable(standing.supplicantFiles().get(link.name()));
            if (given.isPresent()) {
                // netplan writes the same network for NetworkManager.
                return given.filter(file -> !file.startsWith(Netplan.RUN));
            }
            if (standing.supplicantUnits().contains(link.name())) {
                return Optional.of(own);
            }
            boolean hook =
                    standing.leaves(Manager.DHCPCD, link)
                            && standing.supplicantHook()
                            && sources.dhcpcd().allows(link.name())
                            && !sources.dhcpcd().withoutHook("wpa_supplicant", link.name());
            return !hook
                    ? Optional.empty()
                    : List.of(own, GENERIC, "/etc/wpa_supplicant.conf").stream()
                            .filter(sources.supplicants()::containsKey)
                            .findFirst();
        }

        /**
         * Whether a file of networkd is for an interface that is not there now. Those that come
         * with packages are for containers and the like.
         */
        private boolean waits(IniFile file) {
            boolean local = file.file().matches("/(etc|run|usr/local/lib)/.*");
            boolean unmanaged = file.value("Link", "Unmanaged", "no").matches("yes|true|1|on");
            return local
                    && !unmanaged
                    && !OldSources.byNetplan(file)
                    && standing.links().stream()
                            .noneMatch(
                                    link ->
                                            sources.networkd()
                                                    .fileFor(link)
                                                    .filter(f -> f.file().equals(file.file()))
                                                    .isPresent());
        }

        /** The interface, where a file is for one only, and told by its name. */
        private static Optional<String> onlyName(IniFile file) {
            List<IniFile.Entry> match = file.section("Match");
            return match.size() == 1
                            && match.get(0).key().equals("Name")
                            && match.get(0).value().matches("[A-Za-z0-9_.-]+")
                    ? Optional.of(match.get(0).value())
                    : Optional.empty();
        }

        private void networkdWithoutLink() {
            for (IniFile file : sources.networkd().files()) {
                if (waits(file) && onlyName(file).isEmpty()) {
                    losses.lost(
                            "networkd-" + file.file().substring(file.file().lastIndexOf('/') + 1),
                            file.file(),
                            0,
                            "",
                            "it is for an interface that is not here now, and not told by its name"
                                    + " alone");
                }
            }
        }

        private void cover(String owner, Link link, List<String> files) {
            covered.putIfAbsent(owner + "\0" + link.name(), new Covered(owner, link.name(), files));
        }

        /** The file of the profile: a new one, or the one that does the same already. */
        private String add(Keyfile content, String wanted, List<String> from) {
            for (Map<String, Keyfile> all : List.of(sources.keyfiles(), made)) {
                for (Map.Entry<String, Keyfile> there : all.entrySet()) {
                    // A rollback or a rescue leaves it behind; it is the last resort for any
                    // Ethernet, and says nothing of who this one is to its DHCP server.
                    boolean lastResort = there.getKey().equals(WiredProfile.FILE);
                    if (!lastResort && content.isCoveredBy(there.getValue())) {
                        tellOtherIdentity(wanted, content, there);
                        return there.getKey();
                    }
                }
            }
            // dhcpcd, networkd and wpa_supplicant never give up; NetworkManager would for minutes.
            content.set("connection", "autoconnect-retries", "0");
            String id = freeId(wanted);
            UUID uuid = content.uuid(1);
            for (int n = 2; !uuids.add(uuid); n++) {
                uuid = content.uuid(n);
            }
            Keyfile keyfile =
                    new Keyfile()
                            .text("connection", "id", id)
                            .set("connection", "uuid", uuid.toString())
                            .with(content);
            String file = OldSources.PROFILES + "/" + freeFileName(id);
            made.put(file, keyfile);
            List<String> header = new ArrayList<>();
            header.add("Written by netfix, from:");
            from.stream().distinct().forEach(header::add);
            profiles.add(
                    new NewProfile(
                            file,
                            id,
                            uuid,
                            keyfile.text(header),
                            from.stream().distinct().toList()));
            return file;
        }

        /** The profile stays as it is, and the address may not. */
        private void tellOtherIdentity(
                String wanted, Keyfile content, Map.Entry<String, Keyfile> there) {
            String key = "dhcp-client-id";
            String was = content.get("ipv4", key);
            boolean asDefault = was.equals("mac") && !there.getValue().has("ipv4", key);
            if (!was.isEmpty() && !asDefault && !was.equals(there.getValue().get("ipv4", key))) {
                losses.told(
                        "dhcp-identity-" + wanted,
                        there.getKey(),
                        0,
                        "",
                        "this profile does the same, but is somebody else to the DHCP server: the"
                                + " router may give another address");
            }
        }

        /**
         * The SSID where that can be: btwifiset takes a profile's name for the SSID when the phone
         * changes a password. But it also puts the name into a shell's command line, as root, so
         * what a shell would run is taken out of it.
         */
        private String freeId(String wanted) {
            StringBuilder safe = new StringBuilder();
            wanted.codePoints()
                    .forEach(
                            c ->
                                    safe.appendCodePoint(
                                            c == ' '
                                                            || c > 127 && !Character.isISOControl(c)
                                                            || Character.isLetterOrDigit(c)
                                                            || "._-+@:,%/=".indexOf(c) >= 0
                                                    ? c
                                                    : '_'));
            String id = safe.toString().replaceFirst("^-", "_").strip();
            if (id.isEmpty()) {
                id = "network";
            }
            String unique = id;
            for (int n = 2; !ids.add(unique); n++) {
                unique = id + " " + n;
            }
            return unique;
        }

        private String freeFileName(String id) {
            String base = id.replaceAll("[^A-Za-z0-9+-]+", "_").replaceFirst("^_+$", "network");
            base = base.substring(0, Math.min(64, base.length()));
            String unique = base;
            for (int n = 2;
                    !fileNames.add((unique + ".nmconnection").toLowerCase(Locale.ROOT));
                    n++) {
                unique = base + "-" + n;
            }
            return unique + ".nmconnection";
        }
    }
}
