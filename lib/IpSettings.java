package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one of the other managers does to an interface above the link: collected from its
 * configuration, written as {@code [ipv4]} and {@code [ipv6]} of a profile.
 */
final class IpSettings {

    /** One address family's. */
    static final class Family {
        private final boolean v6;
        private String method;
        private final Set<Cidr> addresses = new LinkedHashSet<>();
        private String gateway = "";
        private final Set<String> dns = new LinkedHashSet<>();
        private final List<Route> routes = new ArrayList<>();
        private final Map<String, String> more = new LinkedHashMap<>();

        private Family(boolean v6) {
            this.v6 = v6;
            this.method = "auto";
        }

        Family method(String method) {
            this.method = method;
            return this;
        }

        String method() {
            return method;
        }

        Set<Cidr> addresses() {
            return addresses;
        }

        void gateway(String gateway) {
            this.gateway = gateway;
        }

        String gateway() {
            return gateway;
        }

        Set<String> dns() {
            return dns;
        }

        List<Route> routes() {
            return routes;
        }

        /** Another property of this family, as nm-settings-keyfile(5) names it. */
        Family set(String key, String value) {
            more.put(key, value);
            return this;
        }

        /** Asks for an address. */
        boolean dynamic() {
            return method.equals("auto") || method.equals("dhcp");
        }

        /** Without an address that leads anywhere NetworkManager keeps no name servers. */
        boolean routed() {
            return !method.matches("disabled|ignore|link-local");
        }

        private void writeTo(Keyfile keyfile) {
            String family = v6 ? "ipv6" : "ipv4";
            keyfile.set(family, "method", method);
            int n = 0;
            for (Cidr address : addresses) {
                keyfile.set(family, "address" + ++n, address.withPrefix().toString());
            }
            // Beside never-default NetworkManager drops it anyway.
            if (!gateway.isEmpty() && n > 0 && !more.containsKey("never-default")) {
                keyfile.set(family, "gateway", gateway);
            }
            if (!dns.isEmpty() && routed()) {
                keyfile.list(family, "dns", List.copyOf(dns));
            }
            n = 0;
            for (Route route : routes) {
                route.writeTo(keyfile, family, ++n);
            }
            more.forEach((key, value) -> keyfile.set(family, key, value));
        }
    }

    /**
     * @param gateway empty where the destination is on the link
     * @param metric -1 where none is given
     * @param options {@code table}, {@code src}, {@code mtu}, {@code onlink} …
     */
    record Route(Cidr destination, String gateway, long metric, Map<String, String> options) {

        private void writeTo(Keyfile keyfile, String family, int n) {
            String value = destination.host().toString();
            if (!gateway.isEmpty() || metric >= 0) {
                value += "," + (gateway.isEmpty() ? any() : gateway);
            }
            keyfile.set(family, "route" + n, metric < 0 ? value : value + "," + metric);
            if (!options.isEmpty()) {
                List<String> all = new ArrayList<>();
                options.forEach((key, option) -> all.add(key + "=" + option));
                keyfile.set(family, "route" + n + "_options", String.join(",", all));
            }
        }

        private String any() {
            return destination.v6() ? "::" : "0.0.0.0";
        }
    }

    /** Why nobody can say who the interface was to its DHCP server. */
    record IdentityUnknown(String file, String text, String why) {}

    private final Family v4 = new Family(false);
    private final Family v6 = new Family(true);
    private final Set<String> search = new LinkedHashSet<>();
    private final Map<String, String> link = new LinkedHashMap<>();
    private final Map<String, String> connection = new LinkedHashMap<>();
    private final List<String> from = new ArrayList<>();
    private Optional<IdentityUnknown> identityUnknown = Optional.empty();

    Optional<IdentityUnknown> identityUnknown() {
        return identityUnknown;
    }

    void identityUnknown(String file, String text, String why) {
        identityUnknown = Optional.of(new IdentityUnknown(file, text, why));
    }

    Family v4() {
        return v4;
    }

    Family v6() {
        return v6;
    }

    Family family(boolean wantsV6) {
        return wantsV6 ? v6 : v4;
    }

    Set<String> search() {
        return search;
    }

    /** {@code mtu}, {@code cloned-mac-address}: of {@code [ethernet]} or {@code [wifi]}. */
    Map<String, String> link() {
        return link;
    }

    /** {@code lldp}, {@code mdns} … of {@code [connection]}. */
    Map<String, String> connection() {
        return connection;
    }

    /** The places that this comes from, {@code /etc/dhcpcd.conf:7}. */
    List<String> from() {
        return from;
    }

    void dns(String server) {
        family(server.indexOf(':') >= 0).dns().add(server);
    }

    boolean dynamic() {
        return v4.dynamic() || v6.method().equals("dhcp");
    }

    /**
     * Who asks DHCP servers, by NetworkManager's names of properties: {@code ipv4.dhcp-client-id}.
     */
    Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        for (Family family : List.of(v4, v6)) {
            family.more.forEach(
                    (key, value) -> {
                        if (key.matches("dhcp-(client-id|iaid|duid)")) {
                            identity.put((family.v6 ? "ipv6." : "ipv4.") + key, value);
                        }
                    });
        }
        return identity;
    }

    boolean hasAddresses() {
        return !v4.addresses.isEmpty() || !v6.addresses.isEmpty();
    }

    /** The fixed ones, as a person writes them. */
    String addresses() {
        return Stream.concat(v4.addresses.stream(), v6.addresses.stream())
                .map(address -> address.withPrefix().toString())
                .collect(Collectors.joining(", "));
    }

    /**
     * The other's addresses, routes and name servers too, where two managers held one interface.
     */
    void addStatic(IpSettings other) {
        for (boolean six : new boolean[] {false, true}) {
            Family mine = family(six);
            Family its = other.family(six);
            if (its.addresses.isEmpty()) {
                continue;
            }
            mine.addresses.addAll(its.addresses);
            if (mine.gateway.isEmpty()) {
                mine.gateway = its.gateway;
            }
            mine.dns.addAll(its.dns);
            mine.routes.addAll(its.routes);
            if (!mine.dynamic()) {
                mine.method = "manual";
            }
        }
        search.addAll(other.search);
        from.addAll(other.from);
    }

    /**
     * @param type {@code ethernet} or {@code wifi}
     */
    void writeTo(Keyfile keyfile, String type) {
        connection.forEach((key, value) -> keyfile.set("connection", key, value));
        link.forEach((key, value) -> keyfile.set(type, key, value));
        v4.writeTo(keyfile);
        v6.writeTo(keyfile);
        if (!search.isEmpty()) {
            Family family = v4.routed() ? v4 : v6;
            if (family.routed()) {
                keyfile.list(family.v6 ? "ipv6" : "ipv4", "dns-search", List.copyOf(search));
            }
        }
    }
}
