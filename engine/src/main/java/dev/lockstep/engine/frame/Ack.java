package dev.lockstep.engine.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a member of a group has done in a partition: consumed ranges of offsets, parked messages.
 *
 * <pre>
 *   2+n group   4 topic   4 partition   8 member epoch   4 number of ranges   4 number of parks
 *   ranges: 8 from, inclusive   8 to, exclusive
 *   parks: 8 offset   8 until, milliseconds since the epoch   4 attempt
 * </pre>
 *
 * @param memberEpoch the member's number; {@link #GROUP_ITSELF} where nobody had to consume
 *     anything
 * @param ranges ascending; they neither overlap nor touch
 * @param parks ascending, and in none of the ranges
 */
public record Ack(
    String group,
    int topic,
    int partition,
    long memberEpoch,
    List<Range> ranges,
    List<Park> parks) {
  /** Instead of a member: what is acknowledged was no longer there. */
  public static final long GROUP_ITSELF = 0;

  private static final int FIXED = 4 * Integer.BYTES + Long.BYTES;

  private int length() {
    return FIXED
        + Bytes.textLength(group)
        + ranges.size() * Range.LENGTH
        + parks.size() * Park.LENGTH;
  }

  static int length(List<Ack> acks) {
    int length = Integer.BYTES;
    for (int i = 0; i < acks.size(); i++) {
      length += acks.get(i).length();
    }
    return length;
  }

  /** Appends acknowledgements, their number (4 bytes) in front. */
  public static void put(ByteBuffer buffer, List<Ack> acks) {
    buffer.putInt(acks.size());
    for (int i = 0; i < acks.size(); i++) {
      Ack ack = acks.get(i);
      Bytes.putText(buffer, ack.group);
      buffer.putInt(ack.topic).putInt(ack.partition).putLong(ack.memberEpoch);
      buffer.putInt(ack.ranges.size()).putInt(ack.parks.size());
      ack.ranges.forEach(range -> range.put(buffer));
      ack.parks.forEach(park -> park.put(buffer));
    }
  }

  /** The inverse of {@link #put}. */
  public static List<Ack> get(ByteBuffer buffer) {
    int count = Bytes.count(buffer, FIXED);
    List<Ack> acks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      acks.add(getOne(buffer));
    }
    return List.copyOf(acks);
  }

  private static Ack getOne(ByteBuffer buffer) {
    String group = Bytes.text(buffer);
    int topic = buffer.getInt();
    int partition = buffer.getInt();
    long epoch = buffer.getLong();
    int rangeCount = Bytes.count(buffer, Range.LENGTH);
    int parkCount = Bytes.count(buffer, Park.LENGTH);
    return new Ack(
        group, topic, partition, epoch, ranges(buffer, rangeCount), parks(buffer, parkCount));
  }

  static List<Range> ranges(ByteBuffer buffer, int count) {
    List<Range> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ranges.add(Range.get(buffer));
    }
    return List.copyOf(ranges);
  }

  static List<Park> parks(ByteBuffer buffer, int count) {
    List<Park> parks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      parks.add(Park.get(buffer));
    }
    return List.copyOf(parks);
  }
}
