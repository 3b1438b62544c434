package netfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * {@code ip -j address show} (iproute2 5.10 to 6.15), and what /sys/class/net says of the same
 * interfaces.
 */
final class IpAddress {

    static final Command COMMAND = Command.of("ip", "-j", "address", "show");

    /** One interface of the output; what kind of hardware is behind it only /sys knows. */
    record Shown(
            int index,
            String name,
            String mac,
            Set<String> flags,
            String operstate,
            String master,
            String permanentMac,
            String lower,
            boolean loopback,
            List<Link.Address> addresses) {}

    private IpAddress() {}

    /** All interfaces of a running machine. */
    static Reading<List<Link>> links(Machine machine) {
        return machine.run(COMMAND).output().flatMap(json -> links(machine, json));
    }

    /** The same, where the command has been run already. */
    static Reading<List<Link>> links(Machine machine, String json) {
        return parse(json).map(all -> all.stream().map(one -> complete(machine, one)).toList());
    }

    static Reading<List<Shown>> parse(String json) {
        Optional<JsonText> parsed = JsonText.read(json);
        if (parsed.isEmpty()) {
            return Reading.unknown("the output of ip -j address show is not JSON");
        }
        JsonText top = parsed.get();
        List<Shown> links = new ArrayList<>();
        if (!top.isList()) {
            return Reading.unknown("ip -j address show gave no JSON list (iproute2 before 4.14?)");
        }
        for (JsonText node : top) {
            // iproute2 prints {} for an interface that its filters left out (5.10).
            if (!node.has("ifname")) {
                continue;
            }
            Set<String> flags = new LinkedHashSet<>();
            node.path("flags").forEach(flag -> flags.add(flag.text()));
            List<Link.Address> addresses = new ArrayList<>();
            for (JsonText a : node.path("addr_info")) {
                if (a.has("local")) {
                    addresses.add(
                            new Link.Address(
                                    a.path("family").text().equals("inet6"),
                                    a.path("local").text(),
                                    a.path("prefixlen").integer(),
                                    a.path("scope").text(),
                                    a.path("dynamic").isTrue(),
                                    a.path("tentative").isTrue() || a.path("dadfailed").isTrue()));
                }
            }
            links.add(
                    new Shown(
                            node.path("ifindex").integer(),
                            node.path("ifname").text(),
                            node.path("address").text().toLowerCase(Locale.ROOT),
                            Set.copyOf(flags),
                            node.path("operstate").text(),
                            node.path("master").text(),
                            node.path("permaddr").text().toLowerCase(Locale.ROOT),
                            node.path("link").text(),
                            node.path("link_type").text().equals("loopback"),
                            List.copyOf(addresses)));
        }
        return links.isEmpty() && top.iterator().hasNext()
                ? Reading.unknown("ip -j address show named no interface")
                : Reading.known(List.copyOf(links));
    }

    /**
     * Reads from /sys/class/net (Documentation/ABI/testing/sysfs-class-net) what ip does not say.
     */
    private static Link complete(Machine machine, Shown shown) {
        String sys = "/sys/class/net/" + shown.name();
        Reading<List<String>> entries = machine.list(sys);
        List<String> names = entries.orElse(List.of());
        boolean wifi = names.contains("wireless") || names.contains("phy80211");
        boolean hardware = names.contains("device");
        String devtype = shown.loopback() || wifi ? "" : devtype(machine, sys);
        Link.Kind kind =
                shown.loopback()
                        ? Link.Kind.LOOPBACK
                        : wifi
                                ? Link.Kind.WIFI
                                : hardware && isEthernet(machine, sys, devtype)
                                        ? Link.Kind.WIRED
                                        : Link.Kind.VIRTUAL;
        // Reading carrier of an interface that is down gives EINVAL.
        Optional<Boolean> carrier =
                shown.flags().contains("UP")
                        ? machine.read(sys + "/carrier")
                                .value()
                                .map(text -> text.strip().equals("1"))
                                .or(() -> Optional.of(shown.flags().contains("LOWER_UP")))
                        : Optional.empty();
        String phy = wifi ? machine.read(sys + "/phy80211/name").orElse("").strip() : "";
        return new Link(
                shown.index(),
                shown.name(),
                kind,
                shown.mac(),
                shown.flags(),
                shown.operstate(),
                carrier,
                shown.master(),
                phy,
                shown.addresses(),
                new Link.Hardware(
                        shown.permanentMac(),
                        hardware ? driver(machine, sys) : "",
                        devtype,
                        shown.lower()));
    }

    private static String driver(Machine machine, String sys) {
        String target =
                machine.stat(sys + "/device/driver").value().map(FileStat::target).orElse("");
        return target.substring(target.lastIndexOf('/') + 1);
    }

    private static String devtype(Machine machine, String sys) {
        return machine.read(sys + "/uevent")
                .orElse("")
                .lines()
                .filter(line -> line.startsWith("DEVTYPE="))
                .map(line -> line.substring("DEVTYPE=".length()))
                .findFirst()
                .orElse("");
    }

    /** ARPHRD_ETHER without a DEVTYPE (bridge, bond, vlan, wlan … set one, gadgets too). */
    private static boolean isEthernet(Machine machine, String sys, String devtype) {
        return machine.read(sys + "/type").orElse("").strip().equals("1")
                && (devtype.isEmpty() || devtype.equals("gadget"));
    }
}
