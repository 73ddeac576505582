package dev.lockstep.quarkus;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Lockstep;
import dev.lockstep.Message;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Takes orders: a row and a message each, in one transaction. */
@ApplicationScoped
public class Shop {
  private final DataSource database;
  private final Lockstep lockstep;

  Shop(DataSource database, Lockstep lockstep) {
    this.database = database;
    this.lockstep = lockstep;
  }

  /** Creates the table, before anything else. */
  @Transactional
  public void open() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists orders (customer text)");
    }
  }

  /** Takes an order. */
  @Transactional
  public void place(String customer) throws SQLException {
    insert(customer);
    send(customer);
  }

  /** Takes an order, and then fails. */
  @Transactional
  public void placeAndFail(String customer) throws SQLException {
    place(customer);
    throw new IllegalStateException("the payment of " + customer + " is refused");
  }

  /** Adds a row, in the transaction of the caller. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void insert(String customer) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement("insert into orders values (?)")) {
      insert.setString(1, customer);
      insert.executeUpdate();
    }
  }

  /** Sends a message, in the transaction of the caller. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void send(String customer) {
    lockstep.producer("orders", String.class).send(customer);
  }

  /** The orders in the database. */
  @Transactional
  public List<String> rows() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select customer from orders")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  /** All messages, without a group. */
  public List<String> messages() {
    try (Reader<String> reader = lockstep.reader(ReaderConfig.of("orders", String.class))) {
      List<String> found = new ArrayList<>();
      List<Message<String>> more = reader.poll(Duration.ofMillis(200));
      while (!more.isEmpty()) {
        more.forEach(message -> found.add(message.payload()));
        more = reader.poll(Duration.ofMillis(200));
      }
      return found;
    }
  }

  /** What the log holds for an outcome that it does not know. */
  public List<String> inDoubt() {
    return lockstep.transactions().inDoubt().stream()
        .map(Transactions.InDoubt::transactionId)
        .toList();
  }

  /** What the doctor finds. */
  public List<String> findings() {
    return lockstep.diagnose().findings().stream().map(Finding::toString).toList();
  }
}
