package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

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
