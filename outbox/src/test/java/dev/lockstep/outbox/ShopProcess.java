package dev.lockstep.outbox;

import dev.lockstep.testkit.KillPoints;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;

/**
 * A shop in a process of its own, which sells until it comes to a point at which it is killed.
 * Arguments: directory, JDBC URL, the number of the thing that it is killed at, the point.
 */
public final class ShopProcess {
  /** Where it is killed. */
  public enum Point {
    BEFORE_THE_HALF_FRAME,
    BEFORE_THE_MARKER,
    BEFORE_THE_COMMIT,
    BEHIND_THE_COMMIT,
    BEHIND_A_TRUNCATION,
    NOWHERE
  }

  private final int fatal;
  private final Point point;
  private volatile int selling;

  private ShopProcess(int fatal, Point point) {
    this.fatal = fatal;
    this.point = point;
  }

  private void pass(Point here) {
    if (here == point && (selling == fatal || here == Point.BEHIND_A_TRUNCATION)) {
      KillPoints.halt().reached(here.name());
    }
  }

  public static void main(String[] arguments) throws Exception {
    ShopProcess process =
        new ShopProcess(Integer.parseInt(arguments[2]), Point.valueOf(arguments[3]));
    try (Shop shop =
        Shop.open(
            Path.of(arguments[0]),
            arguments[1],
            source ->
                StoppingSource.of(
                    source,
                    new StoppingSource.Hooks(
                        () -> process.pass(Point.BEFORE_THE_COMMIT),
                        () -> process.pass(Point.BEHIND_THE_COMMIT),
                        () -> process.pass(Point.BEHIND_A_TRUNCATION))),
            builder ->
                process.point == Point.BEHIND_A_TRUNCATION
                    ? builder.markersPerTable(1)
                    : builder)) {
      process.sell(shop);
      if (process.point == Point.BEHIND_A_TRUNCATION) {
        new CountDownLatch(1).await();
      }
    }
  }

  private void sell(Shop shop) throws SQLException {
    int first = point == Point.BEHIND_A_TRUNCATION ? fatal : fatal - 1;
    for (int id = first; id <= fatal; id++) {
      selling = id;
      shop.transactions()
          .execute(
              connection -> {
                shop.sell(connection, selling);
                pass(Point.BEFORE_THE_HALF_FRAME);
              });
      System.out.println("sold " + id);
    }
  }
}
