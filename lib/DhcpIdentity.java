package netfix;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Who an interface was to its DHCP server, in NetworkManager's words: the server gives the same
 * address to the same client-id. NetworkManager by itself is its MAC, dhcpcd and networkd are a
 * DUID (RFC 4361: 255, four bytes IAID, the DUID).
 *
 * @param clientId of {@code ipv4.dhcp-client-id}
 * @param iaid of {@code dhcp-iaid}, empty where the client-id says all
 * @param duid in hex with colons, of {@code ipv6.dhcp-duid}; empty where none is known
 */
record DhcpIdentity(String clientId, String iaid, String duid) {

    static final DhcpIdentity BY_MAC = new DhcpIdentity("mac", "", "");

    /**
     * NetworkManager puts IAID and DUID together itself, and takes the IAID from the card at hand:
     * that works on a mounted card, whose MAC nobody knows, and two Pis with one card's content are
     * still two clients. dhcpcd's IAID is the last four bytes of the MAC, which is {@code mac}
     * here.
     */
    static DhcpIdentity byDuid(String duid, String iaid) {
        return new DhcpIdentity("ipv6-duid", iaid, duid);
    }

    /** A client-id as bytes, type first. Of RFC 4361's kind it also says who asks for IPv6. */
    static DhcpIdentity of(byte[] clientId) {
        HexFormat colons = HexFormat.ofDelimiter(":");
        String hex = colons.formatHex(clientId);
        if (clientId.length < 8 || (clientId[0] & 0xff) != 255) {
            return new DhcpIdentity(hex, "", "");
        }
        return new DhcpIdentity(
                hex, number(clientId, 1), colons.formatHex(clientId, 5, clientId.length));
    }

    /**
     * Four bytes of an IAID in decimal: NetworkManager 1.30 refuses a profile that has it in hex.
     */
    static String number(byte[] bytes, int from) {
        return Integer.toUnsignedString(java.nio.ByteBuffer.wrap(bytes).getInt(from));
    }

    /**
     * dhcpcd's {@code clientid VALUE}: {@code 01:02:03} is bytes, all else text, which has type 0.
     */
    static DhcpIdentity ofDhcpcd(String value) {
        String text = value.replaceAll("^\"|\"$", "");
        return hex(text)
                .map(DhcpIdentity::of)
                .orElseGet(
                        () -> {
                            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                            byte[] typed = new byte[bytes.length + 1];
                            System.arraycopy(bytes, 0, typed, 1, bytes.length);
                            return of(typed);
                        });
    }

    /** Pairs of hex digits with colons between, or without. */
    static Optional<byte[]> hex(String text) {
        String trimmed = text.strip();
        if (trimmed.matches("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+")) {
            return Optional.of(HexFormat.ofDelimiter(":").parseHex(trimmed));
        }
        return Optional.empty();
    }

    /** networkd's lease file, {@code CLIENTID=ff…} (sd-dhcp-lease.c). */
    static Optional<DhcpIdentity> ofNetworkdLease(String lease) {
        return lease.lines()
                .filter(line -> line.matches("CLIENTID=([0-9A-Fa-f]{2})+"))
                .map(line -> of(HexFormat.of().parseHex(line.substring(9))))
                .findFirst();
    }

    /**
     * What dhclient.conf(5) says outdoes all else: {@code send dhcp-client-identifier = hardware;},
     * a string, or bytes. Empty where that is written in a way that only dhclient can work out.
     *
     * @param unless what it is where the file says nothing
     */
    static Optional<DhcpIdentity> ofDhclient(String conf, DhcpIdentity unless) {
        for (String raw : conf.split("[;\\n]")) {
            String line = raw.strip();
            if (!line.matches("send\\s+dhcp-client-identifier\\s*=?.*")) {
                continue;
            }
            String value = line.replaceFirst("send\\s+dhcp-client-identifier\\s*=?", "").strip();
            if (value.equals("hardware")) {
                return Optional.of(BY_MAC);
            }
            if (value.matches("\"[^\"\\\\]*\"")) {
                return Optional.of(
                        of(
                                value.substring(1, value.length() - 1)
                                        .getBytes(StandardCharsets.UTF_8)));
            }
            return value.matches("[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2})+")
                    ? Optional.of(of(padded(value)))
                    : Optional.empty();
        }
        return Optional.of(unless);
    }

    /**
     * The DUID of dhclient's lease file, {@code default-duid "\\000\\001…";} with what is no
     * printable ASCII in octal (dhclient.leases(5), quotify_buf() in common/print.c). In one of
     * DHCPv4 there is one only where dhclient was told to be a DUID ({@code -i}), as Debian's ifup
     * tells it; its IAID is the last four bytes of the MAC.
     */
    static Optional<String> duidOfDhclientLease(String lease) {
        return lease.lines()
                .map(String::strip)
                .filter(line -> line.matches("default-duid \\S.*;"))
                .map(line -> line.substring("default-duid ".length(), line.length() - 1))
                .map(DhcpIdentity::duidOf)
                .filter(bytes -> bytes.length > 2)
                .map(bytes -> HexFormat.ofDelimiter(":").formatHex(bytes))
                .reduce((first, last) -> last);
    }

    /** dhclient.conf's {@code lease-id-format} may have it in hex. */
    private static byte[] duidOf(String written) {
        return written.matches("[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2})+")
                ? padded(written)
                : SupplicantValue.bytes("P" + written).orElse(new byte[0]);
    }

    private static byte[] padded(String value) {
        String[] parts = value.split(":");
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        return bytes;
    }

    /** DUID-UUID (RFC 6355) of a board's UUID, as dhcpcd makes it where no file has one. */
    static Optional<String> duidOfUuid(String uuid) {
        String digits = uuid.strip().replace("-", "").toLowerCase(Locale.ROOT);
        return digits.matches("[0-9a-f]{32}") && !digits.matches("0{32}")
                ? Optional.of(
                        HexFormat.ofDelimiter(":")
                                .formatHex(HexFormat.of().parseHex("0004" + digits)))
                : Optional.empty();
    }

    void writeTo(IpSettings settings) {
        if (settings.v4().dynamic()) {
            settings.v4().set("dhcp-client-id", clientId);
            if (clientId.equals("ipv6-duid")) {
                settings.v4().set("dhcp-iaid", iaid);
            }
        }
        if (!duid.isEmpty()) {
            settings.v6().set("dhcp-duid", duid);
            settings.v6().set("dhcp-iaid", iaid);
        }
    }
}
