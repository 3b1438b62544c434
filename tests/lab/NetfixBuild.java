package netfix.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * netfix as it is in the checkout, built on this machine for the virtual Pi: jars and a launcher a
 * script, for /opt/lab/netfix, where no listing of /usr/local or /etc sees them.
 */
final class NetfixBuild {

    /**
     * A script for the Pi.
     *
     * @param starts the arguments of starts that change nothing and load what any start loads: the
     *     archive of its classes is made from them ({@link ClassArchives})
     */
    record Script(String name, List<String> starts) {}

    private static final String HEALTHY =
            "--from /opt/lab/captures/healthy-bookworm/capture.tar.gz";
    private static final String ILL = "--from /opt/lab/captures/lost-at-next-boot/capture.tar.gz";

    static final List<Script> SCRIPTS =
            List.of(
                    new Script(
                            "diagnose", List.of("--watch 0", "--json --watch 0 " + HEALTHY, ILL)),
                    new Script("fix", List.of("--dry-run")),
                    new Script("verify", List.of("", ILL)),
                    new Script("bootdiag", List.of("--help")));

    /** Folders of a kit that hold a checkout and the artifacts for it. */
    static final String CHECKOUT = "checkout";

    static final String REPOSITORY = "m2";

    /** In an archive of classes Java notes the time of each jar. */
    private static final FileTime SAME_TIME = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private NetfixBuild() {}

    /** A folder with all that a scenario's kit brings into its Pi. */
    static Path kit(Phrase.Kit kit, LabFolders folders, Path work) {
        try {
            Path folder =
                    Files.createDirectories(work.resolve(kit.name().toLowerCase(Locale.ROOT)));
            if (kit != Phrase.Kit.NOTHING) {
                for (Script script : SCRIPTS) {
                    build(folders, script.name(), folder);
                }
            }
            if (kit == Phrase.Kit.CHECKOUT) {
                addCheckout(folders, folder);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkout's own files, JBang's jar, and the artifacts that its script needs. */
    private static void addCheckout(LabFolders folders, Path staging) throws IOException {
        Path checkout = Files.createDirectories(staging.resolve(CHECKOUT));
        String root = folders.checkout().toString();
        String files =
                HostCommand.output(
                        List.of(
                                "git",
                                "-C",
                                root,
                                "ls-files",
                                "-z",
                                "--cached",
                                "--others",
                                "--exclude-standard"));
        for (String file : files.split("\0")) {
            Path from = folders.checkout().resolve(file);
            if (Files.isRegularFile(from)) {
                Path to = checkout.resolve(file);
                Files.createDirectories(to.getParent());
                Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Path repository = staging.resolve(REPOSITORY);
        Path cache = staging.resolve("jbang-cache");
        HostCommand.output(
                List.of(checkout.resolve("jbang").toString(), "build", "diagnose.java"),
                Map.of(
                        "JBANG_REPO",
                        repository.toString(),
                        "JBANG_CACHE_DIR",
                        cache.toString(),
                        "JBANG_DIR",
                        cache.toString()),
                checkout,
                LIMIT);
        LabFolders.delete(cache);
        Path jar = folders.checkout().resolve(".jbang/jbang.jar");
        if (!Files.isRegularFile(checkout.resolve(".jbang/jbang.jar"))
                && Files.isRegularFile(jar)) {
            Files.createDirectories(checkout.resolve(".jbang"));
            Files.copy(jar, checkout.resolve(".jbang/jbang.jar"));
        }
    }

    private static void build(LabFolders folders, String script, Path staging) throws IOException {
        // A cache of its own: the Pi's Java may be older than this machine's, and JBang's cache
        // does
        // not tell a jar for 17 from one for 25.
        Map<String, String> environment =
                Map.of("JBANG_CACHE_DIR", folders.cache("jbang").toString());
        String jbang = folders.checkout().resolve("jbang").toString();
        String source = folders.checkout().resolve(script + ".java").toString();
        HostCommand.output(
                List.of(jbang, "build", "-C=--release=17", source),
                environment,
                folders.checkout(),
                LIMIT);
        String tools =
                HostCommand.output(
                        List.of(jbang, "info", "tools", source),
                        environment,
                        folders.checkout(),
                        LIMIT);
        JsonNode built = read(tools.substring(Math.max(0, tools.indexOf('{'))));
        Path jars = Files.createDirectories(staging.resolve(script + "-jars"));
        List<String> classpath = new ArrayList<>();
        classpath.add(copy(Path.of(built.path("applicationJar").asText()), jars));
        for (JsonNode jar : built.path("resolvedDependencies")) {
            classpath.add(copy(Path.of(jar.asText()), jars));
        }
        // Not a wildcard, whose order is the disk's: an archive of classes is for one class path.
        Files.writeString(
                staging.resolve(script + ".classpath"),
                classpath.stream()
                                .map(jar -> "/opt/lab/netfix/" + script + "-jars/" + jar)
                                .collect(Collectors.joining(":"))
                        + "\n");
        Path launcher = staging.resolve(script);
        Files.writeString(
                launcher,
                """
                #!/bin/sh
                # Nothing hangs in an emulator, and everything is late.
                export NETFIX_PATIENCE="${NETFIX_PATIENCE:-6}"
                read -r classpath < /opt/lab/netfix/%1$s.classpath
                # With an archive that is not there Java would do without its own one, too.
                archive=/opt/lab/netfix/%1$s.jsa
                [ -r "$archive" ] || archive=
                # VFORK: each command would start by way of jspawnhelper, a tenth of an emulated look.
                exec java %2$s -Djdk.lang.Process.launchMechanism=VFORK \\
                    ${archive:+"-XX:SharedArchiveFile=$archive"} -cp "$classpath" %1$s "$@"
                """
                        .formatted(script, javaOptions(folders.checkout(), script)));
        if (!launcher.toFile().setExecutable(true)) {
            throw new LabFailure("cannot make " + launcher + " executable");
        }
    }

    private static final String JAVA_OPTIONS = "//JAVA_OPTIONS ";

    /** As the script asks for them. */
    private static String javaOptions(Path checkout, String script) throws IOException {
        try (Stream<String> lines = Files.lines(checkout.resolve(script + ".java"))) {
            return lines.filter(line -> line.startsWith(JAVA_OPTIONS))
                    .map(line -> line.substring(JAVA_OPTIONS.length()))
                    .collect(Collectors.joining(" "));
        }
    }

    private static JsonNode read(String tools) {
        try {
            return JsonSocket.JSON.readTree(tools);
        } catch (JsonProcessingException e) {
            throw new LabFailure("jbang info tools: no JSON: " + tools, e);
        }
    }

    /** The name of the copy. */
    private static String copy(Path jar, Path folder) throws IOException {
        Path copy = Files.copy(jar, folder.resolve(jar.getFileName()));
        Files.setLastModifiedTime(copy, SAME_TIME);
        return copy.getFileName().toString();
    }
}
