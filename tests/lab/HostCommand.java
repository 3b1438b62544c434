package netfix.lab;

import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command on the machine that runs the lab. */
final class HostCommand {

    private HostCommand() {}

    /** Runs a command and returns its output; a command that fails is the end of the matter. */
    static String output(
            List<String> argv, Map<String, String> environment, Path folder, Duration limit) {
        ProcessResult result = run(argv, environment, folder, limit);
        if (result.getExitValue() != 0) {
            throw new LabFailure(
                    String.join(" ", argv)
                            + ": exit "
                            + result.getExitValue()
                            + ": "
                            + result.outputUTF8().strip());
        }
        return result.outputUTF8();
    }

    /** Runs a command whose exit code is an answer, too. */
    static GuestResult answer(List<String> argv, Path folder, Duration limit) {
        ProcessResult result = run(argv, Map.of(), folder, limit);
        return new GuestResult(argv, result.getExitValue(), result.output(), new byte[0], false);
    }

    static String output(List<String> argv) {
        return output(argv, Map.of(), Path.of("."), Duration.ofMinutes(2));
    }

    /** Runs a command with the terminal as its standard input; nothing where that goes wrong. */
    static String onTerminal(List<String> argv) {
        try {
            Process process =
                    new ProcessBuilder(argv)
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            // No terminal, no size: the shell works without.
            return "";
        }
    }

    /**
     * Runs a long command with its output, standard error too, in a file. When this process ends,
     * so does it, by SIGKILL: unshare(1) ignores a mere SIGTERM while its child runs.
     */
    static int logged(List<String> argv, String input, Path log, Duration limit) {
        try {
            Process process =
                    new ProcessBuilder(argv)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            Thread end = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(end);
            try (OutputStream to = process.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new LabFailure(
                        argv.get(0) + ": not done after " + limit.toMinutes() + " minutes: " + log);
            }
            Runtime.getRuntime().removeShutdownHook(end);
            return process.exitValue();
        } catch (IOException e) {
            throw new LabFailure("cannot run " + argv.get(0) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted", e);
        }
    }

    private static ProcessResult run(
            List<String> argv, Map<String, String> environment, Path folder, Duration limit) {
        try {
            return new ProcessExecutor(argv)
                    .directory(folder.toFile())
                    .environment(environment)
                    .environment("LC_ALL", "C.UTF-8")
                    .redirectErrorStream(true)
                    .readOutput(true)
                    .destroyOnExit()
                    .timeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute();
        } catch (IOException e) {
            throw new LabFailure("cannot run " + argv.get(0) + ": " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new LabFailure(
                    String.join(" ", argv) + ": not done after " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted", e);
        }
    }
}
