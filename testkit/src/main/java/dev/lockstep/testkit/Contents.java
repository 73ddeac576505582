package dev.lockstep.testkit;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.Message;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.testkit.InvariantChecker.Found;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads what a database and a log hold, for an {@link InvariantChecker}.
 *
 * <p>The log must let messages be read outside a transaction: opened without a transaction binding,
 * as is best for an audit after all work is done, or with {@code OWN_TRANSACTION}. Nothing is
 * acknowledged, so that each audit reads everything. One audit of a log at a time.
 */
public final class Contents {
  private static final String GROUP = "lockstep-audit";
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private Contents() {}

  /**
   * The rows that a query finds.
   *
   * @param connection a connection to the database
   * @param query the query; its first column is the key
   * @return the rows
   * @throws SQLException if the query fails
   */
  public static List<Found> rows(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<Found> found = new ArrayList<>();
      while (rows.next()) {
        found.add(new Found(rows.getString(1), "row " + rows.getRow()));
      }
      return found;
    }
  }

  /**
   * All messages that are visible in a topic.
   *
   * @param <T> the payload type
   * @param lockstep the log
   * @param topic the topic's name
   * @param codec the codec of its payloads
   * @param key what a message is compared by
   * @return the messages
   * @throws UnknownTopicException if there is no such topic
   */
  public static <T> List<Found> messages(
      Lockstep lockstep, String topic, Codec<T> codec, Function<Message<T>, String> key) {
    TopicInfo info =
        lockstep
            .topics()
            .find(topic)
            .orElseThrow(
                () ->
                    new UnknownTopicException("cannot audit topic '" + topic + "': no such topic"));
    List<Found> found = new ArrayList<>();
    try (Consumer<T> consumer = lockstep.consumer(ConsumerConfig.of(GROUP, topic, codec))) {
      while (!isAtEnd(consumer, info)) {
        for (Message<T> message : consumer.poll(PATIENCE)) {
          String where =
              "partition "
                  + message.partition()
                  + ", offset "
                  + message.offset()
                  + ", id "
                  + message.id();
          found.add(new Found(key.apply(message), where));
        }
      }
    }
    return found;
  }

  private static boolean isAtEnd(Consumer<?> consumer, TopicInfo topic) {
    return consumer.assignment().stream()
        .allMatch(partition -> consumer.position(partition) >= topic.endOffset(partition));
  }

  /**
   * The branches that are left prepared in a log.
   *
   * @param lockstep the log
   * @return their identities
   */
  public static List<String> inDoubt(Lockstep lockstep) {
    return lockstep.transactions().inDoubt().stream()
        .filter(transaction -> transaction.heuristic().isEmpty())
        .map(InDoubt::transactionId)
        .toList();
  }
}
