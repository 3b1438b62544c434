package netfix.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Debian mirror that this machine's apt is set up with: the virtual Pi is made from the same
 * one.
 */
record AptMirror(String archive, String security) {

    private static final Pattern TARGET = Pattern.compile("(\\S+) (Debian[^ ]*) (\\S+)");

    /** Asks apt itself, which knows every form that a source may be written in. */
    static AptMirror ofThisMachine() {
        return parse(
                HostCommand.output(
                        List.of(
                                "apt-get",
                                "indextargets",
                                "--format",
                                "$(SITE) $(ORIGIN) $(RELEASE)")));
    }

    /** Reads lines of "site origin release", one an index (apt-get(8), indextargets). */
    static AptMirror parse(String targets) {
        String archive = null;
        String security = null;
        for (String line : targets.split("\n")) {
            Matcher target = TARGET.matcher(line);
            if (!target.matches()) {
                continue;
            }
            if (target.group(3).endsWith("-security")) {
                security = security == null ? target.group(1) : security;
            } else if (archive == null) {
                archive = target.group(1);
            }
        }
        if (archive == null) {
            throw new LabFailure(
                    "this machine's apt knows no Debian archive: the virtual Pi needs one"
                            + " (/etc/apt/sources.list.d; then apt-get update)");
        }
        return new AptMirror(archive, security);
    }

    /**
     * The sources.list of a suite.
     *
     * @param withSecurity without it for a suite whose security archive has begun to move away: its
     *     index then names files that are no longer there
     */
    String sources(String suite, boolean withSecurity) {
        List<String> lines = new ArrayList<>();
        lines.add("deb " + archive + " " + suite + " main");
        lines.add("deb " + archive + " " + suite + "-updates main");
        if (withSecurity && security != null) {
            lines.add("deb " + security + " " + suite + "-security main");
        }
        return String.join("\n", lines) + "\n";
    }
}
