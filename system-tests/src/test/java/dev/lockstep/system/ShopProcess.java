package dev.lockstep.system;

import dev.lockstep.system.Shop.Order;
import dev.lockstep.xa.narayana.RecoveryReport;
import dev.lockstep.xa.narayana.TransactionStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A shop in a process of its own, which says what it does on its standard output, a line each, and
 * stops where it is told to until it is told to go on. Arguments: a directory, a node id, the store
 * of decision records, a JDBC URL, the point at which to stop, and what to do: {@code LOG_FIRST} or
 * {@code DATABASE_FIRST} to sell something, {@code RECOVER}, or {@code EXAMINE} to ask the doctor
 * as well; and the number of what is sold.
 */
public final class ShopProcess {
  static final String READY = "READY";
  static final String STOPPED = "STOPPED ";
  static final String REPORTED = "REPORTED ";
  static final String GO_ON = "GO-ON";
  static final String RECOVER = "RECOVER";
  static final String EXAMINE = "EXAMINE";
  static final String FOUND = "FOUND ";

  private final BufferedReader orders =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final AtomicBoolean stopped = new AtomicBoolean();

  private ShopProcess() {}

  public static void main(String[] arguments) throws Exception {
    new ShopProcess()
        .run(
            Path.of(arguments[0]),
            arguments[1],
            TransactionStore.valueOf(arguments[2]),
            arguments[3],
            arguments[4],
            arguments[5],
            Integer.parseInt(arguments[6]));
  }

  private void run(
      Path directory,
      String node,
      TransactionStore store,
      String jdbcUrl,
      String point,
      String what,
      int id)
      throws Exception {
    try (Shop shop = Shop.open(directory, node, store, jdbcUrl, point, this::stop)) {
      say(READY);
      if (what.equals(EXAMINE)) {
        shop.recover();
        say(FOUND + shop.findings());
      } else if (!what.equals(RECOVER)) {
        say(REPORTED + shop.sell(id, Order.valueOf(what)));
        awaitOrder();
      }
      RecoveryReport report = shop.recover();
      say("LEFT " + report.left());
      say("HEURISTICS " + report.heuristics());
      say("LOG " + shop.inDoubt());
      say("MESSAGES " + shop.messages());
    }
  }

  /** Once: what is tried again after that goes through. */
  private void stop(String point) {
    if (stopped.compareAndSet(false, true)) {
      say(STOPPED + point);
      awaitOrder();
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private void awaitOrder() {
    try {
      String order = orders.readLine();
      if (!GO_ON.equals(order)) {
        Runtime.getRuntime().halt(1); // nobody is there any more
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
