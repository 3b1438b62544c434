package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Work that must not be done twice at once, neither by two labs nor by two threads of one. */
final class OneAtATime {

    /** The lock of a file is the whole process's: threads need one of their own before it. */
    private static final Map<Path, Object> THREADS = new ConcurrentHashMap<>();

    private OneAtATime() {}

    /** The work. */
    interface Work {
        void run() throws IOException;
    }

    static void at(Path lockFile, Work work) {
        synchronized (THREADS.computeIfAbsent(lockFile, path -> new Object())) {
            try (FileChannel file =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                if (!lock.isValid()) {
                    throw new LabFailure("cannot lock " + lockFile);
                }
                work.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
