package netfix;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Of the machine that netfix runs on. */
public final class LiveStreams implements Streams {

    @Override
    public Open open(List<String> argv, Listener listener) {
        Optional<Path> tool = LiveMachine.installed(argv.get(0));
        if (tool.isEmpty()) {
            listener.ended(argv.get(0) + " is not installed");
            return () -> {};
        }
        List<String> words = new ArrayList<>(argv);
        words.set(0, tool.get().toString());
        // Ctrl-C ends the watch, and goes to all that share its terminal: in a session of its own
        // the
        // command is heard to its end. setsid(1) becomes the command, so that it is ours to end.
        LiveMachine.installed("setsid").ifPresent(setsid -> words.add(0, setsid.toString()));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(LiveMachine.UNTRANSLATED);
        builder.redirectErrorStream(true);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Talk talk = new Talk(process, argv, listener);
            Thread thread = new Thread(talk, "watch " + argv.get(0));
            thread.setDaemon(true);
            thread.start();
            return talk;
        } catch (IOException e) {
            listener.ended(argv.get(0) + " could not be started: " + e.getMessage());
            return () -> {};
        }
    }

    private static final class Talk implements Runnable, Open {
        private final Process process;
        private final List<String> argv;
        private final Listener listener;
        private volatile boolean closed;

        Talk(Process process, List<String> argv, Listener listener) {
            this.process = process;
            this.argv = argv;
            this.listener = listener;
        }

        @Override
        public void run() {
            String last = "";
            // A block at a time: a line has its time of arrival, and one character after another
            // takes
            // longer than all that is made of it, for as long as the JVM has not compiled the loop.
            try (Reader in =
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
                StringBuilder line = new StringBuilder();
                char[] block = new char[8192];
                int length;
                while ((length = in.read(block)) >= 0) {
                    int begin = 0;
                    for (int at = 0; at < length; at++) {
                        if (block[at] == '\n') {
                            append(line, block, begin, at);
                            begin = at + 1;
                            last = line.toString();
                            line.setLength(0);
                            listener.line(System.nanoTime(), last);
                        }
                    }
                    append(line, block, begin, length);
                }
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            if (!closed) {
                listener.ended(why(last));
            }
        }

        /** No line grows without end. */
        private static void append(StringBuilder line, char[] block, int begin, int end) {
            line.append(block, begin, Math.min(end - begin, LONGEST_LINE - line.length()));
        }

        private String why(String last) {
            String name = Command.name(argv);
            try {
                if (!process.waitFor(1, TimeUnit.SECONDS)) {
                    return name + " closed its output";
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return name + " was interrupted";
            }
            boolean complaint = !last.isEmpty() && !last.startsWith("{") && !last.startsWith("[");
            return name + " exited " + process.exitValue() + (complaint ? ": " + last : "");
        }

        @Override
        public void close() {
            closed = true;
            process.destroy();
        }
    }
}
