package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.system.JpaPath.Kind;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hibernate on top of each commit path: what it flushes, and what is sent, are one. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HibernateIT {
  private EmbeddedDatabase database;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  /** One set-up for each path: each takes a second. */
  @ParameterizedTest
  @EnumSource
  void entitiesAndMessagesAreOne(Kind kind, @TempDir Path directory) throws Exception {
    execute("drop table if exists sale");
    execute("create table sale (id int primary key, article text unique, version int not null)");
    try (JpaPath path = JpaPath.open(kind, directory, database.jdbcUrl())) {
      path.lockstep().topics().create(TopicConfig.of("sales"));
      Producer<String> sales = path.lockstep().producer("sales", String.class);
      bothAreCommitted(path, sales);
      aConstraintAtTheFlushDropsBoth(path, sales);
      whatAnEntitySendsAtTheFlushTakesPart(path, sales);
      aVersionConflictDropsBoth(path, sales);
    }
  }

  private void bothAreCommitted(JpaPath path, Producer<String> sales) throws Exception {
    path.run(
        session -> {
          session.persist(new Sale(1, "lamp"));
          sales.send("lamp");
        });
    assertAgreed(path, "lamp");
  }

  /** The row is there for the database only when the transaction is about to end. */
  private void aConstraintAtTheFlushDropsBoth(JpaPath path, Producer<String> sales)
      throws Exception {
    assertThatThrownBy(
            () ->
                path.run(
                    session -> {
                      session.persist(new Sale(2, "lamp"));
                      sales.send("second lamp");
                    }))
        .hasStackTraceContaining("sale_article_key");
    assertAgreed(path, "lamp");
  }

  private void whatAnEntitySendsAtTheFlushTakesPart(JpaPath path, Producer<String> sales)
      throws Exception {
    path.run(
        session -> session.persist(new Sale(3, "chair").atTheFlush(() -> sales.send("chair"))));
    assertAgreed(path, "chair", "lamp");
    path.run(
        session -> {
          sales.send("table");
          session.persist(new Sale(4, "table"));
          session.persist(new Sale(5, "shelf").atTheFlush(() -> sales.send("shelf")));
        });
    assertAgreed(path, "chair", "lamp", "shelf", "table");
  }

  private void aVersionConflictDropsBoth(JpaPath path, Producer<String> sales) throws Exception {
    assertThatThrownBy(
            () ->
                path.run(
                    session -> {
                      rename(session, 3, "armchair");
                      sales.send("armchair");
                      overtake();
                    }))
        .hasStackTraceContaining("OptimisticLockException");
    assertAgreed(path, "chair", "lamp", "shelf", "table");
  }

  private static void rename(Session session, int id, String to) {
    session.find(Sale.class, id).rename(to);
  }

  /** Somebody else changes the entity meanwhile. */
  private void overtake() {
    try {
      execute("update sale set version = version + 1 where id = 3");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertAgreed(JpaPath path, String... articles) throws Exception {
    await().until(() -> path.lockstep().transactions().inDoubt().isEmpty());
    assertThat(articles()).containsExactly(articles);
    assertThat(messages(path)).containsExactlyInAnyOrder(articles);
  }

  private static List<String> messages(JpaPath path) {
    try (Reader<String> reader = path.lockstep().reader(ReaderConfig.of("sales", String.class))) {
      List<String> found = new ArrayList<>();
      List<Message<String>> some = reader.poll(Duration.ofMillis(50));
      while (!some.isEmpty()) {
        some.stream().map(Message::payload).forEach(found::add);
        some = reader.poll(Duration.ZERO);
      }
      return found;
    }
  }

  private List<String> articles() throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select article from sale order by 1")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
