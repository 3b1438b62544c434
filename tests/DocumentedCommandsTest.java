package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/**
 * Every command line of the documentation, as tests/documented-commands.txt has them: typed in the
 * lab as it is written, or in README's table with what takes its place. And what README itself
 * tells to type is understood by the script that it names.
 */
class DocumentedCommandsTest {

    private static final Path README = Path.of("README.md");
    private static final Path SCENARIOS = Path.of("tests/lab/scenarios");

    /** A word as sh reads it, as far as README's lines go: plain, or in quotes. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s\"']|\"[^\"]*\"|'[^']*')+");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private static Set<String> documented(String fate) {
        Set<String> lines =
                Checkout.read(Path.of("tests/documented-commands.txt"))
                        .lines()
                        .filter(line -> line.startsWith(fate + " "))
                        .map(line -> line.substring(fate.length()).strip())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        assertFalse(lines.isEmpty(), fate);
        return lines;
    }

    /** The texts that the steps of a scenario hold, as the Pi gets them. */
    private static String typed(String scenario) {
        return Checkout.read(SCENARIOS.resolve(scenario + ".scenario"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replace("\\n", "\n").replace("\\\"", "\""))
                .collect(Collectors.joining("\n"));
    }

    /** What documents say in place of what, line by line. */
    private static Map<String, String> table() {
        String readme = Checkout.read(README);
        Map<String, String> rows = new LinkedHashMap<>();
        readme.substring(readme.indexOf("\nLine by line: "))
                .lines()
                .dropWhile(line -> !line.startsWith("|---"))
                .skip(1)
                .takeWhile(line -> line.startsWith("| "))
                .forEach(
                        line -> {
                            String[] cells = line.split(" \\| ");
                            CODE.matcher(cells[0])
                                    .results()
                                    .forEach(code -> rows.put(code.group(1), cells[1]));
                        });
        return rows;
    }

    @Test
    void whatWorksAsItIsWrittenIsTypedInTheLab() {
        String typed = typed("as-documented");
        List<String> missing =
                documented("lab").stream()
                        .filter(
                                line ->
                                        !Pattern.compile(
                                                        "(?m)(?:^|[\"' ])\\Q"
                                                                + line
                                                                + "\\E(?:[\"';]|$| &&| \\|)")
                                                .matcher(typed)
                                                .find())
                        .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void whatIsReplacedStandsInTheTableWithWhatTakesItsPlace() {
        Map<String, String> table = table();
        assertEquals(new ArrayList<>(documented("table")), new ArrayList<>(table.keySet()));
        table.forEach(
                (line, instead) -> {
                    boolean said = instead.startsWith("the same") || instead.contains("`sudo ");
                    assertTrue(said, line);
                });
    }

    /** A documented name that install does not bring would be found nowhere. */
    @Test
    void theDocumentedNamesAreInstalled() {
        Set<String> brought =
                Stream.concat(Script.ALL.stream(), Stream.of(Script.BOOTDIAG))
                        .map(Script::launcher)
                        .collect(Collectors.toSet());
        for (String line : documented("lab")) {
            Matcher name = Pattern.compile("/usr/local/bin/\\S+").matcher(line);
            assertTrue(!name.find() || brought.contains(name.group()), line);
        }
    }

    /** Typed, and understood: no option and no verb is told that there is not. */
    @Test
    void whatReadmeTellsToTypeIsUnderstood(@TempDir Path classes) throws Exception {
        String readme = Checkout.read(README);
        List<String> lines = new ArrayList<>(documented("lab"));
        Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(readme)
                .results()
                .flatMap(block -> block.group(1).lines())
                .forEach(lines::add);
        table().values()
                .forEach(cell -> CODE.matcher(cell).results().forEach(c -> lines.add(c.group(1))));
        builders().values().stream()
                .flatMap(line -> Stream.of(line.split(" && |; ")))
                .forEach(lines::add);

        compile(classes);
        List<String> wrong = new ArrayList<>();
        Set<String> understood = new LinkedHashSet<>();
        try (URLClassLoader loader = new URLClassLoader(urls(classes), platform())) {
            for (String line : lines) {
                List<String> words = words(line);
                if (words.isEmpty()) {
                    continue;
                }
                String problem = problem(loader, words);
                understood.add(words.get(0));
                if (!problem.isEmpty()) {
                    wrong.add(line + "   <- " + problem);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(
                Set.of("diagnose", "fix", "verify", "bootdiag", "install", "uninstall", "test"),
                understood.stream()
                        .filter(script -> !script.equals("monitor"))
                        .collect(Collectors.toSet()));
    }

    /** Of a line that starts netfix: the script and its arguments; nothing of another one. */
    private static List<String> words(String line) {
        List<String> words =
                WORD.matcher(line)
                        .results()
                        .map(MatchResult::group)
                        .map(word -> word.replaceAll("[\"']", ""))
                        .collect(Collectors.toCollection(ArrayList::new));
        words.removeIf(word -> word.matches("export|JBANG_YES=1"));
        if (!words.isEmpty() && words.get(0).equals("sudo")) {
            words.remove(0);
        }
        if (words.isEmpty()) {
            return words;
        }
        String command = words.remove(0).replaceFirst("^/usr/local/bin/", "");
        if (command.matches("sh|(\\./|/path/to/netfix/)?jbang")) {
            words.removeIf(word -> word.matches("jbang|-o|--fresh"));
            words.set(0, words.get(0).replaceFirst("@netfix$", ""));
            return words;
        }
        words.add(
                0,
                Stream.concat(Script.ALL.stream(), Stream.of(Script.BOOTDIAG))
                        .filter(script -> script.command().equals(command))
                        .map(Script::name)
                        .findFirst()
                        .orElse(""));
        return words.get(0).isEmpty() ? List.of() : words;
    }

    /** What the script's parser says against it. */
    private static String problem(ClassLoader loader, List<String> words) throws Exception {
        String script = words.get(0);
        List<String> arguments = words.subList(1, words.size());
        if (script.equals("bootdiag")) {
            Class<?> bootdiag = loader.loadClass("bootdiag");
            var usage = bootdiag.getDeclaredField("USAGE");
            usage.setAccessible(true);
            String verb = arguments.isEmpty() ? "" : arguments.get(0);
            boolean known = String.valueOf(usage.get(null)).contains("bootdiag " + verb);
            return known ? "" : "no such verb";
        }
        String name =
                switch (script) {
                    case "install" -> "netfix.Install";
                    case "uninstall" -> "netfix.Uninstall";
                    case "test" -> "netfix.RunTests";
                    default -> script;
                };
        Class<?> picocli = loader.loadClass("picocli.CommandLine");
        Object line = picocli.getConstructor(Object.class).newInstance(loader.loadClass(name));
        Method parse = picocli.getMethod("parseArgs", String[].class);
        try {
            parse.invoke(line, (Object) arguments.toArray(String[]::new));
            return "";
        } catch (InvocationTargetException e) {
            return String.valueOf(e.getCause().getMessage());
        }
    }

    /** Apart from the tests: what is in the package netfix has to come from one loader. */
    private static ClassLoader platform() {
        return ClassLoader.getPlatformClassLoader();
    }

    private static URL[] urls(Path classes) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private static void compile(Path classes) {
        List<String> javac =
                new ArrayList<>(
                        List.of("-proc:none", "-encoding", "UTF-8", "-d", classes.toString()));
        javac.addAll(List.of("-cp", System.getProperty("java.class.path")));
        Script.ALL.forEach(script -> javac.add(at(script.name() + ".java")));
        javac.add(at("lib/Install.java"));
        javac.add(at("lib/Uninstall.java"));
        int exit =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, javac.toArray(String[]::new));
        assertEquals(0, exit);
    }

    private static String at(String file) {
        return Checkout.root().resolve(file).toString();
    }

    /** README's lines for those who build images, by the variable in which each has the tree. */
    private static Map<String, String> builders() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String variable : List.of("ROOTFS_DIR", "SDMPT")) {
            List<String> found =
                    Checkout.read(README)
                            .lines()
                            .flatMap(line -> CODE.matcher(line).results())
                            .map(code -> code.group(1))
                            .filter(code -> code.contains("\"$" + variable + "\""))
                            .toList();
            assertEquals(1, found.size(), variable);
            lines.put(variable, found.get(0));
        }
        return lines;
    }

    @Test
    void theLabTypesTheLinesForImageBuilders() {
        String typed = typed("image-builders");
        builders()
                .forEach(
                        (variable, line) ->
                                assertTrue(
                                        typed.contains(
                                                line.replace("/path/to/netfix", "/srv/netfix")),
                                        line));
        String last = "sudo JBANG_YES=1 ./jbang install --fix --yes";
        assertTrue(Checkout.read(README).contains("`" + last + "`"));
        assertTrue(typed("install-and-fix").contains(last));
    }

    /** As their scripts run them: in a tree whose name has a blank, and until one fails. */
    @Test
    void theLinesForImageBuildersNameTheTreeOnceEach(@TempDir Path folder) throws Exception {
        Path jbang = Files.createDirectories(folder.resolve("netfix")).resolve("jbang");
        Files.writeString(
                jbang,
                """
                #!/bin/sh
                printf '<%s>' "$JBANG_YES" "$@"
                echo
                [ "$1" != "$BAD" ]
                """);
        assertTrue(jbang.toFile().setExecutable(true));
        for (Map.Entry<String, String> line : builders().entrySet()) {
            String commands =
                    line.getValue().replace("/path/to/netfix", jbang.getParent().toString());
            Map<String, String> tree = Map.of(line.getKey(), "/a tree");
            assertEquals(
                    "<1><install><--root></a tree><--yes>\n<1><fix><--root></a tree><--yes>\n",
                    typed(commands, tree).outputUTF8());
            assertEquals(0, typed(commands, tree).getExitValue());
            ProcessResult failed =
                    typed(commands, Map.of(line.getKey(), "/a tree", "BAD", "install"));
            assertEquals("<1><install><--root></a tree><--yes>\n", failed.outputUTF8());
            assertEquals(1, failed.getExitValue());
        }
    }

    private static ProcessResult typed(String commands, Map<String, String> environment)
            throws Exception {
        return new ProcessExecutor("sh", "-c", commands)
                .environment(environment)
                .readOutput(true)
                .execute();
    }
}
