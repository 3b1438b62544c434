package netfix.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A start state, booted and settled, frozen with its memory: a scenario that begins with it is
 * running after seconds. It is keyed by all that it was made from, so it is never stale.
 */
record Moment(StartState state, Image image, Path folder) {

    private static final Duration OLD = Duration.ofDays(1);

    Path rootDisk() {
        return folder.resolve("root.qcow2");
    }

    Path bootDisk() {
        return folder.resolve("boot.qcow2");
    }

    Path memory() {
        return folder.resolve("memory");
    }

    /** A Pi of its own in that folder, whose disks begin as they were at this moment. */
    VirtualPi pi(Path folder) {
        return VirtualPi.onDisksOf(image, state, folder, rootDisk(), "qcow2", bootDisk());
    }

    static Moment of(StartState state, LabFolders folders, BtWifiSet btwifiset, Progress progress) {
        Image image = Image.of(state.suite(), state.processor(), folders, progress);
        Path moments = folders.cache("moments");
        String key =
                new Fingerprint()
                        .text(image.fingerprint())
                        .text(state.toString())
                        .tree(folders.sources().resolve("guest"))
                        .tree(folders.sources().resolve("phone"), Moment::goesIntoThePi)
                        .text(btwifiset.fingerprint())
                        .text(VirtualPi.machineWords(state))
                        .text(HostCommand.output(List.of(state.processor().qemu(), "--version")))
                        .hex();
        Moment moment = new Moment(state, image, moments.resolve(state.name() + "-" + key));
        if (Files.isDirectory(moment.folder())) {
            LabFolders.markUsed(moment.folder());
            return moment;
        }
        OneAtATime.at(
                moments.resolve(state.name() + ".lock"),
                () -> {
                    if (!Files.isDirectory(moment.folder())) {
                        moment.make(folders, moments, btwifiset, progress);
                    }
                    LabFolders.markUsed(moment.folder());
                });
        return moment;
    }

    private void make(LabFolders folders, Path moments, BtWifiSet btwifiset, Progress progress)
            throws IOException {
        discardOld(moments);
        Instant begin = Instant.now();
        progress.say("booting start state " + state.name() + " for the first time");
        progress.step("start state " + state.name(), "first boot");
        Path work = moments.resolve(".making-" + state.name());
        LabFolders.delete(work);
        Files.createDirectories(work);
        Path payload = firstPayload(folders, btwifiset, work);
        try (VirtualPi pi = VirtualPi.fresh(image, state, work)) {
            comeUp(pi, payload, btwifiset);
            pi.freeze(work.resolve("memory"));
        } catch (LabFailure e) {
            throw new LabFailure(
                    "start state "
                            + state.name()
                            + " does not come up: "
                            + e.getMessage()
                            + " (its folder: "
                            + work
                            + ")",
                    e);
        }
        Files.delete(payload);
        Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
        progress.rest();
        progress.say("start state " + state.name() + " is up, " + Progress.seconds(begin));
    }

    private void comeUp(VirtualPi pi, Path payload, BtWifiSet btwifiset) {
        try {
            pi.firstBoot(payload);
            Settling.await(pi);
            if (btwifiset.isReal()) {
                awaitBtWifiSet(pi);
            }
            for (String name : state.reaches()) {
                Reach.awaitReachable(pi, name);
            }
            pi.run(List.of("sync"), Duration.ofMinutes(2));
        } catch (LabFailure e) {
            Evidence.keep(pi, false);
            throw e;
        }
    }

    /** The real one may be quicker than bluetoothd's adapter, and then it has ended already. */
    private static void awaitBtWifiSet(VirtualPi pi) {
        GuestResult ready =
                pi.shell(
                        "! systemctl -q is-enabled btwifiset || /opt/lab/bin/phone --start status",
                        Duration.ofMinutes(5));
        ready.must();
    }

    /** What the first boot unpacks to /opt/lab. */
    private Path firstPayload(LabFolders folders, BtWifiSet btwifiset, Path work)
            throws IOException {
        Path staging = Files.createDirectories(work.resolve("payload"));
        Payload.copyTree(
                folders.sources().resolve("guest"), staging.resolve("guest"), file -> true);
        Payload.copyTree(
                folders.sources().resolve("phone"),
                staging.resolve("phone"),
                Moment::goesIntoThePi);
        btwifiset.copyTo(staging);
        Files.writeString(staging.resolve("state.sh"), state.script());
        Files.writeString(
                staging.resolve("settings"),
                "BOOT="
                        + image.bootFolder()
                        + "\nWIRES="
                        + state.wires()
                        + "\nRADIOS="
                        + state.radios()
                        + "\nSUITE="
                        + state.suite()
                        + "\nBTWIFISET="
                        + btwifiset.guestFolder()
                        + "\n");
        Path payload = Payload.pack(work.resolve("payload.tar"), staging);
        LabFolders.delete(staging);
        return payload;
    }

    /** A word more in a README is no reason to boot every start state again. */
    private static boolean goesIntoThePi(Path file) {
        String name = file.getFileName().toString();
        return !name.endsWith(".md") && !name.startsWith("compare");
    }

    /** Moments of this state that nobody has used for a day. */
    private void discardOld(Path moments) throws IOException {
        try (Stream<Path> all = Files.list(moments)) {
            for (Path other : all.toList()) {
                if (other.getFileName().toString().matches(state.name() + "-[0-9a-f]{16}")
                        && LabFolders.unusedFor(other, OLD)) {
                    LabFolders.delete(other);
                }
            }
        }
    }
}
