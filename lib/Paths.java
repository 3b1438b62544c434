package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * What works before a fix and has to work after it, in the lines that the transaction's sh reads:
 * {@code path IFACE wired|wifi ADDRESS/PREFIX GATEWAY|- METHODS SECONDS SSID|-} (the SSID as iw
 * prints it, to the end of the line) and {@code dns}.
 */
public final class Paths {

    /**
     * Which of them count is asked by the transaction itself, with the same probes as afterwards.
     */
    private static final String TO_BE_ASKED = "arp,icmp,tcp";

    /** How long an interface took to come up is known of this boot at best; else this. */
    private static final int USUAL_SECONDS = 30;

    private Paths() {}

    public static List<String> lines(Snapshot snapshot) {
        List<String> lines = new ArrayList<>();
        for (Link link : snapshot.physical()) {
            if (!link.up() || !link.hasCarrier() || link.globalAddresses().isEmpty()) {
                continue;
            }
            String gateway =
                    snapshot.defaultRoutes(link).stream()
                            .map(Route::gateway)
                            .filter(g -> !g.isEmpty())
                            .findFirst()
                            .orElse("-");
            boolean wifi = link.kind() == Link.Kind.WIFI;
            String ssid = snapshot.associated().getOrDefault(link.name(), "");
            lines.add(
                    String.join(
                            " ",
                            "path",
                            link.name(),
                            wifi ? "wifi" : "wired",
                            link.globalAddresses().get(0).toString(),
                            gateway,
                            gateway.equals("-") ? "-" : TO_BE_ASKED,
                            String.valueOf(USUAL_SECONDS),
                            ssid.isEmpty() ? "-" : ssid));
        }
        lines.add("dns - - - - - 0 -");
        return lines;
    }
}
