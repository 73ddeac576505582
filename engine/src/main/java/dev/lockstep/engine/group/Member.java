package dev.lockstep.engine.group;

import dev.lockstep.ClosedException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.WakeupException;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.group.GroupState.Range;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A member of a group. */
final class Member implements Subscription {
  private final GroupState group;
  private final Positions positions;
  private final SegmentLog log;
  private final Visibility visibility;
  private final AtomicBoolean wakeup = new AtomicBoolean();
  private volatile boolean closed;

  Member(GroupState group, Positions positions, SegmentLog log, Visibility visibility) {
    this.group = group;
    this.positions = positions;
    this.log = log;
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
    List<Delivery> deliveries = new ArrayList<>();
    for (Range range : ranges) {
      read(range, deliveries);
    }
    return group.advance(positions, resets, ranges) ? deliveries : List.of();
  }

  private void read(Range range, List<Delivery> deliveries) {
    try {
      PartitionIndex index = group.topic().partition(range.partition());
      List<FrameRef> frames =
          index.entries(range.from(), range.count()).stream().map(IndexEntry::frame).toList();
      long[] offset = {range.from()};
      log.read(
          frames,
          (type, position, length, body) ->
              deliveries.add(delivery(type, position, body, range.partition(), offset[0]++)));
    } catch (IOException e) {
      checkOpen(); // a close ends the reads that are under way
      throw new CorruptLogException(
          "partition "
              + range.partition()
              + " of '"
              + group.topic().name()
              + "' can't be read from offset "
              + range.from()
              + ": "
              + e.getMessage()
              + "; check the disk",
          e);
    }
  }

  private Delivery delivery(byte type, long position, ByteBuffer body, int partition, long offset) {
    if (type != FrameTypes.MESSAGE
        || MessageBody.topic(body) != group.topic().id()
        || MessageBody.partition(body) != partition) {
      throw new CorruptLogException(
          "the index of partition "
              + partition
              + " of '"
              + group.topic().name()
              + "' leads from offset "
              + offset
              + " to another frame, at position "
              + position
              + "; close the log, delete the .index files, and open it again: they are rebuilt");
    }
    MessageBody message = MessageBody.decode(body);
    return new Delivery(
        message.id(),
        partition,
        offset,
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
