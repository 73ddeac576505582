package dev.lockstep.wildfly.war;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Lockstep;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** Calls the shop within transactions of its own, or without one. */
@ApplicationScoped
public class Caller {
  private Shop shop;
  private Lockstep lockstep;

  /** The server's own, which is a local one. */
  @Resource(lookup = "java:jboss/datasources/ExampleDS")
  private DataSource local;

  /** For CDI. */
  public Caller() {}

  /** A caller of a shop. */
  @Inject
  public Caller(Shop shop, Lockstep lockstep) {
    this.shop = shop;
    this.lockstep = lockstep;
  }

  /** Takes two orders, the second one in a transaction of its own, and then fails. */
  @Transactional
  public void placeBothAndFail(String callers, String own) throws SQLException {
    shop.place(callers);
    shop.placeInNew(own);
    throw new IllegalStateException("the payment is refused");
  }

  /** Takes messages, and then fails. */
  @Transactional
  public void takeAndFail(String group) {
    throw new IllegalStateException("after " + shop.take(group));
  }

  /** Works with a data source that can't prepare, in a transaction that sends. */
  @Transactional
  public void placeBesideALocalDataSource(String customer) throws SQLException {
    try (Connection connection = local.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("select 1");
    }
    shop.send(customer);
  }

  /** What the doctor finds. */
  public List<String> findings() {
    return lockstep.diagnose().findings().stream().map(Finding::toString).toList();
  }

  /** Sends without a transaction. */
  public void sendOutside(String customer) {
    lockstep.producer("orders", String.class).send(customer);
  }
}
