package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The networks of a wpa_supplicant.conf(5) as NetworkManager has them: the {@code [wifi]}, {@code
 * [wifi-security]} and {@code [802-1x]} of a profile each. Every setting of a network is carried,
 * or it is a loss.
 */
final class SupplicantNetworks {

    /**
     * @param keyfile without scope and addresses
     * @param line where the block begins
     */
    record Wireless(Ssid ssid, Keyfile keyfile, String file, int line) {}

    /** Settings of a network that change nothing, or that NetworkManager does by itself. */
    private static final Set<String> NO_MATTER =
            Set.of(
                    "proactive_key_caching",
                    "okc",
                    "ap_max_inactivity",
                    "dtim_period",
                    "beacon_int",
                    "wps_disabled",
                    "update_identifier",
                    "roaming_consortium_selection",
                    "ft_eap_pmksa_caching",
                    "mem_only_psk");

    /** Settings outside of networks that concern the program itself and not the network. */
    private static final Set<String> NO_MATTER_GLOBAL =
            Set.of(
                    "ctrl_interface",
                    "ctrl_interface_group",
                    "update_config",
                    "country",
                    "eapol_version",
                    "fast_reauth",
                    "p2p_disabled",
                    "pmf",
                    "sae_pwe",
                    "okc",
                    "device_name",
                    "device_type",
                    "manufacturer",
                    "model_name",
                    "model_number",
                    "serial_number",
                    "uuid",
                    "auto_uuid",
                    "os_version",
                    "config_methods",
                    "wps_cred_processing",
                    "bss_max_count",
                    "bss_expiration_age",
                    "bss_expiration_scan_count",
                    "filter_ssids",
                    "disable_scan_offload",
                    "max_num_sta",
                    "autoscan",
                    "passive_scan",
                    "p2p_go_intent",
                    "p2p_listen_channel",
                    "p2p_oper_channel",
                    "persistent_reconnect",
                    "interworking",
                    "hs20");

    /** Quoted text to text. */
    private static final Map<String, String> EAP_TEXT =
            Map.of(
                    "identity", "identity",
                    "anonymous_identity", "anonymous-identity",
                    "subject_match", "subject-match",
                    "subject_match2", "phase2-subject-match",
                    "domain_suffix_match", "domain-suffix-match",
                    "domain_suffix_match2", "phase2-domain-suffix-match",
                    "domain_match", "domain-match",
                    "domain_match2", "phase2-domain-match",
                    "private_key_passwd", "private-key-password",
                    "private_key2_passwd", "phase2-private-key-password");

    /** A file's name to the file's name, or to a certificate by its file. */
    private static final Map<String, String> EAP_FILE =
            Map.of(
                    "ca_cert", "ca-cert",
                    "client_cert", "client-cert",
                    "private_key", "private-key",
                    "ca_cert2", "phase2-ca-cert",
                    "client_cert2", "phase2-client-cert",
                    "private_key2", "phase2-private-key",
                    "ca_path", "ca-path",
                    "ca_path2", "phase2-ca-path",
                    "pac_file", "pac-file");

    private static final Map<String, String> EAP_LIST =
            Map.of(
                    "altsubject_match", "altsubject-matches",
                    "altsubject_match2", "phase2-altsubject-matches");

    private static final Set<String> EAP_METHODS =
            Set.of("leap", "md5", "tls", "peap", "ttls", "fast", "pwd");

    private static final Set<String> PHASE2 =
            Set.of("pap", "chap", "mschap", "mschapv2", "gtc", "otp", "md5", "tls");
    private static final Set<String> PHASE2_EAP = Set.of("md5", "mschapv2", "otp", "gtc", "tls");

    /** NetworkManager's bounds of connection.autoconnect-priority. */
    private static final int MOST_PRIORITY = 999;

    private final WpaSupplicantConf conf;
    private final Losses losses;

    private SupplicantNetworks(WpaSupplicantConf conf, Losses losses) {
        this.conf = conf;
        this.losses = losses;
    }

    /** Those that NetworkManager can have, in the file's order. */
    static List<Wireless> of(WpaSupplicantConf conf, Losses losses) {
        SupplicantNetworks all = new SupplicantNetworks(conf, losses);
        all.globals();
        List<Wireless> wireless = new ArrayList<>();
        for (WpaSupplicantConf.Network network : conf.networks()) {
            all.new One(network).convert().ifPresent(wireless::add);
        }
        return wireless;
    }

    private void globals() {
        for (WpaSupplicantConf.Entry e : conf.globals()) {
            boolean usual = e.key().equals("ap_scan") && e.value().equals("1");
            if (!usual && !NO_MATTER_GLOBAL.contains(e.key())) {
                losses.lost(
                        "wifi-" + e.key(),
                        conf.file(),
                        e.line(),
                        e.shown(),
                        "NetworkManager has no such setting of its supplicant");
            }
        }
        for (WpaSupplicantConf.Entry e : conf.others()) {
            losses.lost(
                    "wifi-block-" + e.key(),
                    conf.file(),
                    e.line(),
                    e.key(),
                    "NetworkManager knows networks only, no blocks of this kind");
        }
        for (int line : conf.faults()) {
            losses.lost(
                    "wifi-fault-line-" + line,
                    conf.file(),
                    line,
                    "",
                    "not a setting; wpa_supplicant refuses the file for it. Mend the line");
        }
    }

    /** The country of the file, for the radio's rules; no part of a profile. */
    static Optional<String> country(WpaSupplicantConf conf) {
        return conf.globals().stream()
                .filter(e -> e.key().equals("country"))
                .map(e -> SupplicantValue.unquoted(e.value()).toUpperCase(Locale.ROOT))
                .filter(value -> value.matches("[A-Z]{2}"))
                .reduce((first, second) -> second);
    }

    /**
     * Priorities only say which of two is preferred: out of NetworkManager's bounds they are
     * numbered anew.
     */
    private int priority(int wanted) {
        TreeSet<Integer> all = new TreeSet<>(Set.of(0));
        for (WpaSupplicantConf.Network network : conf.networks()) {
            integer(network.value("priority")).ifPresent(all::add);
        }
        if (all.first() >= -MOST_PRIORITY && all.last() <= MOST_PRIORITY) {
            return wanted;
        }
        return Math.max(
                -MOST_PRIORITY,
                Math.min(
                        MOST_PRIORITY,
                        all.headSet(wanted, false).size() - all.headSet(0, false).size()));
    }

    private static Optional<Integer> integer(String value) {
        return value.matches("-?\\d{1,9}")
                ? Optional.of(Integer.parseInt(value))
                : Optional.empty();
    }

    /** One network on its way. */
    private final class One {

        private final WpaSupplicantConf.Network network;
        private final Keyfile keyfile = new Keyfile();
        private final Set<String> carried = new HashSet<>(NO_MATTER);
        private Ssid ssid = Ssid.of("");

        One(WpaSupplicantConf.Network network) {
            this.network = network;
        }

        /** The value, and a note that it was looked at. */
        private String take(String key) {
            carried.add(key);
            return network.value(key);
        }

        private void lost(String key, String why) {
            WpaSupplicantConf.Entry at =
                    network.last(key)
                            .orElse(new WpaSupplicantConf.Entry(network.line(), "network", ""));
            losses.lost("wifi-" + key + "-" + ssid, conf.file(), at.line(), at.shown(), why);
        }

        private Optional<Wireless> convert() {
            if (network.value("disabled").equals("2")) {
                // A group of Wi-Fi Direct that wpa_supplicant keeps here for itself.
                return Optional.empty();
            }
            Optional<byte[]> name = SupplicantValue.bytes(take("ssid"));
            if (name.isEmpty() || name.get().length == 0 || name.get().length > Ssid.MOST_BYTES) {
                lost(
                        "ssid",
                        "not the name of one network; NetworkManager only joins networks by name");
                return Optional.empty();
            }
            ssid = Ssid.of(name.get());
            if (SupplicantValue.unquoted(network.value("ssid")).indexOf('\ufffd') >= 0) {
                lost(
                        "ssid",
                        "the name has bytes that are not UTF-8; write it in hex digits, without"
                                + " quotes");
                return Optional.empty();
            }
            if (!take("mode").matches("0?")) {
                lost("mode", "not a client of an access point; netfix carries clients only");
                return Optional.empty();
            }
            keyfile.set("wifi", "mode", "infrastructure").ssid(ssid);
            if (take("scan_ssid").equals("1")) {
                keyfile.set("wifi", "hidden", "true");
            }
            String bssid = take("bssid").toUpperCase(Locale.ROOT);
            if (bssid.matches("([0-9A-F]{2}:){5}[0-9A-F]{2}")) {
                keyfile.set("wifi", "bssid", bssid);
            } else if (!bssid.isEmpty() && !bssid.equals("ANY")) {
                lost("bssid", "not a MAC address");
            }
            switch (take("mac_addr")) {
                case "" -> {}
                case "0" -> keyfile.set("wifi", "cloned-mac-address", "permanent");
                case "1" -> keyfile.set("wifi", "cloned-mac-address", "random");
                default -> lost("mac_addr", "NetworkManager has no such kind of random address");
            }
            if (take("disabled").equals("1")) {
                keyfile.set("connection", "autoconnect", "false");
            }
            int priority = priority(integer(take("priority")).orElse(0));
            if (priority != 0) {
                keyfile.set("connection", "autoconnect-priority", String.valueOf(priority));
            }
            if (!security()) {
                return Optional.empty();
            }
            for (WpaSupplicantConf.Entry e : network.entries()) {
                if (!carried.contains(e.key())) {
                    lost(e.key(), "a NetworkManager profile has no such setting");
                }
            }
            return Optional.of(new Wireless(ssid, keyfile, conf.file(), network.line()));
        }

        /** False where there can be no profile at all; why has then been said. */
        private boolean security() {
            String written = take("key_mgmt").toUpperCase(Locale.ROOT);
            Set<String> kinds =
                    new TreeSet<>(
                            List.of(
                                    (written.isEmpty() ? "WPA-PSK WPA-EAP" : written)
                                            .split("\\s+")));
            boolean psk = kinds.stream().anyMatch(k -> k.contains("-PSK"));
            boolean sae = kinds.stream().anyMatch(k -> k.contains("SAE"));
            boolean eap = kinds.stream().anyMatch(k -> k.contains("EAP") || k.equals("IEEE8021X"));
            boolean hasPsk = network.last("psk").isPresent();
            boolean hasKey = hasPsk || network.last("sae_password").isPresent();
            if (kinds.stream().anyMatch(k -> k.matches("DPP|WPA-NONE|OSEN|WPS|FILS-.*"))) {
                lost("key_mgmt", "NetworkManager does not know this kind of security");
                return false;
            }
            if (psk && hasPsk || sae && hasKey) {
                return preShared(psk && hasPsk, sae);
            }
            if (eap && network.last("eap").isPresent()) {
                return enterprise(kinds);
            }
            if (kinds.contains("OWE")) {
                keyfile.set("wifi-security", "key-mgmt", "owe");
                return wpaDetails();
            }
            if (kinds.contains("NONE")) {
                return openOrWep();
            }
            losses.lost(
                    "wifi-key-" + ssid,
                    conf.file(),
                    network.line(),
                    "network " + ssid,
                    "has neither psk, eap nor key_mgmt=NONE: wpa_supplicant never joins it, and"
                            + " NetworkManager could not either");
            return false;
        }

        private boolean preShared(boolean psk, boolean sae) {
            String written = take("psk");
            String password = take("sae_password");
            boolean hex = written.matches("[0-9A-Fa-f]{64}");
            String key = psk || password.isEmpty() ? written : password;
            if (!hex && !SupplicantValue.isQuoted(key) && !key.startsWith("P\"")
                    || hex && key.equals(written) && !psk) {
                lost(
                        key.equals(written) ? "psk" : "sae_password",
                        hex
                                ? "64 hex digits are a key for WPA2 only; WPA3 (SAE) needs the"
                                        + " passphrase"
                                : "not a passphrase in quotes nor 64 hex digits");
                return false;
            }
            if (psk && hex && sae) {
                losses.told(
                        "wifi-sae-" + ssid,
                        conf.file(),
                        network.line(),
                        "network " + ssid,
                        "with 64 hex digits as its key it is joined by WPA2 only, as before");
            }
            if (psk && sae && !password.isEmpty() && !password.equals(written)) {
                lost("sae_password", "a profile has one key for WPA2 and WPA3; psk is taken");
            }
            String text = hex ? key : text(key).orElse("");
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (text.isEmpty() || psk && !hex && (length < 8 || length > 63)) {
                lost(
                        "psk",
                        length == 0
                                ? "not UTF-8 text: a profile cannot hold it"
                                : "a passphrase has 8 to 63 bytes, this one has " + length);
                return false;
            }
            keyfile.set("wifi-security", "key-mgmt", psk ? "wpa-psk" : "sae");
            keyfile.text("wifi-security", "psk", text);
            return wpaDetails();
        }

        private Optional<String> text(String value) {
            return SupplicantValue.bytes(value)
                    .flatMap(bytes -> Ssid.of(bytes).text())
                    .filter(text -> text.indexOf('\ufffd') < 0);
        }

        private boolean openOrWep() {
            boolean wep = false;
            for (int i = 0; i < 4; i++) {
                String name = "wep_key" + i;
                String value = take(name);
                if (value.isEmpty()) {
                    continue;
                }
                String key = SupplicantValue.unquoted(value);
                if (SupplicantValue.isQuoted(value)
                        ? !key.matches("\\p{ASCII}{5}|\\p{ASCII}{13}")
                        : !key.matches("([0-9A-Fa-f]{10}|[0-9A-Fa-f]{26})")) {
                    lost(name, "a WEP key has 5 or 13 characters, or 10 or 26 hex digits");
                    return false;
                }
                keyfile.text("wifi-security", "wep-key" + i, key);
                wep = true;
            }
            String index = take("wep_tx_keyidx");
            String algorithm = take("auth_alg").toUpperCase(Locale.ROOT);
            if (wep) {
                keyfile.set("wifi-security", "key-mgmt", "none");
                keyfile.set("wifi-security", "wep-key-type", "1");
                if (index.matches("[1-3]")) {
                    keyfile.set("wifi-security", "wep-tx-keyidx", index);
                }
                if (algorithm.equals("SHARED")) {
                    keyfile.set("wifi-security", "auth-alg", "shared");
                } else if (algorithm.contains("LEAP")) {
                    lost("auth_alg", "LEAP is no longer had");
                }
            }
            carried.addAll(List.of("psk", "proto", "pairwise", "group", "ieee80211w"));
            return true;
        }

        /** What a WPA network may be told besides its key. */
        private boolean wpaDetails() {
            String management = take("ieee80211w");
            if (management.isEmpty()) {
                management =
                        conf.globals().stream()
                                .filter(e -> e.key().equals("pmf"))
                                .map(WpaSupplicantConf.Entry::value)
                                .reduce((a, b) -> b)
                                .orElse("");
            }
            // Where the network itself asks for protected frames NetworkManager refuses a profile
            // that says they are optional, and leaves it to the network by default.
            boolean required =
                    keyfile.get("wifi-security", "key-mgmt").matches("sae|owe|.*suite-b.*");
            if (management.matches("[012]") && (!required || management.equals("2"))) {
                keyfile.set(
                        "wifi-security", "pmf", String.valueOf(Integer.parseInt(management) + 1));
            }
            words("proto", "proto", Map.of("WPA", "wpa", "RSN", "rsn", "WPA2", "rsn"));
            words("pairwise", "pairwise", Map.of("CCMP", "ccmp", "TKIP", "tkip"));
            words(
                    "group",
                    "group",
                    Map.of("CCMP", "ccmp", "TKIP", "tkip", "WEP104", "wep104", "WEP40", "wep40"));
            // Without WEP there is but OPEN, and SAE, which goes with its key_mgmt.
            if (!take("auth_alg").toUpperCase(Locale.ROOT).matches("(OPEN|SAE|\\s)*")) {
                lost("auth_alg", "only OPEN goes with WPA");
            }
            return true;
        }

        private void words(String key, String name, Map<String, String> known) {
            String value = take(key).toUpperCase(Locale.ROOT);
            if (value.isEmpty()) {
                return;
            }
            List<String> words = List.of(value.split("\\s+"));
            if (!known.keySet().containsAll(words)) {
                lost(key, "NetworkManager does not know all of these");
                return;
            }
            keyfile.list("wifi-security", name, words.stream().map(known::get).distinct().toList());
        }

        private boolean enterprise(Set<String> kinds) {
            List<String> methods =
                    List.of(take("eap").toLowerCase(Locale.ROOT).strip().split("\\s+"));
            if (!EAP_METHODS.containsAll(methods)) {
                lost("eap", "NetworkManager does not know all of these methods");
                return false;
            }
            keyfile.set(
                    "wifi-security",
                    "key-mgmt",
                    kinds.equals(Set.of("IEEE8021X"))
                            ? "ieee8021x"
                            : kinds.equals(Set.of("WPA-EAP-SUITE-B-192"))
                                    ? "wpa-eap-suite-b-192"
                                    : "wpa-eap");
            keyfile.list("802-1x", "eap", methods);
            if (!eapFields()) {
                return false;
            }
            phase1();
            phase2(methods);
            boolean anonymous = !keyfile.get("802-1x", "anonymous-identity").isEmpty();
            boolean tunnel = methods.stream().anyMatch(m -> m.matches("peap|ttls|fast"));
            if (keyfile.get("802-1x", "identity").isEmpty() && !(tunnel && anonymous)) {
                lost("identity", "a profile needs one; NetworkManager refuses it without");
                return false;
            }
            if (methods.contains("tls") && keyfile.get("802-1x", "private-key").isEmpty()) {
                lost("private_key", "a profile for EAP-TLS needs one, as a file");
                return false;
            }
            return wpaDetails();
        }

        private boolean eapFields() {
            for (Map.Entry<String, String> field : new TreeMap<>(EAP_TEXT).entrySet()) {
                String value = take(field.getKey());
                if (!value.isEmpty()) {
                    Optional<String> text = text(value);
                    if (text.isEmpty()) {
                        lost(field.getKey(), "not UTF-8 text: a profile cannot hold it");
                        return false;
                    }
                    keyfile.text("802-1x", field.getValue(), text.get());
                }
            }
            for (Map.Entry<String, String> field : new TreeMap<>(EAP_FILE).entrySet()) {
                String value = take(field.getKey());
                String path = SupplicantValue.unquoted(value);
                if (value.isEmpty()) {
                    continue;
                }
                if (!path.startsWith("/")) {
                    lost(field.getKey(), "only a file of its own, by its whole path, can be had");
                    return false;
                }
                boolean plain = field.getKey().matches("ca_path2?|pac_file");
                keyfile.text("802-1x", field.getValue(), (plain ? "" : "file://") + path);
            }
            for (Map.Entry<String, String> field : new TreeMap<>(EAP_LIST).entrySet()) {
                String value = SupplicantValue.unquoted(take(field.getKey()));
                if (!value.isEmpty()) {
                    keyfile.list("802-1x", field.getValue(), List.of(value.split(";")));
                }
            }
            return password();
        }

        private boolean password() {
            String value = take("password");
            if (value.isEmpty()) {
                return true;
            }
            Optional<byte[]> bytes = SupplicantValue.bytes(value);
            if (bytes.isEmpty() || value.indexOf('\ufffd') >= 0) {
                lost(
                        "password",
                        "a profile holds the password itself, not its hash nor a reference to it");
                return false;
            }
            Optional<String> text = Ssid.of(bytes.get()).text();
            if (text.isPresent()) {
                keyfile.text("802-1x", "password", text.get());
            } else {
                keyfile.bytes("802-1x", "password-raw", bytes.get());
            }
            return true;
        }

        private void phase1() {
            for (String word : SupplicantValue.unquoted(take("phase1")).strip().split("\\s+")) {
                if (word.matches("peapver=[01]")) {
                    keyfile.set("802-1x", "phase1-peapver", word.substring(8));
                } else if (word.matches("peaplabel=[01]")) {
                    keyfile.set("802-1x", "phase1-peaplabel", word.substring(10));
                } else if (word.matches("fast_provisioning=[0-3]")) {
                    keyfile.set("802-1x", "phase1-fast-provisioning", word.substring(18));
                } else if (!word.isEmpty()) {
                    lost("phase1", "NetworkManager does not know " + word);
                }
            }
        }

        private void phase2(List<String> methods) {
            String inner = "";
            for (String word : SupplicantValue.unquoted(take("phase2")).strip().split("\\s+")) {
                String value = word.substring(word.indexOf('=') + 1).toLowerCase(Locale.ROOT);
                boolean outer = word.startsWith("auth=") && PHASE2.contains(value);
                if (!outer && !(word.startsWith("autheap=") && PHASE2_EAP.contains(value))) {
                    if (!word.isEmpty()) {
                        lost("phase2", "NetworkManager does not know " + word);
                    }
                } else if (!inner.isEmpty()) {
                    lost("phase2", "a profile has one inner method; " + inner + " is taken");
                } else {
                    inner = word;
                    keyfile.set("802-1x", outer ? "phase2-auth" : "phase2-autheap", value);
                }
            }
            if (inner.isEmpty() && methods.stream().anyMatch(m -> m.matches("peap|ttls|fast"))) {
                keyfile.set("802-1x", "phase2-auth", "mschapv2");
                losses.told(
                        "wifi-phase2-" + ssid,
                        conf.file(),
                        network.line(),
                        "network " + ssid,
                        "has no inner method; a profile needs one and gets MSCHAPv2");
            }
        }
    }
}
