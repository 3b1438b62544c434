package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * systemd-networkd: its .network files (systemd.network(5)), and what it says of each link in
 * /run/systemd/netif/links. The latter is what sd-network(3) reads; unlike networkctl it cannot
 * hang where the daemon or D-Bus does.
 */
public final class Networkd {

    private static final List<String> FOLDERS =
            List.of(
                    "/etc/systemd/network",
                    "/run/systemd/network",
                    "/usr/local/lib/systemd/network",
                    "/usr/lib/systemd/network",
                    "/lib/systemd/network");

    /**
     * @param admin unmanaged, pending, configuring, configured, linger, failed
     * @param networkFile the .network file in use, empty where none
     */
    public record LinkState(String admin, String operational, String networkFile) {
        public boolean holds() {
            return admin.equals("configured") || admin.equals("configuring");
        }
    }

    private final List<IniFile> files;
    private final Map<Integer, LinkState> links;

    private Networkd(List<IniFile> files, Map<Integer, LinkState> links) {
        this.files = List.copyOf(files);
        this.links = Map.copyOf(links);
    }

    static Networkd read(Machine machine) {
        Map<String, String> byName = new TreeMap<>();
        for (String folder : FOLDERS) {
            for (String name : machine.list(folder).orElse(List.of())) {
                if (name.endsWith(".network")) {
                    byName.putIfAbsent(name, folder + "/" + name);
                }
            }
        }
        List<IniFile> files = new ArrayList<>();
        byName.values()
                .forEach(
                        file ->
                                machine.read(file)
                                        .value()
                                        .ifPresent(text -> files.add(IniFile.parse(file, text))));
        Map<Integer, LinkState> links = new TreeMap<>();
        for (String index : machine.list("/run/systemd/netif/links").orElse(List.of())) {
            if (index.matches("\\d{1,9}")) {
                machine.read("/run/systemd/netif/links/" + index)
                        .value()
                        .ifPresent(text -> links.put(Integer.parseInt(index), state(text)));
            }
        }
        return new Networkd(files, links);
    }

    private static LinkState state(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String line : text.split("\n")) {
            int eq = line.indexOf('=');
            if (eq > 0) {
                values.put(line.substring(0, eq), line.substring(eq + 1).strip());
            }
        }
        return new LinkState(
                values.getOrDefault("ADMIN_STATE", ""),
                values.getOrDefault("OPER_STATE", ""),
                values.getOrDefault("NETWORK_FILE", ""));
    }

    public Optional<LinkState> state(Link link) {
        return Optional.ofNullable(links.get(link.index()));
    }

    /**
     * The first .network file whose [Match] fits, as networkd picks it at boot: later ones do not
     * count. Empty where none does, or where it says {@code Unmanaged=yes}.
     */
    public Optional<IniFile> fileFor(Link link) {
        for (IniFile file : files) {
            if (matches(file, link)) {
                return file.value("Link", "Unmanaged", "no").matches("yes|true|1|on")
                        ? Optional.empty()
                        : Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean matches(IniFile file, Link link) {
        List<IniFile.Entry> match = file.section("Match");
        if (match.isEmpty()) {
            return false;
        }
        for (IniFile.Entry e : match) {
            boolean ok =
                    switch (e.key()) {
                        case "Name" -> anyGlob(e.value(), link.name());
                        case "MACAddress", "PermanentMACAddress" ->
                                List.of(
                                                e.value()
                                                        .toLowerCase(java.util.Locale.ROOT)
                                                        .replace('-', ':')
                                                        .split("\\s+"))
                                        .contains(link.mac());
                        case "Type" ->
                                anyGlob(
                                        e.value(),
                                        link.kind() == Link.Kind.WIFI
                                                ? "wlan"
                                                : link.kind() == Link.Kind.WIRED
                                                        ? "ether"
                                                        : "none");
                        case "Kind" -> e.value().startsWith("!") && link.physical();
                        // Driver=, Path=, Virtualization=, Host= … : a physical interface of a Pi
                        // is not told apart by what we
                        // know of it; vendor files that use them are for containers and VMs.
                        default -> false;
                    };
            if (!ok) {
                return false;
            }
        }
        return true;
    }

    private static boolean anyGlob(String list, String name) {
        boolean negated = list.startsWith("!");
        for (String glob : (negated ? list.substring(1) : list).split("\\s+")) {
            if (DeviceSpec.glob(glob).matcher(name).matches()) {
                return !negated;
            }
        }
        return negated;
    }
}
