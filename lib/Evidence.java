package netfix;

/**
 * How a finding knows.
 *
 * @param what the line or value, as it was found; may hold anybody's bytes, so it is escaped where
 *     it is shown
 * @param source where it was found: a file and line, a command, a unit of the journal with its time
 */
public record Evidence(String what, String source) {

    static Evidence of(IniFile.Entry entry) {
        return new Evidence(entry.key() + "=" + entry.value(), entry.place());
    }

    static Evidence of(Journal.Line line) {
        return new Evidence(
                Redaction.of(line.message()),
                line.source() + " " + line.at().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }

    static Evidence of(Unit unit) {
        return new Evidence(
                unit.name()
                        + ": "
                        + unit.active()
                        + " ("
                        + unit.sub()
                        + "), "
                        + (unit.file().isEmpty() ? unit.load() : unit.file()),
                "systemctl show");
    }
}
