package dev.lockstep.outbox;

import dev.lockstep.spi.BranchId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names half messages: 16 bytes, which are the key of the marker row, too. The first half is drawn
 * at random for each life of a log; the second one counts, so that markers are inserted at one end
 * of their index and not all over it.
 */
final class HalfIds {
  /** The format id of half messages: "LSHM". */
  static final int FORMAT = 0x4C53484D;

  private static final int BYTES = 2 * Long.BYTES;

  private final long life = new SecureRandom().nextLong();
  private final AtomicLong next = new AtomicLong();

  BranchId next() {
    byte[] id = ByteBuffer.allocate(BYTES).putLong(life).putLong(next.incrementAndGet()).array();
    return BranchId.of(FORMAT, id, new byte[0]);
  }

  /** Whether a branch is a half message. */
  static boolean isHalf(BranchId id) {
    return id.formatId() == FORMAT && id.globalId().length == BYTES;
  }

  /** The key of a half message's marker. */
  static UUID marker(BranchId id) {
    ByteBuffer bytes = ByteBuffer.wrap(id.globalId());
    return new UUID(bytes.getLong(), bytes.getLong());
  }
}
