package netfix.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A thousand generated configurations of other managers, taken over (tests/TakeOverBatch.java), in
 * one real NetworkManager: what it reads back must be what the generator meant.
 */
final class GeneratedBatch {

    private static final Duration LIMIT = Duration.ofMinutes(20);

    /** nmcli shows one secret in a hundred as empty, others each time. */
    private static final int READBACKS = 3;

    /**
     * The bus lets one caller wait for 128 answers only (max_replies_per_connection,
     * dbus-daemon(1)): nmcli asks for a thousand, and takes what is refused for not there.
     */
    private static final String LOAD =
            """
            set -e
            mkdir -p /run/lab/batch
            tar -x -f /run/lab/batch.tar -C /run/lab/batch
            cat >/etc/dbus-1/system.d/zz-lab.conf <<END
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><limit name="max_replies_per_connection">50000</limit></busconfig>
            END
            systemctl reload dbus
            cp /run/lab/batch/profiles/*.nmconnection /etc/NetworkManager/system-connections/
            chmod 600 /etc/NetworkManager/system-connections/*
            # nmcli would not wait for as long as an emulated Pi needs for a thousand.
            busctl --timeout=900 call org.freedesktop.NetworkManager /org/freedesktop/NetworkManager/Settings \\
                org.freedesktop.NetworkManager.Settings ReloadConnections
            """;

    private static final String READ_BACK =
            "xargs -n 40 nmcli -t -s connection show </run/lab/batch/uuids";

    private GeneratedBatch() {}

    static void compare(VirtualPi pi) {
        Path folder = pi.folder().resolve("batch");
        try {
            Files.createDirectories(folder);
            batch("write", folder);
            Path tar = pi.folder().resolve("batch.tar");
            HostCommand.output(
                    List.of(
                            "tar",
                            "-c",
                            "-f",
                            tar.toString(),
                            "-C",
                            folder.toString(),
                            "profiles",
                            "uuids"));
            pi.push(Files.readAllBytes(tar), "/run/lab/batch.tar", "600");
            pi.shell(LOAD, LIMIT).must();
            List<String> readbacks = new ArrayList<>();
            for (int n = 1; n <= READBACKS; n++) {
                Path readback = folder.resolve("readback-" + n);
                Files.write(readback, pi.shell(READ_BACK, LIMIT).must().out());
                readbacks.add(readback.toString());
            }
            System.out.print(batch("compare", folder, readbacks.toArray(String[]::new)).indent(4));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String batch(String verb, Path folder, String... more) {
        Path checkout = LabFolders.find().checkout();
        List<String> argv =
                new ArrayList<>(
                        List.of(
                                checkout.resolve("jbang").toString(),
                                "run",
                                checkout.resolve("tests/TakeOverBatch.java").toString(),
                                verb,
                                folder.toString()));
        argv.addAll(List.of(more));
        return HostCommand.output(argv, Map.of(), checkout, LIMIT);
    }
}
