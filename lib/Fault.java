package netfix;

/**
 * Something wrong now that monitor answers for: a finding that its ladder knows, or one of its own.
 *
 * @param code a finding's, or monitor's own
 * @param subject the interface, or {@link FindingRow#MACHINE}
 * @param text one sentence; holds anybody's bytes
 */
record Fault(String code, String subject, String text) {

    /**
     * The same fault whatever has changed in what proves it; why an interface is not connected may
     * be seen only when it has been tried again.
     */
    String key() {
        return (code.equals(Faults.NO_LEASE) ? Faults.NOT_CONNECTED : code) + " " + subject;
    }

    boolean ofMachine() {
        return subject.equals(FindingRow.MACHINE);
    }
}
