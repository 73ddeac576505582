package dev.lockstep.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** What a file system means for files that must survive a power cut. */
public enum FileSystemKind {
  /** A local disk, as far as can be told. */
  LOCAL,
  /** A local disk whose forces are slower, and where overwriting can run out of space. */
  COPY_ON_WRITE,
  /** Reached over a network: locks and forces don't hold when the connection fails. */
  NETWORK,
  /** Memory: a restart of the machine loses all of it. */
  MEMORY;

  private static final Set<String> NETWORKED =
      Set.of("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "fuse.sshfs");
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<String> COPYING = Set.of("btrfs", "zfs", "bcachefs", "refs");

  /**
   * The kind of a file system.
   *
   * @param type its type, as the operating system names it
   * @return the kind
   */
  public static FileSystemKind ofType(String type) {
    String known = type.toLowerCase(Locale.ROOT);
    if (NETWORKED.contains(known)) {
      return NETWORK;
    }
    if (IN_MEMORY.contains(known)) {
      return MEMORY;
    }
    return COPYING.contains(known) ? COPY_ON_WRITE : LOCAL;
  }

  /**
   * The kind of the file system of a file or directory.
   *
   * @param existing an existing one
   * @return the kind
   * @throws IOException if the operating system does not say
   */
  public static FileSystemKind of(Path existing) throws IOException {
    return ofType(Files.getFileStore(existing).type());
  }
}
