package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a watch comes to: before, during and after compared.
 *
 * @param after of the state at the end
 * @param fresh what is found now and was not at the baseline
 * @param works what worked at the baseline, and whether it works now and after a boot
 * @param missed saved profiles that went though nobody meant it, whether or not they carried
 *     anything just then: at the next place, or when the access point is back, they would have
 * @param cause empty where nothing was lost
 */
public record Aftermath(
        Watch.Observed observed,
        Diagnosis after,
        List<Finding> fresh,
        List<Worked> works,
        List<Absences.Absence> missed,
        Optional<FindingRow.Cause> cause) {

    /**
     * @param name of the interface at the baseline, or what else worked: {@code eth0's IPv4} where
     *     only that went
     */
    public record Worked(String name, Answer now, Answer afterBoot) {

        boolean isBroken() {
            return now.isNo() || afterBoot.isNo();
        }

        boolean isOpen() {
            return now.isUnknown() || afterBoot.isUnknown();
        }
    }

    /** Of what worked at the baseline. */
    enum Fate {
        /** Something of it does not work, or will not after a boot. */
        BROKEN,
        NOTHING_TO_LOSE,
        /** Of some of it that could not be told. */
        OPEN,
        WHOLE
    }

    Fate fate() {
        if (works.stream().anyMatch(Worked::isBroken) || !missed.isEmpty()) {
            return Fate.BROKEN;
        }
        if (works.isEmpty()) {
            return Fate.NOTHING_TO_LOSE;
        }
        return works.stream().anyMatch(Worked::isOpen) ? Fate.OPEN : Fate.WHOLE;
    }

    public static Aftermath of(Watch.Observed observed) {
        Diagnosis before = Diagnosis.of(observed.before());
        Diagnosis after = Diagnosis.of(observed.after());
        List<Finding> fresh =
                after.findings().found().stream()
                        .filter(f -> before.findings().found().stream().noneMatch(f::isSameAs))
                        .toList();
        return new Aftermath(
                observed, after, fresh, works(observed), missed(observed), cause(observed, fresh));
    }

    private static List<Absences.Absence> missed(Watch.Observed observed) {
        return observed.lost().stream()
                .filter(a -> a.thing().aspect() == Thing.Aspect.PROFILE)
                .filter(a -> !MonitorService.onPurpose(a.who(), false))
                .filter(
                        a ->
                                saved(observed.before()).stream()
                                        .filter(p -> p.id().equals(a.thing().subject()))
                                        .anyMatch(p -> isMissed(p, observed.after())))
                .toList();
    }

    private static List<Profile> saved(Snapshot s) {
        return s.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.refusal().isEmpty() && (p.onDisk() || p.fromNetplan()))
                .toList();
    }

    /**
     * One that was renamed is there still, one of netplan's comes back at boot, and where another
     * one joins the same network nothing is missed.
     */
    private static boolean isMissed(Profile was, Snapshot after) {
        return saved(after).stream()
                        .noneMatch(
                                p ->
                                        !p.uuid().isEmpty() && p.uuid().equals(was.uuid())
                                                || was.type().equals(Profile.WIFI)
                                                        && p.type().equals(Profile.WIFI)
                                                        && p.ssid().equals(was.ssid()))
                && after.netplan().definitions().stream().noneMatch(d -> d.backs(was));
    }

    private static List<Worked> works(Watch.Observed observed) {
        Snapshot before = observed.before();
        Snapshot after = observed.after();
        List<Worked> all = new ArrayList<>();
        for (Link link : before.physical()) {
            if (!Reach.of(before, link).isYes()) {
                continue;
            }
            String name = observed.renamed().getOrDefault(link.name(), link.name());
            Optional<Link> now =
                    after.links().orElse(List.of()).stream()
                            .filter(l -> l.name().equals(name))
                            .findFirst();
            if (now.isPresent()) {
                Answer boot = BootForecast.of(after, now.get());
                Answer reach = Reach.of(after, now.get());
                all.add(new Worked(link.name(), reach, boot));
                if (!reach.isNo()) {
                    all.addAll(families(before, link, after, now.get(), boot));
                }
            } else {
                Answer gone =
                        after.links()
                                .whyUnknown()
                                .map(Answer::unknown)
                                .orElse(Answer.no("the interface is gone"));
                all.add(new Worked(link.name(), gone, gone));
            }
        }
        boolean named = !before.dns().servers().orElse(List.of()).isEmpty();
        Reading<List<String>> servers = after.dns().servers();
        if (named && servers.orElse(List.of()).isEmpty()) {
            Answer none =
                    servers.whyUnknown()
                            .map(Answer::unknown)
                            .orElse(Answer.no("no name server is left"));
            all.add(new Worked("DNS", none, Answer.yes("written anew at boot")));
        }
        return List.copyOf(all);
    }

    /**
     * The one of IPv4 and IPv6 that an interface lost while it is reachable by the other: most of
     * what speaks with a Pi speaks IPv4 only, and a router that announces itself hides its loss.
     */
    private static List<Worked> families(
            Snapshot before, Link was, Snapshot after, Link is, Answer boot) {
        List<Worked> all = new ArrayList<>();
        for (boolean v6 : new boolean[] {false, true}) {
            if (!has(was, v6) || !routed(before, was, v6) && !before.defaultRoutes(was).isEmpty()) {
                continue;
            }
            String family = v6 ? "IPv6" : "IPv4";
            Answer now = Answer.yes("it has an address");
            if (!has(is, v6)) {
                now = Answer.no("no " + family + " address is left");
            } else if (routed(before, was, v6) && !routed(after, is, v6)) {
                now =
                        after.routes()
                                .whyUnknown()
                                .map(Answer::unknown)
                                .orElse(Answer.no("no default route of " + family + " is left"));
            }
            if (!now.isYes()) {
                all.add(new Worked(was.name() + "'s " + family, now, boot));
            }
        }
        return all;
    }

    private static boolean has(Link link, boolean v6) {
        return link.globalAddresses().stream().anyMatch(a -> a.v6() == v6);
    }

    private static boolean routed(Snapshot s, Link link, boolean v6) {
        return s.defaultRoutes(link).stream().anyMatch(r -> r.v6() == v6);
    }

    /** What is found says most; else who did it; else it lies outside what is known. */
    private static Optional<FindingRow.Cause> cause(Watch.Observed observed, List<Finding> fresh) {
        boolean phone =
                Stream.concat(observed.lost().stream(), observed.returned().stream())
                        .anyMatch(a -> DaemonEvents.byBtwifiset(a.who()));
        Optional<FindingRow.Cause> found =
                fresh.stream()
                        .filter(Finding::isError)
                        .map(
                                f ->
                                        phone && f.row().phones()
                                                ? FindingRow.Cause.BTBERRYWIFI
                                                : f.cause())
                        .findFirst();
        if (found.isPresent() || observed.lost().isEmpty()) {
            return found;
        }
        return Optional.of(phone ? FindingRow.Cause.BTBERRYWIFI : FindingRow.Cause.OUTSIDE);
    }

    /**
     * Good only where all that worked works, now and after a boot, no saved profile was lost by
     * accident, and nothing else is wrong.
     */
    public int exitCode() {
        boolean broken = fate() == Fate.BROKEN;
        if (broken || after.verdict() == Diagnosis.Verdict.PROBLEMS) {
            return ExitCode.PROBLEMS;
        }
        return fate() == Fate.OPEN ? ExitCode.UNKNOWN : after.exitCode();
    }
}
