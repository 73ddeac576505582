package dev.lockstep.outbox.relay;

import dev.lockstep.Message;
import dev.lockstep.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A row of an outbox. If the current transaction has locked it, its place is its identity.
 *
 * @param place where it is
 * @param id its id, for messages
 * @param topic the topic's name; empty if it has none
 * @param key the message's key
 * @param payload the message's payload
 * @param headers the message's headers
 */
record OutboxRow(
    Place place,
    String id,
    Optional<String> topic,
    Optional<String> key,
    Optional<byte[]> payload,
    Headers headers) {

  /**
   * Where a row is.
   *
   * @param table the oid of the table, or of the partition
   * @param row its place in that
   */
  record Place(long table, String row) {}

  /**
   * The headers of a row.
   *
   * @param kind what JSON says that they are; empty if there are none
   * @param names their names
   * @param values their values, one for each name
   */
  record Headers(Optional<String> kind, List<String> names, List<String> values) {
    /** The kind of those that can't be taken apart. */
    static final String NO_TEXT = "no text";

    private static final String OBJECT = "object";

    Optional<String> problem() {
      return kind.filter(found -> !found.equals(OBJECT))
          .map(
              found ->
                  found.equals(NO_TEXT)
                      ? "its headers have an escape that is no character in the database: \\u0000,"
                          + " or half of a surrogate pair"
                      : "its headers are no JSON object but of the kind " + found);
    }
  }

  /** The row under the cursor of what {@link OutboxTable#select} has found. */
  static OutboxRow of(ResultSet row, OutboxTable.PayloadType type) throws SQLException {
    Optional<byte[]> payload =
        type == OutboxTable.PayloadType.BYTES
            ? Optional.ofNullable(row.getBytes(6))
            : Optional.ofNullable(row.getString(6))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    return new OutboxRow(
        new Place(row.getLong(1), row.getString(2)),
        String.valueOf(row.getString(3)),
        Optional.ofNullable(row.getString(4)),
        Optional.ofNullable(row.getString(5)),
        payload,
        new Headers(Optional.ofNullable(row.getString(7)), texts(row, 8), texts(row, 9)));
  }

  private static List<String> texts(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  /** Where it is and what it is called, of a row whose content need not stay in memory. */
  OutboxRow withoutContent() {
    return new OutboxRow(
        place,
        id,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new Headers(Optional.empty(), List.of(), List.of()));
  }

  /**
   * The row as a message; without a payload, a tombstone of its key.
   *
   * @throws UnsendableRowException if it can't be one
   */
  OutgoingMessage<byte[]> message() {
    headers
        .problem()
        .ifPresent(
            problem -> {
              throw new UnsendableRowException(this, problem);
            });
    OutgoingMessage<byte[]> message;
    if (payload.isPresent()) {
      message = Message.of(payload.get());
      if (key.isPresent()) {
        message = message.key(key.get());
      }
    } else {
      message =
          Message.tombstone(
              key.orElseThrow(
                  () ->
                      new UnsendableRowException(
                          this, "it has neither a payload nor a key that this would delete")));
    }
    for (int i = 0; i < headers.names().size(); i++) {
      message = message.header(headers.names().get(i), headers.values().get(i));
    }
    return message;
  }
}
