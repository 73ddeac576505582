package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.transaction.RollbackException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same on MariaDB, with XA connections of its driver, and what is MariaDB's own. */
@Tag("mariadb")
class MariaDbHalfMessagesIT extends HalfMessagesIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  @Override
  JtaShop openShop(Path directory) {
    return JtaShop.open(directory, proxy.jdbcUrl());
  }

  @Override
  String prepare() {
    return "XA PREPARE";
  }

  @Override
  String commit() {
    return "XA COMMIT";
  }

  @Override
  String prepared() {
    return "xa recover";
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
