package dev.lockstep.xa;

import dev.lockstep.CommitPath;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.MessageId;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.TransactionTimedOutException;
import dev.lockstep.UnknownTransactionException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.SubscriptionConfig;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A log in memory that keeps the SPI's contract and can be told to throw at each call. Payloads are
 * text; what is committed shows in {@link #visible()}.
 */
public final class FakeLog implements TransactionalLog {
  /** A call that can fail. */
  public enum Call {
    BEGIN,
    FIND,
    MARK,
    PREPARE,
    COMMIT_ONE_PHASE,
    COMMIT,
    ROLLBACK,
    UNDECIDED,
    HEURISTICS,
    FORGET,
    EXPIRE_AT
  }

  private final UUID id;
  private final AtomicLong sequence = new AtomicLong();
  private final Map<BranchId, FakeBranch> branches = new LinkedHashMap<>();
  private final List<String> visible = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final Map<Call, Throwable> faults = new EnumMap<>(Call.class);
  private final List<Call> deferred = new ArrayList<>();
  private Optional<TransactionRecords> records = Optional.empty();
  private Optional<CommitPath> commitPath = Optional.empty();

  public FakeLog() {
    this(new UUID(7, 7));
  }

  public FakeLog(UUID id) {
    this.id = id;
  }

  /** Has the log keep records of a transaction manager. */
  public synchronized FakeLog with(TransactionRecords kept) {
    records = Optional.of(kept);
    return this;
  }

  @Override
  public synchronized Optional<TransactionRecords> records() {
    return records;
  }

  /** Has the log ask for a path. */
  public synchronized FakeLog onPath(CommitPath path) {
    commitPath = Optional.of(path);
    return this;
  }

  @Override
  public synchronized Optional<CommitPath> commitPath() {
    return commitPath;
  }

  /** The prepares and commits that did not have to be forced, in their order. */
  public synchronized List<Call> deferred() {
    return List.copyOf(deferred);
  }

  private void asked(Call call, Forcing forcing) {
    if (forcing == Forcing.DEFERRED) {
      deferred.add(call);
    }
  }

  /** Makes a call throw, until told otherwise. */
  public synchronized void fail(Call call, Throwable failure) {
    faults.put(call, failure);
  }

  /** Nothing fails any more. */
  public synchronized void heal() {
    faults.clear();
  }

  /** The messages of committed branches, in commit order. */
  public synchronized List<String> visible() {
    return List.copyOf(visible);
  }

  /** The calls that changed a branch, in their order. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** All branches that are not completed. */
  public synchronized Set<BranchId> open() {
    return Set.copyOf(branches.keySet());
  }

  /** The same log in its next life: what was not prepared is gone. */
  public synchronized FakeLog reopened() {
    FakeLog next = new FakeLog(id);
    next.records = records;
    branches.forEach(
        (key, branch) -> {
          if (branch.state == Branch.State.PREPARED || branch.isHeuristic()) {
            next.branches.put(key, next.new FakeBranch(branch));
          }
        });
    next.visible.addAll(visible);
    return next;
  }

  /** Decides a prepared branch by hand. */
  public synchronized void decideByHand(BranchId branchId, Branch.Outcome outcome) {
    FakeBranch branch = branches.get(branchId);
    if (branch == null || branch.state != Branch.State.PREPARED) {
      throw new NoSuchElementException("no prepared branch " + branchId);
    }
    switch (outcome) {
      case COMMITTED -> {
        visible.addAll(branch.messages);
        branch.state = Branch.State.HEURISTIC_COMMIT;
      }
      case ROLLED_BACK -> branch.state = Branch.State.HEURISTIC_ROLLBACK;
    }
  }

  /** Lets the time of all branches pass whose deadline is before a moment. */
  public synchronized void pass(Instant now) {
    branches.values().stream()
        .filter(b -> b.state == Branch.State.ACTIVE || b.state == Branch.State.ROLLBACK_ONLY)
        .filter(b -> b.deadline.isPresent() && !now.isBefore(b.deadline.get()))
        .forEach(
            b -> {
              b.state = Branch.State.ROLLED_BACK;
              b.timedOut = true;
            });
  }

  /** When the time of a branch runs out, if it has a deadline. */
  public synchronized Optional<Instant> deadline(BranchId branchId) {
    return Optional.ofNullable(branches.get(branchId)).flatMap(branch -> branch.deadline);
  }

  private synchronized void called(Call call) {
    calls.add(call.name());
    Throwable failure = faults.get(call);
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.XA, Capability.ORDERED_BY_COMMIT);
  }

  @Override
  public synchronized Branch begin(BranchId branchId) {
    called(Call.BEGIN);
    if (branches.containsKey(branchId)) {
      throw new IllegalStateException("branch " + branchId + " exists");
    }
    FakeBranch branch = new FakeBranch(branchId);
    branches.put(branchId, branch);
    return branch;
  }

  @Override
  public Branch begin() {
    throw new UnsupportedOperationException("not of interest here");
  }

  @Override
  public synchronized Optional<Branch> find(BranchId branchId) {
    Throwable failure = faults.get(Call.FIND);
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    return Optional.ofNullable(branches.get(branchId));
  }

  @Override
  public synchronized List<Undecided> undecided(Decider decider) {
    called(Call.UNDECIDED);
    return branches.values().stream()
        .filter(b -> b.state == Branch.State.PREPARED && b.decider == decider)
        .map(b -> new Undecided(b.id, decider, Instant.EPOCH, new byte[0]))
        .toList();
  }

  @Override
  public synchronized void commit(BranchId branchId, Forcing forcing) {
    called(Call.COMMIT);
    asked(Call.COMMIT, forcing);
    FakeBranch branch = branches.get(branchId);
    if (branch != null) {
      branch.refuseHeuristic();
    }
    if (branch == null || branch.state != Branch.State.PREPARED) {
      throw new NoSuchElementException("no prepared branch " + branchId);
    }
    branch.complete();
  }

  @Override
  public synchronized List<Heuristic> heuristics() {
    called(Call.HEURISTICS);
    return branches.values().stream()
        .filter(FakeBranch::isHeuristic)
        .map(b -> new Heuristic(b.id, b.decider, b.handMade(), Instant.EPOCH, "by hand"))
        .toList();
  }

  @Override
  public synchronized void forget(BranchId branchId) {
    called(Call.FORGET);
    FakeBranch branch = branches.get(branchId);
    if (branch == null) {
      throw new UnknownTransactionException("no branch " + branchId);
    }
    if (!branch.isHeuristic()) {
      throw new IllegalStateException("branch " + branchId + " is " + branch.state);
    }
    branches.remove(branchId);
  }

  @Override
  public void force() {
    // nothing of it is on a disk
  }

  @Override
  public synchronized void rollback(BranchId branchId) {
    FakeBranch branch = branches.get(branchId);
    if (branch == null) {
      throw new NoSuchElementException("no branch " + branchId);
    }
    branch.rollback();
  }

  @Override
  public Subscription subscribe(SubscriptionConfig config) {
    throw new UnsupportedOperationException("not of interest here");
  }

  @Override
  public Cursor read(String topic, Set<Integer> partitions) {
    throw new UnsupportedOperationException("not of interest here");
  }

  private final class FakeBranch implements Branch {
    private final BranchId id;
    private final List<String> messages = new ArrayList<>();
    private State state = State.ACTIVE;
    private Decider decider = Decider.TRANSACTION_MANAGER;
    private Optional<Instant> deadline = Optional.empty();
    private boolean timedOut;

    private FakeBranch(BranchId id) {
      this.id = id;
    }

    private FakeBranch(FakeBranch earlier) {
      this.id = earlier.id;
      this.messages.addAll(earlier.messages);
      this.state = earlier.state;
      this.decider = earlier.decider;
    }

    @Override
    public BranchId id() {
      return id;
    }

    @Override
    public State state() {
      synchronized (FakeLog.this) {
        return state;
      }
    }

    @Override
    public boolean isEmpty() {
      synchronized (FakeLog.this) {
        return messages.isEmpty();
      }
    }

    @Override
    public MessageId append(Envelope message) {
      synchronized (FakeLog.this) {
        refuseTimedOut();
        if (state == State.ROLLBACK_ONLY || state == State.ROLLED_BACK) {
          throw new TransactionRolledBackException("branch " + id + " is " + state);
        }
        require(State.ACTIVE);
        messages.add(new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8));
        return MessageId.of(1, 1, sequence.incrementAndGet());
      }
    }

    @Override
    public void acknowledge(
        String group, String topic, int partition, long from, long to, long memberEpoch) {
      throw new UnsupportedOperationException("not of interest here");
    }

    @Override
    public void park(
        String group,
        String topic,
        int partition,
        long offset,
        Instant until,
        int attempt,
        long memberEpoch) {
      throw new UnsupportedOperationException("not of interest here");
    }

    @Override
    public Savepoint savepoint() {
      throw new UnsupportedOperationException("not of interest here");
    }

    @Override
    public void rollbackTo(Savepoint savepoint) {
      throw new UnsupportedOperationException("not of interest here");
    }

    @Override
    public void onRollbackTo(Runnable callback) {
      throw new UnsupportedOperationException("not of interest here");
    }

    @Override
    public void expireAt(Instant time) {
      synchronized (FakeLog.this) {
        Throwable failure = faults.get(Call.EXPIRE_AT);
        if (failure instanceof Error e) {
          throw e;
        }
        deadline = Optional.of(time);
      }
    }

    private boolean isHeuristic() {
      return state == State.HEURISTIC_COMMIT || state == State.HEURISTIC_ROLLBACK;
    }

    private Outcome handMade() {
      return state == State.HEURISTIC_COMMIT ? Outcome.COMMITTED : Outcome.ROLLED_BACK;
    }

    private void refuseHeuristic() {
      if (isHeuristic()) {
        throw new HeuristicOutcomeException("branch " + id + " is " + state, handMade());
      }
    }

    private void refuseTimedOut() {
      if (timedOut) {
        throw new TransactionTimedOutException("the time of branch " + id + " ran out");
      }
    }

    @Override
    public void markRollbackOnly(String reason) {
      synchronized (FakeLog.this) {
        called(Call.MARK);
        if (state == State.ACTIVE) {
          state = State.ROLLBACK_ONLY;
        }
      }
    }

    @Override
    public Vote prepare(Decider newDecider, byte[] note, Forcing forcing) {
      synchronized (FakeLog.this) {
        called(Call.PREPARE);
        asked(Call.PREPARE, forcing);
        refuseRollbackOnly();
        require(State.ACTIVE);
        if (messages.isEmpty()) {
          complete();
          return Vote.READ_ONLY;
        }
        decider = newDecider;
        state = State.PREPARED;
        return Vote.PREPARED;
      }
    }

    @Override
    public void commitOnePhase() {
      synchronized (FakeLog.this) {
        called(Call.COMMIT_ONE_PHASE);
        refuseRollbackOnly();
        require(State.ACTIVE);
        complete();
      }
    }

    private void refuseRollbackOnly() {
      if (timedOut) {
        branches.remove(id);
        refuseTimedOut();
      }
      if (state == State.ROLLBACK_ONLY) {
        state = State.ROLLED_BACK;
        branches.remove(id);
        throw new TransactionRolledBackException("branch " + id + " was marked rollback-only");
      }
    }

    private void complete() {
      visible.addAll(messages);
      state = State.COMMITTED;
      branches.remove(id);
    }

    @Override
    public void rollback() {
      synchronized (FakeLog.this) {
        called(Call.ROLLBACK);
        refuseHeuristic();
        if (state == State.COMMITTED) {
          throw new IllegalStateException("branch " + id + " is committed");
        }
        state = State.ROLLED_BACK;
        branches.remove(id);
      }
    }

    @Override
    public void onCompletion(Consumer<Outcome> callback) {
      throw new UnsupportedOperationException("not of interest here");
    }

    private void require(State required) {
      if (state != required) {
        throw new IllegalStateException("branch " + id + " is " + state + ", not " + required);
      }
    }
  }
}
