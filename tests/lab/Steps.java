package netfix.lab;

import static netfix.lab.Phrase.checkout;
import static netfix.lab.Phrase.netfix;
import static netfix.lab.Phrase.netfixDoes;
import static netfix.lab.Phrase.then;
import static netfix.lab.Phrase.when;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The table of phrases: the only list of what a scenario may say. A new phrase is a new row. */
final class Steps {

    private static final Duration SOON = Duration.ofMinutes(3);

    private Steps() {}

    static final List<Phrase> TABLE =
            List.of(
                    // What happens to the Pi.
                    when("the Pi reboots", (run, words) -> run.reboot()),
                    when("the Pi reboots by itself", (run, words) -> run.rebootsByItself()),
                    when("the Pi is switched off", (run, words) -> run.pi().switchOff()),
                    when(
                            "its card is put into another board",
                            (run, words) ->
                                    run.pi().moveToBoard("5eed0000-0000-4000-8000-00000000cafe")),
                    when("the power is cut", (run, words) -> run.pi().cutPower()),
                    when("the power comes back", (run, words) -> run.powerOn()),
                    when(
                            "the power comes back, and it reboots by itself",
                            (run, words) -> run.powerOnAndReboot()),
                    when("the Pi runs <text>", (run, words) -> run.runOnPi(words.get(0), 0)),
                    when(
                            "the Pi runs <text> which exits <number>",
                            (run, words) ->
                                    run.runOnPi(words.get(0), Integer.parseInt(words.get(1)))),
                    when(
                            "the Pi runs <text> for up to <number> minutes",
                            (run, words) ->
                                    run.runOnPi(
                                            words.get(0),
                                            Duration.ofMinutes(Integer.parseInt(words.get(1))))),
                    when(
                            "<number> seconds pass",
                            (run, words) ->
                                    GuestAgent.pause(1000L * Integer.parseInt(words.get(0)))),
                    when(
                            "file <path> holds <text>",
                            (run, words) -> run.writeFile(words.get(0), words.get(1), "644")),
                    when(
                            "secret file <path> holds <text>",
                            (run, words) -> run.writeFile(words.get(0), words.get(1), "600")),
                    when(
                            "file <path> is deleted",
                            (run, words) -> run.must(List.of("rm", words.get(0)), SOON)),
                    when(
                            "the moment is kept as <name>",
                            (run, words) -> run.pi().saveMoment(words.get(0))),
                    when(
                            "the Pi returns to moment <name>",
                            (run, words) -> run.pi().returnTo(words.get(0))),
                    checkout(
                            "netfix is checked out in <path>",
                            (run, words) -> run.checkOut(words.get(0))),

                    // What netfix does to it.
                    netfixDoes(
                            "fix <text> exits <number>",
                            (run, words) -> run.fix(words.get(0), Integer.parseInt(words.get(1)))),
                    netfixDoes(
                            "fix <text> exits <number> and touches no file",
                            (run, words) ->
                                    run.listing()
                                            .untouchedBy(
                                                    () ->
                                                            run.fix(
                                                                    words.get(0),
                                                                    Integer.parseInt(
                                                                            words.get(1))))),
                    netfixDoes(
                            "fix <text> is started, and has begun",
                            (run, words) -> run.startFix(words.get(0))),
                    when(
                            "that fix exits <number>",
                            (run, words) -> run.awaitStarted(Integer.parseInt(words.get(0)))),
                    when("that fix fails", (run, words) -> run.awaitFailure()),
                    then(
                            "<unit> has <interface> back within <number> seconds of that failure",
                            (run, words) ->
                                    run.backAfterFailure(
                                            words.get(0), words.get(1), seconds(words.get(2)))),
                    netfixDoes(
                            "diagnose <text> is started, and watches",
                            (run, words) -> run.startWatch(words.get(0))),
                    when(
                            "that watch exits <number>",
                            (run, words) -> run.awaitStarted(Integer.parseInt(words.get(0)))),
                    netfixDoes(
                            "this machine reads the Pi's bundle <path>, and exits <number>",
                            (run, words) ->
                                    run.readHere(words.get(0), Integer.parseInt(words.get(1)))),
                    then("the fix is <state>", (run, words) -> run.fixIs(words.get(0))),
                    netfixDoes(
                            "fix <text> of its card exits <number>",
                            (run, words) ->
                                    run.fixOnCard(words.get(0), Integer.parseInt(words.get(1)))),
                    netfixDoes(
                            "fix sdcard <text> of its boot partition exits <number>",
                            (run, words) ->
                                    run.sdcard(words.get(0), "", Integer.parseInt(words.get(1)))),
                    netfixDoes(
                            "fix sdcard <text> of its boot partition, told <text>, exits <number>",
                            (run, words) ->
                                    run.sdcard(
                                            words.get(0),
                                            words.get(1),
                                            Integer.parseInt(words.get(2)))),
                    netfixDoes(
                            "bootdiag <text> exits <number>",
                            (run, words) ->
                                    run.bootdiag(words.get(0), Integer.parseInt(words.get(1)))),
                    netfixDoes(
                            "bootdiag read of its boot partition exits <number>",
                            (run, words) -> run.readBootPartition(Integer.parseInt(words.get(0)))),
                    netfixDoes(
                            "the disks are kept at every step of the rescue",
                            (run, words) -> run.cuts().keepRescue()),
                    netfix(
                            "each <number>th power cut of the rescue leaves a Pi that boots",
                            (run, words) -> run.cuts().judgeBoots(Integer.parseInt(words.get(0)))),
                    when(
                            "the disks are kept <number> times at its next boot, every <number>"
                                    + " seconds",
                            (run, words) ->
                                    run.cuts()
                                            .keepBoot(
                                                    Integer.parseInt(words.get(0)),
                                                    Integer.parseInt(words.get(1)))),
                    then(
                            "each power cut of that boot leaves a Pi that boots",
                            (run, words) -> run.cuts().judgeBoots(1)),
                    netfix(
                            "killed after every entry of fix <text> it is as before",
                            (run, words) ->
                                    new Kills(run.pi())
                                            .everyEntry(
                                                    words.get(0), run.listing(), run.addresses())),
                    netfix(
                            "killed at every step of the rollback of fix <text> it is as before",
                            (run, words) ->
                                    new Kills(run.pi())
                                            .everyStepOfRollback(
                                                    words.get(0), run.listing(), run.addresses())),
                    netfixDoes(
                            "the disks are kept at every entry of fix <text>",
                            (run, words) -> run.cuts().keepEntries(words.get(0), run.listing())),
                    netfixDoes(
                            "the disks are kept at every step of the rollback",
                            (run, words) -> run.cuts().keepRollback()),
                    netfix(
                            "each power cut leaves it reachable, wholly old or wholly new",
                            (run, words) -> run.cuts().judge(run.listing(), run.addresses(), 1)),
                    netfix(
                            "a power cut after the proof leaves it wholly new, and undo brings back"
                                    + " the old",
                            (run, words) -> run.cuts().judgeProved(run.listing(), run.addresses())),
                    netfix(
                            "without the boot unit a power cut leaves it half",
                            (run, words) ->
                                    run.cuts()
                                            .judgeWithoutBootUnit(run.listing(), run.addresses())),
                    netfix(
                            "each <number>th power cut leaves it reachable, wholly old or wholly"
                                    + " new",
                            (run, words) ->
                                    run.cuts()
                                            .judge(
                                                    run.listing(),
                                                    run.addresses(),
                                                    Integer.parseInt(words.get(0)))),
                    when("its files are listed", (run, words) -> run.listing().take()),
                    when("its addresses are noted", (run, words) -> run.addresses().note()),

                    // What happens around it.
                    when(
                            "the cable of <interface> is pulled",
                            (run, words) -> run.pi().cable(wire(words.get(0)), false)),
                    when(
                            "the cable of <interface> is put back",
                            (run, words) -> run.pi().cable(wire(words.get(0)), true)),
                    when(
                            "the access point is switched off",
                            (run, words) -> run.world("air", "off")),
                    when("the access point is switched on", (run, words) -> run.world("air", "on")),
                    when(
                            "the access point becomes <text> with <security> key <text>",
                            (run, words) ->
                                    run.world(
                                            "air", hex(words.get(0)), words.get(1), words.get(2))),
                    when(
                            "the access point becomes <text> without a key",
                            (run, words) -> run.world("air", hex(words.get(0)), "open")),
                    when(
                            "the access point offers <text> with <security> key <text> too",
                            (run, words) ->
                                    run.world(
                                            "air-also",
                                            hex(words.get(0)),
                                            words.get(1),
                                            words.get(2))),
                    when(
                            "the access point offers <text> without a key too",
                            (run, words) -> run.world("air-also", hex(words.get(0)), "open")),
                    when(
                            "the router is switched off",
                            (run, words) -> {
                                run.pi().routerPower(false);
                                run.world("router", "off");
                            }),
                    when(
                            "the router is switched on",
                            (run, words) -> {
                                run.world("router", "on");
                                run.pi().routerPower(true);
                            }),
                    when("the router falls silent", (run, words) -> run.world("router", "off")),
                    when("the router answers again", (run, words) -> run.world("router", "on")),

                    // What the person with the phone does.
                    when("the phone scans", (run, words) -> run.phone("scan")),
                    when(
                            "the phone scans until it sees <text>",
                            (run, words) -> run.phoneSees(words.get(0))),
                    when("the phone cancels", (run, words) -> run.phone("cancel")),
                    when(
                            "the phone connects to <text> with password <text>",
                            (run, words) -> run.phone("connect", words.get(0), words.get(1))),
                    when(
                            "the phone connects to <text>",
                            (run, words) -> run.phone("connect", words.get(0))),
                    when(
                            "the phone mistypes the password of <text>",
                            (run, words) -> run.phone("wrong-password", words.get(0))),
                    when(
                            "the phone connects to hidden <text> with password <text>",
                            (run, words) -> run.phone("hidden", words.get(0), words.get(1))),
                    when(
                            "the phone gives <text> the new password <text>",
                            (run, words) -> run.phone("new-password", words.get(0), words.get(1))),
                    when(
                            "the phone deletes <text>",
                            (run, words) -> run.phone("delete", words.get(0))),
                    when("the phone disconnects", (run, words) -> run.phone("disconnect")),
                    when("the phone switches Wi-Fi off", (run, words) -> run.phone("off")),
                    when("the phone switches Wi-Fi on", (run, words) -> run.phone("on")),
                    when(
                            "the phone tries to connect to <text> with password <text>",
                            (run, words) -> run.phoneTries("connect", words.get(0), words.get(1))),
                    when(
                            "the phone tries to connect to hidden <text> with password <text>",
                            (run, words) -> run.phoneTries("hidden", words.get(0), words.get(1))),
                    when(
                            "the phone tries to give <text> the new password <text>",
                            (run, words) ->
                                    run.phoneTries("new-password", words.get(0), words.get(1))),

                    // What must be so, seen from outside.
                    then(
                            "<interface> is reachable",
                            (run, words) -> Reach.awaitReachable(run.pi(), words.get(0))),
                    then(
                            "all its interfaces are reachable",
                            (run, words) ->
                                    run.pi()
                                            .state()
                                            .reaches()
                                            .forEach(name -> Reach.awaitReachable(run.pi(), name))),
                    then(
                            "all its interfaces are reachable within <number> seconds",
                            (run, words) ->
                                    run.pi()
                                            .state()
                                            .reaches()
                                            .forEach(
                                                    name ->
                                                            Reach.awaitReachable(
                                                                    run.pi(),
                                                                    name,
                                                                    seconds(words.get(0))))),
                    then(
                            "<interface> is reachable within <number> seconds",
                            (run, words) ->
                                    Reach.awaitReachable(
                                            run.pi(), words.get(0), seconds(words.get(1)))),
                    then(
                            "<interface> stays reachable for <number> seconds",
                            (run, words) ->
                                    Reach.staysReachable(
                                            run.pi(), words.get(0), seconds(words.get(1)))),
                    then(
                            "<interface> is unreachable",
                            (run, words) -> Reach.awaitUnreachable(run.pi(), words.get(0))),
                    then(
                            "<interface> stays unreachable for <number> seconds",
                            (run, words) ->
                                    Reach.staysUnreachable(
                                            run.pi(), words.get(0), seconds(words.get(1)))),

                    // What must be so on the Pi.
                    then("its output shows <text>", (run, words) -> run.outputShows(words.get(0))),
                    then(
                            "its output does not show <text>",
                            (run, words) -> run.outputHides(words.get(0))),
                    then("its output is printed", (run, words) -> run.printOutput()),
                    then("file <path> exists", (run, words) -> run.exists(words.get(0), true)),
                    then("file <path> is gone", (run, words) -> run.exists(words.get(0), false)),
                    then(
                            "file <path> has mode <number>",
                            (run, words) ->
                                    run.says(
                                            List.of("stat", "-c", "%a", words.get(0)),
                                            words.get(1))),
                    then(
                            "file <path> shows <text>",
                            (run, words) -> run.fileShows(words.get(0), words.get(1), true)),
                    then(
                            "file <path> shows <text> within <number> seconds",
                            (run, words) ->
                                    run.fileComesToShow(
                                            words.get(0), words.get(1), seconds(words.get(2)))),
                    then(
                            "file <path> does not show <text>",
                            (run, words) -> run.fileShows(words.get(0), words.get(1), false)),
                    then(
                            "file <path> is empty or gone",
                            (run, words) ->
                                    run.must(List.of("test", "!", "-s", words.get(0)), SOON)),
                    then(
                            "unit <unit> is <state>",
                            (run, words) -> run.unit(words.get(0), words.get(1))),
                    then(
                            "the journal shows <text>",
                            (run, words) -> run.journalShows(words.get(0), true)),
                    then(
                            "the journal does not show <text>",
                            (run, words) -> run.journalShows(words.get(0), false)),
                    then(
                            "the Pi reaches <address>",
                            (run, words) ->
                                    run.eventually(
                                            List.of(
                                                    "ping",
                                                    "-n",
                                                    "-c",
                                                    "1",
                                                    "-W",
                                                    "5",
                                                    words.get(0)))),
                    then("its files are as listed", (run, words) -> run.listing().compare()),
                    then("its addresses are as noted", (run, words) -> run.addresses().compare()),
                    then(
                            "NetworkManager reads the generated take-overs as they were meant",
                            (run, words) -> GeneratedBatch.compare(run.pi())),

                    // What netfix says.
                    netfix(
                            "verify exits <number>",
                            (run, words) -> run.verify(Integer.parseInt(words.get(0)))),
                    netfix(
                            "diagnose exits <number>",
                            (run, words) -> run.diagnosis().exits(Integer.parseInt(words.get(0)))),
                    netfix(
                            "diagnose exits <number> with findings <codes>",
                            (run, words) -> {
                                run.diagnosis().exits(Integer.parseInt(words.get(0)));
                                run.diagnosis().finds(codes(words.get(1)));
                            }),
                    netfix(
                            "diagnose finds <codes>",
                            (run, words) -> run.diagnosis().finds(codes(words.get(0)))),
                    netfix(
                            "diagnose finds no error but <codes>",
                            (run, words) -> run.diagnosis().findsOnly(codes(words.get(0)))),
                    netfix(
                            "diagnose finds no error",
                            (run, words) -> run.diagnosis().findsOnly(List.of())),
                    netfix(
                            "diagnose does not find <codes>",
                            (run, words) -> run.diagnosis().findsNot(codes(words.get(0)))),
                    netfix(
                            "diagnose shows <text>",
                            (run, words) -> run.diagnosis().shows(words.get(0))),
                    netfix(
                            "diagnose does not show <text>",
                            (run, words) -> run.diagnosis().showsNot(words.get(0))));

    /** Reads one step; a phrase that is in no row, or in two, is a mistake in the scenario. */
    static Scenario.Step read(String file, int line, String text) {
        List<Scenario.Step> read = new ArrayList<>();
        for (Phrase phrase : TABLE) {
            Optional<List<String>> words = phrase.read(text);
            words.ifPresent(w -> read.add(new Scenario.Step(file, line, text, phrase, w)));
        }
        if (read.isEmpty()) {
            throw new LabFailure(
                    file
                            + ":"
                            + line
                            + ": no such step: \""
                            + text
                            + "\" (./jbang lab list --steps prints them all)");
        }
        if (read.size() > 1) {
            throw new LabFailure(
                    file + ":" + line + ": the step may be read in two ways: \"" + text + "\"");
        }
        return read.get(0);
    }

    private static int wire(String interfaceName) {
        if (!interfaceName.matches("eth[0-9]")) {
            throw new LabFailure("only eth0, eth1, ... have a cable, not " + interfaceName);
        }
        return interfaceName.charAt(3) - '0';
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Duration seconds(String number) {
        return Duration.ofSeconds(Long.parseLong(number));
    }

    private static List<String> codes(String list) {
        return List.of(list.split(", ?"));
    }
}
