package netfix;

import java.util.List;
import java.util.Map;

/** Is this machine reachable now, over which interface? Read off a snapshot. */
public final class Reach {

    private Reach() {}

    public static Answer of(Snapshot snapshot, Link link) {
        if (!snapshot.host().live()) {
            return Answer.unknown("nothing runs here");
        }
        if (!link.up()) {
            return Answer.no("the interface is down");
        }
        if (!link.hasCarrier()) {
            return Answer.no(
                    link.kind() == Link.Kind.WIFI
                            ? "not associated with an access point"
                            : "no carrier (cable out?)");
        }
        if (link.globalAddresses().isEmpty()) {
            return Answer.no(
                    link.addresses().isEmpty() ? "no address" : "only a link-local address");
        }
        List<Route> defaults = snapshot.defaultRoutes(link);
        if (defaults.isEmpty()) {
            return withoutDefaultRoute(snapshot, link);
        }
        String address = link.globalAddresses().get(0).local();
        String silent = "";
        for (Route route : defaults) {
            Boolean answers =
                    snapshot.answers().get(new Snapshot.Gateway(route.gateway(), link.name()));
            if (route.gateway().isEmpty() || Boolean.TRUE.equals(answers)) {
                return Answer.yes(
                        address
                                + (route.gateway().isEmpty()
                                        ? ""
                                        : ", gateway " + route.gateway() + " answers"));
            }
            silent = route.gateway();
        }
        boolean asked =
                snapshot.answers().keySet().stream().anyMatch(g -> g.device().equals(link.name()));
        return Answer.unknown(
                address
                        + (asked
                                ? ", but the gateway " + silent + " does not answer"
                                : "; whether the gateway "
                                        + silent
                                        + " answers is unknown (no ping)"));
    }

    /** Lost it counts as unreachable; where none is meant to be there, nothing is lost. */
    private static Answer withoutDefaultRoute(Snapshot snapshot, Link link) {
        Answer meant = DefaultRoute.meant(snapshot, link);
        String own = "reachable from its own network at best";
        return switch (meant.kind()) {
            case YES -> Answer.no("no default route: " + own);
            case NO ->
                    Answer.yes(
                            link.globalAddresses().get(0).local()
                                    + ", from its own network; no default route on purpose ("
                                    + meant.why()
                                    + ")");
            case UNKNOWN ->
                    Answer.unknown(
                            "no default route, "
                                    + own
                                    + "; whether it should have one: "
                                    + meant.why());
        };
    }

    /** Over any interface: yes where one is, unknown where none is and one may be. */
    public static Answer ofAll(Snapshot snapshot) {
        if (snapshot.links().whyUnknown().isPresent()) {
            return Answer.unknown(snapshot.links().whyUnknown().get());
        }
        return anyOf(
                snapshot.physical(), link -> of(snapshot, link), "no wired or Wi-Fi interface");
    }

    static Answer anyOf(
            List<Link> links, java.util.function.Function<Link, Answer> each, String none) {
        if (links.isEmpty()) {
            return Answer.no(none);
        }
        Map<Answer.Kind, List<String>> why = new java.util.EnumMap<>(Answer.Kind.class);
        for (Link link : links) {
            Answer answer = each.apply(link);
            why.computeIfAbsent(answer.kind(), k -> new java.util.ArrayList<>())
                    .add(link.name() + ": " + answer.why());
        }
        for (Answer.Kind kind : List.of(Answer.Kind.YES, Answer.Kind.UNKNOWN, Answer.Kind.NO)) {
            if (why.containsKey(kind)) {
                return new Answer(kind, String.join("; ", why.get(kind)));
            }
        }
        throw new IllegalStateException("an answer without a kind");
    }
}
