package netfix;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code fix sdcard} can be told. */
public final class SdCardOptions {

    @Parameters(paramLabel = "DIR", description = "Where the card's boot partition is mounted.")
    Path folder;

    @Option(
            names = "--wifi",
            paramLabel = "SSID",
            description =
                    "A Wi-Fi network to add. Asks for the passphrase, or takes it from a line of"
                            + " standard input; an empty one is an open network.")
    String wifi;

    @Option(names = "--hidden", description = "That network does not tell its name.")
    boolean hidden;

    @Option(
            names = "--wpa3",
            description =
                    "That network takes WPA3 only. Then the passphrase itself has to lie on the"
                            + " card until the next boot.")
    boolean wpa3;

    @Option(
            names = "--country",
            paramLabel = "XX",
            description =
                    "Where the Pi is (GB, DE, US, ...). Wi-Fi needs it where cmdline.txt has none.")
    String country = "";

    @Option(names = "--undo", description = "Take off what waits on the card for the next boot.")
    boolean undo;

    @Option(
            names = "--diagnose-only",
            description = "The next boot only records how it is set up, and what becomes of it.")
    boolean diagnoseOnly;

    @Option(
            names = "--restore",
            description = "The next boot puts back what the last rescue changed.")
    boolean restore;

    /**
     * Does it.
     *
     * @param document where to one of the plan goes, if one is asked for
     * @param agreement asked once the plan is shown
     * @throws BadInput where the options or the card are not as they must be; nothing is changed
     *     then
     */
    public int run(
            FixOptions agreement,
            PrintStream narration,
            Optional<PrintStream> document,
            Terminal terminal) {
        refuseContradictions();
        SdCard card = new SdCard(folder, narration);
        if (undo) {
            return undone(card, agreement, narration, document);
        }
        SdCard.Mode mode =
                restore
                        ? SdCard.Mode.RESTORE
                        : diagnoseOnly ? SdCard.Mode.RECORD : SdCard.Mode.REPAIR;
        card.refuse(mode, country);
        refuseCountry(card);
        SdCard.Wish wish =
                new SdCard.Wish(
                        mode,
                        Optional.ofNullable(wifi)
                                .map(name -> RescueWifi.of(name, passphrase(), wpa3, hidden)),
                        country);
        for (String line : card.plan(wish)) {
            String safe = Terminal.safe(line);
            // What goes into cmdline.txt is one line there, too.
            narration.println(safe.startsWith("    ") ? safe : terminal.prose(safe, 4));
        }
        document.ifPresent(out -> out.println(card.document(wish)));
        if (agreement.dryRun) {
            return ExitCode.PROBLEMS;
        }
        return agreement.agreed() ? card.schedule(wish) : ExitCode.USAGE;
    }

    /** The document tells what is off, which is known afterwards only. */
    private static int undone(
            SdCard card,
            FixOptions agreement,
            PrintStream narration,
            Optional<PrintStream> document) {
        List<String> waiting = card.waiting();
        if (agreement.dryRun) {
            narration.println(
                    waiting.isEmpty()
                            ? "Nothing is waiting on this card."
                            : "Would be taken off: " + String.join("; ", waiting) + ".");
            document.ifPresent(out -> out.println(card.documentOfUndo(waiting)));
            return waiting.isEmpty() ? ExitCode.GOOD : ExitCode.PROBLEMS;
        }
        int exit = agreement.agreed() ? card.undo() : ExitCode.USAGE;
        if (document.isPresent()) {
            List<String> left = card.waiting();
            List<String> off = waiting.stream().filter(line -> !left.contains(line)).toList();
            document.get().println(card.documentOfUndo(off));
        }
        return exit;
    }

    private void refuseContradictions() {
        long modes = List.of(undo, diagnoseOnly, restore).stream().filter(on -> on).count();
        if (modes > 1 || modes == 1 && (wifi != null || !country.isEmpty())) {
            throw new BadInput(
                    "--undo, --diagnose-only and --restore exclude each other, and --wifi and"
                            + " --country");
        }
        if (wifi == null && (hidden || wpa3)) {
            throw new BadInput("--hidden and --wpa3 say something of a network: add --wifi SSID");
        }
        boolean known =
                country.isEmpty() || Arrays.asList(Locale.getISOCountries()).contains(country);
        if (!known) {
            throw new BadInput(
                    "--country "
                            + country
                            + ": no country; give its two capital letters, as GB or DE");
        }
    }

    private void refuseCountry(SdCard card) {
        Optional<String> named = card.country();
        if (!country.isEmpty() && named.isPresent() && !named.get().equals(country)) {
            throw new BadInput(
                    "--country "
                            + country
                            + ": cmdline.txt already names "
                            + named.get()
                            + " (cfg80211.ieee80211_regdom="
                            + named.get()
                            + "), which the Pi goes by: change it there, or leave --country out;"
                            + " nothing was changed");
        }
        if (wifi != null && country.isEmpty() && named.isEmpty()) {
            throw new BadInput(
                    "--wifi wants --country XX too (where the Pi is, as GB or DE): cmdline.txt"
                            + " names none, and without one Wi-Fi may stay off; nothing was"
                            + " changed");
        }
    }

    private String passphrase() {
        boolean terminal = Terminal.isTerminal(0);
        Console console = terminal ? System.console() : null;
        if (terminal && console == null) {
            // It would be read with an echo.
            throw new BadInput(
                    "--wifi: the passphrase can be asked for only where the output is a terminal,"
                            + " too; give it as a line of standard input, or do not redirect the"
                            + " output; nothing was changed");
        }
        if (console != null) {
            char[] typed = console.readPassword("Passphrase of \"%s\": ", Terminal.safe(wifi));
            if (typed == null) {
                // Ctrl-D is nobody's open network.
                throw new BadInput("--wifi: no passphrase was typed; nothing was changed");
            }
            return new String(typed);
        }
        try {
            String line =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                            .readLine();
            if (line == null) {
                throw new BadInput(
                        "--wifi: no passphrase came on standard input (an empty line is an open"
                                + " network)");
            }
            return line;
        } catch (IOException e) {
            throw new BadInput("--wifi: standard input cannot be read: " + e.getMessage());
        }
    }
}
