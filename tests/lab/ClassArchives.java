package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The classes that netfix's scripts load, found, parsed and verified beforehand for the Java of one
 * suite: two thirds of an emulated start. They are made once for a build of netfix, in seconds. A
 * script starts without them too, so nothing that goes wrong here is a scenario's failure; it is
 * said, though.
 *
 * @param folder with a file SCRIPT.jsa for each script, and "used" once a Pi has been seen to use
 *     them
 */
record ClassArchives(Path folder) {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration OLD = Duration.ofDays(1);

    /** Those of a kit, made now where there are none. */
    static Optional<ClassArchives> of(
            Image image, Path kit, LabFolders folders, Progress progress) {
        Path captures = folders.checkout().resolve("tests/captures");
        Path all = folders.cache("archives");
        String key =
                new Fingerprint()
                        .text(image.fingerprint())
                        // An image that was built again has the Java of that day.
                        .text(lastModified(image.disk()))
                        .file(folders.sources().resolve("image/archive.sh"))
                        .text(starts())
                        .tree(captures)
                        .tree(kit, file -> isForJava(kit.relativize(file)))
                        .hex();
        ClassArchives archives = new ClassArchives(all.resolve(image.suite() + "-" + key));
        try {
            OneAtATime.at(
                    all.resolve(image.suite() + ".lock"),
                    () -> {
                        if (!Files.isDirectory(archives.folder())) {
                            progress.step("netfix", "archive of its classes, " + image.suite());
                            archives.make(image, kit, captures, folders);
                        }
                        LabFolders.markUsed(archives.folder());
                    });
            return Optional.of(archives);
        } catch (LabFailure | UncheckedIOException e) {
            progress.say(e.getMessage() + "; netfix starts without it, slowly");
            return Optional.empty();
        }
    }

    private void make(Image image, Path kit, Path captures, LabFolders folders) throws IOException {
        Path all = folder.getParent();
        discardOld(image.suite(), all);
        Path work = all.resolve(".making-" + image.suite());
        LabFolders.delete(work);
        Files.createDirectories(work);
        Path log = all.resolve(image.suite() + ".log");
        List<String> argv = new ArrayList<>(List.of("unshare"));
        if (!Needs.isRoot()) {
            argv.addAll(List.of("--user", "--map-root-user"));
        }
        argv.addAll(
                List.of(
                        "--mount",
                        "--pid",
                        "--net",
                        "--fork",
                        "--kill-child",
                        "--propagation",
                        "private",
                        "sh",
                        folders.sources().resolve("image/archive.sh").toString(),
                        image.disk().toString(),
                        image.folder().resolve("root").toString(),
                        kit.toString(),
                        captures.toString(),
                        work.toString()));
        int exit = HostCommand.logged(argv, starts(), log, LIMIT);
        if (exit != 0) {
            throw new LabFailure(
                    "no archive of netfix's classes for suite "
                            + image.suite()
                            + " could be made (see the end of "
                            + log
                            + ")");
        }
        Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What archive.sh reads: the starts whose classes go into the archives. */
    private static String starts() {
        StringBuilder lines = new StringBuilder();
        for (NetfixBuild.Script script : NetfixBuild.SCRIPTS) {
            for (String arguments : script.starts()) {
                lines.append(script.name()).append(' ').append(arguments).append('\n');
            }
        }
        return lines.toString();
    }

    private static boolean isForJava(Path file) {
        return !file.startsWith(NetfixBuild.CHECKOUT) && !file.startsWith(NetfixBuild.REPOSITORY);
    }

    private static String lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toString();
        } catch (IOException e) {
            throw new LabFailure("cannot look at " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Asks the Java of a Pi, once, whether it takes them. Otherwise it would silently go on
     * without.
     */
    void prove(VirtualPi pi, Progress progress) throws IOException {
        Path used = folder.resolve("used");
        if (Files.exists(used)) {
            return;
        }
        for (NetfixBuild.Script script : NetfixBuild.SCRIPTS) {
            GuestResult tried =
                    pi.shell(
                            """
                            cd /opt/lab/netfix &&
                            exec java -XX:+UseSerialGC -Xshare:on -Xlog:cds -Xlog:class+path=info \\
                                -XX:SharedArchiveFile="/opt/lab/netfix/$0.jsa" -cp "$(cat "$0.classpath")" -version
                            """,
                            List.of(script.name()),
                            LIMIT);
            if (!tried.ok()) {
                progress.say(
                        pi.image().suite()
                                + ": the archive of "
                                + script.name()
                                + "'s classes is not used; netfix starts without it, slowly ("
                                + lastLine(tried)
                                + ")");
                return;
            }
        }
        // Another scenario of the same suite may have asked at the same time.
        Files.write(used, new byte[0]);
    }

    private static String lastLine(GuestResult tried) {
        List<String> lines = (tried.stdout() + tried.stderr()).strip().lines().toList();
        return lines.isEmpty() ? "exit " + tried.exit() : lines.get(lines.size() - 1);
    }

    private static void discardOld(String suite, Path all) throws IOException {
        try (Stream<Path> others = Files.list(all)) {
            for (Path other : others.toList()) {
                if (other.getFileName().toString().matches(suite + "-[0-9a-f]{16}")
                        && LabFolders.unusedFor(other, OLD)) {
                    LabFolders.delete(other);
                }
            }
        }
    }
}
