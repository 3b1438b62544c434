package netfix.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * netfix as it is in the checkout, built on this machine for the virtual Pi: jars and a launcher a
 * script, for /opt/lab/netfix, where no listing of /usr/local or /etc sees them.
 */
final class NetfixBuild {

    private static final List<String> SCRIPTS = List.of("diagnose");
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private NetfixBuild() {}

    /** The disk with which netfix comes into a virtual Pi. */
    static Path disk(LabFolders folders, Path work) {
        try {
            Path staging = Files.createDirectories(work.resolve("netfix"));
            for (String script : SCRIPTS) {
                build(folders, script, staging);
            }
            return Payload.pack(staging, work.resolve("netfix.tar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A disk with nothing on it, for scenarios that do not ask netfix. */
    static Path emptyDisk(Path work) {
        try {
            return Payload.pack(
                    Files.createDirectories(work.resolve("nothing")), work.resolve("nothing.tar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void build(LabFolders folders, String script, Path staging) throws IOException {
        // A cache of its own: the Pi's Java may be older than this machine's, and JBang's cache does
        // not tell a jar for 17 from one for 25.
        Map<String, String> environment =
                Map.of("JBANG_CACHE_DIR", folders.cache("jbang").toString());
        String jbang = folders.checkout().resolve("jbang").toString();
        String source = folders.checkout().resolve(script + ".java").toString();
        HostCommand.output(
                List.of(jbang, "build", "-C=--release=17", source), environment, LIMIT);
        String tools =
                HostCommand.output(List.of(jbang, "info", "tools", source), environment, LIMIT);
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
                exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable \\
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
