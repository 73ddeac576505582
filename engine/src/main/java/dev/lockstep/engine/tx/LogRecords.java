package dev.lockstep.engine.tx;

import dev.lockstep.TooLargeException;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionRecords;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The records of a transaction manager in the log. Thread-safe. */
public final class LogRecords implements TransactionRecords {
  private final SegmentLog log;
  private final RecordTable table;

  /** What is being written takes so many bytes. */
  private final AtomicLong writing = new AtomicLong();

  public LogRecords(SegmentLog log, RecordTable table) {
    this.log = log;
    this.table = table;
  }

  @Override
  public void write(String type, byte[] id, byte[] value) {
    RecordBody record = new RecordBody(key(type, id), value.clone());
    if (value.length > MAX_VALUE_BYTES) {
      throw new TooLargeException(
          "a transaction record of type '"
              + type
              + "' has "
              + value.length
              + " bytes; at most "
              + MAX_VALUE_BYTES
              + " fit. Let fewer resources take part in a transaction");
    }
    long length = record.encodedLength();
    try {
      requireRoom(table.bytes() - table.bytes(record.key()) + writing.addAndGet(length));
      log.append(new RecordUnit(table, record), Urgency.NEW_WORK).await();
    } finally {
      writing.addAndGet(-length);
    }
  }

  private void requireRoom(long total) {
    if (total > MAX_TOTAL_BYTES) {
      throw new TooLargeException(
          "with another one the transaction records of log "
              + log.id()
              + " would take "
              + total
              + " bytes; at most "
              + MAX_TOTAL_BYTES
              + " fit. They are of transactions that wait for a resource to be carried out: bring"
              + " the resources back that recovery can't reach");
    }
  }

  private static RecordKey key(String type, byte[] id) {
    RecordKey key = RecordKey.of(type, id);
    if (type.isEmpty() || key.encodedLength() - 2 * Short.BYTES > MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "a transaction record has a type and an identifier of together "
              + MAX_KEY_BYTES
              + " bytes at most; this one is of type '"
              + type
              + "'");
    }
    return key;
  }

  @Override
  public void remove(String type, byte[] id) {
    log.checkOpen();
    RecordKey key = key(type, id);
    if (table.find(key).isPresent()) { // what is not there has no room reserved
      log.append(new RecordRemovalUnit(table, key), Urgency.DECISION, Forcing.DEFERRED);
    }
  }

  @Override
  public Optional<byte[]> read(String type, byte[] id) {
    log.checkOpen();
    return table.find(key(type, id)).map(record -> record.value().clone());
  }

  @Override
  public List<byte[]> keys(String type) {
    log.checkOpen();
    return table.keys().stream()
        .filter(key -> key.type().equals(type))
        .map(RecordKey::idBytes)
        .toList();
  }

  @Override
  public Set<String> types() {
    log.checkOpen();
    return table.keys().stream().map(RecordKey::type).collect(Collectors.toUnmodifiableSet());
  }
}
