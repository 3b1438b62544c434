package netfix.lab;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The disks with which the kits of a run's scenarios come into their Pis: one for each kit and
 * suite, because the archives of classes that a disk brings along are for one suite's Java.
 */
final class KitDisks implements Closeable {

    /**
     * A disk.
     *
     * @param archives none where there is nothing to start, or where they could not be made
     */
    record Disk(Path file, Optional<ClassArchives> archives) {}

    private final LabFolders folders;
    private final Path work;
    private final Progress progress;
    private final Map<Phrase.Kit, Path> kits = new EnumMap<>(Phrase.Kit.class);
    private final Map<String, Disk> disks = new HashMap<>();

    KitDisks(LabFolders folders, Path work, Progress progress) {
        this.folders = folders;
        this.work = work;
        this.progress = progress;
    }

    /** Builds a kit; before any Pi runs, because what does not compile is no scenario's failure. */
    void build(Phrase.Kit kit) {
        kits.computeIfAbsent(kit, absent -> NetfixBuild.kit(absent, folders, work));
    }

    /** The disk for a Pi with that image; the kit must have been built. */
    synchronized Disk disk(Phrase.Kit kit, Image image) {
        return disks.computeIfAbsent(
                kit + "-" + image.name(), name -> pack(name, kits.get(kit), kit, image));
    }

    private Disk pack(String name, Path folder, Phrase.Kit kit, Image image) {
        Path file = work.resolve(name + ".tar");
        Optional<ClassArchives> archives =
                kit == Phrase.Kit.NOTHING || !image.processor().isOurs()
                        ? Optional.empty()
                        : ClassArchives.of(image, folder, folders, progress);
        if (archives.isPresent()) {
            Payload.pack(file, folder, archives.get().folder());
        } else {
            Payload.pack(file, folder);
        }
        return new Disk(file, archives);
    }

    @Override
    public void close() throws IOException {
        for (Disk disk : disks.values()) {
            Files.deleteIfExists(disk.file());
        }
        kits.values().forEach(LabFolders::delete);
    }
}
