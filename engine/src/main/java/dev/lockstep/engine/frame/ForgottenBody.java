package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * That a branch was decided by hand is forgotten.
 *
 * <pre>
 *    0  8  branch number
 *    8  1  1: by hand; 0: by whoever decides the branch
 *    9     {@link AuditBody}, if by hand
 * </pre>
 */
public record ForgottenBody(long branch, Optional<AuditBody> audit) {
  private static final int FIXED = 9;

  /** The length of the frame without an audit record. */
  public static final int SHORTEST_FRAME = Frame.lengthOf(FIXED);

  /** Encodes the body into a frame. */
  public Frame encode() {
    int length = FIXED + audit.map(AuditBody::encodedLength).orElse(0);
    return Frame.encode(FrameTypes.FORGOTTEN, length, this::put);
  }

  private void put(ByteBuffer body) {
    body.putLong(branch).put((byte) (audit.isPresent() ? 1 : 0));
    audit.ifPresent(by -> by.put(body));
  }

  /** Decodes the body. */
  public static ForgottenBody decode(ByteBuffer body) {
    long branch = body.getLong();
    return new ForgottenBody(
        branch, body.get() == 1 ? Optional.of(AuditBody.get(body)) : Optional.empty());
  }
}
