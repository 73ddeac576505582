package dev.lockstep.examples.firstuse;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import dev.lockstep.xa.narayana.RecoverableResource;
import jakarta.transaction.UserTransaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

public final class FirstUse {
  public static void main(String[] arguments) throws Exception {
    GuardedXADataSource postgres = GuardedXADataSource.of(arguments[0]); // a JDBC URL
    Path data = Path.of(arguments[1]); // a directory on a local disk
    RecoverableResource shop =
        RecoverableResource.of(
            "shop", postgres::owns, postgres::openRecovery, postgres::closeRecovery);

    // Opened in this order, closed in the reverse.
    try (NarayanaTransactions transactions =
            NarayanaTransactions.builder("shop-1", data.resolve("transactions"))
                .recover(shop)
                .open();
        TransactionalDataSource database =
            TransactionalDataSource.builder(postgres)
                .transactionManager(transactions.transactionManager())
                .synchronizationRegistry(transactions.synchronizationRegistry())
                .build();
        Lockstep lockstep =
            Lockstep.open(
                LockstepConfig.builder()
                    .dataDir(data.resolve("log"))
                    .transactions(transactions.binding())
                    .participants(database) // whom the doctor and the in-doubt desk ask
                    .build())) {
      transactions.recoverNow(Duration.ofSeconds(30)); // what a crash left undecided
      execute(database, "create table if not exists orders (customer text)");
      execute(database, "create table if not exists invoices (customer text)");
      lockstep.topics().createIfAbsent(TopicConfig.of("orders"));
      Producer<String> orders = lockstep.producer("orders", String.class);
      UserTransaction transaction = transactions.userTransaction();

      transaction.begin();
      execute(database, "insert into orders values ('Ada')");
      orders.send("Ada");
      transaction.commit(); // the row and the message, or neither

      try (Consumer<String> billing = lockstep.consumer("billing", "orders", String.class)) {
        transaction.begin();
        for (Message<String> order : billing.poll(Duration.ofSeconds(5))) {
          execute(database, "insert into invoices values ('" + order.payload() + "')");
          System.out.println("billed the order of " + order.payload());
        }
        transaction.commit(); // the invoices and the acknowledgements, or neither
      }
    }
  }

  private static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
