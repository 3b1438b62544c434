package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

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

    /** The file as diagnose wrote it, or, where one wants to read it, what was in it. */
    private static Path capture(String name) {
        Path folder = Checkout.root().resolve(FOLDER).resolve(name);
        Path packed = folder.resolve("capture.tar.gz");
        return Files.exists(packed) ? packed : folder;
    }

    private static Diagnosis diagnosis(String name) {
        Capture capture = CaptureFile.load(capture(name));
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

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                InputStream plain =
                        file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(plain.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void holdsNoPassphrase(String name) throws IOException {
        try (Stream<Path> files = Files.walk(Checkout.root().resolve(FOLDER).resolve(name))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertFalse(text(file).contains("correct horse"), file.toString());
            }
        }
    }
}
