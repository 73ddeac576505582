package dev.lockstep.outbox.relay;

import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.Producer;
import dev.lockstep.TooLargeException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.outbox.TransactionSettings;
import dev.lockstep.outbox.TransactionSettings.Isolation;
import dev.lockstep.outbox.dialect.Postgres;
import dev.lockstep.outbox.relay.OutboxTable.PayloadType;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves rows, a transaction at a time: they are sent, and deleted or passed. That commits or rolls
 * back as a whole.
 */
final class RelayBatch {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** As each batch looks for the rows that are there when it begins. */
  static final TransactionSettings SETTINGS =
      TransactionSettings.defaults().isolation(Isolation.READ_COMMITTED);

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

  private final RelaySettings settings;

  RelayBatch(RelaySettings settings) {
    this.settings = settings;
  }

  /**
   * What a batch has done.
   *
   * @param sent how many rows became messages
   * @param buried those that did not, and why
   * @param more whether there may be more rows
   */
  record Done(int sent, List<Buried> buried, boolean more) {}

  /** A row that is in the table of dead letters now. */
  record Buried(String row, String reason) {}

  /** Another relay has the lock: this one must not go on. */
  static final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** What the rows are encoded as already. */
  private record Encoded(PayloadType type) implements Codec<byte[]> {
    @Override
    public String contentType() {
      return type.mediaType();
    }

    @Override
    public byte[] encode(byte[] payload) {
      return payload.clone();
    }

    @Override
    public byte[] decode(byte[] bytes, Headers headers) {
      return bytes.clone();
    }
  }

  /** Looks at the table, as a batch would. */
  OutboxSurvey survey() throws SQLException {
    return settings
        .transactions()
        .<OutboxSurvey, SQLException>run(SETTINGS, open -> OutboxSurvey.of(open, settings));
  }

  /** Waits until no transaction of an earlier relay is running. */
  void fence(OutboxTable table) throws SQLException {
    settings
        .transactions()
        .<SQLException>execute(
            SETTINGS,
            open -> {
              Postgres.limitLockWaits(open, LOCK_TIMEOUT);
              table.lockBatch(open);
            });
  }

  /**
   * Moves the next rows.
   *
   * @param backend the backend of the session that has the relay's lock
   * @throws UnsendableRowException if the first of them can't be sent, and is to stay
   * @throws FencedException if that session is gone, or leads to another database
   */
  Done move(OutboxTable table, int backend) throws SQLException {
    return settings
        .transactions()
        .<Done, SQLException>run(SETTINGS, open -> move(open, table, backend));
  }

  private Done move(Connection open, OutboxTable table, int backend) throws SQLException {
    Postgres.limitLockWaits(open, LOCK_TIMEOUT);
    table.lockBatch(open);
    if (!table.isLockedBy(open, backend)) {
      throw new FencedException();
    }
    Moved moved = new Moved(open, table);
    Passage passage = table.passage(open);
    Optional<OutboxRow> next = Optional.empty();
    try (PreparedStatement select = passage.next(open, settings.batchSize());
        ResultSet rows = select.executeQuery()) {
      while (next.isEmpty() && rows.next()) {
        OutboxRow row = OutboxRow.of(rows, table.payload());
        next = moved.take(row) ? Optional.empty() : Optional.of(row);
      }
    }
    boolean more = passage.pass(open, moved.done, next, settings.batchSize());
    LOGGER.log(Level.DEBUG, "{0} rows of {1} moved", moved.done.size(), table.name());
    return new Done(moved.sent, moved.buried, more);
  }

  /** What one transaction has moved so far. */
  private final class Moved {
    private final Connection open;
    private final OutboxTable table;
    private final Map<String, Producer<byte[]>> producers = new HashMap<>();
    private final List<OutboxRow> done = new ArrayList<>();
    private final List<Buried> buried = new ArrayList<>();
    private int sent;

    private Moved(Connection open, OutboxTable table) {
      this.open = open;
      this.table = table;
    }

    /**
     * Sends a row.
     *
     * @return whether it is done with; if not, this batch ends before it
     */
    private boolean take(OutboxRow row) throws SQLException {
      try {
        send(row);
        sent++;
      } catch (TooLargeException e) {
        if (sent > 0) {
          return false; // alone it may fit into a transaction
        }
        refuse(row, new UnsendableRowException(row, e));
      } catch (UnknownTopicException e) {
        if (!take(row, new UnsendableRowException(row, e))) {
          return false;
        }
      } catch (UnsendableRowException e) {
        if (!take(row, e)) {
          return false;
        }
      }
      done.add(row.withoutContent());
      return true;
    }

    /** What came before a row that stays is not held up by it. */
    private boolean take(OutboxRow row, UnsendableRowException problem) throws SQLException {
      if (sent > 0 && table.deadLetters().isEmpty()) {
        return false;
      }
      refuse(row, problem);
      return true;
    }

    private void refuse(OutboxRow row, UnsendableRowException problem) throws SQLException {
      table.bury(
          open,
          table.deadLetters().orElseThrow(() -> problem),
          row.place(),
          String.valueOf(problem.getMessage()));
      buried.add(new Buried(row.id(), String.valueOf(problem.getMessage())));
    }

    private void send(OutboxRow row) {
      String topic =
          row.topic().orElseThrow(() -> new UnsendableRowException(row, "it names no topic"));
      producers
          .computeIfAbsent(
              topic, name -> settings.lockstep().producer(name, new Encoded(table.payload())))
          .send(row.message());
    }
  }
}
