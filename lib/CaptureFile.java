//DEPS org.apache.commons:commons-compress:1.27.1
package netfix;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
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

    /** With what is there for people only, which is passed over: some seconds' worth. */
    private static final long MOST_INFLATED = 1L << 30;

    /** A header, with a long name and the like before it. */
    private static final long MOST_HEADER = 1L << 20;

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
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && !CaptureFormat.isForPeople(name)) {
                    total += Files.size(file);
                    bound(files.size(), total);
                    files.put(name, Files.readAllBytes(file));
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
        long inflated = 0;
        int entries = 0;
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
                Rationed plain = new Rationed(new GZIPInputStream(raw, 1 << 16));
                TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
            for (TarArchiveEntry entry = next(tar, plain);
                    entry != null;
                    entry = next(tar, plain)) {
                bound(entries++, total);
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
                inflated += entry.getSize();
                bound(entries, inflated > MOST_INFLATED ? inflated : total);
                plain.allow(entry.getSize());
                if (CaptureFormat.isForPeople(name)) {
                    if (tar.skip(entry.getSize()) < entry.getSize()) {
                        throw new java.io.EOFException();
                    }
                    continue;
                }
                total += entry.getSize();
                bound(entries, total);
                // At its size at once: what grows while it is read is there twice.
                byte[] content = new byte[(int) entry.getSize()];
                if (tar.readNBytes(content, 0, content.length) < content.length) {
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

    private static TarArchiveEntry next(TarArchiveInputStream tar, Rationed plain)
            throws IOException {
        plain.allow(MOST_HEADER);
        return tar.getNextEntry();
    }

    /**
     * What comes out of the gzip, bounded by what is expected next: a name of a gigabyte of zeros
     * would else be read whole before anybody could ask for its length.
     */
    private static final class Rationed extends FilterInputStream {
        private long left;

        Rationed(InputStream in) {
            super(in);
        }

        /** So much more, and the padding of a record before and after it. */
        void allow(long bytes) {
            left = bytes + (16 << 10);
        }

        private void spend(long bytes) throws IOException {
            left -= Math.max(0, bytes);
            if (left < 0) {
                throw new IOException("its tar headers are damaged");
            }
        }

        @Override
        public int read() throws IOException {
            int c = super.read();
            spend(1);
            return c;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int count = super.read(to, from, length);
            spend(count);
            return count;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long count = super.skip(bytes);
            spend(count);
            return count;
        }
    }

    /** isFile() is true of whatever is neither a folder nor a link. */
    private static boolean plainFile(TarArchiveEntry entry) {
        byte kind = entry.getLinkFlag();
        return (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM)
                && !entry.isSparse();
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
