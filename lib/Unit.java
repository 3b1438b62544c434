package netfix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A systemd unit (org.freedesktop.systemd1(5)).
 *
 * @param load loaded, not-found, masked, bad-setting, error
 * @param active active, inactive, failed, activating, deactivating, reloading
 * @param result success, exit-code, signal, timeout, …
 * @param file enabled, disabled, static, masked, masked-runtime, enabled-runtime, generated,
 *     indirect, alias …; empty where no file
 * @param fragment the unit file, empty where none
 * @param mainPid 0 where none runs
 * @param fileAtBoot {@code file} as the next boot finds it: the same but for what lies in /run
 */
public record Unit(
        String name,
        String load,
        String active,
        String sub,
        String result,
        String file,
        String fragment,
        int mainPid,
        String fileAtBoot) {

    Unit(
            String name,
            String load,
            String active,
            String sub,
            String result,
            String file,
            String fragment,
            int mainPid) {
        this(name, load, active, sub, result, file, fragment, mainPid, file);
    }

    Unit withFileAtBoot(String onDisk) {
        return new Unit(name, load, active, sub, result, file, fragment, mainPid, onDisk);
    }

    private static final String PROPERTIES =
            "Id,Names,LoadState,ActiveState,SubState,Result,UnitFileState,FragmentPath,MainPID";

    /** All units in one call: each systemctl costs a process and a D-Bus connection. */
    static Command show(List<String> names) {
        List<String> argv =
                new ArrayList<>(List.of("systemctl", "show", "--no-pager", "-p", PROPERTIES, "--"));
        argv.addAll(names);
        return new Command(argv, Command.USUAL_TIMEOUT);
    }

    public boolean exists() {
        return !load.equals("not-found") && !load.isEmpty();
    }

    public boolean running() {
        return active.equals("active") || active.equals("reloading");
    }

    public boolean masked() {
        return load.equals("masked") || file.startsWith("masked");
    }

    /** Masked for the next boot too; a runtime mask is gone by then. */
    public boolean maskedAtBoot() {
        return fileAtBoot.equals("masked") || load.equals("masked") && fileAtBoot.isEmpty();
    }

    /** Started by the next boot, as far as its links say (a runtime link is gone by then). */
    public boolean enabled() {
        return fileAtBoot.equals("enabled") || fileAtBoot.equals("alias");
    }

    /** Runs, or would at the next boot. */
    boolean inForce() {
        return running() || enabled();
    }

    /**
     * Debian's units that start a wpa_supplicant of its own on a Wi-Fi interface, and the file that
     * each gives it.
     */
    static Map<String, String> supplicants(String link) {
        Map<String, String> units = new LinkedHashMap<>();
        for (String kind : List.of("", "-nl80211")) {
            units.put(
                    "wpa_supplicant" + kind + "@" + link + ".service",
                    "/etc/wpa_supplicant/wpa_supplicant" + kind + "-" + link + ".conf");
        }
        return units;
    }

    static Unit missing(String name) {
        return new Unit(name, "not-found", "inactive", "dead", "success", "", "", 0);
    }

    /**
     * Blocks of {@code Key=value} lines, one block a unit, an empty line between them. By every
     * name that the unit has.
     */
    static Map<String, Unit> parse(String text) {
        Map<String, Unit> units = new TreeMap<>();
        Map<String, String> block = new HashMap<>();
        for (String line : (text + "\n\n").split("\n", -1)) {
            int eq = line.indexOf('=');
            if (eq > 0) {
                block.put(line.substring(0, eq), line.substring(eq + 1));
            } else if (!block.isEmpty()) {
                Unit unit = of(block);
                units.put(unit.name(), unit);
                for (String alias : block.getOrDefault("Names", "").split(" ")) {
                    if (!alias.isEmpty()) {
                        units.putIfAbsent(alias, unit);
                    }
                }
                block.clear();
            }
        }
        return units;
    }

    private static Unit of(Map<String, String> p) {
        String pid = p.getOrDefault("MainPID", "0");
        return new Unit(
                p.getOrDefault("Id", ""),
                p.getOrDefault("LoadState", ""),
                p.getOrDefault("ActiveState", ""),
                p.getOrDefault("SubState", ""),
                p.getOrDefault("Result", ""),
                p.getOrDefault("UnitFileState", ""),
                p.getOrDefault("FragmentPath", ""),
                pid.matches("\\d{1,9}") ? Integer.parseInt(pid) : 0);
    }
}
