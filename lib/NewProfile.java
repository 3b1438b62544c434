package netfix;

import java.util.List;
import java.util.UUID;

/**
 * A profile to be written for NetworkManager, with root as its owner and nobody else's eyes on it:
 * {@link #MODE}.
 *
 * @param file its whole path; no file is there now
 * @param id the profile's name as people see it
 * @param text all of the keyfile, secrets included
 * @param from the places that it was made of, {@code /etc/dhcpcd.conf:7}
 */
public record NewProfile(String file, String id, UUID uuid, String text, List<String> from) {

    /** NetworkManager ignores a profile that anybody else may read. */
    public static final int MODE = 0600;
}
