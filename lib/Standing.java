package netfix;

import java.util.EnumMap;
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
 * @param supplicantUnits the interfaces whose {@code wpa_supplicant@IF}, or the one for nl80211,
 *     runs or would
 * @param supplicantFiles by interface, what a running wpa_supplicant was given with {@code -c}, or
 *     such a unit gives it
 * @param supplicantHook whether dhcpcd starts wpa_supplicant
 * @param masked by manager, the interfaces that it configured until somebody masked it, and that
 *     nobody has had since: the documentation masks first, and carries nothing over
 */
record Standing(
        List<Link> links,
        Set<Manager> going,
        Map<String, Set<Manager>> holders,
        Set<String> supplicantUnits,
        Map<String, String> supplicantFiles,
        boolean supplicantHook,
        Map<Manager, Set<String>> masked) {

    Standing(
            List<Link> links,
            Set<Manager> going,
            Map<String, Set<Manager>> holders,
            Set<String> supplicantUnits,
            Map<String, String> supplicantFiles,
            boolean supplicantHook) {
        this(links, going, holders, supplicantUnits, supplicantFiles, supplicantHook, Map.of());
    }

    static Standing of(Snapshot snapshot) {
        Set<Manager> going = EnumSet.noneOf(Manager.class);
        for (Manager manager : Manager.values()) {
            Unit unit = snapshot.unit(manager.unit());
            if (manager != Manager.NETWORKMANAGER && unit.exists() && unit.inForce()) {
                going.add(manager);
            }
        }
        Map<String, String> files = new TreeMap<>();
        Owners owners = Owners.of(snapshot);
        Map<String, Set<Manager>> holders = new TreeMap<>();
        Set<String> units = new TreeSet<>();
        for (Link link : snapshot.physical()) {
            Set<Manager> holding = EnumSet.noneOf(Manager.class);
            owners.of(link).stream()
                    .filter(Owners.Claim::holds)
                    .forEach(claim -> holding.add(claim.manager()));
            holders.put(link.name(), holding);
            Unit.supplicants(link.name())
                    .forEach(
                            (unit, file) -> {
                                if (snapshot.unit(unit).inForce()) {
                                    units.add(link.name());
                                    files.putIfAbsent(link.name(), file);
                                }
                            });
        }
        for (Processes.Process p : snapshot.processes().orElse(List.of())) {
            if (p.program().equals("wpa_supplicant")) {
                p.option("-i").ifPresent(i -> p.option("-c").ifPresent(c -> files.put(i, c)));
            }
        }
        return new Standing(
                snapshot.physical(), going, holders, units, files, snapshot.supplicantHook());
    }

    /**
     * With what a masked manager was told, and no profile does. A mask on what is not installed,
     * and an interface that has a profile, or had another manager's address, ask for nothing.
     */
    Standing remembering(Snapshot snapshot, Ground ground) {
        Map<Manager, Set<String>> left = new EnumMap<>(Manager.class);
        for (Manager manager : List.of(Manager.DHCPCD, Manager.NETWORKD)) {
            Set<String> names = new TreeSet<>();
            if (ground.masked(manager.unit())
                    && ground.fragment(manager.unit()).isPresent()
                    && !going.contains(manager)) {
                links.stream()
                        .filter(link -> vacant(snapshot, ground, link))
                        .filter(link -> wasTold(manager, snapshot, link))
                        .forEach(link -> names.add(link.name()));
            }
            left.put(manager, names);
        }
        Set<String> units = new TreeSet<>(supplicantUnits);
        for (String name : left.get(Manager.NETWORKD)) {
            boolean conf =
                    snapshot.wifiConfs()
                            .containsKey("/etc/wpa_supplicant/wpa_supplicant-" + name + ".conf");
            if (conf && ground.masked("wpa_supplicant@" + name + ".service")) {
                units.add(name);
            }
        }
        return new Standing(links, going, holders, units, supplicantFiles, supplicantHook, left);
    }

    /**
     * Nobody has it now, and NetworkManager would not at the next boot. netfix's own profile for
     * any Ethernet, which a rollback or a rescue leaves behind, says nothing of the address that
     * the interface had. Under netfix's own configuration a fix has carried over what there was:
     * what is not there now was deleted since, as before a card is imaged.
     */
    private boolean vacant(Snapshot snapshot, Ground ground, Link link) {
        boolean profile =
                snapshot.nm().profiles().whyUnknown().isPresent()
                        || BootForecast.perhapsSaved(snapshot, link)
                                .anyMatch(p -> !p.file().equals(WiredProfile.FILE))
                        || !snapshot.netplan().of(link, Netplan.NETWORKMANAGER).isEmpty();
        boolean automatic =
                link.kind() == Link.Kind.WIRED
                        && snapshot.unit(Manager.NETWORKMANAGER.unit()).enabled()
                        && BootForecast.automaticProfileForbidden(snapshot, link).value().isEmpty();
        boolean held = !holders.getOrDefault(link.name(), Set.of()).isEmpty();
        return !ExclusiveControl.decided(ground) && !held && !profile && !automatic;
    }

    /** Its mere default, DHCP on whatever is there, was in force only where it has a lease. */
    private boolean wasTold(Manager manager, Snapshot snapshot, Link link) {
        if (manager == Manager.NETWORKD) {
            return snapshot.networkd().fileFor(link).isPresent();
        }
        Dhcpcd dhcpcd = snapshot.dhcpcd();
        return dhcpcd.mayHold(link)
                && (link.kind() == Link.Kind.WIFI
                        ? supplicantHook
                        : dhcpcd.isStatic(link) || dhcpcd.hasLease(link));
    }

    /** Whether the take-over has to carry over what that manager says of that interface. */
    boolean leaves(Manager manager, Link link) {
        return going.contains(manager)
                || masked.getOrDefault(manager, Set.of()).contains(link.name());
    }

    /** As if that manager stayed. */
    Standing without(Manager manager) {
        Set<Manager> others = EnumSet.noneOf(Manager.class);
        others.addAll(going);
        others.remove(manager);
        return new Standing(
                links, others, holders, supplicantUnits, supplicantFiles, supplicantHook, masked);
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
                supplicantHook,
                rest.masked);
    }

    boolean holds(Manager manager, Link link) {
        return holders.getOrDefault(link.name(), Set.of()).contains(manager);
    }
}
