package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What lies in the files of the managers that were before NetworkManager, and must not go out with
 * an image: the passphrases that a take-over has carried into profiles, which are the owner's to
 * keep or to delete. A Wi-Fi network of a wpa_supplicant.conf that nothing reads any more, and a
 * line of /etc/network/interfaces that netfix has made a comment of, become as many {@code #} as
 * they had characters, where all their secrets are in profiles: written over where they lie they
 * leave nothing behind in the image's free blocks. Every other passphrase in these files is named.
 *
 * @param blanked the whole new content by file, as long as what is there
 * @param left where a passphrase stays, {@code FILE:LINE (why)}
 */
record SealedSources(Map<String, byte[]> blanked, List<String> left) {

    /** As wpa_supplicant.conf(5), interfaces(5) and nm-settings-keyfile(5) have them. */
    private static final Pattern SECRET =
            Pattern.compile(
                    "\\b(psk|(sae_)?password|passphrase|wep[_-]key\\d|private[_-]key2?[_-]pass(wd"
                            + "|word))\\s*=\\s*\\S"
                            + "|\\b(wpa-(psk|passphrase|(sae-)?password|wep-key\\d"
                            + "|private-key2?-passwd)|wireless-key\\d?)\\s+\\S");

    private static final List<String> OF_NETWORK =
            List.of(
                    "psk",
                    "sae_password",
                    "password",
                    "wep_key0",
                    "wep_key1",
                    "wep_key2",
                    "wep_key3",
                    "private_key_passwd",
                    "private_key2_passwd");

    private static final List<String> PROFILES =
            List.of(OldSources.PROFILES, "/run/NetworkManager/system-connections");

    static SealedSources of(Machine machine) {
        Snapshot snapshot = Look.at(machine, Progress.silent());
        Set<String> known = inProfiles(machine);
        OldSources sources =
                OldSources.read(machine, List.of(), snapshot.networkd(), snapshot.interfaces());
        Map<String, byte[]> blanked = new LinkedHashMap<>();
        List<String> left = new ArrayList<>();
        sources.supplicants()
                .forEach(
                        (file, conf) -> {
                            String was = machine.read(file).orElse("");
                            boolean read = isRead(snapshot, file);
                            String text = read ? was : withoutNetworks(was, conf, known);
                            add(file, was, text, blanked);
                            name(file, text, read ? "wpa_supplicant reads it" : NOWHERE, left);
                        });
        for (String file : interfaces(machine, snapshot)) {
            String was = machine.read(file).orElse("");
            String text = withoutComments(was, known);
            add(file, was, text, blanked);
            name(file, text, NOWHERE, left);
        }
        for (String name : machine.list(RepairAct.SetAside.FOLDER).orElse(List.of())) {
            if (RepairAct.SetAside.was(name).isPresent()) {
                String file = RepairAct.SetAside.FOLDER + "/" + name;
                name(file, machine.read(file).orElse(""), "monitor has set it aside", left);
            }
        }
        return new SealedSources(blanked, List.copyOf(left));
    }

    private static final String NOWHERE = "netfix has not carried it into a profile";

    /** What has bytes that are no text would not be as long as it was. */
    private static void add(String file, String was, String text, Map<String, byte[]> blanked) {
        if (!text.equals(was) && was.indexOf('\ufffd') < 0) {
            blanked.put(file, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static boolean hasSecret(String line) {
        return SECRET.matcher(line).find();
    }

    private static void name(String file, String text, String why, List<String> left) {
        String[] lines = text.split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (hasSecret(lines[i])) {
                left.add(file + ":" + (i + 1) + " (" + why + ")");
            }
        }
    }

    /** In those that are there, and in those that a fix wrote and somebody has deleted since. */
    private static Set<String> inProfiles(Machine machine) {
        List<String> files = new ArrayList<>();
        for (String folder : PROFILES) {
            machine.list(folder).orElse(List.of()).forEach(name -> files.add(folder + "/" + name));
        }
        for (String fix : PlanFolder.fixes(machine)) {
            String ops = PlanFolder.BASE + "/" + fix + "/ops";
            for (String op : machine.list(ops).orElse(List.of())) {
                String path = machine.read(ops + "/" + op + "/path").orElse("");
                if (path.startsWith(OldSources.PROFILES + "/")) {
                    files.add(ops + "/" + op + "/data");
                }
            }
        }
        Set<String> known = new TreeSet<>();
        for (String file : files) {
            Keyfile.parse(file, machine.read(file).orElse("")).secrets().forEach(known::add);
        }
        return known;
    }

    /**
     * Whether a wpa_supplicant was started with that file, or would be at the next boot: by dhcpcd,
     * by a stanza, by its unit. Where that is not known, it is.
     */
    private static boolean isRead(Snapshot snapshot, String file) {
        boolean running =
                snapshot.host().live()
                        && snapshot.processes()
                                .value()
                                .map(
                                        all ->
                                                all.stream()
                                                        .anyMatch(
                                                                p ->
                                                                        p.has(file)
                                                                                || p.has(
                                                                                        "-c"
                                                                                                + file)))
                                .orElse(true);
        boolean named =
                snapshot.interfaces().stanzas().stream()
                        .flatMap(stanza -> stanza.options().stream())
                        .anyMatch(
                                o -> o.key().matches("wpa-(conf|roam)") && o.value().equals(file));
        boolean byDhcpcd =
                snapshot.unit(Manager.DHCPCD.unit()).inForce() && snapshot.supplicantHook();
        boolean byUnit =
                file.startsWith("/etc/wpa_supplicant/wpa_supplicant-")
                        && snapshot.unit(
                                        file.replaceFirst(
                                                                ".*/wpa_supplicant-(.*)\\.conf",
                                                                "wpa_supplicant@$1")
                                                        .replace("@nl80211-", "-nl80211@")
                                                + ".service")
                                .inForce();
        return running || named || byDhcpcd || byUnit || snapshot.units().value().isEmpty();
    }

    private static String withoutNetworks(String text, WpaSupplicantConf conf, Set<String> known) {
        String[] lines = text.split("\n", -1);
        for (WpaSupplicantConf.Network network : conf.networks()) {
            List<String> secrets =
                    OF_NETWORK.stream()
                            .flatMap(key -> network.last(key).stream())
                            .flatMap(entry -> text(entry.value()).stream())
                            .toList();
            if (!secrets.isEmpty() && known.containsAll(secrets)) {
                // With its comments: wpa_passphrase writes the passphrase into one.
                int i = network.line() - 1;
                while (i < lines.length && !lines[i].strip().startsWith("}")) {
                    lines[i] = blank(lines[i]);
                    i++;
                }
                if (i < lines.length) {
                    lines[i] = blank(lines[i]);
                }
            }
        }
        return String.join("\n", lines);
    }

    private static Optional<String> text(String value) {
        return value.startsWith("P\"")
                ? SupplicantValue.bytes(value).map(b -> new String(b, StandardCharsets.UTF_8))
                : Optional.of(SupplicantValue.unquoted(value));
    }

    private static String withoutComments(String text, Set<String> known) {
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].startsWith(StanzaEdit.MARK) && hasSecret(lines[i])) {
                String option = lines[i].substring(StanzaEdit.MARK.length()).strip();
                String value = option.replaceFirst("^\\S+\\s+", "");
                boolean all =
                        Stream.of(
                                        value,
                                        SupplicantValue.unquoted(value),
                                        value.replaceFirst("^s:", ""))
                                .anyMatch(known::contains);
                lines[i] = all ? blank(lines[i]) : lines[i];
            }
        }
        return String.join("\n", lines);
    }

    /** As many bytes of a comment. */
    private static String blank(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        Arrays.fill(bytes, (byte) '#');
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Where a stanza has gone, its file has none any more. */
    private static Set<String> interfaces(Machine machine, Snapshot snapshot) {
        Set<String> files = new TreeSet<>(Set.of(Interfaces.FILE));
        snapshot.interfaces().stanzas().forEach(stanza -> files.add(stanza.file()));
        String folder = Interfaces.FILE + ".d";
        machine.list(folder).orElse(List.of()).forEach(name -> files.add(folder + "/" + name));
        return files;
    }

    /** What was done, and what is still to be done by hand, in lines. */
    List<String> told() {
        List<String> told = new ArrayList<>();
        blanked.keySet()
                .forEach(file -> told.add("wiped in " + file + ": what a profile has as well"));
        left.forEach(place -> told.add("STILL has a passphrase: " + place));
        return told;
    }
}
