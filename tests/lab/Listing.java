package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What lies on the Pi's disk where a fix changes anything, and what systemd makes of it: type,
 * mode, owner, hash or link of every file, state of every unit file. Files that daemons write by
 * themselves are left out by name, in daemon-files.
 */
final class Listing {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /**
     * The card's FAT partition is a file system of its own, below /boot since Bookworm and at it
     * before, and what fix changes there is a text in place: only its hash tells.
     */
    private static final String PLACES =
            "places='/etc /boot /usr/local'; [ ! -d /boot/firmware ] || places=\"$places"
                    + " /boot/firmware\"; ";

    private static final String COMMAND =
            PLACES
                    + """
                    find $places -xdev ! -type d -printf '%p %y %m %U:%G %l\\n'
                    find $places -xdev -type d -printf '%p %y %m %U:%G\\n'
                    find $places -xdev -type f -exec sha256sum {} + | sed 's/^\\([0-9a-f]*\\)  \\(.*\\)/\\2#content \\1/'
                    units=$(SYSTEMD_BUS_TIMEOUT=280s systemctl list-unit-files --no-legend --no-pager) || exit 1
                    printf '%s\n' "$units" | awk '{print "unit-file " $1 " " $2}'
                    """;

    private final VirtualPi pi;
    private Map<String, String> taken;

    Listing(VirtualPi pi) {
        this.pi = pi;
    }

    void take() {
        taken = look();
    }

    void compare() {
        List<String> differences = differences(taken(), look());
        if (!differences.isEmpty()) {
            throw new LabFailure(
                    "the files are not as they were:\n" + String.join("\n", differences));
        }
    }

    /** What was listed last, by name. */
    Map<String, String> taken() {
        if (taken == null) {
            throw new LabFailure("no listing was taken before");
        }
        return taken;
    }

    /** In diff's manner; empty where both are the same. */
    static List<String> differences(Map<String, String> was, Map<String, String> is) {
        Set<String> names = new TreeSet<>(was.keySet());
        names.addAll(is.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String before = was.get(name);
            String after = is.get(name);
            if (before != null && !before.equals(after)) {
                differences.add("- " + name + " " + before);
            }
            if (after != null && !after.equals(before)) {
                differences.add("+ " + name + " " + after);
            }
        }
        return differences;
    }

    /**
     * Times too: what is written again with the same text has been touched. FAT's times are even
     * seconds.
     */
    void untouchedBy(Runnable deed) {
        GuestResult before = pi.shell("touch /run/lab-touched && sleep 2.1", LIMIT);
        before.must();
        deed.run();
        GuestResult newer =
                pi.shell(
                        PLACES
                                + "find $places /var/lib/netfix /var/lib/NetworkManager -xdev"
                                + " -newer /run/lab-touched 2>/dev/null; true",
                        LIMIT);
        Predicate<String> written = writtenByDaemons();
        List<String> touched = newer.stdout().lines().filter(written.negate()).toList();
        if (!newer.ok() || !touched.isEmpty()) {
            throw new LabFailure("touched: " + String.join(", ", touched));
        }
    }

    Map<String, String> look() {
        GuestResult result = pi.shell(COMMAND, LIMIT);
        result.must();
        Predicate<String> written = writtenByDaemons();
        TreeMap<String, String> listing = new TreeMap<>();
        for (String line : result.stdout().lines().toList()) {
            String[] words = split(line);
            if (!written.test(words[0])) {
                listing.put(words[0], words[1]);
            }
        }
        return listing;
    }

    /** The path may have blanks; what find says of it comes after its type letter. */
    private static String[] split(String line) {
        if (line.startsWith("unit-file ")) {
            int blank = line.lastIndexOf(' ');
            return new String[] {line.substring(0, blank), line.substring(blank + 1)};
        }
        int end = line.lastIndexOf("#content ");
        if (end >= 0) {
            return new String[] {line.substring(0, end) + " content", line.substring(end + 9)};
        }
        var matcher = Pattern.compile("^(.*) ([fdlpscb] \\d+ \\d+:\\d+ ?.*)$").matcher(line);
        if (!matcher.matches()) {
            throw new LabFailure("a line of the listing that says nothing: " + line);
        }
        return new String[] {matcher.group(1), matcher.group(2).strip()};
    }

    private static Predicate<String> writtenByDaemons() {
        try {
            return Files.readAllLines(LabFolders.find().sources().resolve("daemon-files")).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Pattern.compile(line.strip()).asPredicate())
                    .reduce(path -> false, Predicate::or);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
