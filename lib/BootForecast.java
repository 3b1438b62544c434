package netfix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
        return new BootForecast(snapshot).known(link);
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

    /** The units and profiles say what a boot makes of them, and not that it is this system's. */
    private Answer known(Link link) {
        Answer answer = forecast(link);
        Optional<Mount> root = snapshot.premises().forgetfulRoot();
        if (root.isPresent()) {
            return Answer.unknown(
                    "the root is a file system in memory ("
                            + root.get().type()
                            + "), and what the next boot finds lies below it");
        }
        Optional<Evidence> wifiOff = snapshot.premises().orders().wifiOff();
        if (wifiOff.isPresent() && isAssumedWifi(link) && answer.isYes()) {
            return Answer.unknown(
                    "the Pi's own Wi-Fi is switched off ("
                            + wifiOff.get().what()
                            + ", "
                            + wifiOff.get().source()
                            + "), and whether another one is plugged in a mounted card does not"
                            + " tell");
        }
        return snapshot.premises()
                .orders()
                .elsewhere()
                .filter(e -> answer.isYes())
                .map(
                        e ->
                                Answer.unknown(
                                        "the next boot goes elsewhere ("
                                                + e.what()
                                                + ", "
                                                + e.source()
                                                + ")"))
                .orElse(answer);
    }

    private static boolean isAssumedWifi(Link link) {
        return link.kind() == Link.Kind.WIFI && link.phy().isEmpty();
    }

    private Answer forecast(Link link) {
        if (snapshot.units().whyUnknown().isPresent()) {
            return Answer.unknown(snapshot.units().whyUnknown().get());
        }
        if (link.kind() == Link.Kind.WIFI) {
            Answer radio = radio(link);
            if (!radio.isYes()) {
                return radio;
            }
        }
        List<Answer> answers = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (Manager manager : Manager.values()) {
            Unit unit = snapshot.unit(manager.unit());
            if (!unit.exists()) {
                continue;
            }
            boolean byNetplan = snapshot.startedByNetplan(manager);
            String file = unit.fileAtBoot();
            if (unit.maskedAtBoot()) {
                out.add(
                        manager
                                + " is masked"
                                + snapshot.premises()
                                        .orders()
                                        .mask(unit.name())
                                        .map(e -> " (" + e.what() + ", " + e.source() + ")")
                                        .orElse(""));
            } else if (unit.enabled() || byNetplan) {
                answers.add(of(manager, link));
            } else if (file.equals("disabled")) {
                out.add(manager + " is not enabled");
            } else {
                out.add(manager + " is " + (file.isEmpty() ? unit.load() : file));
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

    /**
     * Whether the radio is open after the boot. systemd-rfkill keeps what it is now; what it kept
     * last is asked where nothing runs.
     */
    private Answer radio(Link link) {
        Optional<Rfkill> now =
                snapshot.rfkill().orElse(List.of()).stream()
                        .filter(r -> !link.phy().isEmpty() && r.device().equals(link.phy()))
                        .findFirst();
        if (now.isPresent()) {
            return now.get().soft() || now.get().hard()
                    ? Answer.no("its radio is blocked, which a reboot keeps (rfkill)")
                    : Answer.yes("open");
        }
        List<String> blocked =
                snapshot.savedSwitches().value().map(Rfkill.Saved::blocked).orElse(List.of());
        if (snapshot.savedSwitches().whyUnknown().isPresent()) {
            return Answer.unknown(snapshot.savedSwitches().whyUnknown().get());
        }
        if (blocked.isEmpty()) {
            return Answer.yes("open");
        }
        boolean all = snapshot.savedSwitches().value().get().open().isEmpty();
        return all
                ? Answer.no("its radio was blocked, which a reboot keeps (" + blocked.get(0) + ")")
                : Answer.unknown(
                        "one of its radios was blocked, and which one is unknown ("
                                + blocked.get(0)
                                + ")");
    }

    private Answer networkManager(Link link) {
        Snapshot.NetworkManager nm = snapshot.nm();
        NmConfig config = nm.config().atBoot();
        if (!config.faults().isEmpty()) {
            return Answer.no(
                    "NetworkManager does not start with a broken configuration: "
                            + config.faults().get(0));
        }
        Optional<Answer> off = switchedOff(link);
        if (off.isPresent()) {
            return off.get();
        }
        if (link.kind() == Link.Kind.WIFI
                && !DaemonFaults.isIwds(config, link)
                && snapshot.unit(Faults.SUPPLICANT).maskedAtBoot()) {
            return Answer.no(
                    "wpa_supplicant.service is masked, and NetworkManager has no Wi-Fi without it");
        }
        Reading<Evidence> unmanaged = unmanaged(snapshot, config, link);
        if (unmanaged.value().isPresent()) {
            return Answer.no(
                    "NetworkManager leaves it alone (" + unmanaged.value().get().source() + ")");
        }
        Optional<Answer> others = netplanKeepsOff(config, link);
        if (others.isPresent()) {
            return others.get();
        }
        Optional<String> unknown =
                nm.profiles()
                        .whyUnknown()
                        .or(() -> config.unreadable().stream().findFirst())
                        .or(unmanaged::whyUnknown);
        if (unknown.isPresent()) {
            return Answer.unknown(unknown.get());
        }
        Optional<Profile> profile = profileFor(link);
        if (profile.isPresent()) {
            return inRange(link, "NetworkManager, saved profile \"" + profile.get().id() + "\"");
        }
        Optional<Answer> netplan = netplan(link, Netplan.NETWORKMANAGER);
        if (netplan.isPresent()) {
            return netplan.get();
        }
        Optional<Profile> perhaps =
                atNextBoot(snapshot)
                        .filter(p -> p.fits(link).isEmpty() && p.autoconnect())
                        .findFirst();
        if (perhaps.isPresent()) {
            return Answer.unknown(
                    "whether the saved profile \""
                            + perhaps.get().id()
                            + "\" is for it hangs on its MAC address or driver, which a mounted"
                            + " card does not tell");
        }
        String none = noneMatches(link);
        boolean ethernet =
                link.kind() == Link.Kind.WIRED
                        || link.kind() == Link.Kind.VIRTUAL && !link.controller() && !link.vlan();
        return ethernet ? automatic(config, link, none) : Answer.no(none);
    }

    /**
     * The profile that an interface gets where all of them come up at once: most come up on one
     * only (connection.multi-connect, nm-settings(5)), and one that names its interface is nobody
     * else's.
     */
    private Optional<Profile> profileFor(Link link) {
        List<String> wrong = ProfileFaults.wrongPasswords(snapshot);
        List<Link> links = new ArrayList<>(snapshot.physical());
        links.removeIf(l -> l.name().equals(link.name()));
        links.add(link);
        links.sort(Comparator.comparing((Link l) -> !l.hasCarrier()).thenComparing(Link::index));
        Set<String> given = new HashSet<>();
        for (Link one : links) {
            Optional<Profile> profile =
                    savedProfiles(snapshot, one)
                            .filter(
                                    p ->
                                            !p.type().equals(Profile.WIFI)
                                                    || !wrong.contains(p.ssid()))
                            .filter(p -> !given.contains(p.file()))
                            .min(Comparator.comparing((Profile p) -> !isBound(p)));
            if (one.name().equals(link.name())) {
                return profile;
            }
            profile.filter(p -> !p.multiple()).ifPresent(p -> given.add(p.file()));
        }
        return Optional.empty();
    }

    private static boolean isBound(Profile profile) {
        return !profile.interfaceName().isEmpty() || !profile.mac().isEmpty();
    }

    private static Answer inRange(Link link, String what) {
        return Answer.yes(
                link.kind() == Link.Kind.WIFI ? what + ", where its network is in range" : what);
    }

    /**
     * The state file, or, where only root may read it, what the daemon says: it writes the file.
     */
    private Optional<Answer> switchedOff(Link link) {
        Snapshot.NetworkManager nm = snapshot.nm();
        boolean wifi = link.kind() == Link.Kind.WIFI;
        Optional<IniFile.Entry> off = nm.switchedOff("NetworkingEnabled");
        if (off.isPresent()) {
            return Optional.of(
                    Answer.no(
                            "networking is switched off, which a reboot keeps ("
                                    + off.get().place()
                                    + ")"));
        }
        off = wifi ? nm.switchedOff("WirelessEnabled") : Optional.empty();
        if (off.isPresent()) {
            return Optional.of(
                    Answer.no(
                            "the Wi-Fi radio is switched off, which a reboot keeps ("
                                    + off.get().place()
                                    + ")"));
        }
        if (nm.state().whyUnknown().isEmpty()) {
            return Optional.empty();
        }
        Optional<Nmcli.General> now = nm.general().value();
        if (now.isPresent() && !now.get().networking()) {
            return Optional.of(Answer.no("networking is switched off, which a reboot keeps"));
        }
        boolean on = now.isPresent() && (!wifi || now.get().wifi());
        return on ? Optional.empty() : nm.state().whyUnknown().map(Answer::unknown);
    }

    /** Whether a list of devices has an interface in it. */
    private static Reading<Evidence> listed(Optional<IniFile.Entry> list, Link link) {
        if (list.isEmpty()) {
            return Reading.absent("no such key");
        }
        return DeviceSpec.matches(list.get().value(), link)
                .map(
                        matches ->
                                matches
                                        ? Reading.known(Evidence.of(list.get()))
                                        : Reading.<Evidence>absent("it is not listed"))
                .orElseGet(() -> Reading.unknown(hangs(list.get())));
    }

    private static String hangs(IniFile.Entry entry) {
        return "whether "
                + entry.key()
                + " means it hangs on its MAC address or driver, which is not known ("
                + entry.place()
                + ")";
    }

    /**
     * What netplan's generator makes of its YAML for an interface; empty where it makes nothing.
     */
    private Optional<Answer> netplan(Link link, String renderer) {
        if (!snapshot.netplan().unreadable().isEmpty()) {
            return Optional.of(Answer.unknown(snapshot.netplan().unreadable().get(0)));
        }
        String by = renderer.equals(Netplan.NETWORKD) ? "systemd-networkd" : "NetworkManager";
        for (Netplan.Definition d : snapshot.netplan().of(link, renderer)) {
            boolean joins = link.kind() != Link.Kind.WIFI || !d.networks().isEmpty();
            if (!d.address() || !d.byItself() || !joins) {
                continue;
            }
            return Optional.of(
                    d.fits(link).isPresent()
                            ? inRange(link, by + ", netplan's \"" + d.id() + "\"")
                            : Answer.unknown(
                                    "whether netplan's \""
                                            + d.id()
                                            + "\" is for it hangs on its MAC address or driver,"
                                            + " which is not known"));
        }
        return Optional.empty();
    }

    /**
     * What netplan gives to networkd it keeps NetworkManager off, also where networkd does not
     * start: by a udev rule with NM_UNMANAGED, which managed= outdoes.
     */
    private Optional<Answer> netplanKeepsOff(NmConfig config, Link link) {
        boolean outdone =
                config.deviceEntries("managed", link).stream()
                        .flatMap(Optional::stream)
                        .anyMatch(e -> NmConfig.isTrue(e.value()));
        return snapshot.netplan().of(link, Netplan.NETWORKD).stream()
                .filter(d -> !outdone && d.fits(link).isPresent())
                .findFirst()
                .map(
                        d ->
                                Answer.no(
                                        "NetworkManager leaves it alone, netplan gives it to"
                                                + " systemd-networkd (\""
                                                + d.id()
                                                + "\", "
                                                + snapshot.netplan().fileOf(d)
                                                + ")"));
    }

    private String noneMatches(Link link) {
        // Matching, and passed over above.
        Optional<Profile> other = savedProfile(snapshot, link);
        if (other.isPresent()) {
            return ProfileFaults.wrongPasswords(snapshot).contains(other.get().ssid())
                    ? "the password in the saved profile \"" + other.get().id() + "\" does not work"
                    : "the saved profile \""
                            + other.get().id()
                            + "\" comes up on one interface only (connection.multi-connect)";
        }
        Optional<Profile> waiting = waiting(snapshot, link);
        if (waiting.isPresent()) {
            Profile p = waiting.get();
            return "the saved profile \""
                    + p.id()
                    + "\" does not come up by itself: "
                    + (p.autoconnect() ? p.wantsPerson() : "autoconnect=false");
        }
        return link.kind() == Link.Kind.WIFI
                ? "no saved Wi-Fi profile matches it"
                : "no saved profile matches it";
    }

    private Answer automatic(NmConfig config, Link link, String none) {
        Reading<Evidence> forbidden = automaticProfileForbidden(snapshot, config, link);
        if (forbidden.value().isPresent()) {
            return Answer.no(
                    none
                            + ", and an automatic one is ruled out ("
                            + forbidden.value().get().source()
                            + ")");
        }
        return forbidden
                .whyUnknown()
                .map(Answer::unknown)
                .orElseGet(() -> Answer.yes("NetworkManager, its automatic profile"));
    }

    /** The profiles that the next boot has: those on disk, and those that netplan writes anew. */
    private static Stream<Profile> atNextBoot(Snapshot snapshot) {
        return snapshot.nm().profiles().orElse(List.of()).stream()
                .filter(
                        p ->
                                p.onDisk()
                                        || p.fromNetplan()
                                                && snapshot.netplan().definitions().stream()
                                                        .anyMatch(d -> d.backs(p)));
    }

    /**
     * A profile that the next boot has, and that NetworkManager takes up on this interface by
     * itself. A port's counts where its bridge or bond has a profile that gives it an address.
     */
    static Optional<Profile> savedProfile(Snapshot snapshot, Link link) {
        return savedProfiles(snapshot, link).findFirst();
    }

    private static Stream<Profile> savedProfiles(Snapshot snapshot, Link link) {
        return atNextBoot(snapshot)
                .filter(p -> p.autoconnectsOn(link) && p.wantsPerson().isEmpty())
                .filter(p -> p.controller().isEmpty() ? !p.noAddress() : carried(snapshot, p))
                .filter(p -> !link.controller() || hasPort(snapshot, p));
    }

    /**
     * All of these, and those that may be for it: that hangs on a MAC address or driver which is
     * not known.
     */
    static Stream<Profile> perhapsSaved(Snapshot snapshot, Link link) {
        return Stream.concat(
                savedProfiles(snapshot, link),
                atNextBoot(snapshot).filter(p -> p.fits(link).isEmpty() && p.autoconnect()));
    }

    /** A profile that would fit, and that somebody has to bring up by hand. */
    static Optional<Profile> waiting(Snapshot snapshot, Link link) {
        return atNextBoot(snapshot)
                .filter(p -> p.fits(link).orElse(false) && p.controller().isEmpty())
                .filter(p -> !p.autoconnect() || !p.wantsPerson().isEmpty())
                .findFirst();
    }

    private static boolean carried(Snapshot snapshot, Profile port) {
        return atNextBoot(snapshot).anyMatch(p -> isFor(port, p) && !p.noAddress());
    }

    private static boolean hasPort(Snapshot snapshot, Profile controller) {
        return atNextBoot(snapshot).anyMatch(p -> isFor(p, controller) && p.autoconnect());
    }

    private static boolean isFor(Profile port, Profile controller) {
        return !port.controller().isEmpty()
                && List.of(controller.uuid(), controller.interfaceName(), controller.id())
                        .contains(port.controller());
    }

    /**
     * What keeps NetworkManager from making its automatic wired profile: the {@code
     * no-auto-default} key, a deleted automatic profile, or a saved profile that fits the
     * interface, whether or not it connects by itself (have_connection_for_device in
     * src/core/settings/nm-settings.c).
     */
    static Reading<Evidence> automaticProfileForbidden(Snapshot snapshot, Link link) {
        return automaticProfileForbidden(snapshot, snapshot.nm().config().atBoot(), link);
    }

    private static Reading<Evidence> automaticProfileForbidden(
            Snapshot snapshot, NmConfig config, Link link) {
        return firstKnown(
                List.of(
                        listed(config.entry("main", "no-auto-default"), link),
                        automaticProfileDeleted(snapshot, link),
                        profileInstead(snapshot, link)));
    }

    /** What is certain beats what may be. */
    private static Reading<Evidence> firstKnown(List<Reading<Evidence>> readings) {
        return readings.stream()
                .filter(r -> r.value().isPresent())
                .findFirst()
                .or(() -> readings.stream().filter(r -> r.whyUnknown().isPresent()).findFirst())
                .orElse(readings.get(0));
    }

    private static Reading<Evidence> automaticProfileDeleted(Snapshot snapshot, Link link) {
        String file = "/var/lib/NetworkManager/no-auto-default.state";
        Reading<List<String>> deleted = snapshot.nm().autoDefaultDeleted();
        if (deleted.whyUnknown().isPresent()) {
            return Reading.unknown(deleted.whyUnknown().get());
        }
        List<String> macs = deleted.orElse(List.of());
        if (!macs.isEmpty() && link.permanentMac().isEmpty()) {
            return Reading.unknown(
                    "the automatic profile was deleted for "
                            + String.join(", ", macs)
                            + ", and whose address that is a mounted card does not tell");
        }
        return macs.contains(link.permanentMac())
                ? Reading.known(new Evidence(link.permanentMac(), file))
                : Reading.absent("nobody deleted it");
    }

    private static Reading<Evidence> profileInstead(Snapshot snapshot, Link link) {
        Optional<Profile> fits =
                atNextBoot(snapshot).filter(p -> p.fits(link).orElse(false)).findFirst();
        if (fits.isPresent()) {
            Profile p = fits.get();
            String what = p.autoconnect() ? "profile \"" + p.id() + "\"" : "autoconnect=false";
            return Reading.known(new Evidence(what, p.file()));
        }
        return atNextBoot(snapshot)
                .filter(p -> p.fits(link).isEmpty())
                .findFirst()
                .map(
                        p ->
                                Reading.<Evidence>unknown(
                                        "whether \""
                                                + p.id()
                                                + "\" rules out an automatic profile hangs on a"
                                                + " MAC address that is not known"))
                .orElseGet(() -> Reading.absent("no profile fits it"));
    }

    /** What in NetworkManager's configuration keeps it off an interface now. */
    static Reading<Evidence> unmanaged(Snapshot snapshot, Link link) {
        return unmanaged(snapshot, snapshot.nm().config(), link);
    }

    static Reading<Evidence> unmanaged(Snapshot snapshot, NmConfig config, Link link) {
        return firstKnown(
                List.of(
                        listed(config.entry("keyfile", "unmanaged-devices"), link),
                        notManaged(config, link),
                        ifupdownPlugin(snapshot, config, link)));
    }

    private static Reading<Evidence> notManaged(NmConfig config, Link link) {
        List<Optional<IniFile.Entry>> perhaps = config.deviceEntries("managed", link);
        List<IniFile.Entry> off =
                perhaps.stream()
                        .flatMap(Optional::stream)
                        .filter(e -> NmConfig.isFalse(e.value()))
                        .toList();
        if (off.isEmpty()) {
            return Reading.absent("no [device] section keeps it off");
        }
        return off.size() == perhaps.size()
                ? Reading.known(Evidence.of(off.get(0)))
                : Reading.unknown(hangs(off.get(0)));
    }

    private static Reading<Evidence> ifupdownPlugin(Snapshot snapshot, NmConfig config, Link link) {
        boolean plugin =
                config.entry("main", "plugins")
                        .map(e -> e.value().contains("ifupdown"))
                        .orElse(false);
        boolean managesThem =
                config.entry("ifupdown", "managed")
                        .map(e -> NmConfig.isTrue(e.value()))
                        .orElse(false);
        return snapshot.interfaces().of(link.name()).stream()
                .filter(s -> plugin && !managesThem)
                .findFirst()
                .map(
                        s ->
                                Reading.known(
                                        new Evidence(
                                                "iface "
                                                        + s.name()
                                                        + " "
                                                        + s.family()
                                                        + " "
                                                        + s.method(),
                                                s.place())))
                .orElseGet(() -> Reading.absent("no stanza keeps it off"));
    }

    private Answer dhcpcd(Link link) {
        if (!snapshot.dhcpcd().unreadable().isEmpty()) {
            return Answer.unknown(snapshot.dhcpcd().unreadable());
        }
        if (link.controller() || link.vlan()) {
            return Answer.no("dhcpcd makes no " + link.hardware().devtype());
        }
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
        Optional<Answer> netplan = netplan(link, Netplan.NETWORKD);
        if (netplan.isPresent()) {
            return netplan.get();
        }
        if (!snapshot.networkd().unreadable().isEmpty()) {
            return Answer.unknown(snapshot.networkd().unreadable().get(0));
        }
        Reading<IniFile> file = snapshot.networkd().fileAtBoot(link);
        if (file instanceof Reading.Absent<IniFile> none) {
            return Answer.no(none.why());
        }
        if (file.whyUnknown().isPresent()) {
            return Answer.unknown(file.whyUnknown().get());
        }
        IniFile ini = file.value().get();
        boolean address =
                !ini.section("Address").isEmpty()
                        || ini.last("Network", "Address").isPresent()
                        || !ini.value("Network", "DHCP", "no").matches("no|false|0|off|none")
                        || ini.value("Network", "IPv6AcceptRA", "").matches("yes|true|1|on");
        if (!address) {
            return Answer.no("systemd-networkd gives it no address");
        }
        if (link.kind() != Link.Kind.WIFI) {
            return Answer.yes("systemd-networkd");
        }
        Answer supplicant = supplicant(link, false);
        return supplicant.isYes()
                ? Answer.yes("systemd-networkd, " + supplicant.why())
                : supplicant;
    }

    /** Whether something starts a supplicant that knows a network on this interface. */
    private Answer supplicant(Link link, boolean hook) {
        Map<String, String> units = Unit.supplicants(link.name());
        Optional<String> started =
                units.keySet().stream().filter(u -> snapshot.unit(u).enabled()).findFirst();
        if (started.isEmpty() && !hook) {
            return Answer.no("nothing starts wpa_supplicant on it");
        }
        Map<String, List<String>> confs = snapshot.wifiConfs();
        String own = "/etc/wpa_supplicant/wpa_supplicant-" + link.name() + ".conf";
        String conf =
                started.map(units::get)
                        .orElse(
                                confs.containsKey(own)
                                        ? own
                                        : "/etc/wpa_supplicant/wpa_supplicant.conf");
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
        List<String> unreadable = snapshot.interfaces().unreadable();
        if (stanzas.isEmpty()) {
            return unreadable.isEmpty()
                    ? Answer.no(Interfaces.FILE + " has no stanza for it")
                    : Answer.unknown(unreadable.get(0));
        }
        if (!snapshot.interfaces().atBoot(link.name())) {
            return Answer.no(stanzas.get(0).place() + ": neither auto nor allow-hotplug");
        }
        if (link.kind() == Link.Kind.WIFI
                && stanzas.stream().noneMatch(Interfaces.Stanza::joinsNetwork)) {
            return Answer.no(stanzas.get(0).place() + " names no Wi-Fi network to join");
        }
        return Answer.yes("ifupdown, " + stanzas.get(0).place());
    }
}
