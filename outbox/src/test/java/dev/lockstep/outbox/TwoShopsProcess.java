package dev.lockstep.outbox;

import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;

/**
 * A service with two databases in a process of its own: of each it sells one thing, and loses the
 * answer to the commit of another, of which nothing can be found out. Then it says so, and waits to
 * be killed. Arguments: directory, the two JDBC URLs.
 */
final class TwoShopsProcess {
  private TwoShopsProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (LossyProxy first = LossyProxy.before(arguments[1] + "&prepareThreshold=0");
        LossyProxy second = LossyProxy.before(arguments[2] + "&prepareThreshold=0");
        TwoShops shops = TwoShops.open(Path.of(arguments[0]), first.jdbcUrl(), second.jdbcUrl())) {
      shops.sell(shops.first(), 1);
      shops.sell(shops.second(), 2);
      first.lose("VALUES ($1, CASE", Loss.ANSWER);
      var tombstone = first.hold("VALUES ($1, 'R')");
      lose(() -> shops.sell(shops.first(), 11));
      second.lose("VALUES ($1, CASE", Loss.STATEMENT);
      var other = second.hold("VALUES ($1, 'R')");
      lose(() -> shops.sell(shops.second(), 12));
      tombstone.awaitArrival();
      other.awaitArrival();
      System.out.println("in doubt " + shops.inDoubt());
      new CountDownLatch(1).await();
    }
  }

  private interface Sale {
    void run() throws SQLException;
  }

  private static void lose(Sale sale) throws SQLException {
    try {
      sale.run();
      throw new IllegalStateException("its answer was not lost");
    } catch (dev.lockstep.OutcomeUnknownException e) {
      System.out.println("unknown");
    }
  }
}
