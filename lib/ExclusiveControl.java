package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The documentation's 01-exclusive-control.conf, with every key as it is right for this machine.
 * The file's documented form strands the Pi at the next boot: it forbids the automatic wired
 * profile and puts none in its place.
 */
final class ExclusiveControl {

    static final String FILE = "/etc/NetworkManager/conf.d/01-exclusive-control.conf";

    /** How the file begins where netfix has written it. */
    static final String OURS = "# Written by netfix (fix undo takes it back).";

    private static final String KEPT_OFF = "rc-manager=unmanaged";

    private ExclusiveControl() {}

    /** A fix has been here, and has carried over what the managers before had. */
    static boolean decided(Ground ground) {
        return ground.text(FILE).orElse("").startsWith(OURS);
    }

    static List<Plan.Draft> changes(Scene scene) {
        String text = text(scene);
        return scene.ground().text(FILE).orElse("").equals(text)
                ? List.of()
                : List.of(Plan.Phase.CONFIGURATION.with(Change.Put.text(FILE, 0644, text, "")));
    }

    /**
     * Another file's key that leaves NetworkManager without name servers. It is somebody's, and
     * stays: what a key of ours would have to say instead, only he knows.
     */
    static Optional<String> withoutNames(Scene scene) {
        Unit resolved = scene.snapshot().unit("systemd-resolved.service");
        if (scene.snapshot().units().whyUnknown().isPresent()
                || resolved.exists() && !resolved.maskedAtBoot()) {
            return Optional.empty();
        }
        return scene.snapshot()
                .nm()
                .config()
                .without(FILE)
                .atBoot()
                .entry("main", "dns")
                .filter(e -> e.value().strip().equals("systemd-resolved"))
                .map(
                        e ->
                                e.place()
                                        + " says dns=systemd-resolved, which is "
                                        + (resolved.exists() ? "masked" : "not installed")
                                        + ": nobody would write name servers; take that line out");
    }

    static String text(Scene scene) {
        List<String> lines = new ArrayList<>();
        lines.add(OURS + " NetworkManager.conf(5)");
        lines.add("[main]");
        if (stubIsOurs(scene)) {
            lines.add("dns=systemd-resolved");
        } else {
            lines.add("# No dns= key: systemd-resolved does not own /etc/resolv.conf here, and");
            lines.add("# with dns=systemd-resolved NetworkManager would not write it either.");
        }
        scene.foreign()
                .resolver()
                .filter(owned -> keepsOff(scene))
                .ifPresent(
                        owned -> {
                            lines.add("# " + owned.said() + ":");
                            lines.add(KEPT_OFF);
                        });
        lines.add(
                "# A profile for any Ethernet lies in system-connections ("
                        + WiredProfile.ID
                        + "):");
        lines.add("# without it this key would leave Ethernet without a profile at the next boot.");
        lines.add("no-auto-default=*");
        lines.add(keepsInterfaces(scene) ? "plugins=ifupdown,keyfile" : "plugins=keyfile");
        List<Link> others = leftAlone(scene);
        if (!others.isEmpty()) {
            lines.add("");
            lines.add("# Somebody else's:");
            others.forEach(
                    link -> lines.add("# " + scene.foreign().links().get(link.name()).said()));
            lines.add("[keyfile]");
            lines.add(
                    "unmanaged-devices+="
                            + String.join(
                                    ",",
                                    others.stream()
                                            .map(link -> "interface-name:" + link.name())
                                            .toList()));
        }
        lines.add("");
        lines.add("[device]");
        if (iwdHasWifi(scene)) {
            lines.add("# No wifi.backend=wpa_supplicant: iwd is NetworkManager's backend here.");
        } else {
            lines.add("wifi.backend=wpa_supplicant");
        }
        lines.add("wifi.scan-rand-mac-address=no");
        lines.add("");
        lines.add(
                "# Keys of [connection]; under [device], where the documentation has them, they"
                        + " are");
        lines.add("# ignored with a warning.");
        lines.add("[connection]");
        lines.add("ethernet.cloned-mac-address=preserve");
        lines.add("wifi.cloned-mac-address=preserve");
        lines.add("");
        lines.add("[connectivity]");
        lines.add("uri=http://connectivitycheck.gstatic.com/generate_204");
        lines.add("interval=0");
        return String.join("\n", lines) + "\n";
    }

    /**
     * A NetworkManager that was not there before would write the VPN's resolv.conf; one that was
     * has got on with it. What was decided once stays.
     */
    private static boolean keepsOff(Scene scene) {
        return !scene.inForce(Scene.NETWORKMANAGER)
                || scene.ground().text(FILE).orElse("").contains("\n" + KEPT_OFF + "\n");
    }

    /** What others own, and nothing but this file keeps NetworkManager off. */
    private static List<Link> leftAlone(Scene scene) {
        NmConfig others = scene.snapshot().nm().config().without(FILE);
        return scene.snapshot().links().orElse(List.of()).stream()
                .filter(scene.foreign()::owns)
                .filter(
                        link ->
                                BootForecast.unmanaged(scene.snapshot(), others, link)
                                        .value()
                                        .isEmpty())
                .toList();
    }

    /**
     * Told so in a file that this one would outdo, and installed: its owner would have no Wi-Fi
     * with another backend beside it.
     */
    private static boolean iwdHasWifi(Scene scene) {
        NmConfig others = scene.snapshot().nm().config().without(FILE).atBoot();
        return scene.snapshot().unit("iwd.service").exists()
                && scene.wifi().stream().anyMatch(link -> DaemonFaults.isIwds(others, link));
    }

    /** systemd-resolved is there, and /etc/resolv.conf is a link to what it writes. */
    private static boolean stubIsOurs(Scene scene) {
        return scene.inForce("systemd-resolved.service")
                && scene.snapshot().dns().target().contains("systemd/resolve");
    }

    /**
     * Whether an interface stays with /etc/network/interfaces: then the ifupdown plugin keeps
     * NetworkManager off it, and without the plugin both would manage it.
     */
    static boolean keepsInterfaces(Scene scene) {
        List<String> taken = scene.takenFrom("ifupdown");
        return scene.snapshot().interfaces().stanzas().stream()
                .filter(s -> !s.method().equals("loopback"))
                .anyMatch(s -> !taken.contains(s.name()));
    }
}
