package netfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports for the check in a browser, by name: ordinary, extreme and hostile ones. */
public final class BrowserPages {

    /** The longest name that NetworkManager and an interface can have, without a blank. */
    private static final String LONG = "W".repeat(200);

    private static final String HOSTILE =
            "\"><img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

    private BrowserPages() {}

    public static Map<String, String> all() {
        Map<String, String> pages = new LinkedHashMap<>();
        // README's picture is of this one, 860 pixels wide.
        pages.put(
                "scan",
                HtmlReport.of(WatchBundles.aftermath("wifi-profile-deleted~scan-and-cancel")));
        pages.put("watch", HtmlReport.of(WatchedPi.scanned().aftermath()));
        pages.put("look", HtmlReport.of(Captures.diagnosis("wifi-profile-deleted~after-a-boot")));
        pages.put("healthy", HtmlReport.of(Captures.diagnosis("healthy-bookworm-two-and-two")));
        pages.put("hostile", HtmlReport.of(WatchedPi.named(HOSTILE).aftermath()));
        pages.put("long", HtmlReport.of(WatchedPi.named(LONG).aftermath()));
        pages.put("busy", HtmlReport.of(busy()));
        return pages;
    }

    /** As many events as are drawn, all over the watch. */
    private static Aftermath busy() {
        Watch.Observed o = WatchedPi.scanned().observed();
        List<WatchEvent> events = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            events.add(
                    WatchEvent.of(
                            o.startedNanos() + Duration.ofMillis(31L * i).toNanos(),
                            WatchSource.KERNEL,
                            i % 2 == 0 ? "eth0" : "wlan0",
                            "the gateway 192.168.50.1 answers again, for the " + i + ". time"));
        }
        return Aftermath.of(
                new Watch.Observed(
                        o.before(),
                        o.after(),
                        o.started(),
                        o.startedNanos(),
                        o.lasted(),
                        events,
                        7,
                        12,
                        o.deaf(),
                        o.lost(),
                        o.returned(),
                        o.gained(),
                        o.renamed()));
    }
}
