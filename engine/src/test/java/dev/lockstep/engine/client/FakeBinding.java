package dev.lockstep.engine.client;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.util.Optional;

/** A binding to one transaction at a time, whichever thread asks; the test plays the manager. */
final class FakeBinding implements TransactionBinding {
  private volatile Optional<Branch> current = Optional.empty();

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return current;
  }

  /** Begins a transaction, or resumes it. */
  <B extends Branch> B resume(B branch) {
    current = Optional.of(branch);
    return branch;
  }

  void suspend() {
    current = Optional.empty();
  }
}
