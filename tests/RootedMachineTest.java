package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class RootedMachineTest {

    @TempDir Path top;
    private Path root;

    @BeforeEach
    void aCardWithLinks() throws Exception {
        root = Files.createDirectories(top.resolve("card"));
        Files.createDirectories(root.resolve("etc/systemd/system"));
        Files.createDirectories(root.resolve("usr/lib/systemd/system"));
        Files.writeString(root.resolve("etc/hostname"), "card\n");
        Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
        Files.writeString(top.resolve("outside"), "the laptop's own file");
        Files.createSymbolicLink(root.resolve("etc/absolute"), Path.of("/etc/hostname"));
        Files.createSymbolicLink(root.resolve("etc/up"), Path.of("../../../../outside"));
        Files.createSymbolicLink(root.resolve("etc/elsewhere"), top.resolve("outside"));
        Files.createSymbolicLink(root.resolve("etc/loop"), Path.of("loop"));
        Files.createSymbolicLink(
                root.resolve("etc/systemd/system/dhcpcd.service"), Path.of("/dev/null"));
    }

    @Test
    void anAbsoluteLinkMeansAPlaceOnTheCard() {
        assertEquals(Reading.known("card\n"), new RootedMachine(root).read("/etc/absolute"));
    }

    @Test
    void noLinkLeadsOutOfTheCard() {
        RootedMachine card = new RootedMachine(root);
        assertTrue(card.read("/etc/up").isAbsent(), "../ beyond the root stays in it");
        assertTrue(card.read("/etc/elsewhere").isAbsent(), "an absolute link too");
        assertTrue(card.read("/../../outside").isAbsent(), "and a path that climbs");
    }

    @Test
    void aLoopIsUnknownAndNotAHang() {
        assertEquals(
                Reading.unknown("cannot read /etc/loop: too many symbolic links"),
                new RootedMachine(root).read("/etc/loop"));
    }

    @Test
    void aMaskIsReadOffItsLink() {
        Unit dhcpcd =
                UnitFiles.of(new RootedMachine(root), List.of("dhcpcd.service"))
                        .get("dhcpcd.service");
        assertTrue(dhcpcd.masked());
    }

    @Test
    void enablementIsReadOffTheWantsFolders() throws Exception {
        Files.writeString(
                root.resolve("usr/lib/systemd/system/NetworkManager.service"), "[Unit]\n");
        Files.writeString(
                root.resolve("usr/lib/systemd/system/wpa_supplicant@.service"), "[Unit]\n");
        Path wants =
                Files.createDirectories(root.resolve("etc/systemd/system/multi-user.target.wants"));
        Files.createSymbolicLink(
                wants.resolve("wpa_supplicant@wlan0.service"),
                Path.of("/lib/systemd/system/wpa_supplicant@.service"));
        var units =
                UnitFiles.of(
                        new RootedMachine(root),
                        List.of(
                                "NetworkManager.service",
                                "wpa_supplicant@wlan0.service",
                                "none.service"));
        assertEquals("disabled", units.get("NetworkManager.service").file());
        assertEquals("enabled", units.get("wpa_supplicant@wlan0.service").file());
        assertEquals("not-found", units.get("none.service").load());
    }

    @Test
    void whatIsNoRootIsRefusedInOneLine() throws Exception {
        Path boot = Files.createDirectories(top.resolve("bootfs"));
        Files.writeString(boot.resolve("cmdline.txt"), "console=tty1\n");
        assertTrue(
                assertThrows(BadInput.class, () -> new RootedMachine(boot))
                        .getMessage()
                        .contains("boot partition"));
        assertThrows(BadInput.class, () -> new RootedMachine(top.resolve("nothing")));
    }

    /** An editor may be open in another window while fix asks. */
    @Test
    void whatHasChangedSinceItWasReadIsNamed() throws IOException {
        Files.writeString(root.resolve("etc/dhcpcd.conf"), "interface eth0\n");
        Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 localhost\n");
        WatchfulMachine read = new WatchfulMachine(new RootedMachine(root));
        read.read("/etc/dhcpcd.conf");
        read.read("/etc/network/interfaces");
        Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 other\n");
        assertEquals(Optional.empty(), read.changed(), "of what was not read nothing is said");
        Files.createDirectories(root.resolve("etc/network"));
        Files.writeString(root.resolve("etc/network/interfaces"), "auto lo\n");
        assertEquals(Optional.of("/etc/network/interfaces"), read.changed());
        Files.writeString(root.resolve("etc/dhcpcd.conf"), "");
        assertEquals(Optional.of("/etc/dhcpcd.conf"), read.changed());
    }
}
