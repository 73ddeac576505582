package dev.lockstep.engine.group;

import dev.lockstep.ClosedException;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A member of a group. */
final class Member implements Subscription {
  private final GroupState group;
  private final Positions positions;
  private final Fetcher fetcher;
  private final Reading reading;
  private final GroupChanges changes;
  private final Waiting waiting;
  private volatile boolean closed;

  Member(
      GroupState group,
      Positions positions,
      Fetcher fetcher,
      Reading reading,
      GroupChanges changes) {
    this.group = group;
    this.positions = positions;
    this.fetcher = fetcher;
    this.reading = reading;
    this.changes = changes;
    String what = "'" + group.topicName() + "' by group '" + group.name() + "'";
    this.waiting = new Waiting(what, reading);
  }

  @Override
  public List<Delivery> fetch(int max, Duration timeout) {
    return waiting.fetch(fetcher, max, timeout, this::requireOpen);
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException(
          "this member of group '" + group.name() + "' has left it; subscribe again");
    }
    reading.log().checkOpen();
    group.topic().requirePresent();
  }

  @Override
  public void rewind() {
    group.rewind(positions);
    reading.visibility().wake();
  }

  @Override
  public void giveBack(int partition, long fromOffset, long toOffset) {
    group.giveBack(positions, partition, new Range(fromOffset, toOffset));
    reading.visibility().wake();
  }

  @Override
  public void wakeup() {
    waiting.wakeup();
  }

  @Override
  public long memberEpoch() {
    return positions.epoch();
  }

  @Override
  public Map<Integer, Long> assignments() {
    return group.with(partitions -> positions.assignments());
  }

  @Override
  public long position(int partition) {
    return group.with(
        partitions -> {
          requireAssigned(Set.of(partition));
          Progress progress = partitions.get(partition).progress();
          return progress.skip(positions.next(partition, progress.committed()));
        });
  }

  @Override
  public long committed(int partition) {
    group.topic().requirePresent();
    reading.log().awaitDeferred(); // what was committed before shows
    return group.committed(partition);
  }

  @Override
  public void seek(Map<Integer, Long> offsets) {
    requireOpen();
    assigned(offsets.keySet(), all -> {});
    changes.move(group, offsets);
  }

  @Override
  public void pause(Set<Integer> partitions) {
    assigned(partitions, positions::pause);
  }

  @Override
  public void resume(Set<Integer> partitions) {
    assigned(partitions, positions::resume);
    reading.visibility().wake();
  }

  private void assigned(Set<Integer> numbers, Consumer<Set<Integer>> work) {
    group.with(
        partitions -> {
          requireAssigned(numbers);
          work.accept(numbers);
          return numbers;
        });
  }

  private void requireAssigned(Set<Integer> partitions) {
    for (int partition : partitions) {
      if (!positions.owns(partition)) {
        throw new IllegalArgumentException(
            "partition "
                + partition
                + " of '"
                + group.topicName()
                + "' is not assigned to this member; it has "
                + positions.assignments().keySet());
      }
    }
  }

  @Override
  public Set<Integer> paused() {
    return group.with(partitions -> positions.paused());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      group.leave(positions);
      reading.visibility().wake();
    }
  }
}
