package netfix.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One JSON document a line over a unix socket: QEMU's monitor and its guest agent both talk so. */
final class JsonSocket implements Closeable {

    static final ObjectMapper JSON = new ObjectMapper();

    /** Stands in the queue for the end of the connection. */
    private static final JsonNode END = JSON.missingNode();

    private final SocketChannel channel;
    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();

    private JsonSocket(SocketChannel channel) {
        this.channel = channel;
    }

    static JsonSocket connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        JsonSocket connected = new JsonSocket(channel);
        Thread reader = new Thread(connected::read, "reader of " + socket.getFileName());
        reader.setDaemon(true);
        reader.start();
        return connected;
    }

    void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    void send(JsonNode document) throws IOException {
        send((JSON.writeValueAsString(document) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The next document, or nothing after the time; the end of the connection is an exception. */
    Optional<JsonNode> next(Duration limit) throws IOException {
        try {
            JsonNode document = received.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (document == END) {
                received.add(END);
                throw new IOException("the connection has ended");
            }
            return Optional.ofNullable(document);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    if (next == '\n') {
                        accept(line);
                    } else if (next != (byte) 0xFF) {
                        // 0xFF is the agent's mark that what follows is a fresh start.
                        line.write(next);
                    }
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // QEMU went away in the middle of a line: for the reader that is the same end.
            line.reset();
        }
        received.add(END);
    }

    private void accept(ByteArrayOutputStream line) {
        try {
            received.add(JSON.readTree(line.toByteArray()));
        } catch (JsonProcessingException e) {
            // Half a document from before a power cut; the next line is whole again.
            line.reset();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
        line.reset();
    }
}
