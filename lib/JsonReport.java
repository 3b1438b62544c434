package netfix;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * A diagnosis as a document of the schema {@code netfix/diagnosis/1}. No field is renamed or
 * removed within a number.
 */
public final class JsonReport {

    private JsonReport() {}

    public static String of(Diagnosis d) {
        return Json.pretty(tree(d));
    }

    static ObjectNode tree(Diagnosis d) {
        Snapshot s = d.snapshot();
        ObjectNode top = Json.document("netfix/diagnosis/1");
        top.put("verdict", Json.word(d.verdict()));
        ObjectNode host = top.putObject("host");
        host.put("name", s.host().name());
        host.put("os", s.host().os());
        host.put("source", s.host().source());
        host.put("taken", s.host().taken().toString());
        host.put("root", s.host().root());
        answer(top.putObject("reachable_now"), d.now());
        answer(top.putObject("reachable_after_boot"), d.afterBoot());
        ArrayNode interfaces = top.putArray("interfaces");
        Owners owners = Owners.of(s);
        for (Link link : s.physical()) {
            ObjectNode node = interfaces.addObject();
            node.put("name", link.name());
            node.put("kind", Json.word(link.kind()));
            node.put("mac", link.mac());
            node.put("up", link.up());
            link.carrier().ifPresent(carrier -> node.put("carrier", carrier));
            strings(
                    node.putArray("addresses"),
                    link.addresses().stream().map(Link.Address::toString).toList());
            strings(
                    node.putArray("managers"),
                    owners.of(link).stream()
                            .filter(Owners.Claim::holds)
                            .map(c -> c.manager().toString())
                            .toList());
            answer(node.putObject("reachable_now"), Reach.of(s, link));
            answer(node.putObject("reachable_after_boot"), BootForecast.of(s, link));
        }
        ArrayNode findings = top.putArray("findings");
        for (Finding f : d.findings().found()) {
            ObjectNode node = findings.addObject();
            node.put("code", f.row().code());
            node.put("severity", Json.word(f.hit().severity()));
            node.put("subject", f.hit().subject());
            node.put("title", f.row().title());
            node.put("text", f.hit().text());
            node.put("cause", f.cause().toString());
            node.put("why", f.row().why());
            node.put("survives_reboot", f.row().survivesReboot());
            ArrayNode evidence = node.putArray("evidence");
            f.hit()
                    .evidence()
                    .forEach(
                            e ->
                                    evidence.addObject()
                                            .put("what", e.what())
                                            .put("source", e.source()));
            strings(node.putArray("remedy"), f.hit().remedy());
        }
        ArrayNode scan = top.putArray("next_scan");
        for (ScanForecast.Fall fall : ScanForecast.of(s).orElse(List.of())) {
            ObjectNode node = scan.addObject();
            node.put("profile", fall.profile().id());
            node.put("ssid", fall.profile().ssid());
            node.put("fate", Json.word(fall.fate()));
            node.put("why", fall.why());
        }
        ArrayNode unknown = top.putArray("unknown");
        d.findings()
                .unknown()
                .forEach(
                        (code, reason) ->
                                unknown.addObject().put("code", code).put("reason", reason));
        return top;
    }

    static void answer(ObjectNode node, Answer answer) {
        node.put("answer", Json.word(answer.kind()));
        node.put("why", answer.why());
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }
}
