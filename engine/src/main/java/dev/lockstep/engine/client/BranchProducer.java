package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.Producer;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/** Sends into the branch of the thread's transaction. Thread-safe, as its codec is. */
final class BranchProducer<T> implements Producer<T> {
  static final String CONTENT_TYPE = "content-type";

  private final String topic;
  private final String call;
  private final Codec<T> codec;
  private final byte[] contentType;
  private final CurrentTransaction transactions;
  private final Lifecycle lifecycle;

  BranchProducer(
      String topic, Codec<T> codec, CurrentTransaction transactions, Lifecycle lifecycle) {
    this.topic = topic;
    this.call = "send to '" + topic + "'";
    this.codec = codec;
    this.contentType = codec.contentType().getBytes(StandardCharsets.UTF_8);
    this.transactions = transactions;
    this.lifecycle = lifecycle;
  }

  @Override
  public String topic() {
    return topic;
  }

  @Override
  public MessageId send(T payload) {
    return send(Message.of(notNull(payload, "the payload")));
  }

  @Override
  public MessageId send(String key, T payload) {
    return send(Message.of(notNull(key, "the key"), notNull(payload, "the payload")));
  }

  @Override
  public MessageId send(OutgoingMessage<T> message) {
    lifecycle.requireOpen(call);
    notNull(message, "the message");
    // Encoded first, so that a payload that can't be encoded leaves the transaction as it was.
    Envelope envelope = envelope(message);
    Optional<Branch> branch = transactions.forCall(call);
    if (branch.isPresent()) {
      return branch.get().append(envelope);
    }
    return transactions.inOwn(own -> own.append(envelope));
  }

  private Envelope envelope(OutgoingMessage<T> message) {
    T payload = notNull(message.payload(), "the payload");
    byte[] bytes = notNull(codec.encode(payload), "what " + codec.getClass().getName() + " made");
    Headers headers = message.headers();
    if (headers.lastBytes(CONTENT_TYPE).isEmpty()) {
      headers = headers.with(CONTENT_TYPE, contentType);
    }
    return new Envelope(topic, message.key().map(this::keyBytes), bytes, headers);
  }

  private byte[] keyBytes(String key) {
    try {
      return Utf8.encode(key);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(call + ": the key is not Unicode text", e);
    }
  }

  /** Callers without null checks of their own get the reason here, not from deep inside. */
  private <V> V notNull(V value, String what) {
    return Objects.requireNonNull(value, () -> call + ": " + what + " is null");
  }
}
