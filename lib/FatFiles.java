package netfix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * What is done to a card's FAT partition: each write is on the card when it returns. FAT renames
 * nothing over another file, so what is there is written in place. A card fails half-way: it is
 * dying, full, or pulled; a test does the same by a class of its own.
 */
class FatFiles {

    byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    /** A new file that nobody else may read, where its file system knows of that. */
    void create(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            put(channel, content, 0);
            channel.force(true);
        }
        syncFolder(file.getParent());
    }

    /** Over what is there from that byte on; what lies behind stays. */
    void over(Path file, byte[] content, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            put(channel, content, at);
            channel.force(true);
        }
    }

    void cut(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    /**
     * The whole of it, with its length before the first wait for the card: where that fails, what
     * the next reader gets from memory is no mixture of two lines.
     */
    void whole(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            put(channel, content, 0);
            channel.truncate(content.length);
            channel.force(true);
        }
    }

    /** Whether it was there. */
    boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        if (deleted) {
            syncFolder(file.getParent());
        }
        return deleted;
    }

    /** To a name that nothing has; its content goes along only when the file itself is synced. */
    void rename(Path file, Path name) throws IOException {
        Files.move(file, name);
        try (FileChannel channel = FileChannel.open(name, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        syncFolder(name.getParent());
    }

    private static void put(FileChannel channel, byte[] content, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    /** A long name on FAT is in the folder, which a file that is synced does not bring along. */
    private static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Only Linux opens a folder; elsewhere ejecting the card does it.
            return;
        }
    }

    /**
     * @throws IOException where it is not
     */
    final void mustBe(Path file, byte[] content) throws IOException {
        if (!Arrays.equals(content, read(file))) {
            throw new IOException(file.getFileName() + " is not as it was written");
        }
    }
}
