package dev.lockstep;

import dev.lockstep.spi.SubscriptionConfig;
import java.util.Optional;

/**
 * How a member of a group consumes. Immutable: each wither returns a new one.
 *
 * @param <T> the payload type
 */
public final class ConsumerConfig<T> {
  private static final int DEFAULT_MAX_POLL_MESSAGES = 500;

  private final Optional<Class<T>> payload;
  private final Optional<Codec<T>> codec;
  private final SubscriptionConfig subscription;
  private final int maxPollMessages;
  private final Optional<RebalanceListener> rebalanceListener;

  private ConsumerConfig(
      Optional<Class<T>> payload,
      Optional<Codec<T>> codec,
      SubscriptionConfig subscription,
      int maxPollMessages,
      Optional<RebalanceListener> rebalanceListener) {
    this.payload = payload;
    this.codec = codec;
    this.subscription = subscription;
    this.maxPollMessages = maxPollMessages;
    this.rebalanceListener = rebalanceListener;
  }

  private static <T> ConsumerConfig<T> of(
      String group, String topic, Optional<Class<T>> payload, Optional<Codec<T>> codec) {
    return new ConsumerConfig<>(
        payload,
        codec,
        SubscriptionConfig.of(group, topic, StartFrom.EARLIEST),
        DEFAULT_MAX_POLL_MESSAGES,
        Optional.empty());
  }

  private ConsumerConfig<T> with(SubscriptionConfig other) {
    return new ConsumerConfig<>(payload, codec, other, maxPollMessages, rebalanceListener);
  }

  /**
   * A consumer whose codec comes from the configured providers.
   *
   * @param <T> the payload type
   * @param group the group's name
   * @param topic the topic's name
   * @param payload the class of the payloads
   * @return the configuration
   */
  public static <T> ConsumerConfig<T> of(String group, String topic, Class<T> payload) {
    return of(group, topic, Optional.of(payload), Optional.empty());
  }

  /**
   * A consumer with an explicit codec.
   *
   * @param <T> the payload type
   * @param group the group's name
   * @param topic the topic's name
   * @param codec how bytes become payloads
   * @return the configuration
   */
  public static <T> ConsumerConfig<T> of(String group, String topic, Codec<T> codec) {
    return of(group, topic, Optional.empty(), Optional.of(codec));
  }

  /**
   * The same, with another limit for one poll. The default is 500.
   *
   * @param n the most messages that one poll returns, at least 1
   * @return a new configuration
   */
  public ConsumerConfig<T> maxPollMessages(int n) {
    return new ConsumerConfig<>(
        payload, codec, subscription, atLeastOne("maxPollMessages", n), rebalanceListener);
  }

  /**
   * The same, with another start for a group that has never read the topic. The default is {@link
   * StartFrom#EARLIEST}. A group that has read it goes on where it was.
   *
   * @param start where to start
   * @return a new configuration
   */
  public ConsumerConfig<T> startFrom(StartFrom start) {
    return with(
        SubscriptionConfig.of(subscription.group(), subscription.topic(), start)
            .ordering(subscription.ordering())
            .maxWaiting(subscription.maxWaiting()));
  }

  /**
   * The same, with another order. The default is {@link Ordering#PARTITION}. A group may change it
   * when it has no members.
   *
   * @param order the order, the same for all members of the group in the topic
   * @return a new configuration
   */
  public ConsumerConfig<T> ordering(Ordering order) {
    return with(subscription.ordering(order));
  }

  /**
   * The same, with another bound for what waits in {@link Ordering#KEY}. The default is 1,000. The
   * bound of the member that joins a group without members holds for all who join it after that,
   * until it has none again.
   *
   * @param n how many messages of a partition may be parked, or wait behind others of their key,
   *     before the partition brings no new ones; at least 1
   * @return a new configuration
   */
  public ConsumerConfig<T> maxWaiting(int n) {
    return with(subscription.maxWaiting(atLeastOne("maxWaiting", n)));
  }

  private static int atLeastOne(String name, int n) {
    if (n < 1) {
      throw new InvalidConfigException(name + " is " + n + "; it must be at least 1");
    }
    return n;
  }

  /**
   * The same, with a listener that is told of assignments.
   *
   * @param listener the listener
   * @return a new configuration
   */
  public ConsumerConfig<T> rebalanceListener(RebalanceListener listener) {
    return new ConsumerConfig<>(
        payload, codec, subscription, maxPollMessages, Optional.of(listener));
  }

  /**
   * The group to join.
   *
   * @return the group's name
   */
  public String group() {
    return subscription.group();
  }

  /**
   * The topic to read.
   *
   * @return the topic's name
   */
  public String topic() {
    return subscription.topic();
  }

  /**
   * The class of the payloads.
   *
   * @return the class, unless a codec is given
   */
  public Optional<Class<T>> payload() {
    return payload;
  }

  /**
   * The explicit codec.
   *
   * @return the codec, if one is given
   */
  public Optional<Codec<T>> codec() {
    return codec;
  }

  /**
   * The most messages that one poll returns.
   *
   * @return the limit
   */
  public int maxPollMessages() {
    return maxPollMessages;
  }

  /**
   * Where a group starts that has never read the topic.
   *
   * @return the start
   */
  public StartFrom startFrom() {
    return subscription.startFrom();
  }

  /**
   * The order in which the group consumes.
   *
   * @return the order
   */
  public Ordering ordering() {
    return subscription.ordering();
  }

  /**
   * How many messages of a partition may wait.
   *
   * @return the bound
   */
  public int maxWaiting() {
    return subscription.maxWaiting();
  }

  /**
   * Who is told of assignments.
   *
   * @return the listener, if there is one
   */
  public Optional<RebalanceListener> rebalanceListener() {
    return rebalanceListener;
  }

  /**
   * How it joins its group, as a log has it.
   *
   * @return the group, the topic, and how to consume it
   */
  public SubscriptionConfig subscription() {
    return subscription;
  }
}
