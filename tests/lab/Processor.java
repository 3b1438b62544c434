package netfix.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The processor of a virtual Pi, and what its emulated machine has for it. */
enum Processor {
    /** A PC's: what the machine that runs the lab emulates fastest. */
    AMD64(
            "qemu-system-x86_64",
            "needs",
            List.of(
                    "-machine",
                    "pc",
                    "-smp",
                    "2",
                    // Random numbers from its first moment. Without, the kernel's generator is
                    // ready
                    // only when both processors run, and patches its code then (a static key): QEMU
                    // before 8.1 can lose that race, and both spin in mix_interrupt_randomness for
                    // ever.
                    "-cpu",
                    "qemu64,+rdrand"),
            List.of("-serial", "chardev:console", "-serial", "chardev:shell")),

    /** The Pi's own. A Pi 4 has a Cortex-A72. */
    ARM64(
            "qemu-system-aarch64",
            "needs-arm64",
            List.of("-machine", "virt", "-smp", "2", "-cpu", "cortex-a72"),
            // Two cards, so that their lines have the names that a PC's have. (Of one with two
            // lines
            // QEMU 7.2 crashes when the machine is saved.)
            List.of(
                    "-device",
                    "pci-serial,chardev=console",
                    "-device",
                    "pci-serial,chardev=shell"));

    private final String qemu;
    private final String needs;
    private final List<String> machine;
    private final List<String> serialLines;

    Processor(String qemu, String needs, List<String> machine, List<String> serialLines) {
        this.qemu = qemu;
        this.needs = needs;
        this.machine = machine;
        this.serialLines = serialLines;
    }

    /**
     * @param name as dpkg has it
     * @throws LabFailure where there is no such virtual Pi
     */
    static Processor named(String name, String where) {
        List<String> names = new ArrayList<>();
        for (Processor processor : values()) {
            if (processor.debianName().equals(name)) {
                return processor;
            }
            names.add(processor.debianName());
        }
        throw new LabFailure(where + ": \"" + name + "\" is none of " + names);
    }

    String debianName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** QEMU's program. */
    String qemu() {
        return qemu;
    }

    /** The file that says what it takes to emulate it. */
    String needs() {
        return needs;
    }

    /** QEMU's words for the board. */
    List<String> machine() {
        return machine;
    }

    /** QEMU's words for the console, /dev/ttyS0, and the line of `lab shell`, /dev/ttyS1. */
    List<String> serialLines() {
        return serialLines;
    }

    /** What tells things made for one from those made for another; nothing for a PC's. */
    String suffix() {
        return this == AMD64 ? "" : "-" + debianName();
    }

    /** Whether programs for it run on this machine without an emulator. */
    boolean isOurs() {
        String ours = System.getProperty("os.arch");
        return (this == AMD64 ? List.of("amd64", "x86_64") : List.of("aarch64", "arm64"))
                .contains(ours);
    }
}
