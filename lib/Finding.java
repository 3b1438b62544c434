package netfix;

/** A hit of a row of the table. */
public record Finding(FindingRow row, Verdict.Hit hit) {

    public boolean isError() {
        return hit.severity() == Verdict.Severity.ERROR;
    }

    /** On evidence alone: where no line of btwifiset is there, it was somebody else. */
    FindingRow.Cause cause() {
        boolean phone =
                row.phones()
                        && hit.evidence().stream()
                                .anyMatch(e -> e.source().startsWith("btwifiset"));
        return phone ? FindingRow.Cause.BTBERRYWIFI : row.cause();
    }

    /** The same fault of the same thing, whatever has changed in what proves it. */
    boolean isSameAs(Finding other) {
        return row.code().equals(other.row.code()) && hit.subject().equals(other.hit.subject());
    }
}
