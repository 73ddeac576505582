package dev.lockstep.rar;

import dev.lockstep.DeadLetter;
import dev.lockstep.Headers;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Makes dead letters of messages: the same key, payload and headers, and why they are here. */
final class DeadLetters {
  private static final int MAX_REASON = 1000;

  private DeadLetters() {}

  /** A dead letter does not expire, and has no idempotency key: each failure is one of its own. */
  static Envelope of(Delivery delivery, String topic, int attempts, Throwable failure) {
    Envelope message = delivery.envelope();
    Headers headers = with(message.headers(), DeadLetter.TOPIC, message.topic());
    headers = with(headers, DeadLetter.PARTITION, String.valueOf(delivery.partition()));
    headers = with(headers, DeadLetter.OFFSET, String.valueOf(delivery.offset()));
    headers = with(headers, DeadLetter.EXCEPTION, reason(failure));
    headers = with(headers, DeadLetter.ATTEMPTS, String.valueOf(attempts));
    return new Envelope(
        topic,
        message.key(),
        message.payload(),
        headers,
        message.kind(),
        Optional.empty(),
        Optional.empty());
  }

  private static Headers with(Headers headers, String name, String value) {
    return headers.replacing(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String reason(Throwable failure) {
    String text = failure.toString();
    return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON);
  }
}
