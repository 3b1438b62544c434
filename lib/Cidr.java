package netfix;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IP address as a configuration file writes it, with its prefix length.
 *
 * @param prefix -1 where none was written
 */
record Cidr(String address, int prefix, boolean v6) {

    /**
     * {@code 192.168.1.5}, {@code 192.168.1.5/24}, {@code fd00::5/64}, {@code 10.0.0.1/255.0.0.0}.
     */
    static Optional<Cidr> parse(String text) {
        String trimmed = text.strip();
        int slash = trimmed.indexOf('/');
        String address = slash < 0 ? trimmed : trimmed.substring(0, slash);
        boolean v6 = address.indexOf(':') >= 0;
        if (!(v6 ? isV6(address) : isV4(address))) {
            return Optional.empty();
        }
        if (slash < 0) {
            return Optional.of(new Cidr(address, -1, v6));
        }
        return prefix(trimmed.substring(slash + 1), v6).map(p -> new Cidr(address, p, v6));
    }

    /** A number, or for IPv4 a netmask too. */
    static Optional<Integer> prefix(String text, boolean v6) {
        if (text.matches("\\d{1,3}")) {
            int prefix = Integer.parseInt(text);
            return prefix <= (v6 ? 128 : 32) ? Optional.of(prefix) : Optional.empty();
        }
        if (v6 || !isV4(text)) {
            return Optional.empty();
        }
        int mask = number(text);
        int prefix = Integer.bitCount(mask);
        return mask == (prefix == 0 ? 0 : -1 << (32 - prefix))
                ? Optional.of(prefix)
                : Optional.empty();
    }

    static boolean isV4(String text) {
        return text.matches("\\d{1,3}(\\.\\d{1,3}){3}")
                && java.util.Arrays.stream(text.split("\\."))
                        .allMatch(part -> Integer.parseInt(part) < 256);
    }

    static boolean isV6(String text) {
        if (!text.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
            return false;
        }
        try {
            // With a colon in it the JDK takes it for a literal, and asks no resolver.
            return InetAddress.getByName(text) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static int number(String v4) {
        int number = 0;
        for (String part : v4.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    /** The prefix that a class gives, as the old tools assume one where none is written. */
    private static int classful(String v4) {
        int first = Integer.parseInt(v4.substring(0, v4.indexOf('.')));
        return first < 128 ? 8 : first < 192 ? 16 : 24;
    }

    /** Where no prefix was written, the class's (IPv4) or 64. */
    Cidr withPrefix() {
        return prefix >= 0 ? this : new Cidr(address, v6 ? 64 : classful(address), v6);
    }

    /** Where no prefix was written, one address. */
    Cidr host() {
        return prefix >= 0 ? this : new Cidr(address, v6 ? 128 : 32, v6);
    }

    @Override
    public String toString() {
        return prefix < 0 ? address : address + "/" + prefix;
    }
}
