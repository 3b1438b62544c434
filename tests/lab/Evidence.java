package netfix.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** What a person needs who was not there when it went wrong, beside the serial log. */
final class Evidence {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration CAPTURE = Duration.ofMinutes(10);

    private final VirtualPi pi;

    private Evidence(VirtualPi pi) {
        this.pi = pi;
    }

    /** Leaves the journal and, where netfix is on the Pi, a capture in the Pi's folder. */
    static void keep(VirtualPi pi, boolean netfix) {
        if (!pi.isOn()) {
            return;
        }
        Evidence evidence = new Evidence(pi);
        if (!evidence.answers()) {
            evidence.processors();
            return;
        }
        evidence.output("journal.json", List.of("journalctl", "--no-pager", "-o", "json"));
        evidence.output(
                "journal.txt", List.of("journalctl", "--no-pager", "-o", "short-monotonic"));
        if (netfix) {
            evidence.capture();
        }
    }

    private boolean answers() {
        try {
            return pi.run(List.of("true"), SOON).exit() == 0;
        } catch (LabFailure e) {
            note("answer", e);
            return false;
        }
    }

    /** Of a Pi whose kernel hangs nothing else is to be had. */
    private void processors() {
        try {
            Files.writeString(pi.folder().resolve("processors.txt"), pi.processors());
        } catch (IOException | LabFailure e) {
            note("processors.txt", e);
        }
    }

    private void capture() {
        String capture = "/run/lab/capture.tar.gz";
        try {
            pi.run(
                    List.of("/opt/lab/netfix/diagnose", "--watch", "0", "--capture", capture),
                    CAPTURE);
            Files.write(pi.folder().resolve("capture.tar.gz"), pi.pull(capture));
        } catch (IOException | LabFailure e) {
            note("capture", e);
        }
    }

    private void output(String name, List<String> argv) {
        try {
            Files.write(pi.folder().resolve(name), pi.run(argv, SOON).out());
        } catch (IOException | LabFailure e) {
            note(name, e);
        }
    }

    /** Evidence that cannot be had must not hide the failure that it is about. */
    private void note(String what, Exception e) {
        pi.note("no " + what + ": " + e.getMessage());
    }
}
