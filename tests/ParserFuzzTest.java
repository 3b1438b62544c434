package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** A slice of ./jbang fuzz, which goes on for as long as one likes. */
class ParserFuzzTest {

    @Test
    void noParserTripsOverDamage() {
        assertEquals(List.of(), new ParserFuzz(20261122).run(60));
    }

    private record Json(Command command, Function<String, Reading<?>> parser) {}

    /** A torn answer is unknown: half of a list would say that the rest is not there. */
    @Test
    void anAnswerThatWasCutIsUnknown() {
        List<Json> answers =
                List.of(
                        new Json(IpAddress.COMMAND, IpAddress::parse),
                        new Json(Route.COMMAND, text -> Route.parse(text, false)),
                        new Json(Neighbour.COMMAND, Neighbour::parse),
                        new Json(Rfkill.COMMAND, Rfkill::parse));
        Random random = new Random(20261123);
        List<String> wrong = new ArrayList<>();
        for (String name : Captures.names()) {
            Capture capture = CaptureFile.load(Captures.file(name));
            for (Json json : answers) {
                CommandResult result = capture.commands.get(json.command().argv());
                String whole = result == null ? "" : result.stdout().strip();
                for (int i = 0; i < 20 && whole.length() > 2; i++) {
                    String cut = whole.substring(0, 1 + random.nextInt(whole.length() - 1));
                    if (json.parser().apply(cut).whyUnknown().isEmpty()) {
                        wrong.add(name + ": " + json.command().shown() + ": " + cut);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Without one of its answers a broken Pi may be a Pi that cannot be told, and no sound one. */
    @Test
    void aMissingAnswerHealsNothing() {
        Random random = new Random(20261123);
        List<String> wrong = new ArrayList<>();
        for (String name : Captures.names()) {
            Capture capture = CaptureFile.load(Captures.file(name));
            if (verdict(capture, name) == Diagnosis.Verdict.HEALTHY) {
                continue;
            }
            List<List<String>> asked = new ArrayList<>(capture.commands.keySet());
            for (int i = 0; i < 3; i++) {
                List<String> argv = asked.get(random.nextInt(asked.size()));
                CommandResult was =
                        capture.commands.put(
                                argv,
                                new CommandResult(
                                        argv, CommandResult.Outcome.TIMED_OUT, -1, "", ""));
                if (verdict(capture, name) == Diagnosis.Verdict.HEALTHY) {
                    wrong.add(name + " without " + Command.shown(argv));
                }
                capture.commands.put(argv, was);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static Diagnosis.Verdict verdict(Capture capture, String name) {
        return Diagnosis.of(Look.at(new ReplayedMachine(capture, name), Progress.silent()))
                .verdict();
    }
}
