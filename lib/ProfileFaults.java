package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Profiles that are missing, were deleted, or will be missing after the next boot. */
final class ProfileFaults {

    /** btwifiset's line when a scan and a profile disagree; the SSID stands in it as it is. */
    private static final Pattern IN_CONFLICT =
            Pattern.compile("known network (.*) in conflict - delete");

    /** It waits 25 s for a connection; on a loaded Pi all of it takes longer. */
    private static final Duration ATTEMPT = Duration.ofMinutes(3);

    /** nmcli follows within a second; a loaded Pi may need a few. */
    private static final Duration SOON = Duration.ofSeconds(15);

    private ProfileFaults() {}

    static List<String> addWired() {
        return List.of(
                "sudo nmcli connection add type ethernet con-name Wired ifname '*'"
                    + " connection.autoconnect-priority -999 connection.multi-connect multiple");
    }

    /** eth0 is called end0 since an upgrade, and the profile was never told. */
    static Verdict ofAbsentInterface(Snapshot s) {
        if (!s.host().live() || s.nm().profiles().whyUnknown().isPresent()) {
            return s.nm().profiles()
                    .whyUnknown()
                    .filter(why -> s.host().live())
                    .map(Verdict::unknown)
                    .orElse(Verdict.clear());
        }
        if (s.links().whyUnknown().isPresent()) {
            return Verdict.unknown(s.links().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Profile profile : s.nm().profiles().orElse(List.of())) {
            boolean there =
                    profile.interfaceName().isEmpty()
                            || s.links().orElse(List.of()).stream()
                                    .anyMatch(l -> l.name().equals(profile.interfaceName()));
            boolean ofHardware =
                    profile.type().equals(Profile.WIFI) || profile.type().equals("ethernet");
            if (!there && ofHardware && profile.autoconnect() && profile.refusal().isEmpty()) {
                hits.add(
                        new Verdict.Hit(
                                profile.id(),
                                Verdict.Severity.WARNING,
                                "the profile \""
                                        + profile.id()
                                        + "\" is for "
                                        + profile.interfaceName()
                                        + ", and there is no such interface",
                                List.of(
                                        new Evidence(
                                                "interface-name=" + profile.interfaceName(),
                                                profile.file())),
                                List.of(
                                        "sudo nmcli connection modify id "
                                                + Command.quoted(profile.id())
                                                + " connection.interface-name ''")));
            }
        }
        return Verdict.of(hits);
    }

    static Verdict wiredNoProfile(Snapshot s) {
        if (s.nm().devices().isAbsent()) {
            return Verdict.clear();
        }
        if (s.nm().devices().whyUnknown().isPresent()) {
            return Verdict.unknown(s.nm().devices().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            Optional<Nmcli.Device> device = s.nm().device(link);
            if (link.kind() != Link.Kind.WIRED
                    || !link.hasCarrier()
                    || device.isEmpty()
                    || device.get().state() != 30) {
                continue;
            }
            if (s.nm().profiles().whyUnknown().isPresent()) {
                return Verdict.unknown(s.nm().profiles().whyUnknown().get());
            }
            if (BootForecast.savedProfile(s, link).isPresent()) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(
                    new Evidence(
                            link.name()
                                    + ": "
                                    + device.get().stateText()
                                    + ", carrier 1, no profile matches it",
                            "nmcli device show"));
            Optional<Evidence> forbidden = BootForecast.automaticProfileForbidden(s, link).value();
            forbidden.ifPresent(evidence::add);
            String why =
                    forbidden
                            .map(
                                    e ->
                                            "; NetworkManager may not make one by itself ("
                                                    + e.source()
                                                    + ")")
                            .orElse(
                                    "; nothing on disk says why NetworkManager does not make one by"
                                            + " itself");
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            Verdict.Severity.ERROR,
                            link.name() + " has a cable and no profile" + why,
                            evidence,
                            addWired()));
        }
        return Verdict.of(hits);
    }

    /** Works now, and the next boot will not bring it back. */
    static Verdict lostAtNextBoot(Snapshot s) {
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            Answer boot = BootForecast.of(s, link);
            boolean works = link.hasCarrier() && !link.globalAddresses().isEmpty();
            if (works && boot.isUnknown()) {
                return Verdict.unknown(boot.why());
            }
            if (!works || !boot.isNo()) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(
                    new Evidence(
                            link.name() + " has " + link.globalAddresses().get(0),
                            "ip address show"));
            inMemory(s, link)
                    .ifPresent(
                            c ->
                                    evidence.add(
                                            new Evidence(
                                                    "profile \""
                                                            + c.name()
                                                            + "\" lies in memory only: "
                                                            + c.file(),
                                                    "nmcli connection show")));
            if (link.kind() == Link.Kind.WIRED) {
                BootForecast.automaticProfileForbidden(s, link).value().ifPresent(evidence::add);
            }
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            Verdict.Severity.ERROR,
                            link.name()
                                    + " works now and will not after the next boot: "
                                    + boot.why(),
                            evidence,
                            toKeep(s, link)));
        }
        return Verdict.of(hits);
    }

    /** A profile of its own that only waits for a hand is better than another one beside it. */
    private static List<String> toKeep(Snapshot s, Link link) {
        if (!s.unit(Manager.NETWORKMANAGER.unit()).enabled()) {
            return List.of();
        }
        Optional<Profile> byHand =
                BootForecast.waiting(s, link).filter(p -> p.wantsPerson().isEmpty());
        if (byHand.isPresent()) {
            return autoconnect(byHand.get().id());
        }
        Optional<Nmcli.Connection> inMemory = inMemory(s, link);
        if (link.kind() == Link.Kind.WIFI && inMemory.isPresent()) {
            // Any change writes a profile of /run to /etc.
            return autoconnect(inMemory.get().name());
        }
        return link.kind() == Link.Kind.WIRED ? addWired() : List.of();
    }

    private static List<String> autoconnect(String profile) {
        return List.of(
                "sudo nmcli connection modify id "
                        + Command.quoted(profile)
                        + " connection.autoconnect yes");
    }

    private static Optional<Nmcli.Connection> inMemory(Snapshot s, Link link) {
        return s.nm().device(link)
                .filter(Nmcli.Device::connected)
                .flatMap(
                        d ->
                                s.nm().connections().orElse(List.of()).stream()
                                        .filter(c -> c.uuid().equals(d.uuid()))
                                        .findFirst())
                .filter(c -> c.file().startsWith("/run/"));
    }

    static Verdict automaticProfileDeleted(Snapshot s) {
        List<Verdict.Hit> hits = new ArrayList<>();
        Optional<String> unknown = s.nm().autoDefaultDeleted().whyUnknown();
        boolean matters =
                s.unit(Manager.NETWORKMANAGER.unit()).exists()
                        && s.physical().stream()
                                .anyMatch(
                                        l ->
                                                l.kind() == Link.Kind.WIRED
                                                        && BootForecast.of(s, l).isUnknown());
        if (unknown.isPresent() && matters) {
            return Verdict.unknown(unknown.get());
        }
        for (Link link : s.physical()) {
            boolean deleted =
                    !link.permanentMac().isEmpty()
                            && s.nm().autoDefaultDeleted()
                                    .orElse(List.of())
                                    .contains(link.permanentMac());
            if (!deleted || !BootForecast.of(s, link).isNo()) {
                continue;
            }
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            Verdict.Severity.ERROR,
                            link.name()
                                    + "'s automatic profile was deleted; NetworkManager makes none"
                                    + " again for this interface",
                            List.of(
                                    new Evidence(
                                            link.permanentMac(),
                                            "/var/lib/NetworkManager/no-auto-default.state")),
                            addWired()));
        }
        return Verdict.of(hits);
    }

    /** A profile that btwifiset deleted in a scan, and that has not come back since. */
    static Verdict deletedByBtwifiset(Snapshot s) {
        Optional<Journal> journal = s.journal().value();
        if (journal.isEmpty()) {
            return s.journal().isAbsent() || s.nm().general().isAbsent()
                    ? Verdict.clear()
                    : Verdict.unknown(s.journal().whyUnknown().orElse("no journal"));
        }
        // A network given up long ago is no problem of a Pi that has another one.
        boolean otherWifi =
                s.physical().stream()
                        .anyMatch(
                                l ->
                                        l.kind() == Link.Kind.WIFI
                                                && BootForecast.savedProfile(s, l).isPresent());
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Journal.Line line : journal.get().btwifiset()) {
            Matcher m = IN_CONFLICT.matcher(line.message());
            if (!m.find()) {
                continue;
            }
            String ssid = m.group(1);
            Optional<Journal.Audit> audit =
                    journal.get().audits().stream()
                            .filter(a -> a.op().equals("connection-delete") && a.success())
                            .filter(a -> follows(line, a.line(), SOON))
                            .findFirst();
            String name = audit.map(Journal.Audit::name).filter(n -> !n.isEmpty()).orElse(ssid);
            if (isBack(s, ssid, name) || hits.stream().anyMatch(h -> h.subject().equals(name))) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(Evidence.of(line));
            audit.ifPresent(a -> evidence.add(Evidence.of(a.line())));
            hits.add(
                    new Verdict.Hit(
                            name,
                            otherWifi ? Verdict.Severity.WARNING : Verdict.Severity.ERROR,
                            "btwifiset deleted the Wi-Fi profile \""
                                    + name
                                    + "\" during a scan"
                                    + (name.equals(ssid) ? "" : " (network \"" + ssid + "\")"),
                            evidence,
                            List.of(
                                    "sudo nmcli --ask device wifi connect "
                                            + Command.quoted(ssid))));
        }
        deletedInVain(s, journal.get(), otherWifi, hits);
        if (hits.isEmpty() && !journal.get().gap().isEmpty()) {
            return Verdict.unknown(journal.get().gap());
        }
        return Verdict.of(hits);
    }

    /** Where a network that was saved could not be connected to with what the phone sent. */
    private static void deletedInVain(
            Snapshot s, Journal journal, boolean otherWifi, List<Verdict.Hit> hits) {
        for (Journal.Line wish : journal.btwifiset()) {
            String ssid = DaemonEvents.wished(wish.message());
            List<Journal.Audit> lost = ssid.isEmpty() ? List.of() : twice(journal, wish, ssid);
            if (lost.isEmpty()
                    || isBack(s, ssid, ssid)
                    || hits.stream().anyMatch(h -> h.subject().equals(ssid))) {
                continue;
            }
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(Evidence.of(wish));
            lost.forEach(a -> evidence.add(Evidence.of(a.line())));
            hits.add(
                    new Verdict.Hit(
                            ssid,
                            otherWifi ? Verdict.Severity.WARNING : Verdict.Severity.ERROR,
                            "btwifiset deleted the Wi-Fi profile \""
                                    + ssid
                                    + "\" when it could not connect with what the phone sent",
                            evidence,
                            List.of(
                                    "sudo nmcli --ask device wifi connect "
                                            + Command.quoted(ssid)
                                            + " hidden yes")));
        }
    }

    /**
     * For a network that is not in sight btwifiset deletes the profile that there is, adds another
     * one, and deletes that, too, where it does not come up: what it did of that name, where it was
     * that.
     */
    private static List<Journal.Audit> twice(Journal journal, Journal.Line wish, String ssid) {
        List<Journal.Audit> done =
                journal.audits().stream()
                        .filter(a -> a.name().equals(ssid) && a.success())
                        .filter(a -> a.op().matches("connection-(?:delete|add)"))
                        .filter(a -> follows(wish, a.line(), ATTEMPT))
                        .toList();
        String ops = done.stream().map(Journal.Audit::op).collect(Collectors.joining(" "));
        return ops.matches("(?:connection-delete )+connection-add connection-delete")
                ? done
                : List.of();
    }

    /**
     * Where the phone sends a password for a network that is saved and in sight, nmcli writes it
     * into the profile first and tries it then; what was there before is gone.
     */
    static Verdict passwordReplaced(Snapshot s) {
        return Verdict.of(replacedPasswords(s));
    }

    /** The networks into whose profiles a password was written that does not work. */
    static List<String> wrongPasswords(Snapshot s) {
        return replacedPasswords(s).stream().map(Verdict.Hit::subject).toList();
    }

    private static List<Verdict.Hit> replacedPasswords(Snapshot s) {
        Optional<Journal> journal = s.journal().value();
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Journal.Line wish : journal.map(Journal::btwifiset).orElse(List.of())) {
            String ssid = DaemonEvents.wished(wish.message());
            if (ssid.isEmpty()
                    || !isBack(s, ssid, ssid)
                    || works(s, ssid)
                    || hits.stream().anyMatch(h -> h.subject().equals(ssid))) {
                continue;
            }
            List<Evidence> seen = replaced(journal.get(), wish, ssid);
            if (!seen.isEmpty()) {
                hits.add(passwordReplaced(s, ssid, seen));
            }
        }
        return hits;
    }

    private static boolean works(Snapshot s, String name) {
        return s.nm().devices().orElse(List.of()).stream()
                .anyMatch(d -> d.connection().equals(name) && d.state() == 100);
    }

    /** The wish, the change and its failure; empty where it is not so, or changed again since. */
    private static List<Evidence> replaced(Journal journal, Journal.Line wish, String ssid) {
        List<Journal.Line> changes =
                journal.audits().stream()
                        .filter(a -> a.op().equals("connection-update") && a.success())
                        .filter(a -> a.name().equals(ssid))
                        .map(Journal.Audit::line)
                        .filter(l -> !wish.until(l).isNegative())
                        .toList();
        if (changes.size() != 1 || !follows(wish, changes.get(0), ATTEMPT)) {
            return List.of();
        }
        Journal.Line change = changes.get(0);
        return journal.lines().stream()
                .filter(l -> follows(change, l, ATTEMPT))
                .filter(
                        l ->
                                l.message().contains(": no secrets: ")
                                        || l.message()
                                                .endsWith(
                                                        "Activation: failed for connection '"
                                                                + ssid
                                                                + "'"))
                .findFirst()
                .map(l -> List.of(Evidence.of(wish), Evidence.of(change), Evidence.of(l)))
                .orElse(List.of());
    }

    private static Verdict.Hit passwordReplaced(Snapshot s, String ssid, List<Evidence> seen) {
        boolean otherWifi =
                s.physical().stream().anyMatch(l -> l.kind() == Link.Kind.WIFI && l.hasCarrier());
        return new Verdict.Hit(
                ssid,
                otherWifi ? Verdict.Severity.WARNING : Verdict.Severity.ERROR,
                "btwifiset has put the password that the phone sent into the profile \""
                        + ssid
                        + "\", and it does not work; the one before is gone",
                seen,
                List.of("sudo nmcli --ask connection up id " + Command.quoted(ssid)));
    }

    private static boolean follows(Journal.Line line, Journal.Line later, Duration within) {
        Duration gap = line.until(later);
        return !gap.isNegative() && gap.compareTo(within) <= 0;
    }

    private static boolean isBack(Snapshot s, String ssid, String name) {
        boolean onDisk =
                s.nm().profiles().orElse(List.of()).stream()
                        .anyMatch(
                                p ->
                                        p.type().equals(Profile.WIFI)
                                                && (p.ssid().equals(ssid) || p.id().equals(name)));
        boolean loaded =
                s.nm().connections().orElse(List.of()).stream()
                        .anyMatch(
                                c ->
                                        c.type().endsWith("wireless")
                                                && (c.name().equals(name)
                                                        || c.name().equals(ssid)));
        return onDisk || loaded;
    }

    static Verdict wifiNoProfile(Snapshot s) {
        boolean managed =
                s.unit(Manager.NETWORKMANAGER.unit()).enabled()
                        || s.unit(Manager.NETWORKMANAGER.unit()).running();
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            if (link.kind() != Link.Kind.WIFI
                    || !managed
                    || heldByOthers(s, link)
                    || BootForecast.unmanaged(s, link).value().isPresent()) {
                continue;
            }
            if (s.nm().profiles().whyUnknown().isPresent()) {
                return Verdict.unknown(s.nm().profiles().whyUnknown().get());
            }
            boolean some =
                    s.nm().profiles().orElse(List.of()).stream()
                            .anyMatch(p -> p.type().equals(Profile.WIFI));
            if (some) {
                continue;
            }
            boolean only = Reach.ofAll(s).isNo() || BootForecast.ofAll(s).isNo();
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(
                    new Evidence(
                            "no Wi-Fi profile",
                            s.nm().config().profileFolder().orElse("no folder of its own")));
            journalReach(s).ifPresent(evidence::add);
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            only ? Verdict.Severity.ERROR : Verdict.Severity.INFO,
                            link.name() + ": no profile" + whoDeleted(s),
                            evidence,
                            List.of("sudo nmcli --ask device wifi connect NAME-OF-YOUR-NETWORK")));
        }
        return Verdict.of(hits);
    }

    static boolean heldByOthers(Snapshot s, Link link) {
        return Owners.of(s).of(link).stream().anyMatch(c -> c.manager() != Manager.NETWORKMANAGER)
                || Unit.supplicants(link.name()).keySet().stream()
                        .anyMatch(unit -> s.unit(unit).enabled());
    }

    private static String whoDeleted(Snapshot s) {
        if (s.journal().value().isEmpty()) {
            return "; whether one was deleted is unknown";
        }
        Optional<Journal.Audit> last =
                s.journal().value().get().audits().stream()
                        .filter(a -> a.op().equals("connection-delete") && a.success())
                        .reduce((a, b) -> b);
        if (last.isPresent()) {
            // An audit line does not tell the kind: it may have been a wired one.
            return "; the last profile that was deleted is \""
                    + last.get().name()
                    + "\", by process "
                    + last.get().pid()
                    + (last.get().uid() == 0 ? " of root" : " of user " + last.get().uid());
        }
        Journal journal = s.journal().value().get();
        if (!journal.gap().isEmpty()) {
            return "; whether one was deleted is unknown (" + journal.gap() + ")";
        }
        return journal.boots()
                .value()
                .map(
                        boots ->
                                boots <= 1
                                        ? "; who deleted it, if there was one, is unknown: the"
                                                + " journal begins at this boot"
                                        : "; the journal, which knows "
                                                + boots
                                                + " boots, has no deletion")
                .orElse(
                        "; the journal has no deletion, and how far back it goes is unknown ("
                                + journal.boots().whyUnknown().orElse("")
                                + ")");
    }

    private static Optional<Evidence> journalReach(Snapshot s) {
        return s.journal()
                .value()
                .map(
                        j ->
                                j.audits().stream()
                                        .filter(
                                                a ->
                                                        a.op().equals("connection-delete")
                                                                && a.success())
                                        .reduce((a, b) -> b)
                                        .map(a -> Evidence.of(a.line()))
                                        .orElse(
                                                new Evidence(
                                                        "boots in the journal: "
                                                                + j.boots()
                                                                        .value()
                                                                        .map(String::valueOf)
                                                                        .orElse("unknown"),
                                                        "journalctl --list-boots")));
    }

    static Verdict ignored(Snapshot s) {
        if (s.nm().profiles().whyUnknown().isPresent()) {
            return Verdict.unknown(s.nm().profiles().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Profile p : s.nm().profiles().orElse(List.of())) {
            boolean hidden = p.file().contains("/.");
            if (p.refusal().isPresent()
                    && !hidden
                    && p.onDisk()
                    && p.file().endsWith(".nmconnection")) {
                String file = Command.quoted(p.file());
                Profile.Refusal refusal = p.refusal().get();
                hits.add(
                        new Verdict.Hit(
                                p.id(),
                                Verdict.Severity.ERROR,
                                "NetworkManager does not read the profile \""
                                        + p.id()
                                        + "\": "
                                        + refusal.why(),
                                List.of(new Evidence(refusal.why(), p.file())),
                                refusal.cause() == Profile.Refusal.Cause.TEXT
                                        ? List.of(
                                                "sudo nano " + file,
                                                "sudo nmcli connection load " + file)
                                        : List.of(
                                                "sudo chown root:root " + file,
                                                "sudo chmod 600 " + file,
                                                "sudo nmcli connection load " + file)));
            }
        }
        return Verdict.of(hits);
    }
}
