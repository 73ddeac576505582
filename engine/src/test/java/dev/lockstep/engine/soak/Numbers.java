package dev.lockstep.engine.soak;

import java.util.TreeMap;

/** Which numbers of one sender came: each once, whichever thread tells of its own first. */
final class Numbers {
  private final TreeMap<Long, Long> ahead = new TreeMap<>();
  private long next;

  /** Numbers that came together, in their order. */
  synchronized void came(long from, long to) {
    if (from < next || ahead.put(from, to) != null) {
      throw new AssertionError("numbers from " + from + " came again, after " + next);
    }
    while (!ahead.isEmpty() && ahead.firstKey() == next) {
      next = ahead.pollFirstEntry().getValue();
    }
  }

  /** All numbers below came. */
  synchronized long next() {
    return next;
  }

  @Override
  public synchronized String toString() {
    return next + (ahead.isEmpty() ? "" : " and " + ahead);
  }
}
