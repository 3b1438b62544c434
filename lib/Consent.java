package netfix;

import java.util.Locale;

/** A yes to a plan that has been shown. */
final class Consent {

    private Consent() {}

    /**
     * Asks where there is somebody to ask; says why not where nothing will be done.
     *
     * @param yes whether it was given in advance
     * @param script who asks
     */
    static boolean given(boolean yes, String script) {
        if (yes) {
            return true;
        }
        if (!Terminal.isTerminal(0) || System.console() == null) {
            System.err.println(script + ": nothing was done: without a terminal it wants --yes");
            return false;
        }
        String answer = System.console().readLine("Do this now? [y/N] ");
        boolean agreed =
                answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y(es)?");
        if (!agreed) {
            System.err.println(script + ": nothing was done");
        }
        return agreed;
    }
}
