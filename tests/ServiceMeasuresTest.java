package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The services as measures, on a card. */
class ServiceMeasuresTest {

    private static final String WANTS = Ground.UNITS + "/multi-user.target.wants/";

    private static Texts card() {
        return Texts.card()
                .networkManager()
                .file("/usr/bin/java", "")
                .file(Ground.UNITS + "/btwifiset.service", "[Service]", "ExecStart=/x")
                .link(WANTS + "btwifiset.service", Ground.UNITS + "/btwifiset.service");
    }

    private static Scene scene(Machine machine) {
        return Scene.at(machine, Progress.silent());
    }

    private static List<String> shown(List<Plan.Draft> drafts) {
        return drafts.stream().map(d -> d.change().shown()).toList();
    }

    private static Texts installed(Texts card, Services service) {
        return card.file(service.file(), service.text().stripTrailing().split("\n", -1))
                .link(service.link(), service.file());
    }

    @Test
    void theOriginalIsDisabledAndNotDestroyed() {
        Scene scene = scene(card());
        assertEquals(
                Fulfilment.missing(
                        List.of(
                                "btwifiset-stable.service is not installed",
                                "btwifiset-stable.service is not started at boot",
                                "btwifiset.service is enabled, too: both would answer the phone")),
                ServiceMeasures.stable(scene));
        List<String> shown = shown(ServiceMeasures.stableChanges(scene));
        assertTrue(
                shown.contains(
                        "rm "
                                + WANTS
                                + "btwifiset.service    # systemctl disable"
                                + " btwifiset.service"),
                shown.toString());
        assertTrue(
                shown.stream().noneMatch(s -> s.startsWith("rm " + Ground.UNITS + "/btwifiset")),
                shown.toString());
    }

    @Test
    void anOriginalThatIsEnabledAgainIsReported() {
        Texts card = installed(card(), Services.STABLE);
        assertEquals(
                Fulfilment.missing(
                        List.of("btwifiset.service is enabled, too: both would answer the phone")),
                ServiceMeasures.stable(scene(card)));
    }

    /**
     * btwifiset's own installer enables and starts its unit at every update. systemd.unit(5): of
     * conditions with a pipe sign one has to hold; the others are of btwifiset.service's own.
     */
    @Test
    void anUpdateOfBtwifisetDoesNotStartASecondOne() {
        Texts card = installed(card(), Services.STABLE);
        Change.Put dropIn =
                BtwifisetOrder.changes(scene(card)).stream()
                        .map(Plan.Draft::change)
                        .filter(Change.Put.class::isInstance)
                        .map(Change.Put.class::cast)
                        .findFirst()
                        .orElseThrow();
        String text = new String(dropIn.content(), StandardCharsets.UTF_8);
        assertEquals(
                List.of("|!" + WANTS + "btwifiset-stable.service", "|!" + Services.GUARD),
                IniFile.parse(dropIn.path(), text).section("Unit").stream()
                        .filter(entry -> entry.key().equals("ConditionPathExists"))
                        .map(IniFile.Entry::value)
                        .toList());
        Scene kept = scene(card.file(dropIn.path(), text.stripTrailing().split("\n", -1)));
        assertEquals(Fulfilment.inPlace(), BtwifisetOrder.standing(kept));
        assertEquals(
                Fulfilment.missing(
                        List.of(
                                "btwifiset.service is enabled again, and does not start beside"
                                        + " it")),
                ServiceMeasures.stable(kept));
    }

    /** As netfix wrote it before, or as somebody has edited it. */
    @Test
    void anOlderDropInIsWrittenAnew() {
        Scene scene =
                scene(
                        card().file(
                                        BtwifisetOrder.DROP_IN,
                                        "[Unit]",
                                        "After=NetworkManager.service"));
        assertEquals(
                Fulfilment.missing(List.of(BtwifisetOrder.DROP_IN + " is not as netfix writes it")),
                BtwifisetOrder.standing(scene));
    }

    @Test
    void whatIsInPlaceIsInPlace() {
        Texts card = installed(installed(card(), Services.INIT), Services.MONITOR);
        assertEquals(Fulfilment.inPlace(), ServiceMeasures.init(scene(card)));
        assertEquals(Fulfilment.inPlace(), ServiceMeasures.monitor(scene(card)));
    }

    /** It is not renamed: the phone could give it no new password then. */
    @Test
    void whatOnlyTheGuardKeepsIsNamed() {
        Texts card =
                installed(
                                Texts.card()
                                        .networkManager()
                                        .file(Ground.UNITS + "/btwifiset.service", "[Service]"),
                                Services.STABLE)
                        .profile("My Home Net.nmconnection", wifi("My Home Net"))
                        .profile("HomeNet.nmconnection", wifi("HomeNet"));
        assertEquals(
                Fulfilment.inPlace("gives back what a scan deletes: \"My Home Net\""),
                ServiceMeasures.stable(scene(card)));
    }

    private static String[] wifi(String name) {
        return new String[] {
            "[connection]",
            "id=" + name,
            "uuid=5eed0000-0000-4000-8000-00000000" + (1000 + name.length()),
            "type=wifi",
            "[wifi]",
            "ssid=" + name,
            "[wifi-security]",
            "key-mgmt=wpa-psk",
            "psk=correct horse"
        };
    }

    @Test
    void aMaskIsTakenAway() {
        Scene scene = scene(card().link(Services.INIT.file(), "/dev/null"));
        assertEquals(
                Fulfilment.missing(
                        List.of(
                                "network-init.service is masked",
                                "network-init.service is not started at boot")),
                ServiceMeasures.init(scene));
        List<String> shown = shown(ServiceMeasures.initChanges(scene));
        assertEquals("rm " + Services.INIT.file() + "    # unmask it", shown.get(0));
        assertEquals("write " + Services.INIT.file(), shown.get(1));
    }

    @Test
    void whereNothingIsNothingIsNeeded() {
        Scene bare = scene(Texts.card().networkManager());
        assertEquals(
                Fulfilment.notNeeded("btwifiset is not installed"), ServiceMeasures.stable(bare));
        assertEquals(
                Fulfilment.notNeeded("there is no /usr/bin/java that could run it"),
                ServiceMeasures.monitor(bare));
    }
}
