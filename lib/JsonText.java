package netfix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * JSON as commands print it, read with jackson-core's parser alone. jackson-databind's tree would
 * do the same at the cost of 300 more classes, a third of a look's start-up on a Pi; it is left to
 * captures and reports in JSON, which are not on every path.
 *
 * <p>Like databind's tree: what is missing is a missing node, with empty text, 0, false and no
 * children.
 */
final class JsonText implements Iterable<JsonText> {

    private static final JsonFactory FACTORY = new JsonFactory();

    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
    private static final JsonText MISSING = new JsonText(null);

    /**
     * A Map, a List, a String (numbers too, as written), a Boolean, or null for null and for what
     * is missing.
     */
    private final Object value;

    private JsonText(Object value) {
        this.value = value;
    }

    /** Empty where the text is not JSON. */
    static Optional<JsonText> read(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return Optional.of(MISSING);
            }
            JsonText tree = new JsonText(value(parser));
            return parser.nextToken() == null ? Optional.of(tree) : Optional.empty();
        } catch (JsonParseException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Too deep or too long for jackson's limits.
            return Optional.empty();
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    boolean isList() {
        return value instanceof List<?>;
    }

    boolean has(String name) {
        return value instanceof Map<?, ?> map && map.containsKey(name);
    }

    JsonText path(String name) {
        return value instanceof Map<?, ?> map && map.get(name) != null
                ? new JsonText(map.get(name))
                : MISSING;
    }

    String text() {
        return text("");
    }

    /** Empty (or the other text) for null and for what is no scalar. */
    String text(String other) {
        return value instanceof String || value instanceof Boolean ? value.toString() : other;
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    /** 0 where it is no whole number. */
    long number() {
        return value instanceof String s && WHOLE.matcher(s).matches() ? Long.parseLong(s) : 0;
    }

    int integer() {
        long n = number();
        return n == (int) n ? (int) n : 0;
    }

    /** The items of a list, the values of an object. */
    @Override
    public Iterator<JsonText> iterator() {
        List<JsonText> children = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> children.add(new JsonText(item)));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> children.add(new JsonText(item)));
        }
        return children.iterator();
    }

    /** Of a list or an object. */
    int size() {
        return value instanceof List<?> list
                ? list.size()
                : value instanceof Map<?, ?> map ? map.size() : 0;
    }

    /** An object's scalars as texts, by name. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, item) -> texts.put(String.valueOf(name), new JsonText(item).text()));
        }
        return texts;
    }
}
