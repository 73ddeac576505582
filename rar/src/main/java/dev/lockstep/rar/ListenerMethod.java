package dev.lockstep.rar;

import dev.lockstep.Codec;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Listener;
import dev.lockstep.Lockstep;
import dev.lockstep.Message;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A method of a message-driven bean, and how it is fed. Immutable.
 *
 * @param method the method
 * @param takes whether it takes the message, or its payload alone
 * @param codec reads the payload
 * @param subscription what it reads
 * @param concurrency how many threads feed it
 * @param retries what follows on a failure
 * @param deadLetterTopic where messages go that can't be handled
 */
record ListenerMethod(
    Method method,
    Takes takes,
    Codec<?> codec,
    SubscriptionConfig subscription,
    int concurrency,
    Retries retries,
    String deadLetterTopic) {

  /** What a method takes. */
  enum Takes {
    MESSAGE,
    PAYLOAD
  }

  private record Payload(Takes takes, Class<?> type) {}

  /**
   * The listener methods of a message-driven bean.
   *
   * @throws InvalidConfigException naming all that is wrong with them
   */
  static List<ListenerMethod> of(MessageEndpointFactory bean, Lockstep lockstep) {
    Class<?> type = bean.getEndpointClass();
    Problems problems = new Problems();
    problems.in(type.getName());
    List<ListenerMethod> methods = new ArrayList<>();
    for (Method method : type.getMethods()) {
      Listener listener = method.getAnnotation(Listener.class);
      if (listener != null && !method.isBridge()) {
        problems.in(type.getName() + "." + method.getName());
        of(bean, method, listener, lockstep, problems).ifPresent(methods::add);
      }
    }
    if (methods.isEmpty() && problems.isEmpty()) {
      problems.add("no public method has @Listener");
    }
    problems.refuse();
    return methods;
  }

  private static Optional<ListenerMethod> of(
      MessageEndpointFactory bean,
      Method method,
      Listener listener,
      Lockstep lockstep,
      Problems problems) {
    if (method.getReturnType() != void.class || Modifier.isStatic(method.getModifiers())) {
      problems.add("a listener is not static and returns void");
    }
    checkTransacted(bean, method, problems);
    problems.check(
        listener.concurrency() >= 1, "concurrency", listener.concurrency(), "at least 1");
    if (lockstep.topics().find(listener.topic()).isEmpty()) {
      problems.add(
          "there is no topic '"
              + listener.topic()
              + "'. Create it, or name it in the property topics of the resource adapter");
    }
    Optional<Payload> payload = payload(method);
    if (payload.isEmpty()) {
      problems.add("a listener has one parameter, a class or a Message<..> of a class");
    }
    Retries retries = Retries.of(listener, problems);
    Optional<Codec<?>> codec = payload.flatMap(p -> codec(p.type(), lockstep, problems));
    if (payload.isEmpty() || codec.isEmpty()) {
      return Optional.empty();
    }
    SubscriptionConfig subscription =
        SubscriptionConfig.of(listener.group(), listener.topic(), listener.startFrom())
            .ordering(listener.ordering());
    String deadLetters =
        listener.deadLetterTopic().isEmpty()
            ? listener.topic() + "." + listener.group() + ".dlt"
            : listener.deadLetterTopic();
    return Optional.of(
        new ListenerMethod(
            method,
            payload.get().takes(),
            codec.get(),
            subscription,
            listener.concurrency(),
            retries,
            deadLetters));
  }

  /** Outside a transaction of the container a message could be handled and not acknowledged. */
  private static void checkTransacted(
      MessageEndpointFactory bean, Method method, Problems problems) {
    try {
      if (!bean.isDeliveryTransacted(method)) {
        problems.add(
            "a listener runs in a transaction of the container. Remove NOT_SUPPORTED, or"
                + " bean-managed transactions");
      }
    } catch (NoSuchMethodException e) {
      problems.add("the container does not offer this method of the bean (" + e + ")");
    }
  }

  private static Optional<Payload> payload(Method method) {
    Type[] parameters = method.getGenericParameterTypes();
    if (parameters.length != 1) {
      return Optional.empty();
    }
    if (parameters[0] instanceof ParameterizedType generic
        && generic.getRawType() == Message.class) {
      return generic.getActualTypeArguments()[0] instanceof Class<?> type
          ? Optional.of(new Payload(Takes.MESSAGE, type))
          : Optional.empty();
    }
    return parameters[0] instanceof Class<?> type && type != Message.class
        ? Optional.of(new Payload(Takes.PAYLOAD, type))
        : Optional.empty();
  }

  private static Optional<Codec<?>> codec(Class<?> type, Lockstep lockstep, Problems problems) {
    try {
      return Optional.of(lockstep.codec(type));
    } catch (InvalidConfigException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * What the method is called with.
   *
   * @throws RuntimeException if the message can't be decoded
   */
  Object argument(Delivery delivery) {
    Envelope envelope = delivery.envelope();
    boolean tombstone = envelope.kind() == Envelope.Kind.TOMBSTONE;
    if (takes == Takes.PAYLOAD) {
      if (tombstone) {
        throw new IllegalArgumentException(
            "a tombstone has no payload; have " + method + " take a Message");
      }
      return decode(envelope);
    }
    return new InboundMessage<>(
        delivery, tombstone ? Optional.empty() : Optional.of(decode(envelope)));
  }

  private Object decode(Envelope envelope) {
    return Objects.requireNonNull(
        codec.decode(envelope.payload(), envelope.headers()), "the codec returned null");
  }

  /** For messages: the method and what it reads. */
  @Override
  public String toString() {
    return method.getDeclaringClass().getName()
        + "."
        + method.getName()
        + " (group '"
        + subscription.group()
        + "' of topic '"
        + subscription.topic()
        + "')";
  }
}
