package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What install is to do on a machine, decided before anything is done: every file, what of others
 * is in its way, and the note of it all by which it can be taken back.
 */
final class InstallPlan {

    /** A copy, made before anything is written over what was there. */
    record Aside(String path, String beside) {}

    /** Whose something is afterwards, where that is not root. */
    record Owned(String path, int uid, int gid) {}

    private static final String FOLDER = Installation.FOLDER;
    static final String BUILDS = FOLDER + "/builds";
    static final String CATALOG = FOLDER + "/jbang-catalog.json";
    private static final String JBANG = Script.COMMANDS + "/jbang";

    private final Machine machine;
    private final Installed former;
    private final List<String> shown = new ArrayList<>();
    private final List<Aside> asides = new ArrayList<>();
    private final List<Change.OnDisk> changes = new ArrayList<>();
    private final List<Owned> owned = new ArrayList<>();
    private final List<Installed.Piece> pieces = new ArrayList<>();
    private final Set<String> folders = new TreeSet<>();

    private InstallPlan(Machine machine) {
        this.machine = machine;
        this.former = Installed.on(machine).orElse(new Installed(List.of()));
    }

    /**
     * @throws BadInput where a user's catalog cannot be read, or where it cannot be told what is
     *     there
     */
    static InstallPlan of(Machine machine, Parcel parcel, List<Account> accounts) {
        Installed.on(machine)
                .whyUnknown()
                .ifPresent(
                        why -> {
                            throw BadInput.notAllowed(why + "; use sudo");
                        });
        InstallPlan plan = new InstallPlan(machine);
        plan.changes.addAll(plan.folder(FOLDER));
        int note = plan.changes.size();
        plan.scripts(parcel);
        Script.ALL.forEach(script -> plan.launcher(script, parcel.launcher(script)));
        plan.command(Script.BOOTDIAG, parcel.bootDiagnostic());
        plan.jbang();
        accounts.forEach(plan::catalog);
        // Before anything that it names: what is cut short can be taken back, too.
        plan.changes.add(
                note, Change.Put.text(Installed.FILE, 0644, new Installed(plan.pieces).text(), ""));
        return plan;
    }

    private void scripts(Parcel parcel) {
        shown.add(
                "write "
                        + FOLDER
                        + "/ (the scripts and lib, "
                        + parcel.texts().size()
                        + " files; edit them there), with JBang and all that it needs offline");
        parcel.texts()
                .forEach(
                        (name, content) -> {
                            String path = FOLDER + "/" + name;
                            keepEdit(path, content);
                            put(path, content);
                        });
        put(FOLDER + "/" + Parcel.JAR, parcel.jbang());
        parcel.jars().forEach((name, jar) -> put(FOLDER + "/jars/" + name, jar));
        if (machine.runsCommands()) {
            // An image may have another Java, which builds there.
            parcel.build().forEach((name, jar) -> put(BUILDS + "/jbang/cache/jars/" + name, jar));
        }
        for (Installed.Piece old : former.of(Installed.Kind.FILE)) {
            boolean gone = pieces.stream().noneMatch(p -> p.path().equals(old.path()));
            // A build goes when there is another one (launcher.sh): what starts by it goes on until
            // then.
            gone &= !old.path().startsWith(BUILDS + "/");
            if (gone && old.path().startsWith(FOLDER + "/") && isThere(old.path())) {
                keepEdit(old.path(), new byte[0]);
                changes.add(new Change.Remove(old.path(), ""));
            }
        }
    }

    /** What its owner has edited since the last install stays, beside the new one. */
    private void keepEdit(String path, byte[] fresh) {
        Optional<String> written = former.at(Installed.Kind.FILE, path).map(Installed.Piece::word);
        Optional<String> now = hash(machine, path);
        if (written.isEmpty()
                || now.isEmpty()
                || now.equals(written)
                || now.get().equals(Installation.sha256(fresh))) {
            return;
        }
        String beside = path + ".edited";
        for (int i = 2; isThere(beside) && !hash(machine, beside).equals(now); i++) {
            beside = path + ".edited." + i;
        }
        asides.add(new Aside(path, beside));
        shown.add("keep what you have edited: " + path + " as " + beside);
    }

    private void launcher(Script script, byte[] text) {
        command(script, text);
        if (machine.runsCommands()) {
            // What is in it only the script can say, once it is built.
            folder(Script.COMPLETIONS).forEach(changes::add);
            pieces.add(
                    new Installed.Piece(
                            Installed.Kind.FILE, Installed.WHATEVER, script.completion()));
        }
    }

    private void command(Script script, byte[] text) {
        String path = script.launcher();
        outOfTheWay(path, text);
        shown.add("write " + path + "  # " + script.name());
        put(path, text);
    }

    /** Somebody's file under that name, such as the documentation's own script, is kept. */
    private void outOfTheWay(String path, byte[] fresh) {
        former.at(Installed.Kind.KEPT, path).ifPresent(pieces::add);
        if (former.at(Installed.Kind.FILE, path).isPresent()) {
            keepEdit(path, fresh);
        } else if (isThere(path)) {
            String beside = path + ".before-netfix";
            if (isThere(beside)) {
                throw new BadInput(
                        path
                                + " is not netfix's, and "
                                + beside
                                + " is there already; move one of them away");
            }
            asides.add(new Aside(path, beside));
            shown.add("keep what was there: " + path + " as " + beside);
            pieces.add(new Installed.Piece(Installed.Kind.KEPT, beside, path));
        }
    }

    /** A jbang command, unless there is one. */
    private void jbang() {
        String target = "../lib/netfix/jbang";
        boolean ours = machine.stat(JBANG).value().map(FileStat::target).orElse("").equals(target);
        boolean another =
                Stream.of("/usr/local/sbin", Script.COMMANDS, "/usr/bin", "/bin")
                        .anyMatch(folder -> isThere(folder + "/jbang"));
        if (another && !ours) {
            return;
        }
        shown.add("ln -s " + target + " " + JBANG + "  # there is no other jbang here");
        folder(Script.COMMANDS).forEach(changes::add);
        changes.add(new Change.Link(JBANG, target, ""));
        pieces.add(new Installed.Piece(Installed.Kind.LINK, target, JBANG));
    }

    private void catalog(Account account) {
        String file = account.home() + "/.jbang/jbang-catalog.json";
        Reading<String> there = machine.read(file);
        there.whyUnknown()
                .ifPresent(
                        why -> {
                            throw BadInput.notAllowed(why + "; use sudo");
                        });
        String text = there.orElse("");
        Optional<Installed.Piece> before = former.at(Installed.Kind.CATALOG, file);
        if (JbangCatalog.names(text, CATALOG)) {
            // Whoever has registered it by hand will want it back where it is.
            before.ifPresent(pieces::add);
            return;
        }
        shown.add("register the catalog netfix for " + account.name() + " in " + file);
        for (Change.Folder missing : folder(account.home() + "/.jbang")) {
            changes.add(missing);
            owned.add(new Owned(missing.path(), account.uid(), account.gid()));
        }
        int mode = machine.stat(file).value().map(FileStat::mode).orElse(0644);
        changes.add(Change.Put.text(file, mode, JbangCatalog.registered(text, file, CATALOG), ""));
        owned.add(new Owned(file, account.uid(), account.gid()));
        pieces.add(Installed.Piece.catalog(file, there.value()));
    }

    private void put(String path, byte[] content) {
        folder(path.substring(0, path.lastIndexOf('/'))).forEach(changes::add);
        boolean program = content.length > 1 && content[0] == '#' && content[1] == '!';
        changes.add(new Change.Put(path, program ? 0755 : 0644, content, Change.Fate.OURS, ""));
        pieces.add(new Installed.Piece(Installed.Kind.FILE, Installation.sha256(content), path));
    }

    /** The folders that have to be made, the outermost first. */
    private List<Change.Folder> folder(String path) {
        List<Change.Folder> missing = new ArrayList<>();
        boolean known = former.at(Installed.Kind.FOLDER, path).isPresent();
        if (path.isEmpty() || !folders.add(path)) {
            return missing;
        }
        missing.addAll(folder(path.substring(0, path.lastIndexOf('/'))));
        if ((known || !isThere(path)) && !path.startsWith(FOLDER + "/")) {
            pieces.add(new Installed.Piece(Installed.Kind.FOLDER, "-", path));
        }
        if (!isThere(path)) {
            missing.add(new Change.Folder(path, 0755));
        }
        return missing;
    }

    private boolean isThere(String path) {
        return machine.stat(path).value().isPresent();
    }

    /** Of a text; of a jar nothing is known, and nobody edits it. */
    static Optional<String> hash(Machine machine, String path) {
        return path.endsWith(".jar")
                ? Optional.empty()
                : machine.read(path)
                        .value()
                        .map(text -> Installation.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    List<String> shown() {
        return shown;
    }

    List<Aside> asides() {
        return asides;
    }

    List<Change.OnDisk> changes() {
        return changes;
    }

    List<Owned> owned() {
        return owned;
    }
}
