package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the machine that runs the lab must have. The packages are named in one place: the file
 * "needs".
 */
final class Needs {

    private Needs() {}

    /** The Debian packages, for whoever installs them. */
    static List<String> packages(LabFolders folders) {
        return lines(folders, "needs").map(line -> line.split(" ")[0]).distinct().toList();
    }

    /** Ends with one line that says what to install where something is missing. */
    static void check(LabFolders folders, String file) {
        List<String> missing =
                lines(folders, file)
                        .filter(line -> !onPath(line.split(" ")[1]))
                        .map(line -> line.split(" ")[0])
                        .distinct()
                        .toList();
        if (!missing.isEmpty()) {
            throw new LabFailure(
                    "the virtual Pi needs: apt-get install --no-install-recommends "
                            + String.join(" ", missing));
        }
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    static void rootFor(String what) {
        if (!isRoot()) {
            throw new LabFailure(what + " needs root: run the same command with sudo");
        }
    }

    private static Stream<String> lines(LabFolders folders, String file) {
        try {
            return Files.readAllLines(folders.sources().resolve(file)).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean onPath(String tool) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(":")),
                        Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
