package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Every folder under tests/captures is a capture of a real machine's state, made in the lab or sent
 * in from the field, with the report that it must give. A field bug becomes a test by copying a
 * capture there.
 */
class CapturesTest {

    static List<String> captures() {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void givesItsReport(String name) throws IOException {
        GoldenFile.check(
                Captures.FOLDER.resolve(name).resolve("report.txt"),
                TextReport.of(Captures.diagnosis(name), new Terminal(false)));
    }

    /**
     * Their names say what they are, so that a golden file regenerated without a look does not
     * pass.
     */
    @ParameterizedTest
    @MethodSource("captures")
    void isWhatItsNameSays(String name) {
        Diagnosis d = Captures.diagnosis(name);
        if (name.startsWith("healthy-")) {
            assertEquals(Diagnosis.Verdict.HEALTHY, d.verdict());
            assertEquals(List.of(), d.findings().errors());
        } else {
            String code = code(name);
            List<Finding> named =
                    d.findings().found().stream().filter(f -> f.row().code().equals(code)).toList();
            assertFalse(named.isEmpty(), code + " is not found in it");
            // A warning is of what is not broken.
            assertFalse(
                    d.verdict() == Diagnosis.Verdict.HEALTHY
                            && named.stream().anyMatch(Finding::isError));
            assertEquals(
                    named.stream().anyMatch(Finding::isError),
                    d.verdict() == Diagnosis.Verdict.PROBLEMS);
        }
    }

    private static String code(String name) {
        return name.replaceFirst("~.*", "");
    }

    /**
     * Rows of the table that no capture has, and why none can be had. A row that gets one, or a new
     * row without one, has to be reckoned with here.
     */
    private static final Map<String, String> WITHOUT =
            Map.ofEntries(Map.entry("wifi-firmware-crashed", "a virtual Pi has no such radio"));

    @Test
    void everyRowOfTheTableHasACapture() {
        Set<String> rows =
                Findings.TABLE.stream().map(FindingRow::code).collect(Collectors.toSet());
        Set<String> found =
                captures().stream()
                        .map(Captures::diagnosis)
                        .flatMap(d -> d.findings().found().stream())
                        .map(f -> f.row().code())
                        .collect(Collectors.toSet());
        Set<String> without = new TreeSet<>(rows);
        without.removeAll(found);
        assertEquals(new TreeSet<>(WITHOUT.keySet()), without);
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
        try (Stream<Path> files =
                Files.walk(Checkout.root().resolve(Captures.FOLDER).resolve(name))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertFalse(text(file).contains("correct horse"), file.toString());
            }
        }
    }
}
