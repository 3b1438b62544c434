package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Single promises of the take-over; TakeOverGeneratedTest has the many values. */
class TakeOverTest {

    private static final Link ETH0 = link(2, "eth0", Link.Kind.WIRED, "dc:a6:32:01:02:03");
    private static final Link WLAN0 = link(3, "wlan0", Link.Kind.WIFI, "dc:a6:32:01:02:04");

    @TempDir Path root;

    @BeforeEach
    void anEmptyCard() throws Exception {
        Files.createDirectories(root.resolve("usr"));
        Files.createDirectories(root.resolve("etc"));
    }

    private static Link link(int index, String name, Link.Kind kind, String mac) {
        return new Link(
                index, name, kind, mac, Set.of("UP"), "UP", Optional.of(true), "", "", List.of());
    }

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private OldSources sources() {
        return GeneratedSources.read(root);
    }

    private static Standing standing(Manager... going) {
        return new Standing(
                List.of(ETH0, WLAN0),
                going.length == 0 ? EnumSet.noneOf(Manager.class) : EnumSet.copyOf(List.of(going)),
                Map.of(),
                Set.of(),
                Map.of(),
                true);
    }

    private TakeOver takeOver(Manager... going) {
        return TakeOver.from(standing(going), sources());
    }

    private static List<String> ids(List<Loss> losses) {
        return losses.stream().map(Loss::id).toList();
    }

    /** The start state of Raspberry Pi OS Bullseye. */
    private void bullseye() throws Exception {
        write("/var/lib/dhcpcd/duid", "00:01:00:01:2a:bb:cc:dd:dc:a6:32:01:02:03\n");
        write(
                "/etc/dhcpcd.conf",
                """
                hostname
                duid
                persistent
                option rapid_commit
                option domain_name_servers, domain_name, domain_search, host_name
                require dhcp_server_identifier
                slaac private

                interface eth0
                static ip_address=192.168.50.20/24
                static routers=192.168.50.1
                static domain_name_servers=192.168.50.1 8.8.8.8
                """);
        write(
                "/etc/wpa_supplicant/wpa_supplicant.conf",
                """
                ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev
                update_config=1
                country=GB

                network={
                \tssid="My Home Net"
                \tpsk="correct horse"
                \tpriority=2
                }
                network={
                \tssid="Cellar"
                \tscan_ssid=1
                \tpsk="under the stairs"
                }
                """);
    }

    @Test
    void bullseyeAsItIs() throws Exception {
        bullseye();
        TakeOver plan = takeOver(Manager.DHCPCD);
        assertEquals(List.of(), plan.losses());
        assertEquals(List.of("dhcpcd-slaac"), ids(plan.told()));
        assertEquals(Optional.of("GB"), plan.country());
        assertEquals(
                List.of("eth0.nmconnection", "My_Home_Net.nmconnection", "Cellar.nmconnection"),
                plan.profiles().stream()
                        .map(p -> p.file().substring(OldSources.PROFILES.length() + 1))
                        .toList());
        assertEquals(
                """
                # Written by netfix, from:
                # /etc/wpa_supplicant/wpa_supplicant.conf:5

                [connection]
                id=My Home Net
                uuid=UUID
                type=wifi
                autoconnect-priority=2
                autoconnect-retries=0

                [wifi]
                mode=infrastructure
                ssid=My Home Net

                [wifi-security]
                key-mgmt=wpa-psk
                psk=correct horse

                [ipv4]
                method=auto
                dhcp-client-id=ipv6-duid
                dhcp-iaid=mac

                [ipv6]
                method=auto
                addr-gen-mode=stable-privacy
                dhcp-duid=00:01:00:01:2a:bb:cc:dd:dc:a6:32:01:02:03
                dhcp-iaid=mac
                """,
                plan.profiles().get(1).text().replaceFirst("uuid=.*", "uuid=UUID"));
        assertTrue(plan.profiles().get(0).text().contains("\naddress1=192.168.50.20/24\n"));
        assertEquals(
                List.of("dhcpcd eth0", "dhcpcd wlan0", "wpa_supplicant wlan0"),
                plan.covered().stream().map(c -> c.owner() + " " + c.link()).toList());
    }

    @Test
    void aSecondPlanIsTheSame() throws Exception {
        bullseye();
        assertEquals(takeOver(Manager.DHCPCD), takeOver(Manager.DHCPCD));
    }

    @Test
    void whoDoesNotGoIsNotTakenOver() throws Exception {
        bullseye();
        assertEquals(List.of(), takeOver(Manager.NETWORKD).profiles());
    }

    @Test
    void whatTheTakeOverWroteIsNotWrittenAgain() throws Exception {
        bullseye();
        TakeOver first = takeOver(Manager.DHCPCD);
        OldSources before = sources();
        OldSources after =
                with(
                        before,
                        first.profiles().stream()
                                .collect(
                                        Collectors.toMap(
                                                NewProfile::file,
                                                p -> Keyfile.parse(p.file(), p.text()))));
        TakeOver second = TakeOver.from(standing(Manager.DHCPCD), after);
        assertEquals(List.of(), second.profiles());
        assertEquals(first.covered(), second.covered());
    }

    /** What a rollback leaves behind on a Pi that its old state would strand at the next boot. */
    @Test
    void theLastResortForAnyEthernetIsNoProfileOfAnInterface() throws Exception {
        bullseye();
        write("/etc/dhcpcd.conf", "duid\n");
        List<String> before = ids(takeOver(Manager.DHCPCD));
        String plain = "[connection]\nid=mine\ntype=ethernet\n";
        for (String file : List.of(WiredProfile.FILE, OldSources.PROFILES + "/x.nmconnection")) {
            boolean mine = !file.equals(WiredProfile.FILE);
            Keyfile there = Keyfile.parse(file, mine ? plain : WiredProfile.TEXT);
            TakeOver again =
                    TakeOver.from(standing(Manager.DHCPCD), with(sources(), Map.of(file, there)));
            assertEquals(!mine, ids(again).contains("eth0"), file);
            assertEquals(mine, ids(again.told()).contains("dhcp-identity-eth0"), file);
            assertTrue(mine || ids(again).equals(before), file);
        }
    }

    private static List<String> ids(TakeOver plan) {
        return plan.profiles().stream().map(NewProfile::id).toList();
    }

    private static OldSources with(OldSources old, Map<String, Keyfile> keyfiles) {
        return new OldSources(
                old.supplicants(),
                old.dhcpcd(),
                old.networkd(),
                old.netdevs(),
                old.interfaces(),
                old.remembered(),
                old.leases(),
                keyfiles,
                keyfiles.keySet().stream()
                        .map(file -> file.substring(OldSources.PROFILES.length() + 1))
                        .collect(Collectors.toSet()),
                old.unreadable());
    }

    private static final String HOME =
            """
            [connection]
            id=My Home Net
            uuid=7d7091dc-85a7-31bf-9665-675bdf967874
            type=802-11-wireless

            [802-11-wireless]
            mode=infrastructure
            ssid=My Home Net

            [802-11-wireless-security]
            auth-alg=open
            key-mgmt=wpa-psk
            psk=correct horse

            [ipv4]
            method=auto

            [ipv6]
            addr-gen-mode=stable-privacy
            method=auto
            """;

    private List<String> writtenBeside(String profile) throws Exception {
        bullseye();
        String file = OldSources.PROFILES + "/my_home_net.nmconnection";
        return TakeOver.from(
                        standing(Manager.DHCPCD),
                        with(sources(), Map.of(file, Keyfile.parse(file, profile))))
                .profiles()
                .stream()
                .map(p -> p.id() + " in " + p.file().replaceFirst(".*/", ""))
                .toList();
    }

    @Test
    void aDoubleIsKnownByItsContent() throws Exception {
        assertEquals(
                List.of("eth0 in eth0.nmconnection", "Cellar in Cellar.nmconnection"),
                writtenBeside(HOME));
    }

    @Test
    void anotherKeyIsNoDouble() throws Exception {
        assertTrue(
                writtenBeside(HOME.replace("correct horse", "wrong horse"))
                        .contains("My Home Net 2 in My_Home_Net_2.nmconnection"));
        assertTrue(
                writtenBeside(
                                HOME.replace("My Home Net\nuuid", "Other\nuuid")
                                        .replace("horse", "h"))
                        .contains("My Home Net in My_Home_Net-2.nmconnection"),
                "a file of that name stays");
        assertTrue(
                writtenBeside(HOME.replace("type=", "interface-name=wlan7\ntype="))
                        .contains("My Home Net 2 in My_Home_Net_2.nmconnection"),
                "one for another interface only");
        assertTrue(
                writtenBeside(HOME.replace("type=", "autoconnect=false\ntype="))
                        .contains("My Home Net 2 in My_Home_Net_2.nmconnection"),
                "one that waits to be asked");
    }

    /** nm-settings(5): the one waits for a login, the other for an agent that knows the key. */
    @Test
    void whatDoesNotComeUpByItselfIsNoDouble() throws Exception {
        String another = "My Home Net 2 in My_Home_Net_2.nmconnection";
        for (String waits :
                List.of(
                        HOME.replace("type=", "permissions=user:pi:;\ntype="),
                        HOME.replace("psk=", "psk-flags=1\npsk="))) {
            assertTrue(writtenBeside(waits).contains(another), waits);
        }
        for (String comes :
                List.of(
                        HOME.replace("type=", "permissions=\ntype="),
                        HOME.replace("psk=", "psk-flags=0\nwep-key-flags=1\npsk="))) {
            assertFalse(writtenBeside(comes).contains(another), comes);
        }
    }

    @Test
    void theUuidTellsNothingOfTheKey() throws Exception {
        bullseye();
        List<NewProfile> one = takeOver(Manager.DHCPCD).profiles();
        String file = "/etc/wpa_supplicant/wpa_supplicant.conf";
        write(
                file,
                Files.readString(root.resolve(file.substring(1)))
                        .replace("correct horse", "another horse"));
        assertEquals(
                one.stream().map(NewProfile::uuid).toList(),
                takeOver(Manager.DHCPCD).profiles().stream().map(NewProfile::uuid).toList());
    }

    @Test
    void whatHasNoEqualIsALossThatNamesItsLine() throws Exception {
        bullseye();
        write(
                "/etc/dhcpcd.conf",
                """
                duid
                frobnicate yes

                interface eth0
                arping 192.168.1.1
                inform 192.168.1.7/24

                profile 192.168.1.1
                static ip_address=192.168.1.10/24
                """);
        TakeOver plan = takeOver(Manager.DHCPCD);
        assertEquals(
                List.of(
                        "dhcpcd-frobnicate",
                        "dhcpcd-arping-eth0",
                        "dhcpcd-inform-eth0",
                        "dhcpcd-profile-192-168-1-1"),
                ids(plan.losses()));
        assertEquals("/etc/dhcpcd.conf:5", plan.losses().get(1).place());
    }

    @Test
    void aLossDoesNotRepeatASecret() throws Exception {
        bullseye();
        write(
                "/etc/wpa_supplicant/wpa_supplicant.conf",
                "network={\nssid=\"x\"\npsk=\"short\"\n}\n"
                        + "network={\nssid=\"y\"\nkey_mgmt=WPA-EAP\neap=PEAP\nidentity=\"me\"\n"
                        + "password=hash:31d6cfe0d16ae931b73c59d7e0c089c0\n}\n");
        TakeOver plan = takeOver(Manager.DHCPCD);
        assertEquals(List.of("wifi-psk-x", "wifi-password-y"), ids(plan.losses()));
        assertFalse(plan.losses().toString().contains("short\""), plan.losses().toString());
        assertFalse(plan.losses().toString().contains("31d6cfe0"), plan.losses().toString());
    }

    @Test
    void aNameThatAShellWouldRunIsNoProfilesName() throws Exception {
        bullseye();
        write(
                "/etc/wpa_supplicant/wpa_supplicant.conf",
                "network={\nssid=\"x;reboot `id` $(id)\"\nkey_mgmt=NONE\n}\n"
                        + "network={\nssid=\"../../etc\"\nkey_mgmt=NONE\n}\n"
                        + "network={\nssid=\"Caf\u00e9 \ud83d\ude80\"\nkey_mgmt=NONE\n}\n");
        assertEquals(
                List.of(
                        "eth0 in eth0.nmconnection",
                        "x_reboot _id_ __id_ in x_reboot_id_id_.nmconnection",
                        "../../etc in _etc.nmconnection",
                        "Caf\u00e9 \ud83d\ude80 in Caf_.nmconnection"),
                takeOver(Manager.DHCPCD).profiles().stream()
                        .map(p -> p.id() + " in " + p.file().replaceFirst(".*/", ""))
                        .toList());
    }

    @Test
    void theClientIdOfALeaseOfNetworkds() throws Exception {
        write(
                "/etc/systemd/network/20-eth0.network",
                "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n");
        write(
                "/run/systemd/netif/leases/2",
                "# This is private data. Do not parse.\nADDRESS=192.168.50.103\n"
                        + "CLIENTID=ffb6220feb00020000ab11f6c1a1ab5a3f1b6f\n");
        String text = takeOver(Manager.NETWORKD).profiles().get(0).text();
        assertTrue(
                text.contains(
                        "\n"
                            + "dhcp-client-id=ff:b6:22:0f:eb:00:02:00:00:ab:11:f6:c1:a1:ab:5a:3f:1b:6f\n"),
                text);
        assertTrue(text.contains("\ndhcp-duid=00:02:00:00:ab:11:f6:c1:a1:ab:5a:3f:1b:6f\n"), text);
        assertTrue(text.contains("\ndhcp-iaid=3055685611\n"), text);
    }

    @Test
    void whatTheCardDoesNotTellOfNetworkdsIdentityIsTold() throws Exception {
        write(
                "/etc/systemd/network/20-eth0.network",
                "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n");
        TakeOver plan = takeOver(Manager.NETWORKD);
        assertEquals(List.of("dhcp-identity-eth0"), ids(plan.told()));
        assertTrue(plan.profiles().get(0).text().contains("\ndhcp-client-id=duid\n"));
    }

    @Test
    void whatDhclientsFileSaysOutdoesAllElse() {
        DhcpIdentity unless = DhcpIdentity.BY_MAC;
        assertEquals(
                Optional.of(unless), DhcpIdentity.ofDhclient("request subnet-mask;\n", unless));
        for (Map.Entry<String, String> row :
                Map.of("= hardware", "mac", "1:a:b", "01:0a:0b", "\"pi\"", "70:69").entrySet()) {
            String conf = "send dhcp-client-identifier " + row.getKey() + ";\n";
            assertEquals(
                    row.getValue(),
                    DhcpIdentity.ofDhclient(conf, DhcpIdentity.byDuid("00:01", "mac"))
                            .get()
                            .clientId());
        }
        assertTrue(
                DhcpIdentity.ofDhclient("send dhcp-client-identifier = concat(a, b);", unless)
                        .isEmpty());
    }

    /**
     * Debian's ifup starts dhclient with -i. Seen of 4.4.3 with that lease file: option 61 is
     * ff9ca2f555000100013296ec054a559ca2f555, on a card whose MAC ends with 9c:a2:f5:55.
     */
    @Test
    void dhclientIsTheDuidThatItsLeaseFileHas() throws Exception {
        String duid = "00:01:00:01:32:96:ec:05:4a:55:9c:a2:f5:55";
        String written = "\"\\000\\001\\000\\0012\\226\\354\\005JU\\234\\242\\365U\"";
        String lease = "/var/lib/dhcp/dhclient.eth0.leases";
        String dhcp = "auto eth0\niface eth0 inet dhcp\n";
        for (String form : List.of(written, duid)) {
            write(Interfaces.FILE, dhcp + "iface eth0 inet6 auto\n");
            write(lease, "default-duid " + form + ";\nlease {\n  interface \"eth0\";\n}\n");
            String text = takeOver(Manager.IFUPDOWN).profiles().get(0).text();
            assertTrue(text.contains("\ndhcp-client-id=ipv6-duid\ndhcp-iaid=mac\n"), text);
            assertTrue(text.contains("\ndhcp-duid=" + duid + "\n"), text);
        }
        // "no" is for dhclient, and whoever asks by IPv6 is a DUID all the same.
        write(Interfaces.FILE, dhcp + "    client no\niface eth0 inet6 dhcp\n");
        String text = takeOver(Manager.IFUPDOWN).profiles().get(0).text();
        assertTrue(text.contains("\ndhcp-client-id=mac\n"), text);
        assertTrue(text.contains("\ndhcp-duid=" + duid + "\ndhcp-iaid=mac\n"), text);
        write(lease, "lease {\n}\n");
        text = takeOver(Manager.IFUPDOWN).profiles().get(0).text();
        assertTrue(text.contains("\ndhcp-client-id=mac\n") && !text.contains("duid"), text);
    }

    /** Given to dhcpcd and udhcpc, in whichever stanza it stands. */
    @Test
    void theClientIdOfAStanzaIsThatOfTheLease() throws Exception {
        write(
                Interfaces.FILE,
                "iface eth0 inet dhcp\n    client 01:02:03\niface eth0 inet6 auto\n");
        String text = takeOver(Manager.IFUPDOWN).profiles().get(0).text();
        assertTrue(text.contains("\ndhcp-client-id=01:02:03\n"), text);
    }

    @Test
    void dhcpcdsClientIdIsBytesOrText() {
        assertEquals("01:02:03", DhcpIdentity.ofDhcpcd("01:02:03").clientId());
        assertEquals("00:6d:61:63", DhcpIdentity.ofDhcpcd("\"mac\"").clientId());
    }

    @Test
    void theBoardsUuidIsADuidWhereNoFileHasOne() throws Exception {
        write("/sys/class/dmi/id/product_uuid", "4c4c4544-0044-4210-8031-c3c04f4a3232\n");
        assertEquals(
                Optional.of("00:04:4c:4c:45:44:00:44:42:10:80:31:c3:c0:4f:4a:32:32"),
                sources().dhcpcdDuid());
        write("/var/lib/dhcpcd/duid", "00:01:00:01:2a:bb:cc:dd:dc:a6:32:01:02:03\n");
        assertEquals(
                Optional.of("00:01:00:01:2a:bb:cc:dd:dc:a6:32:01:02:03"), sources().dhcpcdDuid());
    }

    @Test
    void dropInsCountAndTwoRoutesAreTwo() throws Exception {
        write(
                "/etc/systemd/network/20-eth0.network",
                "[Match]\nName=eth0\n[Network]\nAddress=10.0.0.5/24\n"
                        + "[Route]\nDestination=10.9.0.0/16\nGateway=10.0.0.254\nMetric=50\n"
                        + "[Route]\nDestination=10.8.0.0/16\n");
        write(
                "/etc/systemd/network/20-eth0.network.d/more.conf",
                "[Network]\nDNS=10.0.0.1\n[Address]\nAddress=10.0.0.6/24\nLabel=x\n");
        TakeOver plan = takeOver(Manager.NETWORKD);
        String text = plan.profiles().get(0).text();
        assertTrue(text.contains("\naddress2=10.0.0.6/24\ndns=10.0.0.1;\n"), text);
        assertTrue(text.contains("\nroute1=10.9.0.0/16,10.0.0.254,50\nroute2=10.8.0.0/16\n"), text);
        assertEquals(List.of("networkd-address-label-20-eth0"), ids(plan.losses()));
        assertEquals(
                "/etc/systemd/network/20-eth0.network.d/more.conf:5", plan.losses().get(0).place());
    }

    @Test
    void aContinuedLineOfNetworkdsIsReadWhole() throws Exception {
        write(
                "/etc/systemd/network/20-eth0.network",
                "[Match]\nName=eth0\n[Network]\nAddress=\\\n 10.0.0.5/24\n"
                        + "DNS=1.1.1.1 \\\n# a second\n8.8.8.8\n");
        TakeOver plan = takeOver(Manager.NETWORKD);
        String text = plan.profiles().get(0).text();
        assertTrue(text.contains("\naddress1=10.0.0.5/24\ndns=1.1.1.1;8.8.8.8;\n"), text);
        assertEquals(List.of(), plan.losses());
    }

    @Test
    void netplansFilesAreNamedAndNotConverted() throws Exception {
        write(
                "/run/systemd/network/10-netplan-eth0.network",
                "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n");
        TakeOver plan = takeOver(Manager.NETWORKD);
        assertEquals(List.of(), plan.profiles());
        assertEquals(
                List.of(new TakeOver.Netplanned("eth0", Map.of("ipv4.dhcp-client-id", "duid"))),
                plan.netplan());
        assertEquals(List.of("dhcp-identity-eth0"), ids(plan.told()), "no lease tells the IAID");
    }

    @Test
    void whoNetplanWasToItsRouterIsKept() throws Exception {
        write(
                "/run/systemd/network/10-netplan-eth0.network",
                "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n");
        write(
                "/run/systemd/netif/leases/2",
                "ADDRESS=192.168.50.33\nCLIENTID=ffb6220feb00020000ab11d7c3\n");
        write(
                "/run/systemd/network/10-netplan-wlan0.network",
                "[Match]\nName=wlan0\n\n[Network]\nAddress=192.168.60.7/24\n"
                        + "LinkLocalAddressing=no\n");
        TakeOver plan = takeOver(Manager.NETWORKD);
        assertEquals(List.of(), plan.told());
        assertEquals(
                List.of(
                        new TakeOver.Netplanned(
                                "eth0",
                                Map.of(
                                        "ipv4.dhcp-client-id",
                                        "ff:b6:22:0f:eb:00:02:00:00:ab:11:d7:c3",
                                        "ipv6.dhcp-duid",
                                        "00:02:00:00:ab:11:d7:c3",
                                        "ipv6.dhcp-iaid",
                                        "3055685611")),
                        new TakeOver.Netplanned("wlan0", Map.of())),
                plan.netplan());
    }

    @Test
    void aStickInADrawerKeepsItsAddress() throws Exception {
        write(
                "/etc/dhcpcd.conf",
                "interface eth1\nstatic ip_address=10.1.0.5/24\n\ninterface br0\nnodhcp\n");
        TakeOver plan = takeOver(Manager.DHCPCD);
        assertEquals(
                List.of("eth0", "eth1"), plan.profiles().stream().map(NewProfile::id).toList());
        assertEquals(List.of("interface-br0"), ids(plan.losses()));
    }

    /** netplan says it again, for NetworkManager: a second profile would have the old password. */
    @Test
    void aNetworkOfNetplansIsNotConverted() throws Exception {
        String conf = "/run/netplan/wpa-wlan0.conf";
        write(conf, "network={\n ssid=\"Home\"\n psk=\"correct horse\"\n}\n");
        for (String file : List.of(conf, "/etc/mine.conf")) {
            write("/etc/mine.conf", Files.readString(root.resolve(conf.substring(1))));
            Standing served =
                    new Standing(
                            List.of(WLAN0),
                            EnumSet.of(Manager.NETWORKD),
                            Map.of(),
                            Set.of(),
                            Map.of("wlan0", file),
                            false);
            OldSources old = sources();
            RootedMachine card = new RootedMachine(root);
            OldSources there =
                    OldSources.read(card, List.of(file), old.networkd(), old.interfaces());
            assertEquals(file.equals(conf) ? 0 : 1, TakeOver.from(served, there).profiles().size());
        }
    }

    /** Raspberry Pi OS before its first Wi-Fi network: a country, and an address for later. */
    @Test
    void anAddressOfAWifiWithoutANetworkIsALoss() throws Exception {
        write("/etc/wpa_supplicant/wpa_supplicant.conf", "country=GB\n");
        write("/etc/dhcpcd.conf", "interface wlan0\nstatic ip_address=192.168.0.200/24\n");
        TakeOver plan = takeOver(Manager.DHCPCD);
        assertEquals(List.of("address-wlan0"), ids(plan.losses()));
        assertEquals("/etc/dhcpcd.conf:2", plan.losses().get(0).place());
        assertEquals("192.168.0.200/24", plan.losses().get(0).text());
        write("/etc/dhcpcd.conf", "duid\n");
        assertEquals(List.of(), takeOver(Manager.DHCPCD).losses());
        write(Interfaces.FILE, "iface wlan0 inet static\n    address 192.168.0.201/24\n");
        assertEquals("192.168.0.201/24", takeOver(Manager.IFUPDOWN).losses().get(0).text());
    }

    @Test
    void aBridgeIsNotTakenForAWire() throws Exception {
        write("/etc/dhcpcd.conf", "interface br0\nstatic ip_address=10.1.0.5/24\n");
        Standing bridged =
                new Standing(
                        List.of(link(4, "br0", Link.Kind.VIRTUAL, "dc:a6:32:01:02:03")),
                        EnumSet.of(Manager.DHCPCD),
                        Map.of(),
                        Set.of(),
                        Map.of(),
                        false);
        TakeOver plan = TakeOver.from(bridged, sources());
        assertEquals(List.of(), plan.profiles());
        assertEquals(List.of("interface-br0-dhcpcd"), ids(plan.losses()));
    }

    @Test
    void ofTwoManagersOneAsksAndFixedAddressesStay() throws Exception {
        write("/etc/dhcpcd.conf", "interface eth0\nstatic ip_address=10.1.0.5/24\n");
        write(
                "/etc/systemd/network/20-eth0.network",
                "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n");
        String text = takeOver(Manager.DHCPCD, Manager.NETWORKD).profiles().get(0).text();
        assertTrue(text.contains("[ipv4]\nmethod=auto\naddress1=10.1.0.5/24\n"), text);
        write("/etc/dhcpcd.conf", "duid\n");
        assertEquals(
                List.of("dhcp-identity-eth0", "second-address-dhcpcd-eth0"),
                ids(takeOver(Manager.DHCPCD, Manager.NETWORKD).told()).stream().sorted().toList());
    }

    @Test
    void whatNetworkManagerHoldsItGoesOnHolding() throws Exception {
        write("/etc/dhcpcd.conf", "slaac hwaddr\n");
        Standing both =
                new Standing(
                        List.of(ETH0),
                        EnumSet.of(Manager.DHCPCD),
                        Map.of("eth0", EnumSet.of(Manager.DHCPCD, Manager.NETWORKMANAGER)),
                        Set.of(),
                        Map.of(),
                        false);
        TakeOver plan = TakeOver.from(both, sources());
        assertEquals(List.of(), plan.profiles());
        assertEquals(List.of("second-address-dhcpcd-eth0"), ids(plan.told()));
    }

    @Test
    void whatCannotBeReadStopsThePlan() throws Exception {
        bullseye();
        OldSources old = sources();
        OldSources part =
                new OldSources(
                        old.supplicants(),
                        old.dhcpcd(),
                        old.networkd(),
                        old.netdevs(),
                        old.interfaces(),
                        old.remembered(),
                        old.leases(),
                        old.keyfiles(),
                        old.taken(),
                        List.of("not allowed to read /etc/wpa_supplicant/x.conf"));
        assertEquals(
                List.of("unreadable-not-allowed-to-read-etc-wpa-supplicant-x-conf"),
                ids(TakeOver.from(standing(Manager.DHCPCD), part).losses()));
    }

    @Test
    void theThreeWaysToWriteAString() {
        assertEquals("61ff0a3b", Ssid.of(SupplicantValue.bytes("61ff0A3b").get()).hex());
        assertEquals("a\"b", text("\"a\"b\""));
        assertEquals(
                "610aff5c22", Ssid.of(SupplicantValue.bytes("P\"a\\n\\xff\\\\\\\"\"").get()).hex());
        assertEquals("A1", text("P\"\\1011\""), "three octal digits at most");
        assertTrue(SupplicantValue.bytes("abc").isEmpty());
        assertTrue(SupplicantValue.bytes("zz").isEmpty());
    }

    private static String text(String value) {
        return new String(SupplicantValue.bytes(value).get(), StandardCharsets.UTF_8);
    }
}
