package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The table of what "fixed" means. verify asks what is missing, fix does what is missing, undo
 * takes it back, README's table is generated from it. A new row is a new measure.
 */
public final class Measures {

    /** The files whose text a measure judges by. */
    static final List<String> FILES =
            List.of(
                    ExclusiveControl.FILE,
                    NetplanRenderer.FILE,
                    NetplanRenderer.LAST,
                    BtwifisetOrder.DROP_IN,
                    BtwifisetOrder.FOLDER,
                    Installation.STAMP,
                    Installed.FILE,
                    CountryCode.CRDA,
                    CountryCode.LOADED,
                    CountryCode.CMDLINES.get(0),
                    CountryCode.CMDLINES.get(1),
                    CountryCode.FSTAB,
                    CountryCode.SUPPLICANT,
                    WiredProfile.FILE,
                    Switches.STATE,
                    ServiceMeasures.JAVA,
                    Interfaces.FILE);

    private Measures() {}

    public static final List<Measure> TABLE =
            List.of(
                    new Measure(
                            "installed",
                            "prevention1",
                            "netfix itself, where services find it",
                            "scripts in /usr/local/bin",
                            "scripts, lib and jars in " + Installation.FOLDER,
                            "No unit may name a checkout, a home or a cache: they come and go.",
                            Installation::standing,
                            Installation::changes),
                    new Measure(
                            "wired-profile",
                            "step2",
                            "A wired profile that a reboot keeps",
                            "no-auto-default=* and no profile",
                            "a saved profile for any Ethernet, loaded before the key is written",
                            "The automatic wired profile lies in /run: with the key alone Ethernet"
                                + " is without a profile after the next boot, and the Pi with it.",
                            Measures::wiredProfile,
                            scene -> List.of(Plan.Phase.PROFILES.with(WiredProfile.put(scene)))),
                    new Measure(
                            OldManagers.ID,
                            "step1",
                            "What other managers configured is in NetworkManager",
                            "nothing: the managers are masked, and their networks are gone",
                            "every network and address as a profile, loaded and listed before its"
                                    + " manager goes, with the same identity towards DHCP",
                            "Masking a working manager first is how a Pi is lost.",
                            OldManagers::standing,
                            OldManagers::changes),
                    new Measure(
                            "keyfile-modes",
                            "step2",
                            "Profiles that NetworkManager reads",
                            "nothing",
                            "profiles in system-connections belong to root, mode 0600",
                            "NetworkManager passes over a keyfile that others may read, and says so"
                                    + " only in its log.",
                            Measures::keyfileModes,
                            scene ->
                                    keptOut(scene).keySet().stream()
                                            .map(
                                                    file ->
                                                            Plan.Phase.PROFILES.with(
                                                                    new Change.Mode(
                                                                            file, 0600, "")))
                                            .toList()),
                    new Measure(
                            "exclusive-control",
                            "step2",
                            "NetworkManager's exclusive configuration",
                            "01-exclusive-control.conf",
                            "the same file, each key as it is right for the machine",
                            "dns=systemd-resolved where resolved is absent leaves no DNS;"
                                    + " plugins=keyfile takes the interfaces of"
                                    + " /etc/network/interfaces away from ifupdown;"
                                    + " cloned-mac-address is no key of [device].",
                            Measures::exclusiveControl,
                            ExclusiveControl::changes),
                    new Measure(
                            ReadableConfiguration.ID,
                            "step2",
                            "NetworkManager can read its configuration",
                            "nothing",
                            "a file in conf.d with which NetworkManager does not start gets "
                                    + RepairAct.SetAside.ENDING
                                    + " behind its name",
                            "One line that is no configuration, and the next boot has no"
                                    + " NetworkManager.",
                            ReadableConfiguration::standing,
                            ReadableConfiguration::changes),
                    new Measure(
                            "networkmanager-at-boot",
                            "step2",
                            "NetworkManager starts at every boot",
                            "systemctl restart NetworkManager",
                            "enabled, not masked, and running; its own wpa_supplicant not masked",
                            "A restart does not outlive the boot; and without"
                                    + " wpa_supplicant.service NetworkManager has no Wi-Fi.",
                            NetworkManagerAtBoot::standing,
                            NetworkManagerAtBoot::changes),
                    isolation(
                            "dhcpcd-off",
                            Manager.DHCPCD,
                            "systemctl stop, disable, mask dhcpcd",
                            "the same, after what it configured is in NetworkManager",
                            "On Bullseye dhcpcd is the working stack: masked first, the Pi is"
                                    + " gone."),
                    isolation(
                            "networkd-off",
                            Manager.NETWORKD,
                            "systemctl stop, disable, mask systemd-networkd",
                            "the same with its socket, wait-online and generator, after what it"
                                    + " configured is in NetworkManager",
                            "Its socket starts it again; its wait-online delays every boot."),
                    new Measure(
                            "ifupdown-off",
                            "step1",
                            "ifupdown and NetworkManager do not manage the same interface",
                            "nothing (and plugins=keyfile makes both manage it)",
                            "its stanzas become profiles and comments; where both keep to their"
                                    + " own, nothing",
                            "Two managers on one interface take its address and routes in turn.",
                            OldManagers::ifupdown,
                            OldManagers::ifupdownChanges),
                    new Measure(
                            "netplan-renderer",
                            "step1",
                            "netplan renders for NetworkManager",
                            "nothing",
                            "renderer: NetworkManager in a file of its own, with the same identity"
                                    + " towards DHCP",
                            "netplan writes networkd's files anew at every boot.",
                            NetplanRenderer::standing,
                            NetplanRenderer::changes),
                    new Measure(
                            "supplicant-instances-off",
                            "step1",
                            "No wpa_supplicant of its own on a Wi-Fi interface",
                            "systemctl disable, mask wpa_supplicant@wlan0",
                            "the same for each Wi-Fi interface, whatever its name;"
                                    + " wpa_supplicant.service is left alone",
                            "wpa_supplicant.service is NetworkManager's own supplicant.",
                            scene ->
                                    UnitChanges.standing(
                                            scene,
                                            instances(scene),
                                            "no wpa_supplicant@ instance is enabled or runs"),
                            scene -> UnitChanges.isolate(scene, instances(scene))),
                    new Measure(
                            "btwifiset-after-networkmanager",
                            "step3",
                            "btwifiset starts after NetworkManager",
                            "nothing",
                            "a drop-in that orders btwifiset.service after NetworkManager",
                            "btwifiset asks once, at its start, whether NetworkManager is there;"
                                    + " where it is not yet, btwifiset drives the supplicant behind"
                                    + " NetworkManager's back until it is restarted.",
                            BtwifisetOrder::standing,
                            BtwifisetOrder::changes),
                    new Measure(
                            "networking-on",
                            "step2",
                            "Networking and Wi-Fi are switched on",
                            "nothing",
                            "nmcli networking on, nmcli radio wifi on",
                            "NetworkManager keeps both switches across reboots"
                                    + " (/var/lib/NetworkManager/NetworkManager.state).",
                            Switches::standing,
                            Switches::changes),
                    new Measure(
                            CountryCode.ID,
                            "step1",
                            "Wi-Fi's country outlives wpa_supplicant.conf",
                            "nothing: the country goes with the configuration of wpa_supplicant",
                            "cfg80211.ieee80211_regdom= as one word more in cmdline.txt, written in"
                                    + " place; a word of that kind that says no country goes, all"
                                    + " others stay as they are",
                            "A profile has no country; without one channels are missing, or Wi-Fi"
                                    + " stays off.",
                            CountryCode::standing,
                            CountryCode::changes),
                    new Measure(
                            "network-init",
                            "architecture1",
                            "A clean state for NetworkManager at every boot",
                            "network-init.service cleans network state",
                            "the same, only where something is wrong, and before NetworkManager",
                            "As published, systemd refuses the unit (unbalanced quoting).",
                            ServiceMeasures::init,
                            ServiceMeasures::initChanges),
                    new Measure(
                            "network-monitor",
                            "architecture3",
                            "The network is watched, and healed",
                            "network-monitor.service looks every 30 s and restarts NetworkManager",
                            "monitor, which hears of a fault at once and takes the smallest step"
                                    + " that heals it",
                            "The loop sees a NetworkManager that is down or a route table that is"
                                    + " empty, and nothing else, after half a minute.",
                            ServiceMeasures::monitor,
                            ServiceMeasures::monitorChanges),
                    new Measure(
                            "btwifiset-stable",
                            "step3",
                            "BTBerryWifi runs guarded",
                            "btwifiset-stable.service in place of btwifiset.service",
                            "the same: the installed btwifiset, after NetworkManager, with what a"
                                    + " session takes by accident given back",
                            "The published unit restarts NetworkManager after every session, and is"
                                    + " killed after 90 s (Type=notify).",
                            ServiceMeasures::stable,
                            ServiceMeasures::stableChanges));

    /** The table for README, in Markdown. */
    static String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| | the documentation says | netfix does | why |\n|---|---|---|---|\n");
        for (Measure m : TABLE) {
            text.append("| `")
                    .append(m.id())
                    .append("` (")
                    .append(m.step())
                    .append(") | ")
                    .append(m.documented())
                    .append(" | ")
                    .append(m.does())
                    .append(" | ")
                    .append(m.why())
                    .append(" |\n");
        }
        return text.toString().replace("*", "\\*").replace("_", "\\_");
    }

    /** The whole table, judged; where netfix has no business, every row says why. */
    public static List<Plan.Judged> judged(Scene scene) {
        return scene.foreignOwner()
                .map(
                        why ->
                                TABLE.stream()
                                        .map(m -> new Plan.Judged(m, Fulfilment.notNeeded(why)))
                                        .toList())
                .orElseGet(() -> Plan.judge(scene, TABLE));
    }

    private static Measure isolation(
            String id, Manager manager, String documented, String does, String why) {
        return new Measure(
                id,
                "step1",
                manager + " keeps off",
                documented,
                does,
                why,
                scene ->
                        UnitChanges.standing(
                                scene,
                                unitsOf(scene, manager),
                                Optional.ofNullable(scene.foreign().serving().get(manager))
                                        .map(ForeignOwners.Owned::shown)
                                        .orElse(manager + " is not in force here")),
                scene -> UnitChanges.isolate(scene, unitsOf(scene, manager)));
    }

    /** The manager's units as far as they are there; none where the manager is not in force. */
    private static List<String> unitsOf(Scene scene, Manager manager) {
        if (scene.foreign().serving().containsKey(manager)) {
            return List.of();
        }
        // The socket goes before the service, which it would start again.
        List<String> all = new ArrayList<>(manager.companions());
        all.add(manager.unit());
        all.removeIf(unit -> !scene.snapshot().unit(unit).exists());
        Predicate<String> conflicts = scene::inForce;
        return all.stream().anyMatch(conflicts.or(scene.ground()::masked)) ? all : List.of();
    }

    private static List<String> instances(Scene scene) {
        return scene.wifi().stream()
                .filter(link -> !scene.foreign().owns(link))
                .flatMap(link -> Unit.supplicants(link.name()).keySet().stream())
                .filter(unit -> scene.inForce(unit) || scene.ground().masked(unit))
                .toList();
    }

    private static Fulfilment wiredProfile(Scene scene) {
        return Fulfilment.where(
                scene.snapshot().nm().profiles(),
                () ->
                        WiredProfile.universal(scene.snapshot()).isPresent()
                                ? Fulfilment.inPlace()
                                : Fulfilment.missing(
                                        List.of(
                                                "no saved profile takes up any Ethernet at the next"
                                                        + " boot")));
    }

    /** File and reason of the profiles that are not read for what a mode or an owner mends. */
    private static Map<String, String> keptOut(Scene scene) {
        Map<String, String> keptOut = new TreeMap<>();
        for (Profile p : scene.snapshot().nm().profiles().orElse(List.of())) {
            p.refusal()
                    .filter(r -> r.cause() == Profile.Refusal.Cause.ACCESS && p.onDisk())
                    .ifPresent(r -> keptOut.put(p.file(), r.why()));
        }
        return keptOut;
    }

    private static Fulfilment keyfileModes(Scene scene) {
        return Fulfilment.where(
                scene.snapshot().nm().profiles(),
                () ->
                        Fulfilment.missing(
                                keptOut(scene).entrySet().stream()
                                        .map(e -> e.getKey() + ": " + e.getValue())
                                        .toList()));
    }

    private static Fulfilment exclusiveControl(Scene scene) {
        Reading<String> text = scene.ground().text(ExclusiveControl.FILE);
        return Fulfilment.where(text, () -> exclusiveControl(scene, text));
    }

    private static Fulfilment exclusiveControl(Scene scene, Reading<String> text) {
        String wanted = ExclusiveControl.text(scene);
        List<String> missing = new ArrayList<>();
        if (!text.orElse("").equals(wanted)) {
            missing.add(
                    text.isAbsent()
                            ? "no " + ExclusiveControl.FILE
                            : ExclusiveControl.FILE
                                    + " is not as this machine needs it: "
                                    + difference(wanted, text.orElse("")));
        }
        ExclusiveControl.withoutNames(scene).ifPresent(missing::add);
        return Fulfilment.missing(missing);
    }

    private static String difference(String wanted, String found) {
        List<String> have = keys(found);
        List<String> want = keys(wanted);
        List<String> parts = new ArrayList<>();
        want.stream().filter(k -> !have.contains(k)).forEach(k -> parts.add(k + " is missing"));
        have.stream().filter(k -> !want.contains(k)).forEach(k -> parts.add(k + " is wrong here"));
        return parts.isEmpty() ? "its comments or order differ" : String.join(", ", parts);
    }

    private static List<String> keys(String text) {
        return IniFile.parse(ExclusiveControl.FILE, text).entries().stream()
                .map(e -> "[" + e.section() + "] " + e.key() + "=" + e.value())
                .toList();
    }
}
