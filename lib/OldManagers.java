package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the other managers configured, as profiles of NetworkManager, before they go. */
final class OldManagers {

    /** The measure's. */
    static final String ID = "take-over";

    private OldManagers() {}

    static Fulfilment standing(Scene scene) {
        return Fulfilment.where(scene.snapshot().units(), () -> handedOver(scene));
    }

    private static Fulfilment handedOver(Scene scene) {
        List<String> missing = new ArrayList<>();
        for (NewProfile profile : scene.takeOver().profiles()) {
            missing.add("\"" + profile.id() + "\" is in " + origin(scene, profile) + " only");
        }
        return missing.isEmpty() && scene.takeOver().covered().isEmpty()
                ? Fulfilment.notNeeded("no other manager has anything to hand over")
                : Fulfilment.missing(missing);
    }

    /** The lines that it was made of; where a manager needed none, that manager. */
    private static String origin(Scene scene, NewProfile profile) {
        if (!profile.from().isEmpty()) {
            return String.join(", ", profile.from());
        }
        return scene.takeOver().covered().stream()
                .filter(c -> c.files().contains(profile.file()))
                .map(TakeOver.Covered::owner)
                .findFirst()
                .orElse("another manager");
    }

    static List<Plan.Draft> changes(Scene scene) {
        return scene.takeOver().profiles().stream()
                .map(
                        profile ->
                                Plan.Phase.PROFILES.with(
                                        Change.Put.text(
                                                profile.file(),
                                                NewProfile.MODE,
                                                profile.text(),
                                                "from " + origin(scene, profile))))
                .toList();
    }

    static Fulfilment ifupdown(Scene scene) {
        return Fulfilment.where(scene.snapshot().units(), () -> apart(scene));
    }

    private static Fulfilment apart(Scene scene) {
        List<String> taken = scene.takenFrom("ifupdown");
        if (taken.isEmpty()) {
            return Fulfilment.notNeeded(
                    ExclusiveControl.keepsInterfaces(scene)
                            ? "ifupdown and NetworkManager keep to their own interfaces"
                            : Interfaces.FILE + " configures no interface");
        }
        for (String file : files(scene)) {
            if (scene.ground().text(file).orElse("").indexOf('\ufffd') >= 0) {
                return Fulfilment.unknown(
                        file
                                + " has bytes that are no UTF-8 text, which an edit would spoil;"
                                + " convert it first (iconv -f latin1 -t utf-8)");
            }
        }
        return Fulfilment.missing(
                taken.stream().map(link -> Interfaces.FILE + " configures " + link).toList());
    }

    private static Set<String> files(Scene scene) {
        Set<String> files = new TreeSet<>(Set.of(Interfaces.FILE));
        scene.snapshot().interfaces().stanzas().forEach(s -> files.add(s.file()));
        return files;
    }

    /** ifdown while its stanza is there, then the stanza goes; the file keeps it as a comment. */
    static List<Plan.Draft> ifupdownChanges(Scene scene) {
        Set<String> taken = new TreeSet<>(scene.takenFrom("ifupdown"));
        List<Plan.Draft> drafts = new ArrayList<>();
        for (String link : taken) {
            drafts.add(
                    Plan.Phase.TAKE_OVER.with(
                            new Change.Run(
                                    List.of("ifdown", "--force", link),
                                    List.of("ifup", "--force", link),
                                    true,
                                    "")));
        }
        for (String file : files(scene)) {
            String text = scene.ground().text(file).orElse("");
            String without = StanzaEdit.without(text, taken);
            if (!without.equals(text)) {
                int mode = scene.ground().stat(file).map(FileStat::mode).orElse(0644);
                drafts.add(
                        Plan.Phase.HAND_OVER.with(
                                Change.Put.text(
                                        file,
                                        StanzaEdit.mode(without, mode),
                                        without,
                                        "without " + String.join(", ", taken))));
            }
        }
        return drafts;
    }
}
