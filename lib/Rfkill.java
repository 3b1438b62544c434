package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/**
 * A radio's switch, {@code rfkill -J} (rfkill(8)).
 *
 * @param type wlan, bluetooth, …
 * @param device {@code phy0}, {@code hci0}
 * @param soft blocked by software
 * @param hard blocked by a switch on the board
 */
public record Rfkill(int id, String type, String device, boolean soft, boolean hard) {

    static final Command COMMAND = Command.of("rfkill", "-J", "-o", "ID,TYPE,DEVICE,SOFT,HARD");

    static Reading<List<Rfkill>> parse(String json) {
        if (json.isBlank()) {
            return Reading.known(List.of());
        }
        try {
            List<Rfkill> all = new ArrayList<>();
            // The key of the list is "rfkilldevices", and was "" before util-linux 2.34.
            for (JsonNode list : Json.read(json)) {
                for (JsonNode node : list) {
                    all.add(
                            new Rfkill(
                                    node.path("id").asInt(),
                                    node.path("type").asText(),
                                    node.path("device").asText(),
                                    node.path("soft").asText().equals("blocked"),
                                    node.path("hard").asText().equals("blocked")));
                }
            }
            return Reading.known(List.copyOf(all));
        } catch (JsonProcessingException e) {
            return Reading.unknown("the output of rfkill -J is not JSON");
        }
    }
}
