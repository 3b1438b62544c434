package netfix.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** QEMU's own control channel (QMP): cables, saved moments, and why the machine stopped. */
final class QemuMonitor implements Closeable {

    private static final Duration ANSWER = Duration.ofSeconds(120);

    /** Whoever waits for the end leaves the line to commands in between. */
    private static final Duration TURN = Duration.ofMillis(100);

    private final JsonSocket socket;

    /**
     * An answer is the next one on the line: whoever waits for the end must not take one that a
     * command of another thread is to get (a rescue's disks are kept while its reboot is awaited).
     * Fair, so that it is a turn each.
     */
    private final ReentrantLock turns = new ReentrantLock(true);

    private String stopReason = "unknown";

    private QemuMonitor(JsonSocket socket) {
        this.socket = socket;
    }

    static QemuMonitor connect(Path path) throws IOException {
        QemuMonitor monitor = new QemuMonitor(JsonSocket.connect(path));
        monitor.socket.next(ANSWER);
        monitor.command("qmp_capabilities", JsonSocket.JSON.createObjectNode());
        return monitor;
    }

    JsonNode command(String name, ObjectNode arguments) {
        ObjectNode request = JsonSocket.JSON.createObjectNode();
        request.put("execute", name);
        request.set("arguments", arguments);
        turns.lock();
        try {
            socket.send(request);
            Instant limit = Instant.now().plus(ANSWER);
            while (Instant.now().isBefore(limit)) {
                Optional<JsonNode> answer = socket.next(ANSWER);
                if (answer.isEmpty()) {
                    break;
                }
                if (answer.get().has("return")) {
                    return answer.get().get("return");
                }
                if (answer.get().has("error")) {
                    throw new LabFailure(
                            "QEMU refuses "
                                    + name
                                    + ": "
                                    + answer.get().at("/error/desc").asText());
                }
                note(answer.get());
            }
        } catch (IOException e) {
            throw new LabFailure("QEMU does not answer " + name + ": " + e.getMessage(), e);
        } finally {
            turns.unlock();
        }
        throw new LabFailure("QEMU does not answer " + name);
    }

    JsonNode command(String name) {
        return command(name, JsonSocket.JSON.createObjectNode());
    }

    /** What the human monitor answers to a line. */
    String ask(String line) {
        ObjectNode arguments = JsonSocket.JSON.createObjectNode();
        arguments.put("command-line", line);
        return command("human-monitor-command", arguments).asText();
    }

    /**
     * A command of the human monitor (savevm has no other form); its answer is an error message.
     */
    void human(String line) {
        String answer = ask(line).strip();
        if (!answer.isEmpty()) {
            throw new LabFailure("QEMU, " + line + ": " + answer);
        }
    }

    void setLink(String device, boolean up) {
        ObjectNode arguments = JsonSocket.JSON.createObjectNode();
        arguments.put("name", device);
        arguments.put("up", up);
        command("set_link", arguments);
    }

    /**
     * Reads on until QEMU has gone: why it stopped, in QEMU's words (guest-reset, guest-shutdown).
     */
    String stopReason(Duration limit) {
        Instant end = Instant.now().plus(limit);
        try {
            while (Instant.now().isBefore(end)) {
                turns.lock();
                try {
                    socket.next(TURN).ifPresent(this::note);
                } finally {
                    turns.unlock();
                }
            }
        } catch (IOException e) {
            return stopReason;
        }
        return "still running";
    }

    private void note(JsonNode event) {
        if (event.path("event").asText().equals("SHUTDOWN")) {
            stopReason = event.at("/data/reason").asText("unknown");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
