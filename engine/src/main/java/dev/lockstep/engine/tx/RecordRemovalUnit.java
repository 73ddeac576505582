package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.frame.RecordRemovedBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;

/** A record that is removed. */
final class RecordRemovalUnit implements LogUnit {
  private final RecordTable table;
  private final RecordKey key;
  private final Frame frame;

  RecordRemovalUnit(RecordTable table, RecordKey key) {
    this.table = table;
    this.key = key;
    this.frame = new RecordRemovedBody(key).encode();
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
    return table.isInLog(key) ? -RecordUnit.removalBytes(key) : 0;
  }

  @Override
  public Frame close(long[] positions) {
    table.appendedRemoval(key);
    return frame;
  }

  @Override
  public void apply() {
    table.remove(key);
  }
}
