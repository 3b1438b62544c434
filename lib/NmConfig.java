package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * NetworkManager's configuration as the daemon merges it (NetworkManager.conf(5)): /usr/lib conf.d,
 * /run conf.d, the main file, /etc conf.d, the last one wins; a file in /etc hides one of the same
 * name in /run and /usr/lib, one in /run hides /usr/lib's. {@code --print-config} would not say
 * which file a key comes from.
 */
public final class NmConfig {

    private static final String MAIN = "/etc/NetworkManager/NetworkManager.conf";
    private static final List<String> FOLDERS =
            List.of(
                    "/usr/lib/NetworkManager/conf.d",
                    "/run/NetworkManager/conf.d",
                    "/etc/NetworkManager/conf.d");

    private final List<IniFile> files;
    private final List<String> unreadable;

    NmConfig(List<IniFile> files, List<String> unreadable) {
        this.files = List.copyOf(files);
        this.unreadable = List.copyOf(unreadable);
    }

    static NmConfig read(Machine machine) {
        Map<String, String> byName = new TreeMap<>();
        for (String folder : FOLDERS) {
            for (String name : machine.list(folder).orElse(List.of())) {
                if (name.endsWith(".conf")) {
                    byName.put(name, folder + "/" + name);
                }
            }
        }
        List<String> order = new ArrayList<>();
        for (String folder : FOLDERS) {
            if (folder.startsWith("/etc/")) {
                order.add(MAIN);
            }
            byName.values().stream()
                    .filter(file -> file.startsWith(folder + "/"))
                    .forEach(order::add);
        }
        List<IniFile> files = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (String file : order) {
            Reading<String> text = machine.read(file);
            text.value().ifPresent(t -> files.add(IniFile.parse(file, t)));
            text.whyUnknown().ifPresent(unreadable::add);
        }
        return new NmConfig(files, unreadable);
    }

    /**
     * The entry in force. {@code key+=} and {@code key-=} are taken as the last word too: where
     * they stand is what matters.
     */
    public Optional<IniFile.Entry> entry(String section, String key) {
        return files.stream()
                .flatMap(file -> file.entries().stream())
                .filter(e -> e.section().equals(section))
                .filter(e -> e.key().replaceFirst("[+-]$", "").equals(key))
                .reduce((first, second) -> second);
    }

    /** Every {@code [device…]} section's entries of that key, in order. */
    public List<IniFile.Entry> deviceEntries(String key) {
        return files.stream()
                .flatMap(file -> file.entries().stream())
                .filter(e -> e.section().startsWith("device") && e.key().equals(key))
                .toList();
    }

    /** The {@code match-device} of the same section of the same file, if it has one. */
    public Optional<String> matchOf(IniFile.Entry entry) {
        return files.stream()
                .flatMap(file -> file.entries().stream())
                .filter(e -> e.file().equals(entry.file()) && e.section().equals(entry.section()))
                .filter(e -> e.key().equals("match-device"))
                .map(IniFile.Entry::value)
                .findFirst();
    }

    /** Lines that are no configuration. */
    public List<String> faults() {
        return files.stream().flatMap(file -> file.faults().stream()).toList();
    }

    /** Why a file could not be read, one line each. */
    public List<String> unreadable() {
        return unreadable;
    }
}
