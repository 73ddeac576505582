package dev.lockstep.engine.client;

import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import java.time.Instant;
import java.util.Optional;

/** A delivery that says that there is no value for its key any more. */
record ReceivedTombstone<T>(
    MessageId id,
    String topic,
    int partition,
    long offset,
    Instant timestamp,
    int attempt,
    Optional<String> key,
    Headers headers)
    implements Message<T> {

  @Override
  public T payload() {
    throw new IllegalStateException(this + " has no payload; ask isTombstone() first");
  }

  @Override
  public boolean isTombstone() {
    return true;
  }

  @Override
  public String toString() {
    return "tombstone "
        + id
        + " at offset "
        + offset
        + " of '"
        + topic
        + "', partition "
        + partition;
  }
}
