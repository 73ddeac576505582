package dev.lockstep.engine.frame;

import java.nio.ByteBuffer;
import java.util.stream.Stream;

/**
 * Offsets of a partition.
 *
 * @param from the first one
 * @param to the one behind the last one
 */
public record Range(long from, long to) {
  static final int LENGTH = 2 * Long.BYTES;

  void put(ByteBuffer buffer) {
    buffer.putLong(from).putLong(to);
  }

  static Range get(ByteBuffer buffer) {
    return new Range(buffer.getLong(), buffer.getLong());
  }

  /** Whether an offset is in both. */
  public boolean overlaps(Range other) {
    return from < other.to && other.from < to;
  }

  /** Whether it has an offset. */
  public boolean contains(long offset) {
    return from <= offset && offset < to;
  }

  /** What is in this one and not in the other. */
  public Stream<Range> without(Range other) {
    Range before = new Range(from, Math.min(to, other.from));
    Range behind = new Range(Math.max(from, other.to), to);
    return Stream.of(before, behind).filter(part -> part.from < part.to);
  }

  @Override
  public String toString() {
    return "[" + from + ", " + to + ")";
  }
}
