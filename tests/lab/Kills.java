package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * kill -9 of the transaction after every entry of its journal, or of its rollback after every step,
 * on a Pi that goes on running: what runs and what lies on the disk must be as before each time,
 * and a fix must work afterwards. The plan is made once by netfix; from then on its files are put
 * back and applied again.
 */
final class Kills {

    private static final Duration LONG = Duration.ofMinutes(40);

    /**
     * sync(1) as the transaction calls it: after the entry that is asked for it kills its caller. A
     * step of the rollback is whatever it syncs, often in a subshell: there all of its unit is
     * killed, this included.
     */
    private static final String KILLING_SYNC =
            """
            #!/bin/sh
            /usr/bin/sync.real "$@"
            status=$?
            case $1 in
                */journal)
                    if [ -e /run/lab/kill-at ] && [ "$(wc -l <"$1")" -ge "$(cat /run/lab/kill-at)" ]; then
                        rm /run/lab/kill-at
                        kill -9 "$PPID"
                        exit $status
                    fi
                    ;;
            esac
            case $(tr '\\000' ' ' <"/proc/$PPID/cmdline") in
                *transaction.sh\\ rollback*)
                    if [ -e /run/lab/kill-rollback-at ]; then
                        echo >>/run/lab/rollback-steps
                        if [ "$(wc -l </run/lab/rollback-steps)" -ge "$(cat /run/lab/kill-rollback-at)" ]; then
                            rm /run/lab/kill-rollback-at
                            systemctl kill -s KILL netfix-rollback.service
                            sleep 60
                        fi
                    fi
                    ;;
            esac
            exit $status
            """;

    private static final String KEEP_PLAN =
            """
            set -e
            cp -a /var/lib/netfix /opt/lab/plan
            cd /opt/lab/plan
            cat 0001/journal
            rm -f state lock reserve 0001/journal 0001/narration 0001/result
            """;

    /** Over is it only when the rollback's unit is: killed late, it begins once more. */
    private static final String KILL =
            """
            set -e
            rm -rf /var/lib/netfix
            cp -a /opt/lab/plan /var/lib/netfix
            mkdir -p /run/lab
            rm -f /run/lab/rollback-steps
            echo "$0" >/run/lab/kill-at
            if [ $# = 1 ]; then echo "$1" >/run/lab/kill-rollback-at; fi
            cd /var/lib/netfix
            sh transaction.sh prepare 0001
            sh transaction.sh arm 0001
            systemctl start --no-block netfix-apply.service
            end=$(($(cut -d. -f1 /proc/uptime) + 900))
            until grep -q '^rolled-back ' state && ! [ -e /etc/systemd/system/netfix-boot.service ] &&
                ! [ -e /run/systemd/system/netfix-rollback.service ] &&
                [ "$(systemctl show -p ActiveState --value netfix-rollback.service)" != activating ]; do
                if [ "$(cut -d. -f1 /proc/uptime)" -gt "$end" ]; then
                    echo "after 900 s it is $(cat state)" >&2
                    exit 1
                fi
                sleep 0.5
            done
            tail -n 1 0001/journal
            """;

    private final VirtualPi pi;

    Kills(VirtualPi pi) {
        this.pi = pi;
    }

    void everyEntry(String words, Listing listing, Addresses addresses) {
        List<String> journal = keepPlan(words);
        List<String> killed = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        for (int at = 1; at <= journal.size(); at++) {
            String which = at + " of " + journal.size() + ", after \"" + journal.get(at - 1) + "\"";
            killed.add(kill(which, listing, addresses, bad, Integer.toString(at)));
        }
        judge(bad);
        if (!killed.equals(journal)) {
            throw new LabFailure("entries and kills differ:\n" + journal + "\n" + killed);
        }
    }

    /** The rollback of the last entry before the proof, until one has no further step. */
    void everyStepOfRollback(String words, Listing listing, Addresses addresses) {
        List<String> journal = keepPlan(words);
        // How often the proof waits differs from run to run.
        String last =
                Long.toString(
                        journal.stream().filter(entry -> !entry.startsWith("proof ")).count());
        List<String> bad = new ArrayList<>();
        int step = 0;
        boolean wasKilled;
        do {
            step++;
            kill("step " + step, listing, addresses, bad, last, Integer.toString(step));
            wasKilled = !pi.shell("rm /run/lab/kill-rollback-at", LONG).ok();
        } while (wasKilled);
        if (step == 1) {
            throw new LabFailure("the rollback has told of no step");
        }
        System.out.println("    " + (step - 1) + " steps of the rollback, each killed");
        judge(bad);
    }

    /** The journal of a fix whose plan is at hand from now on, and which is undone. */
    private List<String> keepPlan(String words) {
        must(ScenarioRun.netfix("fix", words));
        List<String> journal = must(List.of("/bin/sh", "-c", KEEP_PLAN)).stdout().lines().toList();
        must(ScenarioRun.netfix("fix", "undo --yes"));
        PowerCuts.standInForSync(pi, KILLING_SYNC);
        return journal;
    }

    /**
     * What the journal ended with; what is not as before is added to the bad ones.
     *
     * @param at the entry after which apply is killed, and the step of its rollback
     */
    private String kill(
            String which, Listing listing, Addresses addresses, List<String> bad, String... at) {
        Instant begin = Instant.now();
        String entry = "";
        String verdict = "as before";
        try {
            List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", KILL));
            argv.addAll(List.of(at));
            entry = must(argv).stdout().lines().reduce((a, b) -> b).orElse("");
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

    private void judge(List<String> bad) {
        if (!bad.isEmpty()) {
            throw new LabFailure(bad.size() + " are bad:\n" + String.join("\n", bad));
        }
        must(List.of("rm", "-rf", "/var/lib/netfix"));
    }

    private GuestResult must(List<String> argv) {
        return pi.run(argv, LONG).must();
    }
}
