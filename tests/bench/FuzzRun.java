///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//COMPILE_OPTIONS -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC
//DEPS org.zeroturnaround:zt-exec:1.12
//DEPS org.slf4j:slf4j-nop:1.7.36
//JAVA_OPTIONS -XX:+UseSerialGC
//SOURCES ../../lib/Cli.java
//SOURCES ../Captures.java
//SOURCES ../Checkout.java
//SOURCES ../ParserFuzz.java
//SOURCES ../Texts.java
//SOURCES ../WatchedPi.java
package netfix.bench;

import netfix.ParserFuzz;

import java.time.Duration;
import java.util.List;

/**
 * Damaged texts for every parser, as many as are wanted: ./jbang fuzz [INPUTS [SEED]]. Ends with
 * exit 1 where one tripped or hung. The ordinary tests run a slice of the same.
 */
public final class FuzzRun {

    private FuzzRun() {}

    public static void main(String... args) {
        int inputs = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        ParserFuzz fuzz = new ParserFuzz(seed);
        int each = inputs / fuzz.parsers() + 1;
        long began = System.nanoTime();
        List<String> faults = fuzz.run(each);
        faults.forEach(System.out::println);
        System.out.println(
                (long) each * fuzz.parsers()
                        + " inputs for "
                        + fuzz.parsers()
                        + " parsers, seed "
                        + seed
                        + ", in "
                        + Duration.ofNanos(System.nanoTime() - began).toSeconds()
                        + " s: "
                        + faults.size()
                        + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }
}
