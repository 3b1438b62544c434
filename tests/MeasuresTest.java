package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

class MeasuresTest {

    private static final String BEGIN =
            "<!-- measures: ./jbang test --update-golden writes this table -->\n";
    private static final String END = "<!-- end of measures -->";

    @Test
    void theReadmeHasTheTable() throws IOException {
        String readme = Files.readString(Checkout.root().resolve("README.md"));
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, "README.md has both marks");
        GoldenFile.check(
                Path.of("README.md"),
                readme.substring(0, begin) + Measures.markdown() + readme.substring(end));
    }

    private static Fulfilment standing(String id, Texts machine) {
        Scene scene = Scene.at(machine, Progress.silent());
        return Measures.TABLE.stream()
                .filter(m -> m.id().equals(id))
                .map(m -> m.standing().apply(scene))
                .findFirst()
                .orElseThrow();
    }

    /** A mode cannot mend these: counted, they would be missing after every fix. */
    @Test
    void onlyWhatAModeOrAnOwnerMendsIsWrongOfAKeyfilesMode() {
        Texts card =
                Texts.card()
                        .networkManager()
                        .profile(".home.nmconnection.swp", "[connection]", "id=home")
                        .profile("home.nmconnection~", "[connection]", "id=home")
                        .profile("broken.nmconnection", "[connection]", "no key here");
        assertEquals(Fulfilment.inPlace(), standing("keyfile-modes", card));
    }

    /** systemctl mask on a running unit only keeps it from being started again. */
    @Test
    void aMaskedManagerThatStillRunsIsTakenOverFrom() {
        Texts pi =
                Texts.live()
                        .says(
                                "systemctl",
                                "Id=dhcpcd.service",
                                "LoadState=masked",
                                "ActiveState=active",
                                "UnitFileState=masked",
                                "",
                                "Id=systemd-networkd.service",
                                "LoadState=masked",
                                "ActiveState=inactive",
                                "UnitFileState=masked");
        assertEquals(Set.of(Manager.DHCPCD), Standing.of(Look.at(pi, Progress.silent())).going());
    }

    /** Else a machine whose systemd does not answer would have nothing to take over. */
    @Test
    void whatHangsOnUnitsIsUnknownWhereTheyAre() {
        Texts pi = Texts.live().networkManager().hangs(Command.of("systemctl"), "");
        for (String id :
                List.of(
                        "take-over",
                        "ifupdown-off",
                        "netplan-renderer",
                        "dhcpcd-off",
                        "btwifiset-after-networkmanager",
                        "networkmanager-at-boot")) {
            assertTrue(standing(id, pi) instanceof Fulfilment.Unknown, id);
        }
    }

    @Test
    void itsOwnFilesAreReadOnce() {
        assertTrue(Installation.sources().containsKey("lib/Installation.java"));
        assertSame(Installation.sources(), Installation.sources());
    }

    @Test
    void everyMeasureHasANameOfItsOwn() {
        Set<String> ids = Measures.TABLE.stream().map(Measure::id).collect(Collectors.toSet());
        assertEquals(Measures.TABLE.size(), ids.size());
        ids.forEach(id -> assertTrue(id.matches("[a-z][a-z-]+"), id));
    }
}
