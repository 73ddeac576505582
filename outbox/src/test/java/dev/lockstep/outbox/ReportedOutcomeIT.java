package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Lockstep;
import dev.lockstep.TopicConfig;
import dev.lockstep.testkit.EmbeddedDatabase;
import jakarta.transaction.Status;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a manager reports of a transaction: what its database has done counts. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportedOutcomeIT {
  private EmbeddedDatabase database;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  private enum Done {
    COMMITTED,
    ROLLED_BACK
  }

  @ParameterizedTest
  @CsvSource({
    "COMMITTED, " + Status.STATUS_COMMITTED,
    "COMMITTED, " + Status.STATUS_ROLLEDBACK,
    "COMMITTED, " + Status.STATUS_UNKNOWN,
    "ROLLED_BACK, " + Status.STATUS_COMMITTED,
    "ROLLED_BACK, " + Status.STATUS_ROLLEDBACK,
    "ROLLED_BACK, " + Status.STATUS_UNKNOWN
  })
  void decidesNothing(Done done, int reported, @TempDir Path directory) throws SQLException {
    String url = database.jdbcUrl();
    Shop.createTable(url);
    ScriptedTransaction transaction = new ScriptedTransaction();
    try (HikariDataSource pool = Shop.pool(url);
        Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      HalfMessages binding =
          HalfMessages.builder(transaction, StoppingSource.alwaysThe(connection))
              .checkBack(pool)
              .createTables()
              .build();
      try (Lockstep lockstep = Shop.lockstep(directory, binding)) {
        lockstep.topics().create(TopicConfig.of(Shop.TOPIC));
        Shop.insert(connection, 1);
        lockstep.producer(Shop.TOPIC, String.class).send("1");
        transaction.beforeCompletion();
        if (done == Done.COMMITTED) {
          connection.commit();
        } else {
          connection.rollback();
        }
        transaction.afterCompletion(reported);
        await().until(() -> lockstep.transactions().inDoubt().isEmpty());
        assertThat(Shop.messages(lockstep)).isEqualTo(Shop.sold(url));
        assertThat(Shop.sold(url)).isEqualTo(done == Done.COMMITTED ? List.of("1") : List.of());
      }
    }
  }
}
