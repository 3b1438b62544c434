package netfix.lab;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies on the FAT partition of a Pi, and how its firmware reads it. */
final class BootPartition {

    /** As Raspberry Pi Imager leaves it for a Pi in Britain. */
    static final String CMDLINE =
            "console=serial0,115200 console=tty1 root=PARTUUID=4c4c4c4c-02 rootfstype=ext4"
                    + " fsck.repair=yes rootwait cfg80211.ieee80211_regdom=GB\n";

    static final String CONFIG =
            """
            # For more options and information see
            # http://rptl.io/configtxt
            dtparam=audio=on
            arm_64bit=1

            [all]
            """;

    /** Words that name a Pi's own hardware, which the emulated machine has under other names. */
    private static final List<String> HARDWARE = List.of("root=", "console=");

    private BootPartition() {}

    /** The words that the kernel gets: of the first line only, as the firmware reads it. */
    static String kernelWords(String cmdline) {
        String line = cmdline.lines().findFirst().orElse("");
        return Stream.of(line.strip().split("\\s+"))
                .filter(word -> HARDWARE.stream().noneMatch(word::startsWith))
                .collect(Collectors.joining(" "));
    }
}
