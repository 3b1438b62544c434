package netfix;

/**
 * A piece of a working network that can go and come: this address of that interface, that saved
 * profile.
 *
 * @param subject the interface, the profile or the unit
 * @param what the address, the gateway, the network; empty where the subject says it all
 */
record Thing(Aspect aspect, String subject, String what) implements Comparable<Thing> {

    enum Aspect {
        INTERFACE,
        UP,
        CARRIER,
        ADDRESS,
        ROUTE,
        NETWORK,
        PROFILE_IN_USE,
        MANAGER,
        PROFILE,
        UNIT,
        ENABLED,
        RADIO,
        NAME_SERVER,
        SUPPLICANT
    }

    /** Two over one gateway differ by their metric: NetworkManager's and dhcpcd's, for one. */
    static Thing route(String link, String gateway, long metric) {
        String what = metric == 0 ? gateway : (gateway + " metric " + metric).strip();
        return new Thing(Aspect.ROUTE, link, what);
    }

    /** The same of another interface: one that was renamed is the same interface. */
    Thing of(String otherSubject) {
        return new Thing(aspect, otherSubject, what);
    }

    /** {@code eth0's address 192.168.50.196/24}, for "… is gone" and "… is back". */
    String shown() {
        return switch (aspect) {
            case INTERFACE -> "the interface " + subject;
            case UP -> subject + "'s UP flag";
            case CARRIER -> subject + "'s carrier (cable or access point)";
            case ADDRESS -> subject + "'s address " + what;
            case ROUTE ->
                    subject
                            + "'s default route"
                            + (what.isEmpty() ? "" : what.startsWith("metric") ? " " : " via ")
                            + what;
            case NETWORK -> subject + "'s association with \"" + what + "\"";
            case PROFILE_IN_USE -> subject + "'s profile in use, \"" + what + "\"";
            case MANAGER -> subject + "'s manager, " + what;
            case PROFILE -> "the saved profile \"" + subject + "\"";
            case UNIT -> "the running " + subject;
            case ENABLED -> "the start of " + subject + " at boot";
            case RADIO -> "the radio, " + subject;
            case NAME_SERVER -> "the name server " + subject;
            case SUPPLICANT ->
                    "the supplicant in " + subject + (what.isEmpty() ? "" : " on " + what);
        };
    }

    @Override
    public int compareTo(Thing other) {
        int byAspect = aspect.compareTo(other.aspect);
        int bySubject = byAspect != 0 ? byAspect : subject.compareTo(other.subject);
        return bySubject != 0 ? bySubject : what.compareTo(other.what);
    }
}
