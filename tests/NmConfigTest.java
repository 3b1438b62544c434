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

    /** As NetworkManager of Debian 13 says it (kelebek333/rtl8188fu, issue 59). */
    @Test
    void itsOwnLastWordsNameTheFile() {
        NmConfig config =
                NmConfig.read(
                        Texts.card()
                                .file(ETC + "10-a.conf", "wifi.scan-rand-mac-address=no")
                                .file(ETC + "20-b.conf", "[device]", "nonsense"));
        List<String> both = List.of(ETC + "10-a.conf", ETC + "20-b.conf");
        assertEquals(both, config.refused(List.of()));
        Journal.Line first = said(ETC + "10-a.conf: Key file does not start with a group");
        Journal.Line last = said("file " + ETC + "20-b.conf not found");
        assertEquals(both.subList(0, 1), config.refused(List.of(first)));
        assertEquals(both.subList(1, 2), config.refused(List.of(first, last)));
        // What is mended since is no reason to leave the others.
        assertEquals(both, config.refused(List.of(said(ETC + "00-c.conf: Key file …"))));
    }

    private static Journal.Line said(String why) {
        return new Journal.Line(
                "b",
                java.time.Instant.EPOCH,
                -1,
                "NetworkManager.service",
                "NetworkManager",
                1,
                6,
                "Failed to read configuration: " + why);
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
    void anEmptyFileHidesTheOneBelow() {
        Texts card =
                Texts.card()
                        .file(LIB + "20-y.conf", "[keyfile]", "unmanaged-devices=*")
                        .file(ETC + "20-y.conf", "");
        NmConfig config = NmConfig.read(card);
        assertEquals("(none)", value(config, "keyfile", "unmanaged-devices"));
        assertEquals(List.of(), config.unreadable());
        assertEquals(List.of(), config.faults());
    }

    /**
     * Seen of NetworkManager 1.30, 1.42 and 1.52, {@code NetworkManager --print-config}: "Failed to
     * read configuration: file … not found", "…: Not a regular file".
     */
    @Test
    void aLinkToNothingOrToADeviceIsNoConfiguration() {
        Texts card = Texts.card().networkManager().link(ETC + "10-x.conf", "/srv/gone.conf");
        is(card, ETC + "10-x.conf: a link to /srv/gone.conf, which is not there");
        Diagnosis d = card.diagnosis();
        Finding found = d.findings().errors().get(0);
        assertEquals("networkmanager-config-broken", found.row().code());
        assertEquals(ETC + "10-x.conf", found.hit().evidence().get(0).source());
        assertTrue(card.afterBoot("eth0").isNo());

        is(
                Texts.card().link(ETC + "10-x.conf", "/dev/null"),
                ETC
                        + "10-x.conf: a link to /dev/null, which NetworkManager cannot read; an"
                        + " empty file hides another one");
        is(
                Texts.card().file(ETC + "10-x.conf/oops", ""),
                ETC + "10-x.conf: a folder, and NetworkManager reads only files");
        Texts hidden =
                Texts.card().link(LIB + "10-x.conf", "/gone").file(ETC + "10-x.conf", "[main]");
        assertEquals(List.of(), NmConfig.read(hidden).faults());
    }

    private static void is(Texts machine, String fault) {
        assertEquals(
                List.of(fault),
                NmConfig.read(machine).faults().stream().map(IniFile.Fault::toString).toList());
    }

    @Test
    void whatAMountedCardHasNotMountedMayBeThereAtBoot() {
        Texts card =
                Texts.card().networkManager().link(ETC + "10-x.conf", "/boot/firmware/nm.conf");
        assertEquals(List.of(), NmConfig.read(card).faults());
        assertTrue(card.afterBoot("eth0").isUnknown());
        assertEquals(
                1,
                NmConfig.read(Texts.live().link(ETC + "10-x.conf", "/boot/firmware/nm.conf"))
                        .faults()
                        .size());
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

    private static Optional<IniFile.Entry> inForce(NmConfig config, Link link) {
        List<Optional<IniFile.Entry>> entries = config.deviceEntries("managed", link);
        assertEquals(1, entries.size(), entries.toString());
        return entries.get(0);
    }

    /** A mounted card tells neither MACs nor drivers. */
    @ParameterizedTest
    @CsvSource({
        "mac:dc:a6:32:01:02:03,0,UNKNOWN",
        "driver:bcmgenet,0,UNKNOWN",
        "driver:bcmgenet,1,YES",
        "'mac:dc:a6:32:01:02:03;interface-name:eth0',0,NO",
        "'interface-name:eth0;except:mac:dc:a6:32:01:02:03',0,UNKNOWN",
        "'interface-name:wlan0;except:mac:dc:a6:32:01:02:03',0,YES",
        "interface-name:eth0,0,NO",
    })
    void whatHangsOnTheMacIsUnknownOnACard(String match, String managed, Answer.Kind boot) {
        Texts card =
                Texts.card()
                        .networkManager()
                        .file(
                                ETC + "10-x.conf",
                                "[device-x]",
                                "match-device=" + match,
                                "managed=" + managed);
        Answer answer = card.afterBoot("eth0");
        assertEquals(boot, answer.kind(), answer.toString());
        if (boot == Answer.Kind.UNKNOWN) {
            assertTrue(answer.why().contains(ETC + "10-x.conf:3"), answer.toString());
        }
    }

    @Test
    void whereAllThatMayBeInForceSayTheSameNothingIsUnknown() {
        Texts card =
                Texts.card()
                        .networkManager()
                        .file(
                                ETC + "10-x.conf",
                                "[device-x]",
                                "match-device=driver:bcmgenet",
                                "managed=0",
                                "[device]",
                                "managed=0");
        assertTrue(card.afterBoot("eth0").isNo());
        card.file(ETC + "20-y.conf", "[device]", "managed=1");
        assertTrue(card.afterBoot("eth0").isUnknown());
    }

    @Test
    void anExceptionByMacLeavesOpenWhetherAnAutomaticProfileIsMade() {
        Texts card =
                Texts.card()
                        .networkManager()
                        .file(
                                ETC + "10-x.conf",
                                "[main]",
                                "no-auto-default=*,except:mac:dc:a6:32:01:02:03");
        Answer answer = card.afterBoot("eth0");
        assertTrue(answer.isUnknown(), answer.toString());
        assertTrue(answer.why().contains("no-auto-default"), answer.toString());
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
        assertEquals(LIB + "10-x.conf:3", inForce(config, WLAN0).get().place());
        assertEquals(ETC + "20-y.conf:2", inForce(config, ETH0).get().place());
        NmConfig later =
                NmConfig.read(
                        Texts.card()
                                .file(LIB + "10-x.conf", "[device-a]", "managed=0")
                                .file(
                                        ETC + "20-y.conf",
                                        "[device-z]",
                                        "match-device=interface-name:eth0",
                                        "managed=1"));
        assertEquals("1", inForce(later, ETH0).get().value());
        assertEquals("0", inForce(later, WLAN0).get().value());
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
        assertEquals(Optional.empty(), inForce(config, ETH0));
        assertEquals("0", inForce(config, WLAN0).get().value());
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
