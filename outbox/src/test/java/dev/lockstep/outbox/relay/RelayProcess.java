package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.outbox.StoppingSource;
import dev.lockstep.testkit.KillPoints;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A relay in a process of its own, which is killed at its second batch. Arguments: directory, JDBC
 * URL, the point, and the column of the transaction if the rows are kept.
 */
final class RelayProcess {
  static final int BATCH = 5;
  private static final int FATAL = 2;
  private static final int KEPT = 3;

  private RelayProcess() {}

  public static void main(String[] arguments) throws Exception {
    Point point = Point.valueOf(arguments[2]);
    AtomicInteger batches = new AtomicInteger();
    try (Outbox outbox =
            Outbox.open(
                Path.of(arguments[0]),
                arguments[1],
                source ->
                    StoppingSource.of(
                        source,
                        new StoppingSource.Hooks(
                            () -> {
                              if (batches.incrementAndGet() == FATAL) {
                                pass(point, Point.BEFORE_THE_COMMIT);
                              }
                            },
                            () -> {
                              if (batches.get() == FATAL) {
                                pass(point, Point.BEHIND_THE_COMMIT);
                              }
                            },
                            () -> {})),
                builder -> builder);
        OutboxRelay relay = relay(outbox, arguments).batchSize(BATCH).start()) {
      System.out.println("relaying " + relay.obstacle());
      new CountDownLatch(1).await();
    }
  }

  private static OutboxRelay.Builder relay(Outbox outbox, String... arguments) {
    return arguments.length > KEPT
        ? outbox.relay().truncatePartitions(arguments[KEPT])
        : outbox.relay();
  }

  private static void pass(Point point, Point here) {
    if (point == here) {
      KillPoints.halt().reached(here.name());
    }
  }
}
