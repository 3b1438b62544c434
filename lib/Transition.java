package netfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What has to happen on a running Pi so that changed files come into force without a moment in
 * which nobody is responsible: NetworkManager has read every profile before another manager stops.
 */
final class Transition {

    /** Keeps a NetworkManager that is started beside another manager off every interface. */
    static final String HOLD = "/run/NetworkManager/conf.d/00-netfix-hold.conf";

    private final Scene scene;
    private final List<Plan.Step> steps;
    private final List<Plan.Step> more = new ArrayList<>();

    private Transition(Scene scene, List<Plan.Step> steps) {
        this.scene = scene;
        this.steps = steps;
    }

    static List<Plan.Step> of(Scene scene, List<Plan.Step> steps) {
        return steps.isEmpty() ? List.of() : new Transition(scene, steps).build();
    }

    private List<Plan.Step> build() {
        boolean units = touches(Plan.Phase.UNITS);
        boolean profiles = touches(Plan.Phase.PROFILES);
        boolean configuration = touches(Plan.Phase.CONFIGURATION);
        boolean takeOver = touches(Plan.Phase.TAKE_OVER);
        if (units) {
            add(Plan.Phase.LOAD, new Change.ReloadUnits());
        }
        if (scene.networkManagerRuns()) {
            if (profiles) {
                add(
                        Plan.Phase.LOAD,
                        new Change.Run(
                                RELOAD_PROFILES, RELOAD_PROFILES, false, "read the profiles"));
            }
            if (configuration) {
                // Without a restart, which would cut Wi-Fi for seconds; what needs one comes with
                // the next boot.
                add(
                        Plan.Phase.LOAD,
                        new Change.Run(RELOAD_CONF, RELOAD_CONF, false, "read the configuration"));
            }
        } else {
            // Both are made by NetworkManager's start, which is too late.
            add(Plan.Phase.CONFIGURATION, new Change.Folder("/run/NetworkManager", 0755));
            add(Plan.Phase.CONFIGURATION, new Change.Folder("/run/NetworkManager/conf.d", 0755));
            add(
                    Plan.Phase.CONFIGURATION,
                    Change.Put.text(
                            HOLD,
                            0644,
                            "[keyfile]\nunmanaged-devices=*\n",
                            "for the change-over only: NetworkManager holds still"));
            add(
                    Plan.Phase.LOAD,
                    new Change.UnitJob("start", Scene.NETWORKMANAGER, "stop", "holding still"));
        }
        for (Plan.Step step : steps) {
            // What others wrote may stay unread for another reason than its mode (a UUID twice),
            // and
            // nothing waits for it.
            if (step.phase() == Plan.Phase.PROFILES
                    && step.change() instanceof Change.Put file
                    && file.path().endsWith(".nmconnection")) {
                add(Plan.Phase.LOAD, new Change.Listed(file.path()));
            }
        }
        if (takeOver) {
            leaveNothingBehind();
        }
        if (!scene.networkManagerRuns()) {
            add(
                    Plan.Phase.HAND_OVER,
                    new Change.Run(List.of("rm", "-f", HOLD), List.of(), false, ""));
        }
        if (takeOver || !scene.networkManagerRuns()) {
            add(
                    Plan.Phase.HAND_OVER,
                    new Change.UnitJob(
                            "restart",
                            Scene.NETWORKMANAGER,
                            scene.networkManagerRuns() ? "restart" : "",
                            "takes every interface"));
        }
        return more;
    }

    /**
     * dhcpcd ("persistent") and networkd leave addresses behind, and an interface that has one
     * passes for configured by somebody else in NetworkManager's eyes ("connected (externally)").
     */
    private void leaveNothingBehind() {
        Set<String> links = new LinkedHashSet<>(scene.takenFrom(""));
        scene.takeOver().netplan().forEach(one -> links.add(one.link()));
        for (String link : links) {
            if (scene.wifi().stream().anyMatch(l -> l.name().equals(link))) {
                add(Plan.Phase.TAKE_OVER, new Change.StraySupplicants(link));
            }
            add(
                    Plan.Phase.TAKE_OVER,
                    new Change.Run(
                            List.of("ip", "addr", "flush", "dev", link, "scope", "global"),
                            List.of(),
                            true,
                            ""));
        }
    }

    private static final List<String> RELOAD_PROFILES = List.of("nmcli", "connection", "reload");
    private static final List<String> RELOAD_CONF = List.of("nmcli", "general", "reload", "conf");

    private boolean touches(Plan.Phase phase) {
        return steps.stream().anyMatch(s -> s.phase() == phase);
    }

    private void add(Plan.Phase phase, Change change) {
        more.add(phase.with(change).of("transition"));
    }
}
