package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * kill -9 of the transaction after every entry of its journal, on a Pi that goes on running: what
 * runs and what lies on the disk must be as before each time, and a fix must work afterwards. The
 * plan is made once by netfix; from then on its files are put back and applied again.
 */
final class Kills {

    private static final Duration LONG = Duration.ofMinutes(40);

    /**
     * sync(1) as the transaction calls it: after the entry that is asked for it kills its caller.
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

    private static final String KILL =
            """
            set -e
            rm -rf /var/lib/netfix
            cp -a /opt/lab/plan /var/lib/netfix
            mkdir -p /run/lab
            echo "$0" >/run/lab/kill-at
            cd /var/lib/netfix
            sh transaction.sh prepare 0001
            sh transaction.sh arm 0001
            systemctl start --no-block netfix-apply.service
            end=$(($(cut -d. -f1 /proc/uptime) + 900))
            until grep -q '^rolled-back ' state && ! [ -e /etc/systemd/system/netfix-boot.service ]; do
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
        must(ScenarioRun.netfix("fix", words));
        List<String> journal = must(List.of("/bin/sh", "-c", KEEP_PLAN)).stdout().lines().toList();
        must(ScenarioRun.netfix("fix", "undo --yes"));
        PowerCuts.standInForSync(pi, KILLING_SYNC);
        List<String> killed = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        for (int at = 1; at <= journal.size(); at++) {
            Instant begin = Instant.now();
            String verdict = "as before";
            try {
                GuestResult result = must(List.of("/bin/sh", "-c", KILL, Integer.toString(at)));
                killed.add(result.stdout().lines().reduce((a, b) -> b).orElse(""));
                pi.state().reaches().forEach(name -> Reach.awaitReachable(pi, name));
                addresses.compare();
                listing.compare();
            } catch (LabFailure e) {
                verdict = "BAD: " + e.getMessage();
                bad.add(journal.get(at - 1) + ": " + e.getMessage());
            }
            System.out.printf(
                    "    killed at %d of %d, after \"%s\": %s (%d s)%n",
                    at,
                    journal.size(),
                    journal.get(at - 1),
                    verdict,
                    Duration.between(begin, Instant.now()).toSeconds());
        }
        if (!bad.isEmpty()) {
            throw new LabFailure(bad.size() + " are bad:\n" + String.join("\n", bad));
        }
        if (!killed.equals(journal)) {
            throw new LabFailure("entries and kills differ:\n" + journal + "\n" + killed);
        }
        must(List.of("rm", "-rf", "/var/lib/netfix"));
    }

    private GuestResult must(List<String> argv) {
        return pi.run(argv, LONG).must();
    }
}
