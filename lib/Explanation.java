package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;

/** The table of findings to read: all rows in one line each, or one row in full. */
public final class Explanation {

    private Explanation() {}

    /** Lines, each ended by a newline, in the order of the report. */
    public static String list(boolean json) {
        if (json) {
            ObjectNode top = Json.object();
            top.put("schema", "netfix/findings/1");
            ArrayNode rows = top.putArray("findings");
            Findings.TABLE.forEach(row -> put(rows.addObject(), row));
            return Json.pretty(top) + "\n";
        }
        int width = Findings.TABLE.stream().mapToInt(r -> r.code().length()).max().orElse(0);
        return Findings.TABLE.stream()
                .map(
                        r ->
                                r.code()
                                        + " ".repeat(width - r.code().length())
                                        + "  "
                                        + r.title()
                                        + "\n")
                .collect(Collectors.joining());
    }

    /**
     * @throws BadInput where there is no such code
     */
    public static String of(String code, boolean json, Terminal terminal) {
        FindingRow row =
                Findings.TABLE.stream()
                        .filter(r -> r.code().equals(code))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new BadInput(
                                                "--explain "
                                                        + code
                                                        + ": no finding has that code;"
                                                        + " diagnose --list shows them"));
        if (json) {
            ObjectNode top = Json.object();
            top.put("schema", "netfix/findings/1");
            put(top.putArray("findings").addObject(), row);
            return Json.pretty(top) + "\n";
        }
        return String.join(
                        "\n",
                        List.of(
                                terminal.prose(row.title() + " [" + row.code() + "]", 2),
                                terminal.prose("  why:        " + row.why(), 14),
                                "  root:       " + row.cause(),
                                terminal.prose("  recognised: " + row.recognised(), 14),
                                "  do:         " + row.remedy(),
                                "  reboot:     "
                                        + (row.survivesReboot()
                                                ? "it is still there after one"
                                                : "it may be gone after one, with what proves it"),
                                terminal.prose("  source:     " + row.source(), 14)))
                + "\n";
    }

    private static void put(ObjectNode node, FindingRow row) {
        node.put("code", row.code());
        node.put("title", row.title());
        node.put("cause", row.cause().toString());
        node.put("why", row.why());
        node.put("recognised", row.recognised());
        node.put("remedy", row.remedy());
        node.put("survives_reboot", row.survivesReboot());
        node.put("source", row.source());
    }
}
