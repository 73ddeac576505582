package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.outbox.JdbcTransactions;
import java.nio.file.Path;
import java.sql.SQLException;

/** The row, and a message in Lockstep's log. */
final class HalfMessageSeller implements Seller {
  static final String TOPIC = "sold";

  private final Shop shop;
  private final JdbcTransactions transactions;
  private final Lockstep lockstep;

  HalfMessageSeller(String jdbcUrl, Path directory) throws SQLException {
    this.shop = new Shop(jdbcUrl, "sold_with_half_message");
    this.transactions = JdbcTransactions.builder(shop.pool()).createTables().build();
    this.lockstep =
        Lockstep.open(
            LockstepConfig.builder().dataDir(directory).transactions(transactions).build());
    lockstep.topics().create(TopicConfig.of(TOPIC));
  }

  Lockstep lockstep() {
    return lockstep;
  }

  JdbcTransactions transactions() {
    return transactions;
  }

  @Override
  public Step open() {
    Producer<byte[]> producer = lockstep.producer(TOPIC, byte[].class);
    return () -> {
      transactions.execute(
          connection -> {
            shop.insertRow(connection);
            producer.send(Seller.payload());
          });
      return 1;
    };
  }

  @Override
  public void close() {
    lockstep.close();
    shop.close();
  }
}
