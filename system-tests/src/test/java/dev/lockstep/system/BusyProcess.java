package dev.lockstep.system;

import dev.lockstep.system.Shop.Order;
import dev.lockstep.xa.narayana.TransactionStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A shop on several threads, some of which sell while others bill, until somebody kills it.
 * Arguments: a directory, a node id, the store of decision records, a JDBC URL, the first number to
 * sell, and how many. Then it bills what is left, and ends.
 */
public final class BusyProcess {
  static final String SOLD = "SOLD ";
  private static final int THREADS = 3;
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private BusyProcess() {}

  public static void main(String[] arguments) throws Exception {
    TransactionStore store = TransactionStore.valueOf(arguments[2]);
    AtomicInteger next = new AtomicInteger(Integer.parseInt(arguments[4]));
    int end = next.get() + Integer.parseInt(arguments[5]);
    try (Shop shop =
        Shop.open(Path.of(arguments[0]), arguments[1], store, arguments[3], "", point -> {})) {
      System.out.println("LEFT " + shop.recover().left());
      System.out.println(ShopProcess.READY);
      List<Thread> sellers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        sellers.add(start(() -> sell(shop, next, end)));
      }
      List<Thread> clerks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        clerks.add(start(() -> bill(shop, sellers)));
      }
      for (Thread clerk : clerks) {
        clerk.join();
      }
      System.out.println("LOG " + shop.inDoubt());
      System.out.println("MESSAGES " + String.join(" ", shop.messages()));
    }
  }

  /** What a thread does; a failure is one of the whole. */
  private interface Work {
    void run() throws Exception;
  }

  private static Thread start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                e.printStackTrace(System.out);
                Runtime.getRuntime().halt(2);
              }
            });
    thread.start();
    return thread;
  }

  private static void sell(Shop shop, AtomicInteger next, int end) throws Exception {
    for (int id = next.getAndIncrement(); id < end; id = next.getAndIncrement()) {
      Order order = id % 2 == 0 ? Order.LOG_FIRST : Order.DATABASE_FIRST;
      String reported = shop.sell(id, order);
      if (!reported.equals("committed")) {
        throw new IllegalStateException(id + ": " + reported);
      }
      System.out.println(SOLD + id);
    }
  }

  private static void bill(Shop shop, List<Thread> sellers) throws Exception {
    try (Shop.Clerk clerk = shop.hire()) {
      while (clerk.bill(PATIENCE) > 0
          || sellers.stream().anyMatch(Thread::isAlive)
          || shop.unbilled() > 0) {
        // until all is sold and billed
      }
    }
  }
}
