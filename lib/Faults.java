package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is wrong at one look, as far as it is monitor's to repair; what is nobody's fault and left
 * alone, with its reason; and which interfaces carry.
 *
 * @param faults causes first
 * @param left by interface, why it is left alone
 * @param carrying the interfaces that have all that a path needs, as far as a quick look tells
 * @param held those of them that a manager holds
 */
record Faults(
        List<Fault> faults, Map<String, String> left, Set<String> carrying, Set<String> held) {

    static final String PROFILE_MISSING = "profile-missing";
    static final String NOT_CONNECTED = "not-connected";

    /** The same, where what it waits for is its DHCP server. */
    static final String NO_LEASE = "no-lease";

    static final String SUPPLICANT_GONE = "supplicant-gone";
    static final String SUPPLICANT_STRAY = "supplicant-stray";

    /** NetworkManager cannot use Wi-Fi, and nothing that is known of says why. */
    static final String WIFI_UNAVAILABLE = "wifi-unavailable";

    /** What only the slow probe tells. */
    static final String GATEWAY_SILENT = "gateway-silent";

    static final String SUPPLICANT = "wpa_supplicant.service";

    // NMDeviceState.
    private static final int DISCONNECTED = 30;
    private static final int PREPARING = 40;
    private static final int IP_CONFIG = 70;
    private static final int ACTIVATED = 100;

    /** NMDeviceStateReason. */
    private static final int FIRMWARE_MISSING = 35;

    /** NMDeviceStateReason: no address in time, and a lease that ran out. */
    private static final Set<Integer> NO_ADDRESS = Set.of(5, 6);

    /**
     * @param worked the interfaces that have carried since this Pi was set up
     */
    static Faults of(
            Snapshot snapshot, Findings findings, List<KnownGood.Copy> copies, Set<String> worked) {
        return new Looking(snapshot, findings, copies, worked).result();
    }

    /**
     * With what the slow probe found; there is no step for it, because it is the gateway's.
     *
     * @param silent by interface, the gateway that answers to nothing
     */
    Faults withSilent(Map<String, String> silent) {
        List<Fault> all = new ArrayList<>(faults);
        silent.forEach(
                (link, gateway) ->
                        all.add(
                                new Fault(
                                        GATEWAY_SILENT,
                                        link,
                                        link
                                                + ": its gateway "
                                                + gateway
                                                + " does not answer (ICMP, TCP, ARP)")));
        return new Faults(List.copyOf(all), left, carrying, held);
    }

    /**
     * The interfaces whose last activation has got as far as to ask for an address. To be told from
     * one look to the next: a failed activation leaves none of it ("failed -> disconnected (reason
     * 'none')").
     *
     * @param before as it was at the last look
     */
    static Set<String> askedForAddress(Snapshot snapshot, Set<String> before) {
        Set<String> asked = new TreeSet<>(before);
        for (Nmcli.Device device : snapshot.nm().devices().orElse(List.of())) {
            if (device.state() >= IP_CONFIG && device.state() < ACTIVATED) {
                asked.add(device.name());
            } else if (device.state() >= PREPARING && device.state() <= ACTIVATED) {
                asked.remove(device.name());
            }
        }
        return asked;
    }

    /**
     * Where an address was asked for and none came, no supplicant and no manager is at fault: it is
     * tried again, and no more.
     *
     * @param asked {@link #askedForAddress}
     */
    Faults withSilentServers(Set<String> asked) {
        return new Faults(
                faults.stream()
                        .map(
                                f ->
                                        f.code().equals(NOT_CONNECTED)
                                                        && asked.contains(f.subject())
                                                ? noLease(f.subject())
                                                : f)
                        .toList(),
                left,
                carrying,
                held);
    }

    private static Fault noLease(String name) {
        return new Fault(
                NO_LEASE, name, name + " is not connected: no DHCP server has given it an address");
    }

    /**
     * What is left where another path is lost: those that carry, but for one whose gateway is known
     * to be silent.
     */
    Set<String> working() {
        Set<String> all = new TreeSet<>(carrying);
        faults.stream()
                .filter(f -> f.code().equals(GATEWAY_SILENT))
                .forEach(f -> all.remove(f.subject()));
        return all;
    }

    /** Those of them that a manager holds. */
    Set<String> heldWorking() {
        Set<String> all = working();
        all.retainAll(held);
        return all;
    }

    /** Nobody interferes with what is coming up. */
    static boolean activating(Snapshot snapshot, String link) {
        return snapshot.nm().devices().orElse(List.of()).stream()
                .anyMatch(
                        d ->
                                d.name().equals(link)
                                        && d.state() >= PREPARING
                                        && d.state() < ACTIVATED);
    }

    private static final class Looking {
        private final Snapshot s;
        private final Findings findings;
        private final List<KnownGood.Copy> copies;
        private final Set<String> worked;
        private final List<Fault> faults = new ArrayList<>();
        private final Map<String, String> left = new TreeMap<>();
        private final Set<String> carrying = new TreeSet<>();
        private final Set<String> held = new TreeSet<>();

        Looking(Snapshot s, Findings findings, List<KnownGood.Copy> copies, Set<String> worked) {
            this.s = s;
            this.findings = findings;
            this.copies = copies;
            this.worked = worked;
        }

        Faults result() {
            paths();
            for (Finding finding : findings.found()) {
                found(finding);
            }
            if (s.unit(Scene.NETWORKMANAGER).running()) {
                for (Link link : s.physical()) {
                    s.nm().device(link).ifPresent(device -> own(link, device));
                }
            }
            return new Faults(
                    List.copyOf(faults), Map.copyOf(left), Set.copyOf(carrying), Set.copyOf(held));
        }

        private void paths() {
            Owners owners = Owners.of(s);
            for (Link link : s.physical()) {
                if (Reach.of(s, link).isNo()) {
                    continue;
                }
                carrying.add(link.name());
                if (owners.of(link).stream().anyMatch(Owners.Claim::holds)) {
                    held.add(link.name());
                }
            }
        }

        private void found(Finding finding) {
            String code = finding.row().code();
            String subject = finding.hit().subject();
            boolean hanging = code.equals("networkmanager-not-answering");
            if (!RepairSteps.knows(code) || !finding.isError() && !hanging) {
                return;
            }
            if (code.equals("device-unmanaged") && configuredSo(subject)) {
                left.put(subject, "a file keeps NetworkManager off it");
                return;
            }
            if (code.equals("wifi-blocked") && !softOnly(subject)) {
                left.put(subject, "its radio is switched off by a switch on the board");
                return;
            }
            if (code.equals("wired-no-profile") && missing(link(subject)).isPresent()) {
                // The one that worked is better than a new one.
                return;
            }
            faults.add(new Fault(code, subject, finding.hit().text()));
        }

        private Link link(String name) {
            return s.links().orElse(List.of()).stream()
                    .filter(l -> l.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }

        private boolean configuredSo(String name) {
            Link link = link(name);
            return link == null || BootForecast.unmanaged(s, link).value().isPresent();
        }

        private boolean softOnly(String name) {
            Link link = link(name);
            return link != null
                    && s.rfkill().orElse(List.of()).stream()
                            .noneMatch(r -> r.device().equals(link.phy()) && r.hard());
        }

        private boolean has(String code, String subject) {
            return faults.stream()
                    .anyMatch(
                            f ->
                                    f.code().equals(code)
                                            && (f.subject().equals(subject) || f.ofMachine()));
        }

        /** What no row of the table tells. */
        private void own(Link link, Nmcli.Device device) {
            String name = link.name();
            if (carrying.contains(name) || !device.managed() || has("networking-off", name)) {
                return;
            }
            if (link.kind() == Link.Kind.WIFI) {
                supplicant(link, device);
            }
            if (!link.up() || left.containsKey(name) || hasOne(name)) {
                return;
            }
            Optional<KnownGood.Copy> missing = missing(link);
            if (device.state() <= DISCONNECTED && missing.isPresent()) {
                faults.add(
                        new Fault(
                                PROFILE_MISSING,
                                name,
                                name
                                        + " is not connected: its profile \""
                                        + missing.get().id()
                                        + "\" is gone"));
                return;
            }
            waiting(link, device);
        }

        private boolean hasOne(String name) {
            return faults.stream().anyMatch(f -> f.subject().equals(name));
        }

        private void supplicant(Link link, Nmcli.Device device) {
            String name = link.name();
            Unit unit = s.unit(SUPPLICANT);
            if (unit.exists()
                    && !unit.running()
                    && !DaemonFaults.isIwds(s.nm().config(), link)
                    && device.state() <= Nmcli.UNAVAILABLE
                    && link.up()
                    && !has("wifi-off", name)
                    && !has("wifi-blocked", name)) {
                faults.add(
                        new Fault(
                                SUPPLICANT_GONE,
                                name,
                                name
                                        + " cannot be used: "
                                        + SUPPLICANT
                                        + " is "
                                        + (unit.masked() ? "masked" : unit.active())));
            }
            stray(s, name)
                    .ifPresent(
                            p ->
                                    faults.add(
                                            new Fault(
                                                    SUPPLICANT_STRAY,
                                                    name,
                                                    name
                                                            + " is taken by a wpa_supplicant that"
                                                            + " NetworkManager did not start"
                                                            + " (process "
                                                            + p.pid()
                                                            + ")")));
        }

        private void waiting(Link link, Nmcli.Device device) {
            String name = link.name();
            boolean known = worked.contains(name) || profile(s, link).isPresent();
            if (!known) {
                return;
            }
            if (link.kind() == Link.Kind.WIRED && !link.hasCarrier()) {
                left.put(name, "no carrier: the cable is out, or what it leads to is off");
            } else if (device.state() >= IP_CONFIG && device.state() < ACTIVATED) {
                left.put(name, "no answer yet from its DHCP server");
            } else if (device.state() >= PREPARING && device.state() < ACTIVATED) {
                left.put(name, "it is being connected");
            } else if (device.state() == Nmcli.UNAVAILABLE && link.kind() == Link.Kind.WIFI) {
                unavailable(link, device);
            } else if (device.state() == DISCONNECTED) {
                if (link.kind() == Link.Kind.WIFI && inSight(s, link).isEmpty()) {
                    left.put(name, "no access point of a saved network is in sight");
                } else if (profile(s, link).isPresent() && NO_ADDRESS.contains(device.reason())) {
                    faults.add(noLease(name));
                } else if (profile(s, link).isPresent()) {
                    faults.add(
                            new Fault(
                                    NOT_CONNECTED,
                                    name,
                                    name + " is not connected, though it could be"));
                }
            }
        }

        /** What has a cause of its own (a radio, a supplicant that is not there) is named by it. */
        private void unavailable(Link link, Nmcli.Device device) {
            String name = link.name();
            if (device.reason() == FIRMWARE_MISSING) {
                left.put(name, "its firmware is missing");
            } else if (worked.contains(name) && isStuck(s, link)) {
                // One that never carried may be in another mode, or have no driver that could.
                faults.add(
                        new Fault(
                                WIFI_UNAVAILABLE,
                                name,
                                name
                                        + " cannot be used: NetworkManager calls it unavailable,"
                                        + " and nothing says why"));
            }
        }

        /** A copy of what is gone, where nothing that is left would do. */
        private Optional<KnownGood.Copy> missing(Link link) {
            return link == null ? Optional.empty() : missingProfile(s, link, copies);
        }
    }

    /**
     * Whether NetworkManager cannot use that Wi-Fi though all is on and its supplicant runs: it
     * hangs, most likely.
     */
    static boolean isStuck(Snapshot s, Link link) {
        boolean unavailable =
                DaemonFaults.unavailable(s, link)
                        .filter(d -> d.reason() != FIRMWARE_MISSING)
                        .isPresent();
        boolean on =
                s.nm().general()
                        .value()
                        .filter(g -> g.networking() && g.wifi() && g.wifiHardware())
                        .isPresent();
        return link.kind() == Link.Kind.WIFI
                && link.up()
                && unavailable
                && on
                && s.unit(SUPPLICANT).running()
                && !DaemonFaults.isIwds(s.nm().config(), link);
    }

    /**
     * The newest copy of a profile of that interface that is gone; one in sight first. None where
     * it cannot be told what is there. A network that has a profile is not without one: the phone,
     * or its owner, gave it another.
     */
    static Optional<KnownGood.Copy> missingProfile(
            Snapshot s, Link link, List<KnownGood.Copy> copies) {
        if (s.nm().profiles().value().isEmpty()) {
            return Optional.empty();
        }
        Set<String> there = there(s);
        Set<String> files = new TreeSet<>();
        // One that NetworkManager does not read, too: it is not to be written over.
        s.nm().profiles().orElse(List.of()).forEach(p -> files.add(p.file()));
        boolean wifi = link.kind() == Link.Kind.WIFI;
        Set<String> seen = new TreeSet<>();
        s.nm().seen().orElse(List.of()).forEach(one -> seen.add(one.ssid()));
        List<KnownGood.Copy> gone =
                copies.stream()
                        .filter(c -> !there.contains(c.uuid()) && !files.contains(c.file()))
                        .filter(c -> c.wifi() == wifi && c.device().equals(link.name()))
                        .filter(c -> !wifi || !networks(s, link).contains(c.ssid()))
                        .toList();
        boolean other = wifi ? inSight(s, link).isPresent() : profile(s, link).isPresent();
        return other
                ? Optional.empty()
                : gone.stream()
                        .filter(c -> seen.contains(c.ssid()))
                        .findFirst()
                        .or(() -> gone.stream().findFirst());
    }

    /** The UUIDs of the profiles that are there, on the disk or in NetworkManager's memory. */
    static Set<String> there(Snapshot s) {
        Set<String> there = new TreeSet<>();
        s.nm().profiles().orElse(List.of()).forEach(p -> there.add(p.uuid()));
        s.nm().connections().orElse(List.of()).forEach(c -> there.add(c.uuid()));
        return there;
    }

    /** The SSIDs that have a profile which could be brought up there. */
    private static Set<String> networks(Snapshot s, Link link) {
        return s.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.fits(link).orElse(true))
                .map(Profile::ssid)
                .collect(Collectors.toSet());
    }

    /** A saved profile that comes up by itself there. */
    static Optional<Profile> profile(Snapshot s, Link link) {
        return s.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.autoconnectsOn(link) && p.wantsPerson().isEmpty())
                .findFirst();
    }

    /** The same, with its access point in the last scan. */
    static Optional<Profile> inSight(Snapshot s, Link link) {
        return s.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.autoconnectsOn(link) && p.wantsPerson().isEmpty())
                .filter(
                        p ->
                                s.nm().seen().orElse(List.of()).stream()
                                        .anyMatch(seen -> seen.ssid().equals(p.ssid())))
                .findFirst();
    }

    /**
     * The dhcpcd that no unit has started: by hand, or by what is no unit of its own. Those of a
     * container are not this network's.
     */
    static List<Processes.Process> strayClients(Snapshot s) {
        List<Processes.Process> all =
                s.processes().orElse(List.of()).stream()
                        .filter(p -> p.program().equals("dhcpcd"))
                        .toList();
        return all.stream()
                .filter(p -> all.stream().noneMatch(other -> other.pid() == p.parent()))
                .filter(p -> !p.unit().endsWith(".service"))
                .filter(p -> !p.unit().matches("(docker|libpod|crio|cri-containerd)-.*"))
                .toList();
    }

    /**
     * Those of them that may have taken an interface of NetworkManager's. One that names interfaces
     * has those; one that names none has all, and is left where it may hold another one's path.
     */
    static List<Processes.Process> strayClients(Snapshot s, String link) {
        List<String> names = s.physical().stream().map(Link::name).toList();
        boolean allManaged =
                s.physical().stream()
                        .allMatch(l -> s.nm().device(l).filter(Nmcli.Device::managed).isPresent());
        return strayClients(s).stream()
                .filter(p -> p.has(link) || allManaged && names.stream().noneMatch(p::has))
                .toList();
    }

    /** One that was started for an interface; NetworkManager's own hears of them over D-Bus. */
    static Optional<Processes.Process> stray(Snapshot s, String link) {
        return s.processes().orElse(List.of()).stream()
                .filter(p -> p.program().equals("wpa_supplicant"))
                .filter(p -> p.option("-i").filter(link::equals).isPresent())
                .findFirst();
    }
}
