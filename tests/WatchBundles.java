package netfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folders under tests/watches. */
final class WatchBundles {

    static final Path FOLDER = Path.of("tests", "watches");

    private WatchBundles() {}

    static List<String> names() {
        try (Stream<Path> all = Files.list(Checkout.root().resolve(FOLDER))) {
            return all.map(dir -> dir.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Aftermath aftermath(String name) {
        Path bundle = Checkout.root().resolve(FOLDER).resolve(name).resolve("bundle.tar.gz");
        return Aftermath.of(
                new ReplayedMachine(CaptureFile.load(bundle), name).watched().orElseThrow());
    }
}
