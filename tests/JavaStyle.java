package netfix;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one format of Java source here: google-java-format, AOSP style (4 spaces, 100 columns).
 * Version 1.28.0 is the last that runs on JDK 17; 1.29 and later need classes of JDK 21.
 */
final class JavaStyle {

    private static final Formatter FORMATTER =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    /** JBang reads //DEPS, but not // DEPS, which is what the formatter would make of it. */
    private static final Pattern DIRECTIVE =
            Pattern.compile("^(//[A-Z][A-Z_]*\\b.*|///usr/bin/env jbang .*)$", Pattern.MULTILINE);

    /** A comment that the formatter leaves as it is. */
    private static final String SHIELD = "//noinspection jbang-directive-";

    private JavaStyle() {}

    /**
     * The source as it should be.
     *
     * @throws FormatterException where it is not Java
     */
    static String format(String source) throws FormatterException {
        List<String> directives = new ArrayList<>();
        String shielded =
                DIRECTIVE
                        .matcher(source)
                        .replaceAll(
                                line -> {
                                    directives.add(line.group());
                                    return SHIELD + (directives.size() - 1) + ".";
                                });
        String formatted = FORMATTER.formatSourceAndFixImports(shielded);
        return Pattern.compile(Pattern.quote(SHIELD) + "(\\d+)\\.")
                .matcher(formatted)
                .replaceAll(
                        line ->
                                Matcher.quoteReplacement(
                                        directives.get(Integer.parseInt(line.group(1)))));
    }

    static boolean isFormatted(Path file) {
        return Checkout.read(file).equals(formatted(file));
    }

    static void rewrite(Path file) throws IOException {
        Files.writeString(Checkout.root().resolve(file), formatted(file));
    }

    private static String formatted(Path file) {
        try {
            return format(Checkout.read(file));
        } catch (FormatterException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }
}
