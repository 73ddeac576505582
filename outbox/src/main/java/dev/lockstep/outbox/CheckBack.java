package dev.lockstep.outbox;

import dev.lockstep.ClosedException;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.LockstepException;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Dialect.Content;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.outbox.dialect.Kind;
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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Asks the database for the outcome of half messages, on one thread and with one connection, until
 * it knows: an answer that does not come is no outcome. The same thread looks after the marker
 * tables.
 *
 * <p>It asks with a <em>fence</em>: it inserts a tombstone unless there is a marker. That waits for
 * a transaction that has its marker and is still open, and makes every other one that comes later
 * fail.
 */
final class CheckBack {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration SCAN_EVERY = Duration.ofSeconds(30);
  private static final Duration IDLE_AFTER = Duration.ofSeconds(2);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
  private static final int BATCH = 500;

  private final TransactionalLog log;
  private final Settings settings;
  private final Siblings siblings;
  private final MarkerTables tables;
  private final Live live;
  private final CheckBackConnection connection;
  private final MarkerUpkeep upkeep;
  private final ScheduledThreadPoolExecutor thread;

  /** Outcomes that are to be asked for. */
  private final Queue<Question> fresh = new ConcurrentLinkedQueue<>();

  /** Outcomes of which somebody has said, without proof, that they are commits. */
  private final Queue<Question> reported = new ConcurrentLinkedQueue<>();

  /** All that are not answered. */
  private final Map<BranchId, Question> pending = new ConcurrentHashMap<>();

  private final CompletableFuture<Ready> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private volatile Survey survey;
  private volatile long started;

  // Of the thread alone:
  private int failedSurveys;
  private int failedUpkeeps;
  private boolean upkeepIsPlanned;
  private boolean idleIsPlanned;

  CheckBack(
      TransactionalLog log, Settings settings, Siblings siblings, MarkerTables tables, Live live) {
    this.log = log;
    this.settings = settings;
    this.siblings = siblings;
    this.tables = tables;
    this.live = live;
    this.connection = new CheckBackConnection(settings.checkBack());
    this.upkeep = new MarkerUpkeep(log, tables, connection);
    this.survey = Survey.unasked(settings);
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, "lockstep-check-back-" + settings.name());
              made.setDaemon(true);
              return made;
            });
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  // From here on, for all threads.

  /**
   * Looks at the database, and asks for the outcomes that an earlier life has left, beside the
   * calling thread.
   */
  void start() {
    started = System.nanoTime();
    perform(
        () -> {
          try {
            begin();
          } finally {
            begun.complete(null);
          }
        });
    plan(SCAN_EVERY, this::scan);
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
    return ready.isDone() && !ready.isCompletedExceptionally()
        ? Optional.of(ready.join().database())
        : Optional.empty();
  }

  /** What transactions need to know of the database; waits for it, but not for long. */
  Optional<Ready> ready() {
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

  /** What is wrong now, as far as it was looked at. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(survey.findings());
    List<Question> open =
        pending.values().stream().filter(question -> question.obstacle().isPresent()).toList();
    if (!open.isEmpty()) {
      findings.add(
          Finding.warn(
              "LSTP-0927",
              open.size()
                  + " half messages wait for "
                  + Survey.where(settings)
                  + ", one of them because "
                  + open.get(0).obstacle().orElse(""),
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
    if (ready.isDone()) {
      CompletableFuture<Void> looked = new CompletableFuture<>();
      perform(
          () -> {
            look();
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
    perform(this::drain);
    return question.answer();
  }

  /** What the database proves of a half message that is not committing here right now. */
  Decision decision(Half half) {
    CompletableFuture<Decision> answer = new CompletableFuture<>();
    perform(
        () -> {
          try {
            answer.complete(
                switch (fence(half)) {
                  case COMMITTED -> Decision.COMMIT;
                  case FENCED -> Decision.ROLLBACK;
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
    perform(this::upkeep);
  }

  /** Asks nobody any more. What is not decided then is for the next life of the log. */
  void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        connection.abort();
      }
    } catch (InterruptedException e) {
      connection.abort();
      Thread.currentThread().interrupt();
    }
    ClosedException closed =
        new ClosedException(
            "the log was closed before its database said how the transaction ended; the next open"
                + " asks again");
    pending.values().forEach(question -> question.answer().completeExceptionally(closed));
    ready.completeExceptionally(closed);
    connection.giveBack();
  }

  private void perform(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      LOGGER.log(Level.DEBUG, "check-back is closed", e);
    }
  }

  private void plan(Duration delay, Runnable work) {
    try {
      var unused = thread.schedule(() -> guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOGGER.log(Level.DEBUG, "check-back is closed", e);
    }
  }

  // From here on, for the thread alone.

  private void guarded(Runnable work) {
    try {
      drain();
      work.run();
    } catch (LockstepException e) {
      LOGGER.log(Level.DEBUG, "the log is closed, or has failed and says so itself", e);
    } catch (RuntimeException e) {
      LOGGER.log(Level.ERROR, "LSTP-0931: check-back failed where it never should; it goes on", e);
    }
    if (!idleIsPlanned && connection.isOpen()) {
      idleIsPlanned = true;
      plan(IDLE_AFTER, this::rest);
    }
  }

  private void rest() {
    idleIsPlanned = false;
    connection.giveBackAfter(IDLE_AFTER); // else it is planned again
  }

  private void begin() {
    look();
    if (survey.ready().isEmpty()) {
      failedSurveys++;
      plan(Backoff.after(failedSurveys), this::begin);
      return;
    }
    Ready found = survey.ready().get();
    List<Content> contents = new ArrayList<>();
    List<Question> left = new ArrayList<>();
    try {
      for (Table table : found.tables()) {
        contents.add(connection.ask(open -> found.dialect().content(open, table)));
      }
    } catch (SQLException e) {
      survey = Survey.unanswered(settings, e);
      failedSurveys++;
      plan(Backoff.after(failedSurveys), this::begin);
      return;
    }
    for (Undecided undecided : log.undecided(Decider.DATABASE)) {
      adopt(undecided).ifPresent(left::add);
    }
    tables.found(contents);
    ready.complete(found);
    left.forEach(this::settle);
    if (!left.isEmpty()) {
      LOGGER.log(
          Level.INFO,
          "LSTP-0932: {0} half messages of an earlier life, {1} of them decided now",
          left.size(),
          left.stream().filter(question -> question.answer().isDone()).count());
    }
    upkeep();
  }

  private void look() {
    try {
      Survey found = connection.ask(open -> Survey.of(open, settings, log.id()));
      Optional<String> other = found.ready().map(Ready::database).flatMap(siblings::answered);
      survey = other.isPresent() ? Survey.twice(settings, other.get()) : found;
    } catch (SQLException e) {
      survey = Survey.unanswered(settings, e);
    }
  }

  /** Takes on a half message that nobody asks for. */
  private Optional<Question> adopt(Undecided undecided) {
    BranchId id = undecided.id();
    if (!HalfIds.isHalf(id) || live.isCommitting(id) || pending.containsKey(id)) {
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
    if (!siblings.isFor(settings.name(), note.get())) {
      return Optional.empty();
    }
    Question question = new Question(new Half(id, note.get()));
    pending.put(id, question);
    tables.hold(question.half().table());
    branch.get().onCompletion(question.answer()::complete);
    return Optional.of(question);
  }

  /** Looks for what was forgotten. */
  private void scan() {
    plan(SCAN_EVERY, this::scan);
    if (ready.isDone()) {
      log.undecided(Decider.DATABASE).forEach(branch -> adopt(branch).ifPresent(this::settle));
    }
  }

  private void drain() {
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
    Ready to = requireDatabase(any);
    return connection.ask(open -> to.dialect().committed(open, to.tables().get(table), markers));
  }

  private void retry(Question question) {
    if (pending.containsKey(question.half().id())) {
      settle(question);
    }
  }

  private void settle(Question question) {
    Half half = question.half();
    try {
      Kind kind = fence(half);
      decide(question, kind == Kind.COMMITTED ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
    } catch (SQLException e) {
      unknown(question, e);
    }
  }

  private Kind fence(Half half) throws SQLException {
    Ready to = requireDatabase(half);
    Table table = to.tables().get(half.table());
    tables.tombstone(half.table()); // also if the answer is lost
    Kind kind =
        connection.ask(open -> to.dialect().fence(open, table, half.marker(), LOCK_TIMEOUT));
    if (kind == Kind.FENCED) {
      planUpkeep();
    }
    return kind;
  }

  /** Makes sure that it is the database that the half message belongs to which is asked. */
  private Ready requireDatabase(Half half) throws SQLException {
    Ready to =
        survey
            .ready()
            .or(() -> ready.isDone() ? Optional.of(ready.join()) : Optional.empty())
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
    question.failed(e.getMessage() + blockers(half, e));
    if (Integer.bitCount(question.attempts()) == 1) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0927: the outcome of {0} is not known after {1} attempts: {2}. Check-back goes on"
              + " asking",
          half,
          question.attempts(),
          question.obstacle().orElse(""));
    }
    plan(Backoff.after(question.attempts()), () -> retry(question));
  }

  private String blockers(Half half, SQLException e) {
    Optional<Ready> to = survey.ready();
    if (to.isEmpty() || !to.get().dialect().isLockTimeout(e)) {
      return "";
    }
    try {
      Table table = to.get().tables().get(half.table());
      List<String> blockers = connection.ask(open -> to.get().dialect().blockers(open, table));
      return "; perhaps it is held up by " + String.join(", or ", blockers);
    } catch (SQLException suppressed) {
      e.addSuppressed(suppressed);
      return "";
    }
  }

  private void planUpkeep() {
    if (!upkeepIsPlanned) {
      upkeepIsPlanned = true;
      plan(
          Backoff.after(failedUpkeeps),
          () -> {
            upkeepIsPlanned = false;
            upkeep();
          });
    }
  }

  private void upkeep() {
    if (!ready.isDone() || ready.isCompletedExceptionally()) {
      return;
    }
    failedUpkeeps++;
    try {
      if (tables.wantUpkeep() && upkeep.run(ready.join())) {
        failedUpkeeps = 0;
      }
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "marker tables stay as they are", e);
    }
    if (tables.wantUpkeep()) {
      planUpkeep();
    }
  }
}
