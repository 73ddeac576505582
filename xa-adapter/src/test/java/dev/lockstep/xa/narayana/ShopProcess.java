package dev.lockstep.xa.narayana;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.TopicConfig;
import dev.lockstep.testkit.KillPoints;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAResource;

/**
 * A process with a real log, a real Narayana and a database of files. Arguments: a directory, a
 * node id, the store of decision records, what to do, and kill points. What it finds it prints, a
 * line each.
 */
public final class ShopProcess {
  private final Path directory;
  private final String node;
  private final TransactionStore store;
  private final KillPoints points;

  private ShopProcess(Path directory, String node, TransactionStore store, KillPoints points) {
    this.directory = directory;
    this.node = node;
    this.store = store;
    this.points = points;
  }

  public static void main(String[] arguments) throws Exception {
    ShopProcess process =
        new ShopProcess(
            Path.of(arguments[0]),
            arguments[1],
            TransactionStore.valueOf(arguments[2]),
            KillPoints.armed(
                arguments[4].startsWith("in-") ? "" : arguments[4], KillPoints.halt()));
    switch (arguments[3]) {
      case "log-first" -> process.sell(true);
      case "database-first" -> process.sell(false);
      case "many" -> process.sellMany();
      case "recover" -> process.recover(arguments[4]);
      default -> throw new IllegalArgumentException(arguments[3]);
    }
  }

  private NarayanaTransactions transactions(FileResource database) {
    return NarayanaTransactions.builder(node, directory.resolve("transactions-" + node))
        .recoveryInterval(Duration.ofHours(1))
        .store(store)
        .elision(Elision.ON)
        .recover(
            RecoverableResource.of(
                "shop", enlisted -> isSame(enlisted, database), () -> database, opened -> {}))
        .decorate(
            manager ->
                points.instrument(
                    manager, resource -> resource instanceof FileResource ? "database" : "log"))
        .open();
  }

  private static boolean isSame(XAResource enlisted, XAResource database) {
    try {
      return enlisted.isSameRM(database);
    } catch (javax.transaction.xa.XAException e) {
      throw new IllegalStateException(e);
    }
  }

  private Lockstep open(NarayanaTransactions transactions) {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory.resolve("log"))
            .segmentSize(1 << 20)
            .maxMessageBytes(1 << 16)
            .transactions(transactions.binding())
            .build());
  }

  private void sell(boolean logFirst) throws Exception {
    FileResource database = new FileResource(directory.resolve("database"));
    NarayanaTransactions transactions = transactions(database);
    Lockstep lockstep = open(transactions);
    lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
    TransactionManager manager = transactions.transactionManager();
    manager.begin();
    if (logFirst) {
      lockstep.producer("orders", String.class).send("order");
    }
    manager.getTransaction().enlistResource(database);
    if (!logFirst) {
      lockstep.producer("orders", String.class).send("order");
    }
    manager.commit();
    lockstep.close();
    transactions.close();
    System.out.println("COMMITTED");
  }

  /** Several threads, until one passes the point at which the process ends. */
  private void sellMany() throws Exception {
    FileResource database = new FileResource(directory.resolve("database"));
    NarayanaTransactions transactions = transactions(database);
    Lockstep lockstep = open(transactions);
    lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
    TransactionManager manager = transactions.transactionManager();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (int j = 0; j < 100; j++) {
                    manager.begin();
                    lockstep.producer("orders", String.class).send("order");
                    manager
                        .getTransaction()
                        .enlistResource(new FileResource(directory.resolve("database")));
                    manager.commit();
                  }
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void recover(String killPoint) throws Exception {
    FileResource database = new FileResource(directory.resolve("database"));
    switch (killPoint) {
      case "in-recovery-before-commit" -> database.beforeDecision(KillPoints.halt());
      case "in-recovery-after-commit" -> database.afterDecision(KillPoints.halt());
      default -> {}
    }
    try (NarayanaTransactions transactions = transactions(database);
        Lockstep lockstep = open(transactions)) {
      System.out.println("DOUBT " + lockstep.transactions().inDoubt().size());
      RecoveryReport report = transactions.recoverNow(Duration.ofSeconds(20));
      System.out.println("PASSES " + report.passes());
      System.out.println("LEFT " + report.left());
      System.out.println("HEURISTICS " + report.heuristics());
      System.out.println("LOG " + lockstep.transactions().inDoubt().size());
      System.out.println("DATABASE " + database.inDoubt().size());
      System.out.println("ROWS " + database.rows().size());
      List<String> messages = messages(transactions, lockstep);
      System.out.println("MESSAGES " + messages);
      System.out.println("DIFFERENCE " + (database.rows().size() - messages.size()));
    }
  }

  private static List<String> messages(NarayanaTransactions transactions, Lockstep lockstep)
      throws Exception {
    List<String> found = new ArrayList<>();
    try (Consumer<String> consumer = lockstep.consumer("audit", "orders", String.class)) {
      transactions.transactionManager().begin();
      List<Message<String>> some = consumer.poll(Duration.ofMillis(200));
      while (!some.isEmpty()) {
        some.stream().map(Message::payload).forEach(found::add);
        some = consumer.poll(Duration.ZERO);
      }
      transactions.transactionManager().rollback();
    }
    return found;
  }
}
