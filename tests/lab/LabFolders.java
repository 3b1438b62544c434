package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Where the lab's own files are and where it keeps what it makes.
 *
 * @param checkout the root of netfix's checkout
 * @param cache what can be made again: images, saved moments, downloaded packages, run folders
 */
record LabFolders(Path checkout, Path cache) {

    /** The checkout is found from the working folder upwards, or named by NETFIX_CHECKOUT. */
    static LabFolders find() {
        String named = System.getenv("NETFIX_CHECKOUT");
        Path start = Path.of(named == null || named.isEmpty() ? "." : named).toAbsolutePath();
        for (Path at = start.normalize(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("tests/lab/image/build.sh"))) {
                return new LabFolders(at, cacheFolder());
            }
        }
        throw new LabFailure(
                "not in a checkout of netfix: run this in one, or set NETFIX_CHECKOUT to it");
    }

    private static Path cacheFolder() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg == null || xdg.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(xdg);
        return base.resolve("netfix-lab");
    }

    Path sources() {
        return checkout.resolve("tests/lab");
    }

    /** A folder of the cache, made where it is missing. */
    Path cache(String name) {
        try {
            return Files.createDirectories(cache.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Something in the cache is being used: it is not old. */
    static void markUsed(Path folder) {
        try {
            Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean unusedFor(Path folder, Duration time) {
        try {
            return Files.getLastModifiedTime(folder)
                    .toInstant()
                    .isBefore(Instant.now().minus(time));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder and all below it. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> below = Files.walk(folder)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
