package netfix;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is there in a snapshot that a network needs, piece by piece, so that two can be compared.
 */
final class Things {

    private Things() {}

    static SortedSet<Thing> of(Snapshot s) {
        return of(s, Set.of());
    }

    /**
     * @param also the kernel's indexes of interfaces that count whatever they are: in a container
     *     only the default route makes one count, and it may be what is lost
     */
    static SortedSet<Thing> of(Snapshot s, Set<Integer> also) {
        SortedSet<Thing> all = new TreeSet<>();
        Owners owners = Owners.of(s);
        List<Link> counting = s.physical();
        for (Link link : s.links().orElse(List.of())) {
            if (!counting.contains(link) && !also.contains(link.index())) {
                continue;
            }
            String name = link.name();
            all.add(new Thing(Thing.Aspect.INTERFACE, name, ""));
            if (link.up()) {
                all.add(new Thing(Thing.Aspect.UP, name, ""));
            }
            if (link.hasCarrier()) {
                all.add(new Thing(Thing.Aspect.CARRIER, name, ""));
            }
            for (Link.Address address : link.globalAddresses()) {
                all.add(new Thing(Thing.Aspect.ADDRESS, name, address.toString()));
            }
            for (Route route : s.defaultRoutes(link)) {
                all.add(Thing.route(name, route.gateway(), route.metric()));
            }
            String network = s.associated().orElse(Map.of()).get(name);
            if (network != null) {
                all.add(new Thing(Thing.Aspect.NETWORK, name, network));
            }
            s.nm().device(link)
                    .map(Nmcli.Device::connection)
                    .filter(profile -> !profile.isEmpty())
                    .ifPresent(p -> all.add(new Thing(Thing.Aspect.PROFILE_IN_USE, name, p)));
            owners.of(link).stream()
                    .filter(Owners.Claim::holds)
                    .forEach(
                            claim ->
                                    all.add(
                                            new Thing(
                                                    Thing.Aspect.MANAGER,
                                                    name,
                                                    claim.manager().toString())));
        }
        for (Profile profile : s.nm().profiles().orElse(List.of())) {
            if (profile.refusal().isEmpty()) {
                all.add(new Thing(Thing.Aspect.PROFILE, profile.id(), ""));
            }
        }
        s.units()
                .value()
                .ifPresent(
                        units ->
                                units.values().stream()
                                        .filter(Unit::exists)
                                        .forEach(
                                                unit -> {
                                                    if (unit.running()) {
                                                        all.add(
                                                                new Thing(
                                                                        Thing.Aspect.UNIT,
                                                                        unit.name(),
                                                                        ""));
                                                    }
                                                    if (unit.enabled()) {
                                                        all.add(
                                                                new Thing(
                                                                        Thing.Aspect.ENABLED,
                                                                        unit.name(),
                                                                        ""));
                                                    }
                                                }));
        for (Rfkill radio : s.rfkill().orElse(List.of())) {
            if (radio.type().equals("wlan") && !radio.soft() && !radio.hard()) {
                all.add(new Thing(Thing.Aspect.RADIO, radio.device(), ""));
            }
        }
        for (String server : s.dns().servers().orElse(List.of())) {
            all.add(new Thing(Thing.Aspect.NAME_SERVER, server, ""));
        }
        // By where it runs and not by its PID: one that was started anew is the same.
        for (Processes.Process p : s.processes().orElse(List.of())) {
            if (List.of("wpa_supplicant", "iwd").contains(p.program())) {
                all.add(
                        new Thing(
                                Thing.Aspect.SUPPLICANT,
                                p.unit().isEmpty() ? p.program() : p.unit(),
                                p.option("-i").orElse("")));
            }
        }
        return all;
    }

    /** Whether a look could see things of that kind at all: what it could not is not gone. */
    static boolean known(Snapshot s, Thing.Aspect aspect) {
        return switch (aspect) {
            case INTERFACE, UP, CARRIER, ADDRESS -> s.links().whyUnknown().isEmpty();
            case ROUTE -> s.routes().whyUnknown().isEmpty();
            case NETWORK -> s.associated().whyUnknown().isEmpty();
            case PROFILE_IN_USE, MANAGER -> s.nm().devices().whyUnknown().isEmpty();
            case PROFILE -> s.nm().profiles().whyUnknown().isEmpty();
            case UNIT, ENABLED -> s.units().whyUnknown().isEmpty();
            case RADIO -> s.rfkill().whyUnknown().isEmpty();
            case NAME_SERVER -> s.dns().servers().whyUnknown().isEmpty();
            case SUPPLICANT -> s.processes().whyUnknown().isEmpty();
        };
    }
}
