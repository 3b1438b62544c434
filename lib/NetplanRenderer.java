package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * netplan writes its files anew at every boot, so nothing is converted: its YAML is told to render
 * for NetworkManager.
 */
final class NetplanRenderer {

    /** Read after most others; a later file's scalar wins (netplan-generate(8)). */
    static final String FILE = "/etc/netplan/99-netfix.yaml";

    /** Where it has to be read after a file that somebody has put behind that. */
    static final String LAST = "/etc/netplan/zz-netfix.yaml";

    static final List<String> FILES = List.of(FILE, LAST);

    private static final String BEGINS = "# Written by netfix (fix undo takes it back).\n";

    private static final String TEXT =
            BEGINS
                    + """
                    network:
                      version: 2
                      renderer: NetworkManager
                    """;

    /**
     * That the interfaces are NetworkManager's: netplan's udev rule of this boot (0.106,
     * /run/udev/rules.d/90-netplan.rules) has set NM_UNMANAGED, and a rule that is written anew
     * changes nothing before the next boot; managed= outdoes it ([device], NetworkManager.conf(5)).
     * And who they were to their DHCP servers: networkd was a DUID, NetworkManager is a MAC, and
     * gets another address. Defaults for all profiles ([connection]), because netplan writes the
     * profiles.
     */
    static final String DEFAULTS = "/etc/NetworkManager/conf.d/20-netfix-netplan.conf";

    private static final List<String> GENERATE = List.of("netplan", "generate");

    private NetplanRenderer() {}

    static boolean isOurs(Change change) {
        return change instanceof Change.Put put && FILES.contains(put.path());
    }

    static Fulfilment standing(Scene scene) {
        boolean ours =
                FILES.stream().anyMatch(f -> scene.ground().text(f).orElse("").startsWith(BEGINS));
        return Fulfilment.where(scene.snapshot().units(), () -> standing(scene, ours));
    }

    private static Fulfilment standing(Scene scene, boolean ours) {
        List<String> missing = new ArrayList<>();
        for (TakeOver.Netplanned one : scene.takeOver().netplan()) {
            missing.add("netplan renders " + one.link() + " for systemd-networkd");
        }
        Netplan netplan = scene.snapshot().netplan();
        List<Netplan.Definition> others = netplan.without(FILES).definitions();
        for (Netplan.Definition d : netplan.definitions()) {
            if (others.stream().noneMatch(other -> other.isAs(d))) {
                // Of Wi-Fi without its networks netplan makes an error, and nothing else either.
                missing.add(
                        netplan.fileOf(d) + " speaks of " + d.id() + ", and no other file does");
            }
        }
        return missing.isEmpty() && !ours
                ? Fulfilment.notNeeded("netplan renders nothing for systemd-networkd")
                : Fulfilment.missing(missing);
    }

    static List<Plan.Draft> changes(Scene scene) {
        List<Plan.Draft> drafts = new ArrayList<>();
        String defaults = defaults(scene.takeOver().netplan());
        if (!defaults.isEmpty()) {
            drafts.add(
                    Plan.Phase.CONFIGURATION.with(
                            Change.Put.text(
                                    DEFAULTS,
                                    0644,
                                    defaults,
                                    "netplan's interfaces are NetworkManager's, and the same to"
                                            + " DHCP servers as before")));
        }
        Turn turn = Turn.of(scene.snapshot().netplan());
        drafts.add(
                Plan.Phase.CONFIGURATION.with(Change.Put.text(turn.file(), 0600, turn.text(), "")));
        FILES.stream()
                .filter(file -> !file.equals(turn.file()) && scene.ground().exists(file))
                .map(file -> new Change.Remove(file, turn.file() + " takes its place"))
                .map(Plan.Phase.CONFIGURATION::with)
                .forEach(drafts::add);
        drafts.add(Plan.Phase.TAKE_OVER.with(new Change.Run(GENERATE, GENERATE, false, "")));
        for (TakeOver.Netplanned one : scene.takeOver().netplan()) {
            UnitChanges.stop(scene, "netplan-wpa-" + one.link() + ".service")
                    .ifPresent(drafts::add);
        }
        return drafts;
    }

    /** What netplan would go on rendering for systemd-networkd, whatever our file says. */
    static void losses(Netplan netplan, Losses losses) {
        Turn turn = Turn.of(netplan);
        for (Netplan.Definition d : turn.left()) {
            losses.lost(
                    "netplan-renderer-" + d.id(),
                    netplan.fileOf(d),
                    0,
                    d.kind() + ": " + d.id(),
                    d.refusal().isEmpty()
                            ? "it is read after "
                                    + turn.file()
                                    + " and gives it to systemd-networkd, which goes"
                            : "netplan renders no "
                                    + d.refusal()
                                    + " for NetworkManager, and where it is told to nothing at all;"
                                    + " it is left to systemd-networkd, which goes");
        }
    }

    /**
     * Our file: the renderer for all, and for a definition by itself where that alone is not
     * enough, because it or its group has one of its own, or a later file says another one for all.
     *
     * @param renderers of single definitions; networkd stays what of which NetworkManager's has an
     *     error, because with it netplan would render none
     * @param left what stays networkd's
     */
    private record Turn(
            String file, Map<Netplan.Definition, String> renderers, List<Netplan.Definition> left) {

        static Turn of(Netplan netplan) {
            Netplan others = netplan.without(FILES);
            Turn usual = of(others, FILE);
            Turn last = of(others, LAST);
            return usual.wrong(others) > last.wrong(others) ? last : usual;
        }

        private static Turn of(Netplan netplan, String file) {
            Netplan plain = netplan.with(file, Map.of());
            Map<Netplan.Definition, String> renderers = new LinkedHashMap<>();
            for (int i = 0; i < netplan.definitions().size(); i++) {
                Netplan.Definition now = netplan.definitions().get(i);
                String wanted = now.refusal().isEmpty() ? Netplan.NETWORKMANAGER : Netplan.NETWORKD;
                if (now.renderer().equals(Netplan.NETWORKD)
                        && !plain.definitions().get(i).renderer().equals(wanted)
                        && netplan.isBefore(file, now)) {
                    renderers.put(now, wanted);
                }
            }
            List<Netplan.Definition> left =
                    netplan.with(file, renderers).definitions().stream()
                            .filter(d -> d.renderer().equals(Netplan.NETWORKD))
                            .toList();
            return new Turn(file, renderers, left);
        }

        /** Those that another file could do better: not turned, or turned into an error. */
        private long wrong(Netplan netplan) {
            return netplan.with(file, renderers).definitions().stream()
                    .filter(d -> d.renderer().equals(Netplan.NETWORKD) == d.refusal().isEmpty())
                    .count();
        }

        private String text() {
            StringBuilder text = new StringBuilder(TEXT);
            Map<String, StringBuilder> kinds = new LinkedHashMap<>();
            renderers.forEach(
                    (d, renderer) ->
                            kinds.computeIfAbsent(d.kind(), k -> new StringBuilder())
                                    .append("    \"")
                                    .append(d.id().replaceAll("[\\\\\"]", "\\\\$0"))
                                    .append("\":\n      renderer: ")
                                    .append(renderer)
                                    .append('\n'));
            kinds.forEach((kind, ids) -> text.append("  " + kind + ":\n").append(ids));
            return text.toString();
        }
    }

    /** Empty where netplan has none. */
    private static String defaults(List<TakeOver.Netplanned> all) {
        List<String> lines = new ArrayList<>();
        for (TakeOver.Netplanned one : all) {
            String match = "match-device=" + one.device();
            lines.addAll(List.of("", "[device-netfix-" + one.link() + "]", match, "managed=1"));
            if (!one.identity().isEmpty()) {
                lines.addAll(List.of("", "[connection-netfix-" + one.link() + "]", match));
                one.identity().forEach((key, value) -> lines.add(key + "=" + value));
            }
        }
        if (!lines.isEmpty()) {
            lines.add(
                    0,
                    "# Written by netfix (fix undo takes it back): netplan's interfaces are"
                            + " NetworkManager's, whatever udev was told,");
            lines.add(
                    1,
                    "# and are to the router who systemd-networkd was. netplan's YAML stays as it"
                            + " is.");
            lines.add("");
        }
        return String.join("\n", lines);
    }
}
