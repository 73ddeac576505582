package dev.lockstep.outbox;

import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.testkit.KillPoints;
import jakarta.transaction.Synchronization;
import java.nio.file.Path;

/**
 * A shop with Jakarta transactions in a process of its own, which is killed when it sells its
 * second thing. Arguments: directory, JDBC URL, the point, and whether its commits are joint ones.
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
    try (JtaShop shop = process.open(Path.of(arguments[0]), arguments[1], arguments[3])) {
      for (int id = 1; id <= FATAL; id++) {
        process.sell(shop, id);
      }
    }
  }

  private JtaShop open(Path directory, String jdbcUrl, String joint) {
    if (Boolean.parseBoolean(joint)) {
      return JtaShop.open(
          directory,
          JtaShop.pool(GuardedXADataSource.of(jdbcUrl)),
          (builder, source) -> builder,
          source -> source,
          this::stoppingAtDecision);
    }
    return JtaShop.open(
        directory,
        jdbcUrl,
        source ->
            StoppingSource.of(
                source,
                new StoppingSource.Hooks(
                    () -> pass(Point.BEFORE_THE_MARKER),
                    () -> pass(Point.BEFORE_THE_COMMIT),
                    () -> {})));
  }

  /** The database has answered, and the log is not told yet. */
  private TransactionBinding stoppingAtDecision(TransactionBinding binding) {
    return new WatchedBinding(
        binding,
        call -> {
          if (call.equals("commit")) {
            pass(Point.BEHIND_THE_COMMIT);
          }
        },
        call -> {});
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
