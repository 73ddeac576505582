package dev.lockstep;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a topic. Immutable: each wither returns a new one. Without a retention,
 * messages are kept for ever.
 *
 * <p>The withers can be combined. With {@link #retainUntilConsumed()}, no limit of time or size and
 * no compaction ever removes what a group has still to consume; without it, they remove regardless.
 */
public final class TopicConfig {
  /** The most partitions that a topic can have. */
  public static final int MAX_PARTITIONS = 10_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  private final String name;
  private final int partitions;
  private final @Nullable Duration retainFor;
  private final @Nullable Long retainBytes;
  private final Consumption consumption;
  private final @Nullable Duration tombstoneRetention;
  private final Compression compression;

  private enum Consumption {
    IGNORED,
    AWAITED
  }

  private TopicConfig(
      String name,
      int partitions,
      @Nullable Duration retainFor,
      @Nullable Long retainBytes,
      Consumption consumption,
      @Nullable Duration tombstoneRetention,
      Compression compression) {
    this.name = name;
    this.partitions = partitions;
    this.retainFor = retainFor;
    this.retainBytes = retainBytes;
    this.consumption = consumption;
    this.tombstoneRetention = tombstoneRetention;
    this.compression = compression;
  }

  /**
   * A topic with one partition, and so with one total order, that keeps its messages for ever.
   *
   * @param name 1 to 200 letters, digits, dots, underscores and hyphens
   * @return the configuration
   * @throws InvalidConfigException if the name has another form
   */
  public static TopicConfig of(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidConfigException(
          "'"
              + name
              + "' can't name a topic: use 1 to 200 letters, digits, dots, underscores, hyphens");
    }
    return new TopicConfig(name, 1, null, null, Consumption.IGNORED, null, Compression.NONE);
  }

  /**
   * The same with another number of partitions. Messages with the same key are in one partition, as
   * {@link Producer} says; members of a group share the partitions.
   *
   * @param n from 1 to {@link #MAX_PARTITIONS}
   * @return a new configuration
   * @throws InvalidConfigException if the number is out of range
   */
  public TopicConfig partitions(int n) {
    if (n < 1 || n > MAX_PARTITIONS) {
      throw new InvalidConfigException(
          "topic '" + name + "' can't have " + n + " partitions: use 1 to " + MAX_PARTITIONS);
    }
    return new TopicConfig(
        name, n, retainFor, retainBytes, consumption, tombstoneRetention, compression);
  }

  /**
   * The same, and messages are removed when they are older than a time, counted from their commit.
   *
   * @param time how long, at least one millisecond; fractions of a millisecond are not kept
   * @return a new configuration
   * @throws InvalidConfigException if the time is out of range
   */
  public TopicConfig retainFor(Duration time) {
    Duration whole = wholeMillis("a retention", time);
    if (whole.isNegative() || whole.isZero()) {
      throw outOfRange("a retention", time, "at least one millisecond");
    }
    return new TopicConfig(
        name, partitions, whole, retainBytes, consumption, tombstoneRetention, compression);
  }

  /**
   * The same, and the oldest messages of a partition are removed when all of its messages take more
   * room in the log than so many bytes.
   *
   * @param bytes for each partition, at least 1
   * @return a new configuration
   * @throws InvalidConfigException if the number is out of range
   */
  public TopicConfig retainBytes(long bytes) {
    if (bytes < 1) {
      throw new InvalidConfigException(
          "topic '" + name + "' can't be limited to " + bytes + " bytes: use 1 or more");
    }
    return new TopicConfig(
        name, partitions, retainFor, bytes, consumption, tombstoneRetention, compression);
  }

  /**
   * The same, and a message is removed only when every group of the topic has consumed it. As long
   * as the topic has no group, nothing is removed. Without a limit of time or size, a message is
   * removed as soon as every group has consumed it; with one, when it is beyond the limit as well.
   * In a compacted topic without a limit, what is consumed is compacted.
   *
   * @return a new configuration
   */
  public TopicConfig retainUntilConsumed() {
    return new TopicConfig(
        name,
        partitions,
        retainFor,
        retainBytes,
        Consumption.AWAITED,
        tombstoneRetention,
        compression);
  }

  /**
   * The same, and of the messages with the same key only the newest is kept. Messages without a key
   * are kept, and so is the last message of a partition. A tombstone removes its key: what is
   * older, and itself when it has waited long enough.
   *
   * <p>A partition is compacted in the background: when at least half of its messages, and 1,000 of
   * them, have come since the last time; an hour after a message came, however few there are; and
   * when tombstones are due.
   *
   * @param tombstoneRetention how long a tombstone stays at the least once it has removed what is
   *     older, so that whoever has read that sees it; zero or more, fractions of a millisecond are
   *     not kept
   * @return a new configuration
   * @throws InvalidConfigException if the time is out of range
   */
  public TopicConfig compacted(Duration tombstoneRetention) {
    Duration whole = wholeMillis("a retention of tombstones", tombstoneRetention);
    if (whole.isNegative()) {
      throw outOfRange("a retention of tombstones", tombstoneRetention, "zero or more");
    }
    return new TopicConfig(
        name, partitions, retainFor, retainBytes, consumption, whole, compression);
  }

  /**
   * The same with another compression, for messages to come. Messages of a transaction for the same
   * partition are compressed together. In a {@linkplain #compacted compacted} topic each is alone,
   * so that its room is given back when a newer one of its key comes: small ones gain little there.
   *
   * @param method how messages are compressed
   * @return a new configuration
   */
  public TopicConfig compression(Compression method) {
    return new TopicConfig(
        name, partitions, retainFor, retainBytes, consumption, tombstoneRetention, method);
  }

  private Duration wholeMillis(String what, Duration time) {
    try {
      return Duration.ofMillis(time.toMillis());
    } catch (ArithmeticException e) {
      throw outOfRange(what, time, "a number of milliseconds that fits into a long");
    }
  }

  private InvalidConfigException outOfRange(String what, Duration time, String allowed) {
    return new InvalidConfigException(
        "topic '" + name + "' can't have " + what + " of " + time + ": use " + allowed);
  }

  /**
   * The topic's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * How many partitions it has.
   *
   * @return the number of partitions
   */
  public int partitions() {
    return partitions;
  }

  /**
   * How long messages are kept.
   *
   * @return the time; empty if there is no such limit
   */
  public Optional<Duration> retainFor() {
    return Optional.ofNullable(retainFor);
  }

  /**
   * How much room the messages of a partition may take.
   *
   * @return a number of bytes; empty if there is no such limit
   */
  public OptionalLong retainBytes() {
    return retainBytes == null ? OptionalLong.empty() : OptionalLong.of(retainBytes);
  }

  /**
   * Whether only what every group has consumed is removed.
   *
   * @return whether {@link #retainUntilConsumed()} was called
   */
  public boolean isRetainedUntilConsumed() {
    return consumption == Consumption.AWAITED;
  }

  /**
   * How long the tombstones of a compacted topic stay at the least.
   *
   * @return the time; empty if the topic is not compacted
   */
  public Optional<Duration> tombstoneRetention() {
    return Optional.ofNullable(tombstoneRetention);
  }

  /**
   * How messages are compressed.
   *
   * @return the compression
   */
  public Compression compression() {
    return compression;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopicConfig that
        && name.equals(that.name)
        && partitions == that.partitions
        && Objects.equals(retainFor, that.retainFor)
        && Objects.equals(retainBytes, that.retainBytes)
        && consumption == that.consumption
        && Objects.equals(tombstoneRetention, that.tombstoneRetention)
        && compression == that.compression;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        name, partitions, retainFor, retainBytes, consumption, tombstoneRetention, compression);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name + " (" + partitions + " partitions");
    retainFor().ifPresent(time -> text.append(", retained for ").append(time));
    retainBytes().ifPresent(bytes -> text.append(", at most ").append(bytes).append(" bytes each"));
    if (isRetainedUntilConsumed()) {
      text.append(", retained until consumed");
    }
    tombstoneRetention()
        .ifPresent(time -> text.append(", compacted, tombstones retained for ").append(time));
    if (compression != Compression.NONE) {
      text.append(", ").append(compression);
    }
    return text.append(')').toString();
  }
}
