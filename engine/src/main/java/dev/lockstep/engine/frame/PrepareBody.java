package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A branch is prepared: its messages stand before this frame, its acknowledgements in it.
 *
 * <pre>
 *    0  8  branch number
 *    8  8  time of the prepare, milliseconds since the epoch
 *   16  1  decider: 0 transaction manager, 1 database
 *   17  4  number of messages
 *   21  4  format id
 *   25     global id, qualifier, note (each 2 bytes length, bytes); acknowledgements
 * </pre>
 */
public record PrepareBody(
    long branch,
    long since,
    Decider decider,
    int messages,
    BranchId id,
    byte[] note,
    List<Ack> acks) {
  private static final int FIXED = 25;

  /** The length of the frame. */
  public int frameLength() {
    return Frame.lengthOf(length());
  }

  private int length() {
    return FIXED
        + 3 * Short.BYTES
        + id.globalId().length
        + id.qualifier().length
        + note.length
        + Ack.length(acks);
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(length());
    put(body);
    return Frame.of(FrameTypes.PREPARE, body.flip());
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putLong(branch).putLong(since).put(code(decider)).putInt(messages);
    body.putInt(id.formatId());
    Bytes.putShort(body, id.globalId());
    Bytes.putShort(body, id.qualifier());
    Bytes.putShort(body, note);
    Ack.put(body, acks);
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return length();
  }

  /** Decodes the body. */
  public static PrepareBody decode(ByteBuffer body) {
    return new PrepareBody(
        body.getLong(),
        body.getLong(),
        decider(body.get()),
        body.getInt(),
        BranchId.of(body.getInt(), Bytes.shortArray(body), Bytes.shortArray(body)),
        Bytes.shortArray(body),
        Ack.get(body));
  }

  private static byte code(Decider decider) {
    return switch (decider) {
      case TRANSACTION_MANAGER -> 0;
      case DATABASE -> 1;
    };
  }

  private static Decider decider(byte code) {
    return switch (code) {
      case 0 -> Decider.TRANSACTION_MANAGER;
      case 1 -> Decider.DATABASE;
      default -> throw new IllegalArgumentException("unknown decider " + code);
    };
  }
}
