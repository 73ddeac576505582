package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.DecodeException;
import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.ReaderConfig;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Turns what a subscription delivers into the messages of a poll, all or none. */
final class Decoder<T> {
  private final String who;
  private final String topic;
  private final Codec<T> codec;
  private final UnaryOperator<List<Message<T>>> interceptors;

  private Decoder(
      String who, String topic, Codec<T> codec, UnaryOperator<List<Message<T>>> interceptors) {
    this.who = who;
    this.topic = topic;
    this.codec = codec;
    this.interceptors = interceptors;
  }

  static <T> Decoder<T> ofGroup(
      ConsumerConfig<T> config, Codec<T> codec, ConsumerInterceptors interceptors) {
    return new Decoder<>(
        "group '" + config.group() + "'",
        config.topic(),
        codec,
        messages -> interceptors.intercept(config.group(), config.topic(), messages));
  }

  static <T> Decoder<T> ofReader(ReaderConfig<T> config, Codec<T> codec) {
    return new Decoder<>("a reader", config.topic(), codec, UnaryOperator.identity());
  }

  List<Message<T>> decode(List<Delivery> deliveries) {
    List<Message<T>> messages = new ArrayList<>(deliveries.size());
    for (Delivery delivery : deliveries) {
      messages.add(decode(delivery));
    }
    return interceptors.apply(List.copyOf(messages));
  }

  private Message<T> decode(Delivery delivery) {
    try {
      Optional<String> key = delivery.envelope().key().map(Utf8::decode);
      return delivery.envelope().kind() == Kind.TOMBSTONE
          ? tombstone(delivery, key)
          : message(delivery, key, payload(delivery.envelope()));
    } catch (RuntimeException e) {
      throw undecodable(delivery, e);
    }
  }

  private T payload(Envelope envelope) {
    return Objects.requireNonNull(
        codec.decode(envelope.payload(), envelope.headers()), "the codec returned null");
  }

  private Message<T> tombstone(Delivery delivery, Optional<String> key) {
    return new ReceivedTombstone<>(
        delivery.id(),
        topic,
        delivery.partition(),
        delivery.offset(),
        delivery.timestamp(),
        delivery.attempt(),
        key,
        delivery.envelope().headers());
  }

  private Message<T> message(Delivery delivery, Optional<String> key, T payload) {
    return new ReceivedMessage<>(
        delivery.id(),
        topic,
        delivery.partition(),
        delivery.offset(),
        delivery.timestamp(),
        delivery.attempt(),
        key,
        payload,
        delivery.envelope().headers());
  }

  private DecodeException undecodable(Delivery delivery, RuntimeException cause) {
    String contentType = delivery.envelope().headers().last(Headers.CONTENT_TYPE).orElse("unknown");
    return new DecodeException(
        who
            + " can't decode the message at offset "
            + delivery.offset()
            + " of topic '"
            + topic
            + "', partition "
            + delivery.partition()
            + " (content type "
            + contentType
            + ") with "
            + codec.getClass().getName()
            + ": "
            + cause
            + ". Nothing of this poll is acknowledged; consume with a codec that can read it",
        topic,
        delivery.partition(),
        delivery.offset(),
        cause);
  }
}
