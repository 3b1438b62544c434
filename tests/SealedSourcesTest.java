package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** On a card that dhcpcd had, and on Pis that run: whose passphrases are taken out, whose named. */
class SealedSourcesTest {

    private static final String CONF = "/etc/wpa_supplicant/wpa_supplicant.conf";
    private static final String MASK = "/etc/systemd/system/dhcpcd.service";

    private static final String[] NETWORKS = {
        "ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev",
        "country=GB",
        "network={",
        "\tssid=\"My Home Net\"",
        "\t#psk=\"correct horse, wörtlich\"",
        "\tpsk=\"correct horse, wörtlich\"",
        "}",
        "network={",
        "\tssid=\"Cellar\"",
        "\tpsk=\"under the stairs\"",
        "}",
        "network={",
        "\tssid=\"Cafe\"",
        "\tkey_mgmt=NONE",
        "}",
    };

    /** Bullseye: dhcpcd's hook starts wpa_supplicant. */
    private static Texts card() {
        return Texts.card()
                .file("/usr/lib/systemd/system/dhcpcd.service", "[Unit]")
                .file("/lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant", "")
                .file(CONF, NETWORKS);
    }

    private static Texts withProfile(Texts pi) {
        return pi.profile(
                "My Home Net.nmconnection",
                "[connection]",
                "id=My Home Net",
                "uuid=1",
                "type=wifi",
                "[wifi]",
                "ssid=My Home Net",
                "[wifi-security]",
                "psk=correct horse, wörtlich");
    }

    private static String blanked(SealedSources sealed, String file) {
        assertEquals(Set.of(file), sealed.blanked().keySet());
        return new String(sealed.blanked().get(file), StandardCharsets.UTF_8);
    }

    @Test
    void aNetworkThatIsInAProfileGoesAndOthersAreNamed() {
        Texts card = withProfile(card()).link(MASK, "/dev/null");
        SealedSources sealed = SealedSources.of(card);
        String was = card.read(CONF).orElse("");
        String text = blanked(sealed, CONF);
        assertEquals(
                was.getBytes(StandardCharsets.UTF_8).length,
                text.getBytes(StandardCharsets.UTF_8).length);
        // The country, the open network and the one that nobody carried over are as they were.
        assertEquals(was.lines().limit(2).toList(), text.lines().limit(2).toList());
        assertEquals(was.lines().skip(7).toList(), text.lines().skip(7).toList());
        assertTrue(text.lines().skip(2).limit(5).allMatch(l -> l.matches("#+")), text);
        assertEquals(
                List.of(CONF + ":10 (netfix has not carried it into a profile)"), sealed.left());
    }

    /** README says: delete those that are yours. Then it must not come back from here. */
    @Test
    void whatAFixCarriedIntoAProfileThatHasGoneSinceGoesToo() {
        Texts card = card().link(MASK, "/dev/null");
        assertEquals(Set.of(), SealedSources.of(card).blanked().keySet());
        String op = PlanFolder.BASE + "/0001/ops/0003/";
        card.file(op + "path", OldSources.PROFILES + "/My Home Net.nmconnection");
        card.file(op + "data", "[wifi-security]", "psk=correct horse, wörtlich");
        assertTrue(!blanked(SealedSources.of(card), CONF).contains("horse"));
    }

    @Test
    void whatIsStillReadStaysAndIsNamed() {
        Texts enabled =
                withProfile(card())
                        .link(
                                "/etc/systemd/system/multi-user.target.wants/dhcpcd.service",
                                "/lib/systemd/system/dhcpcd.service");
        Texts named =
                withProfile(card())
                        .link(MASK, "/dev/null")
                        .file(Interfaces.FILE, "iface wlan1 inet dhcp", "\twpa-conf " + CONF);
        for (Texts card : List.of(enabled, named)) {
            SealedSources sealed = SealedSources.of(card);
            assertEquals(Set.of(), sealed.blanked().keySet());
            assertEquals(3, sealed.left().size(), sealed.left().toString());
            assertTrue(sealed.left().get(0).equals(CONF + ":5 (wpa_supplicant reads it)"));
        }
    }

    /** Somebody's own, on an interface that netfix left alone. */
    @Test
    void whatASupplicantWasStartedWithStays() {
        Texts pi = withProfile(Texts.live().file(CONF, NETWORKS));
        pi.says("systemctl", "Id=dhcpcd.service", "LoadState=masked", "ActiveState=inactive");
        pi.output(
                Processes.COMMAND,
                "  353 1 0::/x.scope /sbin/wpa_supplicant -B -i wlan1 -c" + CONF);
        assertEquals(Set.of(), SealedSources.of(pi).blanked().keySet());
        pi.output(Processes.COMMAND, "  353 1 0::/x.service /sbin/wpa_supplicant -u -s");
        assertEquals(Set.of(CONF), SealedSources.of(pi).blanked().keySet());
        pi.ends(Processes.COMMAND, 2, "", "ps: broken");
        assertEquals(Set.of(), SealedSources.of(pi).blanked().keySet());
    }

    @Test
    void whatNetfixMadeACommentOfGoesAndAPersonsCommentIsNamed() {
        Texts card =
                withProfile(Texts.card())
                        .file(
                                Interfaces.FILE,
                                "# netfix: iface wlan0 inet dhcp",
                                "# netfix: \twpa-ssid My Home Net",
                                "# netfix: \twpa-psk correct horse, wörtlich",
                                "# netfix: \twpa-psk another",
                                "#\twpa-psk correct horse, wörtlich");
        SealedSources sealed = SealedSources.of(card);
        List<String> lines = blanked(sealed, Interfaces.FILE).lines().toList();
        assertEquals("# netfix: \twpa-ssid My Home Net", lines.get(1));
        assertTrue(lines.get(2).matches("#{43}"), lines.get(2));
        assertEquals(
                List.of(
                        Interfaces.FILE + ":4 (netfix has not carried it into a profile)",
                        Interfaces.FILE + ":5 (netfix has not carried it into a profile)"),
                sealed.left());
    }

    @Test
    void whatMonitorSetAsideIsNamed() {
        Texts card = Texts.card().file("/etc/NetworkManager/conf.d/x.conf.netfix-off", "psk=a b c");
        assertEquals(
                List.of(
                        "/etc/NetworkManager/conf.d/x.conf.netfix-off:1 (monitor has set it"
                                + " aside)"),
                SealedSources.of(card).left());
    }
}
