package netfix;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One thing that must hold on a Pi that netfix has fixed.
 *
 * @param step of the documentation's manual way (step1, step2, step3), or where else it asks for it
 * @param documented what the documentation says
 * @param does what netfix does instead, or just that
 * @param why where the two differ; else what it is good for
 * @param standing how it stands on the machine
 * @param changes what makes it hold, where it is missing; those of all measures are put in the
 *     order of {@link Plan.Phase}
 */
public record Measure(
        String id,
        String step,
        String title,
        String documented,
        String does,
        String why,
        Function<Scene, Fulfilment> standing,
        Function<Scene, List<Plan.Draft>> changes) {

    /** What it is on a card of which only the FAT partition can be seen, or why it is nothing. */
    Optional<RescueForm> rescue() {
        return RescueForm.of(id);
    }
}
