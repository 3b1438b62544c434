package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * NetworkManager starts at every boot, and its supplicant with it, which D-Bus starts where no mask
 * forbids it: without that one it has no Wi-Fi. Who had Wi-Fi by dhcpcd or systemd-networkd may
 * have masked it with good reason, until NetworkManager takes over.
 */
final class NetworkManagerAtBoot {

    private NetworkManagerAtBoot() {}

    static Fulfilment standing(Scene scene) {
        return Fulfilment.where(scene.snapshot().units(), () -> Fulfilment.missing(missing(scene)));
    }

    private static List<String> missing(Scene scene) {
        List<String> missing = new ArrayList<>();
        Unit unit = scene.snapshot().unit(Scene.NETWORKMANAGER);
        boolean live = scene.snapshot().host().live();
        if (unit.masked() || unit.maskedAtBoot()) {
            missing.add("NetworkManager is masked" + byHand(scene, Scene.NETWORKMANAGER));
        } else if (!unit.enabled()) {
            missing.add("NetworkManager is not enabled");
        }
        if (live && !unit.running()) {
            missing.add("NetworkManager does not run");
        }
        if (supplicantIsMasked(scene)) {
            missing.add(
                    Faults.SUPPLICANT
                            + " is masked, and NetworkManager has no Wi-Fi without it"
                            + byHand(scene, Faults.SUPPLICANT));
        }
        return missing;
    }

    /** A word of the kernel's line is the owner's: no link that could be put back. */
    private static String byHand(Scene scene, String unit) {
        return scene.snapshot()
                .premises()
                .orders()
                .mask(unit)
                .map(e -> " (by hand: take " + e.what() + " out of " + e.source() + ")")
                .orElse("");
    }

    private static boolean supplicantIsMasked(Scene scene) {
        Unit unit = scene.snapshot().unit(Faults.SUPPLICANT);
        return (unit.masked() || unit.maskedAtBoot())
                && scene.ground().fragment(Faults.SUPPLICANT).isPresent()
                && scene.wifi().stream().anyMatch(link -> isNetworkManagers(scene, link));
    }

    /** Now, or with what the others give up. */
    private static boolean isNetworkManagers(Scene scene, Link link) {
        Snapshot snapshot = scene.snapshot();
        boolean leftAlone =
                BootForecast.unmanaged(snapshot, link).value().isPresent()
                        && !scene.takenFrom("").contains(link.name());
        return !scene.foreign().owns(link)
                && !leftAlone
                && !DaemonFaults.isIwds(snapshot.nm().config(), link);
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        if (supplicantIsMasked(scene)) {
            drafts.addAll(UnitChanges.unmask(scene, Faults.SUPPLICANT));
            if (!drafts.isEmpty()) {
                drafts.addAll(startSupplicant(scene));
            }
        }
        drafts.addAll(UnitChanges.enable(scene, Scene.NETWORKMANAGER));
        return drafts;
    }

    /**
     * Tolerated: one that does not start is no reason to take back what keeps Ethernet.
     * NetworkManager gives up after a minute of tries ("supplicant interface keeps failing, giving
     * up"), and does not hear then of the supplicant that is there at last (seen with 1.42): only
     * an interface that it takes up anew makes it ask again.
     */
    static List<Plan.Draft> startSupplicant(Scene scene) {
        boolean kept =
                scene.snapshot().premises().orders().mask(Faults.SUPPLICANT).isPresent()
                        || scene.snapshot().unit(Faults.SUPPLICANT).running();
        if (kept) {
            return List.of();
        }
        List<Plan.Draft> drafts = new ArrayList<>();
        drafts.add(
                tolerated(
                        List.of("systemctl", "start", Faults.SUPPLICANT),
                        List.of("systemctl", "stop", Faults.SUPPLICANT),
                        ""));
        for (Link link : scene.wifi()) {
            if (DaemonFaults.unavailable(scene.snapshot(), link).isPresent()) {
                List<String> taken = Nmcli.managed(link.name(), true);
                drafts.add(
                        tolerated(
                                Nmcli.managed(link.name(), false),
                                taken,
                                "for NetworkManager to ask for the supplicant again"));
                drafts.add(tolerated(taken, List.of(), ""));
            }
        }
        return drafts;
    }

    private static Plan.Draft tolerated(List<String> argv, List<String> inverse, String why) {
        return Plan.Phase.HAND_OVER.with(new Change.Run(argv, inverse, true, why));
    }
}
