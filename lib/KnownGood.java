package netfix;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The profiles that have worked on this Pi, as texts. One that a person changes is known to be good
 * from its first successful activation on; until then the old copy stays.
 */
final class KnownGood {

    /** A Pi knows a handful of networks; what a flood of profiles leaves is not kept. */
    static final int MOST = 50;

    /**
     * @param file the keyfile to be written anew; in /etc, also where it lay in /run
     * @param device the interface that it last worked on
     * @param wifi else wired
     * @param ssid empty for a wired one
     * @param last by the wall clock, in seconds: the newest one is tried first
     */
    record Copy(
            String uuid,
            String id,
            String file,
            String device,
            boolean wifi,
            String ssid,
            long last,
            String text) {}

    /** What has changed, for the disk. */
    record Change(Optional<Copy> kept, String dropped, String said) {}

    static final String FOLDER = "/etc/NetworkManager/system-connections";

    private final Map<String, Copy> copies = new TreeMap<>();

    /** Texts that were changed while their profile was up: not proved by an activation yet. */
    private final Map<String, String> unproved = new TreeMap<>();

    KnownGood(List<Copy> kept) {
        kept.forEach(copy -> copies.put(copy.uuid(), copy));
    }

    List<Copy> copies() {
        return copies.values().stream()
                .sorted(Comparator.comparing(Copy::last).reversed().thenComparing(Copy::uuid))
                .toList();
    }

    /**
     * A profile is up and carries its interface.
     *
     * @param activated whether it came up since it was last seen here
     */
    Optional<Change> works(
            Profile profile, String text, String device, boolean activated, long wallSeconds) {
        if (profile.uuid().isEmpty() || text.isEmpty()) {
            return Optional.empty();
        }
        Copy old = copies.get(profile.uuid());
        if (old != null && old.text().equals(text)) {
            unproved.remove(profile.uuid());
            return Optional.empty();
        }
        if (old != null && !activated) {
            unproved.put(profile.uuid(), text);
            return Optional.empty();
        }
        unproved.remove(profile.uuid());
        if (old == null && copies.size() >= MOST) {
            return Optional.empty();
        }
        Copy copy =
                new Copy(
                        profile.uuid(),
                        profile.id(),
                        place(profile.file()),
                        device,
                        profile.type().equals(Profile.WIFI),
                        profile.ssid(),
                        wallSeconds,
                        text);
        copies.put(profile.uuid(), copy);
        return Optional.of(
                new Change(
                        Optional.of(copy),
                        "",
                        "the profile \""
                                + profile.id()
                                + "\" works on "
                                + device
                                + (old == null ? " and is kept" : "; the changed one is kept")));
    }

    /**
     * An automatic profile lies in /run and would be gone with the next boot; netplan's lies there
     * because its YAML is the source, and is gone when that is.
     */
    private static String place(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1).replaceFirst("^netplan-", "");
        return FOLDER + "/" + (name.endsWith(".nmconnection") ? name : name + ".nmconnection");
    }

    /**
     * @param why in words that go on from the profile's name
     */
    Change drop(Copy copy, String why) {
        copies.remove(copy.uuid());
        unproved.remove(copy.uuid());
        return new Change(
                Optional.empty(),
                copy.uuid(),
                "the profile \"" + copy.id() + "\" " + why + "; netfix's copy goes as well");
    }

    /**
     * Copies of the same network on the same interface, beside that of the profile there; and what
     * is the same but for its name, as a wired one is whose file was renamed and has no UUID.
     */
    List<Copy> others(Profile profile, String text, String device) {
        boolean wifi = profile.type().equals(Profile.WIFI);
        return copies().stream()
                .filter(c -> c.wifi() == wifi && c.device().equals(device))
                .filter(
                        c ->
                                wifi
                                        ? c.ssid().equals(profile.ssid())
                                        : nameless(c.text()).equals(nameless(text)))
                .filter(c -> !c.uuid().equals(profile.uuid()))
                .toList();
    }

    private static List<String> nameless(String text) {
        return text.lines().filter(line -> !line.matches("(id|uuid|timestamp) *=.*|\\s*")).toList();
    }

    /** All of them: another board's. */
    void forget() {
        copies.clear();
        unproved.clear();
    }
}
