///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
//JAVA_OPTIONS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
//SOURCES ../../lib/Cli.java
//SOURCES ../BrowserPages.java
//SOURCES ../Captures.java
//SOURCES ../Checkout.java
//SOURCES ../WatchBundles.java
//SOURCES ../WatchedPi.java
//SOURCES Chromium.java
package netfix.browser;

import com.fasterxml.jackson.databind.JsonNode;

import netfix.BrowserPages;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/**
 * Looks at the HTML report in a real browser: on a phone, on a wide screen, on paper. It is not one
 * of the ordinary tests, which need no more than a JDK and take their page apart as XML: Chromium
 * is 400 MB of packages that only root installs. {@code .ci/run} does.
 */
@Command(
        name = "browser",
        mixinStandardHelpOptions = true,
        description = "Checks the HTML report in headless Chromium.")
public final class BrowserCheck implements Callable<Integer> {

    private static final List<String> PACKAGES = List.of("chromium", "fonts-dejavu-core");

    private static final Pattern PAGE = Pattern.compile("/Type\\s*/Page\\b(?!s)");

    /** In CSS pixels; the time under the lanes is the smallest there is. */
    private static final double SMALLEST_TEXT = 11;

    private static final List<Integer> WIDTHS = List.of(360, 768, 1200);

    /** As many of both sides as A4 at its most has room for a report that somebody reads. */
    private static final int MOST_PAGES = 14;

    /** Boxes of one kind in one row, whose letters would lie on each other. */
    private static final String OVERLAPS =
            """
            (() => { let n = 0; for (const track of document.querySelectorAll('.track')) {
              for (const kind of ['.mark', '.tick']) {
                const boxes = [...track.querySelectorAll(kind)].map(e => e.getBoundingClientRect())
                  .filter(b => b.width > 0).sort((a, b) => a.left - b.left);
                for (let i = 1; i < boxes.length; i++)
                  if (boxes[i].left < boxes[i - 1].right - 0.5) n++; } }
              return n; })()
            """;

    /** Text that stands out of the page to the left or right. */
    private static final String OUTSIDE =
            """
            [...document.body.querySelectorAll('*')].filter(e => { const b =
              e.getBoundingClientRect(); return b.width > 0 && (b.left < -0.5 || b.right >
              document.documentElement.clientWidth + 0.5); }).map(e => e.className + ': ' +
              e.textContent.slice(0, 40)).slice(0, 3).join(' | ')
            """;

    private static final String SMALLEST =
            """
            Math.min(...[...document.body.querySelectorAll('*')].filter(e => [...e.childNodes].some(
              n => n.nodeType === 3 && n.data.trim())).map(e =>
              parseFloat(getComputedStyle(e).fontSize)))
            """;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Keep the pages, and each as a picture and as a PDF, to look at.")
    private Path keep;

    @Option(names = "--needs", description = "Print the Debian packages that this needs.")
    private boolean needs;

    private int passed;
    private int failed;

    public static void main(String... args) {
        System.exit(new CommandLine(new BrowserCheck()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (needs) {
            System.out.println(String.join(" ", PACKAGES));
            return 0;
        }
        Optional<Path> program = Chromium.installed();
        if (program.isEmpty()) {
            System.err.println(
                    "browser: needs: apt-get install --no-install-recommends "
                            + String.join(" ", PACKAGES));
            System.out.println("0 passed, 1 failed");
            return 3;
        }
        Path work = Files.createTempDirectory("netfix-browser");
        try (Chromium chromium = new Chromium(program.get(), work.resolve("profile"))) {
            Path folder = keep == null ? work : Files.createDirectories(keep);
            for (Map.Entry<String, String> page : BrowserPages.all().entrySet()) {
                Path file = folder.resolve(page.getKey() + ".html");
                Files.writeString(file, page.getValue());
                for (int width : WIDTHS) {
                    onScreen(chromium, file, width);
                }
                onPaper(chromium, file);
            }
        } finally {
            remove(work);
        }
        System.out.println(passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private void onScreen(Chromium chromium, Path file, int width) throws IOException {
        String name = file.getFileName() + " at " + width;
        List<Chromium.Told> told = chromium.show(file, width);
        List<String> wanted =
                told.stream()
                        .filter(t -> t.method().equals("Network.requestWillBeSent"))
                        .map(t -> t.params().path("request").path("url").asText())
                        .filter(url -> !url.startsWith("data:"))
                        .toList();
        check(
                name + " loads nothing else",
                wanted.equals(List.of(file.toUri().toString())),
                wanted);
        List<String> complaints =
                told.stream()
                        .filter(
                                t ->
                                        t.method().equals("Log.entryAdded")
                                                || t.method().equals("Runtime.exceptionThrown"))
                        .map(t -> t.params().toString())
                        .toList();
        check(name + " has nothing to complain of", complaints.isEmpty(), complaints);
        check(
                name + " runs nothing",
                chromium.value("typeof window.hacked").asText().equals("undefined"),
                "a script has run");
        int content =
                chromium.ask("Page.getLayoutMetrics", Map.of())
                        .path("cssContentSize")
                        .path("width")
                        .asInt();
        check(name + " is no wider than the screen", content <= width, content + " px");
        String outside = chromium.value(OUTSIDE).asText();
        check(name + " has nothing out of the page", outside.isEmpty(), outside);
        check(
                name + " has no number on another one",
                chromium.value(OVERLAPS).asInt() == 0,
                chromium.value(OVERLAPS));
        double smallest = chromium.value(SMALLEST).asDouble();
        check(name + " can be read", smallest >= SMALLEST_TEXT, smallest + " px");
        String text = chromium.value("document.body.innerText").asText();
        check(
                name + " says whether it is reachable",
                text.contains("Reachable after a reboot") && text.contains("Findings"),
                text.lines().limit(3).toList());
        picture(chromium, file, width, name);
    }

    private void picture(Chromium chromium, Path file, int width, String name) throws IOException {
        byte[] png =
                bytes(
                        chromium.ask(
                                "Page.captureScreenshot", Map.of("captureBeyondViewport", true)));
        if (keep != null) {
            Files.write(beside(file, "-" + width + ".png"), png);
        }
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < Math.min(image.getHeight(), 600); y += 2) {
            for (int x = 0; x < image.getWidth(); x += 2) {
                colours.add(image.getRGB(x, y));
            }
        }
        check(name + " is not blank", colours.size() > 20, colours.size() + " colours");
    }

    private void onPaper(Chromium chromium, Path file) throws IOException {
        String name = file.getFileName() + " on paper";
        chromium.show(file, 1200);
        // As most people print: without backgrounds, unless the page insists.
        byte[] pdf =
                bytes(
                        chromium.ask(
                                "Page.printToPDF",
                                Map.of("paperWidth", 8.27, "paperHeight", 11.69)));
        if (keep != null) {
            Files.write(beside(file, ".pdf"), pdf);
        }
        Matcher page = PAGE.matcher(new String(pdf, StandardCharsets.ISO_8859_1));
        int pages = 0;
        while (page.find()) {
            pages++;
        }
        check(name + " has a few pages", pages >= 1 && pages <= MOST_PAGES, pages + " pages");
    }

    private static byte[] bytes(JsonNode answer) {
        return Base64.getDecoder().decode(answer.path("data").asText());
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName().toString().replaceFirst("\\.html$", ending));
    }

    private void check(String what, boolean holds, Object seen) {
        if (holds) {
            passed++;
        } else {
            failed++;
            System.out.println("FAILED " + what + ": " + seen);
        }
    }

    private static void remove(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path one : all) {
            Files.deleteIfExists(one);
        }
    }
}
