package dev.lockstep.outbox;

import dev.lockstep.ClosedException;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The database that check-back asks, as far as it was looked at. */
final class AskedDatabase {
  private final Settings settings;
  private final UUID log;
  private final Siblings siblings;
  private final CheckBackConnection connection;
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();
  private volatile Survey survey;

  AskedDatabase(Settings settings, UUID log, Siblings siblings, CheckBackConnection connection) {
    this.settings = settings;
    this.log = log;
    this.siblings = siblings;
    this.connection = connection;
    this.survey = Survey.unasked(settings);
  }

  // From here on, for all threads.

  /** What is needed for transactions, once it was found; waits for it, but not for long. */
  Optional<Ready> await() {
    try {
      return Optional.of(ready.get(settings.checkBackWait().toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** The same, without waiting for it. */
  Optional<Ready> found() {
    return ready.isDone() && !ready.isCompletedExceptionally()
        ? Optional.of(ready.join())
        : Optional.empty();
  }

  /** What the last look has shown to be wrong. */
  List<Finding> findings() {
    return survey.findings();
  }

  /** Nobody has to wait for it any more. */
  void close(ClosedException closed) {
    ready.completeExceptionally(closed);
  }

  // From here on, for the thread of check-back alone.

  /**
   * Looks at it.
   *
   * @return what transactions need, if they can be begun now
   */
  Optional<Ready> look() {
    try {
      Survey found = connection.ask(open -> Survey.of(open, settings, log));
      Optional<String> other = found.ready().map(Ready::database).flatMap(siblings::answered);
      survey = other.isPresent() ? Survey.twice(settings, other.get()) : found;
    } catch (SQLException e) {
      unanswered(e);
    }
    return survey.ready();
  }

  /** It did not answer. */
  void unanswered(SQLException failure) {
    survey = Survey.unanswered(settings, failure);
  }

  /** Transactions can be begun from now on. */
  void open(Ready found) {
    ready.complete(found);
  }

  /** Makes sure that it is the database that a half message belongs to which is asked. */
  Ready requireFor(Half half) throws SQLException {
    Ready to =
        survey
            .ready()
            .or(this::found)
            .orElseThrow(() -> new SQLException("the database has not answered yet"));
    connection.ask(open -> open.isClosed()); // opens it, if it is allowed now
    DatabaseId here = connection.identity(to, settings.name());
    if (!here.isSameAs(half.note().database())) {
      throw new SQLException(
          half
              + " can't be decided by "
              + here
              + ", which is another database. Let the data source lead to the one that it was"
              + " prepared for; if that is lost, decide by hand, through Lockstep.transactions()"
              + " [LSTP-0934]");
    }
    return to;
  }

  /** Who may be the reason that a half message had no answer in time; empty if nobody is. */
  String blockers(Half half, SQLException failure) {
    Optional<Ready> to = survey.ready();
    if (to.isEmpty() || !to.get().dialect().isLockTimeout(failure)) {
      return "";
    }
    try {
      Table table = to.get().tables().get(half.table());
      List<String> blockers = connection.ask(open -> to.get().dialect().blockers(open, table));
      return "; perhaps it is held up by " + String.join(", or ", blockers);
    } catch (SQLException suppressed) {
      failure.addSuppressed(suppressed);
      return "";
    }
  }
}
