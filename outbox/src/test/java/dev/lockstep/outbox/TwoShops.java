package dev.lockstep.outbox;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A service with two databases and one log. */
final class TwoShops implements AutoCloseable {
  private final List<HikariDataSource> pools;
  private final List<JdbcTransactions> shops;
  private final Lockstep lockstep;
  private final Producer<String> orders;

  private TwoShops(List<HikariDataSource> pools, List<JdbcTransactions> shops, Lockstep lockstep) {
    this.pools = pools;
    this.shops = shops;
    this.lockstep = lockstep;
    lockstep.topics().createIfAbsent(TopicConfig.of(Shop.TOPIC));
    this.orders = lockstep.producer(Shop.TOPIC, String.class);
  }

  /** Opens it with databases of the names "first" and "second". */
  static TwoShops open(Path directory, String first, String second) {
    return open(directory, "first", first, "second", second);
  }

  static TwoShops open(
      Path directory, String firstName, String first, String secondName, String second) {
    List<HikariDataSource> pools = List.of(Shop.pool(first), Shop.pool(second));
    try {
      List<JdbcTransactions> shops =
          List.of(transactions(firstName, pools.get(0)), transactions(secondName, pools.get(1)));
      return new TwoShops(
          pools, shops, Shop.lockstep(directory, Databases.of(shops.get(0), shops.get(1))));
    } catch (RuntimeException e) {
      pools.forEach(HikariDataSource::close);
      throw e;
    }
  }

  private static JdbcTransactions transactions(String name, HikariDataSource pool) {
    return JdbcTransactions.builder(pool)
        .name(name)
        .createTables()
        .outcomeWait(Duration.ofMillis(1))
        .checkBackWait(Duration.ofSeconds(1))
        .build();
  }

  JdbcTransactions first() {
    return shops.get(0);
  }

  JdbcTransactions second() {
    return shops.get(1);
  }

  Lockstep lockstep() {
    return lockstep;
  }

  /** Sells one thing. */
  void sell(JdbcTransactions shop, int id) throws SQLException {
    shop.execute(
        connection -> {
          Shop.insert(connection, id);
          send(id);
        });
  }

  void send(int id) {
    orders.send(String.valueOf(id));
  }

  List<String> messages() {
    return Shop.messages(lockstep);
  }

  int inDoubt() {
    return lockstep.transactions().inDoubt().size();
  }

  @Override
  public void close() {
    lockstep.close();
    pools.forEach(HikariDataSource::close);
  }
}
