package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A branch is committed: its messages get the offsets that stand here, in the order in which they
 * were sent, and its acknowledgements take effect.
 *
 * <pre>
 *    0  8  branch number
 *    8  8  time of the commit, milliseconds since the epoch, never less than in an earlier frame
 *   16  1  0: of a prepared branch; 1: one phase, the messages stand before this frame
 *   17  4  number of offset ranges
 *   21     ranges: 4 topic, 4 partition, 8 first offset, 4 count; acknowledgements (one phase only)
 * </pre>
 */
public record CommitBody(
    long branch, long time, Phase phase, List<OffsetRange> ranges, List<Ack> acks) {
  private static final int FIXED = 17;

  /** What the commit completes. */
  public enum Phase {
    /** A branch that was prepared. */
    SECOND,
    /** A branch that was not. */
    ONE
  }

  /** The offsets that a partition's messages of the branch get. */
  public record OffsetRange(int topic, int partition, long first, int count) {
    private static final int LENGTH = 3 * Integer.BYTES + Long.BYTES;

    /** The room that so many ranges take, with their number in front. */
    static int length(int ranges) {
      return Integer.BYTES + ranges * LENGTH;
    }

    static void put(ByteBuffer body, List<OffsetRange> ranges) {
      body.putInt(ranges.size());
      for (int i = 0; i < ranges.size(); i++) { // one for each commit: without an iterator
        OffsetRange range = ranges.get(i);
        body.putInt(range.topic()).putInt(range.partition());
        body.putLong(range.first()).putInt(range.count());
      }
    }

    static List<OffsetRange> get(ByteBuffer body) {
      int count = Bytes.count(body, LENGTH);
      List<OffsetRange> ranges = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        ranges.add(new OffsetRange(body.getInt(), body.getInt(), body.getLong(), body.getInt()));
      }
      return List.copyOf(ranges);
    }
  }

  /** The length of the frame with so many ranges. */
  public static int frameLength(int ranges, List<Ack> acks) {
    return Frame.lengthOf(length(ranges, acks));
  }

  private static int length(int ranges, List<Ack> acks) {
    return FIXED + OffsetRange.length(ranges) + Ack.length(acks);
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = Frame.body(FrameTypes.COMMIT, length(ranges.size(), acks));
    body.putLong(branch).putLong(time).put((byte) (phase == Phase.ONE ? 1 : 0));
    OffsetRange.put(body, ranges);
    Ack.put(body, acks);
    return Frame.of(body);
  }

  /** Decodes the body. */
  public static CommitBody decode(ByteBuffer body) {
    long branch = body.getLong();
    long time = body.getLong();
    Phase phase = body.get() == 1 ? Phase.ONE : Phase.SECOND;
    return new CommitBody(branch, time, phase, OffsetRange.get(body), Ack.get(body));
  }
}
