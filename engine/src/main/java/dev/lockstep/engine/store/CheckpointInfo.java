package dev.lockstep.engine.store;

import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a checkpoint file says of itself.
 *
 * @param status whether it can be used
 * @param from what it says of the segments; everything is replayed if it can't be used
 * @param latestCommit the time of the latest commit before it, milliseconds since the epoch
 * @param indexFiles the names of the index files that it counts on, and how long each must be at
 *     the least
 */
public record CheckpointInfo(
    Status status, ReplayFrom from, long latestCommit, Map<String, Long> indexFiles) {

  /** Whether a checkpoint can be used. */
  public enum Status {
    /** There is none. */
    ABSENT,
    /** It can't be read. */
    DAMAGED,
    /** It is that of another log. */
    FOREIGN,
    /** It is whole. */
    SOUND
  }

  static CheckpointInfo of(CheckpointFile file, UUID logId) throws IOException {
    if (!file.exists()) {
      return unusable(Status.ABSENT);
    }
    Optional<Checkpoint> read = file.read();
    if (read.isEmpty()) {
      return unusable(Status.DAMAGED);
    }
    Checkpoint checkpoint = read.get();
    return checkpoint.logId().equals(logId)
        ? new CheckpointInfo(
            Status.SOUND, checkpoint.from(), checkpoint.latestCommit(), checkpoint.indexFiles())
        : unusable(Status.FOREIGN);
  }

  private static CheckpointInfo unusable(Status status) {
    return new CheckpointInfo(status, ReplayFrom.START, 0, Map.of());
  }
}
