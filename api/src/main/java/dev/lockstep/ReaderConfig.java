package dev.lockstep;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a {@link Reader} reads. Immutable: each wither returns a new one.
 *
 * @param <T> the payload type
 */
public final class ReaderConfig<T> {
  private static final int DEFAULT_MAX_POLL_MESSAGES = 500;

  private final String topic;
  private final Optional<Class<T>> payload;
  private final Optional<Codec<T>> codec;
  private final Set<Integer> partitions;
  private final int maxPollMessages;
  private final StartFrom startFrom;

  private ReaderConfig(
      String topic,
      Optional<Class<T>> payload,
      Optional<Codec<T>> codec,
      Set<Integer> partitions,
      int maxPollMessages,
      StartFrom startFrom) {
    this.topic = topic;
    this.payload = payload;
    this.codec = codec;
    this.partitions = partitions;
    this.maxPollMessages = maxPollMessages;
    this.startFrom = startFrom;
  }

  private static <T> ReaderConfig<T> of(
      String topic, Optional<Class<T>> payload, Optional<Codec<T>> codec) {
    return new ReaderConfig<>(
        topic, payload, codec, Set.of(), DEFAULT_MAX_POLL_MESSAGES, StartFrom.EARLIEST);
  }

  /**
   * A reader whose codec comes from the configured providers.
   *
   * @param <T> the payload type
   * @param topic the topic's name
   * @param payload the class of the payloads
   * @return the configuration
   */
  public static <T> ReaderConfig<T> of(String topic, Class<T> payload) {
    return of(topic, Optional.of(payload), Optional.empty());
  }

  /**
   * A reader with an explicit codec.
   *
   * @param <T> the payload type
   * @param topic the topic's name
   * @param codec how bytes become payloads
   * @return the configuration
   */
  public static <T> ReaderConfig<T> of(String topic, Codec<T> codec) {
    return of(topic, Optional.empty(), Optional.of(codec));
  }

  /**
   * The same for certain partitions. The default is all partitions, also those that the topic gets
   * later.
   *
   * @param numbers the partitions, at least one
   * @return a new configuration
   */
  public ReaderConfig<T> partitions(int... numbers) {
    Set<Integer> chosen = new TreeSet<>();
    for (int number : numbers) {
      chosen.add(number);
    }
    if (chosen.isEmpty()) {
      throw new InvalidConfigException(
          "a reader of '" + topic + "' needs a partition; name one, or leave partitions() out");
    }
    return new ReaderConfig<>(
        topic, payload, codec, Set.copyOf(chosen), maxPollMessages, startFrom);
  }

  /**
   * The same, with another limit for one poll. The default is 500.
   *
   * @param n the most messages that one poll returns, at least 1
   * @return a new configuration
   */
  public ReaderConfig<T> maxPollMessages(int n) {
    if (n < 1) {
      throw new InvalidConfigException("maxPollMessages is " + n + "; it must be at least 1");
    }
    return new ReaderConfig<>(topic, payload, codec, partitions, n, startFrom);
  }

  /**
   * The same, with another start. The default is {@link StartFrom#EARLIEST}.
   *
   * @param start where to start
   * @return a new configuration
   */
  public ReaderConfig<T> startFrom(StartFrom start) {
    return new ReaderConfig<>(topic, payload, codec, partitions, maxPollMessages, start);
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
   * The partitions to read.
   *
   * @return the partitions; empty: all
   */
  public Set<Integer> partitions() {
    return partitions;
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
   * Where it starts.
   *
   * @return the start
   */
  public StartFrom startFrom() {
    return startFrom;
  }
}
