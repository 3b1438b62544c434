package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** What hands the libraries to a jbang that is not ours, as its user. */
    record Handing(String user, String jbang, Command command) {}

    private static final String FOLDER = Installation.FOLDER;
    static final String BUILDS = FOLDER + "/builds";
    static final String CATALOG = FOLDER + "/jbang-catalog.json";

    /** What the users' catalogs were before. */
    private static final String BEFORE = FOLDER + "/before";

    /** What {@code bootdiag install} has copied, to depend on nothing else. */
    static final String RECORDER = "/usr/local/lib/netfix-bootdiag";

    private static final String RECORDED_AT_BOOT = Ground.STARTED + "/boot-diagnostic.service";

    private static final String JBANG = Script.COMMANDS + "/jbang";

    /** Where the one of its own installer and SDKMAN's lie in a home; both are first on a PATH. */
    private static final List<String> JBANGS_OF_A_HOME =
            List.of("/.jbang/bin/jbang", "/.sdkman/candidates/jbang/current/bin/jbang");

    private final Machine machine;
    private final Installed former;
    private final List<String> shown = new ArrayList<>();
    private final List<Aside> asides = new ArrayList<>();
    private final List<Change.OnDisk> changes = new ArrayList<>();
    private final List<Owned> owned = new ArrayList<>();
    private final List<Handing> handings = new ArrayList<>();
    private final List<Installed.Piece> pieces = new ArrayList<>();
    private final Set<String> folders = new TreeSet<>();
    private boolean renewsRecorder;

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
        Optional<String> another = plan.jbang();
        accounts.forEach(plan::catalog);
        accounts.forEach(account -> plan.handing(account, another));
        plan.recorder(parcel);
        plan.java();
        // Before anything that it names: what is cut short can be taken back, and ended, too.
        List<Installed.Piece> open = new ArrayList<>(plan.pieces);
        open.addAll(plan.former());
        plan.changes.add(note, note(open));
        return plan;
    }

    private static Change.OnDisk note(List<Installed.Piece> pieces) {
        return Change.Put.text(Installed.FILE, 0644, new Installed(pieces).text(), "");
    }

    /** The last thing: from now on only what this install wrote is ours. */
    Change.OnDisk end() {
        return note(pieces);
    }

    /** What may lie there until each file is replaced; several, where installs were cut short. */
    private List<Installed.Piece> former() {
        return former.pieces().stream()
                .filter(
                        piece ->
                                piece.kind() == Installed.Kind.FILE
                                        || piece.kind() == Installed.Kind.WAS)
                .filter(piece -> !piece.word().equals(Installed.WHATEVER))
                .filter(piece -> !piece.path().startsWith(BUILDS + "/"))
                .map(piece -> new Installed.Piece(Installed.Kind.WAS, piece.word(), piece.path()))
                .filter(piece -> !new Installed(pieces).wrote(piece.path(), piece.word()))
                .distinct()
                .toList();
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
        Set<String> old = new TreeSet<>();
        former.of(Installed.Kind.FILE).forEach(piece -> old.add(piece.path()));
        former.of(Installed.Kind.WAS).forEach(piece -> old.add(piece.path()));
        for (String path : old) {
            boolean gone = pieces.stream().noneMatch(p -> p.path().equals(path));
            // A build goes when there is another one (launcher.sh): what starts by it goes on until
            // then.
            gone &= !path.startsWith(BUILDS + "/");
            if (gone && path.startsWith(FOLDER + "/") && isThere(path)) {
                keepEdit(path, new byte[0]);
                changes.add(new Change.Remove(path, ""));
            }
        }
    }

    /** What its owner has edited since the last install stays, beside the new one. */
    private void keepEdit(String path, byte[] fresh) {
        boolean ours =
                former.at(Installed.Kind.FILE, path).isPresent()
                        || former.at(Installed.Kind.WAS, path).isPresent();
        Optional<String> now = hash(machine, path);
        // An install that was cut short has not come to what somebody else had there before.
        boolean somebodys =
                now.isPresent()
                        && former.at(Installed.Kind.KEPT, path)
                                .flatMap(kept -> hash(machine, kept.word()))
                                .equals(now);
        if (ours && now.isPresent() && !somebodys && !former.wrote(path, now.get())) {
            keepBeside(path, fresh, now.get());
        }
    }

    private void keepBeside(String path, byte[] fresh, String now) {
        // A power cut leaves empty what was written last.
        if (List.of(Installation.sha256(fresh), Installation.sha256(new byte[0])).contains(now)) {
            return;
        }
        String beside = path + ".edited";
        for (int i = 2; isThere(beside) && !hash(machine, beside).equals(Optional.of(now)); i++) {
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
            // Where an install was cut short, it is the copy that this one would make.
            boolean copied =
                    hash(machine, path).isPresent()
                            && hash(machine, path).equals(hash(machine, beside));
            if (isThere(beside) && !copied) {
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

    /**
     * A jbang command, unless there is one.
     *
     * @return the one that is there
     */
    private Optional<String> jbang() {
        String target = "../lib/netfix/jbang";
        boolean ours = machine.stat(JBANG).value().map(FileStat::target).orElse("").equals(target);
        Optional<String> another =
                Stream.of("/usr/local/sbin", Script.COMMANDS, "/usr/bin", "/bin")
                        .map(folder -> folder + "/jbang")
                        .filter(this::isThere)
                        .findFirst();
        if (another.isPresent() && !ours) {
            return another;
        }
        shown.add("ln -s " + target + " " + JBANG + "  # there is no other jbang here");
        folder(Script.COMMANDS).forEach(changes::add);
        changes.add(new Change.Link(JBANG, target, ""));
        pieces.add(new Installed.Piece(Installed.Kind.LINK, target, JBANG));
        return Optional.empty();
    }

    /**
     * Another jbang looks for libraries in its user's ~/.m2 and then in the network, and root's is
     * empty as a rule. It resolves them once from what was installed: after that it builds netfix
     * without a network, too.
     */
    private void handing(Account account, Optional<String> systems) {
        Optional<String> jbang =
                Stream.concat(
                                JBANGS_OF_A_HOME.stream()
                                        .map(file -> account.home() + file)
                                        .filter(this::isThere),
                                systems.stream())
                        .findFirst();
        if (jbang.isEmpty()) {
            return;
        }
        List<String> words =
                List.of(
                        jbang.get(),
                        "--quiet",
                        "info",
                        "classpath",
                        "--repos",
                        "central=file://" + FOLDER + "/m2/",
                        FOLDER + "/lib/Install.java");
        if (!machine.runsCommands()) {
            shown.add(
                    "leave "
                            + jbang.get()
                            + " without what it needs offline  # on the Pi, once: "
                            + Command.shown(words));
            return;
        }
        shown.add(
                "hand the libraries to "
                        + jbang.get()
                        + " for "
                        + account.name()
                        + "  # it is not netfix's, and keeps its own in "
                        + account.home()
                        + "/.m2");
        List<String> argv = new ArrayList<>();
        if (account.uid() != 0) {
            argv.addAll(
                    List.of(
                            "setpriv",
                            "--reuid=" + account.uid(),
                            "--regid=" + account.gid(),
                            "--init-groups"));
        }
        argv.addAll(
                List.of(
                        "env",
                        "--chdir=" + account.home(),
                        "--unset=JBANG_DIR",
                        "--unset=JBANG_CACHE_DIR",
                        "--unset=JBANG_REPO",
                        "HOME=" + account.home(),
                        "JBANG_NO_VERSION_CHECK=true"));
        argv.addAll(words);
        handings.add(new Handing(account.name(), jbang.get(), new Command(argv, InstallRun.LONG)));
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
        List<Change.Folder> its = folder(account.home() + "/.jbang");
        if (JbangCatalog.names(text, CATALOG)) {
            // Whoever has registered it by hand will want it back where it is.
            before.ifPresent(it -> before(file, it.before(machine)));
            return;
        }
        shown.add("register the catalog netfix for " + account.name() + " in " + file);
        for (Change.Folder missing : its) {
            changes.add(missing);
            owned.add(new Owned(missing.path(), account.uid(), account.gid()));
        }
        int mode = machine.stat(file).value().map(FileStat::mode).orElse(0644);
        changes.add(Change.Put.text(file, mode, JbangCatalog.registered(text, file, CATALOG), ""));
        owned.add(new Owned(file, account.uid(), account.gid()));
        before(file, there.value());
    }

    private void before(String file, Optional<String> text) {
        // A line of the note has blanks between its words, and a home may have one in its name.
        String kept = BEFORE + "/" + Installation.sha256(file.getBytes(StandardCharsets.UTF_8));
        text.ifPresent(
                it -> {
                    folder(BEFORE).forEach(changes::add);
                    changes.add(Change.Put.text(kept, 0600, it, ""));
                });
        String word = text.isPresent() ? kept : "-";
        pieces.add(new Installed.Piece(Installed.Kind.CATALOG, word, file));
    }

    /**
     * What {@code bootdiag install} has copied is renewed by its own verb, once this is in place.
     * It is pristine where it is what we wrote here, or what lies here now.
     */
    private void recorder(Parcel parcel) {
        if (!isThere(RECORDER + "/bootdiag.java") || !isThere(RECORDED_AT_BOOT)) {
            return;
        }
        String again = "sudo jbang bootdiag@netfix install";
        if (!machine.runsCommands()) {
            shown.add("leave " + RECORDER + " as it is  # on the Pi renewed by " + again);
            return;
        }
        renewsRecorder = true;
        shown.add("renew " + RECORDER + ", which records every boot  # " + again);
        recorders("bootdiag.java", FOLDER + "/bootdiag.java", parcel.texts().get("bootdiag.java"));
        recorders("boot-diagnostic.sh", Script.BOOTDIAG.launcher(), parcel.bootDiagnostic());
    }

    private void recorders(String name, String original, byte[] fresh) {
        String path = RECORDER + "/" + name;
        Optional<String> now = hash(machine, path);
        if (now.isPresent()
                && !former.wrote(original, now.get())
                && !hash(machine, original).equals(now)) {
            keepBeside(path, fresh, now.get());
        }
    }

    /** In an image nothing of netfix starts without one, and nobody is there to be told. */
    private void java() {
        String folder = "/usr/lib/jvm";
        boolean enough =
                machine.runsCommands()
                        || machine.list(folder).orElse(List.of()).stream()
                                .map(name -> folder + "/" + name)
                                .filter(jdk -> isThere(jdk + "/bin/javac"))
                                .anyMatch(jdk -> version(jdk) >= 17);
        if (!enough) {
            boolean old = machine.read("/etc/os-release").orElse("").contains("VERSION_ID=\"11\"");
            shown.add(
                    "WARNING: there is no JDK of 17 or newer in "
                            + folder
                            + " of this image, and without one nothing of netfix starts on the Pi:"
                            + " install the package "
                            + (old ? "openjdk-17-jdk-headless" : "default-jdk-headless")
                            + " in it");
        }
    }

    private int version(String jdk) {
        Matcher line =
                Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)")
                        .matcher(machine.read(jdk + "/release").orElse(""));
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
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

    /** To be done once netfix itself is in place; what fails here costs the commands nothing. */
    List<Handing> handings() {
        return handings;
    }

    /** Whether {@code bootdiag install} is to be done again. */
    boolean renewsRecorder() {
        return renewsRecorder;
    }
}
