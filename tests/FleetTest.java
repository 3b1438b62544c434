package netfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeroturnaround.exec.ProcessExecutor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What lib/fleet says of netfix is so. Ansible and Prometheus themselves read it in tests/fleet.sh,
 * and Ansible does it in the lab's scenario fleet.
 */
class FleetTest {

    private static final Path RULES = Path.of("lib/fleet/netfix.rules.yml");
    private static final Path PLAYBOOK = Path.of("lib/fleet/netfix.yml");

    private static final Pattern METRIC = Pattern.compile("\\bnetfix_[a-z_]+");

    @Test
    void noAlertWaitsForAMetricThatNobodyWrites() {
        Set<String> written = new TreeSet<>();
        for (String source :
                new String[] {"lib/MonitorStatus.java", "lib/VerificationReport.java"}) {
            Matcher metric = METRIC.matcher(Checkout.read(Path.of(source)));
            while (metric.find()) {
                written.add(metric.group());
            }
        }
        Set<String> asked =
                METRIC.matcher(
                                Checkout.read(RULES)
                                        .lines()
                                        .filter(line -> line.strip().startsWith("expr:"))
                                        .collect(Collectors.joining("\n")))
                        .results()
                        .map(result -> result.group())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertFalse(asked.isEmpty());
        asked.removeAll(written);
        assertEquals(Set.of(), asked);
    }

    /** A file that the scripts are built of and that is not copied shows only on the Pi. */
    @Test
    void thePlaybookCopiesAllThatInstallNeeds() {
        Matcher loop = Pattern.compile("loop: \\[([^]]*)]").matcher(Checkout.read(PLAYBOOK));
        assertTrue(loop.find());
        Set<String> copied = Set.of(loop.group(1).split(", "));
        Set<String> needed =
                Installation.sources().keySet().stream()
                        .map(name -> name.replaceFirst("/.*", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
        needed.removeAll(copied);
        assertEquals(Set.of(), needed);
    }

    /**
     * A run that failed between the copy and the install has left a copy that the next one finds
     * unchanged, and the former version in place.
     */
    @Test
    void whatWasCopiedAndNotInstalledIsInstalledByTheNextRun(@TempDir Path copy) throws Exception {
        String playbook = Checkout.read(PLAYBOOK);
        int install = playbook.indexOf("- name: Install it");
        int noted = playbook.indexOf("- name: That this is what was installed");
        int started = playbook.indexOf("argv: [\"{{ netfix_copy }}/jbang\", install", install);
        assertTrue(started > install && started < noted);
        assertTrue(playbook.indexOf("dest: \"{{ netfix_copy }}/.installed\"", noted) > 0);
        assertFalse(playbook.contains("copied is changed"));

        Matcher asked =
                Pattern.compile("- -c\n +- >-\n(.*?)\n +chdir:", Pattern.DOTALL).matcher(playbook);
        assertTrue(asked.find());
        String command = asked.group(1).replaceAll("\\s+", " ").strip();
        Files.createDirectories(copy.resolve("lib/fleet"));
        for (String name : new String[] {"jbang", "jbang-catalog.json", "fix.java", "lib/A.java"}) {
            Files.writeString(copy.resolve(name), "one\n");
        }
        assertEquals("was ", said(command, copy).get(1));
        Files.writeString(
                copy.resolve(".installed"), said(command, copy).get(0).substring(3) + "\n");
        assertEquals(
                said(command, copy).get(0).substring(3), said(command, copy).get(1).substring(4));
        Files.writeString(copy.resolve("lib/A.java"), "two\n");
        assertNotEquals(
                said(command, copy).get(0).substring(3), said(command, copy).get(1).substring(4));
    }

    private static List<String> said(String command, Path folder) throws Exception {
        return new ProcessExecutor("sh", "-c", command)
                .directory(folder.toFile())
                .readOutput(true)
                .execute()
                .outputUTF8()
                .lines()
                .toList();
    }

    /**
     * What it adds for metrics it takes away as well, and what install notes is what it asks for.
     */
    @Test
    void thePlaybookTakesAwayWhatItAdds() {
        String playbook = Checkout.read(PLAYBOOK);
        int away = playbook.indexOf("- name: No metrics any more");
        String added = playbook.substring(playbook.indexOf("- name: Metrics of the monitor"), away);
        for (String kind : new String[] {"service", "timer"}) {
            assertTrue(added.contains("kind: " + kind), kind);
            assertTrue(playbook.indexOf("system/netfix-metrics." + kind, away) > 0, kind);
        }
        Matcher written = Pattern.compile("[ /]([\\w-]+\\.(?:conf|prom))\\b").matcher(added);
        assertTrue(written.find());
        do {
            assertTrue(playbook.indexOf(written.group(1), away) > 0, written.group(1));
        } while (written.find());
        assertTrue(
                playbook.contains("^" + Installed.Kind.WAS + ", " + Installed.FILE), "cut short");
        assertTrue(playbook.contains("'Nothing to do' not in"), "changed");
        assertTrue(Checkout.read(Path.of("lib/PlanReport.java")).contains("\"Nothing to do: "));
    }

    @Test
    void thePlaybookTypesCommandsThatInstallBrings() {
        Set<String> typed =
                Pattern.compile("/usr/local/bin/([\\w.-]+)")
                        .matcher(Checkout.read(PLAYBOOK))
                        .results()
                        .map(result -> result.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> brought = Script.ALL.stream().map(Script::command).collect(Collectors.toSet());
        assertTrue(brought.containsAll(typed), typed.toString());
        assertFalse(typed.isEmpty());
    }
}
