package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Unit states as they lie on disk (systemd.unit(5), "Unit File Load Path"), for a root on which no
 * systemd runs: a unit is enabled by a link in a {@code .wants} or {@code .requires} folder, masked
 * by a link to /dev/null.
 */
final class UnitFiles {

    /** Where packages put theirs, in the order in which systemd looks. */
    static final List<String> VENDOR =
            List.of(
                    "/usr/local/lib/systemd/system",
                    "/usr/lib/systemd/system",
                    "/lib/systemd/system");

    private UnitFiles() {}

    static Map<String, Unit> of(Machine machine, List<String> names) {
        Set<String> wanted = new TreeSet<>();
        wants(machine).values().forEach(wanted::addAll);
        Map<String, Unit> units = new TreeMap<>();
        for (String name : names) {
            units.put(name, unit(machine, name, wanted));
        }
        return units;
    }

    /**
     * The units that each {@code .wants} and {@code .requires} folder in /etc links, by its path.
     */
    static Map<String, List<String>> wants(Machine machine) {
        Map<String, List<String>> wants = new TreeMap<>();
        for (String entry : machine.list(Ground.UNITS).orElse(List.of())) {
            if (entry.endsWith(".wants") || entry.endsWith(".requires")) {
                String folder = Ground.UNITS + "/" + entry;
                wants.put(folder, machine.list(folder).orElse(List.of()));
            }
        }
        return wants;
    }

    /** A link to /dev/null in a unit's place, or an empty file (systemd.unit(5)). */
    static boolean masks(FileStat stat) {
        return stat.kind() == FileStat.Kind.LINK && stat.target().equals("/dev/null")
                || stat.kind() == FileStat.Kind.FILE && stat.size() == 0;
    }

    private static Unit unit(Machine machine, String name, Set<String> wanted) {
        List<String> places = new ArrayList<>(List.of(Ground.UNITS));
        places.addAll(VENDOR);
        // wpa_supplicant@wlan0.service is an instance of wpa_supplicant@.service.
        String template = name.replaceFirst("@[^.]*\\.", "@.");
        for (String place : places) {
            for (String file : template.equals(name) ? List.of(name) : List.of(name, template)) {
                String path = place + "/" + file;
                FileStat stat = machine.stat(path).value().orElse(null);
                if (stat == null) {
                    continue;
                }
                if (masks(stat)) {
                    return new Unit(
                            name,
                            "masked",
                            "inactive",
                            "dead",
                            "success",
                            "masked",
                            "/dev/null",
                            0);
                }
                return new Unit(
                        name,
                        "loaded",
                        "inactive",
                        "dead",
                        "success",
                        wanted.contains(name) ? "enabled" : "disabled",
                        path,
                        0);
            }
        }
        return Unit.missing(name);
    }
}
