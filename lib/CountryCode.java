package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

    private static final String KEY = "cfg80211.ieee80211_regdom=";

    private CountryCode() {}

    static Fulfilment standing(Scene scene) {
        if (scene.wifi().isEmpty()) {
            return Fulfilment.notNeeded("there is no Wi-Fi interface");
        }
        Optional<String> file = cmdline(scene.ground());
        if (file.isEmpty()) {
            return Fulfilment.notNeeded(
                    "no boot partition with the kernel's words is at /boot/firmware or /boot");
        }
        Reading<String> text = scene.ground().text(file.get());
        return Fulfilment.where(text, () -> standing(scene, file.get(), text.orElse("")));
    }

    private static Fulfilment standing(Scene scene, String file, String text) {
        Optional<String> given = given(text);
        if (given.isPresent()) {
            Optional<String> other = scene.takeOver().country().filter(c -> !c.equals(given.get()));
            return other.isEmpty()
                    ? Fulfilment.inPlace()
                    : Fulfilment.notNeeded(
                            file
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
            return Fulfilment.notNeeded(
                    "no configuration in use names a country (sudo raspi-config nonint"
                            + " do_wifi_country XX sets one)");
        }
        String loaded = scene.ground().text(LOADED).orElse("00").strip();
        if (!loaded.equals("00") && !loaded.isEmpty()) {
            return Fulfilment.notNeeded("the kernel gets the country " + loaded + " elsewhere");
        }
        String word = KEY + country.get();
        Optional<String> obstacle = obstacle(scene, file, text, word);
        return obstacle.isPresent()
                ? Fulfilment.notNeeded(obstacle.get() + "; to be added by hand: " + word)
                : Fulfilment.missing(List.of(file + " has no " + word));
    }

    /** Why the word is not to be added here. */
    private static Optional<String> obstacle(Scene scene, String file, String text, String word) {
        // Bookworm leaves a file at the old place that says where the real one is.
        boolean oneLine = text.lines().findFirst().orElse("").strip().equals(text.strip());
        if (!oneLine || !(" " + text).contains(" root=") || text.indexOf('\ufffd') >= 0) {
            return Optional.of(file + " is not one line of words for the kernel");
        }
        Optional<String> booted = word(text, "root=(PARTUUID=\\S+)");
        Optional<String> own =
                word(scene.ground().text(FSTAB).orElse(""), "(PARTUUID=\\S+)\\s+/(?=\\s)");
        if (booted.isPresent() && own.isPresent() && !booted.get().equalsIgnoreCase(own.get())) {
            return Optional.of(
                    file
                            + " boots another card ("
                            + booted.get()
                            + ", this root is "
                            + own.get()
                            + " in "
                            + FSTAB
                            + ")");
        }
        if (with(text, word).getBytes(StandardCharsets.UTF_8).length > Change.InPlace.MOST_BYTES) {
            return Optional.of(
                    file
                            + " would be longer than a sector ("
                            + Change.InPlace.MOST_BYTES
                            + " bytes), which no power cut tears");
        }
        return scene.ground().readOnly(file)
                ? Optional.of(file + " is on a file system that is mounted read-only")
                : Optional.empty();
    }

    private static Optional<String> word(String text, String pattern) {
        Matcher m = Pattern.compile("(?m)(?:^|[ \\t])" + pattern).matcher(text);
        return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        cmdline(scene.ground())
                .ifPresent(
                        file -> {
                            String word = KEY + country(scene).orElseThrow();
                            String text = scene.ground().text(file).orElse("");
                            drafts.add(
                                    Plan.Phase.INSTALL.with(
                                            Change.InPlace.text(
                                                    file,
                                                    with(text, word),
                                                    "one word more: "
                                                            + word
                                                            + ", from the next boot on")));
                        });
        return drafts;
    }

    /** One of which it is not known whether it is there counts as there, and as unreadable. */
    private static Optional<String> cmdline(Ground ground) {
        return CMDLINES.stream().filter(file -> !ground.text(file).isAbsent()).findFirst();
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

    /** Of the supplicant's configuration that is in use, else what crda was told. */
    private static Optional<String> country(Scene scene) {
        return scene.takeOver()
                .country()
                .or(
                        () -> {
                            Matcher m =
                                    Pattern.compile("(?m)^\\s*REGDOMAIN=\"?([A-Z]{2})\"?\\s*$")
                                            .matcher(scene.ground().text(CRDA).orElse(""));
                            return m.find() ? Optional.of(m.group(1)) : Optional.empty();
                        });
    }
}
