package dev.lockstep.engine.index;

import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.TextHash;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.ByteBuffer;

/**
 * What the index knows of a message without reading it.
 *
 * @param slot which message of its frame it is, from 0
 * @param kind whether it has a value or ends its key
 * @param keyHash the {@link TextHash} of its key, {@link TextHash#NONE} without one
 * @param idempotencyHash the hash of its idempotency key, likewise
 */
public record Traits(int slot, Kind kind, int keyHash, int idempotencyHash) {
  /** The most messages that a frame can hold. */
  public static final int MAX_SLOTS = 1 << 15;

  /** A message that is alone in its frame and has neither key nor idempotency key. */
  public static final Traits PLAIN = new Traits(0, Kind.MESSAGE, TextHash.NONE, TextHash.NONE);

  /** The flag of a tombstone. */
  static final int TOMBSTONE = MAX_SLOTS;

  /** The traits of a message that will be alone in its frame. */
  public static Traits of(Envelope message) {
    if (message.kind() == Kind.MESSAGE
        && message.key().isEmpty()
        && message.idempotencyKey().isEmpty()) {
      return PLAIN;
    }
    return new Traits(
        0,
        message.kind(),
        message.key().map(TextHash::of).orElse(TextHash.NONE),
        message.idempotencyKey().map(TextHash::of).orElse(TextHash.NONE));
  }

  /** The traits of a message whose encoded {@link MessageBody} is alone in its frame. */
  public static Traits of(ByteBuffer body) {
    return new Traits(
        0, MessageBody.kind(body), MessageBody.keyHash(body), MessageBody.idempotencyHash(body));
  }

  /** The traits of a message of an encoded {@link BatchBody}. */
  public static Traits ofBatch(ByteBuffer batch, int slot) {
    return new Traits(
        slot,
        BatchBody.kind(batch, slot),
        BatchBody.keyHash(batch, slot),
        BatchBody.idempotencyHash(batch, slot));
  }

  /** The same in a slot of its frame. */
  public Traits inSlot(int slot) {
    return new Traits(slot, kind, keyHash, idempotencyHash);
  }

  /** Slot and kind in 16 bits. */
  int flags() {
    return slot | (kind == Kind.TOMBSTONE ? TOMBSTONE : 0);
  }

  static Traits ofFlags(int flags, int keyHash, int idempotencyHash) {
    Kind kind = (flags & TOMBSTONE) == 0 ? Kind.MESSAGE : Kind.TOMBSTONE;
    return new Traits(flags & (TOMBSTONE - 1), kind, keyHash, idempotencyHash);
  }
}
