package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Clock;
import java.time.Instant;

/**
 * What all who read messages need.
 *
 * @param log the log
 * @param messages reads messages
 * @param visibility what is visible
 * @param clock what is due, and what has expired
 */
public record Reading(
    SegmentLog log, PartitionReader messages, Visibility visibility, Clock clock) {

  static boolean isExpired(StoredMessage message, long now) {
    long expiresAt = message.body().expiresAt();
    return expiresAt != MessageBody.NEVER && expiresAt <= now;
  }

  static Delivery delivery(
      String topic, int partition, StoredMessage stored, long coversFrom, int attempt) {
    MessageBody message = stored.body();
    return new Delivery(
        message.id(),
        partition,
        stored.entry().offset(),
        coversFrom,
        attempt,
        Instant.ofEpochMilli(message.timestamp()),
        message.envelope(topic));
  }
}
