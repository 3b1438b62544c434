package netfix.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files on their way into the virtual Pi: a tar archive as the third disk, /dev/vdc. It always has
 * the same size, so that a saved moment may be continued with another archive in its place.
 */
final class Payload {

    private static final long SIZE = 512L << 20;

    private Payload() {}

    /** Packs the content of folders. */
    static Path pack(Path disk, Path... folders) {
        List<String> argv =
                new ArrayList<>(
                        List.of(
                                "tar",
                                "-c",
                                "-f",
                                disk.toString(),
                                "--owner=0",
                                "--group=0",
                                "--numeric-owner"));
        for (Path folder : folders) {
            argv.addAll(List.of("-C", folder.toString(), "."));
        }
        HostCommand.output(argv);
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            if (file.length() > SIZE) {
                throw new LabFailure(
                        "too much for the virtual Pi's third disk: " + file.length() + " bytes");
            }
            file.setLength(SIZE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return disk;
    }

    static void copyTree(Path from, Path to, Predicate<Path> wanted) {
        try (Stream<Path> below = Files.walk(from)) {
            for (Path path : below.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (wanted.test(path)) {
                    Files.copy(path, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
