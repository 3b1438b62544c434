package netfix;

import java.util.List;

/**
 * Whether somebody is logged in on a terminal: a console, an SSH session with a shell, a desktop.
 * Read from what systemd-logind keeps of its sessions, without a process; its text is private to
 * systemd, but its keys have not changed from 247 to 257 (session_save in
 * src/login/logind-session.c).
 */
final class Sessions {

    private static final String FOLDER = "/run/systemd/sessions";

    private Sessions() {}

    static boolean onTerminal(Machine machine) {
        for (String name : machine.list(FOLDER).orElse(List.of())) {
            // Beside each session lies a pipe, NAME.ref.
            if (!name.contains(".")
                    && isTerminal(machine, machine.read(FOLDER + "/" + name).orElse(""))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTerminal(Machine machine, String session) {
        String type = value(session, "TYPE");
        if (!value(session, "CLASS").equals("user")
                || value(session, "STATE").equals("closing")
                || type.equals("unspecified")) {
            return false;
        }
        if (!type.equals("tty") || !value(session, "TTY").isEmpty()) {
            return true;
        }
        // sshd says "ssh" for a terminal, before it has one, and so for a command without one, too.
        String group =
                "/sys/fs/cgroup/user.slice/user-"
                        + value(session, "UID")
                        + ".slice/"
                        + value(session, "SCOPE")
                        + "/cgroup.procs";
        return machine.read(group).orElse("").lines().anyMatch(pid -> hasTerminal(machine, pid));
    }

    /** The seventh field of proc_pid_stat(5); the second one may hold blanks and brackets. */
    private static boolean hasTerminal(Machine machine, String pid) {
        if (!pid.matches("\\d{1,9}")) {
            return false;
        }
        String stat = machine.read("/proc/" + pid + "/stat").orElse("");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return fields.length > 4 && !fields[4].equals("0");
    }

    private static String value(String session, String key) {
        return session.lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElse("");
    }
}
