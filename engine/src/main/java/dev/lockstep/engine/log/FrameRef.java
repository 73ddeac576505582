package dev.lockstep.engine.log;

/**
 * Where a frame is.
 *
 * @param position its first byte
 * @param length the room that it takes, header and padding included
 */
public record FrameRef(long position, int length) {
  /** The position behind it. */
  public long end() {
    return position + length;
  }
}
