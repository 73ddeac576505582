package dev.lockstep.engine.tx;

import dev.lockstep.MessageId;
import dev.lockstep.engine.log.SegmentLog;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives identities to messages and numbers to branches. Neither needs to be stored: the incarnation
 * in them is new with each open, and durable before the first one is given. Thread-safe.
 */
final class MessageIds {
  private static final int INCARNATION_SHIFT = 40;

  private final long origin;
  private final int incarnation;
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong branches = new AtomicLong();

  MessageIds(SegmentLog log) {
    this.origin = log.id().getMostSignificantBits() ^ log.id().getLeastSignificantBits();
    this.incarnation = log.incarnation();
  }

  MessageId nextMessage() {
    return MessageId.of(origin, incarnation, messages.incrementAndGet());
  }

  long nextBranch() {
    return ((long) incarnation << INCARNATION_SHIFT) | branches.incrementAndGet();
  }
}
