package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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

        /** netplan's generator writes these at every boot; its YAML is what there is to edit. */
        boolean byNetplan() {
            return networkFile.startsWith("/run/systemd/network/10-netplan-");
        }
    }

    private final List<IniFile> files;
    private final List<IniFile> onDisk;
    private final Map<Integer, LinkState> links;
    private final List<String> unreadable;
    private final Map<Integer, Boolean> routers;

    private Networkd(
            List<IniFile> files,
            List<IniFile> onDisk,
            Map<Integer, LinkState> links,
            List<String> unreadable,
            Map<Integer, Boolean> routers) {
        this.files = List.copyOf(files);
        this.onDisk = List.copyOf(onDisk);
        this.links = Map.copyOf(links);
        this.unreadable = List.copyOf(unreadable);
        this.routers = Map.copyOf(routers);
    }

    /** One of which nothing could be read. */
    static Networkd unknown(String why) {
        return new Networkd(List.of(), List.of(), Map.of(), List.of(why), Map.of());
    }

    static Networkd read(Machine machine) {
        Map<String, String> byName = new TreeMap<>();
        Map<String, String> atBoot = new TreeMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String folder : FOLDERS) {
            Reading<List<String>> names = machine.list(folder);
            names.whyUnknown().ifPresent(unreadable::add);
            for (String name : names.orElse(List.of())) {
                if (name.endsWith(".network")) {
                    byName.putIfAbsent(name, folder + "/" + name);
                    if (!folder.startsWith("/run/")) {
                        atBoot.putIfAbsent(name, folder + "/" + name);
                    }
                }
            }
        }
        Map<String, IniFile> read = new TreeMap<>();
        Set<String> wanted = new TreeSet<>(byName.values());
        wanted.addAll(atBoot.values());
        for (String file : wanted) {
            Reading<String> text = machine.read(file);
            text.value()
                    .map(t -> withDropIns(machine, IniFile.parse(file, t), unreadable))
                    .ifPresent(ini -> read.put(file, ini));
            boolean hides =
                    text.whyUnknown().isPresent()
                            && machine.stat(file)
                                    .value()
                                    .map(s -> s.target().equals("/dev/null"))
                                    .orElse(false);
            if (!hides) {
                text.whyUnknown().ifPresent(unreadable::add);
            }
        }
        Map<Integer, LinkState> links = new TreeMap<>();
        for (String index : machine.list("/run/systemd/netif/links").orElse(List.of())) {
            if (index.matches("\\d{1,9}")) {
                machine.read("/run/systemd/netif/links/" + index)
                        .value()
                        .ifPresent(text -> links.put(Integer.parseInt(index), state(text)));
            }
        }
        // ROUTER= in the lease (sd-dhcp-lease.c); world-readable, one file an interface index.
        Map<Integer, Boolean> routers = new TreeMap<>();
        for (int index : links.keySet()) {
            machine.read("/run/systemd/netif/leases/" + index)
                    .value()
                    .ifPresent(
                            text ->
                                    routers.put(
                                            index,
                                            text.lines().anyMatch(l -> l.matches("ROUTER=.+"))));
        }
        return new Networkd(
                inOrder(byName, read), inOrder(atBoot, read), links, unreadable, routers);
    }

    private static List<IniFile> inOrder(Map<String, String> byName, Map<String, IniFile> read) {
        return byName.values().stream().filter(read::containsKey).map(read::get).toList();
    }

    /** Why a file could not be read, one line each: netplan writes them for root alone. */
    public List<String> unreadable() {
        return unreadable;
    }

    /** Whether the DHCP server named a router; empty where there is no lease. */
    public Optional<Boolean> routerOffered(Link link) {
        return Optional.ofNullable(routers.get(link.index()));
    }

    /**
     * NAME.network.d/*.conf of all folders, by their names; the first folder's hides the others'.
     */
    private static IniFile withDropIns(Machine machine, IniFile file, List<String> unreadable) {
        String name = file.file().substring(file.file().lastIndexOf('/') + 1);
        Map<String, String> byName = new TreeMap<>();
        for (String folder : FOLDERS) {
            String dropIns = folder + "/" + name + ".d";
            for (String dropIn : machine.list(dropIns).orElse(List.of())) {
                if (dropIn.endsWith(".conf")) {
                    byName.putIfAbsent(dropIn, dropIns + "/" + dropIn);
                }
            }
        }
        IniFile all = file;
        for (String path : byName.values()) {
            Reading<String> text = machine.read(path);
            text.whyUnknown().ifPresent(unreadable::add);
            if (text.value().isPresent()) {
                all = all.with(IniFile.parse(path, text.value().get()));
            }
        }
        return all;
    }

    /** In the order in which networkd tries them, drop-ins included. */
    List<IniFile> files() {
        return files;
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
     * The first .network file whose [Match] fits, as networkd picks it: later ones do not count.
     * Empty where none certainly does, or where it says {@code Unmanaged=yes}.
     */
    public Optional<IniFile> fileFor(Link link) {
        return first(files, link).value();
    }

    /**
     * As the next boot finds it: what lies in /run is gone by then. Unknown where that hangs on a
     * MAC or something else that is not known, as on a mounted card.
     */
    Reading<IniFile> fileAtBoot(Link link) {
        return first(onDisk, link);
    }

    private Reading<IniFile> first(List<IniFile> files, Link link) {
        for (IniFile file : files) {
            boolean inUse = state(link).map(s -> s.networkFile().equals(file.file())).orElse(false);
            Optional<Boolean> matches = inUse ? Optional.of(true) : matches(file, link);
            if (matches.isEmpty()) {
                return Reading.unknown(
                        "whether "
                                + file.file()
                                + " is for it hangs on more than its name, which is not known");
            }
            if (matches.get()) {
                return file.value("Link", "Unmanaged", "no").matches("yes|true|1|on")
                        ? Reading.absent(file.file() + " keeps systemd-networkd off it")
                        : Reading.known(file);
            }
        }
        return Reading.absent("no .network file of systemd-networkd matches it");
    }

    private static Optional<Boolean> matches(IniFile file, Link link) {
        List<IniFile.Entry> match = file.section("Match");
        boolean sure = true;
        for (IniFile.Entry e : match) {
            Optional<Boolean> one = matches(e.key(), e.value(), link);
            if (one.isPresent() && !one.get()) {
                return one;
            }
            sure &= one.isPresent();
        }
        return sure ? Optional.of(!match.isEmpty()) : Optional.empty();
    }

    /** systemd.network(5), [Match]; empty where it asks for what a look does not tell. */
    private static Optional<Boolean> matches(String key, String value, Link link) {
        return switch (key) {
            case "Name" -> Optional.of(anyGlob(value, link.name()));
            case "MACAddress" -> isMac(value, link.mac());
            case "PermanentMACAddress" -> isMac(value, link.permanentMac());
            case "Type" ->
                    Optional.of(
                            anyGlob(
                                    value,
                                    link.kind() == Link.Kind.WIFI
                                            ? "wlan"
                                            : link.kind() == Link.Kind.WIRED
                                                    ? "ether"
                                                    : link.hardware().devtype()));
            case "WLANInterfaceType" ->
                    Optional.of(link.kind() == Link.Kind.WIFI && anyGlob(value, "station"));
            case "Driver" ->
                    link.hardware().driver().isEmpty()
                            ? Optional.empty()
                            : Optional.of(anyGlob(value, link.hardware().driver()));
            case "Kind" -> Optional.of(value.startsWith("!") && link.physical());
            // A Pi is neither a container nor a virtual machine.
            case "Virtualization" -> Optional.of(value.matches("!.*|no|false|0|off"));
            default -> Optional.empty();
        };
    }

    private static Optional<Boolean> isMac(String list, String mac) {
        return mac.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        List.of(
                                        list.toLowerCase(java.util.Locale.ROOT)
                                                .replace('-', ':')
                                                .split("\\s+"))
                                .contains(mac));
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
