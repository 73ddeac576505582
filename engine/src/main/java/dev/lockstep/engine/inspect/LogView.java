package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.ClosedLog.Extent;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.engine.store.CheckpointInfo;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.store.Store;
import dev.lockstep.engine.store.Store.Look;
import dev.lockstep.engine.tx.CommitClock;
import dev.lockstep.engine.tx.PreparedBranches;
import dev.lockstep.engine.tx.RecordTable;
import dev.lockstep.engine.tx.Resolutions;
import dev.lockstep.engine.tx.SpilledBranches;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.time.Clock;

/** The segments of a closed log, and what is derived from them once that is asked for. */
final class LogView implements AutoCloseable {
  private final LogIdentity identity;
  private final CheckpointInfo checkpoint;
  private final DerivedState state;
  private final Store store;
  private final ClosedLog log;

  private LogView(
      LogIdentity identity,
      CheckpointInfo checkpoint,
      DerivedState state,
      Store store,
      ClosedLog log) {
    this.identity = identity;
    this.checkpoint = checkpoint;
    this.state = state;
    this.store = store;
    this.log = log;
  }

  static LogView open(Storage storage, LogIdentity identity) throws IOException {
    TopicTable topics = new TopicTable(storage, identity.segmentSize());
    DerivedState state =
        new DerivedState(
            topics,
            new GroupTable(topics),
            new PreparedBranches(),
            new Resolutions(),
            new SpilledBranches(),
            new RecordTable(),
            new CommitClock(Clock.systemUTC()));
    Store store = new Store(storage, state);
    CheckpointInfo checkpoint = store.checkpoint(identity);
    ClosedLog log = ClosedLog.open(storage, identity, checkpoint.from());
    return new LogView(identity, checkpoint, state, store, log);
  }

  /** What is derived. */
  record Derived(DerivedState state, ReplayFrom from, Extent extent) {}

  /**
   * Derives everything, as an open would. Called once.
   *
   * @throws CorruptLogException if an open would be refused
   */
  Derived derive() throws IOException {
    try {
      Look look = store.look(identity, log);
      return new Derived(state, look.from(), look.extent());
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new CorruptLogException(String.valueOf(e.getMessage()), e);
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new CorruptLogException("the checkpoint makes no sense: " + e, e); // though it is whole
    }
  }

  /** What is derived; after a refusal, what was derived before it. */
  DerivedState state() {
    return state;
  }

  CheckpointInfo checkpoint() {
    return checkpoint;
  }

  ClosedLog log() {
    return log;
  }

  @Override
  public void close() throws IOException {
    try {
      state.topics().close();
    } finally {
      log.close();
    }
  }
}
