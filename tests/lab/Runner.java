package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs scenarios, each on a Pi of its own. */
final class Runner {

    /**
     * How a scenario ended.
     *
     * @param figures what it has printed of measurements; empty for most
     */
    record Outcome(String scenario, boolean passed, long seconds, String failure, String figures) {}

    private final LabFolders folders;
    private final BtWifiSet btwifiset;
    private final Optional<Path> captures;
    private final Progress progress;
    private final Path runFolder;

    Runner(LabFolders folders, BtWifiSet btwifiset, Optional<Path> captures, Progress progress) {
        this.folders = folders;
        this.btwifiset = btwifiset;
        this.captures = captures;
        this.progress = progress;
        this.runFolder =
                folders.cache("runs")
                        .resolve(
                                DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
                                        .withZone(ZoneOffset.UTC)
                                        .format(Instant.now()));
    }

    /** Runs them all, {@code jobs} at a time; each outcome is told as soon as it is there. */
    List<Outcome> run(List<Scenario> scenarios, int jobs, Consumer<Outcome> told) {
        try {
            discardOld();
            Files.createDirectories(runFolder);
            try (KitDisks disks = new KitDisks(folders, runFolder, progress)) {
                scenarios.forEach(scenario -> disks.build(scenario.kit()));
                return run(scenarios, jobs, disks, told);
            } finally {
                discardIfEmpty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Outcome> run(
            List<Scenario> scenarios, int jobs, KitDisks disks, Consumer<Outcome> told) {
        ExecutorService pool = Executors.newFixedThreadPool(jobs);
        try {
            // Those of one start state one after another: its first boot is then waited for once.
            List<Future<Outcome>> running =
                    scenarios.stream()
                            .sorted(
                                    Comparator.comparing(Scenario::state)
                                            .thenComparing(Scenario::name))
                            .map(scenario -> pool.submit(() -> play(scenario, disks, told)))
                            .toList();
            return running.stream().map(Runner::await).toList();
        } finally {
            pool.shutdownNow();
        }
    }

    /** Folders of failures are kept for a week. */
    private void discardOld() throws IOException {
        Instant old = Instant.now().minus(Duration.ofDays(7));
        try (Stream<Path> runs = Files.list(runFolder.getParent())) {
            for (Path run : runs.toList()) {
                if (Files.getLastModifiedTime(run).toInstant().isBefore(old)) {
                    LabFolders.delete(run);
                }
            }
        }
    }

    private void discardIfEmpty() throws IOException {
        boolean empty;
        try (Stream<Path> left = Files.list(runFolder)) {
            empty = left.findAny().isEmpty();
        }
        if (empty) {
            Files.delete(runFolder);
        }
    }

    private static Outcome await(Future<Outcome> running) {
        try {
            return running.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Outcome play(Scenario scenario, KitDisks disks, Consumer<Outcome> told)
            throws IOException {
        Instant begin = Instant.now();
        Path folder = runFolder.resolve(scenario.name());
        Outcome outcome;
        StringBuilder figures = new StringBuilder();
        try {
            progress.step(scenario.name(), "given " + scenario.state());
            Moment moment =
                    Moment.of(
                            StartState.named(scenario.state(), folders),
                            folders,
                            btwifiset,
                            progress);
            String failure =
                    playOn(
                            moment,
                            scenario,
                            disks.disk(scenario.kit(), moment.image()),
                            folder,
                            figures);
            outcome = outcome(scenario, begin, failure, figures);
        } catch (LabFailure e) {
            outcome = outcome(scenario, begin, e.getMessage(), figures);
        } catch (UncheckedIOException e) {
            outcome = outcome(scenario, begin, e.toString(), figures);
        }
        if (outcome.passed()) {
            LabFolders.delete(folder);
        }
        told.accept(outcome);
        return outcome;
    }

    private String playOn(
            Moment moment,
            Scenario scenario,
            KitDisks.Disk netfix,
            Path folder,
            StringBuilder figures)
            throws IOException {
        Scenario.Step current = scenario.steps().get(0);
        try (ScenarioRun run = ScenarioRun.begin(moment, netfix.file(), folder)) {
            if (netfix.archives().isPresent()) {
                netfix.archives().get().prove(run.pi(), progress);
            }
            run.keepFigures(figures);
            captures.ifPresent(into -> run.keepCaptures(into, scenario.name()));
            for (Scenario.Step step : scenario.steps()) {
                current = step;
                progress.step(scenario.name(), step.text());
                run.pi().note("--- " + step.at() + ": " + step.text());
                String failure = perform(run, step);
                if (!failure.isEmpty()) {
                    run.pi().note("FAILED: " + failure);
                    Evidence.keep(run.pi(), scenario.kit() != Phrase.Kit.NOTHING);
                    return step.at() + ": " + step.text() + "\n" + failure + "\nleft in " + folder;
                }
            }
            return "";
        } catch (LabFailure e) {
            return current.at() + ": " + e.getMessage() + "\nleft in " + folder;
        } finally {
            for (String disk : List.of("root.qcow2", "boot.qcow2")) {
                Files.deleteIfExists(folder.resolve(disk));
            }
        }
    }

    private static String perform(ScenarioRun run, Scenario.Step step) {
        try {
            run.perform(step);
            return "";
        } catch (LabFailure e) {
            return e.getMessage();
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static Outcome outcome(
            Scenario scenario, Instant begin, String failure, StringBuilder figures) {
        return new Outcome(
                scenario.name(),
                failure.isEmpty(),
                Duration.between(begin, Instant.now()).toSeconds(),
                failure,
                figures.toString());
    }
}
