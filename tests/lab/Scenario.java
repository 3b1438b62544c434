package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A short file that reads as prose: a start state, what happens, what must then be so.
 *
 * @param about its first comment line
 * @param sets what it is in: "smoke" runs with every change
 */
record Scenario(String name, String about, Set<String> sets, String state, List<Step> steps) {

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
                scenarios.add(
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

    static Scenario parse(String name, String file, String text) {
        String about = "";
        String state = null;
        Set<String> sets = new TreeSet<>();
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
            if (line.startsWith("in ") && steps.isEmpty() && state == null) {
                sets.addAll(List.of(line.substring(3).strip().split("\\s*,\\s*")));
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
            if (step.group(1).equals("given") && state == null) {
                state = step.group(2).strip();
                continue;
            }
            if (state == null) {
                throw new LabFailure(
                        file + ":" + number + ": the first step is \"given STATE\": " + line);
            }
            steps.add(Steps.read(file, number, step.group(2).strip()));
        }
        if (state == null || steps.isEmpty()) {
            throw new LabFailure(file + ": no start state or no step: it would always pass");
        }
        if (steps.stream().noneMatch(step -> step.phrase().checks())) {
            throw new LabFailure(file + ": no step checks anything: it would always pass");
        }
        return new Scenario(name, about, sets, state, List.copyOf(steps));
    }

    Phrase.Kit kit() {
        return steps.stream()
                .map(step -> step.phrase().kit())
                .max(Comparator.naturalOrder())
                .orElse(Phrase.Kit.NOTHING);
    }
}
