package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a plan would lead to at the next boot, asked before it is carried out.
 *
 * @param stranded the interfaces that carry this machine now and would come up at its next boot,
 *     and would not do so after the plan, each with the reason. A plan of all measures has none;
 *     one of some ({@code --only exclusive-control}: no automatic profile, and none in its place)
 *     may
 * @param afterBoot whether the machine is reachable then, the plan carried out: also where it
 *     changes nothing about that
 */
public record Outlook(List<String> stranded, Answer afterBoot) {

    public static Outlook of(Machine machine, Scene scene, Plan plan) {
        Snapshot live = scene.snapshot();
        if (plan.isEmpty()) {
            return new Outlook(List.of(), BootForecast.ofAll(live));
        }
        Snapshot before = at(machine, List.of(), live);
        Snapshot after = at(machine, plan.steps().stream().map(Plan.Step::change).toList(), live);
        List<String> stranded = new ArrayList<>();
        for (Link link : live.physical()) {
            boolean carries = !live.host().live() || Reach.of(live, link).isYes();
            Answer then = BootForecast.of(after, link);
            if (carries && then.isNo() && !BootForecast.of(before, link).isNo()) {
                stranded.add(link.name() + ": " + then.why());
            }
        }
        return new Outlook(List.copyOf(stranded), BootForecast.ofAll(after));
    }

    /** Both by what lies on the disk alone, so that they differ by the plan and nothing else. */
    private static Snapshot at(Machine machine, List<Change> changes, Snapshot live) {
        Snapshot there = Look.at(AlteredMachine.after(machine, changes), Progress.silent());
        return Optional.of(live.links())
                .filter(links -> links.value().isPresent())
                .map(there::withLinks)
                .orElse(there);
    }
}
