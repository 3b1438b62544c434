package netfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What install brings: the scripts and lib, JBang, and the repository in which what they are built
 * with lies on the machine that this runs on.
 *
 * @param texts by their path in {@link Installation#FOLDER}
 * @param jbang the jar
 * @param repository a local Maven repository
 * @param build what JBang has built these scripts into, by its path in JBang's cache, whose name is
 *     a hash of the sources; empty where another Java than the system's has built it
 */
record Parcel(
        Map<String, byte[]> texts,
        byte[] jbang,
        Path repository,
        Map<String, byte[]> build,
        Map<String, byte[]> jars) {

    static final String JAR = ".jbang/jbang.jar";

    /**
     * @throws BadInput where JBang's jar is not found
     */
    static Parcel ofThisRun() {
        Map<String, byte[]> texts = new TreeMap<>(Installation.sources());
        Path repository = repository(System.getProperty("java.class.path"));
        return new Parcel(
                texts,
                jar(repository, text(texts, "jbang")),
                repository,
                ownBuild(),
                Installation.jars());
    }

    private static Map<String, byte[]> ownBuild() {
        Path jar = Installation.jar();
        boolean systems = System.getProperty("java.home").startsWith("/usr/lib/jvm/");
        if (!systems || !jar.getParent().getFileName().toString().startsWith("Install.java.")) {
            return Map.of();
        }
        try {
            Path jars = jar.getParent().getParent();
            return Map.of(jars.relativize(jar).toString(), Files.readAllBytes(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Map<String, byte[]> texts, String name) {
        return new String(texts.get(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * bootdiag's launcher, which is no script's like the others: it works without Java and wherever
     * it is copied to. bootdiag.java, which has to be one file, holds it as a text block.
     */
    byte[] bootDiagnostic() {
        String source = text(texts, "bootdiag.java");
        String quotes = "\"".repeat(3);
        int name = source.indexOf("String LAUNCHER =");
        int begin = source.indexOf(quotes, name) + quotes.length() + 1;
        int end = source.indexOf(quotes, begin);
        return bytes(source.substring(begin, end).stripIndent().translateEscapes());
    }

    /** The launcher's text for a script. */
    byte[] launcher(Script script) {
        return bytes(
                text(texts, "lib/launcher.sh")
                        .replaceFirst("(?m)^script=$", "script=" + script.name()));
    }

    /** Where JBang found the libraries that this runs with. */
    static Path repository(String classPath) {
        for (String entry : classPath.split(":")) {
            int at = entry.indexOf("/info/picocli/picocli/");
            if (at > 0) {
                return Path.of(entry.substring(0, at));
            }
        }
        throw new BadInput(
                "no Maven repository is on the class path; start install by ./jbang install");
    }

    /** The one that ./jbang is pinned to: it was fetched into the checkout, or by Maven. */
    private static byte[] jar(Path repository, String wrapper) {
        String version = pinned(wrapper, "version");
        List<Path> places = new ArrayList<>();
        Optional.ofNullable(System.getenv("JBANG_LAUNCH_CMD"))
                .map(launcher -> Path.of(launcher).resolveSibling(JAR))
                .ifPresent(places::add);
        places.add(
                repository.resolve(
                        "dev/jbang/jbang-cli/" + version + "/jbang-cli-" + version + "-all.jar"));
        // Where the checkout is somebody else's, its caller keeps it: ~/.m2/repository lies in a
        // home.
        if (repository.getNameCount() > 2) {
            places.add(repository.resolve("../../.cache/netfix/jbang.jar"));
        }
        try {
            for (Path place : places) {
                if (Files.isReadable(place)) {
                    byte[] jar = Files.readAllBytes(place);
                    if (Installation.sha256(jar).equals(pinned(wrapper, "sha256"))) {
                        return jar;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new BadInput(
                "the jar of JBang "
                        + version
                        + " is not here; ./jbang install fetches it (once, with a network)");
    }

    /** What ./jbang is pinned to: version or sha256. */
    static String pinned(String name) {
        return pinned(text(Installation.sources(), "jbang"), name);
    }

    private static String pinned(String wrapper, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + "=(\\S+)$").matcher(wrapper);
        if (!line.find()) {
            throw new IllegalStateException("./jbang says no " + name);
        }
        return line.group(1);
    }
}
