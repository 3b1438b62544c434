package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * rescue.sh itself, run by sh over a root and a boot partition in a folder; systemctl and mount
 * only note what they are asked. A cut is a SIGKILL just before one of the commands that change the
 * disk; that systemd goes on to an ordinary boot then is the lab's to show.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RescueScriptTest {

    private static final List<String> TOOLS =
            List.of("sync", "mv", "rm", "ln", "cp", "mkdir", "chmod", "dd", "truncate");
    private static final String LINE = "console=tty1 root=PARTUUID=4c-02 rootwait";
    private static final String WORDS = " " + SdCard.WORDS;
    private static final String PROFILES = "etc/NetworkManager/system-connections/";
    private static final String UNITS = "etc/systemd/system/";
    private static final String SECRET = "0123456789abcdef".repeat(4);
    private static final String CUT = "cut";

    private static final String HOOK = "lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant";

    @TempDir Path top;
    private Path pi;
    private Path boot;

    @BeforeEach
    void aPi() throws Exception {
        pi = Files.createDirectory(top.resolve("pi"));
        boot = Files.createDirectory(top.resolve("boot"));
        Path bin = Files.createDirectory(top.resolve("bin"));
        for (String tool : List.of("systemctl", "mount", "journalctl", "systemd-run", "nmcli")) {
            Path file = bin.resolve(tool);
            Files.writeString(file, "#!/bin/sh\necho \"" + tool + " $@\" >>" + top + "/asked\n");
            assertTrue(file.toFile().setExecutable(true));
        }
        put("lib/systemd/system/NetworkManager.service", "");
        put("etc/os-release", "PRETTY_NAME=\"Debian\"\n");
        put("proc/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\nproc /proc proc rw 0 0\n");
        for (String folder : List.of(UNITS + "multi-user.target.wants", PROFILES, "run")) {
            Files.createDirectories(pi.resolve(folder));
        }
    }

    private void put(String name, String text) throws IOException {
        Path file = pi.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String text(String name) throws IOException {
        return Files.readString(pi.resolve(name));
    }

    private boolean exists(String name) {
        return Files.exists(pi.resolve(name), java.nio.file.LinkOption.NOFOLLOW_LINKS);
    }

    private void enabled(String unit) throws IOException {
        put("lib/systemd/system/" + unit, "");
        Path link = pi.resolve(UNITS + "multi-user.target.wants/" + unit);
        Files.createSymbolicLink(link, Path.of("/lib/systemd/system/" + unit));
    }

    private void dhcpcdOfRaspberryPiOs() throws IOException {
        put("etc/dhcpcd.conf", "hostname\n");
        put(HOOK, "");
    }

    private void masked(String unit) throws IOException {
        Files.createSymbolicLink(pi.resolve(UNITS + unit), Path.of("/dev/null"));
    }

    /** The outage: Wi-Fi's profile is gone, and the wired one may not be made at the boot. */
    private void theOutage() throws IOException {
        enabled("NetworkManager.service");
        put("etc/NetworkManager/conf.d/99-no-auto.conf", "[main]\nno-auto-default=*\n");
    }

    private void scheduled(SdCard.Mode mode, boolean wifi) throws IOException {
        Files.writeString(boot.resolve("cmdline.txt"), LINE + WORDS + "\n");
        Files.writeString(boot.resolve("netfix-rescue-cmdline.old"), LINE + "\n");
        String script = SdCard.script(mode, WORDS);
        for (Map.Entry<String, String> place :
                Map.of("\nR=\n", "\nR=" + pi + "\n", "\nPATH=", "\nPATH=" + top + "/bin:")
                        .entrySet()) {
            assertTrue(script.contains(place.getKey()), place.getKey());
            script = script.replace(place.getKey(), place.getValue());
        }
        Files.writeString(
                boot.resolve(SdCard.SCRIPT), script.replace("\nR=", "\n" + cuttable() + "R="));
        if (wifi) {
            Files.write(
                    boot.resolve(SdCard.KEY),
                    RescueWifi.of("My Home Net", SECRET, false, false).keyFile("GB"));
        }
    }

    /** The main part and the one under timeout, which has a process group of its own, both end. */
    private String cuttable() {
        String text =
                "cut_here() {\n    if [ -e TOP/cut ]; then kill -9 $$; fi\n"
                        + "    read -r left <TOP/left\n"
                        + "    if [ \"$left\" = 1 ]; then : >TOP/cut; kill -9 $$; fi\n"
                        + "    echo $((left - 1)) >TOP/left\n"
                        + "    if [ -d TOP/cuts ]; then"
                        + " command mkdir TOP/cuts/$((1 - left));"
                        + " : >>TOP/asked;"
                        + " command cp -a TOP/pi TOP/boot TOP/asked TOP/cuts/$((1 - left)); fi\n"
                        + "}\n";
        for (String tool : TOOLS) {
            text += tool + "() { cut_here; command " + tool + " \"$@\"; }\n";
        }
        return text.replace("TOP", top.toString());
    }

    /**
     * @param cut before which of its changes the power goes; 0 for never
     * @return whether it went
     */
    private boolean boot(int cut) throws Exception {
        Files.deleteIfExists(top.resolve(CUT));
        Files.writeString(top.resolve("left"), cut + "\n");
        Files.deleteIfExists(top.resolve("asked"));
        new ProcessExecutor("setsid", "-w", "sh", boot.resolve(SdCard.SCRIPT).toString())
                .readOutput(true)
                .execute();
        return Files.exists(top.resolve(CUT));
    }

    private String asked() throws IOException {
        Path file = top.resolve("asked");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private String log() throws IOException {
        return Files.readString(boot.resolve(SdCard.LOG)).replace("\r\n", "\n");
    }

    private void theCardIsAsBefore() throws IOException {
        assertEquals(LINE + "\n", Files.readString(boot.resolve("cmdline.txt")));
        try (Stream<Path> all = Files.list(boot)) {
            assertEquals(
                    List.of("cmdline.txt", SdCard.LOG),
                    all.map(f -> f.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void theOutageIsMended() throws Exception {
        theOutage();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        theCardIsAsBefore();
        assertEquals(WiredProfile.TEXT, text(PROFILES + "netfix-wired.nmconnection"));
        String wifi = PROFILES + "netfix-rescue-My Home Net.nmconnection";
        assertTrue(text(wifi).contains("\nssid=My Home Net\n"), text(wifi));
        assertTrue(text(wifi).contains("psk=" + SECRET), text(wifi));
        assertEquals(0600, mode(wifi));
        assertTrue(log().startsWith("VERDICT: MENDED"), log());
        assertFalse(log().contains(SECRET), log());
        assertTrue(asked().endsWith("systemctl --no-block reboot\n"), asked());
    }

    private int mode(String name) throws IOException {
        return (Integer) Files.getAttribute(pi.resolve(name), "unix:mode") & 07777;
    }

    /** A profile with which nothing is wrong. */
    private void wiredProfile(String id) throws IOException {
        String file = PROFILES + id + ".nmconnection";
        put(file, "[connection]\nid=" + id + "\ntype=ethernet\n");
        Files.setPosixFilePermissions(
                pi.resolve(file),
                java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void onAHealthyPiNothingIsChangedAndNothingReboots() throws Exception {
        enabled("NetworkManager.service");
        wiredProfile("Wired");
        scheduled(SdCard.Mode.REPAIR, false);
        Map<String, String> before = listing();
        boot(0);
        assertEquals(before, listing());
        theCardIsAsBefore();
        assertTrue(log().startsWith("VERDICT: NOTHING TO MEND"), log());
        assertFalse(asked().contains("reboot"), asked());
    }

    /** All but what is netfix's own. */
    private Map<String, String> listing() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(pi)) {
            paths.filter(path -> !Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .map(path -> pi.relativize(path).toString())
                    .filter(name -> !name.matches("(var/lib/netfix|run|proc|sys)/.*"))
                    .forEach(name -> all.put(name, what(pi.resolve(name))));
        }
        return all;
    }

    private static String what(Path path) {
        try {
            return Files.isSymbolicLink(path)
                    ? "-> " + Files.readSymbolicLink(path)
                    : (Integer) Files.getAttribute(path, "unix:mode") + Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void everythingThatStrands() throws Exception {
        theOutage();
        Files.delete(pi.resolve(UNITS + "multi-user.target.wants/NetworkManager.service"));
        masked("NetworkManager.service");
        put("etc/NetworkManager/conf.d/50-broken.conf", "no section\n");
        put(
                "var/lib/NetworkManager/NetworkManager.state",
                "[main]\nNetworkingEnabled=false\nWirelessEnabled=false\nWWANEnabled=true\n");
        put("var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan", "1\n");
        put(PROFILES + "vpn.nmconnection", "[connection]\nid=vpn\ntype=vpn\n");
        put(
                "var/lib/netfix/known-good/6ba7b810",
                "netfix/known-good/1\n/"
                        + PROFILES
                        + "Home.nmconnection\nwlan0\n1700000000\n"
                        + "[connection]\nid=Home\ntype=wifi\n\n[wifi]\nssid=Home\n");
    }

    @Test
    void allThatStrandsIsTakenAwayAndComesBackWithRestore() throws Exception {
        everythingThatStrands();
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertFalse(exists(UNITS + "NetworkManager.service"));
        assertTrue(exists(UNITS + "multi-user.target.wants/NetworkManager.service"));
        assertFalse(exists("etc/NetworkManager/conf.d/50-broken.conf"));
        assertTrue(exists("etc/NetworkManager/conf.d/50-broken.conf.off"));
        assertTrue(exists("etc/NetworkManager/conf.d/99-no-auto.conf"));
        assertEquals(
                "[main]\nNetworkingEnabled=true\nWirelessEnabled=true\nWWANEnabled=true\n",
                text("var/lib/NetworkManager/NetworkManager.state"));
        assertEquals("0\n", text("var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan"));
        assertEquals(0600, mode(PROFILES + "vpn.nmconnection"));
        assertTrue(text(PROFILES + "Home.nmconnection").startsWith("[connection]\nid=Home\n"));
        assertTrue(exists(PROFILES + "netfix-wired.nmconnection"));

        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
        assertTrue(log().startsWith("VERDICT: RESTORED"), log());
        theCardIsAsBefore();

        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
        assertTrue(log().startsWith("VERDICT: NOTHING WAS RESTORED"), log());
        assertFalse(asked().contains("reboot"), asked());
    }

    /** A cloned card: what worked on the board that it was cloned from is not this owner's. */
    @Test
    void whatWorkedOnAnotherBoardIsNotPutBack() throws Exception {
        everythingThatStrands();
        put("sys/firmware/devicetree/base/serial-number", "10000000aaaaaaaa\0");
        for (String board : List.of("10000000bbbbbbbb", "-", "10000000aaaaaaaa")) {
            boolean another = board.endsWith("b");
            put("var/lib/netfix/monitor/memory", "netfix/monitor/1\nboard " + board + "\n");
            Files.deleteIfExists(pi.resolve(PROFILES + "Home.nmconnection"));
            scheduled(SdCard.Mode.REPAIR, false);
            boot(0);
            assertEquals(!another, exists(PROFILES + "Home.nmconnection"), board);
            assertEquals(another, log().contains("was moved to another board"), log());
        }
    }

    /** What the person has done on the mended Pi is the person's; the rest goes back. */
    @Test
    void whatWasEditedAfterTheRescueStays() throws Exception {
        everythingThatStrands();
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        String wired = PROFILES + "netfix-wired.nmconnection";
        put(wired, WiredProfile.TEXT.replace("method=auto", "method=manual"));
        String mine = "[main]\nno-auto-default=eth1\n";
        put("etc/NetworkManager/conf.d/50-broken.conf", mine);
        Map<String, String> kept = listing();
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        Map<String, String> wanted = new TreeMap<>(before);
        for (String name : List.of(wired, "etc/NetworkManager/conf.d/50-broken.conf")) {
            wanted.put(name, kept.get(name));
            assertTrue(log().contains("/" + name + " was edited after the rescue"), log());
        }
        assertEquals(wanted, listing());
        assertTrue(log().startsWith("VERDICT: RESTORED, but for what was edited"), log());
    }

    /** A rescue that found nothing to mend is none that could be restored; the one before is. */
    @Test
    void aRescueWithoutAChangeIsNotTheLastOne() throws Exception {
        theOutage();
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertTrue(log().startsWith("VERDICT: NOTHING TO MEND"), log());
        assertFalse(exists("var/lib/netfix/rescue/2"));
        // As a power cut leaves it.
        Files.createDirectories(pi.resolve("var/lib/netfix/rescue/2"));
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertTrue(log().startsWith("VERDICT: RESTORED"), log());
        assertEquals(before, listing());
    }

    /** Nothing would last: that is the verdict, and nothing is done, nor left of the secret. */
    @Test
    void whereNothingWouldLastNothingIsChanged() throws Exception {
        for (Map.Entry<String, String> mounts :
                Map.of(
                                "overlayroot / overlay rw,lowerdir=/media/root-ro 0 0\n",
                                "the root is an overlay",
                                "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n",
                                "the root is mounted read-only",
                                "/dev/sda / ext4 rw 0 0\ntmpfs /var/lib tmpfs rw,size=9k 0 0\n",
                                "/var/lib is a tmpfs")
                        .entrySet()) {
            everythingThatStrandsAnew();
            put("proc/mounts", mounts.getKey());
            Map<String, String> before = listing();
            scheduled(SdCard.Mode.REPAIR, true);
            boot(0);
            assertEquals(before, listing());
            assertFalse(exists("var/lib/netfix/rescue"));
            String verdict = log().lines().findFirst().get();
            assertTrue(verdict.startsWith("VERDICT: NOTHING WAS CHANGED: "), verdict);
            assertTrue(verdict.contains(mounts.getValue()), verdict);
            assertTrue(log().contains("no Wi-Fi network was added, and its key is"), log());
            assertFalse(asked().contains("reboot"), asked());
            theCardIsAsBefore();
        }
    }

    /**
     * overlayroot=device:dev=/dev/sda1 is one that keeps what is written; raspi-config's is not.
     */
    @Test
    void anOverlayWhoseUpperHalfIsOnADiskKeepsTheChanges() throws Exception {
        String overlay =
                "overlayroot / overlay rw,lowerdir=/media/root-ro,"
                        + "upperdir=/media/root-rw/overlay,workdir=/media/root-rw/work 0 0\n";
        for (Map.Entry<String, Boolean> below :
                Map.of(
                                "/dev/sda1 /media/root-rw ext4 rw,relatime 0 0\n",
                                true,
                                "/dev/sda1 /media/root-rw ext4 ro,relatime 0 0\n",
                                false,
                                "tmpfs-root /media/root-rw tmpfs rw,relatime 0 0\n",
                                false,
                                "/dev/mmcblk0p2 /media/root-ro ext4 ro,relatime 0 0\n",
                                false)
                        .entrySet()) {
            everythingThatStrandsAnew();
            put("proc/mounts", below.getKey() + overlay);
            scheduled(SdCard.Mode.REPAIR, false);
            boot(0);
            String verdict = log().lines().findFirst().get();
            assertEquals(below.getValue(), verdict.startsWith("VERDICT: MENDED"), verdict);
            assertEquals(!below.getValue(), verdict.contains("NOTHING WAS CHANGED"), verdict);
        }
    }

    private void everythingThatStrandsAnew() throws Exception {
        new ProcessExecutor("rm", "-rf", pi.toString(), boot.toString(), top.resolve("bin") + "")
                .execute();
        aPi();
        everythingThatStrands();
    }

    /** A folder in the file's way: whatever else was mended, the asked-for network decides. */
    @Test
    void aNetworkThatCouldNotBeAddedIsTheVerdict() throws Exception {
        theOutage();
        Path inTheWay = pi.resolve(PROFILES + "netfix-rescue-My Home Net.nmconnection");
        Files.createDirectories(inTheWay.resolve("x"));
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(
                log().startsWith(
                                "VERDICT: THE WI-FI NETWORK WAS NOT ADDED: /"
                                        + PROFILES
                                        + "netfix-rescue-My Home Net.nmconnection could not be"
                                        + " written; what is below was done, and the Pi reboots"),
                log());
        assertTrue(exists(PROFILES + "netfix-wired.nmconnection"));
        theCardIsAsBefore();
    }

    @Test
    void aChangeThatFailedIsInTheVerdict() throws Exception {
        everythingThatStrands();
        Files.createDirectories(pi.resolve("etc/NetworkManager/conf.d/50-broken.conf.off/x"));
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertTrue(log().startsWith("VERDICT: NOT EVERYTHING COULD BE DONE"), log());
        assertTrue(log().contains("50-broken.conf, which NetworkManager cannot read"), log());
        assertTrue(asked().endsWith("systemctl --no-block reboot\n"), asked());
    }

    /** dash ends where a redirection of one of its special builtins fails. */
    @Test
    void aBootPartitionThatIsReadOnlyIsMountedWritableFirst() throws Exception {
        theOutage();
        scheduled(SdCard.Mode.REPAIR, true);
        Path cmdline = boot.resolve("cmdline.txt");
        Files.move(cmdline, top.resolve("cmdline.txt"));
        Files.createDirectory(cmdline);
        Files.writeString(
                top.resolve("bin").resolve("mount"),
                "#!/bin/sh\nrmdir " + cmdline + " && mv " + top + "/cmdline.txt " + boot + "\n");
        boot(0);
        assertTrue(log().startsWith("VERDICT: MENDED"), log());
        theCardIsAsBefore();
    }

    /** The documentation's first step, on Bullseye: NetworkManager is there, and was never used. */
    @Test
    void aManagerThatWasMaskedByHandIsTheOneThatComesBack() throws Exception {
        put("lib/systemd/system/dhcpcd.service", "");
        dhcpcdOfRaspberryPiOs();
        for (String unit : List.of("dhcpcd", "systemd-networkd", "wpa_supplicant@wlan0")) {
            masked(unit + ".service");
        }
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(exists(UNITS + "multi-user.target.wants/dhcpcd.service"));
        assertFalse(exists(UNITS + "dhcpcd.service"));
        assertFalse(exists(UNITS + "multi-user.target.wants/NetworkManager.service"));
        assertTrue(text("etc/wpa_supplicant/wpa_supplicant.conf").contains("4d7920486f6d"));
        assertTrue(log().contains("network manager at boot: dhcpcd"), log());
    }

    /** The same step, where systemd-networkd and an instance of wpa_supplicant did it. */
    @Test
    void networkdComesBackWithItsSupplicant() throws Exception {
        for (String unit : List.of("systemd-networkd.service", "wpa_supplicant@.service")) {
            put("lib/systemd/system/" + unit, "");
        }
        put("etc/systemd/network/10-eth.network", "[Match]\nName=eth0\n");
        put("etc/wpa_supplicant/wpa_supplicant-wlan0.conf", "update_config=1\n");
        masked("systemd-networkd.service");
        masked("wpa_supplicant@wlan0.service");
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        for (String unit : List.of("systemd-networkd", "wpa_supplicant@wlan0")) {
            assertTrue(exists(UNITS + "multi-user.target.wants/" + unit + ".service"), unit);
            assertFalse(exists(UNITS + unit + ".service"), unit);
        }
        assertTrue(text("etc/wpa_supplicant/wpa_supplicant-wlan0.conf").contains("4d7920486f6d"));
        assertFalse(exists(UNITS + "multi-user.target.wants/NetworkManager.service"));
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
    }

    /** Its file is there, and nothing starts it: the network would be nobody's. */
    @Test
    void theSupplicantThatGetsTheNetworkIsStartedAtABoot() throws Exception {
        String conf = "etc/wpa_supplicant/wpa_supplicant-wlan0.conf";
        String instance = UNITS + "multi-user.target.wants/wpa_supplicant@wlan0.service";
        String address = "etc/systemd/network/99-netfix-wifi.network";
        put("lib/systemd/system/wpa_supplicant@.service", "");
        enabled("systemd-networkd.service");
        put("etc/systemd/network/10-eth.network", "[Match]\nName=eth0 e*\n");
        put(conf, "update_config=1\n");
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertEquals(before, listing());
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(exists(instance));
        assertTrue(text(address).contains("DHCP=yes"), log());
        assertTrue(log().startsWith("VERDICT: MENDED"), log());
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
        // Somebody has set its address up, and the supplicant is another one's.
        put("etc/systemd/network/20-wifi.network", "[Match]\nName=wl*\n");
        enabled("wpa_supplicant@wlan0.service");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertFalse(exists(address));
        // Debian's dhcpcd has no hook for it, Raspberry Pi OS's has.
        Files.delete(pi.resolve(UNITS + "multi-user.target.wants/systemd-networkd.service"));
        enabled("dhcpcd.service");
        for (boolean hook : List.of(true, false)) {
            Files.deleteIfExists(pi.resolve(instance));
            if (hook) {
                dhcpcdOfRaspberryPiOs();
            } else {
                Files.delete(pi.resolve(HOOK));
            }
            scheduled(SdCard.Mode.REPAIR, true);
            boot(0);
            assertEquals(!hook, exists(instance), log());
            assertFalse(exists(address));
        }
    }

    /** Its generator starts systemd-networkd, which no link in /etc shows; its YAML is its own. */
    @Test
    void netplansNetworkdStaysTheManagerAndGetsNoYaml() throws Exception {
        put("lib/systemd/system/systemd-networkd.service", "");
        String wants = "run/systemd/generator/multi-user.target.wants/";
        Files.createDirectories(pi.resolve(wants));
        Files.createSymbolicLink(
                pi.resolve(wants + "systemd-networkd.service"),
                Path.of("/lib/systemd/system/systemd-networkd.service"));
        put("etc/netplan/50-cloud-init.yaml", "network:\n  ethernets:\n    eth0: {dhcp4: true}\n");
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertEquals(before, listing());
        assertTrue(log().contains("network manager at boot: systemd-networkd"), log());
        assertTrue(log().contains("WAS NOT ADDED: netplan configures systemd-networkd"), log());
        // The supplicant of somebody's own beside it is read; netplan's is not that one.
        put("etc/wpa_supplicant/wpa_supplicant-wlan0.conf", "update_config=1\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(log().contains("Wi-Fi network added"), log());
        put("etc/netplan/60-wifi.yaml", "network:\n  wifis:\n    wlan0: {dhcp4: true}\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(log().contains("WAS NOT ADDED: netplan configures systemd-networkd"), log());
    }

    /** The documentation's steps on Ubuntu: what netplan had set up is masked, and is it still. */
    @Test
    void netplansNetworkdThatIsMaskedStaysTheManager() throws Exception {
        put("lib/systemd/system/systemd-networkd.service", "");
        masked("systemd-networkd.service");
        String wants = "run/systemd/generator/multi-user.target.wants/";
        Files.createDirectories(pi.resolve(wants));
        Files.createSymbolicLink(
                pi.resolve(wants + "systemd-networkd.service"),
                Path.of("/lib/systemd/system/systemd-networkd.service"));
        put("run/systemd/network/10-netplan-eth0.network", "[Match]\nName=eth0\n");
        put("etc/netplan/50-cloud-init.yaml", "network:\n  ethernets:\n    eth0: {dhcp4: true}\n");
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertTrue(log().contains("network manager at boot: systemd-networkd"), log());
        assertFalse(exists(UNITS + "systemd-networkd.service"), log());
        assertFalse(exists(UNITS + "multi-user.target.wants/NetworkManager.service"), log());
        assertTrue(log().startsWith("VERDICT: MENDED"), log());
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
    }

    /** On the same system, where somebody had changed over to NetworkManager before. */
    @Test
    void savedProfilesSayWhoTheManagerWas() throws Exception {
        put("lib/systemd/system/dhcpcd.service", "");
        dhcpcdOfRaspberryPiOs();
        masked("dhcpcd.service");
        put(PROFILES + "Home.nmconnection", "[connection]\nid=Home\ntype=wifi\n");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertTrue(exists(UNITS + "multi-user.target.wants/NetworkManager.service"));
        assertTrue(exists(UNITS + "dhcpcd.service"));
    }

    /** Without it NetworkManager has no Wi-Fi, also for the network that was asked for. */
    @Test
    void networkManagersSupplicantIsUnmasked() throws Exception {
        theOutage();
        masked("wpa_supplicant.service");
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertFalse(exists(UNITS + "wpa_supplicant.service"));
        assertTrue(log().contains("wpa_supplicant: masked"), log());
        assertTrue(log().contains("which has Wi-Fi for NetworkManager, was masked"), log());
        scheduled(SdCard.Mode.RESTORE, false);
        boot(0);
        assertEquals(before, listing());
        // iwd's users mask it on purpose.
        put("etc/NetworkManager/conf.d/iwd.conf", "[device]\nwifi.backend=iwd\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(exists(UNITS + "wpa_supplicant.service"));
    }

    private void wired(String name) throws IOException {
        Files.createDirectories(pi.resolve("sys/class/net/" + name + "/device"));
    }

    @Test
    void dhcpcdMayTakeUpEthernetAgain() throws Exception {
        enabled("dhcpcd.service");
        put(
                "etc/dhcpcd.conf",
                "hostname\ndenyinterfaces eth0\n  denyinterfaces veth*,wlan1, eth0\n"
                        + "allowinterfaces wlan0\nallowinterfaces wlan0 eth0\n"
                        + "#denyinterfaces e*\n");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertEquals(
                "hostname\n# netfix-rescue: denyinterfaces eth0\ndenyinterfaces veth* wlan1\n"
                        + "allowinterfaces wlan0 e*\nallowinterfaces wlan0 eth0\n"
                        + "#denyinterfaces e*\n",
                text("etc/dhcpcd.conf"));
        assertTrue(log().startsWith("VERDICT: MENDED"), log());
        for (String right : List.of("denyinterfaces wlan0 veth*\n", "allowinterfaces *\n")) {
            put("etc/dhcpcd.conf", right);
            scheduled(SdCard.Mode.REPAIR, false);
            boot(0);
            assertEquals(right, text("etc/dhcpcd.conf"));
        }
        // It is ifupdown's.
        enabled("networking.service");
        put("etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n");
        put("etc/dhcpcd.conf", "denyinterfaces eth0\n");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertEquals("denyinterfaces eth0\n", text("etc/dhcpcd.conf"));
    }

    @Test
    void ifupdownGetsAStanzaForEthernetThatItDoesNotName() throws Exception {
        enabled("networking.service");
        wired("eth0");
        put("usr/sbin/dhclient", "");
        assertTrue(pi.resolve("usr/sbin/dhclient").toFile().setExecutable(true));
        String wlan = "auto lo wlan0\niface lo inet loopback\niface wlan0 inet dhcp\n";
        String added = "\n# Added by netfix-rescue.\nallow-hotplug eth0\n";
        for (Map.Entry<String, String> file :
                Map.of(
                                wlan,
                                added + "iface eth0 inet dhcp\n",
                                wlan + "# auto eth0\niface eth0 inet static\n address 10.0.0.2\n",
                                added,
                                wlan + "allow-hotplug eth0\niface eth0 inet dhcp\n",
                                "",
                                wlan + "auto br0\niface br0 inet dhcp\n bridge_ports eth0\n",
                                "",
                                wlan + "iface eth0 inet manual\n",
                                "")
                        .entrySet()) {
            put("etc/network/interfaces", file.getKey());
            scheduled(SdCard.Mode.REPAIR, false);
            boot(0);
            assertEquals(file.getKey() + file.getValue(), text("etc/network/interfaces"));
        }
    }

    /** On Trixie, where they are netplan's, an old copy would stand before the profile. */
    @Test
    void aCopyDoesNotStandBeforeNetplansProfile() throws Exception {
        everythingThatStrands();
        put("etc/netplan/90-NM-1.yaml", "network:\n  version: 2\n  wifis:\n    NM-1:\n");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertFalse(exists(PROFILES + "Home.nmconnection"));
        assertTrue(log().contains("90-NM-1.yaml"), log());
    }

    /** A key that a cut or an older card has left goes, whatever this boot is for. */
    @Test
    void anOldKeyIsDeletedInEveryMode() throws Exception {
        theOutage();
        for (SdCard.Mode mode : List.of(SdCard.Mode.RECORD, SdCard.Mode.RESTORE)) {
            scheduled(mode, true);
            boot(0);
            theCardIsAsBefore();
            assertFalse(exists(PROFILES + "netfix-rescue-My Home Net.nmconnection"));
        }
    }

    /** Two networks, one after the other: the second does not take the first one's place. */
    @Test
    void aSecondNetworkLeavesTheFirst() throws Exception {
        theOutage();
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        scheduled(SdCard.Mode.REPAIR, false);
        Files.write(
                boot.resolve(SdCard.KEY),
                RescueWifi.of("Caf\u00e9", SECRET, false, false).keyFile("GB"));
        boot(0);
        assertTrue(text(PROFILES + "netfix-rescue-My Home Net.nmconnection").contains("My Home"));
        String second = text(PROFILES + "netfix-rescue-0x436166c3a9.nmconnection");
        assertTrue(second.contains("ssid=Caf\u00e9"), second);
        theCardIsAsBefore();
    }

    /** Docker's bridge always has an address; it is the hardware's that counts. */
    @Test
    void anAddressThatLeadsNowhereIsNoneWhenTheBootIsJudged() throws Exception {
        Path ip = top.resolve("bin").resolve("ip");
        Files.writeString(
                ip,
                "#!/bin/sh\ncase \"$*\" in\n*'dev eth0'*) cat "
                        + top
                        + "/eth0 ;;\n*) echo '5: docker0 inet 172.17.0.1/16' ;;\nesac\n");
        assertTrue(ip.toFile().setExecutable(true));
        for (String link : List.of("docker0/lower_veth1/x", "wg0/x", "eth0/device/x")) {
            Files.createDirectories(pi.resolve("sys/class/net/" + link));
        }
        scheduled(SdCard.Mode.RECORD, false);
        Path script = Files.copy(boot.resolve(SdCard.SCRIPT), top.resolve("later.sh"));
        Files.createDirectories(pi.resolve("run/netfix-rescue"));
        for (String address : List.of("", "2: eth0 inet 192.168.50.10/24 scope global\n")) {
            Files.writeString(top.resolve("eth0"), address);
            Files.writeString(top.resolve("left"), "0\n");
            new ProcessExecutor("sh", script.toString(), "later", boot.toString()).execute();
            assertEquals(address.isEmpty(), log().contains("NOT REACHABLE"), log());
        }
    }

    /** dhcpcd is the manager and stays it; its supplicant gets the network. */
    @Test
    void onBullseyeDhcpcdStaysTheManager() throws Exception {
        enabled("dhcpcd.service");
        dhcpcdOfRaspberryPiOs();
        put("etc/wpa_supplicant/wpa_supplicant.conf", "update_config=1\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        String conf = text("etc/wpa_supplicant/wpa_supplicant.conf");
        assertTrue(conf.startsWith("update_config=1\ncountry=GB\n"), conf);
        assertEquals(List.of("4d7920486f6d65204e6574"), WpaSupplicantConf.enabledNetworks(conf));
        assertEquals(0600, mode("etc/wpa_supplicant/wpa_supplicant.conf"));
        assertFalse(exists(UNITS + "multi-user.target.wants/NetworkManager.service"));
        assertFalse(exists(PROFILES + "netfix-wired.nmconnection"));
        theCardIsAsBefore();
    }

    /** As an editor may leave it: no country, and no end of its last line. */
    @Test
    void aConfigurationWithoutAnEndOfItsLastLineStaysOne() throws Exception {
        enabled("dhcpcd.service");
        dhcpcdOfRaspberryPiOs();
        String old = "update_config=1\nnetwork={\n\tssid=\"Old\"\n\tpsk=\"12345678\"\n}";
        put("etc/wpa_supplicant/wpa_supplicant.conf", old);
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        String conf = text("etc/wpa_supplicant/wpa_supplicant.conf");
        assertTrue(conf.startsWith(old + "\ncountry=GB\n\nnetwork={\n"), conf);
        assertEquals(
                List.of("Old", "4d7920486f6d65204e6574"), WpaSupplicantConf.enabledNetworks(conf));
    }

    /** A mask that is on the FAT partition itself, and stays there. */
    @Test
    void aMaskOnTheKernelsLineIsNamed() throws Exception {
        enabled("NetworkManager.service");
        wiredProfile("netfix-wired");
        for (SdCard.Mode mode : List.of(SdCard.Mode.REPAIR, SdCard.Mode.RECORD)) {
            scheduled(mode, false);
            String mask = " systemd.mask=NetworkManager.service systemd.mask=cups";
            Files.writeString(boot.resolve("cmdline.txt"), LINE + mask + WORDS + "\n");
            boot(0);
            assertEquals(LINE + mask + "\n", Files.readString(boot.resolve("cmdline.txt")));
            assertTrue(
                    log().contains("cmdline.txt has systemd.mask=NetworkManager.service"), log());
            assertFalse(log().contains("cups"), log());
        }
    }

    /** A network in a file that nobody reads is none, and the log must not say MENDED. */
    @Test
    void aFileThatTheManagerDoesNotReadGetsNoNetwork() throws Exception {
        String plain = "etc/wpa_supplicant/wpa_supplicant.conf";
        String notAdded = "THE WI-FI NETWORK WAS NOT ADDED: ";
        enabled("systemd-networkd.service");
        put("etc/systemd/network/10-eth.network", "[Match]\nName=eth0\n");
        put(plain, "update_config=1\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(log().contains(notAdded + "systemd-networkd has no configuration"), log());
        assertEquals("update_config=1\n", text(plain));
        Files.delete(pi.resolve(UNITS + "multi-user.target.wants/systemd-networkd.service"));
        enabled("dhcpcd.service");
        dhcpcdOfRaspberryPiOs();
        Files.delete(pi.resolve(HOOK));
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(log().contains(notAdded + "dhcpcd has no configuration"), log());
        assertEquals("update_config=1\n", text(plain));
        Files.delete(pi.resolve(UNITS + "multi-user.target.wants/dhcpcd.service"));
        enabled("networking.service");
        String stanza = "auto wlan0\niface wlan0 inet dhcp\n  wpa-";
        put("etc/network/interfaces", stanza + "ssid Home\n  wpa-psk 12345678\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(log().contains(notAdded + "ifupdown has no configuration"), log());
        assertEquals("update_config=1\n", text(plain));
        put("etc/wpa_supplicant/home.conf", "update_config=1\n");
        put("etc/network/interfaces", stanza + "conf /etc/wpa_supplicant/home.conf\n");
        scheduled(SdCard.Mode.REPAIR, true);
        boot(0);
        assertTrue(text("etc/wpa_supplicant/home.conf").contains("4d7920486f6d"), log());
        assertEquals("update_config=1\n", text(plain));
    }

    @Test
    void networkdGetsAFileOnlyWhereItHasNone() throws Exception {
        enabled("systemd-networkd.service");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertTrue(exists("etc/systemd/network/99-netfix-wired.network"));
        Files.delete(pi.resolve("etc/systemd/network/99-netfix-wired.network"));
        put("etc/systemd/network/10-eth.network", "[Match]\nName=eth0\n");
        scheduled(SdCard.Mode.REPAIR, false);
        boot(0);
        assertFalse(exists("etc/systemd/network/99-netfix-wired.network"));
    }

    @Test
    void recordingChangesNothingAndLooksAgainLater() throws Exception {
        everythingThatStrands();
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.RECORD, false);
        boot(0);
        assertEquals(before, listing());
        assertTrue(log().contains("NetworkManager: masked"), log());
        assertTrue(log().contains("NetworkManager.state: NetworkingEnabled=false"), log());
        assertTrue(asked().contains("systemd-run"), asked());
        assertFalse(asked().contains("reboot"), asked());
        theCardIsAsBefore();
    }

    /** Whatever it is that started it, where its words stay it would be started at every boot. */
    @Test
    void withoutItsWordsGoneItDoesNothing() throws Exception {
        theOutage();
        scheduled(SdCard.Mode.REPAIR, true);
        Path cmdline = boot.resolve("cmdline.txt");
        Files.writeString(cmdline, LINE + WORDS.replace("--no-block", "--no-blocking") + "\n");
        Map<String, String> before = listing();
        boot(0);
        assertEquals(before, listing());
        assertFalse(asked().contains("reboot"), asked());
    }

    @Test
    void damagedItDoesNothing() throws Exception {
        theOutage();
        Map<String, String> before = listing();
        scheduled(SdCard.Mode.REPAIR, true);
        Path file = boot.resolve(SdCard.SCRIPT);
        String whole = Files.readString(file);
        for (String damaged :
                List.of(
                        whole.replace("\n", "\r\n"),
                        whole.substring(0, whole.length() - 4),
                        whole.substring(0, whole.length() / 2),
                        whole.substring(0, whole.length() / 2) + "\0".repeat(512))) {
            Files.writeString(file, damaged);
            boot(0);
            assertEquals(before, listing());
            assertEquals(LINE + WORDS + "\n", Files.readString(boot.resolve("cmdline.txt")));
            assertEquals("", asked());
        }
    }

    /**
     * Wherever the power goes, the Pi boots with one line and without a loop; each file is the old
     * or the new one; the secret is on both disks for the few steps between its being whole on one
     * and overwritten on the other, and for as long as it is on FAT nothing else is changed.
     */
    @Test
    void aPowerCutAnywhereLeavesAPiThatBoots() throws Exception {
        everythingThatStrands();
        Map<String, String> old = listing();
        Path aside = Files.createDirectory(top.resolve("aside"));
        scheduled(SdCard.Mode.REPAIR, true);
        new ProcessExecutor("cp", "-a", pi.toString(), boot.toString(), aside.toString()).execute();
        Path cuts = Files.createDirectory(top.resolve("cuts"));
        boot(0);
        Map<String, String> mended = listing();
        Path kept = Files.move(cuts, top.resolve("kept"));
        int steps = kept.toFile().list().length;
        assertTrue(steps > 20, "cuts: " + steps);
        int onBoth = 0;
        for (int at = 1; at <= steps; at++) {
            Path disks = kept.resolve(Integer.toString(at));
            assertFalse(Files.readString(disks.resolve("asked")).contains("reboot"));
            back(disks);
            onBoth += judged(old, mended, "cut before change " + at) ? 1 : 0;
            if (at % 8 == 0) {
                scheduled(SdCard.Mode.RESTORE, false);
                boot(0);
                Map<String, String> restored = listing();
                restored.keySet().removeIf(name -> name.endsWith(".netfix-new"));
                assertEquals(old, restored, "cut before change " + at);
            }
        }
        assertTrue(onBoth > 0 && onBoth < 9, "on both disks before so many steps: " + onBoth);

        // What was kept is what a script that is killed there leaves.
        back(aside);
        assertTrue(boot(9));
        Map<String, String> killed = listing();
        String line = Files.readString(boot.resolve("cmdline.txt"));
        back(kept.resolve("9"));
        assertEquals(listing(), killed);
        assertEquals(Files.readString(boot.resolve("cmdline.txt")), line);
    }

    private void back(Path disks) throws Exception {
        new ProcessExecutor("rm", "-rf", pi.toString(), boot.toString()).execute();
        new ProcessExecutor("cp", "-a", disks + "/pi", disks + "/boot", top.toString()).execute();
    }

    /**
     * @return whether the secret is on both disks
     */
    private boolean judged(Map<String, String> old, Map<String, String> mended, String when)
            throws IOException {
        String line = Files.readString(boot.resolve("cmdline.txt"));
        assertTrue(line.startsWith(LINE), when + ": " + line);
        String rest = line.substring(LINE.length());
        assertTrue(rest.isBlank() || rest.equals(WORDS + "\n"), when + ": " + line);
        assertEachOldOrNew(old, mended, when);
        boolean waits = !rest.isBlank();
        boolean kept = exists(PROFILES + "netfix-rescue-My Home Net.nmconnection");
        boolean onFat =
                Files.exists(boot.resolve(SdCard.KEY))
                        && Files.readString(boot.resolve(SdCard.KEY)).contains(SECRET);
        assertTrue(waits || kept || onFat, when + ": the network is lost");
        Map<String, String> now = listing();
        boolean onBoth = onFat && now.values().stream().anyMatch(t -> t.contains(SECRET));
        now.keySet().removeIf(name -> name.matches(".*/(netfix-rescue-.*|[.]netfix-new)"));
        assertTrue(!onFat || now.equals(old), when + ": its secret is still on FAT");
        return onBoth;
    }

    private void assertEachOldOrNew(
            Map<String, String> old, Map<String, String> mended, String when) throws IOException {
        listing()
                .forEach(
                        (name, what) -> {
                            if (!name.endsWith(".netfix-new")) {
                                assertTrue(
                                        what.equals(old.get(name)) || what.equals(mended.get(name)),
                                        when + ": " + name + " is " + what);
                            }
                        });
    }

    @Test
    void theKeyFileThatIsCutOffIsNotTaken() throws Exception {
        theOutage();
        scheduled(SdCard.Mode.REPAIR, true);
        byte[] key = Files.readAllBytes(boot.resolve(SdCard.KEY));
        Files.write(boot.resolve(SdCard.KEY), java.util.Arrays.copyOf(key, key.length - 3));
        boot(0);
        assertFalse(exists(PROFILES + "netfix-rescue-My Home Net.nmconnection"));
        assertTrue(log().contains("is cut off"), log());
        theCardIsAsBefore();
        assertEquals(
                List.of(),
                log().lines().filter(line -> line.contains(SECRET)).toList(),
                new String(key, StandardCharsets.UTF_8));
    }
}
