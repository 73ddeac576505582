package dev.lockstep.examples.orders.worker;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepException;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.examples.orders.Invoice;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.Tables;
import dev.lockstep.examples.orders.TransactionFailedException;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.LogListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The service with Lockstep and half messages: a plain pool, no transaction manager, and nothing
 * prepared in the database.
 */
final class HalfMessageShop implements Shop {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final HikariDataSource database;
  private final JdbcTransactions transactions;
  private final Lockstep lockstep;
  private final ParkingPlace parking;
  private final Producer<Order> orders;

  private HalfMessageShop(
      HikariDataSource database,
      JdbcTransactions transactions,
      Lockstep lockstep,
      ParkingPlace parking) {
    this.database = database;
    this.transactions = transactions;
    this.lockstep = lockstep;
    this.parking = parking;
    this.orders = lockstep.producer(Topology.ORDERS, new OrderCodec());
  }

  static HalfMessageShop open(WorkerArguments arguments) {
    ParkingPlace parking = ParkingPlace.at(arguments.killPoint(), System.out);
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(arguments.jdbcUrl());
    pool.setMaximumPoolSize(Shift.THREADS + 1); // check-back needs one now and then
    HikariDataSource database = new HikariDataSource(pool);
    JdbcTransactions transactions =
        JdbcTransactions.builder(database).name("shop").createTables().build();
    // The open asks the database what became of the half messages that the last life has left.
    Lockstep lockstep =
        Lockstep.open(
            Topology.config(arguments.logDirectory())
                .transactions(transactions)
                .listener(
                    new LogListener() {
                      @Override
                      public void undecided(BranchId id, Decider decider) {
                        parking.reached(HalfMoment.AFTER.point());
                      }
                    })
                .build());
    Topology.createTopics(lockstep);
    return new HalfMessageShop(database, transactions, lockstep, parking);
  }

  @Override
  public void place(Order order) throws TransactionFailedException {
    try {
      transactions.execute(
          connection -> {
            Tables.insert(connection, order);
            orders.send(String.valueOf(order.id()), order);
            parking.reached(HalfMoment.BEFORE.point());
          });
    } catch (SQLException | LockstepException e) {
      throw failed("placing order " + order.id(), e);
    }
  }

  @Override
  public Clerk hireClerk() {
    Consumer<Order> waiting =
        lockstep.consumer(
            ConsumerConfig.of(Topology.BILLING, Topology.ORDERS, new OrderCodec())
                .maxPollMessages(1));
    Producer<Invoice> invoices = lockstep.producer(Topology.INVOICES, new InvoiceCodec());
    return new Clerk() {
      @Override
      public List<Order> bill(Duration patience) throws TransactionFailedException {
        try {
          return transactions.run(
              connection -> {
                List<Order> polled = waiting.poll(patience).stream().map(Message::payload).toList();
                for (Order order : polled) {
                  Invoice invoice = new Invoice(order.id(), order.cents());
                  Tables.insert(connection, invoice);
                  invoices.send(String.valueOf(order.id()), invoice);
                  parking.reached(HalfMoment.BEFORE.point());
                }
                return polled;
              });
        } catch (SQLException | LockstepException e) {
          throw failed("billing", e);
        }
      }

      @Override
      public void close() {
        waiting.close();
      }
    };
  }

  private static TransactionFailedException failed(String what, Exception cause) {
    return new TransactionFailedException(what + " failed: " + cause.getMessage(), cause);
  }

  @Override
  public long unbilled() {
    return Topology.unbilled(lockstep);
  }

  /** The log asks the database by itself, until it knows. */
  @Override
  public List<String> recover(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<InDoubt> left = lockstep.transactions().inDoubt();
    while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(PAUSE.toNanos());
      left = lockstep.transactions().inDoubt();
    }
    return left.stream().map(InDoubt::transactionId).toList();
  }

  @Override
  public void close() {
    lockstep.close();
    database.close();
  }
}
