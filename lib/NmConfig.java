package netfix;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NetworkManager's configuration as the daemon merges it (NetworkManager.conf(5), read_config in
 * src/core/nm-config.c): /usr/lib conf.d, /run conf.d, the main file, /etc conf.d, the last one
 * wins; a file in /etc hides one of the same name in /run and /usr/lib, one in /run hides
 * /usr/lib's. {@code --print-config} would not say which file a key comes from.
 */
public final class NmConfig {

    private static final String MAIN = "/etc/NetworkManager/NetworkManager.conf";
    private static final String VENDOR = "/usr/lib/NetworkManager/conf.d";
    private static final String RUNTIME = "/run/NetworkManager/conf.d";
    private static final String ADMIN = "/etc/NetworkManager/conf.d";

    /** NetworkManager's folders in /etc, the outer one first, with their modes. */
    static final Map<String, Integer> FOLDERS = folders();

    private static Map<String, Integer> folders() {
        Map<String, Integer> folders = new LinkedHashMap<>();
        folders.put("/etc/NetworkManager", 0755);
        folders.put(ADMIN, 0755);
        folders.put(OldSources.PROFILES, 0700);
        return folders;
    }

    /** What netplan's generator writes to /run at every boot: the next one has it too. */
    private static final Set<String> GENERATED =
            Set.of("netplan.conf", "10-globally-managed-devices.conf");

    /** Only of these lists does NetworkManager take {@code +=} and {@code -=}. */
    private static final Set<String> LISTS =
            Set.of(
                    "main/plugins",
                    "main/debug",
                    "main/no-auto-default",
                    "main/ignore-carrier",
                    "main/assume-ipv6ll-only",
                    "logging/domains",
                    "keyfile/unmanaged-devices");

    /** A file that is there; without an entry where it only hides another one (empty). */
    private record Snippet(String folder, String name, IniFile ini) {}

    private final List<Snippet> all;
    private final List<String> notRead;
    private final String version;
    private final boolean runtime;

    private final List<IniFile.Fault> faults = new ArrayList<>();
    private final List<String> unreadable;
    private final Map<String, Map<String, IniFile.Entry>> sections = new LinkedHashMap<>();

    private NmConfig(List<Snippet> all, List<String> notRead, String version, boolean runtime) {
        this.all = all;
        this.notRead = notRead;
        this.version = version;
        this.runtime = runtime;
        this.unreadable = new ArrayList<>(notRead);
        Set<String> hidden = names(ADMIN, s -> true);
        Set<String> run = names(RUNTIME, this::inForce);
        merge(VENDOR, s -> !hidden.contains(s.name()) && !run.contains(s.name()));
        merge(RUNTIME, s -> !hidden.contains(s.name()) && inForce(s));
        merge("", s -> true);
        merge(ADMIN, s -> true);
    }

    static NmConfig read(Machine machine) {
        List<Snippet> all = new ArrayList<>();
        List<String> notRead = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (String folder : List.of(ADMIN, RUNTIME, VENDOR)) {
            Reading<List<String>> names = machine.list(folder);
            names.whyUnknown().ifPresent(notRead::add);
            for (String name : names.orElse(List.of())) {
                // What one in /etc hides is never asked for.
                if (name.endsWith(".conf") && !seen.contains(name)) {
                    file(machine, folder, name, notRead).ifPresent(all::add);
                }
            }
            if (folder.equals(ADMIN)) {
                seen.addAll(names.orElse(List.of()));
            }
        }
        Reading<String> main = machine.read(MAIN);
        main.value().ifPresent(t -> all.add(new Snippet("", MAIN, IniFile.keyfile(MAIN, t))));
        main.whyUnknown().ifPresent(notRead::add);
        return new NmConfig(List.copyOf(all), List.copyOf(notRead), "", true);
    }

    /** One of which nothing could be read. */
    static NmConfig unknown(String why) {
        return new NmConfig(List.of(), List.of(why), "", true);
    }

    private static Optional<Snippet> file(
            Machine machine, String folder, String name, List<String> notRead) {
        String file = folder + "/" + name;
        Reading<String> text = machine.read(file);
        if (text.value().isPresent()) {
            return Optional.of(
                    new Snippet(folder, name, IniFile.keyfile(file, text.value().get())));
        }
        Optional<String> refused =
                machine.stat(file).value().flatMap(stat -> refused(machine, stat, text));
        if (refused.isPresent()) {
            IniFile.Fault fault = new IniFile.Fault(file, 0, refused.get());
            return Optional.of(new Snippet(folder, name, IniFile.none(fault)));
        }
        if (text.isAbsent() && machine.stat(file).value().isPresent()) {
            notRead.add("whether " + file + " is there hangs on what is mounted, or made, at boot");
        }
        text.whyUnknown().ifPresent(notRead::add);
        return Optional.empty();
    }

    /**
     * Why NetworkManager does not start with such a file, empty where that is not certain: it reads
     * regular files only, and a link to /dev/null, which hides a unit or a .network file from
     * systemd, is a device to it ("Failed to read configuration: … Not a regular file", 1.30 to
     * 1.52); of a link to nothing it says "file … not found".
     */
    private static Optional<String> refused(Machine machine, FileStat stat, Reading<String> text) {
        return switch (stat.kind()) {
            case FILE -> Optional.empty();
            case FOLDER -> Optional.of("a folder, and NetworkManager reads only files");
            case OTHER -> Optional.of("no regular file, and NetworkManager reads nothing else");
            case LINK -> {
                // What lies there may come with a mount or with the boot.
                boolean later =
                        !machine.runsCommands()
                                && stat.target().matches(".*/?(run|boot|mnt|media|home)/.*");
                if (stat.target().equals("/dev/null")) {
                    yield Optional.of(
                            "a link to /dev/null, which NetworkManager cannot read; an empty file"
                                    + " hides another one");
                }
                yield text.isAbsent() && !later
                        ? Optional.of("a link to " + stat.target() + ", which is not there")
                        : Optional.empty();
            }
        };
    }

    /**
     * The same for a known version, on which {@code [.config] enable=nm-version-min:…} hangs.
     *
     * @param version {@code 1.42.4}, empty where it is not known
     */
    NmConfig forVersion(String version) {
        return version.equals(this.version) ? this : new NmConfig(all, notRead, version, runtime);
    }

    /** The same as if that file were not there. */
    NmConfig without(String file) {
        return new NmConfig(
                all.stream().filter(s -> !(s.folder() + "/" + s.name()).equals(file)).toList(),
                notRead,
                version,
                runtime);
    }

    /** As the next boot finds it: without what somebody left in /run. */
    NmConfig atBoot() {
        return runtime && all.stream().anyMatch(s -> s.folder().equals(RUNTIME))
                ? new NmConfig(all, notRead, version, false)
                : this;
    }

    private boolean inForce(Snippet s) {
        return runtime || GENERATED.contains(s.name());
    }

    private Set<String> names(String folder, Predicate<Snippet> which) {
        Set<String> names = new TreeSet<>();
        all.stream()
                .filter(s -> s.folder().equals(folder))
                .filter(which)
                .forEach(s -> names.add(s.name()));
        return names;
    }

    private void merge(String folder, Predicate<Snippet> which) {
        all.stream()
                .filter(s -> s.folder().equals(folder))
                .filter(which)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(this::merge);
    }

    private void merge(Snippet snippet) {
        faults.addAll(snippet.ini().faults());
        Optional<String> enable =
                snippet.folder().isEmpty()
                        ? Optional.empty()
                        : snippet.ini().last(".config", "enable").map(IniFile.Entry::value);
        if (enable.isPresent()) {
            Optional<Boolean> applies = NmVersion.enables(enable.get(), version);
            if (applies.isEmpty()) {
                unreadable.add(
                        "whether "
                                + snippet.folder()
                                + "/"
                                + snippet.name()
                                + " applies hangs on NetworkManager's version (enable="
                                + enable.get()
                                + "), which is not known");
            }
            if (!applies.orElse(false)) {
                return;
            }
        }
        for (String section : inOrder(snippet.ini())) {
            Map<String, IniFile.Entry> keys =
                    sections.computeIfAbsent(section, s -> new LinkedHashMap<>());
            snippet.ini().section(section).forEach(entry -> merge(keys, entry));
        }
    }

    /**
     * The sections of one file as they are merged: {@code [device…]} ones backwards, because the
     * whole list is read from its end, and the first in a file is to be the first asked.
     */
    private static List<String> inOrder(IniFile ini) {
        Set<String> names = new LinkedHashSet<>();
        ini.entries().forEach(e -> names.add(e.section()));
        List<String> plain = new ArrayList<>();
        List<String> devices = new ArrayList<>();
        for (String name : names) {
            if (!name.startsWith(".")) {
                (name.startsWith("device") ? devices : plain).add(name);
            }
        }
        Collections.reverse(devices);
        plain.addAll(devices);
        return plain;
    }

    private static void merge(Map<String, IniFile.Entry> keys, IniFile.Entry entry) {
        String key = entry.key();
        boolean plus = key.endsWith("+");
        if (key.length() < 2 || !plus && !key.endsWith("-")) {
            keys.put(key, entry);
            return;
        }
        String base = key.substring(0, key.length() - 1).strip();
        boolean list =
                LISTS.contains(entry.section() + "/" + base)
                        || base.equals("match-device")
                        || base.equals("allowed-connections");
        if (!list) {
            return;
        }
        IniFile.Entry old = keys.get(base);
        List<String> items =
                new ArrayList<>(old == null ? List.of() : DeviceSpec.items(old.value()));
        List<String> change = DeviceSpec.items(entry.value());
        items.removeAll(plus ? List.of() : change);
        for (String item : plus ? change : List.<String>of()) {
            if (!items.contains(item)) {
                items.add(item);
            }
        }
        keys.put(
                base,
                new IniFile.Entry(
                        entry.file(),
                        entry.line(),
                        entry.section(),
                        entry.block(),
                        base,
                        String.join(",", items)));
    }

    /** The entry in force, {@code key+=} and {@code key-=} worked in. */
    public Optional<IniFile.Entry> entry(String section, String key) {
        return Optional.ofNullable(sections.getOrDefault(section, Map.of()).get(key));
    }

    /**
     * The entry of the {@code [device…]} section that is in force for an interface, empty where
     * none is: the first that has the key and whose {@code match-device} fits, {@code [device]}
     * itself last (_match_section_infos_lookup in src/core/nm-config-data.c). Several where whether
     * one fits hangs on a MAC or a driver that is not known: one of them is it.
     */
    List<Optional<IniFile.Entry>> deviceEntries(String key, Link link) {
        List<String> names = new ArrayList<>(sections.keySet());
        Collections.reverse(names);
        names.removeIf(name -> !name.startsWith("device"));
        if (names.remove("device")) {
            names.add("device");
        }
        List<Optional<IniFile.Entry>> entries = new ArrayList<>();
        for (String name : names) {
            Map<String, IniFile.Entry> keys = sections.get(name);
            boolean stop = keys.containsKey("stop-match") && isTrue(keys.get("stop-match").value());
            if (!keys.containsKey(key) && !stop) {
                continue;
            }
            Optional<Boolean> matches =
                    keys.containsKey("match-device")
                            ? DeviceSpec.matches(keys.get("match-device").value(), link)
                            : Optional.of(true);
            if (matches.orElse(true)) {
                entries.add(Optional.ofNullable(keys.get(key)));
            }
            if (matches.orElse(false)) {
                return entries;
            }
        }
        entries.add(Optional.empty());
        return entries;
    }

    /**
     * Where NetworkManager keeps its profiles: {@code [keyfile] path}, as nms-keyfile-plugin.c
     * takes it. Empty where it keeps none on disk.
     */
    Optional<String> profileFolder() {
        String path = entry("keyfile", "path").map(e -> e.value().strip()).orElse("-");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                path.startsWith("/")
                        ? path.replaceAll("/+", "/").replaceFirst("(.)/$", "$1")
                        : OldSources.PROFILES);
    }

    /** nm_config_parse_boolean. */
    static boolean isTrue(String value) {
        return value.strip().toLowerCase(java.util.Locale.ROOT).matches("1|yes|true|on");
    }

    static boolean isFalse(String value) {
        return value.strip().toLowerCase(java.util.Locale.ROOT).matches("0|no|false|off");
    }

    /** Lines that are no configuration: NetworkManager does not start with one. */
    public List<IniFile.Fault> faults() {
        return List.copyOf(faults);
    }

    /** "FILE: Key file does not start with a group", "file FILE not found" (nm-config.c). */
    private static final Pattern REFUSES =
            Pattern.compile(
                    "Failed to read configuration: (?:file )?(/.+?\\.conf)(?:: | not found).*");

    /**
     * Files with which NetworkManager does not start, each once: the one that its own last words
     * name, where it is one of them; it stops at the first, and names no other. Where it has not
     * tried to start all of them are.
     */
    List<String> refused(List<Journal.Line> journal) {
        List<String> files = faults.stream().map(IniFile.Fault::file).distinct().toList();
        return journal.stream()
                .map(line -> REFUSES.matcher(line.message()))
                .filter(Matcher::matches)
                .map(m -> m.group(1))
                .reduce((first, last) -> last)
                .filter(files::contains)
                .map(List::of)
                .orElse(files);
    }

    /** Why a file could not be read, or not be judged, one line each. */
    public List<String> unreadable() {
        return List.copyOf(unreadable);
    }
}
