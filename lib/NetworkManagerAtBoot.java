package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
            startSupplicant(scene).filter(start -> !drafts.isEmpty()).ifPresent(drafts::add);
        }
        drafts.addAll(UnitChanges.enable(scene, Scene.NETWORKMANAGER));
        return drafts;
    }

    /**
     * NetworkManager has tried, and hears of it once it is there. Tolerated: one that does not
     * start is no reason to take back what keeps Ethernet.
     */
    private static Optional<Plan.Draft> startSupplicant(Scene scene) {
        boolean kept =
                scene.snapshot().premises().orders().mask(Faults.SUPPLICANT).isPresent()
                        || scene.snapshot().unit(Faults.SUPPLICANT).running();
        return kept
                ? Optional.empty()
                : Optional.of(
                        Plan.Phase.HAND_OVER.with(
                                new Change.Run(
                                        List.of("systemctl", "start", Faults.SUPPLICANT),
                                        List.of("systemctl", "stop", Faults.SUPPLICANT),
                                        true,
                                        "")));
    }
}
