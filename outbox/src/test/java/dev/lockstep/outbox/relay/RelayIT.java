package dev.lockstep.outbox.relay;

import static dev.lockstep.outbox.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.Message;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.Shop;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an outbox become messages. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayIT {
  private static final Duration NEVER = Duration.ofHours(1);

  /** The first key of the lock of the relay that works. */
  private static final int LOCK = 0x4C535450;

  private EmbeddedDatabase database;
  private String url;
  private Outbox outbox;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
    url = database.jdbcUrl();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @BeforeEach
  void open(@TempDir Path directory) throws SQLException {
    Outbox.createTable(url);
    outbox = Outbox.open(directory, url);
  }

  @AfterEach
  void close() {
    outbox.close();
  }

  private void awaitMessages(String... expected) {
    await().untilAsserted(() -> assertThat(outbox.messages()).containsExactly(expected));
  }

  private static String[] numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toArray(String[]::new);
  }

  private List<Message<byte[]>> rawMessages() {
    try (Reader<byte[]> reader =
        outbox.lockstep().reader(ReaderConfig.of(Shop.TOPIC, byte[].class))) {
      List<Message<byte[]>> found = new ArrayList<>();
      List<Message<byte[]>> some = reader.poll(Duration.ofMillis(50));
      while (!some.isEmpty()) {
        found.addAll(some);
        some = reader.poll(Duration.ZERO);
      }
      return found;
    }
  }

  @Test
  void rowsBecomeMessagesInOrderAndAreDeleted() throws SQLException {
    Outbox.write(url, 1, 25);
    try (OutboxRelay relay = outbox.relay().batchSize(10).start()) {
      awaitMessages(numbers(1, 25));
      await().until(() -> relay.relayed() == 25);
      assertThat(relay.isActive()).isTrue();
      assertThat(relay.obstacle()).isEmpty();
    }
    assertThat(Outbox.rows(url)).isEmpty();
  }

  @Test
  void keysHeadersAndTombstonesGoAlong() throws SQLException {
    Shop.execute(
        url,
        "insert into outbox (key, payload, headers) values"
            + " ('a', 'Ä', '{\"b\": \"x\", \"a\": 1, \"none\": null}'), (null, 'plain', null),"
            + " ('a', null, '{}')");
    try (OutboxRelay relay = outbox.relay().keyColumn("key").headersColumn("headers").start()) {
      await().until(() -> relay.relayed() == 3);
    }
    List<Message<byte[]>> found = rawMessages();
    Message<byte[]> first = found.get(0);
    assertThat(first.key()).contains("a");
    assertThat(new String(first.payload(), StandardCharsets.UTF_8)).isEqualTo("Ä");
    assertThat(first.headers().last("b")).contains("x");
    assertThat(first.headers().last("a")).contains("1");
    assertThat(first.headers().last("none")).isEmpty();
    assertThat(first.headers().last("content-type")).contains("text/plain; charset=utf-8");
    assertThat(found.get(1).key()).isEmpty();
    assertThat(found.get(2).isTombstone()).isTrue();
    assertThat(found.get(2).key()).contains("a");
  }

  /** Names are identifiers, whatever is in them, and partitions are parts of the table. */
  @Test
  void namesAreQuoted() throws SQLException {
    String schema = "\"a \"\"b\"\"\"";
    String table = schema + ".\"out'; drop--\"";
    Shop.execute(
        url,
        String.join(
            ";",
            "drop schema if exists " + schema + " cascade",
            "create schema " + schema,
            "create table "
                + table
                + " (\"i\"\"d\" int, \"the key\" int, \"P\" bytea) partition by range (\"i\"\"d\")",
            "create table " + schema + ".p1 partition of " + table + " for values from (0) to (10)",
            "create table "
                + schema
                + ".p2 partition of "
                + table
                + " for values from (10) to (20)"));
    String channel = "Ch'an\"nel";
    Shop.execute(url, OutboxRelay.triggerSql("a \"b\"", "out'; drop--", channel));
    try (OutboxRelay relay =
        OutboxRelay.builder(outbox.lockstep(), outbox.transactions(), outbox.source())
            .table("a \"b\"", "out'; drop--")
            .idColumn("i\"d")
            .topic(Shop.TOPIC)
            .keyColumn("the key")
            .payloadColumn("P")
            .notifications(channel)
            .pollInterval(NEVER)
            .start()) {
      for (int id : new int[] {11, 1, 12, 2}) {
        Shop.execute(url, "insert into " + table + " values (" + id + ", " + id + ", '\\x00ff')");
      }
      await().until(() -> relay.relayed() == 4);
      assertThat(relay.lag()).isEqualTo(new OutboxRelay.Lag(0, Optional.empty()));
    }
    assertThat(rawMessages())
        .allSatisfy(message -> assertThat(message.payload()).containsExactly(0, 0xff));
  }

  @Test
  void aNotificationIsEnough() throws SQLException {
    Shop.execute(url, OutboxRelay.triggerSql("public", "outbox", "shop"));
    try (OutboxRelay relay = outbox.relay().pollInterval(NEVER).notifications("shop").start()) {
      for (int i = 1; i <= 5; i++) {
        Outbox.write(url, i, i);
        awaitMessages(numbers(1, i)); // so that it waits again
      }
      assertThat(relay.obstacle()).isEmpty();
    } // which returns, though nothing notifies it
    await()
        .until(
            () ->
                Shop.query(url, "select pid from pg_locks where locktype = 'advisory'").isEmpty());
  }

  @Test
  void pollingIsEnough() throws SQLException {
    try (OutboxRelay relay = outbox.relay().start()) {
      for (int i = 1; i <= 5; i++) {
        Outbox.write(url, i, i);
        awaitMessages(numbers(1, i));
      }
      assertThat(relay.obstacle()).isEmpty();
    }
  }

  @Test
  void pollingCatchesALostNotification() throws SQLException {
    try (OutboxRelay relay = outbox.relay().notifications("nobody").start()) {
      for (int i = 1; i <= 3; i++) {
        Outbox.write(url, i, i);
        awaitMessages(numbers(1, i));
      }
      assertThat(relay.obstacle()).isEmpty();
    }
  }

  @Test
  void aRowThatIsCommittedLateIsNotPassedOver() throws SQLException {
    try (Connection late = DriverManager.getConnection(url);
        Statement statement = late.createStatement();
        OutboxRelay relay = outbox.relay().start()) {
      late.setAutoCommit(false);
      statement.execute("insert into outbox (payload) values ('late')");
      Outbox.write(url, 2, 3);
      awaitMessages("2", "3");
      Outbox.write(url, 4, 4);
      awaitMessages("2", "3", "4");
      late.commit();
      awaitMessages("2", "3", "4", "late");
      await().until(() -> relay.relayed() == 4);
    }
    assertThat(Outbox.rows(url)).isEmpty();
  }

  @Test
  void anUnknownTopicStopsTheRelayBehindWhatCameBefore() throws SQLException {
    Outbox.write(url, 1, 2);
    Shop.execute(url, "insert into outbox (topic, payload) values ('later', 'x')");
    Outbox.write(url, 3, 4);
    try (OutboxRelay relay = outbox.relay().start()) {
      awaitMessages("1", "2");
      await().until(() -> relay.obstacle().isPresent());
      assertThat(relay.obstacle().orElseThrow())
          .startsWith("LSTP-0740: row 3 of public.outbox")
          .contains("'later'");
      assertThat(outbox.lockstep().diagnose().findings())
          .extracting(Finding::code)
          .contains("LSTP-0740");
      assertThat(outbox.messages()).containsExactly("1", "2");
      assertThat(Outbox.rows(url)).containsExactly("x", "3", "4");
      outbox.lockstep().topics().create(TopicConfig.of("later"));
      awaitMessages("1", "2", "3", "4");
      await().until(() -> relay.obstacle().isEmpty());
    }
    assertThat(outbox.lockstep().diagnose().findings())
        .extracting(Finding::code)
        .doesNotContain("LSTP-0740");
  }

  @Test
  void whatCantBeSentGoesToTheDeadLetters() throws SQLException {
    Outbox.write(url, 1, 2);
    Shop.execute(
        url,
        "insert into outbox (topic, key, payload, headers) values ('nowhere', 'k', 'x', null),"
            + " (null, null, 'y', null), ('orders', 'k', 'z', '[1]'), ('orders', null, null, null),"
            + " ('orders', null, repeat('w', "
            + (Outbox.MAX_MESSAGE + 1)
            + "), null)");
    Outbox.write(url, 3, 4);
    try (OutboxRelay relay =
        outbox
            .relay()
            .keyColumn("key")
            .headersColumn("headers")
            .deadLetters("public", "dead")
            .start()) {
      awaitMessages(numbers(1, 4));
      await().until(() -> relay.relayed() == 4);
      assertThat(relay.obstacle()).isEmpty();
    }
    assertThat(Outbox.rows(url)).isEmpty();
    assertThat(Shop.query(url, "select coalesce(left(payload, 1), '-') from dead order by id"))
        .containsExactly("x", "y", "z", "-", "w");
    List<String> reasons = Shop.query(url, "select lockstep_reason from dead order by id");
    assertThat(reasons.get(0)).startsWith("LSTP-0101").contains("'nowhere'");
    assertThat(reasons.get(1)).contains("no topic");
    assertThat(reasons.get(2)).contains("no JSON object").contains("array");
    assertThat(reasons.get(3)).contains("neither a payload nor a key");
    assertThat(reasons.get(4)).startsWith("LSTP-0102");
    assertThat(Shop.query(url, "select key from dead where topic = 'nowhere'"))
        .containsExactly("k");
  }

  /** Escapes that json takes as they are, and none of these is behind an escaped backslash. */
  private void writeHeadersThatAreNoText() throws SQLException {
    Shop.execute(
        url,
        "drop table outbox, dead; create table outbox (id bigserial primary key, topic text"
            + " default 'orders', payload text, headers json); create table dead (like outbox,"
            + " lockstep_reason text); insert into outbox (payload, headers) values"
            + " ('1', '{\"a\": \"\\\\u0000 \\ud83d\\ude00 \\\"\"}'),"
            + " ('2', '{\"a\": \"\\\\\\u0000\"}'), ('3', '{\"\\ude00\": \"x\"}'),"
            + " ('4', '{\"a\": {\"b\": \"\\ud83d\\\\\\ude00\"}}'), ('5', '{}')");
  }

  @Test
  void headersThatAreNoTextStopTheRelayAtTheirRow() throws SQLException {
    writeHeadersThatAreNoText();
    try (OutboxRelay relay = outbox.relay().headersColumn("headers").start()) {
      await().until(() -> relay.obstacle().filter(by -> by.startsWith("LSTP-0740")).isPresent());
      assertThat(relay.obstacle().orElse("")).contains("row 2 of public.outbox", "\\u0000");
      awaitMessages("1");
      assertThat(rawMessages().get(0).headers().last("a")).contains("\\u0000 \ud83d\ude00 \"");
      Shop.execute(url, "update outbox set headers = '{}'");
      awaitMessages(numbers(1, 5));
    }
  }

  @Test
  void headersThatAreNoTextGoToTheDeadLetters() throws SQLException {
    writeHeadersThatAreNoText();
    try (OutboxRelay relay =
        outbox.relay().headersColumn("headers").deadLetters("public", "dead").start()) {
      awaitMessages("1", "5");
      assertThat(relay.obstacle()).isEmpty();
    }
    assertThat(Shop.query(url, "select payload from dead order by id"))
        .containsExactly("2", "3", "4");
  }

  @Test
  void aRowThatIsTooLargeStopsTheRelay() throws SQLException {
    Outbox.write(url, 1, 1);
    Shop.execute(
        url, "insert into outbox (payload) values (repeat('w', " + (Outbox.MAX_MESSAGE + 1) + "))");
    Outbox.write(url, 2, 2);
    try (OutboxRelay relay = outbox.relay().start()) {
      await().until(() -> relay.obstacle().filter(by -> by.contains("LSTP-0102")).isPresent());
      assertThat(outbox.messages()).containsExactly("1");
      Shop.execute(url, "delete from outbox where length(payload) > 1000");
      awaitMessages("1", "2");
    }
  }

  /** Their sum is more than a transaction may have. */
  @Test
  void largeRowsMakeSmallerBatches() throws SQLException {
    Shop.execute(
        url,
        "insert into outbox (payload) select rpad(n::text, "
            + (Outbox.MAX_MESSAGE - 200)
            + ") from generate_series(1, 20) n");
    try (OutboxRelay relay = outbox.relay().deadLetters("public", "dead").start()) {
      await().until(() -> relay.relayed() == 20);
    }
    assertThat(outbox.messages().stream().map(String::strip)).containsExactly(numbers(1, 20));
    assertThat(Shop.query(url, "select id from dead")).isEmpty();
  }

  /** Otherwise the rows would be sent for ever. */
  @Test
  void rowsThatCantBeDeletedAreNotSent() throws SQLException {
    Shop.execute(
        url,
        "create or replace function refuse() returns trigger language plpgsql as 'begin return"
            + " null; end'; create trigger refuse before delete on outbox for each row execute"
            + " function refuse()");
    Outbox.write(url, 1, 3);
    try (OutboxRelay relay = outbox.relay().start()) {
      await().until(() -> relay.obstacle().filter(by -> by.contains("LSTP-0743")).isPresent());
      assertThat(outbox.messages()).isEmpty();
      Shop.execute(url, "drop trigger refuse on outbox");
      awaitMessages("1", "2", "3");
    }
  }

  @Test
  void theLagIsWhatWaits() throws SQLException {
    Shop.execute(
        url,
        "insert into outbox (topic, payload, at) values ('nowhere', 'x', now() - interval '1"
            + " hour'), ('nowhere', 'y', now())");
    try (OutboxRelay relay = outbox.relay().createdAtColumn("at").start()) {
      assertThat(relay.lag().waiting()).isEqualTo(2);
      assertThat(relay.lag().oldest().orElseThrow())
          .isBetween(Duration.ofHours(1), Duration.ofHours(2));
    }
  }

  /** Ends the session that has the lock. */
  private void killTheSession() throws SQLException {
    Shop.execute(
        url,
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and"
            + " classid = "
            + LOCK);
  }

  @Test
  void aStandbyTakesOverWhenTheSessionOfTheFirstIsKilled() throws SQLException {
    Outbox.write(url, 1, 1);
    try (OutboxRelay first = outbox.relay().pollInterval(NEVER).start()) {
      await().until(() -> first.relayed() == 1); // it waits now
      try (OutboxRelay second = outbox.relay().start()) {
        Outbox.write(url, 2, 3);
        assertThat(second.isActive()).isFalse();
        killTheSession();
        awaitMessages("1", "2", "3");
        assertThat(second.isActive()).isTrue();
        await().until(() -> second.relayed() == 2);
        assertThat(first.relayed()).isOne();
      }
    }
  }

  /** It does not know yet, and finds out before it moves anything. */
  @Test
  void aRelayThatHasLostItsLockMovesNothing() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (OutboxRelay relay = outbox.relay().start();
        Connection thief = DriverManager.getConnection(url);
        Statement statement = thief.createStatement()) {
      await().until(relay::isActive);
      String key =
          Shop.query(
                  url,
                  "select classid || ', ' || objid from pg_locks where locktype = 'advisory' and"
                      + " classid = "
                      + LOCK)
              .get(0);
      Future<?> stolen =
          thread.submit(() -> statement.execute("select pg_advisory_lock(" + key + ")"));
      await()
          .until(
              () ->
                  !Shop.query(
                          url,
                          "select pid from pg_locks where locktype = 'advisory' and not granted")
                      .isEmpty());
      killTheSession();
      stolen.get();
      Outbox.write(url, 1, 2);
      await().until(() -> !relay.isActive());
      assertThat(outbox.messages()).isEmpty();
      statement.execute("select pg_advisory_unlock_all()");
      awaitMessages("1", "2");
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aStandbyTakesOverWhenTheFirstIsClosed() throws SQLException {
    OutboxRelay first = outbox.relay().notifications("nobody").pollInterval(NEVER).start();
    await().until(first::isActive);
    try (OutboxRelay second = outbox.relay().start()) {
      first.close();
      first.close();
      Outbox.write(url, 1, 2);
      awaitMessages("1", "2");
      assertThat(second.isActive()).isTrue();
    }
  }

  @Test
  void aRelayEndsWithItsLog(@TempDir Path directory) throws SQLException {
    Outbox other = Outbox.open(directory, url);
    OutboxRelay relay = other.relay().start();
    await().until(relay::isActive);
    other.lockstep().close();
    Outbox.write(url, 1, 1);
    await().until(() -> relay.obstacle().filter(by -> by.startsWith("LSTP-0742")).isPresent());
    relay.close();
    other.close();
    assertThat(Outbox.rows(url)).containsExactly("1");
  }

  @Test
  void everyProblemIsNamedAtOnce() throws SQLException {
    Shop.execute(
        url,
        "drop table if exists wrong, torso; drop role if exists clerk; create table wrong (id int,"
            + " payload int, headers text); create unlogged table torso (id int); create role clerk"
            + " login password 'clerk'; grant all on schema public to clerk");
    try (HikariDataSource pool =
        Shop.pool(
            url.replaceAll("user=[^&]*", "user=clerk")
                .replaceAll("password=[^&]*", "password=clerk"))) {
      JdbcTransactions foreign = JdbcTransactions.over(pool);
      assertThatThrownBy(
              () ->
                  OutboxRelay.builder(outbox.lockstep(), foreign, pool)
                      .table("public", "wrong")
                      .headersColumn("headers")
                      .createdAtColumn("at")
                      .deadLetters("public", "torso")
                      .batchSize(0)
                      .pollInterval(Duration.ZERO)
                      .notifications("")
                      .start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("batchSize is 0")
          .hasMessageContaining("pollInterval is PT0S")
          .hasMessageContaining("the channel ''")
          .hasMessageContaining("user clerk of the transactions may not SELECT, UPDATE, DELETE")
          .hasMessageContaining("may not INSERT in public.torso")
          .hasMessageContaining("public.torso is no ordinary or partitioned table")
          .hasMessageContaining("no column 'topic'")
          .hasMessageContaining("no column 'at'")
          .hasMessageContaining("'payload' of public.wrong is of type int4")
          .hasMessageContaining("'headers' of public.wrong is of type text")
          .hasMessageContaining("torso has no columns payload, headers, lockstep_reason")
          .hasMessageContaining("does not take part in these transactions");
    }
    assertThatThrownBy(() -> outbox.relay().table("public", "nothing").topic("nowhere").start())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no table public.nothing")
        .hasMessageContaining("no topic 'nowhere'");
    Shop.execute(url, "revoke all on schema public from clerk; drop role clerk");
  }

  @Test
  void aSessionOfAnotherDatabaseIsRefused() throws SQLException {
    Shop.execute(url, "drop database if exists elsewhere");
    Shop.execute(url, "create database elsewhere");
    String there = url.replaceAll("(:[0-9]+/)[^?]*", "$1elsewhere");
    try (HikariDataSource pool = Shop.pool(there)) {
      assertThatThrownBy(
              () -> OutboxRelay.builder(outbox.lockstep(), outbox.transactions(), pool).start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("lead to different databases");
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsSaidToBeTheProblem() {
    try (HikariDataSource pool = Shop.pool("jdbc:postgresql://127.0.0.1:1/none")) {
      Lockstep lockstep = outbox.lockstep();
      assertThatThrownBy(
              () -> OutboxRelay.builder(lockstep, JdbcTransactions.over(pool), pool).start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("the database could not be looked at");
    }
  }
}
