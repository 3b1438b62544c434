package netfix;

import java.util.Optional;

/**
 * What {@code [.config] enable=} hangs on (NetworkManager.conf(5), ".config section"): a boolean,
 * or a list of {@code nm-version:}, {@code nm-version-min:}, {@code nm-version-max:} and {@code
 * env:}, with {@code except:} before it where it is meant the other way round.
 */
final class NmVersion {

    private NmVersion() {}

    /**
     * @param version {@code 1.42.4}, empty where it is not known
     * @return empty where that decides it and it is not known
     */
    static Optional<Boolean> enables(String value, String version) {
        if (NmConfig.isTrue(value) || NmConfig.isFalse(value)) {
            return Optional.of(NmConfig.isTrue(value));
        }
        boolean positive = false;
        boolean matched = false;
        boolean excepted = false;
        boolean any = false;
        for (String item : DeviceSpec.items(value)) {
            boolean except = item.startsWith("except:");
            String spec = except ? item.substring("except:".length()) : item;
            // env: is a tag that NetworkManager's unit would have to be given; it has none.
            if (spec.startsWith("nm-version") && version.isEmpty()) {
                return Optional.empty();
            }
            any = true;
            positive |= !except;
            matched |= !except && matches(spec, version);
            excepted |= except && matches(spec, version);
        }
        return Optional.of(any && !excepted && (matched || !positive));
    }

    /**
     * As match_config_eval in src/core/nm-core-utils.c: {@code nm-version-min:1.16.4} asks for
     * 1.16.x from 1.16.4 on, and only a shorter one, {@code 1.16} or {@code 1}, for all after it.
     */
    private static boolean matches(String spec, String version) {
        int colon = spec.indexOf(':');
        if (colon < 0) {
            return false;
        }
        String asked = spec.substring(colon + 1).strip();
        if (!asked.matches("\\d{1,5}(\\.\\d{1,3}){0,2}")
                || !version.matches("\\d{1,5}(\\.\\d{1,3}){1,2}.*")) {
            return false;
        }
        String[] want = asked.split("\\.");
        String[] have = version.replaceFirst("[^0-9.].*$", "").split("\\.");
        int last = want.length - 1;
        for (int i = 0; i < last; i++) {
            if (number(want, i) != number(have, i)) {
                return false;
            }
        }
        int difference = number(have, last) - number(want, last);
        return switch (spec.substring(0, colon)) {
            case "nm-version" -> difference == 0;
            case "nm-version-min" -> difference >= 0;
            case "nm-version-max" -> difference <= 0;
            default -> false;
        };
    }

    private static int number(String[] parts, int i) {
        return i < parts.length ? Integer.parseInt(parts[i]) : 0;
    }
}
