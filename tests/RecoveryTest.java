package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.UnaryOperator;

/** The emergency commands, over captures of real faults. */
class RecoveryTest {

    private static Scene scene(String capture) {
        return Scene.at(
                new ReplayedMachine(CaptureFile.load(Captures.file(capture)), capture),
                Progress.silent());
    }

    private static List<String> typed(String capture, List<KnownGood.Copy> copies) {
        Scene scene = scene(capture);
        return Recovery.typed(Recovery.plan(scene, new Recovery.Kept(copies, false, false)), scene);
    }

    private static KnownGood.Copy copy(String file) {
        return new KnownGood.Copy(
                "74b3df5b-4552-4ae9-a241-0325255c3f14",
                "My Home Net",
                file,
                "wlan0",
                true,
                "My Home Net",
                0,
                "[connection]\nid=My Home Net\npsk=secret\n");
    }

    @Test
    void whatKeepsNetworkManagerFromStartingGoesFirst() {
        List<String> lines = typed("networkmanager-config-broken", List.of());
        String move =
                "mv -n -- /etc/NetworkManager/conf.d/50-broken.conf"
                        + " /etc/NetworkManager/conf.d/50-broken.conf.netfix-off    #"
                        + " NetworkManager cannot read it";
        assertTrue(lines.contains(move), lines.toString());
        assertTrue(
                lines.indexOf(move) < lines.indexOf("systemctl restart NetworkManager.service"),
                lines.toString());
    }

    @Test
    void whatNetworkManagerNeedsIsStartedFirstAndAConfirmedFixComesBackBeforeIt() {
        Scene scene = scene("networkmanager-not-running");
        List<String> lines =
                Recovery.typed(
                        Recovery.plan(scene, new Recovery.Kept(List.of(), true, true)), scene);
        assertEquals(
                List.of("systemctl start dbus.socket", "systemctl start dbus.service"),
                lines.subList(0, 2));
        String again =
                "sh /var/lib/netfix/transaction.sh again    # puts back what is missing of the"
                        + " confirmed fix";
        int start = lines.indexOf("systemctl restart NetworkManager.service");
        assertTrue(lines.contains(again) && lines.indexOf(again) < start, lines.toString());
    }

    private static List<String> typed(Capture altered) {
        Scene scene = Scene.at(new ReplayedMachine(altered, "a Pi"), Progress.silent());
        return Recovery.typed(
                Recovery.plan(scene, new Recovery.Kept(List.of(), false, false)), scene);
    }

    /** A dhcpcd of somebody's who went by an old guide: at the next boot it is NetworkManager's. */
    @Test
    void whatOnlyRunsIsNotTheManagerOfThisPi() {
        Capture altered = CaptureFile.load(Captures.file("networkmanager-not-running"));
        Scene before = Scene.at(new ReplayedMachine(altered, "a Pi"), Progress.silent());
        assertFalse(before.snapshot().unit(Manager.NETWORKD.unit()).enabled());
        unit(altered, Manager.NETWORKD.unit(), "ActiveState", "active");
        assertTrue(typed(altered).contains("systemctl restart NetworkManager.service"));
        // netplan enables it in /run, for this boot and each later one.
        altered.texts.put(
                "/etc/netplan/50-x.yaml",
                Reading.known("network: {ethernets: {eth0: {dhcp4: true}}}"));
        altered.folders.put("/etc/netplan", Reading.known(List.of("50-x.yaml")));
        altered.folders.put("/lib/systemd/system-generators", Reading.known(List.of("netplan")));
        assertFalse(typed(altered).contains("systemctl restart NetworkManager.service"));
    }

    /** Said, and not only left alone. */
    @Test
    void theManagerThatThisPiHasIsNamed() {
        Scene scene = scene("healthy-bullseye");
        Plan plan = Recovery.plan(scene, new Recovery.Kept(List.of(), false, false));
        assertEquals(List.of(), plan.steps());
        assertEquals(
                "the network is dhcpcd's (dhcpcd.service runs, NetworkManager does not run)",
                plan.respected().get(plan.respected().size() - 1).shown());
    }

    private static void unit(Capture capture, String unit, String property, String value) {
        says(
                capture,
                "systemctl",
                shown -> {
                    StringBuilder all = new StringBuilder();
                    for (String block : shown.split("(?<=\n)\n")) {
                        boolean its = block.contains("Id=" + unit + "\n");
                        all.append(
                                        its
                                                ? block.replaceAll(
                                                        "(?m)^" + property + "=.*$",
                                                        property + "=" + value)
                                                : block)
                                .append("\n");
                    }
                    return all.toString();
                });
    }

    private static void says(Capture capture, String tool, UnaryOperator<String> other) {
        capture.commands.replaceAll(
                (argv, r) ->
                        argv.get(0).equals(tool)
                                ? new CommandResult(
                                        argv,
                                        r.outcome(),
                                        r.exit(),
                                        other.apply(r.stdout()),
                                        r.stderr())
                                : r);
    }

    /** NetworkManager's own supplicant is masked, and Wi-Fi is nowhere without it. */
    @Test
    void aSupplicantThatMayNotStartIsStarted() {
        Capture altered = CaptureFile.load(Captures.file("device-disconnected~by-phone"));
        String mask = Ground.UNITS + "/wpa_supplicant.service";
        altered.stats.put(
                mask, Reading.known(new FileStat(FileStat.Kind.LINK, 0777, 0, 0, 9, "/dev/null")));
        says(
                altered,
                "systemctl",
                out ->
                        out.replaceFirst(
                                "(?s)(Id=wpa_supplicant.service\n"
                                        + ".*?)ActiveState=active\n"
                                        + "SubState=running",
                                "$1ActiveState=inactive\nSubState=dead"));
        List<String> lines = typed(altered);
        int unmask = lines.indexOf("rm " + mask + "    # unmask it");
        int reload = lines.indexOf("systemctl daemon-reload");
        int start = lines.indexOf("systemctl restart wpa_supplicant.service");
        int manager = lines.indexOf("systemctl restart NetworkManager.service");
        assertTrue(0 <= unmask && unmask < reload, lines.toString());
        assertTrue(reload < start && start < manager, lines.toString());
        assertFalse(typed("device-disconnected~by-phone", List.of()).toString().contains("wpa_"));
    }

    /** It runs, and NetworkManager cannot use Wi-Fi: restarted alone, that would stay so. */
    @Test
    void aSupplicantThatHangsIsRestarted() {
        Capture altered = CaptureFile.load(Captures.file("device-disconnected~by-phone"));
        says(
                altered,
                "nmcli",
                out ->
                        out.replaceFirst(
                                "(?s)(DEVICE:wlan0\n.*?STATE:)30[^\n]*", "$120 (unavailable)"));
        assertTrue(
                typed(altered).contains("systemctl restart wpa_supplicant.service"),
                typed(altered).toString());
        // One that is down is unavailable for that reason.
        says(altered, "ip", out -> out.replaceFirst("(\"ifname\":\"wlan0\".*?),\"UP\"", "$1"));
        assertTrue(typed(altered).contains("ip link set wlan0 up"), typed(altered).toString());
        assertFalse(typed(altered).toString().contains("wpa_"), typed(altered).toString());
    }

    /** Its unit is stopped as a unit; what no unit has started is ended by its number. */
    @Test
    void aDhcpcdThatSomebodyStartedByHandIsEnded() {
        Capture altered = CaptureFile.load(Captures.file("healthy-bookworm"));
        says(
                altered,
                "ps",
                out ->
                        out
                                + "\n    712       1 0::/user.slice/user-1000.slice/session-3.scope"
                                + " dhcpcd: [manager] [ip4] [ip6]\n"
                                + "    713     712 0::/user.slice/user-1000.slice/session-3.scope"
                                + " dhcpcd: [privileged proxy]\n"
                                + "    714       1 0::/system.slice/networking.service"
                                + " dhcpcd eth0\n");
        List<String> kills = typed(altered).stream().filter(l -> l.startsWith("kill")).toList();
        assertEquals(List.of("kill 712    # a dhcpcd that no unit has started"), kills);
    }

    @Test
    void aBlockedRadioIsUnblocked() {
        assertTrue(typed("wifi-blocked", List.of()).contains("rfkill unblock 0"));
    }

    @Test
    void aProfileThatIsGoneComesBackAndItsSecretIsNotPrinted() {
        String file = "/etc/NetworkManager/system-connections/My Home Net.nmconnection";
        List<String> lines = typed("wifi-profile-deleted~after-a-boot", List.of(copy(file)));
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("# write " + file)), lines.toString());
        assertFalse(lines.toString().contains("secret"));
        // Not where it is there.
        assertFalse(typed("healthy-bookworm", List.of(copy(file))).toString().contains(file));
    }

    @Test
    void itEndsWithWhatIsReachable() {
        String text = Recovery.outcome(scene("healthy-bookworm"));
        assertTrue(text.startsWith("Reachable now: yes (eth0: 192.168.50."), text);
        assertEquals(2, text.lines().count());
    }
}
