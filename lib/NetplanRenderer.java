package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * netplan writes its files anew at every boot, so nothing is converted: its YAML is told to render
 * for NetworkManager.
 */
final class NetplanRenderer {

    /** Read after every other one; a later file's scalar wins (netplan-generate(8)). */
    static final String FILE = "/etc/netplan/99-netfix.yaml";

    private static final String TEXT =
            """
            # Written by netfix (fix undo takes it back).
            network:
              version: 2
              renderer: NetworkManager
            """;

    /**
     * Who the interfaces were to their DHCP servers: networkd was a DUID, NetworkManager is a MAC,
     * and gets another address. Defaults for all profiles ([connection], NetworkManager.conf(5)),
     * because netplan writes the profiles.
     */
    static final String IDENTITY = "/etc/NetworkManager/conf.d/20-netfix-netplan.conf";

    private static final List<String> GENERATE = List.of("netplan", "generate");

    private NetplanRenderer() {}

    static Fulfilment standing(Scene scene) {
        boolean ours = scene.ground().text(FILE).orElse("").equals(TEXT);
        return Fulfilment.where(
                scene.snapshot().units(), () -> standing(scene.takeOver().netplan(), ours));
    }

    private static Fulfilment standing(List<TakeOver.Netplanned> links, boolean ours) {
        return links.isEmpty() && !ours
                ? Fulfilment.notNeeded("netplan renders nothing for systemd-networkd")
                : Fulfilment.missing(
                        links.stream()
                                .map(one -> "netplan renders " + one.link())
                                .map(what -> what + " for systemd-networkd")
                                .toList());
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        String identity = identity(scene.takeOver().netplan());
        if (!identity.isEmpty()) {
            drafts.add(
                    Plan.Phase.CONFIGURATION.with(
                            Change.Put.text(
                                    IDENTITY,
                                    0644,
                                    identity,
                                    "the same to DHCP servers as before: the same address")));
        }
        drafts.add(Plan.Phase.CONFIGURATION.with(Change.Put.text(FILE, 0600, TEXT, "")));
        drafts.add(Plan.Phase.TAKE_OVER.with(new Change.Run(GENERATE, GENERATE, false, "")));
        for (TakeOver.Netplanned one : scene.takeOver().netplan()) {
            UnitChanges.stop(scene, "netplan-wpa-" + one.link() + ".service")
                    .ifPresent(drafts::add);
        }
        return drafts;
    }

    /** Empty where nobody asks a DHCP server. */
    private static String identity(List<TakeOver.Netplanned> all) {
        List<String> lines = new ArrayList<>();
        for (TakeOver.Netplanned one : all) {
            if (!one.identity().isEmpty()) {
                lines.add("");
                lines.add("[connection-netfix-" + one.link() + "]");
                lines.add("match-device=interface-name:" + one.link());
                one.identity().forEach((key, value) -> lines.add(key + "=" + value));
            }
        }
        if (!lines.isEmpty()) {
            lines.add(0, "# by. netplan's YAML stays as it is.");
            lines.add(
                    0,
                    "# Written by netfix (fix undo takes it back): who systemd-networkd was to the"
                            + " router that it got its address");
            lines.add("");
        }
        return String.join("\n", lines);
    }
}
