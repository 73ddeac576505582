package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process is killed; the next one asks the database. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HalfKilledIT {
  private TestDatabase database;

  @BeforeAll
  void start() {
    database = startDatabase();
  }

  TestDatabase startDatabase() {
    return new PostgresDatabase(EmbeddedDatabase.builder().start());
  }

  /** Whether what only PostgreSQL has is to be tested. */
  boolean isPostgres() {
    return true;
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource({
    "BEFORE_THE_HALF_FRAME, false",
    "BEFORE_THE_COMMIT, false",
    "BEHIND_THE_COMMIT, true",
    "NOWHERE, true"
  })
  void killed(Point point, boolean committed, @TempDir Path directory) throws Exception {
    String url = database.jdbcUrl();
    Shop.createTable(url);
    List<String> expected = new ArrayList<>();
    for (int fatal = 2; fatal <= 4; fatal += 2) {
      try (Child child =
          Child.start(
              ShopProcess.class, directory.toString(), url, String.valueOf(fatal), point.name())) {
        List<String> said = child.rest();
        assertThat(said).first().isEqualTo("sold " + (fatal - 1));
        assertThat(child.status()).isEqualTo(point == Point.NOWHERE ? 0 : 137);
      }
      expected.add(String.valueOf(fatal - 1));
      if (committed) {
        expected.add(String.valueOf(fatal));
      }
      try (Shop next = Shop.open(directory, url)) { // all is decided when it is open
        assertThat(next.inDoubt()).isZero();
        assertThat(Shop.sold(url)).isEqualTo(expected);
        assertThat(next.messages()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BEFORE_THE_HALF_FRAME, false",
    "BEFORE_THE_MARKER, false",
    "BEFORE_THE_COMMIT, false",
    "BEHIND_THE_COMMIT, true"
  })
  void killedInAJakartaTransaction(Point point, boolean committed, @TempDir Path directory)
      throws Exception {
    String url = database.jdbcUrl();
    Shop.createTable(url);
    try (Child child =
        Child.start(JtaShopProcess.class, directory.toString(), url, point.name(), "false")) {
      assertThat(child.rest()).containsExactly("sold 1");
      assertThat(child.status()).isEqualTo(137);
    }
    try (JtaShop next = JtaShop.open(directory, url)) {
      assertThat(next.inDoubt()).isZero();
      assertThat(Shop.sold(url)).isEqualTo(committed ? List.of("1", "2") : List.of("1"));
      assertThat(next.messages()).isEqualTo(Shop.sold(url));
    }
  }

  /** The decision must be durable before its marker is gone. */
  @Test
  void killedBehindTheTruncationOfAMarkerTable(@TempDir Path directory) throws Exception {
    String url = database.jdbcUrl();
    Shop.createTable(url);
    try (Child child =
        Child.start(
            ShopProcess.class, directory.toString(), url, "1", Point.BEHIND_A_TRUNCATION.name())) {
      assertThat(child.rest()).containsExactly("sold 1");
      assertThat(child.status()).isEqualTo(137);
    }
    try (Shop next = Shop.open(directory, url)) {
      assertThat(next.inDoubt()).isZero();
      assertThat(Shop.sold(url)).containsExactly("1");
      assertThat(next.messages()).containsExactly("1");
    }
  }

  /**
   * The marker of the killed process arrives when its tombstone would be gone, if a table were
   * emptied without regard to transactions that are still open.
   */
  @Test
  void aMarkerThatComesVeryLateFindsItsTombstone(@TempDir Path directory) throws Exception {
    String url = database.jdbcUrl();
    Shop.createTable(url);
    try (LossyProxy proxy = database.proxy()) {
      Shop.open(directory, url).close(); // creates the tables
      LossyProxy.Held marker = proxy.hold(database.marker());
      try (Child child =
          Child.start(ShopProcess.class, directory.toString(), proxy.jdbcUrl(), "2", "NOWHERE")) {
        marker.awaitArrival();
        child.kill();
      }
      try (Shop next = Shop.open(directory, url, builder -> builder.markersPerTable(5))) {
        assertThat(next.inDoubt()).isZero();
        for (int id = 100; id < 150; id++) {
          next.sell(id);
        }
        marker.release();
        awaitNoTransaction(url);
        assertThat(Shop.sold(url)).hasSize(50).doesNotContain("1");
        assertThat(next.messages()).isEqualTo(Shop.sold(url));
      }
    }
  }

  /** What shows transactions that have written something, but one's own. */
  String openTransactions() {
    return "select 1 from pg_stat_activity where backend_xid is not null and pid <>"
        + " pg_backend_pid()";
  }

  /** Waits until the killed process's session has ended, however. */
  private void awaitNoTransaction(String url) {
    await().until(() -> Shop.query(url, openTransactions()).isEmpty());
  }
}
