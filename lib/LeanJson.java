package netfix;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * JSON as a string that takes one byte a character. Java keeps a text in two bytes a character as
 * soon as one of them is beyond Latin-1, and needs three copies while it finds that out: a journal
 * of 50 MB with one arrow in it then takes 300 MB. In JSON such a character may be written as its
 * escape (RFC 8259, section 7), and whoever reads the JSON gets it back.
 */
final class LeanJson {

    private static final int CHUNK = 1 << 16;
    private static final String HEX = "0123456789abcdef";

    private LeanJson() {}

    /**
     * @param json in UTF-8; what is malformed becomes U+FFFD, as everywhere else
     */
    static String of(byte[] json) {
        Counted counted = new Counted();
        decode(json, counted);
        if (counted.beyond == 0) {
            return new String(json, StandardCharsets.UTF_8);
        }
        Filled filled = new Filled(new byte[counted.length]);
        decode(json, filled);
        return new String(filled.bytes, StandardCharsets.ISO_8859_1);
    }

    private interface Sink {
        void take(char c);
    }

    private static final class Counted implements Sink {
        private int length;
        private int beyond;

        @Override
        public void take(char c) {
            if (c > 0xff) {
                beyond++;
                length += 6;
            } else {
                length++;
            }
        }
    }

    private static final class Filled implements Sink {
        private final byte[] bytes;
        private int at;

        Filled(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void take(char c) {
            if (c <= 0xff) {
                bytes[at++] = (byte) c;
                return;
            }
            bytes[at++] = '\\';
            bytes[at++] = 'u';
            for (int shift = 12; shift >= 0; shift -= 4) {
                bytes[at++] = (byte) HEX.charAt(c >> shift & 0xf);
            }
        }
    }

    private static void decode(byte[] json, Sink sink) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer in = ByteBuffer.wrap(json);
        CharBuffer out = CharBuffer.allocate(CHUNK);
        boolean more = true;
        while (more) {
            more = decoder.decode(in, out, true).isOverflow();
            if (!more) {
                more = decoder.flush(out).isOverflow();
            }
            out.flip();
            while (out.hasRemaining()) {
                sink.take(out.get());
            }
            out.clear();
        }
    }
}
