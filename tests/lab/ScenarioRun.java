package netfix.lab;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A scenario under way: the Pi that it plays on, and what its steps have seen so far. */
final class ScenarioRun implements Closeable {

    private static final Duration SOON = Duration.ofMinutes(3);

    private static final String UNPACK =
            "mkdir -p /opt/lab/netfix && tar -x -f /dev/vdc -C /opt/lab/netfix";

    /** The longest that one command of a scenario may take: an emulated JBang build is minutes. */
    private static final Duration COMMAND = Duration.ofMinutes(20);

    private final VirtualPi pi;
    private final Moment moment;
    private final Path payload;
    private final Listing listing;
    private final Addresses addresses;
    private final PowerCuts cuts;
    private StringBuilder figures = new StringBuilder();
    private Diagnosis diagnosis;
    private GuestResult last;
    private CompletableFuture<GuestResult> underWay;
    private Instant failed;
    private Optional<Path> captures = Optional.empty();
    private int diagnoses;

    private ScenarioRun(VirtualPi pi, Moment moment, Path payload) {
        this.pi = pi;
        this.moment = moment;
        this.payload = payload;
        this.listing = new Listing(pi);
        this.addresses = new Addresses(pi);
        this.cuts = new PowerCuts(pi, payload);
    }

    /** A Pi in the start state, with netfix's files in it. */
    static ScenarioRun begin(Moment moment, Path netfix, Path folder) throws IOException {
        VirtualPi pi = moment.pi(folder);
        ScenarioRun run = new ScenarioRun(pi, moment, netfix);
        try {
            pi.resume(netfix, moment.memory());
            must(pi, UNPACK);
            return run;
        } catch (LabFailure e) {
            pi.close();
            throw e;
        }
    }

    /** Each diagnosis from here on leaves NAME-N.tar.gz in the folder. */
    void keepCaptures(Path folder, String name) {
        captures = Optional.of(folder.resolve(name));
    }

    /** What is printed belongs to the result, and goes there too. */
    void keepFigures(StringBuilder into) {
        figures = into;
    }

    VirtualPi pi() {
        return pi;
    }

    /** Does one step. Whatever is no mere look makes an earlier diagnosis worthless. */
    void perform(Scenario.Step step) throws Exception {
        if (!step.phrase().checks()) {
            diagnosis = null;
        }
        step.phrase().action().perform(this, step.words());
    }

    void reboot() {
        pi.reboot(payload);
        Settling.await(pi);
    }

    void rebootsByItself() {
        pi.awaitReboot(COMMAND);
        pi.boot(payload);
        Settling.await(pi);
    }

    void powerOn() {
        pi.boot(payload);
        Settling.await(pi);
    }

    /** The words of a command line of netfix, split at blanks. */
    void fix(String words, int exit) {
        netfix("fix", words, exit);
    }

    void verify(int exit) {
        netfix("verify", "", exit);
    }

    /** The command line of a script of netfix, its words split at blanks. */
    static List<String> netfix(String script, String words) {
        List<String> argv = new ArrayList<>(List.of("/opt/lab/netfix/" + script));
        for (String word : words.split(" ")) {
            if (!word.isEmpty()) {
                argv.add(word);
            }
        }
        return argv;
    }

    private void netfix(String script, String words, int exit) {
        last = pi.run(netfix(script, words), COMMAND);
        last.must(exit);
    }

    Listing listing() {
        return listing;
    }

    Addresses addresses() {
        return addresses;
    }

    /** What follows happens while it is at work. */
    void startFix(String words) {
        List<String> argv = netfix("fix", words);
        underWay = CompletableFuture.supplyAsync(() -> pi.run(argv, COMMAND));
        // The journal of a fix before it may be there as well.
        eventually(
                List.of(
                        "/bin/sh",
                        "-c",
                        "grep -q '^open ' /var/lib/netfix/state && cat"
                                + " /var/lib/netfix/[0-9]*/journal | grep -q ."));
    }

    /** Its baseline is taken by the time that it listens to the kernel. */
    void startWatch(String words) {
        List<String> argv = netfix("diagnose", words);
        underWay = CompletableFuture.supplyAsync(() -> pi.run(argv, COMMAND));
        eventually(List.of("/bin/sh", "-c", "pgrep -f 'nmcli monitor' && pgrep -f 'ip .*monitor'"));
    }

    void awaitStarted(int exit) {
        if (underWay == null) {
            throw new LabFailure("nothing was started");
        }
        last = underWay.join();
        last.must(exit);
    }

    /** The moment at which the transaction gives up; what it takes back comes after it. */
    void awaitFailure() {
        if (underWay == null) {
            throw new LabFailure("nothing was started");
        }
        List<String> asked =
                List.of("/bin/sh", "-c", "grep -q '^FAILED: ' /var/lib/netfix/[0-9]*/narration");
        while (true) {
            // Asked for before the look: it may fail and end between the two.
            boolean over = underWay.isDone();
            if (pi.run(asked, SOON).ok()) {
                failed = Instant.now();
                return;
            }
            if (over) {
                throw new LabFailure("it did not fail: " + underWay.join().shown());
            }
            GuestAgent.pause(500);
        }
    }

    /**
     * The old manager is at work, NetworkManager is not, and the interface answers: before it is
     * taken back an interface may answer by what the fix made of it.
     */
    void backAfterFailure(String unit, String name, Duration limit) {
        if (failed == null) {
            throw new LabFailure("no fix has failed before: since when?");
        }
        String old =
                "systemctl -q is-active \"$0\""
                        + " && ! systemctl -q is-active NetworkManager.service";
        String missing;
        do {
            Reach.Answer answer = Reach.now(pi, name);
            missing =
                    !answer.reachable()
                            ? answer.says()
                            : pi.shell(old, List.of(unit), SOON).ok()
                                    ? ""
                                    : unit + " does not run, or NetworkManager still does";
            Duration since = Duration.between(failed, Instant.now());
            if (missing.isEmpty() && since.compareTo(limit) <= 0) {
                System.out.println(
                        "    " + name + " is back " + since.toSeconds() + " s after the failure");
                return;
            }
            if (since.compareTo(limit) > 0) {
                throw new LabFailure(
                        name
                                + " is not back "
                                + limit.toSeconds()
                                + " s after the failure, but "
                                + (missing.isEmpty() ? since.toSeconds() + " s" : missing));
            }
            GuestAgent.pause(500);
        } while (true);
    }

    /** The transaction's own word for itself: open, unconfirmed, confirmed, rolled-back, none. */
    void fixIs(String state) {
        eventually(
                List.of(
                        "/bin/sh",
                        "-c",
                        "read -r word rest </var/lib/netfix/state || word=none; [ \"$word\" ="
                                + " \"$0\" ]",
                        state));
    }

    /** The card of this Pi, which is off, in the reader of another one that runs. */
    void fixOnCard(String words, int exit) throws IOException {
        last =
                inAReader(
                        "mkdir -p /mnt/card && mount /dev/vdd /mnt/card && mount /dev/vde /mnt/card"
                                + moment.image().bootFolder(),
                        reader -> reader.run(netfix("fix", "--root /mnt/card " + words), COMMAND),
                        "umount -R /mnt/card && sync");
        last.must(exit);
    }

    private GuestResult inAReader(
            String mount, Function<VirtualPi, GuestResult> use, String unmount) throws IOException {
        if (pi.isOn()) {
            throw new LabFailure("the card is in a Pi that runs");
        }
        Path folder = pi.folder().resolve("reader");
        LabFolders.delete(folder);
        try (VirtualPi reader = moment.pi(folder)) {
            reader.bootWithCardOf(pi, payload);
            must(reader, UNPACK);
            must(reader, mount);
            GuestResult result = use.apply(reader);
            must(reader, unmount);
            return result;
        }
    }

    /** What `./jbang` is in a checkout: bootdiag starts diagnose with it. (/run is noexec.) */
    private static final String JBANG =
            "printf '#!/bin/sh\\nscript=${1%%@*}; shift; exec /opt/lab/netfix/$script \"$@\"\\n'"
                    + " >/opt/lab/jbang && chmod 755 /opt/lab/jbang";

    /**
     * The boot partition of this Pi, which is off, in the card reader of another one that runs: all
     * that Windows or macOS would show of its card, at /mnt/boot.
     *
     * @param commands for a shell there
     */
    private GuestResult onBootPartition(String commands) throws IOException {
        return inAReader(
                JBANG + "; mkdir -p /mnt/boot && mount /dev/vde /mnt/boot",
                reader -> reader.shell("cd /mnt/boot || exit; " + commands, COMMAND),
                "umount /mnt/boot && sync");
    }

    /**
     * @param told a line for its standard input
     */
    void sdcard(String words, String told, int exit) throws IOException {
        last =
                onBootPartition(
                        "printf '%s\\n' "
                                + "'"
                                + told.replace("'", "'\\''")
                                + "'"
                                + " | /opt/lab/netfix/fix sdcard /mnt/boot "
                                + words);
        last.must(exit);
    }

    void readBootPartition(int exit) throws IOException {
        last =
                onBootPartition(
                        "JBANG_LAUNCH_CMD=/opt/lab/jbang /opt/lab/netfix/bootdiag read /mnt/boot");
        last.must(exit);
    }

    void bootdiag(String words, int exit) {
        netfix("bootdiag", words, exit);
    }

    /** A boot whose end is not awaited, because the Pi reboots in the middle of it. */
    void powerOnAndReboot() {
        pi.bootUntilReboot(payload, COMMAND);
        pi.boot(payload);
        Settling.await(pi);
    }

    PowerCuts cuts() {
        return cuts;
    }

    void runOnPi(String commands, int exit) {
        last = pi.shell(commands, COMMAND);
        last.must(exit);
    }

    void runOnPi(String commands, Duration limit) {
        last = pi.shell(commands, limit);
        last.must();
    }

    /** On the machine that runs the lab, which knows nothing of the Pi but this file. */
    void readHere(String bundle, int exit) throws IOException {
        Path here = pi.folder().resolve("bundle.tar.gz");
        Files.write(here, pi.pull(bundle));
        if (captures.isPresent()) {
            Path kept =
                    captures.get().resolveSibling(captures.get().getFileName() + "-bundle.tar.gz");
            Files.createDirectories(kept.getParent());
            Files.copy(here, kept, StandardCopyOption.REPLACE_EXISTING);
        }
        Path checkout = LabFolders.find().checkout();
        last =
                HostCommand.answer(
                        List.of(
                                checkout.resolve("jbang").toString(),
                                "diagnose",
                                "--from",
                                here.toString()),
                        checkout,
                        COMMAND);
        last.must(exit);
    }

    private static void must(VirtualPi pi, String commands) {
        GuestResult result = pi.shell(commands, SOON);
        result.must();
    }

    GuestResult must(List<String> argv, Duration limit) {
        GuestResult result = pi.run(argv, limit);
        result.must();
        return result;
    }

    /** The same question again and again, because an emulated Pi takes its time. */
    void eventually(List<String> argv) {
        Instant end = Instant.now().plus(Reach.PATIENCE);
        GuestResult result;
        do {
            result = pi.run(argv, SOON);
            if (result.ok()) {
                return;
            }
            GuestAgent.pause(500);
        } while (Instant.now().isBefore(end));
        throw new LabFailure(result.shown());
    }

    void writeFile(String path, String text, String mode) {
        Path parent = Path.of(path).getParent();
        must(List.of("mkdir", "-p", parent.toString()), SOON);
        pi.push(text.getBytes(StandardCharsets.UTF_8), path, mode);
    }

    /**
     * The checkout where its owner put it, and what JBang has downloaded for it in the meantime.
     */
    void checkOut(String path) {
        String copy =
                "mkdir -p \"$0\" ~/.m2"
                        + " && cp -a /opt/lab/netfix/checkout/. \"$0\""
                        + " && cp -a /opt/lab/netfix/m2 ~/.m2/repository";
        must(List.of("/bin/sh", "-c", copy, path), SOON);
    }

    void world(String... verb) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "/opt/lab/guest/world.sh"));
        argv.addAll(List.of(verb));
        must(argv, SOON);
    }

    void phone(String... action) {
        GuestResult result = usePhone(action);
        result.must();
    }

    /** It was tried; what the answer is worth is another matter (the service may claim success). */
    void phoneTries(String... action) {
        GuestResult result = usePhone(action);
        if (result.exit() > 1 || result.killed()) {
            throw new LabFailure(result.shown());
        }
    }

    /** A network that has just come up is not in the first list. */
    void phoneSees(String ssid) {
        Instant end = Instant.now().plus(Reach.PATIENCE);
        do {
            phone("scan");
            if (last.stdout().contains(ssid)) {
                return;
            }
        } while (Instant.now().isBefore(end));
        throw new LabFailure("the phone does not see \"" + ssid + "\": " + last.shown());
    }

    private GuestResult usePhone(String... action) {
        List<String> argv = new ArrayList<>(List.of("/opt/lab/bin/phone"));
        String guarded = "btwifiset-stable.service";
        if (pi.run(List.of("systemctl", "-q", "is-active", guarded), SOON).exit() == 0) {
            argv.addAll(List.of("--unit", guarded));
        }
        argv.add(action[0]);
        if (action.length > 1) {
            // An SSID may begin with a dash.
            argv.add("--");
            argv.addAll(List.of(action).subList(1, action.length));
        }
        last = pi.run(argv, COMMAND);
        return last;
    }

    void outputShows(String text) {
        if (!lastOutput().contains(text)) {
            throw new LabFailure("not shown: \"" + text + "\"\n" + last.shown());
        }
    }

    void outputHides(String text) {
        if (lastOutput().contains(text)) {
            throw new LabFailure("shown: \"" + text + "\"\n" + last.shown());
        }
    }

    /** A benchmark's table is what it is run for, and a scenario that passes leaves no log. */
    void printOutput() {
        String output = lastOutput();
        System.out.print(output.indent(4));
        figures.append(output);
    }

    private String lastOutput() {
        if (last == null) {
            throw new LabFailure("no command has run before: whose output?");
        }
        return last.stdout() + last.stderr();
    }

    void exists(String path, boolean wanted) {
        GuestResult result = pi.shell("test -e \"$0\" || test -L \"$0\"", List.of(path), SOON);
        if (result.exit() > 1) {
            throw new LabFailure(result.shown());
        }
        if (result.ok() != wanted) {
            throw new LabFailure(path + (wanted ? " is not there" : " is there"));
        }
    }

    void fileShows(String path, String text, boolean wanted) {
        String content = must(List.of("cat", path), SOON).stdout();
        if (content.contains(text) != wanted) {
            throw new LabFailure(
                    path
                            + (wanted ? " does not show \"" : " shows \"")
                            + text
                            + "\"; it is:\n"
                            + content.indent(4).stripTrailing());
        }
    }

    void fileComesToShow(String path, String text, Duration limit) {
        Instant end = Instant.now().plus(limit);
        while (!pi.run(List.of("grep", "-qF", "-e", text, path), SOON).ok()
                && Instant.now().isBefore(end)) {
            GuestAgent.pause(1000);
        }
        fileShows(path, text, true);
    }

    void says(List<String> argv, String expected) {
        String said = must(argv, SOON).stdout().strip();
        if (!said.equals(expected)) {
            throw new LabFailure(String.join(" ", argv) + ": " + said + ", not " + expected);
        }
    }

    /** The state of a unit may be its activity or how it is installed: active, masked, enabled. */
    void unit(String unit, String expected) {
        GuestResult shown =
                must(
                        List.of(
                                "systemctl",
                                "show",
                                "--value",
                                "-p",
                                "ActiveState,UnitFileState,LoadState,SubState",
                                unit),
                        SOON);
        List<String> states = shown.stdout().lines().toList();
        if (!states.contains(expected)) {
            throw new LabFailure("unit " + unit + " is " + states + ", not " + expected);
        }
    }

    /** A line that is wanted may come late; one that is not must not be there now. */
    void journalShows(String text, boolean wanted) {
        Instant end = Instant.now().plus(wanted ? Reach.PATIENCE : Duration.ZERO);
        while (journal().contains(text) != wanted) {
            if (!Instant.now().isBefore(end)) {
                throw new LabFailure(
                        "the journal "
                                + (wanted ? "does not show" : "shows")
                                + " \""
                                + text
                                + "\"");
            }
            GuestAgent.pause(500);
        }
    }

    private String journal() {
        return must(List.of("journalctl", "--no-pager", "-o", "cat"), SOON).stdout();
    }

    /** What netfix says now; asked once until something happens. */
    Diagnosis diagnosis() {
        if (diagnosis == null) {
            diagnoses++;
            diagnosis =
                    new Diagnosis(
                            pi,
                            captures.map(
                                    name ->
                                            name.resolveSibling(
                                                    name.getFileName()
                                                            + "-"
                                                            + diagnoses
                                                            + ".tar.gz")));
        }
        return diagnosis;
    }

    @Override
    public void close() throws IOException {
        pi.close();
    }
}
