package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * kill -9 of the transaction after every entry of its journal, or of its rollback after every step,
 * on a Pi that goes on running: what runs and what lies on the disk must be as before each time.
 * There is one fix: at each entry it is held, its Pi is saved, killed and judged, and then it goes
 * on from what was saved as if nothing had happened.
 */
final class Kills {

    private static final Duration LONG = Duration.ofMinutes(40);

    private static final String MOMENT = "held";

    /**
     * sync(1) as the transaction calls it: where it is to hold, it tells the entry and waits until
     * that is taken away, and then kills its caller if it has to. A step of the rollback is
     * whatever it syncs, often in a subshell: there all of its unit is killed, this included.
     */
    private static final String HOLDING_SYNC =
            """
            #!/bin/sh
            /usr/bin/sync.real "$@"
            status=$?
            lab=/run/lab
            case $(tr '\\000' ' ' <"/proc/$PPID/cmdline") in
                *transaction.sh\\ apply*)
                    case $1 in
                        */journal) entry=$(tail -n 1 "$1") ;;
                        *) exit $status ;;
                    esac
                    [ -e $lab/hold-at ] || exit $status
                    case $entry in
                        "$(cat $lab/hold-at)"*) ;;
                        *) exit $status ;;
                    esac
                    echo "$entry" >$lab/held.new && mv $lab/held.new $lab/held
                    while [ -e $lab/held ]; do sleep 0.2; done
                    if [ -e $lab/kill ]; then
                        rm $lab/kill $lab/hold-at
                        kill -9 "$PPID"
                    fi
                    ;;
                *transaction.sh\\ rollback*)
                    if [ -e $lab/kill-rollback-at ]; then
                        echo >>$lab/rollback-steps
                        if [ "$(wc -l <$lab/rollback-steps)" -ge "$(cat $lab/kill-rollback-at)" ]; then
                            rm $lab/kill-rollback-at
                            systemctl kill -s KILL netfix-rollback.service
                            sleep 60
                        fi
                    fi
                    ;;
            esac
            exit $status
            """;

    /** In the background: it is held while the lab asks for other things. */
    private static final String BEGIN =
            """
            mkdir -p /run/lab
            echo "$0" >/run/lab/hold-at
            { "$@"; echo $? >/run/lab/exit; } >/run/lab/said 2>&1 &
            """;

    /** The entry at which the fix is held, nothing where it has come to its end. */
    private static final String HELD =
            """
            until [ -e /run/lab/held ] || [ -e /run/lab/exit ]; do sleep 0.2; done
            if [ -e /run/lab/held ]; then cat /run/lab/held; fi
            """;

    /** Over is it only when the rollback's unit is: killed late, it begins once more. */
    private static final String KILL =
            """
            set -e
            cd /var/lib/netfix
            if [ $# = 1 ]; then echo "$1" >/run/lab/kill-rollback-at; fi
            touch /run/lab/kill
            rm /run/lab/held
            end=$(($(cut -d. -f1 /proc/uptime) + 900))
            until grep -q '^rolled-back ' state && ! [ -e /etc/systemd/system/netfix-boot.service ] &&
                ! [ -e /run/systemd/system/netfix-rollback.service ] && [ -e /run/lab/exit ] &&
                [ "$(systemctl show -p ActiveState --value netfix-rollback.service)" != activating ]; do
                if [ "$(cut -d. -f1 /proc/uptime)" -gt "$end" ]; then
                    echo "after 900 s it is $(cat state)" >&2
                    exit 1
                fi
                sleep 0.5
            done
            tail -n 1 [0-9]*/journal
            if [ "$(cat /run/lab/exit)" != 4 ]; then
                cat /run/lab/said /run/lab/exit >&2
                exit 1
            fi
            """;

    private final VirtualPi pi;

    Kills(VirtualPi pi) {
        this.pi = pi;
    }

    /** In the end the fix has gone through. */
    void everyEntry(String words, Listing listing, Addresses addresses) {
        List<String> killed = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        begin(words, "");
        for (String entry = held(); !entry.isEmpty(); entry = held()) {
            pi.saveMoment(MOMENT);
            String which = (killed.size() + 1) + ", after \"" + entry + "\"";
            killed.add(kill(which, listing, addresses, bad));
            pi.returnTo(MOMENT);
            must("rm /run/lab/held");
        }
        must("if [ $(cat /run/lab/exit) != 0 ]; then cat /run/lab/said >&2; exit 1; fi");
        List<String> journal = must("cat /var/lib/netfix/[0-9]*/journal").lines().toList();
        judge(bad);
        if (!killed.equals(journal)) {
            throw new LabFailure("entries and kills differ:\n" + journal + "\n" + killed);
        }
        System.out.println("    " + journal.size() + " entries, " + killed.size() + " kills");
    }

    /** The rollback of all changes, until it has no further step. */
    void everyStepOfRollback(String words, Listing listing, Addresses addresses) {
        begin(words, "proof ");
        if (held().isEmpty()) {
            throw new LabFailure("the fix has not come to its proof: " + must("cat /run/lab/said"));
        }
        pi.saveMoment(MOMENT);
        List<String> bad = new ArrayList<>();
        int step = 0;
        boolean wasKilled;
        do {
            if (++step > 1) {
                pi.returnTo(MOMENT);
            }
            kill("step " + step, listing, addresses, bad, Integer.toString(step));
            wasKilled = !pi.shell("rm /run/lab/kill-rollback-at", LONG).ok();
        } while (wasKilled);
        if (step == 1) {
            throw new LabFailure("the rollback has told of no step");
        }
        System.out.println("    " + (step - 1) + " steps of the rollback, each killed");
        judge(bad);
    }

    /**
     * @param at how the entries begin at which the fix is held
     */
    private void begin(String words, String at) {
        PowerCuts.standInForSync(pi, HOLDING_SYNC);
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", BEGIN, at));
        argv.addAll(ScenarioRun.netfix("fix", words));
        pi.run(argv, LONG).must();
    }

    private String held() {
        return must(HELD).strip();
    }

    /**
     * What the journal ended with; what is not as before is added to the bad ones.
     *
     * @param rollback the step of the rollback that is killed too
     */
    private String kill(
            String which,
            Listing listing,
            Addresses addresses,
            List<String> bad,
            String... rollback) {
        Instant begin = Instant.now();
        String entry = "";
        String verdict = "as before";
        try {
            List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", KILL, "kill"));
            argv.addAll(List.of(rollback));
            entry = pi.run(argv, LONG).must().stdout().strip();
            pi.state().reaches().forEach(name -> Reach.awaitReachable(pi, name));
            addresses.compare();
            listing.compare();
        } catch (LabFailure e) {
            verdict = "BAD: " + e.getMessage();
            bad.add(which + ": " + e.getMessage());
        }
        System.out.printf(
                "    killed at %s: %s (%d s)%n",
                which, verdict, Duration.between(begin, Instant.now()).toSeconds());
        return entry;
    }

    private static void judge(List<String> bad) {
        if (!bad.isEmpty()) {
            throw new LabFailure(bad.size() + " are bad:\n" + String.join("\n", bad));
        }
    }

    private String must(String commands) {
        return pi.shell(commands, LONG).must().stdout();
    }
}
