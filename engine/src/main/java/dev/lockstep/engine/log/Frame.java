package dev.lockstep.engine.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An encoded frame that has no position yet. Encoding and the checksum of the body are the
 * appender's work, done before it takes the log's lock. Immutable by convention once its body is
 * {@linkplain #seal sealed}: the log only reads it.
 */
public final class Frame {
  /** The smallest type that may be used outside this package. */
  public static final byte FIRST_FREE_TYPE = 16;

  /** A frame of the log's own: up to where a force had returned. */
  public static final byte WATERMARK = 1;

  /** A frame of the log's own: it goes on in the next segment. */
  public static final byte END = 2;

  private static final VarHandle LONG = view(long[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle SHORT = view(short[].class);

  private final byte[] bytes;

  /** Where the body goes on while it is made. */
  private int at = FrameDescriptor.HEADER_LENGTH;

  private int bodyCrc;

  private Frame(byte type, int length) {
    this.bytes = new byte[FrameDescriptor.frameLength(length)];
    INT.set(bytes, FrameDescriptor.LENGTH_OFFSET, length);
    bytes[FrameDescriptor.TYPE_OFFSET] = type;
  }

  private static VarHandle view(Class<?> numbers) {
    return MethodHandles.byteArrayViewVarHandle(numbers, ByteOrder.BIG_ENDIAN);
  }

  /**
   * Encodes a frame.
   *
   * @param type what the body is
   * @param body the body, from its position to its limit, which is consumed
   */
  public static Frame of(byte type, ByteBuffer body) {
    int length = body.remaining();
    Frame frame = new Frame(type, length);
    body.get(frame.bytes, frame.at, length);
    frame.at += length;
    return frame.seal();
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
    return begin(type, length).put(content).seal();
  }

  /**
   * Begins a frame whose body is put piece by piece, and then sealed. As {@link #encode}, without a
   * buffer, for those who make one for each message.
   */
  public static Frame begin(byte type, int length) {
    return new Frame(type, length);
  }

  /** Puts a number of eight bytes. */
  public Frame putLong(long value) {
    LONG.set(bytes, at, value);
    at += Long.BYTES;
    return this;
  }

  /** Puts a number of four bytes. */
  public Frame putInt(int value) {
    INT.set(bytes, at, value);
    at += Integer.BYTES;
    return this;
  }

  /** Puts a number of two bytes. */
  public Frame putShort(short value) {
    SHORT.set(bytes, at, value);
    at += Short.BYTES;
    return this;
  }

  /** Puts a byte. */
  public Frame put(byte value) {
    bytes[at] = value;
    at++;
    return this;
  }

  /** Puts bytes. */
  public Frame put(byte[] source) {
    System.arraycopy(source, 0, bytes, at, source.length);
    at += source.length;
    return this;
  }

  /** Puts what others put into a buffer. */
  public Frame put(Content content) {
    ByteBuffer rest = ByteBuffer.wrap(bytes, at, bodyEnd() - at);
    content.put(rest);
    at = rest.position();
    return this;
  }

  /**
   * Ends the body.
   *
   * @throws IllegalStateException if it does not have the length that was said
   */
  public Frame seal() {
    if (at != bodyEnd()) {
      throw new IllegalStateException(
          "a frame of type "
              + bytes[FrameDescriptor.TYPE_OFFSET]
              + " has a body of "
              + (at - FrameDescriptor.HEADER_LENGTH)
              + " bytes, and not of "
              + bodyLength());
    }
    bodyCrc = FrameSeal.bodyCrc(bytes);
    return this;
  }

  /** The length of its body. */
  public int bodyLength() {
    return (int) INT.get(bytes, FrameDescriptor.LENGTH_OFFSET);
  }

  private int bodyEnd() {
    return FrameDescriptor.HEADER_LENGTH + bodyLength();
  }

  /** Appends its body to a buffer. */
  public void copyBodyTo(ByteBuffer target) {
    target.put(bytes, FrameDescriptor.HEADER_LENGTH, bodyLength());
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
