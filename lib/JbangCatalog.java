package netfix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The text of a user's JBang catalog (jbang.dev, "Alias Catalogs"): where others are registered.
 */
final class JbangCatalog {

    private static final String CATALOGS = "catalogs";
    private static final String NAME = "netfix";
    private static final String REFERENCE = "catalog-ref";

    private JbangCatalog() {}

    /**
     * The catalog with {@code @netfix} in it, and all else as it was.
     *
     * @param text empty where there is none yet
     * @param catalog the path that the name stands for
     * @throws BadInput where the text is no catalog
     */
    static String registered(String text, String file, String catalog) {
        ObjectNode top = text.isBlank() ? Json.object() : read(text, file);
        JsonNode names = top.path(CATALOGS);
        ObjectNode all = names.isObject() ? (ObjectNode) names : top.putObject(CATALOGS);
        all.putObject(NAME).put(REFERENCE, catalog);
        return text(top);
    }

    /** The catalog without {@code @netfix}, where that stands for the given path. */
    static String without(String text, String file, String catalog) {
        if (!names(text, catalog)) {
            return text;
        }
        ObjectNode top = read(text, file);
        ((ObjectNode) top.path(CATALOGS)).remove(NAME);
        return text(top);
    }

    /** Whether {@code @netfix} stands for that path. */
    static boolean names(String text, String catalog) {
        try {
            return Json.read(text)
                    .path(CATALOGS)
                    .path(NAME)
                    .path(REFERENCE)
                    .asText()
                    .equals(catalog);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static ObjectNode read(String text, String file) {
        try {
            if (Json.read(text) instanceof ObjectNode top) {
                return top;
            }
        } catch (JsonProcessingException e) {
            throw new BadInput(
                    file
                            + ":"
                            + e.getLocation().getLineNr()
                            + " is no JSON; JBang cannot read it either: mend it, or move it away");
        }
        throw new BadInput(file + " is no catalog of JBang's (no JSON object)");
    }

    /** As JBang writes it. */
    private static String text(ObjectNode top) {
        return Json.pretty(top).replaceAll("(?m)^( *\"[^\"]*\") : ", "$1: ") + "\n";
    }
}
