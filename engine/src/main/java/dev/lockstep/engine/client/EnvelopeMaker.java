package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Objects;

/** Encodes messages for one topic with one codec. Thread-safe, as the codec is. */
final class EnvelopeMaker<T> {
  private static final byte[] NO_PAYLOAD = {};

  private final String topic;
  private final Codec<T> codec;
  private final byte[] contentType;
  private final Headers contentTypeAlone;
  private final Clock clock;

  EnvelopeMaker(String topic, Codec<T> codec, Clock clock) {
    this.topic = topic;
    this.codec = codec;
    this.contentType = codec.contentType().getBytes(StandardCharsets.UTF_8);
    this.contentTypeAlone = Headers.empty().with(Headers.CONTENT_TYPE, contentType);
    this.clock = clock;
  }

  Envelope envelope(OutgoingMessage<T> message) {
    message.idempotencyKey().ifPresent(key -> utf8("idempotency key", key));
    return new Envelope(
        topic,
        message.key().map(key -> utf8("key", key)),
        message.isTombstone() ? NO_PAYLOAD : payload(message.payload()),
        message.isTombstone() ? message.headers() : withContentType(message.headers()),
        message.isTombstone() ? Kind.TOMBSTONE : Kind.MESSAGE,
        message.expireAfter().map(timeToLive -> clock.instant().plus(timeToLive)),
        message.idempotencyKey());
  }

  private byte[] payload(T payload) {
    return Objects.requireNonNull(
        codec.encode(payload),
        () -> "send to '" + topic + "': what " + codec.getClass().getName() + " made is null");
  }

  private Headers withContentType(Headers headers) {
    if (headers.size() == 0) {
      return contentTypeAlone;
    }
    return headers.lastBytes(Headers.CONTENT_TYPE).isEmpty()
        ? headers.with(Headers.CONTENT_TYPE, contentType)
        : headers;
  }

  private byte[] utf8(String what, String text) {
    try {
      return Utf8.encode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "send to '" + topic + "': the " + what + " is not Unicode text", e);
    }
  }
}
