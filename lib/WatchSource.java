package netfix;

import java.util.List;

/** Who tells of what happens; each is a command that goes on talking until it is ended. */
enum WatchSource {
    /**
     * ip-monitor(8). Its {@code -j} is ignored here (6.1, 6.15), and it knows an interface by the
     * name that it had at the start.
     */
    KERNEL(
            "the kernel's links, addresses and routes",
            List.of("ip", "-o", "monitor", "label", "link", "address", "route", "neigh")),
    NETWORKMANAGER("NetworkManager", List.of("nmcli", "monitor")),
    JOURNAL(
            "the journal",
            List.of(
                    "journalctl",
                    "-f",
                    "-n",
                    "0",
                    "-q",
                    "-o",
                    "json",
                    "--output-fields=MESSAGE,_PID,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,PRIORITY",
                    "-u",
                    "NetworkManager.service",
                    "-u",
                    "btwifiset.service",
                    "-u",
                    "btwifiset-stable.service",
                    "-u",
                    "wpa_supplicant.service",
                    "-u",
                    "wpa_supplicant@*.service",
                    "-u",
                    "dhcpcd.service",
                    "-u",
                    "systemd-networkd.service",
                    "-u",
                    "networking.service")),
    RFKILL("the radio switches", List.of("rfkill", "event"));

    private final String shown;
    private final List<String> argv;

    WatchSource(String shown, List<String> argv) {
        this.shown = shown;
        this.argv = argv;
    }

    List<String> argv() {
        return argv;
    }

    @Override
    public String toString() {
        return shown;
    }
}
