package dev.lockstep.engine.client;

import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import java.time.Instant;
import java.util.Optional;

/** A delivery whose payload is decoded. It does not hold the encoded bytes. */
record ReceivedMessage<T>(
    MessageId id,
    String topic,
    int partition,
    long offset,
    Instant timestamp,
    int attempt,
    Optional<String> key,
    T payload,
    Headers headers)
    implements Message<T> {

  /** Names the message; payloads may be large, or not meant for a log file. */
  @Override
  public String toString() {
    return id + " at offset " + offset + " of '" + topic + "', partition " + partition;
  }
}
