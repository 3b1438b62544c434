package netfix;

/** A hit of a row of the table. */
public record Finding(FindingRow row, Verdict.Hit hit) {

    public boolean isError() {
        return hit.severity() == Verdict.Severity.ERROR;
    }
}
