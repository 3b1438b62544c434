package netfix;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A machine whose files are at hand, now. */
abstract class MachineOfFiles implements Machine {

    final FileTree files;

    MachineOfFiles(Path root) {
        files = new FileTree(root);
    }

    @Override
    public final Reading<String> read(String path) {
        return files.read(path);
    }

    @Override
    public final Reading<List<String>> list(String folder) {
        return files.list(folder);
    }

    @Override
    public final Reading<FileStat> stat(String path) {
        return files.stat(path);
    }

    @Override
    public final Instant clock() {
        return Instant.now();
    }
}
