package netfix;

/** Asks whether a gateway is there, without a process. */
interface Gateways {

    /** May take some seconds where it is silent. */
    boolean answers(String gateway, String device);
}
