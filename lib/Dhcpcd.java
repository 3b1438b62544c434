package netfix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** dhcpcd: its configuration (dhcpcd.conf(5)) and what it holds for each interface. */
public final class Dhcpcd {

    static final String CONF = "/etc/dhcpcd.conf";

    /**
     * What a DHCP server gave it, in the words of {@code dhcpcd --dumplease}.
     *
     * @param server the server's address, empty where it is not said
     * @param router empty where the server named none
     */
    public record Lease(String address, String server, String router) {

        /**
         * {@code key=value} lines, of 7.x in single quotes (dhcpcd-run-hooks(8)). The lease files
         * hold the server's packet as it came, which is no text and, from dnsmasq, names no client;
         * this says the same of every version, and to an ordinary user too.
         */
        static Reading<Lease> parse(String text) {
            Map<String, String> values = new HashMap<>();
            for (String line : text.split("\n")) {
                int eq = line.indexOf('=');
                if (eq > 0) {
                    values.put(
                            line.substring(0, eq),
                            line.substring(eq + 1).replaceAll("^'|'$", "").strip());
                }
            }
            String address = values.getOrDefault("ip_address", "");
            return address.isEmpty()
                    ? Reading.absent("no address in its lease")
                    : Reading.known(
                            new Lease(
                                    address,
                                    values.getOrDefault("dhcp_server_identifier", ""),
                                    values.getOrDefault("routers", "")));
        }
    }

    private final DhcpcdConf conf;
    private final String unreadable;
    private final List<String> files;
    private final Map<String, Reading<Lease>> leases;

    private Dhcpcd(
            DhcpcdConf conf,
            String unreadable,
            List<String> files,
            Map<String, Reading<Lease>> leases) {
        this.conf = conf;
        this.unreadable = unreadable;
        this.files = List.copyOf(files);
        this.leases = Map.copyOf(leases);
    }

    static Dhcpcd read(Machine machine) {
        List<String> files = new ArrayList<>();
        // 7.x and 8.x keep them in /var/lib/dhcpcd5 (Debian 11), 9.x and later in /var/lib/dhcpcd.
        for (String folder : List.of("/var/lib/dhcpcd", "/var/lib/dhcpcd5")) {
            files.addAll(machine.list(folder).orElse(List.of()));
        }
        Reading<String> text = machine.read(CONF);
        return new Dhcpcd(
                DhcpcdConf.parse(CONF, text.orElse("")),
                text.whyUnknown().orElse(""),
                files,
                Map.of());
    }

    /** Exits 1 where there is no lease. */
    static Command dumpLease(String name) {
        return Command.of("dhcpcd", "-4", "-U", "--", name);
    }

    /**
     * The same, having been asked.
     *
     * @param leases by interface
     */
    Dhcpcd with(Map<String, Reading<Lease>> leases) {
        return new Dhcpcd(conf, unreadable, files, leases);
    }

    /**
     * Whether its configuration lets it take this interface; without a list it takes every one that
     * it knows how to.
     */
    public boolean mayHold(Link link) {
        return link.physical() && conf.allows(link.name());
    }

    public boolean isStatic(Link link) {
        return isAssigned(link, "ip_address=");
    }

    private boolean isAssigned(Link link, String start) {
        return conf.linesFor(link.name(), "")
                .anyMatch(l -> l.option().equals("static") && l.value().startsWith(start));
    }

    /**
     * Whether it is told to set no default route there, is given no router for an address, or the
     * DHCP server named none.
     */
    public boolean withoutGateway(Link link) {
        boolean told = conf.linesFor(link.name(), "").anyMatch(l -> l.option().equals("nogateway"));
        boolean unrouted = lease(link).value().map(l -> l.router().isEmpty()).orElse(false);
        return told || (isStatic(link) || unrouted) && !isAssigned(link, "routers=");
    }

    /** Why its configuration could not be read, empty where it could or there is none. */
    public String unreadable() {
        return unreadable;
    }

    /** One of which nothing could be read. */
    static Dhcpcd unknown(String why) {
        return new Dhcpcd(DhcpcdConf.parse(CONF, ""), why, List.of(), Map.of());
    }

    /** The lease that it has, or last had. */
    public Reading<Lease> lease(Link link) {
        return leases.getOrDefault(link.name(), Reading.unknown("dhcpcd was not asked"));
    }

    /**
     * Whether the interface has the address that dhcpcd leased for it. Where dhcpcd could not be
     * asked, whether it ever leased one: {@code eth0.lease}, {@code wlan0-My Home Net.lease}.
     */
    public boolean hasLease(Link link) {
        if (lease(link).whyUnknown().isEmpty()) {
            return lease(link)
                    .value()
                    .map(
                            lease ->
                                    link.addresses().stream()
                                            .anyMatch(a -> a.local().equals(lease.address())))
                    .orElse(false);
        }
        return files.stream()
                .anyMatch(
                        file ->
                                file.endsWith(".lease")
                                        && (file.startsWith(link.name() + ".")
                                                || file.startsWith(link.name() + "-")
                                                || file.startsWith("dhcpcd-" + link.name())));
    }
}
