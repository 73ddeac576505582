package dev.lockstep.outbox;

import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A service in Jakarta transactions with two databases and one log. */
final class TwoJtaShops implements AutoCloseable {
  private final List<TransactionalDataSource> sources;
  private final List<HalfMessages> shops;
  private final Lockstep lockstep;
  private final Producer<String> orders;

  private TwoJtaShops(
      List<TransactionalDataSource> sources, List<HalfMessages> shops, Lockstep lockstep) {
    this.sources = sources;
    this.shops = shops;
    this.lockstep = lockstep;
    lockstep.topics().createIfAbsent(TopicConfig.of(Shop.TOPIC));
    this.orders = lockstep.producer(Shop.TOPIC, String.class);
  }

  static TwoJtaShops open(Path directory, String first, String second) {
    List<TransactionalDataSource> sources =
        List.of(source("first", first), source("second", second));
    List<HalfMessages> shops =
        List.of(half("first", sources.get(0)), half("second", sources.get(1)));
    return new TwoJtaShops(
        sources, shops, Shop.lockstep(directory, Databases.of(shops.get(0), shops.get(1))));
  }

  private static TransactionalDataSource source(String name, String url) {
    return TransactionalDataSource.builder(GuardedXADataSource.of(url))
        .name(name)
        .maximumPoolSize(4)
        .transactionManager(Narayana.manager())
        .synchronizationRegistry(Narayana.registry())
        .build();
  }

  private static HalfMessages half(String name, TransactionalDataSource source) {
    return HalfMessages.builder(Narayana.registry(), source).name(name).createTables().build();
  }

  void use(int shop) {
    shops.get(shop).use();
  }

  void insert(int shop, int id) throws SQLException {
    try (Connection connection = sources.get(shop).getConnection()) {
      Shop.insert(connection, id);
    }
  }

  void send(int id) {
    orders.send(String.valueOf(id));
  }

  List<String> messages() {
    return Shop.messages(lockstep);
  }

  @Override
  public void close() {
    lockstep.close();
    sources.forEach(TransactionalDataSource::close);
  }
}
