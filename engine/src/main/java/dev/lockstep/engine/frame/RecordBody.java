package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A record of a transaction manager is written; it takes the place of an earlier one of that key.
 *
 * <pre>
 *    0  4  length of the value
 *    4     key: {@link RecordKey}; value
 * </pre>
 */
public record RecordBody(RecordKey key, byte[] value) {
  /** Encodes the body into a frame. */
  public Frame encode() {
    return Frame.encode(FrameTypes.RECORD, encodedLength(), this::put);
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putInt(value.length);
    key.put(body);
    body.put(value);
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return Integer.BYTES + key.encodedLength() + value.length;
  }

  /** Decodes the body. */
  public static RecordBody decode(ByteBuffer body) {
    int length = body.getInt();
    return new RecordBody(RecordKey.get(body), Bytes.array(body, length));
  }
}
