package netfix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A mounted card or an image being built: files only, every path and every absolute symbolic link
 * resolved inside it.
 */
public final class RootedMachine extends MachineOfFiles {

    /**
     * @throws BadInput where {@code root} is not the root folder of a Linux system
     */
    public RootedMachine(Path root) {
        super(root);
        if (!Files.isDirectory(root)) {
            throw new BadInput(
                    root
                            + " is not a folder; --root wants the folder where the card's root"
                            + " partition is mounted");
        }
        if (files.list("/etc").isAbsent()
                || (files.list("/usr").isAbsent() && files.list("/lib").isAbsent())) {
            String hint =
                    Files.exists(root.resolve("cmdline.txt"))
                            ? "it looks like the boot partition; mount the other one (rootfs)"
                            : "it has no etc and usr folder";
            throw new BadInput(root + " is not the root of a Linux system: " + hint);
        }
    }

    /**
     * Where a card is changed nothing runs: no proof, no way back by itself, no lock.
     *
     * @throws BadInput where that would be the machine that this runs on
     */
    static void notThisMachine(Path root) {
        try {
            if (Files.isSameFile(root, Path.of("/"))) {
                throw new BadInput(
                        "--root "
                                + root
                                + " is the machine that this runs on, not a mounted card; leave"
                                + " --root out (only to look at it, diagnose --root / works)");
            }
        } catch (IOException e) {
            throw new BadInput(root + " cannot be read: " + e.getMessage());
        }
    }

    @Override
    public CommandResult run(Command command) {
        return CommandResult.notRun(
                command, CommandResult.Outcome.NOT_RUN, "not run, a mounted root is only read");
    }

    @Override
    public boolean runsCommands() {
        return false;
    }

    @Override
    public String describe() {
        return "the root at " + files.top();
    }
}
