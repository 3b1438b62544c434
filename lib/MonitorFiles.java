package netfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What monitor keeps: its log, its memory, the profiles that worked, and in /run what others ask it
 * by. What cannot be written is said once, and monitor goes on with what it has in its head.
 */
final class MonitorFiles {

    /** With the one before it, half a megabyte: a line is a change, and a card is small. */
    static final long MOST_LOG = 256 << 10;

    private static final String KNOWN_GOOD = "netfix/known-good/1";

    private final Path base;
    private final Path log;
    private final Path run;
    private final List<String> complaints = new ArrayList<>();
    private boolean mayRemember = true;
    private FileChannel lock;

    /**
     * @param root of the machine; another one in tests
     */
    MonitorFiles(Path root) {
        base = root.resolve("var/lib/netfix");
        log = root.resolve("var/log/network-monitor.log");
        run = root.resolve("run/netfix");
    }

    /** What could not be read or written since this was asked last; each is said once. */
    List<String> complaints() {
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    // --- One monitor at a time

    /**
     * Held until the process ends, however it ends.
     *
     * @return the reason, where there is another one
     */
    Optional<String> lock() {
        try {
            folder(run, "rwxr-xr-x");
            lock =
                    FileChannel.open(
                            run.resolve("monitor.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock mine = lock.tryLock();
            return mine == null ? Optional.of("another monitor is running") : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.of("another monitor is running");
        } catch (IOException e) {
            return Optional.of(run + " cannot be written: " + reason(e));
        }
    }

    // --- The log

    /** A line a change; the old half goes where it grows too long. */
    void log(Instant at, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(at.truncatedTo(ChronoUnit.SECONDS)).append(' ').append(line).append('\n');
        }
        try {
            if (Files.exists(log) && Files.size(log) > MOST_LOG) {
                Files.move(
                        log,
                        log.resolveSibling(log.getFileName() + ".1"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            try (FileChannel channel =
                    FileChannel.open(
                            log,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    StandardOpenOption.APPEND),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-r--r--")))) {
                write(channel, text.toString());
            }
        } catch (IOException e) {
            complain(log + " cannot be written: " + reason(e));
        }
    }

    // --- The memory

    MonitorMemory memory() {
        Path file = base.resolve("monitor/memory");
        try {
            if (Files.notExists(file)) {
                return new MonitorMemory();
            }
            return MonitorMemory.parse(Files.readString(file));
        } catch (MonitorMemory.Unreadable e) {
            if (e.newer()) {
                mayRemember = false;
                complain(
                        file
                                + ": "
                                + e.getMessage()
                                + "; it is left alone, and counting begins"
                                + " anew");
            } else {
                complain(file + ": " + e.getMessage() + "; it is kept as memory.bad");
                aside(file);
            }
        } catch (IOException | UncheckedIOException e) {
            complain(file + " cannot be read: " + e.getMessage());
            aside(file);
        }
        return new MonitorMemory();
    }

    private void aside(Path file) {
        try {
            Files.move(
                    file, file.resolveSibling("memory.bad"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            mayRemember = false;
        }
    }

    /** On the disk when this returns. */
    void remember(MonitorMemory memory) {
        if (mayRemember) {
            put(base.resolve("monitor/memory"), memory.text(), "rw-------", true);
        }
    }

    // --- Profiles that worked

    List<KnownGood.Copy> copies() {
        List<KnownGood.Copy> copies = new ArrayList<>();
        Path folder = base.resolve("known-good");
        if (!Files.isDirectory(folder)) {
            return copies;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                if (file.getFileName().toString().matches("[0-9A-Za-z-]{1,64}")
                        && copies.size() < KnownGood.MOST) {
                    copy(file).ifPresent(copies::add);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            complain(folder + " cannot be read: " + e.getMessage());
        }
        return copies;
    }

    /** One that cannot be read costs itself alone. */
    private Optional<KnownGood.Copy> copy(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            complain(file + " cannot be read, and is passed over: " + reason(e));
            return Optional.empty();
        }
        String[] parts = text.split("\n", 5);
        if (parts.length != 5
                || !parts[0].equals(KNOWN_GOOD)
                || !parts[1].startsWith(KnownGood.FOLDER + "/")
                || parts[1].substring(KnownGood.FOLDER.length() + 1).contains("/")
                || !parts[3].matches("\\d{1,18}")) {
            complain(file + " is no copy of a profile, and is passed over");
            return Optional.empty();
        }
        Profile profile = Profile.parse(parts[1], parts[4], Optional.empty());
        return Optional.of(
                new KnownGood.Copy(
                        // NetworkManager's own, where the text has none.
                        profile.uuid().isEmpty() ? file.getFileName().toString() : profile.uuid(),
                        profile.id(),
                        parts[1],
                        parts[2],
                        profile.type().equals(Profile.WIFI),
                        profile.ssid(),
                        Long.parseLong(parts[3]),
                        parts[4]));
    }

    void keep(KnownGood.Change change) {
        change.kept()
                .filter(copy -> copy.uuid().matches("[0-9A-Za-z-]{1,64}"))
                .filter(copy -> !(copy.file() + copy.device()).contains("\n"))
                .ifPresent(
                        copy ->
                                put(
                                        base.resolve("known-good").resolve(copy.uuid()),
                                        String.join(
                                                "\n",
                                                KNOWN_GOOD,
                                                copy.file(),
                                                copy.device(),
                                                String.valueOf(copy.last()),
                                                copy.text()),
                                        "rw-------",
                                        true));
        if (change.dropped().matches("[0-9A-Za-z-]{1,64}")) {
            try {
                Files.deleteIfExists(base.resolve("known-good").resolve(change.dropped()));
            } catch (IOException e) {
                complain("a copy of a profile could not be removed: " + reason(e));
            }
        }
    }

    // --- For those who ask

    void status(String json) {
        put(run.resolve("monitor.json"), json, "rw-r--r--", false);
    }

    Reading<String> status() {
        Path file = run.resolve("monitor.json");
        try {
            return Files.exists(file)
                    ? Reading.known(Files.readString(file))
                    : Reading.absent("monitor has not run since the boot");
        } catch (IOException e) {
            return Reading.unknown(file + " cannot be read: " + reason(e));
        }
    }

    /** In the words of node_exporter's textfile collector, which reads whole files only. */
    void metrics(Path file, String text) {
        put(file.toAbsolutePath(), text, "rw-r--r--", false);
    }

    /**
     * @param untilUptime seconds since the boot
     * @throws BadInput where it cannot be written
     */
    void hold(long untilUptime) {
        put(run.resolve("hold"), untilUptime + "\n", "rw-r--r--", false);
        for (String complaint : complaints()) {
            throw new BadInput(complaint);
        }
    }

    /** Seconds since the boot until which hands are kept off; 0 for never. */
    long hold() {
        try {
            String text = Files.readString(run.resolve("hold")).strip();
            return text.matches("\\d{1,12}") ? Long.parseLong(text) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    // --- How it is written

    /** Whole or not at all. */
    private void put(Path file, String text, String mode, boolean synced) {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".netfix-new");
        try {
            folder(file.getParent(), synced ? "rwx------" : "rwxr-xr-x");
            Files.deleteIfExists(fresh);
            try (FileChannel channel =
                    FileChannel.open(
                            fresh,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString(mode)))) {
                write(channel, text);
                if (synced) {
                    channel.force(true);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            if (synced) {
                try (FileChannel folder = FileChannel.open(file.getParent())) {
                    folder.force(true);
                }
            }
        } catch (IOException e) {
            complain(file + " cannot be written: " + reason(e));
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void folder(Path folder, String mode) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    }

    private final Set<String> said = new java.util.HashSet<>();

    private void complain(String what) {
        if (said.add(what)) {
            complaints.add(what);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getClass().getSimpleName().replace("Exception", "")
                        + (e.getMessage() == null ? "" : " " + e.getMessage());
    }
}
