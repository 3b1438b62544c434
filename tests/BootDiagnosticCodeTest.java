import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What boot-diagnostic.sh hands to java, in a folder of its own and with a java that prints it. */
class BootDiagnosticCodeTest {

    @TempDir Path folder;
    private Path copy;
    private Path netfix;

    @BeforeEach
    void anInstalledCopy() throws Exception {
        copy = Files.createDirectories(folder.resolve("lib/netfix-bootdiag"));
        netfix = Files.createDirectories(folder.resolve("lib/netfix/lib")).getParent();
        Path java =
                program(
                        folder.resolve("java"),
                        """
                        case "$*" in
                            --version) echo 'openjdk 17.0.1 2021-10-19' ;;
                            --list-modules) echo jdk.compiler@17.0.1 ;;
                            *--version) ! grep -q oops "$1" ;;
                            *) echo "java $LC_ALL $*" ;;
                        esac
                        """);
        Files.writeString(copy.resolve("java"), java + "\n");
        Files.writeString(copy.resolve("bootdiag.java"), "class bootdiag {}\n");
        Files.writeString(copy.resolve("bootdiag.jar"), "built");
        Files.writeString(
                copy.resolve("bootdiag.sha256"),
                "%s\n"
                        .formatted(
                                new ProcessExecutor("sha256sum", copy + "/bootdiag.java")
                                        .readOutput(true)
                                        .execute()
                                        .outputUTF8()
                                        .substring(0, 64)));
    }

    private static Path program(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private String started(Path where) throws Exception {
        Path script =
                program(
                        where.resolve("boot-diagnostic.sh"),
                        bootdiag.Places.LAUNCHER
                                .replaceAll("/(usr/local/lib|run|boot)(?=[/ ])", folder + "/$1")
                                .replace(folder + "/usr/local/lib", folder + "/lib"));
        return new ProcessExecutor("sh", script.toString(), "read", "x")
                .readOutput(true)
                .redirectErrorStream(true)
                .execute()
                .outputUTF8();
    }

    @Test
    void anEditBesideTheBuildIsRunAndSaid() throws Exception {
        String built = started(copy);
        assertTrue(built.endsWith("-cp " + copy + "/bootdiag.jar bootdiag read x\n"), built);
        assertTrue(built.startsWith("java C.UTF-8 "), "names of files: " + built);
        Files.writeString(copy.resolve("bootdiag.java"), "class bootdiag { }\n");
        String edited = started(copy);
        assertTrue(edited.endsWith(" " + copy + "/bootdiag.java read x\n"), edited);
        assertTrue(edited.contains("was edited since it was built"), edited);
    }

    @Test
    void whereAnEditDoesNotCompileTheLastBuildGoesOn() throws Exception {
        Files.writeString(copy.resolve("bootdiag.java"), "oops\n");
        String said = started(copy);
        assertTrue(said.contains("it does not compile here"), said);
        assertTrue(said.endsWith("-cp " + copy + "/bootdiag.jar bootdiag read x\n"), said);
    }

    /** Its launcher sees an edit by itself, and goes on with the last good build. */
    @Test
    void whereNetfixIsInstalledItsOwnBuildIsStarted() throws Exception {
        Files.writeString(netfix.resolve("bootdiag.java"), "class bootdiag {}\n");
        program(netfix.resolve("lib/launcher.sh"), "echo \"$NETFIX_BUILD $*\"\n");
        assertTrue(started(copy).contains("-cp " + copy), "a fix alone builds nothing");
        Files.createDirectories(netfix.resolve("builds/bootdiag"));
        Files.createFile(netfix.resolve("builds/bootdiag/start"));
        assertEquals("alone bootdiag\nnever bootdiag read x\n", started(copy));
        Path commands = Files.createDirectories(folder.resolve("bin"));
        assertEquals("alone bootdiag\nnever bootdiag read x\n", started(commands));
        Files.writeString(commands.resolve("bootdiag.java"), "class bootdiag {}\n");
        assertTrue(started(commands).endsWith(" " + commands + "/bootdiag.java read x\n"));
    }
}
