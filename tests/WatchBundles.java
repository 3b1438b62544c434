package netfix;

import java.nio.file.Path;
import java.util.List;

/** The folders under tests/watches. */
final class WatchBundles {

    static final Path FOLDER = Path.of("tests", "watches");

    private WatchBundles() {}

    static List<String> names() {
        return Captures.names(FOLDER);
    }

    static Aftermath aftermath(String name) {
        Path bundle = Checkout.root().resolve(FOLDER).resolve(name).resolve("bundle.tar.gz");
        return Aftermath.of(
                new ReplayedMachine(CaptureFile.load(bundle), name).watched().orElseThrow());
    }
}
