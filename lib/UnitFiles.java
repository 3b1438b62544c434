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

    private static final String ADMIN = "/etc/systemd/system";
    private static final List<String> VENDOR =
            List.of(
                    "/usr/local/lib/systemd/system",
                    "/usr/lib/systemd/system",
                    "/lib/systemd/system");

    private UnitFiles() {}

    static Map<String, Unit> of(Machine machine, List<String> names) {
        Set<String> wanted = wanted(machine);
        Map<String, Unit> units = new TreeMap<>();
        for (String name : names) {
            units.put(name, unit(machine, name, wanted));
        }
        return units;
    }

    private static Set<String> wanted(Machine machine) {
        Set<String> wanted = new TreeSet<>();
        for (String entry : machine.list(ADMIN).orElse(List.of())) {
            if (entry.endsWith(".wants") || entry.endsWith(".requires")) {
                wanted.addAll(machine.list(ADMIN + "/" + entry).orElse(List.of()));
            }
        }
        return wanted;
    }

    private static Unit unit(Machine machine, String name, Set<String> wanted) {
        List<String> places = new ArrayList<>(List.of(ADMIN));
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
                if (stat.kind() == FileStat.Kind.LINK && stat.target().equals("/dev/null")
                        || stat.kind() == FileStat.Kind.FILE && stat.size() == 0) {
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
