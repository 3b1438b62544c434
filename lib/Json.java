//DEPS com.fasterxml.jackson.core:jackson-databind:2.19.2
package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Locale;

/** The one JSON mapper: building one costs more than a parse, most of all on a Pi. */
final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                    // C1 controls and bidirectional overrides would act on a terminal.
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build();

    private Json() {}

    /** Null-safe: an empty text reads as a missing node, never as null. */
    static JsonNode read(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The beginning of every document for others to read: its schema, and whose it is. */
    static ObjectNode document(String schema) {
        return object().put("schema", schema).put("netfix", Cli.VERSION.replace("netfix ", ""));
    }

    /** How the documents write a constant. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static String write(JsonNode node) {
        return writer(MAPPER.writer(), node);
    }

    static String pretty(JsonNode node) {
        return writer(MAPPER.writerWithDefaultPrettyPrinter(), node);
    }

    private static String writer(ObjectWriter writer, JsonNode node) {
        try {
            return writer.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }
}
