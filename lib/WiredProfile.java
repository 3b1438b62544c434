package netfix;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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

    private static final String UUID_LINE = "uuid=b1f4a4a2-6f2c-5d0e-9a55-6e6574666978";

    private WiredProfile() {}

    /**
     * Under a name and a UUID that no profile has: a netfix-wired that is there and does not take
     * up any Ethernet is somebody's, who has bound it to an interface or given it an address.
     */
    static Change.Put put(Scene scene) {
        List<Profile> there = scene.snapshot().nm().profiles().orElse(List.of());
        String text = TEXT;
        String file = FILE;
        for (int n = 2; !scene.ground().text(FILE).orElse("").equals(TEXT); n++) {
            String path = file;
            String all = text;
            if (there.stream()
                    .noneMatch(
                            p ->
                                    p.file().equals(path)
                                            || !p.uuid().isEmpty() && all.contains(p.uuid()))) {
                break;
            }
            file = FILE.replace(".nmconnection", "-" + n + ".nmconnection");
            String id = ID + " " + n;
            UUID uuid = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
            text = TEXT.replace("id=" + ID, "id=" + id).replace(UUID_LINE, "uuid=" + uuid);
        }
        return Change.Put.text(file, 0600, text, "any Ethernet, by DHCP").as(Change.Fate.LIFELINE);
    }

    /**
     * A saved profile that takes up any Ethernet by itself, netfix's or another; where there are
     * several ports, all of them at once.
     */
    static Optional<Profile> universal(Snapshot snapshot) {
        long ports = snapshot.physical().stream().filter(l -> l.kind() == Link.Kind.WIRED).count();
        return snapshot.nm().profiles().orElse(List.of()).stream()
                .filter(p -> p.onDisk() && p.refusal().isEmpty())
                .filter(p -> p.type().equals(Profile.ETHERNET) && p.autoconnect())
                .filter(p -> p.interfaceName().isEmpty() && p.mac().isEmpty() && !p.noAddress())
                .filter(p -> p.match().isEmpty() && p.notOn().isEmpty())
                .filter(p -> p.wantsPerson().isEmpty() && p.controller().isEmpty())
                .filter(p -> ports < 2 || p.multiple())
                .findFirst();
    }
}
