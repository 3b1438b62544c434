package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Will this Pi be reachable after its next boot? Answered from what lies on disk (enabled units,
 * profiles, conf.d, state files), never from the present moment: the automatic wired profile, a
 * runtime mask and a live lease are all gone by then.
 */
public final class BootForecast {

    private final Snapshot snapshot;

    private BootForecast(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    public static Answer of(Snapshot snapshot, Link link) {
        return new BootForecast(snapshot).forecast(link);
    }

    /** What one manager would do with an interface at boot, if it is started. */
    static Answer by(Manager manager, Snapshot snapshot, Link link) {
        return new BootForecast(snapshot).of(manager, link);
    }

    /**
     * Over any interface. A card whose interfaces are unknown is asked about a wired and a Wi-Fi
     * one.
     */
    public static Answer ofAll(Snapshot snapshot) {
        if (snapshot.links().whyUnknown().isPresent()) {
            return Answer.unknown(snapshot.links().whyUnknown().get());
        }
        return Reach.anyOf(
                snapshot.physical(),
                link -> withItsCable(snapshot, link),
                "no wired or Wi-Fi interface");
    }

    /** A port without a cable would come up, and reach nobody. */
    private static Answer withItsCable(Snapshot snapshot, Link link) {
        Answer answer = of(snapshot, link);
        boolean noCable =
                link.kind() == Link.Kind.WIRED && link.carrier().map(c -> !c).orElse(false);
        return answer.isYes() && noCable
                ? Answer.unknown(answer.why() + ", once a cable is in")
                : answer;
    }

    private Answer forecast(Link link) {
        if (snapshot.units().whyUnknown().isPresent()) {
            return Answer.unknown(snapshot.units().whyUnknown().get());
        }
        List<Answer> answers = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (Manager manager : Manager.values()) {
            Unit unit = snapshot.unit(manager.unit());
            if (!unit.exists()) {
                continue;
            }
            if (unit.masked()) {
                out.add(manager + " is masked");
            } else if (unit.file().equals("disabled")) {
                out.add(manager + " is not enabled");
            } else if (!unit.enabled()) {
                out.add(manager + " is " + (unit.file().isEmpty() ? unit.load() : unit.file()));
            } else {
                answers.add(of(manager, link));
            }
        }
        for (Answer.Kind kind : List.of(Answer.Kind.YES, Answer.Kind.UNKNOWN)) {
            Optional<Answer> first = answers.stream().filter(a -> a.kind() == kind).findFirst();
            if (first.isPresent()) {
                return first.get();
            }
        }
        List<String> reasons = new ArrayList<>(answers.stream().map(Answer::why).toList());
        // Managers that are off on purpose explain nothing where another one is on.
        if (answers.isEmpty()) {
            reasons.addAll(out);
        }
        return Answer.no(
                reasons.isEmpty() ? "no network manager is installed" : String.join("; ", reasons));
    }

    private Answer of(Manager manager, Link link) {
        return switch (manager) {
            case NETWORKMANAGER -> networkManager(link);
            case DHCPCD -> dhcpcd(link);
            case NETWORKD -> networkd(link);
            case IFUPDOWN -> ifupdown(link);
        };
    }

    private Answer networkManager(Link link) {
        Snapshot.NetworkManager nm = snapshot.nm();
        if (!nm.config().faults().isEmpty()) {
            return Answer.no(
                    "NetworkManager does not start with a broken configuration: "
                            + nm.config().faults().get(0));
        }
        Optional<IniFile.Entry> off = nm.switchedOff("NetworkingEnabled");
        if (off.isPresent()) {
            return Answer.no(
                    "networking is switched off, which a reboot keeps (" + off.get().place() + ")");
        }
        off = link.kind() == Link.Kind.WIFI ? nm.switchedOff("WirelessEnabled") : Optional.empty();
        if (off.isPresent()) {
            return Answer.no(
                    "the Wi-Fi radio is switched off, which a reboot keeps ("
                            + off.get().place()
                            + ")");
        }
        Optional<Evidence> unmanaged = unmanaged(snapshot, link);
        if (unmanaged.isPresent()) {
            return Answer.no("NetworkManager leaves it alone (" + unmanaged.get().source() + ")");
        }
        if (nm.profiles().whyUnknown().isPresent()) {
            return Answer.unknown(nm.profiles().whyUnknown().get());
        }
        if (!nm.config().unreadable().isEmpty()) {
            return Answer.unknown(nm.config().unreadable().get(0));
        }
        Optional<Profile> profile = savedProfile(snapshot, link);
        if (profile.isPresent()) {
            String id = "NetworkManager, saved profile \"" + profile.get().id() + "\"";
            return Answer.yes(
                    link.kind() == Link.Kind.WIFI ? id + ", where its network is in range" : id);
        }
        if (link.kind() == Link.Kind.WIFI) {
            return Answer.no("no saved Wi-Fi profile matches it");
        }
        Optional<Evidence> forbidden = automaticProfileForbidden(snapshot, link);
        Reading<List<String>> deleted = nm.autoDefaultDeleted();
        if (forbidden.isEmpty() && deleted.whyUnknown().isPresent()) {
            return Answer.unknown(deleted.whyUnknown().get());
        }
        if (forbidden.isEmpty() && link.mac().isEmpty() && !deleted.orElse(List.of()).isEmpty()) {
            return Answer.unknown(
                    "the automatic profile was deleted for "
                            + String.join(", ", deleted.orElse(List.of()))
                            + ", and whose address that is a mounted card does not tell");
        }
        return forbidden.isEmpty()
                ? Answer.yes("NetworkManager, its automatic profile")
                : Answer.no(
                        "no saved profile matches it, and an automatic one is ruled out ("
                                + forbidden.get().source()
                                + ")");
    }

    /**
     * A profile that the next boot has, and that NetworkManager takes up on this interface by
     * itself.
     */
    static Optional<Profile> savedProfile(Snapshot snapshot, Link link) {
        return snapshot.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.onDisk() || p.fromNetplan() && !snapshot.netplanFiles().isEmpty())
                .filter(p -> p.autoconnectsOn(link) && !p.noAddress())
                .findFirst();
    }

    /**
     * What keeps NetworkManager from making its automatic wired profile: the {@code
     * no-auto-default} key, a deleted automatic profile, or a saved profile for the interface that
     * does not connect by itself.
     */
    static Optional<Evidence> automaticProfileForbidden(Snapshot snapshot, Link link) {
        Optional<IniFile.Entry> key =
                snapshot.nm()
                        .config()
                        .entry("main", "no-auto-default")
                        .filter(e -> DeviceSpec.matches(e.value(), link));
        if (key.isPresent()) {
            return key.map(Evidence::of);
        }
        if (!link.mac().isEmpty()
                && snapshot.nm().autoDefaultDeleted().orElse(List.of()).contains(link.mac())) {
            return Optional.of(
                    new Evidence(link.mac(), "/var/lib/NetworkManager/no-auto-default.state"));
        }
        return snapshot.nm().profiles().orElse(List.of()).stream()
                .filter(
                        p ->
                                p.onDisk()
                                        && p.type().equals(Profile.ETHERNET)
                                        && !p.autoconnect()
                                        && p.refusal().isEmpty())
                .filter(p -> p.interfaceName().isEmpty() || p.interfaceName().equals(link.name()))
                .filter(p -> p.mac().isEmpty() || p.mac().equals(link.mac()))
                .map(p -> new Evidence("autoconnect=false", p.file()))
                .findFirst();
    }

    /** What in NetworkManager's configuration keeps it off an interface. */
    static Optional<Evidence> unmanaged(Snapshot snapshot, Link link) {
        NmConfig config = snapshot.nm().config();
        Optional<IniFile.Entry> list =
                config.entry("keyfile", "unmanaged-devices")
                        .filter(e -> DeviceSpec.matches(e.value(), link));
        if (list.isPresent()) {
            return list.map(Evidence::of);
        }
        for (IniFile.Entry managed : config.deviceEntries("managed")) {
            boolean no = managed.value().matches("0|no|false|off");
            if (no
                    && config.matchOf(managed)
                            .map(match -> DeviceSpec.matches(match, link))
                            .orElse(true)) {
                return Optional.of(Evidence.of(managed));
            }
        }
        boolean plugin =
                config.entry("main", "plugins")
                        .map(e -> e.value().contains("ifupdown"))
                        .orElse(false);
        boolean managesThem =
                config.entry("ifupdown", "managed")
                        .map(e -> e.value().matches("1|yes|true|on"))
                        .orElse(false);
        return plugin && !managesThem
                ? snapshot.interfaces().of(link.name()).stream()
                        .findFirst()
                        .map(
                                s ->
                                        new Evidence(
                                                "iface "
                                                        + s.name()
                                                        + " "
                                                        + s.family()
                                                        + " "
                                                        + s.method(),
                                                s.place()))
                : Optional.empty();
    }

    private Answer dhcpcd(Link link) {
        if (!snapshot.dhcpcd().mayHold(link)) {
            return Answer.no(Dhcpcd.CONF + " keeps dhcpcd off it");
        }
        if (link.kind() == Link.Kind.WIRED) {
            return Answer.yes(
                    snapshot.dhcpcd().isStatic(link) ? "dhcpcd, static address" : "dhcpcd");
        }
        Answer supplicant = supplicant(link, snapshot.supplicantHook());
        return supplicant.isYes() ? Answer.yes("dhcpcd, " + supplicant.why()) : supplicant;
    }

    private Answer networkd(Link link) {
        Optional<IniFile> file = snapshot.networkd().fileFor(link);
        if (file.isEmpty()) {
            boolean netplan = !snapshot.host().live() && !snapshot.netplanFiles().isEmpty();
            return netplan
                    ? Answer.unknown("netplan makes systemd-networkd's files at boot only")
                    : Answer.no("no .network file of systemd-networkd matches it");
        }
        IniFile ini = file.get();
        boolean address =
                !ini.section("Address").isEmpty()
                        || ini.last("Network", "Address").isPresent()
                        || !ini.value("Network", "DHCP", "no").matches("no|false|0|off|none")
                        || ini.value("Network", "IPv6AcceptRA", "").matches("yes|true|1|on");
        if (!address) {
            return Answer.no("systemd-networkd gives it no address");
        }
        if (link.kind() == Link.Kind.WIRED) {
            return Answer.yes("systemd-networkd");
        }
        Answer supplicant = supplicant(link, false);
        return supplicant.isYes()
                ? Answer.yes("systemd-networkd, " + supplicant.why())
                : supplicant;
    }

    /** Whether something starts a supplicant that knows a network on this interface. */
    private Answer supplicant(Link link, boolean hook) {
        Unit netplan = snapshot.unit("netplan-wpa-" + link.name() + ".service");
        if (netplan.running() || netplan.file().startsWith("enabled")) {
            return Answer.yes("networks of netplan");
        }
        boolean unit = snapshot.unit("wpa_supplicant@" + link.name() + ".service").enabled();
        if (!unit && !hook) {
            return Answer.no("nothing starts wpa_supplicant on it");
        }
        Map<String, List<String>> confs = snapshot.wifiConfs();
        String own = "/etc/wpa_supplicant/wpa_supplicant-" + link.name() + ".conf";
        String conf =
                unit || confs.containsKey(own) ? own : "/etc/wpa_supplicant/wpa_supplicant.conf";
        List<String> networks = confs.get(conf);
        if (networks == null) {
            return snapshot.host().root()
                    ? Answer.no("no " + conf)
                    : Answer.unknown("not allowed to read " + conf);
        }
        return networks.isEmpty()
                ? Answer.no(conf + " has no enabled network")
                : Answer.yes(
                        networks.size()
                                + " network"
                                + (networks.size() == 1 ? "" : "s")
                                + " in "
                                + conf);
    }

    private Answer ifupdown(Link link) {
        List<Interfaces.Stanza> stanzas =
                snapshot.interfaces().of(link.name()).stream()
                        .filter(Interfaces.Stanza::configures)
                        .toList();
        if (stanzas.isEmpty()) {
            return Answer.no(Interfaces.FILE + " has no stanza for it");
        }
        if (!snapshot.interfaces().atBoot(link.name())) {
            return Answer.no(stanzas.get(0).place() + ": neither auto nor allow-hotplug");
        }
        return Answer.yes("ifupdown, " + stanzas.get(0).place());
    }
}
