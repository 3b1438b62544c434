package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/**
 * The scripts as a user starts them: arguments in, two streams and an exit status out. diagnose is
 * started by the launcher, which builds it.
 */
class CommandLineTest {

    private record Ran(int exit, String out, String err) {}

    private static Ran diagnose(String... args) throws Exception {
        return run(List.of(Checkout.root().resolve("jbang").toString(), "diagnose"), args);
    }

    private static Ran fix(String... args) throws Exception {
        return built("fix", args);
    }

    private static Ran verify(String... args) throws Exception {
        return built("verify", args);
    }

    @TempDir private static Path classes;

    /**
     * Some of the scripts, on what the tests are built of: JBang would compile all of lib again.
     */
    @BeforeAll
    static void compile() {
        List<String> javac =
                new ArrayList<>(
                        List.of("-proc:none", "-encoding", "UTF-8", "-d", classes.toString()));
        javac.addAll(List.of("-cp", System.getProperty("java.class.path")));
        for (String script : List.of("fix", "verify", "monitor")) {
            javac.add(Checkout.root().resolve(script + ".java").toString());
        }
        int exit =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, javac.toArray(String[]::new));
        assertEquals(0, exit);
    }

    private static Ran built(String script, String... args) throws Exception {
        return run(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classes + File.pathSeparator + System.getProperty("java.class.path"),
                        script),
                args);
    }

    private static Ran run(List<String> start, String... args) throws Exception {
        List<String> argv = new ArrayList<>(start);
        argv.addAll(List.of(args));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit =
                new ProcessExecutor(argv)
                        .redirectOutput(out)
                        .redirectError(err)
                        .execute()
                        .getExitValue();
        return new Ran(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void refused(Ran ran, String... words) {
        assertEquals(ExitCode.USAGE, ran.exit(), ran.toString());
        assertEquals("", ran.out());
        assertEquals(1, ran.err().lines().count(), ran.err());
        for (String word : words) {
            assertTrue(ran.err().contains(word), ran.err());
        }
    }

    @Test
    void anUnknownOptionIsOneLine() throws Exception {
        refused(diagnose("--wach", "0"), "--wach", "--help");
    }

    @Test
    void aMissingCaptureIsOneLine() throws Exception {
        refused(diagnose("--from", "no/such.tar.gz"), "no/such.tar.gz", "no such file");
    }

    @Test
    void aRootThatIsNoneIsOneLine(@TempDir Path folder) throws Exception {
        refused(
                diagnose("--root", folder.toString()),
                folder.toString(),
                "not the root of a Linux system");
    }

    @Test
    void rootAndCaptureExcludeEachOther(@TempDir Path folder) throws Exception {
        refused(diagnose("--root", folder.toString(), "--from", "x"), "--root", "--from");
    }

    @Test
    void aCaptureGivesOneJsonDocumentAndNothingElse() throws Exception {
        Path capture = Checkout.root().resolve("tests/captures/healthy-bullseye");
        Ran ran = diagnose("--json", "--from", capture.toString());
        assertEquals(ExitCode.GOOD, ran.exit(), ran.toString());
        assertEquals("", ran.err());
        assertEquals("netfix/diagnosis/1", Json.read(ran.out()).path("schema").asText());
        assertEquals("healthy", Json.read(ran.out()).path("verdict").asText());
        assertFalse(ran.out().contains("\u001b"), "no colour in JSON");
    }

    @Test
    void aCaptureThatCannotBeKeptDoesNotCostTheReport(@TempDir Path folder) throws Exception {
        Path capture = Checkout.root().resolve("tests/captures/healthy-bullseye");
        // Longer than a file name may be, which shows only when it is written.
        Path file = folder.resolve("x".repeat(300) + ".tar.gz");
        Ran ran = diagnose("--from", capture.toString(), "--capture", file.toString());
        assertEquals(ExitCode.UNKNOWN, ran.exit(), ran.toString());
        assertTrue(ran.out().contains("Healthy."), ran.out());
        assertEquals(1, ran.err().lines().count(), ran.err());
        assertTrue(ran.err().contains("no capture was kept"), ran.err());
    }

    @Test
    void whatDoesNotChangeIsNotWatched() throws Exception {
        Path capture = Checkout.root().resolve("tests/captures/healthy-bullseye");
        refused(diagnose("--watch", "9", "--from", capture.toString()), "--watch 9", "capture");
        refused(diagnose("--watch", "-1"), "--watch -1", "86400");
        refused(diagnose("--explain", "no-such-code"), "no-such-code", "--list");
    }

    /** Of this machine, whatever it is: quiet but for one document, which holds the watch. */
    @Test
    void aWatchInAPipeGivesOneJsonDocument(@TempDir Path folder) throws Exception {
        Ran ran = diagnose("--json", "--watch", "1", "--out", folder.toString());
        assertEquals("", ran.err());
        assertEquals(ran.exit(), Json.read(ran.out()).at("/watch/exit").asInt());
        assertTrue(Json.read(ran.out()).at("/watch/seconds").asDouble() >= 1, ran.out());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(7, files.count());
        }
    }

    @Test
    void aMeasureThatIsNoneIsOneLine() throws Exception {
        refused(fix("--only", "wired"), "--only wired", "wired-profile", "step3");
        // Nothing is not everything.
        for (String none : List.of("", ",", ",,")) {
            refused(fix("--dry-run", "--only", none), "--only " + none + ": there is no such");
            refused(fix("--dry-run", "--except", none), "--except " + none + ": there is no such");
        }
    }

    /** What a message sends to is there: "see fix sdcard --help". */
    @Test
    void everyVerbHasItsHelp() throws Exception {
        Ran help = fix("sdcard", "--help");
        assertEquals(ExitCode.GOOD, help.exit(), help.err());
        assertTrue(help.out().contains("--wifi") && help.out().contains("--undo"), help.out());
        assertTrue(help.out().startsWith("Example: "), help.out());
        assertTrue(help.out().contains(" sdcard /media/$USER/bootfs --dry-run\n"), help.out());
        Ran undo = fix("undo", "--help");
        assertEquals(ExitCode.GOOD, undo.exit());
        assertTrue(
                undo.out().lines().findFirst().get().matches("Example: sudo .* undo"), undo + "");
    }

    /**
     * Help that was added to every verb in one place once took the arguments of those that have an
     * option or a word of their own, and each ended with an exception.
     */
    @Test
    void aVerbWithArgumentsGetsThem(@TempDir Path card) throws Exception {
        Files.createDirectories(card.resolve("etc"));
        Files.createDirectories(card.resolve("usr"));
        Ran typed = fix("recover", "--print", "--json", "--root", card.toString());
        assertEquals(ExitCode.GOOD, typed.exit(), typed.err());
        assertTrue(typed.out().contains("\"netfix/recover/1\""), typed.out());
        refused(fix("confirm", "--root", card.toString()), card.toString(), "its next boot");
        refused(fix("recover", "--root", card.toString()), card.toString(), "--print");
        refused(built("monitor", "hold", "-3"), "-3");
        refused(built("monitor", "hold", "soon"), "soon");
    }

    /** Before the verb they are the command's own options, and were passed over there. */
    @Test
    void whatAVerbDoesNotGoByIsRefused(@TempDir Path card) throws Exception {
        Files.writeString(card.resolve("cmdline.txt"), "root=/dev/x\n");
        Files.writeString(card.resolve("config.txt"), "");
        for (String verb : List.of("undo", "confirm", "seal", "recover")) {
            refused(fix("--only", "wired-profile", verb, "--yes"), "--only", verb);
        }
        refused(fix("--except", "step1", "sdcard", card.toString(), "--yes"), "--except", "sdcard");
        refused(fix("--accept-loss", "x", "undo", "--yes"), "--accept-loss", "undo");
        assertEquals("root=/dev/x\n", Files.readString(card.resolve("cmdline.txt")));
    }

    /** What has no plan must not act where one was asked for. */
    @Test
    void aDryRunIsOneOrIsRefused(@TempDir Path card) throws Exception {
        for (String verb : List.of("undo", "confirm", "seal")) {
            refused(fix(verb, "--dry-run", "--yes"), "--dry-run: " + verb + " has no plan");
        }
        Files.writeString(card.resolve("cmdline.txt"), "root=/dev/x\n");
        Files.writeString(card.resolve("config.txt"), "");
        Ran ran = fix("sdcard", card.toString(), "--dry-run", "--yes");
        assertEquals(ExitCode.PROBLEMS, ran.exit(), ran.err());
        assertEquals("root=/dev/x\n", Files.readString(card.resolve("cmdline.txt")));
    }

    /** A verb that only the README knew of was there once. */
    @Test
    void whatTheReadmeSaysOfFixIsThere() throws Exception {
        String readme = Files.readString(Checkout.root().resolve("README.md"));
        String help = fix("--help").out();
        List<String> missing =
                Pattern.compile("`fix ([a-z-]+)")
                        .matcher(readme)
                        .results()
                        .map(match -> match.group(1))
                        .distinct()
                        .filter(
                                word ->
                                        !Pattern.compile("(?m)^ .*\\Q" + word + "\\E\\b")
                                                .matcher(help)
                                                .find())
                        .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void aCaptureIsNotRepaired() throws Exception {
        Path capture = Checkout.root().resolve("tests/captures/healthy-bullseye");
        refused(fix("--dry-run", "--from", capture.toString()), "--from", "diagnose");
    }

    /** The whole way of a card: plan, no consent, consent, verify, nothing to do, undo. */
    @Test
    void aCardIsRepairedAndGivenBack(@TempDir Path card) throws Exception {
        for (String folder :
                List.of(
                        "etc/NetworkManager/conf.d",
                        "etc/NetworkManager/system-connections",
                        "etc/systemd/system/multi-user.target.wants",
                        "usr/lib/systemd/system",
                        "usr/local/lib")) {
            Files.createDirectories(card.resolve(folder));
        }
        Files.writeString(
                card.resolve("usr/lib/systemd/system/NetworkManager.service"),
                "[Install]\nWantedBy=multi-user.target\n");
        String root = card.toString();
        Path wired =
                card.resolve("etc/NetworkManager/system-connections/netfix-wired.nmconnection");

        Ran plan = fix("--dry-run", "--json", "--root", root);
        assertEquals(ExitCode.PROBLEMS, plan.exit(), plan.toString());
        assertEquals("netfix/plan/1", Json.read(plan.out()).path("schema").asText());

        Ran asked = fix("--root", root);
        assertEquals(ExitCode.USAGE, asked.exit(), asked.toString());
        assertTrue(asked.err().contains("--yes"), asked.err());
        assertFalse(Files.exists(wired), "nothing is done without consent");

        assertEquals(ExitCode.GOOD, fix("--yes", "--root", root).exit());
        assertTrue(Files.exists(wired));
        assertTrue(Files.exists(card.resolve("usr/local/lib/netfix/lib/Cli.java")));
        Ran verified = verify("--root", root);
        assertEquals(ExitCode.GOOD, verified.exit(), verified.toString());
        assertTrue(
                verify("--prometheus", "--root", root)
                        .out()
                        .contains("netfix_measure_in_place{measure=\"wired-profile\"} 1"));
        Ran again = fix("--yes", "--root", root);
        assertEquals(ExitCode.GOOD, again.exit(), again.toString());
        assertTrue(again.out().contains("Nothing to do"), again.out());

        Ran undo = fix("undo", "--strand", "--root", root);
        assertEquals(ExitCode.USAGE, undo.exit(), undo.toString());
        assertTrue(undo.out().contains("Taken back, the last change"), undo.out());
        assertTrue(Files.exists(wired), "nothing is taken back without consent");
        Ran undone = fix("undo", "--yes", "--strand", "--json", "--root", root);
        assertEquals(ExitCode.GOOD, undone.exit(), undone.toString());
        JsonNode told = Json.read(undone.out());
        assertEquals("netfix/undo/1", told.path("schema").asText());
        assertTrue(
                told.path("fixes").path(0).path("taken_back").toString().contains("netfix-wired"),
                undone.out());
        assertFalse(Files.exists(wired));
        assertFalse(Files.exists(card.resolve("usr/local/lib/netfix")));
        assertFalse(Files.exists(card.resolve("var/lib/netfix")));
        Ran nothing = fix("undo", "--root", root);
        assertEquals(ExitCode.GOOD, nothing.exit(), "there is nothing to ask: " + nothing);

        assertEquals(ExitCode.GOOD, fix("--yes", "--root", root).exit());
        Ran sealed = fix("seal", "--json", "--root", root);
        assertEquals(ExitCode.GOOD, sealed.exit(), sealed.toString());
        assertEquals("netfix/transaction/1", Json.read(sealed.out()).path("schema").asText());
    }

    @Test
    void aCardIsJudgedByWhatLiesOnIt(@TempDir Path card) throws Exception {
        Files.createDirectories(card.resolve("etc/NetworkManager/conf.d"));
        Files.createDirectories(card.resolve("usr/lib/systemd/system"));
        Path wants =
                Files.createDirectories(card.resolve("etc/systemd/system/multi-user.target.wants"));
        Files.writeString(
                card.resolve("usr/lib/systemd/system/NetworkManager.service"), "[Unit]\n");
        Files.createSymbolicLink(
                wants.resolve("NetworkManager.service"),
                Path.of("/usr/lib/systemd/system/NetworkManager.service"));
        Files.writeString(card.resolve("etc/hostname"), "card\u001b[31m\n");
        Ran good = diagnose("--root", card.toString());
        assertEquals(ExitCode.GOOD, good.exit(), good.toString());
        assertTrue(good.out().contains("card\\x1b[31m"), good.out());
        Path state = Files.createDirectories(card.resolve("var/lib/NetworkManager"));
        Files.writeString(
                state.resolve("no-auto-default.state"),
                "[main]\nno-auto-default.devices=DC:A6:32:01:02:03\n");
        Ran open = diagnose("--root", card.toString());
        assertEquals(ExitCode.UNKNOWN, open.exit(), open.toString());
        Files.writeString(
                card.resolve("etc/NetworkManager/conf.d/01-x.conf"), "[main]\nno-auto-default=*\n");
        Ran bad = diagnose("--root", card.toString());
        assertEquals(ExitCode.PROBLEMS, bad.exit(), bad.toString());
        assertTrue(bad.out().contains("01-x.conf:2"), bad.out());
    }
}
