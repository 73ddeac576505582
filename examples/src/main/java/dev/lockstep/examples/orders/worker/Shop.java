package dev.lockstep.examples.orders.worker;

import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.TransactionFailedException;
import java.time.Duration;
import java.util.List;

/** The order service, running. Closing it stops all that it started. */
interface Shop extends AutoCloseable {
  /** Places an order; it fails with a duplicate if an earlier attempt succeeded after all. */
  void place(Order order) throws TransactionFailedException;

  /** One more clerk who bills orders; for one thread. */
  Clerk hireClerk();

  /** How many orders wait to be billed. */
  long unbilled();

  /**
   * Takes outcomes to where they are missing, until nothing is in doubt or the time is over;
   * returns what is left.
   */
  List<String> recover(Duration patience);

  @Override
  void close();

  /** Bills orders. */
  interface Clerk extends AutoCloseable {
    /** Waits for orders and bills some; returns those that it billed. */
    List<Order> bill(Duration patience) throws TransactionFailedException;

    @Override
    void close();
  }
}
