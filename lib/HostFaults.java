package netfix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The machine that a network runs on: its disk, its clock, its radio's firmware, and who else
 * writes its configuration. A capture from before netfix asked for these tells nothing of them,
 * which is no reason to call a machine healthy or not: they do not decide that.
 */
final class HostFaults {

    /** No Pi was built before; without a clock it believes to be in 1970. */
    private static final Instant MILLENNIUM = Instant.parse("2000-01-01T00:00:00Z");

    private HostFaults() {}

    private static Verdict eachMount(
            Snapshot s, Predicate<Mount> test, Function<Mount, String> text, String... remedy) {
        return Verdict.of(
                s.premises().mounts().stream()
                        .filter(test)
                        .map(
                                m ->
                                        new Verdict.Hit(
                                                m.target(),
                                                Verdict.Severity.WARNING,
                                                text.apply(m),
                                                List.of(m.evidence()),
                                                List.of(remedy)))
                        .toList());
    }

    static Verdict rootForgets(Snapshot s) {
        return eachMount(
                s,
                m -> m.target().equals("/") && (m.forgets() || m.readOnly()),
                m ->
                        m.forgets()
                                ? "the root is a file system in memory ("
                                        + m.type()
                                        + "): the next boot forgets every change"
                                : "the root is mounted read-only: no profile can be saved");
    }

    /** A mask of a manager that nobody misses is as somebody wants it. */
    static Verdict bootHeldOff(Snapshot s) {
        BootOrders orders = s.premises().orders();
        List<Verdict.Hit> hits = new ArrayList<>();
        Map<String, String> needed = new LinkedHashMap<>();
        for (Manager manager : Manager.values()) {
            needed.put(manager.unit(), manager.toString());
        }
        needed.put("wpa_supplicant.service", "wpa_supplicant, and so no Wi-Fi of NetworkManager's");
        needed.forEach(
                (unit, shown) ->
                        orders.mask(unit)
                                .filter(e -> s.unit(unit).exists())
                                .filter(e -> BootForecast.ofAll(s).isNo())
                                .map(
                                        e ->
                                                heldOff(
                                                        "the next boot does not start " + shown,
                                                        e,
                                                        "take "
                                                                + e.what()
                                                                + " out of "
                                                                + e.source()))
                                .ifPresent(hits::add));
        orders.elsewhere()
                .ifPresent(
                        e ->
                                hits.add(
                                        heldOff(
                                                "the next boot does not go to the usual system",
                                                e,
                                                e.source().equals(BootOrders.DEFAULT_TARGET)
                                                        ? "sudo systemctl set-default"
                                                                + " multi-user.target"
                                                        : "take "
                                                                + e.what()
                                                                + " out of "
                                                                + e.source())));
        return Verdict.of(hits);
    }

    private static Verdict.Hit heldOff(String what, Evidence seen, String remedy) {
        return new Verdict.Hit(
                FindingRow.MACHINE,
                Verdict.Severity.ERROR,
                what + ", whatever is enabled",
                List.of(seen),
                List.of(remedy));
    }

    static Verdict full(Snapshot s) {
        return eachMount(
                s,
                m -> m.full() && !m.readOnly(),
                m -> "no room is left on " + m.target(),
                "sudo du -xh --max-depth=2 / | sort -h | tail");
    }

    static Verdict logNotWritable(Snapshot s) {
        return eachMount(
                s,
                m -> m.readOnly() && !m.target().equals("/"),
                m -> m.target() + " is mounted read-only: what happens is not kept there",
                "sudo dmesg | grep -iE 'ext4|mmc|read-only'");
    }

    static Verdict clockNotSet(Snapshot s) {
        Instant now = s.host().taken();
        // The very first instant stands for a time that nobody told.
        boolean wrong = now.isBefore(MILLENNIUM) && now.isAfter(Instant.EPOCH);
        return wrong && s.host().live()
                ? one(
                        FindingRow.MACHINE,
                        Verdict.Severity.WARNING,
                        "the clock says " + now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                        List.of(new Evidence(now.toString(), "the system clock")),
                        List.of("timedatectl"))
                : Verdict.clear();
    }

    static Verdict firmwareCrashed(Snapshot s) {
        List<Journal.Line> lines = s.premises().crashes();
        if (lines.isEmpty()) {
            return Verdict.clear();
        }
        List<Verdict.Hit> hits = new ArrayList<>();
        for (Link link : s.physical()) {
            if (hasBroadcom(link)) {
                hits.add(
                        new Verdict.Hit(
                                link.name(),
                                link.hasCarrier()
                                        ? Verdict.Severity.WARNING
                                        : Verdict.Severity.ERROR,
                                "the firmware of " + link.name() + "'s radio has crashed",
                                List.of(Evidence.of(lines.get(lines.size() - 1))),
                                List.of(
                                        "sudo modprobe -r brcmfmac_wcc brcmfmac",
                                        "sudo modprobe brcmfmac")));
            }
        }
        return Verdict.of(hits);
    }

    static boolean hasBroadcom(Link link) {
        return link.kind() == Link.Kind.WIFI && link.hardware().driver().startsWith("brcmfmac");
    }

    static Verdict accessPoint(Snapshot s) {
        List<Evidence> seen =
                s.processes().orElse(List.of()).stream()
                        .filter(p -> p.program().equals("hostapd"))
                        .map(p -> new Evidence(Redaction.of(p.args()), "process " + p.pid()))
                        .toList();
        return seen.isEmpty()
                ? Verdict.clear()
                : one(
                        FindingRow.MACHINE,
                        Verdict.Severity.INFO,
                        "hostapd makes this machine an access point; netfix leaves its interface"
                                + " alone",
                        seen,
                        List.of());
    }

    static Verdict cloudInit(Snapshot s) {
        return s.premises()
                .cloudInit()
                .map(
                        file ->
                                one(
                                        FindingRow.MACHINE,
                                        Verdict.Severity.WARNING,
                                        "cloud-init writes the Wi-Fi networks into "
                                                + file
                                                + "; what the phone changes may not last",
                                        List.of(new Evidence("wifis:", file)),
                                        List.of()))
                .orElse(Verdict.clear());
    }

    /** A secret on FAT, which any computer reads: by a rescue that was cut off, or waits. */
    static Verdict rescueKey(Snapshot s) {
        return Verdict.of(
                s.premises().rescueKeys().stream()
                        .map(
                                key ->
                                        new Verdict.Hit(
                                                FindingRow.MACHINE,
                                                Verdict.Severity.WARNING,
                                                key
                                                        + ", with the key of a Wi-Fi network, lies"
                                                        + " where any computer reads it",
                                                List.of(new Evidence("the file is there", key)),
                                                List.of(
                                                        ManagerFaults.FIX
                                                                + " sdcard "
                                                                + key.replaceFirst("/[^/]*$", "")
                                                                + " --undo")))
                        .toList());
    }

    static Verdict powerSave(Snapshot s) {
        return Verdict.of(
                s.premises().drowsy().entrySet().stream()
                        .map(
                                e ->
                                        new Verdict.Hit(
                                                e.getKey(),
                                                Verdict.Severity.WARNING,
                                                e.getKey()
                                                        + "'s radio saves power, and its gateway is"
                                                        + " slow to answer",
                                                List.of(
                                                        new Evidence(e.getValue(), "ping"),
                                                        new Evidence(
                                                                "Power save: on",
                                                                "iw dev "
                                                                        + e.getKey()
                                                                        + " get power_save")),
                                                awake(s, e.getKey())))
                        .toList());
    }

    private static List<String> awake(Snapshot s, String name) {
        List<String> commands = new ArrayList<>();
        commands.add("sudo iw dev " + Command.quoted(name) + " set power_save off");
        s.nm().devices().orElse(List.of()).stream()
                .filter(d -> d.name().equals(name) && !d.connection().isEmpty())
                .map(
                        d ->
                                "sudo nmcli connection modify id "
                                        + Command.quoted(d.connection())
                                        + " wifi.powersave 2")
                .forEach(commands::add);
        return commands;
    }

    private static Verdict one(
            String subject,
            Verdict.Severity severity,
            String text,
            List<Evidence> evidence,
            List<String> remedy) {
        return Verdict.of(List.of(new Verdict.Hit(subject, severity, text, evidence, remedy)));
    }
}
