package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The records of a transaction manager, three times: as they are in the log, as they are durable,
 * and as they are shown. A write is shown when it is durable, a removal when it is in the log.
 * Thread-safe, but for what is in the log, which the log's lock guards.
 */
public final class RecordTable {
  private final Set<RecordKey> inLog = new HashSet<>();
  private final Map<RecordKey, RecordBody> durable = new ConcurrentHashMap<>();
  private final Map<RecordKey, RecordBody> shown = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /** With the log's lock held. Whether the record is there, by what is appended so far. */
  boolean isInLog(RecordKey key) {
    return inLog.contains(key);
  }

  /** With the log's lock held. */
  void appended(RecordKey written) {
    inLog.add(written);
  }

  /** With the log's lock held. */
  void appendedRemoval(RecordKey removed) {
    inLog.remove(removed);
    shown.remove(removed);
  }

  /** In log order: a write is durable. */
  public void put(RecordBody record) {
    RecordBody earlier = durable.put(record.key(), record);
    bytes.addAndGet(record.encodedLength() - length(earlier));
    shown.put(record.key(), record);
  }

  /** In log order: a removal is durable. */
  public void remove(RecordKey key) {
    bytes.addAndGet(-length(durable.remove(key)));
    shown.remove(key);
  }

  private static long length(@Nullable RecordBody record) {
    return record == null ? 0 : record.encodedLength();
  }

  /** What the durable records take. */
  long bytes() {
    return bytes.get();
  }

  /** What the durable record of a key takes, if there is one. */
  long bytes(RecordKey key) {
    return length(durable.get(key));
  }

  /** What is shown of a key. */
  Optional<RecordBody> find(RecordKey key) {
    return Optional.ofNullable(shown.get(key));
  }

  /** The keys of all that are shown. */
  Set<RecordKey> keys() {
    return shown.keySet();
  }

  /** What is durable, for a checkpoint. */
  public List<RecordBody> all() {
    return List.copyOf(durable.values());
  }

  /** The log was replayed and nothing is appended yet: what is durable is all that there is. */
  public void replayed() {
    inLog.clear();
    inLog.addAll(durable.keySet());
  }

  /** How many bytes the removal of all records needs in the log. */
  public long reservedBytes() {
    return durable.keySet().stream().mapToLong(RecordUnit::removalBytes).sum();
  }

  /** How many records of each type are durable. */
  public Map<String, Long> counts() {
    return durable.keySet().stream()
        .collect(Collectors.groupingBy(RecordKey::type, Collectors.counting()));
  }

  /** Forgets everything, for a replay from the start of the log. */
  public void clear() {
    inLog.clear();
    durable.clear();
    shown.clear();
    bytes.set(0);
  }
}
