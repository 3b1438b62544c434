package netfix;

import java.util.ArrayList;
import java.util.List;

/** Which networks a wpa_supplicant.conf(5) knows; how they are secured is of no concern here. */
public final class WpaSupplicantConf {

    private WpaSupplicantConf() {}

    /**
     * The SSIDs of the blocks that are not {@code disabled=1}, as written between the quotes or in
     * hex.
     */
    static List<String> enabledNetworks(String text) {
        List<String> names = new ArrayList<>();
        String ssid = null;
        boolean inside = false;
        boolean disabled = false;
        for (String raw : text.split("\n")) {
            String line = raw.strip();
            if (line.matches("network\\s*=\\s*\\{")) {
                inside = true;
                disabled = false;
                ssid = null;
            } else if (inside && line.equals("}")) {
                if (!disabled && ssid != null) {
                    names.add(ssid);
                }
                inside = false;
            } else if (inside && line.startsWith("ssid=")) {
                String value = line.substring(5);
                ssid =
                        value.length() > 1 && value.startsWith("\"")
                                ? value.substring(1, value.length() - 1)
                                : value;
            } else if (inside && line.equals("disabled=1")) {
                disabled = true;
            }
        }
        return List.copyOf(names);
    }
}
