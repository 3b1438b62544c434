package netfix.lab;

/**
 * Something that the lab cannot do or that a scenario found otherwise; the message is all that a
 * person needs.
 */
final class LabFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LabFailure(String message) {
        super(message);
    }

    LabFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
