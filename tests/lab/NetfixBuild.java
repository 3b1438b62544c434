package netfix.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * netfix as it is in the checkout, built on this machine for the virtual Pi: jars and a launcher a
 * script, for /opt/lab/netfix, where no listing of /usr/local or /etc sees them.
 */
final class NetfixBuild {

    private static final List<String> SCRIPTS = List.of("diagnose", "fix", "verify");
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private NetfixBuild() {}

    /** The disk with which a scenario's kit comes into its Pi. */
    static Path disk(Phrase.Kit kit, LabFolders folders, Path work) {
        String name = kit.name().toLowerCase(Locale.ROOT);
        try {
            Path staging = Files.createDirectories(work.resolve(name));
            if (kit != Phrase.Kit.NOTHING) {
                for (String script : SCRIPTS) {
                    build(folders, script, staging);
                }
            }
            if (kit == Phrase.Kit.CHECKOUT) {
                addCheckout(folders, staging);
            }
            Path disk = Payload.pack(staging, work.resolve(name + ".tar"));
            LabFolders.delete(staging);
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkout's own files, JBang's jar, and the artifacts that its script needs. */
    private static void addCheckout(LabFolders folders, Path staging) throws IOException {
        Path checkout = Files.createDirectories(staging.resolve("checkout"));
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
        Path repository = staging.resolve("m2");
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
        copy(Path.of(built.path("applicationJar").asText()), jars);
        for (JsonNode jar : built.path("resolvedDependencies")) {
            copy(Path.of(jar.asText()), jars);
        }
        Path launcher = staging.resolve(script);
        Files.writeString(
                launcher,
                """
                #!/bin/sh
                # Nothing hangs in an emulator, and everything is late.
                export NETFIX_PATIENCE="${NETFIX_PATIENCE:-6}"
                exec java -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 \\
                    -XX:+UseSerialGC -Xlog:disable \\
                    -cp '/opt/lab/netfix/%s-jars/*' %s "$@"
                """
                        .formatted(script, script));
        if (!launcher.toFile().setExecutable(true)) {
            throw new LabFailure("cannot make " + launcher + " executable");
        }
    }

    private static JsonNode read(String tools) {
        try {
            return JsonSocket.JSON.readTree(tools);
        } catch (JsonProcessingException e) {
            throw new LabFailure("jbang info tools: no JSON: " + tools, e);
        }
    }

    private static void copy(Path jar, Path folder) throws IOException {
        Files.copy(jar, folder.resolve(jar.getFileName()));
    }
}
