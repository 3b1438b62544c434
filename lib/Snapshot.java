package netfix;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An immutable picture of the network at one instant; {@link Look} takes it. Nothing in it touches
 * the machine.
 *
 * @param answers by gateway, whether it answered a ping or was resolved (ARP, NDP) just now
 * @param associated the SSID that each Wi-Fi interface is associated with, by interface
 * @param ifstate ifupdown's record of what it brought up, by interface
 * @param wifiConfs the enabled networks of each wpa_supplicant configuration file, by file
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
        Map<String, String> associated,
        Reading<Journal> journal,
        Dns dns,
        List<String> netplanFiles) {

    /**
     * @param source what was looked at, {@link Machine#describe}
     * @param live whether anything runs there
     * @param root whether the look had root's rights
     */
    public record Host(
            String source, boolean live, boolean root, Instant taken, String name, String os) {}

    /** A next hop of a default route. */
    public record Gateway(String address, String device) {}

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
     * @param target where /etc/resolv.conf links to, empty where it is a file
     */
    public record Dns(Reading<List<String>> servers, String target) {}

    /**
     * The interfaces that this is about: those that a cable or an access point is behind, a bridge
     * or bond in place of its ports, and in a container, which has neither, whatever carries a
     * default route.
     */
    public List<Link> physical() {
        List<Link> all = links.orElse(List.of());
        Set<String> masters =
                all.stream()
                        .filter(Link::physical)
                        .map(Link::master)
                        .filter(m -> !m.isEmpty())
                        .collect(Collectors.toSet());
        List<Link> own =
                all.stream()
                        .filter(
                                l ->
                                        l.physical() && l.master().isEmpty()
                                                || masters.contains(l.name()))
                        .toList();
        return own.isEmpty() ? all.stream().filter(l -> !defaultRoutes(l).isEmpty()).toList() : own;
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
