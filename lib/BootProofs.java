package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a fix of a mounted card cannot try: it runs no daemon, and has neither cable nor radio. */
final class BootProofs {

    /** Units that start something of netfix's at a boot. */
    private static final Set<String> SERVICES =
            Set.of("network-monitor", "network-init", "btwifiset-stable");

    private BootProofs() {}

    /** One line each; none where nothing is changed. */
    static List<String> of(Scene scene, List<Plan.Step> steps) {
        List<Keyfile> profiles = new ArrayList<>();
        boolean netplan = false;
        Set<String> services = new TreeSet<>();
        for (Plan.Step step : steps) {
            if (step.change() instanceof Change.Put put && put.path().endsWith(".nmconnection")) {
                String text = new String(put.content(), StandardCharsets.UTF_8);
                profiles.add(Keyfile.parse(put.path(), text));
            }
            netplan |= NetplanRenderer.isOurs(step.change());
            if (SERVICES.contains(step.measure())) {
                services.add(step.measure());
            }
        }
        List<Netplan.Definition> rendered =
                netplan ? scene.snapshot().netplan().definitions() : List.of();
        boolean dhcp =
                profiles.stream().anyMatch(p -> p.get("ipv4", "method").equals("auto"))
                        || rendered.stream().anyMatch(d -> !d.client().isEmpty());
        boolean wifi =
                profiles.stream().anyMatch(p -> p.get("connection", "type").equals("wifi"))
                        || rendered.stream().anyMatch(d -> !d.networks().isEmpty());
        boolean switched =
                steps.stream()
                        .anyMatch(
                                s -> Set.of("country-code", "networking-on").contains(s.measure()));
        List<String> left = new ArrayList<>();
        if (steps.stream().anyMatch(BootProofs::isForNetworkManager)) {
            left.add("that NetworkManager starts with this configuration");
        }
        if (netplan) {
            left.add("that netplan renders its YAML for NetworkManager");
        }
        if (dhcp) {
            left.add("the addresses by DHCP, and that the router gives the same ones");
        }
        if (wifi) {
            left.add("that the Wi-Fi passwords are right, and the networks in range");
        }
        if (wifi || switched && !scene.wifi().isEmpty()) {
            left.add("that the radio is on and may transmit");
        }
        if (!services.isEmpty()) {
            left.add("that these services come up: " + String.join(", ", services));
        }
        return List.copyOf(left);
    }

    private static boolean isForNetworkManager(Plan.Step step) {
        return step.isIn("/etc/NetworkManager") || step.measure().equals("networkmanager-at-boot");
    }
}
