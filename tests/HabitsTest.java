package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** What is asked of every file of the checkout. CONTRIBUTING.md says why. */
@Execution(ExecutionMode.CONCURRENT)
class HabitsTest {

    private static final Path RUN = Path.of("tests/RunTests.java");

    /**
     * Without a LANG, as in a unit or a container, javac of JDK 17 takes sources for ASCII and
     * stops at the first dash. In a build of a few seconds javac's second compiler costs more than
     * it saves: 8 s of CPU a script, and 21 s with it.
     */
    private static final String COMPILED =
            "-encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC";

    private static final Pattern DEPENDENCY = directive("DEPS", "[^:\\s]+:([^:\\s]+):([^:@\\s]+)");
    private static final Pattern SOURCE = directive("SOURCES", "(\\S+)");

    /**
     * What a Pi's owner meets on opening the checkout: the scripts of the card, and little else.
     */
    private static final Set<String> TOP_LEVEL =
            Set.of(
                    "diagnose.java",
                    "fix.java",
                    "verify.java",
                    "monitor.java",
                    "bootdiag.java",
                    "lib",
                    "tests",
                    "jbang",
                    "jbang-catalog.json",
                    "README.md",
                    "CHANGELOG.md",
                    "CONTRIBUTING.md",
                    "LICENSE");

    /**
     * What only works on the machine where it was written. Packages come from wherever the apt,
     * Maven or npm of the machine at hand is set up to look, so no registry is named. In pieces, so
     * that this file passes.
     */
    private static final Map<Pattern, String> FOREIGN =
            Map.of(
                    Pattern.compile("(?<![\\w.~-])/(work|farm|root)" + "/[\\w.]"),
                    "a path of somebody's machine",
                    Pattern.compile("https?://[\\w.-]+/(debian|ubuntu|raspbian|maven2?)\\b"),
                    "a package mirror",
                    Pattern.compile(
                            "\\b(repo1?|registry|central|deb|ftp|archive|security|snapshot|search|packages)"
                                + "(\\.[\\w-]+)*\\.(maven|debian|npmjs|sonatype|apache|ubuntu|raspberrypi)"
                                + "\\.(org|com)\\b"),
                    "a package registry's host");

    /** A stub, a test that is not run, a wait that hopes. */
    private static final Pattern UNFINISHED =
            Pattern.compile(
                    "\\b(TO"
                            + "DO|FIX"
                            + "ME|Mock"
                            + "ito|assertTrue\\(tr"
                            + "ue\\))|@Dis"
                            + "abled");

    @TempDir Path folder;

    /** What this run is built of was compiled without one; here is the rest. */
    @Test
    void everyJavaFileCompilesWithoutAWarning() throws Exception {
        assertEquals(1, all(directive("COMPILE_OPTIONS", ".* -Xlint:all -Werror.*"), RUN).size());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            List<String> options =
                    List.of(
                            "-Xlint:all",
                            "-Werror",
                            "-proc:none",
                            "--release",
                            "17",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-d",
                            folder.toString());
            List<Path> sources =
                    Checkout.javaFiles().stream()
                            .filter(file -> !isInTheRun(file))
                            .map(Checkout.root()::resolve)
                            .toList();
            compiler.getTask(
                            output,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        assertNone(output.toString().lines().toList(), "javac -Xlint:all -Werror says");
    }

    private static boolean isInTheRun(Path file) {
        Path folder = file.getParent();
        String built = file.getFileName().toString().replaceFirst("\\.java$", ".class");
        if (folder == null) {
            return RunTests.class.getResource("/" + built) != null;
        }
        return (Path.of("lib").equals(folder) || Path.of("tests").equals(folder))
                && RunTests.class.getResource("/netfix/" + built) != null;
    }

    @Test
    void everyDependencyIsKnownHereInTheSameVersion() {
        List<String> missing = new ArrayList<>();
        String classPath = System.getProperty("java.class.path");
        for (Path file : Checkout.javaFiles()) {
            for (MatchResult dependency : all(DEPENDENCY, file)) {
                String jar = dependency.group(1) + "-" + dependency.group(2) + ".jar";
                if (!classPath.contains("/" + jar)) {
                    missing.add(file + " needs " + jar);
                }
            }
        }
        assertNone(missing, "not among the //DEPS of " + RUN + ", or there in another version");
    }

    @Test
    void everyJavaFileIsFormatted() {
        assertNone(
                Checkout.javaFiles().stream().filter(file -> !JavaStyle.isFormatted(file)).toList(),
                "not formatted; run ./jbang test --format [FILE...]");
    }

    @Test
    void everyTestFileIsInTheRun() {
        Set<Path> named = new TreeSet<>();
        all(SOURCE, RUN)
                .forEach(source -> named.add(Path.of("tests", source.group(1)).normalize()));
        List<Path> forgotten =
                Checkout.files(
                        file ->
                                file.startsWith("tests")
                                        && file.toString().endsWith("Test.java")
                                        && !named.contains(file));
        assertNone(forgotten, "not named in a //SOURCES line of " + RUN);
    }

    /**
     * A glob works from a folder, but not over http, and a missing file only fails for whoever runs
     * that script.
     */
    @Test
    void everySourceThatIsNamedIsOneFileThatIsThere() {
        List<String> wrong = new ArrayList<>();
        for (Path file : Checkout.javaFiles()) {
            for (MatchResult source : all(SOURCE, file)) {
                Path there = Checkout.root().resolve(file).resolveSibling(source.group(1));
                if (!Files.isRegularFile(there)) {
                    wrong.add(file + ": //SOURCES " + source.group(1));
                }
            }
        }
        assertNone(wrong, "names no file (globs do not work over http)");
    }

    @Test
    void everyScriptIsCompiledAlike() {
        assertNone(
                Checkout.javaFiles().stream()
                        .filter(file -> Checkout.read(file).startsWith("///usr/bin/env jbang "))
                        .filter(
                                file ->
                                        all(
                                                        directive(
                                                                "COMPILE_OPTIONS",
                                                                Pattern.quote(COMPILED)),
                                                        file)
                                                .isEmpty())
                        .toList(),
                "lacks the line //COMPILE_OPTIONS " + COMPILED);
    }

    @Test
    void everyShellFileIsCleanUnderShellcheck() throws Exception {
        ShellCheck.assertClean(Checkout.shellFiles());
    }

    @Test
    void everyFileThatNamesAnInterpreterCanBeExecuted() {
        assertNone(
                Checkout.files(
                        file ->
                                !Checkout.shebang(file).isEmpty()
                                        && !Files.isExecutable(Checkout.root().resolve(file))),
                "begins with #! and lacks the executable bit");
    }

    @Test
    void everyAliasSaysWhatItDoesAndHasAScript() throws Exception {
        JsonNode catalog =
                new ObjectMapper().readTree(Checkout.read(Path.of("jbang-catalog.json")));
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, JsonNode> alias : catalog.get("aliases").properties()) {
            String script = alias.getValue().path("script-ref").asText();
            if (!Files.isRegularFile(Checkout.root().resolve(script))) {
                wrong.add(alias.getKey() + ": there is no " + script);
            }
            if (alias.getValue().path("description").asText().isEmpty()) {
                wrong.add(alias.getKey() + " has no description");
            }
        }
        assertNone(wrong, "in jbang-catalog.json");
        assertEquals(".", catalog.at("/catalogs/netfix/catalog-ref").asText());
    }

    /**
     * ./jbang knows an alias by its line, to do without a JVM; JBang's own `alias add` writes other
     * lines.
     */
    @Test
    void everyAliasIsWrittenAsTheLauncherLooksForIt() throws Exception {
        Path catalog = Path.of("jbang-catalog.json");
        Set<String> lines = Checkout.read(catalog).lines().collect(Collectors.toSet());
        JsonNode aliases = new ObjectMapper().readTree(Checkout.read(catalog)).get("aliases");
        assertNone(
                aliases.properties().stream()
                        .map(Map.Entry::getKey)
                        .filter(alias -> !lines.contains("    \"" + alias + "\": {"))
                        .toList(),
                "is not on a line of its own, after four spaces, in " + catalog);
    }

    @Test
    void theTopLevelHoldsOnlyWhatBelongsThere() {
        assertNone(
                Checkout.files().stream()
                        .map(file -> file.getName(0).toString())
                        .distinct()
                        .filter(name -> !name.startsWith(".") && !TOP_LEVEL.contains(name))
                        .toList(),
                "at the top level");
    }

    @Test
    void noFileNamesARegistryOrAPathOfSomebodysMachine() {
        assertNone(
                linesOf(Checkout.files())
                        .flatMap(
                                line ->
                                        FOREIGN.entrySet().stream()
                                                .filter(
                                                        foreign ->
                                                                foreign.getKey()
                                                                        .matcher(line)
                                                                        .find())
                                                .map(
                                                        foreign ->
                                                                line
                                                                        + "   <- "
                                                                        + foreign.getValue()))
                        .toList(),
                "works on one machine only");
    }

    @Test
    void noCodeIsUnfinished() {
        assertNone(
                linesOf(Checkout.javaFiles())
                        .filter(line -> UNFINISHED.matcher(line).find())
                        .toList(),
                "unfinished or untested code");
    }

    /**
     * A test that sleeps is slow on a fast machine and wrong on a slow one. The lab waits in real
     * time.
     */
    @Test
    void noTestSleeps() {
        List<Path> tests =
                Checkout.files(
                        file ->
                                file.startsWith("tests")
                                        && file.getNameCount() == 2
                                        && file.toString().endsWith(".java"));
        assertNone(
                linesOf(tests).filter(line -> line.contains("Thread.sl" + "eep(")).toList(),
                "sleeps");
    }

    private static Pattern directive(String name, String value) {
        return Pattern.compile("^//" + name + "[ \\t]+" + value, Pattern.MULTILINE);
    }

    private static List<MatchResult> all(Pattern pattern, Path file) {
        return pattern.matcher(Checkout.read(file)).results().toList();
    }

    /** Each as FILE:LINE: TEXT. */
    private static Stream<String> linesOf(List<Path> files) {
        return files.stream()
                .flatMap(
                        file -> {
                            String[] lines = Checkout.read(file).split("\n");
                            return IntStream.range(0, lines.length)
                                    .mapToObj(i -> file + ":" + (i + 1) + ": " + lines[i].strip());
                        });
    }

    private static void assertNone(List<?> wrong, String what) {
        if (!wrong.isEmpty()) {
            fail(
                    what
                            + ":\n"
                            + wrong.stream()
                                    .map(Object::toString)
                                    .collect(Collectors.joining("\n")));
        }
    }
}
