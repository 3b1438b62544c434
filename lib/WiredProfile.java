package netfix;

import java.util.List;
import java.util.Optional;

/**
 * The profile that takes any Ethernet at a boot. NetworkManager's automatic one lies in /run and is
 * made anew at every boot, unless it was deleted or {@code no-auto-default} forbids it.
 */
final class WiredProfile {

    static final String ID = "netfix wired";
    static final String FILE = "/etc/NetworkManager/system-connections/netfix-wired.nmconnection";

    /** Priority -999 is what the automatic profile has; every other profile goes before it. */
    static final String TEXT =
            """
            # Written by netfix (fix undo takes it back): any Ethernet, by DHCP, after every other
            # profile; on several interfaces at once.
            [connection]
            id=netfix wired
            uuid=b1f4a4a2-6f2c-5d0e-9a55-6e6574666978
            type=ethernet
            autoconnect-priority=-999
            autoconnect-retries=0
            multi-connect=3

            [ethernet]

            [ipv4]
            method=auto

            [ipv6]
            method=auto
            """;

    private WiredProfile() {}

    /** A saved profile that takes up any Ethernet by itself, netfix's or another. */
    static Optional<Profile> universal(Snapshot snapshot) {
        return snapshot.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.onDisk() && p.refusal().isEmpty())
                .filter(p -> p.type().equals(Profile.ETHERNET) && p.autoconnect())
                .filter(p -> p.interfaceName().isEmpty() && p.mac().isEmpty() && !p.noAddress())
                .findFirst();
    }
}
