package dev.lockstep.engine.client;

import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.Producer;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.util.Objects;
import java.util.Optional;

/** Sends into the branch of the thread's transaction. Thread-safe, as its codec is. */
final class BranchProducer<T> implements Producer<T> {
  private final String topic;
  private final String call;
  private final ProducerInterceptors interceptors;
  private final EnvelopeMaker<T> envelopes;
  private final CurrentTransaction transactions;
  private final Lifecycle lifecycle;

  BranchProducer(
      String topic,
      ProducerInterceptors interceptors,
      EnvelopeMaker<T> envelopes,
      CurrentTransaction transactions,
      Lifecycle lifecycle) {
    this.topic = topic;
    this.call = "send to '" + topic + "'";
    this.interceptors = interceptors;
    this.envelopes = envelopes;
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
  public MessageId delete(String key) {
    return send(Message.tombstone(notNull(key, "the key")));
  }

  @Override
  public MessageId send(OutgoingMessage<T> message) {
    lifecycle.requireOpen(call);
    notNull(message, "the message");
    // Encoded first, so that a payload that can't be encoded leaves the transaction as it was.
    Envelope envelope = envelopes.envelope(interceptors.intercept(topic, message));
    Optional<Branch> branch = transactions.forCall(call);
    if (branch.isPresent()) {
      return branch.get().append(envelope);
    }
    return transactions.inOwn(own -> own.append(envelope));
  }

  /** Callers without null checks of their own get the reason here, not from deep inside. */
  private <V> V notNull(V value, String what) {
    return Objects.requireNonNull(value, () -> call + ": " + what + " is null");
  }
}
