package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One secret of each kind in each place where netfix reads, each a word of its own; then all that
 * netfix prints, writes and keeps is searched for them.
 */
class SecretsTest {

    /** Planted words, by where. */
    private final Map<String, String> planted = new TreeMap<>();

    private String secret(String where) {
        String word = "zq" + Integer.toHexString(0x1000 + planted.size()) + "Tr0ub4dor";
        planted.put(where, word);
        return word;
    }

    private String message(String unit, String text) {
        return "{\"_BOOT_ID\":\"1\",\"__REALTIME_TIMESTAMP\":\"1795337438776275\",\"_SYSTEMD_UNIT\":\""
                + unit
                + ".service\",\"PRIORITY\":\"4\",\"_PID\":\"343\",\"MESSAGE\":\""
                + text
                + "\"}";
    }

    private List<String> journal(String place) {
        return List.of(
                message(
                        "btwifiset",
                        ".request_connection - requesting connection with ssid:Cafe in AP:True  in"
                                + " wpa:False with pw: "
                                + secret(place + " with pw")),
                message(
                        "btwifiset",
                        ".register_SSID - about to connect to ssid:Cafe, with password:"
                                + secret(place + " with password")),
                message(
                        "btwifiset",
                        "received from iphone: registering SSID ['Cafe', '"
                                + secret(place + " list")
                                + "', 2]"),
                message(
                        "btwifiset",
                        "changing Password for  Cafe to  " + secret(place + " changing")),
                message(
                        "btwifiset",
                        "connection error: nmcli dev wifi connect Cafe password "
                                + secret(place + " argv")),
                message(
                        "NetworkManager",
                        "<warn> Config: added 'psk' value psk=" + secret(place + " psk")),
                message("wpa_supplicant", "wlan0: sae_password=" + secret(place + " sae")));
    }

    private Texts pi() {
        return Texts.live()
                .file("/sys/class/net/wlan0/type", "1")
                .file("/sys/class/net/wlan0/phy80211/name", "phy0")
                .file("/sys/class/net/wlan0/device/uevent", "DRIVER=brcmfmac")
                .output(
                        IpAddress.COMMAND,
                        "[{\"ifindex\":3,\"ifname\":\"wlan0\",\"flags\":[\"UP\"],\"operstate\":\"UP\","
                            + "\"link_type\":\"ether\",\"address\":\"dc:a6:32:01:02:04\","
                            + "\"addr_info\":[]}]")
                .output(Route.COMMAND, "[]")
                .output(Route.COMMAND6, "[]")
                .output(Neighbour.COMMAND, "[]")
                .output(Nmcli.GENERAL, "running:1.42.4:connected:full:enabled:enabled:enabled")
                .ends(Nmcli.DEVICES, 1, "", "Error: password " + secret("nmcli's complaint"))
                .output(Nmcli.CONNECTIONS, "")
                .output(Nmcli.WIFI_LIST, "")
                .says(
                        "systemctl",
                        "   CGroup: /system.slice/btwifiset.service",
                        "     600 nmcli dev wifi connect Cafe password "
                                + secret("argv in systemctl status"))
                .says(
                        "ps",
                        "  412     1 0::/system.slice/x.service hostapd -p password "
                                + secret("argv in ps"))
                .says("journalctl", journal("journal").toArray(String[]::new))
                .profile(
                        "Cafe.nmconnection",
                        "[connection]",
                        "id=Cafe",
                        "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
                        "type=wifi",
                        "[wifi]",
                        "ssid=Cafe",
                        "[wifi-security]",
                        "key-mgmt=sae",
                        "psk=" + secret("keyfile psk"),
                        "wep-key0=" + secret("keyfile wep"),
                        "leap-password=" + secret("keyfile leap"),
                        "[802-1x]",
                        "password=" + secret("keyfile eap"),
                        "password-raw=" + secret("keyfile eap raw"),
                        "private-key-password=" + secret("keyfile key"),
                        "phase2-private-key-password=" + secret("keyfile key 2"),
                        "ca-cert-password=" + secret("keyfile ca"),
                        "pin=" + secret("keyfile pin"))
                .file(
                        "/etc/wpa_supplicant/wpa_supplicant.conf",
                        "network={",
                        "\tssid=\"Cafe\"",
                        "\tpsk=\"" + secret("supplicant psk") + "\"",
                        "\tsae_password=\"" + secret("supplicant sae") + "\"",
                        "\twep_key0=\"" + secret("supplicant wep") + "\"",
                        "\tpassword=\"" + secret("supplicant eap") + "\"",
                        "\tprivate_key_passwd=\"" + secret("supplicant key") + "\"",
                        "\t#psk=\"" + secret("supplicant comment") + "\"",
                        "\tmka_cak=" + secret("supplicant mka"),
                        "\tmilenage=\"" + secret("supplicant milenage") + "\"",
                        "\tdpp_netaccesskey=" + secret("supplicant dpp"),
                        "}",
                        "network={ssid=\"Old\" wep_key0=\""
                                + secret("supplicant wep in one line")
                                + "\"}",
                        "blob-base64-key={",
                        secret("supplicant blob"),
                        "}")
                .file(
                        "/etc/netplan/50-cloud-init.yaml",
                        "network:",
                        "  wifis:",
                        "    wlan0:",
                        "      access-points:",
                        "        \"Cafe\":",
                        "          password: \"" + secret("netplan") + "\"",
                        "          auth:",
                        "            password: " + secret("netplan auth"),
                        "            client-key-password: " + secret("netplan key"))
                .file(
                        "/etc/cloud/cloud.cfg.d/99-installer.cfg",
                        "users: [{name: pi, passwd: " + secret("cloud-init user") + "}]",
                        "chpasswd:",
                        "  list: |",
                        "    pi:" + secret("cloud-init list"))
                .file(
                        "/etc/netplan/60-flow.yaml",
                        "network:",
                        "  wifis:",
                        "    wlan1:",
                        "      access-points: {Cafe: {\"password\":\""
                                + secret("netplan JSON")
                                + "\"}}",
                        "  modems:",
                        "    gsm0: {pin: " + secret("netplan pin") + "}",
                        "  tunnels:",
                        "    wg0:",
                        "      keys: {private: " + secret("netplan private") + "}",
                        "      peers:",
                        "        - keys:",
                        "            shared: " + secret("netplan shared"),
                        "    gre0: {key: " + secret("netplan tunnel") + ", mode: gre}")
                .file(
                        "/etc/network/interfaces",
                        "iface wlan0 inet dhcp",
                        "    wpa-ssid Cafe",
                        "    wpa-psk " + secret("interfaces psk"),
                        "    wireless-key s:" + secret("interfaces wep"),
                        "    wireless-enc restricted " + secret("interfaces enc"),
                        "    wpa-private-key-passwd " + secret("interfaces key"),
                        "    wpa-private-key2-passwd " + secret("interfaces key 2"),
                        "    wpa-wep-key0 " + secret("interfaces wep 0"),
                        "    wpa-sae-password " + secret("interfaces sae"),
                        "    pre-up iwconfig wlan0 key s:" + secret("interfaces iwconfig"))
                .file(
                        "/etc/dhcpcd.conf",
                        "interface wlan0",
                        "# password=" + secret("dhcpcd.conf comment"),
                        "authtoken 1 \"\" forever " + secret("dhcpcd.conf token"))
                // Asked by nobody today; here for the day when somebody does.
                .file("/usr/local/btwifiset/crypto", secret("btwifiset's crypto"))
                .file(
                        "/var/log/network-diagnostics/network_diagnostic_20261122_184002.log",
                        "-----BEGIN RSA PRIVATE KEY-----",
                        secret("a key in a log"),
                        "-----END RSA PRIVATE KEY-----",
                        "with pw: " + secret("an older log"));
    }

    @Test
    void noneIsInAnythingThatIsShownOrKept() {
        Texts pi = pi();
        ReplayedStreams streams = new ReplayedStreams();
        List<String> shown = new ArrayList<>();
        List<String> said = journal("watch");
        Watch.Narration narration =
                new QuietNarration() {
                    @Override
                    public void began(Snapshot baseline) {
                        streams.says(WatchSource.JOURNAL, said.toArray(String[]::new));
                        streams.ends(
                                WatchSource.NETWORKMANAGER,
                                "exited 1: password " + secret("why it is deaf"));
                    }

                    @Override
                    public void happened(WatchEvent event, Instant at) {
                        shown.add(event.shown());
                    }
                };
        RecordingMachine.Both both = new RecordingMachine.Both(pi);
        Watch.Pace quick =
                new Watch.Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofDays(1));
        Watch.Observed observed =
                new Watch(pi, both, streams, quick, narration).run(Duration.ZERO, () -> true);
        SupportFiles.ask(both.last());
        Capture bundle = both.capture(observed);
        Aftermath aftermath = Aftermath.of(observed);
        Map<String, String> outputs = new TreeMap<>();
        outputs.put("the terminal", String.join("\n", shown));
        outputs.putAll(WatchLogs.of(aftermath));
        WatchLogs.of(aftermath.after()).forEach((name, text) -> outputs.put("look " + name, text));
        CaptureFormat.encode(bundle)
                .forEach(
                        (name, text) ->
                                outputs.put(
                                        "bundle " + name,
                                        name + new String(text, StandardCharsets.UTF_8)));
        CaptureFormat.encode(new Pseudonyms("x").of(bundle))
                .forEach(
                        (name, text) ->
                                outputs.put(
                                        "anonymous " + name,
                                        name + new String(text, StandardCharsets.UTF_8)));
        List<String> leaks = new ArrayList<>();
        planted.forEach(
                (where, word) ->
                        outputs.forEach(
                                (name, text) -> {
                                    if (text.contains(word)) {
                                        leaks.add(where + " in " + name);
                                    }
                                }));
        assertEquals(List.of(), leaks);
        assertTrue(planted.size() > 50, "planted " + planted.size());
        // What was read is there, and only its secrets are not.
        String all = String.join("\n", outputs.values());
        assertTrue(all.contains("key-mgmt=sae") && all.contains("wpa-ssid Cafe"), all);
        assertTrue(all.contains(Redaction.MARK));
    }
}
