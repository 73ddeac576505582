package dev.lockstep.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Bytes, as text where they are that, else hexadecimal; cut where they are many. */
final class Bytes {
  /** The bytes of one character of text at the most; a cut may be inside of one. */
  private static final int CHARACTER = 4;

  private final byte[] bytes;
  private final int max;

  Bytes(byte[] bytes, int max) {
    this.bytes = bytes.clone();
    this.max = max;
  }

  int length() {
    return bytes.length;
  }

  boolean isCut() {
    return bytes.length > max;
  }

  /** The text, if it is one. */
  Optional<String> text() {
    for (int length = Math.min(max, bytes.length); length >= 0; length--) {
      Optional<String> text = text(length);
      if (text.isPresent() || !isCut() || length <= max - CHARACTER) {
        return text;
      }
    }
    return Optional.empty();
  }

  private Optional<String> text(int length) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
      return Optional.of(text).filter(Bytes::isText);
    } catch (CharacterCodingException e) {
      return Optional.empty(); // it is no text, and shown as what it is
    }
  }

  private static boolean isText(String text) {
    return text.chars()
        .allMatch(c -> !Character.isISOControl(c) || c == '\n' || c == '\t' || c == '\r');
  }

  String hex() {
    return HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(max, bytes.length)));
  }

  /** For people, on one line. */
  @Override
  public String toString() {
    String shown = text().map(text -> '"' + Escaped.text(text) + '"').orElseGet(() -> "0x" + hex());
    return isCut() ? shown + "... (" + bytes.length + " bytes)" : shown;
  }
}
