package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;
import java.util.Set;

class NmConfigTest {

    private static final String ETC = "/etc/NetworkManager/conf.d/";
    private static final String RUN = "/run/NetworkManager/conf.d/";
    private static final String LIB = "/usr/lib/NetworkManager/conf.d/";

    private static Link link(String name, Link.Kind kind, String driver) {
        return new Link(
                2,
                name,
                kind,
                "dc:a6:32:01:02:03",
                Set.of("UP"),
                "UP",
                Optional.of(true),
                "",
                "",
                List.of(),
                new Link.Hardware("", driver, "", ""));
    }

    private static final Link ETH0 = link("eth0", Link.Kind.WIRED, "bcmgenet");
    private static final Link WLAN0 = link("wlan0", Link.Kind.WIFI, "brcmfmac");

    private static String value(NmConfig config, String section, String key) {
        return config.entry(section, key).map(IniFile.Entry::value).orElse("(none)");
    }

    @Test
    void theLastFileWinsAndSaysWhereItIs() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(LIB + "90-x.conf", "[main]", "dns=lib")
                                .file(
                                        "/etc/NetworkManager/NetworkManager.conf",
                                        "[main]",
                                        "dns=main")
                                .file(ETC + "10-x.conf", "[main]", "", "dns=etc"));
        assertEquals("etc", value(config, "main", "dns"));
        assertEquals(ETC + "10-x.conf:3", config.entry("main", "dns").get().place());
    }

    @Test
    void listsGrowAndShrink() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(
                                        LIB + "10-x.conf",
                                        "[keyfile]",
                                        "unmanaged-devices=eth0;wlan0")
                                .file(
                                        ETC + "10-y.conf",
                                        "[main]",
                                        "no-auto-default+=eth0",
                                        "dns+=x",
                                        "[keyfile]",
                                        "unmanaged-devices-=eth0")
                                .file(ETC + "20-z.conf", "[main]", "no-auto-default+=usb0,eth0"));
        assertEquals("wlan0", value(config, "keyfile", "unmanaged-devices"));
        assertEquals("eth0,usb0", value(config, "main", "no-auto-default"));
        assertEquals("(none)", value(config, "main", "dns"), "no list");
    }

    @Test
    void aListThatIsTakenBackIsEmptyAndKeepsNobodyOff() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(LIB + "10-x.conf", "[main]", "no-auto-default=*")
                                .file(ETC + "10-y.conf", "[main]", "no-auto-default-=*"));
        assertEquals("", value(config, "main", "no-auto-default"));
    }

    @Test
    void onlyAHashMakesAComment() {
        NmConfig odd =
                NmConfig.read(
                        Texts.card()
                                .file(
                                        ETC + "a:b.conf",
                                        "[main]",
                                        ";dns=none",
                                        "#no-auto-default=*"));
        assertEquals("(none)", value(odd, "main", "dns"));
        assertEquals("none", value(odd, "main", ";dns"));
        assertEquals(List.of(), odd.faults());
        NmConfig broken =
                NmConfig.read(Texts.card().file(ETC + "a:b.conf", "[main]", "; a comment"));
        assertEquals(ETC + "a:b.conf", broken.faults().get(0).file());
        assertEquals(2, broken.faults().get(0).line());
    }

    @Test
    void aBrokenFileWithAColonInItsNameIsNamedWhole() {
        Diagnosis d =
                Texts.card().networkManager().file(ETC + "a:b.conf", "[main]", "oops").diagnosis();
        Finding found =
                d.findings().found().stream()
                        .filter(f -> f.row().code().equals("networkmanager-config-broken"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(ETC + "a:b.conf:2", found.hit().evidence().get(0).source());
        assertEquals(
                "neither a [section] nor a key=value line", found.hit().evidence().get(0).what());
        assertTrue(found.hit().remedy().get(0).contains(ETC + "a:b.conf "));
    }

    @Test
    void aLinkToNothingOrAnEmptyFileHidesTheOneBelow() {
        Texts card =
                Texts.card()
                        .file(LIB + "10-x.conf", "[main]", "no-auto-default=*")
                        .file(LIB + "20-y.conf", "[keyfile]", "unmanaged-devices=*")
                        .link(ETC + "10-x.conf", "/dev/null")
                        .file(ETC + "20-y.conf", "");
        NmConfig config = NmConfig.read(card);
        assertEquals("(none)", value(config, "main", "no-auto-default"));
        assertEquals("(none)", value(config, "keyfile", "unmanaged-devices"));
        assertEquals(List.of(), config.unreadable());
    }

    @Test
    void whatLiesInRunIsGoneAtTheNextBoot() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(LIB + "10-x.conf", "[main]", "dns=lib")
                                .file(RUN + "10-x.conf", "[main]", "dns=run")
                                .file(RUN + "20-y.conf", "[main]", "no-auto-default=*")
                                .file(
                                        RUN + "netplan.conf",
                                        "[keyfile]",
                                        "unmanaged-devices+=eth0"));
        assertEquals("run", value(config, "main", "dns"));
        assertEquals("lib", value(config.atBoot(), "main", "dns"));
        assertEquals("(none)", value(config.atBoot(), "main", "no-auto-default"));
        assertEquals("eth0", value(config.atBoot(), "keyfile", "unmanaged-devices"));
    }

    @Test
    void theFirstSectionThatFitsTheDeviceDecides() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(
                                        LIB + "10-x.conf",
                                        "[device-a]",
                                        "match-device=driver:brcmfmac",
                                        "managed=0",
                                        "[device-b]",
                                        "match-device=type:wifi",
                                        "managed=1")
                                .file(ETC + "20-y.conf", "[device]", "managed=yes"));
        assertEquals(LIB + "10-x.conf:3", config.deviceEntry("managed", WLAN0).get().place());
        assertEquals(ETC + "20-y.conf:2", config.deviceEntry("managed", ETH0).get().place());
        NmConfig later =
                NmConfig.read(
                        Texts.card()
                                .file(LIB + "10-x.conf", "[device-a]", "managed=0")
                                .file(
                                        ETC + "20-y.conf",
                                        "[device-z]",
                                        "match-device=interface-name:eth0",
                                        "managed=1"));
        assertEquals("1", later.deviceEntry("managed", ETH0).get().value());
        assertEquals("0", later.deviceEntry("managed", WLAN0).get().value());
    }

    @Test
    void aSectionThatStopsTheSearchHasTheLastWord() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(ETC + "10-x.conf", "[device-a]", "managed=0")
                                .file(
                                        ETC + "20-y.conf",
                                        "[device-b]",
                                        "match-device=interface-name:eth0",
                                        "stop-match=yes"));
        assertEquals(Optional.empty(), config.deviceEntry("managed", ETH0));
        assertEquals("0", config.deviceEntry("managed", WLAN0).get().value());
    }

    @ParameterizedTest
    @CsvSource({
        "no,1.42.4,false",
        "true,1.42.4,true",
        "nm-version-min:1.16,1.42.4,true",
        "nm-version-min:1.16.4,1.42.4,false",
        "nm-version-max:1.30,1.42.4,false",
        "nm-version:1.42.4,1.42.4,true",
        "except:nm-version:1.42.4,1.42.4,false",
        "except:nm-version:1.30.0,1.42.4,true",
        "env:TAG,1.42.4,false",
        "'',1.42.4,false",
    })
    void aFileMayBeSwitchedOff(String enable, String version, boolean applies) {
        NmConfig config =
                NmConfig.read(
                                Texts.card()
                                        .file(
                                                ETC + "10-x.conf",
                                                "[.config]",
                                                "enable=" + enable,
                                                "[main]",
                                                "dns=x"))
                        .forVersion(version);
        assertEquals(applies ? "x" : "(none)", value(config, "main", "dns"));
        assertEquals(List.of(), config.unreadable());
    }

    @Test
    void aFileForAVersionThatIsNotKnownIsUnknown() {
        Texts card =
                Texts.card()
                        .networkManager()
                        .file(
                                ETC + "10-x.conf",
                                "[.config]",
                                "enable=nm-version-min:1.50",
                                "[main]",
                                "no-auto-default=*");
        assertEquals(1, NmConfig.read(card).unreadable().size());
        assertTrue(card.afterBoot("eth0").isUnknown());
    }
}
