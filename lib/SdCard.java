package netfix;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
    private static final String BEFORE = "netfix-rescue-cmdline.old";
    private static final String COUNTRY = "cfg80211.ieee80211_regdom=";

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
    private final PrintStream narration;

    /**
     * @throws BadInput where the folder is not the boot partition of a Pi
     */
    SdCard(Path folder, PrintStream narration) {
        this.folder = folder;
        this.narration = narration;
        if (!Files.isDirectory(folder)) {
            throw new BadInput(
                    folder + ": no such folder; give the one where the card's boot partition is");
        }
        if (Files.isDirectory(folder.resolve("etc")) && Files.isDirectory(folder.resolve("usr"))) {
            throw new BadInput(
                    folder
                            + " is the card's root partition: fix --root "
                            + folder
                            + " repairs it; sdcard is for the other one");
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
     * Whether a country is in the kernel's words, so that none has to be given. One that waits with
     * netfix's own words goes with them.
     */
    boolean hasCountry() {
        KernelLine line = KernelLine.read(folder.resolve(CMDLINE));
        try {
            return ownWords(line).map(line::without).orElse(line).word(COUNTRY).isPresent();
        } catch (IOException e) {
            throw new BadInput(folder.resolve(BEFORE) + " cannot be read (" + reason(e) + ")");
        }
    }

    /** What will happen at the next boot, for a person to agree to. */
    List<String> plan(Wish wish) {
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
                            "  - changes nothing, and writes how it is set up, and two minutes"
                                    + " later what became of the boot, to "
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
                                                        + "\" for the manager that it has"));
                for (Map.Entry<String, RescueForm> form : RescueForm.TABLE.entrySet()) {
                    if (form.getValue().function().isPresent()) {
                        lines.add("  - " + form.getKey() + ": " + form.getValue().text());
                    }
                }
                lines.add("  - puts back Wi-Fi profiles that worked, where none is left");
                lines.add("  - reboots once, where it changed anything");
            }
        }
        lines.add("Its report will be " + LOG + " on this partition.");
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

    private String country(Wish wish) {
        return wish.country().isEmpty() || hasCountry() ? "" : COUNTRY + wish.country();
    }

    /**
     * Writes the files, each on the card before the next; cmdline.txt is the last.
     *
     * @throws BadInput where anything cannot be written: then nothing is left of it, and the card
     *     boots as before
     */
    int schedule(Wish wish) {
        Path cmdline = folder.resolve(CMDLINE);
        KernelLine line = KernelLine.read(cmdline);
        if (line.text().contains(SCRIPT)) {
            // One that waits: taken off first, so that there is one set of words and one secret.
            undo();
            line = KernelLine.read(cmdline);
        }
        Optional<String> other = line.word("systemd.run");
        if (other.isPresent() || line.word("systemd.unit=").isPresent()) {
            throw new BadInput(
                    cmdline
                            + ":1: "
                            + other.or(() -> KernelLine.read(cmdline).word("systemd.unit=")).get()
                            + ": Raspberry Pi Imager's first boot, or somebody's own, still waits:"
                            + " let the Pi boot once, then try again; nothing was changed");
        }
        refuseOverlay(line, wish.mode());
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
        String country = country(wish);
        String words = line.padded(WORDS);
        String added =
                country.isEmpty() ? words : line.padded(country) + " " + words.stripLeading();
        words = country.isEmpty() ? words : " " + WORDS;
        try {
            if (wish.wifi().isPresent()) {
                write(KEY, wish.wifi().get().keyFile(wish.country()));
            }
            write(SCRIPT, script(wish.mode(), words).getBytes(StandardCharsets.UTF_8));
            write(BEFORE, line.bytes());
            line.add(added);
        } catch (IOException e) {
            throw takenBack(e, line);
        } catch (BadInput e) {
            cleared();
            throw e;
        }
        narration.println(
                "Done. Eject the card, put it into the Pi, and give it five minutes. Then its"
                        + " report is "
                        + LOG
                        + " here; `fix sdcard "
                        + folder
                        + " --undo` takes all of it off before that.");
        return ExitCode.GOOD;
    }

    /** Known from this side already: the rescue would find it, and change nothing. */
    private void refuseOverlay(KernelLine line, Mode mode) {
        if (mode == Mode.RECORD) {
            return;
        }
        for (String begin : List.of("overlayroot=", "boot=overlay")) {
            Optional<String> word = line.word(begin);
            if (word.isPresent() && !word.get().equals("overlayroot=disabled")) {
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

    private BadInput takenBack(IOException e, KernelLine line) {
        boolean asBefore;
        try {
            byte[] now = Files.readAllBytes(folder.resolve(CMDLINE));
            asBefore = Arrays.equals(now, line.bytes());
            if (!asBefore) {
                restore(line.bytes());
                asBefore = true;
            }
        } catch (IOException gone) {
            asBefore = false;
        }
        boolean cleared = cleared();
        return new BadInput(
                "the card could not be written ("
                        + reason(e)
                        + "): "
                        + (asBefore
                                ? "nothing was changed, and it boots as before"
                                : "put it back and look at "
                                        + CMDLINE
                                        + "; what it was is in "
                                        + BEFORE)
                        + (cleared ? "" : "; netfix-rescue* may be left on it")
                        + remedy(e));
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

    /** As KernelLine does it, from whatever half of it is there. */
    private void restore(byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(CMDLINE), StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
            channel.force(true);
            channel.truncate(content.length);
            channel.force(true);
        }
    }

    /** Takes off what {@link #schedule} put there, the secret overwritten. */
    int undo() {
        Path cmdline = folder.resolve(CMDLINE);
        KernelLine line = KernelLine.read(cmdline);
        try {
            boolean scheduled = line.text().contains(SCRIPT);
            if (scheduled) {
                Optional<String> words = ownWords(line);
                if (words.isEmpty() || !line.remove(words.get())) {
                    throw new BadInput(
                            cmdline
                                    + ":1: somebody has changed netfix's words; take out all that"
                                    + " begins with systemd. by hand, then try again");
                }
            }
            boolean left = !leftovers().isEmpty();
            boolean cleared = cleared();
            narration.println(
                    !cleared
                            ? "netfix-rescue* could not be removed; delete it by hand"
                            : scheduled
                                    ? "Taken off: the card is as it was before."
                                    : left
                                            ? "Nothing was waiting on this card; what an earlier"
                                                    + " rescue had left is deleted."
                                            : "Nothing was waiting on this card.");
            return cleared ? ExitCode.GOOD : ExitCode.HANDS_NEEDED;
        } catch (IOException e) {
            throw new BadInput(cmdline + " could not be written (" + reason(e) + ")" + remedy(e));
        }
    }

    /** What {@link #undo} would take off, for people; nothing is changed. */
    List<String> waiting() {
        List<String> lines = new ArrayList<>();
        if (KernelLine.read(folder.resolve(CMDLINE)).text().contains(SCRIPT)) {
            lines.add("from " + CMDLINE + ", netfix's words");
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
     * The words of netfix's that wait in the line, with the blanks before them and the country that
     * came with them; empty where there are none, or where somebody has changed them.
     */
    private Optional<String> ownWords(KernelLine line) throws IOException {
        Optional<byte[]> before = content(BEFORE);
        if (before.isPresent() && isBefore(before.get(), line)) {
            return Optional.of(line.text().substring(endOf(before.get()), wordsEnd(line)));
        }
        return Optional.of(" " + WORDS).filter(line.text()::contains);
    }

    /** Whether the line is the old one, with words of netfix's at its end. */
    private static boolean isBefore(byte[] before, KernelLine line) {
        String old = new String(before, StandardCharsets.UTF_8);
        int end = endOf(before);
        String now = line.text();
        return now.length() > end
                && now.startsWith(old.substring(0, end))
                && now.substring(end)
                        .replaceFirst("^ +(" + Pattern.quote(COUNTRY) + "[A-Z]{2} +)?", "")
                        .startsWith(WORDS);
    }

    private static int wordsEnd(KernelLine line) {
        return line.text().indexOf(WORDS) + WORDS.length();
    }

    private static int endOf(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        int end = 0;
        while (end < text.length() && "\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private Optional<byte[]> content(String name) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(name)));
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
     * The secret first, and overwritten.
     *
     * @throws IOException where something is left
     */
    private void clear() throws IOException {
        Path key = folder.resolve(KEY);
        if (Files.exists(key)) {
            try (FileChannel channel = FileChannel.open(key, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate((int) channel.size()), 0);
                channel.force(true);
            }
        }
        boolean deleted = false;
        for (String name : List.of(KEY, SCRIPT, BEFORE)) {
            deleted |= Files.deleteIfExists(folder.resolve(name));
        }
        if (deleted) {
            syncFolder();
        }
    }

    /** A long name on FAT is in the folder, which a file that is synced does not bring along. */
    private void syncFolder() {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Only Linux opens a folder; elsewhere ejecting the card does it.
            return;
        }
    }

    private void write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        boolean posix = Files.getFileStore(folder).supportsFileAttributeView("posix");
        if (posix) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        syncFolder();
        if (!Arrays.equals(content, Files.readAllBytes(file))) {
            throw new IOException(name + " is not as it was written");
        }
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
