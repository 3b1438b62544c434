package netfix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which saved Wi-Fi profiles the next scan of btwifiset deletes, before it happens. It lists the
 * profiles by name, asks for each through a shell without quoting the name, takes only {@code
 * wpa-psk} for a network with a password, and deletes a profile whose network the scan shows the
 * other way (nmcli_known_networks, scan and get_list of btwifiset.py in
 * github.com/nksan/Rpi-SetWiFi-viaBluetooth, March 2025).
 */
final class ScanForecast {

    enum Fate {
        /** Its network was in the last scan, and the two do not agree. */
        DELETED,
        /** They would not agree; its network was not in the last scan, or there was none. */
        DELETED_IN_SIGHT,
        KEPT
    }

    /**
     * @param why in words, with the names in it
     */
    record Fall(Profile profile, Fate fate, String why) {}

    /**
     * A word that the shell hands on as it is. nmcli(1) reads some words as the kind of name that
     * follows, and one with a dash in front as an option.
     */
    private static final Pattern ONE_WORD =
            Pattern.compile(
                    "(?!-|#|~|(?:id|uuid|path|apath)$)[^\\s|&;<>()$`\\\\\"'*?\\[\\p{Cntrl}]+");

    /** What the shell would run, and not only split. */
    private static final Pattern RUNS = Pattern.compile("[;|&`\\n]|\\$\\(");

    private final Snapshot snapshot;

    private ScanForecast(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Every saved Wi-Fi profile; none where btwifiset is not installed. */
    static Reading<List<Fall>> of(Snapshot s) {
        boolean installed =
                s.unit("btwifiset.service").exists() || s.unit("btwifiset-stable.service").exists();
        if (!installed || !s.unit(Manager.NETWORKMANAGER.unit()).exists()) {
            return Reading.absent("btwifiset and NetworkManager are not both installed");
        }
        return s.nm().profiles().map(new ScanForecast(s)::falls);
    }

    private List<Fall> falls(List<Profile> profiles) {
        List<Fall> all = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Profile profile : asListed(profiles)) {
            if (!profile.type().equals(Profile.WIFI)
                    || profile.refusal().isPresent()
                    || !loaded(profile)) {
                continue;
            }
            // One profile for each network is compared, the first one that it finds.
            boolean first = taken.add(believedSsid(profile));
            all.add(
                    first
                            ? fall(profile)
                            : new Fall(
                                    profile,
                                    Fate.KEPT,
                                    "another profile of the same network comes first"));
        }
        return List.copyOf(all);
    }

    /** In the order of {@code nmcli connection show}, by which btwifiset finds its first one. */
    private List<Profile> asListed(List<Profile> profiles) {
        List<String> uuids =
                snapshot.nm().connections().orElse(List.of()).stream()
                        .map(Nmcli.Connection::uuid)
                        .toList();
        List<Profile> all = new ArrayList<>(profiles);
        all.sort(
                Comparator.comparingInt(
                        p -> {
                            int at = uuids.indexOf(p.uuid());
                            return at < 0 ? uuids.size() : at;
                        }));
        return all;
    }

    /** On a card nothing says what is loaded: what lies there will be. */
    private boolean loaded(Profile profile) {
        List<Nmcli.Connection> loaded = snapshot.nm().connections().orElse(List.of());
        return loaded.isEmpty()
                || profile.uuid().isEmpty()
                || loaded.stream().anyMatch(c -> c.uuid().equals(profile.uuid()));
    }

    private static boolean readable(Profile profile) {
        return ONE_WORD.matcher(profile.id()).matches();
    }

    private static String believedSsid(Profile profile) {
        return readable(profile) ? profile.ssid() : profile.id();
    }

    private Fall fall(Profile profile) {
        String network = believedSsid(profile);
        boolean password = readable(profile) && profile.keyManagement().equals("wpa-psk");
        Optional<Nmcli.Seen> seen =
                snapshot.nm().seen().orElse(List.of()).stream()
                        .filter(a -> a.ssid().equals(network))
                        .findFirst();
        if (seen.isPresent()) {
            boolean scanned = seen.get().security().contains("WPA");
            return scanned == password
                    ? new Fall(profile, Fate.KEPT, "btwifiset and the scan agree on it")
                    : new Fall(profile, Fate.DELETED, reason(profile, scanned));
        }
        // A profile named otherwise than its network: nobody in the air bears that name.
        boolean elsewhere = !network.equals(profile.ssid());
        boolean protectedNetwork = profile.keyManagement().matches("wpa-psk|sae|wpa-eap.*");
        return password || elsewhere || !protectedNetwork
                ? new Fall(profile, Fate.KEPT, "btwifiset takes it for what it is")
                : new Fall(profile, Fate.DELETED_IN_SIGHT, reason(profile, true));
    }

    private static String reason(Profile profile, boolean scanned) {
        if (!scanned) {
            return "an open network of the same name is in the air";
        }
        if (RUNS.matcher(profile.id()).find()) {
            return "its name goes to a shell as it is, which runs a part of it as root";
        }
        if (!readable(profile)) {
            return (profile.id().contains(" ") ? "its name has a blank" : "its name is not plain")
                    + ", and btwifiset hands it to a shell unquoted";
        }
        return "its key management is "
                + (profile.keyManagement().isEmpty() ? "none" : profile.keyManagement())
                + ", and btwifiset takes all but wpa-psk for an open network";
    }

    /** The row of the table: what would be deleted is a warning, nothing is broken yet. */
    static Verdict wouldDelete(Snapshot s) {
        Reading<List<Fall>> falls = of(s);
        if (falls.whyUnknown().isPresent()) {
            return Verdict.unknown(falls.whyUnknown().get());
        }
        // It ends itself where nobody has used it for a while, and the next boot starts it again.
        boolean guarded =
                s.unit(Services.STABLE.unit()).inForce() && !s.unit("btwifiset.service").inForce();
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Fall fall : falls.orElse(List.of())) {
            Profile p = fall.profile();
            if (fall.fate() == Fate.KEPT) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(
                    new Evidence(
                            "id="
                                    + p.id()
                                    + (p.keyManagement().isEmpty()
                                            ? ""
                                            : ", key-mgmt=" + p.keyManagement()),
                            p.file()));
            s.nm().seen().orElse(List.of()).stream()
                    .filter(a -> a.ssid().equals(believedSsid(p)))
                    .findFirst()
                    .ifPresent(
                            a ->
                                    evidence.add(
                                            new Evidence(
                                                    "\""
                                                            + a.ssid()
                                                            + "\" is "
                                                            + (a.security().isEmpty()
                                                                    ? "open"
                                                                    : a.security()),
                                                    "nmcli device wifi list")));
            hits.add(
                    new Verdict.Hit(
                            p.id(),
                            guarded ? Verdict.Severity.INFO : Verdict.Severity.WARNING,
                            "the next scan from the phone deletes the Wi-Fi profile \""
                                    + p.id()
                                    + "\""
                                    + (fall.fate() == Fate.DELETED_IN_SIGHT
                                            ? " where its network is in sight: "
                                            : ": ")
                                    + fall.why()
                                    + (guarded ? "; btwifiset-stable gives it back" : ""),
                            evidence,
                            guarded ? List.of() : remedy(p)));
        }
        return Verdict.of(hits);
    }

    /** Another name does it for plain WPA2; the other kinds have no form that btwifiset knows. */
    private static List<String> remedy(Profile profile) {
        String name = profile.id().replaceAll("[^A-Za-z0-9._-]+", "-").replaceFirst("^-+", "");
        return readable(profile)
                        || !profile.keyManagement().equals("wpa-psk")
                        || !ONE_WORD.matcher(name).matches()
                ? List.of()
                : List.of(
                        "sudo nmcli connection modify id "
                                + Command.quoted(profile.id())
                                + " connection.id "
                                + name);
    }
}
