package netfix.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known already about the present state of the sources: a scenario that ended is not run
 * again until something that it depends on changes.
 */
final class Results {

    private final LabFolders folders;
    private final Path folder;
    private final String common;

    Results(LabFolders folders, BtWifiSet btwifiset) {
        this.folders = folders;
        this.folder = folders.cache("results");
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
        String key =
                new Fingerprint()
                        .text(common)
                        .file(folders.sources().resolve(scenario.file()))
                        .file(
                                folders.sources()
                                        .resolve("states")
                                        .resolve(scenario.state() + ".state"))
                        .hex();
        return folder.resolve(scenario.name() + "-" + key + ".json");
    }

    Optional<Runner.Outcome> of(Scenario scenario) {
        Path file = file(scenario);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode known = JsonSocket.JSON.readTree(Files.readString(file));
            return Optional.of(
                    new Runner.Outcome(
                            scenario.name(),
                            known.path("passed").asBoolean(),
                            known.path("seconds").asLong(),
                            known.path("failure").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Scenario scenario, Runner.Outcome outcome) {
        ObjectNode known = JsonSocket.JSON.createObjectNode();
        known.put("passed", outcome.passed());
        known.put("seconds", outcome.seconds());
        known.put("failure", outcome.failure());
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

    /** Writes RESULTS.md where every scenario has ended; the commit must be what was run. */
    Optional<Path> publish(List<Scenario> all, BtWifiSet btwifiset) {
        List<Runner.Outcome> outcomes = new ArrayList<>();
        for (Scenario scenario : all) {
            Optional<Runner.Outcome> known = of(scenario);
            if (known.isEmpty()) {
                return Optional.empty();
            }
            outcomes.add(known.get());
        }
        String root = folders.checkout().toString();
        String changed =
                HostCommand.output(
                        List.of(
                                "git",
                                "-C",
                                root,
                                "status",
                                "--porcelain",
                                "--",
                                "*.java",
                                "lib",
                                "jbang",
                                "tests/lab/guest",
                                "tests/lab/image",
                                "tests/lab/phone",
                                "tests/lab/scenarios",
                                "tests/lab/states"));
        if (!changed.isBlank()) {
            throw new LabFailure(
                    "RESULTS.md is not written: what was run is no commit:\n"
                            + changed.stripTrailing());
        }
        String commit = HostCommand.output(List.of("git", "-C", root, "rev-parse", "HEAD")).strip();
        Path file = folders.sources().resolve("RESULTS.md");
        try {
            Files.writeString(file, table(outcomes, commit, btwifiset));
            return Optional.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String table(List<Runner.Outcome> outcomes, String commit, BtWifiSet btwifiset) {
        long passed = outcomes.stream().filter(Runner.Outcome::passed).count();
        StringBuilder text = new StringBuilder();
        text.append("# The last complete run of the lab\n\n");
        text.append("Written by `./jbang lab all`. Commit ")
                .append(commit)
                .append(", btwifiset: ")
                .append(btwifiset.shown())
                .append(".\n\n| scenario | result | seconds |\n|---|---|---|\n");
        for (Runner.Outcome outcome : outcomes) {
            text.append("| ")
                    .append(outcome.scenario())
                    .append(" | ")
                    .append(outcome.passed() ? "passed" : "FAILED")
                    .append(" | ")
                    .append(outcome.seconds())
                    .append(" |\n");
        }
        text.append("\n")
                .append(passed)
                .append(" passed, ")
                .append(outcomes.size() - passed)
                .append(" failed\n");
        return text.toString();
    }
}
