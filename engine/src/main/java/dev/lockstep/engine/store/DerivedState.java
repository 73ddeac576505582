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
import dev.lockstep.engine.tx.SpilledBranches;

/**
 * All that is derived from the log.
 *
 * @param topics topics and what is visible in them
 * @param groups groups and what they have acknowledged
 * @param prepared prepared branches without an outcome
 * @param spilled what active branches have in the log already
 * @param clock the time of commits
 */
public record DerivedState(
    TopicTable topics,
    GroupTable groups,
    PreparedBranches prepared,
    SpilledBranches spilled,
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
          .ifPresent(topic -> topics.trim(trim.topic(), trim.partition(), first(topic, trim)));
    }
  }

  /** A group may have been set back since the trim was decided: what it has to consume stays. */
  private long first(TopicState topic, Trim trim) {
    return topic.config().isRetainedUntilConsumed()
        ? Math.min(trim.first(), groups.consumed(topic, trim.partition()).orElse(trim.first()))
        : trim.first();
  }

  /** Single messages of a partition are removed. */
  public void drop(DropBody body) {
    topics.drop(body.topic(), body.partition(), body.offsets());
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
    spilled.clear();
  }
}
