package netfix.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One virtual Pi: its disks, its cables, its power switch. It is emulated, not virtualized (KVM is
 * not everywhere, and where it is it may hang), so every time limit here is generous.
 */
final class VirtualPi implements Closeable {

    private static final Duration AGENT = Duration.ofMinutes(6);
    private static final Duration SHUTDOWN = Duration.ofMinutes(5);

    /**
     * What makes an emulated boot bearable, and changes nothing that netfix looks at. The
     * self-tests of the kernel's ciphers alone are ten seconds. The test whether the timer ticks
     * panics ("IO-APIC + timer doesn't work") where the host is so busy that an emulated tick comes
     * late; under KVM the kernel leaves it out by itself. Without KASLR the addresses of a kernel
     * that hangs (processors.txt) are those of its System.map.
     */
    private static final String KERNEL_WORDS =
            "root=/dev/vda console=ttyS0 net.ifnames=0 cryptomgr.notests no_timer_check nokaslr"
                    + " rcupdate.rcu_expedited=1 random.trust_cpu=on mitigations=off audit=0"
                    + " loglevel=5";

    private final Image image;
    private final StartState state;
    private final Path folder;
    private final Path sockets;
    private final OutOfBandLog log;
    private final Set<Integer> unplugged = new HashSet<>();
    private final Set<Integer> cutOff = new HashSet<>();

    /** What the firmware says of the board; empty where it says nothing. */
    private String board = "";

    private Process qemu;
    private QemuMonitor monitor;
    private GuestAgent agent;

    private VirtualPi(Image image, StartState state, Path folder, Path sockets) {
        this.image = image;
        this.state = state;
        this.folder = folder;
        this.sockets = sockets;
        this.log = new OutOfBandLog(folder.resolve("commands.log"));
    }

    /** A Pi with a card as it comes from the shop, in a folder of its own, switched off. */
    static VirtualPi fresh(Image image, StartState state, Path folder) {
        VirtualPi pi = onDisksOf(image, state, folder, image.disk(), "raw", null);
        Path boot = folder.resolve("boot.raw");
        HostCommand.output(List.of("truncate", "-s", "256M", boot.toString()));
        HostCommand.output(List.of("mkfs.vfat", "-F", "32", "-n", "bootfs", boot.toString()));
        pi.putOnBootPartition(boot, "cmdline.txt", BootPartition.CMDLINE);
        pi.putOnBootPartition(boot, "config.txt", BootPartition.CONFIG);
        HostCommand.output(
                List.of(
                        "qemu-img",
                        "convert",
                        "-O",
                        "qcow2",
                        boot.toString(),
                        pi.bootDisk().toString()));
        try {
            Files.delete(boot);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pi;
    }

    /** A Pi whose disks begin as others are; those stay as they are. */
    static VirtualPi onDisksOf(
            Image image,
            StartState state,
            Path folder,
            Path rootDisk,
            String rootFormat,
            Path bootDisk) {
        try {
            // The path of a unix socket is at most 107 bytes long.
            Path sockets = Files.createTempDirectory("netfix-lab-");
            VirtualPi pi = new VirtualPi(image, state, Files.createDirectories(folder), sockets);
            overlay(rootDisk, rootFormat, pi.rootDisk());
            if (bootDisk != null) {
                overlay(bootDisk, "qcow2", pi.bootDisk());
            }
            return pi;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void overlay(Path base, String format, Path disk) {
        HostCommand.output(
                List.of(
                        "qemu-img",
                        "create",
                        "-q",
                        "-f",
                        "qcow2",
                        "-b",
                        base.toString(),
                        "-F",
                        format,
                        disk.toString()));
    }

    Path folder() {
        return folder;
    }

    Path rootDisk() {
        return folder.resolve("root.qcow2");
    }

    Path bootDisk() {
        return folder.resolve("boot.qcow2");
    }

    Path serialLog() {
        return folder.resolve("serial.log");
    }

    Path agentSocket() {
        return sockets.resolve("agent");
    }

    /** Leaves the agent to another process: its line takes one caller at a time. */
    void letGo() throws IOException {
        agent.close();
    }

    /** Waits until the Pi goes down, however long that takes: QEMU's reason. */
    String awaitStop() {
        String reason = monitor.stopReason(Duration.ofDays(365));
        awaitEnd(Duration.ofSeconds(30));
        return reason;
    }

    Path shellSocket() {
        return sockets.resolve("shell");
    }

    StartState state() {
        return state;
    }

    Image image() {
        return image;
    }

    /** The first boot: the start state is prepared before systemd starts. */
    void firstBoot(Path payload) {
        start(payload, List.of(), "init=/opt/lab/preinit ");
        waitForAgent();
    }

    /**
     * Power on: a boot from the disks as they are, with the words of the card's own cmdline.txt.
     */
    void boot(Path payload) {
        boot(payload, "");
    }

    /** With these words on the kernel's command line too, for one boot. */
    void boot(Path payload, String kernelWords) {
        start(payload, List.of(), kernelWords.isEmpty() ? "" : kernelWords + " ");
        waitForAgent();
    }

    /** Continues a frozen moment; the clock of the Pi is set to the present. */
    void resume(Path payload, Path memory) {
        start(payload, List.of("-incoming", "exec:cat '" + memory + "'"), "");
        waitForAgent();
        setClock();
    }

    private void start(Path payload, List<String> more, String kernelWords) {
        List<String> argv = new ArrayList<>(List.of(state.processor().qemu(), "-S"));
        argv.addAll(machine(state));
        argv.addAll(
                List.of(
                        "-kernel",
                        image.kernel().toString(),
                        "-initrd",
                        image.initrd().toString(),
                        "-append",
                        KERNEL_WORDS + " " + kernelWords + cmdlineWords()));
        argv.addAll(disk("root", rootDisk(), "qcow2"));
        argv.addAll(disk("boot", bootDisk(), "qcow2"));
        argv.addAll(disk("payload", payload, "raw"));
        argv.addAll(socket("agent"));
        argv.addAll(socket("shell"));
        argv.addAll(
                List.of(
                        "-device",
                        "virtio-rng-pci",
                        "-device",
                        "virtio-serial-pci",
                        "-device",
                        "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
                        "-chardev",
                        "file,id=console,append=on,path=" + serialLog(),
                        "-qmp",
                        "unix:" + sockets.resolve("monitor") + ",server=on,wait=off"));
        argv.addAll(state.processor().serialLines());
        argv.addAll(cables(state));
        if (!board.isEmpty()) {
            argv.addAll(List.of("-uuid", board));
        }
        argv.addAll(more);
        try {
            qemu =
                    new ProcessBuilder(argv)
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder.resolve("qemu.log").toFile()))
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(this::vanish));
            monitor = connectMonitor();
            waitWhileIncoming();
            for (int wire = 0; wire < state.wires(); wire++) {
                applyCable(wire);
            }
            monitor.command("cont");
            agent = GuestAgent.connect(sockets.resolve("agent"));
        } catch (IOException e) {
            throw new LabFailure("cannot start QEMU: " + e.getMessage(), e);
        }
    }

    /** When the lab is interrupted nothing of the Pi is left running, and no socket. */
    private void vanish() {
        qemu.destroyForcibly();
        LabFolders.delete(sockets);
    }

    private QemuMonitor connectMonitor() throws IOException {
        Instant end = Instant.now().plusSeconds(60);
        while (true) {
            try {
                return QemuMonitor.connect(sockets.resolve("monitor"));
            } catch (IOException e) {
                if (!qemu.isAlive() || Instant.now().isAfter(end)) {
                    throw new LabFailure(
                            "QEMU did not start: "
                                    + Files.readString(folder.resolve("qemu.log")).strip(),
                            e);
                }
                GuestAgent.pause(50);
            }
        }
    }

    private void waitWhileIncoming() {
        Instant end = Instant.now().plusSeconds(120);
        while (monitor.command("query-status").path("status").asText().equals("inmigrate")) {
            if (Instant.now().isAfter(end)) {
                throw new LabFailure("the saved moment cannot be read: see " + folder);
            }
            GuestAgent.pause(50);
        }
    }

    /** The emulated machine without any path: part of what a saved moment depends on. */
    private static List<String> machine(StartState state) {
        List<String> words = new ArrayList<>(List.of("-accel", "tcg,thread=multi"));
        words.addAll(state.processor().machine());
        words.addAll(
                List.of(
                        "-m",
                        Integer.toString(state.memory()),
                        "-display",
                        "none",
                        "-nodefaults",
                        "-no-user-config",
                        "-no-reboot",
                        "-rtc",
                        "base=utc"));
        return words;
    }

    static String machineWords(StartState state) {
        return String.join(" ", machine(state))
                + KERNEL_WORDS
                + String.join(" ", cables(state))
                + BootPartition.CMDLINE
                + BootPartition.CONFIG;
    }

    /** Each Ethernet interface of the Pi has a cable of its own to a port of the router. */
    private static List<String> cables(StartState state) {
        List<String> argv = new ArrayList<>();
        for (int wire = 0; wire < state.wires(); wire++) {
            // The Pi's ends first: the kernel counts in the order of the command line.
            argv.addAll(cableEnd("eth" + wire, wire, "b8:27:eb:4c:00:0" + wire));
        }
        for (int wire = 0; wire < state.wires(); wire++) {
            argv.addAll(cableEnd("router" + wire, wire, "52:54:00:4c:00:0" + wire));
        }
        return argv;
    }

    private static List<String> cableEnd(String name, int hub, String mac) {
        return List.of(
                "-netdev",
                "hubport,id=hub-" + name + ",hubid=" + hub,
                "-device",
                "virtio-net-pci,netdev=hub-" + name + ",id=" + name + ",mac=" + mac);
    }

    private static List<String> disk(String id, Path file, String format) {
        // writethrough: what the Pi has synced is on the disk when the power is cut, and only that.
        String access = format.equals("raw") ? "readonly=on" : "cache=writethrough";
        return List.of(
                "-drive",
                "if=none,id=" + id + ",format=" + format + "," + access + ",file=" + file,
                "-device",
                "virtio-blk-pci,drive=" + id);
    }

    private List<String> socket(String id) {
        return List.of(
                "-chardev", "socket,id=" + id + ",server=on,wait=off,path=" + sockets.resolve(id));
    }

    private void waitForAgent() {
        try {
            if (!agent.answersWithin(AGENT)) {
                throw new LabFailure(
                        "the virtual Pi has not come up after "
                                + AGENT.toMinutes()
                                + " minutes: see "
                                + serialLog());
            }
        } catch (IOException e) {
            throw new LabFailure(
                    "the virtual Pi switched itself off ("
                            + monitor.stopReason(Duration.ofSeconds(2))
                            + "): see "
                            + serialLog(),
                    e);
        }
    }

    private void setClock() {
        String now = "@" + Instant.now().getEpochSecond();
        GuestResult set = run(List.of("date", "-s", now), Duration.ofMinutes(2));
        if (!set.ok()) {
            throw new LabFailure("cannot set the Pi's clock: " + set.shown());
        }
    }

    GuestResult run(List<String> argv, Duration limit) {
        return run(argv, new byte[0], limit);
    }

    GuestResult run(List<String> argv, byte[] input, Duration limit) {
        Instant begin = Instant.now();
        GuestResult result = agent.run(argv, input, limit);
        log.add(result, begin);
        return result;
    }

    GuestResult shell(String commands, Duration limit) {
        return run(List.of("/bin/sh", "-c", commands), limit);
    }

    /** Commands of a shell with arguments, which it sees as $0, $1 and so on. */
    GuestResult shell(String commands, List<String> arguments, Duration limit) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", commands));
        argv.addAll(arguments);
        return run(argv, limit);
    }

    void note(String text) {
        log.note(text);
    }

    void push(byte[] content, String path, String mode) {
        agent.push(content, path);
        GuestResult chmod = run(List.of("chmod", mode, path), Duration.ofMinutes(1));
        chmod.must();
    }

    byte[] pull(String path) {
        return agent.pull(path);
    }

    boolean isOn() {
        return qemu != null && qemu.isAlive();
    }

    /** The plug is pulled: nothing is written that was not on its way already. */
    void cutPower() {
        qemu.destroyForcibly();
        awaitEnd(Duration.ofSeconds(30));
        log.note("power cut");
    }

    /** Orderly reboot, as a person does it. The Pi must come down by itself, and to reboot. */
    void reboot(Path payload) {
        agent.start(List.of("systemctl", "reboot"));
        awaitReboot(SHUTDOWN);
        boot(payload);
    }

    /** Waits until the Pi has gone down in order to reboot. */
    void awaitReboot(Duration limit) {
        String reason = monitor.stopReason(limit);
        if (!reason.equals("guest-reset")) {
            throw new LabFailure(
                    "the virtual Pi should have rebooted, but: "
                            + reason
                            + " (see "
                            + serialLog()
                            + ")");
        }
        awaitEnd(Duration.ofSeconds(30));
        log.note("rebooting");
    }

    /** A boot in which the Pi reboots by itself, maybe before its agent answers. */
    void bootUntilReboot(Path payload, Duration limit) {
        start(payload, List.of(), "");
        awaitReboot(limit);
    }

    /** What its processors do, twice a moment apart: a kernel that hangs says nothing itself. */
    String processors() {
        StringBuilder text = new StringBuilder();
        for (int look = 0; look < 2; look++) {
            text.append(monitor.ask("info registers -a")).append('\n');
        }
        return text.append(monitor.ask("info status")).toString();
    }

    /** Whether its card's cmdline.txt has the next boot start a rescue. */
    boolean waitsForRescue() {
        return cmdlineWords().contains("netfix-rescue");
    }

    /** From its next boot on the card is in another Pi. */
    void moveToBoard(String uuid) {
        board = uuid;
    }

    /**
     * A boot with the card of another Pi as /dev/vdd (its root) and /dev/vde (its boot partition).
     */
    void bootWithCardOf(VirtualPi other, Path payload) {
        List<String> card = new ArrayList<>(disk("card", other.rootDisk(), "qcow2"));
        card.addAll(disk("cardboot", other.bootDisk(), "qcow2"));
        start(payload, card, "");
        waitForAgent();
    }

    void switchOff() {
        agent.start(List.of("systemctl", "poweroff"));
        String reason = monitor.stopReason(SHUTDOWN);
        if (!reason.equals("guest-shutdown")) {
            throw new LabFailure("the virtual Pi does not switch itself off: " + reason);
        }
        awaitEnd(Duration.ofSeconds(30));
    }

    void cable(int wire, boolean plugged) {
        if (plugged) {
            unplugged.remove(wire);
        } else {
            unplugged.add(wire);
        }
        applyCable(wire);
    }

    /** A router without power takes the carrier from every cable. */
    void routerPower(boolean on) {
        for (int wire = 0; wire < state.wires(); wire++) {
            if (on) {
                cutOff.remove(wire);
            } else {
                cutOff.add(wire);
            }
            applyCable(wire);
        }
    }

    private void applyCable(int wire) {
        if (!isOn()) {
            return; // The next boot does it.
        }
        monitor.setLink("eth" + wire, !unplugged.contains(wire) && !cutOff.contains(wire));
    }

    /**
     * Copies both disks as a power cut at this instant would leave them; the Pi's clocks stand
     * still meanwhile.
     */
    void copyDisks(Path into) {
        monitor.command("stop");
        try {
            Files.createDirectories(into);
            Files.copy(rootDisk(), into.resolve("root.qcow2"));
            Files.copy(bootDisk(), into.resolve("boot.qcow2"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            monitor.command("cont");
        }
    }

    void saveMoment(String name) {
        monitor.human("savevm " + name);
    }

    void returnTo(String name) {
        monitor.human("loadvm " + name);
        monitor.command("cont");
        waitForAgent();
        setClock();
    }

    /**
     * Stops the Pi where it is and writes its memory down; its disks are then a base for others.
     */
    void freeze(Path memory) {
        monitor.command("stop");
        ObjectNode speed = JsonSocket.JSON.createObjectNode();
        speed.put("max-bandwidth", 0L);
        monitor.command("migrate-set-parameters", speed);
        ObjectNode where = JsonSocket.JSON.createObjectNode();
        where.put("uri", "exec:cat > '" + memory + "'");
        monitor.command("migrate", where);
        Instant end = Instant.now().plusSeconds(300);
        while (true) {
            JsonNode status = monitor.command("query-migrate");
            if (status.path("status").asText().equals("completed")) {
                break;
            }
            if (status.path("status").asText().equals("failed") || Instant.now().isAfter(end)) {
                throw new LabFailure("the Pi's memory cannot be saved: " + status);
            }
            GuestAgent.pause(50);
        }
        monitor.command("quit");
        awaitEnd(Duration.ofSeconds(60));
    }

    private void awaitEnd(Duration limit) {
        try {
            if (!qemu.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                qemu.destroyForcibly();
                throw new LabFailure("QEMU did not end within " + limit.toSeconds() + " s");
            }
            monitor.close();
            agent.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The words that the Pi's firmware would hand to the kernel: the first line of cmdline.txt. */
    private String cmdlineWords() {
        Path raw = folder.resolve("boot.raw");
        HostCommand.output(
                List.of("qemu-img", "convert", "-O", "raw", bootDisk().toString(), raw.toString()));
        try {
            String text =
                    HostCommand.output(
                            List.of("mcopy", "-n", "-i", raw.toString(), "::cmdline.txt", "-"));
            return BootPartition.kernelWords(text);
        } finally {
            LabFolders.delete(raw);
        }
    }

    private void putOnBootPartition(Path raw, String name, String text) {
        Path file = folder.resolve(name);
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            HostCommand.output(
                    List.of("mcopy", "-i", raw.toString(), file.toString(), "::" + name));
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (isOn()) {
            qemu.destroyForcibly();
            awaitEnd(Duration.ofSeconds(30));
        }
        LabFolders.delete(sockets);
    }
}
