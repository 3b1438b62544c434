package netfix.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A virtual Pi that stays up for a person: found by its name in the cache folder "up". */
final class RunningPi {

    private RunningPi() {}

    /** What is done with a Pi while it is up; false ends it, whatever the Pi does. */
    private interface Visit {
        boolean during(VirtualPi pi) throws IOException;
    }

    /** Boots it from a moment and keeps it up until it is switched off or this is interrupted. */
    static void keepUp(Moment moment, LabFolders folders, String name, Progress progress)
            throws IOException {
        String invitation =
                " is up: lab exec " + name + " COMMAND...; Ctrl-C ends it; serial log: ";
        keepUp(
                moment,
                folders,
                name,
                pi -> {
                    pi.letGo();
                    progress.say(name + invitation + pi.serialLog());
                    return true;
                });
        progress.say(name + " is off");
    }

    /** Boots it and gives a person a shell in it; it ends with the shell. */
    static void shell(Moment moment, LabFolders folders, Progress progress) throws IOException {
        progress.say("a shell in " + moment.state().name() + "; Ctrl-] ends it and the Pi");
        SerialShell shell = new SerialShell();
        shell.start(System.in);
        try {
            keepUp(
                    moment,
                    folders,
                    "shell-" + ProcessHandle.current().pid(),
                    pi -> {
                        pi.letGo();
                        return shell.show(pi.shellSocket(), System.out);
                    });
        } finally {
            shell.end();
            System.out.println();
        }
    }

    /** Runs what comes on standard input, where that is no terminal. */
    static GuestResult script(Moment moment, LabFolders folders, byte[] commands, Duration limit)
            throws IOException {
        GuestResult[] result = new GuestResult[1];
        keepUp(
                moment,
                folders,
                "script-" + ProcessHandle.current().pid(),
                pi -> {
                    result[0] = pi.run(List.of("/bin/bash", "-s"), commands, limit);
                    return false;
                });
        return result[0];
    }

    private static void keepUp(Moment moment, LabFolders folders, String name, Visit visit)
            throws IOException {
        Path folder = folders.cache("up").resolve(name);
        if (Files.exists(folder.resolve("agent")) && isUp(folder)) {
            throw new LabFailure("a Pi named " + name + " is up already: choose a --name");
        }
        LabFolders.delete(folder);
        Files.createDirectories(folder);
        Path payload =
                Payload.pack(
                        folder.resolve("payload"), Files.createDirectory(folder.resolve("empty")));
        try (VirtualPi pi = moment.pi(folder)) {
            Files.writeString(folder.resolve("agent"), pi.agentSocket().toString());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> forget(folder)));
            pi.resume(payload, moment.memory());
            while (visit.during(pi) && pi.awaitStop().equals("guest-reset")) {
                pi.boot(payload);
            }
        }
    }

    static GuestResult run(
            LabFolders folders, String name, List<String> argv, byte[] input, Duration limit)
            throws IOException {
        Path file = folders.cache("up").resolve(name).resolve("agent");
        if (!Files.exists(file)) {
            throw new LabFailure("no Pi named " + name + " is up: ./jbang lab up " + name);
        }
        Path socket = Path.of(Files.readString(file, StandardCharsets.UTF_8));
        try (GuestAgent agent = GuestAgent.connect(socket)) {
            if (!agent.answersWithin(Duration.ofMinutes(5))) {
                throw new LabFailure("the Pi named " + name + " does not answer");
            }
            return agent.run(argv, input, limit);
        }
    }

    private static boolean isUp(Path folder) throws IOException {
        return Files.exists(Path.of(Files.readString(folder.resolve("agent"))));
    }

    private static void forget(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve("agent"));
        } catch (IOException e) {
            // The file names a socket that is gone: `lab exec` says so.
            return;
        }
    }
}
