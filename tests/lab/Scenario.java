package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A short file that reads as prose: a start state, what happens, what must then be so. One that is
 * given each of several states is a scenario for each of them, NAME-STATE.
 *
 * @param file relative to tests/lab
 * @param about its first comment line
 * @param sets what it is in: "smoke" runs with every change
 */
record Scenario(
        String name, String file, String about, Set<String> sets, String state, List<Step> steps) {

    private static final Pattern WORD_OF_TIME =
            Pattern.compile("(given|when|then|and|but)\\s+(.*)");

    /** One line of the file, with what the table of phrases makes of it. */
    record Step(String file, int line, String text, Phrase phrase, List<String> words) {

        String at() {
            return file + ":" + line;
        }
    }

    static List<Scenario> all(LabFolders folders) {
        try (Stream<Path> files = Files.list(folders.sources().resolve("scenarios"))) {
            List<Scenario> scenarios = new ArrayList<>();
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".scenario")).sorted().toList()) {
                String name = file.getFileName().toString();
                scenarios.addAll(
                        parse(
                                name.substring(0, name.length() - ".scenario".length()),
                                "scenarios/" + name,
                                Files.readString(file)));
            }
            return scenarios;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final String EACH = "each of ";

    static List<Scenario> parse(String name, String file, String text) {
        String about = "";
        String given = null;
        Set<String> sets = new TreeSet<>();
        Map<String, Set<String>> setsWith = new TreeMap<>();
        List<Step> steps = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).strip();
            if (line.startsWith("#")) {
                about = about.isEmpty() ? line.substring(1).strip() : about;
                continue;
            }
            if (line.isEmpty()) {
                continue;
            }
            if (line.startsWith("in ") && steps.isEmpty() && given == null) {
                String[] with = line.substring(3).split(" with ");
                Set<String> named = new TreeSet<>(words(with[0]));
                if (with.length == 1) {
                    sets.addAll(named);
                } else {
                    words(with[1]).forEach(state -> setsWith.put(state, named));
                }
                continue;
            }
            Matcher step = WORD_OF_TIME.matcher(line);
            if (!step.matches()) {
                throw new LabFailure(
                        file
                                + ":"
                                + number
                                + ": a step begins with given, when, then, and or but: "
                                + line);
            }
            if (step.group(1).equals("given") && given == null) {
                given = step.group(2).strip();
                continue;
            }
            if (given == null) {
                throw new LabFailure(
                        file + ":" + number + ": the first step is \"given STATE\": " + line);
            }
            steps.add(Steps.read(file, number, step.group(2).strip()));
        }
        if (given == null || steps.isEmpty()) {
            throw new LabFailure(file + ": no start state or no step: it would always pass");
        }
        if (steps.stream().noneMatch(step -> step.phrase().checks())) {
            throw new LabFailure(file + ": no step checks anything: it would always pass");
        }
        boolean each = given.startsWith(EACH);
        List<String> states = each ? words(given.substring(EACH.length())) : List.of(given);
        for (String state : setsWith.keySet()) {
            if (!states.contains(state)) {
                throw new LabFailure(file + ": it is not given " + state);
            }
        }
        List<Scenario> scenarios = new ArrayList<>();
        for (String state : states) {
            Set<String> its = new TreeSet<>(sets);
            its.addAll(setsWith.getOrDefault(state, Set.of()));
            scenarios.add(
                    new Scenario(
                            each ? name + "-" + state : name,
                            file,
                            about,
                            its,
                            state,
                            List.copyOf(steps)));
        }
        return scenarios;
    }

    private static List<String> words(String list) {
        return List.of(list.strip().split("\\s*,\\s*"));
    }

    Phrase.Kit kit() {
        return steps.stream()
                .map(step -> step.phrase().kit())
                .max(Comparator.naturalOrder())
                .orElse(Phrase.Kit.NOTHING);
    }
}
