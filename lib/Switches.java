package netfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** NetworkManager's two switches, which it keeps across reboots. */
final class Switches {

    static final String STATE = "/var/lib/NetworkManager/NetworkManager.state";

    private enum Switch {
        NETWORKING("NetworkingEnabled", "networking", "networking"),
        WIFI("WirelessEnabled", "Wi-Fi", "radio", "wifi");

        private final String key;
        private final String shown;
        private final List<String> words;

        /**
         * @param key in {@link #STATE}
         * @param words nmcli's for it
         */
        Switch(String key, String shown, String... words) {
            this.key = key;
            this.shown = shown;
            this.words = List.of(words);
        }

        /** In words for a person, where it is. */
        Optional<String> isOff(Snapshot.NetworkManager nm) {
            return nm.switchedOff(key)
                    .map(entry -> shown + " is switched off (" + entry.place() + ")");
        }

        List<String> argv(String value) {
            List<String> argv = new ArrayList<>(List.of("nmcli"));
            argv.addAll(words);
            argv.add(value);
            return argv;
        }
    }

    private Switches() {}

    static Fulfilment standing(Scene scene) {
        Snapshot.NetworkManager nm = scene.snapshot().nm();
        return Fulfilment.where(
                nm.state(),
                () ->
                        Fulfilment.missing(
                                Stream.of(Switch.values())
                                        .flatMap(one -> one.isOff(nm).stream())
                                        .toList()));
    }

    static List<Plan.Draft> changes(Scene scene) {
        if (!scene.snapshot().host().live()) {
            String on =
                    scene.ground()
                            .text(STATE)
                            .orElse("")
                            .replaceAll(
                                    "(?m)^(NetworkingEnabled|WirelessEnabled)\\h*=.*$", "$1=true");
            int mode = scene.ground().stat(STATE).map(FileStat::mode).orElse(0600);
            return List.of(
                    Plan.Phase.CONFIGURATION.with(
                            Change.Put.text(STATE, mode, on, "NetworkManager's switches")
                                    .as(Change.Fate.REWRITTEN_BY_DAEMONS)));
        }
        return on(scene.snapshot(), false).stream().map(Plan.Phase.HAND_OVER::with).toList();
    }

    /** The state file's text after that command, where it is a switch. */
    static Optional<String> switched(String state, List<String> argv) {
        for (Switch one : Switch.values()) {
            for (boolean on : new boolean[] {false, true}) {
                if (one.argv(on ? "on" : "off").equals(argv)) {
                    return Optional.of(
                            "[main]\n" + one.key + "=" + on + "\n" + without(state, one.key));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether that command opens the radios that are blocked: NetworkManager does both. */
    static boolean opensRadios(List<String> argv) {
        return Switch.WIFI.argv("on").equals(argv);
    }

    private static String without(String state, String key) {
        return state.replaceAll("(?m)^(\\[main]|" + key + "\\h*=.*)$\\R?", "");
    }

    /**
     * The commands that switch on what is off.
     *
     * @param tolerated whether the transaction goes on where one fails
     */
    static List<Change.Run> on(Snapshot snapshot, boolean tolerated) {
        return Stream.of(Switch.values())
                .filter(one -> one.isOff(snapshot.nm()).isPresent())
                .map(one -> new Change.Run(one.argv("on"), one.argv("off"), tolerated, ""))
                .toList();
    }
}
