package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.SubscriptionConfig;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Lets members join groups, and others read without one. Thread-safe. */
public final class Members {
  private final GroupChanges changes;
  private final Reading reading;
  private final Supplier<Branch> branches;
  private final AtomicLong epochs = new AtomicLong(Ack.GROUP_ITSELF);

  /**
   * Members.
   *
   * @param branches begins a branch, for what groups acknowledge themselves
   */
  public Members(GroupChanges changes, Reading reading, Supplier<Branch> branches) {
    this.changes = changes;
    this.reading = reading;
    this.branches = branches;
  }

  /** Joins a group, which comes into being with its first member. */
  public Subscription join(SubscriptionConfig config, TopicState topic) {
    Positions positions = new Positions(epochs.incrementAndGet());
    GroupState group =
        changes.withGroup(
            config, topic, state -> state.join(positions, config.ordering(), config.maxWaiting()));
    reading.visibility().wake();
    Fetcher fetcher =
        switch (config.ordering()) {
          case PARTITION -> new InOrder(group, positions, reading);
          case KEY -> new ByKey(group, positions, reading, branches);
        };
    return new Member(group, positions, fetcher, reading, changes);
  }

  /** Reads a topic, all its partitions if none is named. */
  public Cursor read(TopicState topic, Set<Integer> partitions) {
    return new TopicCursor(topic, partitions, reading);
  }
}
