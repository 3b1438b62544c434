package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A radio's switch, as the kernel shows it in /sys/class/rfkill
 * (Documentation/ABI/stable/sysfs-class-rfkill), or as {@code rfkill -J} (rfkill(8)) does.
 *
 * @param type wlan, bluetooth, …
 * @param device {@code phy0}, {@code hci0}
 * @param soft blocked by software
 * @param hard blocked by a switch on the board
 */
public record Rfkill(int id, String type, String device, boolean soft, boolean hard) {

    static final Command COMMAND = Command.of("rfkill", "-J", "-o", "ID,TYPE,DEVICE,SOFT,HARD");

    private static final String FOLDER = "/sys/class/rfkill";

    /**
     * Without a process, and where the tool is not installed. Unknown where the folder is (a
     * capture from before netfix read it); none where the kernel has no such switches.
     */
    static Reading<List<Rfkill>> read(Machine machine) {
        Reading<List<String>> names = machine.list(FOLDER);
        if (names.isAbsent()) {
            return Reading.known(List.of());
        }
        return names.flatMap(
                all -> {
                    List<Rfkill> switches = new ArrayList<>();
                    for (String name : all) {
                        Reading<String> soft = machine.read(FOLDER + "/" + name + "/soft");
                        Reading<String> hard = machine.read(FOLDER + "/" + name + "/hard");
                        if (soft.value().isEmpty() || !name.matches("rfkill\\d{1,9}")) {
                            // Gone since the list was read, or no switch.
                            continue;
                        }
                        switches.add(
                                new Rfkill(
                                        Integer.parseInt(name.substring("rfkill".length())),
                                        text(machine, name, "type"),
                                        text(machine, name, "name"),
                                        soft.orElse("").strip().equals("1"),
                                        hard.orElse("").strip().equals("1")));
                    }
                    return Reading.known(List.copyOf(switches));
                });
    }

    /** The files that block Wi-Fi by software, where there is a 1 in them. */
    static List<String> wifiBlocks(Machine machine) {
        return machine.list(FOLDER).orElse(List.of()).stream()
                .filter(name -> text(machine, name, "type").equals("wlan"))
                .map(name -> FOLDER + "/" + name + "/soft")
                .toList();
    }

    private static String text(Machine machine, String name, String file) {
        return machine.read(FOLDER + "/" + name + "/" + file).orElse("").strip();
    }

    /**
     * What systemd-rfkill.service(8) sets the Wi-Fi switches to at boot: one file a switch, {@code
     * platform-fe300000.mmcnr:wlan}, with 1 in it where it was blocked last.
     */
    static Reading<Saved> saved(Machine machine) {
        boolean masked =
                machine.stat("/etc/systemd/system/systemd-rfkill.service")
                        .value()
                        .map(s -> s.target().equals("/dev/null"))
                        .orElse(false);
        if (masked) {
            return Reading.absent("systemd-rfkill.service is masked");
        }
        return machine.list(SAVED)
                .flatMap(
                        names -> {
                            List<String> blocked = new ArrayList<>();
                            List<String> open = new ArrayList<>();
                            for (String name : names) {
                                Reading<String> state = machine.read(SAVED + "/" + name);
                                if (name.endsWith(":wlan") && state.whyUnknown().isPresent()) {
                                    return Reading.unknown(state.whyUnknown().get());
                                }
                                if (name.endsWith(":wlan") && state.value().isPresent()) {
                                    (state.orElse("").strip().equals("1") ? blocked : open)
                                            .add(SAVED + "/" + name);
                                }
                            }
                            return Reading.known(
                                    new Saved(List.copyOf(blocked), List.copyOf(open)));
                        });
    }

    private static final String SAVED = "/var/lib/systemd/rfkill";

    /** The files of Wi-Fi switches that the next boot blocks, and of those that it does not. */
    record Saved(List<String> blocked, List<String> open) {}

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
