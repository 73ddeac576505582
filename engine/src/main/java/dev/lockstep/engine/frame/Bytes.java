package dev.lockstep.engine.frame;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Strings and byte arrays with their length in front, as all bodies have them. */
public final class Bytes {
  private static final char MAX_ASCII = 0x7F;

  private Bytes() {}

  /** The room that a text takes: two bytes of length, and UTF-8. */
  public static int textLength(String text) {
    return Short.BYTES + (isAscii(text) ? text.length() : utf8(text).length);
  }

  /** Appends a text of at most 65,535 bytes. */
  public static void putText(ByteBuffer buffer, String text) {
    if (!isAscii(text)) {
      putShort(buffer, utf8(text));
      return;
    }
    buffer.putShort((short) text.length());
    for (int i = 0; i < text.length(); i++) {
      buffer.put((byte) text.charAt(i));
    }
  }

  /** Most names are, and need no array in between. */
  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > MAX_ASCII) {
        return false;
      }
    }
    return true;
  }

  /** The inverse of {@link #putText}. */
  public static String text(ByteBuffer buffer) {
    return new String(shortArray(buffer), StandardCharsets.UTF_8);
  }

  /** Appends an array of at most 65,535 bytes, behind its length in two bytes. */
  public static void putShort(ByteBuffer buffer, byte[] bytes) {
    buffer.putShort((short) bytes.length).put(bytes);
  }

  /** The inverse of {@link #putShort}. */
  public static byte[] shortArray(ByteBuffer buffer) {
    return array(buffer, Short.toUnsignedInt(buffer.getShort()));
  }

  /**
   * How many elements follow.
   *
   * @param least the bytes that each of them has at the least
   * @throws BufferUnderflowException if there is no room for so many
   */
  public static int count(ByteBuffer buffer, int least) {
    int count = buffer.getInt();
    if (count < 0 || (long) count * least > buffer.remaining()) {
      throw new BufferUnderflowException();
    }
    return count;
  }

  static byte[] array(ByteBuffer buffer, int length) {
    if (length < 0 || length > buffer.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
