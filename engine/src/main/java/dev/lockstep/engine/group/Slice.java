package dev.lockstep.engine.group;

import dev.lockstep.engine.index.ReadMessages;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.List;

/**
 * Offsets of a partition that are to be read in order.
 *
 * @param from the first one
 * @param to the one behind the last one
 * @param covered where the cover of the first message starts
 * @param attempt which attempt it is
 */
record Slice(int partition, long from, long to, long covered, int attempt) {
  static final int FIRST_ATTEMPT = 1;

  /** How far a slice was read: where to go on, and where the cover of the next message starts. */
  record Read(int partition, long next, long covered) {}

  /**
   * Reads messages.
   *
   * @param max how many at the most
   * @param deliveries where they go
   */
  Read read(TopicState topic, Reading reading, int max, List<Delivery> deliveries) {
    int count = (int) Math.min(max, to - from);
    ReadMessages read = reading.messages().read(topic, partition, from, count);
    long now = reading.clock().millis();
    long cover = covered;
    for (StoredMessage message : read.messages()) {
      long offset = message.entry().offset();
      if (offset >= to) {
        break;
      }
      if (!Reading.isExpired(message, now)) {
        deliveries.add(Reading.delivery(topic.name(), partition, message, cover, attempt));
        cover = offset + 1;
      }
    }
    return new Read(partition, Math.min(read.next(), to), cover);
  }
}
