package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.Headers;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.TopicConfig;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plants each kind of violation in a real database and a real log, and sees it reported. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditIT {
  private static final String TOPIC = "orders";
  private static final String GROUP = "billing";

  private final AtomicReference<TransactionalLog> log = new AtomicReference<>();
  private EmbeddedDatabase database;
  private Connection connection;
  private Lockstep lockstep;

  @BeforeAll
  void startDatabase() throws SQLException {
    database = EmbeddedDatabase.builder().start();
    connection = DriverManager.getConnection(database.jdbcUrl());
  }

  @AfterAll
  void stopDatabase() throws SQLException {
    connection.close();
    database.close();
  }

  /** Three orders, as they should be: a row and a message each, all of them billed. */
  @BeforeEach
  void placeOrders(@TempDir Path directory) throws SQLException {
    lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory)
                .segmentSize(1 << 20)
                .maxMessageBytes(1 << 16)
                .transactions(new Observer())
                .outsideTransaction(OutsideTransaction.OWN_TRANSACTION)
                .build());
    lockstep.topics().create(TopicConfig.of(TOPIC).partitions(2));
    execute("DROP TABLE IF EXISTS orders");
    execute("CREATE TABLE orders (id text)");
    for (String order : new String[] {"a", "b", "c"}) {
      insert(order);
      send(order);
    }
    bill();
  }

  @AfterEach
  void closeLog() throws SQLException {
    lockstep.close();
    for (String branch : database.preparedTransactions()) {
      execute("ROLLBACK PREPARED '" + branch + "'");
    }
  }

  @Test
  void whatIsRightHolds() throws SQLException {
    assertThat(audit().violations()).isEmpty();
    assertThat(audit().holds()).as("an audit changes nothing").isTrue();
  }

  @Test
  void aRowWithoutItsMessageIsReported() throws SQLException {
    insert("d");
    Audit audit = audit();
    assertThat(audit.lost()).isEqualTo(1);
    assertThat(audit.violations())
        .containsExactly("lost: row of orders 'd' (row 4) has no message in orders");
  }

  @Test
  void aMessageWithoutItsRowIsReported() throws SQLException {
    execute("DELETE FROM orders WHERE id = 'b'");
    Audit audit = audit();
    assertThat(audit.half()).isEqualTo(1);
    assertThat(audit.violations())
        .singleElement()
        .asString()
        .startsWith("half: message in orders 'b' (partition ")
        .endsWith(") has no row of orders");
  }

  @Test
  void aMessageTwiceIsReported() throws SQLException {
    send("b");
    bill();
    Audit audit = audit();
    assertThat(audit.duplicated()).isEqualTo(1);
    assertThat(audit.violations())
        .singleElement()
        .asString()
        .startsWith("duplicated: message in orders 'b' exists 2 times: partition ");
  }

  @Test
  void aBranchLeftPreparedInTheLogIsReported() throws SQLException {
    Branch branch = log.get().begin(BranchId.of(1, new byte[] {1}, new byte[] {2}));
    byte[] payload = "x".getBytes(StandardCharsets.UTF_8);
    branch.append(new Envelope(TOPIC, Optional.of(payload), payload, Headers.empty()));
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    Audit audit = audit();
    assertThat(audit.inDoubt()).isEqualTo(1);
    assertThat(audit.violations())
        .singleElement()
        .asString()
        .startsWith("in doubt: branch ")
        .endsWith(" in the log");
  }

  @Test
  void aBranchLeftPreparedInTheDatabaseIsReported() throws SQLException {
    execute("BEGIN");
    execute("CREATE TABLE left_prepared (id int)");
    execute("PREPARE TRANSACTION 'planted'");
    Audit audit = audit();
    assertThat(audit.inDoubt()).isEqualTo(1);
    assertThat(audit.violations()).containsExactly("in doubt: branch planted in PostgreSQL");
  }

  @Test
  void aMessageThatNobodyTookIsReported() throws SQLException {
    insert("d");
    send("d");
    Audit audit = audit();
    assertThat(audit.unacknowledged()).isEqualTo(1);
    assertThat(audit.violations())
        .containsExactly("unacknowledged: group 'billing' is behind in 'orders' by 1");
  }

  @Test
  void aTopicThatIsNotThereIsAnError() {
    assertThatThrownBy(
            () -> Contents.messages(lockstep, "other", new Text(), message -> message.payload()))
        .isInstanceOf(UnknownTopicException.class)
        .hasMessageContaining("'other'");
  }

  private Audit audit() throws SQLException {
    return new InvariantChecker()
        .pairs(
            "row of orders",
            Contents.rows(connection, "SELECT id FROM orders ORDER BY id"),
            "message in orders",
            Contents.messages(lockstep, TOPIC, new Text(), Message::payload))
        .inDoubt("the log", Contents.inDoubt(lockstep))
        .inDoubt("PostgreSQL", database.preparedTransactions())
        .lag(GROUP, TOPIC, lockstep.groups().find(GROUP, TOPIC).orElseThrow().lag())
        .audit();
  }

  private void insert(String order) throws SQLException {
    execute("INSERT INTO orders VALUES ('" + order + "')");
  }

  private void send(String order) {
    lockstep.producer(TOPIC, new Text()).send(order, order);
  }

  private void bill() {
    try (Consumer<String> consumer = lockstep.consumer(GROUP, TOPIC, String.class)) {
      while (lockstep.groups().find(GROUP, TOPIC).map(group -> group.lag() > 0).orElse(true)) {
        consumer.poll(Duration.ofMillis(100));
        consumer.commit();
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Lends the log to the test, which plays the part of a transaction manager. */
  private final class Observer implements TransactionBinding {
    @Override
    public Optional<Branch> current(TransactionalLog ofLog) {
      return Optional.empty();
    }

    @Override
    public void attach(TransactionalLog attached) {
      log.set(attached);
    }
  }

  private static final class Text implements Codec<String> {
    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public byte[] encode(String payload) {
      return payload.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes, Headers headers) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
