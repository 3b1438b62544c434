package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What {@code install} has put on this machine, as it is noted in {@link #FILE}: one line a thing,
 * its kind, a word about it, and its path.
 */
record Installed(List<Piece> pieces) {

    static final String FILE = Installation.FOLDER + "/INSTALLED";

    static final String WHATEVER = "-";

    enum Kind {
        /** A file of ours; the word is the sha256 of what we wrote, or {@link #WHATEVER}. */
        FILE,
        /**
         * What a file of ours was before an install that has begun and not ended; the word is its
         * sha256. Until the end either is what we wrote, and neither is anybody's edit.
         */
        WAS,
        /** A symbolic link of ours; the word is its target. */
        LINK,
        /** A folder that was not there. */
        FOLDER,
        /** Somebody's file that was in the way; the word is where it is kept. */
        KEPT,
        /**
         * A user's catalog; the word is the file that keeps the text before, for root's eyes alone,
         * or - where there was none. (It was the text itself once, in base64.)
         */
        CATALOG
    }

    record Piece(Kind kind, String word, String path) {
        /** Of a catalog. */
        Optional<String> before(Machine machine) {
            if (word.startsWith("/")) {
                return machine.read(word).value();
            }
            return word.equals("-")
                    ? Optional.empty()
                    : Optional.of(
                            new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8));
        }
    }

    /** Absent where nothing was installed. */
    static Reading<Installed> on(Machine machine) {
        return machine.read(FILE).map(Installed::parse);
    }

    private static Installed parse(String text) {
        List<Piece> pieces = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 3);
            try {
                pieces.add(new Piece(Kind.valueOf(words[0]), words[1], words[2]));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new BadInput(
                        FILE
                                + " has a line that netfix did not write: '"
                                + line
                                + "'; restore it, or remove "
                                + Installation.FOLDER
                                + " by hand");
            }
        }
        return new Installed(List.copyOf(pieces));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            text.append(piece.kind())
                    .append(' ')
                    .append(piece.word())
                    .append(' ')
                    .append(piece.path())
                    .append('\n');
        }
        return text.toString();
    }

    List<Piece> of(Kind kind) {
        return pieces.stream().filter(piece -> piece.kind() == kind).toList();
    }

    /** Whether that is what we wrote there, by the end of the last install or before it. */
    boolean wrote(String path, String hash) {
        return pieces.stream()
                .filter(piece -> piece.kind() == Kind.FILE || piece.kind() == Kind.WAS)
                .anyMatch(piece -> piece.path().equals(path) && piece.word().equals(hash));
    }

    Optional<Piece> at(Kind kind, String path) {
        return of(kind).stream().filter(piece -> piece.path().equals(path)).findFirst();
    }
}
