package netfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folders under tests/captures. */
final class Captures {

    static final Path FOLDER = Path.of("tests", "captures");

    private Captures() {}

    static List<String> names() {
        return names(FOLDER);
    }

    /** The folders in one of the checkout's. */
    static List<String> names(Path folder) {
        try (Stream<Path> all = Files.list(Checkout.root().resolve(folder))) {
            return all.filter(Files::isDirectory)
                    .map(dir -> dir.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file as diagnose wrote it, or, where one wants to read it, what was in it. */
    static Path file(String name) {
        Path folder = Checkout.root().resolve(FOLDER).resolve(name);
        Path packed = folder.resolve("capture.tar.gz");
        return Files.exists(packed) ? packed : folder;
    }

    static Diagnosis diagnosis(String name) {
        Capture capture = CaptureFile.load(file(name));
        return Diagnosis.of(Look.at(new ReplayedMachine(capture, name), Progress.silent()));
    }
}
