package dev.lockstep.outbox.relay;

import dev.lockstep.Lockstep;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.dialect.Postgres;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What a relay was given, checked as far as that can be done without the database.
 *
 * @param lockstep where the messages go
 * @param transactions the transactions in which they go there
 * @param source where the relay's session comes from
 * @param table the outbox
 * @param columns its columns
 * @param batchSize how many rows one transaction moves
 * @param pollInterval how long the relay waits for a notification
 * @param channel where it listens for one
 * @param deadLetters where rows go that can't be sent; empty: they stay, and the relay waits
 * @param transactionColumn with what rows that are kept say who has inserted them; empty: they are
 *     deleted
 */
record RelaySettings(
    Lockstep lockstep,
    JdbcTransactions transactions,
    DataSource source,
    TableName table,
    Columns columns,
    int batchSize,
    Duration pollInterval,
    Optional<String> channel,
    Optional<TableName> deadLetters,
    Optional<String> transactionColumn) {

  /**
   * The name of a table.
   *
   * @param schema its schema; empty: where the search path finds it
   * @param name its name
   */
  record TableName(Optional<String> schema, String name) {
    /** As it may stand in a statement. */
    String quoted() {
      return schema.map(in -> quoted(in) + ".").orElse("") + quoted(name);
    }

    static String quoted(String name) {
      return Postgres.quoted(name);
    }

    @Override
    public String toString() {
      return schema.map(in -> in + ".").orElse("") + name;
    }
  }

  /**
   * The columns of an outbox.
   *
   * @param id what orders the rows
   * @param topic the column that names the topic
   * @param fixedTopic the topic of all rows, instead of a column
   * @param key the message's key
   * @param payload the message's payload
   * @param headers the message's headers
   * @param createdAt when the row was written
   */
  record Columns(
      String id,
      String topic,
      Optional<String> fixedTopic,
      Optional<String> key,
      String payload,
      Optional<String> headers,
      Optional<String> createdAt) {}
}
