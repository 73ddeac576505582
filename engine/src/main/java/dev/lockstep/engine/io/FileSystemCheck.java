package dev.lockstep.engine.io;

import dev.lockstep.InvalidConfigException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** Names the file systems on which a force does not mean what the log needs it to mean. */
final class FileSystemCheck {
  private static final Set<String> NETWORK =
      Set.of("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "fuse.sshfs");
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<String> COPY_ON_WRITE = Set.of("btrfs", "zfs", "bcachefs", "refs");

  private FileSystemCheck() {}

  /**
   * Refuses an unsafe file system and warns of a slow one.
   *
   * @param directory the data directory, for the message
   * @param type the type of its file system, as the operating system names it
   * @param warning takes the warning
   * @throws InvalidConfigException if the file system is unsafe
   */
  static void check(Path directory, String type, Consumer<String> warning) {
    String known = type.toLowerCase(Locale.ROOT);
    String where = "data directory " + directory + " is on a file system of type " + type;
    if (NETWORK.contains(known)) {
      throw new InvalidConfigException(
          where
              + ", which is reached over a network: its locks and forces don't hold when the"
              + " connection fails; use a directory on a local disk");
    }
    if (MEMORY.contains(known)) {
      throw new InvalidConfigException(
          where
              + ", which is memory: a restart of the machine loses all of it; use a directory on"
              + " a local disk");
    }
    if (COPY_ON_WRITE.contains(known)) {
      warning.accept(
          where
              + ", which copies on write: forces are slower there, and overwriting can run out of"
              + " space; ext4 or XFS suits the log better");
    }
  }
}
