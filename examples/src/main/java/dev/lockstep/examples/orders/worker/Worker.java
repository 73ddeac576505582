package dev.lockstep.examples.orders.worker;

import dev.lockstep.examples.orders.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Places orders that are missing in the database, as many as it may, and bills all that wait for
 * it, then ends with status 0. Killed at any moment and started again, it goes on where it was.
 */
public final class Worker {
  private Worker() {}

  /**
   * Runs until there is nothing left to do.
   *
   * @param line see {@link WorkerArguments}
   * @throws SQLException if the database can't be used at the start
   * @throws InterruptedException if somebody interrupts the main thread
   */
  public static void main(String[] line) throws SQLException, InterruptedException {
    endWithParent();
    WorkerArguments arguments = WorkerArguments.parse(line);
    Announcer announce = new Announcer(System.out);
    try (Shop shop = open(arguments)) {
      Queue<Long> missing = missing(arguments);
      announce.ready();
      new Shift(shop, announce).work(missing);
    }
  }

  private static Shop open(WorkerArguments arguments) {
    return switch (arguments.style()) {
      case XA -> AtomicShop.open(arguments);
      case HALF_MESSAGE -> HalfMessageShop.open(arguments);
      case CONTROL -> NaiveShop.open(arguments);
    };
  }

  private static Queue<Long> missing(WorkerArguments arguments) throws SQLException {
    try (Connection connection = DriverManager.getConnection(arguments.jdbcUrl())) {
      List<Long> missing = Tables.missingOrders(connection, arguments.orders());
      return new ConcurrentLinkedQueue<>(
          missing.subList(0, Math.min(missing.size(), arguments.allowance())));
    }
  }

  /** Nobody may be left behind: the pipe from the parent ends when the parent does. */
  private static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                // Nothing is written to this pipe; only its end means something.
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                throw new UncheckedIOException("the pipe from the parent broke", e);
              } finally {
                Runtime.getRuntime().halt(1);
              }
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
