package netfix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as the files that the transaction's sh works by; see transaction.sh for their meaning. */
final class PlanFolder {

    static final String BASE = "/var/lib/netfix";

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private final String owner;

    private PlanFolder(String owner) {
        this.owner = owner;
    }

    /**
     * @param owner {@code 0:0}, whom what is written belongs to
     */
    static Map<String, byte[]> of(Plan plan, List<String> paths, String owner) {
        PlanFolder folder = new PlanFolder(owner);
        int number = 0;
        for (Plan.Step step : plan.steps()) {
            number++;
            String at = op(number) + "/";
            folder.line(at + "shown", Terminal.safe(step.change().shown()));
            folder.line(at + "measure", step.measure());
            folder.change(at, step.change());
        }
        folder.line("paths", String.join("\n", paths));
        if (plan.lifeline()) {
            folder.line("lifeline", "");
        }
        return folder.files;
    }

    /** Where the change of that number lies in its fix's folder. */
    static String op(int number) {
        return String.format(Locale.ROOT, "ops/%04d", number);
    }

    /** The numbers of the fixes that have been made here, the oldest first. */
    static List<String> fixes(Machine machine) {
        return machine.list(BASE).orElse(List.of()).stream()
                .filter(name -> name.matches("\\d{4}"))
                .sorted()
                .toList();
    }

    /** The number of a fix that is to be made. */
    static String next(Machine machine) {
        int last = fixes(machine).stream().mapToInt(Integer::parseInt).max().orElse(0);
        return String.format(Locale.ROOT, "%04d", last + 1);
    }

    private void change(String at, Change change) {
        if (change instanceof Change.OnDisk onDisk) {
            line(at + "path", onDisk.path());
            if (onDisk.lifeline()) {
                line(at + "lifeline", "");
            }
            if (onDisk.rewrittenByDaemons()) {
                line(at + "volatile", "");
            }
        }
        if (change instanceof Change.Put put) {
            line(at + "kind", "put");
            owned(at, put.mode());
            files.put(at + "data", put.content());
        } else if (change instanceof Change.InPlace inPlace) {
            line(at + "kind", "in-place");
            files.put(at + "data", inPlace.content());
        } else if (change instanceof Change.Link link) {
            line(at + "kind", "link");
            line(at + "target", link.target());
        } else if (change instanceof Change.Remove) {
            line(at + "kind", "remove");
        } else if (change instanceof Change.Mode mode) {
            line(at + "kind", "mode");
            owned(at, mode.mode());
        } else if (change instanceof Change.Folder folder) {
            line(at + "kind", "folder");
            owned(at, folder.mode());
        } else if (change instanceof Change.Tree tree) {
            line(at + "kind", "tree");
            tree.files().forEach((name, content) -> files.put(at + "data/" + name, content));
        } else if (change instanceof Change.UnitJob job) {
            line(at + "kind", "unit");
            line(at + "verb", job.verb());
            line(at + "unit", job.unit());
            line(at + "inverse", job.inverse().isEmpty() ? "none" : job.inverse());
        } else if (change instanceof Change.ReloadUnits) {
            line(at + "kind", "reload-units");
        } else if (change instanceof Change.Run run) {
            line(at + "kind", "run");
            line(at + "argv", String.join("\n", run.argv()));
            if (!run.inverse().isEmpty()) {
                line(at + "inverse", String.join("\n", run.inverse()));
                line(at + "inverse-shown", Terminal.safe(Command.shown(run.inverse())));
            }
            if (run.tolerated()) {
                line(at + "tolerate", "");
            }
        } else if (change instanceof Change.Listed listed) {
            line(at + "kind", "listed");
            line(at + "path", listed.path());
        } else if (change instanceof Change.StraySupplicants strays) {
            line(at + "kind", "strays");
            line(at + "device", strays.device());
        } else {
            throw new IllegalStateException("a change that no file says: " + change);
        }
    }

    private void owned(String at, int mode) {
        line(at + "mode", Integer.toOctalString(mode));
        line(at + "owner", owner);
    }

    private void line(String name, String text) {
        files.put(name, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The transaction's sh, which comes with netfix's classes. */
    static byte[] script() {
        try (var in = PlanFolder.class.getResourceAsStream("/netfix/transaction.sh")) {
            if (in == null) {
                throw new IllegalStateException("transaction.sh is not among netfix's files");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
