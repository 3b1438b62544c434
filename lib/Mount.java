package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * What lies behind a folder, findmnt(8).
 *
 * @param free bytes that are left, -1 where it does not tell
 */
record Mount(String target, String type, String options, long free) {

    /** A file system with less has no room for a profile beside the journal. */
    private static final long LITTLE = 1 << 20;

    static Command of(String folder) {
        return Command.of(
                "findmnt", "-rnb", "-o", "TARGET,FSTYPE,OPTIONS,AVAIL", "--target", folder);
    }

    /** Several at one place hide each other: the last one is in force. */
    static List<Mount> parse(String text) {
        List<Mount> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] words = line.split(" ");
            if (words.length > 2) {
                boolean told = words.length > 3 && words[3].matches("\\d{1,18}");
                all.add(
                        new Mount(
                                words[0],
                                words[1],
                                words[2],
                                told ? Long.parseLong(words[3]) : -1));
            }
        }
        return all.isEmpty() ? List.of() : List.of(all.get(all.size() - 1));
    }

    boolean readOnly() {
        return ("," + options + ",").contains(",ro,");
    }

    /** What is written there is gone at the next boot. */
    boolean forgets() {
        return List.of("overlay", "tmpfs", "ramfs", "aufs").contains(type);
    }

    boolean full() {
        return free >= 0 && free < LITTLE;
    }

    Evidence evidence() {
        return new Evidence(
                target + " " + type + " " + options + (free < 0 ? "" : ", " + free + " bytes free"),
                "findmnt");
    }
}
