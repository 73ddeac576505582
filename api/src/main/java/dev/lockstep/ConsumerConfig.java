package dev.lockstep;

import java.util.Optional;

/**
 * How a member of a group consumes. Immutable: each wither returns a new one.
 *
 * @param <T> the payload type
 */
public final class ConsumerConfig<T> {
  private static final int DEFAULT_MAX_POLL_MESSAGES = 500;

  private final String group;
  private final String topic;
  private final Optional<Class<T>> payload;
  private final Optional<Codec<T>> codec;
  private final int maxPollMessages;
  private final StartFrom startFrom;

  private ConsumerConfig(
      String group,
      String topic,
      Optional<Class<T>> payload,
      Optional<Codec<T>> codec,
      int maxPollMessages,
      StartFrom startFrom) {
    this.group = group;
    this.topic = topic;
    this.payload = payload;
    this.codec = codec;
    this.maxPollMessages = maxPollMessages;
    this.startFrom = startFrom;
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
    return new ConsumerConfig<>(
        group,
        topic,
        Optional.of(payload),
        Optional.empty(),
        DEFAULT_MAX_POLL_MESSAGES,
        StartFrom.EARLIEST);
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
    return new ConsumerConfig<>(
        group,
        topic,
        Optional.empty(),
        Optional.of(codec),
        DEFAULT_MAX_POLL_MESSAGES,
        StartFrom.EARLIEST);
  }

  /**
   * The same, with another limit for one poll. The default is 500.
   *
   * @param n the most messages that one poll returns, at least 1
   * @return a new configuration
   */
  public ConsumerConfig<T> maxPollMessages(int n) {
    if (n < 1) {
      throw new InvalidConfigException("maxPollMessages is " + n + "; it must be at least 1");
    }
    return new ConsumerConfig<>(group, topic, payload, codec, n, startFrom);
  }

  /**
   * The same, with another start for a group that has never read the topic. The default is {@link
   * StartFrom#EARLIEST}. A group that has read it goes on where it was.
   *
   * @param start where to start
   * @return a new configuration
   */
  public ConsumerConfig<T> startFrom(StartFrom start) {
    return new ConsumerConfig<>(group, topic, payload, codec, maxPollMessages, start);
  }

  /**
   * The group to join.
   *
   * @return the group's name
   */
  public String group() {
    return group;
  }

  /**
   * The topic to read.
   *
   * @return the topic's name
   */
  public String topic() {
    return topic;
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
    return startFrom;
  }
}
