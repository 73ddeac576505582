package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DatabaseCheckIT {

  @Test
  void aDatabaseThatPreparesNothingIsRefused() {
    try (EmbeddedDatabase database =
        EmbeddedDatabase.builder().embedded().maxPreparedTransactions(0).start()) {
      assertThatThrownBy(() -> builder(database.jdbcUrl()).maximumPoolSize(7).build())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageStartingWith("LSTP-0201: data source 'shop': jdbc:postgresql://127.0.0.1:")
          .hasMessageContaining("has max_prepared_transactions = 0")
          .hasMessageContaining(
              "set max_prepared_transactions = 7 in postgresql.conf (the sum over all pools that use"
                  + " this server), and restart PostgreSQL")
          .hasMessageNotContaining("user=");
    }
  }

  @Test
  void aDatabaseThatPreparesLessThanThePoolMayUseIsServedAllTheSame() throws Exception {
    try (EmbeddedDatabase database =
            EmbeddedDatabase.builder().embedded().maxPreparedTransactions(2).start();
        TransactionalDataSource source = builder(database.jdbcUrl()).maximumPoolSize(3).build();
        Connection connection = source.getConnection()) {
      assertThat(connection.isValid(5)).isTrue();
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsRefused() {
    assertThatThrownBy(
            () -> builder("jdbc:postgresql://127.0.0.1:1/shop?user=me&password=secret").build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(
            "data source 'shop': jdbc:postgresql://127.0.0.1:1/shop cannot be used: ")
        .hasMessageContaining("see whether PostgreSQL runs there")
        .hasMessageNotContaining("secret");
  }

  @Test
  void anotherUrlIsRefused() {
    assertThatThrownBy(() -> GuardedXADataSource.of("jdbc:mysql://host/shop?password=secret"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'jdbc:mysql://host/shop' is not a JDBC URL of PostgreSQL")
        .hasMessageNotContaining("secret");
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThatThrownBy(
            () ->
                TransactionalDataSource.builder(
                        GuardedXADataSource.of("jdbc:postgresql://127.0.0.1:1/shop"))
                    .maximumPoolSize(0)
                    .connectionTimeout(Duration.ZERO)
                    .build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("maximumPoolSize is 0; use at least 1")
        .hasMessageContaining("connectionTimeout is PT0S; use at least PT0.25S")
        .hasMessageContaining("set transactionManager and synchronizationRegistry");
  }

  private static TransactionalDataSourceBuilder builder(String url) {
    return TransactionalDataSource.builder(GuardedXADataSource.of(url))
        .name("shop")
        .transactionManager(Narayana.manager())
        .synchronizationRegistry(Narayana.registry());
  }
}
