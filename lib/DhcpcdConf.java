package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * dhcpcd.conf(5), line by line: which block a line stands in decides whom it is for.
 *
 * @param file where it was read from
 */
record DhcpcdConf(String file, List<Line> lines) {

    /**
     * @param number counted from 1
     * @param block {@code interface}, {@code ssid} or {@code profile}; empty for what is for all
     * @param of the block's interface, SSID or profile
     */
    record Line(int number, String block, String of, String option, String value) {

        String shown() {
            return value.isEmpty() ? option : option + " " + value;
        }

        boolean isFor(String name, String ssid) {
            return block.isEmpty()
                    || block.equals("interface") && of.equals(name)
                    || block.equals("ssid") && !ssid.isEmpty() && of.equals(ssid);
        }

        /** For a loss's id: of a line that is for all it names nobody. */
        String scope() {
            return block.isEmpty() ? "" : "-" + of;
        }
    }

    static DhcpcdConf parse(String file, String text) {
        List<Line> lines = new ArrayList<>();
        String block = "";
        String of = "";
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = withoutComment(raw).strip();
            if (line.isEmpty()) {
                continue;
            }
            String[] words = line.split("\\s+", 2);
            String value = words.length > 1 ? words[1].strip() : "";
            if (words[0].matches("interface|ssid|profile")) {
                block = words[0];
                of = value;
            } else {
                lines.add(new Line(number, block, of, words[0], value));
            }
        }
        return new DhcpcdConf(file, List.copyOf(lines));
    }

    /** As get_line() has it: a # begins a comment unless quoted or escaped. */
    private static String withoutComment(String raw) {
        String line = raw.replaceAll("^[ \\t]+", "");
        if (line.startsWith("#") || line.startsWith(";")) {
            return "";
        }
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '#' && !quoted) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    /** In the file's order, which is the order in which they count. */
    Stream<Line> linesFor(String name, String ssid) {
        return lines.stream().filter(line -> line.isFor(name, ssid));
    }

    /** The interfaces that have a block of their own. */
    List<String> named() {
        return lines.stream()
                .filter(line -> line.block().equals("interface"))
                .map(Line::of)
                .distinct()
                .toList();
    }

    private List<String> patterns(String option) {
        return lines.stream()
                .filter(line -> line.option().equals(option))
                .flatMap(line -> Stream.of(line.value().split("[\\s,]+")))
                .toList();
    }

    /** Denied wins over allowed; without a list of the allowed all are. */
    boolean allows(String name) {
        List<String> allowed = patterns("allowinterfaces");
        return patterns("denyinterfaces").stream().noneMatch(p -> matches(p, name))
                && (allowed.isEmpty() || allowed.stream().anyMatch(p -> matches(p, name)));
    }

    private static boolean matches(String pattern, String name) {
        return DeviceSpec.glob(pattern).matcher(name).matches();
    }

    /**
     * Whether a hook is switched off for that interface: {@code nohook resolv.conf,
     * wpa_supplicant}.
     */
    boolean withoutHook(String hook, String name) {
        return linesFor(name, "")
                .filter(line -> line.option().equals("nohook"))
                .flatMap(line -> Stream.of(line.value().split("[\\s,]+")))
                .anyMatch(
                        word ->
                                word.replaceFirst("^\\d\\d-", "")
                                        .replaceFirst("\\.sh$", "")
                                        .equals(hook));
    }
}
