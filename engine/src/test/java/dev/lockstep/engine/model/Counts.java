package dev.lockstep.engine.model;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the histories have been through, for the report. */
final class Counts {
  private final AtomicInteger histories = new AtomicInteger();
  private final Map<String, Integer> operations = new TreeMap<>();
  private final Map<Loss, Integer> crashes = new TreeMap<>();

  void history() {
    histories.incrementAndGet();
  }

  synchronized void operation(Operation operation) {
    operations.merge(operation.getClass().getSimpleName(), 1, Integer::sum);
  }

  synchronized void crash(Loss loss) {
    crashes.merge(loss, 1, Integer::sum);
  }

  @Override
  public synchronized String toString() {
    int sum = operations.values().stream().mapToInt(Integer::intValue).sum();
    return histories + " histories, " + sum + " operations " + operations + ", crashes " + crashes;
  }
}
