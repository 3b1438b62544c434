package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
     * alone matches all others.
     */
    static boolean matches(String list, Link link) {
        boolean matched = false;
        boolean onlyExceptions = true;
        for (String item : items(list)) {
            boolean except = item.startsWith("except:");
            boolean hit = matchesOne(except ? item.substring(7) : item, except, link);
            if (except && hit) {
                return false;
            }
            if (!except) {
                onlyExceptions = false;
                matched |= hit;
            }
        }
        return matched || onlyExceptions && !items(list).isEmpty();
    }

    /**
     * Whether the answer hangs on something that is not known of this interface: a mounted card
     * tells neither MACs nor drivers.
     */
    static boolean undecided(String list, Link link) {
        for (String item : items(list)) {
            String spec = item.startsWith("except:") ? item.substring(7) : item;
            boolean mac = spec.startsWith("mac:") || spec.matches(MAC);
            if (mac && link.permanentMac().isEmpty()
                    || spec.startsWith("driver:") && link.hardware().driver().isEmpty()) {
                return true;
            }
        }
        return false;
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

    private static boolean matchesOne(String item, boolean except, Link link) {
        if (item.equals("*")) {
            return true;
        }
        if (item.startsWith("interface-name:")) {
            String name = item.substring("interface-name:".length());
            return name.startsWith("=")
                    ? name.substring(1).equals(link.name())
                    : simple(name.replaceFirst("^~", "")).matcher(link.name()).matches();
        }
        if (item.startsWith("type:")) {
            String type = item.substring(5);
            return switch (link.kind()) {
                case WIRED -> type.equals("ethernet");
                case WIFI -> type.equals("wifi");
                case LOOPBACK -> type.equals("loopback");
                case VIRTUAL -> type.equals(link.hardware().devtype());
            };
        }
        if (item.startsWith("driver:")) {
            String driver = item.substring(7);
            int slash = driver.lastIndexOf('/');
            // Behind a slash stands the driver's version, of which only * is certain to fit.
            return !link.hardware().driver().isEmpty()
                    && link.hardware()
                            .driver()
                            .equals(driver.endsWith("/*") ? driver.substring(0, slash) : driver);
        }
        if (item.startsWith("mac:")) {
            return isMac(item.substring(4), link);
        }
        // Without a tag, a MAC or a name; not behind except:.
        return !except && (isMac(item, link) || item.equals(link.name()));
    }

    private static final String MAC = "(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5}";

    private static boolean isMac(String text, Link link) {
        return text.matches(MAC)
                && text.toLowerCase(Locale.ROOT).replace('-', ':').equals(link.permanentMac());
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
