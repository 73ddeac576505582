package dev.lockstep;

import java.util.Objects;
import java.util.regex.Pattern;

/** The configuration of a topic. Immutable: each wither returns a new one. */
public final class TopicConfig {
  /** The most partitions that a topic can have. */
  public static final int MAX_PARTITIONS = 10_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  private final String name;
  private final int partitions;

  private TopicConfig(String name, int partitions) {
    this.name = name;
    this.partitions = partitions;
  }

  /**
   * A topic with one partition, and so with one total order.
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
    return new TopicConfig(name, 1);
  }

  /**
   * The same with another number of partitions. Messages with the same key are in one partition;
   * members of a group share the partitions.
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
    return new TopicConfig(name, n);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof TopicConfig that
        && name.equals(that.name)
        && partitions == that.partitions;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, partitions);
  }

  @Override
  public String toString() {
    return name + " (" + partitions + " partitions)";
  }
}
