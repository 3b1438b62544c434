package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.Set;

class StanzaEditTest {

    private static final String TEXT =
            """
            # the loopback
            auto lo
            iface lo inet loopback

            auto eth0 eth1
            allow-hotplug wlan0
            iface eth0 inet static
                address 192.0.2.7/24
                # a comment in the middle
                up echo a \\
                    b
            iface eth0:1 inet static
                address 192.0.2.8/24
            iface eth1 inet dhcp

            source /etc/network/interfaces.d/*
            """;

    @Test
    void itsStanzasBecomeCommentsAndTheRestStays() {
        assertEquals(
                """
                # the loopback
                auto lo
                iface lo inet loopback

                # netfix: auto eth0 eth1
                auto eth1
                allow-hotplug wlan0
                # netfix: iface eth0 inet static
                # netfix:     address 192.0.2.7/24
                    # a comment in the middle
                # netfix:     up echo a \\
                # netfix:         b
                # netfix: iface eth0:1 inet static
                # netfix:     address 192.0.2.8/24
                iface eth1 inet dhcp

                source /etc/network/interfaces.d/*
                """,
                StanzaEdit.without(TEXT, Set.of("eth0")));
    }

    @Test
    void aNameThatIsNotThereChangesNothing() {
        assertEquals(TEXT, StanzaEdit.without(TEXT, Set.of("end0")));
    }

    /** What ifquery -l says of the results, too (ifupdown 0.8.41): lo, eth0 and no complaint. */
    @Test
    void aLineThatGoesOnIsOneLine() {
        String text = "auto lo eth0 \\\n  wlan0\n# no more of \\\nallow-hotplug wlan0 eth1\n";
        assertEquals(
                """
                # netfix: auto lo eth0 \\
                # netfix:   wlan0
                auto lo eth0
                # no more of \\
                # netfix: allow-hotplug wlan0 eth1
                allow-hotplug eth1
                """,
                StanzaEdit.without(text, Set.of("wlan0")));
        assertEquals(text, StanzaEdit.without(text, Set.of("end0")));
        assertEquals(
                "# netfix: iface \\\n# netfix:   wlan0 inet dhcp\n# netfix:   up a\nauto eth1\n",
                StanzaEdit.without(
                        "iface \\\n  wlan0 inet dhcp\n  up a\nauto eth1\n", Set.of("wlan0")));
    }

    @Test
    void doneTwiceItIsTheSame() {
        String once = StanzaEdit.without(TEXT, Set.of("eth0", "eth1", "wlan0"));
        assertEquals(once, StanzaEdit.without(once, Set.of("eth0", "eth1", "wlan0")));
    }

    /** Nobody reads it any more but people. */
    @Test
    void aCommentWithAPassphraseIsForRootOnly() {
        String psk = "\twpa-psk correct horse\n";
        String gone = StanzaEdit.without("iface wlan0 inet dhcp\n" + psk, Set.of("wlan0"));
        assertEquals(0600, StanzaEdit.mode(gone, 0644));
        assertEquals(0400, StanzaEdit.mode(gone, 0444));
        String both = "iface eth0 inet dhcp\niface wlan1 inet dhcp\n" + psk;
        assertEquals(0644, StanzaEdit.mode(StanzaEdit.without(both, Set.of("eth0")), 0644));
    }
}
