package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Waits for the end of a boot: systemd has nothing left to start. */
final class Settling {

    private static final Duration LIMIT = Duration.ofMinutes(6);

    private Settling() {}

    static void await(VirtualPi pi) {
        Instant end = Instant.now().plus(LIMIT);
        String jobs = "";
        while (Instant.now().isBefore(end)) {
            // Asking every half second is a quarter of what an emulated boot costs; this one is
            // told.
            pi.run(List.of("systemctl", "is-system-running", "--wait"), LIMIT);
            GuestResult waiting =
                    pi.shell(
                            "systemctl list-jobs --no-legend --no-pager;"
                                    + " systemctl is-active multi-user.target",
                            Duration.ofMinutes(2));
            jobs = waiting.stdout().strip();
            if (jobs.equals("active") || jobs.equals("No jobs running.\nactive")) {
                return;
            }
            GuestAgent.pause(500);
        }
        throw new LabFailure("the boot does not end: " + jobs.replace('\n', ';'));
    }
}
