package netfix.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Joins a person's terminal to the shell on the Pi's second serial line. */
final class SerialShell {

    /** Ctrl-], as telnet and virsh have it. */
    private static final int LEAVE = 0x1D;

    private final AtomicBoolean left = new AtomicBoolean();
    private volatile SocketChannel line;

    /** Keys go to whichever line there is at the time: the Pi may reboot in between. */
    void start(InputStream keys) {
        Thread reader = new Thread(() -> read(keys), "keyboard");
        reader.setDaemon(true);
        reader.start();
        stty("raw", "-echo");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stty("sane")));
    }

    /**
     * Shows what the shell says until the Pi goes down or the person leaves: true where it went.
     */
    boolean show(Path socket, OutputStream screen) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            line = channel;
            send((" stty " + size() + "\r").getBytes(StandardCharsets.US_ASCII));
            ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
            while (!left.get() && channel.read(buffer) >= 0) {
                screen.write(buffer.array(), 0, buffer.position());
                screen.flush();
                buffer.clear();
            }
        } catch (AsynchronousCloseException e) {
            // The person has left: read() below closed the line.
            return false;
        }
        return !left.get();
    }

    void end() {
        stty("sane");
    }

    private void read(InputStream keys) {
        byte[] buffer = new byte[1024];
        try {
            int count = keys.read(buffer);
            while (count >= 0) {
                for (int at = 0; at < count; at++) {
                    if (buffer[at] == LEAVE) {
                        leave();
                        return;
                    }
                }
                send(Arrays.copyOf(buffer, count));
                count = keys.read(buffer);
            }
            leave();
        } catch (IOException e) {
            left.set(true);
        }
    }

    private void leave() throws IOException {
        left.set(true);
        if (line != null) {
            line.close();
        }
    }

    private void send(byte[] bytes) throws IOException {
        SocketChannel to = line;
        if (to != null && to.isOpen()) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        }
    }

    private static String size() {
        String[] size = HostCommand.onTerminal(List.of("stty", "size")).strip().split(" ");
        return size.length == 2 && !size[0].equals("0")
                ? "rows " + size[0] + " cols " + size[1]
                : "sane";
    }

    private static void stty(String... settings) {
        List<String> argv = new ArrayList<>(List.of("stty"));
        argv.addAll(List.of(settings));
        HostCommand.onTerminal(argv);
    }
}
