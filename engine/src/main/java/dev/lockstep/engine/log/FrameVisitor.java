package dev.lockstep.engine.log;

/** Takes what a walk over the log finds, in log order: all frames, the log's own among them. */
public interface FrameVisitor extends FrameHandler {
  /**
   * No valid frame starts at a position, and one must have been there.
   *
   * @param file the name of the segment file
   * @param from the first position that can't be read
   * @param to where the next valid frame starts, or the frames of the segment end
   * @param durableTo everything up to here was durable
   */
  void damaged(String file, long from, long to, long durableTo);

  /** Whether the walk goes on. */
  default boolean wantsMore() {
    return true;
  }
}
