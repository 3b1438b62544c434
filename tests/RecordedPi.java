package netfix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What lib knows, for the tests of bootdiag.java: that file is in the default package, from which
 * this one's own classes are not to be seen.
 */
public final class RecordedPi {

    private final Capture capture;
    private final String name;

    private RecordedPi(Capture capture, String name) {
        this.capture = capture;
        this.name = name;
    }

    /** The captures under tests/captures. */
    public static List<String> names() {
        return Captures.names();
    }

    public static RecordedPi named(String name) {
        return of(Captures.file(name));
    }

    public static RecordedPi of(Path file) {
        return new RecordedPi(CaptureFile.load(file), file.toString());
    }

    /** The codes of what the table of findings finds there, information aside, in its order. */
    public List<String> codes() {
        return diagnosis().findings().found().stream()
                .filter(finding -> finding.hit().severity() != Verdict.Severity.INFO)
                .map(finding -> finding.row().code())
                .distinct()
                .toList();
    }

    private Diagnosis diagnosis() {
        return Diagnosis.of(Look.at(new ReplayedMachine(capture, name), Progress.silent()));
    }

    public String report() {
        return TextReport.of(diagnosis(), new Terminal(false));
    }

    /** What a look asks here: the argv of each command. */
    public Set<List<String>> commandsAsked() {
        return asked().commands.keySet();
    }

    /** What install writes to boot-diagnostic.sh, from this checkout. */
    public static String installedBootDiagnostic() {
        Map<String, byte[]> texts =
                Map.of("bootdiag.java", Checkout.read(Path.of("bootdiag.java")).getBytes(UTF_8));
        byte[] text =
                new Parcel(texts, new byte[0], Path.of("/"), Map.of(), Map.of()).bootDiagnostic();
        return new String(text, UTF_8);
    }

    /** The JBang that ./jbang is pinned to. */
    public static String pinnedJBang() {
        return Checkout.read(Path.of("jbang"))
                .lines()
                .filter(line -> line.startsWith("version="))
                .map(line -> line.substring("version=".length()))
                .findFirst()
                .orElseThrow();
    }

    /** The files and folders that a look asks for here. */
    public Set<String> pathsAsked() {
        Capture asked = asked();
        Set<String> paths = new TreeSet<>(asked.texts.keySet());
        paths.addAll(asked.folders.keySet());
        paths.addAll(asked.stats.keySet());
        return paths;
    }

    private Capture asked() {
        RecordingMachine recording = new RecordingMachine(new ReplayedMachine(capture, name));
        Look.at(recording, Progress.silent());
        return recording.capture();
    }

    public Map<List<String>, String> outputs() {
        return capture.commands.values().stream()
                .filter(CommandResult::ok)
                .collect(Collectors.toMap(CommandResult::argv, CommandResult::stdout));
    }

    public Map<String, String> texts() {
        Map<String, String> texts = new ConcurrentHashMap<>();
        capture.texts.forEach((path, text) -> text.value().ifPresent(t -> texts.put(path, t)));
        return texts;
    }

    public Map<String, List<String>> folders() {
        Map<String, List<String>> folders = new ConcurrentHashMap<>();
        capture.folders.forEach(
                (path, list) -> list.value().ifPresent(names -> folders.put(path, names)));
        return folders;
    }

    public Map<String, FileStat> stats() {
        Map<String, FileStat> stats = new ConcurrentHashMap<>();
        capture.stats.forEach((path, stat) -> stat.value().ifPresent(s -> stats.put(path, s)));
        return stats;
    }

    /** What lib's own rules make of a text. */
    public static String redacted(String text) {
        return Redaction.of(text);
    }

    public static String redactedFile(String path, String text) {
        return Redaction.ofFile(path, text);
    }

    /** The same for a journal's lines, each as JSON in one order of its fields. */
    public static String redactedJournal(String lines) {
        return Redaction.ofJsonLines(lines);
    }

    public static Object json(String line) throws Exception {
        return netfix.Json.read(line);
    }

    public static void assertShellIsClean(String name, String text) throws Exception {
        ShellCheck.assertClean(name, text);
    }
}
