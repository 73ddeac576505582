package dev.lockstep.engine.inspect;

import dev.lockstep.engine.batch.BatchReader;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is in a frame, also in one of a type that this version does not know. */
final class FrameContent {
  /** The field that says why a body could not be decoded. */
  static final String UNDECODABLE = "undecodable";

  private final BatchReader batches;

  FrameContent(BatchReader batches) {
    this.batches = batches;
  }

  static String label(byte type) {
    return FrameKind.of(type).map(FrameKind::label).orElse("type-" + type);
  }

  /** The fields of a body; where there is no sense in it, its bytes and why. */
  Map<String, Object> fields(byte type, ByteBuffer body) {
    try {
      return FrameKind.of(type).orElseThrow().fields(body.slice(), batches);
    } catch (RuntimeException e) {
      byte[] bytes = new byte[body.remaining()];
      body.duplicate().get(bytes);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put(UNDECODABLE, e.toString());
      fields.put("body", bytes);
      return fields;
    }
  }
}
