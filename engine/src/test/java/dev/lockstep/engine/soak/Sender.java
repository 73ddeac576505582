package dev.lockstep.engine.soak;

import dev.lockstep.spi.Branch;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Sends numbered orders, the balance of one of its accounts, and an event, in one transaction. */
final class Sender implements Worker {
  private static final int ACCOUNTS = 50;

  private final Load load;
  private final String name;
  private final Random random;

  Sender(Load load, int number) {
    this.load = load;
    this.name = "sender" + number;
    this.random = load.random(number);
  }

  @Override
  public void work() throws InterruptedException {
    while (load.isRunning()) {
      Branch branch = load.log().log().begin();
      long first = load.sent(name).get();
      int orders = 1 + random.nextInt(8);
      for (int i = 0; i < orders; i++) {
        String payload = first + i + " " + "x".repeat(random.nextInt(1500));
        branch.append(Load.message(Load.ORDERS, name, payload));
      }
      Map<String, String> balances = new HashMap<>();
      String account = name + "-" + random.nextInt(ACCOUNTS);
      String balance = first + " " + "b".repeat(random.nextInt(200));
      balances.put(account, balance);
      branch.append(Load.message(Load.BALANCES, account, balance));
      branch.append(Load.message(Load.EVENTS, name, "e".repeat(random.nextInt(500))));
      if (random.nextInt(10) == 0) {
        branch.rollback();
      } else if (load.commit(branch)) {
        load.sent(name).addAndGet(orders);
        load.balances().putAll(balances);
        load.count("transactions", 1);
      }
    }
  }
}
