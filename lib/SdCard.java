package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The FAT partition of a Pi that nobody can reach, in the card reader of any computer: it gets a
 * script and the words in cmdline.txt by which the Pi's systemd starts it once, at its next boot
 * (systemd-run-generator(8)).
 */
public final class SdCard {

    enum Mode {
        REPAIR,
        RECORD,
        RESTORE
    }

    /**
     * @param country to be written into cmdline.txt, empty for none
     */
    record Wish(Mode mode, Optional<RescueWifi> wifi, String country) {}

    private static final String CMDLINE = "cmdline.txt";
    static final String SCRIPT = "netfix-rescue.sh";
    static final String KEY = "netfix-rescue.key";
    static final String LOG = "netfix-rescue-log.txt";
    private static final String LOG_BEFORE = "netfix-rescue-log-before.txt";
    private static final String BEFORE = "netfix-rescue-cmdline.old";
    private static final String COUNTRY = "cfg80211.ieee80211_regdom=";

    private static final Pattern KEEPS_OFF =
            Pattern.compile(
                    "(NetworkManager|dhcpcd|systemd-networkd|networking|wpa_supplicant(@.*)?)"
                            + "\\.service");

    /**
     * The partition is at /boot/firmware since Bookworm and at /boot before; the one that is not
     * there fails at once. What begins with "-" may fail in any way, and the next one follows; the
     * last one starts the boot that the first three words of it stand in for.
     */
    static final String WORDS =
            "systemd.run=\"-/bin/sh /boot/firmware/"
                    + SCRIPT
                    + "\" systemd.run=\"-/bin/sh /boot/"
                    + SCRIPT
                    + "\" systemd.run=\"-/bin/systemctl --no-block start graphical.target\""
                    + " systemd.run_success_action=none systemd.run_failure_action=none"
                    + " systemd.unit=kernel-command-line.target";

    private final Path folder;
    private final FatFiles files;
    private final PrintStream narration;

    /**
     * @throws BadInput where the folder is not the boot partition of a Pi
     */
    SdCard(Path folder, PrintStream narration) {
        this(folder, new FatFiles(), narration);
    }

    SdCard(Path folder, FatFiles files, PrintStream narration) {
        this.folder = folder;
        this.files = files;
        this.narration = narration;
        if (!Files.isDirectory(folder)) {
            throw new BadInput(
                    folder + ": no such folder; give the one where the card's boot partition is");
        }
        if (Files.isDirectory(folder.resolve("etc")) && Files.isDirectory(folder.resolve("usr"))) {
            throw new BadInput(
                    folder
                            + " is the card's root partition: `"
                            + Cli.asRoot("fix", System.getenv())
                            + Cli.onRoot(folder)
                            + "` repairs it; sdcard is for the other one");
        }
        if (!Files.isRegularFile(folder.resolve(CMDLINE))
                || !Files.isRegularFile(folder.resolve("config.txt"))) {
            throw new BadInput(
                    folder
                            + " is not the boot partition of a Pi: it has no "
                            + (Files.isRegularFile(folder.resolve(CMDLINE))
                                    ? "config.txt"
                                    : CMDLINE)
                            + (Files.isRegularFile(folder.resolve("firmware").resolve(CMDLINE))
                                    ? "; you mean " + folder.resolve("firmware")
                                    : ""));
        }
    }

    /** What it is, as far as its files tell: "Raspberry Pi OS of 2023-12-05, Bookworm or newer". */
    String describe() {
        String issued = text("issue.txt");
        Matcher date =
                Pattern.compile("Raspberry Pi reference (\\d{4}-\\d{2}-\\d{2})").matcher(issued);
        boolean initramfs;
        try (Stream<Path> all = Files.list(folder)) {
            initramfs =
                    text("config.txt").contains("auto_initramfs")
                            || all.anyMatch(
                                    f -> f.getFileName().toString().startsWith("initramfs"));
        } catch (IOException e) {
            initramfs = false;
        }
        boolean cloud = Files.exists(folder.resolve("user-data"));
        String release =
                initramfs
                        ? cloud ? "Trixie or newer, or Ubuntu" : "Bookworm or newer"
                        : issued.isEmpty() ? "" : "Bullseye or older";
        String image = date.find() ? "Raspberry Pi OS, image of " + date.group(1) : "";
        String known =
                Stream.of(image, release)
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(", "));
        return known.isEmpty() ? "a release that its files do not tell" : known;
    }

    private String text(String name) {
        try {
            return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * The country in the kernel's words, with which none has to be given. One that waits with
     * netfix's own words goes with them.
     */
    Optional<String> country() {
        return bare().word(COUNTRY).map(word -> word.substring(COUNTRY.length()));
    }

    /** The line without netfix's own words, as {@link #schedule} will have made it. */
    private KernelLine bare() {
        KernelLine line = line();
        try {
            return ownWords(line).map(line::without).orElse(line);
        } catch (IOException e) {
            throw new BadInput(folder.resolve(BEFORE) + " cannot be read (" + reason(e) + ")");
        }
    }

    /** What will happen at the next boot, for a person to agree to. */
    List<String> plan(Wish wish) {
        refuse(wish.mode(), wish.country());
        List<String> lines = new ArrayList<>();
        lines.add(folder + " is the boot partition of a Pi: " + describe() + ".");
        lines.add("Onto it go " + SCRIPT + " and, at the end of " + CMDLINE + ":");
        lines.add("    " + WORDS);
        String country = country(wish);
        if (!country.isEmpty()) {
            lines.add("and, to stay there, the country of Wi-Fi: " + country);
        }
        lines.add("At its next boot, before any network manager starts, the Pi then");
        switch (wish.mode()) {
            case RECORD ->
                    lines.add(
                            "  - changes nothing, and writes how it is set up, and two and a"
                                    + " half minutes later what became of the boot, to "
                                    + LOG);
            case RESTORE ->
                    lines.add("  - puts back what the last rescue changed, and reboots once");
            case REPAIR -> {
                wish.wifi()
                        .ifPresent(
                                wifi ->
                                        lines.add(
                                                "  - adds the Wi-Fi network \""
                                                        + wifi.ssid()
                                                        + "\" for the manager that it has, with the"
                                                        + " supplicant that reads it"));
                for (Map.Entry<String, RescueForm> form : RescueForm.TABLE.entrySet()) {
                    if (form.getValue().function().isPresent()) {
                        lines.add("  - " + form.getKey() + ": " + form.getValue().text());
                    }
                }
                lines.add("  - puts back Wi-Fi profiles that worked, where none is left");
                lines.add("  - reboots once, where it changed anything");
            }
        }
        lines.add(
                "Its report will be "
                        + LOG
                        + " on this partition"
                        + (hasLog() ? "; the one that lies here becomes " + LOG_BEFORE : "")
                        + ".");
        lines.addAll(inTheWay(wish));
        wish.wifi()
                .ifPresent(
                        wifi ->
                                lines.add(
                                        wifi.security() == RescueWifi.Security.WPA3
                                                ? "Until then the passphrase itself lies here: for"
                                                        + " WPA3 a derived key does not serve."
                                                : wifi.security() == RescueWifi.Security.OPEN
                                                        ? "The network is open: no key."
                                                        : "Until then a key for that network alone"
                                                              + " lies here, not the passphrase."));
        return lines;
    }

    /** What {@link #plan} says, in the schema {@code netfix/sdcard/1}; a key is no part of it. */
    String document(Wish wish) {
        ObjectNode top = document(Json.word(wish.mode()));
        top.put("country", country(wish).replace(COUNTRY, ""));
        wish.wifi()
                .ifPresent(
                        wifi ->
                                top.putObject("wifi")
                                        .put("ssid", wifi.ssid().toString())
                                        .put("security", Json.word(wifi.security()))
                                        .put("hidden", wifi.hidden()));
        ArrayNode forms = top.putArray("measures");
        if (wish.mode() == Mode.REPAIR) {
            RescueForm.TABLE.forEach(
                    (id, form) ->
                            form.function()
                                    .ifPresent(
                                            function ->
                                                    forms.addObject()
                                                            .put("id", id)
                                                            .put("text", form.text())));
        }
        inTheWay(wish).forEach(top.putArray("in_the_way")::add);
        top.put("words", WORDS);
        top.put("report", LOG);
        return Json.pretty(top);
    }

    /** What {@link #undo} has taken off, or would, in the same schema. */
    String documentOfUndo(List<String> takenOff) {
        ObjectNode top = document("undo");
        takenOff.forEach(top.putArray("taken_off")::add);
        return Json.pretty(top);
    }

    private ObjectNode document(String mode) {
        ObjectNode top = Json.document("netfix/sdcard/1");
        top.put("folder", folder.toString());
        top.put("system", describe());
        top.put("mode", mode);
        return top;
    }

    /** What this partition says, and the Pi goes by after the rescue, too. */
    private List<String> inTheWay(Wish wish) {
        List<String> lines = new ArrayList<>();
        BootOrders.masks(line().text(), CMDLINE).stream()
                .filter(mask -> KEEPS_OFF.matcher(mask.unit()).matches())
                .forEach(
                        mask ->
                                lines.add(
                                        "But "
                                                + CMDLINE
                                                + " has "
                                                + mask.seen().what()
                                                + ", which keeps it off at every boot, the rescue's"
                                                + " or not: take that word out, unless it is"
                                                + " meant."));
        BootOrders.wifiOff(text("config.txt"))
                .filter(line -> wish.wifi().isPresent())
                .ifPresent(
                        line ->
                                lines.add(
                                        "But config.txt has "
                                                + line
                                                + ", which switches the Pi's own Wi-Fi off: take"
                                                + " that line out, unless another one is plugged"
                                                + " in."));
        return lines;
    }

    private String country(Wish wish) {
        return countryWord(wish.country());
    }

    private String countryWord(String asked) {
        return asked.isEmpty() || country().isPresent() ? "" : COUNTRY + asked;
    }

    /** What goes to the end of that line. */
    private static String added(KernelLine line, String country) {
        String words = line.padded(WORDS);
        return country.isEmpty() ? words : line.padded(country) + " " + words.stripLeading();
    }

    /**
     * Writes the files, each on the card before the next; cmdline.txt is the last.
     *
     * @throws BadInput where anything cannot be written: then nothing is left of it, and the card
     *     boots as before
     */
    int schedule(Wish wish) {
        KernelLine line = line();
        if (line.text().contains(SCRIPT)) {
            // One that waits: taken off first, so that there is one set of words and one secret.
            undo();
            line = line();
        }
        refuse(wish.mode(), wish.country());
        try {
            // A key that a power cut has left must not outlive this one.
            clear();
        } catch (IOException e) {
            throw new BadInput(
                    "what an earlier fix sdcard has left (netfix-rescue*) cannot be removed ("
                            + reason(e)
                            + "): nothing else was changed, and the card boots as before"
                            + remedy(e));
        }
        return written(wish, line);
    }

    /**
     * What a rescue cannot do anything about, before somebody is asked for anything.
     *
     * @param country that is asked for, empty for none
     */
    void refuse(Mode mode, String country) {
        Path cmdline = folder.resolve(CMDLINE);
        KernelLine line = bare();
        if (line.text().contains(SCRIPT)) {
            throw changedWords();
        }
        Optional<String> other = line.word("systemd.run");
        if (other.isPresent()) {
            throw new BadInput(
                    cmdline
                            + ":1: "
                            + other.get()
                            + ": Raspberry Pi Imager's first boot, or somebody's own, still waits:"
                            + " let the Pi boot once, then try again; nothing was changed");
        }
        Optional<String> unit = line.word("systemd.unit=");
        if (unit.isPresent()) {
            throw new BadInput(
                    cmdline
                            + ":1: "
                            + unit.get()
                            + ": names what every boot starts, and the rescue has to name its own:"
                            + " take that word out and put it back after the rescue (`systemctl"
                            + " set-default` on the Pi serves without it), then try again; nothing"
                            + " was changed");
        }
        refuseOverlay(line, mode);
        line.refuseTooLong(added(line, countryWord(country)));
    }

    private BadInput changedWords() {
        return new BadInput(
                folder.resolve(CMDLINE)
                        + ":1: somebody has changed netfix's words; take out all that begins with"
                        + " systemd. by hand, then try again");
    }

    private int written(Wish wish, KernelLine line) {
        String country = country(wish);
        String added = added(line, country);
        String words = country.isEmpty() ? added : " " + WORDS;
        boolean hadLog = hasLog();
        boolean begun = false;
        try {
            if (wish.wifi().isPresent()) {
                write(KEY, wish.wifi().get().keyFile(wish.country()));
            }
            write(SCRIPT, script(wish.mode(), words).getBytes(StandardCharsets.UTF_8));
            write(BEFORE, line.bytes());
            if (hadLog) {
                // A script that never runs would seem to have written it.
                files.delete(folder.resolve(LOG_BEFORE));
                files.rename(folder.resolve(LOG), folder.resolve(LOG_BEFORE));
            }
            begun = true;
            line.add(added);
        } catch (IOException e) {
            throw begun ? takenBack(e, line, hadLog) : nothingChanged(e, hadLog);
        } catch (BadInput e) {
            swept(hadLog);
            throw e;
        }
        narration.println(
                "Done. Eject the card, put it into the Pi, and give it five minutes. Then its"
                        + " report is "
                        + LOG
                        + " here; `"
                        + undoLine()
                        + "` takes all of it off before that.");
        return ExitCode.GOOD;
    }

    /** Known from this side already: the rescue would find it, and change nothing. */
    private void refuseOverlay(KernelLine line, Mode mode) {
        if (mode == Mode.RECORD) {
            return;
        }
        for (String begin : List.of("overlayroot=", "boot=overlay")) {
            Optional<String> word = line.word(begin);
            // What is written to an overlay on a disk of its own stays; the rescue looks.
            boolean lasts = word.orElse("").matches("overlayroot=(disabled|\"?device:.*)");
            if (word.isPresent() && !lasts) {
                throw new BadInput(
                        folder.resolve(CMDLINE)
                                + ":1: "
                                + word.get()
                                + ": the Pi's root is an overlay, which forgets every change at a"
                                + " reboot: take that word out, then try again; nothing was"
                                + " changed");
            }
        }
    }

    private boolean hasLog() {
        return Files.isRegularFile(folder.resolve(LOG));
    }

    /** The former rescue's log has its name again, where no later one has written its own. */
    private boolean logIsBack() {
        Path kept = folder.resolve(LOG_BEFORE);
        if (hasLog() || !Files.exists(kept)) {
            return true;
        }
        try {
            files.rename(kept, folder.resolve(LOG));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The secret in any case. */
    private boolean swept(boolean hadLog) {
        boolean cleared = cleared();
        return (!hadLog || logIsBack()) && cleared;
    }

    private BadInput nothingChanged(IOException e, boolean hadLog) {
        return new BadInput(
                "the card could not be written ("
                        + reason(e)
                        + "): nothing was changed, and it boots as before"
                        + (swept(hadLog) ? "" : "; netfix-rescue* may be left on it")
                        + remedy(e));
    }

    /**
     * The words were begun, so the line is theirs, the old one, or half of each. The copy of the
     * old one stays for as long as it may be needed; the secret does not.
     */
    private BadInput takenBack(IOException e, KernelLine line, boolean hadLog) {
        Path cmdline = folder.resolve(CMDLINE);
        try {
            if (!Arrays.equals(files.read(cmdline), line.bytes())) {
                files.whole(cmdline, line.bytes());
                files.mustBe(cmdline, line.bytes());
            }
            return nothingChanged(e, hadLog);
        } catch (IOException again) {
            return new BadInput(
                    "the card could not be written ("
                            + reason(e)
                            + "), and "
                            + CMDLINE
                            + " could not be put back ("
                            + reason(again)
                            + "): the line that it was is in "
                            + BEFORE
                            + "; put the card in again and run `"
                            + undoLine()
                            + "`"
                            + (wiped() ? "" : "; " + KEY + " with the Wi-Fi key may be left on it")
                            + remedy(again));
        }
    }

    private String undoLine() {
        return Cli.again("fix", System.getenv())
                + " sdcard "
                + Command.quoted(folder.toString())
                + " --undo";
    }

    private static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "not allowed";
        }
        String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return message == null ? e.toString() : message;
    }

    private static String remedy(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("no space")) {
            return "; make room on it (an old .img or kernel backup), then try again";
        }
        if (text.contains("read-only") || e instanceof java.nio.file.AccessDeniedException) {
            return "; its lock, or how it is mounted, forbids writing: mount it writable, then try"
                    + " again";
        }
        return "; try again";
    }

    /** Takes off what {@link #schedule} put there, the secret overwritten. */
    int undo() {
        Path cmdline = folder.resolve(CMDLINE);
        try {
            boolean half = piece().isPresent();
            if (half) {
                files.whole(cmdline, files.read(folder.resolve(BEFORE)));
            }
            KernelLine line = line();
            boolean scheduled = line.text().contains(SCRIPT);
            if (scheduled) {
                Optional<String> words = ownWords(line);
                if (words.isEmpty() || !line.remove(words.get())) {
                    throw changedWords();
                }
            }
            boolean left = !leftovers().isEmpty();
            boolean cleared = cleared();
            boolean back = !(scheduled || half) || logIsBack();
            narration.println(
                    !cleared
                            ? "netfix-rescue* could not be removed; delete it by hand"
                            : scheduled || half
                                    ? "Taken off: the card is as it was before."
                                    : left
                                            ? "Nothing was waiting on this card; what an earlier"
                                                    + " rescue had left is deleted."
                                            : "Nothing was waiting on this card.");
            if (!back) {
                narration.println("The log of the rescue before stays " + LOG_BEFORE + ".");
            }
            return cleared ? ExitCode.GOOD : ExitCode.HANDS_NEEDED;
        } catch (IOException e) {
            throw new BadInput(cmdline + " could not be written (" + reason(e) + ")" + remedy(e));
        }
    }

    /** What {@link #undo} would take off, for people; nothing is changed. */
    List<String> waiting() {
        List<String> lines = new ArrayList<>();
        try {
            if (piece().isPresent()) {
                lines.add("from " + CMDLINE + ", what there is of netfix's words");
            } else if (line().text().contains(SCRIPT)) {
                lines.add("from " + CMDLINE + ", netfix's words");
            }
        } catch (IOException e) {
            throw new BadInput(folder + " cannot be read (" + reason(e) + ")");
        }
        leftovers().forEach(name -> lines.add(name + (name.equals(KEY) ? ", overwritten" : "")));
        return lines;
    }

    private List<String> leftovers() {
        return Stream.of(KEY, SCRIPT, BEFORE)
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
    }

    /**
     * cmdline.txt, to be changed.
     *
     * @throws BadInput where it must not be
     */
    private KernelLine line() {
        Path cmdline = folder.resolve(CMDLINE);
        try {
            // Blanks alone, as a rescue leaves them that was cut, are the old line to the kernel.
            if (piece().filter(text -> !text.isEmpty()).isPresent()) {
                throw new BadInput(
                        cmdline
                                + ":1: a fix sdcard that failed half-way has left it so: run `"
                                + undoLine()
                                + "` first, which puts the old line back; nothing was changed");
            }
        } catch (IOException e) {
            throw new BadInput(cmdline + " cannot be read (" + reason(e) + ")");
        }
        return KernelLine.read(files, cmdline);
    }

    /**
     * What there is of the words behind the old line, of which the copy is there; empty where they
     * are whole, or where somebody has changed them, and where it is as it was.
     */
    private Optional<String> piece() throws IOException {
        Optional<byte[]> before = content(BEFORE);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        byte[] now = files.read(folder.resolve(CMDLINE));
        if (Arrays.equals(now, before.get())) {
            return Optional.empty();
        }
        String old = new String(before.get(), StandardCharsets.ISO_8859_1);
        String text = new String(now, StandardCharsets.ISO_8859_1);
        int end = endOf(old);
        if (!text.startsWith(old.substring(0, end)) || hasWords(text.substring(end))) {
            return Optional.empty();
        }
        String piece = text.substring(end).replace('\0', ' ').strip();
        String any = piece.replaceFirst("=[A-Z]{2} ", "=XX ");
        return (COUNTRY + "XX " + WORDS).contains(any) ? Optional.of(piece) : Optional.empty();
    }

    /** Behind the old line, on the same one: the words, after a country that came with them. */
    private static boolean hasWords(String more) {
        return more.replaceFirst("^ +(" + Pattern.quote(COUNTRY) + "[A-Z]{2} +)?", "")
                .startsWith(WORDS);
    }

    /**
     * The words of netfix's that wait in the line, with the blanks before them and the country that
     * came with them; empty where there are none, or where somebody has changed them.
     */
    private Optional<String> ownWords(KernelLine line) throws IOException {
        Optional<byte[]> before = content(BEFORE);
        if (before.isPresent() && isBefore(before.get(), line)) {
            int end = endOf(new String(before.get(), StandardCharsets.UTF_8));
            return Optional.of(line.text().substring(end, wordsEnd(line)));
        }
        return Optional.of(" " + WORDS).filter(line.text()::contains);
    }

    /** Whether the line is the old one, with words of netfix's at its end. */
    private static boolean isBefore(byte[] before, KernelLine line) {
        String old = new String(before, StandardCharsets.UTF_8);
        int end = endOf(old);
        String now = line.text();
        return now.length() > end
                && now.startsWith(old.substring(0, end))
                && hasWords(now.substring(end));
    }

    private static int wordsEnd(KernelLine line) {
        return line.text().indexOf(WORDS) + WORDS.length();
    }

    private static int endOf(String text) {
        int end = 0;
        while (end < text.length() && "\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private Optional<byte[]> content(String name) throws IOException {
        try {
            return Optional.of(files.read(folder.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private boolean cleared() {
        try {
            clear();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The secret first.
     *
     * @throws IOException where something is left
     */
    private void clear() throws IOException {
        wipe();
        for (String name : List.of(SCRIPT, BEFORE)) {
            files.delete(folder.resolve(name));
        }
    }

    private boolean wiped() {
        try {
            wipe();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The secret, overwritten before it is deleted. */
    private void wipe() throws IOException {
        Path key = folder.resolve(KEY);
        if (Files.exists(key)) {
            files.over(key, new byte[(int) Files.size(key)], 0);
        }
        files.delete(key);
    }

    private void write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        files.create(file, content);
        files.mustBe(file, content);
    }

    /**
     * rescue.sh for this card.
     *
     * @param words with the blanks before them, as they stand in cmdline.txt
     */
    static String script(Mode mode, String words) {
        try (InputStream in = SdCard.class.getResourceAsStream("/netfix/rescue.sh")) {
            if (in == null) {
                throw new IllegalStateException("rescue.sh is not among netfix's files");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@MODE@", mode.name().toLowerCase(Locale.ROOT))
                    .replace("@WORDS@", words)
                    .replace("@WIRED_FILE@", WiredProfile.FILE)
                    .replace("@WIRED_TEXT@\n", WiredProfile.TEXT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
