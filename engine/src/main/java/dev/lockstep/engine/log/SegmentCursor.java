package dev.lockstep.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Walks over the valid frames of one segment, from a position to a limit. For one thread. */
final class SegmentCursor {
  private static final int WINDOW = 1 << 20;

  private final Segment segment;
  private final FrameSeal.Sealer seal;
  private long limit;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private long windowStart;
  private long next;
  private long position;
  private int bodyLength;

  SegmentCursor(Segment segment, FrameSeal seal, long from, long limit) {
    this.segment = segment;
    this.seal = seal.sealer();
    this.limit = limit;
    this.next = from;
    this.windowStart = from;
  }

  /** Moves to the next frame; false if there is no valid frame at {@link #next()}. */
  boolean advance() throws IOException {
    if (limit - next < FrameDescriptor.HEADER_LENGTH) {
      return false;
    }
    load(FrameDescriptor.HEADER_LENGTH);
    int at = (int) (next - windowStart);
    if (window.limit() - at < FrameDescriptor.HEADER_LENGTH
        || FrameDescriptor.position(window, at) != next) {
      return false;
    }
    int length = FrameDescriptor.bodyLength(window, at);
    if (length < 0 || length > limit - next - FrameDescriptor.HEADER_LENGTH) {
      return false;
    }
    load(FrameDescriptor.frameLength(length));
    at = (int) (next - windowStart);
    if (!seal.isValid(window, at, window.limit(), segment.incarnation(), next)) {
      return false;
    }
    position = next;
    bodyLength = length;
    next += FrameDescriptor.frameLength(length);
    return true;
  }

  /** Moves to the first valid frame at or behind {@link #next()}, over whatever is between. */
  boolean search() throws IOException {
    while (limit - next >= FrameDescriptor.HEADER_LENGTH) {
      if (advance()) {
        return true;
      }
      next += FrameDescriptor.ALIGNMENT;
      skip();
    }
    return false;
  }

  /** The length of a frame at {@link #next()} that is not whole, as its header says; 0 without. */
  long begun() throws IOException {
    if (limit - next < FrameDescriptor.HEADER_LENGTH) {
      return 0;
    }
    load(FrameDescriptor.HEADER_LENGTH);
    int at = (int) (next - windowStart);
    if (window.limit() - at < FrameDescriptor.HEADER_LENGTH
        || FrameDescriptor.position(window, at) != next) {
      return 0;
    }
    int length = Math.max(0, FrameDescriptor.bodyLength(window, at));
    return Math.min(FrameDescriptor.HEADER_LENGTH + (long) length, limit - next);
  }

  /** Skips what is in the window and can't be the start of a frame: it does not name its place. */
  private void skip() {
    int at = (int) (next - windowStart);
    while (window.limit() - at >= FrameDescriptor.HEADER_LENGTH
        && FrameDescriptor.position(window, at) != next) {
      at += FrameDescriptor.ALIGNMENT;
      next += FrameDescriptor.ALIGNMENT;
    }
  }

  /** Where the frame behind the current one starts. */
  long next() {
    return next;
  }

  long position() {
    return position;
  }

  int length() {
    return FrameDescriptor.frameLength(bodyLength);
  }

  byte type() {
    return FrameDescriptor.type(window, (int) (position - windowStart));
  }

  ByteBuffer body() {
    int at = (int) (position - windowStart) + FrameDescriptor.HEADER_LENGTH;
    return window.slice(at, bodyLength).asReadOnlyBuffer();
  }

  private void load(int needed) throws IOException {
    if (next + needed <= windowStart + window.limit() && next >= windowStart) {
      return;
    }
    int size = (int) Math.min(Math.max(WINDOW, needed), limit - next);
    if (window.capacity() < size) {
      window = ByteBuffer.allocate(size);
    }
    windowStart = next;
    window.clear().limit(size);
    segment.file().read(segment.offsetOf(next), window);
    window.flip();
    if (window.limit() < size) {
      limit = next + window.limit(); // the file ends here
    }
  }
}
