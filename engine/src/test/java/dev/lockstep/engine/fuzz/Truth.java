package dev.lockstep.engine.fuzz;

import dev.lockstep.MessageId;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.BranchId;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A closed log of several lives and segments, and what is true of it.
 *
 * @param storage the log
 * @param earlier files as they were at earlier times
 * @param messages every visible message, and its place
 * @param prepared every branch that was ever in doubt
 */
record Truth(
    PowerCutStorage storage,
    Map<String, byte[]> earlier,
    Map<MessageId, Place> messages,
    Set<BranchId> prepared) {
  static final String GROUP = "billing";

  /** Where a message is, and its payload. */
  record Place(String topic, int partition, long offset, byte[] payload) {}

  static Truth write(long seed) throws IOException {
    PowerCutStorage storage = new PowerCutStorage(seed);
    Map<String, byte[]> earlier = new HashMap<>();
    Set<BranchId> prepared = new HashSet<>();
    for (int life = 0; life < 3; life++) {
      try (OpenLog log = OpenLog.open(storage)) {
        if (life == 0) {
          log.topics().create(TopicConfig.of("orders").partitions(2));
          log.topics().create(TopicConfig.of("invoices"));
        }
        new Writing(log, life, prepared).all();
      }
      storage = storage.afterCut(Loss.KEEP);
      int number = life;
      Files.all(storage).forEach((name, bytes) -> earlier.put(number + name, bytes));
    }
    PowerCutStorage copy = storage.afterCut(Loss.KEEP);
    Reading reading = new Reading(copy);
    return new Truth(storage, earlier, reading.messages(), prepared);
  }

  /** The log, for a test to damage. */
  PowerCutStorage copy() {
    return storage.afterCut(Loss.KEEP);
  }
}
