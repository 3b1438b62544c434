package netfix;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;

/**
 * By ICMP, where this process may; else by TCP to a port that a router refuses; and by ARP or
 * IPv6's neighbour discovery, which no router drops: the question itself makes the kernel resolve
 * it.
 */
final class LiveGateways implements Gateways {

    private static final int PATIENTLY_MS = 2000;

    private final Machine machine;

    LiveGateways(Machine machine) {
        this.machine = machine;
    }

    @Override
    public boolean answers(String gateway, String device) {
        try {
            // A literal: nobody is asked for a name.
            InetAddress address = InetAddress.getByName(gateway);
            NetworkInterface link = NetworkInterface.getByName(device);
            if (link != null && address.isReachable(link, 0, PATIENTLY_MS)) {
                return true;
            }
        } catch (IOException e) {
            // No route, or not allowed: the neighbours are still to be asked.
        }
        return gateway.contains(":")
                ? discovered(machine.run(Neighbour.COMMAND), gateway, device)
                : resolved(machine.read("/proc/net/arp").orElse(""), gateway, device);
    }

    /** IPv6 has no file for its neighbours. As with ARP, one that is known and has not failed. */
    static boolean discovered(CommandResult neighbours, String gateway, String device) {
        return Neighbour.parse(neighbours.stdout()).orElse(List.of()).stream()
                .anyMatch(
                        n ->
                                n.address().equals(gateway)
                                        && n.device().equals(device)
                                        && !n.mac().isEmpty()
                                        && !n.failed());
    }

    /** proc(5): address, type, flags (0x2 is complete), MAC, mask, device. */
    static boolean resolved(String arp, String gateway, String device) {
        return arp.lines()
                .map(line -> line.strip().split("\\s+"))
                .anyMatch(
                        w ->
                                w.length == 6
                                        && w[0].equals(gateway)
                                        && w[5].equals(device)
                                        && w[2].equals("0x2"));
    }
}
