package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A record of a transaction manager is removed, if there is one.
 *
 * <pre>
 *    0     key: {@link RecordKey}
 * </pre>
 */
public record RecordRemovedBody(RecordKey key) {
  /** Encodes the body into a frame. */
  public Frame encode() {
    return Frame.encode(FrameTypes.RECORD_REMOVED, key.encodedLength(), key::put);
  }

  /** Decodes the body. */
  public static RecordRemovedBody decode(ByteBuffer body) {
    return new RecordRemovedBody(RecordKey.get(body));
  }
}
