package netfix;

import java.util.Optional;

/** Asks whether a gateway is there, without a process. */
interface Gateways {

    /** What it may answer to. */
    enum Method {
        PING,
        NEIGHBOUR
    }

    /**
     * The first method that it answers to; none where it is silent, which may take some seconds.
     */
    Optional<Method> answers(String gateway, String device);
}
