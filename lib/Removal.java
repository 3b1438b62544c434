package netfix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What uninstall is to do on a machine: all that install noted goes, what was there before comes
 * back, and what somebody has changed since stays and is named.
 */
final class Removal {

    /** As install names it. */
    private static final Pattern EDIT = Pattern.compile("\\.edited(\\.\\d+)?$");

    private final Machine machine;
    private final List<String> shown = new ArrayList<>();
    private final List<Change.OnDisk> changes = new ArrayList<>();
    private final List<InstallPlan.Owned> owned = new ArrayList<>();
    private final List<InstallPlan.Aside> back = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();
    private final Installed installed;

    private Removal(Machine machine, Installed installed) {
        this.machine = machine;
        this.installed = installed;
    }

    /** Nothing where nothing was installed. */
    static Optional<Removal> of(Machine machine) {
        Reading<Installed> installed = Installed.on(machine);
        installed
                .whyUnknown()
                .ifPresent(
                        why -> {
                            throw BadInput.notAllowed(why + "; use sudo");
                        });
        return installed.value().map(it -> new Removal(machine, it).all());
    }

    private Removal all() {
        shown.add("rm -r " + Installation.FOLDER);
        for (Installed.Piece piece : installed.pieces()) {
            switch (piece.kind()) {
                case FILE -> file(piece);
                case LINK -> link(piece);
                case CATALOG -> catalog(piece);
                case FOLDER -> folders.add(0, piece.path());
                case KEPT, WAS -> {
                    // After everything else, below: its place has to be free; and what a file was
                    // is asked for where the file is.
                }
            }
        }
        installed.of(Installed.Kind.KEPT).forEach(this::kept);
        edits();
        recorder();
        return this;
    }

    /** What its owner had edited and an update has kept beside the new file. */
    private void edits() {
        for (String folder : List.of(Installation.FOLDER, Installation.FOLDER + "/lib")) {
            for (String name : machine.list(folder).orElse(List.of())) {
                if (EDIT.matcher(name).find()) {
                    shown.add("with it goes what you had edited: " + folder + "/" + name);
                }
            }
        }
    }

    /** It is a copy, made by its own command, so that it outlives whatever happens here. */
    private void recorder() {
        if (!machine.stat(InstallPlan.RECORDER).isAbsent()) {
            shown.add(
                    "keep the recorder of the boots; to take it away: sudo sh "
                            + InstallPlan.RECORDER
                            + "/boot-diagnostic.sh uninstall");
        }
    }

    private void file(Installed.Piece piece) {
        boolean inside = piece.path().startsWith(Installation.FOLDER + "/");
        Reading<FileStat> there = machine.stat(piece.path());
        if (there.value().isEmpty()) {
            return;
        }
        Optional<String> now = InstallPlan.hash(machine, piece.path());
        boolean edited =
                now.isPresent()
                        && !piece.word().equals(Installed.WHATEVER)
                        && !installed.wrote(piece.path(), now.get())
                        && !isSomebodys(piece.path(), now);
        if (inside) {
            if (edited) {
                shown.add("with it goes what you have edited: " + piece.path());
            }
        } else if (edited) {
            shown.add("keep " + piece.path() + ", which somebody has changed");
        } else {
            remove(piece.path());
        }
    }

    /** An install that was cut short did not come to it: it is what it was before. */
    private boolean isSomebodys(String path, Optional<String> now) {
        return installed
                .at(Installed.Kind.KEPT, path)
                .flatMap(kept -> InstallPlan.hash(machine, kept.word()))
                .equals(now);
    }

    private void remove(String path) {
        shown.add("rm " + Command.quoted(path));
        changes.add(new Change.Remove(path, ""));
    }

    private void link(Installed.Piece piece) {
        Optional<String> target = machine.stat(piece.path()).value().map(FileStat::target);
        if (target.equals(Optional.of(piece.word()))) {
            remove(piece.path());
        }
    }

    private void catalog(Installed.Piece piece) {
        String file = piece.path();
        Optional<String> now = machine.read(file).value();
        if (now.isEmpty() || !JbangCatalog.names(now.get(), InstallPlan.CATALOG)) {
            return;
        }
        Optional<String> before = piece.before(machine);
        boolean asWeLeftIt =
                now.get()
                        .equals(
                                JbangCatalog.registered(
                                        before.orElse(""), file, InstallPlan.CATALOG));
        if (asWeLeftIt && before.isEmpty()) {
            remove(file);
            return;
        }
        shown.add("take the catalog netfix out of " + file);
        String text =
                asWeLeftIt
                        ? before.get()
                        : JbangCatalog.without(now.get(), file, InstallPlan.CATALOG);
        FileStat stat = machine.stat(file).value().orElseThrow();
        changes.add(Change.Put.text(file, stat.mode(), text, ""));
        owned.add(new InstallPlan.Owned(file, stat.uid(), stat.gid()));
    }

    private void kept(Installed.Piece piece) {
        boolean free =
                machine.stat(piece.path()).value().isEmpty()
                        || changes.stream()
                                .anyMatch(
                                        c ->
                                                c instanceof Change.Remove
                                                        && c.path().equals(piece.path()));
        if (machine.stat(piece.word()).value().isEmpty()) {
            return;
        }
        if (free) {
            shown.add("mv " + Command.quoted(piece.word()) + " " + Command.quoted(piece.path()));
            back.add(new InstallPlan.Aside(piece.word(), piece.path()));
        } else {
            shown.add("keep " + piece.word() + ", because " + piece.path() + " is in its place");
        }
    }

    List<String> shown() {
        return shown;
    }

    List<Change.OnDisk> changes() {
        return changes;
    }

    List<InstallPlan.Owned> owned() {
        return owned;
    }

    /** What goes back to its place at the end. */
    List<InstallPlan.Aside> back() {
        return back;
    }

    /** Those that were not there, the innermost first; they go where nothing else is in them. */
    List<String> folders() {
        return folders;
    }

    /**
     * What a fix has put in place may run from here, and is taken back from here.
     *
     * @throws BadInput where it does
     */
    static void refuseWhileInUse(Machine machine, Optional<Path> root) {
        refuseWhileAFixIsInForce(machine, root);
        List<String> running = running(machine);
        if (!running.isEmpty()) {
            // After fix seal, or on a cloned card, there is no fix any more to take back.
            throw new BadInput(
                    "nothing was removed: "
                            + String.join(", ", running)
                            + (running.size() == 1 ? " runs" : " run")
                            + " from here, and what was there before is no longer kept."
                            + withoutThem(running, root)
                            + ", then "
                            + Cli.asRoot("uninstall", System.getenv())
                            + root.map(Cli::onRoot).orElse(""));
        }
    }

    /** Those of netfix's services that run now, or that something starts. */
    static List<String> running(Machine machine) {
        Set<String> found = new HashSet<>();
        UnitFiles.wants(machine).values().forEach(found::addAll);
        List<String> all = Services.ALL.stream().map(Services::unit).toList();
        if (machine.runsCommands()) {
            List<String> argv = new ArrayList<>(List.of("systemctl", "is-active", "--"));
            argv.addAll(all);
            // One line each, whatever the exit status.
            List<String> states =
                    machine.run(Command.of(argv.toArray(String[]::new))).stdout().lines().toList();
            for (int i = 0; i < Math.min(states.size(), all.size()); i++) {
                if (!Set.of("inactive", "failed", "unknown").contains(states.get(i))) {
                    found.add(all.get(i));
                }
            }
        }
        return all.stream().filter(found::contains).toList();
    }

    /** The sentence that says what to type, without its end. */
    static String withoutThem(List<String> running, Optional<Path> root) {
        String systemctl =
                "sudo systemctl "
                        + root.map(top -> "--root " + Command.quoted(top.toString()) + " ")
                                .orElse("");
        String now = root.isPresent() ? " " : " --now ";
        return " To do without them: "
                + systemctl
                + "disable"
                + now
                + String.join(" ", running)
                + (running.contains(Services.STABLE.unit())
                        ? ", " + systemctl + "enable" + now + "btwifiset.service"
                        : "");
    }

    private static void refuseWhileAFixIsInForce(Machine machine, Optional<Path> root) {
        Undo.refuseUnread(machine, "nothing was removed");
        Transaction.State state = Transaction.state(machine);
        boolean nothingKept = !state.pending() && PlanFolder.fixes(machine).isEmpty();
        if (!nothingKept && !Set.of("none", "rolled-back").contains(state.name())) {
            throw new BadInput(
                    "nothing was removed: fix "
                            + state.fix()
                            + " is in force ("
                            + state.name()
                            + "). Take it back first: "
                            + Cli.asRoot("fix", System.getenv())
                            + " undo"
                            + root.map(Cli::onRoot).orElse("")
                            + ", then uninstall");
        }
    }
}
