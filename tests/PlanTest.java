package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a fix would do on machines of texts. */
class PlanTest {

    private static final String INSTALL = "[Unit]\n[Install]\nWantedBy=multi-user.target\n";

    /** NetworkManager, installed and enabled. */
    private static Texts card() {
        return Texts.card()
                .file("/usr/lib/systemd/system/NetworkManager.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/NetworkManager.service",
                        "/usr/lib/systemd/system/NetworkManager.service");
    }

    private static Scene scene(Machine machine) {
        return Scene.at(machine, Progress.silent());
    }

    private static Plan plan(Machine machine) {
        // Its own files are where this test runs from a jar only.
        return Plan.of(scene(machine), m -> !m.id().equals("installed"), loss -> false);
    }

    private static Fulfilment standing(Machine machine, String id) {
        return plan(machine).standings().stream()
                .filter(j -> j.measure().id().equals(id))
                .map(Plan.Judged::standing)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<String> written(Plan plan, String path) {
        return plan.steps().stream()
                .map(Plan.Step::change)
                .filter(Change.Put.class::isInstance)
                .map(Change.Put.class::cast)
                .filter(put -> put.path().equals(path))
                .map(put -> new String(put.content(), StandardCharsets.UTF_8))
                .findFirst();
    }

    private static Texts netplan() {
        return card().file("/usr/lib/systemd/system/systemd-networkd.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service",
                        "/usr/lib/systemd/system/systemd-networkd.service")
                .file(
                        "/run/systemd/network/10-netplan-eth0.network",
                        "[Match]",
                        "Name=eth0",
                        "[Network]",
                        "DHCP=ipv4",
                        "LinkLocalAddressing=ipv6");
    }

    @Test
    void netplansInterfacesStayWhoTheyWereToTheRouter() {
        Texts card =
                netplan()
                        .file(
                                "/run/systemd/netif/leases/2",
                                "ADDRESS=192.168.50.33",
                                "CLIENTID=ffb6220feb00020000ab11d7c3");
        Plan plan = plan(card);
        assertEquals(List.of(), plan.told());
        assertEquals(
                """
                # Written by netfix (fix undo takes it back): who systemd-networkd was to the \
                router that it got its address
                # by. netplan's YAML stays as it is.

                [connection-netfix-eth0]
                match-device=interface-name:eth0
                ipv4.dhcp-client-id=ff:b6:22:0f:eb:00:02:00:00:ab:11:d7:c3
                ipv6.dhcp-duid=00:02:00:00:ab:11:d7:c3
                ipv6.dhcp-iaid=3055685611
                """,
                written(plan, NetplanRenderer.IDENTITY).orElseThrow());
        String renderer = written(plan, NetplanRenderer.FILE).orElseThrow();
        assertTrue(standing(card, "netplan-renderer").isMissing());
        Texts done =
                card().file("/lib/systemd/system-generators/netplan", "")
                        .file(NetplanRenderer.FILE, renderer.stripTrailing());
        assertTrue(standing(done, "netplan-renderer") instanceof Fulfilment.InPlace);
        assertTrue(standing(card(), "netplan-renderer") instanceof Fulfilment.NotNeeded);
    }

    @Test
    void whatWillBeALittleDifferentIsSaidBeforeTheQuestion() throws Exception {
        Plan plan = plan(netplan());
        String text = PlanReport.of(plan, new Terminal(false));
        assertTrue(
                text.contains(
                        """

                        A little different afterwards:
                          dhcp-identity-eth0  /run/systemd/network/10-netplan-eth0.network: DHCP=ipv4
                              no lease of networkd's to read the client-id from: the router may \
                        give another address
                        """),
                text);
        assertEquals(
                "dhcp-identity-eth0",
                Json.read(PlanReport.json(plan)).path("told").path(0).path("id").asText());
        assertFalse(PlanReport.of(plan(card()), new Terminal(false)).contains("different"));
    }
}
