package netfix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A tree of files that is looked at as if its top were {@code /}: the live machine's own, or a
 * mounted card's, whose absolute symbolic links mean a place on the card and never on the machine
 * that looks (path_resolution(7), as chroot would do it).
 */
final class FileTree {

    /** As the kernel's ELOOP limit. */
    private static final int MOST_LINKS = 40;

    private final Path top;

    FileTree(Path top) {
        this.top = top.toAbsolutePath().normalize();
    }

    Path top() {
        return top;
    }

    /**
     * Where {@code path} lies on the machine that looks, every symbolic link on the way resolved
     * inside the tree, the last component's only if {@code followLast}.
     *
     * @throws IOException where links loop
     */
    Path resolve(String path, boolean followLast) throws IOException {
        Deque<String> todo = new ArrayDeque<>(components(path));
        Path here = top;
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.equals("..")) {
                here = here.equals(top) ? top : here.getParent();
                continue;
            }
            Path next = here.resolve(name);
            if ((todo.isEmpty() && !followLast) || !Files.isSymbolicLink(next)) {
                here = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new IOException("too many symbolic links");
            }
            String target = linkTarget(next);
            List<String> more = components(target);
            for (int i = more.size() - 1; i >= 0; i--) {
                todo.push(more.get(i));
            }
            if (target.startsWith("/")) {
                here = top;
            }
        }
        return here;
    }

    private static List<String> components(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    private static String linkTarget(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString();
    }

    Reading<String> read(String path) {
        try {
            Path file = resolve(path, true);
            if (!Files.isRegularFile(file)) {
                // A FIFO or a device would hang the look; a folder is no text.
                return Files.exists(file)
                        ? Reading.unknown(path + " is not a regular file")
                        : missing(file, path);
            }
            try (InputStream in = Files.newInputStream(file)) {
                // Not Files.size: files of /proc and /sys say 0 or 4096 whatever they hold.
                byte[] bytes = in.readNBytes((int) Machine.MOST_BYTES + 1);
                return bytes.length > Machine.MOST_BYTES
                        ? Reading.unknown(
                                path + " is larger than " + (Machine.MOST_BYTES >> 20) + " MiB")
                        : Reading.known(new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (IOException | IllegalArgumentException e) {
            return failed(path, e);
        }
    }

    Reading<List<String>> list(String folder) {
        try {
            Path dir = resolve(folder, true);
            List<String> names = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
            Collections.sort(names);
            return Reading.known(List.copyOf(names));
        } catch (IOException
                | IllegalArgumentException
                | java.nio.file.DirectoryIteratorException e) {
            return failed(folder, e);
        }
    }

    Reading<FileStat> stat(String path) {
        try {
            Path file = resolve(path, false);
            boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
            Map<String, Object> a =
                    Files.readAttributes(
                            file,
                            unix
                                    ? "unix:mode,uid,gid,size,isRegularFile,isDirectory,isSymbolicLink"
                                    : "basic:size,isRegularFile,isDirectory,isSymbolicLink",
                            LinkOption.NOFOLLOW_LINKS);
            FileStat.Kind kind =
                    is(a, "isSymbolicLink")
                            ? FileStat.Kind.LINK
                            : is(a, "isDirectory")
                                    ? FileStat.Kind.FOLDER
                                    : is(a, "isRegularFile")
                                            ? FileStat.Kind.FILE
                                            : FileStat.Kind.OTHER;
            return Reading.known(
                    new FileStat(
                            kind,
                            unix ? (Integer) a.get("mode") & 07777 : 0,
                            unix ? (Integer) a.get("uid") : -1,
                            unix ? (Integer) a.get("gid") : -1,
                            (Long) a.get("size"),
                            kind == FileStat.Kind.LINK ? linkTarget(file) : ""));
        } catch (IOException | IllegalArgumentException e) {
            return failed(path, e);
        }
    }

    private static boolean is(Map<String, Object> attributes, String name) {
        return Boolean.TRUE.equals(attributes.get(name));
    }

    /**
     * Files.exists is false too where a folder on the way may not be searched: then "none" would be
     * a guess.
     */
    private static <T> Reading<T> missing(Path file, String path) throws IOException {
        Files.readAttributes(file, "basic:size", LinkOption.NOFOLLOW_LINKS);
        return Reading.absent("no " + path);
    }

    private static <T> Reading<T> failed(String path, Exception e) {
        if (e instanceof NoSuchFileException
                || e instanceof NotDirectoryException
                || e instanceof NotLinkException) {
            return Reading.absent("no " + path);
        }
        if (e instanceof AccessDeniedException) {
            return Reading.unknown("not allowed to read " + path);
        }
        String reason =
                e instanceof java.nio.file.FileSystemException f ? f.getReason() : e.getMessage();
        return Reading.unknown("cannot read " + path + (reason == null ? "" : ": " + reason));
    }
}
