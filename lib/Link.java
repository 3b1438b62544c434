package netfix;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network interface as the kernel has it.
 *
 * @param index the kernel's interface index
 * @param mac lower case with colons, empty where it has none
 * @param flags as {@code ip} names them: UP is the administrative state, LOWER_UP the carrier
 * @param carrier whether a cable or an association is there; empty while the interface is down,
 *     when the kernel does not say
 * @param master the bridge or bond it belongs to, empty where none
 * @param phy the wireless device ({@code phy0}) of a Wi-Fi interface, else empty
 */
public record Link(
        int index,
        String name,
        Kind kind,
        String mac,
        Set<String> flags,
        String operstate,
        Optional<Boolean> carrier,
        String master,
        String phy,
        List<Address> addresses,
        Hardware hardware) {

    /**
     * What is known of what is behind it; empty strings where it is not known or not so.
     *
     * @param permanentMac the one burnt in, where another one is in use ({@code permaddr} of ip);
     *     lower case
     * @param driver the kernel's name of it, {@code bcmgenet}
     * @param devtype {@code bridge}, {@code bond}, {@code vlan}, {@code vrf} and the like (DEVTYPE
     *     of uevent)
     * @param lower the interface that a VLAN lies on
     */
    public record Hardware(String permanentMac, String driver, String devtype, String lower) {
        static final Hardware UNKNOWN = new Hardware("", "", "", "");
    }

    Link(
            int index,
            String name,
            Kind kind,
            String mac,
            Set<String> flags,
            String operstate,
            Optional<Boolean> carrier,
            String master,
            String phy,
            List<Address> addresses) {
        this(
                index,
                name,
                kind,
                mac,
                flags,
                operstate,
                carrier,
                master,
                phy,
                addresses,
                Hardware.UNKNOWN);
    }

    public enum Kind {
        WIRED("wired"),
        WIFI("Wi-Fi"),
        LOOPBACK("loopback"),
        /**
         * Bridges, tunnels, containers' ends and the like: nothing that a cable or an access point
         * is behind.
         */
        VIRTUAL("virtual");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    /**
     * @param scope as {@code ip} names it: global, link, host
     * @param lifetime whether it expires by itself (DHCP or router advertisement), {@code dynamic}
     *     in ip's words
     */
    public record Address(
            boolean v6,
            String local,
            int prefix,
            String scope,
            boolean lifetime,
            boolean tentative) {

        /** One that another machine can reach this one under, from behind a router too. */
        public boolean global() {
            return scope.equals("global") && !tentative && !local.startsWith("169.254.");
        }

        @Override
        public String toString() {
            return local + "/" + prefix;
        }
    }

    /** One that a cable or an access point is behind; what netfix is about. */
    public boolean physical() {
        return kind == Kind.WIRED || kind == Kind.WIFI;
    }

    /** The MAC that NetworkManager compares profiles and lists with; empty where not known. */
    public String permanentMac() {
        return hardware.permanentMac().isEmpty() ? mac : hardware.permanentMac();
    }

    /** A bridge or bond, which carries the address for its ports. */
    public boolean controller() {
        return List.of("bridge", "bond", "team").contains(hardware.devtype());
    }

    public boolean vlan() {
        return hardware.devtype().equals("vlan");
    }

    public boolean up() {
        return flags.contains("UP");
    }

    public boolean hasCarrier() {
        return carrier.orElse(false);
    }

    public List<Address> globalAddresses() {
        return addresses.stream().filter(Address::global).toList();
    }
}
