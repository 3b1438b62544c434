package netfix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Units are masked and enabled by links (systemd.unit(5)), which a mounted card has as well. */
final class UnitChanges {

    private UnitChanges() {}

    /** In place where all of them are masked, or disabled where a mask cannot be, and none runs. */
    static Fulfilment standing(Scene scene, List<String> units, String notNeeded) {
        return Fulfilment.where(
                scene.snapshot().units(),
                () ->
                        units.isEmpty()
                                ? Fulfilment.notNeeded(notNeeded)
                                : Fulfilment.missing(notIsolated(scene, units)));
    }

    private static List<String> notIsolated(Scene scene, List<String> units) {
        List<String> missing = new ArrayList<>();
        for (String name : units) {
            Unit unit = scene.snapshot().unit(name);
            if (unit.running()) {
                missing.add(name + " runs");
            }
            boolean off =
                    scene.ground().masked(name)
                            || scene.ground().maskIsBlocked(name) && !unit.enabled();
            if (!off) {
                missing.add(name + " is not masked");
            }
        }
        return missing;
    }

    static List<Plan.Draft> isolate(Scene scene, List<String> units) {
        List<Plan.Draft> drafts = new ArrayList<>();
        for (String name : units) {
            if (!scene.ground().masked(name)) {
                if (scene.ground().maskIsBlocked(name)) {
                    // systemctl mask fails there ("already exists"): the owner's own unit file.
                    for (String link : scene.ground().wantedBy().getOrDefault(name, List.of())) {
                        drafts.add(
                                Plan.Phase.UNITS.with(
                                        new Change.Remove(link, "systemctl disable " + name)));
                    }
                } else {
                    drafts.add(
                            Plan.Phase.UNITS.with(
                                    new Change.Link(
                                            Ground.UNITS + "/" + name,
                                            "/dev/null",
                                            "systemctl mask " + name)));
                }
            }
            stop(scene, name).ifPresent(drafts::add);
        }
        return drafts;
    }

    /** Where it runs. */
    static Optional<Plan.Draft> stop(Scene scene, String unit) {
        return scene.snapshot().unit(unit).running()
                ? Optional.of(
                        Plan.Phase.TAKE_OVER.with(new Change.UnitJob("stop", unit, "start", "")))
                : Optional.empty();
    }

    static List<Plan.Draft> unmask(Scene scene, String unit) {
        List<Plan.Draft> drafts = new ArrayList<>();
        for (String mask : scene.ground().masks(unit)) {
            boolean lasting = mask.startsWith(Ground.UNITS);
            drafts.add(
                    Plan.Phase.UNITS.with(
                            new Change.Remove(
                                    mask,
                                    "systemctl unmask " + (lasting ? "" : "--runtime ") + unit)));
        }
        return drafts;
    }

    static List<Plan.Draft> enable(Scene scene, String unit) {
        List<Plan.Draft> drafts = unmask(scene, unit);
        Optional<String> why = Optional.of("systemctl enable " + unit);
        Set<String> folders = new HashSet<>(scene.ground().wantsFolders());
        for (Map.Entry<String, String> link : scene.ground().missingEnableLinks(unit).entrySet()) {
            String folder = link.getKey().substring(0, link.getKey().lastIndexOf('/'));
            if (folders.add(folder)) {
                drafts.add(Plan.Phase.UNITS.with(new Change.Folder(folder, 0755)));
            }
            drafts.add(
                    Plan.Phase.UNITS.with(
                            new Change.Link(link.getKey(), link.getValue(), why.orElse(""))));
            why = Optional.empty();
        }
        return drafts;
    }
}
