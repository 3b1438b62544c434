package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.file.StandardOpenOption.APPEND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * ./jbang in a checkout of its own, with a script that prints its arguments, and an empty JBang
 * cache.
 */
class LauncherTest {

    private static final String CATALOG =
            """
            {
              "aliases": {
                "echo": {
                  "script-ref": "echo.java",
                  "description": "Print the arguments"
                }
              }
            }
            """;

    private static final String SCRIPT =
            """
            //JAVA 17+
            class echo {
                public static void main(String[] args) {
                    for (String arg : args) System.out.print("<" + arg + ">");
                    System.exit(args.length);
                }
            }
            """;

    /** What ./jbang cannot do without, and finds on every Linux. */
    private static final List<String> TOOLS =
            List.of(
                    "cat",
                    "cp",
                    "cut",
                    "dirname",
                    "env",
                    "flock",
                    "getent",
                    "grep",
                    "head",
                    "id",
                    "mkdir",
                    "mktemp",
                    "mv",
                    "readlink",
                    "rm",
                    "sed",
                    "sha256sum",
                    "sort",
                    "stat",
                    "tail",
                    "uname",
                    "chmod");

    /** Shared, so that the script is built once and not for every test. */
    @TempDir static Path jbangHome;

    @TempDir Path folder;
    private Path checkout;

    @BeforeEach
    void copyTheLauncher() throws Exception {
        checkout = Files.createDirectories(folder.resolve("a check out"));
        Files.copy(Checkout.root().resolve("jbang"), checkout.resolve("jbang"));
        Files.writeString(checkout.resolve("jbang-catalog.json"), CATALOG);
        Files.writeString(checkout.resolve("echo.java"), SCRIPT);
        Path jar = Checkout.root().resolve(".jbang/jbang.jar");
        if (Files.exists(jar)) {
            Files.createDirectory(checkout.resolve(".jbang"));
            Files.copy(jar, checkout.resolve(".jbang/jbang.jar"));
        }
    }

    @Test
    void handsArgumentsOnAsTheyAreFromAnyFolder() throws Exception {
        List<String> hostile = List.of("a b", "", "it's", "$HOME `id` \\", "*", "line\\nline\n");
        ProcessResult result = start("echo", hostile).get();
        assertEquals("<" + String.join("><", hostile) + ">", result.outputUTF8());
        assertEquals(hostile.size(), result.getExitValue());
    }

    /**
     * A serial console, cron and a bare unit have no locale; names of files are UTF-8 there too.
     */
    @Test
    void namesAreUtf8WhateverTheLocale() throws Exception {
        ProcessResult result =
                executor("echo", List.of("Caf\u00e9 \u2615"))
                        .environment(Map.of("LC_ALL", "C", "LANG", "C"))
                        .execute();
        assertEquals("<Caf\u00e9 \u2615>", result.outputUTF8());
    }

    @Test
    void takesTheAliasInEveryFormThatJBangTakes() throws Exception {
        List<String> form = List.of("run", "echo@netfix", "x");
        assertEquals("<x>", start("--offline", form).get().outputUTF8());
    }

    /** Once netfix is installed, the jbang on PATH is a copy of this one, with the same lock. */
    @Test
    void doesNotAskACopyOfItselfForItsVersion() throws Exception {
        Path installed = Files.createDirectories(folder.resolve("installed")).resolve("jbang");
        Files.copy(checkout.resolve("jbang"), installed, StandardCopyOption.COPY_ATTRIBUTES);
        Files.createSymbolicLink(tools().resolve("jbang"), installed);
        ProcessResult result =
                executor("echo", List.of("x"))
                        .environment("PATH", tools() + ":" + System.getenv("PATH"))
                        .timeout(60, TimeUnit.SECONDS)
                        .execute();
        assertEquals("<x>", result.outputUTF8());
    }

    /**
     * JBang itself fails at this: one of two cold builds reads the half-written jar of the other.
     */
    @Test
    void buildsOneAtATime() throws Exception {
        Files.writeString(checkout.resolve("echo.java"), SCRIPT + "// not built yet\n");
        List<Future<ProcessResult>> both =
                List.of(start("echo", List.of("1")), start("echo", List.of("2")));
        assertEquals("<1>", both.get(0).get().outputUTF8());
        assertEquals("<2>", both.get(1).get().outputUTF8());
    }

    /** The first start lists its classes, the second makes the archive, the third finds it. */
    @Test
    void keepsAnArchiveForAScriptThatAsksForOne() throws Exception {
        Files.writeString(
                checkout.resolve("echo.java"),
                "//JAVA_OPTIONS -Xshare:auto -Xlog:disable\n" + SCRIPT);
        Path starts = folder.resolve("its cache/netfix/starts");
        Path archive = starts.resolve("echo.jsa");
        // Of a start that only tells about itself there would be too little in it.
        executor("echo", List.of("--version"))
                .environment("XDG_CACHE_HOME", starts.getParent().getParent().toString())
                .environment("SUDO_UID", null)
                .execute();
        for (boolean made : new boolean[] {false, true, true}) {
            ProcessResult result = sharing(starts, Map.of()).execute();
            assertEquals("<a b>", result.outputUTF8());
            assertEquals(1, result.getExitValue());
            assertEquals(made, Files.exists(archive));
        }
        String words = sharing(starts, Map.of("NETFIX_ONLY_PRINT", "start")).execute().outputUTF8();
        assertTrue(words.lines().toList().contains("-XX:SharedArchiveFile=" + archive), words);

        Files.delete(archive);
        Files.writeString(archive, "nonsense");
        assertEquals("<a b>", sharing(starts, Map.of()).execute().outputUTF8());
        Files.writeString(checkout.resolve("echo.java"), "// changed\n", APPEND);
        assertEquals("<a b>", sharing(starts, Map.of()).execute().outputUTF8());
        assertFalse(Files.exists(archive), "it is of the build before");
    }

    @Test
    void doesWithoutAnArchiveWhereNoneCanBeKept() throws Exception {
        Files.writeString(
                checkout.resolve("echo.java"),
                "//JAVA_OPTIONS -Xshare:auto -Xlog:disable\n" + SCRIPT);
        Path starts = folder.resolve("its cache/netfix/starts");
        Files.createDirectories(starts.getParent());
        Files.writeString(starts, "in the way");
        ProcessResult result = sharing(starts, Map.of()).redirectErrorStream(true).execute();
        assertEquals("<a b>", result.outputUTF8());
    }

    private ProcessExecutor sharing(Path starts, Map<String, String> environment)
            throws IOException {
        return executor("echo", List.of("a b"))
                .environment("XDG_CACHE_HOME", starts.getParent().getParent().toString())
                .environment("SUDO_UID", null)
                .environment(environment);
    }

    @Test
    void usesNoJarWithAnotherChecksum() throws Exception {
        Path jar = damagedJar();
        ProcessResult result = bare(Map.of()).execute();
        String said = result.outputUTF8();
        assertTrue(said.contains(jar + " is not JBang"), said);
        assertTrue(said.contains("needs Maven"), said);
        assertEquals(2, result.getExitValue());
        assertFalse(Files.exists(jar), "the damaged jar would be found again");
    }

    @Test
    void installsNothingWithoutConsent() throws Exception {
        damagedJar();
        tool("apt-get", "echo RUN apt-get \"$@\"");
        ProcessResult result = bare(Map.of()).execute();
        String said = result.outputUTF8();
        assertTrue(said.contains("apt-get install -y --no-install-recommends maven"), said);
        assertFalse(said.contains("RUN"), said);
        assertEquals(2, result.getExitValue());
    }

    @Test
    void installsWithConsentAndRefusesAJarWithAnotherChecksum() throws Exception {
        damagedJar();
        tool("apt-get", "case $* in *install*maven*) chmod +x \"$TOOLS/mvn\" ;; esac");
        Path maven =
                tool(
                        "mvn",
                        "for word; do case $word in -DoutputDirectory=*)"
                                + " echo nonsense >\"${word#*=}/jbang-cli-all.jar\" ;; esac; done");
        assertTrue(maven.toFile().setExecutable(false));
        ProcessResult result = bare(Map.of("JBANG_YES", "1")).execute();
        String said = result.outputUTF8();
        assertTrue(said.contains("wrong sha256; it was not used"), said);
        assertEquals(3, result.getExitValue());
        assertFalse(Files.exists(checkout.resolve(".jbang/jbang.jar")));
    }

    /** On a stick the libraries come along, for a machine without a network. */
    @Test
    void librariesThatCameAlongAreUsed() throws Exception {
        damagedJar();
        Path along = Files.createDirectory(checkout.resolve(".jbang/m2"));
        tool("mvn", "echo ERROR \"$@\"; exit 1");
        String said = bare(Map.of("JBANG_REPO", "")).execute().outputUTF8();
        assertTrue(said.contains("-Dmaven.repo.local=" + along.toRealPath()), said);
    }

    /**
     * A stick that was made on a machine where netfix is installed: JBang came from there, and was
     * not on it.
     */
    @Test
    void whatIsCopiedElsewhereHasItsJBangAlong() throws Exception {
        Path jar = damagedJar();
        Files.delete(jar);
        Files.createDirectory(checkout.resolve(".jbang/m2"));
        Path installed = Files.createDirectories(folder.resolve("installed/.jbang"));
        Files.writeString(installed.resolve("jbang.jar"), "no jar, but the one that is wanted");
        String text = Files.readString(checkout.resolve("jbang"));
        Files.writeString(
                checkout.resolve("jbang"),
                text.replaceFirst(
                        "(?m)^sha256=.*$",
                        "sha256="
                                + Installation.sha256(
                                        Files.readAllBytes(installed.resolve("jbang.jar")))));
        Path command = installed.resolveSibling("jbang");
        Files.copy(checkout.resolve("jbang"), command, StandardCopyOption.COPY_ATTRIBUTES);
        Files.createSymbolicLink(tools().resolve("jbang"), command);
        ProcessExecutor start = bare(Map.of("JBANG_REPO", ""));
        start.execute();
        assertEquals("no jar, but the one that is wanted", Files.readString(jar));
        Files.delete(jar);
        Files.delete(checkout.resolve(".jbang/m2"));
        start.execute();
        assertFalse(Files.exists(jar), "where nothing else comes along");
    }

    /** macOS's stat knows no -c: it printed its usage at every start with an archive. */
    @Test
    void aStatOfAnotherSystemIsNotHeard() throws Exception {
        Files.writeString(
                checkout.resolve("echo.java"),
                "//JAVA_OPTIONS -Xshare:auto -Xlog:disable\n" + SCRIPT);
        tool("stat", "case $1 in -f) id -u ;; *) echo usage: stat >&2; exit 1 ;; esac");
        ProcessResult result =
                sharing(folder.resolve("its cache/netfix/starts"), Map.of())
                        .environment("PATH", tools() + ":" + System.getenv("PATH"))
                        .redirectErrorStream(true)
                        .execute();
        assertEquals("<a b>", result.outputUTF8());
    }

    private Path damagedJar() throws IOException {
        Path jar = Files.createDirectories(checkout.resolve(".jbang")).resolve("jbang.jar");
        return Files.writeString(jar, "not a jar");
    }

    /** In a world without jbang, mvn and apt-get, and with an empty Maven repository. */
    private ProcessExecutor bare(Map<String, String> environment) throws IOException {
        for (String tool : TOOLS) {
            Path real =
                    Stream.of(System.getenv("PATH").split(":"))
                            .map(entry -> Path.of(entry, tool))
                            .filter(Files::isExecutable)
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException("no " + tool + " here"));
            Files.createSymbolicLink(tools().resolve(tool), real);
        }
        tool("sudo", "exec \"$@\"");
        return executor("echo", List.of("x"))
                .environment("PATH", tools().toString())
                .environment("TOOLS", tools().toString())
                .environment("CI", "")
                .environment("JBANG_YES", "")
                .environment("JBANG_REPO", folder.resolve("repository").toString())
                .environment(environment)
                .redirectErrorStream(true);
    }

    private Path tools() throws IOException {
        return Files.createDirectories(folder.resolve("tools"));
    }

    private Path tool(String name, String body) throws IOException {
        Path file = Files.writeString(tools().resolve(name), "#!/bin/sh\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private Future<ProcessResult> start(String word, List<String> more) throws IOException {
        return executor(word, more).start().getFuture();
    }

    private ProcessExecutor executor(String word, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(checkout.resolve("jbang").toString(), word));
        command.addAll(more);
        return new ProcessExecutor(command)
                .directory(folder.toFile())
                .environment("JAVA_HOME", System.getProperty("java.home"))
                .environment("JBANG_DIR", jbangHome.toString())
                .redirectInput(InputStream.nullInputStream())
                .redirectErrorStream(false)
                .readOutput(true);
    }
}
