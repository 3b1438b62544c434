package netfix.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What `diagnose --watch 0` says on the Pi: as JSON, and, only where a step asks, as text. */
final class Diagnosis {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String DIAGNOSE = "/opt/lab/netfix/diagnose";

    private static final String CAPTURE = "/run/lab/diagnosis.tar.gz";

    private final VirtualPi pi;
    private final Optional<Path> capture;
    private GuestResult json;
    private GuestResult text;

    /** Where a file is given, the capture of what was seen is kept there. */
    Diagnosis(VirtualPi pi, Optional<Path> capture) {
        this.pi = pi;
        this.capture = capture;
    }

    void exits(int code) {
        if (json().exit() != code || json().killed()) {
            throw new LabFailure("diagnose exits " + json().exit() + ", not " + code + shown());
        }
    }

    void finds(List<String> codes) {
        List<String> found = found(false);
        for (String code : codes) {
            if (!found.contains(code)) {
                throw new LabFailure("diagnose does not find " + code + ", but " + found + shown());
            }
        }
    }

    void findsNot(List<String> codes) {
        for (String code : codes) {
            if (found(false).contains(code)) {
                throw new LabFailure("diagnose finds " + code + shown());
            }
        }
    }

    /** Of the findings of severity error exactly these. */
    void findsOnly(List<String> codes) {
        List<String> errors = found(true);
        if (!(errors.containsAll(codes) && codes.containsAll(errors))) {
            throw new LabFailure(
                    "diagnose finds the errors " + errors + ", not " + codes + shown());
        }
    }

    void shows(String wanted) {
        reported(text());
        if (!text().stdout().contains(wanted)) {
            throw new LabFailure("diagnose does not show \"" + wanted + "\": " + text().shown());
        }
    }

    /** A report that is not there shows nothing, too. */
    void showsNot(String unwanted) {
        reported(text());
        if (text().stdout().contains(unwanted)) {
            throw new LabFailure("diagnose shows \"" + unwanted + "\": " + text().shown());
        }
    }

    private List<String> found(boolean errorsOnly) {
        List<String> codes = new ArrayList<>();
        for (JsonNode finding : document().path("findings")) {
            if (!errorsOnly || finding.path("severity").asText().equals("error")) {
                codes.add(finding.path("code").asText());
            }
        }
        return codes;
    }

    /** Whatever it found, it has ended by itself and said so. */
    private static void reported(GuestResult result) {
        if (result.exit() > 3 || result.killed() || result.stdout().isBlank()) {
            throw new LabFailure("diagnose gives no report: " + result.shown());
        }
    }

    private JsonNode document() {
        reported(json());
        try {
            JsonNode document = JsonSocket.JSON.readTree(json().stdout());
            if (!document.path("findings").isArray()) {
                throw new LabFailure("diagnose --json has no findings: " + json().shown());
            }
            return document;
        } catch (JsonProcessingException e) {
            throw new LabFailure("diagnose --json is no JSON: " + json().shown(), e);
        }
    }

    private GuestResult json() {
        if (json == null) {
            List<String> argv = new ArrayList<>(List.of(DIAGNOSE, "--json", "--watch", "0"));
            if (capture.isPresent()) {
                argv.addAll(List.of("--capture", CAPTURE));
            }
            json = pi.run(argv, LIMIT);
            capture.ifPresent(this::keep);
        }
        return json;
    }

    private void keep(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, pi.pull(CAPTURE));
            pi.run(List.of("rm", CAPTURE), LIMIT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GuestResult text() {
        if (text == null) {
            text = pi.run(List.of(DIAGNOSE, "--watch", "0"), LIMIT);
        }
        return text;
    }

    /** In a failure the text for people says more than the code. */
    private String shown() {
        return "\n" + text().shown();
    }
}
