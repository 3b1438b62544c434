package netfix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What monitor must not forget over a power cut: how often a fault came back, what has worked here,
 * the last incidents. A line each, words apart by blanks, the last one free text.
 */
final class MonitorMemory {

    static final String SCHEMA = "netfix/monitor/1";

    /** What a person reads in the end; older ones are in the log. */
    static final int MOST_INCIDENTS = 20;

    private static final int MOST_TALLIES = 200;
    private static final String NONE = "-";

    /**
     * A fault from when it was said until it was gone.
     *
     * @param started by the wall clock, in milliseconds; for people
     * @param lasted milliseconds by the clock that does not jump; -1 while it lasts
     * @param done the steps that were taken, in order
     * @param helped the step after which it was gone; empty where it went by itself
     */
    record Incident(
            long started, long lasted, List<String> done, String helped, String key, String text) {

        boolean open() {
            return lasted < 0;
        }
    }

    /**
     * @param millis from the step to the end of the fault, over those that helped
     */
    record Total(int taken, int helped, long millis) {}

    private record Answers(String gateway, Set<Gateways.Method> methods) {}

    /** Text that is no memory of ours. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean newer;

        Unreadable(String why, boolean newer) {
            super(why);
            this.newer = newer;
        }

        /** Written by a later netfix: it is left as it is. */
        boolean newer() {
            return newer;
        }
    }

    private String board = "";
    private final Map<String, String> worked = new TreeMap<>();
    private final Map<String, Answers> answered = new TreeMap<>();
    private final Map<String, Integer> rounds = new LinkedHashMap<>();
    private final Set<String> taken = new TreeSet<>();
    private final Map<String, Total> totals = new TreeMap<>();
    private final List<Incident> incidents = new ArrayList<>();
    private long count;

    /** The serial of the board that all this is about; empty where it is not known. */
    String board() {
        return board;
    }

    void board(String serial) {
        board = serial;
    }

    /** The interfaces that have carried, and the gateway that answered there; empty for none. */
    Map<String, String> worked() {
        return worked;
    }

    /** What that gateway has answered to, over that interface. */
    Set<Gateways.Method> answered(String link, String gateway) {
        Answers known = answered.get(link);
        return known == null || !known.gateway().equals(gateway) ? Set.of() : known.methods();
    }

    /**
     * What another gateway of that interface has answered to says nothing of this one.
     *
     * @return whether that is new
     */
    boolean answered(String link, String gateway, Gateways.Method how) {
        if (answered(link, gateway).isEmpty()) {
            answered.put(link, new Answers(gateway, new TreeSet<>()));
        }
        return answered.get(link).methods().add(how);
    }

    /** But for those: what is kept of an interface that is gone goes. */
    void keepOnly(Set<String> links) {
        worked.keySet().retainAll(links);
        answered.keySet().retainAll(links);
    }

    /** How often in a row the ladder for a fault was climbed in vain, by the fault's key. */
    Map<String, Integer> rounds() {
        return rounds;
    }

    /**
     * The UUIDs of profiles whose deletion was heard and was nobody's purpose, until they are there
     * again: the journal that tells it may be gone with the next boot.
     */
    Set<String> taken() {
        return taken;
    }

    /** By step. */
    Map<String, Total> totals() {
        return totals;
    }

    List<Incident> incidents() {
        return List.copyOf(incidents);
    }

    /** Incidents in all, of which the last ones are kept. */
    long count() {
        return count;
    }

    void add(Incident incident) {
        incidents.add(incident);
        count++;
        while (incidents.size() > MOST_INCIDENTS) {
            incidents.remove(0);
        }
    }

    /** The open one of that fault becomes another. */
    void replace(String key, Incident incident) {
        for (int i = incidents.size() - 1; i >= 0; i--) {
            if (incidents.get(i).open() && incidents.get(i).key().equals(key)) {
                incidents.set(i, incident);
                return;
            }
        }
    }

    String text() {
        StringBuilder text = new StringBuilder(SCHEMA).append('\n');
        line(text, "board", word(board));
        line(text, "count", String.valueOf(count));
        worked.forEach((link, gateway) -> line(text, "worked", word(gateway), link));
        answered.forEach(
                (link, its) ->
                        its.methods()
                                .forEach(
                                        how ->
                                                line(
                                                        text,
                                                        "answered",
                                                        how.name().toLowerCase(Locale.ROOT),
                                                        its.gateway(),
                                                        link)));
        int more = rounds.size() - MOST_TALLIES;
        for (Map.Entry<String, Integer> entry : rounds.entrySet()) {
            if (more-- <= 0) {
                line(text, "rounds", String.valueOf(entry.getValue()), entry.getKey());
            }
        }
        taken.forEach(uuid -> line(text, "taken", uuid));
        totals.forEach(
                (step, t) ->
                        line(
                                text,
                                "total",
                                String.valueOf(t.taken()),
                                String.valueOf(t.helped()),
                                String.valueOf(t.millis()),
                                step));
        for (Incident i : incidents) {
            line(
                    text,
                    "incident",
                    String.valueOf(i.started()),
                    String.valueOf(i.lasted()),
                    i.done().isEmpty() ? NONE : String.join(",", i.done()),
                    word(i.helped()),
                    i.key().replaceFirst(" .*", ""),
                    word(i.key().replaceFirst("^\\S+ ", "")),
                    i.text());
        }
        return text.append("end\n").toString();
    }

    private static String word(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static void line(StringBuilder text, String... words) {
        text.append(Terminal.safe(String.join(" ", words))).append('\n');
    }

    /**
     * @throws Unreadable where it is damaged (a line that is none, the last one missing), or of a
     *     schema that this netfix does not know
     */
    static MonitorMemory parse(String text) throws Unreadable {
        List<String> lines = text.lines().toList();
        String schema = lines.isEmpty() ? "" : lines.get(0);
        if (schema.matches("netfix/monitor/\\d{1,6}") && !schema.equals(SCHEMA)) {
            throw new Unreadable("it is of a newer netfix (" + schema + ")", true);
        }
        if (!schema.equals(SCHEMA)) {
            throw new Unreadable("its first line is not " + SCHEMA, false);
        }
        if (!lines.get(lines.size() - 1).equals("end")) {
            throw new Unreadable("its end is missing", false);
        }
        MonitorMemory memory = new MonitorMemory();
        for (int i = 1; i < lines.size() - 1; i++) {
            try {
                memory.take(lines.get(i));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new Unreadable("its line " + (i + 1) + " cannot be read", false);
            }
        }
        return memory;
    }

    private void take(String line) {
        String verb = line.split(" ", 2)[0];
        switch (verb) {
            case "board" -> board = empty(line.split(" ", 2)[1]);
            case "count" -> count = Math.max(0, Long.parseLong(line.split(" ", 2)[1]));
            case "worked" -> {
                String[] w = line.split(" ", 3);
                worked.put(w[2], empty(w[1]));
            }
            case "answered" -> {
                String[] w = line.split(" ", 4);
                answered(w[3], w[2], Gateways.Method.valueOf(w[1].toUpperCase(Locale.ROOT)));
            }
            case "rounds" -> {
                String[] w = line.split(" ", 3);
                rounds.put(w[2], Math.max(0, Integer.parseInt(w[1])));
            }
            case "taken" -> taken.add(line.split(" ", 2)[1]);
            case "total" -> {
                String[] w = line.split(" ", 5);
                totals.put(
                        w[4],
                        new Total(
                                Integer.parseInt(w[1]),
                                Integer.parseInt(w[2]),
                                Long.parseLong(w[3])));
            }
            case "incident" -> {
                String[] w = line.split(" ", 8);
                // What was open when the power went has no known end.
                long lasted = Math.max(0, Long.parseLong(w[2]));
                incidents.add(
                        new Incident(
                                Long.parseLong(w[1]),
                                lasted,
                                w[3].equals(NONE) ? List.of() : List.of(w[3].split(",")),
                                empty(w[4]),
                                w[5] + " " + empty(w[6]),
                                w[7]));
            }
            default -> throw new IllegalArgumentException(verb);
        }
    }

    private static String empty(String word) {
        return word.equals(NONE) ? "" : word;
    }
}
