package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * NetworkManager's "Device List Format" (NetworkManager.conf(5)), as in {@code no-auto-default=}
 * and {@code unmanaged-devices=}: {@code *}, a MAC, {@code mac:}, {@code interface-name:} with
 * wildcards or {@code =} for literally, {@code type:}, {@code driver:}, {@code except:}.
 */
final class DeviceSpec {

    private DeviceSpec() {}

    /**
     * Whether a list matches: one item does, and no {@code except:} item does. A list of exceptions
     * alone matches all others. Empty where that hangs on what is not known of this interface: a
     * mounted card tells neither MACs nor drivers, and nothing tells a driver's version.
     */
    static Optional<Boolean> matches(String list, Link link) {
        boolean matched = false;
        boolean perhaps = false;
        boolean perhapsNot = false;
        boolean onlyExceptions = true;
        for (String item : items(list)) {
            boolean except = item.startsWith("except:");
            Optional<Boolean> hit = matchesOne(except ? item.substring(7) : item, except, link);
            if (except && hit.orElse(false)) {
                return Optional.of(false);
            }
            if (except) {
                perhapsNot |= hit.isEmpty();
            } else {
                onlyExceptions = false;
                matched |= hit.orElse(false);
                perhaps |= hit.isEmpty();
            }
        }
        matched |= onlyExceptions && !items(list).isEmpty();
        if (!matched && !perhaps) {
            return Optional.of(false);
        }
        return matched && !perhapsNot ? Optional.of(true) : Optional.empty();
    }

    /**
     * The items of a list, apart by {@code ,} or {@code ;} and never by blanks (nm_match_spec_split
     * in src/core/nm-core-utils.c).
     */
    static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        for (int i = 0; i <= list.length(); i++) {
            char c = i < list.length() ? list.charAt(i) : ',';
            if (c == '\\' && i + 1 < list.length()) {
                char next = list.charAt(++i);
                item.append(next == 's' ? ' ' : next);
            } else if (c == ',' || c == ';') {
                if (!item.toString().isBlank()) {
                    items.add(item.toString().strip());
                }
                item.setLength(0);
            } else {
                item.append(c);
            }
        }
        return items;
    }

    private static Optional<Boolean> matchesOne(String item, boolean except, Link link) {
        if (item.equals("*")) {
            return Optional.of(true);
        }
        if (item.startsWith("interface-name:")) {
            String name = item.substring("interface-name:".length());
            return Optional.of(
                    name.startsWith("=")
                            ? name.substring(1).equals(link.name())
                            : simple(name.replaceFirst("^~", "")).matcher(link.name()).matches());
        }
        if (item.startsWith("type:")) {
            String type = item.substring(5);
            return Optional.of(
                    switch (link.kind()) {
                        case WIRED -> type.equals("ethernet");
                        case WIFI -> type.equals("wifi");
                        case LOOPBACK -> type.equals("loopback");
                        case VIRTUAL -> type.equals(link.hardware().devtype());
                    });
        }
        if (item.startsWith("driver:")) {
            return isDriver(item.substring(7), link.hardware().driver());
        }
        if (item.startsWith("mac:")) {
            return isMac(item.substring(4), link);
        }
        // Without a tag, a MAC or a name; not behind except:.
        return except || item.equals(link.name()) ? Optional.of(!except) : isMac(item, link);
    }

    /** {@code NAME}, or {@code NAME/VERSION}, where the version may have wildcards. */
    private static Optional<Boolean> isDriver(String wanted, String driver) {
        if (driver.isEmpty()) {
            return Optional.empty();
        }
        int slash = wanted.lastIndexOf('/');
        if (slash < 0) {
            return Optional.of(wanted.equals(driver));
        }
        if (!wanted.substring(0, slash).equals(driver)) {
            return Optional.of(false);
        }
        return wanted.endsWith("/*") ? Optional.of(true) : Optional.empty();
    }

    private static final String MAC = "(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5}";

    private static Optional<Boolean> isMac(String text, Link link) {
        if (!text.matches(MAC)) {
            return Optional.of(false);
        }
        return link.permanentMac().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        text.toLowerCase(Locale.ROOT)
                                .replace('-', ':')
                                .equals(link.permanentMac()));
    }

    /** GLib's patterns, {@code *} and {@code ?}; a bracket is a bracket. */
    static Pattern simple(String pattern) {
        return glob(pattern.replace("[", "[[]"));
    }

    /** {@code *}, {@code ?} and {@code [a-z]}; everything else is itself. */
    static Pattern glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (close > 0) {
                String set = glob.substring(i + 1, close);
                String negated = set.startsWith("!") ? "^" : "";
                regex.append('[')
                        .append(negated)
                        .append(
                                set.substring(negated.length())
                                        .replaceAll("[\\\\\\[\\]^&]", "\\\\$0"))
                        .append(']');
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString());
        } catch (java.util.regex.PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(glob));
        }
    }
}
