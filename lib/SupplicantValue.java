package netfix;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The three ways in which wpa_supplicant.conf(5) writes a string: {@code "text"} with nothing
 * escaped, {@code P"text"} with C's escapes, and hex digits.
 */
final class SupplicantValue {

    private SupplicantValue() {}

    static boolean isQuoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    }

    /** Without its quotes, where it has any. */
    static String unquoted(String value) {
        return isQuoted(value) ? value.substring(1, value.length() - 1) : value;
    }

    /** Empty where it is none of the three. */
    static Optional<byte[]> bytes(String value) {
        if (isQuoted(value)) {
            return Optional.of(unquoted(value).getBytes(StandardCharsets.UTF_8));
        }
        if (value.length() > 2 && value.startsWith("P\"") && value.endsWith("\"")) {
            return Optional.of(printf(value.substring(2, value.length() - 1)));
        }
        return value.length() % 2 == 0 && value.matches("[0-9A-Fa-f]+")
                ? Optional.of(HexFormat.of().parseHex(value))
                : Optional.empty();
    }

    /** printf_decode() of wpa_supplicant's common.c. */
    private static byte[] printf(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < in.length; i++) {
            if (in[i] != '\\' || i + 1 == in.length) {
                out.write(in[i]);
                continue;
            }
            char c = (char) in[++i];
            switch (c) {
                case 'n' -> out.write('\n');
                case 'r' -> out.write('\r');
                case 't' -> out.write('\t');
                case 'e' -> out.write(27);
                case 'x' -> {
                    int value = 0;
                    int digits = 0;
                    while (digits < 2 && i + 1 < in.length && Character.digit(in[i + 1], 16) >= 0) {
                        value = value * 16 + Character.digit(in[++i], 16);
                        digits++;
                    }
                    if (digits > 0) {
                        out.write(value);
                    }
                }
                default -> {
                    if (c < '0' || c > '7') {
                        out.write(c);
                        break;
                    }
                    int value = c - '0';
                    for (int n = 1; n < 3 && i + 1 < in.length; n++) {
                        int digit = Character.digit(in[i + 1], 8);
                        if (digit < 0) {
                            break;
                        }
                        value = value * 8 + digit;
                        i++;
                    }
                    out.write(value);
                }
            }
        }
        return out.toByteArray();
    }
}
