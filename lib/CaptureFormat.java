package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A capture as a set of small files: an index, {@code capture.json}, and beside it each output and
 * each file as it was, so that a person can read them and a diff of two captures says something.
 */
final class CaptureFormat {

    static final String INDEX = "capture.json";

    /** Where the baseline of a watch lies, laid out as the rest; beside it what the watch saw. */
    private static final String BASELINE = "baseline/";

    private static final String WATCH = "watch.json";

    /** What is there to be read by people, and by nothing else. */
    private static final String FOR_PEOPLE = "support/";

    private static final Pattern PEOPLE = Pattern.compile("(?:\\./)?(?:[^/]+/)?support/.*");

    /** A capture of a busy Pi has one of 100 kB; as a tree it takes ten times that. */
    private static final int LONGEST_INDEX = 8 << 20;

    private static final int LARGE = 1 << 20;

    /**
     * What a command says, the journal aside, which is read line by line: a thousand neighbours,
     * the most that a kernel keeps, are 150 kB.
     */
    private static final int LONGEST_OUTPUT = 1 << 20;

    private CaptureFormat() {}

    /** Whether an entry need not be loaded for an analysis, however large it is. */
    static boolean isForPeople(String name) {
        return PEOPLE.matcher(name).matches();
    }

    /** File names (with {@code /}) and contents. */
    static Map<String, byte[]> encode(Capture capture) {
        Map<String, byte[]> files = new TreeMap<>();
        ObjectNode index = Json.object();
        index.put("schema", Capture.SCHEMA);
        index.put("taken", capture.taken().toString());
        index.put("live", capture.live());
        if (!capture.whole.isEmpty()) {
            ArrayNode whole = index.putArray("whole");
            capture.whole.stream().sorted().forEach(whole::add);
        }
        ArrayNode commands = index.putArray("commands");
        capture.commands.values().stream()
                .sorted((a, b) -> Command.shown(a.argv()).compareTo(Command.shown(b.argv())))
                .forEach(
                        result -> {
                            ObjectNode node = commands.addObject();
                            result.argv().forEach(node.putArray("argv")::add);
                            node.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
                            node.put("exit", result.exit());
                            if (!result.stderr().isEmpty()) {
                                node.put("stderr", result.stderr());
                            }
                            if (!result.stdout().isEmpty()) {
                                String name =
                                        unused(
                                                files,
                                                (SupportFiles.isOne(result.argv())
                                                                ? FOR_PEOPLE
                                                                : "")
                                                        + "commands/"
                                                        + plain(Command.shown(result.argv())));
                                node.put("stdout", name);
                                files.put(name, bytes(result.stdout()));
                            }
                        });
        ArrayNode texts = index.putArray("files");
        new TreeMap<>(capture.texts)
                .forEach(
                        (path, text) -> {
                            ObjectNode node = texts.addObject().put("path", path);
                            answer(node, text);
                            text.value()
                                    .ifPresent(
                                            value -> {
                                                String name =
                                                        unused(
                                                                files,
                                                                (SupportFiles.isOne(path)
                                                                                ? FOR_PEOPLE
                                                                                : "")
                                                                        + "files"
                                                                        + plainPath(path));
                                                node.put("content", name);
                                                files.put(name, bytes(value));
                                            });
                        });
        ArrayNode folders = index.putArray("folders");
        new TreeMap<>(capture.folders)
                .forEach(
                        (path, names) -> {
                            ObjectNode node = folders.addObject().put("path", path);
                            answer(node, names);
                            names.value()
                                    .ifPresent(list -> list.forEach(node.putArray("names")::add));
                        });
        ArrayNode stats = index.putArray("stats");
        new TreeMap<>(capture.stats)
                .forEach(
                        (path, stat) -> {
                            ObjectNode node = stats.addObject().put("path", path);
                            answer(node, stat);
                            stat.value()
                                    .ifPresent(
                                            s -> {
                                                node.put(
                                                        "kind",
                                                        s.kind().name().toLowerCase(Locale.ROOT));
                                                node.put("mode", s.octalMode());
                                                node.put("uid", s.uid());
                                                node.put("gid", s.gid());
                                                node.put("size", s.size());
                                                if (s.kind() == FileStat.Kind.LINK) {
                                                    node.put("target", s.target());
                                                }
                                            });
                        });
        files.put(INDEX, bytes(Json.pretty(index) + "\n"));
        capture.watched()
                .ifPresent(
                        watch -> {
                            files.put(WATCH, bytes(Json.pretty(watch.seen()) + "\n"));
                            encode(watch.baseline())
                                    .forEach(
                                            (name, content) -> files.put(BASELINE + name, content));
                        });
        return files;
    }

    private static void answer(ObjectNode node, Reading<?> reading) {
        if (reading instanceof Reading.Absent<?> absent) {
            node.put("absent", absent.why());
        } else if (reading instanceof Reading.Unknown<?> unknown) {
            node.put("unknown", unknown.reason());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A name that every file system takes: Windows has no colon, and profile names may hold
     * anything.
     */
    private static String plain(String text) {
        String name = text.replaceAll("[^A-Za-z0-9._@+-]+", "_");
        return name.length() > 80 ? name.substring(0, 80) : name;
    }

    private static String plainPath(String path) {
        StringBuilder out = new StringBuilder();
        for (String part : path.split("/")) {
            if (!part.isEmpty()) {
                out.append('/').append(part.equals("..") ? "dotdot" : plain(part));
            }
        }
        return out.toString();
    }

    private static String unused(Map<String, byte[]> files, String name) {
        String candidate = name;
        for (int n = 2; files.containsKey(candidate); n++) {
            candidate = name + "~" + n;
        }
        return candidate;
    }

    /**
     * @param where how to call the capture in a message
     * @throws BadInput where it is no capture, or one of a newer schema, or incomplete
     */
    static Capture decode(Map<String, byte[]> files, String where) {
        Capture capture = one(files, where);
        if (!files.containsKey(WATCH)) {
            return capture;
        }
        Map<String, byte[]> baseline = new TreeMap<>();
        files.forEach(
                (name, content) -> {
                    if (name.startsWith(BASELINE)) {
                        baseline.put(name.substring(BASELINE.length()), content);
                    }
                });
        if (!baseline.containsKey(INDEX)) {
            throw new BadInput(
                    where
                            + ": "
                            + WATCH
                            + " is of a watch, and what was there before ("
                            + BASELINE
                            + INDEX
                            + ") is missing; copy it again");
        }
        notLonger(files.get(WATCH), LONGEST_INDEX, where + ": " + WATCH);
        return capture.after(
                new Capture.Watched(
                        one(baseline, where + ", " + BASELINE),
                        WatchFormat.checked(files.get(WATCH), where + ": " + WATCH)));
    }

    private static Capture one(Map<String, byte[]> files, String where) {
        byte[] index = files.get(INDEX);
        if (index == null) {
            throw new BadInput(
                    where
                            + " is not a netfix capture: it has no "
                            + INDEX
                            + "; make one with diagnose --capture FILE.tar.gz");
        }
        notLonger(index, LONGEST_INDEX, where + ": " + INDEX);
        try {
            JsonNode top = Json.read(new String(index, StandardCharsets.UTF_8));
            String schema = top.path("schema").asText();
            if (!schema.equals(Capture.SCHEMA)) {
                throw new BadInput(
                        where
                                + ": "
                                + INDEX
                                + ": schema is '"
                                + schema
                                + "', this netfix reads "
                                + Capture.SCHEMA
                                + (schema.startsWith("netfix/capture/")
                                        ? "; use a newer netfix"
                                        : ""));
            }
            Capture capture =
                    new Capture(
                            WatchFormat.instant(top.path("taken").asText()),
                            top.path("live").asBoolean());
            capture.whole.addAll(strings(top.path("whole")));
            for (JsonNode node : top.path("commands")) {
                if (isForPeople(node.path("stdout").asText())) {
                    continue;
                }
                List<String> argv = strings(node.path("argv"));
                if (argv.isEmpty()) {
                    continue;
                }
                capture.commands.put(
                        argv,
                        new CommandResult(
                                argv,
                                CommandResult.Outcome.valueOf(
                                        node.path("outcome").asText().toUpperCase(Locale.ROOT)),
                                node.path("exit").asInt(),
                                node.has("stdout")
                                        ? stdout(argv, files, node.path("stdout").asText(), where)
                                        : "",
                                node.path("stderr").asText()));
            }
            for (JsonNode node : top.path("files")) {
                if (isForPeople(node.path("content").asText())) {
                    continue;
                }
                capture.texts.put(
                        node.path("path").asText(),
                        node.has("content")
                                ? Reading.known(text(files, node.path("content").asText(), where))
                                : noAnswer(node));
            }
            for (JsonNode node : top.path("folders")) {
                capture.folders.put(
                        node.path("path").asText(),
                        node.has("names")
                                ? Reading.known(strings(node.path("names")))
                                : noAnswer(node));
            }
            for (JsonNode node : top.path("stats")) {
                capture.stats.put(
                        node.path("path").asText(),
                        node.has("kind") ? Reading.known(stat(node)) : noAnswer(node));
            }
            return capture;
        } catch (JsonProcessingException e) {
            throw new BadInput(
                    where
                            + ": "
                            + INDEX
                            + ", line "
                            + e.getLocation().getLineNr()
                            + ": not JSON; the capture is damaged");
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BadInput(
                    where
                            + ": "
                            + INDEX
                            + " has a value that this netfix does not know: "
                            + e.getMessage());
        }
    }

    private static FileStat stat(JsonNode node) {
        return new FileStat(
                FileStat.Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                Integer.parseInt(node.path("mode").asText("0"), 8),
                node.path("uid").asInt(-1),
                node.path("gid").asInt(-1),
                node.path("size").asLong(),
                node.path("target").asText());
    }

    private static <T> Reading<T> noAnswer(JsonNode node) {
        return node.has("absent")
                ? Reading.absent(node.path("absent").asText())
                : Reading.unknown(node.path("unknown").asText("no reason in the capture"));
    }

    private static List<String> strings(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(item -> list.add(item.asText()));
        return List.copyOf(list);
    }

    private static String text(Map<String, byte[]> files, String name, String where) {
        byte[] content = content(files, name, where);
        notLonger(content, (int) Machine.MOST_BYTES, where + ": " + name);
        return new String(content, StandardCharsets.UTF_8);
    }

    private static String stdout(
            List<String> argv, Map<String, byte[]> files, String name, String where) {
        byte[] content = content(files, name, where);
        boolean journal = argv.contains("json") && argv.get(0).equals("journalctl");
        if (!journal) {
            notLonger(content, LONGEST_OUTPUT, where + ": " + name);
        }
        return journal && content.length > LARGE
                ? LeanJson.of(content)
                : new String(content, StandardCharsets.UTF_8);
    }

    /** As a tree it takes ten times its length, and all of it is one document. */
    private static void notLonger(byte[] content, int most, String what) {
        if (content.length > most) {
            throw new BadInput(
                    what + " is longer than " + (most >> 20) + " MiB; that is no netfix capture");
        }
    }

    private static byte[] content(Map<String, byte[]> files, String name, String where) {
        // Taken out: a large capture is not to be in memory twice.
        byte[] content = files.remove(name);
        if (content == null) {
            throw new BadInput(
                    where + ": " + name + " is missing; the capture is incomplete, copy it again");
        }
        return content;
    }
}
