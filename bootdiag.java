///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -XDstringConcat=inline
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData
//JAVA_OPTIONS -Xlog:disable
//FILES bootdiag.java

// netfix bootdiag: records what the network does at a boot, on the boot partition, where any
// computer can read it when the Pi itself cannot be reached any more. It repairs nothing.
//
//   sudo ./jbang bootdiag install     at every boot from now on (uninstall takes it away)
//   sudo ./jbang bootdiag             this boot only
//   ./jbang bootdiag read DIR         on the computer with the card: DIR is its boot partition
//   java bootdiag.java ...            the same from a copy of this one file, wherever it lies
//
// It writes to network-failure-log.txt, diagnostic-status.txt and network-failure-captures/.
//
// One file, and nothing but the JDK, because it has to work copied alone to a boot partition: it
// shares no code with lib. What it can name by itself are the causes in class Causes; a test holds
// them against lib's table of findings, and the list of what is looked at against what lib asks.
// What it keeps is a capture as `diagnose` reads one; `read` hands that to `diagnose --from`, a
// start of its own, so that the whole table is applied where netfix is at hand.

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;

import javax.tools.ToolProvider;

/** The verbs. */
public class bootdiag {

    private static final String USAGE =
            """
            Example: bootdiag read /media/$USER/bootfs

            Usage: bootdiag [--boot DIR]  record this boot (in DIR)
                   bootdiag install       record every boot from now on
                   bootdiag uninstall     no longer record them
                   bootdiag read DIR      read the boot partition mounted at DIR
                   bootdiag launcher      print the script for /etc/init.d
                   bootdiag --help, --version

            A record lies on the boot partition, unless DIR is given.
            Exit status: 0 done or reachable, 1 read: problems found,
            2 wrong usage or input, 3 could not tell or not allowed (try sudo).
            """;

    /** The one that ./jbang is pinned to; a test compares. */
    static final String JBANG = "0.132.1";

    private static final String RESCUE_LOG = "netfix-rescue-log.txt";
    private static final String RESCUE_LOG_BEFORE = "netfix-rescue-log-before.txt";
    private static final int MOST_OF_A_RESCUE = 200_000;
    private static final String LOST = "NOT REACHABLE";

    /** A mistake of the caller's: one line, and the exit status 2; 3 where it is a permission. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final int exit;

        Refused(String message, int exit) {
            super(message);
            this.exit = exit;
        }
    }

    private bootdiag() {}

    public static void main(String... args) {
        System.exit(run(System.out, System.err, args));
    }

    /** The exit status. */
    static int run(PrintStream out, PrintStream err, String... args) {
        try {
            return call(List.of(args), out, err);
        } catch (Refused e) {
            err.println(name() + ": " + Plain.text(e.getMessage()));
            return e.exit;
        } catch (IOException e) {
            err.println(name() + ": " + Plain.text(reason(e)));
            return 3;
        }
    }

    /** What was typed, where that was boot-diagnostic.sh. */
    private static String name() {
        return name(System.getenv());
    }

    private static String name(Map<String, String> environment) {
        return environment.getOrDefault("NETFIX_COMMAND", "bootdiag");
    }

    static String usage(Map<String, String> environment) {
        return USAGE.replace("Example: bootdiag", "Example: " + typed(environment))
                .replace("bootdiag ", name(environment) + " ");
    }

    /** What starts this file as this run was started. */
    static String typed(Map<String, String> environment) {
        String launcher = environment.getOrDefault("JBANG_LAUNCH_CMD", "");
        return environment.containsKey("NETFIX_COMMAND")
                ? environment.get("NETFIX_COMMAND")
                : launcher.isBlank()
                        ? "java bootdiag.java"
                        : word(Path.of(launcher)) + " bootdiag@netfix";
    }

    private static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException denied) {
            return denied.getFile() + ": not allowed; use sudo";
        }
        return e instanceof NoSuchFileException none
                ? none.getFile() + ": no such file or folder"
                : String.valueOf(e.getMessage());
    }

    private static int call(List<String> args, PrintStream out, PrintStream err)
            throws Refused, IOException {
        String verb = args.isEmpty() || args.get(0).startsWith("--") ? "" : args.get(0);
        if (args.contains("--help") || args.contains("-h")) {
            out.print(usage(System.getenv()));
            return 0;
        }
        if (args.contains("--version")) {
            version().forEach(out::println);
            return 0;
        }
        switch (verb) {
            case "", "run":
                return record(args.subList(verb.isEmpty() ? 0 : 1, args.size()), err);
            case "install":
                wanted(args, 1);
                asRoot("installing");
                new Places(out).install();
                return 0;
            case "uninstall":
                wanted(args, 1);
                asRoot("uninstalling");
                new Places(out).uninstall();
                return 0;
            case "launcher":
                wanted(args, 1);
                out.print(Places.LAUNCHER);
                return 0;
            case "read":
                if (args.size() != 2) {
                    throw new Refused("read wants the folder where the boot partition is", 2);
                }
                return read(Path.of(args.get(1)), Beside.diagnose(), out);
            default:
                throw new Refused("there is no verb " + verb + "; see " + name() + " --help", 2);
        }
    }

    /** What a report of a fault has to say, as netfix's other scripts say it. */
    static List<String> version() {
        String os = "";
        try (Stream<String> lines = Files.lines(Path.of("/etc/os-release"))) {
            os =
                    lines.filter(line -> line.startsWith("PRETTY_NAME="))
                            .map(line -> line.substring(12).replace("\"", "") + ", ")
                            .findFirst()
                            .orElse("");
        } catch (IOException e) {
            os = "";
        }
        return List.of(
                "netfix 0.1.0 (bootdiag.java, which may be a copy)",
                "JBang " + JBANG + " or newer, or none",
                "Java "
                        + System.getProperty("java.version")
                        + ", "
                        + System.getProperty("java.vendor"),
                os
                        + System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"));
    }

    private static void wanted(List<String> args, int number) throws Refused {
        if (args.size() > number) {
            throw new Refused(
                    args.get(number) + " is one word too many; see " + name() + " --help", 2);
        }
    }

    private static void asRoot(String what) throws Refused {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new Refused(what + " is for the Pi; here it can only read DIR", 2);
        }
        if (!Sight.isRoot()) {
            throw new Refused(what + " changes files of root's; use sudo", 3);
        }
    }

    private static int record(List<String> args, PrintStream err) throws Refused, IOException {
        Optional<Path> folder = Optional.empty();
        if (!args.isEmpty()) {
            if (!args.get(0).equals("--boot") || args.size() != 2) {
                throw new Refused(args.get(0) + ": unknown; see " + name() + " --help", 2);
            }
            folder = Optional.of(Path.of(args.get(1)));
            if (!Files.isDirectory(folder.get())) {
                throw new Refused("--boot " + folder.get() + ": no such folder", 2);
            }
        }
        asRoot("recording a boot");
        Path lock = Path.of("/run/netfix-bootdiag.lock");
        try (FileChannel channel =
                FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                err.println(name() + ": this boot is being recorded already");
                return 0;
            }
            Shelf shelf = folder.isPresent() ? new Shelf(folder.get()) : Shelf.ofThisPi();
            return new Recorder(shelf, new Air(), Recorder.Limits.USUAL, err).run() ? 0 : 1;
        }
    }

    /**
     * @param diagnose the words that start it, empty where it is not at hand
     */
    static int read(Path folder, Optional<List<String>> diagnose, PrintStream out)
            throws Refused, IOException {
        if (!Files.isDirectory(folder)) {
            throw new Refused(folder + ": no such folder; give the mounted boot partition", 2);
        }
        Optional<Path> root = rootBeside(folder);
        Recorded here = Recorded.in(folder);
        Optional<Recorded> there =
                root.isPresent()
                        ? Optional.of(Recorded.in(root.get().resolve("var/log")))
                        : Optional.empty();
        String rescue = rescueLog(folder);
        if (here.isEmpty() && root.isEmpty() && rescue.isEmpty()) {
            throw new Refused(
                    folder
                            + " holds neither "
                            + Shelf.LOG
                            + " nor "
                            + Shelf.STATUS
                            + (Files.exists(folder.resolve("cmdline.txt"))
                                    ? ": bootdiag was not installed on this Pi, or could not write"
                                            + " here and wrote to /var/log of the root partition;"
                                            + " ./jbang fix sdcard "
                                            + word(folder)
                                            + " --diagnose-only (in a checkout of netfix) records"
                                            + " its next boot"
                                    : ": it is no boot partition of a Pi")
                            + leftRescue(folder).map(warning -> ". " + warning).orElse(""),
                    2);
        }
        Recorded record = there.filter(other -> other.isNewerThan(here)).orElse(here);
        if (record.isEmpty()) {
            out.println(
                    Plain.text(
                            "No boot is recorded here"
                                    + root.map(path -> " or beside it, in " + path).orElse("")
                                    + "."));
        } else if (record != here) {
            out.println(
                    Plain.text(
                            "This is from "
                                    + record.folder()
                                    + (here.isEmpty()
                                            ? ": here there is none."
                                            : ", which is newer than what lies here.")));
        }
        leftRescue(folder).ifPresent(warning -> out.println(Plain.text(warning)));
        Plain.print(out, record.status().getBytes(Plain.ASCII));
        record.newest().ifPresent(text -> Plain.print(out, ("\n" + text).getBytes(Plain.ASCII)));
        if (!rescue.isEmpty()) {
            out.println("\n=== " + rescueLogIn(folder).getFileName() + ", " + whose(folder) + "\n");
            Plain.print(out, rescue.getBytes(Plain.ASCII));
        }
        int exit = analysed(record, root, diagnose, out);
        boolean lost = record.isEmpty() && rescue.lines().findFirst().orElse("").contains(LOST);
        exit = lost ? 1 : exit;
        // A rescue's verdict that is all there is names its own next step.
        boolean told = record.isEmpty() && root.isEmpty() && !lost;
        if (exit != 0 && !told) {
            out.println(
                    "\nNext: ./jbang fix sdcard "
                            + word(folder)
                            + " (in a checkout of netfix) puts a repair on this card, which the Pi"
                            + " does at its next boot"
                            + root.map(path -> "; sudo ./jbang fix --root " + word(path))
                                    .map(line -> line + " does it here")
                                    .orElse("")
                            + ".");
        }
        return exit;
    }

    /**
     * Hands on what there is for netfix's table.
     *
     * @return the exit status of what was recorded; the analysis decides where that could not tell,
     *     or where all was well then and the root partition says what comes
     */
    private static int analysed(
            Recorded record,
            Optional<Path> root,
            Optional<List<String>> diagnose,
            PrintStream out) {
        int exit = record.exit();
        List<String> boots = record.boots();
        Optional<Path> capture =
                record.newest().flatMap(text -> Shelf.captureOf(record.folder(), text, out));
        boolean earlier = false;
        int next = record.newest().isPresent() ? 1 : 0;
        for (int i = next; capture.isEmpty() && exit != 0 && i < boots.size(); i++) {
            capture = Shelf.captureOf(record.folder(), boots.get(i), out);
            earlier = capture.isPresent();
        }
        if (capture.isEmpty() && root.isEmpty()) {
            return exit;
        }
        if (diagnose.isEmpty()) {
            out.println(
                    "\nFor the whole analysis, in a checkout of netfix: ./jbang diagnose "
                            + capture.map(file -> "--from " + word(file))
                                    .orElseGet(() -> "--root " + word(root.get())));
            return exit;
        }
        if (capture.isPresent()) {
            out.println(
                    "\n=== diagnose --from "
                            + capture.get()
                            + (earlier ? ", OF AN EARLIER BOOT: the last one left none" : "")
                            + "\n");
            int there = Beside.start(out, diagnose.get(), "--from", capture.get().toString());
            exit = earlier || exit == 0 ? exit : worse(exit, there);
        }
        if (root.isPresent()) {
            out.println("\n=== diagnose --root " + root.get() + "\n");
            int there = Beside.start(out, diagnose.get(), "--root", root.get().toString());
            exit = worse(exit, there);
        }
        return exit;
    }

    /** 1 beats 0, 0 beats 3; any other status says nothing of a network. */
    static int worse(int recorded, int analysed) {
        boolean told = analysed == 0 || analysed == 1;
        return told && recorded != 1 ? Math.max(analysed, recorded == 3 ? 0 : recorded) : recorded;
    }

    /** A path as sh would have to be given it. */
    private static String word(Path path) {
        String text = Plain.text(path.toString());
        return text.matches("[A-Za-z0-9_@%+=:,./\\\\-]+")
                ? text
                : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The last one's, else what `fix sdcard` has set aside since. */
    private static Path rescueLogIn(Path folder) {
        Path log = folder.resolve(RESCUE_LOG);
        return Files.exists(log) ? log : folder.resolve(RESCUE_LOG_BEFORE);
    }

    private static String whose(Path folder) throws IOException {
        return rescueWaits(folder)
                ? "by a rescue before the one that waits"
                : Files.exists(folder.resolve(RESCUE_LOG))
                        ? "by the last rescue from this card"
                        : "by a rescue before the last one, which left none";
    }

    /** What lib/rescue.sh has left here, --diagnose-only too; empty where it did not run. */
    private static String rescueLog(Path folder) throws IOException {
        Path log = rescueLogIn(folder);
        if (!Files.exists(log)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(log)) {
            return new String(in.readNBytes(MOST_OF_A_RESCUE), Plain.ASCII);
        }
    }

    private static boolean rescueWaits(Path folder) throws IOException {
        Path cmdline = folder.resolve("cmdline.txt");
        return Files.exists(cmdline)
                && new String(Files.readAllBytes(cmdline), StandardCharsets.ISO_8859_1)
                        .contains("netfix-rescue.sh");
    }

    /** What of a rescue is on the card that has not run, or not to its end. */
    static Optional<String> leftRescue(Path folder) throws IOException {
        boolean waits = rescueWaits(folder);
        if (!Files.exists(folder.resolve("netfix-rescue.key"))) {
            return waits
                    ? Optional.of(
                            "A rescue waits in cmdline.txt for the Pi's next boot, or did not run"
                                    + " at the last one. ./jbang fix sdcard "
                                    + word(folder)
                                    + " --undo takes it off.")
                    : Optional.empty();
        }
        return Optional.of(
                "WARNING: netfix-rescue.key, with the key of a Wi-Fi network, lies on this card"
                        + (waits
                                ? ", for the Pi's next boot; where that boot has been, the rescue"
                                        + " did not run"
                                : ": a rescue was cut off")
                        + ". ./jbang fix sdcard "
                        + word(folder)
                        + " --undo deletes it.");
    }

    /**
     * What one folder tells.
     *
     * @param boots the log's sections, the newest first
     */
    record Recorded(Path folder, String status, List<String> boots) {

        private static final Pattern CLOCK =
                Pattern.compile(
                        "The Pi's clock then: (\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}) UTC");

        static Recorded in(Path folder) throws IOException {
            return new Recorded(
                    folder,
                    text(folder.resolve(Shelf.STATUS)),
                    Boot.sections(text(folder.resolve(Shelf.LOG))));
        }

        private static String text(Path file) throws IOException {
            return Files.exists(file) ? new String(Files.readAllBytes(file), Plain.ASCII) : "";
        }

        boolean isEmpty() {
            return status.isEmpty() && boots.isEmpty();
        }

        /**
         * Where a newer one could be kept as text only, or elsewhere only, or where no Java ran the
         * recorder, it is not the log's.
         */
        Optional<String> newest() {
            return status.contains(Shelf.ELSEWHERE_NOTE) || status.contains(Shelf.BY_HAND_NOTE)
                    ? Optional.empty()
                    : boots.stream().findFirst();
        }

        /** By the Pi's own clock, the only one that has written both. */
        boolean isNewerThan(Recorded other) {
            if (isEmpty() || other.isEmpty()) {
                return other.isEmpty() && !isEmpty();
            }
            return other.status.contains(Shelf.ELSEWHERE_NOTE)
                    || clock().compareTo(other.clock()) > 0;
        }

        private String clock() {
            Matcher clock = CLOCK.matcher(newest().orElse(status));
            return clock.find() ? clock.group(1) : "";
        }

        /** 0 reachable, 1 not, 3 where it does not say. */
        int exit() {
            String verdict = newest().orElse(status);
            return verdict.contains("VERDICT: REACHABLE")
                    ? 0
                    : verdict.contains("VERDICT: NOT REACHABLE") ? 1 : 3;
        }
    }

    /** macOS and a desktop's Linux mount both partitions of a card side by side. */
    private static Optional<Path> rootBeside(Path folder) {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        return Stream.of("rootfs", "writable")
                .map(name -> parent == null ? folder : parent.resolve(name))
                .filter(path -> Files.isDirectory(path.resolve("etc/systemd")))
                .findFirst();
    }

    /** netfix's other scripts, where this one was started from among them. */
    static final class Beside {

        private Beside() {}

        /**
         * The words that start diagnose: with the launcher by which this was started, if by one.
         */
        static Optional<List<String>> diagnose() {
            String launcher = System.getenv("JBANG_LAUNCH_CMD");
            Optional<Path> source = Places.source();
            if (source.isPresent()) {
                Path folder = source.get().toAbsolutePath().getParent();
                if (Files.exists(folder.resolve("diagnose.java"))
                        && Files.isExecutable(folder.resolve("jbang"))) {
                    return Optional.of(List.of(folder.resolve("jbang").toString(), "diagnose"));
                }
            }
            return launcher == null || launcher.isBlank()
                    ? Optional.empty()
                    : Optional.of(List.of(launcher, "diagnose@netfix"));
        }

        /** Its exit status; 127 where it cannot be started. */
        static int start(PrintStream out, List<String> command, String... more) {
            List<String> argv = new ArrayList<>(command);
            argv.addAll(List.of(more));
            try {
                out.flush();
                ProcessBuilder diagnose = new ProcessBuilder(argv).inheritIO();
                diagnose.environment().remove("NETFIX_COMMAND");
                return diagnose.start().waitFor();
            } catch (IOException e) {
                // On Windows jbang is no program; what was recorded is told all the same.
                out.println(Plain.text("It could not be started: " + e.getMessage()));
                return 127;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 130;
            }
        }
    }

    /** ASCII with CR LF: readable in any editor, whatever an SSID holds. */
    static final class Plain {

        static final java.nio.charset.Charset ASCII = StandardCharsets.US_ASCII;

        private Plain() {}

        /** Everything else as its code; a line break is a blank. */
        static String text(String any) {
            StringBuilder out = new StringBuilder();
            any.replaceAll("[\\r\\n\\t]+", " ")
                    .codePoints()
                    .forEach(
                            c -> {
                                if (c >= ' ' && c < 127) {
                                    out.append((char) c);
                                } else {
                                    out.append(String.format("\\x%02x", c));
                                }
                            });
            return out.toString();
        }

        static byte[] bytes(List<String> lines) {
            StringBuilder out = new StringBuilder();
            lines.forEach(line -> out.append(text(line)).append("\r\n"));
            return out.toString().getBytes(ASCII);
        }

        /** What lies on a card may have been edited: no control character reaches a terminal. */
        static void print(PrintStream out, byte[] content) {
            new String(content, ASCII)
                    .replace("\r\n", "\n")
                    .replace('\r', '\n')
                    .lines()
                    .forEach(line -> out.println(text(line)));
        }
    }

    /**
     * Takes secrets out of text, by the same rules as lib/Redaction.java: keys of configuration
     * files, arguments of nmcli and wpa_cli, and btwifiset's wordings, which writes passwords to
     * the journal.
     */
    static final class Secrets {

        static final String MARK = "(redacted)";

        private static final String KEYS =
                "psk|sae_password|sae-password|password|password-raw|passphrase|wep[-_]key[0-3]|leap-password|private[-_]key[-_]password"
                    + "|private[-_]key2?[-_]passwd|phase2-private-key-password|ca-cert-password|client-cert-password|pin|crypto"
                    + "|secret|[a-z0-9_-]{1,40}[-_\\h](?:pass|passwd|password|passphrase|secret|pin|psk)|wpa_psk|privatekey|presharedkey|private|shared|key|mka[-_]cak|wpa-psk|wpa-passphrase|wpa-password|wireless-key|preshared-key|private-key"
                    + "|milenage|dpp_netaccesskey|ext_password_backend|wps_priv_key";

        private static final String DOUBLE_QUOTED = "\"(?:[^\"\\\\\\n]|\\\\.)*+\"";

        /** A key in braces, and a value of which it is certain where it ends. */
        private static final String IN_BRACES =
                "(?im)([{,]\\h*+([\"']?)(?:"
                        + KEYS
                        + ")\\2\\h*+:\\h*+)(?:("
                        + DOUBLE_QUOTED
                        + "|'(?:[^'\\n]|'')*+'|-?[0-9]++|true|false|null";

        private static final String OR_ALL = ")(?=\\h*+(?:[,}\\]]|$))|(?=[^\\s{\\[]).+$)";

        private static final Pattern FLOW = Pattern.compile(IN_BRACES + OR_ALL);

        /** In YAML a word in braces holds no comma and no brace. */
        private static final Pattern YAML_FLOW =
                Pattern.compile(IN_BRACES + "|[^\\s,{}\\[\\]\"'][^,{}\\[\\]\\n]*+" + OR_ALL);

        private static final List<Pattern> TO_THE_END =
                List.of(
                        Pattern.compile(
                                "(?im)^(\\h*+#?\\h*+(?:wpa[-_](?!ssid\\h)(?:"
                                        + KEYS
                                        + ")|wireless-(?:key|enc)\\S*|authtoken)\\h++)(.+)$"),
                        Pattern.compile(
                                "(?i)(\\biw(?:config)?\\h[^\\n"
                                        + "]{0,200}?\\h(?:keys?|enc(?:ryption)?)\\h++)(.+)"),
                        Pattern.compile("(?s)(\\x1e)(.+)$"));

        private static final Pattern SETTING =
                Pattern.compile(
                        "(?im)^(\\h*+[#;]?\\h*+(?:-\\h++)?[\"']?(?:[a-z0-9-]+\\.)?(?:"
                                + KEYS
                                + ")[\"']?\\h*+[=:]\\h*+)(?:(?:"
                                + DOUBLE_QUOTED
                                + "|\\(redacted\\))(?=\\h*+[,}\\]]++\\h*+$)|\\S.*?(?=,?$))");

        /** PEM (RFC 7468), and wpa_supplicant.conf's blobs. */
        private static final Pattern MATERIAL =
                Pattern.compile(
                        "(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\\bblob-base64-[^={}\\n"
                                + "]{0,80}=\\{)(?:(?<=-)[^-]*+|(?<=\\{)[^}]*+)");

        private static final Pattern BLOCK =
                Pattern.compile(
                        "(?im)^((?:.*[{,])?\\h*+(?:-\\h++)?[\"']?(?:"
                                + KEYS
                                + ")[\"']?\\h*+:\\h*+(?:[|>][-+0-9]*+|\"[^\"\\n"
                                + "]*+|'[^'\\n"
                                + "]*+)?\\h*+\\n"
                                + "\\h++)(\\S.*)$");

        private static final Pattern PHONE_LIST =
                Pattern.compile(
                        "((?:registering SSID|SSID/PW:|SSID for connection:)"
                                + " \\[)(?!''|\"\")(?:('[^'\\\\\n"
                                + "]*+'|\"[^\"\\\\\n"
                                + "]*+\"),)?.*");

        private static final List<Pattern> WORDINGS =
                List.of(
                        Pattern.compile(
                                "(?i)((?:with pw: |with password: ?|password: ?|paaword is:"
                                        + " |entered password |adding network password:|psk from"
                                        + " get_psk: |with password:|changing Password for .* to"
                                        + " +|Password (?=.+ has an illegal)))"
                                        + "(?!\\h*+[\"']?\\(redacted\\)[\"']?\\h*+[,}\\]])(.*)"),
                        Pattern.compile(
                                "(?i)(\\b(?:psk|password|passphrase|sae_password|wep_key[0-3]|private_key2?_passwd|wpa_passphrase|wpa_psk|mka_cak|milenage|dpp_netaccesskey|pin|ext_password_backend)=)(\"[^\"\\n"
                                    + "]*+\"?|[^\\s\"]++)"),
                        Pattern.compile(
                                "(?im)((?:^|[\\h\",'\\[])(?:[a-z0-9-]+\\.(?:"
                                        + KEYS
                                        + ")|password|password-raw|passphrase|psk|sae_password|wep_key[0-3]|private_key2?_passwd)"
                                        + "['\"]?,?\\h++)(?!:\\h*+[\"']?\\(redacted\\))(.+)$"),
                        Pattern.compile("(\\bwpa_passphrase['\"]?,?\\h++)(.+)"));

        private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\]++|\\\\.)*+)\"");
        private static final Pattern BYTES = Pattern.compile("\\[(-?\\d+(?:,\\h*-?\\d+)*+)]");

        /** An installer leaves its users' passwords there, in any form: lib has the reason. */
        private static final Pattern OF_CLOUD_INIT =
                Pattern.compile(
                        "(?m)^(?!\\h*(?:network:(?:\\h*\\{\\h*config: disabled\\h*})?|config:"
                                + " disabled)\\h*$).+$");

        private Secrets() {}

        static String out(String text) {
            return out(text, FLOW);
        }

        static String ofFile(String path, String text) {
            if (path.startsWith("/etc/cloud/")) {
                return OF_CLOUD_INIT.matcher(text).replaceAll(MARK);
            }
            return out(text, path.endsWith(".yaml") ? YAML_FLOW : FLOW);
        }

        private static String out(String text, Pattern flow) {
            String t = MATERIAL.matcher(text).replaceAll("$1\n" + MARK + "\n");
            t = flow.matcher(t).replaceAll(Secrets::inBraces);
            t = BLOCK.matcher(t).replaceAll("$1" + MARK);
            t = SETTING.matcher(t).replaceAll("$1" + MARK);
            for (Pattern p : TO_THE_END) {
                t = p.matcher(t).replaceAll("$1" + MARK);
            }
            t =
                    PHONE_LIST
                            .matcher(t)
                            .replaceAll(
                                    m ->
                                            Matcher.quoteReplacement(
                                                    m.group(1)
                                                            + (m.group(2) == null
                                                                    ? ""
                                                                    : m.group(2) + ", ")
                                                            + MARK));
            for (Pattern p : WORDINGS) {
                t = p.matcher(t).replaceAll("$1" + MARK);
            }
            return t;
        }

        private static String inBraces(MatchResult m) {
            String value = m.group(3) == null ? "" : m.group(3);
            boolean quoted = value.startsWith("\"") || value.startsWith("'");
            String quote = quoted ? value.substring(0, 1) : m.group(2);
            return Matcher.quoteReplacement(m.group(1) + quote + MARK + quote);
        }

        /** The same for each string of each line of {@code journalctl -o json}; it stays JSON. */
        static String ofJsonLines(String lines) {
            return lines.lines()
                    .map(
                            line -> {
                                String texts =
                                        BYTES.matcher(line)
                                                .replaceAll(
                                                        m ->
                                                                Matcher.quoteReplacement(
                                                                        Json.quoted(
                                                                                out(
                                                                                        Json.bytes(
                                                                                                m
                                                                                                        .group(
                                                                                                                1))))));
                                return STRING.matcher(texts)
                                        .replaceAll(
                                                m ->
                                                        Matcher.quoteReplacement(
                                                                Json.quoted(
                                                                        out(
                                                                                Json.unquoted(
                                                                                        m.group(
                                                                                                1))))));
                            })
                    .collect(Collectors.joining("\n"));
        }
    }

    /** As much of JSON (RFC 8259) as a capture's index and a journal's line need. */
    static final class Json {

        private static final Pattern FIELD =
                Pattern.compile(
                        "\"([A-Z_]+)\":\\h*(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|(\\[[^\\]]*+]))");

        private Json() {}

        static String quoted(String text) {
            StringBuilder out = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                switch (c) {
                    case '"' -> out.append("\\\"");
                    case '\\' -> out.append("\\\\");
                    case '\n' -> out.append("\\n");
                    default -> {
                        if (c < ' ' || c == 127) {
                            out.append(String.format("\\u%04x", (int) c));
                        } else {
                            out.append(c);
                        }
                    }
                }
            }
            return out.append('"').toString();
        }

        static String unquoted(String inside) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < inside.length(); i++) {
                char c = inside.charAt(i);
                if (c != '\\' || i + 1 >= inside.length()) {
                    out.append(c);
                    continue;
                }
                char escape = inside.charAt(++i);
                switch (escape) {
                    case 'n' -> out.append('\n');
                    case 't' -> out.append('\t');
                    case 'r' -> out.append('\r');
                    case 'b' -> out.append('\b');
                    case 'f' -> out.append('\f');
                    case 'u' -> {
                        if (i + 4 < inside.length()
                                && inside.substring(i + 1, i + 5).matches("[0-9a-fA-F]{4}")) {
                            out.append((char) Integer.parseInt(inside.substring(i + 1, i + 5), 16));
                            i += 4;
                        }
                    }
                    default -> out.append(escape);
                }
            }
            return out.toString();
        }

        /**
         * A message that is no UTF-8, or has control characters, comes as a list of byte values.
         */
        static String bytes(String numbers) {
            String[] parts = numbers.split(",");
            byte[] bytes = new byte[parts.length];
            for (int i = 0; i < parts.length; i++) {
                bytes[i] = (byte) Integer.parseInt(parts[i].strip());
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** The upper-case fields of one line of the journal. */
        static Map<String, String> fields(String line) {
            Map<String, String> fields = new TreeMap<>();
            Matcher m = FIELD.matcher(line);
            while (m.find()) {
                fields.put(m.group(1), m.group(2) != null ? unquoted(m.group(2)) : m.group(3));
            }
            return fields;
        }
    }

    /**
     * What was seen of a Pi in one look: the commands, files and folders that lib/Look.java asks
     * for, so that `diagnose --from` finds an answer to each of its questions.
     */
    static final class Sight {

        /**
         * @param outcome exited, timed_out or no_such_tool, as a capture has it
         */
        record Answer(String outcome, int exit, String out, String err) {}

        /**
         * @param kind file, folder, link or other
         */
        record Stat(String kind, String mode, int uid, int gid, long size, String target) {}

        private static final int MOST_BYTES = 64 << 10;

        /** Everything below these is kept; what is not in the capture was not there. */
        static final List<String> WHOLE =
                List.of(
                        "/etc/NetworkManager/conf.d",
                        "/etc/NetworkManager/system-connections",
                        "/run/NetworkManager/conf.d",
                        "/run/NetworkManager/system-connections",
                        "/usr/lib/NetworkManager/conf.d",
                        "/usr/lib/NetworkManager/system-connections",
                        "/etc/netplan",
                        "/run/netplan",
                        "/lib/netplan",
                        "/etc/cloud/cloud.cfg.d",
                        "/etc/network/interfaces.d",
                        "/run/network",
                        "/etc/systemd/network",
                        "/run/systemd/network",
                        "/usr/local/lib/systemd/network",
                        "/usr/lib/systemd/network",
                        "/lib/systemd/network",
                        "/run/systemd/netif",
                        "/etc/wpa_supplicant",
                        "/lib/dhcpcd",
                        "/usr/lib/dhcpcd",
                        "/usr/libexec/dhcpcd-hooks",
                        "/var/lib/systemd/rfkill",
                        "/etc/hostapd");

        private static final String STARTED = "/etc/systemd/system/multi-user.target.wants";

        /** Of these only the names. */
        static final List<String> NAMES =
                List.of(
                        "/var/lib/dhcpcd",
                        "/var/lib/dhcpcd5",
                        "/lib/systemd/system-generators",
                        "/sys/class/net",
                        "/sys/class/rfkill",
                        "/etc/cloud",
                        STARTED);

        static final List<String> SINGLE =
                List.of(
                        "/etc/NetworkManager/NetworkManager.conf",
                        "/etc/network/interfaces",
                        "/etc/dhcpcd.conf",
                        "/boot/firmware/cmdline.txt",
                        "/boot/cmdline.txt",
                        "/etc/systemd/system/default.target",
                        "/etc/os-release",
                        "/etc/resolv.conf",
                        "/etc/default/hostapd",
                        "/etc/systemd/system/systemd-rfkill.service",
                        "/proc/self/status",
                        "/proc/sys/kernel/hostname",
                        "/proc/sys/kernel/random/boot_id",
                        "/var/lib/NetworkManager/NetworkManager.state",
                        "/var/lib/NetworkManager/no-auto-default.state");

        /** Secrets, of which it is enough that they are there. */
        static final List<String> THERE =
                List.of("/boot/firmware/netfix-rescue.key", "/boot/netfix-rescue.key");

        private static final List<String> OF_A_LINK =
                List.of("carrier", "type", "uevent", "phy80211/name", "operstate");
        private static final List<String> OF_A_SWITCH = List.of("type", "name", "soft", "hard");

        private static final List<String> UNITS =
                List.of(
                        "wpa_supplicant.service",
                        "btwifiset.service",
                        "btwifiset-stable.service",
                        "bluetooth.service",
                        "systemd-resolved.service",
                        "hostapd.service",
                        "dnsmasq.service",
                        "iwd.service",
                        "connman.service",
                        "network-monitor.service",
                        "network-init.service",
                        "NetworkManager.service",
                        "NetworkManager-wait-online.service",
                        "dhcpcd.service",
                        "systemd-networkd.service",
                        "systemd-networkd.socket",
                        "systemd-networkd-wait-online.service",
                        "systemd-network-generator.service",
                        "networking.service",
                        "ifupdown-wait-online.service");

        private static final List<String> JOURNAL =
                List.of(
                        "journalctl",
                        "--no-pager",
                        "-q",
                        "-o",
                        "json",
                        "--output-fields=MESSAGE,_PID,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,PRIORITY");
        private static final List<String> OF_THE_NETWORK =
                List.of(
                        "-u",
                        "NetworkManager.service",
                        "-u",
                        "btwifiset.service",
                        "-u",
                        "btwifiset-stable.service");

        private static final List<String> NEIGHBOURS = List.of("ip", "-j", "neighbour", "show");

        final Instant taken;
        final Map<List<String>, Answer> commands = new LinkedHashMap<>();

        /**
         * Empty where there is no such file; a folder or file that could not be read is in no map.
         */
        final Map<String, Optional<String>> texts = new TreeMap<>();

        final Map<String, Optional<List<String>>> folders = new TreeMap<>();
        final Map<String, Optional<Stat>> stats = new TreeMap<>();
        final Map<String, String> unknown = new TreeMap<>();

        Sight(Instant taken) {
            this.taken = taken;
        }

        /** The questions that need no other's answer; lib asks the same, and a test compares. */
        static List<List<String>> questions(List<String> wifi, List<String> started) {
            List<List<String>> all = new ArrayList<>();
            all.add(List.of("ip", "-j", "address", "show"));
            all.add(List.of("ip", "-j", "route", "show"));
            all.add(List.of("ip", "-6", "-j", "route", "show"));
            List<String> units =
                    new ArrayList<>(
                            List.of(
                                    "systemctl",
                                    "show",
                                    "--no-pager",
                                    "-p",
                                    "Id,Names,LoadState,ActiveState,SubState,Result,UnitFileState,FragmentPath,MainPID",
                                    "--"));
            units.addAll(UNITS);
            for (String name : wifi) {
                units.add("wpa_supplicant@" + name + ".service");
                String other = "wpa_supplicant-nl80211@" + name + ".service";
                if (started.contains(other)) {
                    units.add(other);
                }
                units.add("netplan-wpa-" + name + ".service");
            }
            all.add(units);
            all.add(List.of("nmcli", "-t", "-f", "GENERAL,IP4,IP6,DHCP4", "device", "show"));
            all.add(
                    List.of(
                            "nmcli",
                            "-t",
                            "-f",
                            "UUID,TYPE,AUTOCONNECT,TIMESTAMP,DEVICE,ACTIVE,FILENAME,NAME",
                            "connection",
                            "show"));
            all.add(
                    List.of(
                            "nmcli",
                            "-t",
                            "-f",
                            "RUNNING,VERSION,STATE,CONNECTIVITY,NETWORKING,WIFI-HW,WIFI",
                            "general",
                            "status"));
            all.add(
                    List.of(
                            "nmcli",
                            "-t",
                            "-f",
                            "IN-USE,SIGNAL,SECURITY,BSSID,SSID",
                            "device",
                            "wifi",
                            "list",
                            "--rescan",
                            "no"));
            all.add(journal(List.of("-b", "-n", "1500"), List.of()));
            all.add(
                    journal(
                            List.of("-n", "500"),
                            List.of(
                                    "--grep=in conflict -"
                                        + " delete|op=\"(connection|device|networking|radio)-|Network"
                                        + " Manager is running|registering SSID|Bring WiFi")));
            all.add(List.of("journalctl", "--no-pager", "-q", "--list-boots"));
            all.add(
                    List.of(
                            "ps",
                            "-ww",
                            "-o",
                            "pid=,ppid=,cgroup:300=,args=",
                            "-C",
                            "wpa_supplicant,dhcpcd,dhclient,udhcpc,hostapd,iwd,connmand,NetworkManager,systemd-network,systemd-resolve,dnsmasq"));
            all.add(List.of("iw", "dev"));
            all.add(List.of("rfkill", "-J", "-o", "ID,TYPE,DEVICE,SOFT,HARD"));
            for (String name : wifi) {
                all.add(List.of("iw", "dev", name, "get", "power_save"));
            }
            for (String folder : List.of("/", "/var/log")) {
                all.add(
                        List.of(
                                "findmnt",
                                "-rnb",
                                "-o",
                                "TARGET,FSTYPE,OPTIONS,AVAIL",
                                "--target",
                                folder));
            }
            return all;
        }

        private static List<String> journal(List<String> which, List<String> filter) {
            List<String> argv = new ArrayList<>(JOURNAL);
            argv.addAll(which);
            argv.addAll(OF_THE_NETWORK);
            argv.addAll(filter);
            return argv;
        }

        static boolean isRoot() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
                return lines.anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
            } catch (IOException e) {
                return false;
            }
        }

        /** Looks at this machine; what hangs costs its own time limit, and nothing throws. */
        static Sight take() {
            Sight sight = new Sight(Instant.now());
            SINGLE.forEach(sight::keepFile);
            WHOLE.forEach(folder -> sight.keepTree(folder, 4));
            NAMES.forEach(sight::keepNames);
            THERE.forEach(sight::keepStat);
            List<String> wifi = new ArrayList<>();
            for (String name : sight.names("/sys/class/net")) {
                String folder = "/sys/class/net/" + name;
                sight.keepNames(folder);
                OF_A_LINK.forEach(file -> sight.keepText(folder + "/" + file));
                sight.keepStat(folder + "/device/driver");
                if (sight.names(folder).contains("phy80211")) {
                    wifi.add(name);
                }
            }
            for (String name : sight.names("/sys/class/rfkill")) {
                OF_A_SWITCH.forEach(
                        file -> sight.keepText("/sys/class/rfkill/" + name + "/" + file));
            }
            questions(wifi, sight.names(STARTED)).forEach(sight::ask);
            for (String routes : List.of("ip -j route show", "ip -6 -j route show")) {
                Matcher gateway =
                        Pattern.compile(
                                        "\"dst\":\"default\",\"gateway\":\"([^\"]+)\",\"dev\":\"([^\"]+)\"")
                                .matcher(sight.said(List.of(routes.split(" "))));
                while (gateway.find()) {
                    sight.ask(
                            List.of(
                                    "ping",
                                    routes.contains("-6") ? "-6" : "-4",
                                    "-n",
                                    "-c",
                                    "1",
                                    "-w",
                                    "9",
                                    "-I",
                                    gateway.group(2),
                                    gateway.group(1)));
                }
            }
            // After the pings, which make the kernel ask for the gateway's address.
            sight.ask(NEIGHBOURS);
            return sight;
        }

        private void ask(List<String> argv) {
            commands.put(argv, answer(argv, argv.get(0).equals("journalctl") ? 60 : 20));
        }

        /** Standard output; with LC_ALL=C, and no standard input. */
        private static Answer answer(List<String> argv, int seconds) {
            ProcessBuilder builder = new ProcessBuilder(argv);
            builder.environment().put("LC_ALL", "C");
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.redirectInput(Path.of("/dev/null").toFile());
            try {
                Process process = builder.start();
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                Thread reader =
                        new Thread(
                                () -> {
                                    try (InputStream in = process.getInputStream()) {
                                        out.write(in.readNBytes(4 << 20));
                                    } catch (IOException e) {
                                        // The process was killed; what came before counts.
                                        return;
                                    }
                                });
                reader.setDaemon(true);
                reader.start();
                boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                reader.join(2000);
                String text = out.toString(StandardCharsets.UTF_8);
                text =
                        argv.get(0).equals("journalctl")
                                ? Secrets.ofJsonLines(text)
                                : Secrets.out(text);
                return new Answer(
                        ended ? "exited" : "timed_out", ended ? process.exitValue() : -1, text, "");
            } catch (IOException e) {
                return new Answer("no_such_tool", -1, "", "no " + argv.get(0) + " here");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Answer("timed_out", -1, "", "interrupted");
            }
        }

        private void keepFile(String path) {
            keepText(path);
            keepStat(path);
        }

        private void keepText(String path) {
            Path file = Path.of(path);
            try {
                if (!Files.exists(file)) {
                    texts.put(path, Optional.empty());
                } else if (Files.isRegularFile(file)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        byte[] content = in.readNBytes(MOST_BYTES + 1);
                        if (content.length > MOST_BYTES) {
                            unknown.put(path, "too large for a recording");
                        } else {
                            texts.put(
                                    path,
                                    Optional.of(
                                            Secrets.ofFile(
                                                    path,
                                                    new String(content, StandardCharsets.UTF_8))));
                        }
                    }
                } else {
                    texts.put(path, Optional.empty());
                }
            } catch (IOException e) {
                // A carrier of an interface that is down cannot be read (EINVAL): there is none.
                if (path.startsWith("/sys/")) {
                    texts.put(path, Optional.empty());
                } else {
                    unknown.put(path, String.valueOf(e.getMessage()));
                }
            }
        }

        private void keepStat(String path) {
            Path file = Path.of(path);
            try {
                Map<String, Object> s =
                        Files.readAttributes(
                                file, "unix:mode,uid,gid,size", LinkOption.NOFOLLOW_LINKS);
                boolean link = Files.isSymbolicLink(file);
                stats.put(
                        path,
                        Optional.of(
                                new Stat(
                                        link
                                                ? "link"
                                                : Files.isDirectory(file)
                                                        ? "folder"
                                                        : Files.isRegularFile(file)
                                                                ? "file"
                                                                : "other",
                                        String.format("%04o", (Integer) s.get("mode") & 07777),
                                        (Integer) s.get("uid"),
                                        (Integer) s.get("gid"),
                                        (Long) s.get("size"),
                                        link ? Files.readSymbolicLink(file).toString() : "")));
            } catch (NoSuchFileException e) {
                stats.put(path, Optional.empty());
            } catch (IOException e) {
                unknown.put(path, String.valueOf(e.getMessage()));
            }
        }

        private void keepNames(String path) {
            Path folder = Path.of(path);
            if (!Files.isDirectory(folder)) {
                folders.put(path, Optional.empty());
                return;
            }
            List<String> names = new ArrayList<>();
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
                all.forEach(child -> names.add(child.getFileName().toString()));
                Collections.sort(names);
                folders.put(path, Optional.of(names));
            } catch (IOException | java.nio.file.DirectoryIteratorException e) {
                unknown.put(path, String.valueOf(e.getMessage()));
            }
        }

        private void keepTree(String path, int depth) {
            keepStat(path);
            keepNames(path);
            for (String name : names(path)) {
                String child = path + "/" + name;
                if (Files.isDirectory(Path.of(child)) && depth > 0) {
                    keepTree(child, depth - 1);
                } else {
                    keepFile(child);
                }
            }
        }

        List<String> names(String folder) {
            return folders.getOrDefault(folder, Optional.empty()).orElse(List.of());
        }

        /** Empty where there is no such file, or it could not be read. */
        String text(String path) {
            return texts.getOrDefault(path, Optional.empty()).orElse("");
        }

        Optional<Stat> stat(String path) {
            return stats.getOrDefault(path, Optional.empty());
        }

        /** The output of a command that succeeded; empty otherwise. */
        String said(List<String> argv) {
            Answer answer = commands.get(argv);
            return answer != null && answer.exit() == 0 ? answer.out() : "";
        }

        /** The same for the command that begins so. */
        List<String> saidBy(String... words) {
            String begin = String.join(" ", words);
            return commands.entrySet().stream()
                    .filter(e -> String.join(" ", e.getKey()).startsWith(begin))
                    .map(e -> e.getValue().out())
                    .filter(out -> !out.isEmpty())
                    .toList();
        }

        /** Keeps the last lines of each journal: a busy Pi's is most of a capture. */
        void shortenJournal(int most) {
            commands.replaceAll(
                    (argv, answer) -> {
                        List<String> lines = answer.out().lines().toList();
                        return argv.get(0).equals("journalctl") && lines.size() > most
                                ? new Answer(
                                        answer.outcome(),
                                        answer.exit(),
                                        String.join(
                                                "\n",
                                                lines.subList(lines.size() - most, lines.size())),
                                        answer.err())
                                : answer;
                    });
        }

        /** As `diagnose --from` reads it (schema netfix/capture/1), a .tar.gz. */
        byte[] capture() throws IOException {
            Map<String, byte[]> files = new LinkedHashMap<>();
            StringBuilder index = new StringBuilder();
            index.append("{\n\"schema\":\"netfix/capture/1\",\n\"taken\":")
                    .append(Json.quoted(taken.toString()))
                    .append(",\n\"live\":true,\n\"whole\":")
                    .append(list(WHOLE))
                    .append(",\n\"commands\":[");
            String comma = "\n";
            int number = 0;
            for (Map.Entry<List<String>, Answer> command : commands.entrySet()) {
                Answer answer = command.getValue();
                index.append(comma)
                        .append("{\"argv\":")
                        .append(list(command.getKey()))
                        .append(",\"outcome\":")
                        .append(Json.quoted(answer.outcome()))
                        .append(",\"exit\":")
                        .append(answer.exit());
                if (!answer.err().isEmpty()) {
                    index.append(",\"stderr\":").append(Json.quoted(answer.err()));
                }
                if (!answer.out().isEmpty()) {
                    String name =
                            String.format(
                                    Locale.ROOT,
                                    "commands/%02d-%s",
                                    ++number,
                                    command.getKey().get(0));
                    index.append(",\"stdout\":").append(Json.quoted(name));
                    files.put(name, answer.out().getBytes(StandardCharsets.UTF_8));
                }
                index.append('}');
                comma = ",\n";
            }
            index.append("],\n\"files\":[");
            comma = "\n";
            for (Map.Entry<String, Optional<String>> text : texts.entrySet()) {
                index.append(comma).append("{\"path\":").append(Json.quoted(text.getKey()));
                if (text.getValue().isPresent()) {
                    String name = String.format(Locale.ROOT, "files/%03d", ++number);
                    index.append(",\"content\":").append(Json.quoted(name)).append('}');
                    files.put(name, text.getValue().get().getBytes(StandardCharsets.UTF_8));
                } else {
                    index.append(",\"absent\":\"no such file\"}");
                }
                comma = ",\n";
            }
            for (Map.Entry<String, String> path : unknown.entrySet()) {
                index.append(comma)
                        .append("{\"path\":")
                        .append(Json.quoted(path.getKey()))
                        .append(",\"unknown\":")
                        .append(Json.quoted(path.getValue()))
                        .append('}');
                comma = ",\n";
            }
            index.append("],\n\"folders\":[");
            comma = "\n";
            for (Map.Entry<String, Optional<List<String>>> folder : folders.entrySet()) {
                index.append(comma)
                        .append("{\"path\":")
                        .append(Json.quoted(folder.getKey()))
                        .append(
                                folder.getValue()
                                        .map(names -> ",\"names\":" + list(names))
                                        .orElse(",\"absent\":\"no such folder\""))
                        .append('}');
                comma = ",\n";
            }
            index.append("],\n\"stats\":[");
            comma = "\n";
            for (Map.Entry<String, Optional<Stat>> stat : stats.entrySet()) {
                index.append(comma).append("{\"path\":").append(Json.quoted(stat.getKey()));
                index.append(stat.getValue().map(Sight::json).orElse(",\"absent\":\"none\""));
                index.append('}');
                comma = ",\n";
            }
            index.append("]\n}\n");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream out = new GZIPOutputStream(bytes)) {
                tar(out, "capture.json", index.toString().getBytes(StandardCharsets.UTF_8));
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    tar(out, file.getKey(), file.getValue());
                }
                out.write(new byte[1024]);
            }
            return bytes.toByteArray();
        }

        private static String list(List<String> texts) {
            return texts.stream().map(Json::quoted).collect(Collectors.joining(",", "[", "]"));
        }

        private static String json(Stat s) {
            return String.format(
                    Locale.ROOT,
                    ",\"kind\":\"%s\",\"mode\":\"%s\",\"uid\":%d,\"gid\":%d,\"size\":%d,\"target\":%s",
                    s.kind(),
                    s.mode(),
                    s.uid(),
                    s.gid(),
                    s.size(),
                    Json.quoted(s.target()));
        }

        /** One member in the ustar format (pax(1)); the names here are short and ASCII. */
        private void tar(OutputStream out, String name, byte[] content) throws IOException {
            ByteBuffer header = ByteBuffer.allocate(512);
            put(header, 0, name);
            put(header, 100, "0000600");
            put(header, 108, "0000000");
            put(header, 116, "0000000");
            put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
            put(
                    header,
                    136,
                    String.format(Locale.ROOT, "%011o", Math.max(0, taken.getEpochSecond())));
            put(header, 148, "        ");
            put(header, 156, "0");
            put(header, 257, "ustar\00000");
            int sum = 0;
            for (byte b : header.array()) {
                sum += b & 0xff;
            }
            put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
            out.write(header.array());
            out.write(content);
            out.write(new byte[(512 - content.length % 512) % 512]);
        }

        private static void put(ByteBuffer header, int at, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(bytes, 0, header.array(), at, bytes.length);
        }
    }

    /**
     * The causes that this file can name by itself, in the words and the order of
     * lib/Findings.java. The other rows of that table need more than a boot's recording can decide
     * alone.
     */
    static final class Causes {

        /**
         * @param code of the table of findings
         * @param proof lines that show it, for the log
         */
        record Cause(String code, String text, List<String> proof, String remedy) {}

        private static final String NM = "NetworkManager.service";
        private static final String STATE = "/var/lib/NetworkManager/NetworkManager.state";
        private static final String PROFILES = "/etc/NetworkManager/system-connections";

        /** Device "disconnected" in NetworkManager's numbers (NMDeviceState). */
        private static final String DISCONNECTED = "30";

        /** NMDeviceStateReason: somebody disconnected it, and it has a profile. */
        private static final String BY_USER = "39";

        private static final long SOON_MICROS = 15_000_000;

        private final Sight s;
        private final Map<String, Map<String, String>> units;
        private final List<Map<String, String>> devices;
        private final List<String> general;
        private final List<Map<String, String>> profiles = new ArrayList<>();
        private final List<Cause> found = new ArrayList<>();

        private Causes(Sight s) {
            this.s = s;
            this.units = units();
            this.devices = devices();
            List<String> status = s.saidBy("nmcli -t -f RUNNING");
            this.general = status.isEmpty() ? List.of() : fields(status.get(0).strip());
            for (String name : s.names(PROFILES)) {
                profile(PROFILES + "/" + name);
            }
        }

        /** The first is the one that the others follow from. */
        static List<Cause> of(Sight sight) {
            Causes causes = new Causes(sight);
            causes.daemon();
            causes.networking();
            causes.deletedByScan();
            causes.wired();
            causes.blocked();
            return List.copyOf(causes.found);
        }

        private void add(String code, String text, List<String> proof, String remedy) {
            found.add(new Cause(code, text, proof, remedy));
        }

        private boolean has(String... codes) {
            return found.stream().anyMatch(cause -> List.of(codes).contains(cause.code()));
        }

        // --- what the outputs say ---------------------------------------------------------------

        private Map<String, Map<String, String>> units() {
            Map<String, Map<String, String>> all = new TreeMap<>();
            for (String text : s.saidBy("systemctl show")) {
                for (String block : text.split("\n\n+")) {
                    Map<String, String> unit = new TreeMap<>();
                    for (String line : block.split("\n")) {
                        int at = line.indexOf('=');
                        if (at > 0) {
                            unit.put(line.substring(0, at), line.substring(at + 1));
                        }
                    }
                    for (String name :
                            unit.getOrDefault("Names", unit.getOrDefault("Id", "")).split(" ")) {
                        all.put(name, unit);
                    }
                }
            }
            return all;
        }

        private String unit(String name, String property) {
            return units.getOrDefault(name, Map.of()).getOrDefault(property, "");
        }

        private boolean exists() {
            return !List.of("", "not-found").contains(unit(NM, "LoadState"));
        }

        private boolean masked() {
            return unit(NM, "LoadState").equals("masked")
                    || unit(NM, "UnitFileState").startsWith("masked");
        }

        private boolean running() {
            return List.of("active", "reloading").contains(unit(NM, "ActiveState"));
        }

        /** nmcli's terse fields: a backslash escapes a colon and itself (nmcli(1)). */
        private static List<String> fields(String line) {
            List<String> all = new ArrayList<>();
            StringBuilder field = new StringBuilder();
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == '\\' && i + 1 < line.length()) {
                    field.append(line.charAt(++i));
                } else if (c == ':') {
                    all.add(field.toString());
                    field.setLength(0);
                } else {
                    field.append(c);
                }
            }
            all.add(field.toString());
            return all;
        }

        private List<Map<String, String>> devices() {
            List<Map<String, String>> all = new ArrayList<>();
            for (String text : s.saidBy("nmcli -t -f GENERAL,IP4")) {
                for (String block : text.split("\n\n+")) {
                    Map<String, String> device = new TreeMap<>();
                    for (String line : block.split("\n")) {
                        List<String> f = fields(line);
                        if (f.size() > 1) {
                            device.put(f.get(0), String.join(":", f.subList(1, f.size())));
                        }
                    }
                    all.add(device);
                }
            }
            return all;
        }

        /**
         * A keyfile that NetworkManager would read: root's, for nobody else
         * (nm-settings-keyfile(5)).
         */
        private void profile(String file) {
            String text = s.text(file);
            boolean kept =
                    s.stat(file)
                            .map(
                                    stat ->
                                            !stat.kind().equals("file")
                                                    || stat.uid() == 0
                                                            && (Integer.parseInt(stat.mode(), 8)
                                                                            & 077)
                                                                    == 0)
                            .orElse(true);
            if (text.isEmpty() || !kept || !file.endsWith(".nmconnection")) {
                return;
            }
            Map<String, String> keys = new TreeMap<>();
            String section = "";
            for (String raw : text.split("\n")) {
                String line = raw.strip();
                int at = line.indexOf('=');
                if (line.startsWith("[") && line.endsWith("]")) {
                    section = line.substring(1, line.length() - 1);
                } else if (at > 0 && !line.startsWith("#")) {
                    keys.put(
                            section + "." + line.substring(0, at).strip(),
                            line.substring(at + 1).strip());
                }
            }
            profiles.add(keys);
        }

        private static String key(Map<String, String> profile, String... names) {
            for (String name : names) {
                if (profile.containsKey(name)) {
                    return profile.get(name);
                }
            }
            return "";
        }

        private static boolean wifi(Map<String, String> profile) {
            return List.of("wifi", "802-11-wireless").contains(key(profile, "connection.type"));
        }

        private boolean takesUp(Map<String, String> profile, String device, String mac) {
            boolean wired =
                    List.of("ethernet", "802-3-ethernet").contains(key(profile, "connection.type"));
            String name = key(profile, "connection.interface-name");
            String address = key(profile, "ethernet.mac-address", "802-3-ethernet.mac-address");
            return wired
                    && !key(profile, "connection.autoconnect").matches("false|no|0")
                    && (name.isEmpty() || name.equals(device))
                    && (address.isEmpty() || address.equalsIgnoreCase(mac));
        }

        // --- rows of the gallery ----------------------------------------------------------------

        /** Whether another manager has been given this machine's network. */
        private boolean otherManager() {
            boolean dhcpcd = works("dhcpcd.service");
            boolean networkd =
                    works("systemd-networkd.service")
                            && Stream.of("/etc/systemd/network", "/run/systemd/network")
                                    .flatMap(folder -> s.names(folder).stream())
                                    .anyMatch(name -> name.endsWith(".network"));
            boolean ifupdown =
                    works("networking.service")
                            && Pattern.compile("(?m)^\\h*iface\\h+(?!lo\\b)\\S+")
                                    .matcher(
                                            s.text("/etc/network/interfaces")
                                                    + s.names("/etc/network/interfaces.d").stream()
                                                            .map(
                                                                    name ->
                                                                            s.text(
                                                                                    "/etc/network/interfaces.d/"
                                                                                            + name))
                                                            .collect(Collectors.joining("\n")))
                                    .find();
            return dhcpcd || networkd || ifupdown;
        }

        private boolean works(String name) {
            return !unit(name, "UnitFileState").startsWith("masked")
                    && (unit(name, "ActiveState").equals("active")
                            || unit(name, "UnitFileState").startsWith("enabled"));
        }

        private void daemon() {
            if (!exists()) {
                return;
            }
            List<String> broken = new ArrayList<>();
            for (String file : configuration()) {
                fault(file).ifPresent(broken::add);
            }
            String state =
                    NM
                            + ": "
                            + unit(NM, "ActiveState")
                            + ", "
                            + unit(NM, "UnitFileState")
                            + " (systemctl show)";
            if (!broken.isEmpty()) {
                add(
                        "networkmanager-config-broken",
                        "NetworkManager cannot read its configuration: " + broken.get(0),
                        broken,
                        "move the file that is named out of the way");
            }
            if (otherManager()) {
                return;
            }
            boolean starting =
                    unit(NM, "ActiveState").equals("activating")
                            && !unit(NM, "SubState").equals("auto-restart");
            if (masked()) {
                add(
                        "networkmanager-masked",
                        "NetworkManager is masked and nothing else brings the network up",
                        List.of(state),
                        "systemctl unmask NetworkManager");
            } else if (!running() && !starting && broken.isEmpty()) {
                List<String> proof = new ArrayList<>(List.of(state));
                Map<String, String> last = Map.of();
                for (Map<String, String> line : journal()) {
                    if (unitOf(line).equals(NM)
                            && (line.getOrDefault("PRIORITY", "6").matches("[0-3]")
                                    || line.getOrDefault("MESSAGE", "").contains("Failed to"))) {
                        last = line;
                    }
                }
                if (!last.isEmpty()) {
                    proof.add(shown(last));
                }
                add(
                        "networkmanager-not-running",
                        "NetworkManager is not running (" + unit(NM, "ActiveState") + ")",
                        proof,
                        "systemctl start NetworkManager");
            }
            if (unit(NM, "UnitFileState").equals("disabled")) {
                add(
                        "networkmanager-not-enabled",
                        "a boot does not start NetworkManager, nor anything else for the network",
                        List.of(state),
                        "systemctl enable NetworkManager");
            }
        }

        /** In /etc a file hides one of the same name elsewhere (NetworkManager.conf(5)). */
        private List<String> configuration() {
            List<String> files =
                    new ArrayList<>(List.of("/etc/NetworkManager/NetworkManager.conf"));
            Set<String> hidden = new HashSet<>();
            for (String folder : List.of("/etc", "/run", "/usr/lib")) {
                String confs = folder + "/NetworkManager/conf.d";
                for (String name : s.names(confs)) {
                    if (name.endsWith(".conf") && !hidden.contains(name)) {
                        files.add(confs + "/" + name);
                    }
                }
                if (folder.equals("/etc")) {
                    hidden.addAll(s.names(confs));
                }
            }
            return files;
        }

        private Optional<String> fault(String file) {
            Optional<String> odd =
                    s.stat(file)
                            .filter(
                                    stat ->
                                            !stat.kind().equals("file")
                                                    && (!stat.kind().equals("link")
                                                            || stat.target().equals("/dev/null")))
                            .map(stat -> file + ": no regular file");
            if (odd.isPresent()) {
                return odd;
            }
            boolean section = false;
            int number = 0;
            for (String raw : s.text(file).split("\n", -1)) {
                number++;
                String line = raw.strip();
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith("[") && line.endsWith("]")) {
                    section = true;
                } else if (line.indexOf('=') <= 0 || !section) {
                    return Optional.of(file + ":" + number + ": " + line);
                }
            }
            return Optional.empty();
        }

        /** By what NetworkManager has kept; it also calls a blocked radio disabled. */
        private Optional<String> switchedOff(String name) {
            Matcher saved =
                    Pattern.compile("(?mi)^\\h*" + name + "\\h*=\\h*false\\h*$")
                            .matcher(s.text(STATE));
            if (saved.find()) {
                return Optional.of(saved.group().strip() + " (" + STATE + ")");
            }
            return Optional.empty();
        }

        private void networking() {
            boolean matters = running() || unit(NM, "UnitFileState").startsWith("enabled");
            if (matters && !has("networkmanager-masked", "networkmanager-not-running")) {
                switchedOff("NetworkingEnabled")
                        .or(
                                () ->
                                        general.size() == 7 && general.get(4).equals("disabled")
                                                ? Optional.of(
                                                        "networking: disabled (nmcli general"
                                                                + " status)")
                                                : Optional.empty())
                        .ifPresent(
                                proof ->
                                        add(
                                                "networking-off",
                                                "NetworkManager's networking is switched off, and"
                                                        + " stays so after a reboot",
                                                List.of(proof),
                                                "nmcli networking on"));
            }
        }

        private List<Map<String, String>> journal() {
            Set<String> lines = new LinkedHashSet<>();
            s.saidBy("journalctl --no-pager -q -o json")
                    .forEach(text -> lines.addAll(text.lines().toList()));
            return lines.stream()
                    .map(Json::fields)
                    .sorted(java.util.Comparator.comparingLong(Causes::micros))
                    .toList();
        }

        private static long micros(Map<String, String> line) {
            String at = line.getOrDefault("__REALTIME_TIMESTAMP", "0");
            return at.matches("\\d{1,17}") ? Long.parseLong(at) : 0;
        }

        private static String unitOf(Map<String, String> line) {
            String about = line.getOrDefault("UNIT", "");
            return about.isEmpty() ? line.getOrDefault("_SYSTEMD_UNIT", "") : about;
        }

        private static String message(Map<String, String> line) {
            String text = line.getOrDefault("MESSAGE", "");
            return text.matches("\\[-?\\d+(,\\h*-?\\d+)*]")
                    ? Json.bytes(text.substring(1, text.length() - 1))
                    : text;
        }

        /** What the units of the network said, the oldest first, for the log. */
        static List<String> journalLines(Sight sight) {
            return new Causes(sight).journal().stream().map(Causes::shown).toList();
        }

        private static String shown(Map<String, String> line) {
            return Instant.ofEpochSecond(micros(line) / 1_000_000)
                    + " "
                    + unitOf(line)
                    + "["
                    + line.getOrDefault("_PID", "")
                    + "]: "
                    + message(line);
        }

        private static final Pattern CONFLICT =
                Pattern.compile("known network (.*) in conflict - delete");
        private static final Pattern DELETION =
                Pattern.compile(
                        "audit: op=\"connection-delete\"(?:.*? name=\"(.*?)\"(?= [a-z-]+=|$))?.*"
                                + " result=\"success\"");

        private void deletedByScan() {
            List<Map<String, String>> lines = journal();
            Set<String> names = new TreeSet<>();
            for (Map<String, String> line : lines) {
                Matcher conflict = CONFLICT.matcher(message(line));
                if (!unitOf(line).startsWith("btwifiset") || !conflict.find()) {
                    continue;
                }
                String ssid = conflict.group(1);
                String name = ssid;
                List<String> proof = new ArrayList<>(List.of(shown(line)));
                for (Map<String, String> later : lines) {
                    long gap = micros(later) - micros(line);
                    Matcher deletion = DELETION.matcher(message(later));
                    if (gap >= 0 && gap <= SOON_MICROS && deletion.find()) {
                        name = deletion.group(1) == null ? ssid : deletion.group(1);
                        proof.add(shown(later));
                        break;
                    }
                }
                if (!isBack(ssid, name) && names.add(name)) {
                    add(
                            "wifi-profile-deleted",
                            "btwifiset deleted the Wi-Fi profile \"" + name + "\" during a scan",
                            proof,
                            "nmcli --ask device wifi connect '" + ssid + "'");
                }
            }
        }

        private boolean isBack(String ssid, String name) {
            boolean onDisk =
                    profiles.stream()
                            .anyMatch(
                                    p ->
                                            wifi(p)
                                                    && (key(p, "wifi.ssid", "802-11-wireless.ssid")
                                                                    .equals(ssid)
                                                            || key(p, "connection.id")
                                                                    .equals(name)));
            boolean loaded =
                    s.saidBy("nmcli -t -f UUID,TYPE").stream()
                            .flatMap(String::lines)
                            .map(Causes::fields)
                            .anyMatch(
                                    f ->
                                            f.size() >= 8
                                                    && f.get(1).endsWith("wireless")
                                                    && List.of(ssid, name).contains(f.get(7)));
            return onDisk || loaded;
        }

        private void wired() {
            if (!found.isEmpty()
                    && has(
                            "networkmanager-config-broken",
                            "networkmanager-masked",
                            "networkmanager-not-running",
                            "networking-off")) {
                return;
            }
            for (Map<String, String> device : devices) {
                String name = device.getOrDefault("GENERAL.DEVICE", "");
                String mac = device.getOrDefault("GENERAL.HWADDR", "").toLowerCase(Locale.ROOT);
                boolean deleted =
                        !mac.isEmpty()
                                && s.text("/var/lib/NetworkManager/no-auto-default.state")
                                        .toLowerCase(Locale.ROOT)
                                        .contains(mac);
                if (device.getOrDefault("GENERAL.TYPE", "").equals("ethernet")
                        && device.getOrDefault("GENERAL.STATE", "").startsWith(DISCONNECTED)
                        && !device.getOrDefault("GENERAL.REASON", "").startsWith(BY_USER)
                        && s.text("/sys/class/net/" + name + "/carrier").strip().equals("1")
                        && !deleted
                        && profiles.stream().noneMatch(p -> takesUp(p, name, mac))) {
                    List<String> proof =
                            new ArrayList<>(
                                    List.of(
                                            name
                                                    + ": disconnected, carrier 1, no profile"
                                                    + " matches it (nmcli device show)"));
                    for (String file : configuration()) {
                        Matcher key =
                                Pattern.compile("(?m)^\\h*no-auto-default\\h*=.*$")
                                        .matcher(s.text(file));
                        if (key.find()) {
                            proof.add(key.group().strip() + " (" + file + ")");
                        }
                    }
                    add(
                            "wired-no-profile",
                            name
                                    + " has a cable and no profile"
                                    + (proof.size() > 1
                                            ? "; NetworkManager may not make one by itself: "
                                                    + proof.get(proof.size() - 1)
                                            : ""),
                            proof,
                            "nmcli connection add type ethernet con-name Wired ifname '*'"
                                + " connection.autoconnect-priority -999 connection.multi-connect"
                                + " multiple");
                }
            }
        }

        private void blocked() {
            boolean radioOff = switchedOff("WirelessEnabled").isPresent();
            boolean told =
                    profiles.stream().anyMatch(Causes::wifi)
                            || s.names("/etc/wpa_supplicant").stream()
                                    .anyMatch(
                                            name ->
                                                    s.text("/etc/wpa_supplicant/" + name)
                                                            .contains("network={"));
            if (radioOff || has("networking-off") || !told) {
                return;
            }
            for (String link : s.names("/sys/class/net")) {
                String phy = s.text("/sys/class/net/" + link + "/phy80211/name").strip();
                if (!phy.isEmpty() && isBlocked(phy)) {
                    add(
                            "wifi-blocked",
                            link + "'s radio is blocked",
                            List.of(phy + ": blocked (rfkill)"),
                            "rfkill unblock wifi; nmcli radio wifi on");
                }
            }
        }

        private boolean isBlocked(String phy) {
            boolean inSys =
                    s.names("/sys/class/rfkill").stream()
                            .map(name -> "/sys/class/rfkill/" + name)
                            .filter(folder -> s.text(folder + "/name").strip().equals(phy))
                            .anyMatch(
                                    folder ->
                                            s.text(folder + "/soft").strip().equals("1")
                                                    || s.text(folder + "/hard")
                                                            .strip()
                                                            .equals("1"));
            // A look before netfix read /sys/class/rfkill.
            boolean told =
                    s.names("/sys/class/rfkill").isEmpty()
                            && s.saidBy("rfkill").stream()
                                    .anyMatch(
                                            text ->
                                                    Pattern.compile(
                                                                    "\"device\":\\h*\""
                                                                            + Pattern.quote(phy)
                                                                            + "\"[^}]*\"blocked\"")
                                                            .matcher(text)
                                                            .find());
            return inSys || told;
        }
    }

    /** The links of this machine as they are now, and whether their routers answer. */
    static class Air {

        /**
         * @param gateway of its default route, empty where it has none
         * @param answers whether the gateway answered when it was last asked; ARP counts, because
         *     many routers drop ICMP
         */
        record Link(
                String name,
                boolean wifi,
                boolean up,
                boolean carrier,
                List<String> addresses,
                String gateway,
                boolean answers) {

            /** With a router that answers, or an address where there is no router to ask. */
            boolean works() {
                return carrier && !addresses.isEmpty() && (gateway.isEmpty() || answers);
            }

            String shown() {
                StringBuilder text = new StringBuilder(name).append(": ");
                if (!up) {
                    return text.append("down").toString();
                }
                if (!carrier) {
                    return text.append(wifi ? "not connected" : "no cable").toString();
                }
                text.append(wifi ? "connected" : "cable in").append(", ");
                text.append(addresses.isEmpty() ? "no address" : String.join(" ", addresses));
                if (!gateway.isEmpty()) {
                    text.append(", gateway ").append(gateway);
                    text.append(answers ? " answers" : " does not answer");
                }
                return text.toString();
            }
        }

        private static final Path NET = Path.of("/sys/class/net");

        private final Map<String, Boolean> answered = new TreeMap<>();

        /** Seconds since the boot. */
        double uptime() {
            String text = first(Path.of("/proc/uptime"));
            return text.isEmpty() ? 0 : Double.parseDouble(text.split(" ")[0]);
        }

        Instant clock() {
            return Instant.now();
        }

        /**
         * Whether somebody has set the clock since the boot: a Pi has none that runs without power.
         */
        boolean clockSet() {
            return Files.exists(Path.of("/run/systemd/timesync/synchronized"));
        }

        String bootId() {
            return first(Path.of("/proc/sys/kernel/random/boot_id"));
        }

        /** Returns early where the Pi is shut down. */
        void pause(double seconds) throws InterruptedException {
            Thread.sleep((long) (seconds * 1000));
        }

        Sight sight() {
            return Sight.take();
        }

        /** What runs the network, in a line. */
        String managers() {
            List<String> active = new ArrayList<>();
            for (String unit : List.of("NetworkManager", "dhcpcd", "systemd-networkd")) {
                String state = Shelf.output("systemctl", "is-active", unit).strip();
                if (!state.isEmpty() && !state.equals("inactive")) {
                    active.add(unit + " " + state);
                }
            }
            return active.isEmpty() ? "no network manager runs" : String.join(", ", active);
        }

        /**
         * @param probe whether to ask the gateways now; else what they answered last
         */
        List<Link> links(boolean probe) {
            List<Link> links = new ArrayList<>();
            try (DirectoryStream<Path> all = Files.newDirectoryStream(NET)) {
                for (Path sys : all) {
                    if (isHardware(sys)
                            || !gateway(sys.getFileName().toString()).isEmpty()
                                    && isOnHardware(sys)) {
                        links.add(link(sys, probe));
                    }
                }
            } catch (IOException e) {
                return List.of();
            }
            links.sort(java.util.Comparator.comparing(Link::name));
            return links;
        }

        private static boolean isHardware(Path sys) {
            return Files.exists(sys.resolve("device")) || Files.exists(sys.resolve("phy80211"));
        }

        /**
         * A bridge, a bond or a VLAN is no hardware; where it has the default route, it is what
         * counts. docker0 and a VPN have nothing below them that leads anywhere.
         */
        static boolean isOnHardware(Path sys) throws IOException {
            try (DirectoryStream<Path> below = Files.newDirectoryStream(sys, "lower_*")) {
                for (Path lower : below) {
                    if (isHardware(lower) || isOnHardware(lower)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private Link link(Path sys, boolean probe) {
            String name = sys.getFileName().toString();
            List<String> addresses = new ArrayList<>();
            boolean up = false;
            NetworkInterface card = null;
            try {
                card = NetworkInterface.getByName(name);
                up = card != null && card.isUp();
                if (card != null) {
                    card.getInterfaceAddresses().stream()
                            .filter(a -> !a.getAddress().isLinkLocalAddress())
                            .map(
                                    a ->
                                            a.getAddress().getHostAddress().replaceFirst("%.*", "")
                                                    + "/"
                                                    + a.getNetworkPrefixLength())
                            .sorted()
                            .forEach(addresses::add);
                }
            } catch (SocketException e) {
                up = false;
            }
            String gateway = gateway(name);
            if (probe && !gateway.isEmpty() && card != null) {
                answered.put(name, answers(card, gateway));
            }
            return new Link(
                    name,
                    Files.exists(sys.resolve("phy80211")),
                    up,
                    first(sys.resolve("carrier")).equals("1"),
                    addresses,
                    gateway,
                    answered.getOrDefault(name, false));
        }

        /**
         * Of the IPv4 default route (proc_net(5), route: hexadecimal in the machine's byte order).
         */
        private static String gateway(String name) {
            for (String line : lines(Path.of("/proc/net/route"))) {
                String[] f = line.strip().split("\\s+");
                if (f.length > 7 && f[0].equals(name) && f[1].equals("00000000")) {
                    long hex = Long.parseLong(f[2], 16);
                    return (hex & 255)
                            + "."
                            + (hex >> 8 & 255)
                            + "."
                            + (hex >> 16 & 255)
                            + "."
                            + (hex >> 24 & 255);
                }
            }
            return "";
        }

        private static boolean answers(NetworkInterface card, String gateway) {
            try {
                if (InetAddress.getByName(gateway).isReachable(card, 0, 1500)) {
                    return true;
                }
            } catch (IOException e) {
                return false;
            }
            // The attempt made the kernel resolve it; flag 2 is a complete entry.
            return lines(Path.of("/proc/net/arp")).stream()
                    .map(line -> line.split("\\s+"))
                    .anyMatch(
                            f ->
                                    f.length > 5
                                            && f[0].equals(gateway)
                                            && f[5].equals(card.getName())
                                            && f[2].equals("0x2"));
        }

        private static List<String> lines(Path file) {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                return List.of();
            }
        }

        private static String first(Path file) {
            List<String> lines = lines(file);
            return lines.isEmpty() ? "" : lines.get(0).strip();
        }
    }

    /** What is told of one boot: a section of the log, and the status file. */
    static final class Boot {

        private static final String MARK = "===== BOOT ";
        private static final String LOOKED_AT = "All that was looked at: ";
        private static final String FAILED_BEFORE = "And when it failed before: ";
        private static final Pattern CAPTURE =
                Pattern.compile(
                        "(?m)^(?:"
                                + LOOKED_AT
                                + "|"
                                + FAILED_BEFORE
                                + ")"
                                + Shelf.CAPTURES
                                + "/("
                                + Shelf.CAPTURE
                                + ")$");
        private static final int MOST_BYTES = 60_000;
        private static final int MOST_EVENTS = 400;
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                        .withZone(ZoneOffset.UTC);

        private final String id;

        /** Seconds since the boot, and what was seen. */
        private final List<Map.Entry<Double, String>> events = new ArrayList<>();

        private int dropped;

        /** The clock less the uptime, where the clock is believed. */
        private Optional<Instant> begin = Optional.empty();

        private boolean clockSet;
        private List<Causes.Cause> causes = List.of();
        private List<Air.Link> links = List.of();
        private List<String> journal = List.of();
        private String captured = "";

        /** Names, the first failure's and the last one's. */
        private final List<String> captures = new ArrayList<>();

        private boolean failed;
        private double since;
        private double now;
        private boolean reachable;
        private String ended = "";

        Boot(String id) {
            this.id = id;
        }

        void event(double uptime, String text) {
            if (events.size() == MOST_EVENTS) {
                // A link that flaps for hours: how it began is worth more than each flap.
                events.remove(MOST_EVENTS / 2);
                dropped++;
            }
            events.add(Map.entry(uptime, text));
        }

        void clock(Instant clock, double uptime, boolean set) {
            begin = Optional.of(clock.minusMillis((long) (uptime * 1000)));
            clockSet = set;
        }

        void state(List<Air.Link> links, boolean reachable, double since, double now) {
            this.links = links;
            this.reachable = reachable;
            this.since = since;
            this.now = now;
        }

        void failure(List<Causes.Cause> causes, List<String> journal) {
            this.causes = causes;
            this.journal = journal;
            this.failed = true;
        }

        String firstCause() {
            return causes.isEmpty() ? "not known" : causes.get(0).code();
        }

        /** Lost anew: why it was lost before says nothing of this time. */
        void lost() {
            failed = false;
            causes = List.of();
            journal = List.of();
        }

        /**
         * @param name in {@link Shelf#CAPTURES}
         */
        void captured(String name) {
            captures.add(name);
            captured = Shelf.CAPTURES + "/" + name;
        }

        /**
         * @param name under which it was to be kept, empty where it got none
         */
        void notCaptured(String name, String why) {
            captures.remove(name);
            captured = why;
        }

        /** That of a boot which fails again and again, and makes room for the next one. */
        Optional<String> replaceable() {
            return captures.size() > 1
                    ? Optional.of(captures.remove(captures.size() - 1))
                    : Optional.empty();
        }

        void ended(String how) {
            ended = how;
        }

        String id() {
            return id;
        }

        private String at(double uptime) {
            String relative = String.format(Locale.ROOT, "+%d s", (long) uptime);
            return clockSet && begin.isPresent()
                    ? relative
                            + " ("
                            + TIME.format(begin.get().plusMillis((long) (uptime * 1000)))
                            + ")"
                    : relative;
        }

        /** What comes first in both files. */
        List<String> verdict() {
            List<String> lines = new ArrayList<>();
            String works =
                    links.stream()
                            .filter(Air.Link::works)
                            .map(link -> link.name() + " " + String.join(" ", link.addresses()))
                            .collect(Collectors.joining("; "));
            if (reachable) {
                lines.add("VERDICT: REACHABLE since " + at(since) + ": " + works);
                return lines;
            }
            if (!failed) {
                lines.add(
                        since == 0
                                ? "VERDICT: NOT REACHABLE YET at " + at(now)
                                : "VERDICT: NOT REACHABLE since "
                                        + at(since)
                                        + ", seen at "
                                        + at(now));
                lines.add("If nothing more is here, the power went before there was more to say.");
                return lines;
            }
            lines.add("VERDICT: NOT REACHABLE since " + at(since));
            if (causes.isEmpty()) {
                lines.add(
                        "FIRST CAUSE: none of those that this recorder knows by itself; seen: "
                                + (links.isEmpty()
                                        ? "no network interface"
                                        : links.stream()
                                                .map(Air.Link::shown)
                                                .collect(Collectors.joining("; "))));
            } else {
                lines.add("FIRST CAUSE: " + causes.get(0).code() + ": " + causes.get(0).text());
                causes.stream()
                        .skip(1)
                        .forEach(cause -> lines.add("ALSO: " + cause.code() + ": " + cause.text()));
            }
            lines.add(
                    "WHAT TO DO WITH THIS CARD NOW: put it into a computer that has netfix, and"
                            + " run");
            lines.add("    ./jbang bootdiag read FOLDER     the whole analysis of what lies here");
            lines.add(
                    "    ./jbang fix sdcard FOLDER        a repair, which the Pi does at its next"
                            + " boot");
            lines.add("  where FOLDER is this partition. For a Wi-Fi network add --wifi ITS-NAME.");
            causes.stream()
                    .map(Causes.Cause::remedy)
                    .distinct()
                    .forEach(
                            remedy ->
                                    lines.add(
                                            "  With keyboard and screen on the Pi: sudo "
                                                    + remedy));
            return lines;
        }

        /** Whether anything has happened since then. */
        boolean changedSince(double uptime) {
            return !events.isEmpty() && events.get(events.size() - 1).getKey() > uptime;
        }

        List<String> status() {
            List<String> lines = new ArrayList<>(verdict());
            lines.add("");
            lines.add("More in " + Shelf.LOG + ". Seconds (+) count from the Pi's start.");
            lines.add("This was written at " + at(now) + (ended.isEmpty() ? "." : ": " + ended));
            lines.add(clockLine());
            return lines;
        }

        private String clockLine() {
            return begin.isEmpty()
                    ? "The Pi's clock is not known."
                    : "The Pi's clock then: "
                            + TIME.format(begin.get().plusMillis((long) (now * 1000)))
                            + (clockSet
                                    ? ", set over the network."
                                    : ", which nothing had set: do not trust it.");
        }

        /** The section, at most 60 kB. */
        List<String> section() {
            List<String> lines = new ArrayList<>();
            lines.add(MARK + id + " =====");
            lines.addAll(verdict());
            lines.add(clockLine());
            if (!ended.isEmpty()) {
                lines.add("End of the recording at " + at(now) + ": " + ended);
            }
            if (!captured.isEmpty()) {
                lines.add(LOOKED_AT + captured);
                captures.stream()
                        .map(name -> Shelf.CAPTURES + "/" + name)
                        .filter(name -> !name.equals(captured))
                        .forEach(name -> lines.add(FAILED_BEFORE + name));
            }
            lines.add("");
            lines.add("What happened:");
            for (Map.Entry<Double, String> event : events) {
                lines.add("  " + at(event.getKey()) + "  " + event.getValue());
            }
            if (dropped > 0) {
                lines.add("  (" + dropped + " more in the middle are left out)");
            }
            if (!causes.isEmpty()) {
                lines.add("");
                lines.add("What shows it:");
                for (Causes.Cause cause : causes) {
                    cause.proof().forEach(proof -> lines.add("  " + cause.code() + ": " + proof));
                }
            }
            if (!journal.isEmpty()) {
                lines.add("");
                lines.add("The journal's last lines about it:");
                journal.forEach(line -> lines.add("  " + line));
            }
            int size = 0;
            for (int i = 0; i < lines.size(); i++) {
                size += Plain.text(lines.get(i)).length() + 2;
                if (size > MOST_BYTES) {
                    List<String> cut = new ArrayList<>(lines.subList(0, i));
                    cut.add("  (cut here: a boot gets " + MOST_BYTES + " bytes)");
                    return cut;
                }
            }
            return lines;
        }

        /** The sections of a log, the newest first, whatever an editor did to its line ends. */
        static List<String> sections(String log) {
            List<String> sections = new ArrayList<>();
            StringBuilder section = null;
            for (String line : log.replace("\r\n", "\n").replace('\r', '\n').split("\n")) {
                if (line.startsWith(MARK)) {
                    if (section != null) {
                        sections.add(section.toString());
                    }
                    section = new StringBuilder();
                }
                if (section != null) {
                    section.append(line).append('\n');
                }
            }
            if (section != null) {
                sections.add(section.toString());
            }
            return sections;
        }

        /** The files that a section names, the one of its verdict first. */
        static List<String> captures(String section) {
            return CAPTURE.matcher(section).results().map(found -> found.group(1)).toList();
        }

        static boolean isOf(String section, String id) {
            return section.startsWith(MARK + id + " ");
        }
    }

    /**
     * Where the record lies: the boot partition as mounted, or /var/log where that cannot be used.
     */
    static final class Shelf {

        static final String LOG = "network-failure-log.txt";
        static final String STATUS = "diagnostic-status.txt";
        static final String CAPTURES = "network-failure-captures";
        static final String CAPTURE = "boot-\\d{5}\\.tar\\.gz";

        /** In a status whose record could not be kept beside it. */
        static final String ELSEWHERE_NOTE =
                "The newer record is in /var/log of the root partition";

        /** In a status by boot-diagnostic.sh alone, which writes no log. */
        static final String BY_HAND_NOTE = "This is all, because";

        private static final int BOOTS = 5;
        private static final int MOST_CAPTURE = 120_000;
        private static final int JOURNAL_LINES = 300;
        private static final Path ELSEWHERE = Path.of("/var/log");
        private static final Pattern MOUNT =
                Pattern.compile("\\S+ (/boot(?:/firmware)?) vfat (\\S+) .*");

        private final Optional<Path> given;
        private final Path elsewhere;

        Shelf(Path folder) {
            this(folder, ELSEWHERE);
        }

        Shelf(Path folder, Path elsewhere) {
            this.given = Optional.of(folder);
            this.elsewhere = elsewhere;
        }

        private Shelf() {
            this.given = Optional.empty();
            this.elsewhere = ELSEWHERE;
        }

        /** Asked anew at each write: a partition may be mounted late, or turn read-only. */
        static Shelf ofThisPi() {
            return new Shelf();
        }

        /** The output of a short command, empty where it fails. */
        static String output(String... argv) {
            try {
                Process process =
                        new ProcessBuilder(argv)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .redirectInput(Path.of("/dev/null").toFile())
                                .start();
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return "";
                }
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "";
            }
        }

        /**
         * Keeps what is known of the boot by now.
         *
         * @param capture of its failure, kept under a name of its own, which the boot is told
         * @return where it lies, with the reason where that is not the boot partition; empty where
         *     nothing could be written at all
         */
        Optional<String> keep(Boot boot, Optional<Sight> capture) {
            Optional<Matcher> mount = given.isPresent() ? Optional.empty() : mounted();
            Optional<Path> folder = given.or(() -> mount.map(m -> Path.of(m.group(1))));
            if (folder.isEmpty()) {
                return keepElsewhere(boot, capture, "no boot partition is mounted");
            }
            boolean readOnly =
                    mount.map(m -> List.of(m.group(2).split(",")).contains("ro")).orElse(false);
            try {
                if (readOnly) {
                    output("mount", "-o", "remount,rw", folder.get().toString());
                }
                write(folder.get(), boot, capture, "");
                return Optional.of(folder.get().toString());
            } catch (IOException e) {
                String why = folder.get() + " cannot be written: " + e.getMessage();
                Optional<String> there = keepElsewhere(boot, capture, why);
                if (there.isPresent()) {
                    point(folder.get(), boot);
                }
                return there;
            } finally {
                if (readOnly) {
                    output("mount", "-o", "remount,ro", folder.get().toString());
                }
            }
        }

        private Optional<String> keepElsewhere(Boot boot, Optional<Sight> capture, String why) {
            try {
                write(elsewhere, boot, capture, "It lies here because " + why + ".");
                return Optional.of(elsewhere + " (" + why + ")");
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        /**
         * Yesterday's verdict must not stay where today's found no room: the short text may still
         * fit, and one line goes over what is there, for which a full partition has room.
         */
        private static void point(Path folder, Boot boot) {
            Path status = folder.resolve(STATUS);
            List<String> lines = new ArrayList<>(boot.status());
            lines.add(ELSEWHERE_NOTE + ".");
            try {
                replace(status, Plain.bytes(lines));
            } catch (IOException full) {
                byte[] line =
                        Plain.bytes(
                                List.of(
                                        "VERDICT: not here. "
                                                + ELSEWHERE_NOTE
                                                + ", where this"
                                                + " one was full or read-only."));
                try (FileChannel channel = FileChannel.open(status, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(line), 0);
                    channel.truncate(line.length);
                    channel.force(true);
                } catch (IOException readOnly) {
                    // Nothing can be told here, then; read looks at both.
                    return;
                }
            }
        }

        private static Optional<Matcher> mounted() {
            try {
                return Files.readAllLines(Path.of("/proc/mounts")).stream()
                        .map(MOUNT::matcher)
                        .filter(Matcher::matches)
                        .reduce((a, b) -> b);
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        /** The text first: it is small, and on a full partition it matters more. */
        private void write(Path folder, Boot boot, Optional<Sight> capture, String note)
                throws IOException {
            Path captures = folder.resolve(CAPTURES);
            Optional<byte[]> content = capture.flatMap(sight -> packed(boot, sight));
            // A boot that fails again and again must not push out the others.
            Optional<String> own = content.flatMap(packed -> boot.replaceable());
            String name = "";
            if (content.isPresent()) {
                name = String.format(Locale.ROOT, "boot-%05d.tar.gz", last(captures) + 1);
                boot.captured(name);
            }
            try {
                text(folder, boot, note);
            } catch (IOException e) {
                if (content.isPresent()) {
                    boot.notCaptured(name, "could not be kept: " + e.getMessage());
                }
                throw e;
            }
            if (content.isEmpty()) {
                return;
            }
            try {
                keep(captures, name, own, content.get());
            } catch (IOException e) {
                boot.notCaptured(name, "could not be kept: " + e.getMessage());
                text(folder, boot, note);
            }
        }

        private static void text(Path folder, Boot boot, String note) throws IOException {
            List<String> log = new ArrayList<>();
            log.add("What netfix bootdiag saw of this Pi's network, the newest boot first.");
            if (!note.isEmpty()) {
                log.add(note);
            }
            log.add("");
            log.addAll(boot.section());
            Path file = folder.resolve(LOG);
            if (Files.exists(file)) {
                Boot.sections(new String(Files.readAllBytes(file), Plain.ASCII)).stream()
                        .filter(section -> !Boot.isOf(section, boot.id()))
                        .limit(BOOTS - 1)
                        .forEach(
                                section -> {
                                    log.add("");
                                    log.addAll(section.lines().toList());
                                });
            }
            replace(file, Plain.bytes(log));
            List<String> status = new ArrayList<>(boot.status());
            if (!note.isEmpty()) {
                status.add(note);
            }
            replace(folder.resolve(STATUS), Plain.bytes(status));
        }

        /** Empty where it cannot be made, or is too large: the boot is told why. */
        private static Optional<byte[]> packed(Boot boot, Sight sight) {
            try {
                byte[] content = sight.capture();
                if (content.length > MOST_CAPTURE) {
                    sight.shortenJournal(JOURNAL_LINES);
                    content = sight.capture();
                }
                if (content.length <= MOST_CAPTURE) {
                    return Optional.of(content);
                }
                boot.notCaptured("", "too large to be kept (" + content.length + " bytes)");
            } catch (IOException e) {
                boot.notCaptured("", "could not be kept: " + e.getMessage());
            }
            return Optional.empty();
        }

        private static int last(Path captures) throws IOException {
            List<Path> there = captures(captures);
            return there.isEmpty()
                    ? 0
                    : Integer.parseInt(
                            there.get(there.size() - 1)
                                    .getFileName()
                                    .toString()
                                    .replaceAll("\\D", ""));
        }

        /** Under a new name each: a capture is never half an old one. */
        private static void keep(Path captures, String name, Optional<String> own, byte[] content)
                throws IOException {
            if (!Files.isDirectory(captures)) {
                // Not its parents: where the partition is gone, they would be made on the root's
                // card.
                Files.createDirectory(captures);
            }
            if (own.isPresent()) {
                Files.deleteIfExists(captures.resolve(own.get()));
            }
            List<Path> there = captures(captures);
            for (Path old : there.subList(0, Math.max(0, there.size() - BOOTS + 1))) {
                Files.deleteIfExists(old);
            }
            replace(captures.resolve(name), content);
        }

        private static List<Path> captures(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                return List.of();
            }
            try (Stream<Path> all = Files.list(folder)) {
                return all.filter(f -> f.getFileName().toString().matches(CAPTURE))
                        .sorted()
                        .toList();
            }
        }

        /**
         * One of that section's boot that is whole: the power may have gone while it was written.
         */
        static Optional<Path> captureOf(Path folder, String section, PrintStream out) {
            for (String name : Boot.captures(section)) {
                Path file = folder.resolve(CAPTURES).resolve(name);
                if (!Files.exists(file)) {
                    continue;
                }
                try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                    in.transferTo(OutputStream.nullOutputStream());
                    return Optional.of(file);
                } catch (IOException e) {
                    out.println(Plain.text(file.getFileName() + " is damaged: " + e.getMessage()));
                }
            }
            return Optional.empty();
        }

        /**
         * A whole new file on the disk before its name goes to it. FAT does not promise that a
         * rename is atomic; Linux's vfat writes one directory entry of one sector, which points at
         * the old file or the new one, but it does that when the file itself is synced again.
         */
        private static void replace(Path file, byte[] content) throws IOException {
            Path fresh =
                    file.resolveSibling(
                            file.getFileName().toString().replaceFirst("\\.[^.]+$", ".new"));
            try {
                try (FileChannel channel =
                        FileChannel.open(
                                fresh,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(content);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            } catch (IOException e) {
                Files.deleteIfExists(fresh);
                throw e;
            }
            try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            } catch (IOException e) {
                // Only Linux opens a folder; elsewhere nothing is recorded but in tests.
                return;
            }
        }
    }

    /** Watches one boot, from its start until it has been reachable for a while. */
    static final class Recorder {

        /**
         * In seconds.
         *
         * @param settle reachable for so long, and the recording ends
         * @param limit it ends in any case
         * @param fail unreachable for so long, and it is a failure
         * @param sample between two looks at the links
         * @param probe between two questions to a gateway
         * @param write between two writes that only tell what happened meanwhile
         */
        record Limits(
                double settle,
                double limit,
                double fail,
                double sample,
                double probe,
                double write) {

            static final Limits USUAL = new Limits(300, 7200, 120, 3, 12, 600);
        }

        private static final int JOURNAL_LINES = 60;

        /** So many writes may follow each other soon. */
        private static final int FREQUENT = 6;

        private final Shelf shelf;
        private final Air air;
        private final Limits limits;
        private final PrintStream err;
        private final Boot boot;
        private final Map<String, String> shown = new TreeMap<>();
        private String managers = "";
        private boolean reachable;
        private double since;
        private double probed = -1000;
        private double asked = -1000;
        private double written;
        private int writes;
        private boolean told;
        private boolean done;
        private Optional<Instant> begin = Optional.empty();

        Recorder(Shelf shelf, Air air, Limits limits, PrintStream err) {
            this.shelf = shelf;
            this.air = air;
            this.limits = limits;
            this.err = err;
            this.boot = new Boot(air.bootId());
        }

        /** Whether the Pi is reachable at the end. */
        boolean run() {
            Thread hook = new Thread(this::shutDown, "shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            double start = air.uptime();
            boot.event(start, "the recording begins");
            try {
                boolean first = true;
                while (true) {
                    double now = air.uptime();
                    boolean before = reachable;
                    look(now);
                    synchronized (this) {
                        boolean lost = !reachable && !told && now - since >= limits.fail();
                        boolean back = reachable && !before && told;
                        if (reachable && now - since >= limits.settle()) {
                            return end(now, "it has been reachable for a while");
                        }
                        if (now - start >= limits.limit()) {
                            return end(now, "the time for a recording is over");
                        }
                        if (lost) {
                            told = true;
                            Sight sight = air.sight();
                            boot.failure(Causes.of(sight), journal(sight));
                            boot.event(now, "why, first of all: " + boot.firstCause());
                            write(now, Optional.of(sight));
                        } else if (first
                                || boot.changedSince(written) && now - written >= pause()) {
                            write(now, Optional.empty());
                        }
                        if (back) {
                            told = false;
                        }
                    }
                    first = false;
                    air.pause(limits.sample());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return reachable;
            } finally {
                if (done) {
                    try {
                        Runtime.getRuntime().removeShutdownHook(hook);
                    } catch (IllegalStateException e) {
                        // The machine goes down just now; the hook finds that all is written.
                        hook.interrupt();
                    }
                }
            }
        }

        /** A link that flaps for hours must not wear out the card. */
        private double pause() {
            return writes < FREQUENT ? limits.write() / 10 : limits.write();
        }

        private void look(double now) {
            boolean probe = now - probed >= (reachable ? 3 * limits.probe() : limits.probe());
            if (probe) {
                probed = now;
            }
            List<Air.Link> links = air.links(probe);
            boolean works = links.stream().anyMatch(Air.Link::works);
            synchronized (this) {
                for (Air.Link link : links) {
                    if (!link.shown().equals(shown.put(link.name(), link.shown()))) {
                        boot.event(now, link.shown());
                        // What has changed is asked at once: the answer may have, too.
                        probed = Math.min(probed, now - limits.probe() + 2 * limits.sample());
                    }
                }
                for (String name : List.copyOf(shown.keySet())) {
                    if (links.stream().noneMatch(link -> link.name().equals(name))) {
                        shown.remove(name);
                        boot.event(now, name + " is gone");
                    }
                }
                if (now - asked >= 5 * limits.sample()) {
                    asked = now;
                    String running = air.managers();
                    if (!running.equals(managers)) {
                        managers = running;
                        boot.event(now, running);
                    }
                }
                if (works != reachable) {
                    reachable = works;
                    since = now;
                    boot.event(now, works ? "REACHABLE" : "NOT REACHABLE ANY MORE");
                    if (!works) {
                        boot.lost();
                    }
                }
                clock(now);
                boot.state(links, reachable, since, now);
            }
        }

        /** A jump of the clock against the uptime is somebody who set it. */
        private void clock(double now) {
            Instant at = air.clock();
            Instant start = at.minusMillis((long) (now * 1000));
            if (begin.isPresent()
                    && Math.abs(begin.get().getEpochSecond() - start.getEpochSecond()) > 30) {
                boot.event(
                        now,
                        "the clock is set: it was at "
                                + begin.get().plusMillis((long) (now * 1000)));
            }
            begin = Optional.of(start);
            boot.clock(at, now, air.clockSet());
        }

        private List<String> journal(Sight sight) {
            List<String> lines = Causes.journalLines(sight);
            return lines.subList(Math.max(0, lines.size() - JOURNAL_LINES), lines.size());
        }

        private boolean end(double now, String why) {
            if (!reachable && !told) {
                Sight sight = air.sight();
                boot.failure(Causes.of(sight), journal(sight));
            }
            boot.ended(why);
            write(now, Optional.empty());
            done = true;
            return reachable;
        }

        private synchronized void shutDown() {
            if (!done) {
                done = true;
                double now = air.uptime();
                boot.event(now, "the Pi is shut down, or the recording stopped");
                boot.ended("the Pi was shut down, or the recording stopped");
                write(now, Optional.empty());
            }
        }

        private void write(double now, Optional<Sight> capture) {
            written = now;
            writes++;
            Optional<String> where = shelf.keep(boot, capture);
            if (where.isEmpty()) {
                err.println(name() + ": the record could be written nowhere");
            } else if (where.get().contains(" (")) {
                err.println(name() + ": the record is in " + where.get());
            }
        }
    }

    /** Where bootdiag lies on a Pi that records every boot. */
    static final class Places {

        private static final Path FOLDER = Path.of("/usr/local/lib/netfix-bootdiag");
        private static final Path OWN_SCRIPT = FOLDER.resolve("boot-diagnostic.sh");
        private static final Path SCRIPT = Path.of("/usr/local/bin/boot-diagnostic.sh");

        /** There where netfix is installed, which brings SCRIPT and takes it away again. */
        private static final Path INSTALLED = Path.of("/usr/local/lib/netfix/bootdiag.java");

        private static final Path UNIT = Path.of("/etc/systemd/system/boot-diagnostic.service");
        private static final Path OLD_STYLE = Path.of("/etc/init.d/boot-diagnostic.sh");

        /** In whatever of these is netfix's; anything else is somebody's own, and is kept. */
        private static final String OURS = "Written by netfix";

        /** Not as ./jbang install names it, which would find the name taken, and refuse. */
        private static final String BEFORE = ".before-bootdiag";

        /** Low priority in everything; nothing waits for it. */
        static final String SERVICE =
                """
                # Written by netfix (bootdiag uninstall takes it away).
                [Unit]
                Description=Record of this boot's network on the boot partition
                After=local-fs.target

                [Service]
                ExecStart=/bin/sh /usr/local/lib/netfix-bootdiag/boot-diagnostic.sh run
                Nice=19
                IOSchedulingClass=idle
                CPUWeight=10
                OOMScoreAdjust=500
                TimeoutStopSec=30
                SuccessExitStatus=1 143

                [Install]
                WantedBy=multi-user.target
                """;

        /**
         * Runs what lies beside it, or where install or a copy put it. Without Java it still writes
         * the status file.
         */
        static final String LAUNCHER =
                """
                #!/bin/sh
                ### BEGIN INIT INFO
                # Provides:          boot-diagnostic
                # Required-Start:    $local_fs
                # Required-Stop:     $local_fs
                # Default-Start:     2 3 4 5
                # Default-Stop:      0 1 6
                # Short-Description: Records this boot's network on the boot partition
                # Description:       netfix bootdiag; the record is network-failure-log.txt.
                ### END INIT INFO

                # Written by netfix (bootdiag install or bootdiag launcher).
                #   boot-diagnostic.sh run       records until the network works, or two hours
                #   boot-diagnostic.sh start|stop|status|restart, for /etc/init.d
                #   boot-diagnostic.sh read DIR  and bootdiag's other verbs

                pidfile=/run/netfix-bootdiag.pid

                # A Java that runs a jar may have no compiler, without which it does not run a source.
                java_of() {
                    for java in "$(cat /usr/local/lib/netfix-bootdiag/java 2>/dev/null)" "$(command -v java)" \\
                        /usr/lib/jvm/*/bin/java; do
                        if [ -x "$java" ] && "$java" --version 2>/dev/null | grep -q -E '^[a-z]+ (1[7-9]|[2-9][0-9])'; then
                            case $1 in
                                # netfix's launcher sees to its own builds.
                                *.jar | /usr/local/lib/netfix/*) ;;
                                *) "$java" --list-modules 2>/dev/null | grep -q '^jdk[.]compiler' || continue ;;
                            esac
                            printf '%s\\n' "$java"
                            return 0
                        fi
                    done
                    return 1
                }

                # built FOLDER: its jar is of the bootdiag.java beside it, as that is now.
                built() {
                    [ -r "$1/bootdiag.jar" ] || return 1
                    [ -r "$1/bootdiag.java" ] && [ -r "$1/bootdiag.sha256" ] || return 0
                    sum=$(sha256sum <"$1/bootdiag.java")
                    [ "${sum%% *}" = "$(cat "$1/bootdiag.sha256")" ]
                }

                # Prints what to hand to java: what lies beside this; else what is installed with netfix, where an edit reaches it;
                # else the copy that install has made, which needs nothing else. Of that what is built, unless it was edited since.
                code_of() {
                    here=$(dirname "$(readlink -f "$0")")
                    copy=/usr/local/lib/netfix-bootdiag
                    netfix=/usr/local/lib/netfix
                    if [ "$here" = "$copy" ] || ! [ -r "$here/bootdiag.java" ]; then
                        if [ -r "$netfix/bootdiag.java" ] && [ -r "$netfix/builds/bootdiag/start" ]; then
                            printf '%s\\n' "$netfix/bootdiag.java"
                            return 0
                        fi
                    fi
                    for folder in "$here" "$copy" "$netfix" /boot/firmware /boot; do
                        code=
                        if built "$folder"; then
                            code=$folder/bootdiag.jar
                        elif [ -r "$folder/bootdiag.java" ]; then
                            code=$folder/bootdiag.java
                            if [ -r "$folder/bootdiag.jar" ]; then
                                echo "$code was edited since it was built; to build it: sudo sh $folder/boot-diagnostic.sh install" >&2
                                if ! jdk=$(java_of "$code") || ! "$jdk" "$code" --version >/dev/null; then
                                    echo 'it does not compile here; the last build that did goes on' >&2
                                    code=$folder/bootdiag.jar
                                fi
                            fi
                        fi
                        if [ -n "$code" ]; then
                            printf '%s\\n' "$code"
                            return 0
                        fi
                    done
                    return 1
                }

                # The boot partition as it is mounted.
                place() {
                    awk '$3 == "vfat" && ($2 == "/boot" || $2 == "/boot/firmware") { at = $2 }
                        END { print at }' /proc/mounts
                }

                # What docker0 or a VPN has leads nobody here; a bridge's address does, by the port below it.
                has_address() {
                    for device in /sys/class/net/*/device /sys/class/net/*/phy80211 /sys/class/net/*/lower_*/device; do
                        link=${device#/sys/class/net/}
                        if [ -e "$device" ] && ip -o addr show dev "${link%%/*}" scope global 2>/dev/null | grep -q .; then
                            return 0
                        fi
                    done
                    return 1
                }

                # Puts what comes in at one go beside the old status, then in its place; fails where it cannot.
                publish() {
                    [ -w "$1" ] && printf '%s\\r\\n' "$text" >"$1/diagnostic-status.new" && sync "$1/diagnostic-status.new" &&
                        mv -f "$1/diagnostic-status.new" "$1/diagnostic-status.txt" && sync "$1/diagnostic-status.txt" && return 0
                    rm -f "$1/diagnostic-status.new"
                    return 1
                } 2>/dev/null

                # What sh can say where no Java runs the recorder: once when the boot has settled.
                by_hand() {
                    waited=0
                    while [ "$waited" -lt 120 ] && ! has_address; do
                        sleep 5
                        waited=$((waited + 5))
                    done
                    text=$(
                        if has_address; then
                            echo 'VERDICT: it has an address; whether it is reachable was not tested'
                        else
                            echo 'VERDICT: NOT REACHABLE: no interface has an address'
                        fi
                        echo "This is all, because $1."
                        echo 'With this card in a computer that has netfix, ./jbang fix sdcard FOLDER puts a repair on it,'
                        echo 'without Java on the Pi; for the whole record:'
                        echo "$remedy."
                        date -u "+The Pi's clock then: %Y-%m-%d %H:%M:%S UTC"
                        echo
                        {
                            ip -o link show
                            ip -o addr show
                            systemctl is-active NetworkManager dhcpcd systemd-networkd
                        } 2>&1 | tr -cd '\\n -~'
                    )
                    text=$(printf '%s\\n' "$text" | awk 'NR > 1 { printf "\\r\\n" } { printf "%s", $0 }')
                    at=$(place)
                    why='no boot partition is mounted'
                    if [ -n "$at" ]; then
                        if publish "$at"; then return 0; fi
                        why="$at cannot be written"
                        if awk -v at="$at" '$2 == at { ro = $4 ~ /^(.*,)?ro(,|$)/ } END { exit !ro }' /proc/mounts &&
                            mount -o remount,rw "$at"; then
                            kept=1
                            publish "$at" && kept=0
                            mount -o remount,ro "$at"
                            if [ "$kept" = 0 ]; then return 0; fi
                        fi
                    fi
                    text="$text$(printf '\\r\\nIt lies here because %s.' "$why")"
                    if ! publish /var/log; then
                        echo "boot-diagnostic.sh: $why, nor can /var/log" >&2
                        return 1
                    fi
                    # Over what is there even a full partition can write: an old verdict is none.
                    if [ -n "$at" ] && [ -w "$at/diagnostic-status.txt" ]; then
                        line='VERDICT: not here. The newer record is in /var/log of the root partition.'
                        printf '%s\\r\\n' "$line" | dd of="$at/diagnostic-status.txt" conv=notrunc,fsync 2>/dev/null &&
                            truncate -s "$((${#line} + 2))" "$at/diagnostic-status.txt"
                    fi
                }

                # without REASON VERB...: a boot is told of all the same; the other verbs are Java's.
                without() {
                    if [ $# -eq 1 ]; then
                        by_hand "$1"
                    else
                        echo "${0##*/} $2: $1 ($remedy)" >&2
                        return 3
                    fi
                }

                run() {
                    remedy='install netfix again (sudo ./jbang install, in a checkout of it)'
                    if ! code=$(code_of); then
                        without 'bootdiag.java is not beside this script, in /usr/local/lib/netfix-bootdiag or on the boot partition' "$@"
                        return
                    fi
                    remedy='sudo apt-get install openjdk-17-jdk-headless, or default-jdk-headless where that is newer'
                    if ! java=$(java_of "$code"); then
                        without 'no JDK of Java 17 or newer is installed' "$@"
                        return
                    fi
                    NETFIX_COMMAND=${0##*/}
                    # Where there is no locale, or one that was never generated, a JVM takes the names of files for ASCII.
                    LC_ALL=C.UTF-8
                    export NETFIX_COMMAND LC_ALL
                    if [ "$code" = /usr/local/lib/netfix/bootdiag.java ] && [ -d /usr/local/lib/netfix/builds/bootdiag ]; then
                        # Built with the other scripts, and built anew after an edit: a start from the source costs eight times as much.
                        launcher=/usr/local/lib/netfix/lib/launcher.sh
                        NETFIX_BUILD=alone sh "$launcher" bootdiag || true
                        NETFIX_BUILD=never
                        NETFIX_JAVA_OPTIONS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx48m -Xlog:disable'
                        export NETFIX_BUILD NETFIX_JAVA_OPTIONS
                        exec sh "$launcher" bootdiag "$@"
                    fi
                    case $code in
                        *.jar) exec "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx48m -cp "$code" bootdiag "$@" ;;
                        *) exec "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx96m "$code" "$@" ;;
                    esac
                }

                # The number may be another process's by now.
                running() {
                    [ -r "$pidfile" ] && pid=$(cat "$pidfile") &&
                        tr '\\0' ' ' <"/proc/${pid:-none}/cmdline" 2>/dev/null | grep -q -e bootdiag -e boot-diagnostic
                }

                case ${1:-run} in
                    start)
                        if running; then exit 0; fi
                        # Left to itself: a boot does not wait for it.
                        nice -n 19 setsid "$0" run </dev/null >/dev/null 2>&1 &
                        echo $! >"$pidfile"
                        ;;
                    stop)
                        if running; then kill "$pid"; fi
                        rm -f "$pidfile"
                        ;;
                    restart | force-reload)
                        "$0" stop
                        "$0" start
                        ;;
                    status)
                        if running || [ "$(systemctl show --value -p SubState boot-diagnostic.service 2>/dev/null)" = running ]; then
                            echo 'boot-diagnostic: recording'
                            exit 0
                        fi
                        echo 'boot-diagnostic: not recording (it ends when the network has worked for five minutes)'
                        exit 3
                        ;;
                    run) run ;;
                    *) run "$@" ;;
                esac
                """;

        private final PrintStream out;

        Places(PrintStream out) {
            this.out = out;
        }

        /**
         * This file, where it is run as a source: the launcher of sources leaves its command line
         * in a property.
         */
        static Optional<Path> source() {
            String[] words = System.getProperty("sun.java.command", "").split(" ");
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < words.length; i++) {
                if (i == 0 && words[0].startsWith("jdk.compiler/")) {
                    continue;
                }
                path.append(path.length() == 0 ? "" : " ").append(words[i]);
                if (path.toString().endsWith("bootdiag.java")
                        && Files.isRegularFile(Path.of(path.toString()))) {
                    return Optional.of(Path.of(path.toString()));
                }
            }
            return Optional.empty();
        }

        void install() throws Refused, IOException {
            boolean script = !Files.exists(SCRIPT) || !Files.exists(INSTALLED);
            if (script) {
                refuseTwo(SCRIPT);
            }
            refuseTwo(UNIT);
            Files.createDirectories(FOLDER);
            byte[] text;
            try (InputStream in = Places.class.getResourceAsStream("/bootdiag.java")) {
                Optional<Path> source = source();
                if (in == null && source.isEmpty()) {
                    throw new IOException(
                            "its own source is not to be found; start it with java or jbang from"
                                    + " bootdiag.java");
                }
                text = in != null ? in.readAllBytes() : Files.readAllBytes(source.orElseThrow());
            }
            put(FOLDER.resolve("bootdiag.java"), text, "rw-r--r--");
            String java = System.getProperty("java.home") + "/bin/java";
            if (!java.matches("/(home|root)/.*")) {
                put(FOLDER.resolve("java"), (java + "\n").getBytes(Plain.ASCII), "rw-r--r--");
            }
            Path jar = ownJar();
            put(
                    FOLDER.resolve("bootdiag.jar"),
                    jar != null
                            ? Files.readAllBytes(jar)
                            : compiled(FOLDER.resolve("bootdiag.java")),
                    "rw-r--r--");
            put(FOLDER.resolve("bootdiag.sha256"), hash(text), "rw-r--r--");
            put(OWN_SCRIPT, LAUNCHER.getBytes(Plain.ASCII), "rwxr-xr-x");
            if (script) {
                putInPlace(SCRIPT, LAUNCHER, "rwxr-xr-x");
            }
            putInPlace(UNIT, SERVICE, "rw-r--r--");
            Shelf.output("systemctl", "daemon-reload");
            Shelf.output("systemctl", "enable", "boot-diagnostic.service");
            if (!Files.exists(
                    Path.of("/etc/systemd/system/multi-user.target.wants/boot-diagnostic.service"),
                    LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(
                        "systemctl enable boot-diagnostic.service did not work; is systemd"
                                + " running?");
            }
            out.println(
                    "Installed: every boot from the next one on is recorded in "
                            + Shelf.LOG
                            + " on the boot partition. bootdiag uninstall takes it away.");
        }

        /** By which the script sees that what lies beside the jar is not what it was built of. */
        private static byte[] hash(byte[] text) throws IOException {
            try {
                byte[] sum = MessageDigest.getInstance("SHA-256").digest(text);
                return (HexFormat.of().formatHex(sum) + "\n").getBytes(Plain.ASCII);
            } catch (NoSuchAlgorithmException e) {
                throw new IOException(e);
            }
        }

        /** A start from the source costs eight times as much, and this is one at every boot. */
        private static byte[] compiled(Path source) throws IOException {
            Path classes = Files.createTempDirectory("bootdiag");
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int status =
                    ToolProvider.getSystemJavaCompiler()
                            .run(
                                    null,
                                    said,
                                    said,
                                    "-encoding",
                                    "UTF-8",
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    source.toString());
            if (status != 0) {
                throw new IOException(source + " does not compile: " + said);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JarOutputStream jar = new JarOutputStream(bytes);
                    DirectoryStream<Path> all = Files.newDirectoryStream(classes)) {
                for (Path file : all) {
                    jar.putNextEntry(new ZipEntry(file.getFileName().toString()));
                    jar.write(Files.readAllBytes(file));
                    Files.delete(file);
                }
            }
            Files.delete(classes);
            return bytes.toByteArray();
        }

        private static Path ownJar() {
            String path =
                    Places.class.getProtectionDomain().getCodeSource() == null
                                    || Places.class
                                                    .getProtectionDomain()
                                                    .getCodeSource()
                                                    .getLocation()
                                            == null
                            ? ""
                            : Places.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .getPath();
            return path.endsWith(".jar") && Files.isRegularFile(Path.of(path))
                    ? Path.of(path)
                    : null;
        }

        private void put(Path file, byte[] content, String mode) throws IOException {
            Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
            Files.write(fresh, content);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            out.println("  " + file);
        }

        private static Path before(Path file) {
            return file.resolveSibling(file.getFileName() + BEFORE);
        }

        /** Whether somebody's own is there: the documentation's shell script, say. */
        private static boolean isAnothers(Path file) throws IOException {
            boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            return there
                    && !(Files.isRegularFile(file)
                            && Files.readString(file, StandardCharsets.ISO_8859_1).contains(OURS));
        }

        /** Two of somebody's own, and one name for them. */
        static void refuseTwo(Path file) throws Refused, IOException {
            if (isAnothers(file) && Files.exists(before(file), LinkOption.NOFOLLOW_LINKS)) {
                throw new Refused(
                        file
                                + " is not netfix's, and "
                                + before(file)
                                + " is there already: move one of them away, then try again",
                        2);
            }
        }

        /** What is there and somebody's own is kept beside it. */
        void putInPlace(Path file, String content, String mode) throws IOException {
            if (isAnothers(file)) {
                Files.move(file, before(file));
                out.println("  kept what was there: " + file + " as " + before(file));
            }
            put(file, content.getBytes(Plain.ASCII), mode);
        }

        /**
         * Takes ours away, and nobody else's.
         *
         * @return whether what it stood in for is there again
         */
        boolean takeAway(Path file) throws IOException {
            if (isAnothers(file)) {
                out.println("  left as it is: " + file + ", which is not netfix's");
                return false;
            }
            remove(file);
            boolean kept = Files.exists(before(file), LinkOption.NOFOLLOW_LINKS);
            if (kept) {
                Files.move(before(file), file);
                out.println("  put back what was there before: " + file);
            }
            return kept;
        }

        void uninstall() throws IOException {
            if (!isAnothers(UNIT)) {
                Shelf.output("systemctl", "disable", "--now", "boot-diagnostic.service");
            }
            boolean ours =
                    Files.isRegularFile(OLD_STYLE)
                            && Files.readString(OLD_STYLE, StandardCharsets.ISO_8859_1)
                                    .contains("netfix bootdiag");
            if (ours) {
                Shelf.output("update-rc.d", "-f", "boot-diagnostic.sh", "remove");
                remove(OLD_STYLE);
            }
            if (takeAway(UNIT)) {
                out.println(
                        "  no boot starts it; systemctl enable boot-diagnostic.service changes"
                                + " that");
            }
            if (!Files.exists(INSTALLED)) {
                takeAway(SCRIPT);
            }
            for (String name :
                    List.of(
                            "bootdiag.java",
                            "bootdiag.jar",
                            "bootdiag.sha256",
                            "java",
                            "boot-diagnostic.sh")) {
                remove(FOLDER.resolve(name));
            }
            remove(FOLDER);
            Shelf.output("systemctl", "daemon-reload");
            out.println("Uninstalled. What was recorded stays on the boot partition.");
        }

        private void remove(Path file) throws IOException {
            if (Files.deleteIfExists(file)) {
                out.println("  removed " + file);
            }
        }
    }
}
