package netfix;

/** A hit of a row of the table. */
public record Finding(FindingRow row, Verdict.Hit hit) {

    public boolean isError() {
        return hit.severity() == Verdict.Severity.ERROR;
    }

    /** The same fault of the same thing, whatever has changed in what proves it. */
    boolean isSameAs(Finding other) {
        return row.code().equals(other.row.code()) && hit.subject().equals(other.hit.subject());
    }
}
