package netfix;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a measure is on a card of which only the FAT partition can be seen: sh in rescue.sh that
 * tests its own conditions on the Pi. A rescue never changes which manager owns an interface, so
 * what does so has no such form.
 *
 * @param function in rescue.sh, empty where there is no form
 * @param text what it does, or why there is none
 */
public record RescueForm(Optional<String> function, String text) {

    /** By the measure's id, in the order in which rescue.sh goes through them. */
    static final Map<String, RescueForm> TABLE = table();

    private static Map<String, RescueForm> table() {
        Map<String, RescueForm> t = new LinkedHashMap<>();
        t.put(
                "networkmanager-at-boot",
                form(
                        "form_networkmanager_at_boot",
                        "where no network manager is enabled, the one that had the network is"
                                + " unmasked and enabled; NetworkManager's own wpa_supplicant is"
                                + " unmasked"));
        t.put(
                ReadableConfiguration.ID,
                form(
                        "form_readable_configuration",
                        "a configuration file with which NetworkManager does not start gets .off"
                                + " behind its name"));
        t.put(
                "keyfile-modes",
                form("form_keyfile_modes", "saved profiles become root's, mode 0600"));
        t.put(
                "wired-profile",
                form(
                        "form_wired_profile",
                        "where nothing configures Ethernet at a boot: a profile for any Ethernet,"
                                + " for the manager that is enabled"));
        t.put(
                "networking-on",
                form("form_networking_on", "networking and Wi-Fi are switched on, and unblocked"));
        t.put("exclusive-control", none("it strands no Pi that it is missing"));
        t.put("country-code", none("--country writes it into cmdline.txt from this side"));
        String owner = "it would change who manages an interface";
        t.put("take-over", none(owner));
        t.put("dhcpcd-off", none(owner));
        t.put("networkd-off", none(owner));
        t.put("ifupdown-off", none(owner));
        t.put("netplan-renderer", none(owner));
        t.put("supplicant-instances-off", none(owner));
        t.put("installed", none("it needs Java; the rescue does not"));
        String later = "it strands no Pi; `fix` does it once the Pi can be reached";
        t.put("btwifiset-after-networkmanager", none(later));
        t.put("network-init", none(later));
        t.put("network-monitor", none(later));
        t.put("btwifiset-stable", none(later));
        return t;
    }

    /** That of the measure, or the reason why it has none; empty where nobody has thought of it. */
    static Optional<RescueForm> of(String measure) {
        return Optional.ofNullable(TABLE.get(measure));
    }

    private static RescueForm form(String function, String text) {
        return new RescueForm(Optional.of(function), text);
    }

    private static RescueForm none(String why) {
        return new RescueForm(Optional.empty(), why);
    }
}
