package netfix;

import java.time.Duration;
import java.util.List;

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

        static final String ENDING = ".netfix-off";

        @Override
        public String shown() {
            return "mv " + Command.quoted(path) + " " + Command.quoted(path + ENDING);
        }
    }

    static RepairAct run(String... argv) {
        return new Run(List.of(argv), Duration.ofSeconds(30));
    }

    /** systemd's own limit for a start is 90 seconds; a daemon that hangs is stopped first. */
    static RepairAct unit(String verb, String unit) {
        return new Run(List.of("systemctl", verb, unit), Duration.ofSeconds(100));
    }
}
