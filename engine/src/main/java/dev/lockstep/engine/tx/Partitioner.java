package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.TextHash;
import java.util.Optional;

/**
 * Which partition a message goes to. With a key: the CRC-32C of the key's UTF-8 bytes, as an
 * unsigned number, modulo the number of partitions; this never changes. Without one: the same
 * partition throughout a transaction, another one in the next.
 */
final class Partitioner {
  private Partitioner() {}

  static int partition(Optional<byte[]> key, long branch, int partitions) {
    if (key.isEmpty()) {
      return (int) Long.remainderUnsigned(branch, partitions);
    }
    return (int) (TextHash.crc(key.get()) % partitions);
  }
}
