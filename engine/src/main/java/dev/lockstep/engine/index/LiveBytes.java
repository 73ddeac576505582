package dev.lockstep.engine.index;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How many bytes of frames something refers to, by the number of the segment that they are in. Not
 * thread-safe.
 *
 * <pre>
 *   4 number of segments; for each, ascending: 8 number, 8 bytes
 * </pre>
 */
public final class LiveBytes {
  private static final int SEGMENT_LENGTH = 2 * Long.BYTES;

  private long[] numbers = new long[2];
  private long[] bytes = new long[2];
  private int size;

  /** Adds bytes to a segment. */
  public void add(long segment, long count) {
    int at = size > 0 && numbers[size - 1] == segment ? size - 1 : search(segment);
    if (at < 0) {
      at = -at - 1;
      insert(at, segment);
    }
    bytes[at] += count;
  }

  private int search(long segment) {
    return Arrays.binarySearch(numbers, 0, size, segment);
  }

  private void insert(int at, long segment) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
      bytes = Arrays.copyOf(bytes, 2 * size);
    }
    System.arraycopy(numbers, at, numbers, at + 1, size - at);
    System.arraycopy(bytes, at, bytes, at + 1, size - at);
    numbers[at] = segment;
    bytes[at] = 0;
    size++;
  }

  /** Adds all that another one has. */
  public void addAll(LiveBytes other) {
    for (int i = 0; i < other.size; i++) {
      add(other.numbers[i], other.bytes[i]);
    }
  }

  /** The bytes in a segment. */
  public long of(long segment) {
    int at = search(segment);
    return at < 0 ? 0 : bytes[at];
  }

  /** The bytes in all segments. */
  public long total() {
    return Arrays.stream(bytes, 0, size).sum();
  }

  /** The numbers of the segments that have any, ascending. */
  public long[] segments() {
    return Arrays.copyOf(numbers, size);
  }

  int encodedLength() {
    return Integer.BYTES + size * SEGMENT_LENGTH;
  }

  void put(ByteBuffer buffer) {
    buffer.putInt(size);
    for (int i = 0; i < size; i++) {
      buffer.putLong(numbers[i]).putLong(bytes[i]);
    }
  }

  static LiveBytes get(ByteBuffer buffer) {
    LiveBytes live = new LiveBytes();
    for (int i = buffer.getInt(); i > 0; i--) {
      live.add(buffer.getLong(), buffer.getLong());
    }
    return live;
  }
}
