package dev.lockstep.engine.client;

import dev.lockstep.WakeupException;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A cursor over all partitions of a topic of {@link FakeLog}, which never waits. */
final class FakeCursor implements Cursor {
  boolean closed;
  private final FakeLog log;
  private final String topic;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private boolean wakeup;

  FakeCursor(FakeLog log, String topic) {
    this.log = log;
    this.topic = topic;
    for (int partition = 0; partition < log.messages.get(topic).size(); partition++) {
      positions.put(partition, 0L);
    }
  }

  @Override
  public List<Delivery> fetch(int max, Duration timeout) {
    synchronized (log) {
      if (wakeup) {
        wakeup = false;
        throw new WakeupException("fetch of " + topic);
      }
      List<Delivery> taken = new ArrayList<>();
      for (int partition : List.copyOf(positions.keySet())) {
        List<Delivery> all = log.messages.get(topic).get(partition);
        for (long at = position(partition); at < all.size() && taken.size() < max; at++) {
          taken.add(all.get((int) at));
          positions.put(partition, at + 1);
        }
      }
      return taken;
    }
  }

  @Override
  public void wakeup() {
    synchronized (log) {
      wakeup = true;
    }
  }

  @Override
  public Set<Integer> partitions() {
    return positions.keySet();
  }

  @Override
  public long position(int partition) {
    return positions.getOrDefault(partition, 0L);
  }

  @Override
  public void seek(int partition, long offset) {
    positions.put(partition, offset);
  }

  @Override
  public void close() {
    closed = true;
  }
}
