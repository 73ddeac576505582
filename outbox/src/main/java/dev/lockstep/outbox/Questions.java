package dev.lockstep.outbox;

import dev.lockstep.ClosedException;
import dev.lockstep.LockstepException;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.outbox.dialect.Kind;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Half messages whose outcome is asked for, until the database has said it, and the log has it: an
 * answer that does not come is no outcome.
 *
 * <p>What decides is a <em>fence</em>: a tombstone is inserted unless there is a marker. That waits
 * for a transaction that has its marker and is still open, and makes every other one that comes
 * later fail.
 */
final class Questions {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);
  private static final int BATCH = 500;

  private final AskedDatabase database;
  private final MarkerTables tables;
  private final Live live;
  private final CheckBackConnection connection;
  private final CheckBackThread thread;
  private final Runnable onTombstone;

  /** Outcomes that are to be asked for. */
  private final Queue<Question> fresh = new ConcurrentLinkedQueue<>();

  /** Outcomes of which somebody has said, without proof, that they are commits. */
  private final Queue<Question> reported = new ConcurrentLinkedQueue<>();

  /** All that are not answered. */
  private final Map<BranchId, Question> pending = new ConcurrentHashMap<>();

  /**
   * No questions yet.
   *
   * @param onTombstone told, on the thread, that a table has a tombstone now
   */
  Questions(
      AskedDatabase database,
      MarkerTables tables,
      Live live,
      CheckBackConnection connection,
      CheckBackThread thread,
      Runnable onTombstone) {
    this.database = database;
    this.tables = tables;
    this.live = live;
    this.connection = connection;
    this.thread = thread;
    this.onTombstone = onTombstone;
  }

  // From here on, for all threads.

  /**
   * Asks for the outcome of a half message, and decides it.
   *
   * @return the outcome, once it is decided
   */
  CompletableFuture<Outcome> ask(Half half, Branch branch) {
    return submit(half, branch, fresh);
  }

  /** The same, where somebody has said that it is committed: then a read may be proof enough. */
  void confirm(Half half, Branch branch) {
    var unused = submit(half, branch, reported); // nobody waits for it
  }

  private CompletableFuture<Outcome> submit(Half half, Branch branch, Queue<Question> queue) {
    Question question = new Question(half);
    pending.put(half.id(), question);
    live.leave(half.id()); // in this order: at any time it is one or the other
    branch.onCompletion(question.answer()::complete);
    queue.add(question);
    thread.perform(this::drain);
    return question.answer();
  }

  boolean isAsked(BranchId id) {
    return pending.containsKey(id);
  }

  /** Those whose last attempt has brought no answer. */
  List<Question> hindered() {
    return pending.values().stream().filter(question -> question.obstacle().isPresent()).toList();
  }

  /** Nobody asks any more. */
  void close(ClosedException closed) {
    pending.values().forEach(question -> question.answer().completeExceptionally(closed));
  }

  // From here on, for the thread alone.

  /** Takes on a half message of an earlier life, or one that was forgotten, to be settled. */
  Question adopt(Half half, Branch branch) {
    Question question = new Question(half);
    pending.put(half.id(), question);
    tables.hold(half.table());
    branch.onCompletion(question.answer()::complete);
    return question;
  }

  /** Asks what is to be asked now. */
  void drain() {
    confirm();
    for (Question next = fresh.poll(); next != null; next = fresh.poll()) {
      settle(next);
      confirm();
    }
  }

  /** One read for all that are reported committed now. */
  private void confirm() {
    List<Question> batch = new ArrayList<>();
    while (batch.size() < BATCH && !reported.isEmpty()) {
      batch.add(reported.remove());
    }
    batch.stream()
        .collect(Collectors.groupingBy(question -> question.half().table()))
        .forEach(this::confirm);
  }

  private void confirm(int table, List<Question> batch) {
    List<UUID> markers = batch.stream().map(question -> question.half().marker()).toList();
    Set<UUID> committed;
    try {
      committed = committed(batch.get(0).half(), table, markers);
    } catch (SQLException e) {
      batch.forEach(question -> unknown(question, e));
      return;
    }
    for (Question question : batch) {
      if (committed.contains(question.half().marker())) {
        decide(question, Outcome.COMMITTED);
      } else {
        fresh.add(question);
      }
    }
  }

  private Set<UUID> committed(Half any, int table, Collection<UUID> markers) throws SQLException {
    Ready to = database.requireFor(any);
    return connection.ask(open -> to.dialect().committed(open, to.tables().get(table), markers));
  }

  /** Asks, and decides it if there is an answer; else it is asked again, later. */
  void settle(Question question) {
    try {
      decide(question, fence(question.half()));
    } catch (SQLException e) {
      unknown(question, e);
    }
  }

  /** What the database proves of a half message that is not committing here right now. */
  Outcome fence(Half half) throws SQLException {
    Ready to = database.requireFor(half);
    Table table = to.tables().get(half.table());
    tables.tombstone(half.table()); // also if the answer is lost
    Kind kind =
        connection.ask(open -> to.dialect().fence(open, table, half.marker(), LOCK_TIMEOUT));
    return switch (kind) {
      case COMMITTED -> Outcome.COMMITTED;
      case FENCED -> {
        onTombstone.run();
        yield Outcome.ROLLED_BACK;
      }
    };
  }

  private void decide(Question question, Outcome outcome) {
    Half half = question.half();
    try {
      live.decide(half, outcome);
    } catch (LockstepException e) {
      question.answer().completeExceptionally(e); // the log is closed, or has failed
      return;
    }
    pending.remove(half.id());
    question.answer().complete(outcome);
  }

  private void unknown(Question question, SQLException e) {
    Half half = question.half();
    question.failed(e.getMessage() + database.blockers(half, e));
    if (Integer.bitCount(question.attempts()) == 1) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0927: the outcome of {0} is not known after {1} attempts: {2}. Check-back goes on"
              + " asking",
          half,
          question.attempts(),
          question.obstacle().orElse(""));
    }
    thread.plan(Backoff.after(question.attempts()), () -> retry(question));
  }

  private void retry(Question question) {
    if (isAsked(question.half().id())) {
      settle(question);
    }
  }
}
