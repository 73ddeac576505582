package dev.lockstep.json;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import jakarta.json.bind.Jsonb;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Payloads as JSON in UTF-8. Thread-safe.
 *
 * <p>What can't be represented is refused, on both ways: text that is not Unicode, bytes that are
 * not UTF-8, JSON that is malformed, ends too early, goes on behind its end or is {@code null}. How
 * types map to JSON is said by JSON Binding and the annotations on them.
 *
 * @param <T> the payload type
 */
public final class JsonCodec<T> implements Codec<T> {
  private final Class<T> type;
  private final Jsonb jsonb;

  private JsonCodec(Class<T> type, Jsonb jsonb) {
    this.type = type;
    this.jsonb = jsonb;
  }

  /**
   * A codec with a binding of the application's own.
   *
   * @param <T> the payload type
   * @param type the class of the payloads
   * @param jsonb the binding, which stays the application's to close, after the last use of the
   *     codec
   * @return the codec
   */
  public static <T> JsonCodec<T> of(Class<T> type, Jsonb jsonb) {
    return new JsonCodec<>(type, jsonb);
  }

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public byte[] encode(T payload) {
    String text = jsonb.toJson(payload, type);
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] exact = new byte[bytes.remaining()];
      bytes.get(exact);
      return exact;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "the JSON of a " + type.getTypeName() + " has a surrogate without its pair", e);
    }
  }

  @Override
  public T decode(byte[] bytes, Headers headers) {
    String text = text(bytes);
    T payload = jsonb.fromJson(text, type);
    JsonEnd.check(text);
    return payload;
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the " + bytes.length + " bytes are not UTF-8 text", e);
    }
  }
}
