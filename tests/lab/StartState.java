package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a Pi is like before a scenario begins: a file states/NAME.state of header lines and, after
 * {@code ---}, the sh that prepares it before its first boot.
 *
 * @param about one line for a list
 * @param processor whose programs it runs
 * @param wires how many Ethernet interfaces it has, each on a router's cable of its own
 * @param radios how many Wi-Fi interfaces
 * @param memory in MiB
 * @param reaches the interfaces that answer from outside once it is up
 */
record StartState(
        String name,
        String about,
        String suite,
        Processor processor,
        int wires,
        int radios,
        int memory,
        List<String> reaches,
        String script) {

    private static final Set<String> HEADERS =
            Set.of("about", "suite", "processor", "wires", "radios", "memory", "reaches");

    static StartState named(String name, LabFolders folders) {
        Path file = folders.sources().resolve("states").resolve(name + ".state");
        if (!Files.isRegularFile(file)) {
            throw new LabFailure(
                    "there is no start state \"" + name + "\"; there are " + names(folders));
        }
        try {
            return parse(name, file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names(LabFolders folders) {
        try (Stream<Path> files = Files.list(folders.sources().resolve("states"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".state"))
                    .map(file -> file.substring(0, file.length() - ".state".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StartState parse(String name, String file, String text) {
        List<String> lines = text.lines().toList();
        int end = lines.indexOf("---");
        if (end < 0) {
            throw new LabFailure(file + ": no line \"---\" between the header and the script");
        }
        Map<String, String> header = new HashMap<>();
        for (int number = 1; number <= end; number++) {
            String line = lines.get(number - 1);
            int colon = line.indexOf(':');
            String key = colon < 0 ? line : line.substring(0, colon).strip();
            if (!HEADERS.contains(key)) {
                throw new LabFailure(
                        file + ":" + number + ": \"" + key + "\" is none of " + HEADERS);
            }
            header.put(key, line.substring(colon + 1).strip());
        }
        for (String needed : List.of("about", "suite")) {
            if (!header.containsKey(needed)) {
                throw new LabFailure(file + ": no header line \"" + needed + ":\"");
            }
        }
        List<String> reaches = new ArrayList<>();
        for (String interfaceName : header.getOrDefault("reaches", "").split(",")) {
            if (!interfaceName.isBlank()) {
                reaches.add(interfaceName.strip());
            }
        }
        return new StartState(
                name,
                header.get("about"),
                header.get("suite"),
                Processor.named(header.getOrDefault("processor", "amd64"), file),
                number(file, header, "wires", 1),
                number(file, header, "radios", 1),
                number(file, header, "memory", 1024),
                List.copyOf(reaches),
                String.join("\n", lines.subList(end + 1, lines.size())) + "\n");
    }

    private static int number(String file, Map<String, String> header, String key, int otherwise) {
        String value = header.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[0-9]{1,5}")) {
            throw new LabFailure(file + ": " + key + ": \"" + value + "\" is not a number");
        }
        return Integer.parseInt(value);
    }
}
