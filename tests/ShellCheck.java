package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.zeroturnaround.exec.ProcessExecutor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Checks shell files, those of the checkout and those that netfix generates, with shellcheck. */
final class ShellCheck {

    private static final String MISSING =
            "shellcheck is not installed, so no shell file was checked; install it:"
                    + " sudo apt-get update && sudo apt-get install -y shellcheck";

    private ShellCheck() {}

    /**
     * Fails with shellcheck's own findings where a file, relative to the checkout's top, has any.
     */
    static void assertClean(List<Path> files) throws Exception {
        List<String> command = new ArrayList<>(List.of("shellcheck", "-f", "gcc", "--"));
        files.forEach(file -> command.add(file.toString()));
        assertEquals("", findings(command, ""), "shellcheck has findings");
    }

    /**
     * The same for a text that was generated.
     *
     * @param name what to call it in a failure
     * @param text the script; its first line says which shell
     */
    static void assertClean(String name, String text) throws Exception {
        assertEquals("", findings(text), "shellcheck has findings in " + name);
    }

    static String findings(String text) throws Exception {
        return findings(List.of("shellcheck", "-f", "gcc", "-"), text);
    }

    private static String findings(List<String> command, String input)
            throws InterruptedException, TimeoutException {
        try {
            return new ProcessExecutor(command)
                    .directory(Checkout.root().toFile())
                    .redirectInput(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)))
                    .readOutput(true)
                    .timeout(100, TimeUnit.SECONDS)
                    .execute()
                    .outputUTF8();
        } catch (IOException e) {
            return fail(MISSING, e);
        }
    }
}
