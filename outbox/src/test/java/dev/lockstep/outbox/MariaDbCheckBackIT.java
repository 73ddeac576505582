package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same on MariaDB, and what is MariaDB's own. */
@Tag("mariadb")
class MariaDbCheckBackIT extends CheckBackIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  /** It has its marker already, and is not committed yet; its client has given up. */
  @Test
  void waitsForATransactionThatHasItsMarkerAndThenCommitsHere() throws Exception {
    Shop.execute(
        url,
        "drop table if exists door; create table door (id int primary key, n int); insert into door"
            + " values (1, 0)");
    try (HikariDataSource patient = Shop.pool(url);
        Shop shop =
            Shop.open(
                directory,
                url + "&socketTimeout=1000",
                builder -> builder.checkBack(patient).outcomeWait(Duration.ofMillis(1)));
        Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      for (String table : Shop.markerTables(url)) {
        statement.execute(
            "create trigger late_"
                + table
                + " after insert on "
                + table
                + " for each row update door set n = n + 1 where id = 1 and new.kind = 'C'");
      }
      other.setAutoCommit(false);
      statement.execute("update door set n = 9 where id = 1");
      sellBehindADoor(shop, "held up by session", other::rollback);
    }
  }

  /** Nothing but a write of one's own makes durable what others have committed. */
  @Test
  void whatIsFoundIsForcedBeforeItDecides() throws Exception {
    try (LossyProxy proxy = LossyProxy.before(url);
        Shop shop = Shop.open(directory, proxy.jdbcUrl())) {
      proxy.lose("', 'C')", Loss.ANSWER);
      shop.sell(1);
      List<String> forced = new ArrayList<>();
      for (String table : Shop.markerTables(url)) {
        forced.addAll(
            Shop.query(url, "select hex(id) from " + table + " where kind in ('F', 'f')"));
      }
      assertThat(forced).containsExactly("0".repeat(32));
    }
  }

  @Test
  void tablesOfMariaDbThatCantBeTrustedAreRefused() throws SQLException {
    try (HikariDataSource pool = Shop.pool(url)) {
      open(JdbcTransactions.builder(pool).createTables().build());
      String table = Shop.markerTables(url).get(1);
      Shop.execute(url, "alter table " + table + " drop primary key");
      assertThat(refusal(JdbcTransactions.over(pool)))
          .contains("LSTP-0921")
          .contains("unique index")
          .contains(table);
      Shop.execute(url, "alter table " + table + " add primary key (id), comment = 'mine'");
      assertThat(refusal(JdbcTransactions.over(pool))).contains("its comment does not say");
      Shop.execute(
          url,
          "drop table "
              + table
              + "; create table "
              + table
              + " (id binary(16) primary key, kind char(1) not null) engine = aria");
      assertThat(refusal(JdbcTransactions.over(pool))).contains("not a table of InnoDB");
    }
  }

  @Test
  void aUserOfMariaDbWithoutRightsIsRefused() throws SQLException {
    Shop.execute(url, "create or replace user clerk identified by 'x'");
    try (HikariDataSource pool = Shop.pool(url);
        HikariDataSource clerks =
            Shop.pool(url.replace("user=root&password=", "user=clerk&password=x"))) {
      Shop.execute(url, "grant select on shop.sold to clerk");
      assertThat(refusal(JdbcTransactions.builder(clerks).createTables().build()))
          .contains("LSTP-0920")
          .contains("denied");
      open(JdbcTransactions.builder(pool).createTables().build());
      for (String table : Shop.markerTables(url)) {
        Shop.execute(url, "grant select on " + table + " to clerk");
      }
      String message = refusal(JdbcTransactions.over(clerks));
      assertThat(message).contains("may not INSERT, UPDATE, DROP").contains("TO `clerk`@`%`");
      Matcher grants = Pattern.compile("(?:GRANT [^;]*;\\s*){3}").matcher(message);
      assertThat(grants.find()).isTrue();
      Shop.execute(url, grants.group());
      open(JdbcTransactions.over(clerks));
    } finally {
      Shop.dropMarkerTables(url);
      Shop.execute(url, "drop user clerk");
    }
  }

  @Test
  void aRoleIsAsGood() throws SQLException {
    Shop.execute(
        url,
        "create or replace role trade; create or replace user clerk identified by 'x'; grant"
            + " select, insert, update, drop, create on `sh_p`.* to trade; grant trade to clerk;"
            + " set default role trade for clerk");
    try (HikariDataSource clerks =
        Shop.pool(url.replace("user=root&password=", "user=clerk&password=x"))) {
      open(JdbcTransactions.builder(clerks).createTables().build());
    } finally {
      Shop.execute(url, "drop user clerk; drop role trade");
    }
  }

  @Test
  void aServerThatDoesNotForceIsRefusedUnlessThatIsAllowed() throws SQLException {
    try (HikariDataSource pool = Shop.pool(url)) {
      JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
      Shop.execute(url, "set global innodb_flush_log_at_trx_commit = 2");
      assertThat(refusal(transactions)).contains("LSTP-0924").contains("lockstep.allow=fsync-off");
      open(transactions, "fsync-off");
    } finally {
      Shop.execute(url, "set global innodb_flush_log_at_trx_commit = 1");
    }
  }

  @Test
  void aReplicaIsRefused() throws SQLException {
    try (HikariDataSource pool = Shop.pool(url)) {
      JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
      Shop.execute(url, "set global read_only = 1");
      assertThat(refusal(transactions)).contains("LSTP-0923");
    } finally {
      Shop.execute(url, "set global read_only = 0");
    }
  }

  @Test
  void aBinaryLogMustBeForcedAndNotOfStatements() throws Exception {
    try (MariaDbServer other = MariaDbServer.start("--log-bin=binary", "--server-id=1");
        HikariDataSource pool = Shop.pool(other.jdbcUrl())) {
      JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
      assertThat(refusal(transactions)).contains("LSTP-0924").contains("sync_binlog = 0");
      Shop.execute(
          other.jdbcUrl(), "set global sync_binlog = 1; set global binlog_format = 'STATEMENT'");
      assertThat(refusal(transactions)).contains("LSTP-0937");
      Shop.execute(other.jdbcUrl(), "set global binlog_format = 'MIXED'");
      open(transactions);
    }
  }
}
