package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Reachability, judged from outside: the router or the access point pings whatever address the Pi
 * holds on the interface.
 */
final class Reach {

    /**
     * An emulated Pi is some twenty times slower than a real one, and NetworkManager that has
     * missed an association four times lets five minutes pass before the next.
     */
    static final Duration PATIENCE = Duration.ofMinutes(8);

    /** How long silence must last before it counts: longer than any manager's retry. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private Reach() {}

    record Answer(boolean reachable, String says) {}

    /** Silence counts only where the world could ask: world.sh exits 1 for it, and for it alone. */
    static Answer now(VirtualPi pi, String name) {
        GuestResult result =
                pi.run(
                        List.of("/bin/sh", "/opt/lab/guest/world.sh", "reach", name),
                        Duration.ofMinutes(2));
        if (result.exit() > 1 || result.killed()) {
            throw new LabFailure("nobody could ask " + name + ": " + result.shown());
        }
        return new Answer(result.exit() == 0, (result.stdout() + result.stderr()).strip());
    }

    static void awaitReachable(VirtualPi pi, String name) {
        awaitReachable(pi, name, PATIENCE);
    }

    static void awaitReachable(VirtualPi pi, String name, Duration limit) {
        Answer answer = within(pi, name, limit);
        if (!answer.reachable()) {
            throw new LabFailure(
                    name + " is unreachable after " + limit.toSeconds() + " s: " + answer.says());
        }
    }

    /** The first yes, else the last no. */
    static Answer within(VirtualPi pi, String name, Duration limit) {
        Instant end = Instant.now().plus(limit);
        Answer answer = now(pi, name);
        while (!answer.reachable() && Instant.now().isBefore(end)) {
            GuestAgent.pause(500);
            answer = now(pi, name);
        }
        return answer;
    }

    static void staysReachable(VirtualPi pi, String name, Duration time) {
        Instant end = Instant.now().plus(time);
        do {
            Answer answer = now(pi, name);
            if (!answer.reachable()) {
                throw new LabFailure(name + " did not stay reachable: " + answer.says());
            }
            GuestAgent.pause(500);
        } while (Instant.now().isBefore(end));
    }

    /** It may take a while until it is gone; then it must stay gone. */
    static void awaitUnreachable(VirtualPi pi, String name) {
        Settling.await(pi);
        Instant end = Instant.now().plus(Duration.ofSeconds(90));
        while (now(pi, name).reachable()) {
            if (Instant.now().isAfter(end)) {
                throw new LabFailure(name + " is still reachable after 90 s");
            }
            GuestAgent.pause(500);
        }
        staysUnreachable(pi, name, SILENCE);
    }

    static void staysUnreachable(VirtualPi pi, String name, Duration time) {
        Instant end = Instant.now().plus(time);
        do {
            Answer answer = now(pi, name);
            if (answer.reachable()) {
                throw new LabFailure(name + " came back: " + answer.says());
            }
            GuestAgent.pause(500);
        } while (Instant.now().isBefore(end));
    }
}
