package dev.lockstep.engine.log;

/**
 * Where a frame is.
 *
 * @param position its first byte
 * @param length the room that it takes, header and padding included
 */
public record FrameRef(long position, int length) {
  /** Whether there can be such a frame; what was read from a file may be anything. */
  public boolean isPlausible() {
    return position >= SegmentHeader.LENGTH && length >= FrameDescriptor.HEADER_LENGTH;
  }

  /** The position behind it. */
  public long end() {
    return position + length;
  }
}
