package netfix;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A temporary folder in memory, where there is one in which programs may be started: what syncs a
 * thousand times waits for the disk for minutes otherwise, and proves nothing by it.
 */
final class MemoryFolder implements TempDirFactory {

    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
            throws IOException {
        return startsPrograms()
                ? Files.createTempDirectory(MEMORY, "netfix")
                : Files.createTempDirectory("netfix");
    }

    /** access(2) says no of a mount with noexec, which a container's is as a rule. */
    private static boolean startsPrograms() throws IOException {
        if (!Files.isWritable(MEMORY)) {
            return false;
        }
        Path program =
                Files.createTempFile(
                        MEMORY,
                        "netfix",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        try {
            return Files.isExecutable(program);
        } finally {
            Files.delete(program);
        }
    }
}
