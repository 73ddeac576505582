package dev.lockstep.engine.group;

import dev.lockstep.ClosedException;
import dev.lockstep.LockstepException;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads a topic without a group. */
final class TopicCursor implements Cursor {
  private final TopicState topic;
  private final boolean all;
  private final Reading reading;
  private final Waiting waiting;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private int turn;
  private volatile boolean closed;

  TopicCursor(TopicState topic, Set<Integer> partitions, Reading reading) {
    this.topic = topic;
    this.all = partitions.isEmpty();
    this.reading = reading;
    this.waiting = new Waiting("'" + topic.name() + "'", reading);
    for (int partition : partitions) {
      topic.partition(partition);
      positions.put(partition, 0L);
    }
    grow();
  }

  private TopicState topic() {
    topic.requirePresent();
    grow();
    return topic;
  }

  private void grow() {
    if (all) {
      for (int partition = positions.size(); partition < topic.partitionCount(); partition++) {
        positions.put(partition, 0L);
      }
    }
  }

  @Override
  public List<Delivery> fetch(int max, Duration timeout) {
    return waiting.fetch(this::fetchAvailable, max, timeout, this::requireOpen);
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException("this reader of '" + topic.name() + "' is closed; use a new one");
    }
    reading.log().checkOpen();
  }

  private Fetcher.Fetched fetchAvailable(int max) {
    TopicState present = topic();
    List<Slice> slices = reading.visibility().look(() -> slices(present));
    List<Delivery> deliveries = new ArrayList<>();
    Optional<LockstepException> failure = Optional.empty();
    for (Slice slice : slices) {
      if (deliveries.size() < max) {
        try {
          Slice.Read read = slice.read(present, reading, max - deliveries.size(), deliveries);
          positions.put(read.partition(), read.next());
        } catch (LockstepException e) {
          reading.log().checkOpen(); // when that is over, nothing else counts
          failure = Optional.of(e);
        }
      }
    }
    if (failure.isPresent() && deliveries.isEmpty()) {
      throw failure.get(); // else what is sound comes first, and the next fetch throws
    }
    Fetcher.Next next = slices.isEmpty() ? Fetcher.Next.ON_CHANGE : Fetcher.Next.NOW;
    return new Fetcher.Fetched(deliveries, next, Fetcher.NEVER);
  }

  /** What there is to read, beginning with another partition each time. */
  private List<Slice> slices(TopicState present) {
    List<Integer> order = new ArrayList<>(positions.keySet());
    turn = (turn + 1) % order.size();
    Collections.rotate(order, turn);
    List<Slice> slices = new ArrayList<>();
    for (int partition : order) {
      long from = positions.getOrDefault(partition, 0L);
      long end = present.partition(partition).end();
      if (from < end) {
        slices.add(new Slice(partition, from, end, from, Slice.FIRST_ATTEMPT));
      }
    }
    return slices;
  }

  @Override
  public void wakeup() {
    waiting.wakeup();
  }

  @Override
  public Set<Integer> partitions() {
    topic();
    return new TreeSet<>(positions.keySet());
  }

  @Override
  public long position(int partition) {
    topic();
    return required(partition);
  }

  private long required(int partition) {
    Long position = positions.get(partition);
    if (position == null) {
      throw new IllegalArgumentException(
          "this reader of '"
              + topic.name()
              + "' does not read partition "
              + partition
              + "; it reads "
              + positions.keySet());
    }
    return position;
  }

  @Override
  public void seek(int partition, long offset) {
    TopicState present = topic();
    required(partition);
    Offsets.requireValid(present, partition, offset);
    positions.put(partition, offset);
  }

  @Override
  public void close() {
    closed = true;
    reading.visibility().wake();
  }
}
