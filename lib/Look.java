package netfix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Takes a {@link Snapshot}: every command at once, each with its own time limit, so that one that
 * hangs (nmcli does where D-Bus is dead) costs its own time and not the sum.
 */
public final class Look {

    /** nmcli's exit status where the daemon does not run (nmcli(1), EXIT STATUS). */
    private static final int NM_NOT_RUNNING = 8;

    /**
     * A command's work is done by a daemon, or by itself: more of them than cores only make each
     * other late, and a time limit that counts the queue in finds hangs where there are none.
     */
    private static final int AT_ONCE =
            Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors() + 1));

    /**
     * Those that wait for a daemon, a disk or the network and cost next to nothing meanwhile. Each
     * has a thread of its own: behind a hung D-Bus they would else wait for one time limit after
     * the other.
     */
    private static final Set<String> WAITING =
            Set.of(
                    "nmcli",
                    "networkctl",
                    "systemctl",
                    "journalctl",
                    "busctl",
                    "wpa_cli",
                    "ping",
                    "dhcpcd");

    private static final String LOGS = "/var/log";
    private static final String CLOUD_CONFIG = "/etc/cloud/cloud.cfg.d";

    private final Machine machine;
    private final Progress progress;
    private final ExecutorService pool;
    private final ExecutorService waiting;

    private Look(
            Machine machine, Progress progress, ExecutorService pool, ExecutorService waiting) {
        this.machine = machine;
        this.progress = progress;
        this.pool = pool;
        this.waiting = waiting;
    }

    /** Never fails: what could not be had is unknown, with its reason. */
    public static Snapshot at(Machine machine, Progress progress) {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE, Look::thread);
        ExecutorService waiting = Executors.newCachedThreadPool(Look::thread);
        try {
            return new Look(machine, progress, pool, waiting).take();
        } finally {
            pool.shutdownNow();
            waiting.shutdownNow();
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "look");
        thread.setDaemon(true);
        return thread;
    }

    private CompletableFuture<CommandResult> start(Command command) {
        return CompletableFuture.supplyAsync(
                () -> run(command), WAITING.contains(command.tool()) ? waiting : pool);
    }

    private CommandResult run(Command command) {
        String name = Command.name(command.argv());
        return guarded(
                () -> progress.during(name, () -> machine.run(command)),
                why -> CommandResult.notRun(command, CommandResult.Outcome.NOT_RUN, why));
    }

    /**
     * A reader or parser that trips over what nobody thought of costs its own answer and no other:
     * the report is wanted most where a machine is odd.
     */
    private static <T> T guarded(Supplier<T> work, Function<String, T> otherwise) {
        try {
            return work.get();
        } catch (RuntimeException | StackOverflowError e) {
            return otherwise.apply("a fault of netfix itself: " + e);
        }
    }

    private <T> Reading<T> parsed(Reading<String> output, Function<String, Reading<T>> parser) {
        return guarded(() -> output.flatMap(parser), Reading::unknown);
    }

    /** On a card nothing runs: what only a running system has is absent there, and not unknown. */
    private Reading<String> output(CommandResult result) {
        return machine.runsCommands()
                ? result.output()
                : Reading.absent("nothing runs on a mounted root");
    }

    private <T> CompletableFuture<T> read(
            Function<Machine, T> reader, Function<String, T> otherwise) {
        return CompletableFuture.supplyAsync(
                () -> guarded(() -> reader.apply(machine), otherwise), pool);
    }

    private Snapshot take() {
        var addresses = start(IpAddress.COMMAND);
        var routes4 = start(Route.COMMAND);
        var routes6 = start(Route.COMMAND6);
        CompletableFuture<BootOrders> orders = read(BootOrders::read, why -> BootOrders.NONE);
        CompletableFuture<Reading<Map<String, Unit>>> units =
                CompletableFuture.supplyAsync(
                        () ->
                                guarded(
                                        () ->
                                                units(machine, wifiNames(machine))
                                                        .map(u -> told(u, orders.join())),
                                        Reading::unknown),
                        waiting);
        var devices = start(Nmcli.DEVICES);
        var connections = start(Nmcli.CONNECTIONS);
        var general = start(Nmcli.GENERAL);
        var seen = start(Nmcli.WIFI_LIST);
        var boot = start(Journal.THIS_BOOT);
        var evidence = start(Journal.EVIDENCE);
        var boots = start(Journal.BOOTS);
        var processes = start(Processes.COMMAND);
        var associated = start(Iw.COMMAND);
        var logs = start(Mount.of(LOGS));
        CompletableFuture<Reading<List<Rfkill>>> rfkill = read(Rfkill::read, Reading::unknown);
        CompletableFuture<NmConfig> config = read(NmConfig::read, NmConfig::unknown);
        CompletableFuture<Reading<List<Profile>>> profiles =
                config.thenApplyAsync(
                        c -> guarded(() -> Profiles.read(machine, c), Reading::unknown), pool);
        var networkd = read(Networkd::read, Networkd::unknown);
        var dhcpcd = read(Dhcpcd::read, Dhcpcd::unknown);
        var interfaces = read(Interfaces::read, Interfaces::unknown);
        CompletableFuture<Netplan> netplan = read(Netplan::read, Netplan::unknown);
        CompletableFuture<Reading<Rfkill.Saved>> savedSwitches =
                read(Rfkill::saved, Reading::unknown);
        var host = read(Look::host, why -> unknownHost());

        Reading<List<Route>> routes =
                guarded(() -> both(routes4.join(), routes6.join()), Reading::unknown);
        Map<Snapshot.Gateway, CompletableFuture<CommandResult>> pings = new HashMap<>();
        for (Route route : routes.orElse(List.of())) {
            if (route.isDefault() && !route.gateway().isEmpty()) {
                pings.computeIfAbsent(
                        new Snapshot.Gateway(route.gateway(), route.device()),
                        g -> start(ping(g, route.v6())));
            }
        }
        Reading<List<Link>> links =
                machine.runsCommands()
                        ? parsed(output(addresses.join()), json -> IpAddress.links(machine, json))
                        : Reading.known(assumedLinks());
        Map<String, CompletableFuture<CommandResult>> leases = new HashMap<>();
        for (Link link : links.orElse(List.of())) {
            if (link.physical() && state(units.join(), Manager.DHCPCD).running()) {
                leases.put(link.name(), start(Dhcpcd.dumpLease(link.name())));
            }
        }
        Map<Snapshot.Gateway, CommandResult> pinged = new HashMap<>();
        pings.forEach((gateway, result) -> pinged.put(gateway, result.join()));
        // Asked after the pings, which make the kernel resolve the gateway: many routers drop ICMP,
        // none drops ARP.
        Reading<List<Neighbour>> neighbours =
                parsed(output(run(Neighbour.COMMAND)), Neighbour::parse);

        Snapshot.Premises premises =
                guarded(
                        () -> premises(links.orElse(List.of()), pinged, logs.join(), orders.join()),
                        why -> Snapshot.Premises.NONE);
        Snapshot.Host theHost = host.join();
        Reading<Nmcli.General> now = parsed(nm(general.join(), units.join()), Nmcli::general);
        return new Snapshot(
                theHost,
                links,
                routes,
                neighbours,
                answers(pinged, neighbours.orElse(List.of())),
                units.join(),
                new Snapshot.NetworkManager(
                        now,
                        parsed(nm(devices.join(), units.join()), Nmcli::devices),
                        parsed(nm(connections.join(), units.join()), Nmcli::connections),
                        parsed(nm(seen.join(), units.join()), Nmcli::wifiList),
                        profiles.join(),
                        config.join()
                                .forVersion(now.value().map(Nmcli.General::version).orElse("")),
                        guarded(
                                () -> ini("/var/lib/NetworkManager/NetworkManager.state"),
                                Reading::unknown),
                        guarded(this::autoDefaultDeleted, Reading::unknown)),
                networkd.join(),
                dhcpcd.join().with(dumped(leases)),
                interfaces.join(),
                machine.read("/run/network/ifstate")
                        .map(text -> text.lines().map(String::strip).toList()),
                guarded(this::wifiConfs, why -> Map.of()),
                guarded(this::supplicantHook, why -> false),
                guarded(() -> Processes.of(processes.join()), Reading::unknown),
                switches(rfkill.join()),
                savedSwitches.join(),
                parsed(output(associated.join()), text -> Reading.known(Iw.networks(text))),
                guarded(
                        () -> journal(theHost, boot.join(), evidence.join(), boots.join()),
                        Reading::unknown),
                guarded(this::dns, why -> new Snapshot.Dns(Reading.unknown(why), "")),
                netplan.join(),
                premises);
    }

    /** What costs a command is asked only where something is amiss. */
    private Snapshot.Premises premises(
            List<Link> links,
            Map<Snapshot.Gateway, CommandResult> pinged,
            CommandResult logs,
            BootOrders orders) {
        List<Mount> mounts = new ArrayList<>(Mount.parse(logs.stdout()));
        if (!mounts.isEmpty() && !mounts.get(0).target().equals("/")) {
            mounts.addAll(0, Mount.parse(run(Mount.of("/")).stdout()));
        }
        boolean amiss = links.stream().anyMatch(l -> HostFaults.hasBroadcom(l) && !l.hasCarrier());
        Map<String, String> drowsy = new TreeMap<>();
        pinged.forEach(
                (gateway, result) -> {
                    Optional<String> late = late(result);
                    boolean wifi =
                            links.stream()
                                    .anyMatch(
                                            l ->
                                                    l.name().equals(gateway.device())
                                                            && l.kind() == Link.Kind.WIFI);
                    if (wifi
                            && late.isPresent()
                            && run(Iw.powerSave(gateway.device())).stdout().contains("save: on")) {
                        drowsy.put(gateway.device(), late.get());
                    }
                });
        return new Snapshot.Premises(
                mounts,
                amiss ? Journal.parse(run(Journal.FIRMWARE).stdout()) : List.of(),
                drowsy,
                cloudInit(),
                // Whether it is there, and nothing of what is in it.
                Stream.of("/boot/firmware/", "/boot/")
                        .map(folder -> folder + SdCard.KEY)
                        .filter(key -> machine.stat(key).value().isPresent())
                        .toList(),
                orders);
    }

    /** The line of ping's that tells of a round trip of a tenth of a second or more. */
    private static Optional<String> late(CommandResult ping) {
        return ping.stdout()
                .lines()
                .filter(
                        line -> {
                            int from = line.indexOf(" time=") + " time=".length();
                            int end = from;
                            while (end < line.length() && Character.isDigit(line.charAt(end))) {
                                end++;
                            }
                            return line.contains(" time=") && end - from > 2;
                        })
                .findFirst();
    }

    /** Written at a boot of cloud-init's, where nothing forbids it. */
    private Optional<String> cloudInit() {
        String folder = "/etc/netplan";
        String file = "50-cloud-init.yaml";
        boolean there =
                machine.list(folder).orElse(List.of()).contains(file)
                        && machine.read(folder + "/" + file).orElse("").contains("wifis:");
        if (!there || machine.list("/etc/cloud").orElse(List.of()).isEmpty()) {
            return Optional.empty();
        }
        boolean off =
                machine.list("/etc/cloud").orElse(List.of()).contains("cloud-init.disabled")
                        || machine.list(CLOUD_CONFIG).orElse(List.of()).stream()
                                .filter(name -> name.endsWith(".cfg"))
                                .map(name -> machine.read(CLOUD_CONFIG + "/" + name).orElse(""))
                                .anyMatch(
                                        text ->
                                                text.contains("network:")
                                                        && text.contains("config: disabled"));
        return off ? Optional.empty() : Optional.of(folder + "/" + file);
    }

    /** A capture from before netfix read /sys/class/rfkill holds what the tool said. */
    private Reading<List<Rfkill>> switches(Reading<List<Rfkill>> read) {
        return machine.runsCommands() && read.whyUnknown().isPresent()
                ? parsed(output(run(Rfkill.COMMAND)), Rfkill::parse)
                : read;
    }

    /**
     * A card in a laptop does not tell what is soldered to its board; a Pi has these two, under
     * these names mostly.
     */
    private static List<Link> assumedLinks() {
        return List.of(assumed(2, "eth0", Link.Kind.WIRED), assumed(3, "wlan0", Link.Kind.WIFI));
    }

    private static Link assumed(int index, String name, Link.Kind kind) {
        return new Link(
                index,
                name,
                kind,
                "",
                Set.of(),
                "UNKNOWN",
                java.util.Optional.empty(),
                "",
                "",
                List.of());
    }

    private static List<String> wifiNames(Machine machine) {
        if (!machine.runsCommands()) {
            return List.of("wlan0");
        }
        List<String> names = new ArrayList<>();
        for (String name : machine.list("/sys/class/net").orElse(List.of())) {
            if (machine.list("/sys/class/net/" + name).orElse(List.of()).contains("phy80211")) {
                names.add(name);
            }
        }
        return names;
    }

    private Reading<Map<String, Unit>> units(Machine machine, List<String> wifi) {
        Set<String> names = new LinkedHashSet<>(Manager.allUnits());
        List<String> started = machine.list(Ground.STARTED).orElse(List.of());
        for (String name : wifi) {
            String usual = "wpa_supplicant@" + name + ".service";
            // The other one is rare, and older captures have not asked.
            Unit.supplicants(name).keySet().stream()
                    .filter(unit -> unit.equals(usual) || started.contains(unit))
                    .forEach(names::add);
            names.add("netplan-wpa-" + name + ".service");
        }
        if (!machine.runsCommands()) {
            return Reading.known(UnitFiles.of(machine, List.copyOf(names)));
        }
        return run(Unit.show(List.copyOf(names)))
                .output()
                .map(Unit::parse)
                .flatMap(
                        units ->
                                names.stream().anyMatch(units::containsKey)
                                        ? Reading.known(units)
                                        : Reading.<Map<String, Unit>>unknown(
                                                "systemctl show did not say what was asked"))
                .map(this::atBoot);
    }

    private static Map<String, Unit> told(Map<String, Unit> units, BootOrders orders) {
        if (orders.masks().isEmpty()) {
            return units;
        }
        Map<String, Unit> all = new TreeMap<>(units);
        all.replaceAll((name, unit) -> orders.told(unit));
        return all;
    }

    /**
     * A mask or an enablement in /run hides what lies on disk, and the next boot knows only that.
     */
    private Map<String, Unit> atBoot(Map<String, Unit> units) {
        List<String> runtime =
                units.entrySet().stream()
                        .filter(e -> e.getValue().file().endsWith("-runtime"))
                        .map(Map.Entry::getKey)
                        .toList();
        if (runtime.isEmpty()) {
            return units;
        }
        Map<String, Unit> disk = UnitFiles.of(machine, runtime);
        Map<String, Unit> all = new TreeMap<>(units);
        runtime.forEach(
                name -> all.put(name, units.get(name).withFileAtBoot(disk.get(name).file())));
        return all;
    }

    /**
     * Ends with the first answer; else after nine seconds, when the kernel has given up on a
     * neighbour too.
     */
    private static Command ping(Snapshot.Gateway gateway, boolean v6) {
        return Command.of(
                "ping",
                v6 ? "-6" : "-4",
                "-n",
                "-c",
                "1",
                "-w",
                "9",
                "-I",
                gateway.device(),
                gateway.address());
    }

    private static Map<Snapshot.Gateway, Boolean> answers(
            Map<Snapshot.Gateway, CommandResult> pinged, List<Neighbour> neighbours) {
        Map<Snapshot.Gateway, Boolean> answers = new HashMap<>();
        pinged.forEach(
                (gateway, result) -> {
                    boolean resolved =
                            neighbours.stream()
                                    .anyMatch(
                                            n ->
                                                    n.address().equals(gateway.address())
                                                            && n.device().equals(gateway.device())
                                                            && n.answers());
                    boolean asked = result.outcome() == CommandResult.Outcome.EXITED;
                    if (asked || resolved) {
                        answers.put(gateway, resolved || result.ok());
                    }
                });
        return Map.copyOf(answers);
    }

    private Reading<List<Route>> both(CommandResult v4, CommandResult v6) {
        Reading<List<Route>> first = output(v4).flatMap(text -> Route.parse(text, false));
        // Without IPv6 in the kernel the second call fails; that is no reason to know nothing.
        List<Route> second = output(v6).flatMap(text -> Route.parse(text, true)).orElse(List.of());
        return first.map(
                routes -> {
                    List<Route> all = new ArrayList<>(routes);
                    all.addAll(second);
                    return List.copyOf(all);
                });
    }

    /**
     * Without nmcli, or with a D-Bus that is dead, its unit still tells that there is no daemon.
     */
    private Reading<String> nm(CommandResult result, Reading<Map<String, Unit>> units) {
        Unit daemon = state(units, Manager.NETWORKMANAGER);
        if (result.outcome() == CommandResult.Outcome.NO_SUCH_TOOL && !daemon.exists()) {
            return units.whyUnknown()
                    .map(why -> Reading.<String>unknown(result.failure() + "; " + why))
                    .orElse(Reading.absent("NetworkManager is not installed"));
        }
        boolean ended =
                daemon.exists() && (List.of("inactive", "failed").contains(daemon.active()));
        boolean none =
                result.outcome() == CommandResult.Outcome.EXITED && result.exit() == NM_NOT_RUNNING;
        return none || ended && !result.ok()
                ? Reading.absent("NetworkManager is not running")
                : output(result);
    }

    private static Unit state(Reading<Map<String, Unit>> units, Manager manager) {
        return units.value()
                .map(all -> all.get(manager.unit()))
                .orElse(Unit.missing(manager.unit()));
    }

    private Map<String, Reading<Dhcpcd.Lease>> dumped(
            Map<String, CompletableFuture<CommandResult>> leases) {
        Map<String, Reading<Dhcpcd.Lease>> all = new HashMap<>();
        leases.forEach(
                (name, result) -> {
                    CommandResult dump = result.join();
                    boolean none =
                            dump.outcome() == CommandResult.Outcome.EXITED
                                    && dump.exit() == 1
                                    && !dump.stderr().contains("ermission");
                    all.put(
                            name,
                            none
                                    ? Reading.absent("dhcpcd has no lease for " + name)
                                    : parsed(output(dump), Dhcpcd.Lease::parse));
                });
        return all;
    }

    private Reading<IniFile> ini(String file) {
        return machine.read(file).map(text -> IniFile.keyfile(file, text));
    }

    /** {@code [main] no-auto-default.devices=} in newer, one MAC a line in older versions. */
    private Reading<List<String>> autoDefaultDeleted() {
        return machine.read("/var/lib/NetworkManager/no-auto-default.state")
                .map(
                        text -> {
                            List<String> macs = new ArrayList<>();
                            java.util.regex.Matcher m =
                                    java.util.regex.Pattern.compile(
                                                    "(?i)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
                                            .matcher(text);
                            while (m.find()) {
                                macs.add(m.group().toLowerCase(java.util.Locale.ROOT));
                            }
                            return List.copyOf(macs);
                        });
    }

    private Map<String, List<String>> wifiConfs() {
        Map<String, List<String>> confs = new TreeMap<>();
        String folder = "/etc/wpa_supplicant";
        for (String name : machine.list(folder).orElse(List.of())) {
            if (name.endsWith(".conf")) {
                machine.read(folder + "/" + name)
                        .value()
                        .ifPresent(
                                text ->
                                        confs.put(
                                                folder + "/" + name,
                                                WpaSupplicantConf.enabledNetworks(text)));
            }
        }
        return confs;
    }

    /**
     * Raspberry Pi OS Bullseye has dhcpcd start the supplicant from its hook; Debian ships the hook
     * as an example only.
     */
    private boolean supplicantHook() {
        return List.of(
                        "/lib/dhcpcd/dhcpcd-hooks",
                        "/usr/lib/dhcpcd/dhcpcd-hooks",
                        "/usr/libexec/dhcpcd-hooks")
                .stream()
                .map(folder -> machine.list(folder).orElse(List.of()))
                .flatMap(Collection::stream)
                .anyMatch(name -> name.equals("10-wpa_supplicant"));
    }

    private Reading<Journal> journal(
            Snapshot.Host host, CommandResult boot, CommandResult evidence, CommandResult boots) {
        Reading<String> lines = output(boot);
        // --grep without a hit exits 1 and says nothing.
        boolean noHit =
                evidence.outcome() == CommandResult.Outcome.EXITED
                        && evidence.exit() == 1
                        && evidence.stderr().isBlank();
        if (lines.orElse("").isBlank()
                && evidence.stdout().isBlank()
                && !host.root()
                && host.live()) {
            return Reading.unknown("not allowed to read the journal");
        }
        if (lines.isAbsent()) {
            return Reading.absent("nothing runs on a mounted root");
        }
        boolean ok = evidence.ok() || noHit;
        if (!boot.ok() && !ok) {
            return Reading.unknown(boot.failure());
        }
        // What came before a time limit is as true as the rest.
        List<Journal.Line> all = new ArrayList<>(Journal.parse(boot.stdout()));
        all.addAll(Journal.parse(evidence.stdout()));
        String gap = !boot.ok() ? boot.failure() : ok ? "" : evidence.failure();
        Reading<Integer> count =
                output(boots).map(text -> (int) text.lines().filter(l -> !l.isBlank()).count());
        String id = machine.read("/proc/sys/kernel/random/boot_id").orElse("");
        return Reading.known(new Journal(all, count, id.strip().replace("-", ""), gap));
    }

    private Snapshot.Dns dns() {
        String file = "/etc/resolv.conf";
        return new Snapshot.Dns(
                machine.read(file)
                        .map(
                                text ->
                                        text.lines()
                                                .map(String::strip)
                                                .filter(line -> line.startsWith("nameserver"))
                                                .map(
                                                        line ->
                                                                line.substring(
                                                                                "nameserver"
                                                                                        .length())
                                                                        .strip())
                                                .toList()),
                machine.stat(file).value().map(FileStat::target).orElse(""));
    }

    private Snapshot.Host unknownHost() {
        return new Snapshot.Host(
                machine.describe(), machine.runsCommands(), false, machine.clock(), "", "");
    }

    /** Whether this process has root's rights; on a card there is nothing to be allowed. */
    static boolean isRoot(Machine machine) {
        String status = machine.read("/proc/self/status").orElse("");
        return !machine.runsCommands()
                || status.lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
    }

    private static Snapshot.Host host(Machine machine) {
        boolean root = isRoot(machine);
        String name =
                machine.read(machine.runsCommands() ? "/proc/sys/kernel/hostname" : "/etc/hostname")
                        .orElse("")
                        .strip();
        String os =
                machine.read("/etc/os-release")
                        .orElse("")
                        .lines()
                        .filter(line -> line.startsWith("PRETTY_NAME="))
                        .map(line -> line.substring(12).replace("\"", ""))
                        .findFirst()
                        .orElse("");
        return new Snapshot.Host(
                machine.describe(), machine.runsCommands(), root, machine.clock(), name, os);
    }
}
