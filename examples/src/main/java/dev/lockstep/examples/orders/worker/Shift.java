package dev.lockstep.examples.orders.worker;

import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.Tables;
import dev.lockstep.examples.orders.TransactionFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Places orders on four threads and bills on four, until nothing is left to do. */
final class Shift {
  private static final int PLACERS = 4;
  private static final int CLERKS = 4;

  /** How many threads use the database at the same time. */
  static final int THREADS = PLACERS + CLERKS;

  /** Orders are taken no faster than they are billed, so that there is always both to interrupt. */
  private static final int MOST_UNBILLED = 16;

  private static final Duration PAUSE_FOR_BILLING = Duration.ofMillis(1);
  private static final Duration PATIENCE = Duration.ofMillis(50);
  private static final Duration PATIENCE_AT_THE_END = Duration.ofMinutes(1);
  private static final Duration PAUSE_BEFORE_RETRY = Duration.ofMillis(100);

  private final Shop shop;
  private final Announcer announce;
  private final CountDownLatch placersAtWork = new CountDownLatch(PLACERS);
  private final CountDownLatch abandoned = new CountDownLatch(1);

  Shift(Shop shop, Announcer announce) {
    this.shop = shop;
    this.announce = announce;
  }

  void work(Queue<Long> missing) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      ExecutorCompletionService<Void> all = new ExecutorCompletionService<>(threads);
      for (int i = 0; i < PLACERS; i++) {
        all.submit(() -> place(missing), null);
      }
      for (int i = 0; i < CLERKS; i++) {
        all.submit(this::bill, null);
      }
      for (int i = 0; i < THREADS; i++) {
        all.take().get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread of the worker failed", e.getCause());
    } finally {
      abandoned.countDown();
      threads.shutdown();
      threads.awaitTermination(1, TimeUnit.MINUTES);
    }
    awaitDecisions();
  }

  private void place(Queue<Long> missing) {
    for (Long id = missing.poll(); id != null && !isAbandoned(); id = missing.poll()) {
      Order order = new Order(id, "customer " + id % 97, 100 + id % 9973);
      while (shop.unbilled() >= MOST_UNBILLED && !isAbandoned()) {
        pause(PAUSE_FOR_BILLING);
      }
      while (!placed(order) && !isAbandoned()) {
        pause(PAUSE_BEFORE_RETRY);
      }
    }
    placersAtWork.countDown();
  }

  /** Safe to repeat whatever happened: the id tells whether an earlier attempt succeeded. */
  private boolean placed(Order order) {
    try {
      shop.place(order);
    } catch (TransactionFailedException e) {
      if (!Tables.isDuplicate(e)) {
        announce.retry(e);
        return false;
      }
    }
    announce.placed(order.id());
    return true;
  }

  private void bill() {
    try (Shop.Clerk clerk = shop.hireClerk()) {
      while (!isAbandoned() && (placersAtWork.getCount() > 0 || shop.unbilled() > 0)) {
        try {
          clerk.bill(PATIENCE).forEach(order -> announce.billed(order.id()));
        } catch (TransactionFailedException e) {
          announce.retry(e);
          pause(PAUSE_BEFORE_RETRY);
        }
      }
    }
  }

  /** What the database does not know the outcome of yet, recovery will tell it. */
  private void awaitDecisions() {
    List<String> left = shop.recover(PATIENCE_AT_THE_END);
    if (!left.isEmpty()) {
      throw new IllegalStateException("left undecided: " + left);
    }
  }

  private boolean isAbandoned() {
    return abandoned.getCount() == 0;
  }

  private void pause(Duration time) {
    try {
      abandoned.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abandoned.countDown();
    }
  }
}
