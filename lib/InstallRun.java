package netfix;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Does what an {@link InstallPlan} or a {@link Removal} says, on this machine or in an image. */
final class InstallRun {

    private static final String BUILDS = InstallPlan.BUILDS;

    /** For a start on a slow Pi that is busy. */
    static final Duration LONG = Duration.ofMinutes(2);

    private final Optional<Path> root;
    private final LiveMachine here = new LiveMachine();
    private final PrintStream narration;

    /**
     * @param root of an image; empty for this machine
     */
    InstallRun(Optional<Path> root, PrintStream narration) {
        this.root = root.map(Path::toAbsolutePath);
        this.narration = narration;
    }

    private String outside(String path) {
        return root.map(top -> top + path).orElse(path);
    }

    /**
     * The files, then what takes time: the repository, the builds, and the archives of classes. The
     * commands come last, so that there is none that does not work.
     *
     * @throws BadInput where something could not be written
     */
    int install(InstallPlan plan, Path repository) {
        List<Change.OnDisk> commands =
                plan.changes().stream().filter(c -> !isNetfixItself(c.path())).toList();
        try {
            RootedHands hands = hands();
            for (InstallPlan.Aside aside : plan.asides()) {
                if (machine().stat(aside.beside()).value().isEmpty()) {
                    // Whole or not at all: the next install takes what is there for a copy.
                    String half = aside.beside() + ".netfix-new";
                    hands.deleteAll(half);
                    hands.copyInside(aside.path(), half);
                    hands.moveInside(half, aside.beside());
                }
            }
            for (Change.OnDisk change : plan.changes()) {
                if (isNetfixItself(change.path())) {
                    hands.perform(change);
                }
            }
            if (!build(repository)) {
                narration.println(
                        "netfix could not be built in "
                                + Installation.FOLDER
                                + " (why stands above), so no command was put in place. Once that"
                                + " is mended: install again, or uninstall");
                return ExitCode.UNKNOWN;
            }
            for (Change.OnDisk change : commands) {
                hands.perform(change);
            }
            own(hands, plan.owned());
            if (root.isEmpty()) {
                complete(hands);
                plan.handings().forEach(this::hand);
            }
            here.run(Command.of("sync"));
            hands.perform(plan.end());
            if (plan.renewsRecorder()) {
                renewRecorder();
            }
        } catch (IOException e) {
            throw RootedHands.refused(e, root.map(Path::toString).orElse("/"));
        }
        here.run(Command.of("sync"));
        return ExitCode.GOOD;
    }

    /** What to type after an install; of an image nothing can be started here. */
    List<String> next(Map<String, String> environment) {
        if (root.isEmpty()) {
            return List.of(
                    "Installed. Look first: sudo " + Script.ALL.get(0).command(),
                    "Its commands work without a network. Taken back by: sudo jbang"
                            + " uninstall@netfix");
        }
        String there = Cli.onRoot(root.get());
        return List.of(
                "Installed in the image; its first start there builds it. Look first: "
                        + Cli.asRoot("diagnose", environment)
                        + there,
                "Taken back by: " + Cli.asRoot("uninstall", environment) + there);
    }

    static boolean isNetfixItself(String path) {
        return (path + "/").startsWith(Installation.FOLDER + "/")
                || Installation.FOLDER.startsWith(path + "/");
    }

    private Machine machine() {
        return root.<Machine>map(RootedMachine::new).orElse(here);
    }

    private RootedHands hands() throws IOException {
        return new RootedHands(root.orElse(Path.of("/")));
    }

    private static void own(RootedHands hands, List<InstallPlan.Owned> owned) throws IOException {
        for (InstallPlan.Owned o : owned) {
            hands.give(o.path(), o.uid(), o.gid());
        }
    }

    /**
     * JBang takes what it needs from the repository of whoever runs this, as if that were the
     * network; the next build needs no other one. In an image only that: a build names its Java and
     * its place, which are this machine's, and the first start as root makes it there.
     */
    private boolean build(Path repository) throws IOException {
        narration.println("Gathering what a build needs.");
        if (!fill(repository)) {
            return false;
        }
        if (root.isPresent()) {
            RootedHands hands = new RootedHands(root.get());
            hands.deleteAll(BUILDS);
            hands.perform(new Change.Folder(BUILDS, 0755));
            hands.perform(Change.Put.text(BUILDS + "/flashed", 0644, "", ""));
            return true;
        }
        for (Script script : Script.ALL) {
            narration.println("Rehearsing " + script.name() + ", so that it starts faster.");
            List<String> argv =
                    new ArrayList<>(
                            List.of(
                                    "env",
                                    "NETFIX_BUILD=rehearsal",
                                    "sh",
                                    Installation.FOLDER + "/lib/launcher.sh",
                                    script.name()));
            argv.addAll(script.rehearsal());
            if (here.runShown(argv, narration) != 0) {
                return false;
            }
        }
        return here.runShown(
                        List.of(
                                "env",
                                "NETFIX_BUILD=alone",
                                "sh",
                                Installation.FOLDER + "/lib/launcher.sh",
                                Script.BOOTDIAG.name()),
                        narration)
                == 0;
    }

    /** What bash completes; where a script cannot say it, nothing is completed. */
    private void complete(RootedHands hands) throws IOException {
        for (Script script : Script.ALL) {
            CommandResult said =
                    here.run(
                            new Command(
                                    List.of(
                                            "sh",
                                            Installation.FOLDER + "/lib/launcher.sh",
                                            script.name(),
                                            Cli.COMPLETION,
                                            script.command()),
                                    LONG));
            if (said.ok()) {
                hands.perform(Change.Put.text(script.completion(), 0644, said.stdout(), ""));
            }
        }
    }

    private void hand(InstallPlan.Handing handing) {
        narration.println(
                "Handing the libraries to " + handing.jbang() + " for " + handing.user() + ".");
        CommandResult said = here.run(handing.command());
        if (!said.ok()) {
            narration.println(
                    "It did not take them ("
                            + Terminal.safe(said.failure())
                            + "): without a network "
                            + handing.user()
                            + " starts netfix by its commands, as "
                            + Script.ALL.get(0).command()
                            + ", not by jbang");
        }
    }

    private void renewRecorder() throws IOException {
        String launcher = Installation.FOLDER + "/lib/launcher.sh";
        if (here.runShown(List.of("sh", launcher, Script.BOOTDIAG.name(), "install"), narration)
                != 0) {
            narration.println(
                    "What records the boots is still the former one (why stands above); once that"
                            + " is mended: sudo jbang bootdiag@netfix install");
        }
    }

    /** The installed fix, as if it had been typed; its exit status. */
    int fix() {
        try {
            return here.runShown(
                    List.of("sh", Installation.FOLDER + "/lib/launcher.sh", "fix", "--yes"),
                    narration);
        } catch (IOException e) {
            throw RootedHands.refused(e, "/");
        }
    }

    private boolean fill(Path repository) throws IOException {
        String folder = outside(Installation.FOLDER);
        String jbang = outside(BUILDS) + "/jbang";
        return here.runShown(
                        List.of(
                                "sh",
                                "-c",
                                "umask 022; exec \"$@\"",
                                "sh",
                                "env",
                                "JBANG_DIR=" + jbang,
                                "JBANG_CACHE_DIR=" + jbang + "/cache",
                                "JBANG_REPO=" + folder + "/m2",
                                "XDG_CACHE_HOME=" + outside(BUILDS),
                                folder + "/jbang",
                                "build",
                                "--repos",
                                "central=" + repository.toUri(),
                                folder + "/lib/Install.java"),
                        narration)
                == 0;
    }

    /**
     * @throws BadInput where something could not be removed
     */
    int uninstall(Removal removal) {
        try {
            RootedHands hands = hands();
            for (Change.OnDisk change : removal.changes()) {
                hands.perform(change);
            }
            own(hands, removal.owned());
            for (InstallPlan.Aside kept : removal.back()) {
                hands.moveInside(kept.path(), kept.beside());
            }
            hands.deleteAll(Installation.FOLDER);
            for (String folder : removal.folders()) {
                hands.deleteIfEmpty(folder);
            }
        } catch (IOException e) {
            throw RootedHands.refused(e, root.map(Path::toString).orElse("/"));
        }
        return ExitCode.GOOD;
    }
}
