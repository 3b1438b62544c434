package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a repair has to know of the files beyond the {@link Snapshot}: the text of those that it may
 * replace, and how units are installed.
 *
 * @param files the text of each file asked for, by path
 * @param stats of the same paths, and of the links that enable or mask units
 * @param wantsFolders those of {@link #UNITS} that are there
 * @param wantedBy the links that enable a unit ({@code .wants}, {@code .requires}, aliases), by
 *     unit
 */
public record Ground(
        Map<String, Reading<String>> files,
        Map<String, Reading<FileStat>> stats,
        Map<String, List<String>> wantedBy,
        Set<String> wantsFolders) {

    static final String UNITS = "/etc/systemd/system";

    /** The links with which a boot starts units. */
    static final String STARTED = UNITS + "/multi-user.target.wants";

    /** Until the next boot (systemctl mask --runtime). */
    static final String RUNTIME_UNITS = "/run/systemd/system";

    private static final String INIT = "/sbin/init";
    private static final String MOUNTS = "/proc/mounts";

    static Ground read(Machine machine, Snapshot snapshot) {
        Map<String, Reading<String>> files = new LinkedHashMap<>();
        Map<String, Reading<FileStat>> stats = new LinkedHashMap<>();
        List<String> paths = new ArrayList<>(Measures.FILES);
        snapshot.interfaces().stanzas().forEach(stanza -> paths.add(stanza.file()));
        for (IniFile.Fault fault : snapshot.nm().config().faults()) {
            paths.add(fault.file());
            RepairAct.SetAside.places(fault.file()).forEach(paths::add);
        }
        paths.add(INIT);
        paths.add(UNITS);
        paths.addAll(NmConfig.FOLDERS.keySet());
        paths.addAll(UnitFiles.VENDOR);
        Set<String> installing = new LinkedHashSet<>(Manager.allUnits());
        installing.add("NetworkManager-dispatcher.service");
        // The instances, one for each Wi-Fi interface.
        snapshot.units().value().ifPresent(units -> installing.addAll(units.keySet()));
        for (String unit : installing) {
            paths.add(UNITS + "/" + unit);
            paths.add(RUNTIME_UNITS + "/" + unit);
            UnitFiles.VENDOR.forEach(folder -> paths.add(folder + "/" + unit));
        }
        for (String path : paths) {
            Reading<FileStat> stat = machine.stat(path);
            if (stats.putIfAbsent(path, stat) != null) {
                continue;
            }
            boolean text = stat.value().map(s -> s.kind() == FileStat.Kind.FILE).orElse(false);
            files.put(
                    path,
                    text
                            ? machine.read(path)
                            : stat.whyUnknown()
                                    .map(Reading::<String>unknown)
                                    .orElseGet(() -> Reading.absent("no " + path)));
        }
        if (machine.runsCommands()) {
            files.put(MOUNTS, machine.read(MOUNTS));
        }
        Map<String, List<String>> wantedBy = new LinkedHashMap<>();
        Set<String> folders = new LinkedHashSet<>(Set.of(UNITS));
        UnitFiles.wants(machine)
                .forEach(
                        (folder, units) -> {
                            folders.add(folder);
                            for (String unit : units) {
                                wantedBy.computeIfAbsent(unit, u -> new ArrayList<>())
                                        .add(folder + "/" + unit);
                            }
                        });
        return new Ground(files, stats, wantedBy, folders);
    }

    /**
     * What is mounted where the path lies, as the words of its line (fstab(5)'s form); of several
     * at one place the last one is in force. Empty where nothing is known of mounts.
     */
    private Optional<String[]> mountOf(String path) {
        Optional<String[]> longest = Optional.empty();
        for (String line : text(MOUNTS).orElse("").split("\n")) {
            String[] words = line.split(" ");
            if (words.length > 3
                    && (path + "/").startsWith(words[1].equals("/") ? "/" : words[1] + "/")
                    && longest.map(l -> l[1].length() <= words[1].length()).orElse(true)) {
                longest = Optional.of(words);
            }
        }
        return longest;
    }

    private static boolean readOnly(String[] mount) {
        return ("," + mount[3] + ",").contains(",ro,");
    }

    /** Whether what the path lies on is mounted read-only. */
    boolean readOnly(String path) {
        return mountOf(path).map(Ground::readOnly).orElse(false);
    }

    /** Why a change of this machine's root would not last, where it would not. */
    Optional<String> rootProblem() {
        for (String path : List.of("/", UNITS, PlanFolder.BASE)) {
            Optional<String[]> mount = mountOf(path);
            if (mount.isEmpty()) {
                continue;
            }
            String type = mount.get()[2];
            String name = mount.get()[1].equals("/") ? "the root" : mount.get()[1];
            if (type.equals("overlay")) {
                return Optional.of(
                        name
                                + " is an overlay, which forgets every change at the next boot;"
                                + " switch it off first (raspi-config: Performance, Overlay File"
                                + " System)");
            }
            if (type.matches("tmpfs|ramfs|aufs")) {
                return Optional.of(
                        name + " is a " + type + ", which forgets every change at the next boot");
            }
            if (readOnly(mount.get())) {
                return Optional.of(
                        name
                                + " is mounted read-only (sudo mount -o remount,rw "
                                + mount.get()[1]
                                + ")");
            }
        }
        return Optional.empty();
    }

    public Reading<String> text(String path) {
        return files.getOrDefault(path, Reading.absent("no " + path));
    }

    public boolean exists(String path) {
        return stats.getOrDefault(path, Reading.absent("")).value().isPresent();
    }

    public Optional<FileStat> stat(String path) {
        return stats.getOrDefault(path, Reading.absent("")).value();
    }

    /**
     * Whether systemd starts this machine: /sbin/init is a link to it (Debian's systemd-sysv).
     * Where there is none, as in a container's root, there are folders of units.
     */
    boolean hasSystemd() {
        return stat(INIT)
                .map(init -> init.target().endsWith("/systemd"))
                .orElseGet(
                        () ->
                                Stream.concat(Stream.of(UNITS), UnitFiles.VENDOR.stream())
                                        .anyMatch(this::exists));
    }

    public boolean masked(String unit) {
        return stat(UNITS + "/" + unit).map(UnitFiles::masks).orElse(false);
    }

    /** Links in the way of starting the unit, or of its being started at the next boot. */
    List<String> masks(String unit) {
        return Stream.of(UNITS, RUNTIME_UNITS)
                .map(folder -> folder + "/" + unit)
                .filter(path -> stat(path).map(UnitFiles::masks).orElse(false))
                .toList();
    }

    /** A unit file of the machine's owner stands where a mask would go. */
    public boolean maskIsBlocked(String unit) {
        return exists(UNITS + "/" + unit) && !masked(unit);
    }

    /** Where the unit's own file lies; empty where there is none (generated, or not installed). */
    public Optional<String> fragment(String unit) {
        // The owner's own file comes before the package's.
        return Stream.concat(Stream.of(UNITS), UnitFiles.VENDOR.stream())
                .map(folder -> folder + "/" + unit)
                .filter(
                        path ->
                                stat(path)
                                        .filter(s -> s.kind() == FileStat.Kind.FILE)
                                        .filter(s -> !UnitFiles.masks(s))
                                        .isPresent())
                .findFirst();
    }

    /**
     * The links that {@code systemctl enable} would make and that are not there, target by link.
     */
    public Map<String, String> missingEnableLinks(String unit) {
        Map<String, String> links = new LinkedHashMap<>();
        collect(unit, links, new LinkedHashSet<>());
        links.keySet().removeIf(this::linked);
        return links;
    }

    private boolean linked(String link) {
        String unit = link.substring(link.lastIndexOf('/') + 1);
        return wantedBy.getOrDefault(unit, List.of()).contains(link) || exists(link);
    }

    /** The [Install] section: WantedBy=, RequiredBy=, Alias=, Also= (systemd.unit(5)). */
    private void collect(String unit, Map<String, String> links, Set<String> seen) {
        Optional<String> fragment = fragment(unit);
        if (!seen.add(unit) || fragment.isEmpty()) {
            return;
        }
        IniFile file = IniFile.parse(fragment.get(), text(fragment.get()).orElse(""));
        for (IniFile.Entry entry : file.section("Install")) {
            for (String word : entry.value().strip().split("\\s+")) {
                switch (entry.key()) {
                    case "WantedBy" ->
                            links.put(UNITS + "/" + word + ".wants/" + unit, fragment.get());
                    case "RequiredBy" ->
                            links.put(UNITS + "/" + word + ".requires/" + unit, fragment.get());
                    case "Alias" -> links.put(UNITS + "/" + word, fragment.get());
                    case "Also" -> collect(word, links, seen);
                    default -> {}
                }
            }
        }
    }
}
