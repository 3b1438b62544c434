package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every folder under tests/watches is the bundle of a watch around what a phone did in the lab, and
 * what it must come to on any other machine. It is named after the first finding, {@code
 * CODE~what-the-phone-did}.
 */
class WatchBundlesTest {

    /** Of that machine's own zone in a report; the test runs in any. */
    private static final Pattern CLOCK = Pattern.compile("\\b\\d\\d:\\d\\d:\\d\\d\\b");

    private static final Pattern FIRST = Pattern.compile("(?m)^ *1\\. .*\\[([a-z0-9-]+)]$");

    static List<String> watches() {
        return WatchBundles.names();
    }

    @ParameterizedTest
    @MethodSource("watches")
    void givesItsReport(String name) throws IOException {
        String report = WatchReport.of(WatchBundles.aftermath(name), new Terminal(false));
        GoldenFile.check(
                WatchBundles.FOLDER.resolve(name).resolve("report.txt"),
                CLOCK.matcher(report).replaceAll("hh:mm:ss"));
        Matcher first = FIRST.matcher(report);
        assertEquals(name.replaceFirst("~.*", ""), first.find() ? first.group(1) : report);
    }

    @ParameterizedTest
    @MethodSource("watches")
    void saysTheSameToPrograms(String name) throws IOException {
        Aftermath aftermath = WatchBundles.aftermath(name);
        assertEquals(ExitCode.PROBLEMS, aftermath.exitCode());
        JsonNode json = new ObjectMapper().readTree(WatchReport.json(aftermath));
        assertEquals(
                name.replaceFirst("~.*", ""),
                json.path("findings").path(0).path("code").asText(),
                json.toString());
    }

    @Test
    void thereIsOneOfEach() {
        assertEquals(
                List.of(
                        "btwifiset-wrong-mode~scan",
                        "device-disconnected~DISCONN",
                        "interface-down~OFF",
                        "networkmanager-not-running~dbus-dies",
                        "wifi-password-replaced~wrong-password-in-sight",
                        "wifi-profile-deleted~scan-and-cancel",
                        "wifi-profile-deleted~wrong-password-not-in-sight"),
                watches());
    }
}
