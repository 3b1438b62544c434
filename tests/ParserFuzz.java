package netfix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Damaged texts for every parser: torn, swapped, doubled and random parts of what was really seen.
 * A parser may say that it cannot tell; it may not trip, hang, or take {@link BadInput} for
 * anything but what it is for.
 */
public final class ParserFuzz {

    /** One text; a parser that needs longer for some 10 kB hangs where there are 4 MB. */
    private static final long LONGEST_NANOS = 5_000_000_000L;

    /** What a mutation inserts: what the formats have for signs, and what nobody expects. */
    private static final List<String> ODD =
            List.of(
                    "9223372036854775807",
                    "+1000000000-12-31T23:59:59Z",
                    "\n",
                    "\r\n",
                    "\u0000",
                    "\\",
                    "\\\\",
                    "\"",
                    "'",
                    ":",
                    "=",
                    "[",
                    "]",
                    "{",
                    "}",
                    ",",
                    "-1",
                    "99999999999999999999",
                    "\ud800",
                    "\ufffe",
                    "\u202e",
                    " ",
                    "\t",
                    "[]",
                    "{}",
                    "null",
                    "true",
                    "1e999",
                    "Deleted ",
                    "::",
                    "/",
                    "../",
                    "%s",
                    "$1",
                    "((((((((((",
                    "é",
                    "\ud83d\ude00",
                    "audit: op=\"",
                    "psk=",
                    "ssid=");

    private record Parser(String name, List<String> seen, Consumer<String> reads) {}

    private final List<Parser> parsers = new ArrayList<>();
    private final Random random;

    public ParserFuzz(long seed) {
        random = new Random(seed);
        List<Capture> captures =
                Captures.names().stream().map(n -> CaptureFile.load(Captures.file(n))).toList();
        Map<String, List<String>> commands = new LinkedHashMap<>();
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (Capture capture : captures) {
            capture.commands.forEach(
                    (argv, result) -> add(commands, Command.shown(argv), result.stdout()));
            capture.texts.forEach(
                    (path, text) -> add(files, path.replaceFirst("[^/]*$", ""), text.orElse("")));
        }
        Snapshot empty = Look.at(Texts.live().output(IpAddress.COMMAND, "[]"), Progress.silent());
        of(commands, IpAddress.COMMAND, IpAddress::parse);
        of(commands, Route.COMMAND, text -> Route.parse(text, false));
        of(commands, Route.COMMAND6, text -> Route.parse(text, true));
        of(commands, Neighbour.COMMAND, Neighbour::parse);
        of(commands, Nmcli.GENERAL, Nmcli::general);
        of(commands, Nmcli.DEVICES, Nmcli::devices);
        of(commands, Nmcli.CONNECTIONS, Nmcli::connections);
        of(commands, Nmcli.WIFI_LIST, Nmcli::wifiList);
        of(commands, Rfkill.COMMAND, Rfkill::parse);
        of(commands, Iw.COMMAND, Iw::networks);
        of(commands, Processes.COMMAND, Processes::parse);
        of(
                commands,
                Journal.THIS_BOOT,
                text -> new Journal(Journal.parse(text), Reading.known(1), "", "").audits());
        some("findmnt", List.of("/ ext4 rw,noatime,data=ordered 25769803776\n"), Mount::parse);
        some("systemctl show", like(commands, "systemctl show"), Unit::parse);
        some("dhcpcd -U", like(commands, "dhcpcd"), Dhcpcd.Lease::parse);
        List<String> profiles = like(files, "/etc/NetworkManager/system-connections/");
        some("a profile", profiles, text -> Profile.parse("/p", text, Optional.empty()));
        some("an ini file", profiles, text -> IniFile.parse("/p", text));
        some("a keyfile", profiles, text -> Keyfile.parse("/p", text));
        List<String> etc = new ArrayList<>(like(files, "/etc/"));
        some("dhcpcd.conf", etc, text -> DhcpcdConf.parse("/etc/dhcpcd.conf", text));
        some("wpa_supplicant.conf", SUPPLICANT, WpaSupplicantConf::enabledNetworks);
        String nm = "/etc/NetworkManager/NetworkManager.conf";
        some("NetworkManager.conf", etc, text -> NmConfig.read(Texts.card().file(nm, text)));
        some(
                "/etc/network/interfaces",
                etc,
                text -> Interfaces.read(Texts.card().file("/etc/network/interfaces", text)));
        some(
                "netplan",
                NETPLAN,
                text -> Netplan.read(Texts.card().file("/etc/netplan/50-x.yaml", text)));
        some("a secret", etc, Redaction::of);
        some("a journal's secret", like(commands, "journalctl"), Redaction::ofJsonLines);
        some("a name", etc, text -> names(text));
        some("a page", etc, HtmlReport::text);
        some("ip monitor", KERNEL, text -> lines(text, new KernelEvents(empty)::event));
        some("nmcli monitor", KERNEL, text -> lines(text, DaemonEvents::networkManager));
        some("rfkill event", KERNEL, text -> lines(text, DaemonEvents::radio));
        some(
                "journalctl -f",
                like(commands, "journalctl"),
                text -> lines(text, new DaemonEvents(pid -> "")::journal));
        Capture watch = WatchedPi.scanned().bundle();
        Map<String, byte[]> bundle = CaptureFormat.encode(watch);
        for (String index : List.of("capture.json", "watch.json", "baseline/capture.json")) {
            some(
                    index,
                    List.of(new String(bundle.get(index), StandardCharsets.UTF_8)),
                    text -> bundle(bundle, index, text));
        }
        Watch.Observed seen = WatchedPi.scanned().observed();
        some(
                "what a watch saw",
                List.of(Json.pretty(WatchFormat.write(seen))),
                text -> watch(seen, text));
    }

    private static final List<String> KERNEL =
            Checkout.read(java.nio.file.Path.of("tests/streams/ip-monitor.txt")).lines().toList();

    private static final List<String> SUPPLICANT =
            List.of(
                    "country=AT\nctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev\n"
                            + "network={\n\tssid=\"My Home Net\"\n\tpsk=\"secret word\"\n"
                            + "\tkey_mgmt=WPA-PSK SAE\n\tdisabled=1\n}\nnetwork={\n"
                            + "\tssid=P\"a\\x00b\\n\"\n\tscan_ssid=1\n\tpriority=5\n}\n");

    private static final List<String> NETPLAN =
            List.of(
                    "network:\n  version: 2\n  renderer: NetworkManager\n  wifis:\n    wlan0:\n"
                            + "      dhcp4: true\n      access-points:\n        \"My Home Net\":\n"
                            + "          password: \"secret word\"\n  ethernets:\n    eth0:\n"
                            + "      match: {macaddress: \"dc:a6:32:01:02:03\"}\n      addresses:"
                            + " [10.0.0.2/24]\n");

    private static void names(String text) {
        Pseudonyms names = new Pseudonyms("x");
        names.learn(text);
        names.of(text);
    }

    private static void lines(
            String text, java.util.function.BiFunction<Long, String, Optional<WatchEvent>> reader) {
        for (String line : text.split("\n")) {
            reader.apply(0L, line).ifPresent(WatchEvent::shown);
        }
    }

    /** Both looks are taken again, which takes longer than all that was read before. */
    private static final int ONE_IN = 8;

    private int bundles;

    /** Damage in a bundle is somebody else's fault, and said in one line. */
    private void bundle(Map<String, byte[]> whole, String index, String text) {
        Map<String, byte[]> files = new TreeMap<>(whole);
        files.put(index, text.getBytes(StandardCharsets.UTF_8));
        refusing(
                () -> {
                    Capture capture = CaptureFormat.decode(files, "pi.tar.gz");
                    if (bundles++ % ONE_IN == 0) {
                        new ReplayedMachine(capture, "pi.tar.gz")
                                .watched()
                                .ifPresent(ParserFuzz::report);
                    }
                });
    }

    private static void watch(Watch.Observed seen, String text) {
        refusing(
                () ->
                        report(
                                WatchFormat.read(
                                        WatchFormat.checked(
                                                text.getBytes(StandardCharsets.UTF_8), "pi.tar.gz"),
                                        seen.before(),
                                        seen.after(),
                                        "pi.tar.gz")));
    }

    private static void report(Watch.Observed seen) {
        Aftermath aftermath = Aftermath.of(seen);
        WatchReport.of(aftermath, new Terminal(false));
        WatchReport.json(aftermath);
        HtmlReport.of(aftermath);
        WatchLogs.of(aftermath);
    }

    private static void refusing(Runnable reads) {
        try {
            reads.run();
        } catch (BadInput e) {
            if (!e.getMessage().startsWith("pi.tar.gz")) {
                throw new IllegalStateException("does not say where: " + e.getMessage());
            }
        }
    }

    private static void add(Map<String, List<String>> to, String name, String text) {
        if (!text.isBlank()) {
            to.computeIfAbsent(name, n -> new ArrayList<>()).add(text);
        }
    }

    private static List<String> like(Map<String, List<String>> all, String start) {
        List<String> some = new ArrayList<>();
        all.forEach(
                (name, texts) -> {
                    if (name.startsWith(start)) {
                        some.addAll(texts);
                    }
                });
        return some;
    }

    private void of(Map<String, List<String>> commands, Command command, Consumer<String> reads) {
        some(command.shown(), like(commands, command.shown()), reads);
    }

    private void some(String name, List<String> seen, Consumer<String> reads) {
        List<String> texts = seen.isEmpty() ? List.of("a=b\n") : seen;
        parsers.add(new Parser(name, texts, reads));
    }

    /** How many texts each parser was given. */
    public int parsers() {
        return parsers.size();
    }

    /**
     * Gives every parser so many texts.
     *
     * @return what tripped or hung, with the text; empty where nothing did
     */
    public List<String> run(int each) {
        List<String> faults = new ArrayList<>();
        for (Parser parser : parsers) {
            for (int i = 0; i < each && faults.size() < 20; i++) {
                String text = damaged(parser.seen());
                long began = System.nanoTime();
                try {
                    parser.reads().accept(text);
                } catch (RuntimeException | StackOverflowError e) {
                    faults.add(parser.name() + ": " + e + " at " + first(e) + ": " + shown(text));
                }
                if (System.nanoTime() - began > LONGEST_NANOS) {
                    faults.add(parser.name() + ": took too long: " + shown(text));
                }
            }
        }
        return faults;
    }

    private static String first(Throwable e) {
        return e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0].toString();
    }

    private static String shown(String text) {
        return Terminal.safe(text.substring(0, Math.min(400, text.length())));
    }

    /** A part of what was seen, of a length that keeps the run short, damaged up to five times. */
    private String damaged(List<String> seen) {
        StringBuilder text = new StringBuilder(part(seen, 4000));
        for (int i = random.nextInt(6); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = at + random.nextInt(Math.min(40, text.length() - at) + 1);
            switch (random.nextInt(7)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, ODD.get(random.nextInt(ODD.size())));
                case 2 -> text.replace(at, end, ODD.get(random.nextInt(ODD.size())));
                case 3 -> text.insert(at, part(seen, 200));
                case 4 -> text.insert(at, text.substring(at, end));
                case 5 -> text.setLength(at);
                default -> text.insert(at, (char) random.nextInt(0x10000));
            }
        }
        return text.toString();
    }

    private String part(List<String> seen, int most) {
        String one = seen.get(random.nextInt(seen.size()));
        if (one.length() <= most) {
            return one;
        }
        int from = random.nextInt(4) == 0 ? random.nextInt(one.length() - most) : 0;
        return one.substring(from, from + most);
    }
}
