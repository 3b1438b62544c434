package netfix;

/**
 * What lstat(2) says of a path.
 *
 * @param mode the permission bits (07777), 0 where the file system has none
 * @param uid numeric owner, -1 where the file system has none
 * @param size bytes
 * @param target where a symbolic link points, as written in it; else the empty string
 */
public record FileStat(Kind kind, int mode, int uid, int gid, long size, String target) {

    public enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }

    /** As {@code ls} would show the permission bits in octal: {@code 0600}. */
    public String octalMode() {
        return String.format("%04o", mode);
    }
}
