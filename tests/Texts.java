package netfix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A machine of texts: files and the outputs of commands as they were seen somewhere. What was not
 * given is not there; a command that was not given is not installed.
 */
final class Texts implements Machine {

    /** What systemctl show says of NetworkManager where all is well. */
    static final String NETWORKMANAGER_UNIT =
            """
            Id=NetworkManager.service
            Names=NetworkManager.service
            LoadState=loaded
            ActiveState=active
            SubState=running
            Result=success
            UnitFileState=enabled
            FragmentPath=/lib/systemd/system/NetworkManager.service
            MainPID=359
            """;

    private final Map<String, Reading<String>> files = new TreeMap<>();
    private final Map<String, String> links = new TreeMap<>();
    private final Map<String, CommandResult> commands = new TreeMap<>();
    private final boolean live;

    private Texts(boolean live) {
        this.live = live;
    }

    /** A mounted card. */
    static Texts card() {
        return new Texts(false);
    }

    /** A running machine, seen by root. */
    static Texts live() {
        return new Texts(true).file("/proc/self/status", "Uid:\t0\t0\t0\t0\n");
    }

    Texts file(String path, String... lines) {
        files.put(path, Reading.known(String.join("\n", lines) + "\n"));
        return this;
    }

    Texts unreadable(String path) {
        files.put(path, Reading.unknown("not allowed to read " + path));
        return this;
    }

    Texts link(String path, String target) {
        links.put(path, target);
        return this;
    }

    Texts output(Command command, String... lines) {
        return ends(command, 0, String.join("\n", lines) + "\n", "");
    }

    /** Whatever the tool is asked. */
    Texts says(String tool, String... lines) {
        Command any = Command.of(tool);
        return ends(any, 0, String.join("\n", lines) + "\n", "");
    }

    Texts ends(Command command, int exit, String stdout, String stderr) {
        commands.put(command.shown(), CommandResult.exited(command, exit, stdout, stderr));
        return this;
    }

    Texts hangs(Command command, String stdout) {
        commands.put(
                command.shown(),
                new CommandResult(command.argv(), CommandResult.Outcome.TIMED_OUT, -1, stdout, ""));
        return this;
    }

    /** NetworkManager, installed and enabled. */
    Texts networkManager() {
        return file("/usr/lib/systemd/system/NetworkManager.service", "[Unit]")
                .link(
                        "/etc/systemd/system/multi-user.target.wants/NetworkManager.service",
                        "/usr/lib/systemd/system/NetworkManager.service");
    }

    Texts profile(String name, String... lines) {
        return file("/etc/NetworkManager/system-connections/" + name, lines);
    }

    Diagnosis diagnosis() {
        return Diagnosis.of(Look.at(this, Progress.silent()));
    }

    /** Whether the interface will be reachable after the next boot. */
    Answer afterBoot(String name) {
        Snapshot snapshot = Look.at(this, Progress.silent());
        return snapshot.links().orElse(List.of()).stream()
                .filter(l -> l.name().equals(name))
                .map(l -> BootForecast.of(snapshot, l))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public CommandResult run(Command command) {
        CommandResult none =
                CommandResult.notRun(
                        command,
                        live ? CommandResult.Outcome.NO_SUCH_TOOL : CommandResult.Outcome.NOT_RUN,
                        "not installed");
        return commands.getOrDefault(command.shown(), commands.getOrDefault(command.tool(), none));
    }

    @Override
    public Reading<String> read(String path) {
        return files.getOrDefault(path, Reading.absent("no " + path));
    }

    @Override
    public Reading<List<String>> list(String folder) {
        TreeSet<String> names = new TreeSet<>();
        List<String> all = new ArrayList<>(files.keySet());
        all.addAll(links.keySet());
        for (String path : all) {
            if (path.startsWith(folder + "/")) {
                names.add(path.substring(folder.length() + 1).replaceFirst("/.*", ""));
            }
        }
        return names.isEmpty() ? Reading.absent("no " + folder) : Reading.known(List.copyOf(names));
    }

    @Override
    public Reading<FileStat> stat(String path) {
        if (links.containsKey(path)) {
            return Reading.known(new FileStat(FileStat.Kind.LINK, 0777, 0, 0, 9, links.get(path)));
        }
        if (files.containsKey(path)) {
            int size = files.get(path).orElse("x").length();
            return Reading.known(new FileStat(FileStat.Kind.FILE, 0600, 0, 0, size, ""));
        }
        return list(path).map(names -> new FileStat(FileStat.Kind.FOLDER, 0755, 0, 0, 0, ""));
    }

    @Override
    public boolean runsCommands() {
        return live;
    }

    @Override
    public Instant clock() {
        return Instant.EPOCH;
    }

    @Override
    public String describe() {
        return "a machine of texts";
    }
}
