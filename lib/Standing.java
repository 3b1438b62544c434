package netfix;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who has the network now, as far as a take-over asks.
 *
 * @param going the managers that run or would at the next boot, NetworkManager left out
 * @param holders by interface, those that have configured it; NetworkManager among them
 * @param supplicantUnits the interfaces whose {@code wpa_supplicant@IF} runs or would
 * @param supplicantFiles by interface, what a running wpa_supplicant was given with {@code -c}
 * @param supplicantHook whether dhcpcd starts wpa_supplicant
 */
record Standing(
        List<Link> links,
        Set<Manager> going,
        Map<String, Set<Manager>> holders,
        Set<String> supplicantUnits,
        Map<String, String> supplicantFiles,
        boolean supplicantHook) {

    static Standing of(Snapshot snapshot) {
        Set<Manager> going = EnumSet.noneOf(Manager.class);
        for (Manager manager : Manager.values()) {
            Unit unit = snapshot.unit(manager.unit());
            if (manager != Manager.NETWORKMANAGER && unit.exists() && unit.inForce()) {
                going.add(manager);
            }
        }
        Owners owners = Owners.of(snapshot);
        Map<String, Set<Manager>> holders = new TreeMap<>();
        Set<String> units = new TreeSet<>();
        for (Link link : snapshot.physical()) {
            Set<Manager> holding = EnumSet.noneOf(Manager.class);
            owners.of(link).stream()
                    .filter(Owners.Claim::holds)
                    .forEach(claim -> holding.add(claim.manager()));
            holders.put(link.name(), holding);
            Unit unit = snapshot.unit("wpa_supplicant@" + link.name() + ".service");
            if (unit.inForce()) {
                units.add(link.name());
            }
        }
        Map<String, String> files = new TreeMap<>();
        for (Processes.Process p : snapshot.processes().orElse(List.of())) {
            if (p.program().equals("wpa_supplicant")) {
                p.option("-i").ifPresent(i -> p.option("-c").ifPresent(c -> files.put(i, c)));
            }
        }
        return new Standing(
                snapshot.physical(), going, holders, units, files, snapshot.supplicantHook());
    }

    /** As if that manager stayed. */
    Standing without(Manager manager) {
        Set<Manager> others = EnumSet.noneOf(Manager.class);
        others.addAll(going);
        others.remove(manager);
        return new Standing(
                links, others, holders, supplicantUnits, supplicantFiles, supplicantHook);
    }

    /** As if what is to be left alone were not there, and who serves it stayed. */
    Standing respecting(ForeignOwners foreign) {
        Standing rest = this;
        for (Manager manager : foreign.serving().keySet()) {
            rest = rest.without(manager);
        }
        return new Standing(
                links.stream().filter(link -> !foreign.owns(link)).toList(),
                rest.going,
                holders,
                supplicantUnits,
                supplicantFiles,
                supplicantHook);
    }

    boolean holds(Manager manager, Link link) {
        return holders.getOrDefault(link.name(), Set.of()).contains(manager);
    }
}
