package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * Names a record of a transaction manager. The identifier is kept as a buffer, which compares by
 * content and is only read.
 *
 * <pre>
 *   type (2 bytes length, text); identifier (2 bytes length, bytes)
 * </pre>
 */
public record RecordKey(String type, ByteBuffer id) {
  /** The key of a record; the identifier is copied. */
  public static RecordKey of(String type, byte[] id) {
    return new RecordKey(type, ByteBuffer.wrap(id.clone()).asReadOnlyBuffer());
  }

  /** The identifier, as bytes of the caller's own. */
  public byte[] idBytes() {
    byte[] bytes = new byte[id.remaining()];
    id.get(id.position(), bytes);
    return bytes;
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return Bytes.textLength(type) + Short.BYTES + id.remaining();
  }

  /** The length of the frame that removes the record. */
  public int removalLength() {
    return Frame.lengthOf(encodedLength());
  }

  void put(ByteBuffer buffer) {
    Bytes.putText(buffer, type);
    Bytes.putShort(buffer, idBytes());
  }

  static RecordKey get(ByteBuffer buffer) {
    return of(Bytes.text(buffer), Bytes.shortArray(buffer));
  }
}
