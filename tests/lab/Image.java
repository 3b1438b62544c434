package netfix.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The disk, kernel and initrd of a virtual Pi of one Debian suite, built once and kept. */
record Image(String suite, Processor processor, Path folder, String fingerprint) {

    /**
     * Debian's suites that Raspberry Pi OS was made from. Bullseye's security archive is moving to
     * the archive of old releases: its index names files that mirrors no longer have.
     */
    private static final Map<String, Boolean> SUITES_WITH_SECURITY =
            Map.of("bullseye", false, "bookworm", true, "trixie", true);

    private static final Duration BUILD_LIMIT = Duration.ofMinutes(40);

    /** A Pi that is up still boots from the image before this one. */
    private static final Duration OLD = Duration.ofDays(1);

    Path disk() {
        return folder.resolve("base.img");
    }

    Path kernel() {
        return folder.resolve("vmlinuz");
    }

    Path initrd() {
        return folder.resolve("initrd");
    }

    /** Suite and processor, for a file name and a message. */
    String name() {
        return suite + processor.suffix();
    }

    /** Where the boot partition is mounted: Raspberry Pi OS moved it with Bookworm. */
    String bootFolder() {
        return suite.equals("bullseye") ? "/boot" : "/boot/firmware";
    }

    /** The image of a suite, built now if its recipe has changed since it was. */
    static Image of(String suite, Processor processor, LabFolders folders, Progress progress) {
        if (!SUITES_WITH_SECURITY.containsKey(suite)) {
            throw new LabFailure(
                    "there is no virtual Pi of suite \""
                            + suite
                            + "\"; there are "
                            + SUITES_WITH_SECURITY.keySet().stream().sorted().toList());
        }
        Path recipe = folders.sources().resolve("image");
        String fingerprint =
                new Fingerprint()
                        .file(recipe.resolve("build.sh"))
                        .file(recipe.resolve("recipe.sh"))
                        .file(recipe.resolve("preinit"))
                        .file(recipe.resolve("packages"))
                        .file(recipe.resolve("packages-" + suite))
                        .hex();
        Path images = folders.cache("images");
        String name = suite + processor.suffix();
        Image image =
                new Image(suite, processor, images.resolve(name + "-" + fingerprint), fingerprint);
        if (Files.isDirectory(image.folder())) {
            LabFolders.markUsed(image.folder());
            return image;
        }
        OneAtATime.at(
                images.resolve(name + ".lock"),
                () -> {
                    if (!Files.isDirectory(image.folder())) {
                        image.build(folders, images, progress);
                    }
                });
        return image;
    }

    void build(LabFolders folders, Path images, Progress progress) throws IOException {
        Needs.rootFor("building the virtual Pi's disk (debootstrap and a chroot)");
        if (!processor.isOurs()) {
            Needs.check(folders, processor.needs());
        }
        try (Stream<Path> others = Files.list(images)) {
            for (Path old : others.filter(this::isOld).toList()) {
                LabFolders.delete(old);
            }
        }
        Path work = images.resolve(".building-" + name());
        Path log = images.resolve(name() + ".log");
        progress.say("building the virtual Pi of suite " + name() + " (log: " + log + ")");
        progress.step("image " + name(), "debootstrap and apt-get");
        AptMirror mirror = AptMirror.ofThisMachine();
        int exit =
                HostCommand.logged(
                        List.of(
                                // Held by the build itself and by all that it starts: a lab that
                                // was killed does not set the next one loose on its folder.
                                "flock",
                                "--no-fork",
                                images.resolve(name() + ".building").toString(),
                                "unshare",
                                "--mount",
                                "--pid",
                                "--fork",
                                "--kill-child",
                                "--propagation",
                                "private",
                                "sh",
                                folders.sources().resolve("image/build.sh").toString(),
                                suite,
                                work.toString(),
                                folders.cache("packages").toString(),
                                processor.debianName()),
                        mirror.sources(suite, SUITES_WITH_SECURITY.get(suite)),
                        log,
                        BUILD_LIMIT);
        if (exit != 0) {
            throw new LabFailure(
                    "building the virtual Pi of suite "
                            + name()
                            + " failed: see the end of "
                            + log);
        }
        progress.rest();
        // Only a finished build gets the name that means "finished".
        Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean isOld(Path other) {
        return other.getFileName().toString().matches(name() + "-[0-9a-f]{16}")
                && LabFolders.unusedFor(other, OLD);
    }
}
