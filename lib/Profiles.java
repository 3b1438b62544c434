package netfix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * NetworkManager's profiles from all three places where it looks
 * (src/core/settings/plugins/keyfile/nms-keyfile-plugin.c).
 */
final class Profiles {

    private static final String RUNTIME = "/run/NetworkManager/system-connections";
    private static final String VENDOR = "/usr/lib/NetworkManager/system-connections";

    private static final String META = ".nmmeta";

    private Profiles() {}

    /**
     * A profile in /etc hides one in /usr/lib with the same UUID, and so does a tombstone, the
     * {@code UUID.nmmeta} that NetworkManager leaves where it may not delete a file. What lies in
     * /run hides others until the next boot only, and is left in beside them.
     *
     * @param config which may put another folder in the place of the one in /etc
     */
    static Reading<List<Profile>> read(Machine machine, NmConfig config) {
        List<Profile> profiles = new ArrayList<>();
        Set<String> hidden = new HashSet<>();
        Set<String> folders = new LinkedHashSet<>();
        // The one in /run is none that is kept.
        String admin = config.profileFolder().filter(f -> !f.equals(RUNTIME)).orElse("");
        if (!admin.isEmpty()) {
            folders.add(admin);
        }
        folders.addAll(List.of(RUNTIME, VENDOR));
        for (String folder : folders) {
            Reading<List<String>> names = machine.list(folder);
            if (names.whyUnknown().isPresent()) {
                return Reading.unknown(names.whyUnknown().get());
            }
            if (names.isAbsent()
                    && folder.equals(admin)
                    && !folder.equals(OldSources.PROFILES)
                    && !machine.runsCommands()) {
                return Reading.unknown(
                        "which profiles lie in "
                                + folder
                                + " hangs on what is mounted there at a boot");
            }
            for (String name : names.orElse(List.of())) {
                if (folder.equals(admin) && isTombstone(machine, folder + "/" + name)) {
                    hidden.add(uuid(name));
                }
            }
            for (String name : names.orElse(List.of())) {
                // Only in /etc may a profile go without the ending.
                if (name.endsWith(META)
                        || !folder.equals(admin) && !name.endsWith(".nmconnection")) {
                    continue;
                }
                String file = folder + "/" + name;
                Reading<FileStat> stat = machine.stat(file);
                if (stat.value().map(s -> s.kind() == FileStat.Kind.FOLDER).orElse(false)) {
                    continue;
                }
                Reading<String> text = machine.read(file);
                if (text.whyUnknown().isPresent()) {
                    return Reading.unknown(text.whyUnknown().get());
                }
                text.value()
                        .map(t -> Profile.parse(file, t, stat.value()))
                        .filter(p -> p.uuid().isEmpty() || !hidden.contains(p.uuid()))
                        .ifPresent(profiles::add);
            }
            if (folder.equals(admin)) {
                profiles.stream()
                        .filter(p -> p.refusal().isEmpty() && !p.uuid().isEmpty())
                        .forEach(p -> hidden.add(p.uuid()));
            } else if (folder.equals(RUNTIME)) {
                continue;
            }
        }
        return Reading.known(List.copyOf(profiles));
    }

    private static String uuid(String name) {
        return name.substring(0, name.length() - META.length());
    }

    /**
     * A link to /dev/null, or a file that says so; other ones are notes of NetworkManager's own.
     */
    private static boolean isTombstone(Machine machine, String file) {
        if (!file.endsWith(META)) {
            return false;
        }
        boolean link =
                machine.stat(file).value().map(s -> s.target().equals("/dev/null")).orElse(false);
        return link
                || machine.read(file)
                        .value()
                        .map(text -> IniFile.keyfile(file, text))
                        .map(ini -> ini.value("nmmeta", "loaded-path", ""))
                        .orElse("")
                        .equals("/dev/null");
    }
}
