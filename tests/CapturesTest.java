package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every folder under tests/captures is a capture of a real machine's state, made in the lab or sent
 * in from the field, with the report that it must give. A field bug becomes a test by copying a
 * capture there.
 */
class CapturesTest {

    private static final Path FOLDER = Path.of("tests", "captures");

    static Stream<String> captures() throws IOException {
        try (Stream<Path> all = Files.list(Checkout.root().resolve(FOLDER))) {
            List<String> names =
                    all.filter(Files::isDirectory)
                            .map(dir -> dir.getFileName().toString())
                            .sorted()
                            .toList();
            return names.stream();
        }
    }

    private static Diagnosis diagnosis(String name) {
        Capture capture = CaptureFile.load(Checkout.root().resolve(FOLDER).resolve(name));
        return Diagnosis.of(Look.at(new ReplayedMachine(capture, name), Progress.silent()));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void givesItsReport(String name) throws IOException {
        GoldenFile.check(
                FOLDER.resolve(name).resolve("report.txt"),
                TextReport.of(diagnosis(name), new Terminal(false)));
    }

    /**
     * Their names say what they are, so that a golden file regenerated without a look does not
     * pass.
     */
    @ParameterizedTest
    @MethodSource("captures")
    void isWhatItsNameSays(String name) {
        Diagnosis d = diagnosis(name);
        if (name.startsWith("healthy-")) {
            assertEquals(Diagnosis.Verdict.HEALTHY, d.verdict());
            assertEquals(List.of(), d.findings().errors());
        } else {
            assertEquals(Diagnosis.Verdict.PROBLEMS, d.verdict());
            String code = name.replaceFirst("~.*", "");
            assertEquals(
                    List.of(code),
                    d.findings().found().stream()
                            .map(f -> f.row().code())
                            .filter(code::equals)
                            .distinct()
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void holdsNoPassphrase(String name) throws IOException {
        try (Stream<Path> files = Files.walk(Checkout.root().resolve(FOLDER).resolve(name))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertFalse(Files.readString(file).contains("correct horse"), file.toString());
            }
        }
    }
}
