package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * The documentation's emergency commands, for a Pi that is reached over a serial console: what runs
 * now is brought back, and of the disk nothing is changed but a mask on NetworkManager. They go
 * through the same transaction as a fix: where a path that works now is lost by them, they are
 * taken back.
 */
public final class Recovery {

    private final Scene scene;
    private final List<Plan.Step> steps = new ArrayList<>();

    private Recovery(Scene scene) {
        this.scene = scene;
    }

    public static Plan plan(Scene scene) {
        Recovery recovery = new Recovery(scene);
        recovery.build();
        return new Plan(
                List.of(),
                List.copyOf(recovery.steps),
                scene.foreign().all(),
                List.of(),
                List.of(),
                false);
    }

    private void build() {
        Snapshot snapshot = scene.snapshot();
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
        boolean others =
                List.of(Manager.DHCPCD, Manager.NETWORKD).stream()
                        .anyMatch(m -> snapshot.unit(m.unit()).running());
        if (others && !scene.networkManagerRuns()) {
            // That manager is the one that this Pi has; the fix takes over from it, properly.
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
        List<String> masks = scene.ground().masks(Scene.NETWORKMANAGER);
        if (!masks.isEmpty()) {
            masks.forEach(mask -> add(new Change.Remove(mask, "unmask it")));
            add(new Change.ReloadUnits());
        }
        add(
                new Change.UnitJob(
                        "restart",
                        Scene.NETWORKMANAGER,
                        scene.networkManagerRuns() ? "" : "stop",
                        ""));
        Switches.on(snapshot, true).forEach(this::add);
        for (Link link : links) {
            if (snapshot.nm().device(link).map(d -> !d.managed()).orElse(false)) {
                run(List.of("nmcli", "device", "set", link.name(), "managed", "yes"), List.of());
            }
        }
    }

    private void run(List<String> argv, List<String> inverse) {
        add(new Change.Run(argv, inverse, true, ""));
    }

    private void add(Change change) {
        steps.add(Plan.Phase.HAND_OVER.with(change).of("recover"));
    }
}
