package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** What the next scan of btwifiset takes, and the table of findings to read. */
class ScanForecastTest {

    private static final String UNITS =
            Texts.NETWORKMANAGER_UNIT
                    + """

                    Id=btwifiset.service
                    Names=btwifiset.service
                    LoadState=loaded
                    ActiveState=active
                    SubState=running
                    Result=success
                    UnitFileState=enabled
                    FragmentPath=/etc/systemd/system/btwifiset.service
                    MainPID=343
                    """;

    private static Texts pi(String... scanned) {
        return Texts.live().says("systemctl", UNITS).output(Nmcli.WIFI_LIST, scanned);
    }

    private static String[] keyfile(String id, String ssid, String keyManagement) {
        return new String[] {
            "[connection]",
            "id=" + id,
            "uuid=74b3df5b-4552-4ae9-a241-0325255c3f14",
            "type=wifi",
            "[wifi]",
            "ssid=" + ssid,
            keyManagement.isEmpty() ? "" : "[wifi-security]",
            keyManagement.isEmpty() ? "" : "key-mgmt=" + keyManagement
        };
    }

    private static ScanForecast.Fall fall(Texts machine) {
        Snapshot s = Look.at(machine, Progress.silent());
        List<ScanForecast.Fall> all = ScanForecast.of(s).value().orElseThrow();
        assertEquals(1, all.size(), all.toString());
        return all.get(0);
    }

    /**
     * Name, SSID, key management and the row of {@code nmcli -t -f
     * IN-USE,SIGNAL,SECURITY,BSSID,SSID} that was seen; empty for none.
     */
    @ParameterizedTest
    @CsvSource({
        "Plain, Plain, wpa-psk, '*:100:WPA2:02\\:00:Plain', KEPT",
        "Plain, Plain, wpa-psk, '', KEPT",
        "My Home Net, My Home Net, wpa-psk, '*:100:WPA2:02\\:00:My Home Net', DELETED",
        "My Home Net, My Home Net, wpa-psk, '', DELETED_IN_SIGHT",
        "My Home Net, HomeNet, wpa-psk, '*:100:WPA2:02\\:00:HomeNet', KEPT",
        "Home, My Home Net, wpa-psk, '*:100:WPA2:02\\:00:My Home Net', KEPT",
        "a;reboot, a;reboot, wpa-psk, ' :50:WPA1 WPA2:02\\:00:a;reboot', DELETED",
        "Sae, Sae, sae, '*:100:WPA3:02\\:00:Sae', DELETED",
        "Sae, Sae, sae, '', DELETED_IN_SIGHT",
        "Firm, Firm, wpa-eap, ' :70:WPA2 802.1X:02\\:00:Firm', DELETED",
        "Twin, Twin, wpa-psk, ' :99::02\\:00:Twin', DELETED",
        "Cafe, Cafe, '', ' :99::02\\:00:Cafe', KEPT",
        "Cafe, Cafe, '', ' :99:WPA2:02\\:00:Cafe', DELETED",
        "uuid, uuid, wpa-psk, ' :99:WPA2:02\\:00:uuid', DELETED"
    })
    void aProfileIsTakenWhereNameOrKindMisleads(
            String id, String ssid, String keyManagement, String row, ScanForecast.Fate fate) {
        Texts machine = row.isEmpty() ? pi("") : pi(row);
        machine.profile("a.nmconnection", keyfile(id, ssid, keyManagement));
        assertEquals(fate, fall(machine).fate(), fall(machine).why());
    }

    /** btwifiset knows the profiles in the order of nmcli, which lists the active one first. */
    @Test
    void ofTwoForOneNetworkTheOneThatNmcliListsFirstIsCompared() {
        String[] sae = keyfile("zzz", "Twin", "sae");
        String[] psk = keyfile("aaa", "Twin", "wpa-psk");
        psk[2] = "uuid=0bd6d7c8-9e0f-4a1b-8c2d-3e4f5a6b7c8d";
        String row = ":802-11-wireless:yes:0:wlan0:yes:/x:";
        Texts machine =
                pi("*:80:WPA2 WPA3:02\\:01:Twin")
                        .profile("aaa.nmconnection", psk)
                        .profile("zzz.nmconnection", sae)
                        .output(
                                Nmcli.CONNECTIONS,
                                sae[2].substring(5) + row + "zzz",
                                psk[2].substring(5) + row + "aaa");
        List<ScanForecast.Fall> falls =
                ScanForecast.of(Look.at(machine, Progress.silent())).value().orElseThrow();
        assertEquals(
                List.of("zzz DELETED", "aaa KEPT"),
                falls.stream().map(f -> f.profile().id() + " " + f.fate()).toList());
    }

    @Test
    void theStrongestOfTwoWithOneNameDecides() {
        String open = " :99::02\\:00:Twin";
        String ours = " :60:WPA2:02\\:01:Twin";
        Texts machine =
                pi(open, ours).profile("t.nmconnection", keyfile("Twin", "Twin", "wpa-psk"));
        assertEquals(ScanForecast.Fate.DELETED, fall(machine).fate());
        machine.output(Nmcli.WIFI_LIST, ours, open);
        assertEquals(ScanForecast.Fate.KEPT, fall(machine).fate());
    }

    @Test
    void itIsAWarningWithARemedyAndInTheJson() throws Exception {
        Texts machine =
                pi("*:100:WPA2:02\\:00:My Home Net")
                        .profile(
                                "a.nmconnection", keyfile("My Home Net", "My Home Net", "wpa-psk"));
        Finding finding =
                machine.diagnosis().findings().found().stream()
                        .filter(f -> f.row().code().equals("scan-would-delete-profile"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(Verdict.Severity.WARNING, finding.hit().severity());
        assertEquals(
                List.of(
                        "sudo nmcli connection modify id 'My Home Net' connection.id"
                                + " My-Home-Net"),
                finding.hit().remedy());
        assertEquals(
                "deleted",
                Json.read(JsonReport.of(machine.diagnosis())).at("/next_scan/0/fate").asText());
    }

    /** After a quarter of an hour without a phone btwifiset ends itself; it is enabled still. */
    @Test
    void whereItIsGuardedItIsANote() {
        String units = UNITS.replace("btwifiset.service", "btwifiset-stable.service");
        guarded(units);
        String idle =
                units.replace(
                        "Names=btwifiset-stable.service\nLoadState=loaded\nActiveState=active",
                        "Names=btwifiset-stable.service\nLoadState=loaded\nActiveState=inactive");
        assertTrue(!idle.equals(units));
        guarded(idle);
    }

    private static void guarded(String units) {
        Finding finding =
                Texts.live()
                        .says("systemctl", units)
                        .output(Nmcli.WIFI_LIST, "*:100:WPA2:02\\:00:My Home Net")
                        .profile("a.nmconnection", keyfile("My Home Net", "My Home Net", "wpa-psk"))
                        .diagnosis()
                        .findings()
                        .found()
                        .stream()
                        .filter(f -> f.row().code().equals("scan-would-delete-profile"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(Verdict.Severity.INFO, finding.hit().severity());
        assertTrue(finding.hit().text().endsWith("; btwifiset-stable gives it back"));
        assertEquals(List.of(), finding.hit().remedy());
    }

    @Test
    void withoutBtwifisetNothingIsForetold() {
        Texts card =
                Texts.card()
                        .networkManager()
                        .profile("a.nmconnection", keyfile("a b", "a b", "wpa-psk"));
        assertTrue(ScanForecast.of(Look.at(card, Progress.silent())).isAbsent());
    }

    @Test
    void everyRowOfTheTableIsExplained() throws Exception {
        for (FindingRow row : Findings.TABLE) {
            assertTrue(Explanation.list(false).contains(row.code() + " "));
            String text = Explanation.of(row.code(), false, new Terminal(false, 80));
            assertEquals(
                    List.of(),
                    text.lines().filter(l -> l.length() > 80 && !l.startsWith("  do:")).toList());
            String first = row.title() + " [" + row.code() + "] why:";
            assertTrue(text.replaceAll("\\s+", " ").startsWith(first), text);
            for (String said : List.of(row.why(), row.recognised(), row.remedy(), row.source())) {
                assertTrue(said.length() > 10, row.code() + ": " + said);
                assertTrue(text.replaceAll("\\s+", " ").contains(said), text);
            }
            assertEquals(
                    row.survivesReboot(),
                    Json.read(Explanation.of(row.code(), true, new Terminal(false)))
                            .at("/findings/0/survives_reboot")
                            .asBoolean());
        }
        assertEquals(
                Findings.TABLE.size(), Json.read(Explanation.list(true)).path("findings").size());
        assertTrue(
                assertThrows(
                                BadInput.class,
                                () -> Explanation.of("no-such", false, new Terminal(false)))
                        .getMessage()
                        .contains("--list"));
    }
}
