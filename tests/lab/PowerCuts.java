package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The disks of a Pi as a power cut would leave them, one pair for every step of a transaction that
 * has reached the card. The Pi does its work once; each pair is then booted and judged.
 */
final class PowerCuts {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration LONG = Duration.ofMinutes(40);

    /**
     * Stands in the place of sync(1), by which the transaction knows that something is on the card:
     * it does what it is told, says so on the serial line, and waits until the lab has looked. Of
     * the apply verb it tells the journal's entries, of the others everything; of a rollback only
     * in a boot where the lab listens, because each step waits two seconds.
     */
    private static final String TELLING_SYNC =
            """
            #!/bin/sh
            /usr/bin/sync.real "$@"
            status=$?
            case $(tr '\\000' ' ' </proc/$PPID/cmdline) in
                *transaction.sh\\ apply*)
                    case $1 in
                        */journal) what=$(tail -n 1 "$1") ;;
                        *) exit $status ;;
                    esac
                    ;;
                *transaction.sh\\ boot* | *transaction.sh\\ rollback*)
                    grep -q lab.tells /proc/cmdline || exit $status
                    what="sync $*"
                    ;;
                *netfix-rescue.sh*) what="rescue: sync $*" ;;
                *) exit $status ;;
            esac
            printf '\\nlab-cut: %s\\n' "$what" >/dev/ttyS0
            sleep 2
            exit $status
            """;

    /** On the kernel's command line; with a dot, so that it is no word for systemd. */
    private static final String TELLS = "lab.tells";

    private static final String NEITHER = "neither old:";

    /** Whole lines only: the log is read while it grows. */
    private static final Pattern TOLD =
            Pattern.compile("^lab-cut: (.*?)\\r?\\n", Pattern.MULTILINE);

    /** What an automatic rollback may leave: the profile without which the Pi would be lost. */
    private static final Pattern LIFELINE =
            Pattern.compile("/etc/NetworkManager/system-connections/netfix-wired\\.nmconnection");

    /** They wait for the boot that proves a fix, and go with it, or are of the fix's own boot. */
    private static final Pattern WAITING =
            Pattern.compile("netfix-(boot|prove|apply|rollback)\\.(service|timer)");

    /**
     * @param step what had just reached the card
     * @param folder root.qcow2 and boot.qcow2
     */
    private record Cut(String step, Path folder) {}

    private final VirtualPi pi;
    private final Path payload;
    private final List<Cut> cuts = new ArrayList<>();
    private Cut proved;
    private Map<String, String> fixed = Map.of();
    private int pairs;

    PowerCuts(VirtualPi pi, Path payload) {
        this.pi = pi;
        this.payload = payload;
    }

    /** Fixes the Pi; what was kept must be the journal, entry by entry. */
    void keepEntries(String words, Listing listing) {
        standInForSync(pi, TELLING_SYNC);
        CompletableFuture<GuestResult> fixing =
                CompletableFuture.supplyAsync(() -> pi.run(ScenarioRun.netfix("fix", words), LONG));
        keepWhile(pi, () -> !fixing.isDone());
        GuestResult fix = fixing.join();
        fix.must();
        List<String> journal = must(pi, "cat /var/lib/netfix/[0-9]*/journal", "").lines().toList();
        List<String> kept = cuts.stream().map(Cut::step).toList();
        if (!journal.equals(kept)) {
            throw new LabFailure("entries and cuts differ:\n" + journal + "\n" + kept);
        }
        System.out.println("    " + journal.size() + " entries, " + kept.size() + " cuts");
        fixed = listing.look();
        proved = new Cut("the proof", keep(pi));
    }

    /** The real one stays at hand as sync.real. */
    static void standInForSync(VirtualPi pi, String script) {
        must(
                pi,
                "mv /usr/bin/sync /usr/bin/sync.real && cat >/usr/bin/sync && chmod 755"
                        + " /usr/bin/sync && sync.real",
                script);
    }

    /** Boots the disks of the last entry before the proof; its rollback is what is kept now. */
    void keepRollback() throws IOException {
        Cut last = cuts.get(cuts.size() - 2);
        cuts.clear();
        try (VirtualPi cut = on(last)) {
            CompletableFuture<Void> booting =
                    CompletableFuture.runAsync(
                            () -> {
                                cut.boot(payload, TELLS);
                                Settling.await(cut);
                            });
            keepWhile(cut, () -> !booting.isDone());
            booting.join();
        }
        if (cuts.isEmpty()) {
            throw new LabFailure("nothing was rolled back after \"" + last.step() + "\"");
        }
        System.out.println("    rollback of \"" + last.step() + "\": " + cuts.size() + " cuts");
    }

    /**
     * What the last rescue left, and what bootdiag-power-cuts' own unit has found of the recorder's
     * files before each recorder began.
     */
    private static final String READABLE_LOG =
            "cd /boot/firmware 2>/dev/null || cd /boot; log=netfix-rescue-log.txt; readings="
                    + "/var/tmp/readings; if [ -e $readings ] && grep -v -x readable $readings >&2;"
                    + " then exit 1; fi; ! [ -e $log ] || head -n 1 $log | grep ^VERDICT";

    /** An emulated Pi that has settled has its addresses by then, if it gets any. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    /** Switches the Pi, which has a rescue on its boot partition, off and on, until it reboots. */
    void keepRescue() {
        standInForSync(pi, TELLING_SYNC);
        pi.switchOff();
        CompletableFuture<Void> rescue =
                CompletableFuture.runAsync(() -> pi.bootUntilReboot(payload, LONG));
        keepWhile(pi, () -> !rescue.isDone());
        rescue.join();
        if (cuts.isEmpty()) {
            throw new LabFailure("the rescue has told of no step");
        }
        System.out.println("    rescue: " + cuts.size() + " cuts");
    }

    /** Switches the Pi off and on, and keeps its disks while it boots, whatever it does then. */
    void keepBoot(int times, int seconds) {
        pi.switchOff();
        CompletableFuture<Void> booting = CompletableFuture.runAsync(() -> pi.boot(payload));
        for (int i = 1; i <= times; i++) {
            GuestAgent.pause(seconds * 1000L);
            if (booting.isCompletedExceptionally()) {
                break;
            }
            cuts.add(new Cut(i * seconds + " s", keep(pi)));
        }
        booting.join();
        Settling.await(pi);
    }

    /**
     * Three boots of every n-th pair of disks: each ends as an ordinary one, a rescue reboots the
     * Pi once at most, what it and bootdiag wrote is readable or not there, and where the rescue
     * says that it has mended the Pi, it can be reached.
     */
    void judgeBoots(int nth) throws IOException {
        List<String> bad = new ArrayList<>();
        int judged = 0;
        for (int at = nth - 1; at < cuts.size(); at += nth) {
            Cut cut = cuts.get(at);
            String after = "after \"" + cut.step() + "\": ";
            judged++;
            try (VirtualPi booted = on(cut)) {
                System.out.println("    cut " + (at + 1) + ", " + after + threeBoots(booted));
            } catch (LabFailure e) {
                bad.add(after + e.getMessage());
            }
        }
        if (judged == 0) {
            throw new LabFailure("none of the " + cuts.size() + " cuts was judged");
        }
        if (!bad.isEmpty()) {
            throw new LabFailure(String.join("\n", bad));
        }
    }

    /** What came of the third one. */
    private String threeBoots(VirtualPi booted) {
        boolean rescued = false;
        String told = "";
        for (int boot = 1; boot <= 3; boot++) {
            if (booted.waitsForRescue()) {
                if (rescued) {
                    throw new LabFailure("the rescue is started again at boot " + boot);
                }
                booted.bootUntilReboot(payload, LONG);
                rescued = true;
            }
            booted.boot(payload);
            Settling.await(booted);
            String verdict = must(booted, READABLE_LOG, "").strip();
            told = reached(booted, verdict, boot == 3 ? SETTLED : Duration.ZERO);
            booted.switchOff();
        }
        return told;
    }

    /**
     * @param verdict of the rescue, empty where it left none
     * @param patience with a Pi of which nobody says that it is mended
     */
    private static String reached(VirtualPi booted, String verdict, Duration patience) {
        boolean mended = verdict.startsWith("VERDICT: MENDED");
        List<String> told = new ArrayList<>();
        for (String name : booted.state().reaches()) {
            Reach.Answer answer = Reach.within(booted, name, mended ? Reach.PATIENCE : patience);
            if (mended && !answer.reachable()) {
                throw new LabFailure(
                        "its log says \"" + verdict + "\", and " + name + ": " + answer.says());
            }
            told.add(name + (answer.reachable() ? " reachable" : " unreachable"));
        }
        return String.join(", ", told) + (verdict.isEmpty() ? "" : "; " + verdict);
    }

    private interface Going {
        boolean on();
    }

    /** Copies the disks whenever the Pi says that something has reached them. */
    private void keepWhile(VirtualPi watched, Going going) {
        int seen = told(watched).size();
        while (true) {
            boolean goesOn = going.on();
            List<String> told = told(watched);
            for (; seen < told.size(); seen++) {
                if (seen < told.size() - 1) {
                    throw new LabFailure("too slow to keep the disks at: " + told.get(seen));
                }
                cuts.add(new Cut(told.get(seen), keep(watched)));
            }
            if (!goesOn) {
                return;
            }
            GuestAgent.pause(20);
        }
    }

    private Path keep(VirtualPi watched) {
        Path folder =
                pi.folder().resolve("cuts").resolve(String.format(Locale.ROOT, "%03d", ++pairs));
        watched.copyDisks(folder);
        return folder;
    }

    private static List<String> told(VirtualPi watched) {
        List<String> told = new ArrayList<>();
        try {
            if (Files.exists(watched.serialLog())) {
                Matcher line =
                        TOLD.matcher(
                                Files.readString(watched.serialLog(), StandardCharsets.ISO_8859_1));
                while (line.find()) {
                    told.add(line.group(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return told;
    }

    /** Boots every n-th pair of disks; all are told, and where any is bad it fails. */
    void judge(Listing listing, Addresses addresses, int nth) throws IOException {
        if (cuts.isEmpty()) {
            throw new LabFailure("no disks were kept before");
        }
        List<String> bad = new ArrayList<>();
        int judged = 0;
        for (int at = nth - 1; at < cuts.size(); at += nth) {
            Cut cut = cuts.get(at);
            Instant begin = Instant.now();
            String verdict;
            try (VirtualPi booted = on(cut)) {
                booted.boot(payload);
                verdict = judge(booted, listing, addresses, judged % 10 == 0);
            } catch (LabFailure e) {
                bad.add(cut.step() + ": " + e.getMessage());
                verdict = "BAD: " + e.getMessage();
            }
            judged++;
            System.out.printf(
                    "    cut %d of %d, after \"%s\": %s (%d s)%n",
                    at + 1,
                    cuts.size(),
                    cut.step(),
                    verdict,
                    Duration.between(begin, Instant.now()).toSeconds());
        }
        if (judged == 0) {
            throw new LabFailure("none of the " + cuts.size() + " cuts was judged");
        }
        if (!bad.isEmpty()) {
            throw new LabFailure(
                    bad.size() + " of " + judged + " cuts are bad:\n" + String.join("\n", bad));
        }
    }

    /**
     * The cut after all entries: no entry's own is ever new, since the state that says so is
     * written after the last one.
     */
    void judgeProved(Listing listing, Addresses addresses) throws IOException {
        if (proved == null) {
            throw new LabFailure("no disks were kept before");
        }
        try (VirtualPi booted = on(proved)) {
            booted.boot(payload);
            String verdict = judge(booted, listing, addresses, true);
            if (!verdict.startsWith("new")) {
                throw new LabFailure("cut after the proof it is " + verdict);
            }
            System.out.println("    cut after the proof: " + verdict);
        }
    }

    /**
     * The control of what the judging is worth: the cut in the middle, booted without netfix's boot
     * unit, must be judged bad.
     */
    void judgeWithoutBootUnit(Listing listing, Addresses addresses) throws IOException {
        Cut middle = cuts.get(cuts.size() / 2);
        String verdict;
        try (VirtualPi booted = on(middle)) {
            booted.boot(payload, "systemd.mask=netfix-boot.service");
            verdict = judge(booted, listing, addresses, false);
        } catch (LabFailure e) {
            // Nothing else counts: a Pi that does not start at all would prove nothing.
            if (!e.getMessage().startsWith(NEITHER) && !e.getMessage().contains("unreachable")) {
                throw e;
            }
            System.out.println(
                    "    without the boot unit: "
                            + e.getMessage().lines().limit(3).collect(Collectors.joining(" ")));
            return;
        }
        throw new LabFailure(
                "cut after \"" + middle.step() + "\" and without the boot unit it is " + verdict);
    }

    private String judge(
            VirtualPi booted, Listing listing, Addresses addresses, boolean thoroughly) {
        Settling.await(booted);
        booted.state().reaches().forEach(name -> Reach.awaitReachable(booted, name));
        addresses.on(booted).compare();
        Map<String, String> now = new Listing(booted).look();
        String is = "old";
        List<String> old = notOld(listing, now);
        if (!old.isEmpty()) {
            is = "new";
            List<String> fresh = Listing.differences(without(fixed), without(now));
            if (!fresh.isEmpty()) {
                throw new LabFailure(
                        NEITHER
                                + "\n"
                                + String.join("\n", old).indent(4)
                                + "nor new:\n"
                                + String.join("\n", fresh).indent(4));
            }
        }
        if (!thoroughly) {
            return is;
        }
        // What follows is not told of, and the one that tells takes two seconds each time.
        must(booted, "mv /usr/bin/sync.real /usr/bin/sync", "");
        if (is.equals("old")) {
            afterwards(booted, "--yes");
            is += ", and fix works";
        }
        afterwards(booted, "undo --yes");
        booted.state().reaches().forEach(name -> Reach.awaitReachable(booted, name));
        addresses.on(booted).compare();
        List<String> left = notOld(listing, new Listing(booted).look());
        if (!left.isEmpty()) {
            throw new LabFailure("undone it is not as it was:\n" + String.join("\n", left));
        }
        return is + ", and undo too";
    }

    private static void afterwards(VirtualPi booted, String words) {
        GuestResult result = booted.run(ScenarioRun.netfix("fix", words), LONG);
        if (!result.ok()) {
            throw new LabFailure("afterwards: " + result.shown());
        }
    }

    private static List<String> notOld(Listing listing, Map<String, String> now) {
        return Listing.differences(listing.taken(), now).stream()
                .filter(d -> !LIFELINE.matcher(d).find())
                .toList();
    }

    private static Map<String, String> without(Map<String, String> listing) {
        Map<String, String> rest = new TreeMap<>(listing);
        rest.keySet().removeIf(name -> WAITING.matcher(name).find());
        return rest;
    }

    private VirtualPi on(Cut cut) throws IOException {
        Path folder = pi.folder().resolve("booted");
        LabFolders.delete(folder);
        return VirtualPi.onDisksOf(
                pi.image(),
                pi.state(),
                folder,
                cut.folder().resolve("root.qcow2"),
                "qcow2",
                cut.folder().resolve("boot.qcow2"));
    }

    private static String must(VirtualPi pi, String commands, String input) {
        GuestResult result =
                pi.run(
                        List.of("/bin/sh", "-c", commands),
                        input.getBytes(StandardCharsets.UTF_8),
                        SOON);
        result.must();
        return result.stdout();
    }
}
