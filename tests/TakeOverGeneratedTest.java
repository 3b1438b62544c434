package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A thousand generated sources, every value of them looked for in the keyfiles. The lab loads the
 * same ones into a real NetworkManager (TakeOverBatch).
 */
class TakeOverGeneratedTest {

    @TempDir Path folder;

    @Test
    void everyValueIsInTheProfile() throws Exception {
        List<String> wrong = new ArrayList<>();
        int profiles = 0;
        int number = 0;
        for (GeneratedSources.Source source :
                GeneratedSources.make(GeneratedSources.SEED, GeneratedSources.COUNT)) {
            TakeOver plan = source.takeOver(folder.resolve("card" + number++));
            List<Map<String, String>> found = new ArrayList<>();
            for (NewProfile profile : plan.profiles()) {
                Map<String, String> properties =
                        new TreeMap<>(KeyfileReader.properties(profile.text()));
                properties.remove("connection.id");
                properties.remove("connection.uuid");
                found.add(properties);
            }
            profiles += found.size();
            List<String> lost = plan.losses().stream().map(Loss::text).sorted().toList();
            if (!found.equals(source.expected())
                    || !lost.equals(source.lost().stream().sorted().toList())) {
                wrong.add(
                        source.files()
                                + "\nwanted "
                                + source.expected()
                                + " losing "
                                + source.lost()
                                + "\nfound  "
                                + found
                                + " losing "
                                + plan.losses());
            }
        }
        assertEquals(
                List.of(),
                wrong.stream().limit(5).toList(),
                wrong.size() + " of " + GeneratedSources.COUNT);
        assertTrue(
                profiles > GeneratedSources.COUNT, "only " + profiles + " profiles were looked at");
    }

    @Test
    void noTwoProfilesAreMixedUp() throws Exception {
        List<String> uuids = new ArrayList<>();
        int number = 0;
        for (GeneratedSources.Source source :
                GeneratedSources.make(GeneratedSources.SEED, GeneratedSources.COUNT)) {
            TakeOver plan = source.takeOver(folder.resolve("card" + number++));
            plan.profiles().forEach(p -> uuids.add(p.uuid().toString()));
            Set<String> files =
                    plan.profiles().stream().map(NewProfile::file).collect(Collectors.toSet());
            assertEquals(plan.profiles().size(), files.size());
            for (String file : files) {
                assertTrue(
                        file.matches(
                                "/etc/NetworkManager/system-connections/[\\w+-][\\w+-]*\\.nmconnection"),
                        file);
            }
        }
        assertEquals(uuids.size(), Set.copyOf(uuids).size());
    }

    @Test
    void theGeneratorDrawsWhatTheTestIsAbout() {
        String all =
                GeneratedSources.make(GeneratedSources.SEED, GeneratedSources.COUNT).toString();
        for (String wanted :
                List.of(
                        "ssid=\"",
                        "ssid=P\"",
                        "key_mgmt=OWE",
                        "eap=TLS",
                        "wep_key0",
                        "clientid ",
                        "static ip6_address",
                        "[Route]",
                        ".network.d/",
                        "wpa-ssid",
                        "inet6 static",
                        "netmask 255.")) {
            assertTrue(all.contains(wanted), wanted);
        }
    }
}
