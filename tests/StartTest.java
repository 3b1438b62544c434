package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * lib/launcher.sh in a folder of its own. In place of JBang is a program that counts its builds,
 * refuses sources that say so, and prints the command line of a java that prints its words.
 */
class StartTest {

    @TempDir Path folder;
    private Path netfix;
    private Path launcher;
    private Path jar;

    /** What a start of the script prints, but for its name and its arguments. */
    private String started;

    @BeforeEach
    void anInstallation() throws IOException {
        netfix = Files.createDirectories(folder.resolve("its lib")).resolve("netfix");
        Files.createDirectories(netfix.resolve("lib"));
        Files.createDirectories(netfix.resolve(".jbang"));
        Files.createFile(netfix.resolve(".jbang/jbang.jar"));
        Files.writeString(
                netfix.resolve("verify.java"),
                "//JAVA_OPTIONS -Xa -Xb\n//JAVA_OPTIONS -Xc\nclass verify {}\n");
        Files.writeString(netfix.resolve("lib/A.java"), "class A {}\n");
        Files.writeString(netfix.resolve("lib/a.sh"), "true\n");
        Path jdk = Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17\"\n");
        program(
                jdk.resolve("java"),
                """
                for word; do
                    case $word in -XX:SharedArchiveFile=*classes.new) : >"${word#*=}" ;; esac
                    case $word in -XX:DumpLoadedClassList=*) echo a.Class >"${word#*=}" ;; esac
                    printf '<%s>' "$word"
                done
                if [ -n "${ITS_NAME:-}" ]; then printf '%s' "${NETFIX_COMMAND:-none}"; fi
                if [ -n "${ITS_LOCALE:-}" ]; then printf '%s' "${LC_ALL:-none}"; fi
                """);
        jar = Files.createFile(folder.resolve("the jar"));
        started = "<-Xlog:disable><-Xa><-Xb><-Xc><-classpath><" + jar + ":x>";
        program(
                netfix.resolve("jbang"),
                """
                echo "$NETFIX_ONLY_PRINT $*" >>"$BUILDS"
                if grep -q oops "${0%%/*}/verify.java" "${0%%/*}"/lib/*.java; then
                    echo "lib/A.java:1: error: oops" >&2
                    exit 1
                fi
                echo "'%s/bin/java' -Xof-all -classpath '%s':x netfix.Install"
                exit 255
                """
                        .formatted(folder.resolve("jdk"), jar));
        String text = Checkout.read(Path.of("lib/launcher.sh"));
        launcher = folder.resolve("verify-fixes.sh");
        Files.writeString(
                launcher,
                text.replace("\nscript=\n", "\nscript=verify\n")
                        .replace("netfix=/usr/local/lib/netfix\n", "netfix='" + netfix + "'\n"));
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private ProcessExecutor executor(Map<String, String> environment, String... words) {
        List<String> argv = new ArrayList<>(List.of("sh", launcher.toString()));
        argv.addAll(List.of(words));
        return new ProcessExecutor(argv)
                .environment("BUILDS", folder.resolve("builds").toString())
                .environment("XDG_CACHE_HOME", folder.resolve("cache").toString())
                .environment(environment)
                .readOutput(true);
    }

    private ProcessResult start(String... words) throws Exception {
        return executor(Map.of(), words).execute();
    }

    private int builds() throws IOException {
        Path builds = folder.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    @Test
    void buildsOnceAndAgainAfterAnEdit() throws Exception {
        assertEquals(started + "<verify><a b><><$HOME>", start("a b", "", "$HOME").outputUTF8());
        assertEquals(started + "<verify>", start().outputUTF8());
        assertEquals(1, builds());
        assertEquals(List.of("1 -o install@netfix"), Files.readAllLines(folder.resolve("builds")));
        Files.writeString(netfix.resolve("lib/A.java"), "class A { }\n");
        start();
        assertEquals(2, builds());
        Files.writeString(netfix.resolve("lib/a.sh"), "false\n");
        start();
        assertEquals(3, builds());
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"21\"\n");
        start();
        start();
        assertEquals(4, builds(), "another Java under the same path");
        Files.writeString(netfix.resolve("lib/A.java"), "class A {}\n");
        start();
        assertEquals(5, builds(), "back again is another change");
    }

    @Test
    void anErrorIsToldAndAUnitGoesOnWithTheLastGoodBuild() throws Exception {
        start();
        Files.writeString(netfix.resolve("lib/A.java"), "oops\n");
        ProcessResult person = executor(Map.of(), "x").redirectErrorStream(true).execute();
        assertEquals(2, person.getExitValue());
        assertTrue(person.outputUTF8().contains("A.java:1: error"), person.outputUTF8());
        assertTrue(person.outputUTF8().contains("NETFIX_BUILD=never"), person.outputUTF8());
        assertFalse(person.outputUTF8().contains("<verify>"), person.outputUTF8());
        assertEquals(2, executor(Map.of("NETFIX_BUILD", "alone")).execute().getExitValue());
        int tried = builds();
        ProcessResult unit =
                executor(Map.of("NETFIX_BUILD", "never", "NETFIX_JAVA_OPTIONS", "-Xint -Xd"), "x")
                        .redirectErrorStream(true)
                        .execute();
        assertEquals(0, unit.getExitValue());
        assertTrue(unit.outputUTF8().contains("the last build"), unit.outputUTF8());
        assertTrue(
                unit.outputUTF8()
                        .endsWith(
                                "<-Xlog:disable><-Xint><-Xd><-classpath><"
                                        + jar
                                        + ":x><verify><x>"),
                unit.outputUTF8());
        assertEquals(tried, builds());
        Files.writeString(netfix.resolve("lib/A.java"), "class A {}\n");
        int before = builds();
        assertEquals(started + "<verify>", start().outputUTF8());
        assertEquals(before, builds(), "what it was is what was built");
    }

    /** What a unit's ExecStartPre= does outside of the unit's limits. */
    @Test
    void anEditIsBuiltAheadAndNothingIsStarted() throws Exception {
        start();
        Files.writeString(netfix.resolve("lib/A.java"), "class A { }\n");
        assertEquals("", executor(Map.of("NETFIX_BUILD", "alone")).execute().outputUTF8());
        assertEquals(2, builds());
        assertEquals("", executor(Map.of("NETFIX_BUILD", "ahead")).execute().outputUTF8());
        assertEquals(
                started + "<verify>",
                executor(Map.of("NETFIX_BUILD", "never")).execute().outputUTF8());
        assertEquals(2, builds(), "it was built");
    }

    /** An update may have swept it away, a full disk may have kept it from being written. */
    @Test
    void aBuildWhoseJarIsGoneIsMadeAnew() throws Exception {
        start();
        Files.delete(jar);
        assertEquals(3, executor(Map.of("NETFIX_BUILD", "never")).execute().getExitValue());
        start();
        assertEquals(2, builds());
    }

    @Test
    void twoFirstStartsBuildOnce() throws Exception {
        List<Future<ProcessResult>> both =
                List.of(
                        executor(Map.of(), "1").start().getFuture(),
                        executor(Map.of(), "2").start().getFuture());
        assertEquals(started + "<verify><1>", both.get(0).get().outputUTF8());
        assertEquals(started + "<verify><2>", both.get(1).get().outputUTF8());
        assertEquals(1, builds());
    }

    /** What an ordinary user meets: here a file is in the way, because root may write anywhere. */
    @Test
    void whoCannotWriteThereBuildsInACacheOfHisOwn() throws Exception {
        Files.createFile(netfix.resolve("builds"));
        assertEquals(started + "<verify>", start().outputUTF8());
        assertEquals(started + "<verify>", start().outputUTF8());
        assertEquals(1, builds());
        assertTrue(Files.exists(folder.resolve("cache/netfix/builds/verify/start")));
    }

    @Test
    void whoHasNoPlaceAtAllBuildsForOnce() throws Exception {
        Files.createFile(netfix.resolve("builds"));
        Files.createFile(folder.resolve("cache"));
        Path once = Files.createDirectory(folder.resolve("tmp"));
        for (int i = 1; i <= 2; i++) {
            ProcessResult result = executor(Map.of("TMPDIR", once.toString()), "x").execute();
            assertTrue(result.outputUTF8().endsWith("<verify><x>"), result.outputUTF8());
            assertEquals(i, builds());
            try (var left = Files.list(once)) {
                assertEquals(0, left.count());
            }
        }
    }

    @Test
    void aRehearsalMakesTheArchiveThatStartsUse() throws Exception {
        assertEquals(
                "", executor(Map.of("NETFIX_BUILD", "rehearsal"), "--look").execute().outputUTF8());
        String archive = netfix.resolve("builds/verify/classes.jsa").toString();
        assertEquals(
                "<-XX:SharedArchiveFile="
                        + archive
                        + "><-Xa><-Xb><-Xc><-classpath><"
                        + jar
                        + ":x><verify>",
                start().outputUTF8());
        assertEquals(1, builds());
    }

    /** An image cannot be rehearsed: its Pi does that with its first starts. */
    @Test
    void aPiThatWasFlashedMakesItsArchiveByItself() throws Exception {
        Files.createDirectories(netfix.resolve("builds"));
        Files.createFile(netfix.resolve("builds/flashed"));
        Path its = netfix.resolve("builds/verify");
        assertTrue(start("x").outputUTF8().contains("<-XX:DumpLoadedClassList=" + its));
        assertEquals(started + "<verify><x>", start("x").outputUTF8());
        // Nobody waits for the archive: it is there for one of the next starts.
        String later = "";
        for (int i = 0; i < 100 && !later.contains("SharedArchiveFile"); i++) {
            later = start("x").outputUTF8();
        }
        assertTrue(later.contains("<-XX:SharedArchiveFile=" + its + "/classes.jsa>"), later);
    }

    /** A fix alone brings jars, and nothing to build with. */
    @Test
    void withoutAnInstallTheJarsRunAsTheyAre() throws Exception {
        Files.delete(netfix.resolve(".jbang/jbang.jar"));
        Files.createDirectories(netfix.resolve("jars"));
        Files.writeString(
                netfix.resolve("verify.java"), "//JAVA_OPTIONS -Xa -Xb\n//JAVA_OPTIONS -Xc\n");
        String path = folder.resolve("jdk/bin") + ":" + System.getenv("PATH");
        assertEquals(
                "<-Xa><-Xb><-Xc><-cp><" + netfix + "/jars/*><verify><x>",
                executor(Map.of("PATH", path), "x").execute().outputUTF8());
        assertEquals(0, builds());
    }

    /** ssh brings names along that this machine has not, and nothing says so but a JVM's ASCII. */
    @Test
    void namesAreUtf8WhateverTheLocaleIsCalled() throws Exception {
        for (String name : List.of("LANG=de_DE.UTF-8", "LC_CTYPE=UTF-8", "LC_ALL=xx.utf8")) {
            String[] parts = name.split("=");
            Map<String, String> from = Map.of("ITS_LOCALE", "yes", parts[0], parts[1]);
            assertEquals(started + "<verify>C.UTF-8", executor(from).execute().outputUTF8(), name);
        }
    }

    @Test
    void theWordThatWasTypedIsHandedOn() throws Exception {
        Map<String, String> asked = Map.of("ITS_NAME", "yes", "NETFIX_COMMAND", "another");
        assertEquals(started + "<verify>verify-fixes.sh", executor(asked).execute().outputUTF8());
        Path library = netfix.resolve("lib/launcher.sh");
        Files.writeString(
                library, Files.readString(launcher).replace("\nscript=verify\n", "\nscript=\n"));
        launcher = library;
        assertTrue(
                executor(asked, "verify").execute().outputUTF8().endsWith("<verify>none"),
                "a unit's start");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Files.delete(netfix.resolve("verify.java"));
        ProcessResult result = executor(Map.of()).redirectErrorStream(true).execute();
        assertEquals(3, result.getExitValue());
        assertTrue(result.outputUTF8().contains("verify.java is not there"), result.outputUTF8());
    }
}
