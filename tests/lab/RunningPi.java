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

    /** Boots it from a moment and keeps it up until it is switched off or this is interrupted. */
    static void keepUp(Moment moment, LabFolders folders, String name, Progress progress)
            throws IOException {
        Path folder = folders.cache("up").resolve(name);
        if (Files.exists(folder.resolve("agent")) && isUp(folder)) {
            throw new LabFailure("a Pi named " + name + " is up already: choose a --name");
        }
        LabFolders.delete(folder);
        Files.createDirectories(folder);
        Path payload = Payload.pack(Files.createDirectory(folder.resolve("empty")), folder.resolve("payload"));
        try (VirtualPi pi =
                VirtualPi.onDisksOf(
                        moment.image(),
                        moment.state(),
                        folder,
                        moment.rootDisk(),
                        "qcow2",
                        moment.bootDisk())) {
            Files.writeString(folder.resolve("agent"), pi.agentSocket().toString());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> forget(folder)));
            pi.resume(payload, moment.memory());
            boolean on = true;
            while (on) {
                pi.letGo();
                progress.say(
                        name
                                + " is up: lab exec "
                                + name
                                + " COMMAND...; serial log: "
                                + pi.serialLog()
                                + "; Ctrl-C ends it");
                on = pi.awaitStop().equals("guest-reset");
                if (on) {
                    pi.boot(payload);
                }
            }
            progress.say(name + " is off");
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
