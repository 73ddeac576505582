package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.frame.TrimBody.Trim;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.tx.CommitClock;
import dev.lockstep.engine.tx.PreparedBranches;
import dev.lockstep.engine.tx.RecordTable;
import dev.lockstep.engine.tx.Resolutions;
import dev.lockstep.engine.tx.SpilledBranches;
import java.util.Arrays;
import java.util.Optional;

/**
 * All that is derived from the log.
 *
 * @param topics topics and what is visible in them
 * @param groups groups and what they have acknowledged
 * @param prepared prepared branches without an outcome
 * @param resolutions what was decided by hand
 * @param spilled what active branches have in the log already
 * @param records the records of a transaction manager
 * @param clock the time of commits
 */
public record DerivedState(
    TopicTable topics,
    GroupTable groups,
    PreparedBranches prepared,
    Resolutions resolutions,
    SpilledBranches spilled,
    RecordTable records,
    CommitClock clock) {
  /** A topic is created or altered. */
  public void put(TopicBody topic) {
    topics.put(topic);
    groups.resize(topic.topic());
  }

  /** A topic is deleted, with its messages and groups. */
  public void delete(TopicDeletedBody topic) {
    topics.delete(topic.topic());
    groups.removeTopic(topic.topic());
  }

  /** The first messages of partitions are removed, as far as their topics let them go now. */
  public void trim(TrimBody body) {
    for (Trim trim : body.trims()) {
      topics
          .find(trim.topic())
          .ifPresent(topic -> trim(topic, trim.partition(), first(topic, trim)));
    }
  }

  private void trim(TopicState topic, int partition, long first) {
    topics.trim(topic.id(), partition, first);
    groups.trimmed(topic.id(), partition, first);
  }

  private long first(TopicState topic, Trim trim) {
    return Math.min(trim.first(), removableTo(topic, trim.partition()));
  }

  /**
   * A group may have been set back, or have come, since a removal was decided: what it has to
   * consume stays.
   */
  private long removableTo(TopicState topic, int partition) {
    return topic.config().isRetainedUntilConsumed()
        ? groups.consumed(topic, partition).orElse(Long.MAX_VALUE)
        : Long.MAX_VALUE;
  }

  /**
   * Single messages of a partition are removed, as far as their topic lets them go now.
   *
   * @return whether all of them are
   */
  public boolean drop(DropBody body) {
    Optional<TopicState> topic = topics.find(body.topic());
    if (topic.isEmpty()) {
      return false;
    }
    long limit = removableTo(topic.get(), body.partition());
    long[] offsets = Arrays.stream(body.offsets()).filter(offset -> offset < limit).toArray();
    topics.drop(body.topic(), body.partition(), offsets);
    groups.dropped(body.topic(), body.partition(), offsets);
    return offsets.length == body.offsets().length;
  }

  /** Copies take the place of messages. */
  public void move(MovedBody body) {
    for (MovedBody.Entry entry : body.entries()) {
      topics.move(entry.topic(), entry.partition(), entry.offset(), entry.from(), entry.to());
    }
    prepared.move(body.pending());
  }

  /** Forgets everything, for a replay from the start of the log. */
  void clear() {
    topics.clear();
    groups.clear();
    prepared.clear();
    resolutions.clear();
    spilled.clear();
    records.clear();
  }
}
