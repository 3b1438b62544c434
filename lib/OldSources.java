package netfix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that the managers before NetworkManager were told, and what they remember of their DHCP
 * servers: texts, read once. It holds every secret of the machine's networks, so it goes into no
 * report; what a take-over makes of it is files of mode 0600.
 *
 * @param supplicants the wpa_supplicant configurations, by file
 * @param netdevs networkd's files of interfaces that it makes itself
 * @param remembered small files that tell who the machine was to DHCP, by path
 * @param leases the names of dhcpcd's lease files
 * @param keyfiles the profiles on disk that NetworkManager reads, by file
 * @param taken the names of all files in the folder of profiles
 * @param unreadable why a file that is there could not be read, one line each
 */
record OldSources(
        Map<String, WpaSupplicantConf> supplicants,
        DhcpcdConf dhcpcd,
        Networkd networkd,
        List<String> netdevs,
        Interfaces interfaces,
        Map<String, String> remembered,
        List<String> leases,
        Map<String, Keyfile> keyfiles,
        Set<String> taken,
        List<String> unreadable) {

    static final String PROFILES = "/etc/NetworkManager/system-connections";

    private static final String DHCLIENT_CONF = "/etc/dhcp/dhclient.conf";

    private static final String DHCLIENT_LEASES = "/var/lib/dhcp";

    /** Where dhcpcd keeps its DUID: since 8, in Debian 11's package, before 7. */
    private static final List<String> DUID_FILES =
            List.of("/var/lib/dhcpcd/duid", "/var/lib/dhcpcd5/duid", "/etc/dhcpcd.duid");

    private static final String BOARD_UUID = "/sys/class/dmi/id/product_uuid";

    /**
     * @param more wpa_supplicant configurations that a running process names with {@code -c}
     * @param networkd what has been read of it
     * @param interfaces what has been read of them
     */
    static OldSources read(
            Machine machine, Collection<String> more, Networkd networkd, Interfaces interfaces) {
        Reader reader = new Reader(machine);
        Set<String> confs = new TreeSet<>(more);
        confs.add("/etc/wpa_supplicant.conf");
        for (String name : machine.list("/etc/wpa_supplicant").orElse(List.of())) {
            if (name.endsWith(".conf")) {
                confs.add("/etc/wpa_supplicant/" + name);
            }
        }
        for (Interfaces.Stanza stanza : interfaces.stanzas()) {
            for (String key : List.of("wpa-conf", "wpa-roam")) {
                stanza.last(key).ifPresent(option -> confs.add(option.value()));
            }
        }
        Map<String, WpaSupplicantConf> supplicants = new TreeMap<>();
        confs.forEach(
                file ->
                        reader.text(file)
                                .ifPresent(
                                        text ->
                                                supplicants.put(
                                                        file,
                                                        WpaSupplicantConf.parse(file, text))));
        Map<String, String> remembered = new TreeMap<>();
        List<String> small = new ArrayList<>(DUID_FILES);
        small.add(DHCLIENT_CONF);
        small.add(BOARD_UUID);
        for (String index : machine.list("/run/systemd/netif/leases").orElse(List.of())) {
            small.add("/run/systemd/netif/leases/" + index);
        }
        for (String name : machine.list(DHCLIENT_LEASES).orElse(List.of())) {
            if (name.matches("dhclient6?\\..+\\.leases")) {
                small.add(DHCLIENT_LEASES + "/" + name);
            }
        }
        small.forEach(file -> reader.text(file).ifPresent(text -> remembered.put(file, text)));
        List<String> leases = new ArrayList<>();
        for (String folder : List.of("/var/lib/dhcpcd", "/var/lib/dhcpcd5", DHCLIENT_LEASES)) {
            leases.addAll(machine.list(folder).orElse(List.of()));
        }
        Map<String, Keyfile> keyfiles = new TreeMap<>();
        Set<String> taken = new TreeSet<>(machine.list(PROFILES).orElse(List.of()));
        for (String name : taken) {
            String file = PROFILES + "/" + name;
            reader.text(file)
                    .filter(
                            text ->
                                    Profile.parse(file, text, machine.stat(file).value())
                                            .refusal()
                                            .isEmpty())
                    .ifPresent(text -> keyfiles.put(file, Keyfile.parse(file, text)));
        }
        List<String> netdevs = new ArrayList<>();
        for (String folder : List.of("/etc/systemd/network", "/run/systemd/network")) {
            machine.list(folder).orElse(List.of()).stream()
                    .filter(name -> name.endsWith(".netdev") && !name.contains("netplan"))
                    .forEach(name -> netdevs.add(folder + "/" + name));
        }
        reader.unreadable.addAll(networkd.unreadable());
        reader.unreadable.addAll(interfaces.unreadable());
        return new OldSources(
                supplicants,
                DhcpcdConf.parse(Dhcpcd.CONF, reader.text(Dhcpcd.CONF).orElse("")),
                networkd,
                netdevs,
                interfaces,
                remembered,
                leases,
                keyfiles,
                taken,
                reader.unreadable);
    }

    /** Reads what is there, and keeps account of what is there and cannot be read. */
    private static final class Reader {
        private final Machine machine;
        private final List<String> unreadable = new ArrayList<>();

        Reader(Machine machine) {
            this.machine = machine;
        }

        Optional<String> text(String file) {
            Reading<String> text = machine.read(file);
            text.whyUnknown().ifPresent(unreadable::add);
            return text.value();
        }
    }

    /** In hex with colons. The board's UUID counts where no file has been written. */
    Optional<String> dhcpcdDuid() {
        for (String file : DUID_FILES) {
            Optional<String> duid =
                    DhcpIdentity.hex(remembered.getOrDefault(file, ""))
                            .map(bytes -> java.util.HexFormat.ofDelimiter(":").formatHex(bytes));
            if (duid.isPresent()) {
                return duid;
            }
        }
        return DhcpIdentity.duidOfUuid(remembered.getOrDefault(BOARD_UUID, ""));
    }

    /**
     * {@code eth0.lease6}; on Wi-Fi {@code wlan0-My Home Net.lease6}; in older versions
     * dhcpcd-eth0.
     */
    boolean hasDhcpcdLease6(String name) {
        return leases.stream()
                .map(file -> file.replaceFirst("^dhcpcd-", ""))
                .anyMatch(
                        file ->
                                file.endsWith(".lease6")
                                        && (file.startsWith(name + ".")
                                                || file.startsWith(name + "-")));
    }

    boolean hasDhcpcdLease(String name) {
        return leases.stream()
                .map(file -> file.replaceFirst("^dhcpcd-", ""))
                .anyMatch(
                        file ->
                                file.endsWith(".lease")
                                        && (file.startsWith(name + ".")
                                                || file.startsWith(name + "-")));
    }

    /** ifup calls it {@code dhclient.eth0.leases}. */
    boolean hasDhclientLease(String name) {
        return leases.contains("dhclient." + name + ".leases");
    }

    /**
     * In hex with colons.
     *
     * @param six whether for DHCPv6, for which dhclient also takes that of DHCPv4 ({@code -df})
     */
    Optional<String> dhclientDuid(String name, boolean six) {
        String four = DHCLIENT_LEASES + "/dhclient." + name + ".leases";
        Optional<String> duid =
                DhcpIdentity.duidOfDhclientLease(
                        remembered.getOrDefault(
                                six ? four.replace("client.", "client6.") : four, ""));
        return six && duid.isEmpty() ? dhclientDuid(name, false) : duid;
    }

    String dhclientConf() {
        return remembered.getOrDefault(DHCLIENT_CONF, "");
    }

    Optional<DhcpIdentity> networkdIdentity(Link link) {
        return Optional.ofNullable(remembered.get("/run/systemd/netif/leases/" + link.index()))
                .flatMap(DhcpIdentity::ofNetworkdLease);
    }

    /**
     * The names that netplan has written networkd's files under: /run/…/10-netplan-eth0.network.
     */
    static boolean byNetplan(IniFile file) {
        return file.file().toLowerCase(Locale.ROOT).contains("netplan");
    }
}
