package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that holds what the code is expected to produce. {@code ./jbang test --update-golden}, or
 * GOLDEN=update in the environment, writes them all anew; what changed is then read in {@code git
 * diff}.
 */
final class GoldenFile {

    private static boolean updating = "update".equals(System.getenv("GOLDEN"));

    private GoldenFile() {}

    /** From here on {@link #check} writes instead of comparing. */
    static void update() {
        updating = true;
    }

    /**
     * Fails where the text is not what the file holds, or where there is no such file.
     *
     * @param file relative to the checkout's top folder, such as {@code
     *     tests/cases/healthy/report.txt}
     */
    static void check(Path file, String actual) throws IOException {
        if (check(Checkout.root().resolve(file), actual, updating)) {
            System.out.println("golden file written: " + file);
        }
    }

    /** As above; returns whether it wrote the file. */
    static boolean check(Path file, String actual, boolean update) throws IOException {
        String expected =
                Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : null;
        if (actual.equals(expected)) {
            return false;
        }
        if (update) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, actual, StandardCharsets.UTF_8);
            return true;
        }
        assertNotNull(
                expected,
                () -> "no golden file " + file + " yet; ./jbang test --update-golden writes it");
        assertEquals(
                expected,
                actual,
                () -> file + " differs; if it should, ./jbang test --update-golden and git diff");
        return false;
    }
}
