package dev.lockstep.outbox;

import dev.lockstep.Consumer;
import dev.lockstep.outbox.AnyShop.Binding;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A shop on several threads, which sell and bill until somebody kills the process. Arguments: a
 * binding, a directory, a JDBC URL, the first number to sell.
 */
final class BusyShopProcess {
  static final String OPEN = "open";
  static final String SOLD = "sold ";
  static final String FAILED = "failed ";
  static final String GROUP = "billing";
  private static final int SELLERS = 3;
  private static final int CLERKS = 2;

  private BusyShopProcess() {}

  public static void main(String[] arguments) {
    AnyShop shop = AnyShop.open(Binding.valueOf(arguments[0]), Path.of(arguments[1]), arguments[2]);
    System.out.println(OPEN);
    AtomicInteger next = new AtomicInteger(Integer.parseInt(arguments[3]));
    for (int i = 0; i < SELLERS; i++) {
      start(() -> sell(shop, next));
    }
    for (int i = 0; i < CLERKS; i++) {
      start(() -> bill(shop));
    }
  }

  private static void start(AnyShop.Work work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                System.out.println(FAILED + e);
                e.printStackTrace(System.out);
              }
            })
        .start();
  }

  private static void sell(AnyShop shop, AtomicInteger next) throws Exception {
    while (true) {
      int id = next.getAndIncrement();
      if (AnyShop.isReported(() -> shop.sell(id))) {
        System.out.println(SOLD + id);
      }
    }
  }

  private static void bill(AnyShop shop) throws Exception {
    try (Consumer<String> consumer = shop.lockstep().consumer(GROUP, Shop.TOPIC, String.class)) {
      while (true) {
        var unused = AnyShop.isReported(() -> shop.bill(consumer)); // what was not comes again
      }
    }
  }
}
