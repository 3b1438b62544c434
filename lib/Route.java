package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

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
        try {
            List<Route> routes = new ArrayList<>();
            for (JsonNode node : Json.read(json)) {
                if (node.has("nexthops")) {
                    for (JsonNode hop : node.path("nexthops")) {
                        routes.add(route(node, hop, v6));
                    }
                } else if (node.has("dst")) {
                    routes.add(route(node, node, v6));
                }
            }
            return Reading.known(List.copyOf(routes));
        } catch (JsonProcessingException e) {
            return Reading.unknown("the output of ip -j route show is not JSON");
        }
    }

    private static Route route(JsonNode node, JsonNode hop, boolean v6) {
        String gateway = hop.path("gateway").asText();
        return new Route(
                v6,
                node.path("dst").asText(),
                gateway.isEmpty() ? hop.path("via").path("host").asText() : gateway,
                hop.path("dev").asText(node.path("dev").asText()),
                node.path("metric").asLong(),
                node.path("protocol").asText());
    }
}
