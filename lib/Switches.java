package netfix;

import java.util.ArrayList;
import java.util.List;

/** NetworkManager's two switches, which it keeps across reboots. */
final class Switches {

    static final String STATE = "/var/lib/NetworkManager/NetworkManager.state";

    private Switches() {}

    static Fulfilment standing(Scene scene) {
        Reading<IniFile> state = scene.snapshot().nm().state();
        if (state.whyUnknown().isPresent()) {
            return Fulfilment.unknown(state.whyUnknown().get());
        }
        List<String> missing = new ArrayList<>();
        scene.snapshot()
                .nm()
                .switchedOff("NetworkingEnabled")
                .ifPresent(e -> missing.add("networking is switched off (" + e.place() + ")"));
        scene.snapshot()
                .nm()
                .switchedOff("WirelessEnabled")
                .ifPresent(e -> missing.add("Wi-Fi is switched off (" + e.place() + ")"));
        return Fulfilment.missing(missing);
    }

    static List<Plan.Draft> changes(Scene scene) {
        if (!scene.snapshot().host().live()) {
            String on =
                    scene.ground()
                            .text(STATE)
                            .orElse("")
                            .replaceAll("(?m)^(NetworkingEnabled|WirelessEnabled)=.*$", "$1=true");
            return List.of(
                    Plan.Phase.CONFIGURATION.with(
                            Change.Put.text(STATE, 0600, on, "NetworkManager's switches")
                                    .as(Change.Fate.REWRITTEN_BY_DAEMONS)));
        }
        List<Plan.Draft> drafts = new ArrayList<>();
        if (scene.snapshot().nm().switchedOff("NetworkingEnabled").isPresent()) {
            drafts.add(nmcli(List.of("networking")));
        }
        if (scene.snapshot().nm().switchedOff("WirelessEnabled").isPresent()) {
            drafts.add(nmcli(List.of("radio", "wifi")));
        }
        return drafts;
    }

    private static Plan.Draft nmcli(List<String> what) {
        return Plan.Phase.HAND_OVER.with(
                new Change.Run(argv(what, "on"), argv(what, "off"), false, ""));
    }

    private static List<String> argv(List<String> what, String value) {
        List<String> argv = new ArrayList<>(List.of("nmcli"));
        argv.addAll(what);
        argv.add(value);
        return argv;
    }
}
