package dev.lockstep.engine.fuzz;

import dev.lockstep.Compression;
import dev.lockstep.MessageId;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A closed log of several lives and segments, and what is true of it.
 *
 * @param storage the log
 * @param earlier files as they were at earlier times
 * @param messages every visible message, and its place
 * @param prepared every branch that was ever in doubt
 * @param inDoubt those that are
 * @param byHand those that were decided by hand and are not forgotten
 * @param audit what was done by hand
 * @param groups where each group stands
 */
record Truth(
    PowerCutStorage storage,
    Map<String, byte[]> earlier,
    Map<MessageId, Place> messages,
    Set<BranchId> prepared,
    Set<BranchId> inDoubt,
    Map<BranchId, Outcome> byHand,
    List<String> audit,
    Map<Reading.Group, Reading.Standing> groups) {
  static final String GROUP = "billing";

  private static final String FIRST = "0000000000000000.segment";

  /** Where a message is, and its payload. */
  record Place(String topic, int partition, long offset, byte[] payload) {}

  /** What one life of the log does. */
  @FunctionalInterface
  private interface Life {
    void live(PowerCutStorage storage, OpenLog log, Writing writing) throws IOException;
  }

  static Truth write(long seed) throws IOException {
    return write(
        seed,
        List.of(
            TopicConfig.of("orders").partitions(2),
            TopicConfig.of("invoices"),
            TopicConfig.of("events")),
        (storage, log, writing) -> writing.all());
  }

  /**
   * A log that compresses, recognises repetitions, has removed and moved messages and given room
   * back: its indexes and checkpoint can't be derived again.
   */
  static Truth reclaimed(long seed) throws IOException {
    return write(
        seed,
        List.of(
            TopicConfig.of("orders").partitions(2).compression(Compression.LZ4),
            TopicConfig.of("invoices").compacted(Duration.ofDays(1)),
            TopicConfig.of("events").retainBytes(2_000)),
        (storage, log, writing) -> {
          writing.all();
          writing.parkOnce();
          log.upkeep();
          writing.comeAndGo();
          do { // as often as it takes: the store's thread has a say in what is copied, and when
            writing.dead();
            log.upkeep();
          } while (storage.names().contains(FIRST));
        });
  }

  private static Truth write(long seed, List<TopicConfig> topics, Life written) throws IOException {
    PowerCutStorage storage = new PowerCutStorage(seed);
    Map<String, byte[]> earlier = new HashMap<>();
    Set<BranchId> prepared = new HashSet<>();
    for (int life = 0; life < 3; life++) {
      try (OpenLog log = OpenLog.open(storage)) {
        if (life == 0) {
          topics.forEach(log.topics()::create);
        }
        written.live(storage, log, new Writing(log, life, prepared));
      }
      storage = storage.afterCut(Loss.KEEP);
      int number = life;
      Files.all(storage).forEach((name, bytes) -> earlier.put(number + name, bytes));
    }
    Reading reading = new Reading(storage.afterCut(Loss.KEEP));
    if (!reading.refusals().isEmpty()) {
      throw new AssertionError("a sound log", reading.refusals().get(0));
    }
    return new Truth(
        storage,
        earlier,
        reading.messages(),
        prepared,
        reading.inDoubt(),
        reading.byHand(),
        reading.audit(),
        reading.groups());
  }

  /** The log, for a test to damage. */
  PowerCutStorage copy() {
    return storage.afterCut(Loss.KEEP);
  }
}
