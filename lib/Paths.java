package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What works before a fix and has to work after it, in the lines that the transaction's sh reads.
 * Nine words and the rest of the line:
 *
 * <pre>
 * path   IFACE wired|wifi ADDRESS/PREFIX dhcp|static GATEWAY|- METHODS SECONDS measured|assumed SSID|-
 * client IFACE -          ADDRESS        -           -         METHODS 0       -                -
 * dns    -     -          -              -           -         -       0       -                -
 * </pre>
 *
 * METHODS is a list of arp, icmp and tcp. The seconds are what the path took to come up, the SSID
 * is as iw prints it.
 */
public final class Paths {

    /**
     * Which of them count is asked by the transaction itself, with the same probes as afterwards.
     */
    private static final String TO_BE_ASKED = "arp,icmp,tcp";

    /** Where the journal does not tell how long an interface took. */
    private static final int USUAL_SECONDS = 30;

    private Paths() {}

    /** Looks at the machine, and changes nothing. */
    public static List<String> lines(Snapshot snapshot, Machine machine) {
        return lines(
                snapshot,
                PathTimes.parse(machine.run(PathTimes.COMMAND).output().orElse("")),
                SshClients.parse(
                        machine.run(SshClients.COMMAND).output().orElse(""),
                        System.getenv().getOrDefault("SSH_CONNECTION", "")));
    }

    static List<String> lines(
            Snapshot snapshot, Map<String, Integer> took, List<SshClients.Client> clients) {
        List<String> lines = new ArrayList<>();
        for (Link link : snapshot.physical()) {
            if (!link.up() || !link.hasCarrier() || link.globalAddresses().isEmpty()) {
                continue;
            }
            Link.Address address = link.globalAddresses().get(0);
            String gateway =
                    snapshot.defaultRoutes(link).stream()
                            .map(Route::gateway)
                            .filter(g -> !g.isEmpty())
                            .findFirst()
                            .orElse("-");
            boolean wifi = link.kind() == Link.Kind.WIFI;
            String ssid = snapshot.associated().orElse(Map.of()).getOrDefault(link.name(), "");
            Optional<Integer> seconds = Optional.ofNullable(took.get(link.name()));
            lines.add(
                    String.join(
                            " ",
                            "path",
                            link.name(),
                            wifi ? "wifi" : "wired",
                            address.toString(),
                            address.lifetime() ? "dhcp" : "static",
                            gateway,
                            gateway.equals("-") ? "-" : TO_BE_ASKED,
                            String.valueOf(seconds.orElse(USUAL_SECONDS)),
                            seconds.isPresent() ? "measured" : "assumed",
                            ssid.isEmpty() ? "-" : ssid));
            int witnesses = 0;
            for (SshClients.Client client : clients) {
                // Each costs up to half a minute where it is silent, and the rollback waits for
                // two.
                if (witnesses < 2
                        && link.addresses().stream()
                                .anyMatch(a -> a.local().equals(client.local()))) {
                    witnesses++;
                    lines.add(
                            String.join(
                                    " ",
                                    "client",
                                    link.name(),
                                    "-",
                                    client.peer(),
                                    "- -",
                                    TO_BE_ASKED,
                                    "0 - -"));
                }
            }
        }
        lines.add("dns - - - - - - 0 - -");
        return lines;
    }
}
