package dev.lockstep.outbox;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.Branch.Vote;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** The half messages of one open log and one of its databases. Thread-safe. */
final class Coordinator {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");
  private static final byte[] NO_NOTE = new byte[0];

  private final TransactionalLog log;
  private final Settings settings;
  private final Siblings siblings;
  private final MarkerTables tables;
  private final Live live;
  private final CheckBack checkBack;
  private final HalfIds ids = new HalfIds();

  private Coordinator(TransactionalLog log, Settings settings, Siblings siblings) {
    this.log = log;
    this.siblings = siblings;
    this.settings = settings;
    this.tables = new MarkerTables(settings.markersPerTable(), this::tableIsFull);
    this.live = new Live(log, tables);
    this.checkBack = new CheckBack(log, settings, siblings, tables, live);
  }

  private void tableIsFull() {
    checkBack.tableIsFull();
  }

  /** Takes on a log that was opened. */
  static Coordinator attach(TransactionalLog log, Settings settings, Siblings siblings) {
    if (!log.capabilities().contains(TransactionalLog.Capability.XA)) {
      throw new InvalidConfigException(
          "log "
              + log.id()
              + " can't prepare the transactions of others; use another binding for it");
    }
    Coordinator coordinator = new Coordinator(log, settings, siblings);
    coordinator.checkBack.start();
    return coordinator;
  }

  /** Waits until check-back has asked once, but not for long. */
  void awaitCheckBack() {
    checkBack.awaitStart();
  }

  /** Refuses a transaction where the thread has one of another database. */
  void requireNoOther() {
    siblings.requireNoOther(settings.name());
  }

  /** The log is about to close. */
  void close() {
    checkBack.close();
  }

  boolean isOf(TransactionalLog other) {
    return log == other;
  }

  List<Finding> diagnose() {
    return checkBack.examine();
  }

  /** Begins the branch of a transaction. */
  Branch begin() {
    return log.begin(ids.next());
  }

  /** Calls {@link Dialect#claim} on the connection of the transaction. */
  @FunctionalInterface
  interface Claim {
    void of(Dialect dialect, Dialect.Table table) throws SQLException;
  }

  /**
   * Makes a branch durable as a half message.
   *
   * @param claim has the database keep the marker table, from before the half message is durable
   * @return what the database needs to know of it; empty if there is nothing in it, and it is
   *     completed
   * @throws LockstepException if it can't be: the transaction must be rolled back
   * @throws SQLException what the claim throws: the same, and nothing is prepared
   */
  Optional<Prepared> prepare(Branch branch, Claim claim) throws SQLException {
    if (branch.isEmpty()) {
      branch.prepare(Decider.DATABASE, NO_NOTE, Forcing.DEFERRED);
      return Optional.empty();
    }
    Ready ready = checkBack.ready().orElseThrow(() -> notReady(branch));
    HalfNote note = new HalfNote(ready.database(), tables.take());
    BranchId id = branch.id();
    live.enter(id);
    boolean prepared = false;
    try {
      claim.of(ready.dialect(), ready.tables().get(note.table()));
      prepared = branch.prepare(Decider.DATABASE, note.encode(), Forcing.FORCED) == Vote.PREPARED;
    } catch (OutcomeUnknownException e) {
      prepared = true; // perhaps; and then only the next life can go on with it
      throw e;
    } finally {
      if (!prepared) {
        live.leave(id);
        tables.giveBack(note.table());
      }
    }
    return prepared
        ? Optional.of(new Prepared(branch, new Half(id, note), ready))
        : Optional.empty();
  }

  /** What to do about a failure of a claim or a marker, where that is known. */
  Optional<String> remedy(SQLException failure) {
    return checkBack.found().flatMap(ready -> ready.dialect().remedy(failure));
  }

  private TransactionRolledBackException notReady(Branch branch) {
    return new TransactionRolledBackException(
        "transaction "
            + branch.id()
            + " is rolled back: Lockstep has not been able yet to use "
            + Survey.where(settings)
            + " for its messages ("
            + checkBack.findings()
            + "). See to that, and begin it anew [LSTP-0720]");
  }

  /** The database has said that it has committed. */
  void committed(Prepared prepared) {
    try {
      live.decide(prepared.half(), Outcome.COMMITTED);
    } catch (LockstepException e) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0935: "
              + prepared.half()
              + " is committed, and the log can't show its messages before it is opened again",
          e);
    }
  }

  /** The database has proven that it is rolled back, or it was never told to commit. */
  void rolledBack(Prepared prepared, Throwable reason) {
    try {
      live.decide(prepared.half(), Outcome.ROLLED_BACK);
    } catch (LockstepException e) {
      reason.addSuppressed(e); // the next life asks, and finds no marker
    }
  }

  /** Nobody knows what the database has done. */
  CompletableFuture<Outcome> unknown(Prepared prepared) {
    return checkBack.ask(prepared.half(), prepared.branch());
  }

  /** Somebody says that it has not committed, which proves nothing. */
  void reportedOtherwise(Prepared prepared) {
    var unused = unknown(prepared); // nobody waits for it
  }

  /** Somebody says that it has committed. */
  void reportedCommitted(Prepared prepared) {
    checkBack.confirm(prepared.half(), prepared.branch());
  }

  /**
   * The half messages that this database decides, and has not yet; and those of which nobody knows.
   */
  Set<String> undecided() {
    Optional<DatabaseId> here = checkBack.database();
    return log.undecided(Decider.DATABASE).stream()
        .filter(undecided -> HalfIds.isHalf(undecided.id()))
        .filter(undecided -> isPerhapsOf(here, HalfNote.decode(undecided.note())))
        .map(undecided -> undecided.id().toString())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isPerhapsOf(Optional<DatabaseId> here, Optional<HalfNote> note) {
    return here.isEmpty() || note.isEmpty() || note.get().database().isSameAs(here.get());
  }

  /** What is proven of a branch. */
  Decision decision(BranchId id) {
    return Half.find(log, id).map(this::decision).orElse(Decision.UNKNOWN);
  }

  /** The same, where it was found already. */
  Decision decision(Undecided undecided) {
    BranchId id = undecided.id();
    if (!HalfIds.isHalf(id) || live.isCommitting(id)) {
      return Decision.UNKNOWN;
    }
    return HalfNote.decode(undecided.note())
        .map(note -> checkBack.decision(new Half(id, note)))
        .orElse(Decision.UNKNOWN);
  }
}
