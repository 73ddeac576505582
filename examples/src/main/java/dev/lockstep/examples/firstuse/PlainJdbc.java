package dev.lockstep.examples.firstuse;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.outbox.JdbcTransactions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

public final class PlainJdbc {
  public static void main(String[] arguments) throws Exception {
    try (HikariDataSource database = new HikariDataSource()) {
      database.setJdbcUrl(arguments[0]);
      JdbcTransactions transactions = JdbcTransactions.builder(database).createTables().build();
      try (Lockstep lockstep =
          Lockstep.open(
              LockstepConfig.builder()
                  .dataDir(Path.of(arguments[1], "plain-jdbc"))
                  .transactions(transactions)
                  .build())) {
        lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
        Producer<String> orders = lockstep.producer("orders", String.class);

        transactions.execute(
            connection -> {
              execute(connection, "create table if not exists orders (customer text)");
              execute(connection, "create table if not exists invoices (customer text)");
              execute(connection, "insert into orders values ('Ada')");
              orders.send("Ada");
            }); // the row and the message, or neither

        try (Consumer<String> billing = lockstep.consumer("billing", "orders", String.class)) {
          transactions.execute(
              connection -> {
                for (Message<String> order : billing.poll(Duration.ofSeconds(5))) {
                  execute(connection, "insert into invoices values ('" + order.payload() + "')");
                  System.out.println("billed the order of " + order.payload());
                }
              }); // the invoices and the acknowledgements, or neither
        }
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
