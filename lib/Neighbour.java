package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/**
 * An entry of the neighbour table (ARP, NDP).
 *
 * @param states as ip-neighbour(8) names them: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE,
 *     PERMANENT
 */
public record Neighbour(String address, String device, String mac, List<String> states) {

    static final Command COMMAND = Command.of("ip", "-j", "neighbour", "show");

    /** Answered within the last half minute or so; STALE only says that it once did. */
    public boolean answers() {
        return states.contains("REACHABLE") || states.contains("DELAY");
    }

    public boolean failed() {
        return states.contains("FAILED") || states.contains("INCOMPLETE");
    }

    static Reading<List<Neighbour>> parse(String json) {
        if (json.isBlank()) {
            return Reading.known(List.of());
        }
        try {
            List<Neighbour> all = new ArrayList<>();
            for (JsonNode node : Json.read(json)) {
                List<String> states = new ArrayList<>();
                node.path("state").forEach(state -> states.add(state.asText()));
                if (node.has("dst")) {
                    all.add(
                            new Neighbour(
                                    node.path("dst").asText(),
                                    node.path("dev").asText(),
                                    node.path("lladdr").asText(),
                                    List.copyOf(states)));
                }
            }
            return Reading.known(List.copyOf(all));
        } catch (JsonProcessingException e) {
            return Reading.unknown("the output of ip -j neighbour show is not JSON");
        }
    }
}
