//DEPS org.apache.commons:commons-compress:1.27.1
package netfix;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A capture on disk: a {@code .tar.gz} to hand over, or an unpacked folder of the same layout,
 * which is what tests keep.
 */
public final class CaptureFile {

    /** Bounds for what somebody else made; a capture of a busy Pi has some 300 files and 2 MB. */
    private static final int MOST_FILES = 20_000;

    private static final long MOST_BYTES = 64L << 20;

    private CaptureFile() {}

    /**
     * @throws BadInput where it cannot be read as a capture
     */
    public static Capture load(Path path) {
        String where = path.toString();
        try {
            return CaptureFormat.decode(
                    Files.isDirectory(path) ? folder(path) : archive(path), where);
        } catch (NoSuchFileException e) {
            throw new BadInput(where + ": no such file or folder");
        } catch (IOException e) {
            throw new BadInput(where + " cannot be read as a capture: " + reason(e));
        }
    }

    private static String reason(IOException e) {
        if (e instanceof java.io.EOFException) {
            return "it ends too early (truncated?); copy it again";
        }
        if (e instanceof java.util.zip.ZipException) {
            return "it is not a .tar.gz file, or damaged";
        }
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "not allowed";
        }
        String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return message == null ? "damaged" : message;
    }

    private static Map<String, byte[]> folder(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        long total = 0;
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    total += Files.size(file);
                    bound(files.size(), total);
                    files.put(
                            folder.relativize(file).toString().replace('\\', '/'),
                            Files.readAllBytes(file));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files;
    }

    private static Map<String, byte[]> archive(Path path) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        long total = 0;
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new GZIPInputStream(raw, 1 << 16))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                if (entry.isDirectory()) {
                    continue;
                }
                String name = entry.getName();
                if (!plainFile(entry)) {
                    throw new IOException(
                            Terminal.safe(name)
                                    + " is a link or a device; netfix writes only plain files");
                }
                if (name.startsWith("/")
                        || Stream.of(name.split("[/\\\\]")).anyMatch(".."::equals)) {
                    throw new IOException(Terminal.safe(name) + " points outside the capture");
                }
                byte[] content =
                        tar.readNBytes((int) Math.min(MOST_BYTES - total + 1, Integer.MAX_VALUE));
                total += content.length;
                bound(files.size(), total);
                if (content.length < entry.getSize()) {
                    throw new java.io.EOFException();
                }
                // A capture unpacked and packed again has one folder on top.
                files.put(name.replaceFirst("^\\./", ""), content);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("its tar headers are damaged", e);
        }
        return withoutTopFolder(files);
    }

    /** isFile() is true of whatever is neither a folder nor a link. */
    private static boolean plainFile(TarArchiveEntry entry) {
        byte kind = entry.getLinkFlag();
        return kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM;
    }

    private static Map<String, byte[]> withoutTopFolder(Map<String, byte[]> files) {
        if (files.containsKey(CaptureFormat.INDEX)) {
            return files;
        }
        for (String name : files.keySet()) {
            if (name.matches("[^/]+/" + CaptureFormat.INDEX)) {
                String top = name.substring(0, name.indexOf('/') + 1);
                Map<String, byte[]> inner = new TreeMap<>();
                files.forEach(
                        (n, content) ->
                                inner.put(
                                        n.startsWith(top) ? n.substring(top.length()) : n,
                                        content));
                return inner;
            }
        }
        return files;
    }

    private static void bound(int count, long total) throws IOException {
        if (count >= MOST_FILES || total > MOST_BYTES) {
            throw new IOException(
                    "it holds more than "
                            + MOST_FILES
                            + " files or "
                            + (MOST_BYTES >> 20)
                            + " MiB; that is no netfix capture");
        }
    }

    /**
     * To be asked before a look that is to be kept: a device or a link in the way would be
     * replaced, a folder cannot be.
     *
     * @throws BadInput where a capture cannot be written there
     */
    public static void mayBeWritten(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null
                || Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new BadInput(
                    path
                            + " cannot be written: it is no ordinary file; name one that ends in"
                            + " .tar.gz");
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new BadInput(
                    path + " cannot be written: " + folder + " is no folder that you may write to");
        }
    }

    /**
     * Writes a .tar.gz, readable by its owner only, whole or not at all.
     *
     * @throws BadInput where it cannot be written
     */
    public static void save(Capture capture, Path path) {
        mayBeWritten(path);
        Path folder = path.toAbsolutePath().getParent();
        try {
            boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
            Path temp =
                    posix
                            ? Files.createTempFile(
                                    folder,
                                    ".netfix",
                                    ".tmp",
                                    PosixFilePermissions.asFileAttribute(
                                            PosixFilePermissions.fromString("rw-------")))
                            : Files.createTempFile(folder, ".netfix", ".tmp");
            try {
                write(capture, temp);
                Files.move(
                        temp,
                        path,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temp);
            }
        } catch (IOException e) {
            throw new BadInput(path + " cannot be written: " + reason(e));
        }
    }

    private static void write(Capture capture, Path file) throws IOException {
        try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file));
                TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(new GZIPOutputStream(raw), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> item : CaptureFormat.encode(capture).entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(item.getKey());
                entry.setSize(item.getValue().length);
                entry.setMode(0600);
                entry.setModTime(capture.taken().toEpochMilli());
                tar.putArchiveEntry(entry);
                tar.write(item.getValue());
                tar.closeArchiveEntry();
            }
        }
    }
}
