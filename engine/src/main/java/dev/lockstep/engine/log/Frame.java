package dev.lockstep.engine.log;

import java.nio.ByteBuffer;

/**
 * An encoded frame that has no position yet. Encoding and the checksum of the body are the
 * appender's work, done before it takes the log's lock. Immutable by convention: the log only reads
 * it.
 */
public final class Frame {
  /** The smallest type that may be used outside this package. */
  public static final byte FIRST_FREE_TYPE = 16;

  /** A frame of the log's own: up to where a force had returned. */
  public static final byte WATERMARK = 1;

  /** A frame of the log's own: it goes on in the next segment. */
  public static final byte END = 2;

  private final byte[] bytes;
  private final int bodyCrc;

  private Frame(byte[] bytes, int bodyCrc) {
    this.bytes = bytes;
    this.bodyCrc = bodyCrc;
  }

  /**
   * Encodes a frame.
   *
   * @param type what the body is
   * @param body the body, from its position to its limit, which is consumed
   */
  public static Frame of(byte type, ByteBuffer body) {
    int length = body.remaining();
    byte[] bytes = new byte[FrameDescriptor.frameLength(length)];
    body.get(bytes, FrameDescriptor.HEADER_LENGTH, length);
    ByteBuffer.wrap(bytes)
        .putInt(FrameDescriptor.LENGTH_OFFSET, length)
        .put(FrameDescriptor.TYPE_OFFSET, type);
    return new Frame(bytes, FrameSeal.bodyCrc(bytes));
  }

  /** Whether a frame of this type is the log's own, and means nothing outside this package. */
  static boolean isInternal(byte type) {
    return type == WATERMARK || type == END;
  }

  /** Puts the body of a frame where it belongs. */
  @FunctionalInterface
  public interface Content {
    /**
     * Puts the body.
     *
     * @param body a buffer with as much room as was asked for, from its position on
     */
    void put(ByteBuffer body);
  }

  /**
   * Encodes a frame whose body is written in place, without a buffer of its own.
   *
   * @param type what the body is
   * @param length the length of the body
   * @param content puts the body, all of it
   */
  public static Frame encode(byte type, int length, Content content) {
    ByteBuffer body = body(type, length);
    content.put(body);
    return of(body);
  }

  /**
   * Begins a frame whose body is put into a buffer, from its position on; {@link #of} gives the
   * frame then. As {@link #encode}, for those who make one for each message.
   */
  public static ByteBuffer body(byte type, int length) {
    ByteBuffer frame = ByteBuffer.wrap(new byte[FrameDescriptor.frameLength(length)]);
    frame.putInt(FrameDescriptor.LENGTH_OFFSET, length).put(FrameDescriptor.TYPE_OFFSET, type);
    int start = FrameDescriptor.HEADER_LENGTH;
    return frame.limit(start + length).position(start); // no slice: one object less for each frame
  }

  /** The frame whose body has been put into a buffer of {@link #body}, all of it. */
  public static Frame of(ByteBuffer body) {
    byte[] bytes = body.array();
    int length = body.getInt(FrameDescriptor.LENGTH_OFFSET);
    if (body.arrayOffset() != 0 || bytes.length != FrameDescriptor.frameLength(length)) {
      throw new IllegalArgumentException("a buffer that was not made for a body");
    }
    if (body.hasRemaining()) {
      throw new IllegalStateException(
          "a frame of type "
              + bytes[FrameDescriptor.TYPE_OFFSET]
              + " is "
              + body.remaining()
              + " bytes short of "
              + length);
    }
    return new Frame(bytes, FrameSeal.bodyCrc(bytes));
  }

  /** The room that a frame with a body of so many bytes takes in the log. */
  public static int lengthOf(int bodyLength) {
    return FrameDescriptor.frameLength(bodyLength);
  }

  /** The room that it takes in the log, in bytes. */
  public int length() {
    return bytes.length;
  }

  int bodyCrc() {
    return bodyCrc;
  }

  void copyTo(ByteBuffer target) {
    target.put(bytes);
  }
}
