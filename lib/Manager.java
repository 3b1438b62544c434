package netfix;

import java.util.ArrayList;
import java.util.List;

/** Those who may own a network interface, and the units that belong to each. */
public enum Manager {
    NETWORKMANAGER(
            "NetworkManager",
            "NetworkManager.service",
            List.of("NetworkManager-wait-online.service")),
    DHCPCD("dhcpcd", "dhcpcd.service", List.of()),
    NETWORKD(
            "systemd-networkd",
            "systemd-networkd.service",
            List.of(
                    "systemd-networkd.socket",
                    "systemd-networkd-wait-online.service",
                    "systemd-network-generator.service")),
    IFUPDOWN("ifupdown", "networking.service", List.of("ifupdown-wait-online.service"));

    /** Units that are nobody's of these, and still bear on the network. */
    private static final List<String> OTHERS =
            List.of(
                    "wpa_supplicant.service",
                    "btwifiset.service",
                    "btwifiset-stable.service",
                    "bluetooth.service",
                    "systemd-resolved.service",
                    "hostapd.service",
                    "dnsmasq.service",
                    "iwd.service",
                    "connman.service",
                    "network-monitor.service",
                    "network-init.service");

    private final String shown;
    private final String unit;
    private final List<String> companions;

    Manager(String shown, String unit, List<String> companions) {
        this.shown = shown;
        this.unit = unit;
        this.companions = companions;
    }

    /** The unit whose state says whether it runs and whether the next boot starts it. */
    public String unit() {
        return unit;
    }

    public List<String> companions() {
        return companions;
    }

    static List<String> allUnits() {
        List<String> all = new ArrayList<>(OTHERS);
        for (Manager manager : values()) {
            all.add(manager.unit);
            all.addAll(manager.companions);
        }
        return all;
    }

    @Override
    public String toString() {
        return shown;
    }
}
