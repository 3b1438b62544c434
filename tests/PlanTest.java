package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a fix would do on machines of texts. */
class PlanTest {

    private static final String INSTALL = "[Unit]\n[Install]\nWantedBy=multi-user.target\n";

    /** NetworkManager, installed and enabled. */
    private static Texts card() {
        return Texts.card()
                .file("/usr/lib/systemd/system/NetworkManager.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/NetworkManager.service",
                        "/usr/lib/systemd/system/NetworkManager.service");
    }

    private static Scene scene(Machine machine) {
        return Scene.at(machine, Progress.silent());
    }

    static Plan plan(Machine machine) {
        // Its own files are where this test runs from a jar only.
        return Plan.of(scene(machine), m -> !m.id().equals("installed"), loss -> false);
    }

    static Fulfilment standing(Machine machine, String id) {
        return plan(machine).standings().stream()
                .filter(j -> j.measure().id().equals(id))
                .map(Plan.Judged::standing)
                .findFirst()
                .orElseThrow();
    }

    static Optional<String> written(Plan plan, String path) {
        return plan.steps().stream()
                .map(Plan.Step::change)
                .filter(Change.Put.class::isInstance)
                .map(Change.Put.class::cast)
                .filter(put -> put.path().equals(path))
                .map(put -> new String(put.content(), StandardCharsets.UTF_8))
                .findFirst();
    }

    private static Texts netplan() {
        return card().file("/usr/lib/systemd/system/systemd-networkd.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service",
                        "/usr/lib/systemd/system/systemd-networkd.service")
                .file(
                        "/run/systemd/network/10-netplan-eth0.network",
                        "[Match]",
                        "Name=eth0",
                        "[Network]",
                        "DHCP=ipv4",
                        "LinkLocalAddressing=ipv6");
    }

    @Test
    void netplansInterfacesStayWhoTheyWereToTheRouter() {
        Texts card =
                netplan()
                        .file(
                                "/run/systemd/netif/leases/2",
                                "ADDRESS=192.168.50.33",
                                "CLIENTID=ffb6220feb00020000ab11d7c3");
        Plan plan = plan(card);
        assertEquals(List.of(), plan.told());
        assertEquals(
                """
                # Written by netfix (fix undo takes it back): netplan's interfaces are \
                NetworkManager's, whatever udev was told,
                # and are to the router who systemd-networkd was. netplan's YAML stays as it is.

                [device-netfix-eth0]
                match-device=interface-name:eth0
                managed=1

                [connection-netfix-eth0]
                match-device=interface-name:eth0
                ipv4.dhcp-client-id=ff:b6:22:0f:eb:00:02:00:00:ab:11:d7:c3
                ipv6.dhcp-duid=00:02:00:00:ab:11:d7:c3
                ipv6.dhcp-iaid=3055685611
                """,
                written(plan, NetplanRenderer.DEFAULTS).orElseThrow());
        String renderer = written(plan, NetplanRenderer.FILE).orElseThrow();
        assertTrue(standing(card, "netplan-renderer").isMissing());
        Texts done =
                card().file("/lib/systemd/system-generators/netplan", "")
                        .file(NetplanRenderer.FILE, renderer.stripTrailing());
        assertTrue(standing(done, "netplan-renderer") instanceof Fulfilment.InPlace);
        assertTrue(standing(card(), "netplan-renderer") instanceof Fulfilment.NotNeeded);
    }

    @Test
    void whatWillBeALittleDifferentIsSaidBeforeTheQuestion() throws Exception {
        Plan plan = plan(netplan());
        String text = PlanReport.of(plan, new Terminal(false));
        assertTrue(
                text.contains(
                        """

                        A little different afterwards:
                          dhcp-identity-eth0  /run/systemd/network/10-netplan-eth0.network: DHCP=ipv4
                              no lease of networkd's to read the client-id from: the router may \
                        give another address
                        """),
                text);
        assertEquals(
                "dhcp-identity-eth0",
                Json.read(PlanReport.json(plan)).path("told").path(0).path("id").asText());
        assertFalse(PlanReport.of(plan(card()), new Terminal(false)).contains("different"));
    }

    @Test
    void aCardLosesOnlyWhatAChosenMeasureTakesAway() {
        Texts card = bullseye().file("/etc/dhcpcd.conf", "interface eth0", "inform 10.0.0.5/24");
        for (Measure one : Measures.TABLE) {
            Plan plan = Plan.of(scene(card), m -> m == one, loss -> false);
            boolean goes = List.of("take-over", "dhcpcd-off").contains(one.id());
            assertEquals(goes, !plan.losses().isEmpty(), one.id());
        }
        assertFalse(plan(card).losses().isEmpty());
    }

    private static final String CMDLINE = "/boot/firmware/cmdline.txt";
    private static final String WORDS = "console=tty1 root=PARTUUID=4c-02 rootwait";

    /** dhcpcd with wpa_supplicant, as on Bullseye. */
    private static Texts bullseye() {
        return card().file("/usr/lib/systemd/system/dhcpcd.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/dhcpcd.service",
                        "/usr/lib/systemd/system/dhcpcd.service")
                .file("/lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant", "")
                .file("/etc/wpa_supplicant/wpa_supplicant.conf", "country=gb");
    }

    private static void notNeeded(String why, Machine machine) {
        Fulfilment standing = standing(machine, "country-code");
        assertTrue(
                standing instanceof Fulfilment.NotNeeded not && not.why().contains(why),
                standing.toString());
    }

    private static Change.InPlace wordsOfTheKernel(Texts card) {
        return plan(card).steps().stream()
                .map(Plan.Step::change)
                .filter(Change.InPlace.class::isInstance)
                .map(Change.InPlace.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theCountryOfTheSupplicantGoesToTheKernel() {
        Texts card = bullseye().file(CMDLINE, WORDS);
        assertEquals(
                new Fulfilment.Missing(List.of(CMDLINE + " has no cfg80211.ieee80211_regdom=GB")),
                standing(card, "country-code"));
        Change.InPlace change = wordsOfTheKernel(card);
        assertEquals(CMDLINE, change.path());
        assertEquals(
                WORDS + " cfg80211.ieee80211_regdom=GB\n",
                new String(change.content(), StandardCharsets.UTF_8));
        assertTrue(change.shown().contains("from the next boot on"), change.shown());
    }

    @Test
    void aWordThatSaysNoCountryIsNone() {
        for (String none : List.of("", "00", "gb")) {
            String was = " cfg80211.ieee80211_regdom=" + none;
            Texts card = bullseye().file(CMDLINE, WORDS + was);
            assertTrue(standing(card, "country-code").isMissing(), none);
            Change.InPlace change = wordsOfTheKernel(card);
            String text = new String(change.content(), StandardCharsets.UTF_8);
            // A cut behind the text and before its length leaves the other words whole.
            assertEquals(
                    WORDS + " ".repeat(was.length() + 1) + "cfg80211.ieee80211_regdom=GB\n", text);
            notNeeded("no configuration in use names", card().file(CMDLINE, WORDS + was));
        }
    }

    @Test
    void aCountryThatTheKernelHasStays() {
        String word = " cfg80211.ieee80211_regdom=";
        for (String same : List.of("GB", "DE" + word + "GB")) {
            Texts card = bullseye().file(CMDLINE, WORDS + word + same);
            assertTrue(standing(card, "country-code") instanceof Fulfilment.InPlace, same);
        }
        assertTrue(
                standing(card().file(CMDLINE, WORDS + word + "DE"), "country-code")
                        instanceof Fulfilment.InPlace);
        notNeeded(
                "has the country DE and stays so, though wpa_supplicant's configuration says GB",
                bullseye().file(CMDLINE, WORDS + word + "DE"));
        notNeeded(
                "the country DE elsewhere",
                bullseye().file(CMDLINE, WORDS).file(CountryCode.LOADED, "DE"));
    }

    @Test
    void aCountryIsNotGuessedAndCmdlineNotSpoilt() {
        notNeeded("no configuration in use names a country", card().file(CMDLINE, WORDS));
        notNeeded("no boot partition", bullseye());
        forAHand("not one line of words", bullseye().file(CMDLINE, "", WORDS));
        forAHand("not one line of words", bullseye().file(CMDLINE, WORDS, "# mine"));
        forAHand("longer than a sector", bullseye().file(CMDLINE, WORDS + " " + "x".repeat(450)));
        assertTrue(
                standing(bullseye().unreadable(CMDLINE), "country-code")
                        instanceof Fulfilment.Unknown);
    }

    private static final String BY_HAND =
            "; to be added by hand: cfg80211.ieee80211_regdom=GB as one word more in cmdline.txt of"
                    + " the first partition";

    /** It is on the disk that the word is missing, and no change of netfix's adds it. */
    private static void forAHand(String why, Texts machine) {
        Plan plan = plan(machine);
        Fulfilment standing = standing(machine, "country-code");
        assertTrue(
                standing instanceof Fulfilment.Missing missing
                        && missing.what().get(0).contains(why)
                        && missing.what().get(0).endsWith(BY_HAND),
                standing.toString());
        assertTrue(plan.steps().stream().noneMatch(s -> s.measure().equals("country-code")));
        assertTrue(plan.told().stream().noneMatch(loss -> loss.id().equals("country-code")));
    }

    /** The second partition alone: what is dropped is said, and stops nobody. */
    @Test
    void aCountryThatNoCmdlineTakesIsTold() {
        for (Texts card :
                List.of(
                        bullseye(),
                        bullseye().link("/boot/cmdline.txt", "firmware/cmdline.txt"),
                        bullseye().file("/boot/cmdline.txt", "DO NOT EDIT THIS FILE", "It moved"),
                        bullseye()
                                .file(CMDLINE, WORDS)
                                .file(CountryCode.FSTAB, "PARTUUID=77-02 / ext4 defaults 0 1"))) {
            Plan plan = plan(card);
            Loss told =
                    plan.told().stream()
                            .filter(loss -> loss.id().equals("country-code"))
                            .findFirst()
                            .orElseThrow();
            assertEquals("cfg80211.ieee80211_regdom=GB", told.text());
            assertTrue(told.why().endsWith(BY_HAND), told.why());
            assertEquals(List.of(), plan.losses());
            notNeeded(told.why(), card);
        }
        assertEquals(List.of(), plan(bullseye().file(CMDLINE, WORDS)).told());
    }

    /** What a fix of the second partition alone has left: the next one, on the Pi, adds it. */
    @Test
    void theCountryOfAManagerThatHasGoneCountsToo() {
        Texts card = card().file(CountryCode.SUPPLICANT, "country=gb");
        notNeeded(BY_HAND, card);
        assertEquals(List.of(), plan(card).told());
        card.file(CMDLINE, WORDS);
        assertTrue(standing(card, "country-code").isMissing());
        assertTrue(
                plan(card).steps().stream()
                        .anyMatch(s -> s.change().shown().contains("ieee80211_regdom=GB")));
        assertTrue(
                standing(card.unreadable(CountryCode.SUPPLICANT), "country-code")
                        instanceof Fulfilment.Unknown);
    }

    @Test
    void aLaterFileThatLeavesNoNameServersIsNamed() {
        Texts card = card();
        String ours = written(plan(card), ExclusiveControl.FILE).orElseThrow();
        card.file(ExclusiveControl.FILE, ours.stripTrailing());
        assertTrue(standing(card, "exclusive-control") instanceof Fulfilment.InPlace);
        card.file("/etc/NetworkManager/conf.d/99-dns.conf", "[main]", "dns=systemd-resolved");
        assertTrue(standing(card, "exclusive-control").isMissing());
        // It is somebody's.
        assertEquals(Optional.empty(), written(plan(card), ExclusiveControl.FILE));
        card.file("/usr/lib/systemd/system/systemd-resolved.service", INSTALL);
        assertTrue(standing(card, "exclusive-control") instanceof Fulfilment.InPlace);
    }

    @Test
    void whatCrdaWasToldCounts() {
        Texts card =
                card().file(CMDLINE, WORDS).file(CountryCode.CRDA, "# Set the", "REGDOMAIN=FR");
        assertTrue(standing(card, "country-code").isMissing());
    }

    /** The mask of this boot would keep a NetworkManager from starting that the plan starts. */
    @Test
    void everyMaskOnNetworkManagerGoes() {
        List<String> masks =
                List.of(
                        "/etc/systemd/system/NetworkManager.service",
                        "/run/systemd/system/NetworkManager.service");
        Texts masked = card();
        masks.forEach(mask -> masked.link(mask, "/dev/null"));
        List<Change> removed =
                plan(masked).steps().stream()
                        .map(Plan.Step::change)
                        .filter(Change.Remove.class::isInstance)
                        .toList();
        assertEquals(
                masks,
                removed.stream().map(Change.Remove.class::cast).map(Change.Remove::path).toList());
    }

    private static final String SUPPLICANT_MASK = Ground.UNITS + "/wpa_supplicant.service";

    private static Texts withoutSupplicant(Texts machine) {
        return machine.file("/usr/lib/systemd/system/wpa_supplicant.service", "[Unit]")
                .link(SUPPLICANT_MASK, "/dev/null");
    }

    /** Without it NetworkManager has no Wi-Fi, also where it takes Wi-Fi over from dhcpcd. */
    @Test
    void theMaskOnNetworkManagersSupplicantGoes() {
        Texts home =
                bullseye()
                        .file(
                                "/etc/wpa_supplicant/wpa_supplicant.conf",
                                "network={",
                                "ssid=\"Home\"",
                                "psk=\"correct horse\"",
                                "}");
        for (Texts machine : List.of(card(), home)) {
            Texts masked = withoutSupplicant(machine);
            assertEquals(List.of(), stranded(masked));
            assertTrue(
                    standing(masked, "networkmanager-at-boot").toString().contains("no Wi-Fi"),
                    masked.toString());
            assertTrue(
                    plan(masked).steps().stream()
                            .map(step -> step.change().shown())
                            .anyMatch(s -> s.startsWith("rm " + SUPPLICANT_MASK)));
        }
        // iwd's users mask it on purpose, and a mask without a unit keeps nothing off.
        Texts iwd =
                withoutSupplicant(card())
                        .file(
                                "/etc/NetworkManager/conf.d/iwd.conf",
                                "[device]",
                                "wifi.backend=iwd");
        Texts none = card().link(SUPPLICANT_MASK, "/dev/null");
        for (Texts machine : List.of(iwd, none)) {
            assertEquals(Fulfilment.inPlace(), standing(machine, "networkmanager-at-boot"));
        }
    }

    /** It has given up by then, and does not hear of a supplicant that comes later. */
    @Test
    void networkManagerIsMadeToAskForTheSupplicantAgain() {
        List<String> expected =
                List.of(
                        "systemctl start wpa_supplicant.service",
                        "nmcli device set wlan0 managed no"
                                + "    # for NetworkManager to ask for the supplicant again",
                        "nmcli device set wlan0 managed yes");
        List<Plan.Draft> drafts =
                NetworkManagerAtBoot.startSupplicant(
                        scene(
                                new ReplayedMachine(
                                        CaptureFile.load(Captures.file("supplicant-masked")), "")));
        assertEquals(expected, drafts.stream().map(d -> d.change().shown()).toList());
        // Killed between the two, the way back gives the interface to NetworkManager again.
        assertEquals(
                List.of("nmcli", "device", "set", "wlan0", "managed", "yes"),
                ((Change.Run) drafts.get(1).change()).inverse());
    }

    /** No link of systemd's: netfix says where it stands, and does not pretend to mend it. */
    @Test
    void aMaskInTheKernelsLineIsForAHand() {
        for (String unit : List.of("wpa_supplicant.service", "NetworkManager")) {
            Texts told =
                    card().file("/usr/lib/systemd/system/wpa_supplicant.service", "[Unit]")
                            .file(CMDLINE, WORDS + " systemd.mask=" + unit);
            assertTrue(
                    standing(told, "networkmanager-at-boot")
                            .toString()
                            .contains("take systemd.mask=" + unit + " out of " + CMDLINE),
                    unit);
        }
    }

    /** The key would outdo it, and a Pi on which iwd has the radio would have no Wi-Fi. */
    @Test
    void iwdStaysTheBackendWhereItIs() {
        String backend = "wifi.backend=wpa_supplicant";
        Texts pi =
                card().file(
                                "/etc/NetworkManager/NetworkManager.conf",
                                "[device]",
                                "wifi.backend=iwd");
        assertTrue(ExclusiveControl.text(scene(pi)).contains("\n" + backend + "\n"));
        pi.file("/usr/lib/systemd/system/iwd.service", "[Unit]");
        assertFalse(ExclusiveControl.text(scene(pi)).contains("\n" + backend + "\n"));
    }

    /** The machine's owner has written it, and no package brings one. */
    @Test
    void aUnitFileOfTheOwnersIsEnabledToo() {
        String own = "/etc/systemd/system/NetworkManager.service";
        assertTrue(
                plan(Texts.card().file(own, INSTALL)).steps().stream()
                        .map(Plan.Step::change)
                        .anyMatch(
                                change ->
                                        change instanceof Change.Link link
                                                && link.target().equals(own)));
    }

    private static List<String> stranded(Texts machine, String... only) {
        List<String> ids = List.of(only);
        Scene scene = scene(machine);
        Plan plan =
                Plan.of(
                        scene,
                        m ->
                                !m.id().equals("installed")
                                        && (ids.isEmpty()
                                                || ids.contains(m.id())
                                                || ids.contains(m.step())),
                        loss -> false);
        return Outlook.of(machine, scene, plan).stranded();
    }

    /** The documentation's mistake, which --only could repeat. */
    @Test
    void aPlanThatLeavesAnInterfaceWithoutAProfileIsRefused() {
        assertEquals(List.of(), stranded(card()));
        List<String> only = stranded(card(), "exclusive-control");
        assertEquals(1, only.size(), only.toString());
        assertTrue(only.get(0).startsWith("eth0: no saved profile matches it"), only.get(0));
        assertEquals(List.of(), stranded(card(), "exclusive-control", "wired-profile"));
        assertEquals(List.of(), stranded(bullseye()));
        assertEquals(List.of(), stranded(netplan()));
        Texts off = Texts.card().file("/usr/lib/systemd/system/dhcpcd.service", INSTALL);
        off.file("/usr/lib/systemd/system/NetworkManager.service", INSTALL)
                .link(
                        "/etc/systemd/system/multi-user.target.wants/dhcpcd.service",
                        "/usr/lib/systemd/system/dhcpcd.service");
        assertEquals(List.of(), stranded(off));
        assertFalse(stranded(off, "step1").isEmpty());
        FixOptions options = new FixOptions();
        assertThrows(BadInput.class, () -> options.refuseStranding(only));
    }

    private static final String WIRED =
            "/etc/NetworkManager/system-connections/netfix-wired.nmconnection";

    /** Somebody has given the interface an address in netfix's own profile: theirs now. */
    @Test
    void aWiredProfileThatIsSomebodysIsNotOverwritten() {
        assertEquals(WiredProfile.TEXT, written(plan(card()), WiredProfile.FILE).orElseThrow());
        String theirs = WiredProfile.TEXT.replace("[ethernet]", "interface-name=eth0\n[ethernet]");
        Plan plan = plan(card().file(WIRED, theirs.stripTrailing()));
        assertEquals(Optional.empty(), written(plan, WIRED));
        String second = WIRED.replace(".nm", "-2.nm");
        String text = written(plan, second).orElseThrow();
        assertTrue(text.contains("id=netfix wired 2\n"), text);
        assertFalse(text.contains("b1f4a4a2"), text);
        Texts both = card().file(WIRED, theirs.stripTrailing()).file(second, text.stripTrailing());
        assertTrue(standing(both, "wired-profile") instanceof Fulfilment.InPlace);
    }

    @Test
    void onlyAProfileThatComesUpByItselfOnEveryPortIsForAnyEthernet() {
        String[] any = {"[connection]", "id=any", "type=ethernet"};
        assertFalse(
                standing(card().file(WIRED.replace("netfix-wired", "any"), any), "wired-profile")
                        .isMissing());
        for (String more :
                List.of(
                        "permissions=user:pi:;",
                        "interface-name=eth0",
                        "controller=br0",
                        "[match]\ninterface-name=!eth0",
                        "[ethernet]\nmac-address-denylist=02:00:00:00:00:01")) {
            Texts card = card().file("/etc/NetworkManager/system-connections/any", any);
            card.file(
                    "/etc/NetworkManager/system-connections/any",
                    String.join("\n", any) + "\n" + more);
            assertTrue(standing(card, "wired-profile").isMissing(), more);
        }
    }

    /** Another reason than its mode may keep it unread, and the whole fix would wait for it. */
    @Test
    void nothingWaitsForAProfileThatSomebodyElseWrote() {
        Scene live = scene(Texts.live().networkManager());
        List<Change> waits = waits(live, new Change.Mode(WIRED, 0600, ""));
        assertEquals(List.of(), waits);
        assertEquals(
                List.of(new Change.Listed(WIRED)),
                waits(live, Change.Put.text(WIRED, 0600, WiredProfile.TEXT, "")));
    }

    private static List<Change> waits(Scene scene, Change change) {
        return Transition.of(scene, List.of(Plan.Phase.PROFILES.with(change).of("x"))).stream()
                .map(Plan.Step::change)
                .filter(Change.Listed.class::isInstance)
                .toList();
    }

    @Test
    void whatABootForgetsIsNotFixed() {
        for (String mounts :
                List.of(
                        "/dev/x / ext4 ro 0 0",
                        "overlay / overlay rw 0 0",
                        "/dev/x / ext4 rw 0 0\ntmpfs /var/lib tmpfs rw 0 0",
                        "/dev/x / ext4 rw 0 0\noverlay /etc overlay rw 0 0")) {
            Texts pi = Texts.live().networkManager().file("/proc/mounts", mounts.split("\n"));
            assertTrue(scene(pi).ground().rootProblem().isPresent(), mounts);
        }
        Texts pi =
                Texts.live()
                        .file("/proc/mounts", "/dev/x / ext4 rw 0 0", "tmpfs /run tmpfs rw 0 0");
        assertEquals(Optional.empty(), scene(pi).ground().rootProblem());
    }

    /** nmcli networking off is what undo would run, and NetworkManager keeps it. */
    @Test
    void undoThatSwitchesNetworkingOffLeadsToNobody() {
        Texts card = card();
        String op = PlanFolder.BASE + "/0001/ops/0001/";
        card.file(Switches.STATE, "[main]", "NetworkingEnabled=true", "WirelessEnabled=true");
        card.file(op + "kind", "run").file(op + "argv", "nmcli", "networking", "on");
        assertFalse(Undo.afterBoot(card).isNo());
        card.file(op + "inverse", "nmcli", "networking", "off");
        Answer then = Undo.afterBoot(card);
        assertTrue(then.isNo() && then.why().contains("networking is switched off"), then.why());
    }

    /**
     * What monitor has set aside comes back with undo, and NetworkManager does not start with it.
     */
    @Test
    void undoThatBringsBackWhatNetworkManagerCannotReadLeadsToNobody() {
        Texts card = card();
        String op = PlanFolder.BASE + "/0001/ops/0001/";
        card.file(op + "kind", "run").file(op + "argv", "true");
        card.file("/etc/NetworkManager/conf.d/x.conf.netfix-on", "no key");
        assertFalse(Undo.afterBoot(card).isNo());
        card.file("/etc/NetworkManager/conf.d/x.conf.netfix-off", "[main]", "no key");
        Answer then = Undo.afterBoot(card);
        assertTrue(then.isNo() && then.why().contains("x.conf"), then.why());
    }

    /** Decoded and written again, another interface's Latin-1 passphrase would be another one. */
    @Test
    void aFileThatAnEditWouldSpoilIsNotEdited() {
        String unit = "/usr/lib/systemd/system/networking.service";
        Texts card =
                card().file(unit, INSTALL)
                        .link(
                                "/etc/systemd/system/multi-user.target.wants/networking.service",
                                unit);
        String[] stanza = {"auto eth0", "iface eth0 inet dhcp", "# caf\ufffd"};
        card.file("/etc/NetworkManager/NetworkManager.conf", "[main]", "plugins=keyfile");
        card.file(Interfaces.FILE, stanza[0], stanza[1]);
        assertTrue(standing(card, "ifupdown-off").isMissing());
        card.file(Interfaces.FILE, stanza);
        assertTrue(standing(card, "ifupdown-off") instanceof Fulfilment.Unknown);
    }

    private static final String DHCPCD = "/usr/lib/systemd/system/dhcpcd.service";

    /** Bullseye with a wired address of its own and a network, after the documentation's steps. */
    private static Texts masked(Texts card) {
        return card.file(DHCPCD, INSTALL)
                .link("/etc/systemd/system/dhcpcd.service", "/dev/null")
                .link("/etc/systemd/system/systemd-networkd.service", "/dev/null")
                .link("/etc/systemd/system/wpa_supplicant@wlan0.service", "/dev/null")
                .file(ExclusiveControl.FILE, "[main]", "no-auto-default=*", "plugins=keyfile")
                .file("/lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant", "")
                .file(Dhcpcd.CONF, "interface eth0", "static ip_address=192.168.50.20/24")
                .file(
                        "/etc/wpa_supplicant/wpa_supplicant.conf",
                        "country=GB",
                        "network={",
                        "ssid=\"My Home Net\"",
                        "psk=\"correct horse\"",
                        "}");
    }

    private static final String ETH0 = WIRED.replace("netfix-wired", "eth0");
    private static final String HOME = WIRED.replace("netfix-wired", "My_Home_Net");

    /** The documentation masks first: what dhcpcd was told is nowhere else. */
    @Test
    void whatAMaskedManagerWasToldIsCarriedOver() {
        Texts documented = masked(card());
        Plan plan = plan(documented);
        String wired = written(plan, ETH0).orElseThrow();
        assertTrue(wired.contains("address1=192.168.50.20/24"), wired);
        String home = written(plan, HOME).orElseThrow();
        assertTrue(home.contains("psk=correct horse"), home);
        assertTrue(
                standing(documented, "take-over") instanceof Fulfilment.Missing missing
                        && missing.what().toString().contains("wpa_supplicant.conf:2 only"),
                standing(documented, "take-over").toString());
        // A rollback or a rescue has left the lifeline; it has no fixed address.
        Texts lifeline = masked(card()).file(WIRED, WiredProfile.TEXT.stripTrailing());
        assertEquals(wired, written(plan(lifeline), ETH0).orElseThrow());
        // Nothing more to do once it is done.
        documented.file(ETH0, wired.stripTrailing()).file(HOME, home.stripTrailing());
        assertTrue(standing(documented, "take-over") instanceof Fulfilment.NotNeeded);
        assertEquals(Optional.empty(), written(plan(documented), ETH0));
    }

    /** What it would lose stops the plan as it would have before the mask. */
    @Test
    void whatAMaskedManagerWasToldAndNoProfileCanDoStopsThePlan() {
        Texts card = masked(card()).file(Dhcpcd.CONF, "interface eth0", "inform 192.168.50.20");
        card.file("/var/lib/dhcpcd/eth0.lease", "x");
        assertFalse(plan(card).losses().isEmpty());
    }

    /** What somebody has moved on from years ago is not dug up. */
    @Test
    void whoseInterfacesAreProvidedForIsNotRemembered() {
        String[] eth0 = {"[connection]", "id=mine", "type=ethernet", "[ipv4]", "method=auto"};
        Texts mine = masked(card()).file(ETH0.replace("eth0", "mine"), eth0);
        assertEquals(Optional.empty(), written(plan(mine), ETH0));
        assertTrue(written(plan(mine), HOME).isPresent());
        Texts automatic = masked(card()).file(ExclusiveControl.FILE, "[main]");
        assertEquals(Optional.empty(), written(plan(automatic), ETH0));
        // A fix has carried them over, and the profiles were deleted since.
        Texts decided = masked(card()).file(WIRED, WiredProfile.TEXT.stripTrailing());
        decided.file(ExclusiveControl.FILE, ExclusiveControl.OURS, "[main]", "no-auto-default=*");
        assertEquals(Optional.empty(), written(plan(decided), ETH0));
        assertEquals(Optional.empty(), written(plan(decided), HOME));
        // Off and not masked: another manager was chosen (raspi-config).
        Texts off = card().file(DHCPCD, INSTALL).file(ExclusiveControl.FILE, "[main]");
        off.file(Dhcpcd.CONF, "interface eth0", "static ip_address=192.168.50.20/24");
        off.file(ExclusiveControl.FILE, "[main]", "no-auto-default=*");
        assertEquals(Optional.empty(), written(plan(off), ETH0));
        // Masked and never installed, as the documentation's command leaves it on Bookworm.
        Texts none = card().link("/etc/systemd/system/dhcpcd.service", "/dev/null");
        none.file(ExclusiveControl.FILE, "[main]", "no-auto-default=*");
        none.file("/lib/dhcpcd/dhcpcd-hooks/10-wpa_supplicant", "");
        assertTrue(standing(none, "take-over") instanceof Fulfilment.NotNeeded);
    }

    @Test
    void whatAMaskedNetworkdWasToldIsCarriedOver() {
        Texts card = card().file("/usr/lib/systemd/system/systemd-networkd.service", INSTALL);
        card.link("/etc/systemd/system/systemd-networkd.service", "/dev/null")
                .file(ExclusiveControl.FILE, "[main]", "no-auto-default=*")
                .file(
                        "/etc/systemd/network/10-eth0.network",
                        "[Match]",
                        "Name=eth0",
                        "[Network]",
                        "Address=192.168.50.20/24");
        String text = written(plan(card), ETH0).orElseThrow();
        assertTrue(text.contains("address1=192.168.50.20/24"), text);
    }

    private static final String BROKEN = "/etc/NetworkManager/conf.d/50-broken.conf";

    private static Texts broken(Texts machine) {
        return machine.file(BROKEN, "[main", "plugins=keyfile", "foo");
    }

    /** The same card after the plan, and no more than that. */
    static Answer afterBoot(Texts machine, Plan plan) {
        return Outlook.of(machine, scene(machine), plan).afterBoot();
    }

    @Test
    void aFileThatNetworkManagerCannotReadIsSetAside() {
        Texts card = broken(card());
        assertTrue(
                standing(card, "readable-configuration") instanceof Fulfilment.Missing missing
                        && missing.what().get(0).startsWith(BROKEN + ":1: "),
                standing(card, "readable-configuration").toString());
        Plan plan = plan(card);
        assertEquals(
                "[main\nplugins=keyfile\nfoo\n",
                written(plan, BROKEN + ".netfix-off").orElseThrow());
        List<Change> steps = plan.steps().stream().map(Plan.Step::change).toList();
        Change gone = new Change.Remove(BROKEN, "NetworkManager does not start with it", true);
        assertTrue(steps.contains(gone), steps.toString());
        assertTrue(BootForecast.ofAll(scene(card).snapshot()).isNo());
        assertTrue(afterBoot(card, plan).isYes(), afterBoot(card, plan).why());
        assertEquals(Fulfilment.inPlace(), standing(card(), "readable-configuration"));
        // What was set aside before stays, too.
        card.file(BROKEN + ".netfix-off", "older");
        assertTrue(written(plan(card), BROKEN + ".netfix-off").isEmpty());
        assertTrue(written(plan(card), BROKEN + ".netfix-off.2").isPresent());
        // A link to nothing is as bad as a broken line.
        Texts link = card().link(BROKEN, "/dev/null");
        assertTrue(
                plan(link).steps().stream()
                        .map(Plan.Step::change)
                        .anyMatch(
                                c ->
                                        c instanceof Change.Link aside
                                                && aside.path().equals(BROKEN + ".netfix-off")
                                                && aside.target().equals("/dev/null")));
        assertTrue(afterBoot(link, plan(link)).isYes());
    }

    /** The wired profile alone is no lifeline there; and Wi-Fi needs one, too. */
    @Test
    void aRollbackKeepsWhatNoBootStartsWithOutOfTheWay() {
        for (Texts card : List.of(broken(card()), card())) {
            boolean stranded = !scene(card).snapshot().nm().config().faults().isEmpty();
            Scene all = scene(card);
            Snapshot onlyWifi =
                    all.snapshot()
                            .withLinks(
                                    Reading.known(
                                            all.snapshot().physical().stream()
                                                    .filter(l -> l.kind() == Link.Kind.WIFI)
                                                    .toList()));
            for (Snapshot snapshot : List.of(all.snapshot(), onlyWifi)) {
                Scene scene = new Scene(snapshot, all.ground(), all.takeOver(), all.foreign());
                Plan plan =
                        Plan.of(scene, m -> m.id().equals(ReadableConfiguration.ID), loss -> false);
                assertEquals(stranded, plan.lifeline());
                assertEquals(stranded ? 2 : 0, plan.steps().size());
                assertTrue(
                        plan.steps().stream()
                                .allMatch(
                                        s -> s.change() instanceof Change.OnDisk c && c.lifeline()),
                        plan.steps().toString());
            }
        }
    }

    /** The package's file, and bytes that a copy would change: named with the line, and refused. */
    @Test
    void aBrokenFileThatIsNotSetAsideStopsTheFix() {
        String main = "/etc/NetworkManager/NetworkManager.conf";
        for (Texts card :
                List.of(
                        card().file(main, "[main]", "foo"),
                        card().file(BROKEN, "[main]", "foo\ufffd"))) {
            Scene scene = scene(card);
            Plan plan = plan(card);
            FixOptions options = new FixOptions();
            String refused =
                    assertThrows(
                                    BadInput.class,
                                    () -> options.refuseBrokenConfiguration(plan, scene))
                            .getMessage();
            assertTrue(refused.contains(".conf:2: ") && refused.contains("by hand"), refused);
            assertTrue(afterBoot(card, plan).isNo());
        }
        new FixOptions().refuseBrokenConfiguration(plan(broken(card())), scene(broken(card())));
    }

    /** NetworkManager would not hear of the wired profile, and no-auto-default=* would be read. */
    @Test
    void nothingIsDoneWhereProfilesAreReadElsewhere() {
        Texts card =
                card().file("/etc/NetworkManager/conf.d/50-data.conf", "[keyfile]", "path=/data/nm")
                        .file("/data/nm/.hidden", "");
        String refused =
                assertThrows(BadInput.class, () -> new FixOptions().refuse(plan(card), scene(card)))
                        .getMessage();
        assertTrue(refused.contains("path=/data/nm, /etc/"), refused);
        assertTrue(refused.contains("50-data.conf:2), and netfix writes them"), refused);
    }

    /** Debian's other unit for a supplicant on one interface, with a file of its own. */
    @Test
    void aSupplicantForNl80211IsTakenOverAndMasked() {
        String wants = "/etc/systemd/system/multi-user.target.wants/";
        String vendor = "/usr/lib/systemd/system/";
        String unit = "wpa_supplicant-nl80211@wlan0.service";
        String conf = "/etc/wpa_supplicant/wpa_supplicant-nl80211-wlan0.conf";
        Texts card =
                card().file(vendor + "systemd-networkd.service", INSTALL)
                        .file(vendor + "wpa_supplicant-nl80211@.service", INSTALL)
                        .link(
                                wants + "systemd-networkd.service",
                                vendor + "systemd-networkd.service")
                        .link(wants + unit, vendor + "wpa_supplicant-nl80211@.service")
                        .file(
                                "/etc/systemd/network/20-wifi.network",
                                "[Match]",
                                "Name=wlan0",
                                "[Network]",
                                "DHCP=yes")
                        .file(conf, "network={", "ssid=\"Cafe\"", "psk=\"correct horse\"", "}");
        Snapshot s = Look.at(card, Progress.silent());
        Link wifi = s.physical().stream().filter(l -> l.kind() == Link.Kind.WIFI).findFirst().get();
        Answer before = BootForecast.by(Manager.NETWORKD, s, wifi);
        assertTrue(before.isYes() && before.why().endsWith("1 network in " + conf), before.why());
        Plan plan = plan(card);
        assertTrue(
                written(plan, "/etc/NetworkManager/system-connections/Cafe.nmconnection")
                        .isPresent());
        assertTrue(
                plan.steps().stream()
                        .anyMatch(
                                step ->
                                        step.change() instanceof Change.Link link
                                                && link.path().endsWith(unit)
                                                && link.target().equals("/dev/null")));
    }

    /** It would fail half-way, and be taken back. */
    @Test
    void whatTheKernelMasksIsNotStarted() {
        Scene scene =
                scene(card().file(CMDLINE, "root=/dev/sda2 systemd.mask=NetworkManager.service"));
        Change start = new Change.UnitJob("start", Scene.NETWORKMANAGER, "stop", "");
        Plan.Step step = new Plan.Step(Plan.Phase.LOAD, start, "transition");
        Plan plan = new Plan(List.of(), List.of(step), List.of(), List.of(), List.of(), false);
        String refused =
                assertThrows(BadInput.class, () -> new FixOptions().refuse(plan, scene))
                        .getMessage();
        assertTrue(
                refused.contains("take systemd.mask=NetworkManager.service out of " + CMDLINE),
                refused);
        new FixOptions().refuse(plan, scene(card()));
    }

    /** What no measure mends is said where the plan ends: nobody is told that all is well. */
    @Test
    void aPlanEndsWithWhatTheNextBootBrings() throws Exception {
        Texts card = card().file("/etc/NetworkManager/conf.d/99-x.conf", "[keyfile]");
        card.file("/etc/NetworkManager/conf.d/99-x.conf", "[keyfile]", "unmanaged-devices=*");
        Plan plan = plan(card);
        Answer then = afterBoot(card, plan);
        assertTrue(then.isNo(), then.toString());
        String text = PlanReport.of(plan, then, new Terminal(false));
        assertTrue(text.contains("\nReachable after a reboot, with this done: NO (eth0: "), text);
        assertTrue(text.contains("99-x.conf:2"), text);
        assertEquals(
                "no",
                Json.read(PlanReport.json(plan, then))
                        .path("reachable_after_boot")
                        .path("answer")
                        .asText());
        Plan nothing = Plan.of(scene(card), m -> m.id().equals("dhcpcd-off"), loss -> false);
        assertTrue(nothing.isEmpty());
        assertEquals(ExitCode.PROBLEMS, nothing.status(afterBoot(card, nothing)));
        assertEquals(ExitCode.GOOD, nothing.status(Answer.yes("so it is")));
    }

    /** What only runs is not on the disk yet, but NetworkManager keeps its switches there. */
    @Test
    void aRadioThatThePlanSwitchesOnIsOnAfterTheBoot() {
        Texts pi =
                card().file(Switches.STATE, "[main]", "WirelessEnabled=false")
                        .file("/sys/class/rfkill/rfkill0/type", "wlan")
                        .file("/sys/class/rfkill/rfkill0/soft", "1");
        Change on = new Change.Run(List.of("nmcli", "radio", "wifi", "on"), List.of(), false, "");
        Machine then = AlteredMachine.after(pi, List.of(on));
        assertTrue(then.read(Switches.STATE).orElse("").contains("WirelessEnabled=true"));
        assertEquals("0\n", then.read("/sys/class/rfkill/rfkill0/soft").orElse(""));
    }

    @Test
    void aRootWithoutSystemdIsToldSo() {
        Texts other = Texts.card().file("/usr/sbin/NetworkManager", "x");
        assertTrue(
                standing(other, "wired-profile") instanceof Fulfilment.NotNeeded not
                        && not.why().startsWith("no systemd starts this root"),
                standing(other, "wired-profile").toString());
        // Devuan's packages bring units, and its init is another one.
        Texts devuan = card().file("/sbin/init", "x");
        assertTrue(standing(devuan, "wired-profile") instanceof Fulfilment.NotNeeded);
        devuan = card().link("/sbin/init", "/lib/systemd/systemd");
        assertTrue(standing(devuan, "wired-profile").isMissing());
        Texts without = Texts.card().file("/usr/lib/systemd/system/dbus.service", INSTALL);
        assertEquals(
                Fulfilment.notNeeded("NetworkManager is not installed"),
                standing(without, "wired-profile"));
    }

    /** Else what makes images would take it for a good one, by verify's status. */
    @Test
    void verifyDoesNotPassAMachineThatNobodyReaches() {
        Texts nobody = Texts.card().file("/usr/lib/systemd/system/dbus.service", INSTALL);
        Verification lost = Verification.of(scene(nobody), Transaction.state(nobody));
        assertTrue(lost.judged().stream().noneMatch(j -> j.standing().isMissing()));
        assertEquals(ExitCode.PROBLEMS, lost.exitCode());
    }

    /** It may have been accepted and done: the same command line has to stay good. */
    @Test
    void anAcceptedLossThatIsNoneIsSaid() {
        FixOptions options = new FixOptions();
        options.accepted = List.of("typo", "dhcpcd-slaac");
        Loss loss = new Loss("dhcpcd-slaac", Dhcpcd.CONF, 1, "slaac", "x");
        assertEquals(
                List.of(
                        "fix: --accept-loss typo: nothing of that name is lost here; there are"
                                + " dhcpcd-slaac"),
                options.noLosses(List.of(loss)));
        assertEquals(2, options.noLosses(List.of()).size());
    }
}
