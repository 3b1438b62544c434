package netfix;

import java.util.ArrayList;
import java.util.List;

/** dhcpcd: its configuration (dhcpcd.conf(5)) and the interfaces that it has leases for. */
public final class Dhcpcd {

    static final String CONF = "/etc/dhcpcd.conf";

    private final List<String> allow = new ArrayList<>();
    private final List<String> deny = new ArrayList<>();
    private final List<String> staticOn = new ArrayList<>();
    private final List<String> routersOn = new ArrayList<>();
    private final List<String> withoutGateway = new ArrayList<>();
    private final List<String> leases;
    private String unreadable = "";

    private Dhcpcd(List<String> leases) {
        this.leases = leases;
    }

    static Dhcpcd read(Machine machine) {
        List<String> leases = new ArrayList<>();
        // 7.x and 8.x keep them in /var/lib/dhcpcd5 (Debian 11), 9.x and later in /var/lib/dhcpcd.
        for (String folder : List.of("/var/lib/dhcpcd", "/var/lib/dhcpcd5")) {
            leases.addAll(machine.list(folder).orElse(List.of()));
        }
        Dhcpcd dhcpcd = new Dhcpcd(leases);
        String section = "";
        Reading<String> conf = machine.read(CONF);
        dhcpcd.unreadable = conf.whyUnknown().orElse("");
        for (String raw : conf.orElse("").split("\n")) {
            String[] words = raw.strip().split("\\s+");
            switch (words[0]) {
                case "interface" -> section = words.length > 1 ? words[1] : "";
                case "allowinterfaces" ->
                        dhcpcd.allow.addAll(List.of(words).subList(1, words.length));
                case "denyinterfaces" ->
                        dhcpcd.deny.addAll(List.of(words).subList(1, words.length));
                case "static" -> {
                    if (words.length > 1 && words[1].startsWith("ip_address=")) {
                        dhcpcd.staticOn.add(section);
                    }
                    if (words.length > 1 && words[1].startsWith("routers=")) {
                        dhcpcd.routersOn.add(section);
                    }
                }
                case "nogateway" -> dhcpcd.withoutGateway.add(section);
                default -> {}
            }
        }
        return dhcpcd;
    }

    /**
     * Whether its configuration lets it take this interface; without a list it takes every one that
     * it knows how to.
     */
    public boolean mayHold(Link link) {
        if (!link.physical()
                || deny.stream().anyMatch(g -> DeviceSpec.glob(g).matcher(link.name()).matches())) {
            return false;
        }
        return allow.isEmpty()
                || allow.stream().anyMatch(g -> DeviceSpec.glob(g).matcher(link.name()).matches());
    }

    public boolean isStatic(Link link) {
        return staticOn.contains(link.name());
    }

    /** Whether it is told to set no default route there, or is given no router for an address. */
    public boolean withoutGateway(Link link) {
        return withoutGateway.contains("")
                || withoutGateway.contains(link.name())
                || isStatic(link) && !routersOn.contains(link.name());
    }

    /** Why its configuration could not be read, empty where it could or there is none. */
    public String unreadable() {
        return unreadable;
    }

    /** One of which nothing could be read. */
    static Dhcpcd unknown(String why) {
        Dhcpcd dhcpcd = new Dhcpcd(List.of());
        dhcpcd.unreadable = why;
        return dhcpcd;
    }

    /** {@code eth0.lease}, {@code wlan0-My Home Net.lease}. */
    public boolean hasLease(Link link) {
        return leases.stream()
                .anyMatch(
                        file ->
                                file.endsWith(".lease")
                                        && (file.startsWith(link.name() + ".")
                                                || file.startsWith(link.name() + "-")
                                                || file.startsWith("dhcpcd-" + link.name())));
    }
}
