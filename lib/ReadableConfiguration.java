package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * NetworkManager's configuration files are such that it starts: one line in one of them that is no
 * configuration, and the next boot has no NetworkManager.
 */
final class ReadableConfiguration {

    static final String ID = "readable-configuration";

    private ReadableConfiguration() {}

    static Fulfilment standing(Scene scene) {
        List<String> missing = new ArrayList<>();
        broken(scene)
                .values()
                .forEach(
                        fault ->
                                missing.add(
                                        fault
                                                + byHand(scene, fault)
                                                        .map(hand -> " (" + hand + ")")
                                                        .orElse("")));
        return Fulfilment.missing(missing);
    }

    /** The first fault of each file. */
    private static Map<String, IniFile.Fault> broken(Scene scene) {
        Map<String, IniFile.Fault> broken = new LinkedHashMap<>();
        scene.snapshot().nm().config().faults().forEach(f -> broken.putIfAbsent(f.file(), f));
        return broken;
    }

    /**
     * What netfix leaves to the machine's owner, as one line that says what to do: a broken file
     * that is not merely dropped into conf.d, or of which no copy can be kept beside it.
     */
    static List<String> leftToItsOwner(Scene scene) {
        List<String> left = new ArrayList<>();
        broken(scene)
                .values()
                .forEach(
                        fault ->
                                byHand(scene, fault)
                                        .ifPresent(hand -> left.add(fault + "; " + hand)));
        return left;
    }

    private static Optional<String> byHand(Scene scene, IniFile.Fault fault) {
        String file = fault.file();
        if (!file.startsWith(RepairAct.SetAside.FOLDER + "/")) {
            return Optional.of("mend it by hand: netfix sets aside what is in conf.d only");
        }
        return aside(scene, file).isPresent()
                ? Optional.empty()
                : Optional.of(
                        "move it away by hand: sudo mv "
                                + Command.quoted(file)
                                + " "
                                + Command.quoted(file + ".off"));
    }

    /** The same file under a name that NetworkManager passes over. */
    private static Optional<Change> aside(Scene scene, String file) {
        Optional<FileStat> stat = scene.ground().stat(file);
        Optional<String> place = RepairAct.SetAside.place(file, scene.ground()::exists);
        if (stat.isEmpty() || place.isEmpty()) {
            return Optional.empty();
        }
        String why = "what NetworkManager cannot read, kept";
        if (stat.get().kind() == FileStat.Kind.LINK) {
            return Optional.of(new Change.Link(place.get(), stat.get().target(), why));
        }
        // Bytes that are no text would be others in the copy.
        return scene.ground()
                .text(file)
                .value()
                .filter(text -> text.indexOf('\ufffd') < 0)
                .map(
                        text ->
                                Change.Put.text(place.get(), stat.get().mode(), text, why)
                                        .as(Change.Fate.LIFELINE));
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        for (IniFile.Fault fault : broken(scene).values()) {
            if (byHand(scene, fault).isEmpty()) {
                drafts.add(Plan.Phase.CONFIGURATION.with(aside(scene, fault.file()).orElseThrow()));
                drafts.add(
                        Plan.Phase.CONFIGURATION.with(
                                new Change.Remove(
                                        fault.file(),
                                        "NetworkManager does not start with it",
                                        true)));
            }
        }
        return drafts;
    }
}
