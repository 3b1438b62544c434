package netfix.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The way into the virtual Pi that no state of its network can close: QEMU's guest agent on a
 * serial line of its own. It runs as a system service, so a command through it is no login session.
 */
final class GuestAgent implements Closeable {

    /** What a command is called with, as root at a console would have it. */
    private static final List<String> ENVIRONMENT =
            List.of(
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "HOME=/root",
                    "USER=root",
                    "LANG=C.UTF-8");

    private static final Duration ANSWER = Duration.ofSeconds(120);
    private static final int CHUNK = 1 << 19;

    private final JsonSocket socket;
    private long syncs = Instant.now().toEpochMilli() % 1_000_000_000L;

    private GuestAgent(JsonSocket socket) {
        this.socket = socket;
    }

    static GuestAgent connect(Path path) throws IOException {
        return new GuestAgent(JsonSocket.connect(path));
    }

    /** Waits until the agent answers, and throws away what was under way before. */
    synchronized boolean answersWithin(Duration limit) throws IOException {
        Instant end = Instant.now().plus(limit);
        while (Instant.now().isBefore(end)) {
            long id = ++syncs;
            ObjectNode sync = request("guest-sync-delimited");
            ((ObjectNode) sync.get("arguments")).put("id", id);
            socket.send(new byte[] {(byte) 0xFF});
            socket.send(sync);
            Instant turn = Instant.now().plusSeconds(3);
            while (Instant.now().isBefore(turn)) {
                Optional<JsonNode> answer = socket.next(Duration.ofSeconds(1));
                if (answer.isPresent() && answer.get().path("return").asLong(-1) == id) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Runs a command; when it is not done within the time it is killed, and the result says so. */
    GuestResult run(List<String> argv, byte[] input, Duration limit) {
        ObjectNode request = request("guest-exec");
        ObjectNode arguments = (ObjectNode) request.get("arguments");
        arguments.put("path", argv.get(0));
        ArrayNode rest = arguments.putArray("arg");
        argv.stream().skip(1).forEach(rest::add);
        ArrayNode environment = arguments.putArray("env");
        ENVIRONMENT.forEach(environment::add);
        arguments.put("capture-output", true);
        if (input.length > 0) {
            arguments.put("input-data", Base64.getEncoder().encodeToString(input));
        }
        long pid = call(request).path("pid").asLong();
        Instant end = Instant.now().plus(limit);
        long pause = 20;
        boolean killed = false;
        while (true) {
            ObjectNode question = request("guest-exec-status");
            ((ObjectNode) question.get("arguments")).put("pid", pid);
            JsonNode status = call(question);
            if (status.path("exited").asBoolean()) {
                return new GuestResult(
                        argv,
                        status.has("exitcode")
                                ? status.get("exitcode").asInt()
                                : 128 + status.path("signal").asInt(),
                        decoded(status.path("out-data")),
                        decoded(status.path("err-data")),
                        killed);
            }
            if (Instant.now().isAfter(end)) {
                if (killed) {
                    // A child that outlives the command holds its output open: that is an answer
                    // too.
                    return new GuestResult(argv, 124, new byte[0], new byte[0], true);
                }
                kill(pid);
                killed = true;
                end = Instant.now().plusSeconds(10);
            }
            pause(pause);
            pause = Math.min(200, pause * 3 / 2);
        }
    }

    private void kill(long pid) {
        ObjectNode request = request("guest-exec");
        ObjectNode arguments = (ObjectNode) request.get("arguments");
        arguments.put("path", "/bin/kill");
        arguments.putArray("arg").add("-KILL").add(Long.toString(pid));
        call(request);
    }

    /** Starts a command and does not wait for it: a reboot takes the agent along. */
    void start(List<String> argv) {
        ObjectNode request = request("guest-exec");
        ObjectNode arguments = (ObjectNode) request.get("arguments");
        arguments.put("path", argv.get(0));
        ArrayNode rest = arguments.putArray("arg");
        argv.stream().skip(1).forEach(rest::add);
        call(request);
    }

    void push(byte[] content, String path) {
        long handle = open(path, "w");
        for (int from = 0; from < content.length; from += CHUNK) {
            byte[] part = Arrays.copyOfRange(content, from, Math.min(content.length, from + CHUNK));
            ObjectNode write = request("guest-file-write");
            ObjectNode arguments = (ObjectNode) write.get("arguments");
            arguments.put("handle", handle);
            arguments.put("buf-b64", Base64.getEncoder().encodeToString(part));
            call(write);
        }
        closeFile(handle);
    }

    byte[] pull(String path) {
        long handle = open(path, "r");
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (true) {
            ObjectNode read = request("guest-file-read");
            ObjectNode arguments = (ObjectNode) read.get("arguments");
            arguments.put("handle", handle);
            arguments.put("count", CHUNK);
            JsonNode part = call(read);
            content.writeBytes(decoded(part.path("buf-b64")));
            if (part.path("eof").asBoolean()) {
                closeFile(handle);
                return content.toByteArray();
            }
        }
    }

    private long open(String path, String mode) {
        ObjectNode open = request("guest-file-open");
        ((ObjectNode) open.get("arguments")).put("path", path).put("mode", mode);
        return call(open).asLong();
    }

    private void closeFile(long handle) {
        ObjectNode close = request("guest-file-close");
        ((ObjectNode) close.get("arguments")).put("handle", handle);
        call(close);
    }

    private synchronized JsonNode call(ObjectNode request) {
        String name = request.get("execute").asText();
        try {
            socket.send(request);
            Optional<JsonNode> answer = socket.next(ANSWER);
            if (answer.isEmpty()) {
                throw new LabFailure("the virtual Pi does not answer (" + name + ")");
            }
            if (answer.get().has("error")) {
                throw new LabFailure(
                        "the virtual Pi: "
                                + answer.get().at("/error/desc").asText()
                                + " ("
                                + request.get("arguments")
                                + ")");
            }
            return answer.get().path("return");
        } catch (IOException e) {
            throw new LabFailure("the virtual Pi is gone (" + name + "): " + e.getMessage(), e);
        }
    }

    private static ObjectNode request(String name) {
        ObjectNode request = JsonSocket.JSON.createObjectNode();
        request.put("execute", name);
        request.putObject("arguments");
        return request;
    }

    private static byte[] decoded(JsonNode base64) {
        return base64.isMissingNode()
                ? new byte[0]
                : Base64.getDecoder().decode(base64.asText().getBytes(StandardCharsets.US_ASCII));
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
