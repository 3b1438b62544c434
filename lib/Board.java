package netfix;

import java.util.List;

/** Which board this is: what is true of one Pi is not of another one with a clone of its card. */
final class Board {

    private static final List<String> SERIALS =
            List.of(
                    "/sys/firmware/devicetree/base/serial-number",
                    "/sys/class/dmi/id/product_uuid");

    private Board() {}

    /** Empty where nothing tells it. */
    static String serial(Machine machine) {
        for (String file : SERIALS) {
            String serial = machine.read(file).orElse("").replace("\u0000", "").strip();
            if (serial.matches("[0-9A-Za-z-]{1,64}")) {
                return serial;
            }
        }
        return machine.read("/proc/cpuinfo")
                .orElse("")
                .lines()
                .filter(line -> line.matches("Serial\\s*: *[0-9a-zA-Z]{1,64}"))
                .map(line -> line.replaceFirst("^Serial\\s*: *", ""))
                .findFirst()
                .orElse("");
    }
}
