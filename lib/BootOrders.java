package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the next boot is told beside the units' own links: words of the kernel's line
 * (kernel-command-line(7)) and {@code default.target} (systemd.special(7)). Both outlast a mask or
 * an enablement, and a person who has forgotten them finds nothing wrong.
 *
 * @param masks the units that {@code systemd.mask=} keeps from starting
 * @param elsewhere where the boot goes instead of the system that has a network; empty where it
 *     goes there, or nothing tells
 * @param wifiOff what switches the Pi's own Wi-Fi off; asked of a card only, because a machine that
 *     runs tells what Wi-Fi it has
 */
record BootOrders(List<Mask> masks, Optional<Evidence> elsewhere, Optional<Evidence> wifiOff) {

    static final BootOrders NONE = new BootOrders(List.of(), Optional.empty(), Optional.empty());

    private static final List<String> CONFIGS =
            List.of("/boot/firmware/config.txt", "/boot/config.txt");

    /** A Pi's firmware hands it to the kernel; since bookworm it lies a folder deeper. */
    static final List<String> KERNEL_LINES = CountryCode.CMDLINES;

    static final String DEFAULT_TARGET = Ground.UNITS + "/default.target";

    /** What a Pi boots into, by these and their older names (runlevel(8)). */
    private static final List<String> WITH_NETWORK =
            List.of(
                    "multi-user.target",
                    "graphical.target",
                    "default.target",
                    "runlevel2.target",
                    "runlevel3.target",
                    "runlevel4.target",
                    "runlevel5.target");

    record Mask(String unit, Evidence seen) {}

    /** The running system's own are told by systemctl; asked are the files of the next boot. */
    static BootOrders read(Machine machine) {
        List<Mask> masks = new ArrayList<>();
        Optional<Evidence> target = target(machine);
        for (String file : KERNEL_LINES) {
            String text = machine.read(file).orElse("");
            if (!text.contains("root=")) {
                // Not there, or bookworm's note in the old place that it has moved.
                continue;
            }
            Optional<Evidence> named = Optional.empty();
            String line = text.lines().findFirst().orElse("");
            masks.addAll(masks(line, file));
            for (String word : words(line)) {
                if (isTarget(word)) {
                    // The last one is in force.
                    named = Optional.of(new Evidence(word, file));
                }
            }
            if (named.isPresent()) {
                target = named.filter(seen -> !leadsOn(seen.what(), line));
            }
            break;
        }
        return new BootOrders(
                List.copyOf(masks),
                target,
                machine.runsCommands() ? Optional.empty() : wifiOff(machine));
    }

    /** What stands in quotes is a command's, and no word for the kernel. */
    private static List<String> words(String line) {
        return List.of(line.replaceAll("\"[^\"]*+\"", "").strip().split("\\s+"));
    }

    /**
     * @param line the kernel's
     * @param file where it stands
     */
    static List<Mask> masks(String line, String file) {
        String word = "systemd.mask=";
        return words(line).stream()
                .filter(w -> w.startsWith(word))
                .map(
                        w -> {
                            String unit = w.substring(word.length());
                            return new Mask(
                                    unit.contains(".") ? unit : unit + ".service",
                                    new Evidence(w, file));
                        })
                .toList();
    }

    private static Optional<Evidence> wifiOff(Machine machine) {
        return CONFIGS.stream()
                .flatMap(
                        file ->
                                wifiOff(machine.read(file).orElse(""))
                                        .map(line -> new Evidence(line, file))
                                        .stream())
                .findFirst();
    }

    /**
     * The line of config.txt. A section other than [all] is for some boards, and which one a card
     * is in nothing tells.
     */
    static Optional<String> wifiOff(String config) {
        boolean forAll = true;
        for (String raw : config.lines().toList()) {
            String line = raw.strip();
            if (line.startsWith("[")) {
                forAll = line.equalsIgnoreCase("[all]");
            } else if (forAll && line.matches("dtoverlay=(pi3-)?disable-wifi(-pi5)?(,.*)?")) {
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }

    /** systemd(1), KERNEL COMMAND LINE. */
    private static boolean isTarget(String word) {
        return word.startsWith("systemd.unit=")
                || word.matches("emergency|-b|rescue|single|-?[sS]|[1-5]");
    }

    /**
     * To the network, at once or in the end: scripts of a first start, Raspberry Pi OS's and
     * netfix's own, run in a target of theirs, and go on from there.
     */
    private static boolean leadsOn(String word, String line) {
        boolean own =
                word.equals("systemd.unit=kernel-command-line.target")
                        && line.contains("systemd.run=")
                        && (line.contains("systemd.run_success_action=reboot")
                                || line.contains(" start graphical.target"));
        return own
                || word.matches("[2-5]")
                || WITH_NETWORK.contains(word.replaceFirst("^systemd\\.unit=", ""));
    }

    private static Optional<Evidence> target(Machine machine) {
        return machine.stat(DEFAULT_TARGET)
                .value()
                .filter(stat -> stat.kind() == FileStat.Kind.LINK)
                .map(FileStat::target)
                .filter(t -> !WITH_NETWORK.contains(t.substring(t.lastIndexOf('/') + 1)))
                .map(t -> new Evidence("a link to " + t, DEFAULT_TARGET));
    }

    Optional<Evidence> mask(String unit) {
        return masks.stream().filter(m -> m.unit().equals(unit)).map(Mask::seen).findFirst();
    }

    /** The same unit, as the next boot finds it. */
    Unit told(Unit unit) {
        return mask(unit.name()).isPresent() ? unit.withFileAtBoot("masked") : unit;
    }
}
