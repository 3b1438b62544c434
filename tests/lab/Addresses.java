package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/** The IPv4 addresses that a Pi holds: a fix must not change them. */
final class Addresses {

    private static final Duration SOON = Duration.ofMinutes(3);

    private final VirtualPi pi;
    private Set<String> noted;

    Addresses(VirtualPi pi) {
        this.pi = pi;
    }

    void note() {
        noted = look();
        if (noted.isEmpty()) {
            throw new LabFailure("the Pi has no address to be noted");
        }
    }

    /**
     * Waits for them, because an emulated Pi takes its time; more than those is a difference too.
     */
    void compare() {
        if (noted == null) {
            throw new LabFailure("no addresses were noted before");
        }
        Instant end = Instant.now().plus(Reach.PATIENCE);
        Set<String> now = look();
        while (!now.equals(noted) && Instant.now().isBefore(end)) {
            GuestAgent.pause(1000);
            now = look();
        }
        if (!now.equals(noted)) {
            throw new LabFailure("the Pi holds " + now + ", not " + noted);
        }
    }

    private Set<String> look() {
        GuestResult result =
                pi.shell("ip -4 -o addr show scope global | awk '{print $2, $4}'", SOON);
        if (!result.ok()) {
            throw new LabFailure(result.shown());
        }
        return new TreeSet<>(result.stdout().lines().toList());
    }
}
