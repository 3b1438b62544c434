package netfix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Changes files on a mounted card: what transaction.sh does on a running Pi, by the same rules and
 * with the same before-images, so that either can take back what the other has done. Every link on
 * the way is resolved inside the root; nothing outside it is ever touched.
 */
final class RootedHands {

    private final FileTree tree;
    private final int uid;
    private final int gid;

    /** Whether each change is on the card before the next one is begun. */
    private final boolean lasting;

    /**
     * What is written belongs to whom /etc belongs: root, on a card. When it is on the card is for
     * the caller to see to, at the end.
     */
    RootedHands(Path root) throws IOException {
        this(root, false);
    }

    /**
     * For a card that may be pulled out at any moment: a change is there whole before the next one
     * begins. Notes are not, until they are {@link #settle}d: they are many.
     */
    static RootedHands lasting(Path root) throws IOException {
        return new RootedHands(root, true);
    }

    private RootedHands(Path root, boolean lasting) throws IOException {
        this.lasting = lasting;
        this.tree = new FileTree(root);
        Path etc = tree.resolve("/etc", true);
        this.uid = (Integer) Files.getAttribute(etc, "unix:uid");
        this.gid = (Integer) Files.getAttribute(etc, "unix:gid");
    }

    String owner() {
        return uid + ":" + gid;
    }

    private Path at(String path) throws IOException {
        Path there = tree.resolve(path, false);
        if (there.equals(tree.top())) {
            // What is made beside it would be outside.
            throw new IOException("\"" + path + "\" is the root itself");
        }
        return there;
    }

    /** A small file of netfix's own, 0600, its folders made where they are missing. */
    void note(String path, String text) throws IOException {
        note(path, text.getBytes(StandardCharsets.UTF_8));
    }

    void note(String path, byte[] content) throws IOException {
        Path file = at(path);
        makeFolders(file.getParent());
        replace(file, content, 0600, uid, gid, false);
    }

    /** Returns once what is there, all that is in it, and its name are on the card. */
    void settle(String path) throws IOException {
        settle(at(path));
    }

    private static void settle(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> all = Files.walk(path)) {
                for (Path one :
                        all.filter(p -> List.of("file", "folder").contains(kind(p))).toList()) {
                    flush(one);
                }
            }
        }
        // The folder may have gone with it.
        if (Files.isDirectory(path.getParent())) {
            flush(path.getParent());
        }
    }

    /** Whose it is from now on; nobody's link is followed. */
    void give(String path, int toUid, int toGid) throws IOException {
        Path there = at(path);
        own(there, (Integer) Files.getAttribute(there, "unix:mode") & 07777, toUid, toGid);
    }

    void moveInside(String from, String to) throws IOException {
        Files.move(at(from), at(to));
        settleEach(at(to));
    }

    void copyInside(String from, String to) throws IOException {
        copy(at(from), at(to));
    }

    private void makeFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            refuseInTheWay(folder);
            makeFolders(folder.getParent());
            Files.createDirectory(folder);
            own(folder, 0700, uid, gid);
        }
    }

    private static void refuseInTheWay(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(noFolder(folder.toString()));
        }
    }

    static String noFolder(String path) {
        return path + " is where a folder has to be, and is none: move it away, then try again";
    }

    Optional<String> noted(String path) throws IOException {
        try {
            return Optional.of(Files.readString(at(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Keeps what is there now in {@code folder}: kind, mode, owner, data or target. */
    void keepBefore(String path, String folder, boolean whole) throws IOException {
        Path there = at(path);
        String kind = kind(there);
        note(folder + "/kind", kind + "\n");
        if (kind.equals("file") || kind.equals("folder")) {
            note(folder + "/mode", mode(there) + "\n");
            note(folder + "/owner", owner(there) + "\n");
        }
        if (kind.equals("file") || kind.equals("folder") && whole) {
            copy(there, at(folder + "/data"));
        }
        if (kind.equals("link")) {
            note(folder + "/target", Files.readSymbolicLink(there) + "\n");
        }
        if (kind.equals("absent") && whole) {
            note(folder + "/tree", "");
        }
        if (kind.equals("other")) {
            throw new BadInput(
                    path + " is neither a file, a link nor a folder; nothing was changed there");
        }
    }

    private static String kind(Path path) {
        if (Files.isSymbolicLink(path)) {
            return "link";
        }
        if (Files.isRegularFile(path)) {
            return "file";
        }
        if (Files.isDirectory(path)) {
            return "folder";
        }
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? "other" : "absent";
    }

    private static String mode(Path path) throws IOException {
        return Integer.toOctalString((Integer) Files.getAttribute(path, "unix:mode") & 07777);
    }

    private static String owner(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid") + ":" + Files.getAttribute(path, "unix:gid");
    }

    void perform(Change.OnDisk change) throws IOException {
        Path path = at(change.path());
        perform(change, path);
        settleEach(path);
    }

    private void settleEach(Path path) throws IOException {
        if (lasting) {
            settle(path);
        }
    }

    private void perform(Change.OnDisk change, Path path) throws IOException {
        if (change instanceof Change.Put put) {
            replace(path, put.content(), put.mode(), uid, gid, lasting);
        } else if (change instanceof Change.InPlace inPlace) {
            rewrite(path, inPlace.content());
        } else if (change instanceof Change.Link link) {
            relink(path, link.target());
        } else if (change instanceof Change.Remove) {
            Files.deleteIfExists(path);
        } else if (change instanceof Change.Mode mode) {
            own(path, mode.mode(), uid, gid);
        } else if (change instanceof Change.Folder folder) {
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path);
            }
            own(path, folder.mode(), uid, gid);
        } else if (change instanceof Change.Tree whole) {
            Path fresh = path.resolveSibling(".netfix-new");
            delete(fresh);
            for (Map.Entry<String, byte[]> file : whole.files().entrySet()) {
                Path to = fresh.resolve(file.getKey());
                openFolders(to.getParent());
                byte[] content = file.getValue();
                boolean script = content.length > 1 && content[0] == '#' && content[1] == '!';
                replace(to, content, script ? 0755 : 0644, uid, gid, false);
            }
            exchange(fresh, path);
        }
    }

    /** As transaction.sh's become: of a tree there is all or nothing. */
    private void exchange(Path fresh, Path path) throws IOException {
        settleEach(fresh);
        Path old = path.resolveSibling(".netfix-old");
        delete(old);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(path, old);
        }
        Files.move(fresh, path);
        delete(old);
    }

    private void openFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            refuseInTheWay(folder);
            openFolders(folder.getParent());
            Files.createDirectory(folder);
            own(folder, 0755, uid, gid);
        }
    }

    /**
     * Whether there is now at the path what the change left there (then it may be taken back), or
     * what was there before (then it is taken back already).
     */
    boolean isAs(String path, String folder, String kind) throws IOException {
        Path there = at(path);
        if (!kind(there).equals(kind)) {
            return false;
        }
        return switch (kind) {
            case "link" ->
                    noted(folder + "/target")
                            .map(t -> t.strip().equals(targetOf(there)))
                            .orElse(false);
            case "file" ->
                    noted(folder + "/mode").orElse("").strip().equals(mode(there))
                            && noted(folder + "/owner").orElse("").strip().equals(owner(there))
                            && Arrays.equals(
                                    Files.readAllBytes(at(folder + "/data")),
                                    Files.readAllBytes(there));
            case "folder" ->
                    Files.isDirectory(at(folder + "/data"))
                            ? contents(at(folder + "/data")).equals(contents(there))
                            : noted(folder + "/mode").orElse("").strip().equals(mode(there))
                                    && noted(folder + "/owner")
                                            .orElse("")
                                            .strip()
                                            .equals(owner(there));
            default -> true;
        };
    }

    /** As diff -r sees it: what is in it, modes aside. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                contents.put(
                        folder.relativize(path).toString(),
                        switch (kind(path)) {
                            case "file" ->
                                    new String(
                                            Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                            case "link" -> "-> " + targetOf(path);
                            default -> kind(path);
                        });
            }
        }
        return contents;
    }

    /** What a power cut has left beside it. */
    void clearHalfMade(String path) throws IOException {
        for (String name : List.of(".netfix-new", ".netfix-old")) {
            delete(at(path).resolveSibling(name));
        }
    }

    private static String targetOf(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Puts back what {@link #keepBefore} kept. */
    void restore(String path, String folder) throws IOException {
        Path there = at(path);
        restore(there, path, folder);
        settleEach(there);
    }

    private void restore(Path there, String path, String folder) throws IOException {
        String kind = noted(folder + "/kind").orElse("").strip();
        switch (kind) {
            case "absent" -> {
                if (Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS)
                        && noted(folder + "/tree").isEmpty()) {
                    removeIfEmpty(there);
                } else {
                    delete(there);
                }
            }
            case "link" -> relink(there, noted(folder + "/target").orElse("").strip());
            case "file" -> {
                String[] owner = keptOwner(folder);
                replace(
                        there,
                        Files.readAllBytes(at(folder + "/data")),
                        keptMode(folder, "600"),
                        Integer.parseInt(owner[0]),
                        Integer.parseInt(owner[1]),
                        lasting);
            }
            case "folder" -> {
                Path data = at(folder + "/data");
                if (Files.isDirectory(data)) {
                    Path fresh = there.resolveSibling(".netfix-new");
                    delete(fresh);
                    copy(data, fresh);
                    exchange(fresh, there);
                } else {
                    String[] owner = keptOwner(folder);
                    own(
                            there,
                            keptMode(folder, "755"),
                            Integer.parseInt(owner[0]),
                            Integer.parseInt(owner[1]));
                }
            }
            default -> throw new IOException(folder + " says nothing of what was at " + path);
        }
    }

    private String[] keptOwner(String folder) throws IOException {
        return kept(folder + "/owner", "0:0", "\\d{1,9}:\\d{1,9}").split(":");
    }

    private int keptMode(String folder, String other) throws IOException {
        return Integer.parseInt(kept(folder + "/mode", other, "[0-7]{1,5}"), 8);
    }

    /** A note that a failing card has damaged is told by its name. */
    private String kept(String file, String other, String form) throws IOException {
        String text = noted(file).orElse(other).strip();
        if (!text.matches(form)) {
            throw new IOException(
                    file + " is damaged (it should be like " + other + "): mend it or delete it");
        }
        return text;
    }

    private static void removeIfEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            // Somebody has put something in since; it stays.
            return;
        }
    }

    /**
     * @param flushed whether the content is on the card before it has its name
     */
    private static void replace(
            Path file, byte[] content, int mode, int uid, int gid, boolean flushed)
            throws IOException {
        Path fresh = file.resolveSibling(".netfix-new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh);
        own(fresh, 0600, uid, gid);
        Files.write(fresh, content);
        own(fresh, mode, uid, gid);
        if (flushed) {
            flush(fresh);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** As transaction.sh's in_place: the same steps, and the same file after a power cut. */
    private static void rewrite(Path file, byte[] content) throws IOException {
        Path copy = copyBeside(file);
        if (!Files.exists(file)) {
            Files.copy(copy, file);
        }
        byte[] old = Files.readAllBytes(file);
        int most = Change.InPlace.MOST_BYTES;
        if (old.length > most || content.length > most) {
            throw new IOException(file + " is longer than a sector");
        }
        if (!Files.exists(copy)) {
            Files.write(copy, old);
            flush(copy);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (content.length < old.length) {
                byte[] padded = Arrays.copyOf(lineOf(content), old.length);
                Arrays.fill(padded, lineOf(content).length, old.length, (byte) ' ');
                put(channel, padded);
                channel.truncate(content.length);
                channel.force(true);
            }
            put(channel, content);
        }
        Files.delete(copy);
    }

    private static Path copyBeside(Path file) {
        return file.resolveSibling(file.getFileName() + ".netfix");
    }

    /** Without what ends it. */
    private static byte[] lineOf(byte[] content) {
        int end = content.length;
        while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
            end--;
        }
        return Arrays.copyOf(content, end);
    }

    private static void put(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.force(true);
    }

    /** A file or a folder; fsync(2) asks for no more than a reader. */
    private static void flush(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Takes back a change in place; FAT's modes and owners say nothing.
     *
     * @return what to tell, empty where it was taken back before
     */
    Optional<String> restoreInPlace(String path, String op) throws IOException {
        Path there = at(path);
        byte[] before = Files.readAllBytes(at(op + "/before/data"));
        boolean half = Files.exists(copyBeside(there));
        if (!half && !Files.exists(there)) {
            return Optional.of("kept: " + path + " is not there now");
        }
        if (!half && Arrays.equals(before, Files.readAllBytes(there))) {
            return Optional.empty();
        }
        if (!half
                && !Arrays.equals(
                        Files.readAllBytes(at(op + "/data")), Files.readAllBytes(there))) {
            return Optional.of("kept: " + path + ", somebody has changed it since");
        }
        rewrite(there, before);
        return Optional.of("restored: " + path);
    }

    private static void relink(Path link, String target) throws IOException {
        Path fresh = link.resolveSibling(".netfix-new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, Path.of(target));
        Files.move(fresh, link, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void own(Path path, int mode, int uid, int gid) throws IOException {
        if (!owner(path).equals(uid + ":" + gid)) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        }
        Files.setAttribute(path, "unix:mode", mode);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs)
                            throws IOException {
                        return one(dir);
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
                            throws IOException {
                        return one(file);
                    }

                    private FileVisitResult one(Path path) throws IOException {
                        Files.copy(
                                path,
                                to.resolve(from.relativize(path).toString()),
                                StandardCopyOption.COPY_ATTRIBUTES,
                                LinkOption.NOFOLLOW_LINKS);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /**
     * Zeros in place of what every file in it holds: its blocks stay in an image when it is gone.
     */
    void overwriteAll(String path) throws IOException {
        if (!Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(at(path))) {
            for (Path file : all.filter(p -> kind(p).equals("file")).toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    put(channel, new byte[(int) channel.size()]);
                }
            }
        }
    }

    /** Where it lies, so that nothing of what was there stays in any block. */
    void overwrite(String path, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(tree.resolve(path, true), StandardOpenOption.WRITE)) {
            if (channel.size() != content.length) {
                throw new IOException(path + " has changed meanwhile");
            }
            put(channel, content);
        }
    }

    /** Without following any link. */
    void deleteAll(String path) throws IOException {
        delete(at(path));
        settleEach(at(path));
    }

    void deleteIfEmpty(String path) throws IOException {
        if (Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS)) {
            removeIfEmpty(at(path));
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, IOException failure)
                            throws IOException {
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** One line for what went wrong on a card. */
    static BadInput refused(IOException e, String root) {
        return e instanceof AccessDeniedException
                ? BadInput.notAllowed("not allowed to change " + e.getMessage() + "; use sudo")
                : new BadInput(root + ": " + reason(e));
    }

    /** Of some, the message is the file's name alone. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "no such file, or no folder for it: " + e.getMessage()
                : e.getMessage();
    }
}
