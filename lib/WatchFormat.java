package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a watch saw, as a document of the schema {@code netfix/watch/1}: all of it but the two
 * looks, which are captures of their own. Times are nanoseconds since the watch began.
 */
final class WatchFormat {

    static final String SCHEMA = "netfix/watch/1";

    private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

    private static final long LONGEST_NANOS = Duration.ofSeconds(2L * Watch.MOST_SECONDS).toNanos();

    private WatchFormat() {}

    static ObjectNode write(Watch.Observed o) {
        ObjectNode top = Json.object();
        top.put("schema", SCHEMA);
        top.put("started", o.started().toString());
        top.put("lasted", o.lasted().toNanos());
        ArrayNode events = top.putArray("events");
        for (WatchEvent e : o.events()) {
            ObjectNode node = events.addObject();
            node.put("at", e.nanos() - o.startedNanos());
            node.put("source", Json.word(e.source()));
            node.put("subject", e.subject());
            node.put("text", Redaction.of(e.text()));
            node.put("who", Redaction.of(e.who()));
            e.thing().ifPresent(thing -> put(node.putObject("thing"), thing));
            node.put("gone", e.gone());
        }
        top.put("unkept", o.unkept());
        top.put("unheard", o.unheard());
        ObjectNode deaf = top.putObject("deaf");
        o.deaf().forEach((source, why) -> deaf.put(Json.word(source), Redaction.of(why)));
        absences(top.putArray("lost"), o.lost(), o);
        absences(top.putArray("returned"), o.returned(), o);
        ArrayNode gained = top.putArray("gained");
        o.gained().forEach(thing -> put(gained.addObject(), thing));
        ObjectNode renamed = top.putObject("renamed");
        o.renamed().forEach(renamed::put);
        return top;
    }

    private static void absences(ArrayNode to, List<Absences.Absence> all, Watch.Observed o) {
        for (Absences.Absence a : all) {
            ObjectNode node = to.addObject();
            put(node.putObject("thing"), a.thing());
            node.put("since", a.since() - o.startedNanos());
            node.put("who", Redaction.of(a.who()));
            node.put("until", a.until() - o.startedNanos());
        }
    }

    /** A thing as watch.json and the report name it. */
    static void put(ObjectNode node, Thing thing) {
        node.put("kind", Json.word(thing.aspect()));
        node.put("subject", thing.subject());
        node.put("what", thing.what());
    }

    /**
     * @throws BadInput where it is no such document, or one of a newer schema
     */
    static ObjectNode checked(byte[] text, String where) {
        try {
            JsonNode top = Json.read(new String(text, StandardCharsets.UTF_8));
            String schema = top.path("schema").asText();
            if (top instanceof ObjectNode object && schema.equals(SCHEMA)) {
                return object;
            }
            throw new BadInput(
                    where
                            + ": schema is '"
                            + schema
                            + "', this netfix reads "
                            + SCHEMA
                            + (schema.startsWith("netfix/watch/") ? "; use a newer netfix" : ""));
        } catch (JsonProcessingException e) {
            throw new BadInput(
                    where
                            + ", line "
                            + e.getLocation().getLineNr()
                            + ": not JSON; the capture is damaged");
        }
    }

    /**
     * @throws BadInput where a value in it is unknown
     */
    static Watch.Observed read(ObjectNode top, Snapshot before, Snapshot after, String where) {
        try {
            List<WatchEvent> events = new ArrayList<>();
            for (JsonNode node : top.path("events")) {
                events.add(
                        new WatchEvent(
                                nanos(node.path("at")),
                                source(node.path("source").asText()),
                                node.path("subject").asText(),
                                node.path("text").asText(),
                                node.path("who").asText(),
                                Optional.of(node.path("thing"))
                                        .filter(JsonNode::isObject)
                                        .map(WatchFormat::thing),
                                node.path("gone").asBoolean()));
            }
            Map<WatchSource, String> deaf = new EnumMap<>(WatchSource.class);
            top.path("deaf")
                    .properties()
                    .forEach(field -> deaf.put(source(field.getKey()), field.getValue().asText()));
            List<Thing> gained = new ArrayList<>();
            top.path("gained").forEach(node -> gained.add(thing(node)));
            Map<String, String> renamed = new TreeMap<>();
            top.path("renamed")
                    .properties()
                    .forEach(field -> renamed.put(field.getKey(), field.getValue().asText()));
            return new Watch.Observed(
                    before,
                    after,
                    instant(top.path("started").asText()),
                    0,
                    Duration.ofNanos(Math.max(0, nanos(top.path("lasted")))),
                    List.copyOf(events),
                    top.path("unkept").asLong(),
                    top.path("unheard").asLong(),
                    Map.copyOf(deaf),
                    absences(top.path("lost"), false),
                    absences(top.path("returned"), true),
                    List.copyOf(gained),
                    renamed);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BadInput(
                    where
                            + ": watch.json has a value that this netfix does not know: "
                            + e.getMessage());
        }
    }

    private static WatchSource source(String name) {
        return WatchSource.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Thing thing(JsonNode node) {
        return new Thing(
                Thing.Aspect.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                node.path("subject").asText(),
                node.path("what").asText());
    }

    /**
     * A Pi without a clock is in 1970, and nothing counts with years of five digits.
     *
     * @throws DateTimeException where it is no instant, or beyond that
     */
    static Instant instant(String text) {
        Instant at = Instant.parse(text);
        if (at.isBefore(Instant.EPOCH) || !at.isBefore(LAST)) {
            throw new DateTimeException("the time " + text);
        }
        return at;
    }

    /** Since the watch began; with the looks around it a watch takes longer than its time. */
    private static long nanos(JsonNode node) {
        long nanos = node.asLong();
        if (nanos > LONGEST_NANOS || nanos < -LONGEST_NANOS) {
            throw new IllegalArgumentException("the time " + nanos + " ns");
        }
        return nanos;
    }

    /** Of what did not come back there is no end to be read. */
    private static List<Absences.Absence> absences(JsonNode all, boolean ended) {
        List<Absences.Absence> list = new ArrayList<>();
        for (JsonNode node : all) {
            list.add(
                    new Absences.Absence(
                            thing(node.path("thing")),
                            nanos(node.path("since")),
                            node.path("who").asText(),
                            ended ? nanos(node.path("until")) : 0));
        }
        return List.copyOf(list);
    }
}
