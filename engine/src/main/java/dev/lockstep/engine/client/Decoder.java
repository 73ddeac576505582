package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.DecodeException;
import dev.lockstep.Message;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Turns what a subscription delivers into messages, all or none. */
final class Decoder<T> {
  private final String group;
  private final String topic;
  private final Codec<T> codec;

  Decoder(String group, String topic, Codec<T> codec) {
    this.group = group;
    this.topic = topic;
    this.codec = codec;
  }

  List<Message<T>> decode(List<Delivery> deliveries) {
    List<Message<T>> messages = new ArrayList<>(deliveries.size());
    for (Delivery delivery : deliveries) {
      messages.add(decode(delivery));
    }
    return List.copyOf(messages);
  }

  private Message<T> decode(Delivery delivery) {
    Optional<String> key;
    T payload;
    try {
      key = delivery.envelope().key().map(Utf8::decode);
      payload =
          Objects.requireNonNull(
              codec.decode(delivery.envelope().payload(), delivery.envelope().headers()),
              "the codec returned null");
    } catch (RuntimeException e) {
      throw undecodable(delivery, e);
    }
    return new ReceivedMessage<>(
        delivery.id(),
        topic,
        delivery.partition(),
        delivery.offset(),
        delivery.timestamp(),
        key,
        payload,
        delivery.envelope().headers());
  }

  private DecodeException undecodable(Delivery delivery, RuntimeException cause) {
    String contentType =
        delivery.envelope().headers().last(BranchProducer.CONTENT_TYPE).orElse("unknown");
    return new DecodeException(
        "group '"
            + group
            + "' can't decode the message at offset "
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
        cause);
  }
}
