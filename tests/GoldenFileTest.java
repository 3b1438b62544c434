package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class GoldenFileTest {

    @TempDir Path folder;

    @Test
    void passesWhereTheFileHoldsTheText() throws Exception {
        Path file = Files.writeString(folder.resolve("report.txt"), "healthy\n");
        assertFalse(GoldenFile.check(file, "healthy\n", true), "rewritten without need");
        GoldenFile.check(file, "healthy\n", false);
    }

    @Test
    void failsWhereItDiffersAndKeepsTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("report.txt"), "healthy\n");
        AssertionError error =
                assertThrows(AssertionError.class, () -> GoldenFile.check(file, "broken\n", false));
        assertTrue(error.getMessage().contains("report.txt differs"), error.getMessage());
        assertEquals("healthy\n", Files.readString(file));
    }

    @Test
    void failsWhereThereIsNone() {
        assertThrows(
                AssertionError.class,
                () -> GoldenFile.check(folder.resolve("none.txt"), "healthy\n", false));
    }

    @Test
    void writesItWhenAskedTo() throws Exception {
        Path file = folder.resolve("new/report.txt");
        assertTrue(GoldenFile.check(file, "broken\n", true));
        assertEquals("broken\n", Files.readString(file));
    }
}
