package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The services that stay after the fix: installed, enabled, and the one that watches running. */
final class ServiceMeasures {

    /** What the units call; a JDK of a person's own is no unit's. */
    static final String JAVA = "/usr/bin/java";

    private static final String ORIGINAL = BtwifisetOrder.UNIT;

    private ServiceMeasures() {}

    static Fulfilment init(Scene scene) {
        return judged(scene, Services.INIT, List.of());
    }

    static List<Plan.Draft> initChanges(Scene scene) {
        return installed(scene, Services.INIT);
    }

    static Fulfilment monitor(Scene scene) {
        if (!scene.ground().exists(JAVA)) {
            return Fulfilment.notNeeded("there is no " + JAVA + " that could run it");
        }
        List<String> more = new ArrayList<>();
        boolean runs = scene.snapshot().unit(Services.MONITOR.unit()).running();
        if (scene.snapshot().host().live() && !runs) {
            more.add(Services.MONITOR.unit() + " does not run");
        } else if (runs && Installation.standing(scene).isMissing()) {
            more.add(Services.MONITOR.unit() + " runs another version of netfix");
        }
        return judged(scene, Services.MONITOR, more);
    }

    static List<Plan.Draft> monitorChanges(Scene scene) {
        List<Plan.Draft> drafts = installed(scene, Services.MONITOR);
        boolean runs = scene.snapshot().unit(Services.MONITOR.unit()).running();
        // While the fix is not decided it only watches.
        drafts.add(
                Plan.Phase.HAND_OVER.with(
                        new Change.UnitJob(
                                runs ? "restart" : "start",
                                Services.MONITOR.unit(),
                                runs ? "restart" : "stop",
                                "")));
        return drafts;
    }

    static Fulfilment stable(Scene scene) {
        return Fulfilment.where(
                scene.snapshot().units(),
                () ->
                        scene.snapshot().unit(ORIGINAL).exists()
                                ? guarding(scene, judged(scene, Services.STABLE, originals(scene)))
                                : Fulfilment.notNeeded("btwifiset is not installed"));
    }

    /**
     * Which profiles only the guard keeps. A profile that a scan would delete could be renamed so
     * that the scan spares it; but the phone asks for a new password by the profile's name as if it
     * were the SSID, so that one under another name would never get one.
     */
    private static Fulfilment guarding(Scene scene, Fulfilment standing) {
        if (!(standing instanceof Fulfilment.InPlace)) {
            return standing;
        }
        String profiles =
                ScanForecast.of(scene.snapshot()).orElse(List.of()).stream()
                        .filter(fall -> fall.fate() != ScanForecast.Fate.KEPT)
                        .map(fall -> "\"" + fall.profile().id() + "\"")
                        .distinct()
                        .collect(Collectors.joining(", "));
        return profiles.isEmpty()
                ? standing
                : Fulfilment.inPlace("gives back what a scan deletes: " + profiles);
    }

    /** Two of them would both answer the phone. */
    private static List<String> originals(Scene scene) {
        List<String> missing = new ArrayList<>();
        Unit original = scene.snapshot().unit(ORIGINAL);
        if (original.enabled()) {
            missing.add(
                    ORIGINAL
                            + (BtwifisetOrder.keepsItAway(scene)
                                    ? " is enabled again, and does not start beside it"
                                    : " is enabled, too: both would answer the phone"));
        }
        if (original.running()) {
            missing.add(ORIGINAL + " runs in its place");
        }
        return missing;
    }

    static List<Plan.Draft> stableChanges(Scene scene) {
        List<Plan.Draft> drafts = installed(scene, Services.STABLE);
        for (String link : scene.ground().wantedBy().getOrDefault(ORIGINAL, List.of())) {
            drafts.add(
                    Plan.Phase.UNITS.with(
                            new Change.Remove(link, "systemctl disable " + ORIGINAL)));
        }
        if (scene.snapshot().unit(ORIGINAL).running()) {
            drafts.add(
                    Plan.Phase.HAND_OVER.with(
                            new Change.UnitJob("stop", ORIGINAL, "start", "one at a time")));
            drafts.add(
                    Plan.Phase.HAND_OVER.with(
                            new Change.UnitJob("start", Services.STABLE.unit(), "stop", "")));
        }
        return drafts;
    }

    private static Fulfilment judged(Scene scene, Services service, List<String> more) {
        Reading<String> text = scene.ground().text(service.file());
        return Fulfilment.where(
                text,
                () -> {
                    List<String> missing = new ArrayList<>();
                    if (!scene.ground().masks(service.unit()).isEmpty()) {
                        missing.add(service.unit() + " is masked");
                    } else if (!text.orElse("").equals(service.text())) {
                        missing.add(
                                service.unit()
                                        + (text.isAbsent()
                                                ? " is not installed"
                                                : " is not as netfix writes it"));
                    }
                    if (!linked(scene, service)) {
                        missing.add(service.unit() + " is not started at boot");
                    }
                    missing.addAll(more);
                    return Fulfilment.missing(missing);
                });
    }

    private static boolean linked(Scene scene, Services service) {
        return scene.ground()
                .wantedBy()
                .getOrDefault(service.unit(), List.of())
                .contains(service.link());
    }

    private static List<Plan.Draft> installed(Scene scene, Services service) {
        List<Plan.Draft> drafts = new ArrayList<>();
        for (String mask : scene.ground().masks(service.unit())) {
            if (!mask.equals(service.file())) {
                drafts.add(Plan.Phase.UNITS.with(new Change.Remove(mask, "unmask it")));
            }
        }
        Optional<FileStat> there = scene.ground().stat(service.file());
        if (there.map(UnitFiles::masks).orElse(false)) {
            drafts.add(Plan.Phase.UNITS.with(new Change.Remove(service.file(), "unmask it")));
        }
        if (!scene.ground().text(service.file()).orElse("").equals(service.text())) {
            drafts.add(
                    Plan.Phase.UNITS.with(
                            Change.Put.text(service.file(), 0644, service.text(), "")));
        }
        if (!linked(scene, service)) {
            String folder = service.link().substring(0, service.link().lastIndexOf('/'));
            if (!scene.ground().wantsFolders().contains(folder)) {
                drafts.add(Plan.Phase.UNITS.with(new Change.Folder(folder, 0755)));
            }
            drafts.add(
                    Plan.Phase.UNITS.with(
                            new Change.Link(
                                    service.link(),
                                    service.file(),
                                    "systemctl enable " + service.unit())));
        }
        return drafts;
    }
}
