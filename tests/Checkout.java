package netfix;

import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of the checkout that the tests were started from. */
final class Checkout {

    private static final Path ROOT = find(Path.of("").toAbsolutePath());
    private static final List<Path> FILES = list();

    private Checkout() {}

    /** The top folder, absolute. */
    static Path root() {
        return ROOT;
    }

    /** Every file that is or would be committed, relative to the top folder, sorted. */
    static List<Path> files() {
        return FILES;
    }

    static List<Path> files(Predicate<Path> wanted) {
        return FILES.stream().filter(wanted).toList();
    }

    static List<Path> javaFiles() {
        return files(file -> file.toString().endsWith(".java"));
    }

    /**
     * Shell files, which are those with the ending .sh or with a shell's name in their first line.
     */
    static List<Path> shellFiles() {
        return files(file -> file.toString().endsWith(".sh") || isShell(shebang(file)));
    }

    /** The first line where it begins with #!, else empty. */
    static String shebang(Path file) {
        String text = read(file);
        return text.startsWith("#!") ? text.lines().findFirst().orElse("") : "";
    }

    /**
     * The text of a file that is named relative to the top folder; bytes that are no UTF-8 are
     * replaced.
     */
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(ROOT.resolve(file)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isShell(String shebang) {
        return shebang.matches("#!.*[/ ](sh|bash|dash|ksh)( .*)?");
    }

    /**
     * `./jbang` starts scripts in whatever folder the caller is in, so it says where it lies
     * itself; a plain jbang finds the alias `test` only in or below the checkout.
     */
    private static Path find(Path start) {
        String launcher = System.getenv("JBANG_LAUNCH_CMD");
        if (launcher != null && isTop(Path.of(launcher).toAbsolutePath().getParent())) {
            return Path.of(launcher).toAbsolutePath().getParent();
        }
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (isTop(folder)) {
                return folder;
            }
        }
        throw new IllegalStateException(start + " is not in a checkout of netfix");
    }

    private static boolean isTop(Path folder) {
        return folder != null
                && Files.exists(folder.resolve("jbang-catalog.json"))
                && Files.exists(folder.resolve("tests/RunTests.java"));
    }

    /**
     * From git; and where there is none (a downloaded archive), all that is not git's or JBang's.
     */
    private static List<Path> list() {
        try {
            ProcessResult git =
                    new ProcessExecutor(
                                    "git",
                                    // The clone may be another user's, whose code is run anyway.
                                    "-c",
                                    "safe.directory=" + ROOT,
                                    "ls-files",
                                    "-z",
                                    "--cached",
                                    "--others",
                                    "--exclude-standard")
                            .directory(ROOT.toFile())
                            .readOutput(true)
                            .execute();
            Stream<Path> found =
                    git.getExitValue() == 0
                            ? Stream.of(git.outputUTF8().split("\0")).map(Path::of)
                            : walk();
            return found.filter(file -> Files.isRegularFile(ROOT.resolve(file))).sorted().toList();
        } catch (IOException noGit) {
            return walk().sorted().toList();
        } catch (Exception e) {
            throw new IllegalStateException("cannot list the files of " + ROOT, e);
        }
    }

    private static Stream<Path> walk() {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all
                    .filter(Files::isRegularFile)
                    .map(ROOT::relativize)
                    .filter(file -> !file.startsWith(".git") && !file.startsWith(".jbang"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
