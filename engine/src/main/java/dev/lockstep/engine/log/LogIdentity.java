package dev.lockstep.engine.log;

import dev.lockstep.CorruptLogException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What never changes in the life of a log: file {@code identity}.
 *
 * <pre>
 *    0  8  magic "LSTPLOG1"
 *    8  4  CRC32C of bytes 12 to 63
 *   12  4  format version, 1
 *   16 16  identity of the log, random
 *   32 16  secret of the frames' checksums, random
 *   48  8  segment size in bytes
 *   56  8  zero
 * </pre>
 */
public record LogIdentity(UUID id, Secret secret, long segmentSize) {
  /** The name of the file. */
  public static final String FILE = "identity";

  private static final String TEMPORARY = "identity.tmp";
  private static final long MAGIC = 0x4C5354504C4F4731L;
  private static final int VERSION = 1;
  private static final int LENGTH = 64;
  private static final int CRC_OFFSET = 8;
  private static final int COVERED_FROM = 12;

  /** Reads the identity of the directory, or gives an empty directory one. */
  static LogIdentity of(Storage storage, long segmentSize) throws IOException {
    Optional<LogIdentity> existing = find(storage);
    if (existing.isPresent()) {
      LogIdentity identity = existing.get();
      if (identity.segmentSize != segmentSize) {
        throw new InvalidConfigException(
            "lockstep.segment-size is "
                + segmentSize
                + ", but the log in "
                + storage.location()
                + " was created with "
                + identity.segmentSize
                + "; it can't be changed, use that");
      }
      return identity;
    }
    LogIdentity identity = create(segmentSize);
    try (StorageFile file = storage.create(TEMPORARY)) {
      file.write(0, identity.encode());
      file.force();
    }
    storage.rename(TEMPORARY, FILE);
    storage.forceDirectory();
    return identity;
  }

  /**
   * Reads the identity of a directory that may have none yet.
   *
   * @throws CorruptLogException if it is damaged, or missing beside segments
   */
  public static Optional<LogIdentity> find(Storage storage) throws IOException {
    if (storage.names().contains(FILE)) {
      return Optional.of(read(storage));
    }
    refuseOrphanedSegments(storage);
    return Optional.empty();
  }

  private static void refuseOrphanedSegments(Storage storage) throws IOException {
    for (String name : storage.names()) {
      if (SegmentFiles.isSegment(name)) {
        throw new CorruptLogException(
            storage.location()
                + " has segment files, such as "
                + name
                + ", but no file '"
                + FILE
                + "'; restore it from a backup of this directory");
      }
    }
  }

  private static LogIdentity create(long segmentSize) {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[Secret.LENGTH];
    random.nextBytes(secret);
    return new LogIdentity(UUID.randomUUID(), new Secret(secret), segmentSize);
  }

  private static LogIdentity read(Storage storage) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(LENGTH);
    try (StorageFile file = storage.open(FILE)) {
      file.read(0, page);
    }
    return decode(page.flip())
        .orElseThrow(
            () ->
                new CorruptLogException(
                    "file '"
                        + FILE
                        + "' in "
                        + storage.location()
                        + " is damaged, or of another version; restore it from a backup of this"
                        + " directory"));
  }

  /** The inverse of {@link #encode}; empty if the bytes are damaged, or of another version. */
  static Optional<LogIdentity> decode(ByteBuffer page) {
    if (page.remaining() < LENGTH
        || page.getLong(0) != MAGIC
        || page.getInt(CRC_OFFSET) != crc(page)
        || page.getInt(12) != VERSION) {
      return Optional.empty();
    }
    byte[] secret = new byte[Secret.LENGTH];
    page.get(32, secret);
    UUID id = new UUID(page.getLong(16), page.getLong(24));
    return Optional.of(new LogIdentity(id, new Secret(secret), page.getLong(48)));
  }

  ByteBuffer encode() {
    ByteBuffer page = ByteBuffer.allocate(LENGTH);
    page.putLong(MAGIC).putInt(0).putInt(VERSION);
    page.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    page.put(secret.bytes()).putLong(segmentSize);
    page.putInt(CRC_OFFSET, crc(page));
    return page.rewind();
  }

  private static int crc(ByteBuffer page) {
    CRC32C crc = new CRC32C();
    crc.update(page.slice(COVERED_FROM, LENGTH - COVERED_FROM));
    return (int) crc.getValue();
  }

  /** Random bytes, without which nobody can make a frame of this log; not printed. */
  static final class Secret {
    static final int LENGTH = 16;

    private final byte[] bytes;

    Secret(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public String toString() {
      return "secret";
    }
  }
}
