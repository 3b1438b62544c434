//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
package netfix;

import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;
import org.zeroturnaround.exec.listener.ProcessListener;
import org.zeroturnaround.exec.stream.ExecuteStreamHandler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The machine that netfix runs on. */
public final class LiveMachine extends MachineOfFiles implements Writable {

    /**
     * More output than this (16 MiB) is cut: a journal gone wild must not cost a 1 GB Pi its
     * memory.
     */
    private static final int MOST_OUTPUT = 16 << 20;

    /**
     * Multiplies every time limit, 1 to 100: on an emulated or badly overloaded machine nothing
     * hangs and everything is late.
     */
    private static final String PATIENCE = "NETFIX_PATIENCE";

    /**
     * What a command says is read by us, in whatever language its user speaks. In C itself nmcli
     * shows a name that is not ASCII with question marks (ushiboy/nmcli, issue 43).
     */
    static final Map<String, String> UNTRANSLATED = Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "");

    private final int patience;

    /**
     * @throws BadInput where the environment asks for a patience that is none
     */
    public LiveMachine() {
        super(Path.of("/"));
        String given = System.getenv().getOrDefault(PATIENCE, "1");
        if (!given.matches("[1-9]\\d?|100")) {
            throw new BadInput(
                    PATIENCE
                            + " is '"
                            + given
                            + "'; it is a whole number from 1 to 100 that multiplies every time"
                            + " limit");
        }
        patience = Integer.parseInt(given);
    }

    /** What every time limit is multiplied by. */
    public int patience() {
        return patience;
    }

    @Override
    public CommandResult run(Command command) {
        Optional<Path> tool = installed(command.tool());
        if (tool.isEmpty()) {
            return CommandResult.notRun(
                    command, CommandResult.Outcome.NO_SUCH_TOOL, "not installed");
        }
        List<String> argv = new ArrayList<>(command.argv());
        argv.set(0, tool.get().toString());
        Output output = new Output(command.timeout().toMillis() * patience);
        try {
            ProcessResult result =
                    new ProcessExecutor(argv)
                            .environment(UNTRANSLATED)
                            // Without, zt-exec has the process mix both.
                            .redirectErrorStream(false)
                            .streams(new NotPumped())
                            .addListener(output)
                            .execute();
            return CommandResult.exited(
                    command, result.getExitValue(), output.out.text(), output.err.text());
        } catch (Overdue e) {
            return new CommandResult(
                    command.argv(),
                    CommandResult.Outcome.TIMED_OUT,
                    -1,
                    output.out.text(),
                    output.err.text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandResult.notRun(command, CommandResult.Outcome.NOT_RUN, "interrupted");
        } catch (IOException | UncheckedIOException | TimeoutException e) {
            return CommandResult.notRun(
                    command,
                    CommandResult.Outcome.NOT_RUN,
                    "could not be started: " + e.getMessage());
        }
    }

    private static final class Overdue extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * Collects what a command says in the thread that waits for it. zt-exec's pumps, its closing
     * with a time limit and its waiting with one are four threads more for each command, which were
     * a fifth of what a look costs on an emulated Pi.
     */
    private static final class Output extends ProcessListener {

        /** While it says something it is asked every millisecond: a pipe holds 64 KiB only. */
        private static final long LONGEST_PAUSE_MS = 100;

        final Bounded out = new Bounded();
        final Bounded err = new Bounded();
        private final long limit;

        Output(long limit) {
            this.limit = limit;
        }

        /**
         * @throws Overdue where the limit is over: it has been killed, or is beyond that
         */
        @Override
        public void afterStart(Process process, ProcessExecutor executor) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limit);
            try {
                process.getOutputStream().close();
                long pause = 1;
                while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
                    boolean said = drain(process);
                    pause = said ? 1 : Math.min(LONGEST_PAUSE_MS, 2 * pause);
                    if (System.nanoTime() - end > 0) {
                        // This closes what it said, too.
                        process.destroyForcibly().waitFor(1, TimeUnit.SECONDS);
                        throw new Overdue();
                    }
                }
                drain(process);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            } catch (IOException e) {
                process.destroyForcibly();
                throw new UncheckedIOException(e);
            }
        }

        /**
         * What is there now, once: one that never stops talking would never see its limit, and a
         * child of the command's may hold its output open for ever.
         */
        private boolean drain(Process process) throws IOException {
            return drain(process.getInputStream(), out) | drain(process.getErrorStream(), err);
        }

        private static boolean drain(InputStream from, Bounded to) throws IOException {
            byte[] bytes = from.readNBytes(from.available());
            to.write(bytes, 0, bytes.length);
            return bytes.length > 0;
        }
    }

    /** Leaves the streams to {@link Output}. */
    private static final class NotPumped implements ExecuteStreamHandler {
        @Override
        public void setProcessInputStream(OutputStream to) {}

        @Override
        public void setProcessErrorStream(InputStream from) {}

        @Override
        public void setProcessOutputStream(InputStream from) {}

        @Override
        public void start() {}

        @Override
        public void stop() {}
    }

    /**
     * Looks along PATH and then in the sbin folders: sudo, cron and Debian's ordinary users have no
     * sbin on PATH, and rfkill and iw live there. (The JVM looks a program up along its own PATH,
     * whatever the child's environment says.)
     */
    static Optional<Path> installed(String tool) {
        String path = System.getenv("PATH");
        String folders =
                (path == null ? "/usr/local/bin:/usr/bin:/bin" : path)
                        + ":/usr/local/sbin:/usr/sbin:/sbin";
        for (String folder : folders.split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, tool);
            if (folder.startsWith("/") && Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean runsCommands() {
        return true;
    }

    @Override
    public String describe() {
        return "this machine";
    }

    @Override
    public void write(String path, byte[] content, int mode) throws IOException {
        Path file = Path.of(path);
        Path fresh = file.resolveSibling("." + file.getFileName() + ".netfix-new");
        Files.deleteIfExists(fresh);
        Set<PosixFilePermission> permissions = permissions(mode);
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(permissions))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            // The umask may have taken bits away.
            Files.setPosixFilePermissions(fresh, permissions);
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void stage(String folder, Map<String, byte[]> files) throws IOException {
        var mine = PosixFilePermissions.asFileAttribute(permissions(0700));
        Path top = Path.of(folder);
        Files.createDirectories(top.getParent(), mine);
        Files.createDirectory(top, mine);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = top.resolve(file.getKey());
            byte[] content = file.getValue();
            Files.createDirectories(path.getParent(), mine);
            boolean script = content.length > 1 && content[0] == '#' && content[1] == '!';
            Files.createFile(
                    path, PosixFilePermissions.asFileAttribute(permissions(script ? 0700 : 0600)));
            Files.write(path, content);
        }
    }

    /** The nine lower bits of a mode. */
    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values();
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < all.length; bit++) {
            // The enum's order is that of the letters rwxrwxrwx.
            if ((mode >> (all.length - 1 - bit) & 1) == 1) {
                set.add(all[bit]);
            }
        }
        return set;
    }

    @Override
    public int runShown(List<String> argv, PrintStream to) throws IOException {
        try {
            return new ProcessExecutor(argv)
                    .environment("LC_ALL", "C")
                    .redirectOutput(to)
                    .redirectError(System.err)
                    .execute()
                    .getExitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }

    private static final class Bounded extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] b, int off, int len) {
            super.write(b, off, Math.min(len, Math.max(0, MOST_OUTPUT - size())));
        }

        @Override
        public synchronized void write(int b) {
            if (size() < MOST_OUTPUT) {
                super.write(b);
            }
        }

        synchronized String text() {
            return toString(StandardCharsets.UTF_8);
        }
    }
}
