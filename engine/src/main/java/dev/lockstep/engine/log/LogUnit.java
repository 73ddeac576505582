package dev.lockstep.engine.log;

import java.util.List;

/**
 * Frames that are appended together, without anything between them: all of them belong to one
 * {@linkplain SegmentLog#runAtBoundary boundary} side.
 */
public interface LogUnit {
  /** A unit of one frame. */
  static LogUnit of(Frame frame, Runnable apply) {
    return new SingleFrame(frame, apply);
  }

  /** The frames that were encoded ahead. */
  List<Frame> frames();

  /** The length of the closing frame, known before its content is. */
  int closingLength();

  /**
   * How many bytes this unit reserves for the one that will decide it, from {@link #decisionBytes};
   * negative if it is the one that decides, and gives them back.
   */
  default long reservedBytes() {
    return 0;
  }

  /** What a decision with a frame of such a length needs to have reserved. */
  static long decisionBytes(int frameLength) {
    return (long) frameLength + FrameDescriptor.SMALLEST_GROUP; // it may be alone in its group
  }

  /**
   * Makes the closing frame. Called under the log's lock, in log order, once nothing can go wrong
   * any more: this is the place to claim offsets. It must be quick and must not fail.
   *
   * @param positions the positions of {@link #frames()}
   */
  Frame close(long[] positions);

  /**
   * Whether it is forced before it is applied, however durable everything else is configured to be.
   */
  default boolean isAlwaysForced() {
    return false;
  }

  /** Called by whoever flushes, in log order, once the unit is as durable as configured. */
  void apply();

  /**
   * Called on the flusher's thread after {@link #apply}, once what was applied is visible, and
   * before those who wait for the unit go on. It must be quick and must not fail.
   */
  default void applied() {}
}
