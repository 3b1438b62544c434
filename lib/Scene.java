package netfix;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a measure judges by: the network at one instant, the files that it may change, what the
 * other managers would leave behind, and who is to be left alone.
 */
public record Scene(Snapshot snapshot, Ground ground, TakeOver takeOver, ForeignOwners foreign) {

    static final String NETWORKMANAGER = "NetworkManager.service";

    /** Looks at the machine, and changes nothing. */
    public static Scene at(Machine machine, Progress progress) {
        Snapshot snapshot = Look.at(machine, progress);
        ForeignOwners foreign = ForeignOwners.of(machine, snapshot);
        Ground ground = Ground.read(machine, snapshot);
        Standing standing =
                withoutWhatMayStay(Standing.of(snapshot), snapshot)
                        .respecting(foreign)
                        .remembering(snapshot, ground);
        OldSources sources =
                OldSources.read(
                        machine,
                        standing.supplicantFiles().values(),
                        snapshot.networkd(),
                        snapshot.interfaces());
        TakeOver takeOver = TakeOver.from(standing, sources);
        Losses losses = new Losses();
        if (!machine.runsCommands()) {
            takeOver = takeOver.with(netplanned(snapshot, ground, foreign, losses), losses);
        }
        if (!takeOver.netplan().isEmpty()) {
            Losses left = new Losses();
            NetplanRenderer.losses(snapshot.netplan(), left);
            takeOver = takeOver.with(List.of(), left);
        }
        Scene scene = new Scene(snapshot, ground, takeOver, foreign);
        return new Scene(snapshot, ground, takeOver.telling(CountryCode.told(scene)), foreign);
    }

    /**
     * On a card netplan's generator has not run: what it would write for networkd is in its YAML.
     * The documented way masks networkd first and carries nothing over, so that a mask alone does
     * not say that it is nobody's any more.
     */
    private static List<TakeOver.Netplanned> netplanned(
            Snapshot snapshot, Ground ground, ForeignOwners foreign, Losses losses) {
        Unit networkd = snapshot.unit(Manager.NETWORKD.unit());
        if (!networkd.exists()
                || networkd.maskedAtBoot() && ExclusiveControl.decided(ground)
                || foreign.serving().containsKey(Manager.NETWORKD)) {
            return List.of();
        }
        return snapshot.netplan().definitions().stream()
                .filter(d -> d.renderer().equals(Netplan.NETWORKD))
                .map(d -> netplanned(snapshot.netplan(), d, losses))
                .toList();
    }

    private static TakeOver.Netplanned netplanned(
            Netplan netplan, Netplan.Definition d, Losses losses) {
        if (d.client().equals("duid")) {
            // The DUID is the same, of /etc/machine-id; the IAID of networkd's is in no file here.
            losses.told(
                    "dhcp-identity-" + d.id(),
                    netplan.fileOf(d),
                    0,
                    d.kind() + ": " + d.id(),
                    "a mounted card has no lease of networkd's to read the client-id from: the"
                            + " router may give another address");
        }
        return new TakeOver.Netplanned(
                d.id(),
                d.device(),
                d.client().isEmpty() ? Map.of() : Map.of("ipv4.dhcp-client-id", d.client()));
    }

    /**
     * ifupdown may keep an interface where NetworkManager keeps off it, as Debian's ifupdown plugin
     * makes it: each to its own is no conflict.
     */
    private static Standing withoutWhatMayStay(Standing standing, Snapshot snapshot) {
        boolean apart =
                snapshot.physical().stream()
                        .filter(l -> !snapshot.interfaces().of(l.name()).isEmpty())
                        .allMatch(l -> BootForecast.unmanaged(snapshot, l).value().isPresent());
        return apart && snapshot.unit(NETWORKMANAGER).inForce()
                ? standing.without(Manager.IFUPDOWN)
                : standing;
    }

    /** What no measure asks, and who verifies has to hear of all the same. */
    public List<String> warnings() {
        return snapshot.premises().rescueKeys().stream()
                .map(
                        key ->
                                key
                                        + " is left of a rescue, with the key of a Wi-Fi network; "
                                        + Cli.asRoot("fix", System.getenv())
                                        + " sdcard "
                                        + key.replaceFirst("/[^/]*$", "")
                                        + " --undo deletes it")
                .toList();
    }

    boolean networkManagerInstalled() {
        return snapshot.unit(NETWORKMANAGER).exists()
                || ground.fragment(NETWORKMANAGER).isPresent();
    }

    boolean networkManagerRuns() {
        return snapshot.unit(NETWORKMANAGER).running();
    }

    /** Runs, or would at the next boot. */
    boolean inForce(String unit) {
        Unit u = snapshot.unit(unit);
        return u.exists() && u.inForce();
    }

    List<Link> wifi() {
        return snapshot.links().orElse(List.of()).stream()
                .filter(l -> l.kind() == Link.Kind.WIFI)
                .toList();
    }

    /** The interfaces that a manager other than NetworkManager has been taken over on. */
    List<String> takenFrom(String owner) {
        return takeOver.covered().stream()
                .filter(c -> owner.isEmpty() || c.owner().equals(owner))
                .map(TakeOver.Covered::link)
                .distinct()
                .toList();
    }

    /**
     * A manager alone on a machine without NetworkManager is its owner's choice: respected, named,
     * and not "fixed". So is one that an access point gets its address from, where NetworkManager
     * is off: beside it NetworkManager would be the second manager.
     */
    Optional<String> foreignOwner() {
        if (!snapshot.host().live() && !ground.hasSystemd()) {
            return Optional.of("no systemd starts this root, and netfix works by its units");
        }
        if (networkManagerInstalled()) {
            return inForce(NETWORKMANAGER)
                    ? Optional.empty()
                    : foreign.serving().keySet().stream()
                            .findFirst()
                            .map(
                                    manager ->
                                            manager
                                                    + " manages this machine, and an access point"
                                                    + " with it");
        }
        for (Manager manager : Manager.values()) {
            if (manager != Manager.NETWORKMANAGER && inForce(manager.unit())) {
                return Optional.of(
                        manager + " manages this machine, and NetworkManager is not installed");
            }
        }
        return Optional.of("NetworkManager is not installed");
    }
}
