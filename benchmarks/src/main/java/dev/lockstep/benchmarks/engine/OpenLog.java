package dev.lockstep.benchmarks.engine;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An open log, seen from both sides.
 *
 * @param lockstep what applications use
 * @param log what integrations drive
 * @param forces what it forced
 */
record OpenLog(Lockstep lockstep, TransactionalLog log, Forces forces) implements AutoCloseable {
  static OpenLog open(LockstepConfig.Builder config) {
    Caught caught = new Caught();
    Forces forces = new Forces();
    Lockstep lockstep = Lockstep.open(config.transactions(caught).listener(forces).build());
    return new OpenLog(lockstep, caught.log(), forces);
  }

  @Override
  public void close() {
    lockstep.close();
  }

  /** Binds to no transactions: only keeps the log that it is given. */
  private static final class Caught implements TransactionBinding {
    private final AtomicReference<@Nullable TransactionalLog> log = new AtomicReference<>();

    @Override
    public void attach(TransactionalLog attached) {
      log.set(attached);
    }

    @Override
    public Optional<Branch> current(TransactionalLog asked) {
      return Optional.empty();
    }

    TransactionalLog log() {
      TransactionalLog attached = log.get();
      if (attached == null) {
        throw new IllegalStateException("the engine attached no log");
      }
      return attached;
    }
  }
}
