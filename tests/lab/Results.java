package netfix.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known already about the present state of the sources: a scenario that ended is not run
 * again until something that it depends on changes.
 */
final class Results {

    private static final String BENCH = "tests/bench";

    /** A fault and what five contenders made of it, tests/bench/race.sh. */
    private static final Pattern RACED =
            Pattern.compile("(?m)^[a-z-]+( (\\d+|kept|none)(/(\\d+|kept|none)){2}){5} \\d+$");

    private final LabFolders folders;
    private final Path folder;
    private final String common;
    private final String commit;
    private final BtWifiSet btwifiset;

    /** An outcome, the commit that it is of (empty where it was none), and when it was. */
    record Ended(Runner.Outcome outcome, String commit, Instant when) {}

    Results(LabFolders folders, BtWifiSet btwifiset) {
        this.folders = folders;
        this.btwifiset = btwifiset;
        this.commit = commit(folders);
        this.folder = folders.cache(btwifiset.isReal() ? "results-real" : "results");
        this.common = common(folders) + btwifiset.fingerprint();
    }

    /** What every outcome hangs on: netfix itself and the lab, without its scenarios and states. */
    private static String common(LabFolders folders) {
        Fingerprint sources = new Fingerprint();
        try (Stream<Path> top = Files.list(folders.checkout())) {
            top.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::file);
            sources.file(folders.checkout().resolve("jbang"));
            sources.tree(folders.checkout().resolve("lib"));
            for (String part : List.of("guest", "image", "phone")) {
                sources.tree(folders.sources().resolve(part));
            }
            try (Stream<Path> lab = Files.list(folders.sources())) {
                lab.filter(file -> file.toString().endsWith(".java"))
                        .sorted()
                        .forEach(sources::file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources.hex();
    }

    /**
     * With the scenario's own text and its start state's: a new scenario makes no other one old.
     */
    private Path file(Scenario scenario) {
        Fingerprint key =
                new Fingerprint()
                        .text(common)
                        .file(folders.sources().resolve(scenario.file()))
                        .file(
                                folders.sources()
                                        .resolve("states")
                                        .resolve(scenario.state() + ".state"));
        if (scenario.kit() == Phrase.Kit.CHECKOUT) {
            key.tree(folders.checkout().resolve(BENCH));
        }
        return folder.resolve(scenario.name() + "-" + key.hex() + ".json");
    }

    /** How it ended with the present sources. */
    Optional<Runner.Outcome> of(Scenario scenario) {
        return read(file(scenario)).map(Ended::outcome);
    }

    /** How it ended last, with whatever sources. */
    private Optional<Ended> last(Scenario scenario) {
        Pattern its = Pattern.compile(Pattern.quote(scenario.name()) + "-[0-9a-f]{16}\\.json");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> its.matcher(file.getFileName().toString()).matches())
                    .flatMap(file -> read(file).stream())
                    .max(Comparator.comparing(Ended::when));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Ended> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode known = JsonSocket.JSON.readTree(Files.readString(file));
            String name = file.getFileName().toString();
            return Optional.of(
                    new Ended(
                            new Runner.Outcome(
                                    name.substring(0, name.lastIndexOf('-')),
                                    known.path("passed").asBoolean(),
                                    known.path("seconds").asLong(),
                                    known.path("failure").asText(),
                                    known.path("figures").asText()),
                            known.path("commit").asText(),
                            Files.getLastModifiedTime(file).toInstant()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Scenario scenario, Runner.Outcome outcome) {
        ObjectNode known = JsonSocket.JSON.createObjectNode();
        known.put("passed", outcome.passed());
        known.put("seconds", outcome.seconds());
        known.put("failure", outcome.failure());
        known.put("figures", outcome.figures());
        known.put("commit", commit);
        try {
            Files.createDirectories(folder);
            Files.writeString(file(scenario), JsonSocket.JSON.writeValueAsString(known));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void forget() {
        LabFolders.delete(folder);
    }

    /**
     * Writes RESULTS.md, or RESULTS-real-btwifiset.md: of every scenario, how it ended last and of
     * which commit.
     */
    Path publish(List<Scenario> all) {
        Map<String, Optional<Ended>> ended = new LinkedHashMap<>();
        for (Scenario scenario : all) {
            ended.put(scenario.name(), last(scenario).filter(known -> !known.commit().isEmpty()));
        }
        Path file =
                folders.sources()
                        .resolve(btwifiset.isReal() ? "RESULTS-real-btwifiset.md" : "RESULTS.md");
        try {
            Files.writeString(file, table(ended, btwifiset) + figures(ended) + race(ended));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The commit that is checked out; empty where what is run differs from it, or is a mere copy.
     */
    private static String commit(LabFolders folders) {
        if (!Files.exists(folders.checkout().resolve(".git"))) {
            return "";
        }
        String root = folders.checkout().toString();
        List<String> changed =
                new ArrayList<>(List.of("git", "-C", root, "status", "--porcelain", "--"));
        changed.addAll(List.of("*.java", "lib", "jbang", BENCH));
        for (String part : List.of("guest", "image", "phone", "scenarios", "states")) {
            changed.add("tests/lab/" + part);
        }
        return HostCommand.output(changed).isBlank()
                ? HostCommand.output(List.of("git", "-C", root, "rev-parse", "HEAD")).strip()
                : "";
    }

    static String table(Map<String, Optional<Ended>> ended, BtWifiSet btwifiset) {
        Map<String, Long> scenariosOf =
                ended.values().stream()
                        .flatMap(Optional::stream)
                        .collect(
                                Collectors.groupingBy(
                                        Ended::commit, TreeMap::new, Collectors.counting()));
        long passed =
                ended.values().stream()
                        .flatMap(Optional::stream)
                        .filter(known -> known.outcome().passed())
                        .count();
        long ran = scenariosOf.values().stream().mapToLong(Long::longValue).sum();
        StringBuilder text = new StringBuilder();
        text.append("# What the lab said last\n\n");
        text.append(
                "Written by `./jbang lab results`: each scenario's last run and the commit of ");
        text.append("it; btwifiset: ").append(btwifiset.shown()).append(".\n");
        text.append(
                scenariosOf.size() == 1 && ran == ended.size()
                        ? "A complete run of one commit.\n"
                        : "Not a complete run of one commit.\n");
        text.append("\n| scenario | result | seconds | commit |\n|---|---|---|---|\n");
        ended.forEach(
                (scenario, known) ->
                        text.append("| ")
                                .append(scenario)
                                .append(known.map(Results::row).orElse(" | not run | | |\n")));
        text.append("\n")
                .append(passed)
                .append(" passed, ")
                .append(ran - passed)
                .append(" failed, ")
                .append(ended.size() - ran)
                .append(" not run\n");
        return text.toString();
    }

    private static String figures(Map<String, Optional<Ended>> ended) {
        StringBuilder text = new StringBuilder();
        ended.values().stream()
                .flatMap(Optional::stream)
                .filter(known -> !known.outcome().figures().isBlank())
                .forEach(
                        known ->
                                text.append("\n### ")
                                        .append(known.outcome().scenario())
                                        .append(", ")
                                        .append(known.commit(), 0, 7)
                                        .append("\n\n```\n")
                                        .append(known.outcome().figures().stripTrailing())
                                        .append("\n```\n"));
        return text.length() == 0 ? "" : "\n## Figures\n" + text;
    }

    /** It is run in parts, race-few apart; what it comes to is told of all of them. */
    private String race(Map<String, Optional<Ended>> ended) {
        List<String> rows = new ArrayList<>();
        List<String> without = new ArrayList<>();
        Set<String> commits = new TreeSet<>();
        ended.forEach(
                (scenario, known) -> {
                    if (!scenario.startsWith("race-") || scenario.equals("race-few")) {
                        return;
                    }
                    List<String> its =
                            known.stream()
                                    .flatMap(k -> RACED.matcher(k.outcome().figures()).results())
                                    .map(MatchResult::group)
                                    .toList();
                    rows.addAll(its);
                    if (its.isEmpty()) {
                        without.add(scenario);
                    } else {
                        commits.add(known.orElseThrow().commit().substring(0, 7));
                    }
                });
        if (rows.isEmpty()) {
            return "";
        }
        try {
            Path file = Files.createTempFile("netfix-race-", ".rows");
            Files.writeString(file, String.join("\n", rows) + "\n");
            String script = folders.checkout().resolve(BENCH).resolve("race.sh").toString();
            GuestResult judged =
                    HostCommand.answer(
                            List.of("sh", script, "judge", file.toString()),
                            folders.checkout(),
                            Duration.ofMinutes(1));
            Files.delete(file);
            String verdict = judged.ok() ? "won" : "LOST";
            return "\n### The race, "
                    + (without.isEmpty()
                            ? "all parts together: " + verdict
                            : "unfinished (without " + String.join(", ", without) + ")")
                    + "; "
                    + String.join(", ", commits)
                    + "\n\n```\n"
                    + judged.stdout().stripTrailing()
                    + "\n```\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String row(Ended known) {
        return " | "
                + (known.outcome().passed() ? "passed" : "FAILED")
                + " | "
                + known.outcome().seconds()
                + " | "
                + known.commit().substring(0, 7)
                + " |\n";
    }
}
