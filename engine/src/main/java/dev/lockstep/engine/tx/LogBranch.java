package dev.lockstep.engine.tx;

import dev.lockstep.CommitPath;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.MessageId;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TooLargeException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.TransactionTimedOutException;
import dev.lockstep.Transactions.Action;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.engine.dedup.Deduplication;
import dev.lockstep.engine.delay.TimingWheel;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.Ticket;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A branch of this log. Its monitor is held while a force is awaited, so that whoever comes second,
 * a reaper or a recovery, sees the outcome; the flusher never takes it.
 */
final class LogBranch implements Branch {
  private static final int MAX_NOTE_BYTES = 4096;

  private final BranchContext context;
  private final BranchTable table;
  private @Nullable BranchId id;
  private final long number;
  private List<Consumer<Outcome>> callbacks = List.of();
  private BranchContent content;
  private boolean mayHaveClaims;
  private String reason = "";
  private long deadline = TimingWheel.NO_HANDLE;
  private boolean timedOut;
  private Optional<Unforced> unforced = Optional.empty();
  private Optional<Savepoints> savepoints = Optional.empty();
  private volatile State state = State.ACTIVE;

  /** A prepare that has its place in the log, and may not be durable yet. */
  private record Unforced(PreparedBranch branch, Ticket ticket) {}

  LogBranch(BranchContext context, BranchTable table, BranchId id, long number) {
    this.context = context;
    this.table = table;
    this.id = id;
    this.number = number;
    this.content = new BranchContent(context);
  }

  /** A branch that the log itself names, if anybody asks for its name. */
  LogBranch(BranchContext context, BranchTable table, long number) {
    this.context = context;
    this.table = table;
    this.number = number;
    this.content = new BranchContent(context);
  }

  /** A branch that was found prepared when the log was opened. */
  static LogBranch restored(BranchContext context, BranchTable table, PreparedBranch prepared) {
    PrepareBody body = prepared.body();
    LogBranch branch = new LogBranch(context, table, body.id(), body.branch());
    branch.state = State.PREPARED;
    branch.mayHaveClaims = true;
    return branch;
  }

  /** A branch that was found decided by hand when the log was opened. */
  static LogBranch restored(BranchContext context, BranchTable table, HeuristicBranch decided) {
    PrepareBody body = decided.body();
    LogBranch branch = new LogBranch(context, table, body.id(), body.branch());
    branch.state = heuristic(decided.outcome());
    return branch;
  }

  private static State heuristic(Outcome outcome) {
    return outcome == Outcome.COMMITTED ? State.HEURISTIC_COMMIT : State.HEURISTIC_ROLLBACK;
  }

  private boolean isHeuristic() {
    return state == State.HEURISTIC_COMMIT || state == State.HEURISTIC_ROLLBACK;
  }

  @Override
  public BranchId id() {
    BranchId known = id;
    if (known == null) {
      known = BranchTable.localId(number);
      id = known; // whoever does this at the same time makes the same one
    }
    return known;
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public synchronized boolean isEmpty() {
    return content.isEmpty() && state != State.PREPARED;
  }

  @Override
  public synchronized MessageId append(Envelope message) {
    requireActive("send");
    TopicState topic = context.topics().topic(message.topic());
    MessageBody.check(message);
    MessageId messageId = table.ids().nextMessage();
    if (message.idempotencyKey().isPresent()) {
      return appendOnce(topic, message, message.idempotencyKey().get(), messageId);
    }
    append(topic, message, messageId);
    return messageId;
  }

  /** Adds a message unless its idempotency key is taken; says the identity of the first one. */
  private MessageId appendOnce(
      TopicState topic, Envelope message, String key, MessageId messageId) {
    Deduplication deduplication = context.deduplication();
    MessageId first = deduplication.claim(topic, key, number, id().toString(), messageId);
    if (!first.equals(messageId)) {
      return first;
    }
    mayHaveClaims = true;
    try {
      append(topic, message, messageId);
    } catch (RuntimeException | Error e) {
      deduplication.release(topic, key, number);
      throw e;
    }
    onRollbackTo(() -> deduplication.release(topic, key, number));
    return messageId;
  }

  private void append(TopicState topic, Envelope message, MessageId messageId) {
    long cost = content.checkLimits(message.topic(), MessageBody.contentLength(message));
    if (content.mustSpill(cost)) {
      spill();
    }
    int partition = Partitioner.partition(message.key(), number, topic.partitionCount());
    Frame frame =
        MessageBody.encode(
            message, number, messageId, topic.id(), partition, context.clock().now());
    content.add(frame, Traits.of(message), topic, partition, cost);
  }

  /** Writes to the log what is in memory; without the branch's end it never counts. */
  private void spill() {
    content.seal();
    SpillUnit unit = new SpillUnit(context.spilled(), number, content);
    Ticket ticket = context.log().append(unit, Urgency.NEW_WORK);
    try {
      ticket.await();
    } catch (OutcomeUnknownException e) {
      context.log().checkOpen(); // it is known: the log has failed before the branch could end
      throw e;
    }
    content.spilled(unit.messages());
  }

  @Override
  public synchronized void acknowledge(
      String group, String topic, int partition, long fromOffset, long toOffset, long memberEpoch) {
    requireActive("acknowledge");
    TopicState state = context.topics().topic(topic);
    state.partition(partition);
    if (fromOffset < 0 || toOffset <= fromOffset) {
      throw new IllegalArgumentException(
          "an acknowledgement from " + fromOffset + " to " + toOffset + " is empty");
    }
    content
        .acknowledgements()
        .acknowledge(
            new Acknowledgements.Place(group, state.id(), partition, memberEpoch),
            new Range(fromOffset, toOffset));
  }

  @Override
  public synchronized void park(
      String group,
      String topic,
      int partition,
      long offset,
      Instant until,
      int attempt,
      long memberEpoch) {
    requireActive("park");
    TopicState state = context.topics().topic(topic);
    state.partition(partition);
    if (offset < 0 || attempt < 1) {
      throw new IllegalArgumentException(
          "offset " + offset + " can't be parked after attempt " + attempt);
    }
    content
        .acknowledgements()
        .park(
            new Acknowledgements.Place(group, state.id(), partition, memberEpoch),
            new Park(offset, millis(offset, until), attempt));
  }

  private static long millis(long offset, Instant until) {
    try {
      return until.toEpochMilli();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "offset "
              + offset
              + " can't be parked until "
              + until
              + ": use a time whose milliseconds since 1970 fit into a long",
          e);
    }
  }

  @Override
  public synchronized Savepoint savepoint() {
    requireActive("take a savepoint");
    Savepoints all = savepoints.orElseGet(Savepoints::new);
    savepoints = Optional.of(all);
    return all.take(content.mark());
  }

  @Override
  public synchronized void rollbackTo(Savepoint savepoint) {
    requireActive("roll back to a savepoint");
    Savepoints all = savepoints.orElseGet(Savepoints::new);
    Savepoints.Mark mark = all.require(savepoint, id());
    content.goBack(mark.content(), number);
    all.goBack(mark);
  }

  @Override
  public synchronized void onRollbackTo(Runnable callback) {
    savepoints.ifPresent(all -> all.add(callback)); // else there is nothing to go back to
  }

  private void requireActive(String what) {
    if (timedOut) {
      throw new TransactionTimedOutException(
          "can't " + what + ": transaction " + id() + " is rolled back" + because());
    }
    if (state == State.ROLLBACK_ONLY || state == State.ROLLED_BACK) {
      throw new TransactionRolledBackException(
          "can't " + what + ": transaction " + id() + " is rolled back" + because());
    }
    requireState(State.ACTIVE, what);
    context.log().checkOpen();
  }

  private void requireState(State required, String what) {
    if (state != required) {
      throw new IllegalStateException(
          "can't " + what + ": transaction " + id() + " is " + state + " and not " + required);
    }
  }

  private String because() {
    return reason.isEmpty() ? "" : " (" + reason + ")";
  }

  @Override
  public synchronized void markRollbackOnly(String why) {
    if (state == State.ACTIVE) {
      reason = why;
      state = State.ROLLBACK_ONLY;
    }
  }

  @Override
  public synchronized void expireAt(Instant time) {
    if (state == State.ACTIVE || state == State.ROLLBACK_ONLY) {
      long millis = deadlineMillis(time);
      dropDeadline();
      deadline = table.expiry().add(this, millis);
    }
  }

  private long deadlineMillis(Instant time) {
    try {
      return time.toEpochMilli();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "transaction "
              + id()
              + " can't have the deadline "
              + time
              + ": use a time whose milliseconds since 1970 fit into a long",
          e);
    }
  }

  private void dropDeadline() {
    if (deadline != TimingWheel.NO_HANDLE) {
      table.expiry().remove(deadline);
      deadline = TimingWheel.NO_HANDLE;
    }
  }

  /** The deadline has passed. Whoever works on the branch is to be told: it can still be found. */
  synchronized void expire(long passed, long millis) {
    if (deadline == passed && (state == State.ACTIVE || state == State.ROLLBACK_ONLY)) {
      reason = "its time ran out at " + Instant.ofEpochMilli(millis);
      timedOut = true;
      complete(Outcome.ROLLED_BACK);
    }
  }

  @Override
  public synchronized Vote prepare(Decider decider, byte[] note, Forcing forcing) {
    if (note.length > MAX_NOTE_BYTES) {
      throw new IllegalArgumentException(
          "a note has at most " + MAX_NOTE_BYTES + " bytes; this one has " + note.length);
    }
    beginCompletion("prepare");
    if (content.isEmpty()) {
      complete(Outcome.COMMITTED);
      return Vote.READ_ONLY;
    }
    seal();
    checkDecidable();
    PrepareBody body =
        new PrepareBody(
            number,
            context.clock().now(),
            decider,
            content.messageCount(),
            id(),
            note.clone(),
            content.acks());
    prepare(body, forcing);
    table.add(this);
    content = new BranchContent(context);
    savepoints = Optional.empty();
    context.events().undecided(id(), decider);
    return Vote.PREPARED;
  }

  private void prepare(PrepareBody body, Forcing forcing) {
    PrepareUnit unit = new PrepareUnit(context, content, body, forcing);
    Ticket ticket = append(unit, forcing);
    switch (forcing) {
      case FORCED -> ticket.await();
      case DEFERRED -> unforced = Optional.of(new Unforced(unit.branch(), ticket));
    }
  }

  /** Nothing more comes; what can't be written now, as its topic is gone, never can be. */
  private void seal() {
    try {
      content.seal();
    } catch (RuntimeException | Error e) {
      complete(Outcome.ROLLED_BACK);
      throw e;
    }
  }

  /** What is prepared must be able to commit: nothing may be too large then. */
  private void checkDecidable() {
    try {
      OffsetClaims claims = new OffsetClaims(context.topics());
      content.count(claims);
      context.log().checkFits(CommitBody.frameLength(claims.partitions(), List.of()));
    } catch (TooLargeException | UnknownTopicException e) {
      complete(Outcome.ROLLED_BACK);
      throw e;
    }
  }

  @Override
  public synchronized void commitOnePhase() {
    long started = System.nanoTime();
    beginCompletion("commit");
    if (content.isEmpty()) {
      complete(Outcome.COMMITTED);
      return;
    }
    seal();
    int messages = content.messageCount();
    append(new OnePhaseUnit(context, number, content), Forcing.FORCED).await();
    complete(Outcome.COMMITTED);
    tellCommitted(CommitPath.LOG_ONLY, messages, started);
  }

  private void beginCompletion(String what) {
    if (timedOut) {
      table.remove(this);
    }
    if (state == State.ROLLBACK_ONLY) {
      String why = because();
      complete(Outcome.ROLLED_BACK);
      throw new TransactionRolledBackException(
          "transaction " + id() + " is marked rollback-only" + why + "; rolled back");
    }
    requireActive(what);
  }

  /** Validates and appends; whatever is certain not to happen rolls the branch back. */
  private Ticket append(BranchUnit unit, Forcing forcing) {
    Ticket ticket;
    try {
      ticket = appendSettled(unit, forcing);
    } catch (RuntimeException | Error e) {
      complete(Outcome.ROLLED_BACK);
      throw e;
    }
    dropDeadline();
    state = State.PREPARED; // published: if the force fails, only the next open can say more
    return ticket;
  }

  /** What it acknowledges may be held by a branch that is committed, and not yet durably so. */
  private Ticket appendSettled(BranchUnit unit, Forcing forcing) {
    try {
      return publish(unit, forcing);
    } catch (TransactionRolledBackException e) {
      context.log().awaitDeferred(); // also if there is nothing: it may have ended since
      return publish(unit, forcing);
    }
  }

  private Ticket publish(BranchUnit unit, Forcing forcing) {
    context.topics().keep();
    try {
      unit.lookUp();
      List<Ack> acks = content.acks();
      if (acks.isEmpty()) {
        return context.log().append(unit, content.urgency(), forcing);
      }
      context.groups().fence(acks, unit.fence());
      try {
        return context.log().append(unit, content.urgency(), forcing);
      } catch (RuntimeException | Error e) {
        context.groups().release(acks, number);
        throw e;
      }
    } finally {
      context.topics().letGo();
    }
  }

  /** Commits it in the second phase. Does nothing if it is committed already. */
  synchronized void commit(Forcing forcing) {
    if (state != State.COMMITTED) {
      refuseHeuristic("commit");
      requireState(State.PREPARED, "commit");
      decide(Outcome.COMMITTED, forcing);
    }
  }

  @Override
  public synchronized void rollback() {
    switch (state) {
      case ROLLED_BACK -> table.remove(this); // it may be there still if its time ran out
      case ACTIVE, ROLLBACK_ONLY -> complete(Outcome.ROLLED_BACK);
      case PREPARED -> decide(Outcome.ROLLED_BACK, Forcing.FORCED);
      case COMMITTED -> requireState(State.PREPARED, "roll back");
      case HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> refuseHeuristic("roll back");
    }
  }

  /** Rolls it back unless it is prepared or completed; a commit under way comes first. */
  synchronized void rollbackIfActive() {
    if (state == State.ACTIVE || state == State.ROLLBACK_ONLY) {
      complete(Outcome.ROLLED_BACK);
    }
  }

  private void refuseHeuristic(String what) {
    if (isHeuristic()) {
      boolean committed = state == State.HEURISTIC_COMMIT;
      throw new HeuristicOutcomeException(
          "can't "
              + what
              + " transaction "
              + id()
              + ": it was "
              + (committed ? "committed" : "rolled back")
              + " by hand, which Lockstep.transactions().audit() has on record. Forget it once"
              + " whoever was to decide it knows",
          committed ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
    }
  }

  /**
   * Decides it by hand.
   *
   * @return whether it was there to be decided
   */
  synchronized boolean resolve(AuditBody audit) {
    refuseHeuristic(audit.action() == Action.COMMIT ? "commit" : "roll back");
    if (state != State.PREPARED) {
      return false;
    }
    long started = System.nanoTime();
    context.log().checkOpen();
    PreparedBranch prepared = prepared();
    ResolutionUnit unit = new ResolutionUnit(context, prepared, audit);
    context.log().append(unit, Urgency.BY_HAND).await();
    Outcome outcome = unit.outcome();
    if (unit.isHeuristic()) {
      complete(outcome, heuristic(outcome));
    } else {
      complete(outcome);
    }
    if (outcome == Outcome.COMMITTED) {
      tellCommitted(prepared.path(), prepared.messages().size(), started);
    }
    return true;
  }

  /**
   * Forgets that it was decided by hand.
   *
   * @param audit what is to be remembered of that
   * @return whether it was there to be forgotten
   */
  synchronized boolean forget(Optional<AuditBody> audit) {
    if (!isHeuristic()) {
      return false;
    }
    Urgency urgency = audit.isPresent() ? Urgency.BY_HAND : Urgency.DECISION;
    context.log().append(new ForgetUnit(context, number, audit), urgency).await();
    state = state == State.HEURISTIC_COMMIT ? State.COMMITTED : State.ROLLED_BACK;
    table.remove(this);
    return true;
  }

  private void decide(Outcome outcome, Forcing forcing) {
    long started = System.nanoTime();
    context.log().checkOpen();
    PreparedBranch prepared = prepared();
    if (forcing == Forcing.DEFERRED && unforced.map(it -> it.ticket().isDone()).orElse(true)) {
      boolean claims = mayHaveClaims;
      Runnable visible = () -> shown(prepared, claims, started);
      DecisionUnit unit = new DecisionUnit(context, prepared, outcome, visible);
      context.log().append(unit, Urgency.DECISION, Forcing.DEFERRED);
      end(outcome, ended(outcome));
    } else {
      DecisionUnit unit = new DecisionUnit(context, prepared, outcome, () -> {});
      context.log().append(unit, Urgency.DECISION).await();
      complete(outcome);
      if (outcome == Outcome.COMMITTED) {
        tellCommitted(prepared, started);
      }
    }
  }

  private PreparedBranch prepared() {
    return context
        .prepared()
        .find(number)
        .or(() -> unforced.map(Unforced::branch))
        .orElseThrow(() -> new IllegalStateException("branch " + id() + " is decided already"));
  }

  /**
   * A deferred commit is visible: its idempotency keys are found among the messages from now on.
   */
  private void shown(PreparedBranch prepared, boolean claims, long started) {
    if (claims) {
      context.deduplication().release(number);
    }
    tellCommitted(prepared, started);
  }

  private void tellCommitted(PreparedBranch prepared, long started) {
    tellCommitted(prepared.path(), prepared.messages().size(), started);
  }

  private void tellCommitted(CommitPath path, int messages, long started) {
    context.events().committed(path, messages, System.nanoTime() - started);
  }

  private void complete(Outcome outcome) {
    complete(outcome, ended(outcome));
  }

  private static State ended(Outcome outcome) {
    return outcome == Outcome.COMMITTED ? State.COMMITTED : State.ROLLED_BACK;
  }

  private void complete(Outcome outcome, State end) {
    if (mayHaveClaims) {
      context.deduplication().release(number); // what is committed is visible already
    }
    end(outcome, end);
  }

  /** It has its outcome, which may not be visible yet. */
  private void end(Outcome outcome, State end) {
    state = end;
    if (content.hasSpilled()) {
      context.spilled().forget(number);
    }
    content.clear();
    savepoints = Optional.empty();
    dropDeadline();
    if (id != null && !timedOut && !isHeuristic()) { // one that nobody has named is in no table
      table.remove(this);
    }
    if (outcome == Outcome.ROLLED_BACK) {
      context.events().rolledBack(id());
    }
    if (!callbacks.isEmpty()) {
      callbacks.forEach(callback -> callback.accept(outcome));
      callbacks = List.of();
    }
  }

  @Override
  public synchronized void onCompletion(Consumer<Outcome> callback) {
    switch (state) {
      case COMMITTED, HEURISTIC_COMMIT -> callback.accept(Outcome.COMMITTED);
      case ROLLED_BACK, HEURISTIC_ROLLBACK -> callback.accept(Outcome.ROLLED_BACK);
      default -> {
        callbacks = new ArrayList<>(callbacks);
        callbacks.add(callback);
      }
    }
  }
}
