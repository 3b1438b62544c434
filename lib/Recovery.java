package netfix;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The documentation's emergency commands, for a Pi that is reached over a serial console: what runs
 * now is brought back, all of monitor's ladder at once. Of the disk only that is changed without
 * which NetworkManager does not start or has nothing to start with: a mask on it, a file that it
 * cannot read, a profile that is gone and that monitor has kept, what is missing of a confirmed
 * fix. Each is tried, whatever becomes of the others; fix undo brings back what was there before.
 */
public final class Recovery {

    private static final String DBUS = "dbus.service";
    private static final Pattern WIRED = Pattern.compile("(?m)^type=(ethernet|802-3-ethernet)$");
    private static final String DBUS_SOCKET = "dbus.socket";

    private final Scene scene;
    private final Kept kept;
    private final List<Plan.Step> steps = new ArrayList<>();

    /**
     * What no look at the network tells.
     *
     * @param copies of profiles that worked here
     * @param confirmed whether a fix is, so that what is missing of it can come back
     */
    record Kept(List<KnownGood.Copy> copies, boolean confirmed, boolean busDead) {}

    private Recovery(Scene scene, Kept kept) {
        this.scene = scene;
        this.kept = kept;
    }

    /**
     * Of a machine, with the profiles that monitor has kept there.
     *
     * @param root where its files lie
     */
    public static Plan here(Machine machine, Path root, Scene scene) {
        String bus = machine.run(Command.of("systemctl", "is-active", DBUS)).stdout().strip();
        return plan(
                scene,
                new Kept(
                        new MonitorFiles(root).copies(),
                        Transaction.state(machine).name().equals("confirmed"),
                        List.of("inactive", "failed").contains(bus)));
    }

    static Plan plan(Scene scene, Kept kept) {
        Recovery recovery = new Recovery(scene, kept);
        recovery.build();
        List<ForeignOwners.Owned> respected = new ArrayList<>(scene.foreign().all());
        recovery.otherManager().ifPresent(respected::add);
        return new Plan(
                List.of(), List.copyOf(recovery.steps), respected, List.of(), List.of(), false);
    }

    private void build() {
        Snapshot snapshot = scene.snapshot();
        if (kept.busDead()) {
            // Without it NetworkManager neither starts nor answers; systemctl does, as root.
            run(List.of("systemctl", "start", DBUS_SOCKET), List.of());
            run(List.of("systemctl", "start", DBUS), List.of());
        }
        List<Link> links =
                snapshot.physical().stream().filter(l -> !scene.foreign().owns(l)).toList();
        for (Link link : links) {
            if (!link.up()) {
                run(List.of("ip", "link", "set", link.name(), "up"), List.of());
            }
        }
        if (!scene.networkManagerInstalled()) {
            return;
        }
        if (otherManager().isPresent()) {
            // The fix takes over from it, properly.
            return;
        }
        for (Link link : scene.wifi()) {
            if (scene.foreign().owns(link)) {
                continue;
            }
            if (snapshot.processes().orElse(List.of()).stream()
                    .anyMatch(
                            p ->
                                    p.program().equals("wpa_supplicant")
                                            && p.option("-i")
                                                    .filter(i -> i.equals(link.name()))
                                                    .isPresent())) {
                add(new Change.StraySupplicants(link.name()));
            }
        }
        if (snapshot.unit(Manager.DHCPCD.unit()).running()
                && !scene.foreign().serving().containsKey(Manager.DHCPCD)) {
            add(new Change.UnitJob("stop", Manager.DHCPCD.unit(), "start", ""));
        }
        strayClients();
        boolean noSupplicant = noSupplicant();
        List<String> masks = new ArrayList<>(scene.ground().masks(Scene.NETWORKMANAGER));
        if (noSupplicant) {
            masks.addAll(scene.ground().masks(Faults.SUPPLICANT));
        }
        if (!masks.isEmpty()) {
            masks.forEach(mask -> add(new Change.Remove(mask, "unmask it")));
            add(new Change.ReloadUnits());
        }
        if (noSupplicant) {
            boolean runs = snapshot.unit(Faults.SUPPLICANT).running();
            add(new Change.UnitJob("restart", Faults.SUPPLICANT, runs ? "" : "stop", ""));
        }
        setAside();
        links.forEach(this::restore);
        if (kept.confirmed()) {
            run(Transaction.AGAIN, List.of(), "puts back what is missing of the confirmed fix");
        }
        unblock();
        add(
                new Change.UnitJob(
                        "restart",
                        Scene.NETWORKMANAGER,
                        scene.networkManagerRuns() ? "" : "stop",
                        ""));
        Switches.on(snapshot, true).forEach(this::add);
        for (Link link : links) {
            if (snapshot.nm().device(link).map(d -> !d.managed()).orElse(false)) {
                run(Nmcli.managed(link.name(), true), List.of());
            }
        }
    }

    /**
     * The manager that this Pi has, where that is not NetworkManager. One that only runs beside an
     * enabled NetworkManager, somebody has started by hand, and the next boot would be
     * NetworkManager's; where both are enabled, the one with which something works.
     */
    private Optional<ForeignOwners.Owned> otherManager() {
        Snapshot snapshot = scene.snapshot();
        Unit networkManager = snapshot.unit(Scene.NETWORKMANAGER);
        boolean nothingWorks = Reach.ofAll(snapshot).isNo();
        if (networkManager.running() || networkManager.enabled() && nothingWorks) {
            return Optional.empty();
        }
        return List.of(Manager.DHCPCD, Manager.NETWORKD).stream()
                .filter(
                        m ->
                                snapshot.unit(m.unit()).running()
                                        && (snapshot.unit(m.unit()).enabled()
                                                || !networkManager.enabled()
                                                || snapshot.startedByNetplan(m)))
                .findFirst()
                .map(
                        m ->
                                new ForeignOwners.Owned(
                                        m.toString(),
                                        "the network",
                                        m.unit() + " runs, NetworkManager does not" + " run"));
    }

    /** NetworkManager asks for addresses itself. */
    private void strayClients() {
        for (Processes.Process p : Faults.strayClients(scene.snapshot())) {
            run(
                    List.of("kill", String.valueOf(p.pid())),
                    List.of(),
                    "a dhcpcd that no unit has started");
        }
    }

    /**
     * Wi-Fi is lost, and NetworkManager's own supplicant does not run, or hangs; iwd may have its
     * place.
     */
    private boolean noSupplicant() {
        Snapshot snapshot = scene.snapshot();
        Unit unit = snapshot.unit(Faults.SUPPLICANT);
        return unit.exists()
                && snapshot.processes().orElse(List.of()).stream()
                        .noneMatch(p -> p.program().equals("iwd"))
                && scene.wifi().stream()
                        .filter(l -> !scene.foreign().owns(l) && Reach.of(snapshot, l).isNo())
                        .anyMatch(l -> !unit.running() || Faults.isStuck(snapshot, l));
    }

    /** With one of these NetworkManager does not start. */
    private void setAside() {
        List<Journal.Line> journal =
                scene.snapshot().journal().value().map(Journal::lines).orElse(List.of());
        for (String file : scene.snapshot().nm().config().refused(journal)) {
            if (file.startsWith(RepairAct.SetAside.FOLDER + "/")) {
                RepairAct.SetAside.place(file, scene.ground()::exists)
                        .ifPresent(
                                // Undo knows its ending.
                                aside ->
                                        run(
                                                List.of("mv", "-n", "--", file, aside),
                                                List.of(),
                                                "NetworkManager cannot read it"));
            }
        }
    }

    private void restore(Link link) {
        boolean works = !Reach.of(scene.snapshot(), link).isNo();
        if (works) {
            return;
        }
        Faults.missingProfile(scene.snapshot(), link, kept.copies())
                .filter(copy -> !scene.ground().exists(copy.file()))
                .ifPresent(
                        copy ->
                                add(
                                        Change.Put.text(
                                                copy.file(),
                                                0600,
                                                copy.text(),
                                                "the profile that "
                                                        + link.name()
                                                        + " worked with")));
    }

    private void unblock() {
        for (Rfkill radio : scene.snapshot().rfkill().orElse(List.of())) {
            boolean ours =
                    scene.wifi().stream()
                            .filter(l -> !scene.foreign().owns(l))
                            .anyMatch(l -> l.phy().equals(radio.device()));
            if (radio.soft() && ours) {
                String id = String.valueOf(radio.id());
                run(List.of("rfkill", "unblock", id), List.of("rfkill", "block", id));
            }
        }
    }

    /**
     * The plan as lines to be typed in, where netfix cannot be run there.
     *
     * @param scene that the plan is of
     */
    public static List<String> typed(Plan plan, Scene scene) {
        List<String> lines = new ArrayList<>();
        for (Plan.Step step : plan.steps()) {
            Change change = step.change();
            if (change instanceof Change.StraySupplicants stray) {
                Faults.stray(scene.snapshot(), stray.device())
                        .ifPresent(p -> lines.add("kill " + p.pid() + "    # " + stray.shown()));
            } else if (change instanceof Change.Put put) {
                boolean wired = WIRED.matcher(new String(put.content(), UTF_8)).find();
                lines.add(
                        "# "
                                + put.shown()
                                + "; by hand: "
                                + (wired
                                        ? "nmcli connection add type ethernet ifname '*'"
                                        : "nmcli --ask device wifi connect"));
            } else {
                lines.add(change.shown());
            }
        }
        return lines.stream().map(Terminal::safe).toList();
    }

    /** The same for programs, as {@link PlanReport} shows a plan. */
    public static String json(List<String> typed) {
        ObjectNode top = Json.document("netfix/recover/1");
        typed.forEach(top.putArray("commands")::add);
        return Json.pretty(top);
    }

    /** The exit status: what is reachable now counts, and not which command has helped. */
    public static int status(Scene scene) {
        return Reach.ofAll(scene.snapshot()).isNo() ? ExitCode.PROBLEMS : ExitCode.GOOD;
    }

    /** What is reachable now, and what comes next. */
    public static String outcome(Scene scene) {
        Answer now = Reach.ofAll(scene.snapshot());
        String reachable = now.isYes() ? "yes (" : now.isNo() ? "NO (" : "could not be told (";
        return Terminal.safe("Reachable now: " + reachable + now.why() + ")")
                + "\nWhat keeps it so over a boot: "
                + Cli.asRoot("fix", System.getenv());
    }

    private void run(List<String> argv, List<String> inverse) {
        add(new Change.Run(argv, inverse, true, ""));
    }

    private void run(List<String> argv, List<String> inverse, String why) {
        add(new Change.Run(argv, inverse, true, why));
    }

    private void add(Change change) {
        steps.add(Plan.Phase.HAND_OVER.with(change).of("recover"));
    }
}
