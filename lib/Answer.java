package netfix;

/**
 * The answer to a yes-or-no question about the machine, with its reason in words.
 *
 * @param why completes "yes: …", "no: …", "could not tell: …"
 */
public record Answer(Kind kind, String why) {

    public enum Kind {
        YES,
        NO,
        UNKNOWN
    }

    static Answer yes(String why) {
        return new Answer(Kind.YES, why);
    }

    static Answer no(String why) {
        return new Answer(Kind.NO, why);
    }

    static Answer unknown(String why) {
        return new Answer(Kind.UNKNOWN, why);
    }

    public boolean isYes() {
        return kind == Kind.YES;
    }

    public boolean isNo() {
        return kind == Kind.NO;
    }

    public boolean isUnknown() {
        return kind == Kind.UNKNOWN;
    }
}
