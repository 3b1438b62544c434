package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** What a fix has to prove afterwards: which paths, how long they took, who watches over SSH. */
class PathsTest {

    @ParameterizedTest
    @CsvSource({
        // NetworkManager 1.42 with DHCP, systemd-networkd 252 with DHCP, dhcpcd 9.4 with DHCP and
        // with a static address that it probes, dhclient 4.4 under ifupdown
        "networkmanager.json,6",
        "networkd.json,4",
        "dhcpcd.json,10",
        "dhcpcd-static.json,6",
        "ifupdown.json,4"
    })
    void theJournalTellsHowLongAnInterfaceTook(String file, int seconds) throws IOException {
        Map<String, Integer> took =
                PathTimes.parse(
                        Files.readString(Checkout.root().resolve("tests/journals/" + file)));
        assertEquals(seconds, took.get("eth0"));
    }

    @Test
    void whereTheJournalSaysNothingNothingIsMeasured() {
        assertEquals(Map.of(), PathTimes.parse(""));
        assertEquals(Map.of(), PathTimes.parse("{\"MESSAGE\":\"eth0: leased 10.0.0.2\"}\n"));
    }

    @Test
    void clientsAreReadWhateverTheirAddressLooksLike() {
        String ss =
                "0      0      192.168.50.86:22 192.168.50.1:50514\n"
                        + "0      36     [::ffff:192.168.50.86]:22 [::ffff:10.1.2.3]:50514\n"
                        + "0      0      [fe80::1%eth0]:22 [fe80::2%eth0]:40000\n"
                        + "0      0      [2001:db8::1]:22 [2001:db8::2]:40000\n";
        assertEquals(
                List.of(
                        new SshClients.Client("192.168.50.86", "192.168.50.1"),
                        new SshClients.Client("192.168.50.86", "10.1.2.3"),
                        new SshClients.Client("fe80::1", "fe80::2"),
                        new SshClients.Client("2001:db8::1", "2001:db8::2"),
                        new SshClients.Client("192.168.50.86", "192.168.50.7")),
                SshClients.parse(ss, "192.168.50.7 51000 192.168.50.86 2222"));
        assertEquals(List.of(), SshClients.parse("", ""));
    }
}
