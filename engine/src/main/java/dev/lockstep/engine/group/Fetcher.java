package dev.lockstep.engine.group;

import dev.lockstep.spi.Subscription.Delivery;
import java.util.List;

/** Takes messages that are there, without waiting. For one thread at a time. */
interface Fetcher {
  /** No message becomes due by itself. */
  long NEVER = Long.MAX_VALUE;

  /** Takes what is there. */
  Fetched fetch(int max);

  /**
   * What a fetch has found.
   *
   * @param deliveries the messages
   * @param next what the next fetch may find if this one has found nothing
   * @param due when a parked message becomes due, milliseconds since the epoch, or {@link #NEVER}
   */
  record Fetched(List<Delivery> deliveries, Next next, long due) {}

  /** When another fetch makes sense. */
  enum Next {
    /** At once: it has got on, or somebody has come in between. */
    NOW,
    /** When something has changed. */
    ON_CHANGE
  }
}
