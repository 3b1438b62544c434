package netfix;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A mounted card or an image being built: files only, every path and every absolute symbolic link
 * resolved inside it.
 */
public final class RootedMachine implements Machine {

    private final FileTree files;

    /**
     * @throws BadInput where {@code root} is not the root folder of a Linux system
     */
    public RootedMachine(Path root) {
        if (!Files.isDirectory(root)) {
            throw new BadInput(
                    root
                            + " is not a folder; --root wants the folder where the card's root"
                            + " partition is mounted");
        }
        this.files = new FileTree(root);
        if (files.list("/etc").isAbsent()
                || (files.list("/usr").isAbsent() && files.list("/lib").isAbsent())) {
            String hint =
                    Files.exists(root.resolve("cmdline.txt"))
                            ? "it looks like the boot partition; mount the other one (rootfs)"
                            : "it has no etc and usr folder";
            throw new BadInput(root + " is not the root of a Linux system: " + hint);
        }
    }

    @Override
    public CommandResult run(Command command) {
        return CommandResult.notRun(
                command, CommandResult.Outcome.NOT_RUN, "not run, a mounted root is only read");
    }

    @Override
    public Reading<String> read(String path) {
        return files.read(path);
    }

    @Override
    public Reading<List<String>> list(String folder) {
        return files.list(folder);
    }

    @Override
    public Reading<FileStat> stat(String path) {
        return files.stat(path);
    }

    @Override
    public boolean runsCommands() {
        return false;
    }

    @Override
    public Instant clock() {
        return Instant.now();
    }

    @Override
    public String describe() {
        return "the root at " + files.top();
    }
}
