package dev.lockstep.outbox;

import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.testkit.KillPoints;
import jakarta.transaction.Synchronization;
import java.nio.file.Path;

/**
 * A shop with Jakarta transactions in a process of its own, which is killed when it sells its
 * second thing. Arguments: directory, JDBC URL, the point.
 */
final class JtaShopProcess {
  private static final int FATAL = 2;

  private final Point point;
  private volatile int selling;

  private JtaShopProcess(Point point) {
    this.point = point;
  }

  private void pass(Point here) {
    if (here == point && selling == FATAL) {
      KillPoints.halt().reached(here.name());
    }
  }

  public static void main(String[] arguments) throws Exception {
    JtaShopProcess process = new JtaShopProcess(Point.valueOf(arguments[2]));
    try (JtaShop shop =
        JtaShop.open(
            Path.of(arguments[0]),
            arguments[1],
            source ->
                StoppingSource.of(
                    source,
                    new StoppingSource.Hooks(
                        () -> process.pass(Point.BEFORE_THE_MARKER),
                        () -> process.pass(Point.BEFORE_THE_COMMIT),
                        () -> {})))) {
      for (int id = 1; id <= FATAL; id++) {
        process.sell(shop, id);
      }
    }
  }

  private void sell(JtaShop shop, int id) throws Exception {
    selling = id;
    shop.manager().begin();
    // Before that of the shop: it is told of the completion first.
    Narayana.registry()
        .registerInterposedSynchronization(
            new Synchronization() {
              @Override
              public void beforeCompletion() {
                pass(Point.BEFORE_THE_HALF_FRAME);
              }

              @Override
              public void afterCompletion(int status) {
                pass(Point.BEHIND_THE_COMMIT);
              }
            });
    shop.insert(id);
    shop.send(id);
    shop.manager().commit();
    System.out.println("sold " + id);
  }
}
