package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An entry of the neighbour table (ARP, NDP).
 *
 * @param states as ip-neighbour(8) names them: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE,
 *     PERMANENT
 */
public record Neighbour(String address, String device, String mac, List<String> states) {

    static final Command COMMAND = Command.of("ip", "-j", "neighbour", "show");

    /**
     * Resolved within the last half minute or so. DELAY is no answer: the kernel then only hopes
     * that one comes, for five seconds before it asks.
     */
    public boolean answers() {
        return states.contains("REACHABLE");
    }

    public boolean failed() {
        return states.contains("FAILED") || states.contains("INCOMPLETE");
    }

    static Reading<List<Neighbour>> parse(String json) {
        if (json.isBlank()) {
            return Reading.known(List.of());
        }
        Optional<JsonText> parsed = JsonText.read(json);
        if (parsed.isEmpty()) {
            return Reading.unknown("the output of ip -j neighbour show is not JSON");
        }
        List<Neighbour> all = new ArrayList<>();
        for (JsonText node : parsed.get()) {
            List<String> states = new ArrayList<>();
            node.path("state").forEach(state -> states.add(state.text()));
            if (node.has("dst")) {
                all.add(
                        new Neighbour(
                                node.path("dst").text(),
                                node.path("dev").text(),
                                node.path("lladdr").text(),
                                List.copyOf(states)));
            }
        }
        return Reading.known(List.copyOf(all));
    }
}
