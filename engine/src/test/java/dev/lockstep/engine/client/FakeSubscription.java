package dev.lockstep.engine.client;

import dev.lockstep.WakeupException;
import dev.lockstep.spi.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A member of a group of {@link FakeLog}, whose monitor guards it. Every member has all partitions,
 * until it leaves; the tests use one member at a time where that matters.
 */
final class FakeSubscription implements Subscription {
  long epoch;
  boolean closed;
  boolean fetching;
  int rewinds;
  private final FakeLog log;
  private final String group;
  private final String topic;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private final Set<Integer> paused = new TreeSet<>();
  private boolean wakeup;

  FakeSubscription(FakeLog log, String group, String topic) {
    this.log = log;
    this.group = group;
    this.topic = topic;
    assignAnew();
  }

  /** As if another member had had the partitions in between. */
  void assignAnew() {
    synchronized (log) {
      epoch = log.nextEpoch();
      toAcknowledged();
    }
  }

  boolean isMember(FakeLog.Place place) {
    return !closed && place.group().equals(group) && place.topic().equals(topic);
  }

  private void toAcknowledged() {
    for (int partition = 0; partition < log.messages.get(topic).size(); partition++) {
      positions.put(partition, log.acknowledged.getOrDefault(place(partition), 0L));
    }
  }

  private FakeLog.Place place(int partition) {
    return new FakeLog.Place(group, topic, partition);
  }

  @Override
  public List<Delivery> fetch(int max, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (log) {
      fetching = true;
      log.notifyAll();
      try {
        while (true) {
          if (wakeup) {
            wakeup = false;
            throw new WakeupException("fetch of " + topic);
          }
          List<Delivery> deliveries = take(max);
          long left = deadline - System.nanoTime();
          if (!deliveries.isEmpty() || left <= 0) {
            return deliveries;
          }
          TimeUnit.NANOSECONDS.timedWait(log, left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } finally {
        fetching = false;
      }
    }
  }

  private List<Delivery> take(int max) {
    List<Delivery> taken = new ArrayList<>();
    for (int partition : List.copyOf(positions.keySet())) {
      if (!log.fences.containsKey(place(partition)) && !paused.contains(partition)) {
        List<Delivery> all = log.messages.get(topic).get(partition);
        for (long at = position(partition); at < all.size() && taken.size() < max; at++) {
          taken.add(all.get((int) at));
          positions.put(partition, at + 1);
        }
      }
    }
    return taken;
  }

  @Override
  public void rewind() {
    synchronized (log) {
      if (closed) {
        throw new IllegalStateException("rewind of a closed subscription");
      }
      rewinds++;
      toAcknowledged();
      log.notifyAll();
    }
  }

  @Override
  public void giveBack(int partition, long fromOffset, long toOffset) {
    synchronized (log) {
      if (closed) {
        throw new IllegalStateException("given back to a closed subscription");
      }
      rewinds++;
      positions.computeIfPresent(partition, (p, at) -> Math.min(at, fromOffset));
      log.notifyAll();
    }
  }

  @Override
  public void wakeup() {
    synchronized (log) {
      wakeup = true;
      log.notifyAll();
    }
  }

  @Override
  public long memberEpoch() {
    synchronized (log) {
      return epoch;
    }
  }

  @Override
  public Map<Integer, Long> assignments() {
    synchronized (log) {
      Map<Integer, Long> assignments = new TreeMap<>();
      positions.keySet().forEach(partition -> assignments.put(partition, epoch));
      return assignments;
    }
  }

  @Override
  public long committed(int partition) {
    synchronized (log) {
      return log.acknowledged.getOrDefault(place(partition), 0L);
    }
  }

  @Override
  public void seek(Map<Integer, Long> offsets) {
    synchronized (log) {
      offsets.forEach((partition, offset) -> log.acknowledged.put(place(partition), offset));
      positions.putAll(offsets);
    }
  }

  @Override
  public void pause(Set<Integer> partitions) {
    synchronized (log) {
      paused.addAll(partitions);
    }
  }

  @Override
  public void resume(Set<Integer> partitions) {
    synchronized (log) {
      paused.removeAll(partitions);
    }
  }

  @Override
  public Set<Integer> paused() {
    synchronized (log) {
      return Set.copyOf(paused);
    }
  }

  @Override
  public long position(int partition) {
    synchronized (log) {
      Long position = positions.get(partition);
      if (position == null) {
        throw new IllegalArgumentException("partition " + partition + " is not assigned");
      }
      return position;
    }
  }

  @Override
  public void close() {
    synchronized (log) {
      if (closed) {
        throw new IllegalStateException("closed twice");
      }
      if (fetching) {
        throw new IllegalStateException("closed in the middle of a fetch");
      }
      closed = true;
    }
  }
}
