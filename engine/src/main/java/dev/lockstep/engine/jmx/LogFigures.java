package dev.lockstep.engine.jmx;

import dev.lockstep.CommitPath;
import dev.lockstep.Groups;
import dev.lockstep.Topics;
import dev.lockstep.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the beans read, each time that they are asked.
 *
 * @param directory the data directory
 * @param id the identity of the log
 * @param incarnation this life of the log
 * @param commitPath how transactions of its binding are made atomic, if that is known
 * @param space what the files take
 * @param checkpoints what is known of checkpoints
 * @param topics the topics
 * @param groups the groups
 * @param transactions the transactions in doubt
 * @param clock tells ages
 */
public record LogFigures(
    String directory,
    UUID id,
    int incarnation,
    Optional<CommitPath> commitPath,
    Supplier<Space> space,
    Supplier<Checkpoints> checkpoints,
    Topics topics,
    Groups groups,
    Transactions transactions,
    Clock clock) {

  /**
   * What the files take.
   *
   * @param segments how many segment files there are
   * @param usedBytes what all files take
   * @param budgetBytes what they may take, 0 for any
   */
  public record Space(long segments, long usedBytes, long budgetBytes) {}

  /**
   * What is known of checkpoints.
   *
   * @param newest the newest one since the open
   * @param replayBytes how much an open would replay now
   */
  public record Checkpoints(Optional<Written> newest, long replayBytes) {}

  /**
   * A checkpoint that is durable.
   *
   * @param count how many were written since the open
   * @param age how long ago that was
   * @param took how long it took
   */
  public record Written(long count, Duration age, Duration took) {}
}
