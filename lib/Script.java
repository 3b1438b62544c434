package netfix;

import java.util.List;

/**
 * A script that a Pi gets.
 *
 * @param name of its alias, and of its file without the ending
 * @param command the name that the documentation gives it, for /usr/local/bin
 * @param rehearsal arguments of a start that changes nothing and loads what any start loads
 */
record Script(String name, String command, List<String> rehearsal) {

    static final List<Script> ALL =
            List.of(
                    new Script("diagnose", "diagnose-network-failure.sh", List.of("--watch", "0")),
                    new Script("fix", "fix-network-stability.sh", List.of("--dry-run")),
                    new Script("verify", "verify-fixes.sh", List.of()),
                    new Script("monitor", "network-monitor.sh", List.of("--no-repair", "--once")));

    /** Its launcher is its own: it works without netfix, too, and without Java. */
    static final Script BOOTDIAG = new Script("bootdiag", "boot-diagnostic.sh", List.of());

    static final String COMMANDS = "/usr/local/bin";

    /** Where bash-completion(7) looks for what a command takes. */
    static final String COMPLETIONS = "/usr/local/share/bash-completion/completions";

    String completion() {
        return COMPLETIONS + "/" + command;
    }

    /** The place of its launcher. */
    String launcher() {
        return COMMANDS + "/" + command;
    }
}
