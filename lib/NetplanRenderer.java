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
     * That the interfaces are NetworkManager's: netplan's udev rule of this boot (0.106,
     * /run/udev/rules.d/90-netplan.rules) has set NM_UNMANAGED, and a rule that is written anew
     * changes nothing before the next boot; managed= outdoes it ([device], NetworkManager.conf(5)).
     * And who they were to their DHCP servers: networkd was a DUID, NetworkManager is a MAC, and
     * gets another address. Defaults for all profiles ([connection]), because netplan writes the
     * profiles.
     */
    static final String DEFAULTS = "/etc/NetworkManager/conf.d/20-netfix-netplan.conf";

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
        String defaults = defaults(scene.takeOver().netplan());
        if (!defaults.isEmpty()) {
            drafts.add(
                    Plan.Phase.CONFIGURATION.with(
                            Change.Put.text(
                                    DEFAULTS,
                                    0644,
                                    defaults,
                                    "netplan's interfaces are NetworkManager's, and the same to"
                                            + " DHCP servers as before")));
        }
        drafts.add(Plan.Phase.CONFIGURATION.with(Change.Put.text(FILE, 0600, TEXT, "")));
        drafts.add(Plan.Phase.TAKE_OVER.with(new Change.Run(GENERATE, GENERATE, false, "")));
        for (TakeOver.Netplanned one : scene.takeOver().netplan()) {
            UnitChanges.stop(scene, "netplan-wpa-" + one.link() + ".service")
                    .ifPresent(drafts::add);
        }
        return drafts;
    }

    /** Empty where netplan has none. */
    private static String defaults(List<TakeOver.Netplanned> all) {
        List<String> lines = new ArrayList<>();
        for (TakeOver.Netplanned one : all) {
            String match = "match-device=interface-name:" + one.link();
            lines.addAll(List.of("", "[device-netfix-" + one.link() + "]", match, "managed=1"));
            if (!one.identity().isEmpty()) {
                lines.addAll(List.of("", "[connection-netfix-" + one.link() + "]", match));
                one.identity().forEach((key, value) -> lines.add(key + "=" + value));
            }
        }
        if (!lines.isEmpty()) {
            lines.add(
                    0,
                    "# Written by netfix (fix undo takes it back): netplan's interfaces are"
                            + " NetworkManager's, whatever udev was told,");
            lines.add(
                    1,
                    "# and are to the router who systemd-networkd was. netplan's YAML stays as it"
                            + " is.");
            lines.add("");
        }
        return String.join("\n", lines);
    }
}
