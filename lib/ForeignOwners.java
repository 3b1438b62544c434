package netfix;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Who else owns a part of this machine's network on purpose: an access point (hostapd), a bridge
 * that NetworkManager did not make, a VPN that owns resolv.conf. They are named, and no measure
 * touches what they own.
 *
 * @param links by interface
 * @param serving managers that give an access point its address: they stay, whatever they hold
 *     besides
 * @param resolver of /etc/resolv.conf
 */
record ForeignOwners(
        Map<String, Owned> links, Map<Manager, Owned> serving, Optional<Owned> resolver) {

    /**
     * @param what of the network is its own, {@code wlan0}
     * @param seen where that was seen
     */
    record Owned(String owner, String what, String seen) {
        String shown() {
            return said() + " (" + seen + ")";
        }

        /** Without what is another one at every look. */
        String said() {
            return what + " is " + owner + "'s";
        }
    }

    static final String RESOLV_CONF = "/etc/resolv.conf";

    private static final String HOSTAPD = "hostapd";
    private static final String HOSTAPD_DEFAULTS = "/etc/default/hostapd";
    private static final String HOSTAPD_CONF = "/etc/hostapd/hostapd.conf";

    /** Where the two kinds of resolvconf keep who told them what. */
    private static final List<String> RESOLVCONF =
            List.of("/run/resolvconf/interface", "/run/resolvconf/interfaces");

    static ForeignOwners of(Machine machine, Snapshot snapshot) {
        return new Making(machine, snapshot).make();
    }

    boolean owns(Link link) {
        return links.containsKey(link.name());
    }

    /** All of them, one each. */
    List<Owned> all() {
        Set<Owned> all = new LinkedHashSet<>(links.values());
        all.addAll(serving.values());
        resolver.ifPresent(all::add);
        return List.copyOf(all);
    }

    private static final class Making {
        private final Machine machine;
        private final Snapshot snapshot;
        private final Map<String, Owned> links = new TreeMap<>();
        private final Map<Manager, Owned> serving = new EnumMap<>(Manager.class);

        Making(Machine machine, Snapshot snapshot) {
            this.machine = machine;
            this.snapshot = snapshot;
        }

        ForeignOwners make() {
            accessPoints();
            for (String name : List.copyOf(links.keySet())) {
                servedBy(name);
            }
            bridges();
            return new ForeignOwners(links, serving, resolver());
        }

        private void own(String owner, String link, String seen) {
            links.putIfAbsent(link, new Owned(owner, link, seen));
        }

        /** Those that run, and those that the next boot starts. */
        private void accessPoints() {
            Set<String> confs = new LinkedHashSet<>();
            for (Processes.Process p : snapshot.processes().orElse(List.of())) {
                if (p.program().equals(HOSTAPD)) {
                    p.option("-i")
                            .ifPresent(
                                    names -> {
                                        for (String name : names.split(",")) {
                                            own(HOSTAPD, name, "process " + p.pid());
                                        }
                                    });
                    confs.addAll(configurations(p.args()));
                }
            }
            Unit unit = snapshot.unit("hostapd.service");
            if (unit.enabled() && !unit.masked()) {
                confs.add(configured());
            }
            // hostapd@wlan0.service reads /etc/hostapd/wlan0.conf.
            UnitFiles.wants(machine).values().stream()
                    .flatMap(List::stream)
                    .filter(name -> name.matches("hostapd@.+\\.service"))
                    .map(name -> name.replaceFirst("^hostapd@(.+)\\.service$", "$1"))
                    .forEach(name -> confs.add("/etc/hostapd/" + name + ".conf"));
            confs.forEach(this::accessPoint);
        }

        /** hostapd(8): what is no option and no option's value. */
        private static List<String> configurations(String args) {
            List<String> confs = new ArrayList<>();
            String[] words = args.split(" ");
            for (int i = 1; i < words.length; i++) {
                if (words[i].startsWith("/") && !words[i - 1].matches("-[A-Za-z]*[PegGifbu]")) {
                    confs.add(words[i]);
                }
            }
            return confs;
        }

        /** Debian's unit takes it from there. */
        private String configured() {
            String conf = HOSTAPD_CONF;
            for (String line : machine.read(HOSTAPD_DEFAULTS).orElse("").split("\n")) {
                String value = line.strip().replaceFirst("^DAEMON_CONF=\"?([^\"]*)\"?$", "$1");
                if (!value.equals(line.strip()) && value.startsWith("/")) {
                    conf = value;
                }
            }
            return conf;
        }

        /** {@code interface=} and {@code bridge=} of hostapd.conf. */
        private void accessPoint(String conf) {
            Reading<String> text = machine.read(conf);
            text.whyUnknown()
                    .ifPresent(
                            why ->
                                    // Which one is not known: then it may be any.
                                    snapshot.links().orElse(List.of()).stream()
                                            .filter(l -> l.kind() == Link.Kind.WIFI)
                                            .forEach(l -> own(HOSTAPD, l.name(), why)));
            int number = 0;
            for (String line : text.orElse("").split("\n")) {
                number++;
                String[] words = line.strip().split("=", 2);
                if (words.length == 2 && words[0].matches("interface|bridge|bss")) {
                    own(HOSTAPD, words[1].strip(), conf + ":" + number);
                }
            }
        }

        private void servedBy(String name) {
            Optional<Link> link = link(name);
            if (inForce(Manager.DHCPCD)
                    && link.map(l -> snapshot.dhcpcd().isStatic(l) || snapshot.dhcpcd().hasLease(l))
                            .orElse(false)) {
                serves(Manager.DHCPCD, name, Dhcpcd.CONF);
            }
            if (inForce(Manager.NETWORKD)) {
                link.flatMap(snapshot.networkd()::fileFor)
                        .ifPresent(file -> serves(Manager.NETWORKD, name, file.file()));
            }
            if (inForce(Manager.IFUPDOWN)) {
                snapshot.interfaces().of(name).stream()
                        .filter(Interfaces.Stanza::configures)
                        .findFirst()
                        .ifPresent(stanza -> serves(Manager.IFUPDOWN, name, stanza.place()));
            }
        }

        private void serves(Manager manager, String link, String seen) {
            serving.putIfAbsent(
                    manager,
                    new Owned(HOSTAPD, manager + ", which gives " + link + " its address,", seen));
        }

        private Optional<Link> link(String name) {
            return snapshot.links().orElse(List.of()).stream()
                    .filter(l -> l.name().equals(name))
                    .findFirst();
        }

        private boolean inForce(Manager manager) {
            Unit unit = snapshot.unit(manager.unit());
            return unit.exists() && !unit.masked() && unit.inForce();
        }

        /** Ports of a bridge that nobody made whom a take-over asks, nor NetworkManager. */
        private void bridges() {
            Owners owners = Owners.of(snapshot);
            for (Link port : snapshot.links().orElse(List.of())) {
                Optional<Link> bridge = link(port.master()).filter(Link::controller);
                if (!port.physical() || bridge.isEmpty()) {
                    continue;
                }
                boolean others =
                        owners.of(bridge.get()).stream()
                                .filter(Owners.Claim::holds)
                                .anyMatch(claim -> !serving.containsKey(claim.manager()));
                if (!others && !networkManagersOwn(bridge.get())) {
                    own(port.master(), port.name(), "ip link: master " + port.master());
                }
            }
        }

        private boolean networkManagersOwn(Link bridge) {
            return snapshot.nm().profiles().orElse(List.of()).stream()
                    .anyMatch(
                            p ->
                                    p.interfaceName().equals(bridge.name())
                                            && p.type().equals(bridge.hardware().devtype()));
        }

        /**
         * A VPN that writes resolv.conf says so in its first lines; one that goes through
         * resolvconf, in the name of its record ({@code tun0.openvpn}, {@code tun.wg0}).
         */
        private Optional<Owned> resolver() {
            String text = machine.read(RESOLV_CONF).orElse("");
            if (snapshot.dns().target().contains("systemd/resolve")) {
                // Whatever VPN is there has told systemd-resolved.
                return Optional.empty();
            }
            if (text.contains("100.100.100.100") || text.contains("tailscale")) {
                return Optional.of(new Owned("tailscale", RESOLV_CONF, "nameserver and comment"));
            }
            Pattern vpn = Pattern.compile("(?i)[#;].*\\b(openvpn|wireguard|wg-quick|\\w*vpn\\w*)");
            for (String line : text.split("\n")) {
                var m = vpn.matcher(line);
                if (m.find()) {
                    return Optional.of(new Owned(m.group(1), RESOLV_CONF, line.strip()));
                }
            }
            if (snapshot.dns().target().contains("resolvconf") || text.contains("resolvconf")) {
                for (String folder : RESOLVCONF) {
                    for (String name : machine.list(folder).orElse(List.of())) {
                        if (name.matches("(tun|tap|wg).*|.*\\.openvpn")) {
                            return Optional.of(new Owned(name, RESOLV_CONF, folder + "/" + name));
                        }
                    }
                }
            }
            return Optional.empty();
        }
    }
}
