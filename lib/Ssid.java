package netfix;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A network's name: up to 32 bytes of anything (IEEE 802.11, 9.4.2.2), mostly UTF-8 text.
 *
 * @param hex two lower-case digits a byte
 */
record Ssid(String hex) {

    static final int MOST_BYTES = 32;

    static Ssid of(byte[] bytes) {
        return new Ssid(HexFormat.of().formatHex(bytes));
    }

    static Ssid of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** Empty where the bytes are no UTF-8. */
    Optional<String> text() {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes()))
                            .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** For people, and as the start of a profile's name: the text, or the bytes in hex. */
    @Override
    public String toString() {
        return text().orElse(hex);
    }
}
