package netfix;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Says what failed, shortly, and counts. What was skipped or broken before it began (a container
 * that failed) counts as failed, and so does a run without any test. Tests may run in several
 * threads.
 */
final class TestReport implements TestExecutionListener {

    private static final int FRAMES = 6;

    private final PrintStream out;
    private final boolean progress;
    private long passed;
    private long failed;

    private final Map<TestIdentifier, Long> begun = new HashMap<>();
    private final Map<String, Duration> took = new HashMap<>();

    TestReport(PrintStream out, boolean progress) {
        this.out = out;
        this.progress = progress;
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        begun.put(test, System.nanoTime());
        if (progress && test.isTest()) {
            out.printf("\r\033[K%d  %s", passed + failed, where(test));
            out.flush();
        }
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        fail(test, "skipped: " + reason);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        took.put(where(test), Duration.ofNanos(System.nanoTime() - begun.remove(test)));
        if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            fail(test, result.getThrowable().map(TestReport::brief).orElse("no reason was given"));
        } else if (test.isTest()) {
            passed++;
        }
    }

    /**
     * Prints the last line, {@code N passed, N failed}.
     *
     * @return whether something was run and all of it passed
     */
    synchronized boolean finish() {
        clearProgress();
        if (passed + failed == 0) {
            out.println("no test was found");
        }
        out.printf("%d passed, %d failed%n", passed, failed);
        return failed == 0 && passed > 0;
    }

    /** Prints what took longest, classes and single tests among each other. */
    synchronized void slowest(int count) {
        clearProgress();
        took.entrySet().stream()
                .filter(entry -> !entry.getKey().startsWith("JUnit "))
                .sorted(Map.Entry.<String, Duration>comparingByValue().reversed())
                .limit(count)
                .forEach(
                        entry ->
                                out.printf(
                                        Locale.ROOT,
                                        "%7.1f s  %s%n",
                                        entry.getValue().toMillis() / 1000.0,
                                        entry.getKey()));
    }

    private void fail(TestIdentifier test, String why) {
        failed++;
        clearProgress();
        out.println("FAILED " + where(test));
        out.println(why.stripTrailing().indent(4).stripTrailing());
    }

    private void clearProgress() {
        if (progress) {
            out.print("\r\033[K");
        }
    }

    private static String where(TestIdentifier test) {
        String owner =
                test.getSource().map(TestReport::className).map(name -> name + ".").orElse("");
        String name = test.getDisplayName();
        return owner.startsWith(name) ? name : owner + name;
    }

    private static String className(TestSource source) {
        String name = "";
        if (source instanceof MethodSource method) {
            name = method.getClassName();
        } else if (source instanceof ClassSource type) {
            name = type.getClassName();
        }
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The message, and the few frames that are netfix's own; the rest is JUnit's. */
    private static String brief(Throwable failure) {
        String frames =
                Arrays.stream(failure.getStackTrace())
                        .filter(frame -> frame.getClassName().startsWith("netfix."))
                        .limit(FRAMES)
                        .map(
                                frame ->
                                        "\n    at "
                                                + frame.getFileName()
                                                + ":"
                                                + frame.getLineNumber())
                        .collect(Collectors.joining());
        String cause = failure.getCause() == null ? "" : "\ncaused by " + brief(failure.getCause());
        boolean assertion = failure instanceof AssertionError && failure.getMessage() != null;
        return (assertion ? failure.getMessage() : failure.toString()) + frames + cause;
    }
}
