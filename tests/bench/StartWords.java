//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
import org.zeroturnaround.exec.ProcessExecutor;

import java.util.ArrayList;
import java.util.List;

/** The words with which ./jbang starts diagnose, for a benchmark to start it by. */
final class StartWords {

    private StartWords() {}

    /**
     * @throws IllegalStateException where this was not started by ./jbang
     */
    static String launcher() {
        String launcher = System.getenv("JBANG_LAUNCH_CMD");
        if (launcher == null) {
            throw new IllegalStateException("start this with ./jbang");
        }
        return launcher;
    }

    /** To be added to. */
    static List<String> ofDiagnose() throws Exception {
        return new ArrayList<>(
                new ProcessExecutor(launcher(), "diagnose")
                        .environment("NETFIX_ONLY_PRINT", "start")
                        .readOutput(true)
                        .exitValueNormal()
                        .execute()
                        .outputUTF8()
                        .lines()
                        .toList());
    }
}
