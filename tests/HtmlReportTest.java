package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;

/** The page as XML: what a browser makes of it is asked by ./jbang browser. */
class HtmlReportTest {

    /** What may be in a page that loads and runs nothing. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "html", "head", "meta", "title", "link", "style", "body", "h1", "h2", "h3", "p",
                    "div", "span", "b", "i", "a", "dl", "dt", "dd", "ol", "ul", "li", "section",
                    "code", "pre", "footer");

    private static final Set<String> ATTRIBUTES =
            Set.of(
                    "xmlns",
                    "lang",
                    "charset",
                    "http-equiv",
                    "content",
                    "name",
                    "rel",
                    "href",
                    "class",
                    "style",
                    "title",
                    "id");

    private static Document parsed(String page) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(new InputSource(new StringReader(page)));
    }

    private static List<Element> all(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<Element> classed(Document page, String kind) {
        return all(page, "*").stream()
                .filter(e -> List.of(e.getAttribute("class").split(" ")).contains(kind))
                .toList();
    }

    private static void loadsAndRunsNothing(Document page) {
        Set<String> ids = new HashSet<>();
        for (Element e : all(page, "*")) {
            assertTrue(HARMLESS.contains(e.getTagName()), e.getTagName());
            for (int i = 0; i < e.getAttributes().getLength(); i++) {
                String name = e.getAttributes().item(i).getNodeName();
                assertTrue(ATTRIBUTES.contains(name), name);
            }
            assertFalse(e.getAttribute("style").contains("url"), e.getAttribute("style"));
            if (e.hasAttribute("id")) {
                assertTrue(ids.add(e.getAttribute("id")), "twice: " + e.getAttribute("id"));
            }
        }
        for (Element link : all(page, "a")) {
            String target = link.getAttribute("href");
            assertTrue(target.startsWith("#") && ids.contains(target.substring(1)), target);
        }
        String style = all(page, "style").get(0).getTextContent();
        assertFalse(style.contains("url(") || style.contains("@import"), style);
    }

    @Test
    void aWatchIsDrawnInLanes() throws Exception {
        Document page = parsed(HtmlReport.of(WatchedPi.scanned().aftermath()));
        loadsAndRunsNothing(page);
        List<String> lanes = classed(page, "name").stream().map(Element::getTextContent).toList();
        assertEquals(
                List.of(
                        "eth0 interface",
                        "wlan0 interface",
                        "NetworkManager manager",
                        "My Home Net Wi-Fi profile",
                        "btwifiset Bluetooth"),
                lanes);
        assertEquals(
                "Watched 31 s: wlan0 worked and does not now (not associated with an access"
                        + " point); the saved profile \"My Home Net\" is gone.",
                classed(page, "verdict").get(0).getTextContent());
        List<String> changed =
                classed(page, "changed").stream()
                        .map(e -> e.getElementsByTagName("span").item(0).getTextContent())
                        .toList();
        assertTrue(changed.contains("Saved profiles (changed)"), changed.toString());
        assertTrue(changed.contains("wlan0 (changed)"), changed.toString());
        assertFalse(changed.contains("eth0 (changed)"), changed.toString());
    }

    /** What the JSON has, and what nobody has any more, are two numbers. */
    @Test
    void whatIsLeftOutIsCountedTruly() throws Exception {
        List<String> said =
                classed(parsed(BrowserPages.all().get("busy")), "soft").stream()
                        .map(Element::getTextContent)
                        .filter(text -> text.startsWith("… and "))
                        .toList();
        assertEquals(
                List.of(
                        "… and 700 more; diagnosis_*.json has them.",
                        "… and 7 more, which were counted and not kept."),
                said);
    }

    /** The numbers of the marks are those of the list, each event is there once and in its lane. */
    @Test
    void everyMarkHasItsEvent() throws Exception {
        Aftermath aftermath = WatchedPi.scanned().aftermath();
        Timeline timeline = Timeline.of(aftermath, aftermath.observed().events());
        Set<Integer> marked = new HashSet<>();
        for (Timeline.Lane lane : timeline.lanes()) {
            for (Timeline.Mark mark : lane.marks()) {
                assertTrue(marked.add(mark.number()), "twice: " + mark.number());
                assertTrue(mark.at() >= 0 && mark.at() <= 1, mark.toString());
            }
        }
        assertEquals(aftermath.observed().events().size(), marked.size());
    }

    @Test
    void aLaneShowsFromWhenToWhenWhatWasMissing() {
        Aftermath aftermath = WatchedPi.scanned().aftermath();
        List<Timeline.Lane> lanes = Timeline.of(aftermath, aftermath.observed().events()).lanes();
        Timeline.Lane eth0 = lanes.get(0);
        assertEquals(
                List.of(Timeline.State.THERE, Timeline.State.GONE, Timeline.State.THERE),
                eth0.spans().stream().map(Timeline.Span::state).toList());
        assertEquals(20.4 / 31, eth0.spans().get(1).from(), 0.001);
        assertEquals(23.9 / 31, eth0.spans().get(1).to(), 0.001);
        assertEquals("no carrier", eth0.spans().get(1).words());
        Timeline.Lane profile = lanes.get(3);
        assertEquals(
                List.of(Timeline.State.THERE, Timeline.State.GONE),
                profile.spans().stream().map(Timeline.Span::state).toList());
        assertEquals(9.4 / 31, profile.spans().get(1).from(), 0.001);
        for (Timeline.Lane lane : lanes) {
            double at = 0;
            for (Timeline.Span span : lane.spans()) {
                assertEquals(at, span.from(), 1e-9, lane.name());
                at = span.to();
            }
            assertEquals(1, at, 1e-9, lane.name());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onmouseover='alert(1)",
                "]]></style><script>",
                "<!-- ",
                "&lt;&amp;&#0;",
                "a\u0000b\u001b[31m\u202e\ufffe\uffff\ud800",
                "javascript:alert(1)",
            })
    void aHostileNameIsText(String name) throws Exception {
        Document page = parsed(HtmlReport.of(WatchedPi.named(name).aftermath()));
        loadsAndRunsNothing(page);
        assertTrue(page.getDocumentElement().getTextContent().contains(name.substring(0, 1)));
    }

    static List<String> captures() {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void oneLookIsAPageToo(String name) throws Exception {
        Diagnosis d = Captures.diagnosis(name);
        Document page = parsed(HtmlReport.of(d));
        loadsAndRunsNothing(page);
        assertEquals(d.findings().found().size(), classed(page, "finding").size());
        String text = page.getDocumentElement().getTextContent();
        for (Finding f : d.findings().found()) {
            assertTrue(text.contains(Terminal.safe(f.hit().text())), f.hit().text());
        }
    }
}
