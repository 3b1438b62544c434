package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeroturnaround.exec.ProcessExecutor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The units that stay, and their scripts, run by sh in a folder of its own: their places are moved
 * there. Commands only note what they are asked; what they would have done, the lab shows.
 */
class ServicesTest {

    @TempDir Path top;
    private Path pi;

    private static final String UUID = "74b3df5b-4552-4ae9-a241-0325255c3f14";
    private static final String KEYFILE =
            "[connection]\nid=My Home Net\nuuid="
                    + UUID
                    + "\ntype=wifi\n\n[wifi]\nssid=My Home Net\n\n[wifi-security]\npsk=old\n";

    @BeforeEach
    void aPi() throws IOException {
        pi = Files.createDirectory(top.resolve("pi"));
        for (String folder :
                List.of(
                        "net/eth0/device",
                        "net/wlan0/device",
                        "net/wlan0/phy80211",
                        "rfkill/rfkill0",
                        "proc",
                        "conf/conf.d",
                        "profiles",
                        "runtime",
                        "units/multi-user.target.wants",
                        "log",
                        "lib/netfix",
                        "kept/profiles")) {
            Files.createDirectories(pi.resolve(folder));
        }
        for (String link : List.of("eth0", "wlan0")) {
            put("net/" + link + "/type", "1\n");
            put("net/" + link + "/flags", "0x1003\n");
        }
        put("net/eth0/carrier", "0\n");
        put("rfkill/rfkill0/type", "wlan\n");
        put("rfkill/rfkill0/soft", "0\n");
        put("proc/mounts", "/dev/mmcblk0p2 / ext4 rw 0 0\n");
        put("state", "[main]\nNetworkingEnabled=true\nWirelessEnabled=true\nWWANEnabled=true\n");
        put("profiles/My Home Net.nmconnection", KEYFILE);
        Files.createSymbolicLink(
                pi.resolve("units/multi-user.target.wants/NetworkManager.service"),
                Path.of("/lib/systemd/system/NetworkManager.service"));
        Path bin = Files.createDirectory(top.resolve("bin"));
        for (String tool : List.of("ip", "nmcli", "systemctl", "sleep", "kill")) {
            Files.writeString(
                    bin.resolve(tool), "#!/bin/sh\necho \"" + tool + " $*\" >>" + top + "/asked\n");
            assertTrue(bin.resolve(tool).toFile().setExecutable(true));
        }
    }

    private void put(String name, String text) throws IOException {
        Path file = pi.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String read(String name) throws IOException {
        Path file = pi.resolve(name);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private String asked() throws IOException {
        Path file = top.resolve("asked");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Its output; the script is given its arguments. */
    private String run(String script, Map<String, String> places, String... arguments)
            throws Exception {
        String text = Checkout.read(Path.of("lib", script));
        for (Map.Entry<String, String> place : places.entrySet()) {
            assertTrue(text.contains(place.getKey() + "="), place.getKey());
            text =
                    text.replaceAll(
                            "(?m)^" + place.getKey() + "=/.*$",
                            place.getKey() + "=" + pi.resolve(place.getValue()));
        }
        text = text.replace("PATH=/usr/sbin", "PATH=" + top + "/bin:/usr/sbin");
        // A shell's own kill would be asked otherwise.
        text = text.replace("if kill \"", "if command kill \"").replace("command kill", "env kill");
        Path file = Files.writeString(top.resolve(script), text);
        List<String> argv = new ArrayList<>(List.of("sh", file.toString()));
        argv.addAll(List.of(arguments));
        return new ProcessExecutor(argv)
                .readOutput(true)
                .redirectErrorStream(true)
                .timeout(60, TimeUnit.SECONDS)
                .execute()
                .outputUTF8();
    }

    private String init() throws Exception {
        return run(
                "network-init.sh",
                Map.ofEntries(
                        Map.entry("log", "log/network-init.log"),
                        Map.entry("interfaces", "net"),
                        Map.entry("switches", "rfkill"),
                        Map.entry("processes", "proc"),
                        Map.entry("state", "state"),
                        Map.entry("profiles", "profiles"),
                        Map.entry("configuration", "conf"),
                        Map.entry("packaged", "packaged"),
                        Map.entry("generated", "generated"),
                        Map.entry("ifupdown", "ifupdown"),
                        Map.entry("units", "units"),
                        Map.entry("by_phone", "by-phone")));
    }

    @Test
    void onAHealthyPiTheBootChangesNothing() throws Exception {
        assertEquals("", init());
        assertEquals("", asked());
        assertEquals("", Files.readString(pi.resolve("log/network-init.log")), "for tail -f only");
    }

    @Test
    void whatIsOffIsSwitchedOnWhereThereIsNoCable() throws Exception {
        String off = read("state").replace("NetworkingEnabled=true", "NetworkingEnabled=false");
        put("state", off.replace("WirelessEnabled=true", "WirelessEnabled=false"));
        put("rfkill/rfkill0/soft", "1\n");
        init();
        assertEquals(
                "[main]\nNetworkingEnabled=true\nWirelessEnabled=true\nWWANEnabled=true\n",
                read("state"));
        assertEquals("0\n", read("rfkill/rfkill0/soft"));
        assertTrue(read("log/network-init.log").contains("unblocked the radio rfkill0"));
    }

    @Test
    void withACableItStaysAsSomebodyLeftIt() throws Exception {
        put("state", "[main]\nNetworkingEnabled=true\nWirelessEnabled=false\n");
        put("net/eth0/carrier", "1\n");
        init();
        assertTrue(read("state").contains("WirelessEnabled=false"));
        // But for the phone's hand.
        put("by-phone", "");
        init();
        assertTrue(read("state").contains("WirelessEnabled=true"));
        assertFalse(Files.exists(pi.resolve("by-phone")));
    }

    /** Two gigabit ports negotiate for seconds. */
    @Test
    void aCableIsWaitedForBeforeWhatIsOffIsSwitchedOn() throws Exception {
        put("state", "[main]\nNetworkingEnabled=true\nWirelessEnabled=false\n");
        Path waited = top.resolve("waited");
        tool(
                "sleep",
                "echo $1 >>"
                        + waited
                        + "; if [ $(wc -l <"
                        + waited
                        + ") = 16 ]; then echo 1 >"
                        + pi.resolve("net/eth0/carrier")
                        + "; fi");
        init();
        assertTrue(read("state").contains("WirelessEnabled=false"));
        assertEquals("0.25\n".repeat(16), Files.readString(waited), "four seconds");
        put("net/eth0/carrier", "0\n");
        Files.delete(waited);
        tool("sleep", "echo $1 >>" + waited);
        init();
        assertTrue(read("state").contains("WirelessEnabled=true"));
        assertEquals("0.25\n".repeat(24), Files.readString(waited), "six seconds, not for ever");
    }

    /** A Pi that was never told a network may well have its radio off. */
    @Test
    void aRadioThatNobodyNeedsStaysOff() throws Exception {
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        put("rfkill/rfkill0/soft", "1\n");
        init();
        assertEquals("1\n", read("rfkill/rfkill0/soft"));
    }

    private void process(int pid, String group, String... argv) throws IOException {
        put("proc/" + pid + "/cmdline", String.join("\0", argv) + "\0");
        put("proc/" + pid + "/cgroup", "0::" + group + "\n");
    }

    @Test
    void onlyAStrayIsEnded() throws Exception {
        // As Debian ships it.
        put(
                "conf/NetworkManager.conf",
                "[main]\nplugins=ifupdown,keyfile\n\n[ifupdown]\nmanaged=false\n");
        // netfix's own, where netplan's rule of the boot says otherwise; and one that takes back.
        put("conf/conf.d/20-netfix-netplan.conf", "[device-netfix-eth0]\nmanaged=1\n");
        put("generated/10-globally-managed-devices.conf", "[keyfile]\nunmanaged-devices=\n");
        // Ubuntu's, hidden by netplan's; a package's, hidden by somebody's.
        put("packaged/10-globally-managed-devices.conf", "[keyfile]\nunmanaged-devices=*\n");
        for (String folder : List.of("packaged", "generated")) {
            put(folder + "/90-all.conf", "[keyfile]\nunmanaged-devices=*\n");
        }
        put("conf/conf.d/90-all.conf", "");
        process(70, "/", "/sbin/dhclient", "-4", "eth0");
        process(71, "/", "/sbin/wpa_supplicant", "-B", "-iwlan0", "-c", "/etc/x");
        process(72, "/system.slice/wpa_supplicant.service", "/sbin/wpa_supplicant", "-i", "wlan0");
        process(73, "/", "/usr/bin/vi", "eth0");
        process(74, "/", "/sbin/dhclient", "eth01");
        init();
        assertEquals(
                List.of("kill 70", "kill 71"),
                asked().lines().filter(l -> l.startsWith("k")).toList());
    }

    @Test
    void whatAnotherManagerMayHaveIsLeft() throws Exception {
        process(70, "/", "/sbin/dhclient", "-4", "eth0");
        put("proc/mounts", "192.168.50.1:/pi / nfs4 rw 0 0\n");
        init();
        put("proc/mounts", "/dev/mmcblk0p2 / ext4 rw 0 0\n");
        put("ifupdown/interfaces", "iface eth0 inet dhcp\n");
        init();
        put("ifupdown/interfaces", "");
        put("conf/conf.d/x.conf", "[keyfile]\nunmanaged-devices=interface-name:eth0\n");
        init();
        put("conf/conf.d/x.conf", "[device-wired]\nmatch-device=type:ethernet\nmanaged=0\n");
        init();
        // The end of one is not the line before the next one's.
        put("conf/conf.d/a.conf", "[main]\ndns=default");
        init();
        Files.delete(pi.resolve("conf/conf.d/a.conf"));
        put("conf/conf.d/x.conf", "[keyfile]\nunmanaged-devices+=interface-name:eth0\n");
        init();
        Files.delete(pi.resolve("conf/conf.d/x.conf"));
        for (String folder : List.of("packaged", "generated")) {
            put(folder + "/y.conf", "[keyfile]\nunmanaged-devices=*\n");
            init();
            Files.delete(pi.resolve(folder + "/y.conf"));
        }
        Path dhcpcd = pi.resolve("units/multi-user.target.wants/dhcpcd.service");
        Files.createSymbolicLink(dhcpcd, Path.of("/lib/systemd/system/dhcpcd.service"));
        init();
        Files.delete(dhcpcd);
        assertEquals("", asked());
        // Masked is not enabled, whatever links there are.
        Files.createSymbolicLink(pi.resolve("units/NetworkManager.service"), Path.of("/dev/null"));
        init();
        assertEquals("", asked());
    }

    @Test
    void anInterfaceThatIsDownIsSwitchedOn() throws Exception {
        put("net/wlan0/flags", "0x1002\n");
        init();
        assertEquals("ip link set dev wlan0 up\n", asked());
    }

    // --- The guard

    private String guard(String... arguments) throws Exception {
        return run(
                "btwifiset-stable.sh",
                Map.of(
                        "kept", "kept",
                        "profiles", "profiles",
                        "runtime", "runtime",
                        "interfaces", "net",
                        "by_phone", "by-phone",
                        "fix", "fix",
                        "recovering", "recovering"),
                arguments);
    }

    private void session() throws IOException {
        put("kept/profiles/" + UUID + "/data", KEYFILE);
        put(
                "kept/profiles/" + UUID + "/path",
                pi.resolve("profiles/My Home Net.nmconnection") + "\n");
        put("kept/connected", "wlan0 " + UUID + "\n");
    }

    private static final String CONFLICT =
            ".get_list - known network My Home Net in conflict - delete and move to unknown"
                    + " networks";

    @Test
    void whatAScanDeletedIsGivenBackAtMostTwice() throws Exception {
        session();
        Path file = pi.resolve("profiles/My Home Net.nmconnection");
        for (int i = 0; i < 3; i++) {
            Files.deleteIfExists(file);
            guard("hear", CONFLICT);
            assertEquals(i < 2, Files.exists(file), "time " + i);
        }
        assertTrue(asked().contains("nmcli connection load " + file), asked());
    }

    private static final String OPENED =
            ".register_SSID - received from iphone: registering SSID ['', 'AP2s']";

    /** What is given back is what was there when the phone came, not when the Pi was booted. */
    @Test
    void whatAPersonChangedBeforeTheScanIsWhatComesBack() throws Exception {
        session();
        String late = KEYFILE.replace("My Home Net", "Late Net").replace(UUID, "11111111-4552");
        String changed = KEYFILE.replace("psk=old", "psk=NEW");
        put("profiles/My Home Net.nmconnection", changed);
        put("profiles/Late Net.nmconnection", late);
        guard("hear", OPENED);
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        Files.delete(pi.resolve("profiles/Late Net.nmconnection"));
        guard("hear", CONFLICT);
        guard("hear", CONFLICT.replace("My Home Net", "Late Net"));
        assertEquals(changed, read("profiles/My Home Net.nmconnection"));
        assertEquals(late, read("profiles/Late Net.nmconnection"));
    }

    /** NetworkManager takes it; what it shows as its UUID is made of the path. */
    @Test
    void aProfileThatNamesNoUuidIsGivenBackToo() throws Exception {
        Path file = pi.resolve("profiles/By Hand.nmconnection");
        String text =
                KEYFILE.replace("uuid=" + UUID + "\n", "")
                        .replace("type=wifi\n", "")
                        .replace("ssid=My Home Net", "ssid = By Hand")
                        .replace("My Home Net", "By Hand");
        put("profiles/By Hand.nmconnection", text);
        guard("hear", OPENED);
        Files.delete(file);
        guard("hear", CONFLICT.replace("My Home Net", "By Hand"));
        assertEquals(text, Files.readString(file));
        // A person saves it anew: it has a UUID now, and there are not two of it.
        String saved = text.replace("id=By Hand", "id=By Hand\nuuid=22222222-4552");
        put("profiles/By Hand.nmconnection", saved);
        guard("hear", OPENED);
        Files.delete(file);
        guard("hear", CONFLICT.replace("My Home Net", "By Hand"));
        assertEquals(saved, Files.readString(file));
        try (var all = Files.list(pi.resolve("profiles"))) {
            assertEquals(2, all.count());
        }
    }

    /** Where it could not be given back at once, the next look is no reason to forget. */
    @Test
    void aPasswordThatFailedIsNoCopyToComeBackTo() throws Exception {
        session();
        String wrong = KEYFILE.replace("psk=old", "psk=wrong");
        put("profiles/My Home Net.nmconnection", wrong);
        put("fix", "unconfirmed 0001 serial boot\n");
        guard("hear", ASKED);
        guard("hear", ".connect - connection error:b'Error'");
        guard("hear", OPENED);
        assertEquals(KEYFILE, read("kept/profiles/" + UUID + "/data"));
        put("fix", "confirmed 0001 serial boot\n");
        guard("reconcile");
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
    }

    @Test
    void afterAPasswordThatWorkedWhatFailedBeforeIsForgotten() throws Exception {
        session();
        guard("hear", ASKED);
        guard("hear", ".connect - connection error:b'Error'");
        guard("hear", ASKED);
        String changed = KEYFILE.replace("psk=old", "psk=new");
        put("profiles/My Home Net.nmconnection", changed);
        guard("hear", ".connect - connection resutl: b'Connection successfully activated'");
        guard("hear", OPENED);
        assertEquals(changed, read("kept/profiles/" + UUID + "/data"));
        guard("reconcile");
        assertEquals(changed, read("profiles/My Home Net.nmconnection"));
    }

    private void radio(String state) throws IOException {
        tool(
                "nmcli",
                "echo \"nmcli $*\" >>"
                        + top
                        + "/asked; case $* in 'radio wifi') echo "
                        + state
                        + " ;; esac");
    }

    private void routes(String routes) throws IOException {
        tool("ip", "echo \"ip $*\" >>" + top + "/asked; echo '" + routes + "'");
    }

    @Test
    void aRadioThatWasOnIsOnAfterASession() throws Exception {
        tool("rfkill", "echo \"rfkill $*\" >>" + top + "/asked");
        routes("default via 192.168.50.1 dev eth0");
        session();
        radio("enabled");
        guard("hear", OPENED);
        radio("disabled");
        guard("reconcile");
        assertTrue(asked().contains("rfkill unblock wlan\nnmcli radio wifi on\n"), asked());
    }

    /** Off before the phone came: somebody meant it, unless it is the only way out. */
    @Test
    void aRadioThatWasOffStaysOffWhereThereIsACable() throws Exception {
        tool("rfkill", ":");
        routes("default via 192.168.50.1 dev eth0");
        radio("disabled");
        session();
        guard("hear", OPENED);
        guard("reconcile");
        assertFalse(asked().contains("radio wifi on"), asked());
        routes("");
        session();
        guard("reconcile");
        assertTrue(asked().contains("radio wifi on"), asked());
    }

    @Test
    void whatThePhoneAsksToDeleteStaysDeleted() throws Exception {
        session();
        guard(
                "hear",
                ".register_SSID - received from iphone: registering SSID ['', 'DEL-My Home Net']");
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("hear", CONFLICT);
        assertEquals("", read("profiles/My Home Net.nmconnection"));
    }

    /** OFF and DISCONN: nothing but the guard connects it again, and it is not there at once. */
    @Test
    void whatWasSwitchedOffIsWaitedForBeforeItIsConnected() throws Exception {
        session();
        Path looks = Files.writeString(top.resolve("looks"), "");
        String state = "if [ $(wc -l <" + looks + ") -gt 3 ]; then echo 30; else echo 20; fi";
        tool(
                "nmcli",
                "echo \"nmcli $*\" >>"
                        + top.resolve("asked")
                        + "; case \"$*\" in *GENERAL.STATE*) echo x >>"
                        + looks
                        + "; "
                        + state
                        + ";; *'connection up'*) [ $(wc -l <"
                        + looks
                        + ") -gt 3 ];; *'device connect'*) exit 1;; esac");
        assertTrue(guard("reconcile").contains("connected wlan0 again, as it was before"), asked());
        // What stays away is waited for, but not for ever.
        session();
        tool("nmcli", "case \"$*\" in *GENERAL.STATE*) echo 20;; *) exit 1;; esac");
        assertFalse(guard("reconcile").contains("connected"));
    }

    /** Its line shows the name as Python does, with a backslash before some of what is in it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "back\\slash|back\\\\slash|'DEL-back\\\\slash'",
                "Bob's|Bob's|\"DEL-Bob's\"",
                "Bob's \"Net\"|Bob's \"Net\"|'DEL-Bob\\'s \"Net\"'",
            })
    void whatItAsksToDeleteIsKnownByItsName(String ssid, String written, String shown)
            throws Exception {
        session();
        put(
                "kept/profiles/" + UUID + "/data",
                KEYFILE.replace("ssid=My Home Net", "ssid=" + written));
        guard(
                "hear",
                ".register_SSID - received from iphone: registering SSID ['', " + shown + "]");
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("hear", CONFLICT.replace("My Home Net", ssid));
        assertEquals("", read("profiles/My Home Net.nmconnection"), shown);
    }

    /** A password that is wrong stays stored; the one before it is to come back. */
    @Test
    void aConnectionThatFailedCostsNothing() throws Exception {
        session();
        put("profiles/My Home Net.nmconnection", KEYFILE.replace("psk=old", "psk=wrong"));
        guard(
                "hear",
                ".request_connection - requesting connection with ssid:My Home Net in AP:True  in"
                        + " wpa:True with pw: wrong");
        guard("hear", ".connect - connection error:b'Error: Connection activation failed'");
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
    }

    /** The phone tries again at once: while the first failure is waited for, the second works. */
    @Test
    void aNewPasswordThatIsInUseIsKept() throws Exception {
        session();
        String changed = KEYFILE.replace("psk=old", "psk=right");
        put("profiles/My Home Net.nmconnection", changed);
        tool(
                "nmcli",
                "case \"$*\" in *'UUID connection show --active'*) echo " + UUID + " ;; esac");
        guard("hear", ASKED);
        guard("hear", ".connect - connection error:b'Error'");
        assertEquals(changed, read("profiles/My Home Net.nmconnection"));
        guard("hear", ".connect - connection resutl: b'Connection successfully activated'");
        assertEquals(changed, read("kept/profiles/" + UUID + "/data"));
    }

    @Test
    void whatThePhoneHasBegunMeanwhileIsNotCut() throws Exception {
        session();
        Path begun = top.resolve("begun");
        tool(
                "nmcli",
                "echo \"nmcli $*\" >>"
                        + top
                        + "/asked; case \"$*\" in"
                        + " *GENERAL.STATE*) if [ -e "
                        + begun
                        + " ]; then echo '50 (connecting)'; else echo '30 (disconnected)'; fi ;;"
                        + " *'connection up'*) : >"
                        + begun
                        + "; exit 4 ;; esac");
        guard("reconcile");
        assertTrue(asked().contains("connection up uuid " + UUID), asked());
        assertFalse(asked().contains("device connect"), asked());
    }

    @Test
    void anotherNetworksFailureTouchesNothing() throws Exception {
        session();
        String changed = KEYFILE.replace("psk=old", "psk=new");
        put("profiles/My Home Net.nmconnection", changed);
        guard(
                "hear",
                ".request_connection - requesting connection with ssid:Caf\u00e9; in AP:True  in"
                        + " wpa:False with pw: x");
        guard("hear", ".connect - connection error:b'Error'");
        assertEquals(changed, read("profiles/My Home Net.nmconnection"));
    }

    @Test
    void aPasswordThatWorksIsKept() throws Exception {
        session();
        String changed = KEYFILE.replace("psk=old", "psk=new");
        put("profiles/My Home Net.nmconnection", changed);
        guard("hear", ".connect - connection resutl: b'Connection successfully activated'");
        assertEquals(changed, read("kept/profiles/" + UUID + "/data"));
    }

    private static final String ASKED =
            ".request_connection - requesting connection with ssid:My Home Net in AP:True  in"
                    + " wpa:True with pw: wrong";

    /** It deletes the old profiles first, whatever becomes of the new one. */
    @Test
    void aProfileThatCouldNotBeMadeCostsNothingEither() throws Exception {
        session();
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("hear", ASKED);
        guard("hear", ".create_network - creation error: Command '['nmcli', 'con', 'modify']'");
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
    }

    /** Also where the phone's password for it failed afterwards. */
    @Test
    void aProfileThatAPersonEditedMeanwhileIsNotWrittenOver() throws Exception {
        session();
        String edited = KEYFILE.replace("ssid=", "hidden=true\nssid=").replace("=old", "=wrong");
        put("profiles/My Home Net.nmconnection", edited);
        guard("hear", ASKED);
        guard("hear", ".connect - connection error:b'Error'");
        guard("hear", CONFLICT);
        assertEquals(edited, read("profiles/My Home Net.nmconnection"));
        guard("reconcile");
        assertEquals(edited, read("profiles/My Home Net.nmconnection"));
    }

    /** What a scan costs is a profile, never what a profile holds. */
    @Test
    void aConflictWritesOverNothing() throws Exception {
        session();
        String changed = KEYFILE.replace("psk=old", "psk=new");
        put("profiles/My Home Net.nmconnection", changed);
        guard("hear", CONFLICT);
        assertEquals(changed, read("profiles/My Home Net.nmconnection"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "unconfirmed", "undoing", "restoring", "recovering"})
    void whileAFixIsNotDecidedItOnlySaysWhatItSees(String state) throws Exception {
        session();
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        put("fix", (state.equals("recovering") ? "confirmed" : state) + " 0001 serial boot\n");
        if (state.equals("recovering")) {
            put("recovering", ProcessHandle.current().pid() + "\n");
        }
        put("net/wlan0/flags", "0x1002\n");
        String said = guard("hear", CONFLICT) + guard("reconcile");
        assertEquals("", read("profiles/My Home Net.nmconnection"));
        assertTrue(said.contains("guard: "), said);
        assertFalse(asked().contains("connection up"), asked());
        assertFalse(asked().contains("ip link set"), asked());
    }

    @Test
    void afterADecidedFixItActsAgain() throws Exception {
        session();
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        put("fix", "confirmed 0001 serial boot\n");
        // Killed in the middle: nobody is at work any more.
        put("recovering", "99999999\n");
        guard("hear", CONFLICT);
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
    }

    /** keyfile's escapes, NetworkManager's own, and its lists of bytes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '@',
            value = {
                "Caf\u00e9; bar|Caf\u00e9\\\\; bar",
                "@ two@|\\stwo",
                "back\\slash|back\\\\slash",
                "42|42",
                "Caf\u00e9|67;97;102;195;169;",
                "a$(b)`|a$(b)`"
            })
    void aNameIsTheSameHoweverItIsWritten(String ssid, String written) throws Exception {
        session();
        String keyfile = KEYFILE.replace("ssid=My Home Net", "ssid=" + written);
        put("kept/profiles/" + UUID + "/data", keyfile.replace("id=My Home Net", "id=x"));
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("hear", CONFLICT.replace("My Home Net", ssid));
        assertTrue(read("profiles/My Home Net.nmconnection").contains(written), ssid);
    }

    /** A network in sight may be called anything. */
    @Test
    void whatALineOnlyMentionsIsNotHeard() throws Exception {
        session();
        guard("hear", ".get_list - in sight: registering SSID ['', 'DEL-My Home Net']");
        guard("hear", "x y - received from iphone: registering SSID ['', 'DEL-My Home Net']");
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("hear", ".get_list - x known network My Home Net in conflict - delete");
        assertEquals("", read("profiles/My Home Net.nmconnection"));
        guard("hear", CONFLICT);
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
    }

    /** A btwifiset whose unit gives it these words, and that does not run. */
    private void installed(String words) throws IOException {
        tool(
                "systemctl",
                "case $* in"
                        + " '-q is-active btwifiset.service') exit 1 ;;"
                        + " *ExecStart*) echo '{ argv[]=sh "
                        + top
                        + "/bt "
                        + words
                        + " ; ignore_errors=no }' ;;"
                        + " esac");
    }

    /** In the wrong mode it is started once more, and heard by one, not by two. */
    @Test
    void theWrongModeIsEndedOnceAndHeardOnce() throws Exception {
        installed("");
        tool("journalctl", "echo follower >>" + top + "/followers");
        Files.writeString(
                top.resolve("bt"),
                "echo start >>" + top + "/starts; : >" + pi.resolve("kept/wrong-mode") + "\n");
        guard("run");
        assertEquals("start\nstart\n", Files.readString(top.resolve("starts")));
        assertEquals("follower\n", Files.readString(top.resolve("followers")));
        // And what it says then is not heard as a first time.
        String wrong = ".network_manager_test - test: Network Manager is running = False";
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        put("kept/pid", sleeper.pid() + "\n");
        guard("hear", wrong);
        assertTrue(sleeper.isAlive());
        Files.delete(pi.resolve("kept/wrong-mode"));
        // What a phone sends.
        guard(
                "hear",
                ".WriteValue - from iphone received SSID/PW:"
                        + " ['Network Manager is running = False', '']");
        assertFalse(Files.exists(pi.resolve("kept/wrong-mode")));
        guard("hear", wrong);
        assertTrue(sleeper.waitFor(20, TimeUnit.SECONDS));
    }

    /** Told to write to a file it says nothing in the journal, where the guard hears it. */
    @ParameterizedTest
    @CsvSource({
        "--logfile /x --timeout 5,--logfile /x --timeout 5 --syslog",
        "--console,--console --syslog",
        "--console --syslog,--console --syslog",
        "--timeout 5,--timeout 5"
    })
    void itIsMadeToSpeakWhereItIsHeard(String installed, String started) throws Exception {
        installed(installed);
        tool("journalctl", ":");
        Files.writeString(top.resolve("bt"), "echo \"$*\" >" + top + "/arguments\n");
        guard("run");
        assertEquals(started + "\n", Files.readString(top.resolve("arguments")));
    }

    /** A profile that was deleted while it was up is taken down first. */
    @Test
    void whatIsBeingTakenDownIsWaitedForBeforeItIsConnected() throws Exception {
        session();
        Path looks = Files.writeString(top.resolve("looks"), "");
        tool(
                "nmcli",
                "case \"$*\" in *GENERAL.STATE*) echo x >>"
                        + looks
                        + "; if [ $(wc -l <"
                        + looks
                        + ") -gt 2 ]; then echo 30; else echo '110 (deactivating)'; fi;; esac");
        assertTrue(guard("reconcile").contains("connected wlan0 again, as it was before"));
    }

    /** Repaired long after the boot, by hand or by monitor. */
    @Test
    void theWrongModeIsEndedWhenNetworkManagerComesLate() throws Exception {
        session();
        Path tries = top.resolve("tries");
        tool("systemctl", "echo x >>" + tries + "; [ $(wc -l <" + tries + ") -gt 7 ]");
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        put("kept/pid", sleeper.pid() + "\n");
        guard("hear", ".network_manager_test - test: Network Manager is running = False");
        assertTrue(sleeper.waitFor(20, TimeUnit.SECONDS));
        assertEquals("x\n".repeat(8), Files.readString(tries));
        assertEquals("sleep 5\n".repeat(7), asked().replaceAll("nmcli \n", ""));
        assertTrue(Files.exists(pi.resolve("kept/wrong-mode")));
    }

    private void tool(String name, String body) throws IOException {
        Path file = top.resolve("bin").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    /** A network that is given anew is another profile; the one before it is not to come back. */
    @Test
    void whatANewProfileTookThePlaceOfIsNotMissed() throws Exception {
        session();
        guard("hear", CONFLICT);
        guard(
                "hear",
                ".request_connection - requesting connection with ssid:My Home Net in AP:True  in"
                        + " wpa:False with pw: new");
        String fresh =
                KEYFILE.replace(UUID, "11111111-4552-4ae9-a241-0325255c3f14")
                        .replace("=old", "=new");
        put("profiles/My Home Net.nmconnection", fresh);
        guard("hear", ".connect - connection resutl: b'Connection successfully activated'");
        guard("reconcile");
        assertEquals(fresh, read("profiles/My Home Net.nmconnection"));
        try (var all = Files.list(pi.resolve("profiles"))) {
            assertEquals(1, all.count());
        }
    }

    @Test
    void afterASessionWithoutAWayOutWhatIsGoneComesBack() throws Exception {
        session();
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        guard("reconcile");
        assertEquals(KEYFILE, read("profiles/My Home Net.nmconnection"));
        assertFalse(Files.exists(pi.resolve("kept")));
    }

    /** The hearing of one line may take a minute, and the end come meanwhile. */
    @Test
    void whatWasSaidBeforeTheEndAndNotHeardCounts() throws Exception {
        session();
        routes("default via 192.168.50.1 dev eth0");
        String other = KEYFILE.replace("My Home Net", "Caf\u00e9").replace(UUID, "11111111-4552");
        String unwanted = KEYFILE.replace("My Home Net", "Old").replace(UUID, "22222222-4552");
        put("profiles/Caf\u00e9.nmconnection", other);
        put("profiles/Old.nmconnection", unwanted);
        guard("hear", OPENED);
        try (var all = Files.list(pi.resolve("profiles"))) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Path log = top.resolve("log");
        Files.writeString(
                log,
                OPENED
                        + "\n"
                        + CONFLICT
                        + "\nguard: gave back\n"
                        + CONFLICT.replace("My Home Net", "Caf\u00e9")
                        + "\n"
                        + CONFLICT.replace("My Home Net", "Old")
                        + "\n.register_SSID - received from iphone: registering SSID"
                        + " ['', 'DEL-Old']\n");
        tool("journalctl", "case $* in *_SYSTEMD_INVOCATION_ID=7ab3*) cat " + log + " ;; esac");
        put("kept/invocation", "7ab3\n");
        // The first conflict was heard.
        put("kept/heard", "3\n");
        guard("reconcile");
        assertEquals(other, read("profiles/Caf\u00e9.nmconnection"));
        assertEquals("", read("profiles/Old.nmconnection"));
        assertEquals("", read("profiles/My Home Net.nmconnection"));
        assertFalse(Files.exists(pi.resolve("kept")));
    }

    @Test
    void aNewProfileInItsPlaceIsNotWrittenOver() throws Exception {
        session();
        String other = KEYFILE.replace(UUID, "11111111-4552-4ae9-a241-0325255c3f14");
        put("profiles/My Home Net.nmconnection", other);
        guard("hear", CONFLICT);
        assertEquals(other, read("profiles/My Home Net.nmconnection"));
        assertEquals(KEYFILE, read("profiles/My Home Net-" + UUID + ".nmconnection"));
    }

    /** What a name may hold is data: nothing of it is run, and no pattern is made of it. */
    @Test
    void hostileNamesAreData() throws Exception {
        String name = "$(touch " + top + "/ran)`*;'\" .*";
        String hostile = KEYFILE.replace("My Home Net", name);
        put("profiles/x.nmconnection", hostile);
        put("kept/profiles/" + UUID + "/data", hostile);
        put("kept/profiles/" + UUID + "/path", pi.resolve("profiles/x.nmconnection") + "\n");
        Files.delete(pi.resolve("profiles/My Home Net.nmconnection"));
        Files.delete(pi.resolve("profiles/x.nmconnection"));
        guard(
                "hear",
                ".get_list - known network " + name + " in conflict - delete and move to unknown");
        assertEquals(hostile, read("profiles/x.nmconnection"));
        assertFalse(Files.exists(top.resolve("ran")));
    }

    // --- The units

    /** Where there is no Java, or it cannot be built, trying again fills the journal. */
    @Test
    void whatTheLauncherCannotStartIsNotTriedForEver() {
        IniFile unit = IniFile.parse("network-monitor.service", Services.MONITOR.text());
        assertEquals("2 3 126 127", unit.value("Service", "RestartPreventExitStatus", ""));
        assertEquals("on-failure", unit.value("Service", "Restart", ""));
    }

    /** A Pi without Bluetooth: a start that fails takes half a minute on the slowest. */
    @Test
    void whatFailsAtEveryStartIsNotTriedForEver() {
        IniFile unit = IniFile.parse("btwifiset-stable.service", Services.STABLE.text());
        int pause = Integer.parseInt(unit.value("Service", "RestartSec", ""));
        int burst = Integer.parseInt(unit.value("Unit", "StartLimitBurst", "5"));
        int interval = Integer.parseInt(unit.value("Unit", "StartLimitIntervalSec", "10"));
        assertTrue(burst * (pause + 30) < interval, "it would never be reached");
    }

    @Test
    void noUnitNamesACheckoutAHomeOrACache() {
        for (Services service : Services.ALL) {
            IniFile unit = IniFile.parse(service.unit(), service.text());
            for (IniFile.Entry entry : unit.section("Service")) {
                if (!entry.key().startsWith("Exec")) {
                    continue;
                }
                assertTrue(
                        entry.value().matches("[-+]*(/usr/bin/env \\S+=\\S+ )?/bin/sh .*"),
                        entry.value());
                assertTrue(entry.value().contains(Installation.FOLDER), entry.value());
                assertFalse(entry.value().contains("%"), entry.value());
                java.util.regex.Matcher script =
                        java.util.regex.Pattern.compile(Installation.FOLDER + "/(lib/\\S+\\.sh)")
                                .matcher(entry.value());
                if (script.find()) {
                    assertTrue(
                            Files.exists(Checkout.root().resolve(script.group(1))), entry.value());
                }
            }
            assertEquals("multi-user.target", unit.value("Install", "WantedBy", ""));
        }
    }
}
