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

    private static final List<String> GENERATE = List.of("netplan", "generate");

    private NetplanRenderer() {}

    static Fulfilment standing(Scene scene) {
        return Fulfilment.where(
                scene.snapshot().units(), () -> standing(scene.takeOver().netplan()));
    }

    private static Fulfilment standing(List<String> links) {
        return links.isEmpty()
                ? Fulfilment.notNeeded("netplan renders nothing for systemd-networkd")
                : Fulfilment.missing(
                        links.stream()
                                .map(link -> "netplan renders " + link + " for systemd-networkd")
                                .toList());
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        drafts.add(Plan.Phase.CONFIGURATION.with(Change.Put.text(FILE, 0600, TEXT, "")));
        drafts.add(Plan.Phase.TAKE_OVER.with(new Change.Run(GENERATE, GENERATE, false, "")));
        for (String link : scene.takeOver().netplan()) {
            UnitChanges.stop(scene, "netplan-wpa-" + link + ".service").ifPresent(drafts::add);
        }
        return drafts;
    }
}
