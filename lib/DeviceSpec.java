package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * NetworkManager's "Device List Format" (NetworkManager.conf(5)), as in {@code no-auto-default=}
 * and {@code unmanaged-devices=}: {@code *}, a MAC, {@code mac:}, {@code interface-name:} with
 * wildcards or {@code =} for literally, {@code type:}, {@code except:}.
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
            boolean hit = matchesOne(except ? item.substring(7) : item, link);
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

    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        for (String item : list.split("[,;\\s]+")) {
            if (!item.isEmpty()) {
                items.add(item);
            }
        }
        return items;
    }

    private static boolean matchesOne(String item, Link link) {
        if (item.equals("*")) {
            return true;
        }
        if (item.startsWith("interface-name:")) {
            String name = item.substring("interface-name:".length());
            return name.startsWith("=")
                    ? name.substring(1).equals(link.name())
                    : glob(name.replaceFirst("^~", "")).matcher(link.name()).matches();
        }
        if (item.startsWith("type:")) {
            String type = item.substring(5);
            return link.kind() == Link.Kind.WIRED && type.matches("ethernet|802-3-ethernet")
                    || link.kind() == Link.Kind.WIFI && type.matches("wifi|802-11-wireless");
        }
        String mac = item.startsWith("mac:") ? item.substring(4) : item;
        if (mac.toLowerCase(Locale.ROOT).replace('-', ':').equals(link.mac())) {
            return !link.mac().isEmpty();
        }
        // A bare interface name is deprecated, and still honoured.
        return !item.contains(":") && item.equals(link.name());
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
