package netfix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * cmdline.txt of a Pi's boot partition: one line of words for the kernel. Without it nothing boots,
 * and FAT replaces no file at once; so words are put behind what is there, in place, and taken off
 * in steps each of which leaves a line that boots.
 */
final class KernelLine {

    /** A 32-bit Pi's kernel takes 1024 bytes (COMMAND_LINE_SIZE), the end mark included. */
    private static final int KERNEL_BYTES = 1023;

    /**
     * The Pi's firmware puts words of its own before those of cmdline.txt (serial ports, memory,
     * displays, the MAC): 250 to 350 bytes in /proc/cmdline. What is too long is cut off at the
     * end, where netfix's words are.
     */
    private static final int FIRMWARE_BYTES = 400;

    private static final int MOST_BYTES = KERNEL_BYTES - FIRMWARE_BYTES;

    private final FatFiles card;
    private final Path file;
    private final byte[] content;

    private KernelLine(FatFiles card, Path file, byte[] content) {
        this.card = card;
        this.file = file;
        this.content = content;
    }

    /**
     * @throws BadInput where it cannot be read, or is no line that words may be added to; it names
     *     the file, the line and what to do
     */
    static KernelLine read(FatFiles card, Path file) {
        try {
            KernelLine line = new KernelLine(card, file, card.read(file));
            line.refuseWhatIsOdd();
            return line;
        } catch (NoSuchFileException e) {
            throw new BadInput(file + ": no such file; a Pi does not boot without it");
        } catch (IOException e) {
            throw new BadInput(file + " cannot be read: " + e.getMessage());
        }
    }

    private void refuseWhatIsOdd() {
        String text = text();
        String nothing = "; nothing was changed";
        if (text.startsWith("\ufeff")) {
            throw new BadInput(
                    file
                            + ":1: begins with a byte order mark, which the kernel takes for a part"
                            + " of the first word: save it as plain text, then try again"
                            + nothing);
        }
        if (text.indexOf('\ufffd') >= 0 || text.indexOf('\0') >= 0) {
            throw new BadInput(
                    file
                            + ":1: is damaged (bytes that are no text): put a whole one in its"
                            + " place, then try again"
                            + nothing);
        }
        List<String> lines = text.lines().toList();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                throw new BadInput(
                        file
                                + ":"
                                + (i + 1)
                                + ": a second line (\""
                                + lines.get(i).strip()
                                + "\"), of which the kernel gets nothing: delete it or join it to"
                                + " the first, then try again"
                                + nothing);
            }
        }
        if (word("root=").isEmpty()) {
            throw new BadInput(
                    file + ":1: names no root=, so it is not a Pi's kernel line" + nothing);
        }
    }

    String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        return content.clone();
    }

    /** The first word that begins so. */
    Optional<String> word(String begin) {
        return Arrays.stream(text().strip().split("\\s+"))
                .filter(word -> word.startsWith(begin))
                .findFirst();
    }

    /** Where the line ends: behind its blanks, before CR LF. */
    private int end() {
        int end = 0;
        while (end < content.length && content[end] != '\n' && content[end] != '\r') {
            end++;
        }
        return end;
    }

    /**
     * The words with the blanks before them, one for each byte that ends the file: where the power
     * goes between the text and its new length, the file is the old line and blanks.
     */
    String padded(String words) {
        return " ".repeat(Math.max(1, content.length - end())) + words;
    }

    /**
     * Writes the line with those words at its end, and reads it again.
     *
     * @param padded of {@link #padded}
     * @throws IOException where it cannot be written; what is there then boots as before
     */
    void add(String padded) throws IOException {
        refuseTooLong(padded);
        int end = end();
        byte[] more = padded.getBytes(StandardCharsets.UTF_8);
        byte[] rest = Arrays.copyOfRange(content, end, content.length);
        byte[] wanted = concat(Arrays.copyOf(content, end), more, rest);
        card.over(file, concat(more, rest), end);
        card.mustBe(file, wanted);
    }

    /**
     * @throws BadInput where the line with those words would be longer than what is safe
     */
    void refuseTooLong(String padded) {
        int wanted = content.length + padded.getBytes(StandardCharsets.UTF_8).length;
        if (wanted > MOST_BYTES) {
            throw new BadInput(
                    file
                            + ":1: its "
                            + content.length
                            + " bytes would become "
                            + wanted
                            + ", and "
                            + MOST_BYTES
                            + " are what is safe (a 32-bit kernel takes "
                            + KERNEL_BYTES
                            + ", the Pi's firmware adds up to "
                            + FIRMWARE_BYTES
                            + "): take out words that are not needed; nothing was changed");
        }
    }

    /** As it is without the first of those words. */
    KernelLine without(String words) {
        return new KernelLine(
                card,
                file,
                text().replaceFirst(Pattern.quote(words), "").getBytes(StandardCharsets.UTF_8));
    }

    /** Takes off what {@link #add} has put there; false where it is not there. */
    boolean remove(String padded) throws IOException {
        byte[] words = padded.getBytes(StandardCharsets.UTF_8);
        int at = indexOf(content, words);
        if (at < 0) {
            return false;
        }
        byte[] rest = Arrays.copyOfRange(content, at + words.length, content.length);
        byte[] blanks = new byte[words.length];
        Arrays.fill(blanks, (byte) ' ');
        card.over(file, blanks, at);
        card.over(file, rest, at);
        card.cut(file, at + rest.length);
        return true;
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static int indexOf(byte[] content, byte[] part) {
        for (int at = 0; at + part.length <= content.length; at++) {
            if (Arrays.equals(content, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }
}
