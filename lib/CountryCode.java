package netfix;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The country that Wi-Fi transmits in. wpa_supplicant.conf had it, a profile of NetworkManager has
 * no room for it, and without it channels are missing, or the radio stays off; so the kernel gets
 * it as a word of its own (cfg80211's parameter ieee80211_regdom).
 */
final class CountryCode {

    /** On the boot partition, before Bookworm and since. */
    static final List<String> CMDLINES = List.of("/boot/firmware/cmdline.txt", "/boot/cmdline.txt");

    /** What an older setup asked (crda's setregdomain). */
    static final String CRDA = "/etc/default/crda";

    /** The module's parameter as it was loaded with; 00 where nobody gave one. */
    static final String LOADED = "/sys/module/cfg80211/parameters/ieee80211_regdom";

    static final String FSTAB = "/etc/fstab";

    /** dhcpcd's hook has the supplicant read it. */
    static final String SUPPLICANT = "/etc/wpa_supplicant/wpa_supplicant.conf";

    /** The measure's, and that of what is told where it has to be done by hand. */
    static final String ID = "country-code";

    private static final String KEY = "cfg80211.ieee80211_regdom=";

    private CountryCode() {}

    /**
     * Why netfix does not add the word.
     *
     * @param lacking whether it is known that this Pi's line has no such word
     */
    private record Obstacle(String why, boolean lacking) {

        String byHand(String word) {
            return why
                    + "; to be added by hand: "
                    + word
                    + " as one word more in cmdline.txt of the first partition";
        }
    }

    static Fulfilment standing(Scene scene) {
        if (scene.wifi().isEmpty()) {
            return Fulfilment.notNeeded("there is no Wi-Fi interface");
        }
        Optional<String> file = cmdline(scene.ground());
        Reading<String> text = line(scene.ground(), file);
        return Fulfilment.where(text, () -> standing(scene, file, text.orElse("")));
    }

    private static Fulfilment standing(Scene scene, Optional<String> file, String text) {
        Optional<String> given = given(text);
        if (given.isPresent()) {
            Optional<String> other = scene.takeOver().country().filter(c -> !c.equals(given.get()));
            return other.isEmpty()
                    ? Fulfilment.inPlace()
                    : Fulfilment.notNeeded(
                            file.orElse("cmdline.txt")
                                    + " has the country "
                                    + given.get()
                                    + " and stays so, though wpa_supplicant's configuration says "
                                    + other.get()
                                    + "; to be changed by hand, where that is right: "
                                    + KEY
                                    + other.get());
        }
        Optional<String> country = country(scene);
        if (country.isEmpty()) {
            return Fulfilment.where(
                    scene.ground().text(SUPPLICANT),
                    () ->
                            Fulfilment.notNeeded(
                                    "no configuration in use names a country (sudo raspi-config"
                                            + " nonint do_wifi_country XX sets one)"));
        }
        Optional<String> elsewhere = elsewhere(scene);
        if (elsewhere.isPresent()) {
            return Fulfilment.notNeeded(
                    "the kernel gets the country " + elsewhere.get() + " elsewhere");
        }
        String word = KEY + country.get();
        Optional<Obstacle> obstacle = obstacle(scene, file, text, word);
        if (obstacle.isEmpty()) {
            return Fulfilment.missing(List.of(file.orElseThrow() + " has no " + word));
        }
        String byHand = obstacle.get().byHand(word);
        return obstacle.get().lacking()
                ? Fulfilment.missing(List.of(byHand))
                : Fulfilment.notNeeded(byHand);
    }

    /**
     * A country that goes with its manager, where nobody knows whether the kernel's line has it.
     * Where the line is known to lack it, the measure is missing and says so.
     */
    static List<Loss> told(Scene scene) {
        Optional<String> file = cmdline(scene.ground());
        Reading<String> text = line(scene.ground(), file);
        Optional<String> country = scene.takeOver().country();
        if (country.isEmpty()
                || text.whyUnknown().isPresent()
                || given(text.orElse("")).isPresent()
                || elsewhere(scene).isPresent()) {
            return List.of();
        }
        String word = KEY + country.get();
        return obstacle(scene, file, text.orElse(""), word).stream()
                .filter(o -> !o.lacking())
                .map(o -> new Loss(ID, file.orElse("cmdline.txt"), 0, word, o.byHand(word)))
                .toList();
    }

    /** Of the line that is there; of none where there is none. */
    private static Reading<String> line(Ground ground, Optional<String> file) {
        return file.map(ground::text).orElseGet(() -> Reading.absent("no cmdline.txt"));
    }

    private static Optional<String> elsewhere(Scene scene) {
        String loaded = scene.ground().text(LOADED).orElse("00").strip();
        return Optional.of(loaded).filter(l -> !l.equals("00") && !l.isEmpty());
    }

    private static Optional<Obstacle> obstacle(
            Scene scene, Optional<String> file, String text, String word) {
        return file.isEmpty()
                ? Optional.of(
                        new Obstacle(
                                "no boot partition with the kernel's words is at /boot/firmware or"
                                        + " /boot",
                                false))
                : obstacle(scene, file.get(), text, word);
    }

    private static Optional<Obstacle> obstacle(Scene scene, String file, String text, String word) {
        boolean oneLine = text.lines().findFirst().orElse("").strip().equals(text.strip());
        if (!oneLine || text.indexOf('\ufffd') >= 0) {
            return Optional.of(
                    new Obstacle(file + " is not one line of words for the kernel", true));
        }
        Optional<String> booted = word(text, "root=(PARTUUID=\\S+)");
        Optional<String> own =
                word(scene.ground().text(FSTAB).orElse(""), "(PARTUUID=\\S+)\\s+/(?=\\s)");
        if (booted.isPresent() && own.isPresent() && !booted.get().equalsIgnoreCase(own.get())) {
            return Optional.of(
                    new Obstacle(
                            file
                                    + " boots another card ("
                                    + booted.get()
                                    + ", this root is "
                                    + own.get()
                                    + " in "
                                    + FSTAB
                                    + ")",
                            false));
        }
        if (with(text, word).getBytes(StandardCharsets.UTF_8).length > Change.InPlace.MOST_BYTES) {
            return Optional.of(
                    new Obstacle(
                            file
                                    + " would be longer than a sector ("
                                    + Change.InPlace.MOST_BYTES
                                    + " bytes), which no power cut tears",
                            true));
        }
        return scene.ground().readOnly(file)
                ? Optional.of(
                        new Obstacle(file + " is on a file system that is mounted read-only", true))
                : Optional.empty();
    }

    private static Optional<String> word(String text, String pattern) {
        Matcher m = Pattern.compile("(?m)(?:^|[ \\t])" + pattern).matcher(text);
        return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    }

    static List<Plan.Draft> changes(Scene scene) {
        Optional<String> file = cmdline(scene.ground());
        String text = line(scene.ground(), file).orElse("");
        String word = KEY + country(scene).orElseThrow();
        return obstacle(scene, file, text, word).isPresent()
                ? List.of()
                : List.of(
                        Plan.Phase.INSTALL.with(
                                Change.InPlace.text(
                                        file.orElseThrow(),
                                        with(text, word),
                                        "one word more: " + word + ", from the next boot on")));
    }

    /**
     * One of which it is not known whether it is there counts as there, and as unreadable. One that
     * names no root is none: where its partition is not mounted, Bookworm has a file at the old
     * place that says where the real one is.
     */
    private static Optional<String> cmdline(Ground ground) {
        return CMDLINES.stream()
                .filter(file -> !ground.text(file).isAbsent())
                .filter(
                        file ->
                                ground.text(file)
                                        .value()
                                        .map(text -> word(text, "(root=)").isPresent())
                                        .orElse(true))
                .findFirst();
    }

    /** Of several the last one counts; one that is no country (00 is the whole world's) is none. */
    private static Optional<String> given(String text) {
        return List.of(text.strip().split("\\s+")).stream()
                .filter(w -> w.startsWith(KEY))
                .reduce((first, last) -> last)
                .map(w -> w.substring(KEY.length()))
                .filter(country -> country.matches("[A-Z]{2}"));
    }

    /**
     * At the end of the line, with a blank for each byte that ends the file: where the power goes
     * between the text and its new length, the file is the old line with blanks behind it. For the
     * same reason blanks are left of a word that says no country.
     */
    static String with(String before, String word) {
        String text =
                Pattern.compile("(?<!\\S)" + Pattern.quote(KEY) + "\\S*")
                        .matcher(before)
                        .replaceAll(m -> " ".repeat(m.group().length()));
        int end = 0;
        while (end < text.length() && "\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String rest = text.substring(end);
        return text.substring(0, end) + " ".repeat(Math.max(1, rest.length())) + word + rest;
    }

    /**
     * Of the supplicant's configuration that is in use, else what crda was told, else what stands
     * where raspi-config wrote it before Bookworm: its manager may have gone with a fix that could
     * not reach cmdline.txt.
     */
    private static Optional<String> country(Scene scene) {
        return scene.takeOver()
                .country()
                .or(
                        () -> {
                            Matcher m =
                                    Pattern.compile("(?m)^\\s*REGDOMAIN=\"?([A-Z]{2})\"?\\s*$")
                                            .matcher(scene.ground().text(CRDA).orElse(""));
                            return m.find() ? Optional.of(m.group(1)) : Optional.empty();
                        })
                .or(
                        () ->
                                SupplicantNetworks.country(
                                        WpaSupplicantConf.parse(
                                                SUPPLICANT,
                                                scene.ground().text(SUPPLICANT).orElse(""))));
    }
}
