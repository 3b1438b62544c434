package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A user of the machine, as passwd(5) has it. */
record Account(String name, int uid, int gid, String home) {

    /**
     * Root, and who called sudo: those who will start netfix by its catalog.
     *
     * @param environment in which sudo leaves the caller's id (sudo(8), SUDO_UID)
     */
    static List<Account> concerned(Machine machine, Map<String, String> environment) {
        List<Account> accounts = new ArrayList<>();
        of(machine, 0).ifPresent(accounts::add);
        String caller = environment.getOrDefault("SUDO_UID", "0");
        if (machine.runsCommands() && caller.matches("[1-9]\\d{0,8}")) {
            of(machine, Integer.parseInt(caller)).ifPresent(accounts::add);
        }
        return accounts.stream()
                .filter(account -> machine.list(account.home()).value().isPresent())
                .toList();
    }

    /** Not only from the file: a user may be kept in a directory service. */
    private static Optional<Account> of(Machine machine, int uid) {
        Optional<Account> local = find(machine.read("/etc/passwd").orElse(""), uid);
        return local.isPresent() || !machine.runsCommands()
                ? local
                : find(
                        machine.run(Command.of("getent", "passwd", String.valueOf(uid))).stdout(),
                        uid);
    }

    private static Optional<Account> find(String passwd, int uid) {
        return passwd.lines()
                .map(line -> line.split(":"))
                .filter(f -> f.length > 5 && f[2].equals(String.valueOf(uid)))
                .filter(f -> f[3].matches("\\d{1,9}") && f[5].startsWith("/"))
                .map(f -> new Account(f[0], uid, Integer.parseInt(f[3]), f[5]))
                .findFirst();
    }
}
