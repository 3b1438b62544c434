package netfix;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;

import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A Wi-Fi network for a Pi of which only the FAT partition can be seen: in the format of
 * NetworkManager and of wpa_supplicant, because the Pi alone knows which of them it has.
 *
 * @param key 64 hexadecimal digits; for a WPA3-only network the passphrase itself; empty for an
 *     open one
 */
record RescueWifi(Ssid ssid, Security security, String key, boolean hidden) {

    enum Security {
        OPEN,
        WPA2,
        WPA3
    }

    /**
     * @param passphrase empty for an open network
     * @param wpa3 whether the network takes WPA3 only, for which a derived key does not serve
     * @throws BadInput where the two cannot be a network and its passphrase
     */
    static RescueWifi of(String name, String passphrase, boolean wpa3, boolean hidden) {
        Ssid ssid = Ssid.of(name);
        if (ssid.bytes().length == 0 || ssid.bytes().length > 32) {
            throw new BadInput(
                    "--wifi "
                            + name
                            + ": a network's name has 1 to 32 bytes, this one "
                            + ssid.bytes().length);
        }
        if (passphrase.isEmpty()) {
            return new RescueWifi(ssid, Security.OPEN, "", hidden);
        }
        boolean plain = passphrase.chars().allMatch(c -> c >= ' ' && c < 127);
        if (wpa3 && plain) {
            return new RescueWifi(ssid, Security.WPA3, passphrase, hidden);
        }
        if (passphrase.matches("[0-9a-fA-F]{64}") && !wpa3) {
            return new RescueWifi(ssid, Security.WPA2, passphrase, hidden);
        }
        if (!plain || passphrase.length() < 8 || passphrase.length() > 63) {
            throw new BadInput(
                    "the passphrase: "
                            + (plain
                                    ? "it has 8 to 63 characters (or 64 hexadecimal digits), this"
                                            + " one "
                                            + passphrase.length()
                                    : "it may have only printable ASCII characters"));
        }
        return new RescueWifi(ssid, Security.WPA2, derived(ssid, passphrase), hidden);
    }

    /** IEEE 802.11, Annex J.4: PBKDF2 with HMAC-SHA1, 4096 rounds, 256 bits. */
    private static String derived(Ssid ssid, String passphrase) {
        PBEKeySpec spec = new PBEKeySpec(passphrase.toCharArray(), ssid.bytes(), 4096, 256);
        try {
            return HexFormat.of()
                    .formatHex(
                            SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")
                                    .generateSecret(spec)
                                    .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            spec.clearPassword();
        }
    }

    /** netfix-rescue.key; rescue.sh takes its sections apart. */
    byte[] keyFile(String country) {
        return ("--- keyfile\n"
                        + keyfile()
                        + "--- supplicant\n"
                        + supplicant()
                        + "--- country\n"
                        + (country.isEmpty() ? "" : "country=" + country + "\n")
                        + "--- name\n"
                        + fileName()
                        + "\n"
                        + "--- end\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** One for a network, so that a second network does not replace the first. */
    String fileName() {
        String name = ssid.toString();
        return "netfix-rescue-"
                + (name.matches("[A-Za-z0-9_-]([A-Za-z0-9 ._-]*[A-Za-z0-9_-])?")
                        ? name
                        : "0x" + ssid.hex())
                + ".nmconnection";
    }

    /** Before every other network that the Pi knows: this one was asked for now. */
    private String keyfile() {
        Keyfile keyfile = new Keyfile();
        keyfile.set("connection", "id", Keyfile.escape(ssid.toString()))
                .set("connection", "type", "wifi")
                .set("connection", "autoconnect-priority", "10")
                .set("connection", "autoconnect-retries", "0")
                .ssid(ssid)
                .set("wifi", "mode", "infrastructure");
        if (hidden) {
            keyfile.set("wifi", "hidden", "true");
        }
        if (security != Security.OPEN) {
            keyfile.set("wifi-security", "key-mgmt", security == Security.WPA3 ? "sae" : "wpa-psk")
                    .set("wifi-security", "psk", Keyfile.escape(key));
        }
        keyfile.set("ipv4", "method", "auto").set("ipv6", "method", "auto");
        keyfile.set("connection", "uuid", keyfile.uuid(1).toString());
        return keyfile.text(List.of("Written by netfix's rescue (fix sdcard --wifi)."));
    }

    private String supplicant() {
        StringBuilder network = new StringBuilder("network={\n");
        network.append("\tssid=").append(HexFormat.of().formatHex(ssid.bytes())).append('\n');
        if (hidden) {
            network.append("\tscan_ssid=1\n");
        }
        network.append(
                switch (security) {
                    case OPEN -> "\tkey_mgmt=NONE\n";
                    case WPA2 -> "\tpsk=" + key + "\n";
                    case WPA3 -> "\tkey_mgmt=SAE\n\tieee80211w=2\n\tsae_password=\"" + key + "\"\n";
                });
        return network.append("\tpriority=10\n}\n").toString();
    }

    /** A record's own would show the key. */
    @Override
    public String toString() {
        return ssid + " (" + security + ")";
    }
}
