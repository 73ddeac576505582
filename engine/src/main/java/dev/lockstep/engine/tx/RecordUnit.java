package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;

/** A record that is written. It reserves the room that its removal needs. */
final class RecordUnit implements LogUnit {
  private final RecordTable table;
  private final RecordBody record;
  private final Frame frame;

  RecordUnit(RecordTable table, RecordBody record) {
    this.table = table;
    this.record = record;
    this.frame = record.encode();
  }

  /** The room in the log that the removal of a record needs. */
  static long removalBytes(RecordKey key) {
    return LogUnit.decisionBytes(key.removalLength());
  }

  @Override
  public List<Frame> frames() {
    return List.of();
  }

  @Override
  public int closingLength() {
    return frame.length();
  }

  @Override
  public long reservedBytes() {
    return table.isInLog(record.key()) ? 0 : removalBytes(record.key());
  }

  @Override
  public Frame close(long[] positions) {
    table.appended(record.key());
    return frame;
  }

  @Override
  public void apply() {
    table.put(record);
  }
}
