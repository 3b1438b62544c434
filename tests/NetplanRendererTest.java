package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a fix tells netplan on a card. The expected files were given to the generators of netplan
 * 0.101, 0.106 and 1.1.2 with the YAML that stands beside them: they render all for NetworkManager.
 */
class NetplanRendererTest {

    private static final String INSTALL = "[Unit]\n[Install]\nWantedBy=multi-user.target\n";

    private static final String ALL =
            """
            # Written by netfix (fix undo takes it back).
            network:
              version: 2
              renderer: NetworkManager
            """;

    /** NetworkManager and systemd-networkd, both enabled, and netplan. */
    private static Texts card() {
        Texts card = Texts.card().file("/lib/systemd/system-generators/netplan", "");
        for (String unit : List.of("NetworkManager.service", "systemd-networkd.service")) {
            card.file("/usr/lib/systemd/system/" + unit, INSTALL)
                    .link(
                            "/etc/systemd/system/multi-user.target.wants/" + unit,
                            "/usr/lib/systemd/system/" + unit);
        }
        return card;
    }

    private static Texts card(String yaml) {
        return card().file("/etc/netplan/50-x.yaml", yaml);
    }

    private static String renderer(Texts card) {
        return PlanTest.written(PlanTest.plan(card), NetplanRenderer.FILE).orElseThrow();
    }

    private static List<String> ids(List<Loss> losses) {
        return losses.stream().map(Loss::id).toList();
    }

    @Test
    void whatHasNoRendererOfItsOwnFollowsTheGeneralOne() {
        String yaml = "network: {renderer: networkd, ethernets: {eth0: {dhcp4: true}}}";
        assertEquals(ALL, renderer(card(yaml)));
        // A group's counts for what comes behind it, where it comes first.
        String behind =
                "network: {ethernets: {eth0: {dhcp4: true}, renderer: networkd, eth1: {mtu:"
                        + " 1400}}}";
        assertEquals(
                ALL + "  ethernets:\n    \"eth1\":\n      renderer: NetworkManager\n",
                renderer(card(behind)));
    }

    /** By YAML's own rules: 40271056, 83, true and false. */
    @Test
    void whatLooksLikeANumberOrATruthIsAName() {
        Texts card =
                card(
                        "network: {renderer: NetworkManager, wifis: {wlan0: {match: {macaddress:"
                                + " 11:22:33:44:55:16}, dhcp4: yes, access-points: {0123: {}, on:"
                                + " {}, No: {}}}}}");
        Netplan.Definition wifi = Netplan.read(card).definitions().get(0);
        assertEquals("11:22:33:44:55:16", wifi.mac());
        assertEquals(Set.of("0123", "on", "No"), wifi.networks());
        assertTrue(wifi.address());
    }

    /** The documented way masks networkd first, and carries nothing over. */
    @Test
    void whatNetworkdHadIsTurnedWhereItWasMaskedByHand() {
        String networkd = "/etc/systemd/system/systemd-networkd.service";
        Texts card =
                card("network: {ethernets: {eth0: {addresses: [10.0.0.5/24]}}}")
                        .link(networkd, "/dev/null");
        assertEquals(ALL, renderer(card));
        assertEquals(Answer.Kind.YES, PlanTest.afterBoot(card, PlanTest.plan(card)).kind());
        // Where netfix has masked it, what is there now came later, and is somebody's own.
        card.file(
                ExclusiveControl.FILE,
                PlanTest.written(PlanTest.plan(card), ExclusiveControl.FILE).orElseThrow());
        assertFalse(PlanTest.standing(card, "netplan-renderer").isMissing());
    }

    @Test
    void aRendererOfItsOwnIsAnsweredByItself() {
        String own =
                "network: {ethernets: {renderer: networkd, eth0: {dhcp4: true}}, wifis: {wlan0:"
                        + " {renderer: networkd, access-points: {Home: {password: correct}}}}}";
        Texts card = card(own);
        String ours = renderer(card);
        assertEquals(
                ALL
                        + """
                          ethernets:
                            "eth0":
                              renderer: NetworkManager
                          wifis:
                            "wlan0":
                              renderer: NetworkManager
                        """,
                ours);
        assertEquals(List.of(), PlanTest.plan(card).losses());
        card.file(NetplanRenderer.FILE, ours.stripTrailing());
        assertTrue(PlanTest.standing(card, "netplan-renderer") instanceof Fulfilment.InPlace);
        // netplan makes an error of a network interface without its networks.
        card.file("/etc/netplan/50-x.yaml", "network: {ethernets: {eth0: {renderer: networkd}}}");
        assertTrue(PlanTest.standing(card, "netplan-renderer").isMissing());
        assertFalse(renderer(card).contains("wlan0"));
    }

    @Test
    void aFileThatIsReadLaterIsAnswered() {
        String later = "/etc/netplan/99_config.yaml";
        Texts general =
                card("network: {ethernets: {eth0: {dhcp4: true}}}")
                        .file(later, "network: {renderer: networkd}");
        assertEquals(
                ALL + "  ethernets:\n    \"eth0\":\n      renderer: NetworkManager\n",
                renderer(general));
        // In a file that is read before it, part of a definition is an error.
        Texts only =
                card().file(NetplanRenderer.FILE, ALL.stripTrailing())
                        .file(
                                later,
                                "network: {renderer: networkd, wifis: {wlan0: {dhcp4: true,"
                                        + " access-points: {Home: {}}}}}");
        Plan plan = PlanTest.plan(only);
        assertEquals(Optional.empty(), PlanTest.written(plan, NetplanRenderer.FILE));
        assertEquals(ALL, PlanTest.written(plan, NetplanRenderer.LAST).orElseThrow());
        assertTrue(
                plan.steps().stream()
                        .map(Plan.Step::change)
                        .anyMatch(
                                c ->
                                        c instanceof Change.Remove r
                                                && r.path().equals(NetplanRenderer.FILE)));
        assertEquals(List.of(), plan.losses());
    }

    @Test
    void whatNothingTurnsIsNamed() {
        Texts card =
                card("network: {ethernets: {eth0: {dhcp4: true}}}")
                        .file(
                                "/etc/netplan/zzz.yaml",
                                "network: {ethernets: {eth0: {renderer: networkd}}}");
        Loss loss = PlanTest.plan(card).losses().get(0);
        assertEquals("netplan-renderer-eth0", loss.id());
        assertEquals("/etc/netplan/zzz.yaml", loss.file());
    }

    /** One definition that NetworkManager's renderer refuses, and netplan writes none at all. */
    @Test
    void whatNetplanHasAnErrorForIsLeftAndNamed() {
        for (String refused :
                List.of(
                        "match: {driver: lan78xx}",
                        "activation-mode: \"off\"",
                        "ipv6-mtu: 1400",
                        "addresses: [{10.0.0.5/24: {label: \"x\"}}]",
                        "routes: [{to: 10.1.0.0/16, type: blackhole}]")) {
            Texts card =
                    card("network: {ethernets: {eth0: {dhcp4: true}, lan: {" + refused + "}}}");
            assertEquals(
                    List.of("netplan-renderer-lan"), ids(PlanTest.plan(card).losses()), refused);
            assertEquals(
                    ALL + "  ethernets:\n    \"lan\":\n      renderer: networkd\n", renderer(card));
        }
    }

    /** The definition's name is the interface's only where nothing else is said. */
    @Test
    void anInterfaceIsCalledAsNetworkManagerKnowsIt() {
        Map<String, String> called = new LinkedHashMap<>();
        called.put("{dhcp4: true}", "interface-name:lan");
        called.put(
                "{match: {macaddress: \"AA:bb:cc:dd:ee:ff\"}, set-name: lan0}",
                "interface-name:lan0");
        called.put("{match: {macaddress: \"AA:bb:cc:dd:ee:ff\"}}", "mac:aa:bb:cc:dd:ee:ff");
        called.put("{match: {name: \"eth[01]*\"}}", "interface-name:eth?*");
        called.put("{match: {name: \"*\"}}", "type:ethernet");
        called.put("{match: {}}", "type:ethernet");
        called.put("{match: {driver: [lan78xx, genet]}}", "driver:lan78xx,driver:genet");
        called.put("{match: {driver: \"lan*\"}}", "type:ethernet");
        called.forEach(
                (yaml, device) -> {
                    Plan plan = PlanTest.plan(card("network: {ethernets: {lan: " + yaml + "}}"));
                    String conf = PlanTest.written(plan, NetplanRenderer.DEFAULTS).orElseThrow();
                    String wanted =
                            "\n[device-netfix-lan]\nmatch-device=" + device + "\nmanaged=1\n";
                    assertTrue(conf.contains(wanted), conf);
                });
    }

    /** A card has no lease to read the client-id from. */
    @Test
    void whoACardWasToItsRouterIsKeptAsFarAsItTells() {
        Plan plan =
                PlanTest.plan(
                        card(
                                "network: {ethernets: {eth0: {dhcp4: true}, eth1: {addresses:"
                                        + " [10.0.0.5/24]}, eth2: {dhcp4: true, dhcp-identifier:"
                                        + " mac}}}"));
        assertEquals(List.of("dhcp-identity-eth0"), ids(plan.told()));
        assertEquals("/etc/netplan/50-x.yaml", plan.told().get(0).file());
        String conf = PlanTest.written(plan, NetplanRenderer.DEFAULTS).orElseThrow();
        assertTrue(conf.contains("interface-name:eth0\nipv4.dhcp-client-id=duid\n"), conf);
        assertFalse(conf.contains("[connection-netfix-eth1]"), conf);
        assertTrue(conf.contains("interface-name:eth2\nipv4.dhcp-client-id=mac\n"), conf);
    }
}
