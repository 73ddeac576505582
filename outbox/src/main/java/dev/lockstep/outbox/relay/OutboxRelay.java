package dev.lockstep.outbox.relay;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepException;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.RelayPort;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Postgres;
import dev.lockstep.outbox.relay.RelaySession.Ear;
import dev.lockstep.outbox.relay.RelaySettings.Columns;
import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Moves the rows of an application's own outbox table into topics, exactly once and in commit
 * order, so that the application can stay as it is while its consumers move.
 *
 * <pre>{@code
 * OutboxRelay relay = OutboxRelay.builder(lockstep, transactions, dataSource)
 *     .table("shop", "outbox")
 *     .topicColumn("topic").keyColumn("aggregate_id").payloadColumn("body")
 *     .notifications("shop_outbox")
 *     .start();
 * }</pre>
 *
 * <p><b>Exactly once.</b> A batch is one transaction of {@link JdbcTransactions}: its rows are
 * locked, sent, and deleted. That commits or rolls back as a whole, and nothing else remembers how
 * far the relay is. Where {@link Builder#truncatePartitions} keeps the rows, their transactions do.
 *
 * <p><b>Order.</b> A row is relayed after its transaction has committed, however low its id is:
 * what commits late comes late, and is never passed over. Of the rows that wait, those of the
 * lowest id come first. If the database has {@code track_commit_timestamp} on, those come first
 * that were committed first, among as many rows of the lowest ids as make 20 batches. Where two
 * transactions conflict, and each writes its row to the outbox behind the lock that they conflict
 * about, their messages are in the order of their commits: with commit timestamps whatever the ids
 * are, otherwise if the id is taken when the row is inserted, from a sequence without a cache.
 *
 * <p><b>One at a time.</b> A relay has an advisory lock while it works; others of the same table
 * wait, and one takes over when its session ends. All of them should have the same log.
 *
 * <p><b>Connections.</b> One of the data source all the time, and one of the transactions' for each
 * batch. Both must lead to the same database, without a pooler that shares sessions.
 *
 * <p>Thread-safe.
 */
public final class OutboxRelay implements AutoCloseable {
  private final RelaySettings settings;
  private final OutboxTable table;
  private final RelayThread thread;
  private final Supplier<List<Finding>> findings;

  private OutboxRelay(RelaySettings settings, OutboxTable table) {
    this.settings = settings;
    this.table = table;
    this.thread = new RelayThread(settings);
    this.findings = () -> thread.obstacles().stream().map(Obstacle::finding).toList();
  }

  /**
   * What waits in the outbox.
   *
   * @param waiting how many rows are committed, and not relayed yet
   * @param oldest how long the oldest of them has been waiting; empty if there is none, or {@link
   *     Builder#createdAtColumn} is not set
   */
  public record Lag(long waiting, Optional<Duration> oldest) {}

  /**
   * A builder with the defaults.
   *
   * @param lockstep the log, opened with the transactions
   * @param transactions in which rows are deleted and messages sent
   * @param dataSource where the relay has its own session from: the same database
   * @return a new builder
   */
  public static Builder builder(
      Lockstep lockstep, JdbcTransactions transactions, DataSource dataSource) {
    return new Builder(lockstep, transactions, dataSource);
  }

  /**
   * The statements that make an outbox notify its relay: a function, and a trigger. A commit with a
   * notification waits for others that have one in the same database server; with more than some
   * thousand of them each second, leave it to polling.
   *
   * @param schema the table's schema
   * @param table its name; if it is partitioned, rows must be inserted through it
   * @param channel the channel that the relay listens to
   * @return the statements
   */
  public static String triggerSql(String schema, String table, String channel) {
    String function = TableName.quoted(schema) + ".lockstep_outbox_notify";
    return "CREATE OR REPLACE FUNCTION "
        + function
        + "() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        + "BEGIN\n"
        + "  PERFORM pg_catalog.pg_notify(TG_ARGV[0], '');\n"
        + "  RETURN NULL;\n"
        + "END $$;\n"
        + "CREATE TRIGGER lockstep_outbox_notify AFTER INSERT ON "
        + new TableName(Optional.of(schema), table).quoted()
        + "\n  FOR EACH STATEMENT EXECUTE FUNCTION "
        + function
        + "('"
        + channel.replace("'", "''")
        + "');\n";
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_BATCH = 10_000;
    private static final int MAX_NAME_BYTES = 63;
    private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

    private final Lockstep lockstep;
    private final JdbcTransactions transactions;
    private final DataSource source;
    private TableName table = new TableName(Optional.empty(), "outbox");
    private String id = "id";
    private String topicColumn = "topic";
    private Optional<String> topic = Optional.empty();
    private Optional<String> key = Optional.empty();
    private String payload = "payload";
    private Optional<String> headers = Optional.empty();
    private Optional<String> createdAt = Optional.empty();
    private int batchSize = 500;
    private Duration pollInterval = Duration.ofSeconds(1);
    private Optional<String> channel = Optional.empty();
    private Optional<TableName> deadLetters = Optional.empty();
    private Optional<String> transactionColumn = Optional.empty();

    private Builder(Lockstep lockstep, JdbcTransactions transactions, DataSource source) {
      this.lockstep = lockstep;
      this.transactions = transactions;
      this.source = source;
    }

    /**
     * The outbox. Default: {@code outbox}, where the search path finds it.
     *
     * @param schema its schema, as it is in the catalog
     * @param name its name, as it is in the catalog
     * @return this
     */
    public Builder table(String schema, String name) {
      this.table = new TableName(Optional.of(schema), name);
      return this;
    }

    /**
     * The column that orders the rows; it should have an index. Default: {@code id}.
     *
     * @param column its name
     * @return this
     */
    public Builder idColumn(String column) {
      this.id = column;
      return this;
    }

    /**
     * The column that names the topic of a row. Default: {@code topic}.
     *
     * @param column its name
     * @return this
     */
    public Builder topicColumn(String column) {
      this.topicColumn = column;
      return this;
    }

    /**
     * One topic for all rows, instead of a column.
     *
     * @param topic the topic's name
     * @return this
     */
    public Builder topic(String topic) {
      this.topic = Optional.of(topic);
      return this;
    }

    /**
     * The column with the message's key, of any type that has a text; a row without one becomes a
     * message without a key. Default: none have.
     *
     * @param column its name
     * @return this
     */
    public Builder keyColumn(String column) {
      this.key = Optional.of(column);
      return this;
    }

    /**
     * The column with the payload: bytea, text, json or jsonb. A row without one becomes a
     * tombstone of its key. Default: {@code payload}.
     *
     * @param column its name
     * @return this
     */
    public Builder payloadColumn(String column) {
      this.payload = column;
      return this;
    }

    /**
     * The column with the headers, json or jsonb: an object, of which each field that is not null
     * becomes a header. Default: none.
     *
     * @param column its name
     * @return this
     */
    public Builder headersColumn(String column) {
      this.headers = Optional.of(column);
      return this;
    }

    /**
     * The column with the time at which a row was written, for {@link #lag}. Default: none.
     *
     * @param column its name
     * @return this
     */
    public Builder createdAtColumn(String column) {
      this.createdAt = Optional.of(column);
      return this;
    }

    /**
     * How many rows a transaction moves at most. Default: 500.
     *
     * @param rows from 1 to 10,000
     * @return this
     */
    public Builder batchSize(int rows) {
      this.batchSize = rows;
      return this;
    }

    /**
     * How often the relay looks for rows when nothing notifies it. Default: 1 second.
     *
     * @param interval the time between two looks, at most a day
     * @return this
     */
    public Builder pollInterval(Duration interval) {
      this.pollInterval = interval;
      return this;
    }

    /**
     * Has the relay listen for notifications, which {@link #triggerSql} sends; polling catches
     * those that are lost. Default: it polls only.
     *
     * @param channel the channel's name
     * @return this
     */
    public Builder notifications(String channel) {
      this.channel = Optional.of(channel);
      return this;
    }

    /**
     * Where rows go that can't be sent, since their topic is unknown, or they are too large: a
     * table with the columns of the outbox and {@code lockstep_reason text}. Default: such a row
     * stays, and the relay stands still before it and says so, until the topic is there, or the row
     * is not.
     *
     * @param schema its schema
     * @param name its name
     * @return this
     */
    public Builder deadLetters(String schema, String name) {
      this.deadLetters = Optional.of(new TableName(Optional.of(schema), name));
      return this;
    }

    /**
     * Keeps the rows, and truncates partitions instead: those of which every row is relayed, but
     * not the one that was written last. The outbox must be partitioned by range, on whatever
     * column; an empty partition may be dropped when nobody inserts into its range any more. A
     * table {@code lockstep_outbox_position} beside the outbox has the position of the relay, which
     * changes in the transaction of each batch. Rows must not be inserted into a partition before
     * that is attached.
     *
     * <p>The relay goes on from look to look: what was committed at one look comes before what was
     * committed later, and within a look, those of the lowest id come first, whether or not the
     * database has commit timestamps. Ids must be different from each other.
     *
     * @param transactionColumn the column with the transaction that has inserted a row, {@code xid8
     *     NOT NULL DEFAULT pg_current_xact_id()}, which nobody may set to anything else; it should
     *     have an index
     * @return this
     */
    public Builder truncatePartitions(String transactionColumn) {
      this.transactionColumn = Optional.of(transactionColumn);
      return this;
    }

    /**
     * Checks the settings and the table, and starts the relay.
     *
     * @return the relay, to be closed before the log
     * @throws InvalidConfigException naming every problem at once
     */
    public OutboxRelay start() {
      List<String> problems = problems();
      RelaySettings settings =
          new RelaySettings(
              lockstep,
              transactions,
              source,
              table,
              new Columns(id, topicColumn, topic, key, payload, headers, createdAt),
              batchSize,
              pollInterval,
              channel,
              deadLetters,
              transactionColumn);
      Optional<OutboxTable> found = Optional.empty();
      try {
        OutboxSurvey survey = new RelayBatch(settings).survey();
        problems.addAll(survey.problems());
        found = survey.table();
        checkLog(problems);
        checkSession(problems);
      } catch (SQLException | LockstepException e) {
        problems.add("the database could not be looked at: " + e.getMessage());
      }
      if (!problems.isEmpty()) {
        throw new InvalidConfigException(
            "relay of the outbox " + table + ": " + String.join("; ", problems));
      }
      OutboxRelay relay = new OutboxRelay(settings, found.orElseThrow());
      RelayPort.of(transactions).report(relay.findings);
      relay.thread.start();
      return relay;
    }

    private List<String> problems() {
      List<String> problems = new ArrayList<>();
      if (batchSize < 1 || batchSize > MAX_BATCH) {
        problems.add("batchSize is " + batchSize + "; use a number from 1 to " + MAX_BATCH);
      }
      if (pollInterval.isNegative()
          || pollInterval.isZero()
          || pollInterval.compareTo(LONGEST_INTERVAL) > 0) {
        problems.add("pollInterval is " + pollInterval + "; use more than zero, and at most a day");
      }
      channel
          .filter(
              name ->
                  name.isEmpty()
                      || name.indexOf('\\') >= 0
                      || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES)
          .ifPresent(
              name ->
                  problems.add(
                      "the channel '"
                          + name
                          + "' is empty, has a backslash, or more than "
                          + MAX_NAME_BYTES
                          + " bytes"));
      topic
          .filter(name -> lockstep.topics().find(name).isEmpty())
          .ifPresent(name -> problems.add("there is no topic '" + name + "'; create it"));
      return problems;
    }

    private void checkLog(List<String> problems) {
      boolean joined =
          transactions.<Boolean, RuntimeException>run(
              connection -> lockstep.inTransaction(RelayPort.of(transactions)::takesPart));
      if (!joined) {
        problems.add(
            "the log does not take part in these transactions; open it with"
                + " LockstepConfig.builder().transactions(..) and them");
      }
    }

    private void checkSession(List<String> problems) throws SQLException {
      DatabaseId own =
          transactions.<DatabaseId, SQLException>run(open -> Postgres.database(open, ""));
      try (Connection session = source.getConnection()) {
        if (!Postgres.database(session, "").equals(own)) {
          problems.add("the data source and the transactions lead to different databases");
        }
        if (channel.isPresent() && Ear.of(session).isEmpty()) {
          problems.add(
              "the data source's connections hear no notifications, since they are not those of"
                  + " PostgreSQL's own driver; leave out notifications(..)");
        }
      }
    }
  }

  /**
   * How many rows this relay has moved since it was started; without those of batches whose answer
   * was lost, which are moved, too, unless they come again.
   *
   * @return the rows
   */
  public long relayed() {
    return thread.relayed();
  }

  /**
   * Whether this relay is the one that works, and does not wait for another one to end.
   *
   * @return whether it is, as far as it knows
   */
  public boolean isActive() {
    return thread.isLeading();
  }

  /**
   * What keeps the relay from going on, with its number and a remedy, if anything does; the log's
   * doctor shows it, too. Alarm on it.
   *
   * @return the obstacle; empty while all is well
   */
  public Optional<String> obstacle() {
    return thread.obstacle().map(Obstacle::toString);
  }

  /**
   * Counts the rows that wait.
   *
   * @return the lag
   * @throws SQLException if the database can't say
   */
  public Lag lag() throws SQLException {
    try (Connection connection = settings.source().getConnection()) {
      return table.lag(connection);
    }
  }

  /**
   * Ends the batch that is being moved, and the relay with it. Closing twice does nothing. To be
   * called before the log is closed.
   */
  @Override
  public void close() {
    thread.close();
    RelayPort.of(settings.transactions()).reportNoMore(findings);
  }
}
