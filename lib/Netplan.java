//DEPS org.yaml:snakeyaml:2.4
package netfix;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * netplan's YAML (netplan(5)), from which its generator writes profiles and .network files to /run
 * at every boot: what the next boot has is here and not there.
 */
public final class Netplan {

    /** What its generator writes for wpa_supplicant, where it renders for networkd. */
    static final String RUN = "/run/netplan/";

    /** What lies in /run/netplan is gone by then. */
    private static final List<String> FOLDERS = List.of("/etc/netplan", "/lib/netplan");

    static final String NETWORKMANAGER = "NetworkManager";
    static final String NETWORKD = "networkd";

    /**
     * One interface, or all that match.
     *
     * @param kind ethernets, wifis, bridges, bonds, vlans
     * @param renderer {@link #NETWORKMANAGER} or {@link #NETWORKD}
     * @param name a glob, empty for any
     * @param mac lower case, empty for any
     * @param others it is matched by something else too, which only a running kernel knows
     * @param address it is given one, static or by DHCP
     * @param byItself it comes up at boot without a hand
     * @param networks the SSIDs that it joins
     * @param device in NetworkManager's words (NetworkManager.conf(5), "Device List Format"), as it
     *     is called once it is NetworkManager's
     * @param client who it is to its DHCP server, {@code duid} or {@code mac}; empty where it asks
     *     none
     * @param refusal what of it netplan does not render for NetworkManager, empty where nothing:
     *     its generator ends with an error, and writes nothing for any other interface either
     */
    record Definition(
            String kind,
            String id,
            String renderer,
            String name,
            String mac,
            boolean others,
            boolean address,
            boolean byItself,
            Set<String> networks,
            String device,
            String client,
            String refusal) {

        boolean isAs(Definition other) {
            return kind.equals(other.kind()) && id.equals(other.id());
        }

        Definition with(String renderer) {
            return new Definition(
                    kind, id, renderer, name, mac, others, address, byItself, networks, device,
                    client, refusal);
        }

        /** Empty where a mounted card does not tell. */
        Optional<Boolean> fits(Link link) {
            String wanted =
                    switch (link.kind()) {
                        case WIRED -> "ethernets";
                        case WIFI -> "wifis";
                        case VIRTUAL -> link.hardware().devtype() + "s";
                        case LOOPBACK -> "";
                    };
            if (!kind.equals(wanted)
                    || !name.isEmpty() && !DeviceSpec.glob(name).matcher(link.name()).matches()) {
                return Optional.of(false);
            }
            if (!mac.isEmpty() && !link.permanentMac().isEmpty()) {
                return mac.equals(link.permanentMac())
                        ? others ? Optional.empty() : Optional.of(true)
                        : Optional.of(false);
            }
            return mac.isEmpty() && !others ? Optional.of(true) : Optional.empty();
        }

        /** Whether netplan's generator writes this profile's file from here. */
        boolean backs(Profile profile) {
            String file = profile.file().substring(profile.file().lastIndexOf('/') + 1);
            boolean named =
                    file.equals("netplan-" + id + ".nmconnection")
                            || file.startsWith("netplan-" + id + "-");
            return renderer.equals(NETWORKMANAGER)
                    && named
                    && (!kind.equals("wifis") || networks.contains(profile.ssid()));
        }
    }

    /**
     * That a file speaks of a definition.
     *
     * @param renderer which it gives to it, empty where none
     * @param group what the file has said by then for all definitions of the kind, empty where
     *     nothing
     */
    private record Mention(String kind, String id, String renderer, String group) {
        boolean isOf(Definition d) {
            return kind.equals(d.kind()) && id.equals(d.id());
        }
    }

    /**
     * What a file says of renderers.
     *
     * @param general for all definitions, empty where it says nothing
     */
    private record Said(String file, String general, List<Mention> mentions) {
        boolean mentions(Definition d) {
            return mentions.stream().anyMatch(m -> m.isOf(d));
        }
    }

    private final List<Definition> definitions;
    private final List<String> unreadable;

    /** By the names of the files, in their order. */
    private final TreeMap<String, Said> said;

    private Netplan(
            List<Definition> definitions, List<String> unreadable, TreeMap<String, Said> said) {
        this.definitions =
                definitions.stream().map(d -> d.with(renderer(d, said.values()))).toList();
        this.unreadable = List.copyOf(unreadable);
        this.said = said;
    }

    /** One of which nothing could be read. */
    static Netplan unknown(String why) {
        return new Netplan(List.of(), List.of(why), new TreeMap<>());
    }

    /**
     * As netplan's parser decides it (0.101 to 1.1, tried): what a definition says itself, the last
     * file last; else what its group said before it where it came first; else the last that was
     * said for all.
     */
    private static String renderer(Definition d, Iterable<Said> files) {
        String general = NETWORKD;
        Optional<String> own = Optional.empty();
        for (Said file : files) {
            general = file.general().isEmpty() ? general : file.general();
            for (Mention m : file.mentions()) {
                if (m.isOf(d)) {
                    own =
                            m.renderer().isEmpty()
                                    ? own.or(() -> Optional.of(m.group()))
                                    : Optional.of(m.renderer());
                }
            }
        }
        return own.filter(renderer -> !renderer.isEmpty()).orElse(general);
    }

    /**
     * The same with a file that says {@code renderer: NetworkManager} for all, and for some
     * definitions by themselves.
     */
    Netplan with(String file, Map<Definition, String> renderers) {
        List<Mention> mentions = new ArrayList<>();
        renderers.forEach((d, r) -> mentions.add(new Mention(d.kind(), d.id(), r, "")));
        TreeMap<String, Said> more = new TreeMap<>(said);
        more.put(name(file), new Said(file, NETWORKMANAGER, mentions));
        return new Netplan(definitions, unreadable, more);
    }

    /** The same without these files. */
    Netplan without(List<String> files) {
        TreeMap<String, Said> rest = new TreeMap<>(said);
        rest.values().removeIf(f -> files.contains(f.file()));
        return new Netplan(
                definitions.stream()
                        .filter(d -> rest.values().stream().anyMatch(f -> f.mentions(d)))
                        .toList(),
                unreadable,
                rest);
    }

    /**
     * Whether what is read before that file has it: netplan takes no part of a definition first.
     */
    boolean isBefore(String file, Definition d) {
        return said.headMap(name(file)).values().stream().anyMatch(f -> f.mentions(d));
    }

    /** The last file that speaks of it. */
    String fileOf(Definition d) {
        return said.values().stream()
                .filter(f -> f.mentions(d))
                .map(Said::file)
                .reduce("", (first, last) -> last);
    }

    private static String name(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }

    static Netplan read(Machine machine) {
        Map<String, String> byName = new TreeMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String folder : FOLDERS) {
            Reading<List<String>> names = machine.list(folder);
            names.whyUnknown().ifPresent(unreadable::add);
            for (String name : names.orElse(List.of())) {
                if (name.endsWith(".yaml")) {
                    byName.putIfAbsent(name, folder + "/" + name);
                }
            }
        }
        if (byName.isEmpty() || !generates(machine)) {
            return new Netplan(List.of(), unreadable, new TreeMap<>());
        }
        Map<String, Object> network = new LinkedHashMap<>();
        TreeMap<String, Said> said = new TreeMap<>();
        byName.forEach(
                (name, file) -> {
                    Reading<String> text = machine.read(file);
                    text.whyUnknown().ifPresent(unreadable::add);
                    Map<String, Object> one =
                            text.value()
                                    .map(t -> Text.network(file, t, unreadable))
                                    .orElse(Map.of());
                    merge(network, one);
                    said.put(name, said(file, one));
                });
        return new Netplan(definitions(network), unreadable, said);
    }

    /** Without netplan itself its files are but text. */
    private static boolean generates(Machine machine) {
        Reading<List<String>> generators = machine.list("/lib/systemd/system-generators");
        return generators.whyUnknown().isPresent()
                || generators.orElse(List.of()).contains("netplan");
    }

    /** A class of its own, so that a machine without netplan's files loads nothing of YAML. */
    private static final class Text {

        /**
         * Scalars stay text, as netplan takes them: for YAML 1.1 a MAC of decimal digits alone is a
         * number, counted by sixties, and networks may be called 0123 or on.
         */
        private static Yaml yaml() {
            LoaderOptions loading = new LoaderOptions();
            DumperOptions dumping = new DumperOptions();
            Resolver textOnly =
                    new Resolver() {
                        @Override
                        protected void addImplicitResolvers() {
                            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
                            addImplicitResolver(Tag.NULL, EMPTY, null);
                        }
                    };
            return new Yaml(
                    new SafeConstructor(loading),
                    new Representer(dumping),
                    dumping,
                    loading,
                    textOnly);
        }

        static Map<String, Object> network(String file, String text, List<String> unreadable) {
            try {
                Object top = yaml().load(text);
                return child(top, "network");
            } catch (MarkedYAMLException e) {
                // Without the line itself, a password stands in it.
                String place =
                        e.getProblemMark() == null ? "" : ":" + (e.getProblemMark().getLine() + 1);
                unreadable.add(file + place + ": not YAML");
            } catch (YAMLException e) {
                unreadable.add(file + ": not YAML");
            }
            return Map.of();
        }
    }

    /** Later files add to the mappings of earlier ones and replace what is no mapping. */
    private static void merge(Map<String, Object> into, Map<String, Object> more) {
        more.forEach(
                (key, value) -> {
                    if (value instanceof Map && into.get(key) instanceof Map) {
                        Map<String, Object> both = new LinkedHashMap<>(mapping(into.get(key)));
                        merge(both, mapping(value));
                        into.put(key, both);
                    } else {
                        into.put(key, value);
                    }
                });
    }

    private static Map<String, Object> mapping(Object node) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (node instanceof Map<?, ?> given) {
            given.forEach((key, value) -> map.put(String.valueOf(key), value));
        }
        return map;
    }

    private static Map<String, Object> child(Object node, String key) {
        return mapping(mapping(node).get(key));
    }

    private static String text(Map<String, Object> node, String key, String other) {
        Object value = node.get(key);
        return value == null ? other : String.valueOf(value);
    }

    private static final List<String> KINDS =
            List.of("ethernets", "wifis", "bridges", "bonds", "vlans");

    private static Said said(String file, Map<String, Object> network) {
        List<Mention> mentions = new ArrayList<>();
        for (String kind : KINDS) {
            String group = "";
            for (Map.Entry<String, Object> one : child(network, kind).entrySet()) {
                if (one.getKey().equals("renderer")) {
                    group = String.valueOf(one.getValue());
                } else {
                    String own = text(mapping(one.getValue()), "renderer", "");
                    mentions.add(new Mention(kind, one.getKey(), own, group));
                }
            }
        }
        return new Said(file, text(network, "renderer", ""), mentions);
    }

    private static List<Definition> definitions(Map<String, Object> network) {
        List<Definition> all = new ArrayList<>();
        for (String kind : KINDS) {
            child(network, kind)
                    .forEach(
                            (id, node) -> {
                                if (!id.equals("renderer")) {
                                    all.add(definition(kind, id, mapping(node)));
                                }
                            });
        }
        return all;
    }

    private static Definition definition(String kind, String id, Map<String, Object> node) {
        Map<String, Object> match = mapping(node.get("match"));
        Map<String, Object> passed = child(node.get("networkmanager"), "passthrough");
        boolean addresses = node.get("addresses") instanceof List<?> list && !list.isEmpty();
        Set<String> networks = new TreeSet<>();
        child(node, "access-points")
                .forEach(
                        (ssid, point) -> {
                            if (text(mapping(point), "mode", "infrastructure")
                                    .equals("infrastructure")) {
                                networks.add(ssid);
                            }
                        });
        return new Definition(
                kind,
                id,
                "",
                node.containsKey("match") ? text(match, "name", "") : id,
                text(match, "macaddress", "").toLowerCase(Locale.ROOT),
                match.containsKey("driver") || match.containsKey("path"),
                addresses || isTrue(node, "dhcp4") || isTrue(node, "dhcp6"),
                !text(node, "activation-mode", "").matches("manual|off")
                        && !NmConfig.isFalse(text(passed, "connection.autoconnect", "true")),
                networks,
                device(kind, id, node, match),
                isTrue(node, "dhcp4") || isTrue(node, "dhcp6")
                        ? text(node, "dhcp-identifier", "duid")
                        : "",
                refusal(node, match));
    }

    /**
     * Of a match that asks for several things the first will do: in NetworkManager's list any one
     * counts. It knows no wildcards for drivers, and no brackets for names.
     */
    private static String device(
            String kind, String id, Map<String, Object> node, Map<String, Object> match) {
        String any = kind.equals("wifis") ? "type:wifi" : "type:ethernet";
        String name = text(match, "name", "");
        if (!node.containsKey("match")) {
            return "interface-name:" + id;
        }
        if (node.containsKey("set-name")) {
            return "interface-name:" + text(node, "set-name", "");
        }
        if (!name.isEmpty()) {
            // A lone star is everything that this Pi has, its tunnels and bridges too.
            return name.equals("*") ? any : "interface-name:" + name.replaceAll("\\[[^]]*]", "?");
        }
        if (match.containsKey("macaddress")) {
            return "mac:" + text(match, "macaddress", "").toLowerCase(Locale.ROOT);
        }
        List<String> drivers = new ArrayList<>();
        Object driver = match.get("driver");
        for (Object one :
                driver instanceof List<?> list ? list : List.of(text(match, "driver", "*"))) {
            drivers.add("driver:" + one);
        }
        String all = String.join(",", drivers);
        return all.matches(".*[*?\\[].*") ? any : all;
    }

    /** "NetworkManager definitions do not support …" (src/nm.c, 0.101 to 1.1, tried). */
    private static String refusal(Map<String, Object> node, Map<String, Object> match) {
        boolean options =
                node.get("addresses") instanceof List<?> list
                        && list.stream().anyMatch(Map.class::isInstance);
        boolean special =
                node.get("routes") instanceof List<?> list
                        && list.stream()
                                .anyMatch(
                                        r ->
                                                !text(mapping(r), "type", "unicast")
                                                        .equals("unicast"));
        if (match.containsKey("driver")) {
            return "match: driver";
        }
        if (text(node, "activation-mode", "").equals("off")) {
            return "activation-mode: off";
        }
        if (node.containsKey("ipv6-mtu")) {
            return "ipv6-mtu";
        }
        return options ? "options of an address" : special ? "a route that is not unicast" : "";
    }

    private static boolean isTrue(Map<String, Object> node, String key) {
        return NmConfig.isTrue(text(node, key, "false"));
    }

    List<Definition> definitions() {
        return definitions;
    }

    /** Why a file could not be read, one line each. */
    public List<String> unreadable() {
        return unreadable;
    }

    /** What the renderer is given for an interface, the certain ones first. */
    List<Definition> of(Link link, String renderer) {
        List<Definition> sure = new ArrayList<>();
        List<Definition> perhaps = new ArrayList<>();
        for (Definition d : definitions) {
            if (d.renderer().equals(renderer)) {
                d.fits(link)
                        .ifPresentOrElse(
                                fits -> sure.addAll(fits ? List.of(d) : List.of()),
                                () -> perhaps.add(d));
            }
        }
        sure.addAll(perhaps);
        return sure;
    }

    /** Whether netplan starts systemd-networkd at boot, which it does where it has work for it. */
    boolean startsNetworkd() {
        return definitions.stream().anyMatch(d -> d.renderer().equals(NETWORKD));
    }
}
