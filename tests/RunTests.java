///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -Xlint:all -Werror -proc:none
//DEPS info.picocli:picocli:4.7.7
//DEPS org.junit.jupiter:junit-jupiter:5.14.4
//DEPS org.junit.platform:junit-platform-launcher:1.14.4
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
//DEPS com.fasterxml.jackson.core:jackson-databind:2.19.2
//DEPS org.apache.commons:commons-compress:1.27.1
//DEPS com.google.googlejavaformat:google-java-format:1.28.0
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.code=ALL-UNNAMED
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.parser=ALL-UNNAMED
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED
//JAVA_OPTIONS --add-exports=jdk.compiler/com.sun.tools.javac.util=ALL-UNNAMED
//SOURCES ../lib/Cli.java
//SOURCES ../bootdiag.java
//SOURCES BootDiagnosticCodeTest.java
//SOURCES BootdiagTest.java
//SOURCES RecordedPi.java
//SOURCES RescueScriptTest.java
//SOURCES SdCardTest.java
//SOURCES Checkout.java
//SOURCES GoldenFile.java
//SOURCES JavaStyle.java
//SOURCES ServiceMeasuresTest.java
//SOURCES ServicesTest.java
//SOURCES BenchTest.java
//SOURCES ShellCheck.java
//SOURCES TestReport.java
//SOURCES CaptureFileTest.java
//SOURCES LiveMachineTest.java
//SOURCES BootForecastTest.java
//SOURCES ForeignOwnersTest.java
//SOURCES InPlaceTest.java
//SOURCES LinksTest.java
//SOURCES MeasuresTest.java
//SOURCES MonitorTest.java
//SOURCES NetplanRendererTest.java
//SOURCES NmConfigTest.java
//SOURCES OwnersTest.java
//SOURCES ParserFuzz.java
//SOURCES ParserFuzzTest.java
//SOURCES ParsersTest.java
//SOURCES PlanTest.java
//SOURCES PseudonymsTest.java
//SOURCES PathsTest.java
//SOURCES MemoryFolder.java
//SOURCES Texts.java
//SOURCES RecoveryTest.java
//SOURCES RedactionTest.java
//SOURCES RootedFixTest.java
//SOURCES RootedMachineTest.java
//SOURCES GeneratedSources.java
//SOURCES KeyfileReader.java
//SOURCES TakeOverBatch.java
//SOURCES TakeOverGeneratedTest.java
//SOURCES TakeOverTest.java
//SOURCES StartTest.java
//SOURCES StanzaEditTest.java
//SOURCES SurroundingsTest.java
//SOURCES TerminalTest.java
//SOURCES TransactionScriptTest.java
//SOURCES TransactionTest.java
//SOURCES VerificationTest.java
//SOURCES BrowserPages.java
//SOURCES Captures.java
//SOURCES CapturesTest.java
//SOURCES CheckoutTest.java
//SOURCES InstallTest.java
//SOURCES LookTest.java
//SOURCES CommandLineTest.java
//SOURCES GoldenFileTest.java
//SOURCES HabitsTest.java
//SOURCES JavaStyleTest.java
//SOURCES LauncherTest.java
//SOURCES ScanForecastTest.java
//SOURCES ScenarioCodesTest.java
//SOURCES SealedSourcesTest.java
//SOURCES SecretsTest.java
//SOURCES ShellCheckTest.java
//SOURCES QuietNarration.java
//SOURCES ReplayedStreams.java
//SOURCES DiagnosticFilesTest.java
//SOURCES DocumentedCommandsTest.java
//SOURCES FleetTest.java
//SOURCES HtmlReportTest.java
//SOURCES WatchBundles.java
//SOURCES WatchBundlesTest.java
//SOURCES WatchTest.java
//SOURCES WatchmanTest.java
//SOURCES WatchedPi.java
//SOURCES WatchEventsTest.java
package netfix;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs the tests: every class named ...Test that was built into this script's own jar. A new test
 * file has to be named in a //SOURCES line above; HabitsTest fails where one is not.
 */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Runs netfix's tests. Needs neither root nor the lab.")
public final class RunTests implements Callable<Integer> {

    @Parameters(
            paramLabel = "NAME",
            description = {
                "Run only these test classes, with or without the ending Test.",
                "With --format: format only these files and folders."
            })
    private List<String> names = List.of();

    @Option(
            names = "--update-golden",
            description =
                    "Rewrite the golden files from what the code does now, to be read in git diff.")
    private boolean updateGolden;

    @Option(names = "--format", description = "Format the Java files, and run nothing.")
    private boolean format;

    @Option(
            names = "--slowest",
            paramLabel = "N",
            description = "Say at the end what took longest, N lines.")
    private int slowest;

    /** Held on to: the logging framework forgets the level of a logger that nobody holds. */
    private static final Logger JUNIT_LOG = Logger.getLogger("org.junit");

    public static void main(String[] args) {
        // It warns of every link in a temporary folder that it deletes; a card's root is full of
        // them.
        JUNIT_LOG.setLevel(Level.SEVERE);
        System.exit(new CommandLine(new RunTests()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (format) {
            return format();
        }
        if (updateGolden) {
            GoldenFile.update();
        }
        Launcher launcher = LauncherFactory.create();
        Set<String> unknown = unknownNames(launcher);
        if (!unknown.isEmpty()) {
            System.err.println("test: no test class is named " + String.join(", ", unknown));
            return 2;
        }
        TestReport report = new TestReport(System.out, Terminal.isTerminal(1));
        launcher.execute(request(wanted()), report);
        report.slowest(slowest);
        return report.finish() ? 0 : 1;
    }

    private int format() throws IOException {
        List<Path> wanted =
                names.stream().map(name -> Path.of(name).toAbsolutePath().normalize()).toList();
        List<Path> meant =
                Checkout.files(
                        file ->
                                file.toString().endsWith(".java")
                                        && (wanted.isEmpty()
                                                || wanted.stream()
                                                        .anyMatch(
                                                                Checkout.root().resolve(file)
                                                                        ::startsWith)));
        for (Path file : meant) {
            if (!JavaStyle.isFormatted(file)) {
                JavaStyle.rewrite(file);
                System.out.println("formatted " + file);
            }
        }
        if (meant.isEmpty()) {
            System.err.println(
                    "test: no Java file of this checkout is in " + String.join(", ", names));
            return 2;
        }
        return 0;
    }

    private Set<String> unknownNames(Launcher launcher) {
        return names.stream()
                .filter(name -> !launcher.discover(request(classNamed(name))).containsTests())
                .collect(Collectors.toSet());
    }

    private String wanted() {
        return names.isEmpty()
                ? ".*Test"
                : names.stream().map(RunTests::classNamed).collect(Collectors.joining("|"));
    }

    private static String classNamed(String name) {
        return "(.*[.])?" + Pattern.quote(name.replaceFirst("Test$", "")) + "Test";
    }

    private static LauncherDiscoveryRequest request(String classPattern) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClasspathRoots(Set.of(ownJar())))
                .filters(includeClassNamePatterns(classPattern))
                // A test that hangs is a failed test, not a hung run. A machine that is busy, or a
                // Pi, needs minutes for some: to build a script, to cut the fix off everywhere.
                .configurationParameter("junit.jupiter.execution.timeout.default", "10 m")
                // Classes side by side, the tests of one in a row: nothing is shared between
                // classes.
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
                .build();
    }

    private static Path ownJar() {
        Path jar =
                Path.of(
                        RunTests.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath());
        if (!Files.exists(jar)) {
            throw new IllegalStateException("the tests' own jar is not where it was: " + jar);
        }
        return jar;
    }
}
