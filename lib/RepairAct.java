package netfix;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One thing that monitor does to the machine. */
sealed interface RepairAct {

    /** As a person would type it. */
    String shown();

    record Run(List<String> argv, Duration timeout) implements RepairAct {
        @Override
        public String shown() {
            return Command.shown(argv);
        }
    }

    /** A profile that is missing becomes a file again; one that is there is never overwritten. */
    record PutBack(KnownGood.Copy copy) implements RepairAct {
        @Override
        public String shown() {
            return "write " + Command.quoted(copy.file()) + " as it was when it last worked";
        }
    }

    /** A file is renamed beside itself, and NetworkManager passes over it. */
    record SetAside(String path) implements RepairAct {

        static final String FOLDER = "/etc/NetworkManager/conf.d";
        static final String ENDING = ".netfix-off";

        /** As many as a file may have been set aside; undo brings back the first. */
        private static final int MOST = 9;

        /** The longest that a file system takes for a name (NAME_MAX), in bytes. */
        private static final int LONGEST_NAME = 255;

        /** Where the file goes; empty where there is no such name to be had. */
        static Optional<String> place(String path, Predicate<String> taken) {
            String name = path.substring(path.lastIndexOf('/') + 1) + ENDING;
            if (name.getBytes(StandardCharsets.UTF_8).length + 2 > LONGEST_NAME) {
                return Optional.empty();
            }
            return places(path).filter(place -> !taken.test(place)).findFirst();
        }

        /** Where it may go, the first choice first. */
        static Stream<String> places(String path) {
            return IntStream.rangeClosed(1, MOST)
                    .mapToObj(n -> path + ENDING + (n == 1 ? "" : "." + n));
        }

        /** The path that a file of {@link #FOLDER} had before it was set aside, if it was. */
        static Optional<String> was(String name) {
            int end = name.lastIndexOf(ENDING);
            return end <= 0 || !name.substring(end + ENDING.length()).matches("(\\.\\d)?")
                    ? Optional.empty()
                    : Optional.of(FOLDER + "/" + name.substring(0, end));
        }

        @Override
        public String shown() {
            return "mv " + Command.quoted(path) + " " + Command.quoted(path + ENDING);
        }
    }

    static RepairAct run(String... argv) {
        return run(List.of(argv));
    }

    static RepairAct run(List<String> argv) {
        return new Run(argv, Duration.ofSeconds(30));
    }

    /** systemd's own limit for a start is 90 seconds; a daemon that hangs is stopped first. */
    static RepairAct unit(String verb, String unit) {
        return new Run(List.of("systemctl", verb, unit), Duration.ofSeconds(100));
    }
}
