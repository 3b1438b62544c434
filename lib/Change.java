package netfix;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing to do. What lies on disk is changed as whole files, links and folders only, masks and
 * enabled units too: those are links. So there is one way back for all of them (put back what was
 * there), and one form for a running Pi and a mounted card. What runs is the rest.
 */
public sealed interface Change {

    /** As one would type it; it is printed before it happens. */
    String shown();

    /** A change of something that lies on disk at {@link #path}. */
    sealed interface OnDisk extends Change {
        String path();

        /**
         * Kept by an automatic rollback where the old state would leave the Pi unreachable after a
         * boot.
         */
        default boolean lifeline() {
            return false;
        }

        /** A daemon rewrites it: undo does not take that for somebody's edit. */
        default boolean rewrittenByDaemons() {
            return false;
        }
    }

    /** A change of what runs now; a mounted card has none of these. */
    sealed interface Live extends Change {}

    /** Whose a written file is afterwards. */
    enum Fate {
        OURS,
        LIFELINE,
        REWRITTEN_BY_DAEMONS
    }

    /** The whole file, owned by root. */
    record Put(String path, int mode, byte[] content, Fate fate, String why) implements OnDisk {
        static Put text(String path, int mode, String text, String why) {
            return new Put(path, mode, text.getBytes(StandardCharsets.UTF_8), Fate.OURS, why);
        }

        Put as(Fate other) {
            return new Put(path, mode, content, other, why);
        }

        @Override
        public boolean lifeline() {
            return fate == Fate.LIFELINE;
        }

        @Override
        public boolean rewrittenByDaemons() {
            return fate == Fate.REWRITTEN_BY_DAEMONS;
        }

        @Override
        public String shown() {
            return "write " + path + comment(why);
        }
    }

    /**
     * The whole text of a file that is there, on a file system that renames nothing over another
     * file and knows neither modes nor owners (FAT): written where it lies, with a copy beside it
     * meanwhile.
     */
    record InPlace(String path, byte[] content, String why) implements OnDisk {

        /** A sector: what fits it is written at once or not at all. */
        static final int MOST_BYTES = 512;

        static InPlace text(String path, String text, String why) {
            return new InPlace(path, text.getBytes(StandardCharsets.UTF_8), why);
        }

        @Override
        public String shown() {
            return "write " + path + " in place" + comment(why);
        }
    }

    /** A symbolic link. */
    record Link(String path, String target, String why) implements OnDisk {
        @Override
        public String shown() {
            return "ln -s " + Command.quoted(target) + " " + Command.quoted(path) + comment(why);
        }
    }

    record Remove(String path, String why, boolean lifeline) implements OnDisk {
        Remove(String path, String why) {
            this(path, why, false);
        }

        @Override
        public String shown() {
            return "rm " + Command.quoted(path) + comment(why);
        }
    }

    /** Mode of a file that is somebody else's; its content stays. Owned by root afterwards. */
    record Mode(String path, int mode, String why) implements OnDisk {
        @Override
        public String shown() {
            return "chown root: "
                    + Command.quoted(path)
                    + "; chmod "
                    + Integer.toOctalString(mode)
                    + " "
                    + Command.quoted(path)
                    + comment(why);
        }
    }

    /** A folder that is not there yet. */
    record Folder(String path, int mode) implements OnDisk {
        @Override
        public String shown() {
            return "mkdir -m " + Integer.toOctalString(mode) + " " + Command.quoted(path);
        }
    }

    /**
     * A whole folder at once.
     *
     * @param files by their path inside the folder
     */
    record Tree(String path, Map<String, byte[]> files, String why) implements OnDisk {
        @Override
        public String shown() {
            return "write " + path + "/ (" + files.size() + " files)" + comment(why);
        }
    }

    /**
     * A unit is started, stopped or restarted.
     *
     * @param inverse the verb that takes it back, computed from what ran before; empty where none
     */
    record UnitJob(String verb, String unit, String inverse, String why) implements Live {
        @Override
        public String shown() {
            return "systemctl " + verb + " " + unit + comment(why);
        }
    }

    record ReloadUnits() implements Live {
        @Override
        public String shown() {
            return "systemctl daemon-reload";
        }
    }

    /**
     * @param inverse empty where there is nothing to take back
     * @param tolerated whether the transaction goes on where it fails
     */
    record Run(List<String> argv, List<String> inverse, boolean tolerated, String why)
            implements Live {
        @Override
        public String shown() {
            return Command.shown(argv) + comment(why);
        }
    }

    /** NetworkManager has read the profile of that file: nothing goes before that. */
    record Listed(String path) implements Live {
        @Override
        public String shown() {
            return "nmcli -f FILENAME connection show    # until it lists " + path;
        }
    }

    /** Every wpa_supplicant on that interface that is not NetworkManager's own. */
    record StraySupplicants(String device) implements Live {
        @Override
        public String shown() {
            return "stop wpa_supplicant -i "
                    + device
                    + comment("by its process number; NetworkManager's own is left alone");
        }
    }

    private static String comment(String why) {
        return Optional.of(why).filter(w -> !w.isEmpty()).map(w -> "    # " + w).orElse("");
    }
}
