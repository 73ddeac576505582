package dev.lockstep.engine.group;

import dev.lockstep.ClosedException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.LockstepException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.WakeupException;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.group.GroupState.Range;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.ReadMessages;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.spi.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A member of a group. */
final class Member implements Subscription {
  private final GroupState group;
  private final Positions positions;
  private final SegmentLog log;
  private final PartitionReader reader;
  private final Visibility visibility;
  private final AtomicBoolean wakeup = new AtomicBoolean();
  private volatile boolean closed;

  Member(
      GroupState group,
      Positions positions,
      SegmentLog log,
      PartitionReader reader,
      Visibility visibility) {
    this.group = group;
    this.positions = positions;
    this.log = log;
    this.reader = reader;
    this.visibility = visibility;
  }

  @Override
  public List<Delivery> fetch(int max, Duration timeout) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (true) {
      checkOpen();
      if (wakeup.getAndSet(false)) {
        throw new WakeupException("the poll of '" + group.topic().name() + "' was woken up");
      }
      long seen = visibility.changes();
      List<Delivery> deliveries = fetchAvailable(max);
      if (!deliveries.isEmpty() || !awaitChange(seen, deadline)) {
        return deliveries;
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException(
          "this member of group '" + group.name() + "' has left it; subscribe again");
    }
    log.checkOpen();
  }

  private boolean awaitChange(long seen, long deadline) {
    try {
      return visibility.await(seen, deadline);
    } catch (InterruptedException e) {
      // As a poll that times out; the caller sees its flag.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private List<Delivery> fetchAvailable(int max) {
    long resets = group.resets(positions);
    List<Range> ranges = visibility.look(() -> group.available(positions, max));
    List<Range> fetched = new ArrayList<>();
    List<Delivery> deliveries = new ArrayList<>();
    Optional<LockstepException> failure = Optional.empty();
    for (Range range : ranges) {
      try {
        fetched.add(read(range, deliveries));
      } catch (CorruptLogException | ReadFailedException e) {
        failure = Optional.of(e);
      }
    }
    if (failure.isPresent() && deliveries.isEmpty()) {
      throw failure.get(); // else what is sound comes first, and the next fetch throws
    }
    return group.advance(positions, resets, fetched) ? deliveries : List.of();
  }

  /** Reads what can be read of a range, and says how much that was. */
  private Range read(Range range, List<Delivery> deliveries) {
    ReadMessages read = reader.read(group.topic(), range.partition(), range.from(), range.count());
    read.messages().forEach(message -> deliveries.add(delivery(range.partition(), message)));
    return new Range(range.partition(), range.from(), (int) (read.next() - range.from()));
  }

  private Delivery delivery(int partition, StoredMessage stored) {
    MessageBody message = stored.body();
    return new Delivery(
        message.id(),
        partition,
        stored.entry().offset(),
        Instant.ofEpochMilli(message.timestamp()),
        message.envelope(group.topic().name()));
  }

  @Override
  public void rewind() {
    group.rewind(positions);
    visibility.wake();
  }

  @Override
  public void wakeup() {
    wakeup.set(true);
    visibility.wake();
  }

  @Override
  public long memberEpoch() {
    return positions.epoch();
  }

  @Override
  public Set<Integer> assignment() {
    return new LinkedHashSet<>(group.partitionsOf(positions));
  }

  @Override
  public long position(int partition) {
    if (!group.isOwner(partition, positions)) {
      throw new IllegalArgumentException(
          "partition "
              + partition
              + " of '"
              + group.topic().name()
              + "' is not assigned to this member; it has "
              + assignment());
    }
    return group.position(positions, partition);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      group.leave(positions);
      visibility.wake();
    }
  }
}
