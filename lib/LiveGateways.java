package netfix;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;

/**
 * By ICMP, where this process may; else by TCP to a port that a router refuses; and by ARP or
 * IPv6's neighbour discovery, which no router drops: the question itself makes the kernel resolve
 * it.
 */
final class LiveGateways implements Gateways {

    private static final int PATIENTLY_MS = 2000;

    /** ATF_COM and ATF_PERM. */
    private static final int COMPLETE = 0x2;

    private static final int PERMANENT = 0x4;

    private final Machine machine;

    LiveGateways(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Optional<Method> answers(String gateway, String device) {
        try {
            // A literal: nobody is asked for a name.
            InetAddress address = InetAddress.getByName(gateway);
            NetworkInterface link = NetworkInterface.getByName(device);
            if (link != null && address.isReachable(link, 0, PATIENTLY_MS)) {
                return Optional.of(Method.PING);
            }
        } catch (IOException e) {
            // No route, or not allowed: the neighbours are still to be asked.
        }
        boolean there =
                gateway.contains(":")
                        ? discovered(machine.run(Neighbour.COMMAND), gateway, device)
                        : resolved(machine.read("/proc/net/arp").orElse(""), gateway, device);
        return there ? Optional.of(Method.NEIGHBOUR) : Optional.empty();
    }

    /**
     * IPv6 has no file for its neighbours. As with ARP, one that is known, that nobody wrote there
     * by hand, and that has not failed.
     */
    static boolean discovered(CommandResult neighbours, String gateway, String device) {
        return Neighbour.parse(neighbours.stdout()).orElse(List.of()).stream()
                .anyMatch(
                        n ->
                                n.address().equals(gateway)
                                        && n.device().equals(device)
                                        && !n.mac().isEmpty()
                                        && !n.states().contains("PERMANENT")
                                        && !n.failed());
    }

    /** proc(5): address, type, flags (if_arp.h), MAC, mask, device. */
    static boolean resolved(String arp, String gateway, String device) {
        return arp.lines()
                .map(line -> line.strip().split("\\s+"))
                .anyMatch(
                        w ->
                                w.length == 6
                                        && w[0].equals(gateway)
                                        && w[5].equals(device)
                                        && isResolved(w[2]));
    }

    /** One that somebody wrote there by hand is complete whether its owner is there or not. */
    private static boolean isResolved(String flags) {
        int bits = flags.matches("0x[0-9a-f]{1,7}") ? Integer.parseInt(flags.substring(2), 16) : 0;
        return (bits & COMPLETE) != 0 && (bits & PERMANENT) == 0;
    }
}
