package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Interfaces in a state in which they carry nothing, though somebody configured them. */
final class DeviceFaults {

    /** NMDeviceStateReason: "Device disconnected by user or client". */
    private static final int BY_USER = 39;

    private DeviceFaults() {}

    private static Verdict eachLink(
            Snapshot s, BiFunction<Link, Nmcli.Device, Optional<Verdict.Hit>> test) {
        if (s.nm().devices().whyUnknown().isPresent()) {
            return Verdict.unknown(s.nm().devices().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            s.nm().device(link).flatMap(device -> test.apply(link, device)).ifPresent(hits::add);
        }
        return Verdict.of(hits);
    }

    static Verdict unmanaged(Snapshot s) {
        boolean accessPoint =
                s.processes().orElse(List.of()).stream()
                        .anyMatch(p -> p.program().equals("hostapd"));
        return eachLink(
                s,
                (link, device) -> {
                    boolean others = ProfileFaults.heldByOthers(s, link);
                    if (device.managed()
                            || others
                            || accessPoint && link.kind() == Link.Kind.WIFI) {
                        return Optional.empty();
                    }
                    List<Evidence> evidence = new ArrayList<>();
                    evidence.add(
                            new Evidence(
                                    link.name() + ": " + device.stateText(), "nmcli device show"));
                    Optional<Evidence> configured = BootForecast.unmanaged(s, link).value();
                    configured.ifPresent(evidence::add);
                    return Optional.of(
                            new Verdict.Hit(
                                    link.name(),
                                    Verdict.Severity.ERROR,
                                    link.name()
                                            + " is managed by nobody: NetworkManager leaves it"
                                            + " alone"
                                            + configured
                                                    .map(e -> " (" + e.source() + ")")
                                                    .orElse(
                                                            " since somebody told it to (nothing on"
                                                                    + " disk says so)"),
                                    evidence,
                                    configured.isPresent()
                                            ? List.of(
                                                    "take "
                                                            + link.name()
                                                            + " out of "
                                                            + configured.get().source()
                                                            + ", then: sudo systemctl restart"
                                                            + " NetworkManager")
                                            : List.of(
                                                    "sudo nmcli device set "
                                                            + Command.quoted(link.name())
                                                            + " managed yes")));
                });
    }

    static Verdict disconnectedByHand(Snapshot s) {
        return eachLink(
                s,
                (link, device) -> {
                    boolean byHand =
                            device.reason() == BY_USER || !device.autoconnect().orElse(true);
                    if (device.state() != 30 || !byHand || profileCount(s, link) == 0) {
                        return Optional.empty();
                    }
                    List<Evidence> evidence = new ArrayList<>();
                    evidence.add(
                            new Evidence(
                                    link.name()
                                            + ": "
                                            + device.stateText()
                                            + ", reason "
                                            + device.reason()
                                            + device.autoconnect()
                                                    .map(a -> ", autoconnect " + (a ? "yes" : "no"))
                                                    .orElse(""),
                                    "nmcli device show"));
                    Optional<Journal.Audit> audit =
                            s.journal()
                                    .value()
                                    .flatMap(
                                            j ->
                                                    j.audits().stream()
                                                            .filter(a -> j.ofThisBoot(a.line()))
                                                            .filter(
                                                                    a ->
                                                                            a.op().equals(
                                                                                                    "device-disconnect")
                                                                                    && a.iface()
                                                                                            .equals(
                                                                                                    link
                                                                                                            .name()))
                                                            .reduce((a, b) -> b));
                    audit.ifPresent(a -> evidence.add(Evidence.of(a.line())));
                    Optional<Journal.Line> phone =
                            audit.flatMap(a -> phoneBefore(s, a.line(), "DISCONN"));
                    phone.ifPresent(line -> evidence.add(Evidence.of(line)));
                    return Optional.of(
                            new Verdict.Hit(
                                    link.name(),
                                    Verdict.Severity.ERROR,
                                    link.name()
                                            + " was disconnected by hand"
                                            + (phone.isPresent() ? " from the phone (DISCONN)" : "")
                                            + "; NetworkManager does not connect it again by itself"
                                            + " before the next boot",
                                    evidence,
                                    List.of(
                                            "sudo nmcli device connect "
                                                    + Command.quoted(link.name()))));
                });
    }

    /** NetworkManager's default of connection.autoconnect-retries (NetworkManager.conf(5)). */
    private static final int TRIES = 4;

    static Verdict gaveUp(Snapshot s) {
        return eachLink(
                s,
                (link, device) -> {
                    boolean waits =
                            device.state() == 30
                                    && device.reason() != BY_USER
                                    && device.autoconnect().orElse(true);
                    if (!waits || s.journal().value().isEmpty()) {
                        return Optional.empty();
                    }
                    for (Profile profile : s.nm().profiles().orElse(List.of())) {
                        List<Journal.Line> failed = failures(s, link, profile.id());
                        if (profile.autoconnectsOn(link) && !failed.isEmpty()) {
                            return Optional.of(gaveUp(link, profile, failed));
                        }
                    }
                    return Optional.empty();
                });
    }

    private static Verdict.Hit gaveUp(Link link, Profile profile, List<Journal.Line> failed) {
        return new Verdict.Hit(
                link.name(),
                Verdict.Severity.ERROR,
                "NetworkManager has given up connecting "
                        + link.name()
                        + " to \""
                        + profile.id()
                        + "\"",
                failed.subList(Math.max(0, failed.size() - 2), failed.size()).stream()
                        .map(Evidence::of)
                        .toList(),
                List.of(
                        "sudo nmcli connection up id " + Command.quoted(profile.id()),
                        "sudo nmcli connection modify id "
                                + Command.quoted(profile.id())
                                + " connection.autoconnect-retries 0"));
    }

    /**
     * Since it last worked or was asked for by hand; empty where NetworkManager still tries. A
     * secret that nobody gives ends it at the first time.
     */
    private static List<Journal.Line> failures(Snapshot s, Link link, String id) {
        Journal journal = s.journal().value().orElseThrow();
        String device = "device (" + link.name() + "): ";
        List<Journal.Line> failed = new ArrayList<>();
        int tries = 0;
        boolean noSecrets = false;
        for (Journal.Line line : journal.lines()) {
            String message = line.message();
            if (!journal.ofThisBoot(line)) {
                continue;
            }
            if (message.contains(device + "Activation: successful")
                    || message.contains("audit: op=\"connection-")) {
                failed.clear();
                tries = 0;
                noSecrets = false;
            } else if (message.contains(device + "no secrets: ")) {
                failed.add(line);
                noSecrets = true;
            } else if (message.endsWith(
                    device + "Activation: failed for connection '" + id + "'")) {
                failed.add(line);
                tries++;
            }
        }
        return tries >= TRIES || noSecrets && tries > 0 ? failed : List.of();
    }

    /** NetworkManager 1.22 to 1.52, src/core/devices/wifi/nm-device-wifi.c, after five tries. */
    private static final String NO_SUPPLICANT = "supplicant interface keeps failing, giving up";

    /**
     * NetworkManager asks for its supplicant five times, and does not hear of one that comes later.
     */
    static Verdict withoutSupplicant(Snapshot s) {
        return eachLink(
                s,
                (link, device) ->
                        device.state() == Nmcli.UNAVAILABLE
                                ? lastWord(s, link).map(line -> withoutSupplicant(s, link, line))
                                : Optional.empty());
    }

    /** That it has given up, where nothing has become of the device since. */
    private static Optional<Journal.Line> lastWord(Snapshot s, Link link) {
        if (s.journal().value().isEmpty()) {
            return Optional.empty();
        }
        Journal journal = s.journal().value().get();
        String device = "device (" + link.name() + "): ";
        return journal.lines().stream()
                .filter(journal::ofThisBoot)
                .filter(
                        line ->
                                line.message().contains(device + "state change: ")
                                        || line.message().contains(device + "supplicant"))
                .reduce((a, b) -> b)
                .filter(line -> line.message().endsWith(NO_SUPPLICANT));
    }

    private static Verdict.Hit withoutSupplicant(Snapshot s, Link link, Journal.Line line) {
        Unit supplicant = s.unit(Faults.SUPPLICANT);
        List<String> remedy = new ArrayList<>();
        if (!supplicant.running()) {
            remedy.add("sudo systemctl start wpa_supplicant");
        }
        remedy.addAll(DaemonFaults.managedAnew(link));
        return new Verdict.Hit(
                link.name(),
                BootForecast.savedProfile(s, link).isPresent()
                        ? Verdict.Severity.ERROR
                        : Verdict.Severity.WARNING,
                "NetworkManager has given up waiting for its wpa_supplicant, and uses "
                        + link.name()
                        + " no more"
                        + (supplicant.running() ? ", though it runs again" : ""),
                List.of(Evidence.of(line), Evidence.of(supplicant)),
                remedy);
    }

    private static long profileCount(Snapshot s, Link link) {
        return s.nm().profiles().orElse(List.of()).stream()
                        .filter(p -> p.autoconnectsOn(link))
                        .count()
                + s.nm().connections().orElse(List.of()).stream()
                        .filter(
                                c ->
                                        c.autoconnect()
                                                && c.type()
                                                        .endsWith(
                                                                link.kind() == Link.Kind.WIFI
                                                                        ? "wireless"
                                                                        : "ethernet"))
                        .count();
    }

    private static Optional<Journal.Line> phoneBefore(
            Snapshot s, Journal.Line line, String command) {
        return s.journal()
                .value()
                .flatMap(
                        j ->
                                j.btwifiset().stream()
                                        .filter(
                                                l ->
                                                        l.message().contains("registering SSID")
                                                                && l.message().contains(command))
                                        .filter(l -> !l.until(line).isNegative())
                                        .filter(l -> l.until(line).toSeconds() < 30)
                                        .reduce((a, b) -> b));
    }

    static Verdict down(Snapshot s) {
        if (!s.host().live()) {
            return Verdict.clear();
        }
        if (s.links().whyUnknown().isPresent()) {
            return Verdict.unknown(s.links().whyUnknown().get());
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            if (link.up()) {
                continue;
            }
            boolean configured =
                    BootForecast.savedProfile(s, link).isPresent()
                            || ProfileFaults.heldByOthers(s, link)
                            || link.kind() == Link.Kind.WIRED
                                    && s.nm().device(link).map(Nmcli.Device::managed).orElse(false);
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(
                    new Evidence(
                            link.name() + ": no UP flag, operstate " + link.operstate(),
                            "ip address show"));
            Optional<Journal.Line> phone =
                    s.journal()
                            .value()
                            .flatMap(
                                    j ->
                                            j.btwifiset().stream()
                                                    .filter(j::ofThisBoot)
                                                    .filter(
                                                            l ->
                                                                    l.message()
                                                                            .contains(
                                                                                    "Bring WiFi "))
                                                    .reduce((a, b) -> b))
                            .filter(
                                    l ->
                                            link.kind() == Link.Kind.WIFI
                                                    && l.message().contains("Bring WiFi down"));
            phone.ifPresent(line -> evidence.add(Evidence.of(line)));
            hits.add(
                    new Verdict.Hit(
                            link.name(),
                            configured ? Verdict.Severity.ERROR : Verdict.Severity.INFO,
                            link.name()
                                    + " is switched off (the interface is down)"
                                    + (phone.isPresent() ? ", from the phone (OFF)" : ""),
                            evidence,
                            List.of("sudo ip link set " + Command.quoted(link.name()) + " up")));
        }
        return Verdict.of(hits);
    }

    static Verdict addressLost(Snapshot s) {
        return eachLink(
                s,
                (link, device) -> {
                    boolean external = device.stateText().contains("externally");
                    if (!device.connected()
                            || external
                            || !link.hasCarrier()
                            || !lostIts(link, device)) {
                        return Optional.empty();
                    }
                    boolean wanted =
                            s.nm().profiles().orElse(List.of()).stream()
                                    .filter(p -> p.uuid().equals(device.uuid()))
                                    .noneMatch(Profile::noAddress);
                    return wanted
                            ? Optional.of(
                                    new Verdict.Hit(
                                            link.name(),
                                            Verdict.Severity.ERROR,
                                            link.name()
                                                    + " is connected for NetworkManager and has no"
                                                    + " address",
                                            List.of(
                                                    new Evidence(
                                                            link.name()
                                                                    + ": "
                                                                    + device.stateText()
                                                                    + ", profile \""
                                                                    + device.connection()
                                                                    + "\"",
                                                            "nmcli device show"),
                                                    new Evidence(
                                                            link.name() + ": no global address",
                                                            "ip address show")),
                                            reapply(link)))
                            : Optional.empty();
                });
    }

    /** With a router's IPv6 beside it, a lost IPv4 address is still lost. */
    private static boolean lostIts(Link link, Nmcli.Device device) {
        boolean v4 = link.globalAddresses().stream().anyMatch(a -> !a.v6());
        boolean wantsV4 = !device.gateway4().isEmpty() || !device.options().isEmpty();
        return link.globalAddresses().isEmpty() || wantsV4 && !v4;
    }

    static Verdict routeLost(Snapshot s) {
        if (s.routes().whyUnknown().isPresent()) {
            return Verdict.unknown(s.routes().whyUnknown().get());
        }
        return eachLink(
                s,
                (link, device) -> {
                    String router =
                            device.gateway4().isEmpty()
                                    ? device.options().getOrDefault("routers", "")
                                    : device.gateway4();
                    boolean never =
                            s.nm().profiles().orElse(List.of()).stream()
                                    .anyMatch(
                                            p ->
                                                    p.uuid().equals(device.uuid())
                                                            && p.neverDefault());
                    if (!device.connected()
                            || router.isEmpty()
                            || never
                            || link.globalAddresses().isEmpty()
                            || s.defaultRoutes(link).stream().anyMatch(r -> !r.v6())) {
                        return Optional.empty();
                    }
                    return Optional.of(
                            new Verdict.Hit(
                                    link.name(),
                                    Verdict.Severity.ERROR,
                                    link.name()
                                            + "'s default route over "
                                            + router
                                            + " is gone; it is reachable from its own network at"
                                            + " best",
                                    List.of(
                                            new Evidence(
                                                    link.name() + ": router " + router,
                                                    "nmcli device show"),
                                            new Evidence(
                                                    "no default route on " + link.name(),
                                                    "ip route show")),
                                    reapply(link)));
                });
    }

    private static List<String> reapply(Link link) {
        return List.of("sudo nmcli device reapply " + Command.quoted(link.name()));
    }

    static Verdict noInterface(Snapshot s) {
        if (s.links().whyUnknown().isPresent()) {
            return Verdict.unknown(s.links().whyUnknown().get());
        }
        return s.physical().isEmpty()
                ? Verdict.of(
                        List.of(
                                new Verdict.Hit(
                                        FindingRow.MACHINE,
                                        Verdict.Severity.ERROR,
                                        "the kernel has no wired and no Wi-Fi interface",
                                        List.of(
                                                new Evidence(
                                                        "interfaces: "
                                                                + String.join(
                                                                        ", ",
                                                                        s
                                                                                .links()
                                                                                .orElse(List.of())
                                                                                .stream()
                                                                                .map(Link::name)
                                                                                .toList()),
                                                        "ip address show")),
                                        List.of("sudo dmesg | grep -iE 'eth|brcmfmac|usb'"))))
                : Verdict.clear();
    }
}
