package netfix;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Another machine, of which it can be told whether what was read is still so. A plan is made of
 * what was read, and carried out when somebody has answered: minutes later, with an editor open in
 * another window.
 */
public final class WatchfulMachine extends ForwardingMachine {

    private final Machine machine;
    private final Map<String, Reading<String>> texts = new ConcurrentHashMap<>();

    public WatchfulMachine(Machine machine) {
        this.machine = machine;
    }

    @Override
    Machine to() {
        return machine;
    }

    @Override
    public Reading<String> read(String path) {
        Reading<String> text = machine.read(path);
        if (path.startsWith("/etc/") || path.startsWith("/boot/")) {
            texts.put(path, text);
        }
        return text;
    }

    /** The first configuration file that reads otherwise now. */
    Optional<String> changed() {
        return new TreeMap<>(texts)
                .entrySet().stream()
                        .filter(
                                entry ->
                                        !machine.read(entry.getKey())
                                                .value()
                                                .equals(entry.getValue().value()))
                        .map(Map.Entry::getKey)
                        .findFirst();
    }
}
