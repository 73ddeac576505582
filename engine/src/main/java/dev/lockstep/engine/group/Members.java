package dev.lockstep.engine.group;

import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.spi.Subscription;
import java.util.concurrent.atomic.AtomicLong;

/** Lets members join groups. Thread-safe. */
public final class Members {
  private final GroupTable groups;
  private final SegmentLog log;
  private final PartitionReader reader;
  private final Visibility visibility;
  private final AtomicLong epochs = new AtomicLong();

  public Members(GroupTable groups, SegmentLog log, PartitionReader reader, Visibility visibility) {
    this.groups = groups;
    this.log = log;
    this.reader = reader;
    this.visibility = visibility;
  }

  /** Joins a group that exists. */
  public Subscription join(String group, TopicState topic) {
    GroupState state = groups.find(group, topic).orElseThrow();
    Positions positions = new Positions(epochs.incrementAndGet());
    state.join(positions);
    visibility.wake();
    return new Member(state, positions, log, reader, visibility);
  }
}
