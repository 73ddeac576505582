package dev.lockstep.outbox;

import dev.lockstep.ClosedException;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Dialect.Content;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the database for the outcome of half messages, on one thread and with one connection, until
 * it knows: those of this life whose answer was lost, and those that an earlier one has left. The
 * same thread looks after the marker tables.
 */
final class CheckBack {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final Duration SCAN_EVERY = Duration.ofSeconds(30);

  private final TransactionalLog log;
  private final Settings settings;
  private final Siblings siblings;
  private final MarkerTables tables;
  private final Live live;
  private final CheckBackConnection connection;
  private final CheckBackThread thread;
  private final AskedDatabase database;
  private final UpkeepPlan upkeep;
  private final Questions questions;
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private volatile long started;

  /** Of the thread alone. */
  private int failures;

  CheckBack(
      TransactionalLog log, Settings settings, Siblings siblings, MarkerTables tables, Live live) {
    this.log = log;
    this.settings = settings;
    this.siblings = siblings;
    this.tables = tables;
    this.live = live;
    this.connection = new CheckBackConnection(settings.checkBack());
    this.thread = new CheckBackThread(settings.name(), connection, this::drain);
    this.database = new AskedDatabase(settings, log.id(), siblings, connection);
    this.upkeep =
        new UpkeepPlan(database, tables, new MarkerUpkeep(log, tables, connection), thread);
    this.questions = new Questions(database, tables, live, connection, thread, upkeep::later);
  }

  private void drain() {
    questions.drain();
  }

  // From here on, for all threads.

  /**
   * Looks at the database, and asks for the outcomes that an earlier life has left, beside the
   * calling thread.
   */
  void start() {
    started = System.nanoTime();
    thread.perform(
        () -> {
          try {
            begin();
          } finally {
            begun.complete(null);
          }
        });
    thread.plan(SCAN_EVERY, this::scan);
  }

  /** Waits until that is done once, but not if it takes too long; then it goes on. */
  void awaitStart() {
    try {
      long waited = System.nanoTime() - started; // for other databases, which began as this one
      begun.get(settings.checkBackWait().toNanos() - waited, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0928: {0} has not answered check-back within {1}; the log opens without, and"
              + " check-back goes on",
          Survey.where(settings),
          settings.checkBackWait());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is never completed so
    }
  }

  /** Which database it is; empty if it has not answered yet. */
  Optional<DatabaseId> database() {
    return found().map(Ready::database);
  }

  /** What transactions need to know of the database; waits for it, but not for long. */
  Optional<Ready> ready() {
    return database.await();
  }

  /** The same, without waiting for it. */
  Optional<Ready> found() {
    return database.found();
  }

  /** What is wrong now, as far as it was looked at. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(database.findings());
    List<Question> hindered = questions.hindered();
    if (!hindered.isEmpty()) {
      findings.add(
          Finding.warn(
              "LSTP-0927",
              hindered.size()
                  + " half messages wait for "
                  + Survey.where(settings)
                  + ", one of them because "
                  + hindered.get(0).obstacle().orElse(""),
              "see to that; check-back goes on asking, and decides them as soon as it knows"));
    }
    if (tables.overfull() > 1) {
      findings.add(
          Finding.warn(
              "LSTP-0930",
              "the current marker table in "
                  + Survey.where(settings)
                  + " has more than "
                  + tables.overfull()
                  + " times the rows that it should, since the other ones can't be emptied",
              "see whether half messages stay in doubt, or transactions in the database open"));
    }
    return findings;
  }

  /** Looks at the database anew, unless it is known not to answer. */
  List<Finding> examine() {
    if (found().isPresent()) {
      CompletableFuture<Void> looked = new CompletableFuture<>();
      thread.perform(
          () -> {
            database.look();
            looked.complete(null);
          });
      try {
        looked.get(settings.checkBackWait().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        LOGGER.log(Level.DEBUG, "the database does not answer in time", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return findings();
  }

  /** Calls {@link Questions#ask}. */
  CompletableFuture<Outcome> ask(Half half, Branch branch) {
    return questions.ask(half, branch);
  }

  /** Calls {@link Questions#confirm}. */
  void confirm(Half half, Branch branch) {
    questions.confirm(half, branch);
  }

  /** What the database proves of a half message that is not committing here right now. */
  Decision decision(Half half) {
    CompletableFuture<Decision> answer = new CompletableFuture<>();
    thread.perform(
        () -> {
          try {
            answer.complete(
                switch (questions.fence(half)) {
                  case COMMITTED -> Decision.COMMIT;
                  case ROLLED_BACK -> Decision.ROLLBACK;
                });
          } catch (SQLException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.get(settings.checkBackWait().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(Survey.where(settings) + " does not answer in time", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          Survey.where(settings) + " does not answer: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Decision.UNKNOWN;
    }
  }

  /** The current table is full. */
  void tableIsFull() {
    thread.perform(upkeep::now);
  }

  /** Asks nobody any more. What is not decided then is for the next life of the log. */
  void close() {
    thread.close();
    ClosedException closed =
        new ClosedException(
            "the log was closed before its database said how the transaction ended; the next open"
                + " asks again");
    questions.close(closed);
    database.close(closed);
    connection.giveBack();
  }

  // From here on, for the thread alone.

  private void begin() {
    Optional<Ready> found = database.look();
    if (found.isEmpty()) {
      beginLater();
      return;
    }
    List<Content> contents;
    try {
      contents = contents(found.get());
    } catch (SQLException e) {
      database.unanswered(e);
      beginLater();
      return;
    }
    List<Question> left = new ArrayList<>();
    for (Undecided undecided : log.undecided(Decider.DATABASE)) {
      adopt(undecided).ifPresent(left::add);
    }
    tables.found(contents);
    database.open(found.get());
    left.forEach(questions::settle);
    if (!left.isEmpty()) {
      LOGGER.log(
          Level.INFO,
          "LSTP-0932: {0} half messages of an earlier life, {1} of them decided now",
          left.size(),
          left.stream().filter(question -> question.answer().isDone()).count());
    }
    upkeep.now();
  }

  private void beginLater() {
    failures++;
    thread.plan(Backoff.after(failures), this::begin);
  }

  private List<Content> contents(Ready found) throws SQLException {
    List<Content> contents = new ArrayList<>();
    for (Table table : found.tables()) {
      contents.add(connection.ask(open -> found.dialect().content(open, table)));
    }
    return contents;
  }

  /** Takes on a half message that nobody asks for. */
  private Optional<Question> adopt(Undecided undecided) {
    BranchId id = undecided.id();
    if (!HalfIds.isHalf(id) || live.isCommitting(id) || questions.isAsked(id)) {
      return Optional.empty();
    }
    Optional<Branch> branch = log.find(id).filter(found -> found.state() == Branch.State.PREPARED);
    Optional<HalfNote> note = HalfNote.decode(undecided.note());
    if (branch.isEmpty()) {
      return Optional.empty(); // decided meanwhile
    }
    if (note.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0933: transaction {0} was prepared by a newer version, which alone can ask for its"
              + " outcome; it stays in doubt",
          id);
      return Optional.empty();
    }
    return siblings.isFor(settings.name(), note.get())
        ? Optional.of(questions.adopt(new Half(id, note.get()), branch.get()))
        : Optional.empty();
  }

  /** Looks for what was forgotten. */
  private void scan() {
    thread.plan(SCAN_EVERY, this::scan);
    if (found().isPresent()) {
      log.undecided(Decider.DATABASE).forEach(branch -> adopt(branch).ifPresent(questions::settle));
    }
  }
}
