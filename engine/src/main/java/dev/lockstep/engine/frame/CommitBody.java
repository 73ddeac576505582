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

    void put(Frame frame) {
      putRange(frame, topic, partition, first, count);
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
    Frame frame = begin(branch, time, phase, ranges.size(), acks);
    ranges.forEach(range -> range.put(frame));
    return end(frame, acks);
  }

  /**
   * Begins the frame of a commit, for those who make one for each transaction: so many ranges are
   * {@linkplain #putRange put} next, and then it {@linkplain #end ends}.
   */
  public static Frame begin(long branch, long time, Phase phase, int ranges, List<Ack> acks) {
    return Frame.begin(FrameTypes.COMMIT, length(ranges, acks))
        .putLong(branch)
        .putLong(time)
        .put((byte) (phase == Phase.ONE ? 1 : 0))
        .putInt(ranges);
  }

  /** Puts a range of offsets into a frame. */
  public static void putRange(Frame frame, int topic, int partition, long first, int count) {
    frame.putInt(topic).putInt(partition).putLong(first).putInt(count);
  }

  /** Ends the frame of a commit. */
  public static Frame end(Frame frame, List<Ack> acks) {
    return (acks.isEmpty() ? frame.putInt(0) : frame.put(body -> Ack.put(body, acks))).seal();
  }

  /** Decodes the body. */
  public static CommitBody decode(ByteBuffer body) {
    long branch = body.getLong();
    long time = body.getLong();
    Phase phase = body.get() == 1 ? Phase.ONE : Phase.SECOND;
    return new CommitBody(branch, time, phase, OffsetRange.get(body), Ack.get(body));
  }
}
