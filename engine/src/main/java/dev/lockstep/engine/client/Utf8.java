package dev.lockstep.engine.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that refuses what it can't represent. The JDK's shortcuts put a substitute in its place, so
 * that a message would arrive as another one than was sent.
 */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * Encodes text.
   *
   * @throws IllegalArgumentException if it has a surrogate without its pair
   */
  static byte[] encode(String text) {
    if (text.chars().noneMatch(unit -> Character.isSurrogate((char) unit))) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] exact = new byte[bytes.remaining()];
      bytes.get(exact);
      return exact;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the text has a surrogate without its pair", e);
    }
  }

  /**
   * Decodes text.
   *
   * @throws IllegalArgumentException if the bytes are not UTF-8
   */
  static String decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the " + bytes.length + " bytes are not UTF-8 text", e);
    }
  }
}
