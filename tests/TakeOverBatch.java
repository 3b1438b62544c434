///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC
//DEPS com.fasterxml.jackson.core:jackson-databind:2.19.2
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES ../lib/Cli.java
//SOURCES GeneratedSources.java
package netfix;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The generated sources for a real NetworkManager, all in one batch.
 *
 * <pre>
 *   write DIR               DIR/profiles/*.nmconnection, what the take-over makes of them;
 *                           DIR/expected.json, what the generator meant; DIR/uuids
 *   compare DIR READBACK... each READBACK is the output of
 *                           xargs -n 40 nmcli -t -s connection show &lt; DIR/uuids
 * </pre>
 *
 * compare prints each property that differs and ends with a count; it exits 1 where one does, and
 * where a profile is missing.
 *
 * <p>nmcli was not made for a thousand profiles. The bus lets one caller wait for 128 answers
 * (max_replies_per_connection, dbus-daemon(1)): more in a file of /etc/dbus-1/system.d, or profiles
 * "are not there". And of a hundred secrets it shows one or two as empty, others each time (1.30,
 * 1.42 and 1.52 do), so several readbacks are taken together: a value counts where one of them
 * shows it, and a wrong one is wrong wherever it is shown.
 */
public final class TakeOverBatch {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TakeOverBatch() {}

    public static void main(String[] args) throws IOException {
        if (args.length == 2 && args[0].equals("write")) {
            write(Path.of(args[1]));
        } else if (args.length >= 3 && args[0].equals("compare")) {
            List<Path> readbacks =
                    Stream.of(args).skip(2).map(Path::of).collect(Collectors.toList());
            System.exit(compare(Path.of(args[1]), readbacks) ? 0 : 1);
        } else {
            System.err.println("TakeOverBatch: write DIR | compare DIR READBACK...");
            System.exit(2);
        }
    }

    private static void write(Path folder) throws IOException {
        Path profiles = Files.createDirectories(folder.resolve("profiles"));
        Map<String, Map<String, String>> expected = new LinkedHashMap<>();
        int number = 0;
        for (GeneratedSources.Source source :
                GeneratedSources.make(GeneratedSources.SEED, GeneratedSources.COUNT)) {
            Path card = Files.createTempDirectory("card");
            TakeOver plan = source.takeOver(card);
            remove(card);
            if (plan.profiles().size() != source.expected().size()) {
                throw new IOException(
                        plan.profiles().size() + " profiles made of " + source.files());
            }
            for (int i = 0; i < plan.profiles().size(); i++) {
                NewProfile profile = plan.profiles().get(i);
                expected.put(profile.uuid().toString(), source.expected().get(i));
                Files.writeString(
                        profiles.resolve(String.format("%04d-%d.nmconnection", number, i)),
                        profile.text());
            }
            number++;
        }
        JSON.writeValue(folder.resolve("expected.json").toFile(), expected);
        Files.writeString(folder.resolve("uuids"), String.join("\n", expected.keySet()) + "\n");
        System.out.println(expected.size() + " profiles of " + number + " sources");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static boolean compare(Path folder, List<Path> readbacks) throws IOException {
        Map<String, Map<String, String>> expected =
                JSON.readValue(folder.resolve("expected.json").toFile(), new TypeReference<>() {});
        Map<String, Map<String, String>> shown = new TreeMap<>();
        List<String> differences = new ArrayList<>();
        for (Path readback : readbacks) {
            shown(Files.readString(readback, StandardCharsets.UTF_8))
                    .forEach((uuid, block) -> merge(shown, uuid, block, differences));
        }
        int values = 0;
        for (Map.Entry<String, Map<String, String>> profile : expected.entrySet()) {
            Map<String, String> real = shown.get(profile.getKey());
            if (real == null) {
                differences.add(profile.getKey() + " is not there: " + profile.getValue());
                continue;
            }
            for (Map.Entry<String, String> property : profile.getValue().entrySet()) {
                values++;
                String wanted = asShown(property.getKey(), property.getValue());
                String found = real.getOrDefault(property.getKey(), "(nothing)");
                if (wanted != null && !same(property.getKey(), wanted, found)) {
                    differences.add(
                            profile.getKey()
                                    + " "
                                    + property.getKey()
                                    + ": wanted "
                                    + wanted
                                    + ", found "
                                    + found);
                }
            }
        }
        differences.forEach(System.out::println);
        System.out.println(
                expected.size()
                        + " profiles, "
                        + values
                        + " values, "
                        + differences.size()
                        + " differences");
        return differences.isEmpty() && !expected.isEmpty();
    }

    private static void merge(
            Map<String, Map<String, String>> all,
            String uuid,
            Map<String, String> block,
            List<String> differences) {
        Map<String, String> known = all.computeIfAbsent(uuid, u -> new TreeMap<>());
        block.forEach(
                (property, value) -> {
                    String before = known.getOrDefault(property, "");
                    if (before.isEmpty()) {
                        known.put(property, value);
                    } else if (!value.isEmpty() && !value.equals(before)) {
                        differences.add(
                                uuid + " " + property + ": once " + before + ", once " + value);
                    }
                });
    }

    /** By UUID. A block begins where the id does; only the first colon of a line parts it. */
    private static Map<String, Map<String, String>> shown(String text) {
        Map<String, Map<String, String>> all = new TreeMap<>();
        Map<String, String> block = new TreeMap<>();
        String last = "";
        for (String line : text.split("\n")) {
            int colon = line.indexOf(':');
            boolean property = line.matches("[a-z0-9-]+\\.[a-z0-9-]+:.*");
            if (property && line.startsWith("connection.id:")) {
                block = new TreeMap<>();
            }
            if (property) {
                last = line.substring(0, colon);
                block.put(last, line.substring(colon + 1));
            } else if (block.containsKey(last)) {
                // An SSID with a line end in it.
                block.put(last, block.get(last) + "\n" + line);
            }
            if (property && last.equals("connection.uuid")) {
                all.put(block.get(last), block);
            }
        }
        return all;
    }

    /** Null where nmcli shows something made up: a name that is no UTF-8 text. */
    private static String asShown(String property, String value) {
        return property.equals("802-11-wireless.ssid")
                ? new Ssid(value).text().orElse(null)
                : value;
    }

    private static boolean same(String property, String wanted, String found) {
        // Of an enumeration nmcli says the word, in other versions "1 (word)" or the number.
        boolean key =
                property.endsWith(".wep-key-type") && wanted.equals("1") && found.equals("key");
        return wanted.equals(found) || found.startsWith(wanted + " (") || key;
    }
}
