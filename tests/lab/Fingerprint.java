package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a cached thing was made from: another fingerprint, another thing. */
final class Fingerprint {

    private final MessageDigest digest;

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    Fingerprint text(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return this;
    }

    Fingerprint file(Path file) {
        try {
            text(file.getFileName().toString());
            digest.update(Files.readAllBytes(file));
            digest.update((byte) (Files.isExecutable(file) ? 1 : 0));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every file below a folder, by name; a folder that is not there counts as empty. */
    Fingerprint tree(Path folder) {
        return tree(folder, file -> true);
    }

    Fingerprint tree(Path folder, Predicate<Path> wanted) {
        if (!Files.isDirectory(folder)) {
            return text("no " + folder.getFileName());
        }
        try (Stream<Path> below = Files.walk(folder)) {
            List<Path> files = below.filter(Files::isRegularFile).filter(wanted).sorted().toList();
            for (Path file : files) {
                text(folder.relativize(file).toString()).file(file);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first 16 hex digits: enough to tell a handful of cached things apart. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }
}
