package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        Optional<JsonText> parsed = JsonText.read(json);
        if (parsed.isEmpty()) {
            return Reading.unknown("the output of rfkill -J is not JSON");
        }
        List<Rfkill> all = new ArrayList<>();
        // The key of the list is "rfkilldevices", and was "" before util-linux 2.34.
        for (JsonText list : parsed.get()) {
            for (JsonText node : list) {
                all.add(
                        new Rfkill(
                                node.path("id").integer(),
                                node.path("type").text(),
                                node.path("device").text(),
                                node.path("soft").text().equals("blocked"),
                                node.path("hard").text().equals("blocked")));
            }
        }
        return Reading.known(List.copyOf(all));
    }
}
