package netfix.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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

    /** The same addresses, asked of another Pi that has this one's disks. */
    Addresses on(VirtualPi other) {
        Addresses there = new Addresses(other);
        there.noted = noted;
        return there;
    }

    /**
     * Waits for them, because an emulated Pi takes its time. Where two managers had each given an
     * interface an address one of the two remains; another one than those is a difference.
     */
    void compare() {
        if (noted == null) {
            throw new LabFailure("no addresses were noted before");
        }
        Instant end = Instant.now().plus(Reach.PATIENCE);
        Set<String> now = look();
        while (!kept(now) && Instant.now().isBefore(end)) {
            GuestAgent.pause(1000);
            now = look();
        }
        if (!kept(now)) {
            throw new LabFailure("the Pi holds " + now + ", not " + noted);
        }
    }

    private boolean kept(Set<String> now) {
        return noted.containsAll(now) && interfaces(now).equals(interfaces(noted));
    }

    private static Set<String> interfaces(Set<String> addresses) {
        return addresses.stream().map(a -> a.split(" ")[0]).collect(Collectors.toSet());
    }

    private Set<String> look() {
        GuestResult result =
                pi.shell("ip -4 -o addr show scope global | awk '{print $2, $4}'", SOON);
        result.must();
        return new TreeSet<>(result.stdout().lines().toList());
    }
}
