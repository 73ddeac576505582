package dev.lockstep.rar;

import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** A delivery as a listener receives it. A tombstone has no value. */
record InboundMessage<T>(Delivery delivery, Optional<T> value) implements Message<T> {
  private Envelope envelope() {
    return delivery.envelope();
  }

  @Override
  public MessageId id() {
    return delivery.id();
  }

  @Override
  public String topic() {
    return envelope().topic();
  }

  @Override
  public int partition() {
    return delivery.partition();
  }

  @Override
  public long offset() {
    return delivery.offset();
  }

  @Override
  public Instant timestamp() {
    return delivery.timestamp();
  }

  @Override
  public int attempt() {
    return delivery.attempt();
  }

  @Override
  public Optional<String> key() {
    return envelope().key().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  @Override
  public T payload() {
    return value.orElseThrow(
        () -> new IllegalStateException(this + " is a tombstone, which has no payload"));
  }

  @Override
  public boolean isTombstone() {
    return envelope().kind() == Envelope.Kind.TOMBSTONE;
  }

  @Override
  public Headers headers() {
    return envelope().headers();
  }

  /** Names the message; payloads may be large, or not meant for a log file. */
  @Override
  public String toString() {
    return id() + " at offset " + offset() + " of '" + topic() + "', partition " + partition();
  }
}
