package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.benchmarks.harness.Load.Step;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The row, and a row of an outbox table. A relay may take those out: in the order of their numbers,
 * many at a time, each time in a transaction that deletes them, once they are safe where it puts
 * them.
 */
final class OutboxSeller implements Seller {
  private static final int BATCH = 500;

  private final Shop shop;
  private final String insert;
  private final String take;

  /** Where a relay puts what it takes out. */
  @FunctionalInterface
  interface Sink {
    void put(byte[] payload) throws IOException;

    /** Makes safe what was put; then its rows may go. */
    default void force() throws IOException {}
  }

  OutboxSeller(String jdbcUrl, String name) throws SQLException {
    String table = "outbox_" + name;
    this.shop = new Shop(jdbcUrl, "sold_" + name);
    this.insert = "insert into " + table + " (topic, payload) values (?, ?)";
    this.take =
        "delete from "
            + table
            + " where id in (select id from "
            + table
            + " order by id limit "
            + BATCH
            + " for update skip locked) returning payload";
    shop.execute(
        "create table "
            + table
            + " (id bigserial primary key, topic text not null, payload bytea not null)");
  }

  @Override
  public Step open() {
    return () -> {
      sell();
      return 1;
    };
  }

  /** The same, while no more rows wait for the relay than it may be behind. */
  Step open(Semaphore room) {
    return () -> {
      room.acquire();
      sell();
      return 1;
    };
  }

  private void sell() throws SQLException {
    try (Connection connection = shop.pool().getConnection()) {
      connection.setAutoCommit(false);
      shop.insertRow(connection);
      try (PreparedStatement statement = connection.prepareStatement(insert)) {
        statement.setString(1, HalfMessageSeller.TOPIC);
        statement.setBytes(2, Seller.payload());
        statement.executeUpdate();
      }
      connection.commit();
    }
  }

  /** Takes rows out until there are none, and says how many there were. */
  private int relayAll(Connection connection, PreparedStatement statement, Sink sink)
      throws SQLException, IOException {
    int all = 0;
    int taken;
    do {
      taken = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          sink.put(rows.getBytes(1));
          taken++;
        }
      }
      if (taken > 0) {
        sink.force();
      }
      connection.commit();
      all += taken;
    } while (taken > 0);
    return all;
  }

  /** A relay that looks for rows again and again. */
  final class Relay {
    private static final String NAME = "bench-relay";

    private final Duration pause;
    private final Sink sink;
    private final Semaphore stopped = new Semaphore(0);
    private final Thread thread = new Thread(this::run, NAME);

    /**
     * A relay.
     *
     * @param pause how long it waits when it has found all
     * @param sink where it puts the payloads
     */
    Relay(Duration pause, Sink sink) {
      this.pause = pause;
      this.sink = sink;
      thread.start();
    }

    private void run() {
      try (Connection connection = shop.pool().getConnection();
          PreparedStatement statement = connection.prepareStatement(take)) {
        connection.setAutoCommit(false);
        do {
          relayAll(connection, statement, sink);
        } while (!stopped.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS));
      } catch (SQLException | IOException e) {
        throw new IllegalStateException("the relay failed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Ends it, once it has found nothing more. */
    void stop() throws InterruptedException {
      stopped.release();
      thread.join();
    }
  }

  @Override
  public void close() {
    shop.close();
  }
}
