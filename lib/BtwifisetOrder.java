package netfix;

import java.util.ArrayList;
import java.util.List;

/**
 * btwifiset chooses its mode once, at its start: NetworkManager has to be there before it. And its
 * own installer enables and starts btwifiset.service again at every update: a drop-in outlives
 * that, and keeps it from answering the phone beside btwifiset-stable.
 */
final class BtwifisetOrder {

    static final String UNIT = "btwifiset.service";
    static final String FOLDER = Ground.UNITS + "/btwifiset.service.d";
    static final String DROP_IN = FOLDER + "/10-netfix.conf";

    private static final String TEXT =
            """
            # Written by netfix (fix undo takes it back). btwifiset asks once, at its start, whether
            # NetworkManager is there.
            [Unit]
            After=NetworkManager.service
            # An update of btwifiset enables and starts this unit again; where btwifiset-stable runs it in its
            # place, it stays away.
            ConditionPathExists=|!%s
            ConditionPathExists=|!%s
            """
                    .formatted(Services.STABLE.link(), Services.GUARD);

    private BtwifisetOrder() {}

    static Fulfilment standing(Scene scene) {
        Reading<String> dropIn = scene.ground().text(DROP_IN);
        return Fulfilment.where(
                scene.snapshot().units(),
                () ->
                        scene.snapshot().unit(UNIT).exists()
                                ? Fulfilment.where(dropIn, () -> standing(dropIn.orElse("")))
                                : Fulfilment.notNeeded("btwifiset is not installed"));
    }

    private static Fulfilment standing(String dropIn) {
        return dropIn.equals(TEXT)
                ? Fulfilment.inPlace()
                : Fulfilment.missing(
                        List.of(
                                dropIn.isEmpty()
                                        ? "btwifiset may start before NetworkManager"
                                        : DROP_IN + " is not as netfix writes it"));
    }

    /** It does not start beside btwifiset-stable, whoever enables it. */
    static boolean keepsItAway(Scene scene) {
        return scene.ground().text(DROP_IN).orElse("").equals(TEXT);
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        if (!scene.ground().exists(FOLDER)) {
            drafts.add(Plan.Phase.UNITS.with(new Change.Folder(FOLDER, 0755)));
        }
        drafts.add(Plan.Phase.UNITS.with(Change.Put.text(DROP_IN, 0644, TEXT, "")));
        return drafts;
    }
}
