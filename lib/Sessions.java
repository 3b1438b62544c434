package netfix;

import java.time.Duration;
import java.util.ArrayList;
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

    /**
     * Whether somebody who is logged in has typed something lately: a terminal is read when
     * somebody types, and its access time says when that was (w(1) tells idle times by it). A Pi
     * that logs its owner in at boot has a session for ever, and nobody at work. Where it cannot be
     * told somebody is.
     */
    static boolean atWork(Machine machine, Duration lately) {
        if (!onTerminal(machine)) {
            return false;
        }
        List<String> argv = new ArrayList<>(List.of("stat", "-c", "%X", "--"));
        for (String name : machine.list(FOLDER).orElse(List.of())) {
            String tty =
                    name.contains(".")
                            ? ""
                            : value(machine.read(FOLDER + "/" + name).orElse(""), "TTY");
            if (tty.matches("[A-Za-z]\\w*(/\\d+)?")) {
                argv.add("/dev/" + tty);
            }
        }
        // Of SSH, of a desktop's windows, of tmux: logind knows none of them.
        for (String name : machine.list("/dev/pts").orElse(List.of())) {
            if (name.matches("\\d+")) {
                argv.add("/dev/pts/" + name);
            }
        }
        List<Long> typed =
                machine.run(new Command(argv, Command.USUAL_TIMEOUT))
                        .stdout()
                        .lines()
                        .filter(line -> line.matches("-?\\d{1,12}"))
                        .map(Long::valueOf)
                        .toList();
        long now = machine.clock().getEpochSecond();
        return typed.isEmpty() || typed.stream().anyMatch(at -> now - at < lately.toSeconds());
    }

    /** Whether an author, in the words of {@link DaemonEvents}, is somebody who is logged in. */
    static boolean isPerson(String who) {
        return who.matches(
                "(?s).* in (session-\\S+\\.scope|user@\\S+|\\S+\\.desktop\\S*|\\S+ of"
                        + " user\\.slice),.*");
    }

    /**
     * A process of a cgroup (proc_pid_cgroup(5)), for a person. What tmux, screen or a desktop's
     * windows run lies in scopes of many names, all of them in user.slice.
     */
    static String inUnit(String name, String cgroup) {
        String unit = cgroup.substring(cgroup.lastIndexOf('/') + 1);
        if (name.isEmpty() || unit.isEmpty()) {
            return name;
        }
        boolean users = cgroup.contains("/user.slice/") && !unit.startsWith("session-");
        return name + " in " + unit + (users ? " of user.slice" : "");
    }

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
