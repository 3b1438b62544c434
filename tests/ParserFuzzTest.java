package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;

/** A slice of ./jbang fuzz, which goes on for as long as one likes. */
class ParserFuzzTest {

    @Test
    void noParserTripsOverDamage() {
        assertEquals(List.of(), new ParserFuzz(20261122).run(60));
    }
}
