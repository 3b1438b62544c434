package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code [section]} / {@code key=value} files of NetworkManager (GKeyFile) and systemd, with
 * the line that each key stands on: a finding names file and line.
 */
public final class IniFile {

    /**
     * @param line counted from 1
     * @param block which [section] line it stands under, counted from 1: to GKeyFile two sections
     *     of one name are one, to systemd two [Route] are two routes
     * @param value as written, blanks around it taken off
     */
    public record Entry(
            String file, int line, String section, int block, String key, String value) {

        /** {@code /etc/…/99-x.conf:2}, for evidence. */
        public String place() {
            return file + ":" + line;
        }
    }

    /**
     * A line that is no configuration.
     *
     * @param line 0 where it is about the whole file
     * @param what without the line itself: a psk that lost its = stands in it
     */
    public record Fault(String file, int line, String what) {

        public String place() {
            return line == 0 ? file : file + ":" + line;
        }

        @Override
        public String toString() {
            return place() + ": " + what;
        }
    }

    /** Of systemd's files. */
    private static final String COMMENTS = "#;";

    private final String file;
    private final List<Entry> entries;
    private final List<Fault> faults;

    private IniFile(String file, List<Entry> entries, List<Fault> faults) {
        this.file = file;
        this.entries = List.copyOf(entries);
        this.faults = List.copyOf(faults);
    }

    /**
     * A file of systemd's, where a comment begins with {@code #} or {@code ;} and a line that ends
     * in a backslash goes on in the next one that is no comment (systemd.syntax(7)). Never fails: a
     * line that is neither comment, section nor key is a fault, see {@link #faults()}.
     */
    public static IniFile parse(String file, String text) {
        return parse(file, joined(text), COMMENTS);
    }

    /**
     * A file that GKeyFile reads, NetworkManager's configuration and profiles: a comment begins
     * with {@code #} alone (g_key_file_line_is_comment in glib/gkeyfile.c), so that {@code ;dns=x}
     * is a key and {@code ; text} makes NetworkManager refuse the file.
     */
    public static IniFile keyfile(String file, String text) {
        return parse(file, List.of(text.split("\n", -1)), "#");
    }

    /**
     * As config_parse in systemd's conf-parser.c: the backslash becomes a blank, unless another one
     * stands before it. Each line keeps its number, so those that were joined leave empty ones.
     */
    private static List<String> joined(String text) {
        List<String> all = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int first = 0;
        for (String raw : text.split("\n", -1)) {
            all.add("");
            String line = raw.stripLeading().replaceFirst("\r$", "");
            if (!line.isEmpty() && COMMENTS.indexOf(line.charAt(0)) >= 0) {
                continue;
            }
            if (open.isEmpty()) {
                first = all.size() - 1;
            }
            if (goesOn(line)) {
                open.append(line, 0, line.length() - 1).append(' ');
            } else {
                all.set(first, open.append(line).toString());
                open.setLength(0);
            }
        }
        all.set(first, all.get(first) + open);
        return all;
    }

    private static boolean goesOn(String line) {
        int begin = line.length();
        while (begin > 0 && line.charAt(begin - 1) == '\\') {
            begin--;
        }
        return (line.length() - begin) % 2 == 1;
    }

    /** One that is there and that nothing can be read from. */
    static IniFile none(Fault fault) {
        return new IniFile(fault.file(), List.of(), List.of(fault));
    }

    private static IniFile parse(String file, List<String> lines, String comments) {
        List<Entry> entries = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        String section = "";
        int block = 0;
        int number = 0;
        for (String raw : lines) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || comments.indexOf(line.charAt(0)) >= 0) {
                continue;
            }
            int eq = line.indexOf('=');
            if (line.startsWith("[") && line.endsWith("]")) {
                section = line.substring(1, line.length() - 1).strip();
                block++;
            } else if (eq > 0 && !section.isEmpty()) {
                entries.add(
                        new Entry(
                                file,
                                number,
                                section,
                                block,
                                line.substring(0, eq).strip(),
                                line.substring(eq + 1).strip()));
            } else {
                faults.add(new Fault(file, number, "neither a [section] nor a key=value line"));
            }
        }
        return new IniFile(file, entries, faults);
    }

    /** A drop-in's keys behind this file's own, as systemd reads them. */
    IniFile with(IniFile dropIn) {
        int last = entries.stream().mapToInt(Entry::block).max().orElse(0);
        List<Entry> all = new ArrayList<>(entries);
        for (Entry e : dropIn.entries) {
            all.add(
                    new Entry(
                            e.file(), e.line(), e.section(), last + e.block(), e.key(), e.value()));
        }
        List<Fault> allFaults = new ArrayList<>(faults);
        allFaults.addAll(dropIn.faults);
        return new IniFile(file, all, allFaults);
    }

    public String file() {
        return file;
    }

    public List<Entry> entries() {
        return entries;
    }

    /** Lines that GKeyFile refuses; NetworkManager then ignores or refuses the whole file. */
    public List<Fault> faults() {
        return faults;
    }

    public List<Entry> section(String section) {
        return entries.stream().filter(e -> e.section().equals(section)).toList();
    }

    /** The last one, as GKeyFile has it. */
    public Optional<Entry> last(String section, String key) {
        return entries.stream()
                .filter(e -> e.section().equals(section) && e.key().equals(key))
                .reduce((first, second) -> second);
    }

    public String value(String section, String key, String other) {
        return last(section, key).map(Entry::value).orElse(other);
    }
}
