package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A route of the main table.
 *
 * @param destination {@code default} or a prefix
 * @param gateway empty where the destination is on the link
 * @param metric 0 where none is set; the lowest wins
 * @param protocol who put it there, as {@code ip} names it: kernel, dhcp, static, boot, ra
 */
public record Route(
        boolean v6,
        String destination,
        String gateway,
        String device,
        long metric,
        String protocol) {

    static final Command COMMAND = Command.of("ip", "-j", "route", "show");
    static final Command COMMAND6 = Command.of("ip", "-6", "-j", "route", "show");

    public boolean isDefault() {
        return destination.equals("default");
    }

    static Reading<List<Route>> parse(String json, boolean v6) {
        // iproute2 5.10 prints nothing at all for an empty table.
        if (json.isBlank()) {
            return Reading.known(List.of());
        }
        Optional<JsonText> parsed = JsonText.read(json);
        if (parsed.isEmpty()) {
            return Reading.unknown("the output of ip -j route show is not JSON");
        }
        List<Route> routes = new ArrayList<>();
        for (JsonText node : parsed.get()) {
            if (node.has("nexthops")) {
                for (JsonText hop : node.path("nexthops")) {
                    routes.add(route(node, hop, v6));
                }
            } else if (node.has("dst")) {
                routes.add(route(node, node, v6));
            }
        }
        return Reading.known(List.copyOf(routes));
    }

    private static Route route(JsonText node, JsonText hop, boolean v6) {
        String gateway = hop.path("gateway").text();
        return new Route(
                v6,
                node.path("dst").text(),
                gateway.isEmpty() ? hop.path("via").path("host").text() : gateway,
                hop.path("dev").text(node.path("dev").text()),
                node.path("metric").number(),
                node.path("protocol").text());
    }
}
