package dev.lockstep.examples.orders.worker;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.examples.orders.BillingService;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.OrderService;
import dev.lockstep.examples.orders.TransactionFailedException;
import dev.lockstep.testkit.KillPoints;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import dev.lockstep.xa.narayana.RecoverableResource;
import dev.lockstep.xa.narayana.RecoveryReport;
import java.time.Duration;
import java.util.List;

/** The service with Lockstep: started in this order, stopped in the reverse. */
final class AtomicShop implements Shop {
  private static final String DATABASE = "shop";
  private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE_AT_THE_START = Duration.ofSeconds(30);

  private final NarayanaTransactions transactions;
  private final TransactionalDataSource database;
  private final Lockstep lockstep;
  private final OrderService service;

  private AtomicShop(
      NarayanaTransactions transactions, TransactionalDataSource database, Lockstep lockstep) {
    this.transactions = transactions;
    this.database = database;
    this.lockstep = lockstep;
    this.service =
        new OrderService(
            database,
            lockstep.producer(Topology.ORDERS, new OrderCodec()),
            transactions.transactionManager());
  }

  static AtomicShop open(WorkerArguments arguments) {
    KillPoints points =
        KillPoints.armed(arguments.killPoint().orElse(""), KillPoints.park(System.out));
    GuardedXADataSource postgres = GuardedXADataSource.of(arguments.jdbcUrl());
    NarayanaTransactions transactions =
        NarayanaTransactions.builder(arguments.nodeId(), arguments.storeDirectory())
            .recoveryInterval(RECOVERY_INTERVAL)
            .recover(
                RecoverableResource.of(
                    DATABASE, postgres::owns, postgres::openRecovery, postgres::closeRecovery))
            .decorate(points::instrument)
            .open();
    TransactionalDataSource database =
        TransactionalDataSource.builder(postgres)
            .name(DATABASE)
            .maximumPoolSize(Shift.THREADS)
            .transactionManager(transactions.transactionManager())
            .synchronizationRegistry(transactions.synchronizationRegistry())
            .build();
    Lockstep lockstep =
        Lockstep.open(
            Topology.config(arguments.logDirectory()).transactions(transactions.binding()).build());
    Topology.createTopics(lockstep);
    // Before anything is taken or sent: what the last life left undecided gets its outcome now.
    RecoveryReport report = transactions.recoverNow(PATIENCE_AT_THE_START);
    report.left().forEach(left -> System.err.println("goes on without the outcome of: " + left));
    return new AtomicShop(transactions, database, lockstep);
  }

  @Override
  public void place(Order order) throws TransactionFailedException {
    service.place(order);
  }

  @Override
  public Clerk hireClerk() {
    Consumer<Order> orders =
        lockstep.consumer(
            ConsumerConfig.of(Topology.BILLING, Topology.ORDERS, new OrderCodec())
                .maxPollMessages(1));
    BillingService billing =
        new BillingService(
            database,
            orders,
            lockstep.producer(Topology.INVOICES, new InvoiceCodec()),
            transactions.transactionManager());
    return new Clerk() {
      @Override
      public List<Order> bill(Duration patience) throws TransactionFailedException {
        return billing.bill(patience);
      }

      @Override
      public void close() {
        orders.close();
      }
    };
  }

  @Override
  public long unbilled() {
    return Topology.unbilled(lockstep);
  }

  @Override
  public List<String> recover(Duration patience) {
    return transactions.recoverNow(patience).left();
  }

  @Override
  public void close() {
    lockstep.close();
    database.close();
    transactions.close();
  }
}
