package netfix;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An immutable picture of the network at one instant; {@link Look} takes it. Nothing in it touches
 * the machine.
 *
 * @param answers by gateway, whether it answered a ping or was resolved (ARP, NDP) just now
 * @param associated the SSID that each Wi-Fi interface is associated with, by interface
 * @param ifstate ifupdown's record of what it brought up, by interface
 * @param savedSwitches what the next boot sets the Wi-Fi switches to
 * @param wifiConfs the enabled networks of each wpa_supplicant configuration file, by file
 * @param premises what else there is of the machine that a network may suffer from
 */
public record Snapshot(
        Host host,
        Reading<List<Link>> links,
        Reading<List<Route>> routes,
        Reading<List<Neighbour>> neighbours,
        Map<Gateway, Boolean> answers,
        Reading<Map<String, Unit>> units,
        NetworkManager nm,
        Networkd networkd,
        Dhcpcd dhcpcd,
        Interfaces interfaces,
        Reading<List<String>> ifstate,
        Map<String, List<String>> wifiConfs,
        boolean supplicantHook,
        Reading<List<Processes.Process>> processes,
        Reading<List<Rfkill>> rfkill,
        Reading<Rfkill.Saved> savedSwitches,
        Reading<Map<String, String>> associated,
        Reading<Journal> journal,
        Dns dns,
        Netplan netplan,
        Premises premises) {

    /** The same with other interfaces: what lies on a disk, asked for those of another machine. */
    Snapshot withLinks(Reading<List<Link>> others) {
        return new Snapshot(
                host,
                others,
                routes,
                neighbours,
                answers,
                units,
                nm,
                networkd,
                dhcpcd,
                interfaces,
                ifstate,
                wifiConfs,
                supplicantHook,
                processes,
                rfkill,
                savedSwitches,
                associated,
                journal,
                dns,
                netplan,
                premises);
    }

    /**
     * @param source what was looked at, {@link Machine#describe}
     * @param live whether anything runs there
     * @param root whether the look had root's rights
     */
    public record Host(
            String source, boolean live, boolean root, Instant taken, String name, String os) {}

    /** A next hop of a default route. */
    public record Gateway(String address, String device) {

        // By hand: a record's own are linked at run time, which costs a start more than all that
        // they do afterwards.
        @Override
        public boolean equals(Object other) {
            return other instanceof Gateway gateway
                    && address.equals(gateway.address)
                    && device.equals(gateway.device);
        }

        @Override
        public int hashCode() {
            return 31 * address.hashCode() + device.hashCode();
        }
    }

    /**
     * @param refusedFiles profiles that could not be read at all, why
     * @param networkingEnabled false where the state file says that {@code nmcli networking off}
     *     was the last word
     * @param autoDefaultDeleted MACs whose automatic profile somebody deleted
     *     (no-auto-default.state)
     */
    public record NetworkManager(
            Reading<Nmcli.General> general,
            Reading<List<Nmcli.Device>> devices,
            Reading<List<Nmcli.Connection>> connections,
            Reading<List<Nmcli.Seen>> seen,
            Reading<List<Profile>> profiles,
            NmConfig config,
            Reading<IniFile> state,
            Reading<List<String>> autoDefaultDeleted) {

        public Optional<Nmcli.Device> device(Link link) {
            return devices.orElse(List.of()).stream()
                    .filter(d -> d.name().equals(link.name()))
                    .findFirst();
        }

        /** The entry of NetworkManager.state that switches something off, if it does. */
        public Optional<IniFile.Entry> switchedOff(String key) {
            return state.value()
                    .flatMap(ini -> ini.last("main", key))
                    .filter(e -> e.value().equalsIgnoreCase("false"));
        }
    }

    /**
     * @param mounts what lies behind / and /var/log
     * @param crashes what the kernel said since this boot of a Wi-Fi firmware that crashed, where
     *     Wi-Fi does not work
     * @param drowsy by interface whose radio saves power, the answer of a gateway that took its
     *     time
     * @param cloudInit the file into which cloud-init writes Wi-Fi networks, where it does
     * @param rescueKeys files of {@code fix sdcard} with a secret, on the boot partition
     * @param orders what the next boot is told beside the units' links
     */
    record Premises(
            List<Mount> mounts,
            List<Journal.Line> crashes,
            Map<String, String> drowsy,
            Optional<String> cloudInit,
            List<String> rescueKeys,
            BootOrders orders) {

        static final Premises NONE =
                new Premises(
                        List.of(),
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        List.of(),
                        BootOrders.NONE);

        /** The file system in memory, if it is one, that the root is on. */
        Optional<Mount> forgetfulRoot() {
            return mounts.stream().filter(m -> m.target().equals("/") && m.forgets()).findFirst();
        }
    }

    /**
     * @param target where /etc/resolv.conf links to, empty where it is a file
     */
    public record Dns(Reading<List<String>> servers, String target) {}

    /**
     * The interfaces that this is about: those that a cable or an access point is behind, a bridge
     * or bond in place of its ports (only it has addresses), a VLAN beside what it lies on, and in
     * a container, which has none of these, whatever carries a default route.
     */
    public List<Link> physical() {
        List<Link> all = links.orElse(List.of());
        Set<String> carriers = new LinkedHashSet<>();
        for (Link link : all) {
            if (link.physical()) {
                carriers.add(isPort(link) ? link.master() : link.name());
            }
        }
        // A bridge on a bond, a VLAN on a bridge: what lies on top of what is in already. As often
        // as there are interfaces, and no more: a damaged capture may say that they form a ring.
        for (int depth = 0; depth < all.size(); depth++) {
            for (Link link : all) {
                if (isPort(link) && carriers.remove(link.name())) {
                    carriers.add(link.master());
                } else if (link.vlan() && carriers.contains(link.hardware().lower())) {
                    carriers.add(isPort(link) ? link.master() : link.name());
                }
            }
        }
        List<Link> own = all.stream().filter(l -> carriers.contains(l.name())).toList();
        return own.isEmpty() ? all.stream().filter(l -> !defaultRoutes(l).isEmpty()).toList() : own;
    }

    /** What is in a VRF keeps its addresses; what is in a bridge or bond has none. */
    private boolean isPort(Link link) {
        return links.orElse(List.of()).stream()
                .filter(l -> l.name().equals(link.master()))
                .anyMatch(l -> !l.hardware().devtype().equals("vrf"));
    }

    /** Enabled in /run by netplan's generator, at each boot anew: no link in /etc shows it. */
    boolean startedByNetplan(Manager manager) {
        return manager == Manager.NETWORKD && netplan.startsNetworkd();
    }

    public Unit unit(String name) {
        return units.value().map(all -> all.get(name)).orElse(Unit.missing(name));
    }

    public List<Route> defaultRoutes(Link link) {
        return routes.orElse(List.of()).stream()
                .filter(r -> r.isDefault() && r.device().equals(link.name()))
                .toList();
    }
}
