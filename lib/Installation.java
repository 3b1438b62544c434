//FILES netfix/src/lib/=*.java
//FILES netfix/src/lib/=*.sh
//FILES netfix/src/=../*.java
//FILES netfix/src/jbang-catalog.json=../jbang-catalog.json
//FILES netfix/src/jbang=../jbang
//FILES netfix/transaction.sh=transaction.sh
//FILES netfix/src/lib/rescue.sh=rescue.sh
//FILES netfix/rescue.sh=rescue.sh
package netfix;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * netfix's own files where no unit has to name a checkout, a home or a cache. They come along as
 * resources of the jar that JBang builds, so they are at hand however netfix was started.
 */
final class Installation {

    static final String FOLDER = "/usr/local/lib/netfix";

    /** The sha256 over the scripts and lib. */
    static final String STAMP = FOLDER + "/BUILD";

    private static final String INSIDE = "netfix/src/";

    /** Empty until it is asked for; a jar does not change while it runs. */
    private static Map<String, byte[]> sources = Map.of();

    private Installation() {}

    static Fulfilment standing(Scene scene) {
        Reading<String> stamp = scene.ground().text(STAMP);
        // What install put there has its owner's edits in it, and its updates come with install.
        return scene.ground().text(Installed.FILE).value().isPresent()
                ? Fulfilment.inPlace()
                : Fulfilment.where(stamp, () -> standing(stamp));
    }

    private static Fulfilment standing(Reading<String> stamp) {
        return stamp.orElse("").strip().equals(stamp())
                ? Fulfilment.inPlace()
                : Fulfilment.missing(
                        List.of(
                                stamp.isAbsent()
                                        ? "netfix is not in " + FOLDER
                                        : FOLDER + " holds another version of netfix"));
    }

    static List<Plan.Draft> changes(Scene scene) {
        Map<String, byte[]> files = new TreeMap<>(sources());
        files.put("BUILD", (stampOf(files) + "\n").getBytes(StandardCharsets.UTF_8));
        jars().forEach((name, jar) -> files.put("jars/" + name, jar));
        return List.of(Plan.Phase.INSTALL.with(new Change.Tree(FOLDER, files, "netfix itself")));
    }

    /** The scripts and lib by their path in the checkout. */
    static synchronized Map<String, byte[]> sources() {
        if (sources.isEmpty()) {
            sources = read();
        }
        return sources;
    }

    /** What this runs with, by name. */
    static Map<String, byte[]> jars() {
        Map<String, byte[]> jars = new TreeMap<>();
        try {
            for (String entry : System.getProperty("java.class.path").split(":")) {
                Path jar = Path.of(entry);
                if (Files.isRegularFile(jar)) {
                    jars.put(jar.getFileName().toString(), Files.readAllBytes(jar));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jars;
    }

    /** The jar that this runs from. */
    static Path jar() {
        try {
            return Path.of(
                    Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> read() {
        try {
            Map<String, byte[]> files = new TreeMap<>();
            try (JarFile in = new JarFile(jar().toFile())) {
                for (JarEntry entry : Collections.list(in.entries())) {
                    if (entry.getName().startsWith(INSIDE) && !entry.isDirectory()) {
                        try (InputStream bytes = in.getInputStream(entry)) {
                            files.put(
                                    entry.getName().substring(INSIDE.length()),
                                    bytes.readAllBytes());
                        }
                    }
                }
            }
            if (files.isEmpty()) {
                throw new BadInput(
                        "netfix's sources are not in its jar; start it from a checkout (./jbang"
                                + " fix)");
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The sha256 over the scripts and lib that this was built from. */
    static String stamp() {
        return stampOf(sources());
    }

    private static String stampOf(Map<String, byte[]> files) {
        MessageDigest digest = digest();
        new TreeMap<>(files)
                .forEach(
                        (name, content) -> {
                            digest.update(name.getBytes(StandardCharsets.UTF_8));
                            digest.update((byte) 0);
                            digest.update(content);
                        });
        return HexFormat.of().formatHex(digest.digest());
    }

    /** In hexadecimal digits, as sha256sum prints it. */
    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
