package dev.lockstep.examples.orders.worker;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepException;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.TransactionFailedException;
import dev.lockstep.examples.orders.naive.NaiveBillingService;
import dev.lockstep.examples.orders.naive.NaiveOrderService;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** The service of the control group: a plain pool, and a log that nobody coordinates with it. */
final class NaiveShop implements Shop {
  private final HikariDataSource database;
  private final Lockstep lockstep;
  private final ParkingPlace parking;
  private final NaiveOrderService service;

  private NaiveShop(HikariDataSource database, Lockstep lockstep, ParkingPlace parking) {
    this.database = database;
    this.lockstep = lockstep;
    this.parking = parking;
    this.service =
        new NaiveOrderService(
            database, lockstep.producer(Topology.ORDERS, new OrderCodec()), parking::reached);
  }

  static NaiveShop open(WorkerArguments arguments) {
    Lockstep lockstep = Lockstep.open(Topology.config(arguments.logDirectory()).build());
    Topology.createTopics(lockstep);
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(arguments.jdbcUrl());
    pool.setMaximumPoolSize(Shift.THREADS);
    return new NaiveShop(
        new HikariDataSource(pool), lockstep, ParkingPlace.at(arguments.killPoint(), System.out));
  }

  @Override
  public void place(Order order) throws TransactionFailedException {
    try {
      service.place(order);
    } catch (SQLException | LockstepException e) {
      throw new TransactionFailedException("placing order " + order.id() + " failed", e);
    }
  }

  @Override
  public Clerk hireClerk() {
    Consumer<Order> orders =
        lockstep.consumer(
            ConsumerConfig.of(Topology.BILLING, Topology.ORDERS, new OrderCodec())
                .maxPollMessages(1));
    NaiveBillingService billing =
        new NaiveBillingService(
            database,
            orders,
            lockstep.producer(Topology.INVOICES, new InvoiceCodec()),
            parking::reached);
    return new Clerk() {
      @Override
      public List<Order> bill(Duration patience) throws TransactionFailedException {
        try {
          return billing.bill(patience);
        } catch (SQLException | LockstepException e) {
          throw new TransactionFailedException("billing failed", e);
        }
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

  /** Nothing is ever prepared here: that is the point. */
  @Override
  public List<String> recover(Duration patience) {
    return List.of();
  }

  @Override
  public void close() {
    lockstep.close();
    database.close();
  }
}
