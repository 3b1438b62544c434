package netfix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What monitor says of itself: as JSON, as metrics, and for a person. Written with jackson-core
 * alone, because databind costs a daemon eight megabytes.
 *
 * @param build what it was built into, see {@link #buildOf}
 * @param since when it was started
 * @param state {@code watching}, {@code repairing} or {@code only watching}
 * @param why what it only watches for, else empty
 * @param carrying by interface, whether it carries
 * @param silent gateways that do not answer, by interface
 * @param deaf sources of events that cannot be heard, and why
 */
record MonitorStatus(
        long pid,
        String build,
        Instant since,
        String state,
        String why,
        Map<String, Boolean> carrying,
        Map<String, String> left,
        Map<String, String> silent,
        Map<String, String> deaf,
        List<Fault> faults,
        List<MonitorMemory.Incident> incidents,
        long incidentCount,
        Map<String, MonitorMemory.Total> totals,
        Collection<String> knownGood) {

    static final String SCHEMA = "netfix/status/1";

    /**
     * The name of a build: {@code jars} where fix has put it in place, else the folder that JBang
     * has named after the script and a hash of its sources.
     */
    static String buildOf(Path jar) {
        return jar.getParent().getFileName().toString();
    }

    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            out.useDefaultPrettyPrinter();
            out.writeStartObject();
            out.writeStringField("schema", SCHEMA);
            out.writeNumberField("pid", pid);
            out.writeStringField("build", build);
            out.writeStringField("since", since.truncatedTo(ChronoUnit.SECONDS).toString());
            out.writeStringField("state", state);
            out.writeStringField("why", why);
            out.writeObjectFieldStart("carries");
            for (Map.Entry<String, Boolean> link : carrying.entrySet()) {
                out.writeBooleanField(link.getKey(), link.getValue());
            }
            out.writeEndObject();
            texts(out, "left_alone", left);
            texts(out, "silent_gateways", silent);
            texts(out, "not_heard", deaf);
            out.writeArrayFieldStart("faults");
            for (Fault fault : faults) {
                out.writeStartObject();
                out.writeStringField("code", fault.code());
                out.writeStringField("subject", fault.subject());
                out.writeStringField("text", fault.text());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeNumberField("incident_count", incidentCount);
            out.writeArrayFieldStart("incidents");
            for (MonitorMemory.Incident incident : incidents) {
                incident(out, incident);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("repairs");
            for (Map.Entry<String, MonitorMemory.Total> total : totals.entrySet()) {
                out.writeStartObject();
                out.writeStringField("step", total.getKey());
                out.writeNumberField("taken", total.getValue().taken());
                out.writeNumberField("helped", total.getValue().helped());
                out.writeNumberField("seconds", total.getValue().millis() / 1000.0);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("known_good");
            for (String name : knownGood) {
                out.writeString(name);
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void texts(JsonGenerator out, String name, Map<String, String> all)
            throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> one : new TreeMap<>(all).entrySet()) {
            out.writeStringField(one.getKey(), one.getValue());
        }
        out.writeEndObject();
    }

    private static void incident(JsonGenerator out, MonitorMemory.Incident incident)
            throws IOException {
        String[] key = incident.key().split(" ", 2);
        out.writeStartObject();
        out.writeStringField(
                "began",
                Instant.ofEpochMilli(incident.started())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        if (incident.open()) {
            out.writeNullField("seconds");
        } else {
            out.writeNumberField("seconds", incident.lasted() / 1000.0);
        }
        out.writeStringField("code", key[0]);
        out.writeStringField("subject", key.length > 1 ? key[1] : "");
        out.writeStringField("text", incident.text());
        out.writeArrayFieldStart("done");
        for (String step : incident.done()) {
            out.writeString(step);
        }
        out.writeEndArray();
        out.writeStringField("helped", incident.helped());
        out.writeEndObject();
    }

    /**
     * node_exporter's textfile format (prometheus/node_exporter, README, Textfile Collector): names
     * with their unit, counters with _total.
     */
    String metrics() {
        StringBuilder text = new StringBuilder();
        head(text, "netfix_interface_carries", "gauge", "Whether the interface has a path out.");
        carrying.forEach(
                (link, works) ->
                        text.append("netfix_interface_carries{interface=\"")
                                .append(label(link))
                                .append("\"} ")
                                .append(works ? 1 : 0)
                                .append('\n'));
        head(text, "netfix_faults", "gauge", "Faults that are there now.");
        text.append("netfix_faults ").append(faults.size()).append('\n');
        head(text, "netfix_incidents_total", "counter", "Faults that there have been.");
        text.append("netfix_incidents_total ").append(incidentCount).append('\n');
        head(text, "netfix_repair_steps_total", "counter", "Steps taken, by what came of them.");
        totals.forEach(
                (step, t) -> {
                    step(text, step, "helped", t.helped());
                    step(text, step, "other", t.taken() - t.helped());
                });
        head(
                text,
                "netfix_repair_seconds_total",
                "counter",
                "From a step that helped to the end of the fault.");
        totals.forEach(
                (step, t) ->
                        text.append("netfix_repair_seconds_total{step=\"")
                                .append(label(step))
                                .append("\"} ")
                                .append(t.millis() / 1000.0)
                                .append('\n'));
        return text.toString();
    }

    private static void step(StringBuilder text, String step, String result, int count) {
        text.append("netfix_repair_steps_total{step=\"")
                .append(label(step))
                .append("\",result=\"")
                .append(result)
                .append("\"} ")
                .append(count)
                .append('\n');
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static String label(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /**
     * For a person.
     *
     * @param runs whether the process that wrote it is there still
     * @param own the build that asks, which is of the sources as they are
     * @return empty where it is no status
     */
    static Optional<String> text(String json, boolean runs, String own) {
        JsonText status = JsonText.read(json).orElse(null);
        if (status == null || !status.path("schema").text().equals(SCHEMA)) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        text.append(
                runs
                        ? "monitor is "
                                + status.path("state").text()
                                + ", since "
                                + status.path("since").text()
                                + "\n"
                        : "monitor is not running; what follows is the last that it said\n");
        if (runs) {
            line(text, build(status.path("build").text(), own));
        }
        if (!status.path("why").text().isEmpty()) {
            text.append("  because ").append(status.path("why").text()).append('\n');
        }
        names(json, "carries")
                .forEach(
                        (link, works) ->
                                text.append("  ")
                                        .append(link)
                                        .append(works.equals("true") ? " carries" : " does not")
                                        .append('\n'));
        names(json, "left_alone")
                .forEach((link, why) -> line(text, "left alone: " + link + ": " + why));
        names(json, "silent_gateways")
                .forEach((link, why) -> line(text, "its gateway is silent: " + link + ": " + why));
        names(json, "not_heard").forEach((source, why) -> line(text, "not heard: " + source));
        for (JsonText fault : status.path("faults")) {
            line(text, "fault: " + fault.path("text").text());
        }
        if (status.path("incidents").size() > 0) {
            text.append("The last incidents:\n");
        }
        for (JsonText incident : status.path("incidents")) {
            StringBuilder done = new StringBuilder();
            for (JsonText step : incident.path("done")) {
                done.append(done.length() == 0 ? "" : ", ").append(step.text());
            }
            String helped = incident.path("helped").text();
            String seconds = incident.path("seconds").text();
            line(
                    text,
                    incident.path("began").text()
                            + "  "
                            + (seconds.isEmpty() ? "not over" : seconds + " s")
                            + "  "
                            + incident.path("text").text());
            line(
                    text,
                    "    done: "
                            + (done.length() == 0 ? "nothing" : done)
                            + (helped.isEmpty() ? "" : "; what helped: " + helped));
        }
        return Optional.of(text.toString());
    }

    /**
     * @param own the asker's
     */
    private static String build(String its, String own) {
        if (its.equals("jars")) {
            return "it runs what fix has put into " + Installation.FOLDER;
        }
        String script = own.substring(0, own.lastIndexOf('.') + 1);
        String age = "";
        if (its.equals(own)) {
            age = ", of the sources as they are";
        } else if (!script.isEmpty() && its.startsWith(script)) {
            age = ", older than the sources: sudo systemctl restart " + Services.MONITOR.unit();
        }
        return "it runs the build " + its + age;
    }

    private static void line(StringBuilder text, String line) {
        text.append("  ").append(Terminal.safe(line)).append('\n');
    }

    private static Map<String, String> names(String json, String field) {
        return JsonText.read(json).map(all -> all.path(field).texts()).orElse(Map.of());
    }

    /** The last words of one that has ended. */
    static String ended(String json) {
        return json.replaceFirst("\"state\" : \"[a-z ]+\"", "\"state\" : \"ended\"");
    }

    /** The process that wrote it; 0 where it does not say. */
    static int pid(String json) {
        return JsonText.read(json).map(all -> all.path("pid").integer()).orElse(0);
    }

    /** A fault is a problem, and where no interface carries; so is a monitor that does not run. */
    static boolean allWell(String json) {
        JsonText status = JsonText.read(json).orElse(null);
        return status != null
                && status.path("faults").size() == 0
                && status.path("silent_gateways").size() == 0
                && names(json, "carries").containsValue("true");
    }
}
