package netfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who is connected over SSH. Somebody who can still be heard after a fix is proof that the Pi can
 * be reached, and the one that matters most to whom it is typed by.
 */
final class SshClients {

    /**
     * ss(8): with a state filter the state's column is left out, so that a line is the two queues,
     * the local end and the peer's.
     */
    static final Command COMMAND =
            Command.of("ss", "-tnH", "state", "established", "( sport = :22 )");

    // 192.168.1.2:22, [2001:db8::2]:22, [::ffff:192.168.1.2]:22, [fe80::2%eth0]:22,
    // [fe80::2]%eth0:22
    private static final Pattern END =
            Pattern.compile(
                    "\\[?(?:::ffff:(?=\\d+\\.))?([0-9a-fA-F:.]+?)(%[^\\]:]+)?]?(%\\S+)?:\\d+");

    /**
     * @param local the address that it reaches this machine under
     */
    record Client(String local, String peer) {}

    private SshClients() {}

    /**
     * @param ss what {@link #COMMAND} printed
     * @param sshConnection the environment's SSH_CONNECTION (ssh(1)), for an sshd on another port;
     *     empty where there is none
     */
    static List<Client> parse(String ss, String sshConnection) {
        Set<Client> clients = new LinkedHashSet<>();
        for (String line : ss.split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 4) {
                Optional<String> local = address(words[2]);
                Optional<String> peer = address(words[3]);
                if (local.isPresent() && peer.isPresent()) {
                    clients.add(new Client(local.get(), peer.get()));
                }
            }
        }
        String[] own = sshConnection.strip().split(" ");
        if (own.length == 4) {
            Optional<String> peer = address(own[0] + ":0");
            Optional<String> local = address(own[2] + ":0");
            if (local.isPresent() && peer.isPresent()) {
                clients.add(new Client(local.get(), peer.get()));
            }
        }
        return new ArrayList<>(clients);
    }

    private static Optional<String> address(String end) {
        Matcher m = END.matcher(end);
        return m.matches() ? Optional.of(m.group(1)) : Optional.empty();
    }
}
