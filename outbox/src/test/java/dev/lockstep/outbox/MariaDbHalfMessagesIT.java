package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.testkit.IdleResource;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Half messages in transactions of Narayana, with XA connections to MariaDB. */
@Tag("mariadb")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MariaDbHalfMessagesIT {
  private final TransactionManager manager = Narayana.manager();
  private TestDatabase database;
  private LossyProxy proxy;
  private String url;
  private JtaShop shop;

  @BeforeAll
  void start() {
    database = MariaDbServer.start();
    url = database.jdbcUrl();
    proxy = database.proxy();
  }

  @AfterAll
  void stop() {
    if (database != null) {
      proxy.close();
      database.close();
    }
  }

  @BeforeEach
  void open(@TempDir Path directory) throws SQLException {
    Shop.createTable(url);
    shop = JtaShop.open(directory, proxy.jdbcUrl());
  }

  @AfterEach
  void close() throws Exception {
    try {
      shop.sell(999);
      assertAgreed();
    } finally {
      shop.close();
      Shop.dropMarkerTables(url);
    }
  }

  private void assertAgreed() throws SQLException {
    await().until(() -> shop.inDoubt() == 0);
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
  }

  private void assertSold(String... ids) throws SQLException {
    assertAgreed();
    assertThat(Shop.sold(url)).containsExactly(ids);
  }

  @Test
  void rowsAndMessagesAreCommittedTogether() throws Exception {
    shop.sell(1);
    shop.sell(2);
    assertSold("1", "2");
  }

  @Test
  void aRollbackTakesBoth() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    manager.rollback();
    assertSold();
  }

  @Test
  void anotherResourceMakesItTwoPhases() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    manager.getTransaction().enlistResource(new IdleResource());
    manager.commit();
    assertSold("1");
  }

  /** Whatever the driver tells the manager, and that the application. */
  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheCommit(Loss loss) throws Exception {
    shop.sell(1);
    assertAgreed();
    proxy.lose("XA COMMIT", loss);
    int before = proxy.losses();
    try {
      shop.sell(2);
    } catch (RollbackException e) {
      throw new AssertionError("which would be a guess", e);
    } catch (Exception e) {
      assertThat(e).hasMessageNotContaining("LSTP");
    }
    assertThat(proxy.losses()).isEqualTo(before + 1);
    assertAgreed();
    assertThat(Shop.sold(url).contains("2")).isEqualTo(loss == Loss.ANSWER);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheMarker(Loss loss) throws Exception {
    proxy.lose(database.marker(), loss);
    assertThatThrownBy(() -> shop.sell(2)).isInstanceOf(RollbackException.class);
    assertSold();
  }

  /** A container's connection is not ours to set a savepoint on: here it is XA that notices. */
  @Test
  void aSwallowedLockTimeoutThatRollsBackIsARollback() throws Exception {
    Shop.execute(url, "drop table if exists door; create table door (id int primary key, n int)");
    Shop.execute(url, "insert into door values (1, 0), (2, 0)");
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("insert into door select seq, 0 from seq_10_to_500");
      statement.execute("update door set n = 1 where id = 2");
      manager.begin();
      shop.insert(1);
      shop.send(1);
      shop.execute("update door set n = 1 where id = 1");
      Thread waits =
          new Thread(
              () -> {
                try {
                  statement.execute("update door set n = 2 where id = 1");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      waits.start();
      assertThatThrownBy(() -> shop.execute("update door set n = 2 where id = 2"))
          .hasMessageContaining("Deadlock");
      waits.join();
      other.rollback();
      assertThatThrownBy(() -> shop.insert(2)).isInstanceOf(SQLException.class);
      assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    }
    assertSold();
  }
}
