package netfix.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which btwifiset the virtual Pi has: the stand-in of tests/lab/phone, or the real one.
 *
 * @param real the folder of the real one, or null
 */
record BtWifiSet(Path real) {

    static BtWifiSet standIn() {
        return new BtWifiSet(null);
    }

    static BtWifiSet in(Path folder) {
        if (!Files.isRegularFile(folder.resolve("btwifiset.py"))) {
            throw new LabFailure("--btwifiset " + folder + ": no file btwifiset.py in it");
        }
        return new BtWifiSet(folder.toAbsolutePath());
    }

    boolean isReal() {
        return real != null;
    }

    String fingerprint() {
        return real == null ? "stand-in" : new Fingerprint().file(program()).hex();
    }

    /** Where it is found in the Pi while the start state is prepared; empty for the stand-in. */
    String guestFolder() {
        return real == null ? "" : "/opt/lab/btwifiset";
    }

    void copyTo(Path staging) throws IOException {
        if (real != null) {
            Path folder = Files.createDirectories(staging.resolve("btwifiset"));
            Files.copy(program(), folder.resolve("btwifiset.py"));
        }
    }

    String shown() {
        return real == null ? "stand-in" : "real";
    }

    private Path program() {
        return real.resolve("btwifiset.py");
    }
}
