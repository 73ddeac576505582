package dev.lockstep.engine.tx;

import java.util.Optional;
import java.util.zip.CRC32C;

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
    CRC32C crc = new CRC32C();
    crc.update(key.get(), 0, key.get().length);
    return (int) (crc.getValue() % partitions);
  }
}
