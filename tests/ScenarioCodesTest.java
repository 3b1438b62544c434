package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The lab's scenarios name findings by their code. A step that says "does not find" passes for ever
 * with a code that no row has, be it misspelt or renamed since.
 */
class ScenarioCodesTest {

    private static final Pattern CODES =
            Pattern.compile(
                    "diagnose (?:exits \\d+ with findings|finds no error but|finds|does not find)"
                            + " ([a-z0-9-]+(?:, ?[a-z0-9-]+)*)$");

    @Test
    void areInTheTable() {
        Set<String> table =
                Findings.TABLE.stream().map(FindingRow::code).collect(Collectors.toSet());
        List<String> strangers = new ArrayList<>();
        int codes = 0;
        for (var file : Checkout.files(f -> f.toString().endsWith(".scenario"))) {
            List<String> lines = Checkout.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                Matcher step = CODES.matcher(lines.get(i).strip());
                if (step.find()) {
                    for (String code : step.group(1).split(", ?")) {
                        codes++;
                        if (!table.contains(code)) {
                            strangers.add(file + ":" + (i + 1) + ": " + code);
                        }
                    }
                }
            }
        }
        assertFalse(codes == 0, "no scenario names any code");
        assertEquals(List.of(), strangers);
    }
}
