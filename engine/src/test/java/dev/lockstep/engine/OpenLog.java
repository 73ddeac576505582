package dev.lockstep.engine;

import dev.lockstep.Groups;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Topics;
import dev.lockstep.Transactions;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** An engine over a simulated storage, for tests in other packages. */
public final class OpenLog implements AutoCloseable {
  private final Engine engine;

  private OpenLog(Engine engine) {
    this.engine = engine;
  }

  /** Opens a small log. */
  public static OpenLog open(Storage storage, Clock clock) throws IOException {
    return open(storage, clock, TransactionBinding.none());
  }

  /** Opens a small log with a transaction manager. */
  public static OpenLog open(Storage storage, Clock clock, TransactionBinding binding)
      throws IOException {
    LockstepConfig config = TestLogs.config(Path.of("memory")).transactions(binding).build();
    return new OpenLog(EngineProvider.open(config, storage, DeflateCompressor.all(), clock));
  }

  /** Opens a small log, by the clock of the machine. */
  public static OpenLog open(Storage storage) throws IOException {
    return open(storage, Clock.systemUTC());
  }

  /** Opens a log on real files. */
  public static OpenLog open(LockstepConfig config) {
    return new OpenLog((Engine) Lockstep.open(config));
  }

  public TransactionalLog log() {
    return engine.log();
  }

  public Topics topics() {
    return engine.topics();
  }

  public Groups groups() {
    return engine.groups();
  }

  public Transactions transactions() {
    return engine.transactions();
  }

  /** Sees to retention and compaction, writes a checkpoint and gives room back. */
  public void upkeep() {
    engine.reclaimNow();
  }

  /** Closes it in order. */
  @Override
  public void close() {
    engine.close();
  }

  /** Closes it after its storage failed. */
  public void abandon() {
    TestLogs.closeFailed(engine);
  }
}
