package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

class RedactionTest {

    private static final String SECRET = "hunter2 \"quoted\" s3cret";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "psk=%s",
                "\tpsk=\"%s\"",
                "sae_password=\"%s\"",
                "  password: \"%s\"",
                "\"password\": \"%s\",",
                "wep-key0=%s",
                "cert-pass=%s",
                "IPSec secret=%s",
                "wep_key0=%s",
                "private-key-password=%s",
                "    wpa-psk %s",
                "802-11-wireless-security.psk: %s",
                ".request_connection - requesting connection with ssid:Cafe in AP:True  in"
                        + " wpa:False with pw: %s",
                ".register_SSID - about to connect to ssid:Cafe, with password:%s",
                "changing Password for  Cafe to  %s",
                "adding network password:%s, ssid:Cafe",
                "Password %s has an illegal length",
                "'password': \"%s\"",
                "password: |\n    %s",
                "password:\n  \"%s\"",
                "received requested SSID for connection: ['Bob\\'s \"x\"', '%s', 'AD']",
                "nmcli con modify Cafe 802-1x.private-key-password %s",
                "nmcli con modify Cafe +802-1x.password %s",
                "nmcli con modify Cafe wifi-sec.leap-password %s",
                "wpa_cli -i wlan0 set_network 0 wep_key0 %s",
                "wpa_passphrase Cafe %s",
                "wpa_passphrase=%s",
                "wpa_psk=%s",
                "auth_server_shared_secret=%s",
                "PrivateKey=%s",
                "PresharedKey=%s",
                "      private: %s",
                "        shared: %s",
                "        - shared: %s",
                "\teap_psk=\"%s\"",
                "wpa-private-key-passwd %s",
                "  wpa-private-key2-passwd %s",
                "wpa-wep-key0 %s",
                "wpa_sae_password %s",
                "# wpa-psk %s",
                "wireless-enc restricted %s",
                "pre-up iwconfig wlan0 key s:%s",
                "up iw dev wlan0 connect Cafe keys 0:%s",
                "authtoken 1 \"\" forever %s",
                "\tmka_cak=%s",
                "\tmilenage=\"%s\"",
                "\tdpp_netaccesskey=%s",
                "access-points: {Cafe: {password:\n    %s",
                "password: \"of two\n    lines %s\"",
                "{'ssid': 'Cafe', 'password': \"%s\"}",
            })
    void takesOutASecretToTheEndOfItsLine(String line) {
        String text = "before\n" + line.replace("%s", SECRET) + "\nafter\n";
        String redacted = Redaction.of(text);
        assertFalse(redacted.contains("hunter2"), redacted);
        assertFalse(redacted.contains("s3cret"), redacted);
        assertTrue(redacted.startsWith("before\n") && redacted.endsWith("\nafter\n"), redacted);
        assertTrue(redacted.contains(Redaction.MARK), redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nmcli con add type wifi con-name Cafe ssid Cafe wifi-sec.key-mgmt wpa-psk"
                        + " wifi-sec.psk hunter2",
                "nmcli dev wifi connect Cafe password hunter2 hidden yes",
                "nmcli dev wifi connect Cafe password 'hunter2'",
                "nmcli con modify Cafe wifi-sec.psk my own hunter2",
                "nmcli dev wifi connect Cafe password 'it'\\''s hunter2'",
                "network Cafe with psk=hunter2 given up",
                "['nmcli', 'dev', 'wifi', 'connect', 'Cafe', 'password', 'hunter2']",
                "received from iphone: registering SSID ['Cafe', 'hunter2', 2]",
                ".WriteValue - from iphone received SSID/PW: ['Cafe', \"hun'ter2 hunter2\"]",
                ".get_list - received requested SSID for connection: ['Cafe', 'hunter2', 'AD']",
                ".decrypt -  received cleat text: Cafe\u001ehunter2",
                "creation error: Command '['nmcli', 'con', 'modify', 'Cafe', 'wifi-sec.psk',"
                        + " 'hunter2']' returned",
            })
    void takesOutAnArgument(String line) {
        assertFalse(Redaction.of(line).contains("hunter2"), Redaction.of(line));
        assertTrue(Redaction.of(line).contains("Cafe"), Redaction.of(line));
    }

    /** What is in braces ends with them: a bundle is read again, and nothing else is to be gone. */
    @Test
    void leavesWhatIsInBracesToBeRead() {
        String[][] rows = {
            {
                "access-points: {\"Cafe\": {password: \"correct horse\"}}",
                "access-points: {\"Cafe\": {password: \"(redacted)\"}}"
            },
            {
                "{Cafe: {password: it's mine, hidden: true}}",
                "{Cafe: {password: (redacted), hidden: true}}"
            },
            {"{'password': 'it''s, mine'}", "{'password': '(redacted)'}"},
            {"{\"password\":\"a\\\"b}\"}", "{\"password\":\"(redacted)\"}"},
            {
                "{\"psk\" : \"x\", \"pin\": 1234}",
                "{\"psk\" : \"(redacted)\", \"pin\": \"(redacted)\"}"
            },
            {
                "keys: {private: abc=, shared: def=}",
                "keys: {private: (redacted), shared: (redacted)}"
            },
            {"peers: [{key: X}, {pin: Y}]", "peers: [{key: (redacted)}, {pin: (redacted)}]"},
            {"  \"password\": \"X\" }}", "  \"password\": (redacted) }}"},
            {
                "network={ssid=\"Cafe\" wep_key0=\"x y\" id=1}",
                "network={ssid=\"Cafe\" wep_key0=(redacted) id=1}"
            },
        };
        for (String[] row : rows) {
            assertEquals(row[1], Redaction.ofFile("/etc/netplan/50.yaml", row[0]));
            assertEquals(row[1], Redaction.ofFile("/etc/netplan/50.yaml", row[1]));
        }
        // In a line of a log a word without quotes may be anything.
        String logged = Redaction.of("{ssid: Cafe, password: hun,ter2} sent");
        assertFalse(logged.contains("ter2"), logged);
    }

    @Test
    void leavesJournalLinesJson() throws Exception {
        String line =
                "{\"MESSAGE\":\"connect Cafe password hun\\\"ter2\",\"_PID\":\"7\"}\n"
                        + "{\"MESSAGE\":\"with pw: hunter2\",\"_PID\":\"8\"}\n";
        String redacted = Redaction.ofJsonLines(line);
        assertFalse(redacted.contains("ter2"), redacted);
        String[] lines = redacted.split("\n");
        assertEquals("7", Json.read(lines[0]).path("_PID").asText());
        assertEquals("with pw: " + Redaction.MARK, Json.read(lines[1]).path("MESSAGE").asText());
    }

    @Test
    void takesASecretOutOfAMessageThatIsAListOfBytes() {
        StringBuilder bytes = new StringBuilder();
        for (byte b : "cleat text: Cafe\u001ehunter2".getBytes(StandardCharsets.UTF_8)) {
            bytes.append(bytes.length() == 0 ? "" : ",").append(b);
        }
        String redacted = Redaction.ofJsonLines("{\"MESSAGE\":[" + bytes + "],\"_PID\":\"7\"}");
        assertFalse(redacted.contains("hunter2"), redacted);
        assertFalse(redacted.contains("104,117,110"), redacted);
        assertTrue(redacted.contains("Cafe"), redacted);
    }

    @Test
    void anEmptyValueDoesNotEatTheNextLine() {
        String text = "[wifi-security]\npsk=\n[ipv4]\nmethod=auto\n";
        assertEquals(text, Redaction.of(text));
    }

    /** Blank lines and unclosed quotes by the thousand: neither minutes nor a stack overflow. */
    @Test
    void hostileTextCostsNoTime() {
        long start = System.nanoTime();
        Redaction.of("\n".repeat(20_000));
        Redaction.of(" ".repeat(20_000));
        Redaction.of("password \"" + "x".repeat(50_000));
        Redaction.of("{password: \"" + "\\\"x".repeat(50_000));
        Redaction.of("{password:".repeat(5_000));
        Redaction.of("iw key".repeat(5_000));
        Redaction.of("registering SSID ['" + "\\\\x".repeat(50_000));
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 20);
    }

    @Test
    void aCommandOfThePhoneIsNoPassword() {
        String line = "received from iphone: registering SSID ['', 'DISCONN', 2]";
        assertEquals(line, Redaction.of(line));
    }

    /** What nmcli lists, and NetworkManager's audit: the name ends where its field does. */
    @Test
    void aProfileMayBeNamedAfterAPassword() {
        for (String line :
                new String[] {
                    "Guest password"
                            + " 123:74b3df5b-4552-4ae9-a241-0325255c3f14:802-11-wireless:yes:/x",
                    "<info> [1] audit: op=\"connection-delete\" uuid=\"7\" name=\"Guest password"
                            + " 1\" pid=8 uid=0 result=\"success\""
                }) {
            assertEquals(line, Redaction.of(line));
        }
    }

    @Test
    void leavesWhatIsNoSecret() {
        String text =
                "[connection]\nid=My Home Net\ntype=wifi\n\n[wifi-security]\nkey-mgmt=wpa-psk\n"
                        + "psk-flags=0\niface wlan0 inet dhcp\n    wpa-ssid Pass word\n"
                        + "    wpa-key-mgmt WPA-PSK\n    wpa-group CCMP\n";
        assertEquals(text, Redaction.of(text));
    }
}
