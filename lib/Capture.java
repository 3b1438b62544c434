package netfix;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was asked of a machine and what it answered, by question. At once the support bundle, the
 * input of an analysis made elsewhere, and a test's fixture; {@link CaptureFile} keeps it on disk.
 */
public final class Capture {

    /** The number grows when a field is renamed or removed, never for an addition. */
    public static final String SCHEMA = "netfix/capture/1";

    /**
     * What a watch saw before it was taken.
     *
     * @param baseline what the first look read
     * @param seen a document, {@link WatchFormat}
     */
    record Watched(Capture baseline, ObjectNode seen) {}

    private final Instant taken;
    private final boolean live;
    private Optional<Watched> watched = Optional.empty();
    final Map<List<String>, CommandResult> commands = new ConcurrentHashMap<>();
    final Map<String, Reading<String>> texts = new ConcurrentHashMap<>();
    final Map<String, Reading<List<String>>> folders = new ConcurrentHashMap<>();
    final Map<String, Reading<FileStat>> stats = new ConcurrentHashMap<>();

    /** Folders of which everything is here: what is not, was not there. */
    final Set<String> whole = ConcurrentHashMap.newKeySet();

    /**
     * @param live whether the machine ran commands (else it was a mounted root)
     */
    Capture(Instant taken, boolean live) {
        this.taken = taken;
        this.live = live;
    }

    public Instant taken() {
        return taken;
    }

    public boolean live() {
        return live;
    }

    /** Whether a path of which nothing is here was not there, for all of its folder is here. */
    boolean holdsAllAround(String path) {
        return !texts.containsKey(path)
                && !folders.containsKey(path)
                && !stats.containsKey(path)
                && whole.stream()
                        .anyMatch(folder -> path.equals(folder) || path.startsWith(folder + "/"));
    }

    /** Empty where it is of one look. */
    Optional<Watched> watched() {
        return watched;
    }

    /** The same with a watch before it. */
    Capture after(Watched watch) {
        watched = Optional.of(watch);
        return this;
    }

    /** The commands that were asked. */
    public List<Command> asked() {
        return commands.keySet().stream()
                .map(argv -> new Command(argv, Command.USUAL_TIMEOUT))
                .toList();
    }

    /** The files that could be read. */
    public List<String> filesRead() {
        return texts.entrySet().stream()
                .filter(e -> e.getValue().value().isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }
}
