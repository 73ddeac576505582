package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.outbox.dialect.Dialects;
import dev.lockstep.outbox.dialect.Postgres;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How large marker tables become: as many markers as some time at 2,000 transactions a second
 * makes, a second's worth at a time and as fast as the database takes them, into the tables that
 * transactions would be given, with the upkeep of the check-back thread. It is not the path of real
 * transactions, which would take that time; the rows, their table and its upkeep are the same.
 *
 * <p>How long: {@code -Dlockstep.marker.seconds=600}.
 */
@Timeout(600)
class MarkerSizeIT {
  private static final int SECONDS = Integer.getInteger("lockstep.marker.seconds", 60);
  private static final int RATE = 2_000;
  private static final long LIMIT = 64L << 20;

  /** Of so many seconds the transactions are in progress still. */
  private static final int IN_PROGRESS = 2;

  /** What a builder has where nothing is said. */
  private static int markersPerTable(HikariDataSource pool) {
    return JdbcTransactions.builder(pool).settings().markersPerTable();
  }

  @Test
  void tablesStaySmall() throws SQLException {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().start();
        HikariDataSource pool = Shop.pool(database.jdbcUrl());
        Connection session = pool.getConnection();
        Statement statement = session.createStatement()) {
      Dialect dialect = Dialects.postgres();
      List<Table> names = tables(statement, dialect);
      AtomicInteger forces = new AtomicInteger();
      AtomicInteger full = new AtomicInteger();
      MarkerTables tables = new MarkerTables(markersPerTable(pool), full::incrementAndGet);
      CheckBackConnection connection = new CheckBackConnection(pool);
      MarkerUpkeep upkeep = new MarkerUpkeep(counting(forces), tables, connection);
      Ready ready = new Ready(dialect, Postgres.database(session, "shop"), names);
      tables.found(Collections.nCopies(MarkerTables.COUNT, new Dialect.Content(0, false)));
      Deque<int[]> open = new ArrayDeque<>();
      long largest = 0;
      for (int second = 0; second < SECONDS; second++) {
        int[] taken = new int[MarkerTables.COUNT];
        for (int transaction = 0; transaction < RATE; transaction++) {
          taken[tables.take()]++;
        }
        insert(statement, names, taken);
        open.add(taken);
        if (open.size() > IN_PROGRESS) {
          giveBack(tables, open.remove());
        }
        upkeep.run(ready);
        largest = Math.max(largest, size(statement, names));
      }
      connection.giveBack();
      System.out.printf(
          "%d markers, %d times a table was full, %d forces, at most %.1f MiB%n",
          SECONDS * RATE, full.get(), forces.get(), largest / 1024.0 / 1024);
      assertThat(largest).isLessThanOrEqualTo(LIMIT);
      assertThat(full.get()).isEqualTo(SECONDS * RATE / markersPerTable(pool));
      assertThat(forces).as("one for each table that is emptied").hasValueBetween(1, full.get());
    }
  }

  private static List<Table> tables(Statement statement, Dialect dialect) throws SQLException {
    List<String> names = List.of("marker_size_0", "marker_size_1", "marker_size_2");
    statement.execute(dialect.installation().schema(Optional.empty(), names, "postgres"));
    return names.stream().map(name -> new Table("public", name)).toList();
  }

  private static TransactionalLog counting(AtomicInteger forces) {
    return (TransactionalLog)
        Proxy.newProxyInstance(
            MarkerSizeIT.class.getClassLoader(),
            new Class<?>[] {TransactionalLog.class},
            (self, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("force");
              forces.incrementAndGet();
              return null;
            });
  }

  private static void insert(Statement statement, List<Table> names, int... taken)
      throws SQLException {
    List<String> statements = new ArrayList<>();
    for (int table = 0; table < taken.length; table++) {
      statements.add(
          "insert into "
              + names.get(table).name()
              + " select gen_random_uuid(), 'C' from generate_series(1, "
              + taken[table]
              + ")");
    }
    statement.execute(String.join(";", statements));
  }

  private static void giveBack(MarkerTables tables, int... taken) {
    for (int table = 0; table < taken.length; table++) {
      for (int transaction = 0; transaction < taken[table]; transaction++) {
        tables.giveBack(table);
      }
    }
  }

  /** With indexes, and what else belongs to them. */
  private static long size(Statement statement, List<Table> names) throws SQLException {
    String sizes =
        names.stream()
            .map(table -> "pg_total_relation_size('" + table.name() + "')")
            .collect(Collectors.joining(" + "));
    try (ResultSet row = statement.executeQuery("select " + sizes)) {
      row.next();
      return row.getLong(1);
    }
  }
}
