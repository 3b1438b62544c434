package netfix;

/**
 * Something of another manager's configuration that NetworkManager would not do.
 *
 * @param id stable, {@code dhcpcd-arping-eth0}: what a person names to accept it
 * @param file where it stands
 * @param line counted from 1, 0 where it is about the whole file
 * @param text the line, secrets taken out
 * @param why it cannot be had, and where there is something else that can, what
 */
public record Loss(String id, String file, int line, String text, String why) {

    public Loss {
        text = Redaction.of(text);
    }

    /** {@code /etc/dhcpcd.conf:12}. */
    public String place() {
        return line > 0 ? file + ":" + line : file;
    }
}
