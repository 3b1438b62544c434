package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

class MeasuresTest {

    private static final String BEGIN =
            "<!-- measures: ./jbang test --update-golden writes this table -->\n";
    private static final String END = "<!-- end of measures -->";

    @Test
    void theReadmeHasTheTable() throws IOException {
        String readme = Files.readString(Checkout.root().resolve("README.md"));
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, "README.md has both marks");
        GoldenFile.check(
                Path.of("README.md"),
                readme.substring(0, begin) + Measures.markdown() + readme.substring(end));
    }

    @Test
    void everyMeasureHasANameOfItsOwn() {
        Set<String> ids = Measures.TABLE.stream().map(Measure::id).collect(Collectors.toSet());
        assertEquals(Measures.TABLE.size(), ids.size());
        ids.forEach(id -> assertTrue(id.matches("[a-z][a-z-]+"), id));
    }
}
