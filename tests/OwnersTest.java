package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Who holds an interface, as dhcpcd, networkd and nmcli say it. */
class OwnersTest {

    /** {@code dhcpcd -4 -U eth0} of 7.1.0 (Debian 11). */
    private static final String[] LEASE_7 = {
        "broadcast_address='192.168.50.255'",
        "dhcp_lease_time='3600'",
        "dhcp_message_type='5'",
        "dhcp_server_identifier='192.168.50.1'",
        "domain_name_servers='192.168.50.1'",
        "ip_address='192.168.50.40'",
        "routers='192.168.50.1'",
        "subnet_cidr='24'",
    };

    /** Of 9.4.1 (Debian 12). */
    private static final String[] LEASE_9 = {
        "reason=BOUND",
        "interface=eth0",
        "protocol=dhcp",
        "ip_address=192.168.50.38",
        "subnet_cidr=24",
        "routers=192.168.50.1",
        "dhcp_server_identifier=192.168.50.1",
    };

    private static final String UNMANAGED = "GENERAL.STATE:10 (unmanaged)";

    private static Texts machine(String address, String... units) {
        return Texts.live()
                .file("/sys/class/net/eth0/type", "1")
                .file("/sys/class/net/eth0/carrier", "1")
                .file("/sys/class/net/eth0/device/uevent", "DRIVER=bcmgenet")
                .output(
                        IpAddress.COMMAND,
                        "[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"UP\",\"LOWER_UP\"],"
                                + "\"operstate\":\"UP\",\"link_type\":\"ether\","
                                + "\"address\":\"dc:a6:32:01:02:03\","
                                + "\"addr_info\":[{\"family\":\"inet\",\"local\":\""
                                + address
                                + "\",\"prefixlen\":24,\"scope\":\"global\"}]}]")
                .output(Route.COMMAND, "[]")
                .output(Route.COMMAND6, "[]")
                .output(Neighbour.COMMAND, "[]")
                .says("iw", "")
                .says("ps", "")
                .says("journalctl", "")
                .says("systemctl", String.join("\n\n", units));
    }

    private static String unit(String name, String active, String file) {
        return "Id="
                + name
                + ".service\nLoadState=loaded\nActiveState="
                + active
                + "\nSubState=running\nResult=success\nUnitFileState="
                + file;
    }

    private static final String DHCPCD = unit("dhcpcd", "active", "enabled");
    private static final String NETWORKD = unit("systemd-networkd", "active", "enabled");
    private static final String NO_NM = unit("NetworkManager", "inactive", "disabled");

    private static Snapshot look(Texts machine) {
        return Look.at(machine, Progress.silent());
    }

    private static String shown(Texts machine) {
        Snapshot s = look(machine);
        return Owners.of(s).shown(s.physical().get(0));
    }

    private static String report(Texts machine) {
        return TextReport.of(machine.diagnosis(), new Terminal(false));
    }

    private static Finding found(Texts machine, String code) {
        return machine.diagnosis().findings().found().stream()
                .filter(f -> f.row().code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whereNoUnitCanBeAskedItIsNotNobodys() {
        String[] absent = {
            "Id=NetworkManager.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead"
        };
        Texts machine = machine("192.168.50.40", absent);
        assertEquals("nobody", shown(machine));
        assertTrue(look(machine).nm().general().isAbsent());
        machine.ends(Command.of("systemctl"), 1, "", "System has not been booted with systemd");
        assertEquals("whose it is could not be told", shown(machine));
        String why = look(machine).nm().general().whyUnknown().orElse("");
        assertTrue(why.contains("not been booted with systemd"), why);
    }

    @Test
    void aLeaseReadsTheSameFromOldAndNew() {
        assertEquals(
                Reading.known(new Dhcpcd.Lease("192.168.50.40", "192.168.50.1", "192.168.50.1")),
                Dhcpcd.Lease.parse(String.join("\n", LEASE_7)));
        assertEquals(
                Reading.known(new Dhcpcd.Lease("192.168.50.38", "192.168.50.1", "192.168.50.1")),
                Dhcpcd.Lease.parse(String.join("\n", LEASE_9)));
    }

    @Test
    void whatDhcpcdLeasedLongAgoItDoesNotHold() {
        Texts machine =
                machine("192.168.50.40", DHCPCD)
                        .file("/var/lib/dhcpcd/eth0.lease", "not text")
                        .output(Dhcpcd.dumpLease("eth0"), LEASE_7);
        assertEquals("dhcpcd", shown(machine));
        assertEquals("nobody", shown(machine.output(Dhcpcd.dumpLease("eth0"), LEASE_9)));
        machine.ends(Dhcpcd.dumpLease("eth0"), 1, "", "eth0: dhcp_dump: No such file or directory");
        assertEquals("nobody", shown(machine));
        machine.ends(Dhcpcd.dumpLease("eth0"), 1, "", "dhcp_dump: Permission denied");
        assertEquals("dhcpcd", shown(machine), "by the file that it left");
    }

    @Test
    void aServerThatNamesNoRouterLeavesNoRouteToLose() {
        Texts machine = machine("192.168.50.38", DHCPCD).output(Dhcpcd.dumpLease("eth0"), LEASE_9);
        assertTrue(machine.diagnosis().now().isNo());
        String[] unrouted =
                List.of(LEASE_9).stream()
                        .filter(l -> !l.startsWith("routers="))
                        .toArray(String[]::new);
        machine.output(Dhcpcd.dumpLease("eth0"), unrouted);
        Answer now = machine.diagnosis().now();
        assertTrue(now.isYes(), now.toString());
        assertTrue(now.why().contains("no default route on purpose"), now.toString());
        machine.file("/etc/dhcpcd.conf", "interface eth0", "static routers=192.168.50.1");
        assertTrue(machine.diagnosis().now().isNo());
    }

    @Test
    void aBlockForANetworkIsNotTheInterfacesOwn() {
        Texts machine =
                machine("192.168.50.38", DHCPCD)
                        .file(
                                "/etc/dhcpcd.conf",
                                "interface eth0",
                                "metric 200",
                                "ssid Home",
                                "static ip_address=10.0.0.2/24");
        assertFalse(look(machine).dhcpcd().isStatic(look(machine).physical().get(0)));
    }

    @Test
    void whatNetplanHasNetworkdDoIsNamedAsNetplans() {
        Texts machine =
                machine("192.168.50.38", NETWORKD)
                        .file(
                                "/run/systemd/netif/links/2",
                                "ADMIN_STATE=configured",
                                "OPER_STATE=routable",
                                "NETWORK_FILE=/run/systemd/network/10-netplan-eth0.network");
        assertEquals("systemd-networkd (netplan)", shown(machine));
        Snapshot s = look(machine);
        assertEquals(
                "eth0: configured by /run/systemd/network/10-netplan-eth0.network, which netplan"
                        + " writes at boot",
                Owners.of(s).of(s.physical().get(0)).get(0).evidence().what());
    }

    @Test
    void netplanOnACardBringsUpWhatAMaskedManagerDoesNot() {
        Texts card =
                Texts.card()
                        .file("/usr/lib/systemd/system/NetworkManager.service", "[Unit]")
                        .link("/etc/systemd/system/NetworkManager.service", "/dev/null");
        assertEquals(FindingRow.MACHINE, found(card, "networkmanager-masked").hit().subject());
        card.file("/usr/lib/systemd/system/systemd-networkd.service", "[Unit]")
                .file("/lib/systemd/system-generators/netplan", "")
                .file(
                        "/etc/netplan/50-cloud-init.yaml",
                        "network: {ethernets: {eth0: {dhcp4: true}}}");
        assertTrue(card.afterBoot("eth0").isYes(), card.afterBoot("eth0").toString());
        assertFalse(
                card.diagnosis().findings().found().stream()
                        .anyMatch(f -> f.row().code().equals("networkmanager-masked")));
    }

    @Test
    void ofTwoManagersTheOneThatHasAllMayStay() {
        Texts machine =
                machine("192.168.50.38", DHCPCD, NETWORKD, NO_NM)
                        .output(Dhcpcd.dumpLease("eth0"), LEASE_9)
                        .file(
                                "/run/systemd/netif/links/2",
                                "ADMIN_STATE=configured",
                                "NETWORK_FILE=/run/systemd/network/70-x.network");
        // The file is gone: at the next boot networkd would do nothing.
        assertEquals(
                List.of(
                        "sudo systemctl disable systemd-networkd.socket systemd-networkd.service"
                                + " systemd-networkd-wait-online.service && sudo reboot"),
                found(machine, "dhcpcd-and-networkd").hit().remedy());
        machine.file("/lib/systemd/system-generators/netplan", "")
                .file("/etc/netplan/x.yaml", "network: {ethernets: {usb0: {dhcp4: true}}}");
        assertEquals(
                List.of(ManagerFaults.FIX), found(machine, "dhcpcd-and-networkd").hit().remedy());
        assertTrue(report(machine).contains("do:   sudo jbang fix@netfix"), report(machine));
    }

    @Test
    void anUnansweredQuestionIsNotAnAbsentManager() {
        Texts machine = machine("192.168.50.38", unit("NetworkManager", "active", "enabled"));
        machine.hangs(Nmcli.DEVICES, "").hangs(Nmcli.GENERAL, "");
        assertEquals("whose it is could not be told", shown(machine));
        String report = report(machine);
        assertTrue(report.contains("nmcli general status did not answer in time"), report);
        machine.output(Nmcli.DEVICES, "GENERAL.DEVICE:eth0", UNMANAGED);
        assertEquals("nobody", shown(machine));
    }

    @Test
    void withADeadBusTheUnitTellsThatThereIsNoDaemon() {
        Texts machine = machine("192.168.50.38", NO_NM);
        machine.ends(Nmcli.DEVICES, 1, "", "Error: Could not create NMClient object");
        assertEquals("nobody", shown(machine));
        assertTrue(look(machine).nm().devices().isAbsent());
    }

    @Test
    void aCommandIsNamedWithoutHowItIsToAnswer() {
        assertEquals("nmcli device show", Command.name(Nmcli.DEVICES.argv()));
        assertEquals("ip route show", Command.name(Route.COMMAND6.argv()));
        assertEquals("journalctl", Command.name(Journal.THIS_BOOT.argv()));
        assertEquals("systemctl show", Command.name(Unit.show(List.of("x")).argv()));
    }
}
